//! The cells of one sheet as fragments: each under the label over or before it, and numbers that
//! were spread over several cells put together.

use std::collections::BTreeMap;

use crate::fragment::Spot;
use crate::identity;
use crate::place::CellRef;

use super::gathered::Gathered;

/// Length of a national or resident number.
const NUMBER: usize = 10;
/// A label is no longer than this, in bytes.
const LABEL: usize = 90;

pub(super) struct Cells {
    sheet: String,
    texts: BTreeMap<CellRef, String>,
}

impl Cells {
    pub fn new(sheet: &str) -> Self {
        Cells { sheet: sheet.to_owned(), texts: BTreeMap::new() }
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn put(&mut self, at: CellRef, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.texts.insert(at, text.to_owned());
        }
    }

    /// The row below that is the same once more.
    pub fn copy_row(&mut self, from: u32, to: u32) {
        let row = CellRef::new(from, 0)..=CellRef::new(from, u32::MAX);
        let copies: Vec<(u32, String)> =
            self.texts.range(row).map(|(at, text)| (at.column, text.clone())).collect();
        self.texts.extend(copies.into_iter().map(|(column, text)| (CellRef::new(to, column), text)));
    }

    /// Hands over everything, row by row.
    pub fn finish(self, gathered: &mut Gathered) {
        let mut labels: BTreeMap<u32, &str> = BTreeMap::new();
        for (at, text) in &self.texts {
            let beside = at.column.checked_sub(1).and_then(|column| self.at(at.row, column));
            let beside = beside.filter(|text| is_label(text));
            let above = labels.get(&at.column).copied();
            let heading = [above, beside].into_iter().flatten().collect::<Vec<_>>().join(" ");
            gathered.push(self.spot(*at), &heading, text.clone());
            if is_label(text) {
                labels.insert(at.column, text);
            }
        }
        for at in self.texts.keys() {
            for spread in [self.spread(*at, 0, 1), self.spread(*at, 1, 0)].into_iter().flatten() {
                gathered.push(self.spot(*at), "", spread);
            }
        }
    }

    fn spot(&self, cell: CellRef) -> Spot {
        Spot::Cell { sheet: self.sheet.clone(), cell }
    }

    fn at(&self, row: u32, column: u32) -> Option<&str> {
        self.texts.get(&CellRef::new(row, column)).map(String::as_str)
    }

    /// A whole number with its check digit that begins in this cell and goes on in the next ones to
    /// the right, or below, ending with one of them.
    fn spread(&self, from: CellRef, down: u32, right: u32) -> Option<String> {
        let first = self.texts.get(&from)?;
        let begins = first.chars().next().is_some_and(identity::is_letter);
        if !begins || first.chars().count() >= NUMBER {
            return None;
        }
        let mut joined = first.clone();
        let mut length = first.chars().count();
        for step in 1..NUMBER as u32 {
            let next = self.at(from.row + step * down, from.column + step * right)?;
            length += next.chars().count();
            if length > NUMBER {
                return None;
            }
            joined.push('-');
            joined.push_str(next);
            if length == NUMBER {
                return identity::is_identity_number(&joined).then_some(joined);
            }
        }
        None
    }
}

/// Short, and without a digit: what people write over a column or before an answer.
fn is_label(text: &str) -> bool {
    text.len() <= LABEL && !identity::has_digit(text)
}
