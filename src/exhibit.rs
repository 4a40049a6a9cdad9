//! An evidence file prepared for binding: what came out of it, page by page.
//!
//! Exhibits are small values that a worker can send; their bytes are handles into the folder
//! of prepared files. Knows nothing of item numbers or page numbers in the appendices.

use std::io::{self, Cursor, Read, Seek};

use serde::{Deserialize, Serialize};

use crate::fragment::Fragment;
use crate::place::RelPath;
use crate::plan::ItemCode;

/// Names a prepared file; opened through a [`ByteSource`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(pub String);

/// A file to be read, more than once.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// Gives the bytes behind a handle or an input path. Implemented by the shell over files,
/// by tests over memory.
pub trait ByteSource: Sync {
    /// The bytes of a prepared file.
    fn prepared(&self, handle: &Handle) -> io::Result<Vec<u8>>;
    /// The size in bytes of a prepared file.
    fn prepared_size(&self, handle: &Handle) -> io::Result<u64> {
        Ok(self.prepared(handle)?.len() as u64)
    }
    /// The bytes of an input file.
    fn input(&self, path: &RelPath) -> io::Result<Vec<u8>>;
    /// An input file to be read in a stream: it may be a film.
    fn open_input(&self, path: &RelPath) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(Cursor::new(self.input(path)?)))
    }
}

/// One evidence file, ready to be bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exhibit {
    pub item: ItemCode,
    pub source: RelPath,
    pub bytes: u64,
    pub sha256: String,
    /// What the reader sees beside it; never a file name with personal data in it.
    pub caption: String,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Content {
    /// Pages of a cleaned PDF: one form per page, upright, metadata stripped.
    Pages { prepared: Handle, pages: Vec<PageSize> },
    /// A picture: upright, shrunk, stripped.
    Picture { prepared: Handle, width: u32, height: u32 },
    /// Cannot be bound: a placeholder page, and the original as a file in the bundle.
    File { reason: String },
    /// Cannot be used at all (empty, unreadable, encrypted): a placeholder page alone.
    Unusable { reason: String },
}

/// Upright size of a page in PostScript points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageSize {
    pub width: f64,
    pub height: f64,
}

impl Exhibit {
    /// Pages it takes in the appendices when bound alone (pictures: one).
    pub fn n_pages(&self) -> usize {
        self.content.n_pages()
    }
}

impl Content {
    /// Pages it takes when bound alone: one, but for a document's pages.
    pub fn n_pages(&self) -> usize {
        match self {
            Content::Pages { pages, .. } => pages.len(),
            _ => 1,
        }
    }
}

/// Text found in a file, with the page (from 1) it stands on; page 0 for metadata and names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText {
    pub page: usize,
    pub text: String,
}

impl Preparation {
    /// Whether something leaves that no rule can read: a picture, a scan, a page without text in a document
    /// that has some elsewhere, a film.
    pub fn is_unread(&self) -> bool {
        let has_text =
            |page: usize| self.texts.iter().any(|text| text.page == page && !text.text.trim().is_empty());
        match &self.content {
            Content::Unusable { .. } => false,
            Content::File { .. } => self.remarks.contains(&Remark::NoText),
            Content::Picture { .. } => !has_text(1),
            Content::Pages { pages, .. } => (1..=pages.len()).any(|page| !has_text(page)),
        }
    }

    /// The program that made the pages, if they were made from an office document.
    pub fn converted_by(&self) -> Option<&str> {
        self.remarks.iter().find_map(|remark| match remark {
            Remark::Converted { by } => Some(by.as_str()),
            _ => None,
        })
    }
}

/// What a worker found out about one evidence file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    pub content: Content,
    /// For the privacy gate: what stands on the pages.
    pub texts: Vec<PageText>,
    /// For the privacy gate: what stands in the file otherwise.
    pub fragments: Vec<Fragment>,
    /// Things the clerk should know: e.g. pages bound as pictures, no searchable text.
    pub remarks: Vec<Remark>,
}

/// A remark of the preparation, turned into a diagnostic by `checks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Remark {
    /// These pages (from 1) were bound as pictures; why.
    BoundAsPicture { pages: Vec<usize>, reason: String },
    /// No text could be found in the document.
    NoText,
    /// The file could not be bound; why, and what to do.
    NotBound { reason: String, hint: String },
    /// Fonts that the pages name and do not hold: `named` ones show the right characters in another hand,
    /// `numbered` ones may show wrong characters.
    FontsMissing { named: Vec<String>, numbered: Vec<String> },
    /// Bound pages were drawn and compared with their sources: pages (from 1) that look different, and pages
    /// that could not be drawn within a worker's limits.
    Compared { differing: Vec<usize>, not_drawn: Vec<usize> },
    /// The picture held a location that was removed.
    LocationRemoved,
    /// The document holds fields that change by themselves, such as today's date.
    Moving,
    /// The pages were made from an office document; by which program, with its version.
    Converted { by: String },
}
