//! What an answer is called and how it is shown: subjects, rows and values in the user's words.
//!
//! Subjects are written as intake writes them, so that one question has one name. Judges nothing.

use crate::diagnostic::Excerpt;
use crate::place::Place;
use crate::plan::{Field, Plan, Table, TableId, Task, UnitId};
use crate::roc;
use crate::submission::{Answer, Applies, Record, Submission, Value};

/// A table of a submission with the rows handed in.
pub struct TableRows<'a> {
    pub unit: &'a UnitId,
    pub table: &'a Table,
    /// 「勞03」, or a shared table's title: how its sheet is called.
    pub sheet: &'a str,
    pub rows: &'a [Record],
    /// Whether anything of it is counted: no task that draws on it was answered with 無.
    pub applies: bool,
    /// Where its first row is typed.
    pub place: Place,
}

impl TableRows<'_> {
    /// 「勞03 訓練場次」.
    pub fn subject(&self) -> String {
        format!("{} {}", self.sheet, self.table.title)
    }

    /// 「勞03 訓練場次 第3筆」; `index` counts from 0.
    pub fn row_subject(&self, index: usize) -> String {
        format!("{} 第{}筆", self.subject(), index + 1)
    }

    /// 「勞03 訓練場次 第3筆 滿意度」.
    pub fn cell_subject(&self, index: usize, column: &Field) -> String {
        format!("{} {}", self.row_subject(index), column.label)
    }

    /// The row with a column marked; none for case rows, which are shown nowhere.
    pub fn excerpt(&self, row: &Record, column: &str) -> Option<Excerpt> {
        if self.table.confidential {
            return None;
        }
        let mut cells: Vec<(u32, &str)> = row
            .cells
            .iter()
            .filter_map(|(key, place)| match place {
                Place::Cell { cell, .. } => Some((cell.column, key.as_str())),
                _ => None,
            })
            .collect();
        cells.sort_unstable();
        let marked = cells.iter().position(|(_, key)| *key == column)?;
        let texts = cells.iter().map(|(_, key)| match row.values.get(*key) {
            Some(located) => shown(&located.value),
            None => String::new(),
        });
        Some(Excerpt { cells: texts.collect(), marked })
    }
}

/// Whether the unit answered 無.
pub fn is_absent(answer: &Answer) -> bool {
    matches!(answer.applies.as_ref().map(|applies| &applies.value), Some(Applies::No { .. }))
}

/// Every table of a submission whose rows could be read, tasks' own tables first.
pub fn tables<'a>(plan: &'a Plan, submission: &'a Submission) -> Vec<TableRows<'a>> {
    let mut found = Vec::new();
    for task in plan.tasks_of(&submission.unit) {
        let Some(answer) = submission.tasks.get(&task.id) else { continue };
        for table in &task.tables {
            let Some(rows) = submission.tables.get(&table.id) else { continue };
            found.push(TableRows {
                unit: &submission.unit,
                table,
                sheet: &task.code,
                rows,
                applies: !is_absent(answer),
                place: table_place(submission, &table.id).unwrap_or_else(|| answer.place.clone()),
            });
        }
    }
    for table in &plan.shared_tables {
        let Some(rows) = submission.tables.get(&table.id) else { continue };
        let mut drawing = plan
            .tasks_of(&submission.unit)
            .filter(|task| task.shared.contains(&table.id))
            .filter_map(|task| submission.tasks.get(&task.id));
        found.push(TableRows {
            unit: &submission.unit,
            table,
            sheet: &table.title,
            rows,
            applies: drawing.any(|answer| !is_absent(answer)),
            place: table_place(submission, &table.id).unwrap_or_else(|| Place::file(&submission.file)),
        });
    }
    found
}

fn table_place(submission: &Submission, table: &TableId) -> Option<Place> {
    submission.table_places.get(table).cloned()
}

/// 「勞03 總場次」.
pub fn field_subject(task: &Task, field: &Field) -> String {
    format!("{} {}", task.code, field.label)
}

/// Where a field is, or would be, answered.
pub fn field_place<'a>(answer: &'a Answer, key: &str) -> &'a Place {
    match (answer.fields.get(key), answer.blanks.get(key)) {
        (Some(located), _) => &located.place,
        (None, Some(place)) => place,
        (None, None) => &answer.place,
    }
}

/// A field's line on its sheet: label, answer, measure.
pub fn field_excerpt(field: &Field, value: Option<&Value>) -> Option<Excerpt> {
    let mut cells = vec![field.label.clone(), value.map(shown).unwrap_or_default()];
    if !field.measure.is_empty() {
        cells.push(field.measure.clone());
    }
    Some(Excerpt { cells, marked: 1 })
}

/// The beginning of a text.
pub fn beginning(text: &str) -> String {
    const CHARACTERS: usize = 24;
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(CHARACTERS).collect();
    if characters.next().is_some() { format!("{head}…") } else { head }
}

/// A value as people would type it.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Figure(figure) => figure.to_string(),
        Value::Date(day) => roc::slashed(*day),
        Value::Span(first, last) if first == last => roc::slashed(*first),
        Value::Span(first, last) => format!("{}-{}", roc::slashed(*first), roc::slashed(*last)),
        Value::Choice(choice) => choice.clone(),
        Value::Choices(choices) => choices.join("、"),
        Value::Flag(true) => "是".to_owned(),
        Value::Flag(false) => "否".to_owned(),
        Value::Split(parts) => {
            let parts: Vec<String> = parts.iter().map(|(part, figure)| format!("{part} {figure}")).collect();
            parts.join("、")
        }
        Value::Nothing => "無".to_owned(),
    }
}
