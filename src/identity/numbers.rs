//! National and resident numbers by their form and check digit; company numbers by theirs.
//!
//! The algorithms are public (內政部, 財政部); all of this is arithmetic on folded characters.

use super::cues::{Cue, Cues};
use super::glyphs::{Glyph, run};
use super::{Found, IdentityKind};

/// Letters and digits on either side in which a word tells what a number is.
const NEAR: usize = 14;

/// A national or resident number beginning at `at`.
pub(super) fn identity_number(glyphs: &[Glyph], at: usize, cues: &Cues) -> Option<Found> {
    if !glyphs[at].folded.is_ascii_uppercase() {
        return None;
    }
    let run = run(glyphs, at, 10)?;
    if !run.is_digits(2) {
        return None;
    }
    let kind = match run.characters[1] {
        '1' | '2' => IdentityKind::National,
        '8' | '9' => IdentityKind::Resident,
        'A'..='D' => IdentityKind::FormerResident,
        _ => return None,
    };
    let has_check_digit = has_check_digit(&run.characters);
    let last = run.indices[run.indices.len() - 1];
    let is_named = cues.names(Cue::Identity, at, last, NEAR);
    let is_other = !is_named && cues.names(Cue::Innocent, at, last, NEAR);
    // Two letters and eight digits are also an invoice's number, one of ten with a fitting check digit.
    if is_other && kind == IdentityKind::FormerResident {
        return None;
    }
    let is_spelt = run.indices.iter().any(|&index| !glyphs[index].is_alphanumeric());
    if !has_check_digit {
        // Ten characters with many gaps, over lines or in numerals are a row of a table or a
        // sentence rather than a mistyped number.
        let is_loose = run.broken || is_spelt || run.n_gaps() > 3;
        if is_other || is_loose || !is_named && kind == IdentityKind::FormerResident {
            return None;
        }
    }
    // A row of a table: its letter, then figures. Ten boxes of one character each are a form.
    let is_row = glyphs[at + 1].folded.is_whitespace() && matches!(run.n_gaps(), 2..=8);
    let certain = has_check_digit && (is_named || !is_row);
    Some(Found { kind, span: (at, last), stars: inner(run.indices, 2, 2), certain })
}

/// What is starred out: all but the first and last few.
pub(super) fn inner(indices: Vec<usize>, head: usize, tail: usize) -> Vec<usize> {
    let end = indices.len().saturating_sub(tail);
    indices.get(head.min(end)..end).unwrap_or_default().to_vec()
}

/// The number of a leading letter, out of order for I, O, W, X, Y and Z by history.
fn letter_value(letter: char) -> Option<u32> {
    const ORDER: &str = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
    ORDER.find(letter).map(|index| index as u32 + 10)
}

/// Weights 1,9,8,7,6,5,4,3,2,1,1 over the letter's two digits and the nine that follow add up
/// to a multiple of ten; a second letter counts by the last digit of its number.
pub(super) fn has_check_digit(number: &[char]) -> bool {
    let Some(first) = number.first().and_then(|&letter| letter_value(letter)) else { return false };
    let mut sum = first / 10 + first % 10 * 9;
    for (&character, weight) in number[1..].iter().zip([8, 7, 6, 5, 4, 3, 2, 1, 1]) {
        let digit = character.to_digit(10).or_else(|| letter_value(character).map(|v| v % 10));
        let Some(digit) = digit else { return false };
        sum += digit * weight;
    }
    sum % 10 == 0
}

/// 統一編號 of a company or an agency, which identifies no person: eight digits, weights
/// 1,2,1,2,1,2,4,1 over them, sum of the products' digits a multiple of five; a 7 in the seventh
/// place may count one more (財政部 112 年).
pub(super) fn is_company_number(digits: &[char]) -> bool {
    let values: Option<Vec<u32>> = digits.iter().map(|digit| digit.to_digit(10)).collect();
    let Some(values) = values.filter(|values| values.len() == 8) else { return false };
    let products = values.iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).map(|(value, weight)| value * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum.is_multiple_of(5) || values[6] == 7 && (sum + 1).is_multiple_of(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_have_their_official_values() {
        for (letter, value) in
            [('A', 10), ('H', 17), ('I', 34), ('J', 18), ('O', 35), ('W', 32), ('X', 30), ('Z', 33)]
        {
            assert_eq!(letter_value(letter), Some(value), "{letter}");
        }
    }

    #[test]
    fn company_numbers_have_their_own_check_digit() {
        let is_company = |number: &str| is_company_number(&number.chars().collect::<Vec<_>>());
        assert!(is_company("04595257") && is_company("10458575") && is_company("12345675"));
        assert!(!is_company("12345678") && !is_company("1234567"));
    }
}
