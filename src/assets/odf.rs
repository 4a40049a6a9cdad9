//! The handlebars templates of the OpenDocument twins. Text only.

/// Name and text of every built-in part.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("odf/form-content.hbs", include_str!("../../templates/odf/form-content.hbs")),
    ("odf/form-styles.hbs", include_str!("../../templates/odf/form-styles.hbs")),
    ("odf/evidence-content.hbs", include_str!("../../templates/odf/evidence-content.hbs")),
    ("odf/evidence-styles.hbs", include_str!("../../templates/odf/evidence-styles.hbs")),
];
