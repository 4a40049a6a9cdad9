//! The cells behind a figure: the one it was typed in, or those it is computed from.
//!
//! Follows the same derivations as the evaluation beside it. Knows places, no values.

use std::collections::BTreeMap;

use crate::place::Place;
use crate::plan::{Derivation, FieldRef, Plan, RowFilter, TableId, Task, UnitId};
use crate::submission::{Applies, Submission};

/// Where a field's value comes from; empty when nothing was given. The switch 「無」 stands for
/// every figure it makes zero.
pub fn sources(plan: &Plan, submissions: &BTreeMap<UnitId, Submission>, field: &FieldRef) -> Vec<Place> {
    let places = plan.task(&field.task).and_then(|task| {
        let submission = submissions.get(&task.unit)?;
        field_sources(task, submission, &field.field)
    });
    places.unwrap_or_default()
}

fn field_sources(task: &Task, submission: &Submission, key: &str) -> Option<Vec<Place>> {
    let answer = submission.tasks.get(&task.id)?;
    let field = task.fields.iter().find(|field| field.key == key)?;
    let Some(derivation) = &field.derive else {
        return answer.fields.get(key).map(|located| vec![located.place.clone()]);
    };
    match &answer.applies {
        Some(applies) if matches!(applies.value, Applies::No { .. }) => Some(vec![applies.place.clone()]),
        _ => Some(derived_sources(derivation, task, submission)),
    }
}

fn derived_sources(derivation: &Derivation, task: &Task, submission: &Submission) -> Vec<Place> {
    let cells = |table: &TableId, columns: &[&str], filter: Option<&RowFilter>| -> Vec<Place> {
        let rows = super::rows(submission, table, filter).into_iter().flatten();
        rows.flat_map(|row| columns.iter().filter_map(|column| row.values.get(*column)))
            .map(|located| located.place.clone())
            .collect()
    };
    // Fields may build on fields above them only: this ends.
    let fields = |keys: &[&String]| -> Vec<Place> {
        keys.iter().filter_map(|key| field_sources(task, submission, key)).flatten().collect()
    };
    match derivation {
        Derivation::Count { table, filter: Some(filter) } => cells(table, &[&filter.column], Some(filter)),
        Derivation::Count { table, filter: None } => {
            super::rows(submission, table, None).into_iter().flatten().map(|row| row.place.clone()).collect()
        }
        Derivation::Sum { table, columns, filter } => {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            cells(table, &columns, filter.as_ref())
        }
        Derivation::Distinct { table, column } => cells(table, &[column], None),
        Derivation::Mean { table, column, weight } => {
            let columns: Vec<&str> =
                [Some(column), weight.as_ref()].into_iter().flatten().map(String::as_str).collect();
            cells(table, &columns, None)
        }
        Derivation::Total { fields: parts } => fields(&parts.iter().collect::<Vec<_>>()),
        Derivation::Ratio { numerator, denominator } => fields(&[numerator, denominator]),
    }
}
