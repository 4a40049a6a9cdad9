//! Every text of the submissions with where it stands: what `privacy` and `characters` read.
//!
//! One walk for both, so that no text is seen by one and missed by the other. Judges nothing.

use crate::diagnostic::Excerpt;
use crate::inventory::Role;
use crate::place::{Located, Place};
use crate::plan::{Task, UnitId, ValueKind};
use crate::submission::{Applies, Submission, Value};

use super::CheckInput;
use super::bearings::{self, field_excerpt, field_subject, shown};

/// A text somebody typed.
pub struct Passage<'a> {
    pub text: String,
    pub place: Place,
    pub unit: Option<&'a UnitId>,
    pub subject: String,
    /// 「「執行情形」第 2 段」, as told to users.
    pub name: String,
    /// Whether it may end up on paper.
    pub printed: bool,
    /// Telephone numbers belong here.
    pub is_contact: bool,
    pub excerpt: Option<Excerpt>,
}

/// All of them, in the order of the plan, the secretariat's first.
pub fn passages<'a>(input: &CheckInput<'a>) -> Vec<Passage<'a>> {
    let mut found = Vec::new();
    secretariat(input, &mut found);
    for unit in &input.plan.units {
        if let Some(submission) = input.submissions.get(&unit.id) {
            unit_passages(input, submission, &mut found);
        }
    }
    file_names(input, &mut found);
    found
}

fn unit_passages<'a>(input: &CheckInput<'a>, submission: &'a Submission, found: &mut Vec<Passage<'a>>) {
    for task in input.plan.tasks_of(&submission.unit) {
        task_passages(task, submission, found);
    }
    for rows in bearings::tables(input.plan, submission) {
        for (index, row) in rows.rows.iter().enumerate() {
            for column in &rows.table.columns {
                let Some(located) = row.values.get(&column.key) else { continue };
                let Value::Text(text) = &located.value else { continue };
                found.push(Passage {
                    text: text.clone(),
                    place: located.place.clone(),
                    unit: Some(&submission.unit),
                    subject: rows.cell_subject(index, column),
                    name: format!("「{}」第 {} 筆的「{}」", rows.table.title, index + 1, column.label),
                    printed: !rows.table.confidential,
                    is_contact: is_contact(&column.kind),
                    excerpt: rows.excerpt(row, &column.key),
                });
            }
        }
    }
}

fn task_passages<'a>(task: &'a Task, submission: &'a Submission, found: &mut Vec<Passage<'a>>) {
    let unit = Some(&submission.unit);
    let mut push = |located: &Located<String>, label: String| {
        found.push(Passage {
            text: located.value.clone(),
            place: located.place.clone(),
            unit,
            subject: format!("{} {label}", task.code),
            name: format!("「{label}」"),
            printed: true,
            is_contact: false,
            excerpt: None,
        });
    };
    if let Some(answer) = submission.tasks.get(&task.id) {
        if let Some(Located { value: Applies::No { reason }, place }) = &answer.applies {
            push(&Located::new(reason.clone(), place.clone()), "選「無」之理由".to_owned());
        }
        for (index, paragraph) in answer.narrative.iter().enumerate() {
            push(paragraph, format!("執行情形 第{}段", index + 1));
        }
    }
    for item in &task.evidence {
        let line = submission.evidence.get(&item.code);
        if let Some(caption) = line.and_then(|line| line.caption.as_ref()) {
            push(caption, format!("{} 圖說", item.code));
        }
    }
    let Some(answer) = submission.tasks.get(&task.id) else { return };
    for field in &task.fields {
        let Some(located) = answer.fields.get(&field.key) else { continue };
        if let Value::Text(text) = &located.value {
            found.push(Passage {
                text: text.clone(),
                place: located.place.clone(),
                unit,
                subject: field_subject(task, field),
                name: format!("「{}」", field.label),
                printed: true,
                is_contact: is_contact(&field.kind),
                excerpt: field_excerpt(field, Some(&Value::Text(shown(&located.value)))),
            });
        }
    }
}

fn is_contact(kind: &ValueKind) -> bool {
    matches!(kind, ValueKind::Telephone | ValueKind::Email)
}

fn secretariat<'a>(input: &CheckInput<'a>, found: &mut Vec<Passage<'a>>) {
    let answers = input.secretariat;
    let Some(file) = &answers.file else { return };
    let mut push = |text: &str, place: &Place, label: &str, is_contact: bool| {
        found.push(Passage {
            text: text.to_owned(),
            place: place.clone(),
            unit: None,
            subject: format!("秘書單位 {label}"),
            name: format!("「{label}」"),
            printed: true,
            is_contact,
            excerpt: None,
        });
    };
    for (label, located) in [
        ("受文者", &answers.recipient_name),
        ("受文者電子郵件", &answers.recipient_email),
        ("發文字號", &answers.document_number),
    ] {
        if let Some(located) = located {
            push(&located.value, &located.place, label, true);
        }
    }
    let workbook = Place::file(file);
    for contact in &answers.contacts {
        for text in [&contact.name, &contact.title, &contact.telephone, &contact.email, &contact.unit] {
            push(text, &workbook, "聯絡人", true);
        }
    }
    for indicator in input.plan.indicators() {
        if let Some(part) = indicator.secretariat_part {
            let paragraphs = answers.parts.get(&part);
            for (index, paragraph) in paragraphs.into_iter().flatten().enumerate() {
                let label = format!("{} 第{}段", indicator.title, index + 1);
                push(&paragraph.value, &paragraph.place, &label, false);
            }
        }
        if let Some(editorial) = answers.editorials.get(&indicator.id) {
            for (index, paragraph) in editorial.paragraphs.iter().enumerate() {
                let label = format!("{} 統稿第{}段", indicator.code, index + 1);
                push(&paragraph.value, &paragraph.place, &label, false);
            }
        }
    }
    for (index, recommendation) in answers.recommendations.iter().enumerate() {
        let label = format!("前次考核建議 第{}項", index + 1);
        push(&recommendation.advice.value, &recommendation.advice.place, &label, false);
        if let Some(action) = &recommendation.action {
            push(&action.value, &action.place, &format!("{label}辦理情形"), false);
        }
    }
    for exception in &answers.exceptions {
        let text = format!("{} {}", exception.reason, exception.name);
        push(&text, &exception.key.place, "例外核可", false);
    }
}

/// Names of files that are read or bound, and of the folders they lie in; evidence is captioned by its file's name.
fn file_names<'a>(input: &CheckInput<'a>, found: &mut Vec<Passage<'a>>) {
    for file in &input.inventory.files {
        let (unit, printed) = match &file.role {
            Role::Evidence(code) => (input.plan.item(code).map(|(task, _)| &task.unit), true),
            Role::UnitWorkbook(unit) | Role::Stray(Some(unit)) => (Some(unit), false),
            Role::SecretariatWorkbook | Role::Stray(None) => (None, false),
            Role::OfficialForm => (None, true),
            Role::Plan
            | Role::Template
            | Role::NumberLock
            | Role::Guide
            | Role::LastFigures
            | Role::Archive(_)
            | Role::SignedPage
            | Role::LeftOut(_) => continue,
        };
        // Below the unit's own folder, which bears the plan's name.
        let inside = file.path.as_str().split_once('/').map_or(file.path.as_str(), |(_, inside)| inside);
        found.push(Passage {
            text: inside.to_owned(),
            place: Place::file(&file.path),
            unit,
            subject: crate::identity::mask(file.path.as_str()),
            name: "檔名".to_owned(),
            printed,
            is_contact: false,
            excerpt: None,
        });
    }
}
