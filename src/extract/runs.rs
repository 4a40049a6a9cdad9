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
        let n_plain = run.iter().filter(|byte| byte.is_ascii()).count();
        if run.len() >= SHORTEST && (n_plain * 4 >= run.len() || std::str::from_utf8(run).is_ok()) {
            text.push_str(&String::from_utf8_lossy(run));
            text.push('\n');
        }
    }
}

fn wide(bytes: &[u8], text: &mut String) {
    let mut run: Vec<u16> = Vec::new();
    for pair in bytes.chunks_exact(2).chain(std::iter::once(&[0u8, 0][..])) {
        let unit = u16::from_le_bytes([pair[0], pair[1]]);
        let is_written = matches!(unit, 0x20..=0x7e | 0x09 | 0x0a | 0x0d | 0x2000..=0x24ff | 0x2e80..=0x9fff
            | 0xd800..=0xdfff | 0xff01..=0xff5e);
        if is_written {
            run.push(unit);
        } else if !run.is_empty() {
            if run.len() >= SHORTEST {
                text.push_str(&String::from_utf16_lossy(&run));
                text.push('\n');
            }
            run.clear();
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
