//! What identifies somebody only beside a word that says what it is: passports, days of birth,
//! addresses of shelters.
//!
//! Without its word each of them is a number, a date or an address like any other.

use crate::roc::{self, DateReading};

use super::cues::{Cue, Cues};
use super::glyphs::{Glyph, is_bounded, run};
use super::numbers::{inner, is_company_number};
use super::{Found, IdentityKind};

/// Characters from 護照 to the number.
const PASSPORT_REACH: usize = 30;
/// A number of nothing but digits must stand closer.
const BARE_REACH: usize = 12;
/// Characters from 出生日期 to the day.
const BIRTH_REACH: usize = 10;
/// Characters between 庇護 and an address, on either side.
const SHELTER_REACH: usize = 80;

/// Of Taiwan nine digits; of the countries most victims come from one or two letters with six to
/// eight digits, or a letter at either end (Vietnam, Indonesia, Philippines, Thailand).
pub(super) fn passport(glyphs: &[Glyph], at: usize, cues: &Cues) -> Option<Found> {
    let distance = cues.distance_before(Cue::Passport, at).filter(|distance| *distance <= PASSPORT_REACH)?;
    if cues.distance_before(Cue::Innocent, at).is_some_and(|other| other < distance) {
        return None;
    }
    let run = [9, 8].into_iter().find_map(|length| run(glyphs, at, length))?;
    let n_letters = run.characters.iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let tail = run.characters[run.characters.len() - 1];
    let digits = &run.characters[n_letters..];
    let is_closed = tail.is_ascii_alphabetic() && digits[..digits.len() - 1].iter().all(char::is_ascii_digit);
    let is_form = n_letters <= 2 && (run.is_digits(n_letters) || n_letters == 1 && is_closed);
    let is_bare = n_letters == 0;
    if !is_form || run.broken || is_bare && (run.characters.len() != 9 || distance > BARE_REACH) {
        return None;
    }
    if is_company_number(digits) && cues.names(Cue::Innocent, at, at, BARE_REACH) {
        return None;
    }
    let last = *run.indices.last()?;
    Some(Found {
        kind: IdentityKind::Passport,
        span: (at, last),
        stars: inner(run.indices, 2, 2),
        certain: true,
    })
}

/// A whole date after 出生日期, or before 生.
pub(super) fn birth_date(glyphs: &[Glyph], at: usize, cues: &Cues) -> Option<Found> {
    glyphs[at].digit()?;
    let is_first = at == 0 || glyphs[at - 1].digit().is_none();
    if !is_first || !is_bounded(glyphs, at) {
        return None;
    }
    let near = cues.distance_before(Cue::Birth, at).is_some_and(|distance| distance <= BIRTH_REACH);
    let end = (at..glyphs.len().min(at + 24)).take_while(|&index| is_of_date(glyphs[index])).last()?;
    let before_birth = glyphs[end].folded == '日' && glyphs.get(end + 1).is_some_and(|g| g.folded == '生')
        || glyphs[end].folded == '日'
            && glyphs.get(end + 1).is_some_and(|g| g.folded == '出')
            && glyphs.get(end + 2).is_some_and(|g| g.folded == '生')
            && !glyphs.get(end + 3).is_some_and(|g| matches!(g.folded, '登' | '人' | '率' | '數' | '嬰'));
    if !near && !before_birth {
        return None;
    }
    // Trailing blanks and marks belong to the sentence.
    let last = (at..=end).rev().find(|&i| glyphs[i].digit().is_some() || glyphs[i].folded == '日')?;
    let written: String = glyphs[at..=last].iter().map(|glyph| glyph.folded).collect();
    if !matches!(roc::read_date(&written), DateReading::Day { .. } | DateReading::TwoDigitYear { .. }) {
        return None;
    }
    let stars = (at..=last).filter(|&index| glyphs[index].digit().is_some() || glyphs[index].folded == '十');
    Some(Found { kind: IdentityKind::BirthDate, span: (at, last), stars: stars.collect(), certain: true })
}

fn is_of_date(glyph: Glyph) -> bool {
    glyph.digit().is_some()
        || matches!(glyph.folded, '年' | '月' | '日' | '/' | '.' | '-' | '十' | '百' | ' ' | '\u{3000}')
}

/// The address that ends with the 號 at `at`, near a word for a shelter.
pub(super) fn shelter_address(glyphs: &[Glyph], at: usize, cues: &Cues) -> Option<Found> {
    /// Characters of an address before its 號.
    const LENGTH: usize = 36;
    if glyphs[at].folded != '號' || !cues.any(Cue::Shelter) {
        return None;
    }
    let floor = at.saturating_sub(LENGTH);
    let before = |index: usize| (floor..index).rev();
    let number_from = before(at).find(|&index| !is_of_house_number(glyphs[index]))? + 1;
    if !(number_from..at).any(|index| glyphs[index].digit().is_some()) {
        return None;
    }
    // 中正路二段 12 巷 3 號: between the street and the number there may be 段, 巷, 弄 and their numbers.
    let street = before(number_from)
        .take_while(|&index| !is_end_of_sentence(glyphs[index]))
        .find(|&index| matches!(glyphs[index].folded, '路' | '街' | '道' | '巷' | '村' | '里'))?;
    let start = before(street)
        .take_while(|&index| !is_end_of_sentence(glyphs[index]))
        .filter(|&index| matches!(glyphs[index].folded, '縣' | '市' | '鄉' | '鎮' | '區'))
        .last()
        .map_or(street.saturating_sub(4), |town| town.saturating_sub(2));
    let start = start.max(floor);
    if !cues.around(Cue::Shelter, start, at, SHELTER_REACH) {
        return None;
    }
    let stars = (start + 3.min(at - start)..=at).filter(|&index| !glyphs[index].folded.is_whitespace());
    Some(Found {
        kind: IdentityKind::ShelterAddress,
        span: (start, at),
        stars: stars.collect(),
        certain: true,
    })
}

fn is_of_house_number(glyph: Glyph) -> bool {
    glyph.digit().is_some() || matches!(glyph.folded, '之' | '-' | '十' | '百' | '、' | ' ')
}

fn is_end_of_sentence(glyph: Glyph) -> bool {
    matches!(glyph.folded, '。' | '；' | ';' | '\n' | '：' | ':' | ',' | '，' | '*')
}
