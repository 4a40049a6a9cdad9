//! One question about provenance: what a printed item came from, or where a cell is printed.
//!
//! Takes what people see on paper or in a workbook (a code, a number, a file, a cell) and gives the
//! lines of the trace that answer. Knows the codes of plan and dossier, nothing of a terminal.

use crate::assembly;
use crate::clearance::clear;
use crate::dossier::{Dossier, PageRange};
use crate::folding::{did_you_mean, fold};
use crate::identity;
use crate::place::{Place, RelPath};
use crate::plan::TaskId;
use crate::trace::{Part, Printed, Trace, Unprinted};
use crate::typeset;

use super::provenance::{origin_in_words, part_in_words, reason, source_in_words, text_in_words};
use super::{Examination, Settings, Surroundings, products, records};

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// Lines to print.
    Found(Vec<String>),
    /// Nothing is called so; the nearest name, if any is near.
    Unknown { nearest: Option<String> },
}

/// What a question is about.
enum Subject {
    Section(String),
    /// An appendix's number.
    Appendix(String),
    Task(TaskId),
    /// The end of a place as it is written: file, sheet, cell.
    Place {
        written: String,
        parts: Vec<String>,
    },
}

/// Answers one question about a workspace that was examined.
///
/// # Errors
/// A template does not compile.
pub fn inquire(
    question: &str,
    examination: &Examination,
    settings: &Settings,
    around: &Surroundings,
) -> anyhow::Result<Inquiry> {
    let mut dossier = products::dossier(examination, settings);
    let frames =
        typeset::appendices(&clear(&dossier, &examination.released)?, around.templates, around.fonts)?;
    assembly::paginate(&mut dossier, &frames.ranges);
    let trace = products::trace(examination, &dossier);
    let Some(subject) = subject_of(question, examination, &dossier, &trace) else {
        let names = names(examination, &dossier);
        let nearest = did_you_mean(question, names.iter().map(String::as_str)).map(str::to_owned);
        return Ok(Inquiry::Unknown { nearest });
    };
    let mut lines = heading(&subject, examination, &dossier);
    lines.extend(fates(&subject, examination, &dossier, &frames.ranges));
    let printed: Vec<&Printed> =
        trace.printed.iter().filter(|printed| concerns(&subject, printed, &dossier)).collect();
    for printed in &printed {
        lines.extend(told(printed, &frames.ranges));
    }
    if printed.is_empty() {
        lines.push("  沒有印出任何內容".to_owned());
    }
    let unprinted: Vec<&Unprinted> =
        trace.unprinted.iter().filter(|answer| is_about(&subject, answer, examination)).collect();
    if !unprinted.is_empty() {
        lines.push("未印出：".to_owned());
    }
    for answer in unprinted {
        lines.push(format!("  {}（{}）", identity::mask(&answer.place.to_string()), reason(answer.why)));
    }
    Ok(Inquiry::Found(lines))
}

fn subject_of(
    question: &str,
    examination: &Examination,
    dossier: &Dossier,
    trace: &Trace,
) -> Option<Subject> {
    let asked = fold(question.trim_start_matches("附件").trim_start_matches("指標"));
    let plan = &examination.plan;
    if let Some(indicator) = plan.indicators().find(|indicator| fold(&indicator.code) == asked) {
        return Some(Subject::Section(indicator.code.clone()));
    }
    if let Some(task) =
        plan.tasks.iter().find(|task| fold(&task.code) == asked || fold(task.id.as_str()) == asked)
    {
        return Some(Subject::Task(task.id.clone()));
    }
    let is_it = |appendix: &&crate::dossier::Appendix| {
        let entry = appendix.entries.iter().any(|entry| fold(&entry.number) == asked);
        let is_number = |number: &str| number == asked || number.replace('之', "-") == asked;
        is_number(&fold(&appendix.number)) || fold(appendix.item.as_str()) == asked || entry
    };
    if let Some(appendix) = dossier.appendices.iter().find(is_it) {
        return Some(Subject::Appendix(appendix.number.clone()));
    }
    let parts: Vec<String> = question.split(['›', '!']).map(fold).filter(|part| !part.is_empty()).collect();
    let known = |place: &Place| is_place(place, &parts);
    let in_trace = trace.cited().into_iter().any(known) || trace.unprinted.iter().any(|u| known(&u.place));
    let is_file =
        parts.len() == 1 && examination.inventory.files.iter().any(|f| known(&Place::file(&f.path)));
    (!parts.is_empty() && (in_trace || is_file || parts.len() > 1))
        .then(|| Subject::Place { written: identity::mask(question), parts })
}

/// Whether a place ends as the parts say: `勞03 › C12`, a file by name or path.
fn is_place(place: &Place, parts: &[String]) -> bool {
    let (file, rest) = match place {
        Place::Cell { file, sheet, cell } => (file, vec![fold(sheet), fold(&cell.to_string())]),
        Place::File { file } => (file, Vec::new()),
        _ => return false,
    };
    let is_file = |name: &String| fold(file.as_str()) == *name || fold(file.file_name()) == *name;
    match parts {
        [only] if rest.first() == Some(only) => true,
        [first, others @ ..] if is_file(first) => ends_so(&rest, others),
        _ => rest.len() == parts.len() && ends_so(&rest, parts),
    }
}

/// Sheet and cell, as far as they are named; a sheet by the code it begins with, too.
fn ends_so(place: &[String], parts: &[String]) -> bool {
    let [sheet, cell] = place else { return parts.is_empty() };
    let is_sheet = |part: &String| {
        let rest = sheet.strip_prefix(part.as_str());
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    match parts {
        [] => true,
        [part] => is_sheet(part),
        [part, at] => is_sheet(part) && cell == at,
        _ => false,
    }
}

fn names(examination: &Examination, dossier: &Dossier) -> Vec<String> {
    let plan = &examination.plan;
    let appendices = dossier.appendices.iter().map(|appendix| appendix.number.clone());
    let tasks = plan.tasks.iter().map(|task| task.code.clone());
    let indicators = plan.indicators().map(|indicator| indicator.code.clone());
    let items = plan.evidence().map(|(_, item)| item.code.to_string());
    let files = examination.inventory.files.iter().map(|file| file.path.file_name().to_owned());
    indicators.chain(appendices).chain(tasks).chain(items).chain(files).collect()
}

fn heading(subject: &Subject, examination: &Examination, dossier: &Dossier) -> Vec<String> {
    match subject {
        Subject::Section(code) => {
            let indicator = examination.plan.indicators().find(|indicator| indicator.code == *code);
            vec![format!("指標 {code}「{}」", indicator.map_or("", |indicator| &indicator.title))]
        }
        Subject::Task(id) => {
            let task = examination.plan.task(id);
            vec![task.map_or_else(String::new, |task| format!("{}「{}」", task.code, task.title))]
        }
        Subject::Appendix(number) => appendix_heading(number, dossier),
        Subject::Place { written, .. } => vec![written.clone()],
    }
}

/// For a file, its line of the ledger.
fn fates(
    subject: &Subject,
    examination: &Examination,
    dossier: &Dossier,
    ranges: &[PageRange],
) -> Vec<String> {
    match subject {
        Subject::Place { parts, .. } if parts.len() == 1 => {
            let is_named = |path: &RelPath| is_place(&Place::file(path), parts);
            records::fates_of(is_named, dossier, ranges, examination)
                .into_iter()
                .map(|fate| format!("  {fate}"))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn appendix_heading(number: &str, dossier: &Dossier) -> Vec<String> {
    let Some(appendix) = dossier.appendices.iter().find(|appendix| appendix.number == number) else {
        return Vec::new();
    };
    let sections = dossier.facets.iter().flat_map(|facet| &facet.indicators);
    let cited: Vec<&str> = sections
        .filter(|section| section.references.iter().any(|reference| reference.number == number))
        .map(|section| section.code.as_str())
        .collect();
    let cited = match cited.as_slice() {
        [] => "沒有任何指標引用".to_owned(),
        codes => format!("引用：指標 {}", codes.join("、")),
    };
    let (title, unit, item) = (&appendix.title, &appendix.unit, &appendix.item);
    vec![format!("附件 {number}「{title}」（{unit}，佐證項目 {item}；{cited}）")]
}

fn concerns(subject: &Subject, printed: &Printed, dossier: &Dossier) -> bool {
    match subject {
        Subject::Section(code) => match &printed.part {
            Part::Section(section) => section == code,
            Part::DetailTable(number) => has_detail(dossier, code, number),
            Part::Appendix(number) => has_reference(dossier, code, number),
            Part::Front | Part::Mail => false,
        },
        Subject::Appendix(number) => printed.part == Part::Appendix(number.clone()),
        Subject::Task(task) => printed.tasks.contains(task),
        Subject::Place { parts, .. } => printed.sources.iter().any(|place| is_place(place, parts)),
    }
}

fn has_detail(dossier: &Dossier, code: &str, number: &str) -> bool {
    let mut sections = dossier.facets.iter().flat_map(|facet| &facet.indicators);
    sections.any(|section| section.code == code && section.details.iter().any(|d| d.number == number))
}

fn has_reference(dossier: &Dossier, code: &str, number: &str) -> bool {
    let mut sections = dossier.facets.iter().flat_map(|facet| &facet.indicators);
    sections.any(|section| section.code == code && section.references.iter().any(|r| r.number == number))
}

/// Answers of a task stand on the sheet that bears its code; those of a place, at that place.
fn is_about(subject: &Subject, answer: &Unprinted, examination: &Examination) -> bool {
    match subject {
        Subject::Task(id) => match (examination.plan.task(id), &answer.place) {
            (Some(task), Place::Cell { sheet, .. }) => sheet.starts_with(&task.code),
            _ => false,
        },
        Subject::Place { parts, .. } => is_place(&answer.place, parts),
        Subject::Section(_) | Subject::Appendix(_) => false,
    }
}

fn told(printed: &Printed, ranges: &[PageRange]) -> [String; 2] {
    let text = text_in_words(printed, ranges);
    let text = if text.is_empty() { text } else { format!("：{text}") };
    let part = part_in_words(&printed.part);
    let spot = identity::mask(&printed.spot);
    let spot = if spot.starts_with(&part) { spot } else { format!("{part}　{spot}") };
    [
        format!("  {spot}{text}"),
        format!("    ← {}　{}", origin_in_words(printed.origin), source_in_words(printed)),
    ]
}
