//! The world a template is compiled in: the templates, the data and the fonts; no disk, no clock.
//!
//! Turns Typst's diagnostics into errors with template, line and column. Knows nothing of what
//! the templates print.

use std::fmt;
use std::path::PathBuf;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{DiagSpan, DiagSpanKind, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;

use crate::assets::Templates;

use super::fonts::{FontSet, Fonts};

/// Where templates find their data: `json("/data.json")`.
const DATA: &str = "data.json";

/// A template that could not be compiled, or a document that could not be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypesetError {
    /// Template name, line and column (from 1), where known.
    pub place: Option<(String, usize, usize)>,
    /// Typst's words, with its hints.
    pub message: String,
    /// The template is the user's own: the error is theirs to mend.
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

/// What is wrong with how a template is written, in Typst's words; `None`: it can be compiled, if its data
/// and names are there.
pub fn syntax_fault(name: &str, text: &str) -> Option<TypesetError> {
    let source = Source::new(file_id(name), text.to_owned());
    let (errors, _) = source.root().errors_and_warnings();
    let first = errors.first()?;
    let range = match first.span.get() {
        DiagSpanKind::Detached => None,
        DiagSpanKind::Number { num, sub_range, .. } => source.range(num, sub_range),
        DiagSpanKind::Range { range, .. } => Some(range),
    };
    let at = range.and_then(|range| source.lines().byte_to_line_column(range.start));
    Some(TypesetError {
        place: at.map(|(line, column)| (name.to_owned(), line + 1, column + 1)),
        message: first.message.to_string(),
        in_override: true,
    })
}

struct TemplateSource<'a> {
    source: Source,
    name: &'a str,
    is_override: bool,
}

/// One template with its data, ready to compile.
pub(super) struct Desk<'a> {
    library: LazyHash<Library>,
    fonts: FontSet,
    main: FileId,
    sources: Vec<TemplateSource<'a>>,
    data_id: FileId,
    data: Bytes,
    today: Option<Datetime>,
}

impl<'a> Desk<'a> {
    /// `today` is what templates are told when they ask for the date.
    pub(super) fn new(
        name: &str,
        json: String,
        today: Option<Datetime>,
        templates: &'a Templates,
        fonts: &Fonts,
    ) -> Self {
        let sources = templates
            .iter()
            .filter(|(name, _)| name.ends_with(".typ"))
            .map(|(name, text)| TemplateSource {
                source: Source::new(file_id(name), text.text.clone()),
                name,
                is_override: text.is_override,
            })
            .collect();
        Desk {
            library: LazyHash::new(Library::default()),
            fonts: fonts.of(&json),
            main: file_id(name),
            sources,
            data_id: file_id(DATA),
            data: Bytes::from_string(json),
            today,
        }
    }

    /// The document, and Typst's warnings with their places.
    pub(super) fn compile(&self) -> Result<(PagedDocument, Vec<String>), TypesetError> {
        let compiled = typst::compile::<PagedDocument>(self);
        let warnings = compiled.warnings.iter().map(|warning| self.error_at(warning).to_string()).collect();
        Ok((compiled.output.map_err(|errors| self.error(&errors))?, warnings))
    }

    /// The first error with its place; Typst has already dropped repetitions.
    pub(super) fn error(&self, errors: &[SourceDiagnostic]) -> TypesetError {
        errors.first().map_or_else(|| TypesetError::unplaced("原因不明"), |first| self.error_at(first))
    }

    fn error_at(&self, diagnostic: &SourceDiagnostic) -> TypesetError {
        let hints = diagnostic.hints.iter().map(|hint| format!("（{}）", hint.v)).collect::<String>();
        let message = format!("{}{hints}", diagnostic.message);
        // An error inside a function of the library is traced to the template's call of it.
        let traced = diagnostic.trace.iter().map(|point| DiagSpan::from(point.span));
        std::iter::once(diagnostic.span)
            .chain(traced)
            .find_map(|span| {
                let (template, line, column) = self.locate(span)?;
                Some(TypesetError {
                    place: Some((template.name.to_owned(), line, column)),
                    message: message.clone(),
                    in_override: template.is_override,
                })
            })
            .unwrap_or_else(|| TypesetError::unplaced(message))
    }

    fn locate(&self, span: DiagSpan) -> Option<(&TemplateSource<'a>, usize, usize)> {
        let id = span.id()?;
        let template = self.sources.iter().find(|template| template.source.id() == id)?;
        let range = self.range(span)?;
        let (line, column) = template.source.lines().byte_to_line_column(range.start)?;
        Some((template, line + 1, column + 1))
    }
}

/// Ids are interned for the life of the process and 65,535 at most: the same few names are used
/// again and again, and data is swapped under one name.
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
        let found = self.sources.iter().find(|template| template.source.id() == id);
        found.map(|template| template.source.clone()).ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(not_found(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}
