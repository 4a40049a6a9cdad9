//! Names that open on every Windows: no reserved word, no forbidden character, not too long.
//!
//! The zip crate guards nothing here; this module is the only guard. Rules: Win32 naming
//! conventions, RFC 8493 §6.1.2 (reserved names) and §2.1.3 (`%` would need encoding).

use crate::folding::nfc;

/// Longest component: 80 Chinese characters, below the 255 bytes that ext4 allows.
const MAX_COMPONENT_BYTES: usize = 240;
/// Longest path inside the bundle, in UTF-16 units: Explorer adds the zip's own name under the
/// user's folder, and MAX_PATH is 260.
const MAX_PATH_UNITS: usize = 150;

const RESERVED: &[&str] = &[
    "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6",
    "COM7", "COM8", "COM9", "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³",
];

/// Whether a path with `/`, counted from the top folder, may stand in a bundle as it is.
pub fn is_safe(path: &str) -> bool {
    path.encode_utf16().count() <= MAX_PATH_UNITS && path.split('/').all(is_safe_component)
}

fn is_safe_component(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_COMPONENT_BYTES
        && nfc(name) == name
        && !name.chars().any(is_forbidden)
        && !name.ends_with(['.', ' '])
        && !name.starts_with(' ')
        && !is_reserved(name)
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    RESERVED.iter().any(|reserved| stem.eq_ignore_ascii_case(reserved))
}

/// One key for all paths that Windows takes for the same: NFC (RFC 8493 §6.1.1.3) in upper case, as
/// NTFS compares. Full upper-casing also joins a few that NTFS holds apart (`ß`, `SS`).
pub fn on_windows(path: &str) -> String {
    nfc(&nfc(path).to_uppercase())
}

/// Forbidden by Windows, control characters, `%`, and characters that turn the text's direction
/// and can make one name look like another.
fn is_forbidden(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '%')
        || c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The nearest safe name to one that people gave; never empty.
pub fn safe_component(name: &str) -> String {
    let mut safe: String = nfc(name).chars().map(|c| if is_forbidden(c) { '_' } else { c }).collect();
    let (mut stem, extension) = match safe.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 10 => {
            (stem.to_owned(), format!(".{}", extension.trim_end_matches(['.', ' '])))
        }
        _ => (safe.clone(), String::new()),
    };
    // One byte is kept for the underscore below.
    while stem.len() + extension.len() >= MAX_COMPONENT_BYTES {
        stem.pop();
    }
    safe = format!("{stem}{extension}");
    let trimmed = safe.trim_start().trim_end_matches(['.', ' ']).to_owned();
    if trimmed.is_empty() || is_reserved(&trimmed) { format!("_{trimmed}") } else { trimmed }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reserved_and_forbidden_names_are_refused() {
        for name in [
            "",
            "CON",
            "con.pdf",
            "a/NUL.txt",
            "a:b",
            "a%b",
            "尾.",
            "尾 ",
            " 頭",
            "COM¹",
            "\u{202e}fdp",
            "a//b",
        ] {
            assert!(!is_safe(name), "{name}");
        }
        for name in ["01-自評表.pdf", "CONTENTS.txt", "03-files/2-1-3_01.ods", "控制.txt"] {
            assert!(is_safe(name), "{name}");
        }
    }

    #[test]
    fn a_reserved_word_with_a_long_tail_stays_within_the_limit() {
        for tail in 225..260 {
            let safe = safe_component(&format!("CON.{}", "a".repeat(tail)));
            assert!(is_safe_component(&safe), "{safe}");
        }
    }

    #[test]
    fn twins_on_windows_are_known_and_others_are_not() {
        for (a, b) in [("A.pdf", "a.PDF"), ("e\u{301}", "é"), ("straße", "STRASSE"), ("Ⅲ", "ⅲ"), ("ς", "Σ")]
        {
            assert_eq!(on_windows(a), on_windows(b));
        }
        for (a, b) in [("台.pdf", "臺.pdf"), ("1", "１"), ("a b", "ab")] {
            assert_ne!(on_windows(a), on_windows(b));
        }
    }

    proptest! {
        #[test]
        fn whatever_people_call_a_file_its_safe_name_is_safe(name in "\\PC{0,120}") {
            let safe = safe_component(&name);
            prop_assert!(is_safe_component(&safe), "{name:?} gave {safe:?}");
            prop_assert_eq!(safe_component(&safe), safe.clone());
        }

        #[test]
        fn long_names_of_any_script_become_safe(name in "[一-鿕𠀀-𠀿😀-😿a-z. ]{60,200}") {
            prop_assert!(is_safe_component(&safe_component(&name)), "{name:?}");
        }

        #[test]
        fn nasty_names_become_safe(name in "(CON|nul|LPT1|com¹)?[.]{0,2}[ /\\\\:%王小明e\u{301}]{0,90}(\\.pdf|\\.|)") {
            prop_assert!(is_safe_component(&safe_component(&name)));
        }
    }
}
