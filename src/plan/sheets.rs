//! The plan as a workbook: which sheets and columns it has, its cells from a plan, a plan from its cells.
//!
//! Only what a clerk edits stands there (units, tasks, evidence, dates, points, grades); everything
//! else stays as in the plan below, because reading back gives differences alone. Knows cells, no
//! files; each value that was read knows its cell.

mod columns;
mod read;
mod write;

use std::collections::BTreeMap;

use toml::Table;

use super::PlanLayer;
use super::layers;
use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::place::{Place, RelPath};

pub use read::read;
pub use write::{PlanSheet, sheets};

pub static PLAN_SHEET_UNFIT: Rule = Rule {
    id: "plan-sheet-unfit",
    severity: Severity::Error,
    title: "計畫活頁簿的工作表或欄位不對",
    explanation: "檢查什麼：匯入的計畫活頁簿須有匯出時的各工作表與欄名。\n\
        為何重要：少了一欄，就不知道那一欄是要刪除，還是漏了。\n\
        如何修正：請以 huibian plan export 重新匯出，在匯出的活頁簿上修改；不要改工作表名稱與第一列。",
    answerable: false,
};

pub static PLAN_CELL_UNREADABLE: Rule = Rule {
    id: "plan-cell-unreadable",
    severity: Severity::Error,
    title: "計畫活頁簿的儲存格看不懂",
    explanation: "檢查什麼：每一格須能讀成該欄的種類：整數、是或否、選單中的詞、代號。\n\
        為何重要：看錯一格，期限或單位就不是您要的；因此不猜測、也不略過。\n\
        如何修正：依訊息所指的儲存格修改，寫法可對照同一欄的其他列。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[&PLAN_SHEET_UNFIT, &PLAN_CELL_UNREADABLE];

/// What a workbook says differently from the plan below it.
#[derive(Debug, Default)]
pub struct Reading {
    /// To be laid over the plan below.
    pub differing: Table,
    /// The cell of each value that was read, by dotted path.
    pub cells: BTreeMap<String, Place>,
}

impl Reading {
    /// How many values differ.
    pub fn n_differences(&self) -> usize {
        fn count(table: &Table) -> usize {
            table.iter().map(|(_, value)| value.as_table().map_or(1, count)).sum()
        }
        count(&self.differing)
    }

    /// As a layer's text: the workspace's own differences with the workbook's over them.
    pub fn layer_text(&self, own: Option<&PlanLayer>, based_on: &str) -> Option<String> {
        let mut whole = match own {
            Some(layer) => layers::merged(std::slice::from_ref(layer), &mut Diagnostics::new())?.0,
            None => Table::new(),
        };
        whole.remove("based_on");
        layers::merge(&mut whole, self.differing.clone());
        let comments = ["由計畫活頁簿匯入：只寫與內建計畫不同的地方。".to_owned()];
        Some(super::tree::layer_text(&comments, based_on, &whole))
    }

    /// Diagnostics on the layer's text, at the cells their values came from; `told` is what was wrong with the
    /// cells themselves. The built-in files are whole without the layer: what is found in them follows from
    /// a fault in the workbook, and is only told, at the workbook's cell, when there is no other.
    pub fn at_cells(&self, found: Diagnostics, layer: &RelPath, told: &Diagnostics) -> Diagnostics {
        let is_of_layer = |diagnostic: &Diagnostic| {
            diagnostic.place.path() == Some(layer) || diagnostic.place == Place::Workspace
        };
        let has_cause = told.block() || found.iter().any(is_of_layer);
        let mut placed = Diagnostics::new();
        placed.extend(
            found
                .into_iter()
                .filter(|diagnostic| !has_cause || is_of_layer(diagnostic))
                .map(|diagnostic| self.at_cell(diagnostic)),
        );
        placed
    }

    fn at_cell(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let mut path = diagnostic.subject.as_str();
        let cell = loop {
            if let Some(cell) = self.cells.get(path) {
                break Some(cell.clone());
            }
            match path.rsplit_once('.') {
                Some((outer, _)) => path = outer,
                None => break None,
            }
        };
        if let Some(cell) = cell {
            diagnostic.place = cell;
        }
        diagnostic
    }
}
