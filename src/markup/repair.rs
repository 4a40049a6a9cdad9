//! A workbook with some of its cells written anew, everything else to the byte.
//!
//! Unlike `mark` this touches cells and nothing else: of an .xlsx the worksheet parts that hold them, of an
//! .ods `content.xml`. A cell keeps its style, its note and its place; a formula is never replaced. What a
//! repaired copy says is read again by whoever asked for it.

use std::collections::BTreeMap;

use crate::container::{WORKBOOK_CAPS, sniff};
use crate::inventory::MediaType;
use crate::place::CellRef;
use crate::repair::{CellRepair, Entry};

use super::parts::Parts;
use super::workbook::WorkbookPart;
use super::{Unmarkable, ods, worksheet_cells, xlsx};

/// What is written on one sheet.
pub(super) type Entries = BTreeMap<CellRef, Entry>;

/// A copy of a workbook with the repairs written into it. The same bytes for the same workbook and repairs.
///
/// # Errors
/// Another format than .xlsx and .ods, macros, parts that cannot be read with certainty, a sheet or cell that
/// is not there, a formula in a cell.
pub fn repair(bytes: &[u8], repairs: &[CellRepair]) -> Result<Vec<u8>, Unmarkable> {
    if bytes.len() as u64 > WORKBOOK_CAPS.file {
        return Err(Unmarkable("檔案過大".to_owned()));
    }
    let mut by_sheet: BTreeMap<&str, Entries> = BTreeMap::new();
    for CellRepair { sheet, cell, repair } in repairs {
        by_sheet.entry(sheet).or_default().insert(*cell, repair.new.clone());
    }
    match sniff(bytes) {
        MediaType::Xlsx => repair_xlsx(bytes, by_sheet),
        MediaType::Ods => ods::repair(bytes, by_sheet),
        _ => Err(Unmarkable("只有 .xlsx 與 .ods 能修正".to_owned())),
    }
}

fn repair_xlsx(bytes: &[u8], mut by_sheet: BTreeMap<&str, Entries>) -> Result<Vec<u8>, Unmarkable> {
    let mut parts = Parts::open(bytes)?;
    xlsx::refuse_macros(&parts, "含巨集的檔案不修正")?;
    let path = xlsx::workbook_part(&mut parts)?;
    let related = parts.relations(&path)?;
    let workbook = WorkbookPart::read(parts.needed(&path)?)?;
    for sheet in &workbook.sheets {
        let Some(entries) = by_sheet.remove(sheet.name.as_str()) else { continue };
        let relation = related.iter().find(|relation| relation.id == sheet.relation);
        let part = relation.ok_or_else(|| lost(&sheet.name))?.target.clone();
        let text = parts.needed(&part)?;
        parts.put(&part, worksheet_cells::write(&text, &entries)?);
    }
    match by_sheet.into_keys().next() {
        Some(sheet) => Err(lost(sheet)),
        None => parts.finish(),
    }
}

pub(super) fn lost(sheet: &str) -> Unmarkable {
    Unmarkable(format!("找不到工作表「{sheet}」的內容"))
}

pub(super) fn lost_cell(cell: CellRef) -> Unmarkable {
    Unmarkable(format!("找不到 {cell} 的內容"))
}

pub(super) fn holds_formula() -> Unmarkable {
    Unmarkable("要修正的儲存格是公式".to_owned())
}
