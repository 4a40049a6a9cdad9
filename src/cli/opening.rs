//! Opens a folder or a page with whatever this system opens it with.
//!
//! Where there is nothing to open with, a sentence says so and the command ends as it would have: what was
//! made is made.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::refusal;

/// How long an opener may take to say that it cannot. Some stay until what they opened is closed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens `path`, which exists.
///
/// # Errors
/// Only where the sentence cannot be printed.
pub(super) fn open(path: &Path) -> anyhow::Result<()> {
    if let Err(why) = try_open(path) {
        writeln!(anstream::stderr(), "未開啟「{}」：{why}。請自行開啟。", path.display())?;
    }
    Ok(())
}

fn try_open(path: &Path) -> Result<(), String> {
    let path = std::path::absolute(path).map_err(|error| refusal::words(&error))?;
    let mut opener = opener(&path)?;
    opener.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = opener.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "這台電腦沒有可用來開啟的程式".to_owned(),
        _ => refusal::words(&error),
    })?;
    match has_refused(&mut child) {
        true => Err("系統找不到可用來開啟的程式".to_owned()),
        false => Ok(()),
    }
}

/// Whether the opener ended with a failure within our patience.
fn has_refused(child: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match child.try_wait() {
            // Explorer answers with exit code 1 even when it opened the folder.
            Ok(Some(status)) => return !status.success() && !cfg!(windows),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => return false,
        }
    }
    false
}

/// Explorer parses its command line itself: unquoted, a comma ends the path. No path on Windows holds a
/// quotation mark.
#[cfg(windows)]
fn opener(path: &Path) -> Result<Command, String> {
    use std::os::windows::process::CommandExt;
    let mut command = Command::new("explorer");
    let mut quoted = std::ffi::OsString::from("\"");
    quoted.push(path);
    quoted.push("\"");
    command.raw_arg(quoted);
    Ok(command)
}

#[cfg(target_os = "macos")]
fn opener(path: &Path) -> Result<Command, String> {
    let mut command = Command::new("open");
    command.arg(path);
    Ok(command)
}

/// Without a display `xdg-open` would start a browser in this very terminal.
#[cfg(not(any(windows, target_os = "macos")))]
fn opener(path: &Path) -> Result<Command, String> {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if !has_display {
        return Err("沒有圖形桌面".to_owned());
    }
    let mut command = Command::new("xdg-open");
    command.arg(path);
    Ok(command)
}
