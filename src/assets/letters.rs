//! The handlebars templates of mails and letters. Text only.

/// Name and text of every built-in letter template.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("letters/subject.hbs", include_str!("../../templates/letters/subject.hbs")),
    ("letters/mail.hbs", include_str!("../../templates/letters/mail.hbs")),
    ("letters/notice-subject.hbs", include_str!("../../templates/letters/notice-subject.hbs")),
    ("letters/notice.hbs", include_str!("../../templates/letters/notice.hbs")),
    ("letters/receipt.hbs", include_str!("../../templates/letters/receipt.hbs")),
];
