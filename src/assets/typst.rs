//! The Typst templates. Text only; `typeset` compiles them.

/// Name and text of every built-in Typst template.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("typst/form.typ", include_str!("../../templates/typst/form.typ")),
    ("typst/appendices.typ", include_str!("../../templates/typst/appendices.typ")),
    ("typst/annex.typ", include_str!("../../templates/typst/annex.typ")),
    ("typst/programme.typ", include_str!("../../templates/typst/programme.typ")),
    ("typst/dispatch.typ", include_str!("../../templates/typst/dispatch.typ")),
    ("typst/style.typ", include_str!("../../templates/typst/style.typ")),
];
