//! Zip files read into memory within limits: declared sizes are summed before a byte is inflated.
//!
//! The zip crate stops an entry at its declared size, so bounding what the central directory
//! declares bounds all the memory an archive can ask for. Knows nothing of the parts' meaning.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

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

/// Limits for a zip handed in as evidence: photos and a film of one event. The ratio is that of a
/// workbook; blank scans kept as BMP, which shrink a thousandfold, are within the grace.
pub const ARCHIVE_CAPS: Caps =
    Caps { file: 2 << 30, total: 2 << 30, part: 1 << 30, entries: 1_000, ratio: 200, ratio_grace: 64 << 20 };

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
    /// Size in the archive in bytes.
    pub packed: u64,
    pub folder: bool,
    pub symlink: bool,
    pub encrypted: bool,
}

/// An archive within its limits.
pub struct Package<R: Read + Seek> {
    archive: ZipArchive<R>,
    entries: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
    repeated: Option<String>,
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
        let start = ZipArchive::new(&mut reader)?.central_directory_start();
        let repeated = repeated(&mut reader, start)?;
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
                packed: stored,
                folder: file.is_dir(),
                symlink: file.is_symlink(),
                encrypted: file.encrypted(),
            });
        }
        if total > caps.total {
            return Err(PackageFault::TooLarge(Excess::Total { bytes: total, cap: caps.total }));
        }
        Ok(Package { archive, entries, by_name, repeated, part_cap: caps.part })
    }

    /// In the archive's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A name that several entries bear to the byte: all but one of them are out of reach here.
    pub fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
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

impl<R: Read + Seek> Package<R> {
    /// The entry at a position of `entries`, inflated as it is read: for members too large for memory. Reading
    /// fails at the end when the checksum is wrong.
    pub fn stream(&mut self, index: usize) -> Result<impl Read + '_, PackageFault> {
        let entry =
            self.entries.get(index).ok_or_else(|| PackageFault::Damaged("no such entry".to_owned()))?;
        if entry.encrypted {
            return Err(PackageFault::Encrypted(entry.name.text.clone()));
        }
        let cap = self.part_cap.saturating_add(1);
        Ok(self.archive.by_index(index)?.take(cap))
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

/// A name that stands more than once in the central directory (APPNOTE 4.3.12), which the zip crate
/// keeps by name.
fn repeated<R: Read + Seek>(reader: &mut R, start: u64) -> io::Result<Option<String>> {
    const HEADER: usize = 46;
    reader.seek(SeekFrom::Start(start))?;
    let mut buffered = BufReader::new(reader);
    let mut seen = BTreeSet::new();
    let mut header = [0u8; HEADER];
    while buffered.read_exact(&mut header).is_ok() && header.starts_with(b"PK\x01\x02") {
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let mut name = Vec::new();
        buffered.by_ref().take(length(28)).read_to_end(&mut name)?;
        let rest = length(30) + length(32);
        io::copy(&mut buffered.by_ref().take(rest), &mut io::sink())?;
        let is_utf8 = length(8) & (1 << 11) != 0;
        let shown = entry_name(&name, is_utf8).text;
        if !seen.insert(name) {
            return Ok(Some(shown));
        }
    }
    Ok(None)
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

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::{FullFileOptions, SimpleFileOptions};

    use super::*;
    use crate::container::NameSource;

    const SMALL: Caps = Caps { file: 4096, total: 1500, part: 1000, entries: 3, ratio: 10, ratio_grace: 500 };

    fn archive(entries: &[(&[u8], usize)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, length) in entries {
            let options = SimpleFileOptions::default().name(name);
            writer.start_file_with_options(options).expect("started");
            writer.write_all(&vec![b'x'; *length]).expect("written");
        }
        writer.finish().expect("finished").into_inner()
    }

    fn opened(bytes: &[u8]) -> Result<Package<Cursor<&[u8]>>, PackageFault> {
        Package::open(Cursor::new(bytes), &SMALL)
    }

    #[test]
    fn parts_are_found_whatever_the_case_and_slash() {
        let bytes = archive(&[(b"XL\\Workbook.xml", 5), (b"a", 0)]);
        let mut package = opened(&bytes).expect("within limits");
        assert_eq!(package.part("/xl/workbook.xml"), Ok(Some(b"xxxxx".to_vec())));
        assert_eq!(package.part("xl/none.xml"), Ok(None));
        assert!(package.contains("A"));
    }

    #[test]
    fn every_limit_is_held_before_inflating() {
        let fault = |entries: &[(&[u8], usize)]| match opened(&archive(entries)) {
            Err(PackageFault::TooLarge(excess)) => excess,
            other => panic!("{:?}", other.map(|package| package.entries().to_vec())),
        };
        assert!(matches!(fault(&[(b"a", 1001)]), Excess::Part { .. }));
        assert!(matches!(fault(&[(b"a", 900)]), Excess::Ratio { .. }));
        assert!(matches!(fault(&[(b"a", 1), (b"b", 1), (b"c", 1), (b"d", 1)]), Excess::Entries { .. }));
        let small_caps = Caps { ratio: 1000, ..SMALL };
        let bytes = archive(&[(b"a", 900), (b"b", 900)]);
        let total = Package::open(Cursor::new(&bytes[..]), &small_caps).err();
        assert!(matches!(total, Some(PackageFault::TooLarge(Excess::Total { .. }))));
        let mut long = archive(&[(b"a", 1)]);
        long.resize(5000, 0);
        assert!(matches!(opened(&long).err(), Some(PackageFault::TooLarge(Excess::File { .. }))));
    }

    #[test]
    fn damage_is_told_from_what_is_no_zip() {
        assert_eq!(opened(b"").err(), Some(PackageFault::NotAZip));
        assert!(matches!(opened(b"PK\x03\x04 and no end").err(), Some(PackageFault::Damaged(_))));
        let whole = archive(&[(b"a", 400)]);
        for cut in 4..whole.len() {
            assert!(opened(&whole[..cut]).is_err(), "{cut}");
        }
        // A changed byte of the content is noticed by its checksum or by inflating.
        let mut changed = whole.clone();
        changed[32] ^= 0xFF;
        assert!(opened(&changed).expect("the directory is whole").read(0).is_err());
    }

    #[test]
    fn names_from_taiwan_come_back_readable() {
        let big5: &[u8] = b"\xc3\xb1\xa8\xec\xaa\xed.pdf";
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let simple = SimpleFileOptions::default();
        writer.start_file_with_options(simple.name(big5)).expect("started");
        writer.start_file("簽到表.jpg", simple).expect("started");
        // Info-ZIP's Unicode path: version, CRC-32 of the stored name, the name in UTF-8.
        let stored: &[u8] = b"\xc3\xb1\xa8\xec.txt";
        let mut crc = !0u32;
        for byte in stored {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            }
        }
        let field = [&[1u8][..], &(!crc).to_le_bytes(), "簽到.txt".as_bytes()].concat();
        let mut options = FullFileOptions::default().name(stored);
        options.add_extra_field(0x7075, field, false).expect("a field");
        writer.start_file_with_options(options).expect("started");
        let bytes = writer.finish().expect("finished").into_inner();
        let package = opened(&bytes).expect("within limits");
        let names: Vec<_> =
            package.entries().iter().map(|entry| (entry.name.text.as_str(), entry.name.source)).collect();
        assert_eq!(
            names,
            [
                ("簽到表.pdf", NameSource::GuessedBig5),
                ("簽到表.jpg", NameSource::Declared),
                ("簽到.txt", NameSource::Declared),
            ]
        );
    }
}
