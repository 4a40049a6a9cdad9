//! Compound files (OLE, MS-CFB): every chain followed with bounds, streams taken out, clean ones put
//! together again.
//!
//! Parsers further in would follow a looped chain until memory ends; they are only given files
//! composed here. Knows nothing of what the streams mean.

use std::fmt;
use std::io::{Cursor, Write};

/// The first eight bytes of every compound file.
pub(super) const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

const LAST_SECTOR: u32 = 0xFFFF_FFFA;
const NO_ENTRY: u32 = 0xFFFF_FFFF;
const MINI_SECTOR: usize = 64;
/// Streams shorter than this live in the mini stream (MS-CFB 2.2).
const MINI_CUTOFF: u64 = 4096;

/// Why a compound file or one of its streams cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompoundFault {
    NotCompound,
    /// A header field with a value no writer gives it.
    Header(&'static str),
    /// A chain that returns to itself.
    Looped(&'static str),
    /// A chain that leaves the file.
    OutOfBounds(&'static str),
}

impl fmt::Display for CompoundFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompoundFault::NotCompound => f.write_str("不是複合文件"),
            CompoundFault::Header(what) => write!(f, "檔頭有誤：{what}"),
            CompoundFault::Looped(what) => write!(f, "配置表自成迴圈：{what}"),
            CompoundFault::OutOfBounds(what) => write!(f, "配置表指向檔案之外：{what}"),
        }
    }
}

impl std::error::Error for CompoundFault {}

#[derive(Debug, Clone, PartialEq, Eq)]
struct DirectoryEntry {
    name: String,
    is_stream: bool,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    length: u64,
}

/// A compound file whose allocation tables and directory were read within bounds.
#[derive(Debug)]
pub struct Compound<'a> {
    bytes: &'a [u8],
    sector_size: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    directory: Vec<DirectoryEntry>,
}

impl<'a> Compound<'a> {
    /// Follows the tables and the directory. Memory stays below a small multiple of `bytes`.
    pub fn open(bytes: &'a [u8]) -> Result<Self, CompoundFault> {
        if !bytes.starts_with(MAGIC) || bytes.len() < 512 {
            return Err(CompoundFault::NotCompound);
        }
        let sector_size = match u16_at(bytes, 30) {
            9 => 512,
            12 => 4096,
            _ => return Err(CompoundFault::Header("sector size")),
        };
        let mut file = Compound {
            bytes,
            sector_size,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            directory: Vec::new(),
        };
        file.fat = file.read_fat()?;
        let directory = file.chain(u32_at(bytes, 48), u64::MAX, "directory")?;
        file.directory = directory.chunks_exact(128).map(|raw| directory_entry(raw, sector_size)).collect();
        let root = file.directory.first().ok_or(CompoundFault::Header("no root entry"))?;
        let (start, length) = (root.start, root.length);
        let n_mini = u64::from(u32_at(bytes, 64));
        if n_mini > 0 {
            let table = file.chain(u32_at(bytes, 60), n_mini * sector_size as u64, "mini table")?;
            file.mini_fat = table.chunks_exact(4).map(|raw| u32_at(raw, 0)).collect();
            file.mini_stream = file.chain(start, length, "mini stream")?;
        }
        Ok(file)
    }

    /// Names of the streams directly under the root.
    pub fn streams(&self) -> Vec<&str> {
        self.top_level().filter(|entry| entry.is_stream).map(|entry| entry.name.as_str()).collect()
    }

    /// Names of the storages directly under the root.
    pub fn storages(&self) -> Vec<&str> {
        self.top_level().filter(|entry| !entry.is_stream).map(|entry| entry.name.as_str()).collect()
    }

    /// A stream directly under the root; letter case does not count.
    pub fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, CompoundFault> {
        let Some(entry) =
            self.top_level().find(|entry| entry.is_stream && entry.name.eq_ignore_ascii_case(name))
        else {
            return Ok(None);
        };
        let content = if entry.length < MINI_CUTOFF {
            self.mini_chain(entry.start, entry.length)?
        } else {
            self.chain(entry.start, entry.length, "stream")?
        };
        Ok(Some(content))
    }

    /// The root's children: a binary tree of siblings, walked with a mark on what was seen.
    fn top_level(&self) -> impl Iterator<Item = &DirectoryEntry> {
        let mut seen = vec![false; self.directory.len()];
        let mut waiting: Vec<u32> = self.directory.first().map(|root| root.child).into_iter().collect();
        let mut found = Vec::new();
        while let Some(id) = waiting.pop() {
            let Some(entry) = self.directory.get(id as usize) else { continue };
            if id == NO_ENTRY || std::mem::replace(&mut seen[id as usize], true) {
                continue;
            }
            found.push(entry);
            waiting.extend([entry.left, entry.right]);
        }
        found.into_iter()
    }

    fn n_sectors(&self) -> usize {
        self.bytes.len() / self.sector_size
    }

    /// A sector's bytes; the last one of a file may be cut short.
    fn sector(&self, id: u32, what: &'static str) -> Result<&'a [u8], CompoundFault> {
        let start = (id as usize + 1) * self.sector_size;
        let end = (start + self.sector_size).min(self.bytes.len());
        self.bytes.get(start..end).filter(|raw| !raw.is_empty()).ok_or(CompoundFault::OutOfBounds(what))
    }

    /// The allocation table: 109 sectors listed in the header, more in a chain of their own.
    fn read_fat(&self) -> Result<Vec<u32>, CompoundFault> {
        let mut sectors: Vec<u32> = (0..109).map(|index| u32_at(self.bytes, 76 + 4 * index)).collect();
        let mut next = u32_at(self.bytes, 68);
        let mut left = self.n_sectors() + 1;
        while next < LAST_SECTOR {
            left = left.checked_sub(1).ok_or(CompoundFault::Looped("DIFAT"))?;
            let mut listed: Vec<u32> =
                self.sector(next, "DIFAT")?.chunks_exact(4).map(|raw| u32_at(raw, 0)).collect();
            next = listed.pop().ok_or(CompoundFault::OutOfBounds("DIFAT"))?;
            sectors.extend(listed);
        }
        sectors.retain(|id| *id < LAST_SECTOR);
        if sectors.len() > self.n_sectors() + 1 {
            return Err(CompoundFault::Looped("FAT"));
        }
        let mut fat = Vec::new();
        for id in sectors {
            fat.extend(self.sector(id, "FAT")?.chunks_exact(4).map(|raw| u32_at(raw, 0)));
        }
        Ok(fat)
    }

    fn chain(&self, start: u32, length: u64, what: &'static str) -> Result<Vec<u8>, CompoundFault> {
        let mut content = Vec::new();
        let mut next = start;
        let mut left = self.n_sectors() + 1;
        while next < LAST_SECTOR && (content.len() as u64) < length {
            left = left.checked_sub(1).ok_or(CompoundFault::Looped(what))?;
            content.extend_from_slice(self.sector(next, what)?);
            next = *self.fat.get(next as usize).ok_or(CompoundFault::OutOfBounds(what))?;
        }
        content.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(content)
    }

    fn mini_chain(&self, start: u32, length: u64) -> Result<Vec<u8>, CompoundFault> {
        const WHAT: &str = "stream";
        let mut content = Vec::new();
        let mut next = start;
        // Less than MINI_CUTOFF bytes: the length alone ends a loop.
        while next < LAST_SECTOR && (content.len() as u64) < length {
            let from = next as usize * MINI_SECTOR;
            let raw = self.mini_stream.get(from..).filter(|raw| !raw.is_empty());
            let raw = raw.ok_or(CompoundFault::OutOfBounds(WHAT))?;
            content.extend_from_slice(&raw[..raw.len().min(MINI_SECTOR)]);
            next = *self.mini_fat.get(next as usize).ok_or(CompoundFault::OutOfBounds(WHAT))?;
        }
        content.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(content)
    }
}

fn directory_entry(raw: &[u8], sector_size: usize) -> DirectoryEntry {
    let units: Vec<u16> = (0..32).map(|index| u16_at(raw, 2 * index)).take_while(|unit| *unit != 0).collect();
    // In version 3 the upper half of the length may hold anything (MS-CFB 2.6.1).
    let upper = if sector_size == 512 { 0 } else { u64::from(u32_at(raw, 124)) };
    DirectoryEntry {
        name: String::from_utf16_lossy(&units),
        is_stream: raw[66] == 2,
        left: u32_at(raw, 68),
        right: u32_at(raw, 72),
        child: u32_at(raw, 76),
        start: u32_at(raw, 116),
        length: upper << 32 | u64::from(u32_at(raw, 120)),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// A new compound file of these streams under the root.
///
/// # Errors
/// A name that no stream may bear.
pub fn compose(streams: &[(&str, &[u8])]) -> std::io::Result<Vec<u8>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    for (name, content) in streams {
        file.create_stream(format!("/{name}"))?.write_all(content)?;
    }
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_both_sizes_come_back() {
        let long: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
        let bytes = compose(&[("Workbook", &long), ("\u{5}SummaryInformation", b"short")]).expect("composed");
        let file = Compound::open(&bytes).expect("opened");
        assert_eq!(file.stream("workbook").expect("read"), Some(long));
        assert_eq!(file.stream("\u{5}SummaryInformation").expect("read"), Some(b"short".to_vec()));
        assert_eq!(file.stream("Book").expect("read"), None);
        let mut names = file.streams();
        names.sort_unstable();
        assert_eq!(names, ["\u{5}SummaryInformation", "Workbook"]);
    }

    #[test]
    fn no_damage_makes_it_panic_or_loop() {
        let bytes = compose(&[("Workbook", &[7; 9000]), ("Small", &[1; 100])]).expect("composed");
        for at in 0..bytes.len() {
            for value in [0, 1, 0xFF] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                if let Ok(file) = Compound::open(&bytes) {
                    let _ = (file.stream("Workbook"), file.stream("Small"));
                }
            }
            if let Ok(file) = Compound::open(&bytes[..at]) {
                let _ = file.stream("Workbook");
            }
        }
    }
}
