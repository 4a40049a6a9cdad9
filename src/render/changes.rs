//! What changed between two workbooks, for people: a line a cell, old and new value.

use crate::revision::Change;

use super::clean;
use super::columns::{cut, hang};

/// Columns a value may take.
const VALUE: usize = 40;

/// All changes by sheet, and how many.
pub fn changes(changes: &[Change], columns: usize) -> String {
    if changes.is_empty() {
        return "檔案重新存過，但各格內容都相同。\n".to_owned();
    }
    let columns = columns.clamp(48, 120);
    let mut out = String::new();
    let mut last = "";
    for change in changes {
        match change {
            Change::SheetAdded(sheet) => out.push_str(&format!("＋ 新增工作表「{}」\n", clean(sheet))),
            Change::SheetRemoved(sheet) => out.push_str(&format!("－ 刪除工作表「{}」\n", clean(sheet))),
            Change::Cell { sheet, cell, old, new } => {
                if sheet != last {
                    out.push_str(&format!("{}\n", clean(sheet)));
                    last = sheet;
                }
                let text = format!("{} → {}", value(old), value(new));
                out.push_str(&hang(&format!("  {cell}　"), &text, columns));
            }
        }
    }
    let n_cells = changes.iter().filter(|change| matches!(change, Change::Cell { .. })).count();
    out.push_str(&format!("共 {n_cells} 格不同。\n"));
    out
}

fn value(text: &str) -> String {
    match text {
        "" => "（空白）".to_owned(),
        text => format!("「{}」", cut(&clean(text), VALUE)),
    }
}
