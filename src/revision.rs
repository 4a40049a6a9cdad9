//! What changed from one version of a workbook to the next, cell by cell.
//!
//! Compares what stands in cells, by sheet and position; how it looks and what the machine hid there is
//! left out. Knows grids, nothing of forms.

use std::collections::{BTreeMap, BTreeSet};

use crate::corrections;
use crate::grid::{Cell, Grid, Sheet};
use crate::identity;
use crate::layout::is_key;
use crate::place::CellRef;
use crate::roc;

/// A difference, in the order of sheets and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    SheetAdded(String),
    SheetRemoved(String),
    /// Texts as they may be shown; empty: blank.
    Cell {
        sheet: String,
        cell: CellRef,
        old: String,
        new: String,
    },
}

/// All differences between two versions.
pub fn compare(old: &Grid, new: &Grid) -> Vec<Change> {
    let mut changes = Vec::new();
    let before = by_name(old);
    for sheet in new.sheets.iter().filter(|sheet| is_compared(sheet)) {
        match before.get(sheet.name.as_str()) {
            Some(known) => compare_sheet(known, sheet, &mut changes),
            None => changes.push(Change::SheetAdded(sheet.name.clone())),
        }
    }
    let after = by_name(new);
    let gone =
        old.sheets.iter().filter(|sheet| is_compared(sheet) && !after.contains_key(sheet.name.as_str()));
    changes.extend(gone.map(|sheet| Change::SheetRemoved(sheet.name.clone())));
    changes
}

fn by_name(grid: &Grid) -> BTreeMap<&str, &Sheet> {
    grid.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet)).collect()
}

/// Lists of choices are hidden; the list of corrections is ours.
fn is_compared(sheet: &Sheet) -> bool {
    sheet.visible && sheet.name != corrections::SHEET
}

fn compare_sheet(old: &Sheet, new: &Sheet, changes: &mut Vec<Change>) {
    let cells: BTreeSet<&CellRef> = old.cells.keys().chain(new.cells.keys()).collect();
    for cell in cells {
        let (before, after) = (old.cells.get(cell), new.cells.get(cell));
        if before == after || is_machines(before) || is_machines(after) {
            continue;
        }
        let (old_text, new_text) = (shown(before), shown(after));
        // A number typed as text says the same to people.
        if old_text != new_text {
            changes.push(Change::Cell { sheet: new.name.clone(), cell: *cell, old: old_text, new: new_text });
        }
    }
}

fn is_machines(cell: Option<&Cell>) -> bool {
    matches!(cell, Some(Cell::Text(text)) if is_key(text))
}

/// As people see it, on one line, identity numbers masked.
fn shown(cell: Option<&Cell>) -> String {
    let text = match cell {
        None | Some(Cell::Uncomputed) => String::new(),
        Some(Cell::Text(text)) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Date { value, .. }) => roc::slashed(value.date()),
        Some(Cell::Duration(text) | Cell::Error(text)) => text.clone(),
        Some(Cell::Flag(flag)) => if *flag { "是" } else { "否" }.to_owned(),
    };
    identity::mask(&text)
}
