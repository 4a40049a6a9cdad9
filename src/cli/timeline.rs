//! `huibian timeline`: the year's steps on the office calendar, and as a calendar file.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::assessment::{self, Step};
use crate::letters::{self, Occasion};
use crate::plan::Plan;
use crate::render;
use crate::roc;

use super::args::Timeline;
use super::{answers, calendar_of, exit, plan_for, read_day, width};

pub fn run(arguments: &Timeline) -> anyhow::Result<u8> {
    let served = arguments.served.as_deref().map(read_day).transpose()?;
    let Some(plan) = plan(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    let steps = assessment::schedule(&plan, &calendar_of(&plan), served);
    let mut rows = vec![["期程", "日期", "說明"].map(str::to_owned).to_vec()];
    rows.extend(steps.iter().map(|step| vec![step.title.clone(), days(step), step.notes.join("；")]));
    let mut out = anstream::stdout();
    writeln!(out, "{}　考核期程", plan.title)?;
    for (year, period) in plan.periods() {
        writeln!(out, "受評期間（{year}年度）：{}至{}", roc::full(period.first), roc::full(period.last))?;
    }
    if let Some(postponed) = &plan.programme.postponed {
        writeln!(out, "順延併同考核：{}", postponed.reason)?;
    } else if let Some(rule) = &plan.programme.postponement {
        writeln!(out, "順延：{rule}")?;
    }
    writeln!(out)?;
    write!(out, "{}", render::lines(&rows, width()))?;
    if let Some(path) = &arguments.ics {
        let occasions: Vec<Occasion> = steps.into_iter().map(occasion).collect();
        let text = letters::calendar(&plan.title, &plan.id, &occasions);
        fs::write(path, text).with_context(|| format!("無法寫入「{}」，請確認路徑與權限", path.display()))?;
        let n = occasions.iter().filter(|occasion| occasion.days.is_some()).count();
        writeln!(out, "已寫入「{}」（{n} 個行程）；只有文字期程者不列入行事曆。", path.display())?;
    }
    Ok(exit::DONE)
}

/// In a workspace the exact day of handing in may stand in the secretariat's workbook.
fn plan(inputs: &Path) -> anyhow::Result<Option<Plan>> {
    match inputs.is_dir() {
        true => Ok(answers::read(inputs)?.map(|answers| answers.plan)),
        false => plan_for(inputs),
    }
}

fn days(step: &Step) -> String {
    match step.days {
        None => "—".to_owned(),
        Some((first, last)) if first == last => roc::day_and_weekday(first),
        Some((first, last)) => format!("{}至{}", roc::full(first), roc::full(last)),
    }
}

/// A step of one day is a day due, which is worth a reminder.
fn occasion(step: Step) -> Occasion {
    let reminds = step.days.is_some_and(|(first, last)| first == last);
    Occasion { title: step.title, days: step.days, notes: step.notes, reminds }
}
