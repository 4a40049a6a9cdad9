//! Text of files that are packed as they are, for the privacy gate: office documents and plain text.
//!
//! Reads the parts' characters and nothing of their structure; whatever is not text is left out.

use std::io::Cursor;

use crate::container::{Package, WORKBOOK_CAPS, decode_part};
use crate::exhibit::PageText;
use crate::inventory::MediaType;

/// Characters kept of one file.
const MAX_CHARACTERS: usize = 4_000_000;
/// Ends of these elements part one text from the next; all other marks stand inside a text, where
/// an editor may have split a number into runs.
const BREAKS: [&str; 9] =
    ["text:p", "text:h", "table:table-cell", "w:p", "w:tc", "a:p", "text:span-break", "si", "c"];

/// The texts, all under page 0; `None` for kinds that cannot be searched.
pub fn texts(bytes: &[u8], media_type: MediaType) -> Option<Vec<PageText>> {
    let text = match media_type {
        MediaType::Text => decode_part(bytes.to_vec()),
        MediaType::Docx | MediaType::Pptx | MediaType::Ods | MediaType::Odt | MediaType::Odp => {
            office(bytes)?
        }
        _ => return None,
    };
    Some(vec![PageText { page: 0, text }])
}

fn office(bytes: &[u8]) -> Option<String> {
    let mut package = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS).ok()?;
    let parts: Vec<usize> = package
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.name.text.ends_with(".xml"))
        .map(|(index, _)| index)
        .collect();
    let mut text = String::new();
    for index in parts {
        let part = decode_part(package.read(index).ok()?);
        without_marks(&part, &mut text);
        if text.len() > MAX_CHARACTERS {
            break;
        }
        text.push('\n');
    }
    Some(text)
}

fn without_marks(part: &str, text: &mut String) {
    let mut rest = part;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else { return };
        let mark = &rest[start + 1..start + end];
        let name = mark.trim_start_matches('/').split([' ', '/']).next().unwrap_or("");
        if BREAKS.contains(&name) && (mark.starts_with('/') || mark.ends_with('/')) {
            text.push('\n');
        }
        rest = &rest[start + end + 1..];
    }
    text.push_str(rest);
}
