//! Identity numbers in text: found, told from look-alikes by their check digit, and masked.
//!
//! National and resident numbers of Taiwan in every spelling, and mobile telephones. Knows
//! nothing of cells, pages or of what a hit leads to.

use std::ops::Range;

/// What a number identifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    /// 國民身分證統一編號: letter, 1 or 2, eight digits.
    National,
    /// 統一證號 since 2 January 2021: letter, 8 or 9, eight digits.
    Resident,
    /// 統一證號 of the old form, valid to the end of ROC 119: letter, A–D, eight digits.
    FormerResident,
    /// 09xx-xxx-xxx. Officials have them too: never more than suspected.
    MobilePhone,
}

impl IdentityKind {
    /// As told to users.
    pub fn label(self) -> &'static str {
        match self {
            IdentityKind::National => "國民身分證統一編號",
            IdentityKind::Resident => "外來人口統一證號",
            IdentityKind::FormerResident => "舊式外來人口統一證號",
            IdentityKind::MobilePhone => "行動電話號碼",
        }
    }
}

/// A number found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityHit {
    pub kind: IdentityKind,
    /// Bytes of the text it was found in, separators inside the number included.
    pub range: Range<usize>,
    /// The check digit is right; otherwise it may be a mistyped number or something else.
    pub certain: bool,
}

/// A character of the text, folded.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    /// Half-width and upper-case.
    folded: char,
    start: usize,
    end: usize,
}

impl Glyph {
    fn is_alphanumeric(self) -> bool {
        self.folded.is_ascii_alphanumeric()
    }

    /// What people put between the digits of one number.
    fn is_separator(self) -> bool {
        self.folded.is_whitespace()
            || matches!(self.folded, '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' | '﹣' | '─')
            || matches!(self.folded, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    }
}

fn glyphs(text: &str) -> Vec<Glyph> {
    let fold = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        _ => character,
    };
    text.char_indices()
        .map(|(start, character)| Glyph {
            folded: fold(character).to_ascii_uppercase(),
            start,
            end: start + character.len_utf8(),
        })
        .collect()
}

/// Every number in the text, left to right, none overlapping. Numbers already masked
/// (A123***789) are none.
pub fn find(text: &str) -> Vec<IdentityHit> {
    let glyphs = glyphs(text);
    find_in(&glyphs)
        .into_iter()
        .map(|found| IdentityHit {
            kind: found.kind,
            range: glyphs[found.indices[0]].start..glyphs[found.last()].end,
            certain: found.certain,
        })
        .collect()
}

/// The text with the middle of every number found, certain or suspected, starred out:
/// `O1******92`. Character for character as long as the text; masking twice changes nothing.
pub fn mask(text: &str) -> String {
    let glyphs = glyphs(text);
    let mut characters: Vec<char> = text.chars().collect();
    for found in find_in(&glyphs) {
        let (head, tail) = found.kept();
        for &index in &found.indices[head..found.indices.len() - tail] {
            characters[index] = '*';
        }
    }
    characters.into_iter().collect()
}

/// The hit, masked, with up to eight characters on either side, on one line.
pub fn excerpt(text: &str, hit: &IdentityHit) -> String {
    const AROUND: usize = 8;
    let first = text.get(..hit.range.start).map_or(0, |before| before.chars().count());
    let length = text.get(hit.range.clone()).map_or(0, |number| number.chars().count());
    // Masking keeps character positions, and is done before cutting: half a number at the edge
    // of the excerpt would no longer be recognised as one.
    let masked: Vec<char> = mask(text).chars().collect();
    let (start, end) = (first.saturating_sub(AROUND), (first + length + AROUND).min(masked.len()));
    let mut out = String::new();
    if start > 0 {
        out.push('…');
    }
    out.extend(masked[start..end].iter().map(|&c| if c.is_control() { ' ' } else { c }));
    if end < masked.len() {
        out.push('…');
    }
    out
}

/// A number by the indices of its letters and digits.
struct Found {
    kind: IdentityKind,
    indices: Vec<usize>,
    certain: bool,
}

impl Found {
    fn last(&self) -> usize {
        self.indices[self.indices.len() - 1]
    }

    /// How many letters and digits stay readable at either end.
    fn kept(&self) -> (usize, usize) {
        match self.kind {
            IdentityKind::MobilePhone => (self.indices.len() - 6, 3),
            _ => (2, 2),
        }
    }
}

fn find_in(glyphs: &[Glyph]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < glyphs.len() {
        let begins = glyphs[at].is_alphanumeric() || glyphs[at].folded == '+';
        let is_bounded = at == 0 || !glyphs[at - 1].is_alphanumeric();
        let hit = (begins && is_bounded)
            .then(|| identity_number(glyphs, at).or_else(|| mobile_phone(glyphs, at)))
            .flatten();
        match hit {
            Some(hit) => {
                at = hit.last() + 1;
                found.push(hit);
            }
            None => at += 1,
        }
    }
    found
}

/// The indices of `length` letters and digits from `at` on, at most two separators between
/// neighbours, nothing alphanumeric touching the end.
fn collect(glyphs: &[Glyph], at: usize, length: usize) -> Option<Vec<usize>> {
    let mut indices = Vec::with_capacity(length);
    let (mut index, mut n_separators) = (at, 0);
    while indices.len() < length {
        let glyph = glyphs.get(index)?;
        if glyph.is_alphanumeric() {
            indices.push(index);
            n_separators = 0;
        } else if glyph.is_separator() && n_separators < 2 && !indices.is_empty() {
            n_separators += 1;
        } else {
            return None;
        }
        index += 1;
    }
    let touches = glyphs.get(index).is_some_and(|next| next.is_alphanumeric());
    (!touches).then_some(indices)
}

fn identity_number(glyphs: &[Glyph], at: usize) -> Option<Found> {
    if !glyphs[at].folded.is_ascii_uppercase() {
        return None;
    }
    let indices = collect(glyphs, at, 10)?;
    let number: Vec<char> = indices.iter().map(|&index| glyphs[index].folded).collect();
    if !number[2..].iter().all(char::is_ascii_digit) {
        return None;
    }
    let kind = match number[1] {
        '1' | '2' => IdentityKind::National,
        '8' | '9' => IdentityKind::Resident,
        'A'..='D' => IdentityKind::FormerResident,
        _ => return None,
    };
    let certain = has_check_digit(&number);
    // Ten characters with many gaps are a row of a table rather than a mistyped number.
    let n_gaps = indices.windows(2).filter(|pair| pair[1] != pair[0] + 1).count();
    (certain || n_gaps <= 3).then_some(Found { kind, indices, certain })
}

/// The number of a leading letter, out of order for I, O, W, X, Y and Z by history.
fn letter_value(letter: char) -> Option<u32> {
    const ORDER: &str = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
    ORDER.find(letter).map(|index| index as u32 + 10)
}

/// Weights 1,9,8,7,6,5,4,3,2,1,1 over the letter's two digits and the nine that follow add up
/// to a multiple of ten; a second letter counts by the last digit of its number.
fn has_check_digit(number: &[char]) -> bool {
    let Some(first) = number.first().and_then(|&letter| letter_value(letter)) else { return false };
    let mut sum = first / 10 + first % 10 * 9;
    for (&character, weight) in number[1..].iter().zip([8, 7, 6, 5, 4, 3, 2, 1, 1]) {
        let digit = character.to_digit(10).or_else(|| letter_value(character).map(|v| v % 10));
        let Some(digit) = digit else { return false };
        sum += digit * weight;
    }
    sum % 10 == 0
}

/// 0912-345-678, +886 912 345 678.
fn mobile_phone(glyphs: &[Glyph], at: usize) -> Option<Found> {
    let start = if glyphs[at].folded == '+' { at + 1 } else { at };
    let lengths: &[usize] = match glyphs.get(start)?.folded {
        '0' if start == at => &[10],
        '8' => &[12, 13],
        _ => return None,
    };
    for &length in lengths {
        let Some(indices) = collect(glyphs, start, length) else { continue };
        let digits: String = indices.iter().map(|&index| glyphs[index].folded).collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let national = digits.strip_prefix("886").unwrap_or(&digits);
        let national = national.strip_prefix('0').unwrap_or(national);
        if national.len() == 9 && national.starts_with('9') {
            return Some(Found { kind: IdentityKind::MobilePhone, indices, certain: false });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(IdentityKind, bool)> {
        find(text).into_iter().map(|hit| (hit.kind, hit.certain)).collect()
    }

    #[test]
    fn the_letters_have_their_official_values() {
        for (letter, value) in
            [('A', 10), ('H', 17), ('I', 34), ('J', 18), ('O', 35), ('W', 32), ('X', 30), ('Z', 33)]
        {
            assert_eq!(letter_value(letter), Some(value), "{letter}");
        }
    }

    #[test]
    fn valid_numbers_of_each_kind_are_certain() {
        for (text, kind) in [
            ("A100000001", IdentityKind::National),
            ("B200000004", IdentityKind::National),
            ("O199999992", IdentityKind::National),
            ("AC00000003", IdentityKind::FormerResident),
            ("BD00000006", IdentityKind::FormerResident),
            ("OA99999990", IdentityKind::FormerResident),
            ("A800000005", IdentityKind::Resident),
            ("F900000002", IdentityKind::Resident),
            ("O899999996", IdentityKind::Resident),
        ] {
            assert_eq!(kinds(text), [(kind, true)], "{text}");
            assert_eq!(kinds(&format!("證號{text}號")), [(kind, true)], "{text}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_suspected_and_masked_forms_are_left_alone() {
        assert_eq!(kinds("A100000002"), [(IdentityKind::National, false)]);
        for text in ["A123***789", "O1******92", "王○明", "XA1000000010", "A1000000011", "A10000000"] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn the_middle_is_starred_out_in_place() {
        assert_eq!(mask("被害人O199999992於"), "被害人O1******92於");
        assert_eq!(mask("Ｏ１ 9999-9992"), "Ｏ１ ****-**92");
        assert_eq!(mask("電話0912-345-678"), "電話0912-***-678");
        assert_eq!(mask("+886 912 345 678"), "+886 912 *** 678");
        assert_eq!(mask("統一編號12345675"), "統一編號12345675");
    }

    #[test]
    fn excerpts_are_cut_after_masking() {
        let text = "甲乙丙丁戊己庚辛壬癸O199999992\n子丑A100000001寅卯";
        let hits = find(text);
        assert_eq!(excerpt(text, &hits[0]), "…丙丁戊己庚辛壬癸O1******92 子丑A1***…");
        assert_eq!(&text[hits[1].range.clone()], "A100000001");
    }
}
