//! The column 「前次」 of a section's table: what an earlier self-assessment printed for the same measure.
//!
//! Compares only like with like: the same indicator, label and unit of measure, told by the same units.
//! What cannot be compared stays blank. Prints nothing of the other document but figures.

use std::collections::BTreeSet;

use crate::dossier::{FigureRow, FigureTable};
use crate::figure::Figure;
use crate::folding::fold;
use crate::plan::Indicator;
use crate::received::{LastFigures, ReceivedIndicator, ReceivedMeasure};

/// Lays an earlier year's figures beside those of a table whose rows are the indicator's measures.
pub fn lay_beside(table: &mut FigureTable, indicator: &Indicator, last: &LastFigures) {
    let same = |one: &&ReceivedIndicator| fold(&one.title) == fold(&indicator.title);
    let Some(before) = last.figures.indicators.iter().find(same) else { return };
    for (measure, row) in indicator.measures.iter().zip(&mut table.rows) {
        row.last = figure_before(before, &table.units, row).map(|figure| figure.grouped(measure.decimals));
    }
    if table.rows.iter().any(|row| row.last.is_some()) {
        table.last_heading = Some(format!("前次（{}年度）", last.year));
    }
}

/// The total, or the figure of the only unit that is asked.
fn figure_before(before: &ReceivedIndicator, units: &[String], row: &FigureRow) -> Option<Figure> {
    let is_same = |one: &&ReceivedMeasure| {
        fold(&one.label) == fold(&row.label) && fold(&one.measure) == fold(&row.measure)
    };
    let mut same = before.measures.iter().filter(is_same);
    let (Some(one), None) = (same.next(), same.next()) else { return None };
    let answered: BTreeSet<String> = units
        .iter()
        .zip(&row.values)
        .filter(|(_, value)| value.is_some())
        .map(|(unit, _)| fold(unit))
        .collect();
    let told_then: Vec<_> = one.values.iter().filter(|told| told.value.is_some()).collect();
    if told_then.iter().map(|told| fold(&told.unit)).collect::<BTreeSet<_>>() != answered {
        return None;
    }
    match (&row.total, &one.total, told_then.as_slice()) {
        (Some(_), Some(total), _) => figure(total),
        (None, None, [only]) => figure(only.value.as_deref()?),
        _ => None,
    }
}

/// A printed figure; a text (「本年度無案件」) is none.
fn figure(printed: &str) -> Option<Figure> {
    Figure::parse(&printed.replace(',', ""))
}
