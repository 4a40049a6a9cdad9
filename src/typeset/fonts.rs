//! The font book: the embedded fonts, for what they lack 全字庫's own on the machine, and nothing else.
//!
//! Typst's own fonts stay out: theirs have glyphs in the private use area, and a 造字 would be
//! printed as a wrong letter instead of being refused. Knows nothing of where bytes come from.

use std::collections::BTreeSet;
use std::io;

use typst::foundations::Bytes;
use typst::text::{Coverage, Font, FontBook};
use typst::utils::LazyHash;

use crate::assets;

use super::rare::{FontShelf, FontUse, RareFonts};

/// Fonts, loaded once and shared by all documents of a run.
pub struct Fonts {
    embedded: FontSet,
    coverages: Vec<Coverage>,
    rare: Option<RareFonts>,
}

/// The fonts one document is set in.
#[derive(Clone)]
pub(super) struct FontSet {
    pub fonts: Vec<Font>,
    pub book: LazyHash<FontBook>,
}

impl Fonts {
    /// The embedded fonts. Takes some 0.2 s, most of it unpacking. Fails only if the binary itself
    /// is damaged.
    pub fn embedded() -> io::Result<Self> {
        let mut fonts = Vec::new();
        for bytes in assets::fonts::unpacked()? {
            let before = fonts.len();
            fonts.extend(Font::iter(Bytes::new(bytes)));
            if fonts.len() == before {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "embedded font is unreadable"));
            }
        }
        let coverages = fonts.iter().map(|font| font.info().coverage.clone()).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Ok(Fonts { embedded: FontSet { fonts, book }, coverages, rare: None })
    }

    /// With the fonts of a shelf behind the embedded ones, for the characters these lack.
    pub fn backed_by(self, shelf: Box<dyn FontShelf>) -> Self {
        Fonts { rare: Some(RareFonts::on(shelf)), ..self }
    }

    /// Whether the character can be printed: some font has a glyph for it, or it needs none.
    /// Private use characters never can, whatever a font says of them.
    pub fn covers(&self, character: char) -> bool {
        if is_private(character) {
            return false;
        }
        self.holds(character) || self.rare.as_ref().is_some_and(|rare| rare.covers(character))
    }

    /// Whether the embedded fonts suffice.
    fn holds(&self, character: char) -> bool {
        is_invisible(character)
            || self.coverages.iter().any(|coverage| coverage.contains(u32::from(character)))
    }

    /// The fonts for a text: the embedded ones alone unless it needs others, so that its bytes depend on
    /// the machine only where they have to.
    pub(super) fn of(&self, text: &str) -> FontSet {
        let mut set = self.embedded.clone();
        let Some(rare) = &self.rare else { return set };
        for (info, font) in rare.faces(&self.lacking(text)) {
            set.book.push(info);
            set.fonts.push(font);
        }
        set
    }

    /// Which other fonts a text is printed in.
    pub(super) fn uses(&self, text: &str) -> Vec<FontUse> {
        self.rare.as_ref().map_or_else(Vec::new, |rare| rare.uses(&self.lacking(text)))
    }

    fn lacking(&self, text: &str) -> BTreeSet<char> {
        text.chars().filter(|character| !is_private(*character) && !self.holds(*character)).collect()
    }
}

/// Private use characters (造字), Unicode 16 §23.5.
pub(super) fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}

/// White space and the default ignorable characters that occur in pasted text (Unicode 16 §5.21):
/// they are laid out without a glyph.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n'
            | '\r'
            | '\u{00AD}'
            | '\u{034F}'
            | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}
