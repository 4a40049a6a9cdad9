//! How the work stands: days left, and what each unit has handed in.
//!
//! Counts what is there; judges nothing that the diagnostics have not judged.

use jiff::civil::Date;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::{Demand, Unit};
use crate::roc;

use super::super::{UnitGroup, clean, open};
use super::ReportMaterial;
use super::matrix::is_absent;

#[derive(Serialize)]
pub struct DeadlineLine {
    pub name: &'static str,
    /// 「111年2月15日（星期二）」.
    pub day: String,
    /// 「還有 3 個上班日」.
    pub left: String,
    pub is_past: bool,
}

#[derive(Serialize)]
pub struct UnitLine {
    pub anchor: String,
    /// Whether `anchor` is on the page.
    pub has_findings: bool,
    pub name: String,
    /// The workbook that was read.
    pub file: Option<String>,
    /// `missing`, `errors`, `warnings` or `done`, for the style.
    pub state: &'static str,
    /// The same in words.
    pub state_text: &'static str,
    pub n_errors: usize,
    pub n_warnings: usize,
    pub n_accepted: usize,
    /// Demanded evidence items with at least one file, and all demanded ones.
    pub n_present: usize,
    pub n_demanded: usize,
}

/// The working day that is aimed at, for either date; the day itself where the calendar ends.
pub fn deadlines(material: &ReportMaterial) -> Vec<DeadlineLine> {
    let deadlines = &material.plan.deadlines;
    let due = deadlines.final_exact.unwrap_or(deadlines.final_default);
    [("內部期限", deadlines.internal), ("寄達期限", due)]
        .into_iter()
        .map(|(name, day)| {
            let day = material.calendar.working_day_on_or_before(day).unwrap_or(day);
            DeadlineLine {
                name,
                day: roc::day_and_weekday(day),
                left: left(material, day),
                is_past: material.today > day,
            }
        })
        .collect()
}

fn left(material: &ReportMaterial, due: Date) -> String {
    let today = material.today;
    let (first, last, word) = if today <= due { (today, due, "還有") } else { (due, today, "已過") };
    match material.calendar.working_days_between(first, last) {
        _ if today == due => "今天到期".to_owned(),
        Some(n) => format!("{word} {n} 個上班日"),
        // Outside the office calendar's years only days can be counted.
        None => format!("{word} {} 天（日曆天）", (last - first).get_days()),
    }
}

pub fn units(material: &ReportMaterial, groups: &[UnitGroup]) -> Vec<UnitLine> {
    material.plan.units.iter().map(|unit| unit_line(unit, material, groups)).collect()
}

fn unit_line(unit: &Unit, material: &ReportMaterial, groups: &[UnitGroup]) -> UnitLine {
    let own = groups.iter().find(|group| group.unit == Some(unit.id.as_str()));
    let own: &[&Diagnostic] = own.map_or(&[], |group| &group.diagnostics);
    let n_errors = open(own.iter().copied(), Severity::Error);
    let n_warnings = open(own.iter().copied(), Severity::Warning);
    let submission = material.submissions.get(&unit.id);
    let (state, state_text) = match (submission, n_errors, n_warnings) {
        (None, ..) => ("missing", "尚未繳交"),
        (Some(_), 0, 0) => ("done", "完成"),
        (Some(_), 0, _) => ("warnings", "可彙編，有提醒"),
        (Some(_), ..) => ("errors", "待補正"),
    };
    let demanded: Vec<_> = material
        .plan
        .tasks_of(&unit.id)
        .filter(|task| !is_absent(task, material))
        .flat_map(|task| &task.evidence)
        .filter(|item| matches!(item.demand, Demand::Required(_)))
        .collect();
    UnitLine {
        anchor: format!("unit-{}", unit.id),
        has_findings: !own.is_empty(),
        name: clean(&unit.name),
        file: submission.map(|submission| clean(submission.file.file_name())),
        state,
        state_text,
        n_errors,
        n_warnings,
        n_accepted: own.iter().filter(|diagnostic| diagnostic.accepted.is_some()).count(),
        n_present: demanded.iter().filter(|item| material.inventory.evidence(&item.code).count() > 0).count(),
        n_demanded: demanded.len(),
    }
}
