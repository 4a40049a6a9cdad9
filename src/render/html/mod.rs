//! The check report as one HTML page: who has handed in what, what blocks, every diagnostic, the
//! evidence by task, the charts.
//!
//! Builds the view that `templates/html/check.hbs` prints; every text is escaped there. The page is
//! internal: it knows today and is never packed.

mod findings;
mod matrix;
mod standing;
mod thumbnails;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::{Cleared, Outgoing, serialised_texts};
use crate::diagnostic::Diagnostics;
use crate::dossier::{ChartView, Dossier};
use crate::inventory::{Inventory, sha256_hex};
use crate::plan::{Plan, UnitId};
use crate::roc;
use crate::submission::Submission;
use crate::tally::Tally;
use crate::template::{self, TemplateError};

pub use thumbnails::{
    Confirmation, ThumbnailMaterial, ThumbnailPage, Viewed, thumbnail_page, thumbnail_sheets,
};

use super::text::verdict;
use super::{clean, groups};

/// What the page is made of.
pub struct ReportMaterial<'a> {
    /// With the secretariat's settings laid over it.
    pub plan: &'a Plan,
    pub submissions: &'a BTreeMap<UnitId, Submission>,
    pub inventory: &'a Inventory,
    pub diagnostics: &'a Diagnostics,
    pub tally: &'a Tally,
    /// For its charts, in which small cells are merged already.
    pub dossier: &'a Dossier,
}

/// What `templates/html/check.hbs` is given.
#[derive(Serialize)]
pub struct ReportPage {
    title: String,
    form_title: String,
    today: String,
    identity: String,
    verdict: String,
    blocked: bool,
    deadlines: [standing::DeadlineLine; 2],
    units: Vec<standing::UnitLine>,
    blockers: Vec<findings::Blocker>,
    groups: Vec<findings::Group>,
    n_findings: usize,
    rules: Vec<findings::RuleText>,
    matrices: Vec<matrix::UnitMatrix>,
    charts: Vec<SectionCharts>,
    style: String,
    script: String,
    /// Lets the page's own style and script run and nothing else. Hangs on all that was handed in, so
    /// that nobody who writes into a cell can know it beforehand.
    nonce: String,
}

#[derive(Serialize)]
struct SectionCharts {
    code: String,
    title: String,
    charts: Vec<Chart>,
}

#[derive(Serialize)]
struct Chart {
    title: String,
    measure: String,
    bars: Vec<BarLine>,
}

#[derive(Serialize)]
struct BarLine {
    label: String,
    text: String,
    /// Percent of the longest bar.
    length: String,
}

impl Outgoing for ReportPage {
    fn texts(&self) -> Vec<(String, String)> {
        serialised_texts(self, &["style", "script", "nonce"])
    }
}

/// What stands on the page, every text of it on one line and masked.
///
/// # Errors
/// A style or script of the user's own that cannot be read.
pub fn report_page(material: &ReportMaterial, templates: &Templates) -> Result<ReportPage, TemplateError> {
    let groups = groups(material.diagnostics, material.plan);
    let mut digests = String::new();
    for file in &material.inventory.files {
        digests.push_str(&file.digests.sha256);
    }
    Ok(ReportPage {
        title: clean(&material.plan.title),
        form_title: clean(&material.plan.form_title),
        today: roc::day_and_weekday(material.tally.today),
        identity: material.dossier.identity.clone(),
        verdict: verdict(material.diagnostics),
        blocked: material.diagnostics.block(),
        deadlines: standing::deadlines(material.tally),
        units: standing::units(material.tally, &groups),
        blockers: findings::blockers(&groups),
        n_findings: material.diagnostics.len(),
        rules: findings::rules(material.diagnostics),
        matrices: matrix::matrices(material),
        charts: charts(material.dossier),
        style: template::text("html/check.css", templates)?,
        script: template::text("html/check.js", templates)?,
        nonce: sha256_hex(digests.as_bytes()),
        groups: findings::groups(groups),
    })
}

/// The page, self-contained: no other file and no network is needed to read it.
///
/// # Errors
/// A template of the user's own that asks for what is not there, or is broken.
pub fn html(page: &Cleared<ReportPage>, templates: &Templates) -> Result<String, TemplateError> {
    let page: &ReportPage = page;
    template::render_html("html/check.hbs", page, templates)
}

fn charts(dossier: &Dossier) -> Vec<SectionCharts> {
    let sections = dossier.facets.iter().flat_map(|facet| &facet.indicators);
    sections
        .filter(|section| !section.charts.is_empty())
        .map(|section| SectionCharts {
            code: section.code.clone(),
            title: clean(&section.title),
            charts: section.charts.iter().map(chart).collect(),
        })
        .collect()
}

fn chart(chart: &ChartView) -> Chart {
    let longest = chart.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let length = |value: f64| if longest > 0.0 { value / longest * 100.0 } else { 0.0 };
    Chart {
        title: clean(&chart.title),
        measure: clean(&chart.measure),
        bars: chart
            .bars
            .iter()
            .map(|bar| BarLine {
                label: clean(&bar.label),
                text: clean(&bar.text),
                length: format!("{:.1}%", length(bar.value)),
            })
            .collect(),
    }
}
