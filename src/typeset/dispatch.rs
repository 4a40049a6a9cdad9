//! The dispatch sheet (遞送單) that travels with a disc: what is on it, how to check it, and a label for the
//! disc itself.
//!
//! Knows what the template prints; whether a disc is the way is the plan's decision.

use serde::Serialize;
use typst_pdf::PdfStandards;

use crate::assets::Templates;
use crate::clearance::{Cleared, Outgoing, serialised_texts};
use crate::dossier::{ContactLine, Dossier};

use super::{Fonts, Print, Typeset, TypesetError, json, set};

/// What the dispatch sheet's template is given.
#[derive(Debug, Clone, Serialize)]
pub struct DispatchView<'a> {
    pub title: &'a str,
    pub government: &'a str,
    pub recipient: &'a str,
    pub identity: &'a str,
    /// Never: nothing is dispatched as a draft.
    pub draft: bool,
    pub prepared_on: &'a str,
    pub document_number: Option<String>,
    pub bundle_name: &'a str,
    pub bundle_bytes: u64,
    pub sha256: &'a str,
    pub n_form_pages: usize,
    /// What goes in place of our form.
    pub official_note: Option<String>,
    pub n_appendix_pages: usize,
    pub n_appendices: usize,
    pub contacts: &'a [ContactLine],
}

impl Outgoing for DispatchView<'_> {
    fn texts(&self) -> Vec<(String, String)> {
        serialised_texts(self, &["sha256"])
    }
}

/// Fails as [`super::form`] does.
pub fn dispatch_sheet(
    view: &Cleared<DispatchView>,
    dossier: &Cleared<&Dossier>,
    templates: &Templates,
    fonts: &Fonts,
) -> Result<Typeset, TypesetError> {
    let standards = PdfStandards::default();
    let print = Print { data: json(&**view)?, ..Print::of(dossier)? };
    let (typeset, _) = set("typst/dispatch.typ", standards, &print, templates, fonts)?;
    Ok(typeset)
}
