//! The editable twin of what is typeset: the form as text document, the list of evidence as
//! spreadsheet, both OpenDocument (ODF 1.3, CNS 15251); and the agency's own form, filled in.
//!
//! Made of the same dossier through handlebars templates, so that no number is given twice. Knows
//! neither the plan nor what Typst makes of the dossier; pages of the form are counted by whoever
//! opens the document.

mod evidence;
mod fill;
mod filling;
mod form;
mod values;

pub use evidence::evidence;
pub use fill::{Findings, RULES, fill};
pub use form::form;
pub use values::Values;

/// 「12–15」, or 「12」 where first and last are the same; nothing where nothing is bound.
fn page_span(first: Option<usize>, last: Option<usize>) -> Option<String> {
    match (first?, last?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first}–{last}")),
    }
}
