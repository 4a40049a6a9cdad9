//! The year's steps on the office calendar, and the period for an appeal.

use jiff::civil::Date;

use crate::calendar::OfficeCalendar;
use crate::plan::{Milestone, MilestoneKind, Period, Plan};
use crate::roc;

/// A step with the days it means in practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub title: String,
    /// First and last day, where they are known; equal for a deadline.
    pub days: Option<(Date, Date)>,
    /// As the plan writes it, and what has to be known of the days.
    pub notes: Vec<String>,
}

/// Last day to appeal a result served on `served`; `None` outside the office calendar's years.
///
/// The day of service does not count (行政程序法 §48Ⅱ); the last of the plan's
/// `appeal_days` working days after it is the last day.
pub fn last_day_to_appeal(plan: &Plan, calendar: &OfficeCalendar, served: Date) -> Option<Date> {
    calendar.nth_working_day_after(served, usize::from(plan.deadlines.appeal_days))
}

/// Earliest and latest last day to appeal, when all that is known is the span in which results
/// come out. Documents are served on working days.
pub fn appeal_range(plan: &Plan, calendar: &OfficeCalendar) -> Option<(Date, Date)> {
    let preliminary = plan.schedule.iter().find(|step| step.kind == Some(MilestoneKind::Preliminary))?;
    let span = preliminary.span?;
    let (first, last) = working_days_of(calendar, span)?;
    Some((last_day_to_appeal(plan, calendar, first)?, last_day_to_appeal(plan, calendar, last)?))
}

/// All steps in the plan's order, the two deadlines of handing in first.
pub fn schedule(plan: &Plan, calendar: &OfficeCalendar, served: Option<Date>) -> Vec<Step> {
    let deadlines = &plan.deadlines;
    let mut steps = vec![deadline("內部期限", deadlines.internal, Vec::new(), calendar)];
    let said = format!("計畫：{}", deadlines.final_text);
    steps.push(match deadlines.final_exact {
        Some(day) => deadline("寄達期限", day, vec![said], calendar),
        None => {
            let notes = vec![said, "尚無確切日期，採最早的讀法，請依來函".to_owned()];
            deadline("寄達期限", deadlines.final_default, notes, calendar)
        }
    });
    let rest = plan.schedule.iter().filter(|step| step.kind != Some(MilestoneKind::SelfAssessment));
    steps.extend(rest.map(|milestone| step(milestone, plan, calendar, served)));
    steps
}

/// The day itself, or the working day before a holiday: a named day is not moved back by law.
fn deadline(title: &str, day: Date, mut notes: Vec<String>, calendar: &OfficeCalendar) -> Step {
    let effective = calendar.working_day_on_or_before(day);
    match effective {
        Some(working) if working != day => {
            let because = calendar.closed_because(day).unwrap_or("放假日");
            notes.push(format!("{}為放假日（{because}），提前至前一上班日", roc::full(day)));
        }
        Some(_) => {}
        None => notes.push("辦公日曆沒有該年度資料，請自行核對".to_owned()),
    }
    let day = effective.unwrap_or(day);
    Step { title: title.to_owned(), days: Some((day, day)), notes }
}

fn step(milestone: &Milestone, plan: &Plan, calendar: &OfficeCalendar, served: Option<Date>) -> Step {
    let mut notes = vec![format!("計畫：{}", milestone.when)];
    let title = milestone.title.clone();
    if milestone.kind == Some(MilestoneKind::Appeal) {
        let days = match served {
            Some(served) => {
                notes.push(format!("{}送達", roc::day_and_weekday(served)));
                last_day_to_appeal(plan, calendar, served).map(|last| (last, last))
            }
            None => {
                notes.push("左列為申復末日，依送達日而定（加 --served 日期可確定）".to_owned());
                appeal_range(plan, calendar)
            }
        };
        if days.is_none() {
            notes.push("辦公日曆沒有該年度資料，或計畫未載初審成績公布期間".to_owned());
        }
        return Step { title, days, notes };
    }
    let days = milestone.span.map(|span| working_days_of(calendar, span).unwrap_or((span.first, span.last)));
    Step { title, days, notes }
}

/// First and last working day of a span; `None` when it has none or the calendar knows nothing.
fn working_days_of(calendar: &OfficeCalendar, span: Period) -> Option<(Date, Date)> {
    let first = calendar.working_day_on_or_after(span.first)?;
    let last = calendar.working_day_on_or_before(span.last)?;
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::fixture::{plan, plan_with};
    use super::*;

    /// Vectors counted by hand on the office calendar.
    #[test]
    fn appeals_end_on_the_tenth_working_day_after_service() {
        let calendar = OfficeCalendar::builtin();
        for (served, last) in [
            ("2022-05-31", "2022-06-15"),
            ("2022-06-01", "2022-06-16"),
            ("2022-06-24", "2022-07-08"),
            ("2021-02-05", "2021-02-25"),
            ("2021-02-09", "2021-03-02"),
            ("2023-06-16", "2023-07-03"),
            ("2025-09-24", "2025-10-13"),
            ("2021-09-08", "2021-09-23"),
            ("2026-02-11", "2026-03-05"),
        ] {
            let found = last_day_to_appeal(&plan(), calendar, served.parse().unwrap()).unwrap();
            assert_eq!(found.to_string(), last, "{served}");
        }
        assert_eq!(last_day_to_appeal(&plan(), calendar, Date::constant(2040, 1, 1)), None);
    }

    fn days(steps: &[Step], title: &str) -> (String, String) {
        let step = steps.iter().find(|step| step.title == title).unwrap();
        let (first, last) = step.days.unwrap();
        (first.to_string(), last.to_string())
    }

    /// June 2022: the 3rd was 端午節, so the first working day is Wednesday the 1st, ten working
    /// days later the 16th; the last is Thursday the 30th, ten later 14 July. 1 May, 30 July and
    /// 31 July 2022 were weekend days.
    #[test]
    fn the_steps_of_110_stand_on_working_days() {
        let steps = schedule(&plan(), OfficeCalendar::builtin(), None);
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(
            titles,
            ["內部期限", "寄達期限", "書面考核", "初審成績公布", "申復", "考核等第公布", "頒獎及表揚"]
        );
        let pair = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(days(&steps, "內部期限"), pair("2022-02-15", "2022-02-15"));
        assert_eq!(days(&steps, "寄達期限"), pair("2022-03-10", "2022-03-10"));
        assert_eq!(days(&steps, "書面考核"), pair("2022-04-01", "2022-05-31"));
        assert_eq!(days(&steps, "初審成績公布"), pair("2022-06-01", "2022-06-30"));
        assert_eq!(days(&steps, "申復"), pair("2022-06-16", "2022-07-14"));
        assert_eq!(days(&steps, "頒獎及表揚"), pair("2022-08-01", "2022-10-31"));
    }

    #[test]
    fn service_and_typhoons_move_the_appeal() {
        let served = Some(date(2022, 6, 10));
        let steps = schedule(&plan(), OfficeCalendar::builtin(), served);
        assert_eq!(days(&steps, "申復").1, "2022-06-24");
        let closed = OfficeCalendar::builtin().with_closures([date(2022, 6, 20)]);
        assert_eq!(days(&schedule(&plan(), &closed, served), "申復").1, "2022-06-27");
    }

    /// 114-02-15 was a Saturday: the working day before is the 14th (domain table).
    #[test]
    fn a_deadline_on_a_holiday_is_brought_forward_and_says_so() {
        let plan = plan_with("[deadlines]\ninternal = \"114-02-15\"\nfinal_exact = \"114-03-10\"\n");
        let steps = schedule(&plan, OfficeCalendar::builtin(), None);
        assert_eq!(days(&steps, "內部期限").0, "2025-02-14");
        assert!(steps[0].notes[0].contains("星期六"), "{:?}", steps[0].notes);
        assert_eq!(steps[1].notes.len(), 1, "{:?}", steps[1].notes);
    }

    static PLAN: LazyLock<Plan> = LazyLock::new(plan);

    proptest! {
        /// Exactly `appeal_days` working days lie after service, the last of them the last day; a
        /// later service never ends earlier, and a closure never shortens the period.
        #[test]
        fn appeals_count_working_days(offset in 0i64..3600, closed in 1i64..20) {
            let (plan, calendar) = (&*PLAN, OfficeCalendar::builtin());
            let served = date(2017, 1, 1) + offset.days();
            let last = last_day_to_appeal(plan, calendar, served).unwrap();
            let counted = calendar.working_days_between(served, last);
            prop_assert_eq!(counted, Some(usize::from(plan.deadlines.appeal_days)));
            prop_assert_eq!(calendar.is_working_day(last), Some(true));
            let next = last_day_to_appeal(plan, calendar, served + 1.day()).unwrap();
            prop_assert!(next >= last);
            let typhoon = calendar.with_closures([served + closed.days()]);
            prop_assert!(last_day_to_appeal(plan, &typhoon, served).unwrap() >= last);
        }
    }
}
