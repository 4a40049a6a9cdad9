//! What a PDF holds beside its pages: properties, XMP metadata, and the files attached to it.
//!
//! None of it is taken over when a document is cleaned; it is read for the privacy gate.

use lopdf::{Dictionary, Document, Object, Stream};

use super::geometry::resolve;
use super::text::string;

/// Attachments looked at, in number and in bytes.
const MAX_FILES: usize = 50;
const MAX_BYTES: usize = 64 << 20;
/// Properties and metadata kept, in bytes.
const MAX_WORDS: usize = 4 << 20;

#[derive(Debug, Default)]
pub struct Hidden {
    /// A line each.
    pub words: String,
    /// Attached files by name.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Empty for documents that cannot be opened.
pub fn hidden(bytes: &[u8]) -> Hidden {
    let mut hidden = Hidden::default();
    let Ok(document) = Document::load_mem(bytes) else { return hidden };
    if let Some(Object::Dictionary(properties)) =
        document.trailer.get(b"Info").ok().and_then(|info| resolve(&document, info))
    {
        for (_, value) in properties.iter() {
            if let Some(Object::String(bytes, _)) = resolve(&document, value) {
                hidden.say(&string(bytes));
            }
        }
    }
    for object in document.objects.values() {
        match object {
            Object::Stream(stream) if is_metadata(stream) => {
                let xmp = String::from_utf8_lossy(&content(stream)).into_owned();
                hidden.say(&xmp.replace('<', "\n<"));
            }
            Object::Dictionary(entries) if entries.has(b"EF") => attachment(&document, entries, &mut hidden),
            _ => {}
        }
    }
    hidden
}

impl Hidden {
    fn say(&mut self, words: &str) {
        if self.words.len() + words.len() <= MAX_WORDS {
            self.words.push_str(words);
            self.words.push('\n');
        }
    }
}

/// ISO 32000-1 §14.3.2.
fn is_metadata(stream: &Stream) -> bool {
    matches!(stream.dict.get(b"Type"), Ok(Object::Name(name)) if name == b"Metadata")
}

fn content(stream: &Stream) -> Vec<u8> {
    stream.decompressed_content().unwrap_or_else(|_| stream.content.clone())
}

/// A file specification with its file (§7.11.3, §7.11.4).
fn attachment(document: &Document, specification: &Dictionary, hidden: &mut Hidden) {
    let text = |key: &[u8]| match specification.get(key).ok().and_then(|value| resolve(document, value)) {
        Some(Object::String(bytes, _)) => Some(string(bytes)),
        _ => None,
    };
    if let Some(description) = text(b"Desc") {
        hidden.say(&description);
    }
    let name = text(b"UF").or_else(|| text(b"F")).unwrap_or_default();
    let files = specification.get(b"EF").ok().and_then(|files| resolve(document, files));
    let Some(Object::Dictionary(files)) = files else { return };
    let stream = [&b"UF"[..], b"F"].iter().find_map(|key| resolve(document, files.get(key).ok()?));
    let Some(Object::Stream(stream)) = stream else { return };
    let taken: usize = hidden.files.iter().map(|(_, content)| content.len()).sum();
    if hidden.files.len() < MAX_FILES && taken < MAX_BYTES {
        hidden.files.push((name, content(stream)));
    }
}
