//! Personal identifiers in text: found, told from look-alikes, masked and cut out.
//!
//! National and resident numbers of Taiwan in every spelling, telephones, passports, days of birth
//! and addresses of shelters. Knows nothing of cells, pages or of what a hit leads to.

mod cued;
mod cues;
mod glyphs;
mod numbers;
mod phones;

use std::collections::BTreeSet;
use std::ops::Range;

use cues::Cues;
use glyphs::{Glyph, glyphs, is_bounded};

/// What an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    /// 國民身分證統一編號: letter, 1 or 2, eight digits.
    National,
    /// 統一證號 since 2 January 2021: letter, 8 or 9, eight digits.
    Resident,
    /// 統一證號 of the old form, valid to the end of ROC 119: letter, A–D, eight digits.
    FormerResident,
    /// Near a word for a passport.
    Passport,
    /// A whole date near a word for a birth.
    BirthDate,
    /// An address within 80 characters of a word for a shelter.
    ShelterAddress,
    /// 09xx-xxx-xxx. Officials have them too: never more than suspected.
    MobilePhone,
    /// Near a word for a private person.
    LandLine,
}

impl IdentityKind {
    /// As told to users.
    pub fn label(self) -> &'static str {
        match self {
            IdentityKind::National => "國民身分證統一編號",
            IdentityKind::Resident => "外來人口統一證號",
            IdentityKind::FormerResident => "舊式外來人口統一證號",
            IdentityKind::Passport => "護照號碼",
            IdentityKind::BirthDate => "出生年月日",
            IdentityKind::ShelterAddress => "庇護或安置處所地址",
            IdentityKind::MobilePhone => "行動電話號碼",
            IdentityKind::LandLine => "私人電話號碼",
        }
    }
}

/// An identifier found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityHit {
    pub kind: IdentityKind,
    /// Bytes of the text it was found in, separators inside the number included.
    pub range: Range<usize>,
    /// The check digit is right, or a word beside it says what it is; otherwise it may be a
    /// mistyped number or something else.
    pub certain: bool,
}

/// Stands in printed text for what may not be printed.
pub const REDACTED: &str = "〔個資遮蔽〕";

/// Every identifier in the text, left to right, none overlapping. Numbers already masked
/// (A123***789) are none.
pub fn find(text: &str) -> Vec<IdentityHit> {
    find_under("", text)
}

/// As [`find`], in a text that stands under a heading: a column's label tells what a cell holds.
pub fn find_under(heading: &str, text: &str) -> Vec<IdentityHit> {
    find_by_windows(heading, text, WINDOW)
}

/// Bytes looked at together: what is found costs some forty times the memory of its text meanwhile.
const WINDOW: usize = 256 * 1024;
/// Bytes before and behind a window that are looked at too: longer than any identifier, and than the words
/// near it that tell what it is.
const MARGIN: usize = 4 * 1024;

fn find_by_windows(heading: &str, text: &str, window: usize) -> Vec<IdentityHit> {
    let mut hits = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = text.ceil_char_boundary(start + window);
        let from = text.floor_char_boundary(start.saturating_sub(MARGIN));
        let to = text.ceil_char_boundary(end + MARGIN);
        let seen = find_together(heading, &text[from..to]).into_iter().map(|mut hit| {
            hit.range = hit.range.start + from..hit.range.end + from;
            hit
        });
        hits.extend(seen.filter(|hit| (start..end).contains(&hit.range.start)));
        start = end;
    }
    hits
}

fn find_together(heading: &str, text: &str) -> Vec<IdentityHit> {
    let glyphs = glyphs(text);
    find_in(&glyphs, heading)
        .into_iter()
        .map(|found| IdentityHit {
            kind: found.kind,
            range: glyphs[found.span.0].start..glyphs[found.span.1].end,
            certain: found.certain,
        })
        .collect()
}

/// The text with the middle of every identifier found, certain or suspected, starred out:
/// `O1******92`. Character for character as long as the text; masking twice changes nothing.
pub fn mask(text: &str) -> String {
    mask_under("", text)
}

/// As [`mask`], in a text that stands under a heading.
pub fn mask_under(heading: &str, text: &str) -> String {
    let glyphs = glyphs(text);
    let found = find_in(&glyphs, heading);
    if found.is_empty() {
        return text.to_owned();
    }
    let mut characters: Vec<char> = text.chars().collect();
    for index in found.into_iter().flat_map(|found| found.stars) {
        characters[index] = '*';
    }
    characters.into_iter().collect()
}

/// The first `most` characters of the text as [`mask`] leaves them, at a cost that does not grow with the text.
pub fn mask_beginning(text: &str, most: usize) -> String {
    let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    let seen = text.ceil_char_boundary(end.saturating_add(MARGIN));
    mask(&text[..seen]).chars().take(most).collect()
}

/// The text with [`REDACTED`] in place of every identifier, except those released.
pub fn redact(text: &str, released: &Released) -> String {
    let mut redacted = text.to_owned();
    // What is cut out brings its neighbours closer to the words around: each pass cuts at least one,
    // and the last one nothing.
    loop {
        let hits = find(&redacted);
        let mut hits = hits.into_iter().filter(|hit| !released.holds(&redacted, hit)).peekable();
        if hits.peek().is_none() {
            break;
        }
        let (mut out, mut at) = (String::with_capacity(redacted.len()), 0);
        for hit in hits {
            out.push_str(&redacted[at..hit.range.start]);
            out.push_str(REDACTED);
            at = hit.range.end;
        }
        out.push_str(&redacted[at..]);
        redacted = out;
    }
    redacted
}

/// Identifiers that somebody answered for, or that belong to an office: these may leave.
///
/// Holds whole values: never shown, logged or written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Released(BTreeSet<String>);

impl Released {
    pub fn release(&mut self, text: &str, hit: &IdentityHit) {
        self.0.insert(plain(text, hit));
    }

    /// Every identifier of a text that may be published as it is: an office's telephones.
    pub fn release_all(&mut self, text: &str) {
        for hit in find(text) {
            self.release(text, &hit);
        }
    }

    pub fn holds(&self, text: &str, hit: &IdentityHit) -> bool {
        !self.0.is_empty() && self.0.contains(&plain(text, hit))
    }
}

/// The hit without separators, in plain letters and digits: two spellings of one number are one.
fn plain(text: &str, hit: &IdentityHit) -> String {
    let glyphs = glyphs(text.get(hit.range.clone()).unwrap_or_default());
    let kept = glyphs.iter().filter(|glyph| !glyph.is_separator() && glyph.folded != ')');
    kept.map(|glyph| glyph.letter_or_digit().unwrap_or(glyph.folded)).collect()
}

/// Whether a digit stands in the text, in whatever form.
pub fn has_digit(text: &str) -> bool {
    glyphs(text).iter().any(|glyph| glyph.folded.is_ascii_digit())
}

/// Whether a character may begin a national or resident number.
pub fn is_letter(character: char) -> bool {
    glyphs(character.encode_utf8(&mut [0; 4])).iter().any(|glyph| glyph.folded.is_ascii_uppercase())
}

/// Whether ten characters are a national or resident number with its check digit, in whatever
/// form they are typed: for numbers that are spread over several cells.
pub fn is_identity_number(text: &str) -> bool {
    let hits = find(text);
    matches!(&hits[..], [hit] if hit.certain && hit.range == (0..text.len())
        && matches!(hit.kind, IdentityKind::National | IdentityKind::Resident | IdentityKind::FormerResident))
}

/// The hit, masked, with up to eight characters on either side, on one line.
pub fn excerpt(text: &str, hit: &IdentityHit) -> String {
    excerpt_under("", text, hit)
}

/// As [`excerpt`], of a text that stands under a heading.
pub fn excerpt_under(heading: &str, text: &str, hit: &IdentityHit) -> String {
    const AROUND: usize = 8;
    let first = text.get(..hit.range.start).map_or(0, |before| before.chars().count());
    let length = text.get(hit.range.clone()).map_or(0, |number| number.chars().count());
    // Masking keeps character positions, and is done before cutting: half a number at the edge
    // of the excerpt would no longer be recognised as one.
    let masked: Vec<char> = mask_under(heading, text).chars().collect();
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

/// An identifier by glyphs.
struct Found {
    kind: IdentityKind,
    /// First and last.
    span: (usize, usize),
    /// What masking stars out.
    stars: Vec<usize>,
    certain: bool,
}

fn find_in(glyphs: &[Glyph], heading: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    if !glyphs.iter().any(|glyph| glyph.digit().is_some()) {
        return found;
    }
    let cues = Cues::of(glyphs, heading);
    let mut at = 0;
    while at < glyphs.len() {
        let Some(hit) = hit_at(glyphs, at, &cues) else {
            at += 1;
            continue;
        };
        at = hit.span.1 + 1;
        // An address is known by its end: what was found inside it is part of it.
        while found.last().is_some_and(|before| before.span.1 >= hit.span.0) {
            found.pop();
        }
        found.push(hit);
    }
    found
}

/// What begins here, or, of an address, ends here.
fn hit_at(glyphs: &[Glyph], at: usize, cues: &Cues) -> Option<Found> {
    let glyph = glyphs[at];
    if glyph.folded == '號' {
        return cued::shelter_address(glyphs, at, cues);
    }
    let begins = glyph.letter_or_digit().is_some() || glyph.folded == '+';
    if !begins || !is_bounded(glyphs, at) {
        return None;
    }
    numbers::identity_number(glyphs, at, cues)
        .or_else(|| phones::mobile_phone(glyphs, at, cues))
        .or_else(|| cued::passport(glyphs, at, cues))
        .or_else(|| cued::birth_date(glyphs, at, cues))
        .or_else(|| phones::land_line(glyphs, at, cues))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(IdentityKind, bool)> {
        find(text).into_iter().map(|hit| (hit.kind, hit.certain)).collect()
    }

    #[test]
    fn where_a_long_text_is_divided_changes_nothing() {
        let mut text = String::new();
        for n in 0..400 {
            text.push_str(&"填報說明，".repeat(n % 13));
            text.push_str(
                ["A100000001", "電話 0912-345-678\n", "Ａ１０ ００００００１", "出生日期：80年1月2日；"]
                    [n % 4],
            );
        }
        let whole = find_together("", &text);
        assert!(whole.len() >= 400, "{}", whole.len());
        for window in [777, 1000, 4096] {
            assert_eq!(find_by_windows("", &text, window), whole, "{window}");
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
        assert_eq!(kinds("表 O 199 999 992"), [(IdentityKind::National, false)], "a row of figures");
        assert_eq!(kinds("身分證 O 199 999 992"), [(IdentityKind::National, true)]);
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

    #[test]
    fn the_beginning_is_masked_as_the_whole_is() {
        let text = format!("被害人O199999992於{}", "填報說明，".repeat(6_000));
        let whole = mask(&text);
        for most in [0, 1, 5, 14, 100] {
            assert_eq!(mask_beginning(&text, most), whole.chars().take(most).collect::<String>(), "{most}");
        }
        assert_eq!(mask_beginning("O199999992", 14), "O1******92");
    }

    #[test]
    fn every_spelling_of_a_number_is_found() {
        for text in [
            "Ｏ１９９９９９９９２",
            "o199999992",
            "O1999 99992",
            "O-199-999-992",
            "O1\u{200b}99999992",
            "O199\n999992",
            "Ⓞ①⑨⑨⑨⑨⑨⑨⑨②",
            "𝐎𝟏𝟗𝟗𝟗𝟗𝟗𝟗𝟗𝟐",
            "O⼀九九九九九九九⼆",
            "O一九九九九九九九二",
        ] {
            assert_eq!(kinds(text), [(IdentityKind::National, true)], "{text}");
            assert_eq!(find(&mask(text)), [], "{text}");
        }
    }

    #[test]
    fn some_identifiers_are_known_by_the_words_beside_them() {
        use IdentityKind::{BirthDate, LandLine, MobilePhone, Passport, ShelterAddress};
        for (text, kind) in [
            ("護照號碼：B1234567", Passport),
            ("護 照 C12345678", Passport),
            ("Passport No. P1234567A", Passport),
            ("護照 312345678", Passport),
            ("出生年月日：民國80年1月15日", BirthDate),
            ("⽣⽇ 1991/01/15", BirthDate),
            ("八十年一月十五日生", BirthDate),
            ("80年1月15日出生", BirthDate),
            ("庇護處所設於新竹市東區光復路二段101號", ShelterAddress),
            ("地址：新竹市北區中正路一二〇號（安置機構）", ShelterAddress),
            ("手機 +886-912-345-678", MobilePhone),
            ("被害人家中電話 (03)521-6121", LandLine),
        ] {
            let found: Vec<_> = find(text).into_iter().map(|hit| hit.kind).collect();
            assert_eq!(found, [kind], "{text}");
            let masked = mask(text);
            assert_eq!(find(&masked), [], "{masked}");
            assert_eq!(masked.chars().count(), text.chars().count());
        }
    }

    #[test]
    fn the_same_without_such_words_is_nothing() {
        for text in [
            "編號 B1234567",
            "312345678",
            "民國80年1月15日",
            "80年1月15日出生登記",
            "新竹市東區光復路二段101號",
            "庇護工場位於新竹市東區光復路二段101號",
            "電話 (03)521-6121",
            "公務專線 03-5216121（被害人服務）",
            "內授移字第0910912345號",
            "發票號碼 AB-12345678",
            "統一編號 04595257",
            "110年1月1日至110年12月31日出生人數",
            "發生日期 1100315",
            "案件產生於110年3月15日",
            "學生日常110/03/15",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    #[test]
    fn a_heading_tells_what_a_cell_holds() {
        assert_eq!(find_under("護照號碼", "B1234567").len(), 1);
        assert_eq!(find_under("出生日期", "80/1/15")[0].kind, IdentityKind::BirthDate);
        assert_eq!(mask_under("出生日期", "80/1/15"), "**/*/**");
        assert_eq!(find_under("發票號碼", "AB12345678"), []);
    }

    #[test]
    fn what_may_not_be_printed_is_cut_out() {
        let mut released = Released::default();
        let text = "王員（O199999992）電0912-345-678";
        assert_eq!(redact(text, &released), "王員（〔個資遮蔽〕）電〔個資遮蔽〕");
        released.release_all("０９１２３４５６７８");
        assert_eq!(redact(text, &released), "王員（〔個資遮蔽〕）電0912-345-678");
    }
}
