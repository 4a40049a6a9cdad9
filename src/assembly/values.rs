//! Values as they are printed: figures grouped, dates in ROC form, splits in one line.
//!
//! Knows kinds of values, nothing of where they are printed.

use crate::derivation::Outcome;
use crate::identity::{self, Released};
use crate::plan::{Field, ValueKind};
use crate::roc;
use crate::submission::Value;

/// Decimals printed for a kind of figure.
pub fn decimals(kind: &ValueKind) -> u32 {
    match kind {
        ValueKind::Decimal | ValueKind::Percent => 2,
        _ => 0,
    }
}

pub fn outcome_text(outcome: &Outcome, decimals: u32) -> String {
    match outcome {
        Outcome::Figure(figure) => figure.grouped(decimals),
        Outcome::NoCases => "本年度無案件".to_owned(),
    }
}

/// A typed value in one line, as it may be printed.
pub fn value_text(value: &Value, field: &Field, released: &Released) -> String {
    match value {
        Value::Text(text) => identity::redact(text, released),
        Value::Figure(figure) => figure.grouped(decimals(&field.kind)),
        Value::Date(day) => roc::dotted(*day),
        Value::Span(first, last) => format!("{}－{}", roc::dotted(*first), roc::dotted(*last)),
        Value::Choice(choice) => choice.clone(),
        Value::Choices(choices) => choices.join("、"),
        Value::Flag(true) => "是".to_owned(),
        Value::Flag(false) => "否".to_owned(),
        Value::Split(parts) => parts
            .iter()
            .filter(|(_, figure)| !figure.is_zero())
            .map(|(part, figure)| format!("{part}\u{a0}{}", figure.grouped(0)))
            .collect::<Vec<_>>()
            .join("、"),
        Value::Nothing => "無".to_owned(),
    }
}

/// The measure printed after a figure, none after a text.
pub fn measure(field: &Field) -> String {
    match field.kind {
        ValueKind::Percent if field.measure.is_empty() => "%".to_owned(),
        _ => field.measure.clone(),
    }
}

/// Whether a column of such values is set flush right.
pub fn is_numeric(kind: &ValueKind) -> bool {
    matches!(kind, ValueKind::Count | ValueKind::Decimal | ValueKind::Percent)
}
