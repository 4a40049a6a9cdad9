//! The row around a cell, as a diagnostic shows it: a few cells, each cut short, nobody's number in them.
//!
//! What an excerpt costs depends neither on how many cells the row has nor on how long their texts are: a row
//! of 16,384 cells may hold thousands of faults. Knows nothing of questions.

use crate::diagnostic::Excerpt;
use crate::figure::Figure;
use crate::grid::{Cell, Sheet};
use crate::identity::mask_beginning;
use crate::layout::is_key;
use crate::place::CellRef;

/// Characters of a cell that an excerpt shows.
const CHARS: usize = 14;
/// Cells an excerpt shows at most.
const CELLS: usize = 12;

/// The row around a cell as the clerk sees it, without the hidden keys: up to it, or past it where the row
/// only begins.
pub fn excerpt(sheet: &Sheet, at: CellRef) -> Option<Excerpt> {
    let before = sheet.cells.range(CellRef::new(at.row, 0)..at).rev().map(|(_, cell)| cell);
    let after = sheet.cells.range(CellRef::new(at.row, at.column + 1)..CellRef::new(at.row + 1, 0));
    Some(around(before, sheet.cells.get(&at), after.map(|(_, cell)| cell)))
}

/// `before` comes nearest first. Takes no more cells than are shown, keys aside.
fn around<'a>(
    before: impl Iterator<Item = &'a Cell>,
    own: Option<&'a Cell>,
    after: impl Iterator<Item = &'a Cell>,
) -> Excerpt {
    let visible = |cell: &&Cell| !matches!(cell, Cell::Text(text) if is_key(text));
    let mut cells: Vec<String> = before.filter(visible).take(CELLS - 1).map(shown).collect();
    cells.reverse();
    let marked = cells.len();
    cells.push(own.filter(visible).map_or_else(String::new, shown));
    let room = CELLS - cells.len();
    cells.extend(after.filter(visible).take(room).map(shown));
    Excerpt { cells, marked }
}

/// A cell's text, cut, and without any identity number.
fn shown(cell: &Cell) -> String {
    let text = match cell {
        // A character more than is shown tells that there is more.
        Cell::Text(text) => mask_beginning(text, CHARS + 1),
        Cell::Number(number) => match Figure::from_f64(*number) {
            Some(figure) => figure.to_string(),
            None => number.to_string(),
        },
        Cell::Date { value, .. } => value.date().to_string(),
        Cell::Duration(text) => text.clone(),
        Cell::Flag(true) => "TRUE".to_owned(),
        Cell::Flag(false) => "FALSE".to_owned(),
        Cell::Error(text) => text.clone(),
        Cell::Uncomputed => "（公式）".to_owned(),
    };
    clip(&text)
}

/// The text on one line, cut to what an excerpt shows of a cell.
pub fn clip(text: &str) -> String {
    let text = text.replace('\n', " ");
    match text.char_indices().nth(CHARS) {
        Some(_) => text.chars().take(CHARS - 1).chain(['…']).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell as Counter;

    use super::*;

    /// The excerpt of the cell at an index, and how many cells were looked at for it.
    fn counted(row: &[Cell], at: usize) -> (Excerpt, usize) {
        let taken = Counter::new(0);
        let count = |_: &&Cell| taken.set(taken.get() + 1);
        let before = row[..at].iter().rev().inspect(count);
        let excerpt = around(before, row.get(at), row[at + 1..].iter().inspect(count));
        (excerpt, taken.get())
    }

    #[test]
    fn a_row_as_wide_as_the_grid_costs_no_more_than_what_is_shown() {
        let row: Vec<Cell> = (0..16_384).map(|n| Cell::Text(format!("第{n}格"))).collect();
        for (at, marked) in [(0, 0), (3, 3), (8_000, CELLS - 1), (16_383, CELLS - 1)] {
            let (excerpt, taken) = counted(&row, at);
            assert!(taken < CELLS, "{taken} cells looked at for the one at {at}");
            assert_eq!((excerpt.marked, excerpt.cells.len()), (marked, CELLS));
            assert_eq!(excerpt.cells[marked], format!("第{at}格"));
        }
    }

    #[test]
    fn keys_are_passed_over_and_a_blank_cell_keeps_its_place() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let (key, label, number) = (text("R:LAB03.fields:due"), text("應訓人數"), Cell::Number(40.0));
        let excerpt = around([&label, &key].into_iter(), None, [&number].into_iter());
        assert_eq!(
            (excerpt.cells.as_slice(), excerpt.marked),
            (&["應訓人數", "", "40"].map(str::to_owned)[..], 1)
        );
    }
}
