//! Bytes of a text part to a string: UTF-8, UTF-16 by mark or by look, Big5 where it is declared.
//!
//! Knows the two ways XML says its encoding (a mark, a declaration) and nothing else of XML.

use encoding_rs::{BIG5, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Decodes a text part; bytes that mean nothing become U+FFFD. A byte order mark is dropped.
pub fn decode_part(mut bytes: Vec<u8>) -> String {
    let encoding = encoding_of(&bytes);
    if encoding == UTF_8 {
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        return String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }
    encoding.decode(&bytes).0.into_owned()
}

/// Decodes a text file of people's: UTF-8, UTF-16 by mark, else Big5 with the characters an agency
/// made itself (造字) in the private use area, where Windows puts them.
pub fn decode_text(bytes: &[u8]) -> String {
    if Encoding::for_bom(bytes).is_some() {
        return decode_part(bytes.to_vec());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => decode_big5(bytes),
    }
}

fn decode_big5(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        let pair = after.first().copied().filter(|trail| is_trail(*trail) && *first >= 0x81);
        let length = if pair.is_some() { 2 } else { 1 };
        match pair.and_then(|trail| user_character(*first, trail)) {
            Some(character) => text.push(character),
            None => text.push_str(&BIG5.decode_without_bom_handling(&rest[..length]).0),
        }
        rest = &rest[length..];
    }
    text
}

fn is_trail(byte: u8) -> bool {
    matches!(byte, 0x40..=0x7e | 0xa1..=0xfe)
}

/// The user-defined areas of code page 950 in the order in which Windows maps them; the fourth
/// (C6A1–C8FE) is used for kana and symbols by nearly everybody and read as such.
fn user_character(lead: u8, trail: u8) -> Option<char> {
    let column = u32::from(if trail < 0x80 { trail - 0x40 } else { trail - 0xa1 + 63 });
    let (first_lead, base) = match lead {
        0xfa..=0xfe => (0xfa, 0xe000),
        0x8e..=0xa0 => (0x8e, 0xe311),
        0x81..=0x8d => (0x81, 0xeeb8),
        _ => return None,
    };
    char::from_u32(base + u32::from(lead - first_lead) * 157 + column)
}

fn encoding_of(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    match bytes {
        [b'<', 0, ..] => return UTF_16LE,
        [0, b'<', ..] => return UTF_16BE,
        _ => {}
    }
    let head = &bytes[..bytes.len().min(200)];
    declared_label(head)
        .and_then(Encoding::for_label)
        .filter(|encoding| encoding.is_ascii_compatible())
        .unwrap_or(UTF_8)
}

/// The value of `encoding` in an XML declaration.
fn declared_label(head: &[u8]) -> Option<&[u8]> {
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let declaration = head.split(|byte| *byte == b'>').next()?;
    let at = declaration.windows(9).position(|window| window == b"encoding=")? + 9;
    let quote = *declaration.get(at)?;
    declaration.get(at + 1..)?.split(|byte| *byte == quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_any_usual_encoding_read_the_same() {
        let text = "<?xml version=\"1.0\"?><v>簽到</v>";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let utf8 = text.as_bytes().to_vec();
        for bytes in [
            utf8.clone(),
            [b"\xEF\xBB\xBF", &utf8[..]].concat(),
            le.clone(),
            [b"\xFF\xFE", &le[..]].concat(),
            be.clone(),
            [b"\xFE\xFF", &be[..]].concat(),
        ] {
            assert_eq!(decode_part(bytes), text);
        }
        let big5 = b"<?xml version=\"1.0\" encoding=\"big5\"?>\xc3\xb1\xa8\xec".to_vec();
        assert!(decode_part(big5).ends_with("簽到"));
        assert_eq!(decode_part(b"a\xFFb".to_vec()), "a\u{FFFD}b");
    }

    #[test]
    fn big5_text_files_keep_the_characters_an_agency_made() {
        assert_eq!(decode_text(b"\xc3\xb1\xa8\xec,12\n"), "簽到,12\n");
        assert_eq!(decode_text(b"\xa4\xfd\xfa\x40\x8e\x40\x81\x40"), "王\u{e000}\u{e311}\u{eeb8}");
        assert_eq!(decode_text(b"\xff\xc3"), "\u{fffd}\u{fffd}");
        assert_eq!(decode_text("簽到".as_bytes()), "簽到");
    }
}
