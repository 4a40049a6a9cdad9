//! Dossier to PDF: the form whole, the appendices as frames with empty slots.
//!
//! The only module that names Typst. Templates get the dossier as JSON and print it; what they
//! say of slots and ranges is read back from the finished pages. Knows nothing of evidence bytes.

mod fonts;
mod frames;
mod world;

use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::assets::Templates;
use crate::dossier::{Dossier, PageRange, Slot, SlotContent};

pub use fonts::Fonts;
pub use world::TypesetError;

use world::Desk;

/// A finished document.
#[derive(Debug, Clone)]
pub struct Typeset {
    pub pdf: Vec<u8>,
    pub n_pages: usize,
}

/// The appendices without their evidence.
#[derive(Debug, Clone)]
pub struct Frames {
    pub pdf: Vec<u8>,
    pub n_pages: usize,
    /// Where evidence belongs, in page order.
    pub slots: Vec<Slot>,
    /// What belongs there.
    pub contents: Vec<SlotContent>,
    /// Pages of each appendix.
    pub ranges: Vec<PageRange>,
}

/// The self-assessment form: PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1).
pub fn form(dossier: &Dossier, templates: &Templates, fonts: &Fonts) -> Result<Typeset, TypesetError> {
    let desk = Desk::new("typst/form.typ", json(dossier), templates, fonts);
    let document = desk.compile()?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| TypesetError::unplaced(error.message().to_string()))?;
    let pdf = export(&desk, &document, dossier, "form", standards)?;
    Ok(Typeset { pdf, n_pages: document.pages().len() })
}

/// The appendices' frames. Evidence is put into the slots by `pdf::merge`.
pub fn appendices(dossier: &Dossier, templates: &Templates, fonts: &Fonts) -> Result<Frames, TypesetError> {
    let desk = Desk::new("typst/appendices.typ", json(dossier), templates, fonts);
    let document = desk.compile()?;
    let pdf = export(&desk, &document, dossier, "appendices", PdfStandards::default())?;
    let slots = frames::slots(&document)?;
    let ranges = frames::ranges(&document)?;
    let contents = frames::contents(dossier, &slots)?;
    Ok(Frames { pdf, n_pages: document.pages().len(), slots, contents, ranges })
}

/// The dossier as templates see it. A dossier has no maps with odd keys and no NaN, so this cannot
/// fail; if it ever did, the template would say that a field is missing.
fn json(dossier: &Dossier) -> String {
    serde_json::to_string(dossier).unwrap_or_default()
}

fn export(
    desk: &Desk,
    document: &PagedDocument,
    dossier: &Dossier,
    part: &str,
    standards: PdfStandards,
) -> Result<Vec<u8>, TypesetError> {
    let options = PdfOptions {
        ident: Smart::Custom(format!("huibian {part} {} {}", dossier.title, dossier.identity)),
        creator: Smart::Custom(Some(format!("huibian {}", env!("CARGO_PKG_VERSION")))),
        timestamp: prepared_on(dossier).map(Timestamp::new_utc),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    typst_pdf::pdf(document, &options).map_err(|errors| desk.error(&errors))
}

/// Midnight of the day the form bears: the clock never reaches a PDF.
fn prepared_on(dossier: &Dossier) -> Option<Datetime> {
    let mut parts = dossier.prepared_on_iso.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Datetime::from_ymd_hms(year, month, day, 0, 0, 0)
}
