//! Figures computed from rows and other figures: totals, means, ratios.
//!
//! One evaluation serves checks and assembly, so that both see the same numbers. Knows the
//! plan's derivations and the submissions' rows; nothing of printing.

mod sources;

use std::collections::BTreeMap;

use crate::figure::Figure;
use crate::plan::{Derivation, Field, FieldRef, Plan, RowFilter, TableId, Task, UnitId};
use crate::submission::{Applies, Record, Submission, Value};

pub use sources::sources;

/// What a figure turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Figure(Figure),
    /// A ratio or mean over nothing: printed 「本年度無案件」, never 0 %.
    NoCases,
}

/// Every figure of every task that was answered, typed or derived.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures(BTreeMap<FieldRef, Outcome>);

impl Figures {
    /// Evaluates all tasks of the plan over what was handed in. A field whose inputs are missing
    /// is absent.
    pub fn evaluate(plan: &Plan, submissions: &BTreeMap<UnitId, Submission>) -> Self {
        let mut figures = Figures::default();
        for task in &plan.tasks {
            let Some(submission) = submissions.get(&task.unit) else { continue };
            figures.evaluate_task(task, submission);
        }
        figures
    }

    pub fn get(&self, field: &FieldRef) -> Option<&Outcome> {
        self.0.get(field)
    }

    pub fn figure(&self, field: &FieldRef) -> Option<Figure> {
        match self.0.get(field)? {
            Outcome::Figure(figure) => Some(*figure),
            Outcome::NoCases => None,
        }
    }

    fn evaluate_task(&mut self, task: &Task, submission: &Submission) {
        let Some(answer) = submission.tasks.get(&task.id) else { return };
        let absent = matches!(answer.applies.as_ref().map(|a| &a.value), Some(Applies::No { .. }));
        // Fields may build on fields above them only; the plan's lowering holds that order.
        for field in &task.fields {
            let outcome = match &field.derive {
                None => answer
                    .fields
                    .get(&field.key)
                    .and_then(|located| located.value.figure())
                    .map(Outcome::Figure),
                Some(_) if absent => Some(zero_or_no_cases(field)),
                Some(derivation) => self.derive(derivation, task, submission),
            };
            if let Some(outcome) = outcome {
                self.0.insert(FieldRef { task: task.id.clone(), field: field.key.clone() }, outcome);
            }
        }
    }

    fn derive(&self, derivation: &Derivation, task: &Task, submission: &Submission) -> Option<Outcome> {
        let of = |key: &String| self.get(&FieldRef { task: task.id.clone(), field: key.clone() });
        match derivation {
            Derivation::Count { table, filter } => {
                let count = rows(submission, table, filter.as_ref())?.count();
                Some(Outcome::Figure(Figure::from(count as i64)))
            }
            Derivation::Sum { table, columns, filter } => Some(Outcome::Figure(
                rows(submission, table, filter.as_ref())?
                    .map(|row| columns.iter().filter_map(|column| row_figure(row, column)).sum())
                    .sum(),
            )),
            Derivation::Distinct { table, column } => {
                let mut seen = std::collections::BTreeSet::new();
                for row in rows(submission, table, None)? {
                    match row.values.get(column).map(|located| &located.value) {
                        Some(Value::Choices(choices)) => seen.extend(choices.iter().cloned()),
                        Some(Value::Choice(choice)) => {
                            seen.insert(choice.clone());
                        }
                        _ => {}
                    }
                }
                Some(Outcome::Figure(Figure::from(seen.len() as i64)))
            }
            Derivation::Mean { table, column, weight } => {
                let mut sum = Figure::ZERO;
                let mut weights = Figure::ZERO;
                for row in rows(submission, table, None)? {
                    let Some(value) = row_figure(row, column) else { continue };
                    let weight = match weight {
                        Some(weight) => row_figure(row, weight).unwrap_or(Figure::ZERO),
                        None => Figure::from(1),
                    };
                    sum = sum + value.checked_mul(weight)?;
                    weights = weights + weight;
                }
                Some(sum.checked_div(weights).map_or(Outcome::NoCases, Outcome::Figure))
            }
            Derivation::Total { fields } => {
                let parts: Option<Vec<Figure>> = fields
                    .iter()
                    .map(|key| match of(key)? {
                        Outcome::Figure(figure) => Some(*figure),
                        Outcome::NoCases => None,
                    })
                    .collect();
                Some(Outcome::Figure(parts?.into_iter().sum()))
            }
            Derivation::Ratio { numerator, denominator } => {
                let (Outcome::Figure(numerator), Outcome::Figure(denominator)) =
                    (of(numerator)?, of(denominator)?)
                else {
                    return Some(Outcome::NoCases);
                };
                let percent = numerator.checked_mul(Figure::from(100))?;
                Some(percent.checked_div(*denominator).map_or(Outcome::NoCases, Outcome::Figure))
            }
        }
    }
}

fn zero_or_no_cases(field: &Field) -> Outcome {
    match field.derive {
        Some(Derivation::Mean { .. } | Derivation::Ratio { .. }) => Outcome::NoCases,
        _ => Outcome::Figure(Figure::ZERO),
    }
}

/// A row's figure in a column; a split counts as the sum of its parts.
pub fn row_figure(row: &Record, column: &str) -> Option<Figure> {
    match &row.values.get(column)?.value {
        Value::Split(parts) => Some(parts.iter().map(|(_, figure)| *figure).sum()),
        value => value.figure(),
    }
}

/// Whether a row's choice column holds one of the filter's values.
pub fn matches(row: &Record, filter: &RowFilter) -> bool {
    match row.values.get(&filter.column).map(|located| &located.value) {
        Some(Value::Choice(choice)) => filter.any_of.contains(choice),
        Some(Value::Choices(choices)) => choices.iter().any(|choice| filter.any_of.contains(choice)),
        _ => false,
    }
}

fn rows<'a>(
    submission: &'a Submission,
    table: &TableId,
    filter: Option<&'a RowFilter>,
) -> Option<impl Iterator<Item = &'a Record>> {
    let rows = submission.tables.get(table)?;
    Some(rows.iter().filter(move |row| filter.is_none_or(|filter| matches(row, filter))))
}
