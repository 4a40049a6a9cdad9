//! The grade of a total score, what it brings and what is missing to the next.

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

/// The grade of a total, which is first rounded to the plan's decimals, half up; `None` when the
/// plan names no grade for it.
pub fn earned(plan: &Plan, total: Figure) -> Option<Earned<'_>> {
    let total = total.round(plan.programme.score_decimals);
    let at = plan.grades.iter().position(|grade| grade.at_least.is_none_or(|least| total >= least))?;
    let grade = &plan.grades[at];
    let above = at.checked_sub(1).map(|above| &plan.grades[above]);
    let missing = above.and_then(|above| Some((above, above.at_least? - total)));
    Some(Earned { grade, next_year: plan.year + 1 + i16::from(grade.exempt_years), missing })
}

/// 「90分以上未滿95分」, as the plan words thresholds.
pub fn threshold(plan: &Plan, grade: &Grade) -> String {
    let at = plan.grades.iter().position(|known| known.title == grade.title);
    let above = at.and_then(|at| plan.grades[..at].last()).and_then(|above| above.at_least);
    match (grade.at_least, above) {
        (Some(least), Some(above)) => format!("{least}分以上未滿{above}分"),
        (Some(least), None) => format!("{least}分以上"),
        (None, Some(above)) => format!("未滿{above}分"),
        (None, None) => String::new(),
    }
}

/// What a grade brings, on one line: awards by role, honours, years of exemption.
pub fn outcome(grade: &Grade) -> String {
    let awards: Vec<String> =
        grade.awards.iter().map(|award| format!("{}{}", award.role, award.award)).collect();
    let mut parts: Vec<String> = Vec::new();
    if !awards.is_empty() {
        parts.push(awards.join("、"));
    }
    parts.extend(grade.honours.iter().cloned());
    if grade.exempt_years > 0 {
        parts.push(format!("次年度起免評{}年度", grade.exempt_years));
    }
    parts.join("；")
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::super::fixture::plan;
    use super::*;

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

    #[test]
    fn thresholds_are_worded_as_the_plan_words_them() {
        let plan = plan();
        let worded: Vec<String> = plan.grades.iter().map(|grade| threshold(&plan, grade)).collect();
        assert_eq!(worded, ["95分以上", "90分以上未滿95分", "85分以上未滿90分", "未滿85分"]);
    }

    static PLAN: LazyLock<Plan> = LazyLock::new(plan);

    proptest! {
        /// What is missing to the next grade earns it, and a hundredth less does not.
        #[test]
        fn what_is_missing_is_exactly_enough(hundredths in 0i64..=9499) {
            let plan = &*PLAN;
            let hundredth = Figure::parse("0.01").unwrap();
            let total = Figure::from(hundredths).checked_mul(hundredth).unwrap();
            let (above, missing) = earned(plan, total).unwrap().missing.unwrap();
            prop_assert_eq!(&earned(plan, total + missing).unwrap().grade.title, &above.title);
            prop_assert_ne!(&earned(plan, total + missing - hundredth).unwrap().grade.title, &above.title);
        }
    }
}
