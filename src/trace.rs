//! From what is printed back to where it was typed: one line for every printed value.
//!
//! Filled by `assembly` from the same answers as the dossier. Internal: it never leaves the house.
//! Knows no wording of records and nothing of pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::place::{CellRef, Place, column_letters};
use crate::plan::TaskId;

/// Where everything that was printed came from, and what was not printed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trace {
    /// In the order of the form, then appendices, then the mail.
    pub printed: Vec<Printed>,
    /// Answers that stand nowhere in what was made, sorted by place.
    pub unprinted: Vec<Unprinted>,
}

/// One printed value.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    pub part: Part,
    /// Where in the part: 「統計表『總人次』勞工處」.
    pub spot: String,
    /// As printed.
    pub text: String,
    pub origin: Origin,
    /// Cells or files it was taken or computed from; none for what the plan says.
    pub sources: Vec<Place>,
    /// Tasks whose answers it is.
    pub tasks: Vec<TaskId>,
}

/// The part of the outputs a value is printed in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Front page, contacts, score overview.
    Front,
    /// An indicator's section, by its code: `2-1`.
    Section(String),
    /// A detail table, by its number: 「附表3」.
    DetailTable(String),
    /// An appendix, by its number: `2-1-3`.
    Appendix(String),
    Mail,
}

/// How a value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Printed as it was typed.
    Typed,
    /// Computed from its sources.
    Computed,
    /// An evidence file.
    File,
    /// Printed by an earlier self-assessment.
    Earlier,
    /// The plan says so, or the program does where nothing was given.
    Plan,
}

/// An answer that was read and printed nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unprinted {
    pub place: Place,
    pub why: Why,
}

/// Why an answer is printed nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A row on a case: only sums leave.
    CaseRow,
    /// The unit said there was nothing to report.
    Absent,
    /// The secretariat's own text is printed instead.
    Replaced,
    /// It directs the program.
    Setting,
    /// It stands in the internal record of exceptions.
    Exception,
    /// Several files: each bears its own name instead of the one caption.
    CaptionOfSeveral,
    /// The item has no file the caption could stand beside.
    CaptionOfNone,
    /// The form has no place for it.
    NoPlace,
}

impl Trace {
    /// Every cell and file that something printed came from.
    pub fn cited(&self) -> BTreeSet<&Place> {
        self.printed.iter().flat_map(|printed| &printed.sources).collect()
    }
}

/// Places in few words: cells of one sheet together, runs down a column as a range.
pub fn places_in_words(places: &[Place]) -> String {
    let mut sheets: BTreeMap<(String, String), BTreeSet<CellRef>> = BTreeMap::new();
    let mut words: Vec<String> = Vec::new();
    for place in places {
        match place {
            Place::Cell { file, sheet, cell } => {
                sheets.entry((file.to_string(), sheet.clone())).or_default().insert(*cell);
            }
            other => words.push(other.to_string()),
        }
    }
    words.extend(
        sheets.iter().map(|((file, sheet), cells)| format!("{file} › {sheet} › {}", runs(cells).join("、"))),
    );
    words.join("；")
}

/// `F4:F9`, `G4`.
fn runs(cells: &BTreeSet<CellRef>) -> Vec<String> {
    let mut columns: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for cell in cells {
        columns.entry(cell.column).or_default().push(cell.row);
    }
    let mut runs = Vec::new();
    for (column, rows) in columns {
        let letters = column_letters(column);
        for run in rows.chunk_by(|above, below| above + 1 == *below) {
            let (first, last) = (run[0] + 1, run[run.len() - 1] + 1);
            runs.push(match first == last {
                true => format!("{letters}{first}"),
                false => format!("{letters}{first}:{letters}{last}"),
            });
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::RelPath;

    #[test]
    fn runs_down_a_column_become_ranges() {
        let file = RelPath::new("甲局/甲局.xlsx");
        let cell = |text: &str| Place::cell(&file, "甲01", CellRef::parse(text).unwrap());
        let places = [cell("F5"), cell("F4"), cell("F4"), cell("G4"), cell("F7"), Place::file(&file)];
        assert_eq!(places_in_words(&places), "甲局/甲局.xlsx；甲局/甲局.xlsx › 甲01 › F4:F5、F7、G4");
    }
}
