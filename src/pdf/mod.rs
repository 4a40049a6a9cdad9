//! PDF: cleaning foreign documents, finding their text, rendering pages, merging into frames.
//!
//! The only module that names `lopdf` and `hayro`. Foreign bytes are met only here, and only inside a
//! worker; what `clean` returns is a document of our own making. Knows bytes and pages, nothing of
//! plans, items or captions.

mod annotations;
mod clean;
mod copy;
mod fonts;
mod geometry;
mod guard;
mod hidden;
mod joining;
mod jpeg;
mod markup;
mod mend;
mod merge;
mod navigation;
mod outline;
mod press;
mod reading;
mod render;
mod text;
mod write;

pub use clean::{Cleaned, Pictured, PicturedWhy, Refusal, clean};
pub use fonts::MissingFonts;
pub use guard::{Comparison, compare};
pub use hidden::{Hidden, hidden};
pub use merge::merge;
pub use navigation::navigation;
pub use press::{Picture, press_pictures};
pub use render::{Raster, sketches};
pub use text::{all_texts, has_attachments, page_texts};

use crate::exhibit::PageSize;

/// Sizes of the pages of a document of ours; `None` when it is not one.
pub fn page_sizes(bytes: &[u8]) -> Option<Vec<PageSize>> {
    let document = lopdf::Document::load_mem(bytes).ok()?;
    Some(document.page_iter().map(|page| geometry::Upright::of(&document, page).size()).collect())
}
