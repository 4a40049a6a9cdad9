//! The registry: every rule of the program, for `huibian explain` and for the tests that hold its
//! wording.
//!
//! Stands above the phases, because each keeps its rules beside the code that finds their breaches.

use crate::diagnostic::Rule;
use crate::{checks, editable, intake, numbers, overrides, plan};

/// Rules by module; a new slice is one line.
const BEFORE_CHECKS: &[&[&Rule]] = &[
    plan::RULES,
    plan::sheets::RULES,
    numbers::RULES,
    overrides::RULES,
    intake::files::RULES,
    intake::workbook::RULES,
    intake::selection::RULES,
    intake::last::RULES,
    intake::RULES,
    intake::values::RULES,
];

/// All rules, in the order in which a run applies them.
pub fn all() -> Vec<&'static Rule> {
    BEFORE_CHECKS
        .iter()
        .chain(checks::RULES)
        .chain([&editable::RULES])
        .flat_map(|slice| slice.iter().copied())
        .collect()
}
