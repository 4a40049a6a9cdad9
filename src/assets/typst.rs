//! The Typst templates. Text only; `typeset` compiles them.

/// Name and text of every built-in Typst template.
pub const TEMPLATES: &[(&str, &str)] = &[];
