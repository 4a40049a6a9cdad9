//! A text found in a file, with the spot it stands at: what the privacy gate reads of office files,
//! pictures' metadata and hidden parts.
//!
//! Inert values that a worker can send. Knows nothing of which file it is, nor of what is looked for.

use serde::{Deserialize, Serialize};

use crate::place::{CellRef, Place, RelPath};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    pub spot: Spot,
    /// The label over or before it, where that tells what it is (出生日期); else empty.
    pub heading: String,
    pub text: String,
}

/// Where in its file a text stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Spot {
    Cell {
        sheet: String,
        cell: CellRef,
    },
    /// A note on a cell.
    Note {
        sheet: String,
        cell: CellRef,
    },
    /// A sheet's own name.
    SheetName {
        sheet: String,
    },
    /// A slide and what belongs to it; counts from 1.
    Slide {
        number: usize,
    },
    /// Lines of a plain text, beginning with this one; counts from 1.
    Lines {
        first: usize,
    },
    /// A part of the file in the user's words: 「內文」, 「註解」, 「檔案屬性」.
    Part {
        name: String,
    },
}

impl Spot {
    pub fn part(name: &str) -> Self {
        Spot::Part { name: name.to_owned() }
    }

    /// The place of something `before` which this much of the fragment's text stands.
    pub fn place(&self, file: &RelPath, before: &str) -> Place {
        match self {
            Spot::Cell { sheet, cell } | Spot::Note { sheet, cell } => Place::cell(file, sheet, *cell),
            Spot::SheetName { sheet } => Place::Sheet { file: file.clone(), sheet: sheet.clone() },
            Spot::Slide { number } => Place::Page { file: file.clone(), page: *number },
            Spot::Lines { first } => {
                let line = first + before.matches('\n').count();
                let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
                Place::Text { file: file.clone(), line, column }
            }
            Spot::Part { .. } => Place::file(file),
        }
    }

    /// What it is called: 「儲存格」, 「註解」, 「第 3 張投影片」.
    pub fn name(&self) -> String {
        match self {
            Spot::Cell { .. } => "儲存格".to_owned(),
            Spot::Note { .. } => "儲存格註解".to_owned(),
            Spot::SheetName { .. } => "工作表名稱".to_owned(),
            Spot::Slide { number } => format!("第 {number} 張投影片"),
            Spot::Lines { .. } => "內文".to_owned(),
            Spot::Part { name } => name.clone(),
        }
    }
}
