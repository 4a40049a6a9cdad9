//! A workspace on disk for tests: a copy of the shipped sample, or a part of it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder with `inputs/` in it, gone when dropped.
pub struct Copy {
    pub folder: TempDir,
}

impl Copy {
    /// The whole sample.
    pub fn of_sample() -> Self {
        let folder = TempDir::new().unwrap();
        copy_tree(&sample(), &folder.path().join("inputs"));
        Copy { folder }
    }

    /// A folder with nothing in it.
    pub fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("inputs")).unwrap();
        Copy { folder }
    }

    /// The sample's workbooks and plan without any evidence: quick to examine.
    pub fn without_evidence() -> Self {
        let copy = Copy::of_sample();
        for unit in fs::read_dir(copy.inputs()).unwrap() {
            let unit = unit.unwrap().path();
            if !unit.is_dir() {
                continue;
            }
            for entry in fs::read_dir(unit).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    fs::remove_dir_all(path).unwrap();
                }
            }
        }
        copy
    }

    pub fn inputs(&self) -> PathBuf {
        self.folder.path().join("inputs")
    }

    pub fn output(&self) -> PathBuf {
        self.folder.path().join("output")
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.inputs().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Every file under the inputs with its bytes.
    pub fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files(&self.inputs()).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }
}

/// The shipped sample.
pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs")
}

/// All files of a tree, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
