//! The handlebars template of the check report, its style and its script. Text only.

/// Name and text of every built-in file of the page.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("html/check.hbs", include_str!("../../templates/html/check.hbs")),
    ("html/check.css", include_str!("../../templates/html/check.css")),
    ("html/check.js", include_str!("../../templates/html/check.js")),
];
