//! The self-score: a line per indicator, a total that foots, and what it earns.
//!
//! Totals appear only when every part is known; points come from the plan or from nowhere.

use std::collections::BTreeMap;

use crate::figure::Figure;
use crate::plan::{Indicator, IndicatorId, Plan};

use super::grade::{Earned, earned};

/// One indicator's points and self-score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreLine<'a> {
    pub indicator: &'a Indicator,
    /// Rounded to the plan's decimals.
    pub self_score: Option<Figure>,
}

impl ScoreLine<'_> {
    /// Points not claimed; `None` when either is unknown.
    pub fn open(&self) -> Option<Figure> {
        Some(self.indicator.points? - self.self_score?)
    }
}

/// The whole self-score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard<'a> {
    /// In the form's order.
    pub lines: Vec<ScoreLine<'a>>,
    /// Sum of the points; `None` when an indicator has none.
    pub points: Option<Figure>,
    /// Sum of the rounded self-scores, so that the printed column foots.
    pub self_score: Option<Figure>,
    /// Only with all points and all self-scores.
    pub earned: Option<Earned<'a>>,
    /// What the points should add up to and do not.
    pub full_score_missed: Option<Figure>,
}

/// Sets self-scores against the plan's points, thresholds and grades.
pub fn scorecard<'a>(plan: &'a Plan, scores: &BTreeMap<IndicatorId, Figure>) -> Scorecard<'a> {
    let decimals = plan.programme.score_decimals;
    let lines: Vec<ScoreLine> = plan
        .indicators()
        .map(|indicator| ScoreLine {
            indicator,
            self_score: scores.get(&indicator.id).map(|score| score.round(decimals)),
        })
        .collect();
    let points = lines.iter().map(|line| line.indicator.points).sum::<Option<Figure>>();
    let self_score = lines.iter().map(|line| line.self_score).sum::<Option<Figure>>();
    // Without the official points a self-score cannot be set against the thresholds.
    let earned = points.and(self_score).and_then(|total| earned(plan, total));
    let full_score_missed =
        plan.programme.full_score.filter(|full| points.is_some_and(|points| points != *full));
    Scorecard { lines, points, self_score, earned, full_score_missed }
}

impl<'a> Scorecard<'a> {
    /// Lines where points are left, most first: where to look for what is missing.
    pub fn where_points_are_left(&self) -> Vec<(&'a Indicator, Figure)> {
        let mut left: Vec<(&Indicator, Figure)> = self
            .lines
            .iter()
            .filter_map(|line| Some((line.indicator, line.open()?)))
            .filter(|(_, open)| !open.is_zero() && !open.is_negative())
            .collect();
        left.sort_by_key(|(_, open)| std::cmp::Reverse(*open));
        left
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{plan, plan_with};
    use super::*;

    fn figure(text: &str) -> Figure {
        Figure::parse(text).unwrap()
    }

    fn scores(plan: &Plan, score: &str) -> BTreeMap<IndicatorId, Figure> {
        plan.indicators().map(|indicator| (indicator.id.clone(), figure(score))).collect()
    }

    /// Ten points for ten indicators, nothing for the two last: 100.
    fn scored_plan() -> Plan {
        let mut plan = plan();
        for (index, indicator) in plan.facets.iter_mut().flat_map(|facet| &mut facet.indicators).enumerate() {
            indicator.points = Some(figure(if index < 10 { "10" } else { "0" }));
        }
        plan
    }

    #[test]
    fn without_points_there_is_a_total_and_no_grade() {
        let plan = plan();
        let card = scorecard(&plan, &scores(&plan, "8"));
        assert_eq!((card.points, card.self_score), (None, Some(figure("96"))));
        assert_eq!(card.earned, None);
        assert!(card.where_points_are_left().is_empty());
    }

    #[test]
    fn one_score_missing_leaves_no_total() {
        let plan = scored_plan();
        let mut scores = scores(&plan, "9");
        scores.remove(&IndicatorId::from("training"));
        let card = scorecard(&plan, &scores);
        assert_eq!((card.points, card.self_score), (Some(figure("100")), None));
        assert_eq!(card.earned, None);
    }

    /// 7.915 is printed 7.92; twelve of them are 95.04, not the 94.98 of the sum rounded once.
    #[test]
    fn the_printed_column_foots() {
        let plan = scored_plan();
        let card = scorecard(&plan, &scores(&plan, "7.915"));
        assert_eq!(card.self_score, Some(figure("95.04")));
        assert_eq!(card.earned.unwrap().grade.title, "特優");
    }

    #[test]
    fn points_left_are_told_most_first_and_an_odd_sum_of_points_too() {
        let mut plan = scored_plan();
        plan.facets[0].indicators[0].points = Some(figure("12"));
        let scores: BTreeMap<IndicatorId, Figure> = plan
            .indicators()
            .map(|indicator| {
                let score = if indicator.code == "2-1" { "9.5" } else { "10" };
                (indicator.id.clone(), figure(score).min(indicator.points.unwrap()))
            })
            .collect();
        let card = scorecard(&plan, &scores);
        let left: Vec<(String, String)> = card
            .where_points_are_left()
            .iter()
            .map(|(indicator, open)| (indicator.code.clone(), open.to_string()))
            .collect();
        assert_eq!(left, [("1-1".to_owned(), "2".to_owned()), ("2-1".to_owned(), "0.5".to_owned())]);
        assert_eq!(card.full_score_missed, Some(figure("100")));
    }

    #[test]
    fn the_plan_says_to_how_many_decimals() {
        let plan = plan_with("[assessment]\nscore_decimals = 1\n");
        assert_eq!(scorecard(&plan, &scores(&plan, "7.95")).self_score, Some(figure("96")));
    }
}
