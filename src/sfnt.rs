//! The head of a font file: the family names it bears, without reading the rest of it.
//!
//! Knows the table directory and the name table (OpenType 1.9, `otff` and `name`), nothing of glyphs nor of
//! which families are wanted. Bytes are foreign: every offset may lie.

use std::io::{self, Read, Seek, SeekFrom};

/// More tables than any font has.
const MOST_TABLES: u16 = 64;
/// Name tables of large families with licences in many languages take some 50 KB.
const MOST_NAME_BYTES: u32 = 256 << 10;
/// Name ids of a family: for menus of four styles, and of all of them.
const FAMILY_IDS: [u16; 2] = [1, 16];

/// Every family name of a single font, in all its languages; none for what is no font, or a collection.
///
/// # Errors
/// The file cannot be read. One that ends too early is no error: it names nothing.
pub fn family_names(font: &mut (impl Read + Seek)) -> io::Result<Vec<String>> {
    match name_table(font) {
        Ok(table) => Ok(table.map(|table| families(&table)).unwrap_or_default()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn name_table(font: &mut (impl Read + Seek)) -> io::Result<Option<Vec<u8>>> {
    let mut header = [0; 12];
    font.read_exact(&mut header)?;
    let is_single = matches!(&header[..4], [0, 1, 0, 0] | b"OTTO" | b"true");
    if !is_single {
        return Ok(None);
    }
    for _ in 0..u16_at(&header, 4).unwrap_or(0).min(MOST_TABLES) {
        let mut record = [0; 16];
        font.read_exact(&mut record)?;
        if &record[..4] != b"name" {
            continue;
        }
        let [offset, length] = [8, 12].map(|at| u32_at(&record, at).unwrap_or(0));
        font.seek(SeekFrom::Start(u64::from(offset)))?;
        let mut table = Vec::new();
        font.take(u64::from(length.min(MOST_NAME_BYTES))).read_to_end(&mut table)?;
        return Ok(Some(table));
    }
    Ok(None)
}

fn families(table: &[u8]) -> Vec<String> {
    let count = usize::from(u16_at(table, 2).unwrap_or(0));
    let storage = usize::from(u16_at(table, 4).unwrap_or(0));
    let mut found = Vec::new();
    for record in table.get(6..).unwrap_or_default().chunks_exact(12).take(count) {
        let [platform, name_id, length, offset] =
            [0, 6, 8, 10].map(|at| u16_at(record, at).unwrap_or(u16::MAX));
        let start = storage + usize::from(offset);
        let Some(bytes) = table.get(start..start + usize::from(length)) else { continue };
        if FAMILY_IDS.contains(&name_id)
            && let Some(name) = decoded(platform, bytes)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// Platforms 0 (Unicode) and 3 (Windows) write UTF-16; of 1 (Macintosh) only ASCII is read.
fn decoded(platform: u16, bytes: &[u8]) -> Option<String> {
    match platform {
        0 | 3 => {
            let units: Vec<u16> = bytes.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).collect();
            String::from_utf16(&units).ok()
        }
        1 if bytes.is_ascii() => String::from_utf8(bytes.to_vec()).ok(),
        _ => None,
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
