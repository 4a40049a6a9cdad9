//! From an examination to the tally: who has handed in what, and how long there is.
//!
//! Counts what was found; finds nothing itself.

use jiff::civil::Date;

use crate::calendar::OfficeCalendar;
use crate::diagnostic::Diagnostic;
use crate::identity;
use crate::intake::selection::WORKBOOK_SEVERAL;
use crate::inventory::Role;
use crate::plan::{Demand, Plan, Task, Unit, UnitId};
use crate::submission::{Answer, Applies, Contact, SecretariatAnswers, Submission};
use crate::tally::{Due, EvidenceCount, HandIn, SecretariatTally, Tally, UnitTally};

use super::Examination;

/// How the workspace stands on a day.
pub fn tally(examination: &Examination, today: Date) -> Tally {
    let plan = &examination.plan;
    let deadlines = &plan.deadlines;
    let calendar = OfficeCalendar::builtin().with_closures(deadlines.extra_closures.iter().copied());
    let arrival = deadlines.final_exact.unwrap_or(deadlines.final_default);
    Tally {
        today,
        internal: Due::of(deadlines.internal, false, today, &calendar),
        arrival: Due::of(arrival, deadlines.final_exact.is_none(), today, &calendar),
        units: plan.units.iter().map(|unit| unit_tally(examination, unit)).collect(),
        secretariat: secretariat_tally(examination),
    }
}

fn unit_tally(examination: &Examination, unit: &Unit) -> UnitTally {
    let own: Vec<&Diagnostic> = of_unit(examination, Some(&unit.id)).collect();
    let choice = own.iter().find(|diagnostic| diagnostic.rule.id == WORKBOOK_SEVERAL.id);
    let submission = examination.submissions.get(&unit.id);
    UnitTally {
        unit: unit.id.clone(),
        name: unit.name.clone(),
        hand_in: hand_in(examination, &unit.id, submission),
        workbook: submission.map(|submission| submission.file.clone()),
        choice: choice.map(|diagnostic| diagnostic.message.clone()),
        n_errors: n_errors(&own),
        n_warnings: n_warnings(&own),
        evidence: evidence(examination, &unit.id, submission),
        contact: contact(examination, &unit.name),
    }
}

fn secretariat_tally(examination: &Examination) -> SecretariatTally {
    let own: Vec<&Diagnostic> = of_unit(examination, None).collect();
    SecretariatTally {
        name: examination.plan.secretariat.title.clone(),
        hand_in: secretariat_hand_in(&examination.secretariat, &examination.plan),
        n_errors: n_errors(&own),
        n_warnings: n_warnings(&own),
        contact: examination.secretariat.contacts.first().map(|contact| presentable(contact, examination)),
    }
}

fn secretariat_hand_in(answers: &SecretariatAnswers, plan: &Plan) -> HandIn {
    if answers.file.is_none() {
        return HandIn::Missing;
    }
    match answers.is_blank(&plan.programme.advice) {
        true => HandIn::Blank,
        false => HandIn::Answered,
    }
}

fn of_unit<'a>(
    examination: &'a Examination,
    unit: Option<&'a UnitId>,
) -> impl Iterator<Item = &'a Diagnostic> {
    examination.diagnostics.iter().filter(move |d| d.unit.as_deref() == unit.map(UnitId::as_str))
}

fn n_errors(diagnostics: &[&Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.blocks()).count()
}

fn n_warnings(diagnostics: &[&Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.warns()).count()
}

fn hand_in(examination: &Examination, unit: &UnitId, submission: Option<&Submission>) -> HandIn {
    match submission {
        // Another form than the unit's gives a submission without a single task.
        Some(submission) if submission.tasks.is_empty() => HandIn::Unreadable,
        Some(submission) if is_blank(submission) => HandIn::Blank,
        Some(_) => HandIn::Answered,
        None => {
            let of_unit = Role::UnitWorkbook(unit.clone());
            match examination.inventory.files.iter().any(|file| file.role == of_unit) {
                true => HandIn::Unreadable,
                false => HandIn::Missing,
            }
        }
    }
}

/// Nothing at all was typed or ticked.
fn is_blank(submission: &Submission) -> bool {
    let untouched =
        |answer: &Answer| answer.applies.is_none() && answer.narrative.is_empty() && answer.fields.is_empty();
    submission.tasks.values().all(untouched)
        && submission.tables.values().all(Vec::is_empty)
        && submission.evidence.values().all(|answer| !answer.masked && answer.caption.is_none())
}

fn evidence(examination: &Examination, unit: &UnitId, submission: Option<&Submission>) -> EvidenceCount {
    let is_done = |task: &&Task| {
        let applies = submission.and_then(|submission| submission.tasks.get(&task.id)?.applies.as_ref());
        !matches!(applies.map(|applies| &applies.value), Some(Applies::No { .. }))
    };
    let items = examination.plan.tasks_of(unit).filter(is_done).flat_map(|task| &task.evidence);
    let demanded: Vec<_> = items.filter(|item| item.demand != Demand::Optional).collect();
    let has_file = |code| examination.inventory.evidence(code).next().is_some();
    EvidenceCount {
        present: demanded.iter().filter(|item| has_file(&item.code)).count(),
        demanded: demanded.len(),
    }
}

/// The secretariat's list of contacts names units as people do: 「勞工處」, 「勞工處勞資科」.
fn contact(examination: &Examination, unit: &str) -> Option<Contact> {
    let contacts = &examination.secretariat.contacts;
    let found = contacts.iter().find(|contact| contact.unit.trim().starts_with(unit));
    found.map(|contact| presentable(contact, examination))
}

/// As the secretariat typed it, without what is nobody's business. An address of which something would have
/// to be cut out is none.
fn presentable(contact: &Contact, examination: &Examination) -> Contact {
    let shown = |text: &str| identity::redact(text, &examination.released);
    Contact {
        places: contact.places.clone(),
        unit: shown(&contact.unit),
        name: shown(&contact.name),
        title: shown(&contact.title),
        telephone: shown(&contact.telephone),
        email: Some(&contact.email).filter(|email| shown(email) == **email).cloned().unwrap_or_default(),
    }
}
