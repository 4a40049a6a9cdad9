//! The cells of one OpenDocument table: notes or values put into them, repetitions split where only one is meant.
//!
//! A row or cell that stands for many is written as what comes before, the one, and what comes after; all
//! say together what they said before. Knows positions, notes and how a value is written, nothing of what it means.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::place::CellRef;
use crate::repair::Entry;
use crate::splice::{Edits, attribute, escape, with_attribute, without_attribute};
use crate::xml::{Node, Tag, Xml};

use super::Unmarkable;
use super::ods::{is_ours, paragraphs};
use super::repair::{holds_formula, lost_cell};

const ROWS_REPEATED: &str = "table:number-rows-repeated";
const COLUMNS_REPEATED: &str = "table:number-columns-repeated";

/// What is to be put into a cell.
pub(super) enum Target {
    /// Said beside what it holds.
    Note(String),
    /// Held in place of what it holds.
    Entry(Entry),
}

/// Where the table's own things stand.
pub(super) struct Survey {
    /// Inside an element of conditional formats, right after its opening tag.
    pub formats: Option<usize>,
    /// Where the table's closing tag begins.
    pub end: usize,
}

/// Puts the targets into the cells of the table whose opening tag was just read; reads to its end.
pub(super) fn mark(
    text: &str,
    xml: &mut Xml<'_>,
    targets: &BTreeMap<CellRef, Target>,
    edits: &mut Edits,
) -> Result<Survey, Unmarkable> {
    let mut survey = Survey { formats: None, end: 0 };
    let mut before = xml.position();
    let (mut row, mut depth) = (0u32, 1usize);
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) => match tag.name() {
                "table:table-row" => {
                    let repeats = repetition(&tag, ROWS_REPEATED);
                    xml.skip()?;
                    before = xml.position();
                    let whole = span.start..before;
                    let last = row.saturating_add(repeats - 1);
                    let own: Vec<(&CellRef, &Target)> =
                        targets.range(CellRef::new(row, 0)..=CellRef::new(last, u32::MAX)).collect();
                    if !own.is_empty() {
                        edits.replace(whole.clone(), split_row(&text[whole], row, repeats, &own)?);
                    }
                    row = row.saturating_add(repeats);
                }
                "calcext:conditional-formats" if !text[span.clone()].ends_with("/>") => {
                    survey.formats = Some(span.end);
                    depth += 1;
                }
                "table:table-row-group" | "table:table-header-rows" | "table:table-rows" => depth += 1,
                _ => {
                    xml.skip()?;
                    before = xml.position();
                }
            },
            Node::Close(_) => {
                depth -= 1;
                if depth == 0 {
                    // A note below the last row is in the list; a value would be lost.
                    let below = targets.range(CellRef::new(row, 0)..);
                    refuse_lost(below)?;
                    survey.end = span.start;
                    return Ok(survey);
                }
            }
            Node::Text(_) => {}
        }
    }
    Err(Unmarkable("工作表的內容不完整".to_owned()))
}

/// A row that may stand for many, with the notes of those that have some.
fn split_row(
    text: &str,
    first: u32,
    repeats: u32,
    targets: &[(&CellRef, &Target)],
) -> Result<String, Unmarkable> {
    let mut out = String::new();
    let mut next = first;
    for of_row in targets.chunk_by(|a, b| a.0.row == b.0.row) {
        let row = of_row[0].0.row;
        out.push_str(&repeated(text, ROWS_REPEATED, row - next));
        out.push_str(&mark_row(&repeated(text, ROWS_REPEATED, 1), of_row)?);
        next = row + 1;
    }
    out.push_str(&repeated(text, ROWS_REPEATED, first.saturating_add(repeats) - next));
    Ok(out)
}

/// An element that stands for `count` of its kind; nothing for none.
fn repeated(element: &str, attribute: &str, count: u32) -> String {
    if count == 0 {
        return String::new();
    }
    let end = tag_end(element);
    let (tag, rest) = element.split_at(end);
    let tag = match count {
        1 => without_attribute(tag, attribute),
        _ => with_attribute(tag, attribute, &count.to_string()),
    };
    format!("{tag}{rest}")
}

/// Where the opening tag of an element ends; a `>` inside an attribute's value does not end it.
fn tag_end(element: &str) -> usize {
    let mut quote = None;
    for (at, byte) in element.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    element.len()
}

/// One row with notes in its cells; cells that are not written are put at its end.
fn mark_row(text: &str, targets: &[(&CellRef, &Target)]) -> Result<String, Unmarkable> {
    let mut pending: BTreeMap<u32, &Target> =
        targets.iter().map(|(cell, target)| (cell.column, *target)).collect();
    let mut edits = Edits::default();
    let mut xml = Xml::new(text);
    let (mut before, mut column, mut end) = (0, 0u32, None);
    let mut begun = false;
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) if !begun => begun = tag.name() == "table:table-row",
            Node::Open(tag) => {
                let times = repetition(&tag, COLUMNS_REPEATED);
                let (is_cell, is_covered) =
                    (tag.name() == "table:table-cell", tag.name() == "table:covered-table-cell");
                xml.skip()?;
                before = xml.position();
                if !is_cell && !is_covered {
                    continue;
                }
                let last = column.saturating_add(times - 1);
                let here: Vec<u32> = pending.range(column..=last).map(|(column, _)| *column).collect();
                let whole = span.start..before;
                if !here.is_empty() && is_cell {
                    let mut out = String::new();
                    let mut next = column;
                    for at in &here {
                        out.push_str(&repeated(&text[whole.clone()], COLUMNS_REPEATED, at - next));
                        let one = repeated(&text[whole.clone()], COLUMNS_REPEATED, 1);
                        out.push_str(&put_into(&one, pending[at])?);
                        next = at + 1;
                    }
                    let after = column.saturating_add(times) - next;
                    out.push_str(&repeated(&text[whole.clone()], COLUMNS_REPEATED, after));
                    edits.replace(whole, out);
                }
                // A merged cell's covered part is not shown: its note would not be either.
                for at in here {
                    if is_covered && matches!(pending[&at], Target::Entry(_)) {
                        return Err(Unmarkable("要修正的儲存格被合併儲存格遮住".to_owned()));
                    }
                    pending.remove(&at);
                }
                column = column.saturating_add(times);
            }
            Node::Close(_) => end = Some(span.clone()),
            Node::Text(_) => {}
        }
    }
    let mut rest = String::new();
    for (at, target) in pending {
        rest.push_str(&repeated("<table:table-cell/>", COLUMNS_REPEATED, at.saturating_sub(column)));
        rest.push_str(&put_into("<table:table-cell/>", target)?);
        column = at + 1;
    }
    if let Some(end) = end.filter(|_| !rest.is_empty()) {
        put_inside(text, end, "table:table-row", &rest, &mut edits);
    }
    Ok(edits.apply(text))
}

/// Before the closing tag, or in place of an empty element's slash.
fn put_inside(text: &str, close: Range<usize>, name: &str, content: &str, edits: &mut Edits) {
    if close.is_empty() {
        let slash = close.start.saturating_sub(2)..close.start;
        if text[slash.clone()] == *"/>" {
            edits.replace(slash, format!(">{content}</{name}>"));
        }
    } else {
        edits.insert(close.start, content);
    }
}

fn refuse_lost<'t>(mut targets: impl Iterator<Item = (&'t CellRef, &'t Target)>) -> Result<(), Unmarkable> {
    match targets.find(|(_, target)| matches!(target, Target::Entry(_))) {
        Some((cell, _)) => Err(lost_cell(*cell)),
        None => Ok(()),
    }
}

fn put_into(cell: &str, target: &Target) -> Result<String, Unmarkable> {
    match target {
        Target::Note(text) => mark_cell(cell, text),
        Target::Entry(entry) => write_cell(cell, entry),
    }
}

/// What a cell's attributes say of its value.
const VALUE_ATTRIBUTES: [&str; 8] = [
    "office:value-type",
    "office:value",
    "office:currency",
    "office:date-value",
    "office:time-value",
    "office:boolean-value",
    "office:string-value",
    "calcext:value-type",
];

/// One cell holding another value; its style, note and whatever else is no text of its own stay.
fn write_cell(cell: &str, entry: &Entry) -> Result<String, Unmarkable> {
    let (open, rest) = cell.split_at(tag_end(cell));
    if attribute(open, "table:formula").is_some() {
        return Err(holds_formula());
    }
    let (kind, value) = match entry {
        Entry::Number(figure) => ("float", format!(" office:value=\"{figure}\"")),
        Entry::Text(_) => ("string", String::new()),
    };
    let typed_twice = attribute(open, "calcext:value-type").is_some();
    let again = if typed_twice { format!(" calcext:value-type=\"{kind}\"") } else { String::new() };
    let bare = VALUE_ATTRIBUTES.iter().fold(open.to_owned(), |tag, name| without_attribute(&tag, name));
    let bare = bare.strip_suffix('>').filter(|bare| !bare.ends_with('/'));
    let bare = bare.ok_or_else(|| Unmarkable("要修正的儲存格沒有內容".to_owned()))?;
    let open = format!("{bare} office:value-type=\"{kind}\"{value}{again}>");

    let mut edits = Edits::default();
    let mut xml = Xml::new(cell);
    xml.next()?;
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut before = xml.position();
    while let Some(node) = xml.next()? {
        let start = before;
        if let Node::Open(tag) = node {
            let is_text = matches!(tag.name(), "text:p" | "text:h" | "text:list");
            xml.skip()?;
            if is_text {
                paragraphs.push(start..xml.position());
            }
        }
        before = xml.position();
    }
    let Some(first) = paragraphs.first() else {
        return Err(Unmarkable("要修正的儲存格沒有內容".to_owned()));
    };
    let base = cell.len() - rest.len();
    let shifted = |range: &Range<usize>| range.start - base..range.end - base;
    edits.insert(first.start - base, format!("<text:p>{}</text:p>", escape(&entry.shown())));
    for range in &paragraphs {
        edits.remove(shifted(range));
    }
    Ok(format!("{open}{}", edits.apply(rest)))
}

/// One cell with a note; where it has one, ours is put at its end.
fn mark_cell(cell: &str, remark: &str) -> Result<String, Unmarkable> {
    let mut xml = Xml::new(cell);
    let (mut before, mut depth) = (0, 0usize);
    let mut edits = Edits::default();
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) => {
                if depth == 1 && tag.name() == "office:annotation" {
                    xml.skip()?;
                    if let Some(at) = cell[..xml.position()].rfind("</").filter(|at| *at > span.start) {
                        edits.insert(at, paragraphs(remark));
                        return Ok(edits.apply(cell));
                    }
                    before = xml.position();
                    continue;
                }
                depth += 1;
            }
            Node::Close(_) => depth = depth.saturating_sub(1),
            Node::Text(_) => {}
        }
    }
    let note = format!("<office:annotation>{}</office:annotation>", paragraphs(remark));
    let end = tag_end(cell);
    match cell[..end].strip_suffix("/>") {
        Some(tag) => Ok(format!("{tag}>{note}</table:table-cell>{}", &cell[end..])),
        None => Ok(format!("{}{note}{}", &cell[..end], &cell[end..])),
    }
}

/// Takes our part out of the note whose opening tag was just read: the whole note when nothing else is in
/// it. Returns where the note ends.
pub(super) fn unmark(
    text: &str,
    xml: &mut Xml<'_>,
    open: Range<usize>,
    edits: &mut Edits,
) -> Result<usize, Unmarkable> {
    let mut before = open.end;
    let (mut depth, mut paragraph, mut said) = (1usize, None, String::new());
    let (mut ours_from, mut others) = (None, false);
    while depth > 0 {
        let Some(node) = xml.next()? else { break };
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) => {
                depth += 1;
                if tag.name() == "text:p" && depth == 2 {
                    paragraph = Some(span.start);
                    said.clear();
                }
            }
            Node::Text(piece) => {
                if paragraph.is_some() {
                    said.push_str(&piece);
                }
            }
            Node::Close(tag) => {
                depth -= 1;
                if tag.name() == "text:p"
                    && let Some(start) = paragraph.take()
                {
                    match ours_from {
                        None if is_ours(&said) => ours_from = Some(start),
                        None => others |= !said.trim().is_empty(),
                        Some(_) => {}
                    }
                }
                if depth == 0
                    && let Some(from) = ours_from
                {
                    let end = if text[span.clone()].starts_with("</") { span.start } else { span.end };
                    edits.remove(if others { from..end } else { open.start..span.end });
                }
            }
        }
    }
    Ok(before)
}

fn repetition(tag: &Tag<'_>, attribute: &str) -> u32 {
    let said = tag.attribute(attribute).and_then(|count| count.parse::<u32>().ok());
    said.unwrap_or(1).clamp(1, 1 << 24)
}
