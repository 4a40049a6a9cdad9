//! Repairs that rules propose for a cell: what may be left off without a guess, and when one is certain.
//!
//! Each rule proposes beside its wording; here it is judged. Knows no kind of answer.

use super::Fault;
use super::folding::{comparable, widths};
use crate::grid::Cell;
use crate::identity;
use crate::repair::Entry;

/// Keeps the proposal only where it settles all that was said of the cell and `holds` confirms it by reading
/// it. What names somebody is rewritten by a person.
pub fn confirm(faults: &mut [Fault], cell: &Cell, holds: impl Fn(&Entry) -> bool) {
    let proposed = faults.first().and_then(|fault| fault.mended.clone());
    let certain = proposed.filter(|entry| {
        let settles_all = faults.iter().all(|fault| fault.mended.as_ref() == Some(entry));
        settles_all && !names_somebody(cell) && holds(entry)
    });
    for fault in faults {
        fault.mended.clone_from(&certain);
    }
}

fn names_somebody(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if identity::mask(text) != *text)
}

/// Marks that stand in pairs around an answer and belong to none.
const QUOTES: [(char, char); 12] = [
    ('「', '」'),
    ('『', '』'),
    ('“', '”'),
    ('‘', '’'),
    ('"', '"'),
    ('\'', '\''),
    ('[', ']'),
    ('【', '】'),
    ('〔', '〕'),
    ('《', '》'),
    ('〈', '〉'),
    ('<', '>'),
];

/// As QUOTES; around a figure they would make it negative.
const ROUND: (char, char) = ('(', ')');

/// The text in half-width, without the marks around it: quotes and square brackets in pairs, `'`, `=` or `:`
/// before it, a stop after it.
pub fn unquoted(text: &str) -> String {
    stripped(text, &QUOTES)
}

/// As `unquoted`, round brackets too.
pub fn unwrapped(text: &str) -> String {
    let pairs: Vec<(char, char)> = QUOTES.into_iter().chain([ROUND]).collect();
    stripped(text, &pairs)
}

fn stripped(text: &str, pairs: &[(char, char)]) -> String {
    let folded = widths(text);
    let mut rest = folded.as_str();
    loop {
        let before = rest;
        rest = rest.trim().trim_end_matches(['。', '、', ',', ';', '.']).trim_end();
        let inside = pairs.iter().find_map(|(open, close)| rest.strip_prefix(*open)?.strip_suffix(*close));
        rest = inside.or_else(|| rest.strip_prefix(['\'', '’', '=', ':'])).unwrap_or(rest);
        if rest == before {
            return rest.to_owned();
        }
    }
}

/// Whether the words behind a figure say no more than what the question counts.
pub fn is_measure(words: &str, measure: &str) -> bool {
    let words = unwrapped(words);
    words.is_empty() || (!measure.is_empty() && comparable(&words) == comparable(measure))
}
