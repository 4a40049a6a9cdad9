//! A workbook as cells: what a spreadsheet file says, before anyone asks what it means.
//!
//! Sparse, absolute positions, values as stored. A reading can be sent by a worker. Knows
//! nothing of plans, forms or units.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::inventory::MediaType;
use crate::place::CellRef;

/// A workbook, read as far as it could be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub media_type: MediaType,
    /// In the workbook's order, hidden ones included.
    pub sheets: Vec<Sheet>,
    /// Global defined names that point at a cell or a range.
    pub names: Vec<DefinedName>,
    /// `dc:description` of the document properties.
    pub description: Option<String>,
    /// Dates typed as numbers count from 1904.
    pub epoch_1904: bool,
    /// Things in the workbook worth a warning (macros, external links, unread sheets).
    pub remarks: Vec<GridRemark>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub name: String,
    pub visible: bool,
    #[serde(with = "cell_list")]
    pub cells: BTreeMap<CellRef, Cell>,
    /// Those of `cells` whose value a formula gave; not known of an .xls.
    pub computed: BTreeSet<CellRef>,
}

/// JSON has no maps with structured keys: cells travel as a list.
mod cell_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Cell, CellRef};

    pub fn serialize<S: Serializer>(
        cells: &BTreeMap<CellRef, Cell>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(cells.iter().map(|(at, cell)| (at.row, at.column, cell)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<CellRef, Cell>, D::Error> {
        let list: Vec<(u32, u32, Cell)> = Vec::deserialize(deserializer)?;
        Ok(list.into_iter().map(|(row, column, cell)| (CellRef::new(row, column), cell)).collect())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Line breaks as `\n`, zero-width characters dropped, trimmed; never empty.
    Text(String),
    Number(f64),
    /// A number shown as a date, decoded. May lie in the years 1–200: see `roc`.
    Date {
        value: DateTime,
        /// An .ods stores days before 1582 in the proleptic Gregorian calendar but shows Julian.
        proleptic: bool,
    },
    /// A time or duration: never an answer of ours, kept to be shown.
    Duration(String),
    Flag(bool),
    /// `#DIV/0!` and so on.
    Error(String),
    /// A formula whose result was never stored.
    Uncomputed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinedName {
    pub name: String,
    /// `None` when the name points nowhere (`#REF!`): what it named was deleted.
    pub target: Option<(String, CellRef, CellRef)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum GridRemark {
    Macros,
    ExternalLinks,
    /// A cell that could not be read; the rest of the sheet was.
    CellUnreadable {
        sheet: String,
        cell: Option<CellRef>,
        detail: String,
    },
    SheetUnreadable {
        sheet: String,
        detail: String,
    },
    /// More cells than anyone fills in: the rest was not read.
    TooManyCells {
        sheet: String,
    },
}

/// Why a file could not be read as a workbook at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum GridFailure {
    Empty,
    Password,
    /// It is something else; `found` says what (「網頁檔（HTML）」).
    NotAWorkbook {
        found: String,
    },
    /// .xlsb, Excel 4 and older, XML 2003, flat ods: saved in a form we do not read.
    UnsupportedFormat {
        found: String,
    },
    /// Larger than any submission (size, parts, unpacked size, ratio).
    TooLarge {
        detail: String,
    },
    Damaged {
        detail: String,
    },
}
