//! The tables of a section: measures across units, single figures, detail rows.
//!
//! Case rows never become a table here; only their aggregates do, as derived figures.

use std::collections::BTreeSet;

use crate::derivation::Outcome;
use crate::dossier::{
    DetailColumn, DetailReference, DetailTable, FigureRow, FigureTable, LabelledValue, UnitFigures,
};
use crate::figure::Figure;
use crate::identity::Released;
use crate::plan::{Field, FieldRef, Indicator, Measure, Table, Task, Total, UnitId, ValueKind};
use crate::submission::{Record, Value};

use super::values::{decimals, is_numeric, measure, outcome_text, value_text};
use super::{Material, absence, answer, comparison, detail_reference, unit_name};

/// The one table of a section; `None` when no unit has a figure for it.
pub fn figure_table(indicator: &Indicator, tasks: &[&Task], material: &Material) -> Option<FigureTable> {
    if indicator.measures.is_empty() {
        return None;
    }
    let units = table_units(indicator, tasks, material);
    let rows: Vec<FigureRow> =
        indicator.measures.iter().map(|measure| figure_row(measure, &units, material)).collect();
    if rows.iter().all(|row| row.values.iter().all(Option::is_none)) {
        return None;
    }
    let mut table = FigureTable {
        units: units.iter().map(|unit| unit_name(material.plan, unit)).collect(),
        has_total: units.len() > 1 && rows.iter().any(|row| row.total.is_some()),
        last_year: None,
        rows,
    };
    if let Some(last) = material.last {
        comparison::lay_beside(&mut table, indicator, last);
    }
    Some(table)
}

/// The columns of a section's table: units asked here of whom some measure wants a figure.
pub fn table_units<'a>(indicator: &Indicator, tasks: &[&Task], material: &'a Material) -> Vec<&'a UnitId> {
    material
        .plan
        .units
        .iter()
        .map(|unit| &unit.id)
        .filter(|unit| tasks.iter().any(|task| task.unit == **unit) && has_source(indicator, material, unit))
        .collect()
}

/// The fields a measure takes from one unit.
pub fn unit_sources<'a>(
    measure: &'a Measure,
    unit: &'a UnitId,
    material: &'a Material,
) -> impl Iterator<Item = &'a FieldRef> {
    let of_unit =
        |source: &&FieldRef| material.plan.task(&source.task).is_some_and(|task| task.unit == *unit);
    measure.sources.iter().filter(of_unit)
}

fn has_source(indicator: &Indicator, material: &Material, unit: &UnitId) -> bool {
    let sources = indicator.measures.iter().flat_map(|measure| &measure.sources);
    sources.filter_map(|source| material.plan.task(&source.task)).any(|task| task.unit == *unit)
}

fn figure_row(measure: &Measure, units: &[&UnitId], material: &Material) -> FigureRow {
    let of_unit = |unit: &UnitId| -> Option<String> {
        let outcomes: Vec<&Outcome> =
            unit_sources(measure, unit, material).filter_map(|source| material.figures.get(source)).collect();
        match outcomes.as_slice() {
            [] => None,
            [one] => Some(outcome_text(one, measure.decimals)),
            many => Some(sum(many).grouped(measure.decimals)),
        }
    };
    let outcomes: Vec<&Outcome> =
        measure.sources.iter().filter_map(|source| material.figures.get(source)).collect();
    let total = match measure.total {
        Total::Sum if !outcomes.is_empty() => Some(sum(&outcomes).grouped(measure.decimals)),
        _ => None,
    };
    FigureRow {
        label: measure.label.clone(),
        measure: measure.measure.clone(),
        values: units.iter().map(|unit| of_unit(unit)).collect(),
        total,
        last: None,
    }
}

fn sum(outcomes: &[&Outcome]) -> Figure {
    outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Figure(figure) => Some(*figure),
            Outcome::NoCases => None,
        })
        .sum()
}

/// Figures and short texts of one task that stand in no measure of this section.
pub fn unit_figures(indicator: &Indicator, tasks: &[&Task], material: &Material) -> Vec<UnitFigures> {
    let mut sections = Vec::new();
    for task in tasks {
        let rows: Vec<LabelledValue> = own_figures(indicator, task, material)
            .into_iter()
            .map(|(field, value)| LabelledValue {
                label: field.label.clone(),
                value,
                measure: measure(field),
            })
            .collect();
        if !rows.is_empty() {
            let unit = unit_name(material.plan, &task.unit);
            sections.push(UnitFigures { heading: format!("{unit}－{}", task.title), unit, rows });
        }
    }
    sections
}

/// A task's fields that stand in no measure of the section, with their printed text.
pub fn own_figures<'a>(
    indicator: &Indicator,
    task: &'a Task,
    material: &Material,
) -> Vec<(&'a Field, String)> {
    let measured: BTreeSet<&FieldRef> =
        indicator.measures.iter().flat_map(|measure| &measure.sources).collect();
    let Some(answer) = answer(task, material) else { return Vec::new() };
    if absence(task, material).is_some() {
        return Vec::new();
    }
    let mut figures = Vec::new();
    for field in &task.fields {
        let reference = FieldRef { task: task.id.clone(), field: field.key.clone() };
        if measured.contains(&reference) {
            continue;
        }
        let typed =
            answer.fields.get(&field.key).map(|located| value_text(&located.value, field, material.released));
        let figure =
            material.figures.get(&reference).map(|outcome| outcome_text(outcome, decimals(&field.kind)));
        let is_split = matches!(field.kind, ValueKind::Split(_));
        let value = if is_split { typed } else { figure.or(typed) };
        figures.extend(value.filter(|value| !value.is_empty()).map(|value| (field, value)));
    }
    figures
}

/// The detail rows of a section's tasks, appended to `all` unless an earlier section has them;
/// returns what this section refers to.
pub fn detail_tables(
    tasks: &[&Task],
    material: &Material,
    all: &mut Vec<DetailTable>,
) -> Vec<DetailReference> {
    let mut references = Vec::new();
    for (task, table, records) in detailed(tasks, material) {
        let unit = unit_name(material.plan, &task.unit);
        let title = detail_title(&unit, task, table);
        let known = all.iter().find(|known| known.title == title).map(detail_reference);
        references.push(known.unwrap_or_else(|| {
            let detail = detail_table(all.len() + 1, title, unit, table, records, material.released);
            let reference = detail_reference(&detail);
            all.push(detail);
            reference
        }));
    }
    references
}

/// The rows of these tasks that are printed one by one.
pub fn detailed<'a>(tasks: &[&'a Task], material: &'a Material) -> Vec<(&'a Task, &'a Table, &'a [Record])> {
    let mut detailed = Vec::new();
    for task in tasks {
        let Some(submission) = material.submissions.get(&task.unit) else { continue };
        for table in task.tables.iter().filter(|table| !table.confidential) {
            let Some(records) = submission.tables.get(&table.id) else { continue };
            if !records.is_empty() && absence(task, material).is_none() {
                detailed.push((*task, table, records.as_slice()));
            }
        }
    }
    detailed
}

pub fn detail_title(unit: &str, task: &Task, table: &Table) -> String {
    format!("{unit}－{}　{}", task.title, table.title)
}

fn detail_table(
    number: usize,
    title: String,
    unit: String,
    table: &Table,
    records: &[Record],
    released: &Released,
) -> DetailTable {
    let columns = table
        .columns
        .iter()
        .map(|column| DetailColumn {
            label: if column.measure.is_empty() {
                column.label.clone()
            } else {
                format!("{}（{}）", column.label, column.measure)
            },
            numeric: is_numeric(&column.kind),
            weight: weight(&column.kind),
        })
        .collect();
    let rows = records
        .iter()
        .map(|record| {
            let cell = |column: &Field| match record.values.get(&column.key) {
                Some(located) if located.value == Value::Flag(false) => "－".to_owned(),
                Some(located) => value_text(&located.value, column, released),
                None => String::new(),
            };
            table.columns.iter().map(cell).collect()
        })
        .collect();
    DetailTable { number: format!("附表{number}"), title, unit, columns, rows }
}

/// Relative widths by kind of content.
fn weight(kind: &ValueKind) -> u32 {
    match kind {
        ValueKind::Text | ValueKind::Choices(_) => 4,
        ValueKind::Date | ValueKind::DateSpan | ValueKind::Choice(_) | ValueKind::DocumentNumber => 3,
        _ => 2,
    }
}
