//! One XML part of a document with its placeholders filled in; every other byte stays as it was.
//!
//! A placeholder is found in the text of its paragraph, however an editor has split it into runs; a
//! table row that names a list is repeated for each of its rows. Knows which elements are paragraphs,
//! texts and rows in either format, and nothing of packages.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::container::odf_text;
use crate::splice::{Edits, escape, without_attribute};
use crate::xml::{Node, Xml, XmlFault};

use super::values::{List, Named, Values};

/// Bytes a filled part may have: rows are repeated and texts are long, but no form is a book.
const MOST_BYTES: usize = 64 << 20;
/// Characters of a paragraph that are shown to say where something stands.
const SHOWN: usize = 24;

/// Which elements mean what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// WordprocessingML (ISO/IEC 29500-1 §17).
    Docx,
    /// OpenDocument text (ODF 1.3 part 3).
    Odt,
}

impl Dialect {
    fn is_paragraph(self, element: &str) -> bool {
        match self {
            Dialect::Docx => element == "w:p",
            Dialect::Odt => element == "text:p" || element == "text:h",
        }
    }

    fn is_row(self, element: &str) -> bool {
        element == if self == Dialect::Docx { "w:tr" } else { "table:table-row" }
    }

    /// Whether characters inside are the paragraph's text; in OpenDocument all are.
    fn is_text(self, element: &str) -> bool {
        self == Dialect::Odt || element == "w:t"
    }

    /// A value as content of a text element; its lines stay lines.
    fn written(self, value: &str) -> String {
        match self {
            Dialect::Odt => odf_text(value),
            Dialect::Docx => {
                let lines: Vec<String> = value.lines().map(escape).collect();
                lines.join("</w:t><w:br/><w:t xml:space=\"preserve\">")
            }
        }
    }

    /// Content of a text element whose outer blanks count.
    fn keeping_blanks(self, written: String) -> String {
        let is_blank = |c: char| c == ' ';
        match self {
            Dialect::Docx if written.starts_with(is_blank) || written.ends_with(is_blank) => {
                format!("</w:t><w:t xml:space=\"preserve\">{written}")
            }
            Dialect::Docx | Dialect::Odt => written,
        }
    }

    /// Attributes that must be the only ones of their value in a document.
    fn unique_attributes(self) -> &'static [&'static str] {
        match self {
            Dialect::Docx => &["w14:paraId", "w14:textId"],
            Dialect::Odt => &["xml:id", "text:id", "table:name", "draw:name"],
        }
    }

    /// Elements that name a place; a copy of one would name two.
    fn is_bookmark(self, element: &str) -> bool {
        match self {
            Dialect::Docx => matches!(element, "w:bookmarkStart" | "w:bookmarkEnd"),
            Dialect::Odt => matches!(element, "text:bookmark" | "text:bookmark-start" | "text:bookmark-end"),
        }
    }
}

/// What is wrong with a placeholder, and in which paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misuse {
    pub what: What,
    /// As typed, without braces.
    pub name: String,
    /// Counts from 1 in the part; 0 where no single one is meant.
    pub paragraph: usize,
    /// The paragraph's beginning.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Unknown,
    /// A list's name outside a table row, or beside one of another list.
    Misplaced,
    /// `{{` without `}}`.
    Unclosed,
}

/// Why a part cannot be filled at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartFault {
    Xml(XmlFault),
    TooLarge,
}

/// A stretch of text inside one element.
struct Piece {
    range: Range<usize>,
    text: String,
}

struct Paragraph {
    pieces: Vec<Piece>,
    /// The innermost row it stands in.
    row: Option<usize>,
}

struct Row {
    range: Range<usize>,
    /// The row whose table this one's table stands in.
    parent: Option<usize>,
    list: Option<List>,
}

/// A placeholder in the joined text of a paragraph, in bytes.
struct Found {
    range: Range<usize>,
    name: String,
}

/// The part filled in, with what was wrong in it; a placeholder that means nothing stays as it is.
///
/// # Errors
/// The part is no XML, or would become too large.
pub fn fill(part: &str, dialect: Dialect, values: &Values) -> Result<(String, Vec<Misuse>), PartFault> {
    let (paragraphs, mut rows) = outline(part, dialect).map_err(PartFault::Xml)?;
    let mut misuses = Vec::new();
    let found: Vec<Vec<Found>> = paragraphs
        .iter()
        .enumerate()
        .map(|(index, paragraph)| look(paragraph, index + 1, values, &mut rows, &mut misuses))
        .collect();
    refuse_nested(&mut rows, &mut misuses);
    let mut size = part.len();
    let mut edits = Edits::default();
    let single = |name: &str| match values.named(name) {
        Some(Named::Single(value)) => Some(value.to_owned()),
        _ => None,
    };
    let mut in_rows: BTreeMap<usize, Vec<(&Paragraph, &[Found])>> = BTreeMap::new();
    for (paragraph, found) in paragraphs.iter().zip(&found) {
        match repeating(paragraph.row, &rows) {
            Some(row) => in_rows.entry(row).or_default().push((paragraph, found)),
            None => rewrite(paragraph, found, dialect, &single, 0, &mut edits, &mut size)?,
        }
    }
    for (index, own) in in_rows {
        let row = &rows[index];
        edits.replace(row.range.clone(), repeated(part, row, &own, dialect, values, &mut size)?);
    }
    Ok((edits.apply(part), misuses))
}

/// The row that is repeated with what stands in `row`, itself or one around it.
fn repeating(row: Option<usize>, rows: &[Row]) -> Option<usize> {
    let mut at = row;
    while let Some(index) = at {
        if rows[index].list.is_some() {
            return Some(index);
        }
        at = rows[index].parent;
    }
    None
}

/// A list within a list would need to know which of the inner rows belong to which outer one.
fn refuse_nested(rows: &mut [Row], misuses: &mut Vec<Misuse>) {
    for index in 0..rows.len() {
        if let (Some(list), Some(_)) = (rows[index].list, repeating(rows[index].parent, rows)) {
            rows[index].list = None;
            let name = format!("{}.…", list.prefix());
            misuses.push(Misuse { what: What::Misplaced, name, paragraph: 0, text: String::new() });
        }
    }
}

/// Paragraphs with their texts, and rows, in the order in which they begin.
fn outline(part: &str, dialect: Dialect) -> Result<(Vec<Paragraph>, Vec<Row>), XmlFault> {
    let (mut paragraphs, mut rows): (Vec<Paragraph>, Vec<Row>) = (Vec::new(), Vec::new());
    // What is open: elements by whether they hold text, paragraphs and rows by their index.
    let (mut elements, mut in_paragraphs, mut in_rows) = (Vec::new(), Vec::new(), Vec::new());
    let mut xml = Xml::new(part);
    let mut before = 0;
    while let Some(node) = xml.next()? {
        let after = xml.position();
        match node {
            Node::Open(tag) => {
                elements.push(dialect.is_text(tag.name()));
                if dialect.is_paragraph(tag.name()) {
                    in_paragraphs.push(paragraphs.len());
                    paragraphs.push(Paragraph { pieces: Vec::new(), row: in_rows.last().copied() });
                }
                if dialect.is_row(tag.name()) {
                    let parent = in_rows.last().copied();
                    in_rows.push(rows.len());
                    rows.push(Row { range: start_of(part, before, after)..after, parent, list: None });
                }
            }
            Node::Close(end) => {
                elements.pop();
                if dialect.is_paragraph(end.name()) {
                    in_paragraphs.pop();
                }
                if dialect.is_row(end.name())
                    && let Some(row) = in_rows.pop()
                {
                    rows[row].range.end = after;
                }
            }
            Node::Text(text) => {
                if let (Some(true), Some(&paragraph)) = (elements.last(), in_paragraphs.last()) {
                    add(&mut paragraphs[paragraph].pieces, before..after, &text);
                }
            }
        }
        before = after;
    }
    // What is damaged may close a row before the paragraphs in it, or never: then no text of a
    // paragraph may count to a row that does not hold it.
    for row in in_rows {
        rows[row].range.end = part.len();
    }
    for paragraph in &mut paragraphs {
        paragraph.row = paragraph.row.filter(|row| {
            let held = &rows[*row].range;
            paragraph
                .pieces
                .iter()
                .all(|piece| held.start <= piece.range.start && piece.range.end <= held.end)
        });
    }
    Ok((paragraphs, rows))
}

/// Where the tag that ends at `after` begins: comments may lie between it and the node before.
fn start_of(part: &str, before: usize, after: usize) -> usize {
    part[before..after].rfind('<').map_or(before, |at| before + at)
}

/// Text and references that follow one another without a tag between them are one piece.
fn add(pieces: &mut Vec<Piece>, range: Range<usize>, text: &str) {
    match pieces.last_mut() {
        Some(last) if last.range.end == range.start => {
            last.range.end = range.end;
            last.text.push_str(text);
        }
        _ => pieces.push(Piece { range, text: text.to_owned() }),
    }
}

/// The placeholders of a paragraph that can be filled; the row is told its list, misuses are told.
fn look(
    paragraph: &Paragraph,
    number: usize,
    values: &Values,
    rows: &mut [Row],
    misuses: &mut Vec<Misuse>,
) -> Vec<Found> {
    let text: String = paragraph.pieces.iter().map(|piece| piece.text.as_str()).collect();
    let mut tell = |what, name: &str| {
        let shown = text.trim().chars().take(SHOWN).collect();
        misuses.push(Misuse { what, name: name.trim().to_owned(), paragraph: number, text: shown });
    };
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("{{").map(|at| from + at) {
        let Some(close) = text[open..].find("}}").map(|at| open + at) else {
            tell(What::Unclosed, &text[open + 2..].chars().take(SHOWN).collect::<String>());
            break;
        };
        from = close + 2;
        let name = &text[open + 2..close];
        match values.named(name) {
            Some(Named::Single(_)) => {}
            Some(Named::Column(list, _)) => match paragraph.row.map(|row| &mut rows[row].list) {
                Some(slot) if slot.is_none_or(|known| known == list) => *slot = Some(list),
                _ => {
                    tell(What::Misplaced, name);
                    continue;
                }
            },
            None => {
                tell(What::Unknown, name);
                continue;
            }
        }
        found.push(Found { range: open..from, name: name.to_owned() });
    }
    found
}

/// Edits that put values in place of a paragraph's placeholders. The value goes where the placeholder
/// begins and looks as its first character did; the rest of it is taken out of the pieces it runs over.
/// `offset` is where the text being edited begins in the part.
fn rewrite(
    paragraph: &Paragraph,
    found: &[Found],
    dialect: Dialect,
    value_of: &dyn Fn(&str) -> Option<String>,
    offset: usize,
    edits: &mut Edits,
    size: &mut usize,
) -> Result<(), PartFault> {
    let mut begin = 0;
    for piece in &paragraph.pieces {
        let end = begin + piece.text.len();
        let touching = || found.iter().filter(|found| found.range.start < end && begin < found.range.end);
        if touching().next().is_some() {
            let mut written = String::new();
            let mut done = begin;
            for found in touching() {
                let Some(value) = value_of(&found.name) else { continue };
                if found.range.start >= begin {
                    written.push_str(&escape(&piece.text[done - begin..found.range.start - begin]));
                    written.push_str(&dialect.written(&value));
                }
                done = found.range.end.min(end);
            }
            written.push_str(&escape(&piece.text[done - begin..]));
            *size = size.saturating_add(written.len());
            if *size > MOST_BYTES {
                return Err(PartFault::TooLarge);
            }
            let range = piece.range.start - offset..piece.range.end - offset;
            edits.replace(range, dialect.keeping_blanks(written));
        }
        begin = end;
    }
    Ok(())
}

/// The row once for each row of its list.
fn repeated(
    part: &str,
    row: &Row,
    paragraphs: &[(&Paragraph, &[Found])],
    dialect: Dialect,
    values: &Values,
    size: &mut usize,
) -> Result<String, PartFault> {
    let text = &part[row.range.clone()];
    let mut out = String::new();
    let rows = row.list.map(|list| values.rows(list)).unwrap_or_default();
    for (index, columns) in rows.iter().enumerate() {
        *size = size.saturating_add(text.len());
        let value_of = |name: &str| match values.named(name) {
            Some(Named::Single(value)) => Some(value.to_owned()),
            Some(Named::Column(list, column)) if Some(list) == row.list => columns.get(column).cloned(),
            _ => None,
        };
        let mut edits = Edits::default();
        for (paragraph, found) in paragraphs {
            rewrite(paragraph, found, dialect, &value_of, row.range.start, &mut edits, size)?;
        }
        let filled = edits.apply(text);
        out.push_str(&if index == 0 {
            filled
        } else {
            anonymous(&filled, dialect).map_err(PartFault::Xml)?
        });
    }
    Ok(out)
}

/// A copy without what only one may bear.
fn anonymous(row: &str, dialect: Dialect) -> Result<String, XmlFault> {
    let mut edits = Edits::default();
    let mut xml = Xml::new(row);
    let mut before = 0;
    while let Some(node) = xml.next()? {
        let after = xml.position();
        let named = match &node {
            Node::Open(tag) => Some(tag.name()),
            Node::Close(end) => Some(end.name()),
            Node::Text(_) => None,
        };
        if let Some(name) = named.filter(|_| before < after) {
            let range = start_of(row, before, after)..after;
            if dialect.is_bookmark(name) {
                edits.remove(range);
            } else if let Node::Open(_) = node {
                let unique = dialect.unique_attributes();
                let tag = unique
                    .iter()
                    .fold(row[range.clone()].to_owned(), |tag, name| without_attribute(&tag, name));
                if tag.len() < range.len() {
                    edits.replace(range, tag);
                }
            }
        }
        before = after;
    }
    Ok(edits.apply(row))
}
