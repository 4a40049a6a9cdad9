//! The world a template is compiled in: the templates, the data and the fonts; no disk, no clock.

use std::fmt;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;

use crate::assets::Templates;

use super::Fonts;

/// Where templates find their data.
const DATA: &str = "data.json";

/// A template that could not be compiled, or a document that could not be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypesetError {
    /// Template name, line and column (from 1), where known.
    pub place: Option<(String, usize, usize)>,
    /// Typst's words, with its hints.
    pub message: String,
    /// The template is the user's own.
    pub in_override: bool,
}

impl TypesetError {
    pub(super) fn unplaced(message: impl Into<String>) -> Self {
        TypesetError { place: None, message: message.into(), in_override: false }
    }
}

impl fmt::Display for TypesetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.in_override { "自訂範本" } else { "內建範本" };
        match &self.place {
            Some((name, line, column)) => {
                write!(f, "{whose} templates/{name} 第 {line} 行第 {column} 欄排版失敗：{}", self.message)
            }
            None => write!(f, "排版失敗：{}", self.message),
        }
    }
}

impl std::error::Error for TypesetError {}

/// One template with its data, ready to compile.
pub(super) struct Desk<'a> {
    library: LazyHash<Library>,
    fonts: &'a Fonts,
    main: FileId,
    sources: Vec<(Source, &'a str, bool)>,
    data: Bytes,
}

impl<'a> Desk<'a> {
    pub(super) fn new(name: &str, json: String, templates: &'a Templates, fonts: &'a Fonts) -> Self {
        let sources = templates
            .iter()
            .filter(|(name, _)| name.ends_with(".typ"))
            .map(|(name, text)| (Source::new(file_id(name), text.text.clone()), name, text.is_override))
            .collect();
        Desk {
            library: LazyHash::new(Library::default()),
            fonts,
            main: file_id(name),
            sources,
            data: Bytes::from_string(json),
        }
    }

    pub(super) fn compile(&self) -> Result<PagedDocument, TypesetError> {
        typst::compile(self).output.map_err(|errors| self.error(&errors))
    }

    /// The first error with its place; Typst has already dropped repetitions.
    pub(super) fn error(&self, errors: &[SourceDiagnostic]) -> TypesetError {
        let Some(first) = errors.first() else { return TypesetError::unplaced("原因不明") };
        let hints = first.hints.iter().map(|hint| format!("（{}）", hint.v)).collect::<String>();
        let message = format!("{}{hints}", first.message);
        let found = first.span.id().and_then(|id| self.sources.iter().find(|(source, ..)| source.id() == id));
        let Some((source, name, in_override)) = found else { return TypesetError::unplaced(message) };
        let place = self.range(first.span).and_then(|range| {
            let (line, column) = source.lines().byte_to_line_column(range.start)?;
            Some(((*name).to_owned(), line + 1, column + 1))
        });
        TypesetError { place, message, in_override: *in_override }
    }
}

/// Ids are interned for the life of the process: the same few names are used again and again.
fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(format!("/{name}"))
        .expect("template names are constants of ours, without `..` or a drive");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.sources.iter().find(|(source, ..)| source.id() == id);
        found.map(|(source, ..)| source.clone()).ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == file_id(DATA) {
            return Ok(self.data.clone());
        }
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
