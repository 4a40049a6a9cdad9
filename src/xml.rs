//! The XML of foreign parts as a flat run of nodes, read from memory without copying.
//!
//! The only module that names `quick_xml`; knows nothing of what the elements mean.
//! Tolerant where people's programs are (unbalanced ends, comments, white space), strict where
//! tolerance would hide text: an entity nobody defined is a fault, and none is ever expanded.

use std::borrow::Cow;

use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Why a part cannot be read further, in words for the curious.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlFault(pub String);

pub enum Node<'a> {
    /// An element opens; an empty one closes right after.
    Open(Tag<'a>),
    Close(End<'a>),
    Text(Cow<'a, str>),
}

/// An opening tag.
pub struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// With its prefix.
    pub fn name(&self) -> &str {
        self.0.name().0
    }

    /// Without its prefix.
    pub fn local(&self) -> &str {
        local(self.name())
    }

    /// The value of an attribute by its qualified name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.find(|key| key == name)
    }

    /// The value of the first attribute of this name, whatever its prefix.
    pub fn local_attribute(&self, name: &str) -> Option<String> {
        self.find(|key| local(key) == name)
    }

    fn find(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let mut attributes = self.0.attributes();
        // Checking for doubles costs a comparison of each with each.
        let attribute =
            attributes.with_checks(false).filter_map(Result::ok).find(|found| wanted(found.key.0))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    }
}

/// A closing tag.
pub struct End<'a>(BytesEnd<'a>);

impl End<'_> {
    /// With its prefix.
    pub fn name(&self) -> &str {
        self.0.name().0
    }

    /// Without its prefix.
    pub fn local(&self) -> &str {
        local(self.name())
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

pub struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    /// After a fault nothing more is read.
    ended: bool,
}

impl<'a> Xml<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.check_comments = false;
        config.expand_empty_elements = true;
        Xml { reader, ended: false }
    }

    /// The next node; `None` at the end of the part.
    #[expect(clippy::should_implement_trait, reason = "an iterator would lend `self` to `skip` and `text`")]
    pub fn next(&mut self) -> Result<Option<Node<'a>>, XmlFault> {
        while !self.ended {
            let node = match self.reader.read_event() {
                Ok(Event::Start(tag) | Event::Empty(tag)) => Node::Open(Tag(tag)),
                Ok(Event::End(tag)) => Node::Close(End(tag)),
                Ok(Event::Text(text)) => Node::Text(text.xml10_content()),
                Ok(Event::CData(text)) => Node::Text(text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => match resolve(&reference) {
                    Some(character) => Node::Text(Cow::Owned(character.to_string())),
                    None => return Err(self.end(undefined(&reference))),
                },
                Ok(Event::Eof) => {
                    self.ended = true;
                    return Ok(None);
                }
                Ok(_) => continue,
                Err(error) => return Err(self.end(error.to_string())),
            };
            return Ok(Some(node));
        }
        Ok(None)
    }

    /// Bytes of the text read so far: where the node just given ends. The end of an empty element
    /// stands where its opening tag does.
    pub fn position(&self) -> usize {
        // A position within a text in memory.
        self.reader.buffer_position() as usize
    }

    fn end(&mut self, detail: String) -> XmlFault {
        self.ended = true;
        XmlFault(detail)
    }

    /// Passes over the rest of the element that was just opened.
    pub fn skip(&mut self) -> Result<(), XmlFault> {
        let mut depth = 1usize;
        while depth > 0 {
            match self.next()? {
                Some(Node::Open(_)) => depth += 1,
                Some(Node::Close(_)) => depth -= 1,
                Some(Node::Text(_)) => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// The text of the element that was just opened, without its children's mark-up; cut at
    /// `limit` bytes.
    pub fn text(&mut self, limit: usize) -> Result<String, XmlFault> {
        let mut content = String::new();
        let mut depth = 1usize;
        while depth > 0 {
            match self.next()? {
                Some(Node::Open(_)) => depth += 1,
                Some(Node::Close(_)) => depth -= 1,
                Some(Node::Text(text)) => push_within(&mut content, &text, limit),
                None => break,
            }
        }
        Ok(content)
    }
}

/// Appends as much of a piece as keeps the whole within `limit` bytes.
pub fn push_within(text: &mut String, piece: &str, limit: usize) {
    let room = limit.saturating_sub(text.len());
    text.push_str(&piece[..piece.floor_char_boundary(room)]);
}

fn undefined(reference: &str) -> String {
    format!("未定義的符號 &{};", reference.chars().take(20).collect::<String>())
}

fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
