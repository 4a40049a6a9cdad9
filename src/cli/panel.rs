//! `huibian panel`: the panel's seats and members, and who stands back from which government.

use std::io::Write;

use anyhow::Context;
use jiff::civil::Date;

use crate::assessment;
use crate::plan::{MilestoneKind, Plan};
use crate::roc;

use super::args::Panel;
use super::{exit, plan_for, read_day};

pub fn run(arguments: &Panel) -> anyhow::Result<u8> {
    let Some(plan) = plan_for(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    let day = match &arguments.on {
        Some(text) => read_day(text)?,
        None => first_day_of_review(&plan).context("計畫沒有書面考核的日期，請以 --on 指定日期")?,
    };
    let panel = &plan.programme.panel;
    let mut out = anstream::stdout();
    writeln!(out, "考核小組：{} 名", panel.groups.iter().map(|group| group.seats).sum::<u32>())?;
    for group in &panel.groups {
        let how = match group.names {
            None => "指派代表".to_owned(),
            Some((least, most)) => format!("各推薦 {least} 名至 {most} 名"),
        };
        writeln!(out, "  {} {} 名：由{}{how}", group.title, group.seats, group.sources.join("、"))?;
        for member in panel.members.iter().filter(|member| member.group == group.title) {
            writeln!(out, "    {}（{}）", member.name, member.source)?;
        }
    }
    if panel.members.is_empty() {
        writeln!(out, "尚未列出委員；請寫在 plan.toml 的 [[assessment.panel.member]]。")?;
        return Ok(exit::DONE);
    }
    let recusals = assessment::recusals(&plan, day);
    writeln!(out, "應迴避（{} 年內；以{}計）：", panel.conflict_years, roc::full(day))?;
    for recusal in &recusals {
        writeln!(
            out,
            "  {}　不得評核{}：{}（至{}），迴避至{}",
            recusal.member.name,
            recusal.engagement.government,
            recusal.engagement.subject,
            roc::full(recusal.engagement.until),
            roc::full(recusal.until)
        )?;
    }
    if recusals.is_empty() {
        writeln!(out, "  無")?;
    }
    Ok(exit::DONE)
}

fn first_day_of_review(plan: &Plan) -> Option<Date> {
    let review = plan.schedule.iter().find(|step| step.kind == Some(MilestoneKind::Review))?;
    Some(review.span?.first)
}
