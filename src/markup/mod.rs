//! A unit's own workbook given back with its faults marked: a comment and a fill on each cell, and a first
//! sheet whose lines lead there. And its twin, `repair`: cells written anew and nothing else.
//!
//! Works on bytes that came from outside, so only inside a worker. Parts are changed in places, never
//! written anew. In an .xlsx these may change: the workbook part (list of sheets, the sheet shown first,
//! the index of names that belong to one sheet), its relationships, `[Content_Types].xml`, the styles
//! (what is added stands at the end), and of each marked sheet its conditional formats, its comments with
//! their drawing and the relationships to them; of the sheet that was shown first also that it was. By `mark`, cells
//! are never touched: values, formulas and styles keep their bytes. In an .ods: `content.xml` (notes in
//! cells, the list, a conditional format) and one style each in `styles.xml`.

mod comments;
mod drawing;
mod list;
mod ods;
mod ods_cells;
mod parts;
mod repair;
mod styles;
mod workbook;
mod worksheet;
mod worksheet_cells;
mod xlsx;

use std::collections::BTreeMap;

use crate::container::{WORKBOOK_CAPS, sniff};
use crate::corrections::{COMMENT_MARK, CorrectionList};
use crate::inventory::MediaType;
use crate::place::CellRef;
use crate::xml::XmlFault;

pub use repair::repair;

/// Cells marked on one sheet; the list holds all.
const MOST_MARKED: usize = 1_000;
/// The formula of our conditional formats: always true, and known again by its text.
const FORMULA: &str = "\"彙編檢核\"<>\"\"";
/// What a formula of ours holds in every notation.
const FORMULA_MARK: &str = "彙編檢核";

/// Why there is no marked copy; the unit gets the list alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmarkable(pub String);

impl From<XmlFault> for Unmarkable {
    fn from(fault: XmlFault) -> Self {
        Unmarkable(fault.0)
    }
}

/// A copy of a workbook with the list's corrections marked in it. Marks of an earlier round are taken
/// out first. The same bytes for the same workbook and list.
///
/// # Errors
/// Another format than .xlsx and .ods, macros, or parts that cannot be read with certainty.
pub fn mark(bytes: &[u8], corrections: &CorrectionList) -> Result<Vec<u8>, Unmarkable> {
    if bytes.len() as u64 > WORKBOOK_CAPS.file {
        return Err(Unmarkable("檔案過大".to_owned()));
    }
    match sniff(bytes) {
        MediaType::Xlsx => xlsx::mark(bytes, corrections),
        MediaType::Ods => ods::mark(bytes, corrections),
        _ => Err(Unmarkable("只有 .xlsx 與 .ods 能標註".to_owned())),
    }
}

/// What is said at one cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Remark {
    is_error: bool,
    /// A line for each fault and each remedy, the mark first.
    text: String,
}

type Remarks = BTreeMap<CellRef, Remark>;

/// The remarks of each sheet by its name.
fn remarks(corrections: &CorrectionList) -> BTreeMap<&str, Remarks> {
    let mut by_sheet: BTreeMap<&str, Remarks> = BTreeMap::new();
    for correction in &corrections.corrections {
        let (Some(sheet), Some(cell)) = (&correction.sheet, correction.cell) else { continue };
        let remarks = by_sheet.entry(sheet.as_str()).or_default();
        if remarks.len() >= MOST_MARKED && !remarks.contains_key(&cell) {
            continue;
        }
        let remark = remarks.entry(cell).or_default();
        remark.is_error |= correction.is_error;
        if remark.text.is_empty() {
            remark.text.push_str(COMMENT_MARK);
        }
        remark.text.push_str(&format!("\n{}：{}", correction.severity_word(), correction.message));
        if !correction.hint.is_empty() {
            remark.text.push_str(&format!("\n修正：{}", correction.hint));
        }
    }
    by_sheet
}

/// The sheet's name as formulas and links write it.
fn quoted(sheet: &str) -> String {
    format!("'{}'", sheet.replace('\'', "''"))
}
