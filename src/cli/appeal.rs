//! `huibian appeal`: until when a preliminary result may be appealed.

use std::io::Write;

use anyhow::Context;

use crate::assessment;
use crate::assets::plans;
use crate::calendar::OfficeCalendar;
use crate::plan::{self, Plan};
use crate::roc;
use crate::workspace::Workspace;

use super::args::Appeal;
use super::{builtin_layers, exit, load_plan, read_day};

pub fn run(arguments: &Appeal) -> anyhow::Result<u8> {
    let served = read_day(&arguments.served)?;
    let Some(plan) = plan_for(arguments)? else { return Ok(exit::COULD_NOT_RUN) };
    let calendar = OfficeCalendar::builtin().with_closures(plan.deadlines.extra_closures.iter().copied());
    let last = assessment::last_day_to_appeal(&plan, &calendar, served)
        .with_context(|| format!("辦公日曆沒有{}的資料，請改以人工計算", roc::full(served)))?;
    writeln!(
        anstream::stdout(),
        "{}送達，申復期間自翌日起 {} 個工作日，至{}為止。",
        roc::day_and_weekday(served),
        plan.deadlines.appeal_days,
        roc::day_and_weekday(last)
    )?;
    Ok(exit::DONE)
}

/// The workspace's plan with its closures; outside a workspace the built-in one.
fn plan_for(arguments: &Appeal) -> anyhow::Result<Option<Plan>> {
    if arguments.inputs.is_dir() {
        return load_plan(&Workspace::open(&arguments.inputs)?);
    }
    Ok(plan::lower(&builtin_layers(plans::DEFAULT)?).0)
}
