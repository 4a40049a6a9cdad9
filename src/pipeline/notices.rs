//! From an examination to what each unit is sent: its notice, its own workbook marked, its receipt.
//!
//! Also keeps the register, and a copy of each workbook as it came, so that the next round can say what
//! changed. Writes into a sink; decides nothing about wording.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::assets::Templates;
use crate::checks;
use crate::checks::{DEADLINE_UNIT_LATE, UNIT_MISSING};
use crate::corrections::CorrectionList;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::exhibit::ByteSource;
use crate::forms;
use crate::grid::Grid;
use crate::identity;
use crate::intake::selection::WORKBOOK_SEVERAL;
use crate::inventory::{InputFile, Role};
use crate::letters::{self, NoticeView, Person, ReceiptView, ReceivedLine, Told};
use crate::place::RelPath;
use crate::plan::UnitId;
use crate::register::{Entry, LastNotice, Moment, Register};
use crate::revision::{self, Change};
use crate::roc;
use crate::tally::{HandIn, Tally, UnitTally};
use crate::worker::{Job, JobRunner, JobTask, Outcome};
use crate::workspace::Workspace;

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
    let mut worked = work(&cases, around)?;
    let mut made = Vec::new();
    for case in &cases {
        let work = worked.remove(&case.unit.unit).unwrap_or_default();
        made.push(write_case(examination, &tally, case, &work, register, around, sink)?);
    }
    Ok(made)
}

/// One unit's matters.
struct Case<'a> {
    unit: &'a UnitTally,
    list: CorrectionList,
    /// The workbook that was read.
    workbook: Option<&'a InputFile>,
    files: Vec<&'a InputFile>,
    /// Of the workbook of the last notice, when that was another one.
    former: Option<String>,
}

impl<'a> Case<'a> {
    fn of(examination: &'a Examination, tally: &Tally, unit: &'a UnitTally, register: &Register) -> Self {
        let files = files_of(examination, &unit.unit);
        let workbook = unit.workbook.as_ref().and_then(|path| examination.inventory.get(path));
        let own = examination.diagnostics.iter().filter(|diagnostic| {
            diagnostic.unit.as_deref() == Some(unit.unit.as_str()) && is_for_units(diagnostic)
        });
        let list = CorrectionList::new(
            format!("{}待修正清單", unit.name),
            list_notes(tally),
            own,
            unit.workbook.as_ref(),
        );
        let former = register.last_notice(&unit.unit).and_then(|last| last.workbook.map(str::to_owned));
        let former = former.filter(|digest| workbook.is_some_and(|file| file.digests.sha256 != *digest));
        Case { unit, list, workbook, files, former }
    }

    fn has_notice(&self) -> bool {
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

/// What workers made of a unit's workbook.
#[derive(Default)]
struct Worked {
    marked: Option<Vec<u8>>,
    unmarked_because: Option<String>,
    /// Against the workbook of the last notice; `None`: not compared.
    changes: Option<Vec<Change>>,
}

/// A copy of a workbook that identifies somebody is not sent about: the list alone goes.
fn names_somebody(list: &CorrectionList) -> bool {
    list.corrections
        .iter()
        .any(|correction| correction.sheet.is_some() && checks::is_about_somebody(&correction.rule))
}

/// Marks and compares, in workers.
fn work(cases: &[Case<'_>], around: &NoticeSurroundings<'_>) -> anyhow::Result<BTreeMap<UnitId, Worked>> {
    enum Part {
        Mark,
        Former,
        Current,
    }
    let mut jobs = Vec::new();
    let mut parts = Vec::new();
    for case in cases {
        let Some(file) = case.workbook else { continue };
        let job = |task| Job {
            path: around.workspace.on_disk(&file.path),
            sha256: file.digests.sha256.clone(),
            task,
        };
        if case.has_notice() && !names_somebody(&case.list) {
            let folder = around.scratch.to_owned();
            jobs.push(job(JobTask::MarkWorkbook { corrections: case.list.clone(), folder }));
            parts.push((&case.unit.unit, Part::Mark));
        }
        let former = case.former.as_ref().and_then(|digest| {
            Some((digest, (around.last)(&copy_name(&case.unit.name, digest, &extension(file)))?))
        });
        if let Some((digest, path)) = former {
            jobs.push(Job { path, sha256: digest.clone(), task: JobTask::ReadWorkbook });
            parts.push((&case.unit.unit, Part::Former));
            jobs.push(job(JobTask::ReadWorkbook));
            parts.push((&case.unit.unit, Part::Current));
        }
    }
    let outcomes = around.runner.run_all(&jobs, &|_| {})?;
    let mut worked: BTreeMap<UnitId, Worked> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.workbook.is_some() && names_somebody(&case.list)) {
        let because = "原檔含有個資，標註檔不以郵件寄送，請依清單修改原檔";
        worked.entry(case.unit.unit.clone()).or_default().unmarked_because = Some(because.to_owned());
    }
    let mut former: Option<Grid> = None;
    for ((unit, part), outcome) in parts.into_iter().zip(outcomes) {
        let work = worked.entry(unit.clone()).or_default();
        match (part, outcome) {
            (Part::Mark, Outcome::Marked(handle)) => {
                work.marked = Some(around.source.prepared(&handle)?);
            }
            (Part::Mark, Outcome::Unmarkable(why)) => work.unmarked_because = Some(why),
            (Part::Mark, _) => work.unmarked_because = Some("原檔無法解讀".to_owned()),
            (Part::Former, Outcome::Workbook(grid)) => former = Some(grid),
            (Part::Current, Outcome::Workbook(grid)) => {
                work.changes = former.take().map(|former| revision::compare(&former, &grid));
            }
            (Part::Former | Part::Current, _) => former = None,
        }
    }
    Ok(worked)
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
    let unit = case.unit;
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
        let attachment = attachment(case, work, &mut view)?;
        let notice = letters::notice(&view, attachment.as_deref(), around.templates)?;
        if let (Some(name), Some(bytes)) = (&view.attachment, &attachment) {
            sink.create(&format!("{folder}/{name}"))?.write_all(bytes)?;
        }
        sink.create(&format!("{folder}/補件通知.eml"))?.write_all(&notice.eml)?;
        sink.create(&format!("{folder}/補件通知.txt"))?.write_all(notice.text.as_bytes())?;
        made.notice = Some(format!("{folder}/補件通知.eml"));
    }
    if !case.files.is_empty() {
        let view = receipt_view(examination, tally, case, register);
        let text = letters::receipt(&view, around.templates)?;
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
fn attachment(case: &Case<'_>, work: &Worked, view: &mut NoticeView) -> anyhow::Result<Option<Vec<u8>>> {
    let name = &case.unit.name;
    match (&work.marked, case.workbook) {
        (Some(bytes), Some(file)) => {
            view.attachment = Some(format!("{name}-待修正.{}", extension(file)));
            view.marked = true;
            Ok(Some(bytes.clone()))
        }
        (None, Some(_)) => {
            view.attachment = Some(format!("{name}-待修正清單.xlsx"));
            view.unmarked_because = work.unmarked_because.clone();
            forms::corrections_workbook(&case.list).map(Some)
        }
        (_, None) => Ok(None),
    }
}

fn extension(file: &InputFile) -> String {
    file.path.extension().unwrap_or_else(|| "xlsx".to_owned())
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
            Change::SheetAdded(sheet) => lines.push(format!("新增工作表「{sheet}」")),
            Change::SheetRemoved(sheet) => lines.push(format!("刪除工作表「{sheet}」")),
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
        lines.push(format!("{sheet} › {named}"));
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
fn copy_name(unit: &str, digest: &str, extension: &str) -> String {
    format!("{COPIES}/{unit}/{}.{extension}", &digest[..digest.len().min(16)])
}

/// Kept once; the next round compares with it.
fn keep_copy(case: &Case<'_>, around: &NoticeSurroundings<'_>, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let Some(file) = case.workbook else { return Ok(()) };
    let name = copy_name(&case.unit.name, &file.digests.sha256, &extension(file));
    if (around.last)(&name).is_none() {
        sink.create(&name)?.write_all(&around.source.input(&file.path)?)?;
    }
    Ok(())
}
