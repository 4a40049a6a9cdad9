//! What a cell should say instead, where what it says now can mean one thing only.
//!
//! A repair is proposed by the rule that complains, confirmed by reading it as an answer, and written by
//! `markup` into a copy. Knows nothing of plans, rules or file formats.

use serde::{Deserialize, Serialize};

use crate::figure::Figure;
use crate::grid::Cell;
use crate::place::CellRef;

/// What is written into a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    Number(Figure),
    Text(String),
}

impl Entry {
    /// The entry as a spreadsheet file is read.
    pub fn cell(&self) -> Cell {
        match self {
            // A figure's digits always parse.
            Entry::Number(figure) => Cell::Number(figure.to_string().parse().unwrap_or(f64::NAN)),
            Entry::Text(text) => Cell::Text(text.clone()),
        }
    }

    /// As the cell shows it.
    pub fn shown(&self) -> String {
        match self {
            Entry::Number(figure) => figure.to_string(),
            Entry::Text(text) => text.clone(),
        }
    }
}

/// One cell's repair. Neither text holds an identity number: what names somebody is rewritten by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// What stands in the cell, as it is read.
    pub old: String,
    pub new: Entry,
}

impl Repair {
    /// The repair of what a cell holds; `None` for cells that hold neither a text nor a number.
    pub fn of(cell: &Cell, new: Entry) -> Option<Repair> {
        Some(Repair { old: held(cell)?, new })
    }

    /// Whether a cell still holds what is to be replaced.
    pub fn fits(&self, cell: &Cell) -> bool {
        held(cell).is_some_and(|held| held == self.old)
    }

    /// 「12人次」→「12」.
    pub fn sentence(&self) -> String {
        format!("「{}」→「{}」", self.old, self.new.shown())
    }
}

fn held(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A repair with the cell it is written into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellRepair {
    pub sheet: String,
    pub cell: CellRef,
    pub repair: Repair,
}
