//! One entry of the cache as bytes: a note and the files that belong to it, under a digest of all.
//!
//! Values in, values out: knows nothing of folders, or of what note and files mean.

use serde::{Deserialize, Serialize};

use crate::inventory::sha256_hex;

/// Changes whenever entries are laid out otherwise.
const MAGIC: &str = "huibian-cache-1 ";
/// Length of a SHA-256 in hex.
const DIGEST: usize = 64;

/// What is kept under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// JSON of whatever the keeper wants to know again.
    pub note: String,
    /// Name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
}

/// What stands before the files' bytes.
#[derive(Serialize, Deserialize)]
struct Head {
    note: String,
    files: Vec<(String, u64)>,
}

/// Magic, digest of the rest; the head as one line of JSON; the files' bytes, one after the other.
pub fn encode(entry: &Entry) -> Vec<u8> {
    let files = entry.files.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect();
    let head = Head { note: entry.note.clone(), files };
    // Strings and numbers always serialise.
    let mut rest = serde_json::to_vec(&head).unwrap_or_default();
    rest.push(b'\n');
    for (_, bytes) in &entry.files {
        rest.extend_from_slice(bytes);
    }
    let mut out = format!("{MAGIC}{}\n", sha256_hex(&rest)).into_bytes();
    out.append(&mut rest);
    out
}

/// `None` for anything that is not exactly what was encoded.
pub fn decode(bytes: &[u8]) -> Option<Entry> {
    let rest = bytes.strip_prefix(MAGIC.as_bytes())?;
    let (digest, rest) = rest.split_at_checked(DIGEST)?;
    let rest = rest.strip_prefix(b"\n")?;
    if sha256_hex(rest).as_bytes() != digest {
        return None;
    }
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&rest[..end]).ok()?;
    let mut left = &rest[end + 1..];
    let mut files = Vec::with_capacity(head.files.len());
    for (name, length) in head.files {
        let (bytes, after) = left.split_at_checked(usize::try_from(length).ok()?)?;
        files.push((name, bytes.to_vec()));
        left = after;
    }
    left.is_empty().then_some(Entry { note: head.note, files })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            note: "{\"a\":\"行\\n二\"}".to_owned(),
            files: vec![("x-0".to_owned(), b"%PDF\n\0".to_vec()), ("x-1".to_owned(), Vec::new())],
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        assert_eq!(decode(&encode(&entry())), Some(entry()));
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed() {
        let whole = encode(&entry());
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x20;
            assert_eq!(decode(&changed), None, "byte {at}");
            assert_eq!(decode(&whole[..at]), None, "cut at {at}");
        }
        assert_eq!(decode(&[&whole[..], b"x"].concat()), None);
    }
}
