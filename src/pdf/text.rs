//! Text of a whole document, page by page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::InterpreterCache;
use hayro::hayro_syntax::Pdf;
use lopdf::{Document, Object};

use crate::exhibit::PageText;

use super::reading::{Reading, read_page};
use super::render;

/// Pages read at most.
pub const MAX_PAGES: usize = 3_000;
/// Characters kept of a document: some four thousand dense pages.
const MAX_CHARACTERS: usize = 8_000_000;
/// Texts of fields and notes kept of a document.
const MAX_STRINGS: usize = 100_000;

/// The text of every page that has any; pages count from 1, page 0 is the document's properties.
/// Empty for documents that cannot be opened.
pub fn page_texts(bytes: &[u8]) -> Vec<PageText> {
    let Ok(pdf) = render::open(bytes) else { return Vec::new() };
    let mut texts = properties(&pdf);
    for (index, reading) in read(&pdf).into_iter().enumerate() {
        if !reading.text.trim().is_empty() {
            texts.push(PageText { page: index + 1, text: reading.text });
        }
    }
    texts
}

/// Everything written in a document that is not taken over but packed as it is: its pages, and the values of
/// its fields and notes, shown or not.
pub fn all_texts(bytes: &[u8]) -> Vec<PageText> {
    let mut texts = page_texts(bytes);
    let Ok(document) = Document::load_mem(bytes) else { return texts };
    let mut found = Vec::new();
    for object in document.objects.values() {
        strings(object, 0, &mut found);
    }
    if !found.is_empty() {
        texts.push(PageText { page: 0, text: found.join("\n") });
    }
    texts
}

/// Whether other files are wrapped in a document, or it cannot be told.
pub fn has_attachments(bytes: &[u8]) -> bool {
    let Ok(document) = Document::load_mem(bytes) else { return true };
    document.objects.values().any(|object| match object {
        // A file specification (§7.11.3) that holds its file.
        Object::Dictionary(entries) => entries.has(b"EF"),
        _ => false,
    })
}

/// Texts under the keys of fields and notes (§12.5.2, §12.7.3.1).
fn strings(object: &Object, depth: usize, found: &mut Vec<String>) {
    if depth > 8 || found.len() >= MAX_STRINGS {
        return;
    }
    match object {
        Object::Dictionary(entries) => {
            for (key, value) in entries.iter() {
                match value {
                    Object::String(bytes, _)
                        if matches!(key.as_slice(), b"V" | b"DV" | b"Contents" | b"RC" | b"T") =>
                    {
                        found.push(string(bytes));
                    }
                    _ => strings(value, depth + 1, found),
                }
            }
        }
        Object::Array(items) => items.iter().for_each(|item| strings(item, depth + 1, found)),
        _ => {}
    }
}

/// The document's properties as page 0, when it has any.
pub fn properties(pdf: &Pdf) -> Vec<PageText> {
    let metadata = pdf.metadata();
    let properties = [&metadata.title, &metadata.author, &metadata.subject, &metadata.keywords];
    let properties: Vec<String> = properties.into_iter().flatten().map(|bytes| string(bytes)).collect();
    if properties.is_empty() {
        return Vec::new();
    }
    vec![PageText { page: 0, text: properties.join("\n") }]
}

/// Every page, in order. A page that cannot be read reads as empty.
pub fn read(pdf: &Pdf) -> Vec<Reading> {
    let mut room = MAX_CHARACTERS;
    let cache = InterpreterCache::new();
    let pages = pdf.pages().iter().take(MAX_PAGES);
    pages
        .map(|page| {
            // Foreign bytes in a foreign parser: a panic costs one page's text.
            let reading =
                catch_unwind(AssertUnwindSafe(|| read_page(page, &cache, room))).unwrap_or_default();
            room = room.saturating_sub(reading.text.len());
            reading
        })
        .collect()
}

/// A PDF text string: UTF-16 or UTF-8 with their marks, else Latin (ISO 32000-1 §7.9.2.2).
pub fn string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}
