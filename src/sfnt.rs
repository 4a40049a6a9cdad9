//! What a font file says before anybody trusts it: the family names it bears, and whether its character map
//! is within bounds.
//!
//! Knows the table directory, `name` and `cmap` (OpenType 1.9), nothing of glyphs nor of which families are wanted. Bytes are foreign: every offset may lie.

use std::io::{self, Read, Seek, SeekFrom};

/// More tables than any font has.
const MOST_TABLES: u16 = 64;
/// Name tables of large families with licences in many languages take some 50 KB.
const MOST_NAME_BYTES: u32 = 256 << 10;
/// Name ids of a family: for menus of four styles, and of all of them.
const FAMILY_IDS: [u16; 2] = [1, 16];

/// More characters than all planes of Unicode hold, twice: fonts map them for several platforms.
const MOST_MAPPED: u64 = 2 * 0x11_0000;

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

/// Whether the character maps of a single font are finite in earnest: readers list every character of every
/// range, and 16 bytes can claim four thousand million of them.
pub fn is_bounded(font: &[u8]) -> bool {
    let n_tables = usize::from(u16_at(font, 4).unwrap_or(0).min(MOST_TABLES));
    let records = font.get(12..).unwrap_or_default().chunks_exact(16).take(n_tables);
    let mut mapped = 0;
    for record in records.filter(|record| &record[..4] == b"cmap") {
        let Some(cmap) = u32_at(record, 8).and_then(|offset| font.get(offset as usize..)) else {
            return false;
        };
        for index in 0..usize::from(u16_at(cmap, 2).unwrap_or(0)) {
            let subtable = u32_at(cmap, 4 + 8 * index + 4).and_then(|offset| cmap.get(offset as usize..));
            mapped += subtable.map_or(0, n_mapped);
            if mapped > MOST_MAPPED {
                return false;
            }
        }
    }
    true
}

/// Characters a subtable claims to map. Formats other than 4 (segments of the first plane), 12 and 13 (groups)
/// hold an entry a character, and so no more than their bytes.
fn n_mapped(subtable: &[u8]) -> u64 {
    let length = |first: u32, last: u32| u64::from(last.saturating_sub(first)) + 1;
    match u16_at(subtable, 0) {
        Some(4) => {
            let n_segments = usize::from(u16_at(subtable, 6).unwrap_or(0)) / 2;
            let segment = |index: usize| {
                let last = u16_at(subtable, 14 + 2 * index)?;
                let first = u16_at(subtable, 16 + 2 * (n_segments + index))?;
                Some(length(first.into(), last.into()))
            };
            (0..n_segments).map_while(segment).sum()
        }
        Some(12 | 13) => {
            let n_groups = u32_at(subtable, 12).unwrap_or(0) as usize;
            let groups = subtable.get(16..).unwrap_or_default().chunks_exact(12).take(n_groups);
            groups.map(|group| length(u32_at(group, 0).unwrap_or(0), u32_at(group, 4).unwrap_or(0))).sum()
        }
        _ => 0,
    }
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
