//! Prepared exhibits from run to run, so that a second run prepares only what changed. Part of the shell.
//!
//! A folder beside the output: safe to delete, never trusted when damaged, bounded in size. An entry is
//! one file, named by a digest of everything its content depends on and written under another name first,
//! so that two runs can share the folder. Knows no format of what it keeps.
//!
//! Nothing in which an identity number was found is kept: what is to be masked in the original must not
//! live on in a folder that nobody looks at. Nothing is written before the outputs are, and what was
//! written goes again when the disk is full: a cache must never be why a run fails.

mod converting;
mod entry;
mod remembering;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::inventory::sha256_hex;

pub use converting::RememberingConverter;
pub use entry::Entry;
pub use remembering::Remembering;

/// All entries together, in bytes: several years' exhibits of one city.
const BOUND: u64 = 1 << 30;
/// What a killed run may have left half-written is removed after this time.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);
const TEMPORARY: &str = "writing-";

/// The folder of kept entries.
pub struct Cache {
    folder: PathBuf,
    /// Tells programs apart: another build may prepare otherwise.
    build: String,
    bound: u64,
    fresh: Mutex<Fresh>,
}

/// What this run would keep.
#[derive(Default)]
struct Fresh {
    /// Note and files, by key.
    entries: BTreeMap<String, (String, Vec<PathBuf>)>,
    /// Files in which an identity number was found: no entry that holds one is kept.
    unwanted: BTreeSet<PathBuf>,
}

impl Cache {
    /// A cache in a folder that need not exist yet.
    pub fn at(folder: PathBuf) -> Self {
        Cache { folder, build: build(), bound: BOUND, fresh: Mutex::default() }
    }

    /// With another bound than the usual one, in bytes.
    pub fn bounded(self, bound: u64) -> Self {
        Cache { bound, ..self }
    }

    /// What was kept under a key; `None` when nothing was, or it is damaged. Asking marks it as used.
    pub fn get(&self, key: &str) -> Option<Entry> {
        let path = self.path(key);
        let entry = entry::decode(&fs::read(&path).ok()?);
        match entry {
            // Marking may fail on a read-only disk: the entry is good all the same.
            Some(_) => drop(File::options().append(true).open(&path).and_then(|file| touch(&file))),
            None => drop(fs::remove_file(&path)),
        }
        entry
    }

    /// Notes down what is to be kept; the files must still be there when [`Cache::keep`] is called.
    pub fn remember(&self, key: &str, note: String, files: Vec<PathBuf>) {
        self.fresh().entries.insert(key.to_owned(), (note, files));
    }

    /// No entry that holds this file will be kept.
    pub fn disown(&self, file: &Path) {
        self.fresh().unwanted.insert(file.to_owned());
    }

    /// Writes what was remembered and removes what was not used for longest. Fails silently: the next run
    /// is slower, that is all.
    pub fn keep(&self) {
        let fresh = std::mem::take(&mut *self.fresh());
        if fs::create_dir_all(&self.folder).is_err() {
            return;
        }
        let wanted = fresh
            .entries
            .iter()
            .filter(|(_, (_, files))| !files.iter().any(|file| fresh.unwanted.contains(file)));
        let mut written = Vec::new();
        for (key, (note, files)) in wanted {
            match self.write(key, note, files) {
                Ok(path) => written.push(path),
                Err(_) => {
                    // Most likely the disk is full, and the output still has to be put in place.
                    written.iter().for_each(|path| drop(fs::remove_file(path)));
                    return;
                }
            }
        }
        self.evict();
    }

    fn write(&self, key: &str, note: &str, files: &[PathBuf]) -> io::Result<PathBuf> {
        let file = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok((name, fs::read(path)?))
        };
        let entry =
            Entry { note: note.to_owned(), files: files.iter().map(file).collect::<io::Result<_>>()? };
        let mut temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&self.folder)?;
        temporary.write_all(&entry::encode(&entry))?;
        let path = self.path(key);
        temporary.persist(&path).map_err(|error| error.error)?;
        Ok(path)
    }

    /// Removes entries until the rest is within the bound, those first that were used longest ago. Touches
    /// nothing that does not bear a name of ours.
    fn evict(&self) {
        let mut entries = Vec::new();
        let mut total = 0;
        for file in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let (name, Ok(facts)) = (file.file_name(), file.metadata()) else { continue };
            let used = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let name = name.to_string_lossy();
            if name.starts_with(TEMPORARY) && used.elapsed().is_ok_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(file.path());
            } else if is_key(&name) {
                total += facts.len();
                entries.push((used, file.path(), facts.len()));
            }
        }
        entries.sort();
        for (_, path, bytes) in entries {
            if total <= self.bound {
                return;
            }
            if fs::remove_file(path).is_ok() {
                total -= bytes;
            }
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(sha256_hex(format!("{}\n{key}", self.build).as_bytes()))
    }

    fn fresh(&self) -> std::sync::MutexGuard<'_, Fresh> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn touch(file: &File) -> io::Result<()> {
    file.set_modified(SystemTime::now())
}

fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The version, and size and time of the program's file: another build of one version prepares anew.
fn build() -> String {
    let facts = std::env::current_exe().and_then(fs::metadata);
    let time = facts.as_ref().ok().and_then(|facts| facts.modified().ok());
    format!("{} {:?} {time:?}", env!("CARGO_PKG_VERSION"), facts.map_or(0, |facts| facts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A cache with one entry of a file `a`.
    fn kept(root: &Path) -> Cache {
        let file = root.join("a");
        fs::write(&file, "bytes").unwrap();
        let cache = Cache::at(root.join("cache"));
        cache.remember("key", "note".to_owned(), vec![file]);
        cache.keep();
        cache
    }

    #[test]
    fn what_was_kept_is_found_until_it_is_damaged_or_deleted() {
        let root = tempfile::tempdir().unwrap();
        let cache = kept(root.path());
        let expected = Entry { note: "note".to_owned(), files: vec![("a".to_owned(), b"bytes".to_vec())] };
        assert_eq!(cache.get("key"), Some(expected));
        assert_eq!(cache.get("other"), None);
        let path = cache.path("key");
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(cache.get("key"), None);
        assert!(!path.exists(), "what is damaged goes");
        fs::remove_dir_all(root.path().join("cache")).unwrap();
        assert_eq!(kept(root.path()).get("key").unwrap().note, "note");
    }

    #[test]
    fn the_longest_unused_go_first_and_other_files_stay() {
        let root = tempfile::tempdir().unwrap();
        let cache = kept(root.path());
        let size = fs::metadata(cache.path("key")).unwrap().len();
        fs::write(root.path().join("cache/備忘.txt"), "x".repeat(9000)).unwrap();
        let cache = cache.bounded(size * 2);
        for (key, age) in [("key", 300), ("second", 200), ("third", 100)] {
            cache.remember(key, "note".to_owned(), vec![root.path().join("a")]);
            cache.keep();
            let file = File::options().append(true).open(cache.path(key)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            // Used again: younger than all others.
            assert!(cache.get("key").is_some());
        }
        cache.keep();
        assert!(cache.get("key").is_some() && cache.get("third").is_some() && cache.get("second").is_none());
        assert!(names(&root.path().join("cache")).contains(&"備忘.txt".to_owned()));
    }

    #[test]
    fn what_holds_a_disowned_file_is_not_kept() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        fs::write(&file, "A123456789").unwrap();
        let cache = Cache::at(root.path().join("cache"));
        cache.remember("key", String::new(), vec![file.clone()]);
        cache.disown(&file);
        cache.keep();
        assert!(names(&root.path().join("cache")).is_empty());
    }

    #[test]
    fn a_run_that_cannot_write_takes_back_what_it_wrote_and_goes_on() {
        let root = tempfile::tempdir().unwrap();
        let cache = kept(root.path());
        cache.remember("a", String::new(), vec![root.path().join("a")]);
        cache.remember("b", String::new(), vec![root.path().join("gone")]);
        cache.keep();
        assert!(cache.get("key").is_some() && cache.get("a").is_none());
        assert_eq!(names(&root.path().join("cache")).len(), 1);
        // Not even a folder can be made.
        let blocked = Cache::at(root.path().join("a/cache"));
        blocked.remember("key", String::new(), Vec::new());
        blocked.keep();
        assert_eq!(blocked.get("key"), None);
    }
}
