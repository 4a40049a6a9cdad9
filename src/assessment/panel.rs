//! Conflicts of interest: which member must not assess which government, and until when.
//!
//! Seats, sources and lists are judged where the plan is read, with the line that says them.

use jiff::civil::Date;

use crate::plan::{Engagement, Member, Plan};

/// A member who stands back from one government.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recusal<'a> {
    pub member: &'a Member,
    pub engagement: &'a Engagement,
    /// Last day on which the engagement bars.
    pub until: Date,
}

/// Every engagement that bars on `day`: one that ended within the plan's years before it, the
/// anniversary itself included (the cautious reading of 「3年內曾接受」), or that has not ended yet.
pub fn recusals(plan: &Plan, day: Date) -> Vec<Recusal<'_>> {
    let years = plan.programme.panel.conflict_years;
    let mut found = Vec::new();
    for member in &plan.programme.panel.members {
        for engagement in &member.engagements {
            // A date past the calendar's end bars for good.
            let until = engagement.until.checked_add(jiff::Span::new().years(years)).unwrap_or(Date::MAX);
            if day <= until {
                found.push(Recusal { member, engagement, until });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::fixture::plan_with;
    use super::*;

    const MEMBERS: &str = r#"
[[assessment.panel.member]]
name = "甲"
group = "機關委員"
source = "勞政機關"
[[assessment.panel.member]]
name = "乙"
group = "機關委員"
source = "警政機關"
[[assessment.panel.member]]
name = "丙"
group = "機關委員"
source = "移民機關"
[[assessment.panel.member]]
name = "丁"
group = "外聘委員"
source = "勞動部"
[[assessment.panel.member]]
name = "戊"
group = "外聘委員"
source = "衛生福利部"
[[assessment.panel.member]]
name = "己"
group = "外聘委員"
source = "內政部警政署"
"#;

    fn plan_until(until: &str) -> Plan {
        let engagement = format!(
            "[[assessment.panel.member.engagement]]\ngovernment = \"花蓮縣政府\"\nsubject = \"委託研究\"\nuntil = \"{until}\"\n"
        );
        plan_with(&format!("{MEMBERS}{engagement}"))
    }

    fn bars(until: &str, day: Date) -> bool {
        !recusals(&plan_until(until), day).is_empty()
    }

    #[test]
    fn work_bars_for_three_years_to_the_day() {
        assert!(bars("108-04-01", date(2022, 4, 1)));
        assert!(!bars("108-03-31", date(2022, 4, 1)));
        assert!(bars("111-12-31", date(2022, 4, 1)), "still under way");
        // 29 February has no anniversary in 112: 28 February is the last day.
        assert!(bars("109-02-29", date(2023, 2, 28)));
        assert!(!bars("109-02-29", date(2023, 3, 1)));
    }

    #[test]
    fn only_the_member_and_the_government_concerned() {
        let plan = plan_until("110-06-30");
        let found = recusals(&plan, date(2022, 4, 1));
        assert_eq!(found.len(), 1);
        let recusal = &found[0];
        assert_eq!(
            (recusal.member.name.as_str(), recusal.engagement.government.as_str()),
            ("己", "花蓮縣政府")
        );
        assert_eq!(recusal.until, date(2024, 6, 30));
    }

    static PLAN: LazyLock<Plan> = LazyLock::new(|| plan_until("110-06-30"));

    proptest! {
        /// Barred up to a last day, free from the next on.
        #[test]
        fn a_bar_ends_once(offset in 0i64..2000, later in 0i64..4000) {
            let until = date(2017, 1, 1) + offset.days();
            let mut plan = PLAN.clone();
            plan.programme.panel.members[5].engagements[0].until = until;
            let last = recusals(&plan, until)[0].until;
            let day = until + later.days();
            prop_assert_eq!(!recusals(&plan, day).is_empty(), day <= last);
        }
    }
}
