//! Whether a government may be visited on site, and for which of the plan's reasons.

use crate::plan::{Plan, VisitCondition, VisitTest};

/// A condition with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<'a> {
    pub condition: &'a VisitCondition,
    pub holds: bool,
    /// The facts it was judged by, one sentence.
    pub because: String,
}

/// Every condition judged on the plan's facts; one that holds allows a visit.
pub fn conditions(plan: &Plan) -> Vec<Finding<'_>> {
    plan.programme
        .conditions
        .iter()
        .map(|condition| {
            let (holds, because) = match &condition.test {
                VisitTest::ConsecutiveGrade { grade, years } => consecutive(plan, grade, *years),
                VisitTest::Majority => majority(plan),
                VisitTest::Volunteered => volunteered(plan),
                VisitTest::Designated => designated(plan),
            };
            Finding { condition, holds, because }
        })
        .collect()
}

/// The years directly before the assessed ones. An exempt or unknown year breaks the row: the plan
/// says 「連續2年度」.
fn consecutive(plan: &Plan, grade: &str, years: u8) -> (bool, String) {
    let first_assessed = plan.periods().first().map_or(plan.year, |(year, _)| *year);
    let before: Vec<i16> = (1..=i16::from(years)).map(|back| first_assessed - back).collect();
    let earned = |year: &i16| plan.programme.history.get(year).map(String::as_str);
    let holds = before.iter().all(|year| earned(year) == Some(grade));
    let told: Vec<String> =
        before.iter().rev().map(|year| format!("{year}年度{}", earned(year).unwrap_or("未載"))).collect();
    (holds, told.join("、"))
}

/// More than half: of six members four, not three.
fn majority(plan: &Plan) -> (bool, String) {
    let seats: u32 = plan.programme.panel.groups.iter().map(|group| group.seats).sum();
    let in_favour = plan.programme.visit.in_favour;
    (seats > 0 && in_favour * 2 > seats, format!("委員 {seats} 名中 {in_favour} 名認為有必要"))
}

fn volunteered(plan: &Plan) -> (bool, String) {
    let visit = &plan.programme.visit;
    if !visit.volunteered {
        return (false, "未表示自願".to_owned());
    }
    let organisers = &plan.programme.organisers;
    let lacking: Vec<&str> =
        organisers.iter().filter(|organiser| !visit.agreed.contains(organiser)).map(String::as_str).collect();
    match lacking.is_empty() && !organisers.is_empty() {
        true => (true, "自願，各主辦機關均已同意".to_owned()),
        false => (false, format!("自願，尚待{}同意", lacking.join("、"))),
    }
}

fn designated(plan: &Plan) -> (bool, String) {
    match &plan.programme.visit.designated_by {
        Some(by) => (true, format!("經指定：{by}")),
        None => (false, "未經指定".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::plan_with;
    use super::*;

    /// Which of the four conditions hold, in the plan's order.
    fn holding(overlay: &str) -> Vec<bool> {
        conditions(&plan_with(overlay)).iter().map(|finding| finding.holds).collect()
    }

    #[test]
    fn nothing_known_allows_nothing() {
        assert_eq!(holding(""), [false; 4]);
    }

    #[test]
    fn two_years_in_a_row_means_the_two_before() {
        let history = |years: &str| holding(&format!("[assessment.history]\n{years}"))[0];
        assert!(history("108 = \"乙等\"\n109 = \"乙等\"\n"));
        assert!(!history("109 = \"乙等\"\n"));
        assert!(!history("108 = \"乙等\"\n109 = \"甲等\"\n"));
        assert!(!history("107 = \"乙等\"\n109 = \"乙等\"\n"), "a year between breaks the row");
        assert!(!history("107 = \"乙等\"\n108 = \"乙等\"\n"), "last year is unknown");
    }

    #[test]
    fn a_postponed_year_is_part_of_this_assessment() {
        let postponed = "[assessment.postponed]\nyear = 109\nfirst = \"109-01-01\"\nlast = \"109-12-31\"\n\
            reason = \"疫情\"\n[assessment.history]\n107 = \"乙等\"\n108 = \"乙等\"\n";
        assert!(holding(postponed)[0]);
    }

    #[test]
    fn half_the_members_are_not_more_than_half() {
        let in_favour = |n: u32| holding(&format!("[assessment.visit]\nin_favour = {n}\n"))[1];
        let votes: Vec<bool> = (0..=6).map(in_favour).collect();
        assert_eq!(votes, [false, false, false, false, true, true, true]);
    }

    #[test]
    fn volunteering_needs_every_organiser() {
        let agreed =
            |list: &str| holding(&format!("[assessment.visit]\nvolunteered = true\nagreed = {list}\n"))[2];
        assert!(agreed(r#"["勞政機關", "警政機關", "移民機關"]"#));
        assert!(!agreed(r#"["勞政機關", "警政機關"]"#));
        assert!(!holding("[assessment.visit]\nagreed = [\"勞政機關\", \"警政機關\", \"移民機關\"]\n")[2]);
    }

    #[test]
    fn designation_names_who_designated() {
        let plan = plan_with("[assessment.visit]\ndesignated_by = \"協調會報第40次會議\"\n");
        let finding = &conditions(&plan)[3];
        assert!(finding.holds && finding.because.contains("第40次"), "{finding:?}");
    }
}
