//! Base64 as mails carry it, in a stream: an attachment of any size is never in memory; and in one line, as
//! pages carry small pictures.
//!
//! RFC 2045 §6.8, RFC 4648 §4. Knows bytes and lines, nothing of mails or pages.

use std::io::{self, Read, Write};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Bytes that make one line of 76 characters.
const LINE: usize = 57;
const LINES_AT_ONCE: usize = 1024;

/// In one line, without an end.
pub fn in_one_line(bytes: &[u8]) -> String {
    let mut encoded = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    encode_groups(bytes, &mut encoded);
    encoded.into_iter().map(char::from).collect()
}

/// Copies everything from `source`, encoded, in lines of 76 characters with CRLF. Gives the bytes read.
pub fn encode(source: &mut dyn Read, out: &mut dyn Write) -> io::Result<u64> {
    let mut block = vec![0; LINE * LINES_AT_ONCE];
    let mut encoded = Vec::with_capacity(block.len() * 4 / 3 + LINES_AT_ONCE * 2);
    let mut total = 0;
    loop {
        let n = fill(source, &mut block)?;
        encoded.clear();
        for line in block[..n].chunks(LINE) {
            encode_line(line, &mut encoded);
        }
        out.write_all(&encoded)?;
        total += n as u64;
        if n < block.len() {
            return Ok(total);
        }
    }
}

/// Length of what [`encode`] writes for so many bytes.
pub fn encoded_length(bytes: u64) -> u64 {
    let characters = bytes.div_ceil(3) * 4;
    characters + bytes.div_ceil(LINE as u64) * 2
}

/// The most bytes whose encoding is no longer than `length`.
pub fn bytes_within(length: u64) -> u64 {
    let (lines, rest) = (length / 78, length % 78);
    lines * LINE as u64 + rest.saturating_sub(2) / 4 * 3
}

/// Reads until the block is full or the source ends.
fn fill(source: &mut dyn Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match source.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn encode_line(line: &[u8], encoded: &mut Vec<u8>) {
    encode_groups(line, encoded);
    encoded.extend(b"\r\n");
}

fn encode_groups(bytes: &[u8], encoded: &mut Vec<u8>) {
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) as usize & 63;
            encoded.push(if place <= group.len() { ALPHABET[digit] } else { b'=' });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        assert_eq!(encode(&mut { bytes }, &mut out).expect("in memory"), bytes.len() as u64);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn the_vectors_of_rfc_4648() {
        let vectors =
            [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (plain, code) in vectors {
            assert_eq!(encoded(plain.as_bytes()), format!("{code}\r\n"));
            assert_eq!(in_one_line(plain.as_bytes()), code);
        }
        assert_eq!(encoded(b""), "");
    }

    #[test]
    fn blocks_join_without_a_seam() {
        let bytes: Vec<u8> = (0..LINE * LINES_AT_ONCE * 2 + 5).map(|n| n as u8).collect();
        let text = encoded(&bytes);
        assert!(text.lines().rev().skip(1).all(|line| line.len() == 76 && !line.contains('=')));
        assert_eq!(text.len() as u64, encoded_length(bytes.len() as u64));
    }

    proptest! {
        #[test]
        fn lengths_are_told_beforehand(n in 0usize..2000) {
            prop_assert_eq!(encoded(&vec![7; n]).len() as u64, encoded_length(n as u64));
        }

        #[test]
        fn what_fits_is_the_most_that_fits(length in 0u64..100_000) {
            let most = bytes_within(length);
            prop_assert!(encoded_length(most) <= length);
            prop_assert!(encoded_length(most + 1) > length);
        }
    }
}
