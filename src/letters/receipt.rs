//! The receipt to one unit (收件證明): which files are there, since when, and whether they are accepted.
//!
//! Auditors want proof: digests tell files apart to the byte. Knows names and digests, no contents.

use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::{Cleared, Outgoing, serialised_texts};
use crate::template::{self, TemplateError};

use super::notice::Person;
use super::unsent;

/// What the template of a receipt is given.
#[derive(Debug, Clone, Serialize)]
pub struct ReceiptView {
    pub title: String,
    pub unit: String,
    pub files: Vec<ReceivedLine>,
    /// The workbook that was read, and why that one when there were several.
    pub workbook: Option<String>,
    pub choice: Option<String>,
    /// Nothing is to be mended.
    pub accepted: bool,
    pub n_errors: usize,
    pub n_warnings: usize,
    /// Demanded evidence items with a file, of all.
    pub evidence_present: usize,
    pub evidence_demanded: usize,
    /// 「111年2月10日（星期四）」.
    pub day: String,
    pub secretariat: String,
    pub contact: Person,
}

/// A file that was received.
#[derive(Debug, Clone, Serialize)]
pub struct ReceivedLine {
    pub number: usize,
    /// Below the unit's folder.
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    /// In words.
    pub first_seen: String,
}

impl Outgoing for ReceiptView {
    fn texts(&self) -> Vec<(String, String)> {
        serialised_texts(self, &["sha256"])
    }
}

/// The receipt as a text file.
pub fn receipt(view: &Cleared<ReceiptView>, templates: &Templates) -> Result<String, TemplateError> {
    let view: &ReceiptView = view;
    let text = template::render("letters/receipt.hbs", view, templates)?;
    Ok(unsent::text_file(&text))
}
