//! Workbooks to submissions: bytes to cells, cells to answers, each with its place.
//!
//! `workbook` reads bytes, `values` one cell; `recognise` and `locate` find a form's questions, `form` reads
//! them, `submission` and `secretariat` gather the answers.

mod excerpt;
pub mod files;
mod form;
pub mod last;
mod locate;
mod recognise;
pub mod rules;
pub mod secretariat;
pub mod selection;
pub mod submission;
pub mod values;
pub mod workbook;

pub use form::{FormIdentity, identify};
pub use secretariat::secretariat;
pub use submission::submission;

/// The unit in the marker of the secretariat's workbook.
pub use crate::layout::SECRETARIAT as SECRETARIAT_MARK;

use crate::diagnostic::Rule;

/// The rules on forms.
pub static RULES: &[&Rule] = rules::RULES;
