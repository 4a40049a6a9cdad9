//! What an earlier self-assessment printed for the same measure or bar: the column 「前次」 of a section's
//! table, and the second bars of its charts.
//!
//! Compares only like with like: the same indicator, label and unit of measure, told by the same units.
//! What cannot be compared stays blank. Prints nothing of the other document but figures.

use std::collections::BTreeSet;

use crate::dossier::{FigureRow, FigureTable};
use crate::figure::Figure;
use crate::folding::fold;
use crate::plan::{Chart, ChartSource, Indicator, Plan};
use crate::received::{LastFigures, ReceivedChart, ReceivedIndicator, ReceivedMeasure};

/// The bar into which small cells are merged; what is in it differs from year to year.
pub const MERGED: &str = "其他（合併）";

/// Lays an earlier year's figures beside those of a table whose rows are the indicator's measures.
pub fn lay_beside(table: &mut FigureTable, indicator: &Indicator, last: &LastFigures) {
    let Some(before) = indicator_before(indicator, last) else { return };
    for (measure, row) in indicator.measures.iter().zip(&mut table.rows) {
        row.last = figure_before(before, &table.units, row).map(|figure| figure.grouped(measure.decimals));
    }
    if table.rows.iter().any(|row| row.last.is_some()) {
        table.last_year = Some(year_before(last));
    }
}

/// 「109年度」.
pub fn year_before(last: &LastFigures) -> String {
    format!("{}年度", last.year)
}

fn indicator_before<'a>(indicator: &Indicator, last: &'a LastFigures) -> Option<&'a ReceivedIndicator> {
    let same = |one: &&ReceivedIndicator| fold(&one.title) == fold(&indicator.title);
    last.figures.indicators.iter().find(same)
}

/// The same chart in an earlier self-assessment.
pub struct ChartBefore<'a> {
    chart: &'a ReceivedChart,
    least: Figure,
}

impl<'a> ChartBefore<'a> {
    /// `None` where there was no such chart, or other units stood behind its bars. Bars below `least` are
    /// not shown again, whatever limit was kept then.
    pub fn find(
        chart: &Chart,
        indicator: &Indicator,
        plan: &Plan,
        last: &'a LastFigures,
        least: Figure,
    ) -> Option<Self> {
        let before = indicator_before(indicator, last)?;
        // Where a bar is a unit, units may come and go.
        let by_unit = matches!(chart.source, ChartSource::Fields(_));
        if !by_unit
            && before.units.iter().map(|unit| fold(unit)).collect::<BTreeSet<_>>() != asked(indicator, plan)
        {
            return None;
        }
        let is_same = |one: &&ReceivedChart| {
            fold(&one.title) == fold(&chart.title) && fold(&one.measure) == fold(&chart.measure)
        };
        let mut same = before.charts.iter().filter(is_same);
        match (same.next(), same.next()) {
            (Some(one), None) => Some(Self { chart: one, least }),
            _ => None,
        }
    }

    /// Whether every part was drawn, so that one without a bar was nought.
    pub fn is_whole(&self) -> bool {
        self.chart.bars.iter().all(|bar| fold(&bar.label) != fold(MERGED))
    }

    /// What was drawn for a part; `None`: nothing, or nothing that can be compared.
    pub fn figure(&self, label: &str) -> Option<Figure> {
        let mut same = self.chart.bars.iter().filter(|bar| fold(&bar.label) == fold(label));
        match (same.next(), same.next()) {
            (Some(bar), None) if label != MERGED => figure(&bar.value).filter(|figure| *figure >= self.least),
            _ => None,
        }
    }
}

/// Names of the units asked in a section.
fn asked(indicator: &Indicator, plan: &Plan) -> BTreeSet<String> {
    let tasks = indicator.tasks.iter().filter_map(|id| plan.task(id));
    tasks.filter_map(|task| plan.unit(&task.unit)).map(|unit| fold(&unit.name)).collect()
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
