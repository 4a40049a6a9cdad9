//! Where LibreOffice stands on a machine, and what it calls itself.
//!
//! Knows the usual places of Windows, macOS and Linux; starts nothing but to ask for the version.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Names under which a search path holds it.
const NAMES: [&str; 4] = ["soffice", "libreoffice", "soffice.exe", "soffice.com"];
/// The program itself; `soffice` and its like are scripts and launchers before it, which would outlive it
/// or be outlived by it when one of them is ended.
const BINARIES: [&str; 2] = ["soffice.bin", "soffice"];
/// Time to answer what version it is.
const ANSWER: Duration = Duration::from_secs(20);

/// The program, if there is one.
pub fn program() -> Option<PathBuf> {
    on_search_path().into_iter().chain(usual_places()).find_map(|found| behind(&found))
}

fn on_search_path() -> Vec<PathBuf> {
    let folders = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let found =
        folders.unwrap_or_default().into_iter().flat_map(|folder| NAMES.map(|name| folder.join(name)));
    found.filter(|path| path.is_file()).collect()
}

/// `…\LibreOffice\program` in the program folders of Windows, and the relatives that agencies use (NDC ODF
/// Application Tools, OxOffice), whatever they are called: LibreOffice first, then by name.
fn usual_places() -> Vec<PathBuf> {
    let roots = ["ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"].into_iter().filter_map(env::var_os);
    let mut found: Vec<PathBuf> = roots
        .flat_map(|root| fs::read_dir(root).into_iter().flatten().flatten())
        .map(|folder| folder.path().join("program").join("soffice.exe"))
        .filter(|path| path.is_file())
        .collect();
    found.sort_by_key(|path| (!path.to_string_lossy().contains("LibreOffice"), path.clone()));
    found.push(PathBuf::from("/Applications/LibreOffice.app/Contents/MacOS/soffice"));
    found
}

/// The binary behind a launcher or a link to one.
fn behind(launcher: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(launcher).ok().filter(|path| path.is_file())?;
    let folder = real.parent()?;
    let binary = BINARIES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    Some(plain(binary.unwrap_or(real)))
}

/// `canonicalize` gives `\\?\C:\…` on Windows, which not every program can be started by.
fn plain(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|text| !text.starts_with("UNC")) {
        Some(text) => PathBuf::from(text),
        None => path,
    }
}

/// 「LibreOffice 7.4.7.2 40(Build:2)」. On Windows asking would open a window, so the build is read from a
/// file beside the program there.
pub fn name(program: &Path) -> String {
    let asked = if cfg!(windows) { None } else { ask(program) };
    asked.or_else(|| build(program)).unwrap_or_else(|| "LibreOffice（版本不明）".to_owned())
}

fn ask(program: &Path) -> Option<String> {
    let mut child = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take()?;
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || sender.send(std::io::read_to_string(stdout)));
    let text = answer.recv_timeout(ANSWER).ok().and_then(Result::ok);
    let _ = child.kill();
    let _ = child.wait();
    let line = text?.lines().next()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}

fn build(program: &Path) -> Option<String> {
    let folder = program.parent()?;
    let text =
        ["version.ini", "versionrc"].iter().find_map(|name| fs::read_to_string(folder.join(name)).ok())?;
    let build = text.lines().find_map(|line| line.strip_prefix("buildid="))?.trim();
    Some(format!("LibreOffice（{build}）"))
}
