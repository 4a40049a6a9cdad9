//! The self-score for programs: one JSON document with a schema version and a fixed order of fields.
//!
//! Figures are strings with the plan's decimals, as the form prints them; what is not known is `null`.

use serde::Serialize;

use crate::assessment::Scorecard;
use crate::figure::Figure;
use crate::plan::{Grade, Plan};

/// Raised when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    version: u32,
    government: &'a str,
    year: i16,
    indicators: Vec<Line<'a>>,
    points: Option<String>,
    self_score: Option<String>,
    /// What the points should add up to and do not.
    full_score_missed: Option<String>,
    earned: Option<Reached<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    title: &'a str,
    points: Option<String>,
    self_score: Option<String>,
    /// Points not claimed; negative when more is claimed than there is.
    open: Option<String>,
}

#[derive(Serialize)]
struct Reached<'a> {
    grade: &'a str,
    awards: Vec<Prize<'a>>,
    honours: &'a [String],
    exempt_years: i64,
    next_year: i16,
    /// `null` in the highest grade.
    next_grade: Option<Above<'a>>,
}

#[derive(Serialize)]
struct Prize<'a> {
    role: &'a str,
    award: &'a str,
}

#[derive(Serialize)]
struct Above<'a> {
    grade: &'a str,
    missing: String,
}

/// The scorecard as JSON, the same bytes for the same answers.
pub fn json(plan: &Plan, card: &Scorecard) -> String {
    let shown = |figure: Figure| figure.fixed(plan.programme.score_decimals);
    let lines = card.lines.iter().map(|line| Line {
        code: &line.indicator.code,
        title: &line.indicator.title,
        points: line.indicator.points.map(shown),
        self_score: line.self_score.map(shown),
        open: line.open().map(shown),
    });
    let earned = card.earned.as_ref().map(|earned| Reached {
        grade: &earned.grade.title,
        awards: awards(earned.grade),
        honours: &earned.grade.honours,
        exempt_years: i64::from(earned.grade.exempt_years),
        next_year: earned.next_year,
        next_grade: earned
            .missing
            .as_ref()
            .map(|(above, missing)| Above { grade: &above.title, missing: shown(*missing) }),
    });
    let report = Report {
        schema: "huibian-score",
        version: SCHEMA_VERSION,
        government: &plan.government.name,
        year: plan.year,
        indicators: lines.collect(),
        points: card.points.map(shown),
        self_score: card.self_score.map(shown),
        full_score_missed: card.full_score_missed.map(shown),
        earned,
    };
    // Strings and numbers only: serialising them cannot fail.
    serde_json::to_string_pretty(&report).unwrap_or_default()
}

fn awards(grade: &Grade) -> Vec<Prize<'_>> {
    grade.awards.iter().map(|award| Prize { role: &award.role, award: &award.award }).collect()
}
