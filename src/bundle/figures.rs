//! `dossier.json`: the printed figures for machines, under a versioned schema.
//!
//! Holds what the form prints as figures and nothing else: no narrative, no detail rows, never a
//! case.

use serde::Serialize;

use crate::dossier::{Dossier, FigureRow, IndicatorSection, LabelledValue};

/// Raised when a field changes its meaning or goes away; new fields do not raise it.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Figures<'a> {
    schema: &'static str,
    version: u32,
    identity: &'a str,
    government: &'a str,
    year: &'a str,
    period: &'a str,
    prepared_on: &'a str,
    score: Score<'a>,
    indicators: Vec<Indicator<'a>>,
    appendices: Vec<Appendix<'a>>,
}

#[derive(Serialize)]
struct Score<'a> {
    points: Option<&'a str>,
    self_score: Option<&'a str>,
    grade: Option<&'a str>,
}

#[derive(Serialize)]
struct Indicator<'a> {
    code: &'a str,
    facet: &'a str,
    title: &'a str,
    points: Option<&'a str>,
    self_score: Option<&'a str>,
    measures: Vec<Measure<'a>>,
    figures: Vec<UnitFigures<'a>>,
}

#[derive(Serialize)]
struct Measure<'a> {
    label: &'a str,
    measure: &'a str,
    units: Vec<(&'a str, Option<&'a str>)>,
    total: Option<&'a str>,
}

#[derive(Serialize)]
struct UnitFigures<'a> {
    unit: &'a str,
    values: &'a [LabelledValue],
}

#[derive(Serialize)]
struct Appendix<'a> {
    number: &'a str,
    item: &'a str,
    title: &'a str,
    unit: &'a str,
    files: usize,
    absent: Option<&'a str>,
}

/// The figures as JSON, the same bytes for the same dossier.
pub fn figures_json(dossier: &Dossier) -> String {
    let indicators = dossier
        .facets
        .iter()
        .flat_map(|facet| facet.indicators.iter().map(move |section| indicator(&facet.title, section)))
        .collect();
    let figures = Figures {
        schema: "huibian-dossier",
        version: SCHEMA_VERSION,
        identity: &dossier.identity,
        government: &dossier.government,
        year: &dossier.year,
        period: &dossier.period,
        prepared_on: &dossier.prepared_on_iso,
        score: Score {
            points: dossier.score.points.as_deref(),
            self_score: dossier.score.self_score.as_deref(),
            grade: dossier.score.grade.as_deref(),
        },
        indicators,
        appendices: dossier
            .appendices
            .iter()
            .map(|appendix| Appendix {
                number: &appendix.number,
                item: appendix.item.as_str(),
                title: &appendix.title,
                unit: &appendix.unit,
                files: appendix.entries.len(),
                absent: appendix.absent.as_deref(),
            })
            .collect(),
    };
    // Strings and numbers only: serialising them cannot fail.
    serde_json::to_string_pretty(&figures).unwrap_or_default() + "\n"
}

fn indicator<'a>(facet: &'a str, section: &'a IndicatorSection) -> Indicator<'a> {
    let measures = match &section.table {
        Some(table) => table.rows.iter().map(|row| measure(&table.units, row)).collect(),
        None => Vec::new(),
    };
    Indicator {
        code: &section.code,
        facet,
        title: &section.title,
        points: section.points.as_deref(),
        self_score: section.self_score.as_deref(),
        measures,
        figures: section
            .figures
            .iter()
            .map(|figures| UnitFigures { unit: &figures.unit, values: &figures.rows })
            .collect(),
    }
}

fn measure<'a>(units: &'a [String], row: &'a FigureRow) -> Measure<'a> {
    Measure {
        label: &row.label,
        measure: &row.measure,
        units: units.iter().map(String::as_str).zip(row.values.iter().map(Option::as_deref)).collect(),
        total: row.total.as_deref(),
    }
}
