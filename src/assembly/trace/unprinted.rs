//! Answers that are printed nowhere, each with the reason.
//!
//! Goes over everything a submission holds and takes away what the trace cites. Says places, never
//! what stands there: a case row may be among them.

use std::collections::BTreeSet;

use crate::place::{Located, Place};
use crate::plan::{ItemCode, Task, TaskId};
use crate::submission::{Answer, EditorialMode, SecretariatAnswers, Submission};
use crate::trace::{Trace, Unprinted, Why};

use super::super::{Material, absence};

/// What was read and stands nowhere, sorted by place.
pub fn unprinted(material: &Material, trace: &Trace) -> Vec<Unprinted> {
    let mut answers: Vec<Unprinted> = secretariat(material.secretariat);
    for submission in material.submissions.values() {
        tasks(material, submission, &mut answers);
        rows(material, submission, &mut answers);
        captions(material, submission, &mut answers);
    }
    let cited = trace.cited();
    let unprinted: BTreeSet<Unprinted> =
        answers.into_iter().filter(|answer| !cited.contains(&answer.place)).collect();
    unprinted.into_iter().collect()
}

fn at(place: &Place, why: Why) -> Unprinted {
    Unprinted { place: place.clone(), why }
}

fn tasks(material: &Material, submission: &Submission, answers: &mut Vec<Unprinted>) {
    for (id, answer) in &submission.tasks {
        let Some(task) = material.plan.task(id) else { continue };
        let why = why_of_task(task, material);
        answers.extend(answer.fields.values().map(|field| at(&field.place, why)));
        let why = if is_replaced(id, material) { Why::Replaced } else { why };
        answers.extend(narrative(answer, why));
    }
}

fn narrative(answer: &Answer, why: Why) -> impl Iterator<Item = Unprinted> {
    answer.narrative.iter().map(move |paragraph| at(&paragraph.place, why))
}

fn why_of_task(task: &Task, material: &Material) -> Why {
    if absence(task, material).is_some() { Why::Absent } else { Why::NoPlace }
}

/// The section that tells the task's story prints the secretariat's text instead.
fn is_replaced(task: &TaskId, material: &Material) -> bool {
    let told_at = material.plan.indicators().find(|indicator| indicator.tasks.contains(task));
    told_at
        .and_then(|indicator| material.secretariat.editorials.get(&indicator.id))
        .is_some_and(|editorial| editorial.mode == EditorialMode::Replaces)
}

fn rows(material: &Material, submission: &Submission, answers: &mut Vec<Unprinted>) {
    for (id, records) in &submission.tables {
        let owner = material.plan.tasks.iter().find(|task| task.tables.iter().any(|table| table.id == *id));
        let why = match material.plan.table(id) {
            Some(table) if table.confidential => Why::CaseRow,
            _ => owner.map_or(Why::NoPlace, |task| why_of_task(task, material)),
        };
        let cells = records.iter().flat_map(|record| record.values.values());
        answers.extend(cells.map(|located| at(&located.place, why)));
    }
}

fn captions(material: &Material, submission: &Submission, answers: &mut Vec<Unprinted>) {
    for (item, answer) in &submission.evidence {
        let Some(caption) = &answer.caption else { continue };
        answers.push(at(&caption.place, why_of_caption(item, material)));
    }
}

fn why_of_caption(item: &ItemCode, material: &Material) -> Why {
    match material.exhibits.get(item).map_or(0, Vec::len) {
        0 => Why::CaptionOfNone,
        1 => Why::NoPlace,
        _ => Why::CaptionOfSeveral,
    }
}

fn secretariat(given: &SecretariatAnswers) -> Vec<Unprinted> {
    let mut answers = Vec::new();
    let mut text = |located: &Option<Located<String>>, why| {
        answers.extend(located.as_ref().map(|located| at(&located.place, why)));
    };
    text(&given.recipient_name, Why::Setting);
    text(&given.recipient_email, Why::Setting);
    text(&given.document_number, Why::NoPlace);
    answers
        .extend(given.final_date.iter().chain(&given.prepared_on).map(|date| at(&date.place, Why::Setting)));
    let figures = given.mail_megabytes.iter().chain(&given.picture_dpi);
    answers.extend(figures.map(|figure| at(&figure.place, Why::Setting)));
    answers.extend(given.exceptions.iter().map(|exception| at(&exception.key.place, Why::Exception)));
    let parts = given.parts.values().flatten();
    let edited = given.editorials.values().flat_map(|editorial| &editorial.paragraphs);
    answers.extend(parts.chain(edited).map(|paragraph| at(&paragraph.place, Why::NoPlace)));
    let advice = given.recommendations.iter();
    answers.extend(
        advice
            .flat_map(|given| [Some(&given.advice), given.action.as_ref()])
            .flatten()
            .map(|text| at(&text.place, Why::NoPlace)),
    );
    let scores = given.scores.values().flat_map(|score| [&score.points, &score.self_score]);
    answers.extend(scores.flatten().map(|score| at(&score.place, Why::NoPlace)));
    answers
}
