//! Marked-up text (XML) as a run of marks and texts, whatever is wrong with it.
//!
//! Unlike the reader of answers this one never gives up: a part that no program would open may still
//! hold a number in plain sight. Comments and CDATA are text like any other.

/// A piece of a part.
pub(super) enum Mark<'a> {
    Open(Tag<'a>),
    /// The local name. An empty element closes right after it opened.
    Close(&'a str),
    Text(String),
}

/// An opening tag.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    /// Without prefix.
    pub name: &'a str,
    inside: &'a str,
}

impl Tag<'_> {
    /// The value of the first attribute of this local name.
    pub fn attribute(&self, wanted: &str) -> Option<String> {
        self.attributes().find(|(name, _)| *name == wanted).map(|(_, value)| unescape(value))
    }

    /// Local names with values as they stand.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = self.inside;
        std::iter::from_fn(move || {
            let equals = rest.find('=')?;
            let name = rest[..equals].trim().rsplit([':', ' ', '\n', '\t', '\r']).next().unwrap_or("");
            let after = rest[equals + 1..].trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let value = &after[1..];
            let end = value.find(quote)?;
            rest = &value[end + 1..];
            Some((name, &value[..end]))
        })
    }
}

pub(super) struct Marks<'a> {
    rest: &'a str,
    /// Of an empty element that was just opened.
    closing: Option<&'a str>,
}

impl<'a> Marks<'a> {
    pub fn of(part: &'a str) -> Self {
        Marks { rest: part, closing: None }
    }

    fn until(&mut self, end: &str, skip: usize) -> &'a str {
        let inside = &self.rest[skip.min(self.rest.len())..];
        let (inside, rest) = inside.split_once(end).unwrap_or((inside, ""));
        self.rest = rest;
        inside
    }
}

impl<'a> Iterator for Marks<'a> {
    type Item = Mark<'a>;

    fn next(&mut self) -> Option<Mark<'a>> {
        if let Some(name) = self.closing.take() {
            return Some(Mark::Close(name));
        }
        if self.rest.is_empty() {
            return None;
        }
        if !self.rest.starts_with('<') {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Mark::Text(unescape(text)));
        }
        if self.rest.starts_with("<!--") {
            return Some(Mark::Text(self.until("-->", 4).to_owned()));
        }
        if self.rest.starts_with("<![CDATA[") {
            return Some(Mark::Text(self.until("]]>", 9).to_owned()));
        }
        let inside = self.until(">", 1);
        if let Some(name) = inside.strip_prefix('/') {
            return Some(Mark::Close(local(name)));
        }
        let is_empty = inside.ends_with('/');
        let name = inside.split([' ', '\n', '\t', '\r', '/']).next().unwrap_or("");
        let tag = Tag { name: local(name), inside: inside.get(name.len()..).unwrap_or("") };
        self.closing = is_empty.then_some(tag.name);
        Some(Mark::Open(tag))
    }
}

fn local(name: &str) -> &str {
    name.trim().rsplit(':').next().unwrap_or("")
}

/// Character references and the five named ones; others stay as they are.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        match end.and_then(|end| Some((end, referred(&rest[1..end])?))) {
            Some((end, character)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn referred(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(part: &str) -> String {
        Marks::of(part)
            .map(|mark| match mark {
                Mark::Open(tag) => format!("<{}>", tag.name),
                Mark::Close(name) => format!("</{name}>"),
                Mark::Text(text) => text,
            })
            .collect()
    }

    #[test]
    fn marks_and_texts_come_in_order() {
        assert_eq!(shown("<w:p w:a='1'>甲&#65;&amp;<w:br/>乙</w:p>"), "<p>甲A&<br></br>乙</p>");
        assert_eq!(shown("<!--丙--><![CDATA[<丁>]]>"), "丙<丁>");
    }

    #[test]
    fn broken_marks_hide_nothing_before_them() {
        for (part, text) in
            [("甲<w:p", "甲<p>"), ("甲<", "甲<>"), ("甲&乙;&#xFFFFFFFF;", "甲&乙;&#xFFFFFFFF;")]
        {
            assert_eq!(shown(part), text);
        }
    }

    #[test]
    fn attributes_are_found_by_local_name() {
        let Some(Mark::Open(tag)) = Marks::of("<c r = \"A1\" x:t='s' b>").next() else { panic!("no tag") };
        assert_eq!(tag.attribute("t").as_deref(), Some("s"));
        assert_eq!(tag.attribute("r").as_deref(), Some("A1"));
        assert_eq!(tag.attribute("b"), None);
    }
}
