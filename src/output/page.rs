//! One page beside the outputs: written whole, over an older page of ours and over nothing else.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::failed;
use super::{OutputError, refuse_entangled, rename};

/// How every page of ours begins.
const BEGINNING: &[u8] = b"<!DOCTYPE html>";

/// A place for a page, found fit before the work begins.
#[derive(Debug, Clone)]
pub struct PagePlace {
    path: PathBuf,
    /// The page on its way, in the same folder.
    fresh: PathBuf,
}

impl PagePlace {
    /// # Errors
    /// The place lies in the inputs, another kind of file stands there, or its folder is not there.
    pub fn find(path: &Path, inputs: &Path) -> Result<PagePlace, OutputError> {
        let folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let name = path.file_name().unwrap_or_default();
        // The page may not exist yet, so its folder is what can be made real.
        let real = fs::canonicalize(folder).map_err(failed(folder))?;
        refuse_entangled(&real.join(name), inputs)?;
        match fs::read(path) {
            Ok(present) if present.starts_with(BEGINNING) => {}
            Ok(_) => return Err(OutputError::NotAPage(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(path)(error)),
        }
        let fresh = real.join(format!(".{}.huibian-new", name.to_string_lossy()));
        Ok(PagePlace { path: path.to_owned(), fresh })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the page in place, whole or not at all.
    ///
    /// # Errors
    /// The disk cannot be written, or another program holds the page that stands there.
    pub fn put(&self, page: &[u8]) -> Result<(), OutputError> {
        let written = File::create(&self.fresh)
            .and_then(|mut file| file.write_all(page).and_then(|()| file.sync_all()))
            .and_then(|()| rename(&self.fresh, &self.path));
        written.map_err(|error| {
            // Nothing is left behind; that it cannot be removed either changes nothing for the user.
            let _ = fs::remove_file(&self.fresh);
            failed(&self.path)(error)
        })
    }
}
