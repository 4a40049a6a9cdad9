//! Diagnostics for programs: one JSON document with a schema version and a fixed order of fields.
//!
//! The words are those of the text. Places come twice: taken apart, and as people write them.

use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::identity;

/// Raised when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    version: u32,
    errors: usize,
    warnings: usize,
    accepted: usize,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    diagnostic: &'a Diagnostic,
    /// 「勞工處/勞工處.xlsx › 勞03 › D14」.
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_key: Option<String>,
}

/// All diagnostics in their order; masked like the text.
pub fn json(diagnostics: &Diagnostics) -> String {
    let report = Report {
        schema: "huibian-check",
        version: SCHEMA_VERSION,
        errors: diagnostics.n_errors(),
        warnings: diagnostics.n_warnings(),
        accepted: diagnostics.iter().filter(|diagnostic| diagnostic.accepted.is_some()).count(),
        diagnostics: diagnostics
            .iter()
            .map(|diagnostic| Entry {
                diagnostic,
                at: diagnostic.place.to_string(),
                exception_key: diagnostic.exception_key(),
            })
            .collect(),
    };
    // Strings, numbers and flags only: neither step can fail.
    let mut report = serde_json::to_value(&report).unwrap_or_default();
    mask(&mut report);
    serde_json::to_string_pretty(&report).unwrap_or_default()
}

/// Text by text: over the whole document an escape or a quote could hide a number or break one.
fn mask(value: &mut Value) {
    match value {
        Value::String(text) => *text = identity::mask(text),
        Value::Array(values) => values.iter_mut().for_each(mask),
        Value::Object(fields) => fields.values_mut().for_each(mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
