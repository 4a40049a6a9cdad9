//! Telephones: mobile ones unless a word before them says they are an office's, land lines beside a
//! word that makes them private.
//!
//! Officials have telephones too: never more than suspected.

use super::cues::{Cue, Cues};
use super::glyphs::{Glyph, run};
use super::numbers::inner;
use super::{Found, IdentityKind};

/// Characters between a number and the word that tells whose it is.
const NEAR: usize = 24;

/// 0912-345-678, +886 912 345 678, (886)912345678.
pub(super) fn mobile_phone(glyphs: &[Glyph], at: usize, cues: &Cues) -> Option<Found> {
    let start = if glyphs[at].folded == '+' { at + 1 } else { at };
    let lengths: &[usize] = match glyphs.get(start)?.digit()? {
        '0' if start == at => &[10],
        '8' => &[12, 13],
        _ => return None,
    };
    for &length in lengths {
        let Some(run) = run(glyphs, start, length) else { continue };
        if !run.is_digits(0) || run.broken || run.n_gaps() > 4 {
            continue;
        }
        let digits: String = run.characters.iter().collect();
        let national = digits.strip_prefix("886").unwrap_or(&digits);
        let national = national.strip_prefix('0').unwrap_or(national);
        if national.len() != 9 || !national.starts_with('9') {
            continue;
        }
        let last = run.indices[run.indices.len() - 1];
        // 09 begins ten digits of a document's number too, in the years 90 to 99.
        let is_document = glyphs.get(last + 1).is_some_and(|next| next.folded == '號');
        let is_office = cues.distance_before(Cue::Office, at).is_some_and(|distance| distance <= 8);
        if is_document || is_office || cues.names(Cue::Innocent, at, last, 4) {
            return None;
        }
        let stars = inner(run.indices, length - 6, 3);
        return Some(Found { kind: IdentityKind::MobilePhone, span: (at, last), stars, certain: false });
    }
    None
}

/// 03-5216121, (02) 2345-6789, with the parenthesis already behind: private only beside a word
/// that says so, and not when a nearer one names an office.
pub(super) fn land_line(glyphs: &[Glyph], at: usize, cues: &Cues) -> Option<Found> {
    if glyphs[at].folded != '0' || !matches!(glyphs.get(at + 1)?.digit()?, '2'..='8') {
        return None;
    }
    let private = cues.distance_before(Cue::Person, at).filter(|distance| *distance <= NEAR)?;
    if cues.distance_before(Cue::Office, at).is_some_and(|office| office < private) {
        return None;
    }
    // The longest that fits: area codes have two to four digits, numbers six to eight.
    let (indices, last) = [10, 9].into_iter().find_map(|length| {
        let indices = digits_over_parenthesis(glyphs, at, length)?;
        let last = *indices.last()?;
        Some((indices, last))
    })?;
    let stars = inner(indices, 2, 2);
    Some(Found { kind: IdentityKind::LandLine, span: (at, last), stars, certain: false })
}

/// `length` digits, a closing parenthesis counting as a separator.
fn digits_over_parenthesis(glyphs: &[Glyph], at: usize, length: usize) -> Option<Vec<usize>> {
    let mut indices = Vec::new();
    let mut index = at;
    while indices.len() < length {
        let glyph = glyphs.get(index)?;
        if glyph.folded.is_ascii_digit() {
            indices.push(index);
        } else if !(glyph.is_separator() || glyph.folded == ')') || glyph.folded == '\n' {
            return None;
        }
        index += 1;
    }
    let touches = glyphs.get(index).is_some_and(|next| next.is_alphanumeric());
    (!touches).then_some(indices)
}
