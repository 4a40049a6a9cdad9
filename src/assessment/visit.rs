//! Whether a government may be visited on site, and for which of the plan's reasons.

use crate::plan::{Plan, VisitCondition, VisitTest};

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    Fails,
    /// What it hangs on was not filled in.
    Open,
}

/// A condition with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<'a> {
    pub condition: &'a VisitCondition,
    pub verdict: Verdict,
    /// The facts it was judged by, one sentence.
    pub because: String,
}

/// Every condition judged on the plan's facts; one that holds allows a visit.
pub fn conditions(plan: &Plan) -> Vec<Finding<'_>> {
    plan.programme
        .conditions
        .iter()
        .map(|condition| {
            let (verdict, because) = match &condition.test {
                VisitTest::ConsecutiveGrade { grade, years } => consecutive(plan, grade, *years),
                VisitTest::Majority => majority(plan),
                VisitTest::Volunteered => volunteered(plan),
                VisitTest::Designated => designated(plan),
            };
            Finding { condition, verdict, because }
        })
        .collect()
}

fn known(holds: bool) -> Verdict {
    if holds { Verdict::Holds } else { Verdict::Fails }
}

/// The years directly before the assessed ones. An exempt year breaks the row: the plan says 「連續2年度」. One
/// that is not filled in leaves it open, unless another year breaks it.
fn consecutive(plan: &Plan, grade: &str, years: u8) -> (Verdict, String) {
    let first_assessed = plan.periods().first().map_or(plan.year, |(year, _)| *year);
    let before: Vec<i16> = (1..=i16::from(years)).map(|back| first_assessed - back).collect();
    let earned = |year: &i16| plan.programme.history.get(year).map(String::as_str);
    let told: Vec<String> =
        before.iter().rev().map(|year| format!("{year}年度{}", earned(year).unwrap_or("未填"))).collect();
    let is_broken = before.iter().filter_map(earned).any(|known| known != grade);
    let verdict = match before.iter().all(|year| earned(year).is_some()) {
        false if !is_broken => Verdict::Open,
        _ => known(!is_broken),
    };
    (verdict, told.join("、"))
}

/// More than half: of six members four, not three.
fn majority(plan: &Plan) -> (Verdict, String) {
    let seats: u32 = plan.programme.panel.groups.iter().map(|group| group.seats).sum();
    match plan.programme.visit.in_favour {
        None => (Verdict::Open, "委員意見未填".to_owned()),
        Some(n) => (known(seats > 0 && n * 2 > seats), format!("委員 {seats} 名中 {n} 名認為有必要")),
    }
}

fn volunteered(plan: &Plan) -> (Verdict, String) {
    let visit = &plan.programme.visit;
    match visit.volunteered {
        None => return (Verdict::Open, "是否自願未填".to_owned()),
        Some(false) => return (Verdict::Fails, "未表示自願".to_owned()),
        Some(true) => {}
    }
    let organisers = &plan.programme.organisers;
    let lacking: Vec<&str> =
        organisers.iter().filter(|organiser| !visit.agreed.contains(organiser)).map(String::as_str).collect();
    match lacking.is_empty() && !organisers.is_empty() {
        true => (Verdict::Holds, "自願，各主辦機關均已同意".to_owned()),
        false => (Verdict::Fails, format!("自願，尚待{}同意", lacking.join("、"))),
    }
}

/// 「無」 says that nobody did.
fn designated(plan: &Plan) -> (Verdict, String) {
    match plan.programme.visit.designated_by.as_deref().map(str::trim) {
        None | Some("") => (Verdict::Open, "是否經指定未填".to_owned()),
        Some("無") => (Verdict::Fails, "未經指定".to_owned()),
        Some(by) => (Verdict::Holds, format!("經指定：{by}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::plan_with;
    use super::*;

    /// Which of the four conditions hold, in the plan's order.
    fn holding(overlay: &str) -> Vec<bool> {
        conditions(&plan_with(overlay)).iter().map(|finding| finding.verdict == Verdict::Holds).collect()
    }

    #[test]
    fn nothing_known_allows_nothing() {
        assert_eq!(holding(""), [false; 4]);
    }

    #[test]
    fn what_is_not_filled_in_is_open_and_no_verdict() {
        let verdicts = |overlay: &str| {
            conditions(&plan_with(overlay)).iter().map(|finding| finding.verdict).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(""), [Verdict::Open; 4]);
        let told = "[assessment.history]\n109 = \"甲等\"\n\
            [assessment.visit]\nin_favour = 0\nvolunteered = false\ndesignated_by = \"無\"\n";
        assert_eq!(verdicts(told), [Verdict::Fails; 4], "one year of another grade is enough");
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
        assert!(finding.verdict == Verdict::Holds && finding.because.contains("第40次"), "{finding:?}");
    }
}
