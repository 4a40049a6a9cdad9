//! Days due, on the office calendar: no exact day, a holiday, a day gone by.
//!
//! Lateness warns and never blocks. A named day that is a holiday is not moved by law
//! (行政程序法 §48 speaks of periods), so the working day before is what is aimed at.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::inventory::Role;
use crate::place::{Place, RelPath};
use crate::plan::Unit;
use crate::roc;

use super::{CheckInput, breach, folder_of};

pub static DEADLINE_INEXACT: Rule = Rule {
    id: "deadline-inexact",
    severity: Severity::Warning,
    title: "寄達期限沒有確切日期",
    explanation: "檢查什麼：陳報（寄達）期限是否有確切的日期。\n\
        為何重要：「中旬前」之類的寫法各人解讀不同；未填時只能採最保守的日期。\n\
        如何修正：請依來函所載日期，填入秘書單位填報檔「基本設定」的寄達期限。",
    answerable: false,
};

pub static DEADLINE_ON_HOLIDAY: Rule = Rule {
    id: "deadline-on-holiday",
    severity: Severity::Warning,
    title: "期限落在放假日",
    explanation: "檢查什麼：內部期限與寄達期限是否為上班日（依辦公日曆表，含補班與停班）。\n\
        為何重要：指定的日期遇放假日不會自動順延，當天又無人收件。\n\
        如何修正：請提前到訊息所示的前一個上班日辦理。",
    answerable: false,
};

pub static DEADLINE_CALENDAR_UNKNOWN: Rule = Rule {
    id: "deadline-calendar-unknown",
    severity: Severity::Warning,
    title: "辦公日曆表沒有該年度",
    explanation: "檢查什麼：期限所在的年度，內建的辦公日曆表是否有資料。\n\
        為何重要：沒有資料就無法判斷期限是否為放假日，也算不出逾期幾個上班日。\n\
        如何修正：請自行核對人事行政總處公布的辦公日曆表。",
    answerable: false,
};

pub static DEADLINE_UNIT_LATE: Rule = Rule {
    id: "deadline-unit-late",
    severity: Severity::Warning,
    title: "單位已逾內部期限",
    explanation: "檢查什麼：內部期限過後，單位是否仍未繳交，或仍有錯誤待補正。\n\
        為何重要：秘書單位需要時間彙整與陳核；逾期只提醒，不影響產製。\n\
        如何修正：請洽該單位儘速繳交或補正。",
    answerable: false,
};

pub static DEADLINE_PASSED: Rule = Rule {
    id: "deadline-passed",
    severity: Severity::Warning,
    title: "寄達期限已過",
    explanation: "檢查什麼：執行當日是否已超過寄達期限。\n\
        為何重要：逾期寄達可能影響成績；本程式只提醒，仍可產製。\n\
        如何修正：請儘速寄送，並依來函規定說明逾期原因。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[
    &DEADLINE_INEXACT,
    &DEADLINE_ON_HOLIDAY,
    &DEADLINE_CALENDAR_UNKNOWN,
    &DEADLINE_UNIT_LATE,
    &DEADLINE_PASSED,
];

const INTERNAL: &str = "內部期限";
const FINAL: &str = "寄達期限";

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    let deadlines = &input.plan.deadlines;
    let place = final_place(input);
    if deadlines.final_exact.is_none() {
        let message = format!(
            "寄達期限「{}」沒有確切日期，暫以{}為準",
            deadlines.final_text,
            roc::full(deadlines.final_default)
        );
        out.push(
            breach(&DEADLINE_INEXACT, &place, None, FINAL, message)
                .hint("請依來函填入秘書單位填報檔「基本設定」的「寄達期限（確切日期）」"),
        );
    }
    let final_day = deadlines.final_exact.unwrap_or(deadlines.final_default);
    let internal = effective(input, deadlines.internal, INTERNAL, &plan_file(input), out);
    let due = effective(input, final_day, FINAL, &place, out);
    if input.today > due {
        let message = format!("{FINAL}{}已過{}", roc::day_and_weekday(due), lateness(input, due));
        out.push(breach(&DEADLINE_PASSED, &place, None, FINAL, message).hint("請儘速寄送，並依來函規定說明"));
    }
    if input.today > internal {
        let late: Vec<Diagnostic> =
            input.plan.units.iter().filter_map(|unit| unit_late(input, unit, internal, out)).collect();
        out.extend(late);
    }
}

fn final_place(input: &CheckInput) -> Place {
    match (&input.secretariat.final_date, &input.secretariat.file) {
        (Some(date), _) => date.place.clone(),
        (None, Some(file)) => {
            let asked = input.secretariat.asked.get("final_date");
            asked.cloned().unwrap_or_else(|| Place::file(file))
        }
        (None, None) => Place::file(&RelPath::new(input.plan.secretariat.folder.clone())),
    }
}

/// The workspace's own plan, where the internal day is set; built-in days have no file here.
fn plan_file(input: &CheckInput) -> Place {
    let plan = input.inventory.files.iter().find(|file| file.role == Role::Plan);
    plan.map_or(Place::Workspace, |file| Place::file(&file.path))
}

/// The working day that is aimed at; the day itself where the calendar knows nothing.
fn effective(input: &CheckInput, day: Date, name: &str, place: &Place, out: &mut Diagnostics) -> Date {
    let Some(working) = input.calendar.working_day_on_or_before(day) else {
        let message = format!("{name}{}所在年度沒有辦公日曆表資料，無法判斷是否為放假日", roc::full(day));
        out.push(
            breach(&DEADLINE_CALENDAR_UNKNOWN, place, None, name, message).hint("請自行核對該年度辦公日曆表"),
        );
        return day;
    };
    if working != day {
        let because = input.calendar.closed_because(day).unwrap_or("放假日");
        let message = format!(
            "{name}{}為放假日（{because}），以前一個上班日{}為準",
            roc::full(day),
            roc::day_and_weekday(working)
        );
        out.push(breach(&DEADLINE_ON_HOLIDAY, place, None, name, message).hint("請提前於該日前辦理"));
    }
    working
}

fn lateness(input: &CheckInput, due: Date) -> String {
    match input.calendar.working_days_between(due, input.today) {
        Some(0) | None => String::new(),
        Some(n) => format!(" {n} 個上班日"),
    }
}

fn unit_late(input: &CheckInput, unit: &Unit, due: Date, told: &Diagnostics) -> Option<Diagnostic> {
    let is_of_unit = |diagnostic: &&Diagnostic| diagnostic.unit.as_deref() == Some(unit.id.as_str());
    let n_errors = told.iter().filter(is_of_unit).filter(|diagnostic| diagnostic.blocks()).count();
    let what = match (input.submissions.contains_key(&unit.id), n_errors) {
        (_, 0) => return None,
        (false, _) => "尚未繳交".to_owned(),
        (true, n) => format!("仍有 {n} 個錯誤待補正"),
    };
    let message = format!(
        "「{}」已逾{INTERNAL}{}{}，{what}",
        unit.name,
        roc::day_and_weekday(due),
        lateness(input, due)
    );
    Some(
        breach(&DEADLINE_UNIT_LATE, &folder_of(input, &unit.id), Some(&unit.id), &unit.name, message)
            .hint("請洽該單位儘速繳交或補正"),
    )
}
