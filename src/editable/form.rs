//! 自評表 as a text document: headings with outline levels, tables with header rows, a table of
//! contents, page numbers.
//!
//! What a text document cannot show as the typeset form does: charts become tables with drawn bars,
//! 草稿 stands in the header instead of across the page.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::Cleared;
use crate::container::{OdfKind, OdfPackage};
use crate::dossier::{ChartView, DetailColumn, DetailTable, Dossier, IndicatorSection, Reference};
use crate::template;

use super::page_span;

/// Length of the longest bar in centimetres.
const LONGEST_BAR: f64 = 9.0;
/// The same where an earlier year's figures take a column.
const LONGEST_BAR_BESIDE: f64 = 8.0;
/// Tables with more columns, or with a larger sum of weights, lie on wide paper.
const UPRIGHT_COLUMNS: usize = 6;
const UPRIGHT_WEIGHT: u32 = 20;
/// Relative column widths the template uses of its own.
const OWN_WEIGHTS: [u32; 4] = [1, 2, 4, 6];
const BAR_COLUMN_WEIGHT: u32 = 10;

/// What the templates are given: the dossier, and beside it what only a text document needs.
#[derive(Serialize)]
struct FormView<'a> {
    #[serde(flatten)]
    dossier: &'a Dossier,
    /// The title without the government, which stands above it on the cover.
    subject: &'a str,
    sections: Vec<FacetView<'a>>,
    detail_views: Vec<DetailView<'a>>,
    contents: Vec<ContentsLine>,
    contents_levels: [u8; 2],
    widths: Vec<ColumnWidth>,
    page_kinds: [PageKind; 3],
}

#[derive(Serialize)]
struct FacetView<'a> {
    anchor: String,
    numeral: &'a str,
    title: &'a str,
    indicators: Vec<IndicatorView<'a>>,
}

#[derive(Serialize)]
struct IndicatorView<'a> {
    #[serde(flatten)]
    section: &'a IndicatorSection,
    anchor: String,
    /// The line under the heading.
    facts: String,
    /// Pages of its evidence in 佐證資料.
    pages: Option<String>,
    evidence: Vec<EvidenceLine<'a>>,
    drawn: Vec<DrawnChart<'a>>,
}

#[derive(Serialize)]
struct EvidenceLine<'a> {
    number: &'a str,
    title: &'a str,
    unit: &'a str,
    pages: Option<String>,
}

#[derive(Serialize)]
struct DrawnChart<'a> {
    title: &'a str,
    measure: &'a str,
    last_year: Option<&'a str>,
    bars: Vec<DrawnBar<'a>>,
}

#[derive(Serialize)]
struct DrawnBar<'a> {
    label: &'a str,
    text: &'a str,
    /// In centimetres; `None` draws nothing.
    length: Option<String>,
    /// An earlier year's figure and bar.
    last: Option<&'a str>,
    last_length: Option<String>,
}

#[derive(Serialize)]
struct DetailView<'a> {
    anchor: String,
    number: &'a str,
    title: &'a str,
    is_first: bool,
    /// Whether the paper turns here, which begins a new page.
    turns: bool,
    orientation: &'static str,
    columns: &'a [DetailColumn],
    /// Whether there are any, for the template.
    rows: bool,
    lines: Vec<Vec<DetailCell<'a>>>,
}

#[derive(Serialize)]
struct DetailCell<'a> {
    text: &'a str,
    numeric: bool,
}

#[derive(Serialize)]
struct ContentsLine {
    level: u8,
    anchor: String,
    text: String,
}

#[derive(Serialize)]
struct ColumnWidth {
    weight: u32,
    /// In centimetres, for programs that know no shares.
    width: String,
    share: u32,
}

#[derive(Serialize)]
struct PageKind {
    name: &'static str,
    layout: &'static str,
    next: Option<&'static str>,
    has_header: bool,
}

/// The page after the cover is an ordinary one.
const PAGE_KINDS: [PageKind; 3] = [
    PageKind { name: "Standard", layout: "upright", next: None, has_header: true },
    PageKind { name: "Cover", layout: "upright", next: Some("Standard"), has_header: false },
    PageKind { name: "Wide", layout: "wide", next: None, has_header: true },
];

/// The form's bytes; the same dossier and templates give the same.
///
/// # Errors
/// A template of the user's own that cannot be used.
pub fn form(dossier: &Cleared<&Dossier>, templates: &Templates) -> anyhow::Result<Vec<u8>> {
    let dossier: &Dossier = dossier;
    let view = view(dossier);
    let content = template::render_odf("odf/form-content.hbs", &view, templates)?;
    let styles = template::render_odf("odf/form-styles.hbs", &view, templates)?;
    OdfPackage::new(OdfKind::Text)
        .with_xml("content.xml", &content)
        .with_xml("styles.xml", &styles)
        .with_metadata(
            &format!("{}{}", dossier.title, dossier.form_title),
            &dossier.government,
            &dossier.prepared_on_iso,
        )
        .write()
}

fn view(dossier: &Dossier) -> FormView<'_> {
    let sections: Vec<FacetView> = dossier
        .facets
        .iter()
        .enumerate()
        .map(|(f, facet)| FacetView {
            anchor: format!("facet-{}", f + 1),
            numeral: &facet.numeral,
            title: &facet.title,
            indicators: facet
                .indicators
                .iter()
                .enumerate()
                .map(|(i, section)| indicator(format!("section-{}-{}", f + 1, i + 1), section))
                .collect(),
        })
        .collect();
    let detail_views = details(&dossier.detail_tables);
    let mut weights: BTreeSet<u32> = OWN_WEIGHTS.into_iter().chain([BAR_COLUMN_WEIGHT]).collect();
    weights.extend(dossier.detail_tables.iter().flat_map(|table| &table.columns).map(|column| column.weight));
    FormView {
        contents: contents(&sections, &detail_views),
        contents_levels: [1, 2],
        widths: weights.into_iter().map(column_width).collect(),
        page_kinds: PAGE_KINDS,
        subject: dossier.title.strip_prefix(dossier.government.as_str()).unwrap_or(&dossier.title),
        dossier,
        sections,
        detail_views,
    }
}

/// LibreOffice takes shares below 23 for 23, so that small ones would all be equal.
fn column_width(weight: u32) -> ColumnWidth {
    ColumnWidth { weight, width: format!("{:.1}", f64::from(weight) * 0.8), share: weight * 1000 }
}

fn indicator(anchor: String, section: &IndicatorSection) -> IndicatorView<'_> {
    let bound: Vec<&Reference> =
        section.references.iter().filter(|reference| reference.first_page.is_some()).collect();
    IndicatorView {
        anchor,
        facts: facts(section),
        // Appendices of a section are bound one after another.
        pages: page_span(
            bound.first().and_then(|reference| reference.first_page),
            bound.last().and_then(|reference| reference.last_page),
        ),
        evidence: section
            .references
            .iter()
            .map(|reference| EvidenceLine {
                number: &reference.number,
                title: &reference.title,
                unit: &reference.unit,
                pages: page_span(reference.first_page, reference.last_page),
            })
            .collect(),
        drawn: section.charts.iter().map(drawn).collect(),
        section,
    }
}

fn facts(section: &IndicatorSection) -> String {
    let mut facts = Vec::new();
    facts.extend(section.four_p.clone());
    facts.extend(section.points.as_ref().map(|points| format!("配分 {points}")));
    facts.extend(section.page_limit.map(|pages| format!("佐證以 {pages} 頁為限")));
    facts.extend(section.self_score.as_ref().map(|score| format!("自評 {score}")));
    if !section.units.is_empty() {
        facts.push(format!("提供單位：{}", section.units.join("、")));
    }
    facts.join("　|　")
}

fn drawn(chart: &ChartView) -> DrawnChart<'_> {
    let values =
        chart.bars.iter().flat_map(|bar| [Some(bar.value), bar.last.as_ref().map(|last| last.value)]);
    let longest = values.flatten().fold(0.0, f64::max);
    let longest_bar = if chart.last_year.is_some() { LONGEST_BAR_BESIDE } else { LONGEST_BAR };
    let length =
        |value: f64| (value > 0.0).then(|| format!("{:.2}", (value / longest * longest_bar).max(0.02)));
    let bars = chart.bars.iter().map(|bar| DrawnBar {
        label: &bar.label,
        text: &bar.text,
        length: length(bar.value),
        last: bar.last.as_ref().map(|last| last.text.as_str()),
        last_length: bar.last.as_ref().and_then(|last| length(last.value)),
    });
    DrawnChart {
        title: &chart.title,
        measure: &chart.measure,
        last_year: chart.last_year.as_deref(),
        bars: bars.collect(),
    }
}

fn details(tables: &[DetailTable]) -> Vec<DetailView<'_>> {
    let mut views: Vec<DetailView> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let orientation = if is_wide(table) { "wide" } else { "upright" };
        views.push(DetailView {
            anchor: format!("detail-{}", index + 1),
            number: &table.number,
            title: &table.title,
            is_first: index == 0,
            turns: views.last().is_some_and(|before| before.orientation != orientation),
            orientation,
            columns: &table.columns,
            rows: !table.rows.is_empty(),
            lines: table.rows.iter().map(|row| line(row, &table.columns)).collect(),
        });
    }
    views
}

fn is_wide(table: &DetailTable) -> bool {
    let weight: u32 = table.columns.iter().map(|column| column.weight).sum();
    table.columns.len() > UPRIGHT_COLUMNS || weight > UPRIGHT_WEIGHT
}

fn line<'a>(row: &'a [String], columns: &[DetailColumn]) -> Vec<DetailCell<'a>> {
    let texts = row.iter().map(String::as_str).chain(std::iter::repeat(""));
    columns.iter().zip(texts).map(|(column, text)| DetailCell { text, numeric: column.numeric }).collect()
}

fn contents(sections: &[FacetView], details: &[DetailView]) -> Vec<ContentsLine> {
    let line = |level, anchor: &str, text: String| ContentsLine { level, anchor: anchor.to_owned(), text };
    let mut contents = vec![line(1, "overview", "評分總覽".to_owned())];
    for facet in sections {
        contents.push(line(1, &facet.anchor, format!("{}、{}", facet.numeral, facet.title)));
        for indicator in &facet.indicators {
            let text = format!("{}、{}", indicator.section.numeral, indicator.section.title);
            contents.push(line(2, &indicator.anchor, text));
        }
    }
    if !details.is_empty() {
        contents.push(line(1, "details", "附表".to_owned()));
    }
    for detail in details {
        contents.push(line(2, &detail.anchor, format!("{}　{}", detail.number, detail.title)));
    }
    contents
}
