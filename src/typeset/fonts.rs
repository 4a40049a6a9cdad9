//! The font book: the embedded fonts, those the user gives, and nothing else.
//!
//! Typst's own fonts stay out: theirs have glyphs in the private use area, and a 造字 would be
//! printed as a wrong letter instead of being refused. Knows nothing of where bytes come from.

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
    /// The embedded fonts. Takes some 0.2 s, most of it unpacking. Fails only if the binary itself
    /// is damaged.
    pub fn embedded() -> io::Result<Self> {
        let mut fonts =
            Fonts { fonts: Vec::new(), book: LazyHash::new(FontBook::new()), coverages: Vec::new() };
        for bytes in assets::fonts::unpacked()? {
            if fonts.add(bytes) == 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "embedded font is unreadable"));
            }
        }
        Ok(fonts)
    }

    /// Adds the faces of a font file (TTF, OTF or a collection) behind those already there: they
    /// serve characters the others lack. Returns how many faces were found, 0 for bytes that are
    /// no font.
    pub fn add(&mut self, bytes: Vec<u8>) -> usize {
        let before = self.fonts.len();
        self.fonts.extend(Font::iter(Bytes::new(bytes)));
        self.coverages.extend(self.fonts[before..].iter().map(|font| font.info().coverage.clone()));
        self.book = LazyHash::new(FontBook::from_fonts(&self.fonts));
        self.fonts.len() - before
    }

    /// Whether the character can be printed: some font has a glyph for it, or it needs none.
    /// Private use characters never can, whatever a font says of them.
    pub fn covers(&self, character: char) -> bool {
        if is_private(character) {
            return false;
        }
        is_invisible(character)
            || self.coverages.iter().any(|coverage| coverage.contains(u32::from(character)))
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
