//! Cells of a worksheet part written anew in their places.
//!
//! A text goes inline, so that the shared strings stay as they are. Knows SpreadsheetML's cells and nothing
//! of packages.

use std::ops::Range;

use crate::place::CellRef;
use crate::repair::Entry;
use crate::splice::{Edits, attribute, escape, with_attribute, without_attribute};
use crate::xml::{Node, Tag, Xml};

use super::Unmarkable;
use super::repair::{Entries, holds_formula, lost_cell};

/// The part with the entries in their cells, each of which must be written there already.
pub(super) fn write(text: &str, entries: &Entries) -> Result<String, Unmarkable> {
    let mut edits = Edits::default();
    let mut left = entries.clone();
    let mut xml = Xml::new(text);
    let (mut before, mut row, mut column, mut begun) = (0, 0u32, 0u32, false);
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) => match tag.local() {
                "sheetData" => begun = true,
                "row" if begun => {
                    let named = tag.attribute("r").and_then(|r| r.parse::<u32>().ok());
                    row = named.map_or(row, |r| r.max(1) - 1);
                    column = 0;
                }
                "c" if begun => {
                    // Without an address a cell stands after the one before it.
                    let at = match tag.attribute("r") {
                        Some(reference) => CellRef::parse(&reference),
                        None => Some(CellRef::new(row, column)),
                    };
                    column = at.map_or(column, |at| at.column).saturating_add(1);
                    match at.and_then(|at| left.remove(&at)) {
                        Some(entry) => write_cell(text, &mut xml, (&tag, span), &entry, &mut edits)?,
                        None => xml.skip()?,
                    }
                    before = xml.position();
                }
                _ => {}
            },
            Node::Close(tag) => match tag.local() {
                "row" => row = row.saturating_add(1),
                "sheetData" => break,
                _ => {}
            },
            Node::Text(_) => {}
        }
    }
    match left.into_keys().next() {
        Some(cell) => Err(lost_cell(cell)),
        None => Ok(edits.apply(text)),
    }
}

/// Reads the cell whose opening tag was just read to its end, and puts the entry in the value's place.
fn write_cell(
    text: &str,
    xml: &mut Xml<'_>,
    (tag, open): (&Tag<'_>, Range<usize>),
    entry: &Entry,
    edits: &mut Edits,
) -> Result<(), Unmarkable> {
    let written = &text[open.clone()];
    // What a value's metadata say (a data type, a picture in the cell) would not be true of another value.
    if attribute(written, "vm").is_some() {
        return Err(Unmarkable("要修正的儲存格附有其他資料".to_owned()));
    }
    let p = tag.name().strip_suffix('c').unwrap_or_default();
    let (tag, content) = match entry {
        Entry::Number(figure) => (without_attribute(written, "t"), format!("<{p}v>{figure}</{p}v>")),
        Entry::Text(text) => (
            with_attribute(written, "t", "inlineStr"),
            format!("<{p}is><{p}t xml:space=\"preserve\">{}</{p}t></{p}is>", escape(text)),
        ),
    };
    let mut before = open.end;
    let mut values: Vec<Range<usize>> = Vec::new();
    while let Some(node) = xml.next()? {
        let start = before;
        before = xml.position();
        match node {
            Node::Open(child) => {
                let local = child.local().to_owned();
                xml.skip()?;
                before = xml.position();
                match local.as_str() {
                    "f" => return Err(holds_formula()),
                    "v" | "is" => values.push(start..before),
                    _ => {}
                }
            }
            Node::Close(_) => break,
            Node::Text(_) => {}
        }
    }
    let Some(first) = values.first() else {
        return Err(Unmarkable("要修正的儲存格沒有內容".to_owned()));
    };
    edits.replace(open, tag);
    edits.insert(first.start, content);
    for range in values {
        edits.remove(range);
    }
    Ok(())
}
