//! The handlebars templates of the check report and of the thumbnail sheets, their styles and script. Text only.

/// Name and text of every built-in file of the page.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("html/check.hbs", include_str!("../../templates/html/check.hbs")),
    ("html/check.css", include_str!("../../templates/html/check.css")),
    ("html/thumbnails.hbs", include_str!("../../templates/html/thumbnails.hbs")),
    ("html/thumbnails.css", include_str!("../../templates/html/thumbnails.css")),
    ("html/check.js", include_str!("../../templates/html/check.js")),
];
