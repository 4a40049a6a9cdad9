//! OpenDocument packages (ODF 1.3, CNS 15251) written the same way every time.
//!
//! Knows the package — `mimetype` first and stored, the manifest — the metadata part, and how text
//! is written into XML. What the content says and how it looks is the caller's business.

use std::io::Cursor;

use super::{Packing, ZipSink};

const VERSION: &str = "1.3";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// What kind of document a package holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OdfKind {
    /// `.odt`
    Text,
    /// `.ods`
    Spreadsheet,
}

impl OdfKind {
    fn media_type(self) -> &'static str {
        match self {
            OdfKind::Text => "application/vnd.oasis.opendocument.text",
            OdfKind::Spreadsheet => "application/vnd.oasis.opendocument.spreadsheet",
        }
    }
}

/// A document being put together: `content.xml`, `styles.xml`, pictures and what else it needs.
#[derive(Debug, Clone)]
pub struct OdfPackage {
    kind: OdfKind,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    path: String,
    media_type: String,
    bytes: Vec<u8>,
}

impl OdfPackage {
    pub fn new(kind: OdfKind) -> Self {
        OdfPackage { kind, parts: Vec::new() }
    }

    /// Adds an XML part; `body` is the root element, without a declaration.
    #[must_use]
    pub fn with_xml(self, path: &str, body: &str) -> Self {
        self.with_part(path, "text/xml", format!("{XML}{body}").into_bytes())
    }

    /// Adds `meta.xml`. `iso_day` is the document's own date (`2022-03-10`): the clock never reaches it.
    #[must_use]
    pub fn with_metadata(self, title: &str, creator: &str, iso_day: &str) -> Self {
        let body = format!(
            "<office:document-meta xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
             xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"{VERSION}\"><office:meta>\
             <meta:generator>huibian/{}</meta:generator><dc:title>{}</dc:title>\
             <meta:initial-creator>{}</meta:initial-creator><dc:creator>{}</dc:creator>\
             <meta:creation-date>{iso_day}T00:00:00</meta:creation-date><dc:date>{iso_day}T00:00:00</dc:date>\
             <dc:language>zh-TW</dc:language></office:meta></office:document-meta>",
            env!("CARGO_PKG_VERSION"),
            xml_escaped(title),
            xml_escaped(creator),
            xml_escaped(creator),
        );
        self.with_xml("meta.xml", &body)
    }

    /// Adds a part of any media type (`image/png` for `Pictures/1.png`). Parts are written in the order
    /// in which they were added.
    #[must_use]
    pub fn with_part(mut self, path: &str, media_type: &str, bytes: Vec<u8>) -> Self {
        self.parts.push(Part { path: path.to_owned(), media_type: media_type.to_owned(), bytes });
        self
    }

    /// The package's bytes: equal parts give equal bytes.
    ///
    /// # Errors
    /// Two parts bear the same path, or one takes the name of `mimetype` or the manifest.
    pub fn write(&self) -> anyhow::Result<Vec<u8>> {
        let mut zip = ZipSink::new(Cursor::new(Vec::new()));
        let mut put = |path: &str, packing: Packing, bytes: &[u8]| {
            zip.entry(path, packing, bytes.len() as u64, &mut { bytes })
        };
        // ODF 1.3 part 2 §3.3: first, stored, without extra fields, so that the kind stands at byte 38.
        put("mimetype", Packing::Stored, self.kind.media_type().as_bytes())?;
        for part in &self.parts {
            let is_text = part.media_type == "text/xml";
            let packing = if is_text { Packing::Deflated } else { Packing::Stored };
            put(&part.path, packing, &part.bytes)?;
        }
        put("META-INF/manifest.xml", Packing::Deflated, self.manifest().as_bytes())?;
        Ok(zip.finish()?.into_inner())
    }

    /// ODF 1.3 part 2 §3.2: every part but `mimetype` and the manifest itself.
    fn manifest(&self) -> String {
        let mut manifest = format!(
            "{XML}<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
             manifest:version=\"{VERSION}\"><manifest:file-entry manifest:full-path=\"/\" \
             manifest:version=\"{VERSION}\" manifest:media-type=\"{}\"/>",
            self.kind.media_type(),
        );
        for part in &self.parts {
            manifest.push_str(&format!(
                "<manifest:file-entry manifest:full-path=\"{}\" manifest:media-type=\"{}\"/>",
                xml_escaped(&part.path),
                xml_escaped(&part.media_type),
            ));
        }
        manifest.push_str("</manifest:manifest>");
        manifest
    }
}

/// Text for an element or a quoted attribute. Characters that XML 1.0 §2.2 forbids are left out.
pub fn xml_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_xml_character(*c)) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // In attributes a parser would turn these into blanks (XML 1.0 §3.3.3).
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text for the inside of a paragraph: ODF collapses blanks and ignores line breaks (ODF 1.3 part 3
/// §6.1.2), so both are written as elements.
pub fn odf_text(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut after_blank = true;
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\r' => written.push_str("<text:line-break/>"),
            '\t' => written.push_str("<text:tab/>"),
            ' ' if after_blank => written.push_str("<text:s/>"),
            c => written.push_str(&xml_escaped(c.encode_utf8(&mut [0; 4]))),
        }
        after_blank = matches!(c, ' ' | '\n' | '\r' | '\t');
    }
    written
}

fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> OdfPackage {
        OdfPackage::new(OdfKind::Text).with_xml("content.xml", "<office:document-content/>").with_metadata(
            "標題 & <副題>",
            "示例",
            "2022-03-10",
        )
    }

    #[test]
    fn the_kind_stands_at_byte_38_of_the_package() {
        let bytes = package().write().expect("written to memory");
        assert_eq!(&bytes[30..38], b"mimetype");
        assert!(bytes[38..].starts_with(b"application/vnd.oasis.opendocument.text"));
        assert_eq!(bytes, package().write().expect("written to memory"));
    }

    #[test]
    fn a_path_is_given_once() {
        assert!(package().with_xml("content.xml", "<a/>").write().is_err());
        assert!(package().with_part("mimetype", "text/plain", Vec::new()).write().is_err());
    }

    #[test]
    fn what_xml_forbids_is_left_out_and_what_it_reads_is_escaped() {
        assert_eq!(xml_escaped("a\u{0}\u{b}\u{fffe}<b> & \"c\"\n"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;");
    }

    #[test]
    fn blanks_and_breaks_survive_in_paragraphs() {
        assert_eq!(odf_text(" a  b\r\nc\td"), "<text:s/>a <text:s/>b<text:line-break/>c<text:tab/>d");
    }
}
