//! The built-in plans' TOML files. Text only; `plan` reads them.

use super::PlanText;

/// The plan a workspace builds on when it says nothing.
pub const DEFAULT: &str = "hsinchu-110";

macro_rules! plan {
    ($name:literal, $($file:literal),*) => {
        ($name, &[$(($file, include_str!(concat!("../../templates/plans/", $name, "/", $file)))),*])
    };
}

/// A plan that builds on another says so in its `plan.toml`.
const PLANS: &[(&str, &[PlanText])] = &[
    plan!(
        "hsinchu-110",
        "plan.toml",
        "assessment.toml",
        "indicators.toml",
        "sets.toml",
        "police.toml",
        "labour.toml",
        "social.toml",
        "health.toml",
        "education.toml"
    ),
    plan!("hsinchu-law-113", "plan.toml"),
    plan!("hsinchu-114", "plan.toml"),
];

/// The files of a built-in plan.
pub fn builtin(name: &str) -> Option<&'static [PlanText]> {
    PLANS.iter().find(|(known, _)| *known == name).map(|(_, files)| *files)
}

/// Names of the built-in plans.
pub fn names() -> impl Iterator<Item = &'static str> {
    PLANS.iter().map(|(name, _)| *name)
}
