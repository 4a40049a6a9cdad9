//! One run at a time: the lock on an output folder, and who holds it.
//!
//! The lock is the system's and ends with the process, however that ends; the note beside it only
//! helps the message of a second run. It is a file of its own because Windows lets nobody read a
//! locked one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held for the life of the run.
#[derive(Debug)]
pub(super) struct RunLock {
    note: PathBuf,
    // Dropped after `drop` has removed the note.
    _file: File,
}

/// Why there is no lock.
pub(super) enum Refused {
    /// Another run has it; who, as far as known.
    Held(String),
    Io(io::Error),
}

impl RunLock {
    /// Takes the lock without waiting. The file stays when the run ends: removing it would let two
    /// runs hold two locks of one name.
    pub(super) fn take(path: &Path, note: PathBuf) -> Result<Self, Refused> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(Refused::Io)?;
        match file.try_lock() {
            Ok(()) => {
                // Without the note a second run is refused all the same.
                let _ = fs::write(&note, holder());
                Ok(RunLock { note, _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                Err(Refused::Held(fs::read_to_string(&note).unwrap_or_default()))
            }
            Err(TryLockError::Error(error)) => Err(Refused::Io(error)),
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.note);
    }
}

/// 「（電腦 PC-12，行程 4711）」: on a shared folder the other run may be on another machine.
fn holder() -> String {
    let process = std::process::id();
    match computer() {
        Some(computer) => format!("（電腦 {computer}，行程 {process}）"),
        None => format!("（行程 {process}）"),
    }
}

fn computer() -> Option<String> {
    let name = std::env::var("COMPUTERNAME").or_else(|_| fs::read_to_string("/etc/hostname")).ok()?;
    let name = name.trim();
    (!name.is_empty() && name.len() <= 64 && !name.chars().any(char::is_control)).then(|| name.to_owned())
}
