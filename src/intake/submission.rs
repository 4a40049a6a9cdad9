//! A unit's workbook: cells to a submission, and diagnostics beside it.
//!
//! Gathers what the form's cells say into answers; a blank or unreadable answer is absent, and
//! whether it may be is the checks' affair.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::figure::Figure;
use crate::grid::Grid;
use crate::intake::form::{Form, Spot, heading_of};
use crate::layout::{Ask, BlockKind, Column, KnownRow, SWITCH_NO, unit_form};
use crate::place::{CellRef, Located, Place, RelPath};
use crate::plan::{Plan, TaskId, UnitId};
use crate::submission::{Answer, Applies, EvidenceAnswer, Parts, Record, Submission, Value};

/// Reads a unit's workbook. A workbook of another unit or plan gives an empty submission.
pub fn submission(plan: &Plan, unit: &UnitId, file: &RelPath, grid: &Grid) -> (Submission, Diagnostics) {
    let mut submission = Submission {
        unit: unit.clone(),
        file: file.clone(),
        tasks: BTreeMap::new(),
        tables: BTreeMap::new(),
        table_places: BTreeMap::new(),
        evidence: BTreeMap::new(),
    };
    let layout = unit_form(plan, unit);
    let mut form = match Form::open(&layout, grid, file, Some(unit), plan.period) {
        Ok(form) => form,
        Err(diagnostics) => return (submission, diagnostics),
    };
    for spot in form.spots() {
        match &spot.block.kind {
            BlockKind::Switch(task) => {
                let applies = switch(&mut form, spot);
                answer(&mut submission, &form, spot, task).applies = applies;
            }
            BlockKind::Narrative(task) => {
                let narrative = form.paragraphs(spot);
                let begins = form.begins(spot);
                let answer = answer(&mut submission, &form, spot, task);
                answer.narrative = narrative;
                answer.narrative_place = begins;
            }
            BlockKind::Fields(task) => {
                let fields = fields(&mut form, spot);
                let answer = answer(&mut submission, &form, spot, task);
                answer.fields = fields.values;
                answer.parts = fields.parts;
                answer.blanks = fields.blanks;
            }
            BlockKind::Table(table) => {
                let rows = records(&mut form, spot);
                submission.tables.insert(table.clone(), rows);
                submission.table_places.insert(table.clone(), form.begins(spot));
            }
            BlockKind::Evidence(_) => {
                for row in spot.block.known() {
                    if let Some(answer) = evidence(&mut form, spot, row) {
                        submission.evidence.insert(crate::layout::item_code(row), answer);
                    }
                }
            }
            _ => {}
        }
    }
    (submission, form.diagnostics)
}

fn answer<'s>(
    submission: &'s mut Submission,
    form: &Form<'_>,
    spot: Spot<'_>,
    task: &TaskId,
) -> &'s mut Answer {
    submission.tasks.entry(task.clone()).or_insert_with(|| Answer {
        applies: None,
        narrative: Vec::new(),
        fields: BTreeMap::new(),
        parts: BTreeMap::new(),
        blanks: BTreeMap::new(),
        narrative_place: form.sheet_place(spot),
        place: form.sheet_place(spot),
    })
}

fn switch(form: &mut Form<'_>, spot: Spot<'_>) -> Option<Located<Applies>> {
    let [applies, reason] = spot.block.known() else { return None };
    let at = form.known(spot, &applies.key, "value")?;
    let Ask::Value(kind) = &applies.questions.first()?.1.ask else { return None };
    let subject = form.subject(spot, &applies.label);
    let switch = form.value(spot, at, kind, "", &subject)?;
    let applies = match &switch.value {
        Value::Choice(choice) if choice == SWITCH_NO => {
            let subject = form.subject(spot, &reason.label);
            let given = form.known(spot, &reason.key, "value");
            let reason = given.and_then(|at| form.text(spot, at, &subject));
            Applies::No { reason: reason.map_or_else(String::new, |text| text.value) }
        }
        // 「無」 is read as an explicit none wherever it is not taken for the option.
        Value::Nothing => Applies::No { reason: String::new() },
        _ => Applies::Yes,
    };
    Some(Located::new(applies, switch.place))
}

/// A task's fields by key: what was answered, and where.
#[derive(Default)]
struct Fields {
    values: BTreeMap<String, Located<Value>>,
    parts: BTreeMap<String, Parts>,
    blanks: BTreeMap<String, Place>,
}

fn fields(form: &mut Form<'_>, spot: Spot<'_>) -> Fields {
    let mut fields = Fields::default();
    let rows: Vec<&KnownRow> = spot
        .block
        .known()
        .iter()
        .filter(|row| row.questions.iter().any(|(_, question)| question.ask.is_answered()))
        .collect();
    for group in rows.chunk_by(|a, b| a.field == b.field) {
        let key = &group[0].field;
        let first = group.iter().find_map(|row| form.known(spot, &row.key, "value"));
        let place = match first {
            Some(at) => form.place(spot, at),
            None => form.sheet_place(spot),
        };
        fields.blanks.insert(key.clone(), place.clone());
        let value = match group[0].part {
            Some(_) => {
                let parts = parts(form, spot, group);
                fields.parts.insert(key.clone(), places(form, spot, &parts));
                gather(form, spot, &parts).map(|value| Located::new(value, place))
            }
            None => first.and_then(|at| scalar(form, spot, group[0], at)),
        };
        if let Some(value) = value {
            fields.values.insert(key.clone(), value);
        }
    }
    fields
}

fn scalar(form: &mut Form<'_>, spot: Spot<'_>, row: &KnownRow, at: CellRef) -> Option<Located<Value>> {
    let question = &row.questions.first()?.1;
    let Ask::Value(kind) = &question.ask else { return None };
    let subject = form.subject(spot, &row.label);
    form.value(spot, at, kind, &question.measure, &subject)
}

/// The cells of a split or a choice of many, a row to each part.
fn parts<'r>(form: &Form<'_>, spot: Spot<'_>, rows: &[&'r KnownRow]) -> Vec<Part<'r>> {
    let mut cells = Vec::new();
    for row in rows {
        let (Some(part), Some((_, question))) = (&row.part, row.questions.first()) else { continue };
        if let Some(at) = form.known(spot, &row.key, "value") {
            let subject = form.subject(spot, &row.label);
            cells.push(Part { name: part, ask: &question.ask, measure: &question.measure, at, subject });
        }
    }
    cells
}

fn places(form: &Form<'_>, spot: Spot<'_>, parts: &[Part<'_>]) -> Parts {
    parts.iter().map(|part| (part.name.to_owned(), form.place(spot, part.at))).collect()
}

/// A cell that answers a part of a question.
struct Part<'a> {
    name: &'a str,
    ask: &'a Ask,
    measure: &'a str,
    at: CellRef,
    subject: String,
}

/// Ticks to choices, counts to a split; nothing when all parts are blank. A part left blank
/// beside others that are filled is absent, not zero.
fn gather(form: &mut Form<'_>, spot: Spot<'_>, parts: &[Part<'_>]) -> Option<Value> {
    if parts.iter().any(|part| *part.ask == Ask::Tick) {
        let mut chosen = Vec::new();
        for part in parts {
            if form.tick(spot, part.at, &part.subject) == Some(true) {
                chosen.push(part.name.to_owned());
            }
        }
        return (!chosen.is_empty()).then_some(Value::Choices(chosen));
    }
    let mut split: Vec<(String, Figure)> = Vec::new();
    for part in parts {
        let Ask::Value(kind) = part.ask else { continue };
        let value = form.value(spot, part.at, kind, part.measure, &part.subject);
        if let Some(figure) = value.and_then(|located| located.value.figure()) {
            split.push((part.name.to_owned(), figure));
        }
    }
    (!split.is_empty()).then_some(Value::Split(split))
}

fn records(form: &mut Form<'_>, spot: Spot<'_>) -> Vec<Record> {
    let rows = form.rows(spot);
    let heading = heading_of(spot.block).to_owned();
    rows.iter()
        .enumerate()
        .filter_map(|(number, cells)| {
            let subject = form.subject(spot, &format!("{heading} 第{}筆", number + 1));
            record(form, spot, cells, &subject)
        })
        .collect()
}

fn record(
    form: &mut Form<'_>,
    spot: Spot<'_>,
    cells: &BTreeMap<String, CellRef>,
    subject: &str,
) -> Option<Record> {
    let mut values = BTreeMap::new();
    let mut cells_of = BTreeMap::new();
    let mut parts_of = BTreeMap::new();
    let columns: Vec<&Column> = spot.block.columns.iter().collect();
    for group in columns.chunk_by(|a, b| a.field == b.field) {
        let field = &group[0].field;
        let Some(first) = group.iter().find_map(|column| cells.get(&column.key)) else { continue };
        cells_of.insert(field.clone(), form.place(spot, *first));
        let label = &group[0].question.label;
        let value = match (&group[0].option, &group[0].question.ask) {
            (Some(_), _) => {
                let parts: Vec<Part<'_>> = group
                    .iter()
                    .filter_map(|column| {
                        let name = column.option.as_deref()?;
                        Some(Part {
                            name,
                            ask: &column.question.ask,
                            measure: &column.question.measure,
                            at: *cells.get(&column.key)?,
                            subject: format!("{subject} {label}：{name}"),
                        })
                    })
                    .collect();
                parts_of.insert(field.clone(), places(form, spot, &parts));
                gather(form, spot, &parts).map(|value| Located::new(value, form.place(spot, *first)))
            }
            (None, Ask::Value(kind)) => {
                let measure = &group[0].question.measure;
                form.value(spot, *first, kind, measure, &format!("{subject} {label}"))
            }
            (None, _) => None,
        };
        if let Some(value) = value {
            values.insert(field.clone(), value);
        }
    }
    let first = cells.values().min()?;
    Some(Record { place: form.place(spot, *first), values, parts: parts_of, cells: cells_of })
}

fn evidence(form: &mut Form<'_>, spot: Spot<'_>, row: &KnownRow) -> Option<EvidenceAnswer> {
    let ready = form.known(spot, &row.key, "ready");
    let masked = form.known(spot, &row.key, "masked");
    let caption = form.known(spot, &row.key, "caption");
    let at = ready.or(caption)?;
    let label = |what: &str| format!("{} {what}", row.label);
    if let Some(at) = ready {
        // Files speak for themselves; a mark that cannot be read is still worth a word.
        form.tick(spot, at, &label("已備妥"));
    }
    Some(EvidenceAnswer {
        masked: masked.and_then(|at| form.tick(spot, at, &label("已遮蔽"))) == Some(true),
        caption: caption.and_then(|at| form.text(spot, at, &label("圖說"))),
        place: form.place(spot, at),
    })
}
