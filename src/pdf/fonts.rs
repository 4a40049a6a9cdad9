//! Fonts that a document only names: another machine draws its text in whatever font it has.
//!
//! Looks at font dictionaries (ISO 32000-1 §9.6–§9.8) as they are copied; knows no pages.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object};

use super::geometry::{number, resolve};

/// Names of the families that every viewer brings, or draws with letters of the same shape and width
/// (the standard 14 fonts of §9.6.2.2 and their usual aliases).
const EVERYWHERE: [&str; 8] =
    ["arial", "helvetica", "times", "courier", "symbol", "zapfdingbats", "nimbus", "liberation"];
/// Flag of a font whose characters are signs of its own (Table 123).
const SYMBOLIC: i64 = 1 << 2;

/// Fonts that are named but not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissingFonts {
    /// Their characters are named: another font shows the right ones, in another hand.
    pub named: BTreeSet<String>,
    /// Their characters are numbers of the missing font: another font shows wrong ones, or none.
    pub numbered: BTreeSet<String>,
}

impl MissingFonts {
    /// Takes note of a dictionary if it is a font that is not embedded.
    pub fn note(&mut self, document: &Document, font: &Dictionary) {
        if !font.has_type(b"Font") {
            return;
        }
        let name = |key: &[u8]| match font.get(key).ok().and_then(|object| resolve(document, object)) {
            Some(Object::Name(name)) => String::from_utf8_lossy(name).into_owned(),
            _ => String::new(),
        };
        let subtype = name(b"Subtype");
        // A Type 3 font is its own drawing, a Type 0 font stands on a descendant that comes by itself.
        if matches!(subtype.as_str(), "Type3" | "Type0") || is_embedded(document, font) {
            return;
        }
        let base = name(b"BaseFont");
        let family = base.split_once('+').map_or(base.as_str(), |(_, family)| family);
        let folded = family.to_lowercase();
        if EVERYWHERE.iter().any(|known| folded.starts_with(known)) && !subtype.starts_with("CIDFont") {
            return;
        }
        let is_foreign = is_numbered(document, font) || is_symbolic(document, font);
        let fonts = if is_foreign { &mut self.numbered } else { &mut self.named };
        fonts.insert(if family.is_empty() { "（未命名）".to_owned() } else { family.to_owned() });
    }
}

fn is_embedded(document: &Document, font: &Dictionary) -> bool {
    let descriptor = font.get(b"FontDescriptor").ok().and_then(|object| resolve(document, object));
    let Some(Object::Dictionary(descriptor)) = descriptor else { return false };
    [&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().any(|key| {
        let file = descriptor.get(key).ok().and_then(|object| resolve(document, object));
        matches!(file, Some(Object::Stream(stream)) if !stream.content.is_empty())
    })
}

/// Whether a simple font's characters are signs that only it has.
fn is_symbolic(document: &Document, font: &Dictionary) -> bool {
    let descriptor = font.get(b"FontDescriptor").ok().and_then(|object| resolve(document, object));
    let Some(Object::Dictionary(descriptor)) = descriptor else { return false };
    let flags = descriptor.get(b"Flags").ok().and_then(|object| number(document, object)).unwrap_or(0.0);
    !font.has(b"CIDSystemInfo") && !font.has(b"Encoding") && flags as i64 & SYMBOLIC != 0
}

/// Whether a CID font's characters belong to no published collection (§9.7.5.2): they are glyph numbers.
fn is_numbered(document: &Document, font: &Dictionary) -> bool {
    let info = font.get(b"CIDSystemInfo").ok().and_then(|object| resolve(document, object));
    let Some(Object::Dictionary(info)) = info else { return false };
    match info.get(b"Ordering").ok().and_then(|object| resolve(document, object)) {
        Some(Object::String(ordering, _)) => {
            !matches!(ordering.as_slice(), b"CNS1" | b"GB1" | b"Japan1" | b"Korea1" | b"KR" | b"UCS")
        }
        _ => true,
    }
}
