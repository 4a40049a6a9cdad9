//! The output folder: everything of a run appears at once, or nothing does.
//!
//! Part of the shell. A run writes into a staging folder beside the output, syncs it, and swaps the
//! two by renaming; a run that was killed in between is mended at the next start. Knows folders and
//! locks, nothing of what is written.
//!
//! Why two renames of folders and not one of each file: between two file renames a kill leaves a
//! mixture that no later run can tell from an output. Between the two folder renames there is no
//! output for a moment, but both are whole, and which one belongs in place can be read from the names.

mod error;
mod held;
mod kept;
mod lock;
mod page;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use crate::bundle::MadeFiles;
use crate::exhibit::ReadSeek;
use crate::pipeline::{Sink, WriteSeek};

pub use error::OutputError;
pub use page::PagePlace;

use error::failed;
use kept::{MANIFEST, inside};
use lock::{Refused, RunLock};

/// Names in a message: more help nobody.
const MOST_NAMED: usize = 3;

/// An output folder being written. Dropped without `commit`, it leaves the last output as it was.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    staging: PathBuf,
    aside: PathBuf,
    written: BTreeSet<String>,
    /// Files of the last output that stay ours.
    kept: Vec<String>,
    committed: bool,
    _lock: RunLock,
}

type Step = fn(&mut OutputFolder) -> Result<(), OutputError>;

/// What `commit` does, in order. A kill before `set_aside` leaves the last output; between it and
/// `put_in_place` no output, and the last one is put back at the next start; after that the new one.
const STEPS: &[Step] = &[
    OutputFolder::drop_scratch,
    OutputFolder::keep_last,
    OutputFolder::write_manifest,
    OutputFolder::carry_over,
    OutputFolder::sync,
    OutputFolder::set_aside,
    OutputFolder::put_in_place,
    OutputFolder::drop_aside,
];

impl OutputFolder {
    /// Takes the lock, mends what a killed run left, and opens an empty staging folder.
    ///
    /// # Errors
    /// Another run holds the folder; the target is no folder, is the inputs', or holds others' files;
    /// the disk cannot be written.
    pub fn begin(target: &Path, inputs: &Path) -> Result<Self, OutputError> {
        let target = real_target(target)?;
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(OutputError::NotAFolder(target));
        };
        refuse_entangled(&target, inputs)?;
        if target.exists() && !target.is_dir() {
            return Err(OutputError::NotAFolder(target));
        }
        fs::create_dir_all(parent).map_err(failed(parent))?;
        let beside = |suffix: &str| parent.join(beside(name, suffix));
        let lock = RunLock::take(&beside("lock"), beside("holder")).map_err(|refused| match refused {
            Refused::Held(holder) => OutputError::Busy { folder: target.clone(), holder },
            Refused::Io(error) => failed(&beside("lock"))(error),
        })?;
        let folder = OutputFolder {
            staging: beside("new"),
            aside: beside("old"),
            written: BTreeSet::new(),
            kept: Vec::new(),
            committed: false,
            _lock: lock,
            target,
        };
        folder.recover()?;
        folder.refuse_foreign()?;
        fs::create_dir(&folder.staging).map_err(failed(&folder.staging))?;
        Ok(folder)
    }

    /// Lets files that the last run wrote stay, unless this one writes them anew: another command made
    /// them. `belongs` is asked with their paths inside the folder.
    pub fn keep(&mut self, belongs: impl Fn(&str) -> bool) {
        let listed = kept::listed(&self.target).into_iter();
        // The list itself is written anew, and must not be through a second name of the last one.
        self.kept = listed.filter(|name| name != MANIFEST && belongs(name)).collect();
    }

    /// Finds files of the last output by their paths inside the folder, when they are there.
    pub fn last_files(&self) -> impl Fn(&str) -> Option<PathBuf> + use<> {
        let target = self.target.clone();
        move |name| Some(inside(&target, name)).filter(|path| path.is_file())
    }

    /// The bytes of a file of the last output; `None` when there is none.
    pub fn read_last(&self, name: &str) -> Result<Option<Vec<u8>>, OutputError> {
        let path = inside(&self.target, name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OutputError::Io { path, error }),
        }
    }

    /// A folder for intermediate files of the run, on the output's own disk; gone when the run ends.
    pub fn scratch(&self) -> Result<PathBuf, OutputError> {
        let scratch = self.staging.join(".scratch");
        fs::create_dir_all(&scratch).map_err(failed(&scratch))?;
        Ok(scratch)
    }

    /// The states a kill can leave: a staging folder (thrown away); the last output set aside with the
    /// new one in place (it is whole, since it was synced before: the last one goes) or without (the
    /// last one is put back). Never goes by names alone: what was set aside may hold the user's files,
    /// so it goes only when an output of ours stands in its place.
    fn recover(&self) -> Result<(), OutputError> {
        remove_tree(&self.staging).map_err(failed(&self.staging))?;
        if !self.aside.exists() {
            return Ok(());
        }
        if kept::is_ours(&self.target) {
            return remove_tree(&self.aside).map_err(failed(&self.aside));
        }
        if self.target.exists() && kept::foreign(&self.target).map_err(failed(&self.target))?.is_none() {
            remove_tree(&self.target).map_err(failed(&self.target))?;
        }
        if !self.target.exists() {
            fs::rename(&self.aside, &self.target).map_err(failed(&self.target))?;
        }
        Ok(())
    }

    /// A folder that is not ours is not taken over: its files could neither be told from an older
    /// output nor is renaming a folder of documents anyone's wish.
    fn refuse_foreign(&self) -> Result<(), OutputError> {
        if !self.target.exists() {
            return Ok(());
        }
        match kept::foreign(&self.target).map_err(failed(&self.target))? {
            Some(example) => Err(OutputError::NotOurs { folder: self.target.clone(), example }),
            None => Ok(()),
        }
    }

    /// Puts everything in place. Files of the user's in the last output are carried over.
    ///
    /// # Errors
    /// A full or failing disk, a file of the last output open elsewhere, a file of the user's that
    /// cannot be kept. The last output is then still there.
    pub fn commit(mut self) -> Result<(), OutputError> {
        STEPS.iter().try_for_each(|step| step(&mut self))
    }

    fn drop_scratch(&mut self) -> Result<(), OutputError> {
        remove_tree(&self.staging.join(".scratch")).map_err(failed(&self.staging))
    }

    fn keep_last(&mut self) -> Result<(), OutputError> {
        for name in std::mem::take(&mut self.kept) {
            if !self.written.contains(&name) && kept::keep_ours(&self.target, &self.staging, &name)? {
                self.written.insert(name);
            }
        }
        Ok(())
    }

    fn write_manifest(&mut self) -> Result<(), OutputError> {
        self.written.insert(MANIFEST.to_owned());
        let list = serde_json::to_string_pretty(&self.written).unwrap_or_default() + "\n";
        let path = inside(&self.staging, MANIFEST);
        let written = self.create(MANIFEST).and_then(|mut file| file.write_all(list.as_bytes()));
        written.map_err(failed(&path))
    }

    fn carry_over(&mut self) -> Result<(), OutputError> {
        kept::carry_over(&self.target, &self.staging, &self.written)
    }

    /// Everything reaches the disk before it becomes visible. A disk that fills up late says so here.
    fn sync(&mut self) -> Result<(), OutputError> {
        for name in &self.written {
            let path = inside(&self.staging, name);
            // Windows syncs only what is open for writing.
            let file = File::options().write(true).open(&path);
            file.and_then(|file| file.sync_all()).map_err(failed(&path))?;
        }
        sync_folders(&self.staging).map_err(failed(&self.staging))
    }

    fn set_aside(&mut self) -> Result<(), OutputError> {
        if !self.target.exists() {
            return Ok(());
        }
        rename(&self.target, &self.aside).map_err(|error| self.blocked(error))
    }

    fn put_in_place(&mut self) -> Result<(), OutputError> {
        if let Err(error) = rename(&self.staging, &self.target) {
            // Should this fail too, the next start does it first.
            let _ = fs::rename(&self.aside, &self.target);
            return Err(self.blocked(error));
        }
        self.committed = true;
        sync_folder(self.target.parent().unwrap_or(&self.target));
        Ok(())
    }

    /// What cannot be removed now is removed at the next start.
    fn drop_aside(&mut self) -> Result<(), OutputError> {
        let _ = remove_tree(&self.aside);
        Ok(())
    }

    fn blocked(&self, error: io::Error) -> OutputError {
        if !held::is_held(&error) {
            return failed(&self.target)(error);
        }
        let files = open_files(&self.target, held::is_open_elsewhere);
        OutputError::InUse { folder: self.target.clone(), files }
    }
}

impl MadeFiles for OutputFolder {
    fn open(&self, name: &str) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(File::open(inside(&self.staging, name))?))
    }
}

impl Sink for OutputFolder {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn WriteSeek>> {
        let path = inside(&self.staging, name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        self.written.insert(name.to_owned());
        Ok(Box::new(File::options().write(true).create(true).truncate(true).open(path)?))
    }

    fn link(&mut self, name: &str, also: &str) -> io::Result<()> {
        let (from, to) = (inside(&self.staging, name), inside(&self.staging, also));
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        self.written.insert(also.to_owned());
        // Not every disk has hard links (exFAT sticks).
        fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(|_| ()))
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.written.remove(name);
        fs::remove_file(inside(&self.staging, name))
    }

    fn size(&self, name: &str) -> io::Result<u64> {
        Ok(fs::metadata(inside(&self.staging, name))?.len())
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if !self.committed {
            // What cannot be removed now is removed at the next start.
            let _ = remove_tree(&self.staging);
        }
    }
}

/// Where exhibits are kept from run to run: beside the output, since what lies in it is replaced by every run
/// and inputs are never written; one for each output folder, so that it goes where the output goes.
pub fn cache_of(target: &Path) -> PathBuf {
    target.with_file_name(beside(target.file_name().unwrap_or_default(), "cache"))
}

fn beside(name: &std::ffi::OsStr, suffix: &str) -> String {
    format!(".{}.huibian-{suffix}", name.to_string_lossy())
}

/// Where the output really stands: a link to a folder on another disk stays a link.
fn real_target(target: &Path) -> Result<PathBuf, OutputError> {
    let target = std::path::absolute(target).map_err(failed(target))?;
    match fs::symlink_metadata(&target) {
        Ok(facts) if facts.is_symlink() => fs::canonicalize(&target).map_err(failed(&target)),
        _ => Ok(without_steps_up(target)),
    }
}

/// `inputs/../output` is not in `inputs`, though nothing may stand there yet.
fn without_steps_up(target: PathBuf) -> PathBuf {
    if !target.components().any(|part| part == Component::ParentDir) {
        return target;
    }
    match (target.parent().map(fs::canonicalize), target.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => target,
    }
}

/// Writing into the inputs would change them; reading the last output as input would feed it back.
fn refuse_entangled(output: &Path, inputs: &Path) -> Result<(), OutputError> {
    let real = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    let (Ok(inputs), Ok(output)) = (real(inputs), real(output)) else { return Ok(()) };
    if output.starts_with(&inputs) || inputs.starts_with(&output) {
        return Err(OutputError::Entangled { inputs, output });
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    held::patiently(|| fs::rename(from, to), held::is_held, std::thread::sleep)
}

/// The first files of a folder that other programs hold, by their paths in it.
fn open_files(folder: &Path, is_open: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut open = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(&at).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => pending.push(path),
                Ok(_) if is_open(&path) => {
                    open.push(path.strip_prefix(folder).unwrap_or(&path).display().to_string());
                }
                _ => {}
            }
        }
    }
    open.sort();
    open.truncate(MOST_NAMED);
    open
}

fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(folder);
    Ok(())
}

/// A rename is lasting only when its folder is synced; Windows has no such call and needs none.
#[cfg(unix)]
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(output: &mut OutputFolder, name: &str, text: &str) {
        output.create(name).unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn listing(folder: &Path) -> Vec<String> {
        let mut names = Vec::new();
        let mut pending = vec![folder.to_owned()];
        while let Some(at) = pending.pop() {
            for entry in fs::read_dir(at).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    pending.push(path);
                } else {
                    names.push(path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"));
                }
            }
        }
        names.sort();
        names
    }

    fn run(root: &Path, name: &str) {
        let mut output = OutputFolder::begin(&root.join("output"), &root.join("inputs")).unwrap();
        write(&mut output, name, name);
        output.commit().unwrap();
    }

    #[test]
    fn a_new_run_replaces_the_old_and_keeps_what_the_user_put_there() {
        let root = tempfile::tempdir().unwrap();
        run(root.path(), "草稿-自評表.pdf");
        fs::write(root.path().join("output/備忘.txt"), "記").unwrap();
        run(root.path(), "自評表.pdf");
        assert_eq!(listing(&root.path().join("output")), ["備忘.txt", "內部/產出清單.json", "自評表.pdf"]);
    }

    #[test]
    fn what_another_command_made_stays_ours_until_it_makes_it_anew() {
        let root = tempfile::tempdir().unwrap();
        let begin = || OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap();
        let mut notices = begin();
        write(&mut notices, "補件通知/a", "notice");
        write(&mut notices, "補件通知/b", "notice");
        notices.commit().unwrap();
        let mut compile = begin();
        compile.keep(|name| name.starts_with("補件通知/"));
        write(&mut compile, "自評表.pdf", "form");
        compile.commit().unwrap();
        let all = ["內部/產出清單.json", "自評表.pdf", "補件通知/a", "補件通知/b"];
        assert_eq!(listing(&root.path().join("output")), all);
        let mut notices = begin();
        assert_eq!(notices.read_last("補件通知/a").unwrap().unwrap(), b"notice");
        assert_eq!(notices.read_last("nothing").unwrap(), None);
        notices.keep(|name| !name.starts_with("補件通知/"));
        write(&mut notices, "補件通知/a", "another");
        notices.commit().unwrap();
        assert_eq!(listing(&root.path().join("output")), &all[..3]);
        assert_eq!(fs::read_to_string(root.path().join("output/補件通知/a")).unwrap(), "another");
    }

    #[test]
    fn an_abandoned_run_leaves_the_last_output() {
        let root = tempfile::tempdir().unwrap();
        run(root.path(), "a");
        let mut output =
            OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap();
        write(&mut output, "b", "b");
        drop(output);
        assert_eq!(listing(&root.path().join("output")), ["a", "內部/產出清單.json"]);
    }

    #[test]
    fn every_state_a_kill_can_leave_is_mended_at_the_next_start() {
        for (new, old, target, expected) in [
            (true, false, true, "target"),
            (true, true, false, "old"),
            (false, true, true, "target"),
            (true, true, true, "target"),
            (false, true, false, "old"),
        ] {
            let root = tempfile::tempdir().unwrap();
            for (present, name, content) in [
                (new, ".output.huibian-new", "new"),
                (old, ".output.huibian-old", "old"),
                (target, "output", "target"),
            ] {
                if present {
                    place(&root.path().join(name), content);
                }
            }
            let output =
                OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap();
            drop(output);
            assert_eq!(fs::read_to_string(root.path().join("output/who")).unwrap(), expected);
            assert_eq!(
                listing(root.path()),
                [".output.huibian-lock", "output/who", "output/內部/產出清單.json"]
            );
        }
    }

    /// An output of ours that says who wrote it.
    fn place(folder: &Path, who: &str) {
        fs::create_dir_all(folder.join("內部")).unwrap();
        fs::write(folder.join("who"), who).unwrap();
        fs::write(inside(folder, MANIFEST), r#"["who","內部/產出清單.json"]"#).unwrap();
    }

    /// A run killed after `n` steps of its commit: what it did stays, the lock ends with it.
    fn killed_after(n: usize, root: &Path, who: &str) {
        let mut output = OutputFolder::begin(&root.join("output"), &root.join("inputs")).unwrap();
        fs::write(output.scratch().unwrap().join("prepared"), "").unwrap();
        write(&mut output, "who", who);
        write(&mut output, &format!("{who}.pdf"), who);
        STEPS[..n].iter().for_each(|step| step(&mut output).unwrap());
        output.committed = true;
    }

    #[test]
    fn a_kill_after_any_step_leaves_the_last_output_or_the_new_one_whole() {
        // Steps up to the last output being set aside.
        const ASIDE: usize = 6;
        for n in 0..=STEPS.len() {
            let root = tempfile::tempdir().unwrap();
            killed_after(STEPS.len(), root.path(), "old");
            fs::write(root.path().join("output/備忘.txt"), "記").unwrap();
            killed_after(n, root.path(), "new");
            let seen = root.path().join("output");
            if seen.exists() {
                assert_eq!(
                    whole(&seen),
                    if n > ASIDE { "new" } else { "old" },
                    "after {n} steps, as it stands"
                );
            } else {
                assert_eq!(n, ASIDE, "only between the two renames");
            }
            drop(OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap());
            assert_eq!(whole(&seen), if n > ASIDE { "new" } else { "old" }, "after {n} steps, mended");
            assert_eq!(fs::read_to_string(seen.join("備忘.txt")).unwrap(), "記");
            let mut beside: Vec<_> =
                fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            beside.sort();
            assert_eq!(beside, [".output.huibian-lock", "output"], "after {n} steps");
        }
    }

    /// Who wrote an output; fails for a mixture.
    fn whole(folder: &Path) -> String {
        let who = fs::read_to_string(folder.join("who")).unwrap();
        let pdfs: Vec<String> = listing(folder).into_iter().filter(|name| name.ends_with(".pdf")).collect();
        assert_eq!(pdfs, [format!("{who}.pdf")]);
        assert!(kept::is_ours(folder));
        who
    }

    #[test]
    fn what_was_set_aside_goes_only_for_an_output_of_ours() {
        let root = tempfile::tempdir().unwrap();
        let begin = || OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs"));
        place(&root.path().join(".output.huibian-old"), "old");
        fs::create_dir(root.path().join("output")).unwrap();
        fs::write(root.path().join("output/備忘.txt"), "記").unwrap();
        assert!(matches!(begin(), Err(OutputError::NotOurs { example, .. }) if example == "備忘.txt"));
        assert!(root.path().join(".output.huibian-old/who").exists());
        fs::remove_file(root.path().join("output/備忘.txt")).unwrap();
        drop(begin().unwrap());
        assert_eq!(fs::read_to_string(root.path().join("output/who")).unwrap(), "old");
    }

    #[test]
    fn a_folder_of_others_is_refused_and_left_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("output")).unwrap();
        fs::write(root.path().join("output/報告.docx"), "x").unwrap();
        let error =
            OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap_err();
        assert!(error.to_string().contains("例如「報告.docx」"), "{error}");
        assert_eq!(listing(&root.path().join("output")), ["報告.docx"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_output_stays_a_link() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("disk")).unwrap();
        std::os::unix::fs::symlink(root.path().join("disk"), root.path().join("output")).unwrap();
        run(root.path(), "自評表.pdf");
        run(root.path(), "自評表.pdf");
        assert!(fs::symlink_metadata(root.path().join("output")).unwrap().is_symlink());
        assert_eq!(listing(&root.path().join("disk")), ["內部/產出清單.json", "自評表.pdf"]);
    }

    #[test]
    fn open_files_are_named() {
        let root = tempfile::tempdir().unwrap();
        run(root.path(), "自評表.pdf");
        let files = open_files(&root.path().join("output"), |path| path.ends_with("自評表.pdf"));
        assert_eq!(files, ["自評表.pdf"]);
        let error = OutputError::InUse { folder: PathBuf::from("output"), files };
        assert_eq!(
            error.to_string(),
            "「output」內的「自評表.pdf」正在其他程式中開啟，無法換成新的成果；上一次的成果仍在。請先關閉「自評表.pdf」再執行一次。"
        );
        let error = OutputError::InUse { folder: PathBuf::from("output"), files: Vec::new() };
        assert!(error.to_string().contains("請先關閉PDF、檔案總管等視窗再執行一次"), "{error}");
    }

    #[test]
    fn a_second_run_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let first = OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap();
        let second = OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs"));
        let process = format!("行程 {}）", std::process::id());
        assert!(
            matches!(&second, Err(OutputError::Busy { holder, .. }) if holder.ends_with(&process)),
            "{second:?}"
        );
        drop(first);
        assert_eq!(listing(root.path()), [".output.huibian-lock"]);
        assert!(OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).is_ok());
    }

    #[test]
    fn outputs_never_lie_in_the_inputs() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("inputs")).unwrap();
        for output in ["inputs/output", "inputs", "."] {
            let error =
                OutputFolder::begin(&root.path().join(output), &root.path().join("inputs")).unwrap_err();
            assert!(matches!(error, OutputError::Entangled { .. }), "{output}: {error}");
        }
    }

    #[test]
    fn a_file_in_the_way_is_told() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("output"), "").unwrap();
        let error =
            OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap_err();
        assert!(matches!(error, OutputError::NotAFolder(_)), "{error}");
    }
}
