//! The output folder: everything of a run appears at once, or nothing does.
//!
//! Part of the shell. A run writes into a staging folder beside the output, syncs it, and swaps the
//! two by renaming; a run that was killed in between is mended at the next start. Knows folders and
//! locks, nothing of what is written.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::pipeline::{Sink, WriteSeek};

/// Lists what a run wrote, so that the next one can tell its own files from the user's.
const MANIFEST: &str = "內部/產出清單.json";

/// Why the output could not be written.
#[derive(Debug)]
pub enum OutputError {
    /// Another run holds the folder.
    Busy {
        folder: PathBuf,
        holder: String,
    },
    NotAFolder(PathBuf),
    /// The output would lie in the inputs, or the reverse.
    Entangled {
        inputs: PathBuf,
        output: PathBuf,
    },
    /// A file of the last output is open in another program (Windows).
    InUse {
        folder: PathBuf,
    },
    Full {
        path: PathBuf,
    },
    Io {
        path: PathBuf,
        error: io::Error,
    },
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutputError::Busy { folder, holder } => {
                write!(f, "另一個 huibian 正在使用「{}」{holder}。請等它完成後再執行。", folder.display())
            }
            OutputError::NotAFolder(path) => {
                write!(f, "「{}」已存在且不是資料夾。請改用 --out 指定別的資料夾。", path.display())
            }
            OutputError::Entangled { inputs, output } => write!(
                f,
                "產出資料夾「{}」與工作資料夾「{}」互相包含。請用 --out 指定工作資料夾以外的位置。",
                output.display(),
                inputs.display()
            ),
            OutputError::InUse { folder } => write!(
                f,
                "「{}」內有檔案正在其他程式中開啟，無法換成新的成果；上一次的成果仍在。請關閉 PDF 等視窗後再執行一次。",
                folder.display()
            ),
            OutputError::Full { path } => {
                write!(
                    f,
                    "磁碟空間不足，無法寫入「{}」；上一次的成果仍在。請清出空間後再執行一次。",
                    path.display()
                )
            }
            OutputError::Io { path, error } => write!(
                f,
                "無法寫入「{}」：{error}；上一次的成果仍在。請確認該資料夾可寫入，或用 --out 指定別的位置。",
                path.display()
            ),
        }
    }
}

impl std::error::Error for OutputError {}

impl OutputError {
    /// What a failed write inside a run means for the output folder; other errors pass as they are.
    pub fn explain(error: anyhow::Error, folder: &Path) -> anyhow::Error {
        let kind = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        let path = folder.to_owned();
        match kind {
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::WriteZero) => {
                OutputError::Full { path }.into()
            }
            Some(kind @ (io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)) => {
                OutputError::Io { path, error: kind.into() }.into()
            }
            _ => error,
        }
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> OutputError + '_ {
    move |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            OutputError::Full { path: path.to_owned() }
        }
        _ => OutputError::Io { path: path.to_owned(), error },
    }
}

/// An output folder being written. Dropped without `commit`, it leaves the last output as it was.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    staging: PathBuf,
    aside: PathBuf,
    written: BTreeSet<String>,
    committed: bool,
    /// Held for the life of the run; the system releases it even after a kill.
    _lock: File,
}

impl OutputFolder {
    /// Takes the lock, mends what a killed run left, and opens an empty staging folder.
    pub fn begin(target: &Path, inputs: &Path) -> Result<Self, OutputError> {
        let target = std::path::absolute(target).map_err(failed(target))?;
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(OutputError::NotAFolder(target));
        };
        refuse_entangled(&target, inputs)?;
        if target.exists() && !target.is_dir() {
            return Err(OutputError::NotAFolder(target));
        }
        fs::create_dir_all(parent).map_err(failed(parent))?;
        let beside = |suffix: &str| parent.join(format!(".{}.huibian-{suffix}", name.to_string_lossy()));
        let lock = take_lock(&beside("lock"), &target)?;
        let folder = OutputFolder {
            staging: beside("new"),
            aside: beside("old"),
            written: BTreeSet::new(),
            committed: false,
            _lock: lock,
            target,
        };
        folder.recover()?;
        fs::create_dir(&folder.staging).map_err(failed(&folder.staging))?;
        Ok(folder)
    }

    /// A folder for intermediate files of the run, on the output's own disk; gone when the run ends.
    pub fn scratch(&self) -> Result<PathBuf, OutputError> {
        let scratch = self.staging.join(".scratch");
        fs::create_dir_all(&scratch).map_err(failed(&scratch))?;
        Ok(scratch)
    }

    /// The states a kill can leave: a staging folder (thrown away); the old output set aside and
    /// no new one (put back); both (the new one is whole, since it was synced before: the old one
    /// goes).
    fn recover(&self) -> Result<(), OutputError> {
        remove_tree(&self.staging).map_err(failed(&self.staging))?;
        if !self.aside.exists() {
            return Ok(());
        }
        if self.target.exists() {
            remove_tree(&self.aside).map_err(failed(&self.aside))
        } else {
            fs::rename(&self.aside, &self.target).map_err(failed(&self.target))
        }
    }

    /// Puts everything in place. Files of the user's in the last output are carried over.
    pub fn commit(mut self) -> Result<(), OutputError> {
        remove_tree(&self.staging.join(".scratch")).map_err(failed(&self.staging))?;
        self.write_manifest()?;
        self.carry_over()?;
        sync_tree(&self.staging).map_err(failed(&self.staging))?;
        if self.target.exists() {
            patiently(|| fs::rename(&self.target, &self.aside)).map_err(|error| self.in_use(error))?;
        }
        if let Err(error) = patiently(|| fs::rename(&self.staging, &self.target)) {
            // Putting the old one back is the next start's first act too, should this fail.
            let _ = fs::rename(&self.aside, &self.target);
            return Err(self.in_use(error));
        }
        self.committed = true;
        sync_folder(self.target.parent().unwrap_or(&self.target));
        // What cannot be removed now is removed at the next start.
        let _ = remove_tree(&self.aside);
        Ok(())
    }

    fn in_use(&self, error: io::Error) -> OutputError {
        if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied {
            OutputError::InUse { folder: self.target.clone() }
        } else {
            failed(&self.target)(error)
        }
    }

    fn write_manifest(&mut self) -> Result<(), OutputError> {
        self.written.insert(MANIFEST.to_owned());
        let list = serde_json::to_string_pretty(&self.written).unwrap_or_default() + "\n";
        let path = self.path(MANIFEST);
        let write = || -> io::Result<()> {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, list.as_bytes())
        };
        write().map_err(failed(&path))
    }

    /// Copies what the last run did not write: notes and signed scans of the user's stay.
    fn carry_over(&self) -> Result<(), OutputError> {
        let Ok(manifest) = fs::read_to_string(self.target.join("內部").join("產出清單.json")) else {
            // Not a folder of ours: everything in it is the user's.
            return self.copy_others(&BTreeSet::new());
        };
        self.copy_others(&serde_json::from_str(&manifest).unwrap_or_default())
    }

    fn copy_others(&self, ours: &BTreeSet<String>) -> Result<(), OutputError> {
        let mut pending = vec![(self.target.clone(), String::new())];
        while let Some((folder, prefix)) = pending.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let entry = entry.map_err(failed(&folder))?;
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                let kind = entry.file_type().map_err(failed(&entry.path()))?;
                if kind.is_dir() {
                    pending.push((entry.path(), format!("{name}/")));
                } else if kind.is_file() && !ours.contains(&name) && !self.written.contains(&name) {
                    let to = self.path(&name);
                    let copy = || -> io::Result<()> {
                        if let Some(parent) = to.parent() {
                            fs::create_dir_all(parent)?;
                        }
                        fs::copy(entry.path(), &to).map(drop)
                    };
                    copy().map_err(failed(&to))?;
                }
            }
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.staging.clone(), |path, part| path.join(part))
    }
}

impl Sink for OutputFolder {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn WriteSeek + '_>> {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        self.written.insert(name.to_owned());
        Ok(Box::new(File::options().write(true).create(true).truncate(true).open(path)?))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name))
    }

    fn size(&self, name: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.path(name))?.len())
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

/// Writing into the inputs would change them; reading the last output as input would feed it back.
fn refuse_entangled(output: &Path, inputs: &Path) -> Result<(), OutputError> {
    let real = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    let (Ok(inputs), Ok(output)) = (real(inputs), real(output)) else { return Ok(()) };
    if output.starts_with(&inputs) || inputs.starts_with(&output) {
        return Err(OutputError::Entangled { inputs, output });
    }
    Ok(())
}

/// The file stays when the run ends: removing it would let two runs hold two locks of one name.
fn take_lock(path: &Path, target: &Path) -> Result<File, OutputError> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed(path))?;
    match file.try_lock() {
        Ok(()) => {
            let note = format!("（行程 {}）", std::process::id());
            // The note only helps the message of a second run.
            let _ = file.set_len(0).and_then(|()| file.write_all(note.as_bytes()));
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => Err(OutputError::Busy {
            folder: target.to_owned(),
            holder: fs::read_to_string(path).unwrap_or_default(),
        }),
        Err(TryLockError::Error(error)) => Err(failed(path)(error)),
    }
}

/// On Windows a virus scanner or indexer may hold a fresh file for a moment.
fn patiently(mut rename: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let tries = if cfg!(windows) { 10 } else { 1 };
    let mut result = rename();
    for _ in 1..tries {
        match &result {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                std::thread::sleep(std::time::Duration::from_millis(200));
                result = rename();
            }
            _ => break,
        }
    }
    result
}

fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Every file and folder of a tree reaches the disk.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            // Windows syncs only what is open for writing.
            File::options().write(true).open(entry.path())?.sync_all()?;
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
                    fs::create_dir(root.path().join(name)).unwrap();
                    fs::write(root.path().join(name).join("who"), content).unwrap();
                }
            }
            let output =
                OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap();
            drop(output);
            assert_eq!(fs::read_to_string(root.path().join("output/who")).unwrap(), expected);
            assert_eq!(listing(root.path()), [".output.huibian-lock", "output/who"]);
        }
    }

    #[test]
    fn a_second_run_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let first = OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs")).unwrap();
        let second = OutputFolder::begin(&root.path().join("output"), &root.path().join("inputs"));
        assert!(matches!(second, Err(OutputError::Busy { .. })));
        drop(first);
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
