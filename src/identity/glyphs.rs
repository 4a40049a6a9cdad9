//! A text as the scanners read it: characters folded to plain ones, and runs of them put together.
//!
//! Full-width, circled, mathematical and compatibility forms read as what they stand for, blanks,
//! hyphens and invisible characters as gaps. Knows nothing of what the characters may identify.

use crate::folding::nfkc;

/// A character of the text, folded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// Half-width and upper-case; a Kangxi radical reads as its ideograph.
    pub folded: char,
    /// Bytes in the text.
    pub start: usize,
    pub end: usize,
}

impl Glyph {
    pub fn is_alphanumeric(self) -> bool {
        self.folded.is_ascii_alphanumeric()
    }

    /// The letter or digit it stands for; 〇 to 九 stand for digits.
    pub fn letter_or_digit(self) -> Option<char> {
        match self.folded {
            plain if plain.is_ascii_alphanumeric() => Some(plain),
            numeral => digit_of_numeral(numeral),
        }
    }

    pub fn digit(self) -> Option<char> {
        self.letter_or_digit().filter(char::is_ascii_digit)
    }

    /// What people put between the digits of one number.
    pub fn is_separator(self) -> bool {
        self.folded.is_whitespace()
            || matches!(self.folded, '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' | '﹣' | '─' | '•' | '·')
            || matches!(self.folded, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    }
}

fn digit_of_numeral(numeral: char) -> Option<char> {
    const NUMERALS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let value = NUMERALS.iter().position(|known| *known == numeral || numeral == '零' && *known == '〇')?;
    char::from_digit(value as u32, 10)
}

/// Every character of the text, in order.
pub(super) fn glyphs(text: &str) -> Vec<Glyph> {
    text.char_indices()
        .map(|(start, character)| Glyph {
            folded: fold(character).to_ascii_uppercase(),
            start,
            end: start + character.len_utf8(),
        })
        .collect()
}

/// The one character it is compatible with; those that stand for several stay as they are.
fn fold(character: char) -> char {
    match character {
        '\0'..='\u{9f}' => character,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        // Nearly every other character of nearly every text.
        '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' => character,
        _ => {
            let folded = nfkc(character.encode_utf8(&mut [0; 4]));
            let mut characters = folded.chars();
            match (characters.next(), characters.next()) {
                (Some(single), None) => single,
                _ => character,
            }
        }
    }
}

/// Letters and digits that stand together.
pub(super) struct Run {
    /// Of the letters and digits alone.
    pub indices: Vec<usize>,
    /// The same, folded.
    pub characters: Vec<char>,
    /// A line or a cell ends between them.
    pub broken: bool,
}

impl Run {
    /// How often something stands between two neighbours.
    pub fn n_gaps(&self) -> usize {
        self.indices.windows(2).filter(|pair| pair[1] != pair[0] + 1).count()
    }

    pub fn is_digits(&self, from: usize) -> bool {
        self.characters[from.min(self.characters.len())..].iter().all(char::is_ascii_digit)
    }
}

/// `length` letters and digits from `at` on, at most two separators between neighbours, nothing
/// alphanumeric touching the end.
pub(super) fn run(glyphs: &[Glyph], at: usize, length: usize) -> Option<Run> {
    let mut run = Run { indices: Vec::new(), characters: Vec::new(), broken: false };
    let (mut index, mut n_separators) = (at, 0);
    while run.indices.len() < length {
        let glyph = glyphs.get(index)?;
        if let Some(character) = glyph.letter_or_digit() {
            run.indices.push(index);
            run.characters.push(character);
            n_separators = 0;
        } else if glyph.is_separator() && n_separators < 2 && !run.indices.is_empty() {
            n_separators += 1;
            run.broken |= matches!(glyph.folded, '\n' | '\r' | '\t');
        } else {
            return None;
        }
        index += 1;
    }
    let touches = glyphs.get(index).is_some_and(|next| next.is_alphanumeric());
    (!touches).then_some(run)
}

/// Whether a run may begin here: no letter or digit touches it from the left.
pub(super) fn is_bounded(glyphs: &[Glyph], at: usize) -> bool {
    at == 0 || !glyphs[at - 1].is_alphanumeric()
}
