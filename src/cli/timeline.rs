//! `huibian timeline`: the year's steps on the office calendar, and as a calendar file.

use std::fs;
use std::io::Write;

use anyhow::Context;
use jiff::civil::Date;

use crate::calendar::OfficeCalendar;
use crate::letters::{self, Occasion};
use crate::plan::{Milestone, Plan};
use crate::roc;
use crate::workspace::Workspace;

use super::args::Timeline;
use super::{exit, load_plan};

pub fn run(arguments: &Timeline) -> anyhow::Result<u8> {
    let Some(plan) = load_plan(&Workspace::open(&arguments.inputs)?)? else {
        return Ok(exit::COULD_NOT_RUN);
    };
    let occasions = occasions(&plan);
    let mut out = anstream::stdout();
    writeln!(out, "{}", plan.title)?;
    for occasion in &occasions {
        match occasion.days {
            Some((first, last)) if first == last => {
                writeln!(out, "  {}　{}", occasion.title, roc::day_and_weekday(first))?;
            }
            Some((first, last)) => writeln!(out, "  {}　{}", occasion.title, roc::span(first, last))?,
            None => writeln!(out, "  {}", occasion.title)?,
        }
        for note in &occasion.notes {
            writeln!(out, "      {note}")?;
        }
    }
    if let Some(path) = &arguments.ics {
        let text = letters::calendar(&plan.title, &plan.id, &occasions);
        fs::write(path, text).with_context(|| format!("無法寫入「{}」，請確認路徑與權限", path.display()))?;
        let n = occasions.iter().filter(|occasion| occasion.days.is_some()).count();
        writeln!(out, "已寫入「{}」（{n} 個行程）；只有文字期程者不列入行事曆。", path.display())?;
    }
    Ok(exit::DONE)
}

/// The two days due, and the plan's further steps in its own words.
fn occasions(plan: &Plan) -> Vec<Occasion> {
    let deadlines = &plan.deadlines;
    let calendar = OfficeCalendar::builtin().with_closures(deadlines.extra_closures.iter().copied());
    let internal = due("內部期限：各單位送交填報檔與佐證", deadlines.internal, Vec::new(), &calendar);
    let said = format!("計畫：{}", deadlines.final_text);
    let notes = match deadlines.final_exact {
        Some(_) => vec![said],
        None => vec![said, "來函未定確切日期，暫採最早的讀法".to_owned()],
    };
    let arrival = deadlines.final_exact.unwrap_or(deadlines.final_default);
    let arrival = due("寄達期限：陳報包寄達", arrival, notes, &calendar);
    [internal, arrival].into_iter().chain(plan.schedule.iter().map(in_words)).collect()
}

/// The day itself, or the working day before a holiday: a named day is not moved back by law.
fn due(title: &str, day: Date, mut notes: Vec<String>, calendar: &OfficeCalendar) -> Occasion {
    let working = calendar.working_day_on_or_before(day);
    match working {
        Some(working) if working != day => {
            let because = calendar.closed_because(day).unwrap_or("放假日");
            notes.push(format!("{}為放假日（{because}），提前至前一上班日", roc::full(day)));
        }
        Some(_) => {}
        None => notes.push("辦公日曆表沒有該年度，請自行核對是否為放假日".to_owned()),
    }
    let day = working.unwrap_or(day);
    Occasion { title: title.to_owned(), days: Some((day, day)), notes, reminds: true }
}

fn in_words(milestone: &Milestone) -> Occasion {
    Occasion {
        title: milestone.title.clone(),
        days: None,
        notes: vec![milestone.when.clone()],
        reminds: false,
    }
}
