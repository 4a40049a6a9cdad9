//! Workbooks to submissions: bytes to cells, cells to answers, each with its place.
//!
//! `workbook` reads bytes, `values` one cell; `locate` finds a form's questions, `form` reads
//! them, `submission` and `secretariat` gather the answers.

mod form;
mod locate;
pub mod rules;
pub mod secretariat;
pub mod submission;
pub mod values;
pub mod workbook;

pub use form::{FormIdentity, identify};
pub use secretariat::secretariat;
pub use submission::submission;

use crate::diagnostic::Rule;

/// The rules on forms.
pub static RULES: &[&Rule] = rules::RULES;
