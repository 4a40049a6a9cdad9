//! The font book: the embedded fonts and nothing else.
//!
//! Typst's own fonts stay out: theirs have glyphs in the private use area, and a 造字 would be
//! printed as a wrong letter instead of being refused.

use std::io;

use typst::foundations::Bytes;
use typst::text::{Coverage, Font, FontBook};
use typst::utils::LazyHash;

use crate::assets;

/// Fonts, loaded once and shared by all documents of a run.
pub struct Fonts {
    pub(super) fonts: Vec<Font>,
    pub(super) book: LazyHash<FontBook>,
    coverages: Vec<Coverage>,
}

impl Fonts {
    /// The embedded fonts. Takes some 0.2 s, most of it unpacking.
    pub fn embedded() -> io::Result<Self> {
        let fonts: Vec<Font> =
            assets::fonts::unpacked()?.into_iter().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
        let coverages = fonts.iter().map(|font| font.info().coverage.clone()).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Ok(Fonts { fonts, book, coverages })
    }

    /// Whether any font has a glyph for the character.
    pub fn covers(&self, character: char) -> bool {
        self.coverages.iter().any(|coverage| coverage.contains(u32::from(character)))
    }
}
