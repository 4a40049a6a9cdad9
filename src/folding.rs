//! How names and texts are compared: folded forms, and the nearest of several words.
//!
//! For comparing only: folding changes characters, so a folded text is never printed. The only
//! module that names `unicode_normalization` and `strsim`.

use unicode_normalization::UnicodeNormalization;

/// Names as people compare them: NFKC, no blanks, 台 as 臺, lower case.
pub fn fold(name: &str) -> String {
    name.nfkc()
        .filter(|c| !c.is_whitespace() && !is_invisible(*c))
        .map(|c| if c == '台' { '臺' } else { c })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Zero-width characters, direction marks, soft hyphens and variation selectors: typed by nobody,
/// pasted by many.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{fe00}'..='\u{fe0f}')
}

/// How alike two folded words are, 0 to 1.
pub fn likeness(a: &str, b: &str) -> f64 {
    strsim::normalized_levenshtein(a, b)
}

/// Canonical composition (Unicode NFC).
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Compatibility composition (Unicode NFKC): full-width digits and letters become plain.
pub fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}

/// The candidate a misspelt word probably meant: at most a third of its characters differ.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let length = folded.chars().count().max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .filter(|(distance, candidate)| *distance * 3 <= length.max(candidate.chars().count()))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_take_for_equal_fold_alike() {
        assert_eq!(fold("台北 市"), fold("臺北市"));
        assert_eq!(fold("勞０３－２"), fold("勞03-2"));
    }

    #[test]
    fn only_near_words_are_suggested() {
        let words = ["deadlines", "recipient", "government"];
        assert_eq!(did_you_mean("deadline", words), Some("deadlines"));
        assert_eq!(did_you_mean("xyz", words), None);
    }
}
