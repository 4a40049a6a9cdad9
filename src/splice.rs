//! A text changed in places: pieces are put in, replaced or taken out; every other byte stays.
//!
//! Foreign parts are changed this way and never written anew, so that what we do not understand survives.
//! Knows where attributes stand in a tag and how texts are escaped, nothing of what elements mean.

use std::ops::Range;

/// Changes to one text, gathered in any order.
#[derive(Debug, Clone, Default)]
pub struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Replaces a range of bytes; an empty range inserts. Ranges must not overlap: of two that do, the
    /// later-beginning one is dropped.
    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push((range, text.into()));
    }

    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    pub fn remove(&mut self, range: Range<usize>) {
        self.replace(range, "");
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changed text. Insertions at one place stand in the order in which they were made.
    pub fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let added: usize = self.0.iter().map(|(_, piece)| piece.len()).sum();
        let mut out = String::with_capacity(text.len() + added);
        let mut done = 0;
        for (range, piece) in &self.0 {
            if range.start < done {
                continue;
            }
            out.push_str(&text[done..range.start]);
            out.push_str(piece);
            done = range.end;
        }
        out.push_str(&text[done..]);
        out
    }
}

/// An attribute's value inside an opening tag, as the range of what stands between its quotes.
pub fn attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    whole_attribute(tag, name).map(|(_, value)| value)
}

/// As `attribute`, with the range from the blank before the name to the closing quote first.
pub fn whole_attribute(tag: &str, name: &str) -> Option<(Range<usize>, Range<usize>)> {
    let bytes = tag.as_bytes();
    let is_blank = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
    let mut at = bytes.iter().position(u8::is_ascii_whitespace)?;
    while at < bytes.len() {
        let begins = at;
        while is_blank(at) {
            at += 1;
        }
        let named = at;
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
            at += 1;
        }
        let found = &tag[named..at];
        while is_blank(at) || bytes.get(at) == Some(&b'=') {
            at += 1;
        }
        let quote = *bytes.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let first = at + 1;
        let length = bytes[first..].iter().position(|byte| *byte == quote)?;
        at = first + length + 1;
        if found == name {
            return Some((begins..at, first..first + length));
        }
    }
    None
}

/// The tag with the attribute set to a value that needs no escaping; added when it is not there.
pub fn with_attribute(tag: &str, name: &str, value: &str) -> String {
    let mut edits = Edits::default();
    match attribute(tag, name) {
        Some(range) => edits.replace(range, value),
        None => {
            let end = if tag.ends_with("/>") { tag.len() - 2 } else { tag.len().saturating_sub(1) };
            edits.insert(end, format!(" {name}=\"{value}\""));
        }
    }
    edits.apply(tag)
}

/// The tag without the attribute.
pub fn without_attribute(tag: &str, name: &str) -> String {
    let mut edits = Edits::default();
    if let Some((range, _)) = whole_attribute(tag, name) {
        edits.remove(range);
    }
    edits.apply(tag)
}

/// A text as XML content or attribute value: markup escaped, characters that XML 1.0 forbids dropped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_named_changes() {
        let mut edits = Edits::default();
        edits.insert(5, "d");
        edits.replace(1..2, "X");
        edits.insert(0, "a");
        edits.insert(0, "b");
        edits.remove(3..4);
        assert_eq!(edits.apply("01234"), "ab0X24d");
    }

    #[test]
    fn attributes_are_found_by_their_whole_name() {
        let tag = "<x:sheet name='a \"b\" id=\"9\"' r:id = \"rId1\"  sheetId=\"2\"/>";
        let value = |name| attribute(tag, name).map(|range| &tag[range]);
        assert_eq!(value("r:id"), Some("rId1"));
        assert_eq!(value("sheetId"), Some("2"));
        assert_eq!(value("id"), None);
        assert_eq!(with_attribute("<a/>", "count", "2"), "<a count=\"2\"/>");
        assert_eq!(with_attribute("<a count='1'>", "count", "2"), "<a count='2'>");
        assert_eq!(without_attribute("<a b=\"1\" c=\"2\">", "b"), "<a c=\"2\">");
    }

    proptest::proptest! {
        #[test]
        fn any_tag_is_searched_without_a_panic(tag: String) {
            let _ = whole_attribute(&tag, "a");
        }
    }
}
