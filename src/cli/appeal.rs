//! `huibian appeal`: until when a preliminary result may be appealed.

use std::io::Write;

use anyhow::Context;

use crate::assessment;
use crate::roc;

use super::args::Appeal;
use super::{calendar_of, exit, plan_for, read_day};

pub fn run(arguments: &Appeal) -> anyhow::Result<u8> {
    let served = read_day(&arguments.served)?;
    let Some(plan) = plan_for(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    let last = assessment::last_day_to_appeal(&plan, &calendar_of(&plan), served)
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
