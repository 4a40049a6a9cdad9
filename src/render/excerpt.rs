//! A row of cells with a caret under the one in question, right for wide characters.
//!
//! The caret's line repeats the bars above it, so that both lines keep step even where a terminal
//! shows bars two columns wide.

use crate::diagnostic::Excerpt;

use super::clean;
use super::columns::{cut, pad, width};

/// Columns a cell beside the marked one may take.
const BESIDE: usize = 20;
/// Columns the marked cell may take.
const MARKED: usize = 40;
/// A blank is shown this wide, so that the caret has something to point at.
const BLANK: usize = 3;
const BAR: &str = " │ ";

/// The two lines, without indent; the second in two parts, what leads to the caret and the caret.
pub struct Drawing {
    pub row: String,
    pub lead: String,
    pub caret: String,
}

/// Draws as many cells as fit into `columns`, those before the marked one first. `None` when
/// nothing is marked.
pub fn draw(excerpt: &Excerpt, columns: usize) -> Option<Drawing> {
    let cells: Vec<String> = excerpt
        .cells
        .iter()
        .enumerate()
        .map(|(index, cell)| match index == excerpt.marked {
            true => pad(&cut(&clean(cell), MARKED.min(columns)), BLANK),
            false => cut(&clean(cell), BESIDE),
        })
        .collect();
    let marked = cells.get(excerpt.marked)?;
    let (first, last) = window(&cells, excerpt.marked, columns);
    let mut lead = String::from("│ ");
    let mut row = lead.clone();
    if first > 0 {
        row.push('…');
        lead.push('…');
        row.push_str(BAR);
        lead.push_str(BAR);
    }
    for cell in &cells[first..excerpt.marked] {
        row.push_str(cell);
        row.push_str(BAR);
        lead.push_str(&pad("", width(cell)));
        lead.push_str(BAR);
    }
    row.push_str(marked);
    for cell in &cells[excerpt.marked + 1..=last] {
        row.push_str(BAR);
        row.push_str(cell);
    }
    if last + 1 < cells.len() {
        row.push_str(BAR);
        row.push('…');
    }
    Some(Drawing { row, lead, caret: "^".repeat(width(marked)) })
}

/// First and last cell that fit around the marked one.
fn window(cells: &[String], marked: usize, columns: usize) -> (usize, usize) {
    let needs = |index: usize| width(&cells[index]) + width(BAR);
    // Room for the dots on either side is kept back throughout.
    let room = columns.saturating_sub(2 * (width(BAR) + 2));
    let (mut first, mut last, mut used) = (marked, marked, needs(marked));
    while first > 0 && used + needs(first - 1) <= room {
        first -= 1;
        used += needs(first);
    }
    while last + 1 < cells.len() && used + needs(last + 1) <= room {
        last += 1;
        used += needs(last);
    }
    (first, last)
}
