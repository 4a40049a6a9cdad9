//! The user's own files in the output folder: notes, signed scans. They outlive every run.
//!
//! Ours are those the last run listed; all others are linked, or else copied, into the new output
//! before the old one goes.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{OutputError, failed};

/// Lists what a run wrote, so that the next one can tell its own files from the user's.
pub(super) const MANIFEST: &str = "內部/產出清單.json";

/// Whether a folder is an output of ours, whole: nothing comes into place without its list.
pub(super) fn is_ours(folder: &Path) -> bool {
    inside(folder, MANIFEST).is_file()
}

/// The first thing of someone else's in a folder that is no output of ours. What Windows itself
/// leaves in folders is nobody's.
pub(super) fn foreign(folder: &Path) -> io::Result<Option<String>> {
    if is_ours(folder) {
        return Ok(None);
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.retain(|name| {
        !["thumbs.db", "desktop.ini", ".ds_store"].contains(&name.to_ascii_lowercase().as_str())
    });
    Ok(names.into_iter().min())
}

/// What the last run wrote; nothing when its list cannot be read.
pub(super) fn listed(folder: &Path) -> BTreeSet<String> {
    let list = fs::read_to_string(inside(folder, MANIFEST)).unwrap_or_default();
    serde_json::from_str(&list).unwrap_or_default()
}

/// Takes a file of ours over from the last output; `false` when it is gone.
pub(super) fn keep_ours(from: &Path, to: &Path, name: &str) -> Result<bool, OutputError> {
    let (from, to) = (inside(from, name), inside(to, name));
    match keep(&from, &to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(OutputError::Stuck { path: from, error }),
    }
}

/// The path of a file of ours, given with `/`.
pub(super) fn inside(folder: &Path, name: &str) -> PathBuf {
    name.split('/').fold(folder.to_owned(), |path, part| path.join(part))
}

/// Carries the user's files from the last output to the new one. A file whose name the new output
/// takes is kept beside it under another name.
pub(super) fn carry_over(from: &Path, to: &Path, written: &BTreeSet<String>) -> Result<(), OutputError> {
    if !from.exists() {
        return Ok(());
    }
    // A list that cannot be read makes everything the user's: better kept than lost.
    let ours = listed(from);
    let mut pending = vec![(PathBuf::new(), String::new())];
    while let Some((relative, prefix)) = pending.pop() {
        let folder = from.join(&relative);
        let stuck = |error| OutputError::Stuck { path: folder.clone(), error };
        for entry in fs::read_dir(&folder).map_err(stuck)? {
            let entry = entry.map_err(stuck)?;
            let path = relative.join(entry.file_name());
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(stuck)?.is_dir() {
                let holds_ours = ours.iter().any(|file| file.starts_with(&format!("{name}/")));
                if !holds_ours {
                    fs::create_dir_all(to.join(&path)).map_err(failed(&to.join(&path)))?;
                }
                pending.push((path, format!("{name}/")));
            } else if !ours.contains(&name) {
                let target =
                    if written.contains(&name) { to.join(free_name(&path, to)) } else { to.join(&path) };
                keep(&entry.path(), &target)
                    .map_err(|error| OutputError::Stuck { path: entry.path(), error })?;
            }
        }
    }
    Ok(())
}

/// 「自評表（原有）.pdf」, with a number when that is taken.
fn free_name(path: &Path, to: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    let name =
        |mark: &str| path.with_file_name(format!("{stem}{mark}{}", extension.as_deref().unwrap_or("")));
    (1u32..)
        .map(|n| if n == 1 { name("（原有）") } else { name(&format!("（原有{n}）")) })
        .find(|name| !to.join(name).exists())
        .unwrap_or_else(|| path.to_owned())
}

/// A second name for the same bytes where the disk has them (times, modes and links stay as they
/// are, and nothing is copied at every run); a copy elsewhere (FAT, network shares).
fn keep(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to)?;
    let copy = fs::File::options().read(true).open(to)?;
    // Windows syncs only what is open for writing; what may not be written there was synced when
    // its owner wrote it.
    let _ = copy.sync_all();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An old output that lists `自評表.pdf`, and an empty new one.
    fn folders(others: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for name in others.iter().chain(&["自評表.pdf"]) {
            let path = inside(&root.path().join("old"), name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        fs::create_dir_all(inside(&root.path().join("old"), "內部")).unwrap();
        fs::write(inside(&root.path().join("old"), MANIFEST), r#"["自評表.pdf","內部/產出清單.json"]"#)
            .unwrap();
        fs::create_dir(root.path().join("new")).unwrap();
        root
    }

    fn carried(root: &Path, written: &[&str]) -> Result<(), OutputError> {
        let written = written.iter().map(|name| (*name).to_owned()).collect();
        carry_over(&root.join("old"), &root.join("new"), &written)
    }

    #[test]
    fn what_the_last_run_did_not_write_stays() {
        let root = folders(&["備忘.txt", "內部/便條.txt", "掃描/用印.pdf"]);
        fs::create_dir(root.path().join("old/待辦")).unwrap();
        carried(root.path(), &["草稿-自評表.pdf"]).unwrap();
        for name in ["備忘.txt", "內部/便條.txt", "掃描/用印.pdf"] {
            assert_eq!(fs::read_to_string(inside(&root.path().join("new"), name)).unwrap(), name);
        }
        assert!(root.path().join("new/待辦").is_dir());
        assert!(!root.path().join("new/自評表.pdf").exists(), "the last run's own goes");
    }

    #[test]
    fn a_file_of_the_users_is_not_overwritten_by_one_of_ours() {
        let root = folders(&["佐證資料.pdf", "佐證資料（原有）.pdf"]);
        for name in ["佐證資料.pdf", "佐證資料（原有）.pdf"] {
            fs::write(root.path().join("new").join(name), "new").unwrap();
        }
        carried(root.path(), &["佐證資料.pdf", "佐證資料（原有）.pdf"]).unwrap();
        let mut names: Vec<_> = fs::read_dir(root.path().join("new"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names.len(), 4, "{names:?}");
        assert_eq!(fs::read_to_string(root.path().join("new/佐證資料.pdf")).unwrap(), "new");
        assert!(names.contains(&"佐證資料（原有2）.pdf".to_owned()), "{names:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_locked_files_of_the_users_stay_as_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = folders(&["唯讀.pdf"]);
        let locked = root.path().join("old/唯讀.pdf");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o400)).unwrap();
        symlink("/nowhere", root.path().join("old/捷徑")).unwrap();
        carried(root.path(), &[]).unwrap();
        let kept = fs::metadata(root.path().join("new/唯讀.pdf")).unwrap();
        assert_eq!(kept.permissions().mode() & 0o777, 0o400);
        assert_eq!(kept.modified().unwrap(), fs::metadata(&locked).unwrap().modified().unwrap());
        assert_eq!(fs::read_link(root.path().join("new/捷徑")).unwrap(), Path::new("/nowhere"));
    }

    #[test]
    fn a_folder_of_others_is_told_by_what_lies_in_it() {
        let root = folders(&["備忘.txt"]);
        assert_eq!(foreign(&root.path().join("old")).unwrap(), None);
        assert_eq!(foreign(&root.path().join("new")).unwrap(), None);
        fs::write(root.path().join("new/Thumbs.db"), "").unwrap();
        assert_eq!(foreign(&root.path().join("new")).unwrap(), None);
        fs::write(root.path().join("new/報告.docx"), "").unwrap();
        assert_eq!(foreign(&root.path().join("new")).unwrap().as_deref(), Some("報告.docx"));
    }
}
