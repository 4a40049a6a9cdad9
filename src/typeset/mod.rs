//! Dossier to PDF: the form whole, the appendices as frames with empty slots.
//!
//! The only module that names Typst. Templates get the dossier as JSON and print it; what they
//! say of slots and ranges is read back from the finished pages. Knows nothing of evidence bytes.

mod characters;
mod dispatch;
mod fonts;
mod frames;
mod parts;
mod rare;
mod world;

use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::annex::Annex;
use crate::assets::Templates;
use crate::clearance::Cleared;
use crate::dossier::{Dossier, PageRange, Slot, SlotContent};
use crate::frame::FramePart;

pub use dispatch::{DispatchView, dispatch_sheet};
pub use fonts::Fonts;
pub use rare::{FontShelf, FontUse, full_family_rank};
pub use world::{TypesetError, syntax_fault};

use world::Desk;

/// A finished document.
#[derive(Debug, Clone)]
pub struct Typeset {
    pub pdf: Vec<u8>,
    pub n_pages: usize,
    /// What Typst remarked on the templates (an unknown font, an ambiguous layout), with place.
    pub warnings: Vec<String>,
}

/// The appendices without their evidence.
#[derive(Debug, Clone)]
pub struct Frames {
    /// The document's pages; one part unless there are many.
    pub parts: Vec<FramePart>,
    pub n_pages: usize,
    /// Where evidence belongs, in page order.
    pub slots: Vec<Slot>,
    /// What belongs there, in the same order.
    pub contents: Vec<SlotContent>,
    /// Pages of each appendix that has any, in binding order and without gaps.
    pub ranges: Vec<PageRange>,
    pub warnings: Vec<String>,
}

impl Frames {
    /// Size in bytes, before evidence is put into the slots.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.pdf.len() as u64).sum()
    }
}

/// The self-assessment form: PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1), with the same
/// bytes for the same dossier. Fails on a template's fault and on whatever the two standards forbid;
/// a character without a glyph is replaced and named among the warnings.
pub fn form(
    dossier: &Cleared<&Dossier>,
    templates: &Templates,
    fonts: &Fonts,
) -> Result<Typeset, TypesetError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| TypesetError::unplaced(error.message().to_string()))?;
    let (typeset, _) = set("typst/form.typ", standards, &Print::of(dossier)?, templates, fonts)?;
    Ok(typeset)
}

/// An annex of the plan, under the same two standards as the form. Fails as [`form`] does.
pub fn annex(annex: &Annex, templates: &Templates, fonts: &Fonts) -> Result<Typeset, TypesetError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| TypesetError::unplaced(error.message().to_string()))?;
    let print = Print {
        data: json(annex)?,
        title: annex.title.clone(),
        identity: annex.name.clone(),
        day: day(&annex.iso_day),
    };
    Ok(set("typst/annex.typ", standards, &print, templates, fonts)?.0)
}

/// The appendices' frames, plain PDF 1.7: what comes into the slots afterwards conforms to nothing
/// in particular. Fails as [`form`] does, and when a template breaks the contract on slots.
pub fn appendices(
    dossier: &Cleared<&Dossier>,
    templates: &Templates,
    fonts: &Fonts,
) -> Result<Frames, TypesetError> {
    appendices_in_parts(dossier, templates, fonts, parts::MOST_PAGES)
}

/// As [`appendices`], in parts of so many pages at most where the template can be set in parts. Layout takes a
/// quarter of a megabyte a page until its document is finished, whatever comes into the slots.
pub fn appendices_in_parts(
    dossier: &Cleared<&Dossier>,
    templates: &Templates,
    fonts: &Fonts,
    most_pages: usize,
) -> Result<Frames, TypesetError> {
    let print = Print::of(dossier)?;
    let set_part = |share: Option<&parts::Share>| {
        let data = match share {
            None => print.data.clone(),
            Some(share) => with(&print.data, "part", json(share)?),
        };
        let print = Print { data, ..print.clone() };
        set("typst/appendices.typ", PdfStandards::default(), &print, templates, fonts)
    };
    let set_parts =
        if parts::estimate(dossier) > most_pages { parts::set(&set_part, most_pages)? } else { None };
    let set_parts = match set_parts {
        Some(set_parts) => set_parts,
        None => vec![parts::SetPart::of(set_part(None)?)?],
    };
    frames::joined(set_parts, dossier)
}

/// The fonts of the machine that print what the embedded ones lack of a dossier.
pub fn font_uses(dossier: &Dossier, fonts: &Fonts) -> Result<Vec<FontUse>, TypesetError> {
    Ok(fonts.uses(&characters::printed(&json(dossier)?)))
}

/// What a template is given, and what its PDF says of itself.
#[derive(Clone)]
struct Print {
    data: serde_json::Value,
    title: String,
    /// With the template's name and the title: the document's identity.
    identity: String,
    /// Midnight of the day the document bears: the clock never reaches a PDF.
    day: Option<Datetime>,
}

impl Print {
    fn of(dossier: &Dossier) -> Result<Self, TypesetError> {
        Ok(Print {
            data: json(dossier)?,
            title: dossier.title.clone(),
            identity: match dossier.volume {
                Some(volume) => format!("{} {volume}", dossier.identity),
                None => dossier.identity.clone(),
            },
            day: day(&dossier.prepared_on_iso),
        })
    }
}

fn json(value: &impl serde::Serialize) -> Result<serde_json::Value, TypesetError> {
    serde_json::to_value(value).map_err(|error| TypesetError::unplaced(error.to_string()))
}

/// An object with one field more.
fn with(object: &serde_json::Value, key: &str, value: serde_json::Value) -> serde_json::Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
    object
}

fn set(
    template: &str,
    standards: PdfStandards,
    print: &Print,
    templates: &Templates,
    fonts: &Fonts,
) -> Result<(Typeset, PagedDocument), TypesetError> {
    let mut data = print.data.clone();
    let mut substituted = characters::substitute(&mut data, fonts);
    // A byte order mark comes with pasted text, has no meaning inside it and is forbidden in PDF/A.
    let json = data.to_string().replace('\u{FEFF}', "");
    let desk = Desk::new(template, json, print.day, templates, fonts);
    let (document, warnings) = desk.compile()?;
    substituted.extend(warnings);
    let options = PdfOptions {
        ident: Smart::Custom(format!("huibian {template} {} {}", print.title, print.identity)),
        creator: Smart::Custom(Some(format!("huibian {}", env!("CARGO_PKG_VERSION")))),
        timestamp: print.day.map(Timestamp::new_utc),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| desk.error(&errors))?;
    // Typst remembers every layout for the next compilation of the same text; there is none.
    typst::comemo::evict(0);
    Ok((Typeset { pdf, n_pages: document.pages().len(), warnings: substituted }, document))
}

fn day(iso: &str) -> Option<Datetime> {
    let mut parts = iso.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Datetime::from_ymd_hms(year, month, day, 0, 0, 0)
}
