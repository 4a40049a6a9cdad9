//! An annex of the plan, ready to print: a titled table with notes.
//!
//! Inert; `annexes` makes it, `typeset` and `tabular` print it.

use serde::Serialize;

use crate::tabular::{Tabular, TabularCell, TabularSheet};

/// An annex ready to print.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Annex {
    /// File name without extension: 「附件1-任務分工表」.
    pub name: String,
    pub title: String,
    /// Who issues it, and the plan it is taken from: for the PDF's metadata.
    pub government: String,
    pub identity: String,
    /// ISO date the document bears, the last of the assessed period: the clock never reaches it.
    pub iso_day: String,
    pub header: Vec<String>,
    /// Widths in characters, by column.
    pub widths: Vec<u32>,
    pub rows: Vec<Vec<String>>,
    /// Below the table.
    pub notes: Vec<String>,
}

impl Annex {
    /// As a workbook of one sheet, the notes below the table.
    pub fn tabular(&self) -> Tabular {
        let cells = |row: &[String]| -> Vec<TabularCell> { row.iter().map(TabularCell::text).collect() };
        let mut rows = vec![cells(&self.header)];
        rows.extend(self.rows.iter().map(|row| cells(row)));
        rows.extend(self.notes.iter().map(|note| vec![TabularCell::text(note)]));
        let name = self.name.split_once('-').map_or(self.name.as_str(), |(_, name)| name).to_owned();
        Tabular {
            title: self.title.clone(),
            creator: self.government.clone(),
            iso_day: self.iso_day.clone(),
            sheets: vec![TabularSheet { name, widths: self.widths.clone(), rows }],
        }
    }
}
