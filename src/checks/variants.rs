//! Forms of characters that are used in China or Japan and not in Taiwan, and what Taiwan writes.
//!
//! Knows the table and nothing of where a character stands.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::assets;

static TRADITIONAL: LazyLock<BTreeMap<char, char>> = LazyLock::new(|| {
    let characters: Vec<char> =
        assets::characters::SIMPLIFIED.chars().filter(|character| !character.is_whitespace()).collect();
    characters.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
});

/// What Taiwan writes for a simplified or Japanese form; `None` for characters of Taiwan's own.
pub fn traditional(character: char) -> Option<char> {
    TRADITIONAL.get(&character).copied()
}

/// Whether a text is in another language than ours: kana stand in it, or more simplified forms than other
/// ideographs, as in a leaflet that is quoted.
pub fn is_foreign(text: &str) -> bool {
    let is_ideograph = |c: &char| matches!(c, '\u{3400}'..='\u{9fff}');
    let (simplified, other): (Vec<char>, Vec<char>) =
        text.chars().filter(is_ideograph).partition(|c| TRADITIONAL.contains_key(c));
    text.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}')) || simplified.len() > other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_from_characters_of_taiwan() {
        assert_eq!(traditional('国'), Some('國'));
        assert_eq!(traditional('広'), Some('廣'));
        for ours in "台后干里面群峰國臺體鬱獎鄉群裡著為".chars() {
            assert_eq!(traditional(ours), None, "{ours}");
        }
        assert!(TRADITIONAL.len() > 2_800 && TRADITIONAL.values().all(|c| traditional(*c).is_none()));
    }

    #[test]
    fn quotations_in_another_language_are_told_apart() {
        assert!(is_foreign("人身取引対策のリーフレット") && is_foreign("防制贩运宣传单张"));
        assert!(!is_foreign("辦理防制人口贩運宣導"));
    }
}
