//! Facts on every file of the workspace: where it is, how large, what it is, its digests.
//!
//! Every input file appears here exactly once. Knows the names of office litter and the magic
//! numbers of formats; does not open anything.

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};

use crate::place::RelPath;
use crate::plan::{ItemCode, UnitId};

/// Digests of a file's bytes at intake, lower-case hex. The bundle takes its own of what it packs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Digests {
    pub sha256: String,
}

/// What a file is, by its first bytes, whatever its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaType {
    Empty,
    Pdf,
    Jpeg,
    Png,
    Gif,
    Bmp,
    Tiff,
    Webp,
    Heic,
    /// .xlsx or .xlsm.
    Xlsx,
    Xlsb,
    Docx,
    Pptx,
    Ods,
    Odt,
    Odp,
    /// A compound file holding a BIFF workbook.
    Xls,
    /// Another compound file (.doc, .ppt, .msg) or an encrypted OOXML package.
    Cfb,
    /// A zip that is nothing more particular, or an archive of another kind (RAR, 7z, gzip).
    Zip,
    Html,
    Text,
    AudioVideo,
    Unknown,
}

/// The part a file plays, judged by where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Plan,
    SecretariatWorkbook,
    UnitWorkbook(UnitId),
    /// In an item's folder, at any depth.
    Evidence(ItemCode),
    /// A zip in an item's folder that was opened: its members stand in the inventory as files below it.
    Archive(ItemCode),
    /// The scan of a signed page. It bears the identity of everything else, and is no part of it.
    SignedPage,
    /// A form of the agency's own, that goes in place of ours.
    OfficialForm,
    /// An override of a built-in template.
    Template,
    /// Numbers of appendices to be kept.
    NumberLock,
    /// Written by huibian itself for people (使用說明, receipts).
    Guide,
    /// An earlier self-assessment, to stand beside this year's figures.
    LastFigures,
    /// In a unit's folder but in no item's folder.
    Stray(Option<UnitId>),
    /// Never read.
    LeftOut(LeftOut),
}

/// Why a file is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// A link, or something else that is no plain file: not followed.
    Link,
    /// Left by a program that has the file open.
    LockFile,
    MacSystem,
    WindowsSystem,
    Unfinished,
    Hidden,
}

impl LeftOut {
    /// As the ledger says it.
    pub fn reason(self) -> &'static str {
        match self {
            LeftOut::Link => "是捷徑（連結），不會跟隨到資料夾外",
            LeftOut::LockFile => "暫存的鎖定檔：該檔案可能正在 Excel 或 LibreOffice 中開啟",
            LeftOut::MacSystem => "macOS 系統檔",
            LeftOut::WindowsSystem => "Windows 系統檔",
            LeftOut::Unfinished => "未完成的暫存檔",
            LeftOut::Hidden => "隱藏檔",
        }
    }
}

/// One file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    pub path: RelPath,
    pub bytes: u64,
    pub media_type: MediaType,
    pub digests: Digests,
    pub role: Role,
    /// Why it could not be read, in the operating system's words.
    pub unreadable: Option<String>,
}

/// A file inside a zip, as a worker took it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Below the zip's own path, as if the zip were a folder.
    pub path: RelPath,
    pub bytes: u64,
    pub media_type: MediaType,
    pub digests: Digests,
    /// A symbolic link: listed, never followed.
    pub is_link: bool,
}

/// All files, sorted by path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    pub files: Vec<InputFile>,
}

impl Inventory {
    pub fn get(&self, path: &RelPath) -> Option<&InputFile> {
        self.files.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| &self.files[index])
    }

    /// The opened zip that a file was taken out of; `None` for files of the workspace's own.
    pub fn archive_of(&self, path: &RelPath) -> Option<&InputFile> {
        let above = std::iter::successors(path.parent(), RelPath::parent);
        above.filter_map(|folder| self.get(&folder)).find(|file| matches!(file.role, Role::Archive(_)))
    }

    /// Evidence files of an item, in path order.
    pub fn evidence<'a>(&'a self, item: &'a ItemCode) -> impl Iterator<Item = &'a InputFile> {
        self.files.iter().filter(move |file| matches!(&file.role, Role::Evidence(code) if code == item))
    }
}

/// Digests bytes as they stream by.
pub struct FileDigester {
    sha256: Sha256,
}

impl FileDigester {
    #[expect(clippy::new_without_default, reason = "a digester is begun, not defaulted")]
    pub fn new() -> Self {
        FileDigester { sha256: Sha256::new() }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
    }

    pub fn finish(self) -> Digests {
        Digests { sha256: hex(&self.sha256.finalize()) }
    }
}

/// SHA-256 of everything a reader gives, lower-case hex (FIPS 180-4).
pub fn sha256_of(reader: &mut dyn io::Read) -> io::Result<String> {
    let mut digester = FileDigester::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match reader.read(&mut block)? {
            0 => return Ok(digester.finish().sha256),
            n => digester.update(&block[..n]),
        }
    }
}

/// Passes bytes on and digests them with SHA-512.
pub struct Sha512Reader<R> {
    inner: R,
    sha512: Sha512,
}

impl<R: io::Read> Sha512Reader<R> {
    pub fn new(inner: R) -> Self {
        Sha512Reader { inner, sha512: Sha512::new() }
    }

    /// The digest of what was read, lower-case hex (FIPS 180-4).
    pub fn finish(self) -> String {
        hex(&self.sha512.finalize())
    }
}

impl<R: io::Read> io::Read for Sha512Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.sha512.update(&buffer[..n]);
        Ok(n)
    }
}

/// SHA-256 of bytes, lower-case hex (FIPS 180-4).
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-512 of bytes, lower-case hex (FIPS 180-4).
pub fn sha512_hex(bytes: &[u8]) -> String {
    hex(&Sha512::digest(bytes))
}
