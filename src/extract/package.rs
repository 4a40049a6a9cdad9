//! Office packages (OOXML, ODF): the texts of all their parts, comments, tracked changes, hidden
//! text, headers and properties included, and the files wrapped inside.
//!
//! Reads the parts' characters and little of their structure: what a program hides is still there.
//! Cells of spreadsheets are read by `sheets`.

use std::collections::BTreeSet;
use std::io::Cursor;

use crate::container::{Package, WORKBOOK_CAPS, decode_part, sniff};
use crate::fragment::Spot;
use crate::inventory::MediaType;

use super::gathered::Gathered;
use super::marks::{Mark, Marks, Tag};
use super::sheets;

/// Ends of these elements part one text from the next; all other marks stand inside a text, where
/// an editor may have split a number into runs.
const BREAKS: [&str; 12] =
    ["p", "h", "table-cell", "tc", "br", "line-break", "si", "c", "cell", "comment", "cp", "lpwstr"];
/// Attributes people write in.
const WRITTEN: [&str; 15] = [
    "promptTitle",
    "error",
    "display",
    "title",
    "descr",
    "alt",
    "author",
    "creator",
    "displayName",
    "string-value",
    "prompt",
    "tooltip",
    "initials",
    "userId",
    "oddHeader",
];
/// Files inside files inside files are looked into no further.
const DEPTH: usize = 2;

/// `None` when the package cannot be opened.
pub(super) fn read(bytes: &[u8], media_type: MediaType, depth: usize) -> Option<Gathered> {
    let mut package = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS).ok()?;
    let mut gathered = Gathered::default();
    let read_as_cells = match media_type {
        MediaType::Xlsx => sheets::xlsx(&mut package, &mut gathered),
        MediaType::Ods => sheets::ods(&mut package, &mut gathered),
        _ => BTreeSet::new(),
    };
    let entries: Vec<(usize, String)> = package
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| !entry.folder)
        .map(|(index, entry)| (index, entry.name.text.to_lowercase()))
        .collect();
    for (index, name) in entries {
        if read_as_cells.contains(&name) {
            continue;
        }
        let Ok(part) = package.read(index) else {
            gathered.leave_out();
            continue;
        };
        if name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".vml") {
            let spot = spot(&name);
            let text = written(&decode_part(part), spot == Spot::part(PROPERTIES));
            gathered.push_long(&text, |_| spot.clone());
        } else if depth < DEPTH
            && let Some(inner) = super::read(&part, sniff(&part), depth + 1)
        {
            gathered.take(inner, "內嵌檔案");
        }
    }
    Some(gathered)
}

const PROPERTIES: &str = "檔案屬性";

/// What a part is to its reader.
fn spot(part: &str) -> Spot {
    let file = part.rsplit('/').next().unwrap_or(part);
    if let Some(number) = part.contains("slides/").then(|| digits(file)).flatten() {
        return Spot::Slide { number };
    }
    let is = |word: &str| file.contains(word);
    let name = match () {
        () if part.starts_with("docprops/") || file == "meta.xml" => PROPERTIES,
        () if is("comment") || is("annotation") || is("person") => "註解",
        () if is("header") || is("footer") || file == "styles.xml" => "頁首頁尾",
        () if is("footnotes") || is("endnotes") => "註腳",
        () if is("notesslide") => "備忘稿",
        () if file == "document.xml" || file == "content.xml" => "內文",
        () if part.ends_with(".rels") => "連結",
        () => "其他內容",
    };
    Spot::part(name)
}

fn digits(file: &str) -> Option<usize> {
    let digits: String = file.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|number| *number > 0)
}

/// The texts of a part, one a line. In a list every element is a text of its own: a day just before a number
/// would hide it.
fn written(part: &str, is_list: bool) -> String {
    let mut text = String::new();
    for mark in Marks::of(part) {
        match mark {
            Mark::Text(written) => text.push_str(&written),
            Mark::Close(name) if is_list || BREAKS.contains(&name) => end_line(&mut text),
            Mark::Close(_) => {}
            Mark::Open(tag) => attributes(&tag, &mut text),
        }
    }
    text
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// On lines of their own, before the text they stand in.
pub(super) fn attributes(tag: &Tag<'_>, text: &mut String) {
    let is_variable = matches!(tag.name, "docVar" | "alias" | "tag" | "Relationship");
    for (name, value) in tag.attributes() {
        let is_written = WRITTEN.contains(&name) || is_variable && matches!(name, "val" | "Target");
        if is_written && value.chars().any(|c| c.is_ascii_digit() || !c.is_ascii()) {
            end_line(text);
            text.push_str(&super::marks::unescape(value));
            text.push('\n');
        }
    }
}
