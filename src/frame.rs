//! The appendices' frames as typesetting leaves them: in parts that follow one another, and with the bookmarks
//! that lead into them.
//!
//! Values between `typeset`, which makes them, and `pdf`, which joins them. Knows nothing of what is set.

/// What the appendices' template writes before page and name of a destination that another part holds
/// (`huibian:12:file-3`); joining makes an inner link of it.
pub const INNER_LINK: &str = "huibian:";

/// Successive pages of a document, as a PDF of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct FramePart {
    pub pdf: Vec<u8>,
    pub n_pages: usize,
    /// In the order of the document.
    pub bookmarks: Vec<Bookmark>,
}

/// A line of the outline (ISO 32000-1 §12.3.3).
#[derive(Debug, Clone, PartialEq)]
pub struct Bookmark {
    /// From 1; a higher level stands under the line of a lower one before it.
    pub level: usize,
    pub title: String,
    /// Page index within its part, from 0.
    pub page: usize,
    /// Points from the page's top left corner.
    pub x: f64,
    pub y: f64,
}
