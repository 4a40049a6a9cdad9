//! Bytes of a text part to a string: UTF-8, UTF-16 by mark or by look, Big5 where it is declared.
//!
//! Knows the two ways XML says its encoding (a mark, a declaration) and nothing else of XML.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

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
}
