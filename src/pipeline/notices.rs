//! From an examination to what each unit is sent: its notice, its own workbook marked, its receipt.
//!
//! Also keeps the register, and a copy of each workbook as it came, so that the next round can say what
//! changed. Writes into a sink; decides nothing about wording.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::assets::Templates;
use crate::checks;
use crate::checks::{DEADLINE_UNIT_LATE, UNIT_MISSING};
use crate::clearance::{Cleared, clear};
use crate::corrections::CorrectionList;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::exhibit::ByteSource;
use crate::extract;
use crate::forms;
use crate::identity::{self, Released};
use crate::intake::selection::WORKBOOK_SEVERAL;
use crate::inventory::{InputFile, MediaType, Role};
use crate::letters::{self, Enclosure, NoticeView, Person, ReceiptView, ReceivedLine, Told};
use crate::place::RelPath;
use crate::plan::UnitId;
use crate::register::{Entry, LastNotice, Moment, Register};
use crate::revision::Change;
use crate::roc;
use crate::tally::{HandIn, Tally, UnitTally};
use crate::worker::JobRunner;
use crate::workspace::Workspace;

use super::marking::{Worked, work};
use super::{Examination, Sink, tally};

/// Folder of what units are sent, inside the output folder.
const FOLDER: &str = "補件通知";
/// The register, and the copies of workbooks as they came.
pub const REGISTER: &str = "內部/收件登記簿.jsonl";
const COPIES: &str = "內部/收件副本";
/// Matters settled since the last notice that are named; changed cells named on a sheet.
const MOST_SETTLED: usize = 10;
const MOST_CELLS: usize = 12;

/// Told under a unit's name, but for the secretariat to act on.
static NOT_FOR_UNITS: &[&Rule] = &[&UNIT_MISSING, &DEADLINE_UNIT_LATE];

/// Whether a file of the output folder is made by `notices`: a compile keeps it.
pub fn is_of_notices(name: &str) -> bool {
    name.starts_with(&format!("{FOLDER}/")) || is_kept_by_notices(name)
}

/// Whether the next `notices` keeps it too.
pub fn is_kept_by_notices(name: &str) -> bool {
    name == REGISTER || name.starts_with(&format!("{COPIES}/"))
}

/// What making notices needs from around it.
pub struct NoticeSurroundings<'a> {
    pub workspace: &'a Workspace,
    pub runner: &'a dyn JobRunner,
    pub templates: &'a Templates,
    /// Folder for marked copies, empty at the start; `source` reads them as prepared files.
    pub scratch: &'a Path,
    pub source: &'a dyn ByteSource,
    /// The file of the last output that has this name.
    pub last: &'a dyn Fn(&str) -> Option<PathBuf>,
    pub today: Date,
    /// When what is new now was first seen.
    pub now: Moment,
}

/// What was made for one unit, for the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeMade {
    pub unit: String,
    pub hand_in: HandIn,
    pub n_errors: usize,
    pub n_warnings: usize,
    /// `None`: nothing to mend or to confirm.
    pub notice: Option<String>,
    /// Why the workbook could not be marked.
    pub unmarked_because: Option<String>,
    /// Its address is not in the secretariat's workbook.
    pub has_address: bool,
}

/// Notes in the register what units' files are there for the first time.
pub fn receive(examination: &Examination, register: &mut Register, now: Moment) {
    for unit in &examination.plan.units {
        for file in files_of(examination, &unit.id) {
            // The register outlives every correction: a number in a name would stay in it.
            let shown = RelPath::new(identity::mask(file.path.as_str()));
            register.receive(&unit.id, &shown, file.bytes, &file.digests.sha256, now);
        }
    }
}

/// Makes everything anew; what is noted in the register is the caller's to keep.
pub fn notices(
    examination: &Examination,
    register: &mut Register,
    around: &NoticeSurroundings<'_>,
    sink: &mut dyn Sink,
) -> anyhow::Result<Vec<NoticeMade>> {
    receive(examination, register, around.now);
    let tally = tally(examination, around.today);
    let cases: Vec<Case<'_>> =
        tally.units.iter().map(|unit| Case::of(examination, &tally, unit, register)).collect();
    let mut worked = work(&cases, &examination.released, around)?;
    let mut made = Vec::new();
    for case in &cases {
        let work = worked.remove(&case.unit.unit).unwrap_or_default();
        made.push(write_case(examination, &tally, case, &work, register, around, sink)?);
    }
    Ok(made)
}

/// One unit's matters.
pub(super) struct Case<'a> {
    pub unit: &'a UnitTally,
    pub list: CorrectionList,
    /// The workbook that was read.
    pub workbook: Option<&'a InputFile>,
    /// It identifies somebody: no copy of it is sent about, or kept.
    pub names_somebody: bool,
    files: Vec<&'a InputFile>,
    /// Of the workbook of the last notice, when that was another one.
    pub former: Option<String>,
}

impl<'a> Case<'a> {
    fn of(examination: &'a Examination, tally: &Tally, unit: &'a UnitTally, register: &Register) -> Self {
        let files = files_of(examination, &unit.unit);
        let workbook = unit.workbook.as_ref().and_then(|path| examination.inventory.get(path));
        let own = examination.diagnostics.iter().filter(|diagnostic| {
            diagnostic.unit.as_deref() == Some(unit.unit.as_str()) && is_for_units(diagnostic)
        });
        let is_private = |diagnostic: &Diagnostic| {
            diagnostic.accepted.is_none()
                && checks::is_about_somebody(diagnostic.rule.id)
                && diagnostic.place.path().is_some_and(|path| unit.workbook.as_ref() == Some(path))
        };
        let names_somebody = examination.diagnostics.iter().any(is_private);
        let list = CorrectionList::new(
            format!("{}待修正清單", unit.name),
            list_notes(tally),
            own,
            unit.workbook.as_ref(),
        );
        let former = register.last_notice(&unit.unit).and_then(|last| last.workbook.map(str::to_owned));
        let former = former.filter(|digest| workbook.is_some_and(|file| file.digests.sha256 != *digest));
        Case { unit, list, workbook, names_somebody, files, former }
    }

    pub fn has_notice(&self) -> bool {
        self.unit.hand_in == HandIn::Missing || !self.list.corrections.is_empty()
    }
}

/// Copies of one workbook are the secretariat's to clear away; which of two versions is right only the unit
/// knows.
fn is_for_units(diagnostic: &Diagnostic) -> bool {
    let is_copy = diagnostic.rule.id == WORKBOOK_SEVERAL.id && diagnostic.severity == Severity::Warning;
    !is_copy && !NOT_FOR_UNITS.iter().any(|rule| rule.id == diagnostic.rule.id)
}

/// Everything readable in a unit's folder, in path order.
fn files_of<'a>(examination: &'a Examination, unit: &UnitId) -> Vec<&'a InputFile> {
    let is_of = |role: &Role| match role {
        Role::UnitWorkbook(of) | Role::Stray(Some(of)) => of == unit,
        Role::Evidence(code) => examination.plan.item(code).is_some_and(|(task, _)| task.unit == *unit),
        _ => false,
    };
    let files = examination.inventory.files.iter();
    files.filter(|file| file.unreadable.is_none() && is_of(&file.role)).collect()
}

fn list_notes(tally: &Tally) -> Vec<String> {
    let due = roc::day_and_weekday(tally.internal.day);
    let mut notes = vec![
        "點選「位置」可跳到該格；有問題的儲存格已上色並加註解。".to_owned(),
        "請直接在這份檔案修正後存檔送回；本清單與註解不必刪除。".to_owned(),
        format!("內部期限：{due}（{}）", tally.internal.remaining.words()),
    ];
    if let Some(contact) = &tally.secretariat.contact {
        notes.push(format!(
            "洽詢：{} {}{} {}",
            tally.secretariat.name, contact.name, contact.title, contact.telephone
        ));
    }
    notes
}

fn write_case(
    examination: &Examination,
    tally: &Tally,
    case: &Case<'_>,
    work: &Worked,
    register: &mut Register,
    around: &NoticeSurroundings<'_>,
    sink: &mut dyn Sink,
) -> anyhow::Result<NoticeMade> {
    let (unit, released) = (case.unit, &examination.released);
    let folder = format!("{FOLDER}/{}", unit.name);
    let told = register.last_notice(&unit.unit).map(|last| told(&last, case, work)).unwrap_or_default();
    let mut made = NoticeMade {
        unit: unit.name.clone(),
        hand_in: unit.hand_in,
        n_errors: case.list.n_errors(),
        n_warnings: case.list.n_warnings(),
        notice: None,
        unmarked_because: work.unmarked_because.clone(),
        has_address: unit.contact.as_ref().is_some_and(|contact| !contact.email.is_empty()),
    };
    if case.has_notice() {
        let mut view = NoticeView::new(&examination.plan.title, tally, unit, &case.list, told);
        let enclosure = enclosure(case, work, released, &mut view)?;
        let view = clear(view, released)?;
        let notice = letters::notice(&view, enclosure.as_ref(), around.templates)?;
        if let (Some(name), Some(enclosure)) = (&view.attachment, &enclosure) {
            sink.create(&format!("{folder}/{name}"))?.write_all(&enclosure.bytes)?;
        }
        sink.create(&format!("{folder}/補件通知.eml"))?.write_all(&notice.eml)?;
        sink.create(&format!("{folder}/補件通知.txt"))?.write_all(notice.text.as_bytes())?;
        made.notice = Some(format!("{folder}/補件通知.eml"));
    }
    if !case.files.is_empty() {
        let view = receipt_view(examination, tally, case, register);
        let text = letters::receipt(&clear(view, released)?, around.templates)?;
        sink.create(&format!("{folder}/收件證明.txt"))?.write_all(text.as_bytes())?;
    }
    keep_copy(case, around, sink)?;
    register.append(Entry::Noticed {
        unit: unit.unit.clone(),
        at: around.now,
        workbook: case.workbook.map(|file| file.digests.sha256.clone()),
        corrections: case.list.corrections.iter().map(|correction| correction.key()).collect(),
    });
    Ok(made)
}

/// The marked workbook; else the list alone, for a unit that has handed something in.
fn enclosure(
    case: &Case<'_>,
    work: &Worked,
    released: &Released,
    view: &mut NoticeView,
) -> anyhow::Result<Option<Cleared<Enclosure>>> {
    let name = &case.unit.name;
    match (&work.marked, case.workbook) {
        (Some(marked), Some(file)) => {
            view.attachment = Some(format!("{name}-待修正.{}", extension(file)));
            view.marked = true;
            Ok(Some(marked.clone()))
        }
        (None, Some(_)) => {
            view.attachment = Some(format!("{name}-待修正清單.xlsx"));
            view.unmarked_because = work.unmarked_because.clone();
            let bytes = forms::corrections_workbook(&case.list)?;
            let fragments = extract::extract(&bytes, MediaType::Xlsx).fragments;
            Ok(Some(clear(Enclosure { bytes, fragments }, released)?))
        }
        (_, None) => Ok(None),
    }
}

/// By what the file is: a name may end in anything.
pub(super) fn extension(file: &InputFile) -> &'static str {
    match file.media_type {
        MediaType::Ods => "ods",
        MediaType::Xls => "xls",
        _ if file.path.extension().as_deref() == Some("xlsm") => "xlsm",
        _ => "xlsx",
    }
}

fn told(last: &LastNotice<'_>, case: &Case<'_>, work: &Worked) -> Told {
    let now: Vec<String> = case.list.corrections.iter().map(|correction| correction.key()).collect();
    let settled: Vec<&str> =
        last.corrections.iter().copied().filter(|key| !now.iter().any(|known| known == key)).collect();
    let current = case.workbook.map(|file| file.digests.sha256.as_str());
    let (changes, n_more) = change_lines(work.changes.as_deref().unwrap_or_default());
    Told {
        before: Some(last.at.words()),
        same_file: current == last.workbook,
        same_cells: work.changes.as_ref().is_some_and(Vec::is_empty),
        n_settled: settled.len(),
        n_new: now.iter().filter(|key| !last.corrections.contains(key.as_str())).count(),
        settled: settled.iter().take(MOST_SETTLED).map(|key| settled_line(key)).collect(),
        changes,
        n_more_changes: n_more,
    }
}

/// Place and message of a correction's key.
fn settled_line(key: &str) -> String {
    let mut parts = key.splitn(3, '@').skip(1);
    format!("{}　{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// A line a sheet, cells by name only: a letter is no place for what stands in case rows.
fn change_lines(changes: &[Change]) -> (Vec<String>, usize) {
    let mut by_sheet: Vec<(&str, Vec<String>)> = Vec::new();
    let mut lines = Vec::new();
    for change in changes {
        match change {
            Change::SheetAdded(sheet) => lines.push(format!("新增工作表「{}」", identity::mask(sheet))),
            Change::SheetRemoved(sheet) => lines.push(format!("刪除工作表「{}」", identity::mask(sheet))),
            Change::Cell { sheet, cell, .. } => match by_sheet.last_mut() {
                Some((last, cells)) if last == sheet => cells.push(cell.to_string()),
                _ => by_sheet.push((sheet, vec![cell.to_string()])),
            },
        }
    }
    let mut n_more = 0;
    for (sheet, cells) in by_sheet {
        let named = cells.iter().take(MOST_CELLS).cloned().collect::<Vec<_>>().join("、");
        n_more += cells.len().saturating_sub(MOST_CELLS);
        lines.push(format!("{} › {named}", identity::mask(sheet)));
    }
    (lines, n_more)
}

fn receipt_view(
    examination: &Examination,
    tally: &Tally,
    case: &Case<'_>,
    register: &Register,
) -> ReceiptView {
    let unit = case.unit;
    let files = (1..).zip(&case.files).map(|(number, file)| ReceivedLine {
        number,
        file: identity::mask(file.path.as_str()),
        bytes: file.bytes,
        sha256: file.digests.sha256.clone(),
        first_seen: register
            .first_seen(&unit.unit, &file.digests.sha256)
            .map_or_else(String::new, Moment::words),
    });
    ReceiptView {
        title: examination.plan.title.clone(),
        unit: unit.name.clone(),
        files: files.collect(),
        workbook: case.workbook.map(|file| identity::mask(file.path.as_str())),
        choice: unit.choice.as_deref().map(identity::mask),
        accepted: unit.hand_in == HandIn::Answered && case.list.n_errors() == 0,
        n_errors: case.list.n_errors(),
        n_warnings: case.list.n_warnings(),
        evidence_present: unit.evidence.present,
        evidence_demanded: unit.evidence.demanded,
        day: roc::day_and_weekday(tally.today),
        secretariat: tally.secretariat.name.clone(),
        contact: Person::of(tally.secretariat.contact.as_ref()),
    }
}

/// Where a workbook is kept as it came.
pub(super) fn copy_name(unit: &str, digest: &str, extension: &str) -> String {
    format!("{COPIES}/{unit}/{}.{extension}", &digest[..digest.len().min(16)])
}

/// Kept once; the next round compares with it. What identifies somebody is not multiplied: such a round
/// goes uncompared.
fn keep_copy(case: &Case<'_>, around: &NoticeSurroundings<'_>, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let Some(file) = case.workbook.filter(|_| !case.names_somebody) else { return Ok(()) };
    let name = copy_name(&case.unit.name, &file.digests.sha256, extension(file));
    if (around.last)(&name).is_none() {
        sink.create(&name)?.write_all(&around.source.input(&file.path)?)?;
    }
    Ok(())
}
