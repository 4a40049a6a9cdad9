//! What a score earns, when the next assessment comes, and until when an appeal may be lodged.
//!
//! Pure functions over the plan and the calendar. Points that nobody has stated stay unstated: where
//! a score cannot be set against the thresholds, that is the answer.

use jiff::civil::Date;

use crate::calendar::OfficeCalendar;
use crate::figure::Figure;
use crate::plan::{Grade, Plan};

/// What a total score earns.
#[derive(Debug, Clone, PartialEq)]
pub struct Earned<'a> {
    pub grade: &'a Grade,
    /// The ROC year of the next assessment after the exemption.
    pub next_year: i16,
    /// The grade above and the score still missing to it.
    pub missing: Option<(&'a Grade, Figure)>,
}

/// The grade of a total, which is first rounded to two decimals, half up; `None` when the plan
/// names no grade for it.
pub fn earned(plan: &Plan, total: Figure) -> Option<Earned<'_>> {
    let total = total.round(2);
    let at = plan.grades.iter().position(|grade| grade.at_least.is_none_or(|least| total >= least))?;
    let grade = &plan.grades[at];
    let above = at.checked_sub(1).map(|above| &plan.grades[above]);
    let missing = above.and_then(|above| Some((above, above.at_least? - total)));
    Some(Earned { grade, next_year: plan.year + 1 + i16::from(grade.exempt_years), missing })
}

/// Last day to appeal a result served on `served`; `None` outside the office calendar's years.
///
/// The day of service does not count (行政程序法 §48Ⅱ); the last of the plan's
/// `appeal_days` working days after it is the last day.
pub fn last_day_to_appeal(plan: &Plan, calendar: &OfficeCalendar, served: Date) -> Option<Date> {
    calendar.nth_working_day_after(served, usize::from(plan.deadlines.appeal_days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::plans;
    use crate::plan::{self, PlanLayer};

    fn plan() -> Plan {
        let layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
        plan::lower(&layers).0.unwrap()
    }

    #[test]
    fn thresholds_are_met_from_below_and_exactly() {
        let plan = plan();
        for (score, grade, next, missing) in [
            ("100", "特優", 113, None),
            ("95", "特優", 113, None),
            ("94.995", "特優", 113, None),
            ("94.994", "優等", 112, Some(("特優", "0.01"))),
            ("90", "優等", 112, Some(("特優", "5"))),
            ("89.99", "甲等", 111, Some(("優等", "0.01"))),
            ("85", "甲等", 111, Some(("優等", "5"))),
            ("84.99", "乙等", 111, Some(("甲等", "0.01"))),
            ("0", "乙等", 111, Some(("甲等", "85"))),
        ] {
            let found = earned(&plan, Figure::parse(score).unwrap()).unwrap();
            assert_eq!((found.grade.title.as_str(), found.next_year), (grade, next), "{score}");
            let missing_found = found.missing.map(|(grade, score)| (grade.title.clone(), score.to_string()));
            assert_eq!(
                missing_found,
                missing.map(|(grade, score)| (grade.to_owned(), score.to_owned())),
                "{score}"
            );
        }
    }

    /// Vectors counted by hand on the office calendar.
    #[test]
    fn appeals_end_on_the_tenth_working_day_after_service() {
        let calendar = OfficeCalendar::builtin();
        for (served, last) in [
            ("2022-05-31", "2022-06-15"),
            ("2022-06-01", "2022-06-16"),
            ("2021-02-05", "2021-02-25"),
            ("2021-09-08", "2021-09-23"),
            ("2026-02-11", "2026-03-05"),
        ] {
            let found = last_day_to_appeal(&plan(), calendar, served.parse().unwrap()).unwrap();
            assert_eq!(found.to_string(), last, "{served}");
        }
        assert_eq!(last_day_to_appeal(&plan(), calendar, Date::constant(2040, 1, 1)), None);
    }
}
