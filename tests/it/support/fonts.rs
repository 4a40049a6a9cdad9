//! Small fonts of any family and coverage, made of one of the embedded ones.

use std::sync::LazyLock;

use huibian::assets::fonts::unpacked;

static SMALLEST: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpacked().unwrap().into_iter().min_by_key(Vec::len).unwrap());

/// A glyph that draws something, in the fonts made here.
pub const DRAWN: u32 = 20;
/// A glyph id past the last one.
pub const NO_GLYPH: u32 = 999;

/// A font that bears a family's name and shows these characters as these glyphs.
pub fn named(family: &str, characters: &[(char, u32)]) -> Vec<u8> {
    let mut tables = tables(&SMALLEST);
    for (tag, bytes) in &mut tables {
        match &*tag {
            b"name" => *bytes = name_table(family),
            b"cmap" => *bytes = cmap(characters),
            _ => {}
        }
    }
    assembled(&tables)
}

fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u16_at(bytes, at) << 16 | u16_at(bytes, at + 2)
}

fn u32_of(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_be_bytes()
}

fn u16_of(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}

type Table = ([u8; 4], Vec<u8>);

fn tables(font: &[u8]) -> Vec<Table> {
    let table = |index: usize| {
        let record = 12 + 16 * index;
        let (start, length) = (u32_at(font, record + 8), u32_at(font, record + 12));
        (font[record..record + 4].try_into().unwrap(), font[start..start + length].to_vec())
    };
    (0..u16_at(font, 4)).map(table).collect()
}

/// Checksums are left at 0: nobody reads them.
fn assembled(tables: &[Table]) -> Vec<u8> {
    let mut font = vec![0, 1, 0, 0];
    font.extend(u16_of(tables.len()));
    font.extend([0; 6]);
    let mut start = 12 + 16 * tables.len();
    for (tag, bytes) in tables {
        font.extend(tag);
        font.extend([0; 4]);
        font.extend(u32_of(start));
        font.extend(u32_of(bytes.len()));
        start += bytes.len().next_multiple_of(4);
    }
    for (_, bytes) in tables {
        font.extend(bytes);
        font.resize(font.len().next_multiple_of(4), 0);
    }
    font
}

/// The family (name 1) and a PostScript name (6), as Windows reads them.
fn name_table(family: &str) -> Vec<u8> {
    let texts: Vec<(usize, Vec<u8>)> =
        [1, 6].map(|id| (id, family.encode_utf16().flat_map(u16::to_be_bytes).collect())).into();
    let mut table = Vec::new();
    table.extend([0, texts.len(), 6 + 12 * texts.len()].map(u16_of).concat());
    let mut offset = 0;
    for (id, text) in &texts {
        table.extend([3, 1, 0x409, *id, text.len(), offset].map(u16_of).concat());
        offset += text.len();
    }
    texts.into_iter().for_each(|(_, text)| table.extend(text));
    table
}

/// Format 12 (OpenType 1.9, `cmap`): groups in order.
fn cmap(characters: &[(char, u32)]) -> Vec<u8> {
    let mut characters = characters.to_vec();
    characters.sort();
    let mut table = [0, 1, 3, 10].map(u16_of).concat();
    table.extend(u32_of(12));
    table.extend([12, 0].map(u16_of).concat());
    table.extend([16 + 12 * characters.len(), 0, characters.len()].map(u32_of).concat());
    for (character, glyph) in characters {
        table.extend([u32::from(character), u32::from(character), glyph].map(u32::to_be_bytes).concat());
    }
    table
}
