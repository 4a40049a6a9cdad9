//! Runs of characters in bytes nobody takes apart: old office files, metadata, unknown formats.
//!
//! Numbers stand there in ASCII or UTF-16; whatever reads as either, and is long enough to hold
//! one, is kept, nonsense included.

/// Characters of the shortest identifier.
const SHORTEST: usize = 8;

/// ASCII and UTF-8 runs, then UTF-16 runs (little-endian, at either alignment), one a line.
pub(super) fn characters(bytes: &[u8]) -> String {
    let mut text = String::new();
    narrow(bytes, &mut text);
    for offset in [0, 1] {
        wide(bytes.get(offset..).unwrap_or_default(), &mut text);
    }
    text
}

fn narrow(bytes: &[u8], text: &mut String) {
    for run in bytes.split(|byte| !matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..)) {
        if run.len() >= SHORTEST && run.iter().filter(|byte| byte.is_ascii()).count() * 4 >= run.len() {
            text.push_str(&String::from_utf8_lossy(run));
            text.push('\n');
        }
    }
}

fn wide(bytes: &[u8], text: &mut String) {
    let mut run = String::new();
    let mut n_units = 0;
    for pair in bytes.chunks_exact(2).chain(std::iter::once(&[0u8, 0][..])) {
        let unit = u16::from_le_bytes([pair[0], pair[1]]);
        let character = char::from_u32(u32::from(unit)).filter(|c| {
            matches!(c, ' '..='~' | '\n' | '\r' | '\t' | '\u{2000}'..='\u{206f}' | '\u{2e80}'..='\u{9fff}'
                | '\u{ff01}'..='\u{ff5e}')
        });
        match character {
            Some(character) => {
                run.push(character);
                n_units += 1;
            }
            None => {
                if n_units >= SHORTEST && run.chars().any(|c| c.is_ascii_digit() || c >= '\u{ff01}') {
                    text.push_str(&run);
                    text.push('\n');
                }
                run.clear();
                n_units = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_either_width_are_kept() {
        let wide: Vec<u8> = "證號O199999992號".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [b"\0\x01O199999992\0".to_vec(), [&[7][..], &wide].concat(), wide] {
            assert!(characters(&bytes).contains("O199999992"), "{bytes:?}");
        }
    }
}
