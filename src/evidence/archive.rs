//! A zip among the evidence, opened as if it were a folder: whole, or not at all.
//!
//! Names, limits and faults of the archive are judged here; what the members are is judged one by one
//! like any other file. A member's name is only ever shown and compared, never written to.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek};

use serde::{Deserialize, Serialize};

use crate::container::{ARCHIVE_CAPS, Package, PackageFault};
use crate::place::RelPath;

/// Folders inside a zip that are kept in a member's path; more say nothing to people.
const MAX_DEPTH: usize = 12;
/// Characters of one component of a member's path.
const MAX_COMPONENT: usize = 120;

/// Why a zip stays closed, as told to users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub reason: String,
    pub hint: String,
}

/// A member that was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub path: RelPath,
    pub is_link: bool,
}

/// Takes every member out. `keep` is given each member's path below `archive` and its bytes.
///
/// # Errors
/// Only those of `keep`: whatever is wrong with the zip is told in `Closed`.
pub fn open<R: Read + Seek>(
    mut reader: R,
    archive: &RelPath,
    keep: &mut dyn FnMut(&RelPath, &mut dyn Read) -> io::Result<()>,
) -> io::Result<Result<Vec<Taken>, Closed>> {
    let is_zip = starts_as_zip(&mut reader);
    let mut package = match Package::open(reader, &ARCHIVE_CAPS) {
        Ok(package) => package,
        Err(PackageFault::Damaged(_)) if !is_zip => return Ok(Err(closed(&PackageFault::NotAZip))),
        Err(fault) => return Ok(Err(closed(&fault))),
    };
    if let Some(name) = package.repeated() {
        return Ok(Err(Closed {
            reason: format!("壓縮檔內有兩個以上同名的檔案「{}」，只打得開其中一個", readable(name)),
            hint: "請向提供單位確認是哪些檔案，改用不同檔名後直接放進資料夾".to_owned(),
        }));
    }
    let members: Vec<(usize, Taken)> = listed(&package, archive);
    if members.is_empty() {
        let reason = "壓縮檔內沒有任何檔案".to_owned();
        return Ok(Err(Closed {
            reason, hint: "請向提供單位重新索取檔案；不需要者請刪除".to_owned()
        }));
    }
    for (index, taken) in &members {
        let reader = match package.stream(*index) {
            Ok(reader) => reader,
            Err(fault) => return Ok(Err(closed(&fault))),
        };
        let mut watched = Watched { reader, fault: None };
        match (keep(&taken.path, &mut watched), watched.fault) {
            (_, Some(fault)) => return Ok(Err(closed(&PackageFault::Damaged(fault)))),
            (kept, None) => kept?,
        }
    }
    Ok(Ok(members.into_iter().map(|(_, taken)| taken).collect()))
}

/// Archives of other kinds are often renamed to .zip.
fn starts_as_zip<R: Read + Seek>(reader: &mut R) -> bool {
    let mut start = [0; 2];
    reader.rewind().is_ok() && reader.read_exact(&mut start).is_ok() && start == *b"PK"
}

/// The files in a zip with the paths they get; no two paths are the same, whatever the zip says.
fn listed<R: Read + Seek>(package: &Package<R>, archive: &RelPath) -> Vec<(usize, Taken)> {
    let mut taken = BTreeSet::new();
    let files = package.entries().iter().enumerate().filter(|(_, entry)| {
        // A Big5 name may end in the byte 0x5C, which the zip crate takes for a folder's separator.
        !(entry.folder && entry.bytes == 0)
    });
    files
        .map(|(index, entry)| {
            let name = readable(&entry.name.text);
            let path = (1..)
                .map(|n| archive.join(&numbered(&name, n)))
                .find(|path| taken.insert(path.as_str().to_lowercase()))
                .unwrap_or_else(|| archive.join(&name));
            (index, Taken { path, is_link: entry.symlink })
        })
        .collect()
}

/// A member's name as a path that leads nowhere else: no drive, no root, no `..`, nothing that cannot
/// be shown, not endlessly long.
fn readable(name: &str) -> String {
    let components: Vec<String> = name
        .split('/')
        .filter(|component| !matches!(component.trim(), "" | "." | ".."))
        .map(|component| shortened(&component.replace(|c: char| c.is_control() || c == ':', "_")))
        .collect();
    let kept = &components[components.len().saturating_sub(MAX_DEPTH)..];
    if kept.is_empty() { "（無檔名）".to_owned() } else { kept.join("/") }
}

/// The middle goes; the extension at the end stays.
fn shortened(component: &str) -> String {
    const TAIL: usize = 19;
    let n = component.chars().count();
    if n <= MAX_COMPONENT {
        return component.to_owned();
    }
    let head = component.chars().take(MAX_COMPONENT - TAIL - 1);
    head.chain(['…']).chain(component.chars().skip(n - TAIL)).collect()
}

/// 「名冊（2）.pdf」 for the second of a name.
fn numbered(name: &str, n: usize) -> String {
    if n == 1 {
        return name.to_owned();
    }
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let slash = if folder.is_empty() { "" } else { "/" };
    match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{folder}{slash}{stem}（{n}）.{extension}"),
        _ => format!("{folder}{slash}{file}（{n}）"),
    }
}

fn closed(fault: &PackageFault) -> Closed {
    let hint = match fault {
        PackageFault::Encrypted(_) => "請以密碼解壓縮後，把裡面的檔案直接放進資料夾",
        PackageFault::TooLarge(_) => "請自行解壓縮，只把與本項目有關的檔案直接放進資料夾",
        PackageFault::Damaged(_) | PackageFault::NotAZip => {
            "請向提供單位重新索取，或解壓縮後把裡面的檔案直接放進資料夾"
        }
    };
    let reason = match fault {
        PackageFault::Encrypted(name) => format!("壓縮檔內的「{}」設有密碼", readable(name)),
        PackageFault::TooLarge(excess) => format!("壓縮檔超過上限：{excess}"),
        PackageFault::Damaged(_) => "壓縮檔已損壞，無法解開".to_owned(),
        PackageFault::NotAZip => "壓縮檔不是 .zip 格式，無法解開".to_owned(),
    };
    Closed { reason, hint: hint.to_owned() }
}

/// Tells a fault of the archive from one of whoever writes its bytes down.
struct Watched<R> {
    reader: R,
    fault: Option<String>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).inspect_err(|error| self.fault = Some(error.to_string()))
    }
}
