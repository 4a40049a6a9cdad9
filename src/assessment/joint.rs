//! Two years assessed together: which of them an evidence file belongs to.
//!
//! Files are told apart by a folder that names the year; nothing is guessed from their content.

use crate::folding::fold;
use crate::place::RelPath;
use crate::plan::Plan;

/// The year a file's folder names (「109年度」, 「109年」, 「109」), the innermost one; `None` when no
/// folder does, or when only one year is assessed.
pub fn year_of(plan: &Plan, path: &RelPath) -> Option<i16> {
    plan.programme.postponed.as_ref()?;
    let components: Vec<&str> = path.components().collect();
    let folders = components.split_last().map_or(&[][..], |(_, folders)| folders);
    folders.iter().rev().find_map(|folder| {
        let folder = fold(folder);
        let named = folder.trim_end_matches('度').trim_end_matches('年');
        plan.periods().into_iter().map(|(year, _)| year).find(|year| named == year.to_string())
    })
}

/// 「109年度」: what a folder for a year's evidence is called.
pub fn year_folder(year: i16) -> String {
    format!("{year}年度")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{plan, plan_with};
    use super::*;

    #[test]
    fn the_innermost_folder_that_names_an_assessed_year_decides() {
        let joint = plan_with(
            "[assessment.postponed]\nyear = 109\nfirst = \"109-01-01\"\nlast = \"109-12-31\"\nreason = \"疫情\"\n",
        );
        for (path, year) in [
            ("勞工處/勞03-1_研訓計畫/109年度/計畫.pdf", Some(109)),
            ("勞工處/勞03-1_研訓計畫/１１０年/計畫.pdf", Some(110)),
            ("勞工處/勞03-1_研訓計畫/109/110/計畫.pdf", Some(110)),
            ("勞工處/勞03-1_研訓計畫/108年度/計畫.pdf", None),
            ("勞工處/勞03-1_研訓計畫/109年度.pdf", None),
        ] {
            assert_eq!(year_of(&joint, &RelPath::new(path)), year, "{path}");
            assert_eq!(year_of(&plan(), &RelPath::new(path)), None, "one year alone");
        }
    }

    #[test]
    fn the_period_spans_both_years_and_is_told_apart() {
        let joint = plan_with(
            "[assessment.postponed]\nyear = 109\nfirst = \"109-01-01\"\nlast = \"109-12-31\"\nreason = \"疫情\"\n",
        );
        assert_eq!(joint.period.first.to_string(), "2020-01-01");
        let periods: Vec<String> = joint
            .periods()
            .iter()
            .map(|(year, period)| format!("{year} {} {}", period.first, period.last))
            .collect();
        assert_eq!(periods, ["109 2020-01-01 2020-12-31", "110 2021-01-01 2021-12-31"]);
    }
}
