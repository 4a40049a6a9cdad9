//! Characters the embedded fonts lack, out of the full 全字庫 families on the user's machine.
//!
//! A file is read when a character is missing, not before, and its bytes are kept only when it has that
//! character. Each character is served by one face, the first in the shelf's order that draws it. Knows
//! nothing of where files lie.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Coverage, Font, FontInfo, FontInstance, FontVariant, FontVariations};

use crate::inventory::sha256_hex;
use crate::sfnt;

/// Font files somebody installed, of whatever family; read on demand.
pub trait FontShelf: Send + Sync {
    /// The files' names, of families that [`full_family_rank`] ranks, in the order of preference.
    fn names(&self) -> Vec<String>;
    /// The bytes of the file that stands at this place of [`FontShelf::names`]; `None`: it cannot be read.
    fn read(&self, index: usize) -> Option<Vec<u8>>;
}

/// A font file that printed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontUse {
    /// The file's name without its folder.
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    /// In order.
    pub characters: Vec<char>,
}

/// Whether a font of this family name may print what ours cannot, and how gladly (0: first): 全字庫正楷體, then
/// 全字庫正宋體, with their extensions. Anybody's font may have a glyph at a code point; that it is the right
/// one is known of these.
pub fn full_family_rank(family: &str) -> Option<usize> {
    const FAMILIES: [[&str; 2]; 2] = [["TW-Kai", "全字庫正楷體"], ["TW-Sung", "全字庫正宋體"]];
    const PARTS: [&str; 3] = ["", "-Ext-B", "-Plus"];
    let part_of = |base: &str| {
        let rest = family.strip_prefix(base)?.replace(' ', "-");
        PARTS.iter().position(|part| *part == rest)
    };
    let mut families = FAMILIES.iter().enumerate();
    families.find_map(|(index, names)| {
        let part = names.iter().find_map(|base| part_of(base))?;
        Some(index * PARTS.len() + part)
    })
}

/// The shelf with what was read from it.
pub(super) struct RareFonts {
    shelf: Box<dyn FontShelf>,
    files: OnceLock<Vec<RareFile>>,
}

#[derive(Default)]
struct RareFile {
    name: String,
    /// Empty for what is no font.
    coverage: OnceLock<Coverage>,
    font: OnceLock<Option<FontInstance>>,
}

impl RareFonts {
    pub(super) fn on(shelf: Box<dyn FontShelf>) -> Self {
        RareFonts { shelf, files: OnceLock::new() }
    }

    fn files(&self) -> &[RareFile] {
        let of = |name| RareFile { name, ..RareFile::default() };
        self.files.get_or_init(|| self.shelf.names().into_iter().map(of).collect())
    }

    pub(super) fn covers(&self, character: char) -> bool {
        self.server(character).is_some()
    }

    /// The first file that draws the character.
    fn server(&self, character: char) -> Option<usize> {
        let mut files = self.files().iter().enumerate();
        files.find_map(|(index, file)| self.draws(index, file, character).then_some(index))
    }

    fn draws(&self, index: usize, file: &RareFile, character: char) -> bool {
        let mut fresh = None;
        let coverage = file.coverage.get_or_init(|| {
            fresh = self.opened(index);
            let found = fresh.as_ref().map(|font: &FontInstance| font.font().info().coverage.clone());
            found.unwrap_or_else(|| Coverage::from_vec(Vec::new()))
        });
        if !coverage.contains(u32::from(character)) {
            return false;
        }
        let Some(font) = file.font.get_or_init(|| fresh.take().or_else(|| self.opened(index))) else {
            return false;
        };
        // A code point without an outline would be printed as nothing, which is worse than a refusal.
        let glyph = font.ttf().glyph_index(character).filter(|glyph| glyph.0 != 0);
        glyph.is_some_and(|glyph| font.ttf().glyph_bounding_box(glyph).is_some())
    }

    fn opened(&self, index: usize) -> Option<FontInstance> {
        let bytes = self.shelf.read(index).filter(|bytes| sfnt::is_bounded(bytes))?;
        let font = Font::new(Bytes::new(bytes), 0)?;
        Some(font.instantiate(FontVariant::default(), Abs::zero(), &FontVariations::default()))
    }

    /// The faces that serve these characters, each described as holding them alone, so that it is never taken
    /// for another text, nor for a face of ours that bears its name.
    pub(super) fn faces(&self, characters: &BTreeSet<char>) -> Vec<(FontInfo, Font)> {
        let of_file = |(index, served): (usize, Vec<char>)| {
            let font = self.files()[index].font.get()?.as_ref()?.font().clone();
            let info = FontInfo {
                family: format!("rare {index}"),
                coverage: Coverage::from_vec(served.into_iter().map(u32::from).collect()),
                ..font.info().clone()
            };
            Some((info, font))
        };
        self.shared_out(characters).into_iter().filter_map(of_file).collect()
    }

    pub(super) fn uses(&self, characters: &BTreeSet<char>) -> Vec<FontUse> {
        let of_file = |(index, characters): (usize, Vec<char>)| {
            let file = &self.files()[index];
            let bytes = file.font.get()?.as_ref()?.font().data();
            Some(FontUse {
                file: file.name.clone(),
                bytes: bytes.len() as u64,
                sha256: sha256_hex(bytes),
                characters,
            })
        };
        self.shared_out(characters).into_iter().filter_map(of_file).collect()
    }

    /// Which file serves which of the characters, each once and in order.
    fn shared_out(&self, characters: &BTreeSet<char>) -> BTreeMap<usize, Vec<char>> {
        let mut shared: BTreeMap<usize, Vec<char>> = BTreeMap::new();
        for &character in characters {
            if let Some(index) = self.server(character) {
                shared.entry(index).or_default().push(character);
            }
        }
        shared
    }
}
