//! The secretariat's workbook: cells to settings, scores, texts and exceptions.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::figure::Figure;
use crate::grid::Grid;
use crate::intake::form::{Form, Spot, heading_of};
use crate::layout::{Ask, BlockKind, EDITORIAL_REPLACES, secretariat_form};
use crate::place::{CellRef, Located, RelPath};
use crate::plan::{IndicatorId, Plan};
use crate::submission::{
    Contact, Editorial, EditorialMode, Exception, IndicatorScore, Recommendation, SecretariatAnswers, Value,
};

/// Reads the secretariat's workbook. A workbook of another plan or unit gives no answers.
pub fn secretariat(plan: &Plan, file: &RelPath, grid: &Grid) -> (SecretariatAnswers, Diagnostics) {
    let mut answers = SecretariatAnswers { file: Some(file.clone()), ..Default::default() };
    let layout = secretariat_form(plan);
    let mut form = match Form::open(&layout, grid, file, None, plan.period) {
        Ok(form) => form,
        Err(diagnostics) => return (answers, diagnostics),
    };
    let mut modes = BTreeMap::new();
    for spot in form.spots() {
        match &spot.block.kind {
            BlockKind::Basics => basics(&mut form, spot, &mut answers),
            BlockKind::Contacts => answers.contacts = contacts(&mut form, spot),
            BlockKind::Scores => answers.scores = scores(&mut form, spot),
            BlockKind::Part(part) => {
                answers.asked.insert(spot.block.id.clone(), form.begins(spot));
                let paragraphs = form.paragraphs(spot);
                if !paragraphs.is_empty() {
                    answers.parts.insert(*part, paragraphs);
                }
            }
            BlockKind::Recommendations => {
                answers.asked.insert(spot.block.id.clone(), form.begins(spot));
                answers.recommendations = recommendations(&mut form, spot);
            }
            BlockKind::EditorialModes => modes = editorial_modes(&mut form, spot),
            BlockKind::Editorial(indicator) => {
                let paragraphs = form.paragraphs(spot);
                if !paragraphs.is_empty() {
                    let mode = EditorialMode::Leads;
                    answers.editorials.insert(indicator.clone(), Editorial { mode, paragraphs });
                }
            }
            BlockKind::Exceptions => answers.exceptions = exceptions(&mut form, spot),
            _ => {}
        }
    }
    for (indicator, editorial) in &mut answers.editorials {
        if let Some(mode) = modes.get(indicator) {
            editorial.mode = *mode;
        }
    }
    (answers, form.diagnostics)
}

/// The value of a known row, read as its question asks.
fn known(form: &mut Form<'_>, spot: Spot<'_>, row: &str, column: &str) -> Option<Located<Value>> {
    let at = form.known(spot, row, column)?;
    let row = spot.block.known_row(row)?;
    let (_, question) = row.questions.iter().find(|(index, _)| spot.block.columns[*index].key == column)?;
    let Ask::Value(kind) = &question.ask else { return None };
    let subject = match spot.block.columns.len() {
        1 => form.subject(spot, &row.label),
        _ => form.subject(spot, &format!("{} {}", row.label, question.label)),
    };
    form.value(spot, at, kind, &question.measure, &subject)
}

fn text(located: Located<Value>) -> Option<Located<String>> {
    match located.value {
        Value::Text(text) | Value::Choice(text) => Some(Located::new(text, located.place)),
        _ => None,
    }
}

/// 「無」 beside points or a setting means that there is none, not that it is zero.
fn figure(located: Located<Value>) -> Option<Located<Figure>> {
    match located.value {
        Value::Figure(figure) => Some(Located::new(figure, located.place)),
        _ => None,
    }
}

fn basics(form: &mut Form<'_>, spot: Spot<'_>, answers: &mut SecretariatAnswers) {
    for row in spot.block.known() {
        if let Some(at) = form.known(spot, &row.key, "value") {
            answers.asked.insert(row.key.clone(), form.place(spot, at));
        }
    }
    let mut setting = |key: &str| known(form, spot, key, "value");
    answers.final_date = setting("final_date").and_then(date);
    answers.prepared_on = setting("prepared_on").and_then(date);
    answers.recipient_name = setting("recipient_name").and_then(text);
    answers.recipient_email = setting("recipient_email").and_then(text);
    answers.document_number = setting("document_number").and_then(text);
    answers.mail_megabytes = setting("mail_megabytes").and_then(figure);
    answers.picture_dpi = setting("picture_dpi").and_then(figure);
}

fn date(located: Located<Value>) -> Option<Located<jiff::civil::Date>> {
    match located.value {
        Value::Date(date) => Some(Located::new(date, located.place)),
        _ => None,
    }
}

/// A row of a table: each column read as it asks.
fn row(
    form: &mut Form<'_>,
    spot: Spot<'_>,
    number: usize,
    cells: &BTreeMap<String, CellRef>,
) -> BTreeMap<String, Located<Value>> {
    let heading = heading_of(spot.block).to_owned();
    let mut values = BTreeMap::new();
    for column in &spot.block.columns {
        let (Some(at), Ask::Value(kind)) = (cells.get(&column.key), &column.question.ask) else {
            continue;
        };
        let label = &column.question.label;
        let subject = form.subject(spot, &format!("{heading} 第{}筆 {label}", number + 1));
        if let Some(value) = form.value(spot, *at, kind, &column.question.measure, &subject) {
            values.insert(column.key.clone(), value);
        }
    }
    values
}

fn rows(form: &mut Form<'_>, spot: Spot<'_>) -> Vec<BTreeMap<String, Located<Value>>> {
    let rows = form.rows(spot);
    rows.iter().enumerate().map(|(number, cells)| row(form, spot, number, cells)).collect()
}

fn take(row: &mut BTreeMap<String, Located<Value>>, key: &str) -> Option<Located<String>> {
    row.remove(key).and_then(text)
}

fn plain(row: &mut BTreeMap<String, Located<Value>>, key: &str) -> String {
    take(row, key).map_or_else(String::new, |text| text.value)
}

fn contacts(form: &mut Form<'_>, spot: Spot<'_>) -> Vec<Contact> {
    rows(form, spot)
        .into_iter()
        .map(|mut row| Contact {
            places: row.iter().map(|(key, located)| (key.clone(), located.place.clone())).collect(),
            name: plain(&mut row, "name"),
            title: plain(&mut row, "title"),
            telephone: plain(&mut row, "telephone"),
            email: plain(&mut row, "email"),
            unit: plain(&mut row, "unit"),
        })
        .collect()
}

fn scores(form: &mut Form<'_>, spot: Spot<'_>) -> BTreeMap<IndicatorId, IndicatorScore> {
    let mut scores = BTreeMap::new();
    for row in spot.block.known() {
        let score = IndicatorScore {
            points: known(form, spot, &row.key, "points").and_then(figure),
            self_score: known(form, spot, &row.key, "self_score").and_then(figure),
        };
        if score != IndicatorScore::default() {
            scores.insert(IndicatorId(row.key.clone()), score);
        }
    }
    scores
}

fn recommendations(form: &mut Form<'_>, spot: Spot<'_>) -> Vec<Recommendation> {
    rows(form, spot)
        .into_iter()
        .filter_map(|mut row| {
            Some(Recommendation {
                advice: take(&mut row, "advice")?,
                action: take(&mut row, "action"),
                unit: take(&mut row, "unit").map(|text| text.value),
            })
        })
        .collect()
}

fn editorial_modes(form: &mut Form<'_>, spot: Spot<'_>) -> BTreeMap<IndicatorId, EditorialMode> {
    let mut modes = BTreeMap::new();
    for row in spot.block.known() {
        if let Some(mode) = known(form, spot, &row.key, "mode").and_then(text) {
            let mode = match mode.value == EDITORIAL_REPLACES {
                true => EditorialMode::Replaces,
                false => EditorialMode::Leads,
            };
            modes.insert(IndicatorId(row.key.clone()), mode);
        }
    }
    modes
}

fn exceptions(form: &mut Form<'_>, spot: Spot<'_>) -> Vec<Exception> {
    rows(form, spot)
        .into_iter()
        .filter_map(|mut row| {
            let date = row.remove("date").and_then(|located| match located.value {
                Value::Date(date) => Some(date),
                _ => None,
            });
            Some(Exception {
                key: take(&mut row, "key")?,
                reason: plain(&mut row, "reason"),
                name: plain(&mut row, "name"),
                date,
            })
        })
        .collect()
}
