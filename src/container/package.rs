//! Zip files read into memory within limits: declared sizes are summed before a byte is inflated.
//!
//! The zip crate stops an entry at its declared size, so bounding what the central directory
//! declares bounds all the memory an archive can ask for. Knows nothing of the parts' meaning.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::names::{EntryName, entry_name};

/// Limits of an archive. Sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// The archive itself.
    pub file: u64,
    /// All entries, inflated.
    pub total: u64,
    /// One entry, inflated.
    pub part: u64,
    pub entries: u64,
    /// Inflated to stored size of one entry; entries up to `ratio_grace` are exempt.
    pub ratio: u64,
    pub ratio_grace: u64,
}

/// Limits for a submitted workbook. Over 1,029 public workbooks the largest seen were 114 MB
/// inflated, 196 entries and a ratio of 100.
pub const WORKBOOK_CAPS: Caps = Caps {
    file: 50 << 20,
    total: 256 << 20,
    part: 128 << 20,
    entries: 1_000,
    ratio: 200,
    ratio_grace: 4 << 20,
};

/// Which limit an archive breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excess {
    File { bytes: u64, cap: u64 },
    Entries { count: u64, cap: u64 },
    Total { bytes: u64, cap: u64 },
    Part { name: String, bytes: u64, cap: u64 },
    Ratio { name: String, ratio: u64, cap: u64 },
}

/// Why an archive or one of its parts cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageFault {
    NotAZip,
    /// In the words of the parser, for people who can use them.
    Damaged(String),
    /// The named entry is encrypted.
    Encrypted(String),
    TooLarge(Excess),
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mb = |bytes: u64| bytes.div_ceil(1 << 20);
        match self {
            Excess::File { bytes, cap } => {
                write!(f, "檔案 {} MB，上限 {} MB", mb(*bytes), mb(*cap))
            }
            Excess::Entries { count, cap } => write!(f, "內含 {count} 個檔案，上限 {cap} 個"),
            Excess::Total { bytes, cap } => {
                write!(f, "解開後共 {} MB，上限 {} MB", mb(*bytes), mb(*cap))
            }
            Excess::Part { name, bytes, cap } => {
                write!(f, "其中「{name}」解開後 {} MB，上限 {} MB", mb(*bytes), mb(*cap))
            }
            Excess::Ratio { name, ratio, cap } => {
                write!(f, "其中「{name}」解開後膨脹 {ratio} 倍，上限 {cap} 倍")
            }
        }
    }
}

impl fmt::Display for PackageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackageFault::NotAZip => f.write_str("不是壓縮檔"),
            PackageFault::Damaged(detail) => write!(f, "壓縮檔損壞（{detail}）"),
            PackageFault::Encrypted(name) => write!(f, "「{name}」設有密碼"),
            PackageFault::TooLarge(excess) => excess.fmt(f),
        }
    }
}

impl std::error::Error for PackageFault {}

impl From<ZipError> for PackageFault {
    fn from(error: ZipError) -> Self {
        PackageFault::Damaged(error.to_string())
    }
}

impl From<io::Error> for PackageFault {
    fn from(error: io::Error) -> Self {
        PackageFault::Damaged(error.to_string())
    }
}

/// One entry of an archive, by what the central directory declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: EntryName,
    /// Inflated size in bytes; never exceeded when read.
    pub bytes: u64,
    pub folder: bool,
    pub symlink: bool,
    pub encrypted: bool,
}

/// An archive within its limits.
pub struct Package<R: Read + Seek> {
    archive: ZipArchive<R>,
    entries: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
    part_cap: u64,
}

impl<R: Read + Seek> Package<R> {
    /// Reads the central directory and holds what it declares against the limits. Inflates nothing.
    ///
    /// # Errors
    /// Not a zip, damaged, or past a limit. Encrypted entries are only an error once read.
    pub fn open(mut reader: R, caps: &Caps) -> Result<Self, PackageFault> {
        let length = reader.seek(SeekFrom::End(0))?;
        if length > caps.file {
            return Err(PackageFault::TooLarge(Excess::File { bytes: length, cap: caps.file }));
        }
        let declared = declared_entries(&mut reader, length)?;
        if declared > caps.entries {
            return Err(PackageFault::TooLarge(Excess::Entries { count: declared, cap: caps.entries }));
        }
        let archive = ZipArchive::new(reader)?;
        let mut entries = Vec::with_capacity(archive.len());
        let mut by_name = BTreeMap::new();
        let mut total = 0u64;
        for index in 0..archive.len() {
            let file = archive.by_index_data(index)?;
            let name = entry_name(file.name_raw(), says_utf8(&file));
            let (bytes, stored) = (file.size(), file.compressed_size());
            total = total.saturating_add(bytes);
            check_entry(&name.text, bytes, stored, caps)?;
            // Of two entries of one name the first counts, as in the programs people open it with.
            by_name.entry(part_key(&name.text)).or_insert(index);
            entries.push(Entry {
                name,
                bytes,
                folder: file.is_dir(),
                symlink: file.is_symlink(),
                encrypted: file.encrypted(),
            });
        }
        if total > caps.total {
            return Err(PackageFault::TooLarge(Excess::Total { bytes: total, cap: caps.total }));
        }
        Ok(Package { archive, entries, by_name, part_cap: caps.part })
    }

    /// In the archive's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether a part of this name exists; letter case and a leading `/` do not count.
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(&part_key(name))
    }

    /// A part by name, inflated; `Ok(None)` when there is none. Letter case and a leading `/`
    /// do not count, as OPC (ISO/IEC 29500-2 §7.3) has it.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, PackageFault> {
        match self.by_name.get(&part_key(name)) {
            Some(&index) => self.read(index).map(Some),
            None => Ok(None),
        }
    }

    /// The entry at a position of `entries`, inflated and checked against its checksum.
    pub fn read(&mut self, index: usize) -> Result<Vec<u8>, PackageFault> {
        let entry =
            self.entries.get(index).ok_or_else(|| PackageFault::Damaged("no such entry".to_owned()))?;
        if entry.encrypted {
            return Err(PackageFault::Encrypted(entry.name.text.clone()));
        }
        let mut content = Vec::new();
        let file = self.archive.by_index(index)?;
        // The declared size may lie upwards: memory follows what arrives, not what is promised.
        file.take(self.part_cap.saturating_add(1)).read_to_end(&mut content)?;
        Ok(content)
    }
}

fn check_entry(name: &str, bytes: u64, stored: u64, caps: &Caps) -> Result<(), PackageFault> {
    if bytes > caps.part {
        let name = name.to_owned();
        return Err(PackageFault::TooLarge(Excess::Part { name, bytes, cap: caps.part }));
    }
    let ratio = bytes / stored.max(1);
    if bytes > caps.ratio_grace && ratio > caps.ratio {
        let name = name.to_owned();
        return Err(PackageFault::TooLarge(Excess::Ratio { name, ratio, cap: caps.ratio }));
    }
    Ok(())
}

fn part_key(name: &str) -> String {
    name.trim_start_matches('/').to_lowercase()
}

fn says_utf8(file: &zip::read::ZipFileEntry<'_>) -> bool {
    file.flags().as_u16() & (1 << 11) != 0
}

/// The largest number of entries an end record of the file claims, read before the zip crate
/// allocates for them.
fn declared_entries<R: Read + Seek>(reader: &mut R, length: u64) -> Result<u64, PackageFault> {
    const RECORD: usize = 22;
    let tail = length.min((1 << 16) + RECORD as u64 + 96);
    reader.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::new();
    reader.by_ref().take(tail).read_to_end(&mut bytes)?;
    let mut most = None;
    for at in 0..bytes.len().saturating_sub(RECORD - 1) {
        if bytes[at..].starts_with(b"PK\x05\x06") {
            let mut count = u64::from(u16::from_le_bytes([bytes[at + 10], bytes[at + 11]]));
            if count == 0xFFFF {
                count = zip64_entries(reader, &bytes[..at]).unwrap_or(count);
            }
            most = most.max(Some(count));
        }
    }
    reader.rewind()?;
    most.ok_or_else(|| {
        if length >= 4 { PackageFault::Damaged("no end record".to_owned()) } else { PackageFault::NotAZip }
    })
}

/// The entry count of the zip64 end record that the locator right before an end record points at.
fn zip64_entries<R: Read + Seek>(reader: &mut R, before: &[u8]) -> Option<u64> {
    let locator = before.get(before.len().checked_sub(20)?..)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return None;
    }
    let at = u64::from_le_bytes(locator[8..16].try_into().ok()?);
    reader.seek(SeekFrom::Start(at)).ok()?;
    let mut record = [0u8; 40];
    reader.read_exact(&mut record).ok()?;
    record.starts_with(b"PK\x06\x06").then(|| {
        u64::from_le_bytes([
            record[32], record[33], record[34], record[35], record[36], record[37], record[38], record[39],
        ])
    })
}
