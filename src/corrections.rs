//! What one unit has to mend, in the order in which it is told: errors before warnings, then by place.
//!
//! Texts are ready to be shown: identity numbers are masked. Written into marked workbooks and letters;
//! knows neither.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Severity};
use crate::identity;
use crate::place::{CellRef, Place, RelPath};

/// The list's sheet in a marked workbook; `intake` passes over it.
pub const SHEET: &str = "待修正清單";
/// Stands in the list's sheet, so that it is known under another name too. No form's marker: a list says
/// nothing of whose the workbook is.
pub const SHEET_MARK: &str = "HB-CORRECTIONS-1";
/// What our comments begin with, and how those of an earlier round are told from the unit's own.
pub const COMMENT_MARK: &str = "【彙編檢核】";

/// The list a unit is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionList {
    /// 「勞工處待修正清單」.
    pub title: String,
    /// What to do with the list, by when, whom to call; one line each.
    pub notes: Vec<String>,
    pub corrections: Vec<Correction>,
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub is_error: bool,
    /// The sheet and cell, when it is about the workbook that is marked.
    pub sheet: Option<String>,
    pub cell: Option<CellRef>,
    /// As people read it: 「勞03 教育訓練 › D14」, 「勞03-2_簽到表」.
    pub at: String,
    pub message: String,
    pub hint: String,
    pub rule: String,
}

impl CorrectionList {
    /// The list of open diagnostics. Places in `workbook` point at its sheets and cells.
    pub fn new<'a>(
        title: String,
        notes: Vec<String>,
        diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
        workbook: Option<&RelPath>,
    ) -> Self {
        let mut open: Vec<&Diagnostic> =
            diagnostics.into_iter().filter(|diagnostic| diagnostic.accepted.is_none()).collect();
        open.sort_by(|a, b| (a.severity, &a.place).cmp(&(b.severity, &b.place)));
        let corrections = open.into_iter().map(|diagnostic| Correction::of(diagnostic, workbook)).collect();
        CorrectionList { title, notes, corrections }
    }

    pub fn n_errors(&self) -> usize {
        self.corrections.iter().filter(|correction| correction.is_error).count()
    }

    pub fn n_warnings(&self) -> usize {
        self.corrections.len() - self.n_errors()
    }
}

impl Correction {
    fn of(diagnostic: &Diagnostic, workbook: Option<&RelPath>) -> Self {
        let is_marked = workbook.is_some() && diagnostic.place.path() == workbook;
        let (sheet, cell) = match &diagnostic.place {
            Place::Cell { sheet, cell, .. } if is_marked => (Some(sheet.clone()), Some(*cell)),
            Place::Sheet { sheet, .. } if is_marked => (Some(sheet.clone()), None),
            _ => (None, None),
        };
        let at = match (&sheet, &cell, &diagnostic.place) {
            (Some(sheet), Some(cell), _) => format!("{sheet} › {cell}"),
            (Some(sheet), None, _) => sheet.clone(),
            (None, _, Place::Workspace) => "（整份資料）".to_owned(),
            (None, _, place) => place.to_string(),
        };
        let repair =
            diagnostic.repair.as_ref().map(|repair| format!("（可自動修正：{}）", repair.sentence()));
        let hint = format!("{}{}", diagnostic.hint, repair.unwrap_or_default());
        Correction {
            is_error: diagnostic.severity == Severity::Error,
            sheet,
            cell,
            at: identity::mask(&at),
            message: identity::mask(&diagnostic.message),
            hint: identity::mask(&hint),
            rule: diagnostic.rule.id.to_owned(),
        }
    }

    /// 「錯誤」 or 「警告」.
    pub fn severity_word(&self) -> &'static str {
        if self.is_error { "錯誤" } else { "警告" }
    }

    /// What stays the same about it from one round to the next.
    pub fn key(&self) -> String {
        format!("{}@{}@{}", self.rule, self.at, self.message)
    }
}
