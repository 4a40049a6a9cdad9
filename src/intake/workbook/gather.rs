//! Gathers the cells of a workbook within one budget, whatever its format.
//!
//! Memory follows what is gathered: cells, bytes of text and remarks are each capped, since a file
//! of kilobytes can say the same text two million times.

use std::collections::{BTreeMap, BTreeSet};

use crate::grid::{Cell, GridRemark, Sheet};
use crate::place::CellRef;

/// Cells of a workbook; far above what anyone fills in.
const CELLS: usize = 2_000_000;
/// Bytes of text of a workbook, counted for each cell anew.
const TEXT: usize = 64 << 20;
/// Excel's limit of a cell.
pub(super) const CHARACTERS: usize = 32_767;
/// No character takes more bytes than four; one more for the sake of noticing.
pub(super) const CELL_BYTES: usize = CHARACTERS * 4 + 4;
/// Faulty cells named one by one in a sheet; the rest are counted.
const FAULTY_CELLS_NAMED: usize = 20;
/// Sheets of a workbook.
pub(super) const SHEETS: usize = 1_000;
/// Defined names of a workbook.
pub(super) const NAMES: usize = 20_000;

/// What is left to be gathered, and what was remarked.
pub(super) struct Gathering {
    pub sheets: Vec<Sheet>,
    pub remarks: Vec<GridRemark>,
    cells_left: usize,
    text_left: usize,
    faulty: usize,
}

impl Gathering {
    pub fn new() -> Self {
        Gathering { sheets: Vec::new(), remarks: Vec::new(), cells_left: CELLS, text_left: TEXT, faulty: 0 }
    }

    /// Begins the next sheet; cells put from now on are its.
    pub fn begin_sheet(&mut self, name: &str, visible: bool) {
        self.end_sheet();
        self.sheets.push(Sheet {
            name: name.to_owned(),
            visible,
            cells: BTreeMap::new(),
            computed: BTreeSet::new(),
        });
    }

    /// Remarks how many more faulty cells the last sheet had than were named.
    pub fn end_sheet(&mut self) {
        let unnamed = std::mem::take(&mut self.faulty).saturating_sub(FAULTY_CELLS_NAMED);
        if let (true, Some(sheet)) = (unnamed > 0, self.sheets.last()) {
            let detail = format!("另有 {unnamed} 格");
            self.remarks.push(GridRemark::CellUnreadable { sheet: sheet.name.clone(), cell: None, detail });
        }
    }

    /// Takes back the sheet just begun: it was none of the workbook's own.
    pub fn drop_sheet(&mut self) {
        self.faulty = 0;
        self.sheets.pop();
    }

    /// Adds a cell to the sheet; `false` when the budget is spent and the sheet must be left.
    pub fn put(&mut self, at: CellRef, cell: Cell) -> bool {
        let bytes = match &cell {
            Cell::Text(text) | Cell::Duration(text) | Cell::Error(text) => text.len(),
            _ => 0,
        };
        if bytes > CHARACTERS && matches!(&cell, Cell::Text(text) if text.chars().count() > CHARACTERS) {
            self.unreadable(Some(at), format!("文字超過 {CHARACTERS} 字"));
            return true;
        }
        let Some(sheet) = self.sheets.last_mut() else { return false };
        if self.cells_left == 0 || self.text_left < bytes {
            let remark = GridRemark::TooManyCells { sheet: sheet.name.clone() };
            if self.remarks.last() != Some(&remark) {
                self.remarks.push(remark);
            }
            return false;
        }
        self.cells_left -= 1;
        self.text_left -= bytes;
        sheet.cells.insert(at, cell);
        true
    }

    /// Remembers that a formula gave the value of a cell just put.
    pub fn computed(&mut self, at: CellRef) {
        if let Some(sheet) = self.sheets.last_mut()
            && sheet.cells.contains_key(&at)
        {
            sheet.computed.insert(at);
        }
    }

    /// Remarks a cell of the sheet that could not be read.
    pub fn unreadable(&mut self, cell: Option<CellRef>, detail: impl Into<String>) {
        self.faulty += 1;
        if self.faulty > FAULTY_CELLS_NAMED {
            return;
        }
        let sheet = self.sheets.last().map(|sheet| sheet.name.clone()).unwrap_or_default();
        self.remarks.push(GridRemark::CellUnreadable { sheet, cell, detail: detail.into() });
    }

    /// Remarks that the rest of the sheet could not be read.
    pub fn sheet_unreadable(&mut self, detail: impl Into<String>) {
        let sheet = self.sheets.last().map(|sheet| sheet.name.clone()).unwrap_or_default();
        self.remarks.push(GridRemark::SheetUnreadable { sheet, detail: detail.into() });
    }

    /// Remarks something about the workbook, once.
    pub fn remark(&mut self, remark: GridRemark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}
