//! Names of zip entries as people meant them: UTF-8 where it is said or evident, else Big5.
//!
//! Zips made by Windows in Taiwan carry Big5 names without a flag; taken for what the format
//! says (CP437) they would be mojibake. Knows nothing of what is in the entries.

use encoding_rs::BIG5;

/// How an entry's name was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameSource {
    /// The archive says UTF-8 (bit 11), or by an Info-ZIP Unicode path field (0x7075) whose checksum
    /// fits and which the zip crate has put in the name's place; or the name is plain ASCII.
    Declared,
    /// Nothing is said, but it is valid UTF-8: archives from macOS.
    LooksUtf8,
    /// No flag and no UTF-8: read as Big5.
    GuessedBig5,
}

/// The name of a zip entry and how sure we are of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryName {
    /// Separators are `/`; never a path to write to without further checks.
    pub text: String,
    pub source: NameSource,
    /// The name held bytes that no reading explains; they are U+FFFD in `text`.
    pub lossy: bool,
}

/// Reads the stored bytes of a name. `says_utf8` is bit 11 of the general purpose flags
/// (APPNOTE 4.4.4).
pub(super) fn entry_name(raw: &[u8], says_utf8: bool) -> EntryName {
    let (text, source, lossy) = match std::str::from_utf8(raw) {
        Ok(text) => {
            let declared = says_utf8 || raw.is_ascii();
            let source = if declared { NameSource::Declared } else { NameSource::LooksUtf8 };
            (text.to_owned(), source, false)
        }
        Err(_) => {
            let (text, _, lossy) = BIG5.decode(raw);
            (text.into_owned(), NameSource::GuessedBig5, lossy)
        }
    };
    // A Big5 trail byte may be 0x5C: only after decoding is a backslash a separator.
    EntryName { text: text.replace('\\', "/"), source, lossy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_big5_name_without_a_flag_is_read_as_big5() {
        // 「簽到表.pdf」 and 「許功蓋」, whose trail bytes are 0x5C.
        let raw = b"\xc3\xb1\xa8\xec\xaa\xed.pdf";
        let name = entry_name(raw, false);
        assert_eq!((name.text.as_str(), name.source), ("簽到表.pdf", NameSource::GuessedBig5));
        let name = entry_name(b"\xb3\x5c\xa5\x5c\xbb\x5c/a.txt", false);
        assert_eq!(name.text, "許功蓋/a.txt");
        assert!(!name.lossy);
    }

    #[test]
    fn utf8_is_taken_with_and_without_the_flag() {
        assert_eq!(entry_name("表.pdf".as_bytes(), true).source, NameSource::Declared);
        assert_eq!(entry_name("表.pdf".as_bytes(), false).source, NameSource::LooksUtf8);
        assert_eq!(entry_name(b"a\\b.pdf", false).text, "a/b.pdf");
        assert_eq!(entry_name(b"a.pdf", false).source, NameSource::Declared);
    }

    #[test]
    fn bytes_that_mean_nothing_are_said_to_be_lossy() {
        assert!(entry_name(b"\xff\xff\xff", false).lossy);
    }
}
