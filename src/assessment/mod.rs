//! The assessment's rules: what a score earns, when things happen, who visits and who judges.
//!
//! Pure functions over the plan and the calendar. Points that nobody has stated stay unstated: where
//! a score cannot be set against the thresholds, that is the answer.

mod grade;
mod joint;
mod panel;
mod schedule;
mod score;
mod visit;

pub use grade::{Earned, earned, outcome, threshold};
pub use joint::{year_folder, year_of};
pub use panel::{Recusal, recusals};
pub use schedule::{Step, appeal_range, last_day_to_appeal, schedule};
pub use score::{ScoreLine, Scorecard, scorecard};
pub use visit::{Finding, Verdict, conditions};

#[cfg(test)]
mod fixture {
    use crate::assets::plans;
    use crate::place::RelPath;
    use crate::plan::{self, Plan, PlanLayer};

    /// The shipped plan with a workspace's layer over it.
    pub fn plan_with(overlay: &str) -> Plan {
        let mut layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
        layers.push(PlanLayer { file: RelPath::new("plan.toml"), text: overlay.to_owned() });
        let (plan, diagnostics) = plan::lower(&layers);
        plan.unwrap_or_else(|| panic!("{diagnostics:#?}"))
    }

    pub fn plan() -> Plan {
        plan_with("")
    }
}
