//! What the plan itself says, for the reader of the form: strategies, schedule, grades, funding.
//!
//! Only the plan's own words and those of its workspace; nothing of [proposed] standing.

use crate::assessment;
use crate::dossier::{GradeLine, MilestoneLine, ProgrammeView, StrategyLine};
use crate::plan::{Grade, Plan};
use crate::roc;

pub fn view(plan: &Plan) -> ProgrammeView {
    let programme = &plan.programme;
    ProgrammeView {
        strategies: programme
            .strategies
            .iter()
            .map(|strategy| StrategyLine {
                title: strategy.title.clone(),
                four_p: strategy.four_p.clone(),
                text: strategy.text.clone(),
                indicators: plan
                    .indicators()
                    .filter(|indicator| indicator.four_p.is_some() && indicator.four_p == strategy.four_p)
                    .map(|indicator| format!("{} {}", indicator.code, indicator.title))
                    .collect(),
            })
            .collect(),
        schedule: plan
            .schedule
            .iter()
            .map(|step| MilestoneLine { title: step.title.clone(), when: step.when.clone() })
            .collect(),
        grades: plan.grades.iter().map(|grade| grade_line(plan, grade)).collect(),
        funding: programme.funding.clone(),
        postponed: programme.postponed.as_ref().map(|postponed| {
            let period = postponed.period;
            format!(
                "{}（{}年度受評期間：{}至{}）",
                postponed.reason,
                postponed.year,
                roc::full(period.first),
                roc::full(period.last)
            )
        }),
    }
}

fn grade_line(plan: &Plan, grade: &Grade) -> GradeLine {
    GradeLine {
        title: grade.title.clone(),
        threshold: assessment::threshold(plan, grade),
        outcome: assessment::outcome(grade),
    }
}
