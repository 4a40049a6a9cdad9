//! Diagnostics for programs: one JSON document with a schema version and a fixed order of fields.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::identity;

/// Raised when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    version: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    diagnostic: Diagnostic,
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
        diagnostics: diagnostics
            .iter()
            .map(|diagnostic| Entry {
                exception_key: diagnostic.exception_key(),
                diagnostic: diagnostic.clone(),
            })
            .collect(),
    };
    // Strings and numbers only: serialising them cannot fail. Masking keeps lengths and quotes.
    identity::mask(&serde_json::to_string_pretty(&report).unwrap_or_default())
}
