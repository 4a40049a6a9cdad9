//! Charts of a section: bars with labels, small cells merged where cases are counted.
//!
//! 人口販運防制法 forbids publishing what identifies a victim: in counts of confidential rows a
//! part below the plan's `small_cell` is merged with others until the merged part is not small. Beside
//! them stand the bars of an earlier self-assessment, where it can be compared.

use crate::derivation::{Outcome, row_figure, sources};
use crate::dossier::{Bar, BarBefore, ChartView};
use crate::figure::Figure;
use crate::place::Place;
use crate::plan::{Chart, ChartSource, FieldRef, Indicator, TableId, ValueKind};
use crate::submission::{Record, Value};

use super::comparison::{ChartBefore, MERGED, year_before};
use super::{Material, unit_name};

/// The section's charts; one without a figure above zero is left out.
pub fn charts<'a>(indicator: &'a Indicator, material: &Material) -> Vec<(&'a Chart, ChartView)> {
    indicator.charts.iter().filter_map(|chart| Some((chart, view(chart, indicator, material)?))).collect()
}

/// The cells behind a bar of a chart's view.
pub fn bar_sources(chart: &Chart, view: &ChartView, bar: &Bar, material: &Material) -> Vec<Place> {
    let field_sources = |field: &FieldRef| sources(material.plan, material.submissions, field);
    match &chart.source {
        ChartSource::Split(field) => split_part(field, &bar.label, material),
        ChartSource::Fields(fields) => {
            let of_unit = |field: &&FieldRef| {
                let task = material.plan.task(&field.task);
                task.is_some_and(|task| unit_name(material.plan, &task.unit) == bar.label)
            };
            fields.iter().filter(of_unit).flat_map(field_sources).collect()
        }
        ChartSource::Column { tables, column, weight } => {
            let shown = |label: &String| view.bars.iter().any(|bar| bar.label == *label);
            let is_here = |label: &String| *label == bar.label || (bar.label == MERGED && !shown(label));
            let mut places = Vec::new();
            for record in tables.iter().flat_map(|table| records(table, material)) {
                if !chosen(record, column).iter().any(is_here) {
                    continue;
                }
                let cells = [Some(column), weight.as_ref()].into_iter().flatten();
                places.extend(cells.flat_map(|key| record.places(key)));
            }
            places
        }
    }
}

fn records<'a>(table: &'a TableId, material: &'a Material) -> impl Iterator<Item = &'a Record> {
    material.submissions.values().filter_map(|submission| submission.tables.get(table)).flatten()
}

/// The options a row holds in a choice column.
fn chosen<'a>(record: &'a Record, column: &str) -> &'a [String] {
    match record.values.get(column).map(|located| &located.value) {
        Some(Value::Choice(choice)) => std::slice::from_ref(choice),
        Some(Value::Choices(choices)) => choices,
        _ => &[],
    }
}

fn view(chart: &Chart, indicator: &Indicator, material: &Material) -> Option<ChartView> {
    let (parts, confidential) = match &chart.source {
        ChartSource::Split(field) => (split_parts(field, material)?, false),
        ChartSource::Column { tables, column, weight } => {
            column_parts(tables, column, weight.as_deref(), material)?
        }
        ChartSource::Fields(fields) => (unit_parts(fields, material), false),
    };
    let drawn: Vec<(String, Figure)> =
        parts.iter().filter(|(_, figure)| !figure.is_zero()).cloned().collect();
    if drawn.is_empty() {
        return None;
    }
    let least = if confidential { Figure::from(material.plan.limits.small_cell) } else { Figure::ZERO };
    let mut drawn = if confidential { merge_small(drawn, least) } else { drawn };
    let before = material.last.and_then(|last| {
        Some((year_before(last), ChartBefore::find(chart, indicator, material.plan, last, least)?))
    });
    if let Some((_, before)) = &before {
        drawn = with_vanished(drawn, parts, before);
    }
    let bars: Vec<Bar> = drawn
        .iter()
        .map(|(label, figure)| bar(label, *figure, before.as_ref().map(|(_, one)| one)))
        .collect();
    let last_year = before.map(|(year, _)| year).filter(|_| bars.iter().any(|bar| bar.last.is_some()));
    Some(ChartView {
        title: chart.title.clone(),
        measure: chart.measure.clone(),
        alt: description(chart, &bars, last_year.as_deref()),
        bars,
        last_year,
    })
}

/// Parts that are nought now and were not before take their places again. Where parts were merged, in
/// either year, a part without a bar is not known to be nought.
fn with_vanished(
    drawn: Vec<(String, Figure)>,
    mut all: Vec<(String, Figure)>,
    before: &ChartBefore,
) -> Vec<(String, Figure)> {
    if !before.is_whole() || drawn.iter().any(|(label, _)| label == MERGED) {
        return drawn;
    }
    all.retain(|(label, figure)| !figure.is_zero() || before.figure(label).is_some());
    all
}

fn bar(label: &str, figure: Figure, before: Option<&ChartBefore>) -> Bar {
    let last = before.and_then(|before| before.figure(label));
    Bar {
        label: label.to_owned(),
        value: figure.to_f64(),
        text: figure.grouped(2),
        last: last.map(|figure| BarBefore { value: figure.to_f64(), text: figure.grouped(2) }),
    }
}

fn description(chart: &Chart, bars: &[Bar], last_year: Option<&str>) -> String {
    let described = bars.iter().map(|bar| {
        let now = format!("{}{}{}", bar.label, bar.text, chart.measure);
        match (&bar.last, last_year) {
            (Some(last), Some(year)) => format!("{now}（{year}{}{}）", last.text, chart.measure),
            _ => now,
        }
    });
    format!("{}長條圖：{}。", chart.title, described.collect::<Vec<_>>().join("、"))
}

/// The cell of one part of a split.
fn split_part(field: &FieldRef, part: &str, material: &Material) -> Vec<Place> {
    let parts = material
        .plan
        .task(&field.task)
        .and_then(|task| material.submissions.get(&task.unit)?.tasks.get(&task.id)?.parts.get(&field.field));
    let named = parts.into_iter().flatten().filter(|(name, _)| name == part);
    named.map(|(_, place)| place.clone()).collect()
}

fn split_parts(field: &FieldRef, material: &Material) -> Option<Vec<(String, Figure)>> {
    let task = material.plan.task(&field.task)?;
    let answer = material.submissions.get(&task.unit)?.tasks.get(&task.id)?;
    match &answer.fields.get(&field.field)?.value {
        Value::Split(parts) => Some(parts.clone()),
        _ => None,
    }
}

/// Rows counted by a choice, in the plan's order of options; `true` when the rows are cases.
fn column_parts(
    tables: &[TableId],
    column: &str,
    weight: Option<&str>,
    material: &Material,
) -> Option<(Vec<(String, Figure)>, bool)> {
    let mut parts: Vec<(String, Figure)> = Vec::new();
    let mut confidential = false;
    for id in tables {
        let table = material.plan.table(id)?;
        confidential |= table.confidential;
        let field = table.columns.iter().find(|field| field.key == column)?;
        let (ValueKind::Choice(options) | ValueKind::Choices(options)) = &field.kind else { return None };
        for option in options {
            if !parts.iter().any(|(label, _)| label == option) {
                parts.push((option.clone(), Figure::ZERO));
            }
        }
        for record in records(id, material) {
            let amount = match weight {
                Some(weight) => row_figure(record, weight).unwrap_or(Figure::ZERO),
                None => Figure::from(1),
            };
            for (label, figure) in &mut parts {
                if chosen(record, column).contains(label) {
                    *figure = *figure + amount;
                }
            }
        }
    }
    Some((parts, confidential))
}

fn unit_parts(fields: &[FieldRef], material: &Material) -> Vec<(String, Figure)> {
    fields
        .iter()
        .filter_map(|field| {
            let task = material.plan.task(&field.task)?;
            match material.figures.get(field)? {
                Outcome::Figure(figure) => Some((unit_name(material.plan, &task.unit), *figure)),
                Outcome::NoCases => None,
            }
        })
        .collect()
}

/// Merges parts below `least` into one, taking in the next smallest until the merged part is not
/// small itself (or nothing is left to take in).
fn merge_small(parts: Vec<(String, Figure)>, least: Figure) -> Vec<(String, Figure)> {
    if parts.iter().all(|(_, figure)| *figure >= least) {
        return parts;
    }
    let mut by_size: Vec<usize> = (0..parts.len()).collect();
    by_size.sort_by_key(|index| parts[*index].1);
    let mut merged = Vec::new();
    let mut sum = Figure::ZERO;
    for index in by_size {
        let figure = parts[index].1;
        if figure >= least && sum >= least {
            break;
        }
        sum = sum + figure;
        merged.push(index);
    }
    let mut kept: Vec<(String, Figure)> =
        (0..parts.len()).filter(|index| !merged.contains(index)).map(|index| parts[index].clone()).collect();
    kept.push((MERGED.to_owned(), sum));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(parts: &[(&str, i64)]) -> Vec<(String, String)> {
        let parts = parts.iter().map(|(label, n)| ((*label).to_owned(), Figure::from(*n))).collect();
        let merged = merge_small(parts, Figure::from(3));
        merged.into_iter().map(|(label, figure)| (label, figure.to_string())).collect()
    }

    #[test]
    fn no_small_cell_is_left_and_none_can_be_recovered() {
        assert_eq!(merged(&[("甲", 5), ("乙", 4)]), [("甲".into(), "5".into()), ("乙".into(), "4".into())]);
        // One small part alone would be recovered by subtraction: the next smallest goes with it.
        assert_eq!(
            merged(&[("甲", 9), ("乙", 1), ("丙", 4)]),
            [("甲".into(), "9".into()), ("其他（合併）".into(), "5".into())]
        );
        assert_eq!(merged(&[("甲", 1), ("乙", 1)]), [("其他（合併）".into(), "2".into())]);
    }
}
