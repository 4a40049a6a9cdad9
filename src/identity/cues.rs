//! Words that tell what a number beside them is: 護照, 出生日期, 庇護, 統一編號 ….
//!
//! Found wherever blanks stand between their characters and in whatever form they are typed. Knows
//! where words stand; what follows from that is the scanners' business.

use super::glyphs::{Glyph, glyphs};

/// What a word says about what stands near it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// A national or resident number.
    Identity,
    Passport,
    /// A day of birth.
    Birth,
    /// Where victims are sheltered (人口販運防制法 §18).
    Shelter,
    /// Somebody whose telephone is a private one.
    Person,
    /// An office, whose telephone may be published.
    Office,
    /// A number of a document, an invoice, a company or a thing.
    Innocent,
}

const WORDS: &[(&str, Cue)] = &[
    ("身分證", Cue::Identity),
    ("身份證", Cue::Identity),
    ("統一證號", Cue::Identity),
    ("居留證", Cue::Identity),
    ("證號", Cue::Identity),
    ("IDNO", Cue::Identity),
    ("護照", Cue::Passport),
    ("PASSPORT", Cue::Passport),
    ("出生年月日", Cue::Birth),
    ("出生日", Cue::Birth),
    ("出生：", Cue::Birth),
    ("出生:", Cue::Birth),
    ("生年月日", Cue::Birth),
    ("生日", Cue::Birth),
    ("出生於", Cue::Birth),
    ("生於", Cue::Birth),
    ("BIRTH", Cue::Birth),
    ("庇護", Cue::Shelter),
    ("安置處所", Cue::Shelter),
    ("安置機構", Cue::Shelter),
    ("安置地", Cue::Shelter),
    ("安置於", Cue::Shelter),
    ("收容", Cue::Shelter),
    ("中途之家", Cue::Shelter),
    ("社區式安置", Cue::Shelter),
    ("被害人", Cue::Person),
    ("當事人", Cue::Person),
    ("個案", Cue::Person),
    ("案主", Cue::Person),
    ("證人", Cue::Person),
    ("家屬", Cue::Person),
    ("親屬", Cue::Person),
    ("住家", Cue::Person),
    ("住宅", Cue::Person),
    ("家用", Cue::Person),
    ("家中", Cue::Person),
    ("戶籍", Cue::Person),
    ("室內電話", Cue::Person),
    ("承辦", Cue::Office),
    ("公務", Cue::Office),
    ("專線", Cue::Office),
    ("服務電話", Cue::Office),
    ("諮詢", Cue::Office),
    ("洽詢", Cue::Office),
    ("傳真", Cue::Office),
    ("發票", Cue::Innocent),
    ("文號", Cue::Innocent),
    ("字第", Cue::Innocent),
    ("統編", Cue::Innocent),
    ("統一編號", Cue::Innocent),
    ("案號", Cue::Innocent),
    ("帳號", Cue::Innocent),
    ("序號", Cue::Innocent),
    ("型號", Cue::Innocent),
    ("料號", Cue::Innocent),
    ("標案", Cue::Innocent),
    ("訂單", Cue::Innocent),
    ("條碼", Cue::Innocent),
    ("ISBN", Cue::Innocent),
];

/// Words in which a cue stands and says nothing: a sheltered workshop is no shelter.
const OTHERWISE: &[&str] = &["庇護工場", "庇護性就業", "庇護職場"];

/// The words of a text, in order.
pub(super) struct Cues {
    /// First and last glyph of each.
    words: Vec<(usize, usize, Cue)>,
    /// What the heading of the whole text says.
    heading: Vec<Cue>,
}

impl Cues {
    /// `heading` stands over or before the text: a column's label, say.
    pub fn of(text: &[Glyph], heading: &str) -> Self {
        let heading = match heading.is_empty() {
            true => Vec::new(),
            false => words(&glyphs(heading)).into_iter().map(|(.., cue)| cue).collect(),
        };
        Cues { words: words(text), heading }
    }

    pub fn any(&self, cue: Cue) -> bool {
        self.heading.contains(&cue) || self.words.iter().any(|(.., known)| *known == cue)
    }

    /// Whether such a word ends within `reach` characters before `first`, begins right after
    /// `last`, or stands in the heading.
    pub fn names(&self, cue: Cue, first: usize, last: usize, reach: usize) -> bool {
        self.distance_before(cue, first).is_some_and(|distance| distance <= reach)
            || self.words.iter().any(|(start, _, known)| *known == cue && *start > last && *start <= last + 3)
            || self.heading.contains(&cue)
    }

    /// Characters between the last such word before `at` and `at`; 0 when the heading says it.
    pub fn distance_before(&self, cue: Cue, at: usize) -> Option<usize> {
        let nearest = self.words.iter().rev().find(|(_, end, known)| *known == cue && *end < at);
        let distance = nearest.map(|(_, end, _)| at - end - 1);
        if self.heading.contains(&cue) { Some(distance.unwrap_or(0)) } else { distance }
    }

    /// Whether such a word stands within `reach` characters on either side.
    pub fn around(&self, cue: Cue, first: usize, last: usize, reach: usize) -> bool {
        self.heading.contains(&cue)
            || self
                .words
                .iter()
                .any(|(start, end, known)| *known == cue && *start <= last + reach && end + reach >= first)
    }
}

/// 生日 after this much is a birthday; in 發生日期, 學生日誌, 產生於 it is part of another word.
fn begins_word(before: &str) -> bool {
    match before.chars().next_back() {
        Some(last) => !matches!(last, '\u{3400}'..='\u{9fff}') || "的之其者人員名別".contains(last),
        None => true,
    }
}

fn words(text: &[Glyph]) -> Vec<(usize, usize, Cue)> {
    // Without blanks, and the glyph of each byte: 護　照 is 護照.
    let mut dense = String::with_capacity(text.len());
    let mut owner = Vec::with_capacity(text.len());
    for (index, glyph) in text.iter().enumerate().filter(|(_, glyph)| !glyph.is_separator()) {
        dense.push(glyph.folded);
        owner.resize(dense.len(), index);
    }
    let silent: Vec<usize> =
        OTHERWISE.iter().flat_map(|word| dense.match_indices(word)).map(|(at, _)| at).collect();
    let is_meant = |word: &str, at: usize| {
        !silent.contains(&at) && (!word.starts_with('生') || begins_word(dense.get(..at).unwrap_or_default()))
    };
    let mut found = Vec::new();
    for (word, cue) in WORDS {
        for (at, _) in dense.match_indices(word).filter(|(at, _)| is_meant(word, *at)) {
            found.push((owner[at], owner[at + word.len() - 1], *cue));
        }
    }
    found.sort_unstable_by_key(|(start, end, _)| (*start, *end));
    found
}
