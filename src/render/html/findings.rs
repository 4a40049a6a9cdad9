//! Diagnostics as the page lists them, what blocks in short, and the wording of the rules met.
//!
//! The order is that of the terminal's list: by unit, errors first.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule};
use crate::place::Place;

use super::super::{UnitGroup, clean, explained, severity_word};

/// Cells of a row shown on either side of the one in question.
const BESIDE: usize = 3;
/// Characters shown of one cell.
const CELL_LENGTH: usize = 40;

#[derive(Serialize)]
pub struct Group {
    /// `unit-police`; the target of links.
    pub anchor: String,
    /// What the filter goes by.
    pub key: String,
    pub name: String,
    pub findings: Vec<Finding>,
}

#[derive(Serialize)]
pub struct Finding {
    pub id: String,
    /// `error`, `warning` or `accepted`.
    pub severity: &'static str,
    pub severity_text: &'static str,
    pub rule: &'static str,
    pub file: Option<String>,
    /// Sheet, cell, page or line inside the file.
    pub spot: Vec<String>,
    pub message: String,
    pub hint: String,
    /// 「12人次」→「12」, where that is certain.
    pub repair: Option<String>,
    pub cells: Vec<ShownCell>,
    pub related: Vec<RelatedLine>,
    pub accepted: Option<String>,
    /// Given where it is of use: on what blocks.
    pub exception_key: Option<String>,
}

#[derive(Serialize)]
pub struct ShownCell {
    pub text: String,
    pub is_marked: bool,
}

#[derive(Serialize)]
pub struct RelatedLine {
    pub place: String,
    pub note: String,
}

/// One rule that keeps one unit from being done.
#[derive(Serialize)]
pub struct Blocker {
    pub unit: String,
    pub title: &'static str,
    pub count: usize,
    /// The first diagnostic of them.
    pub first: String,
}

#[derive(Serialize)]
pub struct RuleText {
    pub id: &'static str,
    pub title: &'static str,
    pub severity_text: &'static str,
    pub paragraphs: Vec<RuleParagraph>,
}

#[derive(Serialize)]
pub struct RuleParagraph {
    pub heading: &'static str,
    pub body: &'static str,
}

/// Numbers the findings through all groups, as [`blockers`] does.
pub fn groups(groups: Vec<UnitGroup>) -> Vec<Group> {
    let mut number = 0;
    groups
        .into_iter()
        .map(|group| Group {
            anchor: format!("unit-{}", key_of(&group)),
            key: key_of(&group).to_owned(),
            name: clean(group.name),
            findings: group
                .diagnostics
                .iter()
                .map(|diagnostic| {
                    number += 1;
                    finding(number, diagnostic)
                })
                .collect(),
        })
        .collect()
}

fn key_of<'a>(group: &UnitGroup<'a>) -> &'a str {
    group.unit.unwrap_or("secretariat")
}

fn finding(number: usize, diagnostic: &Diagnostic) -> Finding {
    let (severity, severity_text) = match (&diagnostic.accepted, diagnostic.blocks()) {
        (Some(_), _) => ("accepted", "已核可"),
        (None, true) => ("error", severity_word(diagnostic.severity)),
        (None, false) => ("warning", severity_word(diagnostic.severity)),
    };
    Finding {
        id: anchor(number),
        severity,
        severity_text,
        rule: diagnostic.rule.id,
        file: diagnostic.place.path().map(|path| clean(path.as_str())),
        spot: spot(&diagnostic.place),
        message: clean(&diagnostic.message),
        hint: clean(&diagnostic.hint),
        repair: diagnostic.repair.as_ref().map(|repair| clean(&repair.sentence())),
        cells: cells(diagnostic),
        related: diagnostic
            .related
            .iter()
            .map(|(place, note)| RelatedLine { place: clean(&place.to_string()), note: clean(note) })
            .collect(),
        accepted: diagnostic.accepted.as_deref().map(clean),
        exception_key: diagnostic.exception_key().filter(|_| diagnostic.blocks()).map(|key| clean(&key)),
    }
}

fn anchor(number: usize) -> String {
    format!("f{number}")
}

fn spot(place: &Place) -> Vec<String> {
    match place {
        Place::Workspace | Place::File { .. } => Vec::new(),
        Place::Sheet { sheet, .. } => vec![clean(sheet)],
        Place::Cell { sheet, cell, .. } => vec![clean(sheet), cell.to_string()],
        Place::Text { line, column, .. } => vec![format!("第 {line} 行第 {column} 欄")],
        Place::Page { page, .. } => vec![format!("第 {page} 頁")],
    }
}

/// The marked cell with its neighbours.
fn cells(diagnostic: &Diagnostic) -> Vec<ShownCell> {
    let Some(excerpt) = &diagnostic.excerpt else { return Vec::new() };
    let first = excerpt.marked.saturating_sub(BESIDE);
    let shown = excerpt.cells.iter().enumerate().skip(first).take(2 * BESIDE + 1);
    shown
        .map(|(index, text)| ShownCell { text: shortened(&clean(text)), is_marked: index == excerpt.marked })
        .collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(CELL_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What keeps the bundle from being written, by unit and rule in the order of the list.
pub fn blockers(groups: &[UnitGroup]) -> Vec<Blocker> {
    let mut blockers: Vec<Blocker> = Vec::new();
    let mut number = 0;
    for group in groups {
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for diagnostic in &group.diagnostics {
            number += 1;
            if !diagnostic.blocks() {
                continue;
            }
            let index = *known.entry(diagnostic.rule.id).or_insert_with(|| {
                blockers.push(Blocker {
                    unit: clean(group.name),
                    title: diagnostic.rule.title,
                    count: 0,
                    first: anchor(number),
                });
                blockers.len() - 1
            });
            blockers[index].count += 1;
        }
    }
    blockers
}

/// The rules that were met, by id.
pub fn rules(diagnostics: &Diagnostics) -> Vec<RuleText> {
    let mut seen = BTreeSet::new();
    let met = diagnostics.iter().map(|diagnostic| diagnostic.rule);
    let mut rules: Vec<&'static Rule> = met.filter(|rule| seen.insert(rule.id)).collect();
    rules.sort_by_key(|rule| rule.id);
    rules
        .into_iter()
        .map(|rule| RuleText {
            id: rule.id,
            title: rule.title,
            severity_text: severity_word(rule.severity),
            paragraphs: explained(rule).map(|(heading, body)| RuleParagraph { heading, body }).collect(),
        })
        .collect()
}
