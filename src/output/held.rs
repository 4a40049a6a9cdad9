//! Files that other programs hold open, which is what keeps folders from being renamed on Windows.
//!
//! Other systems rename what is open; there nothing is ever held.

use std::io;
use std::path::Path;
use std::time::Duration;

/// Two seconds in all: a virus scanner or an indexer lets go of a fresh file by then, a viewer does
/// not.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(200);

/// Win32: access denied (a folder with an open file in it), sharing violation, lock violation.
const HELD: [i32; 3] = [5, 32, 33];

/// Whether an error says that another program holds the file or something in the folder.
pub(super) fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error().is_some_and(|code| HELD.contains(&code))
}

/// Tries again for as long as another program may let go.
pub(super) fn patiently(
    mut attempt: impl FnMut() -> io::Result<()>,
    is_held: impl Fn(&io::Error) -> bool,
    pause: impl Fn(Duration),
) -> io::Result<()> {
    let mut result = attempt();
    for _ in 1..TRIES {
        match &result {
            Err(error) if is_held(error) => {
                pause(PAUSE);
                result = attempt();
            }
            _ => break,
        }
    }
    result
}

/// Whether another program has the file open: asking for it alone is then refused.
#[cfg(windows)]
pub(super) fn is_open_elsewhere(path: &Path) -> bool {
    use std::os::windows::fs::OpenOptionsExt;
    let alone = std::fs::File::options().read(true).share_mode(0).open(path);
    matches!(alone, Err(error) if matches!(error.raw_os_error(), Some(32 | 33)))
}

#[cfg(not(windows))]
pub(super) fn is_open_elsewhere(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Fails the first `n` times with what a held folder gives.
    fn attempts(n: usize) -> (io::Result<()>, usize, Duration) {
        let (tried, waited) = (Cell::new(0), Cell::new(Duration::ZERO));
        let attempt = || {
            tried.set(tried.get() + 1);
            if tried.get() <= n { Err(io::Error::from_raw_os_error(5)) } else { Ok(()) }
        };
        let result = patiently(
            attempt,
            |error| error.raw_os_error() == Some(5),
            |pause| waited.set(waited.get() + pause),
        );
        (result, tried.get(), waited.get())
    }

    #[test]
    fn a_file_that_is_let_go_in_time_delays_only() {
        assert!(matches!(attempts(0), (Ok(()), 1, Duration::ZERO)));
        assert!(matches!(attempts(9), (Ok(()), 10, _)));
        let (result, tried, waited) = attempts(10);
        assert!(result.is_err() && tried == 10 && waited < Duration::from_secs(2), "{waited:?}");
    }

    #[test]
    fn other_errors_are_not_waited_for() {
        let mut tried = 0;
        let attempt = || {
            tried += 1;
            Err(io::Error::from(io::ErrorKind::NotFound))
        };
        assert!(patiently(attempt, |_| false, |_| panic!("no waiting")).is_err());
        assert_eq!(tried, 1);
    }
}
