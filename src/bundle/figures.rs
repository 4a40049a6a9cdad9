//! `dossier.json`: the printed figures for machines, under a versioned schema.
//!
//! Holds what the form prints as figures and nothing else: no narrative, no detail rows, never a
//! case.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dossier::{ChartView, Dossier, FigureRow, IndicatorSection, LabelledValue, Reference};

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
    /// Units that gave a text, of those asked.
    narratives: usize,
    /// Names of the units asked.
    units: &'a [String],
    measures: Vec<Measure<'a>>,
    figures: Vec<UnitFigures<'a>>,
    charts: Vec<Chart<'a>>,
}

#[derive(Serialize)]
struct Measure<'a> {
    label: &'a str,
    measure: &'a str,
    values: Vec<UnitValue<'a>>,
    total: Option<&'a str>,
}

#[derive(Serialize)]
struct UnitValue<'a> {
    unit: &'a str,
    /// `null`: the unit is not asked.
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct UnitFigures<'a> {
    unit: &'a str,
    heading: &'a str,
    values: &'a [LabelledValue],
}

#[derive(Serialize)]
struct Chart<'a> {
    title: &'a str,
    measure: &'a str,
    bars: Vec<Bar<'a>>,
}

#[derive(Serialize)]
struct Bar<'a> {
    label: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Appendix<'a> {
    number: &'a str,
    item: &'a str,
    title: &'a str,
    unit: &'a str,
    files: usize,
    /// Pages of 佐證資料, from 1.
    first_page: Option<usize>,
    last_page: Option<usize>,
    /// Volumes these pages are counted in, from 1; `null`: undivided.
    first_volume: Option<usize>,
    last_volume: Option<usize>,
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
        appendices: appendices(dossier),
    };
    // Strings and numbers only: serialising them cannot fail.
    serde_json::to_string_pretty(&figures).unwrap_or_default() + "\n"
}

fn appendices(dossier: &Dossier) -> Vec<Appendix<'_>> {
    let references =
        dossier.facets.iter().flat_map(|facet| &facet.indicators).flat_map(|section| &section.references);
    let pages: BTreeMap<&str, &Reference> =
        references.map(|reference| (reference.number.as_str(), reference)).collect();
    dossier
        .appendices
        .iter()
        .map(|appendix| {
            let reference = pages.get(appendix.number.as_str());
            Appendix {
                number: &appendix.number,
                item: appendix.item.as_str(),
                title: &appendix.title,
                unit: &appendix.unit,
                files: appendix.entries.len(),
                first_page: reference.and_then(|reference| reference.first_page),
                last_page: reference.and_then(|reference| reference.last_page),
                first_volume: reference.and_then(|reference| reference.first_volume),
                last_volume: reference.and_then(|reference| reference.last_volume),
                absent: appendix.absent.as_deref(),
            }
        })
        .collect()
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
        narratives: section.narratives.iter().filter(|narrative| narrative.absent.is_none()).count(),
        units: &section.units,
        measures,
        figures: section
            .figures
            .iter()
            .map(|figures| UnitFigures {
                unit: &figures.unit,
                heading: &figures.heading,
                values: &figures.rows,
            })
            .collect(),
        charts: section.charts.iter().map(chart).collect(),
    }
}

fn chart(view: &ChartView) -> Chart<'_> {
    let bars = view.bars.iter().map(|bar| Bar { label: &bar.label, value: &bar.text });
    Chart { title: &view.title, measure: &view.measure, bars: bars.collect() }
}

fn measure<'a>(units: &'a [String], row: &'a FigureRow) -> Measure<'a> {
    Measure {
        label: &row.label,
        measure: &row.measure,
        values: units
            .iter()
            .zip(&row.values)
            .map(|(unit, value)| UnitValue { unit, value: value.as_deref() })
            .collect(),
        total: row.total.as_deref(),
    }
}
