//! How the work stands: the tally as the page shows it.
//!
//! Counts nothing itself; says each unit's state in one word and one style.

use serde::Serialize;

use crate::roc;
use crate::tally::{Due, HandIn, Tally, UnitTally};

use super::super::{UnitGroup, clean};

#[derive(Serialize)]
pub struct DeadlineLine {
    pub name: &'static str,
    /// 「111年2月15日（星期二）」.
    pub day: String,
    /// 「還有 3 個上班日」.
    pub left: String,
    pub is_past: bool,
    /// The plan gives no exact day.
    pub is_cautious: bool,
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

pub fn deadlines(tally: &Tally) -> [DeadlineLine; 2] {
    let line = |name, due: &Due| DeadlineLine {
        name,
        day: roc::day_and_weekday(due.day),
        left: due.remaining.words(),
        is_past: due.is_over(),
        is_cautious: due.is_cautious,
    };
    [line("內部期限", &tally.internal), line("寄達期限", &tally.arrival)]
}

pub fn units(tally: &Tally, groups: &[UnitGroup]) -> Vec<UnitLine> {
    tally.units.iter().map(|unit| unit_line(unit, groups)).collect()
}

fn unit_line(unit: &UnitTally, groups: &[UnitGroup]) -> UnitLine {
    let own = groups.iter().find(|group| group.unit == Some(unit.unit.as_str()));
    let accepted = own.map_or(0, |group| group.diagnostics.iter().filter(|d| d.accepted.is_some()).count());
    let (state, state_text) = match (unit.hand_in, unit.n_errors, unit.n_warnings) {
        (HandIn::Missing | HandIn::Unreadable | HandIn::Blank, ..) => ("missing", unit.hand_in.word()),
        (HandIn::Answered, 0, 0) => ("done", "完成"),
        (HandIn::Answered, 0, _) => ("warnings", "可彙編，有提醒"),
        (HandIn::Answered, ..) => ("errors", "待補正"),
    };
    UnitLine {
        anchor: format!("unit-{}", unit.unit),
        has_findings: own.is_some(),
        name: clean(&unit.name),
        file: unit.workbook.as_ref().map(|file| clean(file.file_name())),
        state,
        state_text,
        n_errors: unit.n_errors,
        n_warnings: unit.n_warnings,
        n_accepted: accepted,
        n_present: unit.evidence.present,
        n_demanded: unit.evidence.demanded,
    }
}
