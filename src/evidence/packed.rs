//! Text of files that are packed as they are, for the privacy gate: office documents and plain text.
//!
//! Reads the parts' characters and nothing of their structure; whatever is not text is left out.

use std::io::Cursor;

use crate::container::{Compound, Package, WORKBOOK_CAPS, decode_part};
use crate::exhibit::PageText;
use crate::inventory::MediaType;

use super::moving;

/// Characters kept of one file.
const MAX_CHARACTERS: usize = 4_000_000;
/// Ends of these elements part one text from the next; all other marks stand inside a text, where
/// an editor may have split a number into runs.
const BREAKS: [&str; 9] =
    ["text:p", "text:h", "table:table-cell", "w:p", "w:tc", "a:p", "text:span-break", "si", "c"];

/// What was found in a file.
pub struct Searched {
    /// All under page 0.
    pub texts: Vec<PageText>,
    /// All of its text was found, not only what looks like numbers.
    pub are_complete: bool,
    /// It holds fields that change by themselves.
    pub moves: bool,
}

/// The texts, hidden ones included; `None` for kinds that cannot be searched.
pub fn texts(bytes: &[u8], media_type: MediaType) -> Option<Searched> {
    let ((text, moves), are_complete) = match media_type {
        MediaType::Text => ((decode_part(bytes.to_vec()), false), true),
        MediaType::Docx
        | MediaType::Pptx
        | MediaType::Xlsx
        | MediaType::Ods
        | MediaType::Odt
        | MediaType::Odp => (office(bytes, media_type)?, true),
        MediaType::Cfb | MediaType::Xls => {
            let text = compound(bytes);
            let moves = text.lines().any(moving::moves_in_run);
            ((text, moves), false)
        }
        _ => return None,
    };
    Some(Searched { texts: vec![PageText { page: 0, text }], are_complete, moves })
}

/// Runs of ASCII in the streams of a compound file, in eight or in sixteen bits as Word, Excel and
/// PowerPoint write them: identity numbers are ASCII, deleted and hidden ones too.
fn compound(bytes: &[u8]) -> String {
    let mut text = String::new();
    let Ok(file) = Compound::open(bytes) else { return text };
    for name in file.streams() {
        let Ok(Some(stream)) = file.stream(name) else { continue };
        runs(stream.iter().copied(), &mut text);
        for start in [0, 1] {
            let units = stream.get(start..).unwrap_or_default().chunks_exact(2);
            runs(units.map(|unit| if unit[1] == 0 { unit[0] } else { 0 }), &mut text);
        }
    }
    text
}

/// Runs shorter than an identity number are left out.
fn runs(bytes: impl Iterator<Item = u8>, text: &mut String) {
    const SHORTEST: usize = 10;
    let mut run = String::new();
    for byte in bytes.chain([0]) {
        if matches!(byte, b' '..=b'~') {
            run.push(char::from(byte));
            continue;
        }
        if run.len() >= SHORTEST && text.len() + run.len() < MAX_CHARACTERS {
            text.push_str(&run);
            text.push('\n');
        }
        run.clear();
    }
}

/// The text, and whether fields in it move.
fn office(bytes: &[u8], media_type: MediaType) -> Option<(String, bool)> {
    let mut package = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS).ok()?;
    let parts: Vec<(usize, String)> = package
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.name.text.ends_with(".xml"))
        .map(|(index, entry)| (index, entry.name.text.clone()))
        .collect();
    let (mut text, mut moves) = (String::new(), false);
    for (index, name) in parts {
        let part = decode_part(package.read(index).ok()?);
        moves = moves || moving::moves(media_type, &name, &part);
        if text.len() > MAX_CHARACTERS {
            continue;
        }
        without_marks(&part, &mut text);
        text.push('\n');
    }
    Some((text, moves))
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
