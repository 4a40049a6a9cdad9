//! From an examination to corrected copies of workbooks: what is certain is written, the rest is said.
//!
//! Copies and the log go into a sink; inputs are never touched. Knows no rule: what may be repaired stands in
//! the diagnostics.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::exhibit::ByteSource;
use crate::identity;
use crate::inventory::{InputFile, MediaType, Role};
use crate::place::{CellRef, Place, RelPath};
use crate::repair::{CellRepair, Repair};
use crate::worker::{Job, JobRunner, JobTask, Outcome};
use crate::workspace::Workspace;

use super::records::csv_line;
use super::{Examination, Sink, reading};

/// What was written over what, cell by cell.
pub const LOG: &str = "修正紀錄.csv";

/// What repairing needs from around it.
pub struct RepairSurroundings<'a> {
    pub workspace: &'a Workspace,
    pub runner: &'a dyn JobRunner,
    /// Folder for copies, empty at the start; `source` reads them as prepared files.
    pub scratch: &'a Path,
    pub source: &'a dyn ByteSource,
}

/// What became of one workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairedWorkbook {
    pub file: RelPath,
    pub lines: Vec<RepairLine>,
}

/// One cell: its repair, or why it was left. Identity numbers are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairLine {
    pub sheet: String,
    pub cell: CellRef,
    pub old: String,
    pub new: String,
    /// The rule that complained.
    pub rule: &'static str,
    pub left_because: Option<String>,
}

impl RepairedWorkbook {
    /// How many cells of the copy differ; no copy for none.
    pub fn n_repaired(&self) -> usize {
        self.lines.iter().filter(|line| line.left_because.is_none()).count()
    }
}

/// Whether any open matter can be repaired.
pub fn has_repairs(examination: &Examination) -> bool {
    !wanted(examination).is_empty()
}

/// Workbooks with open matters in cells that cannot be repaired because of the format they are saved in.
pub fn unrepairable(examination: &Examination) -> Vec<RelPath> {
    let is_old = |file: &&InputFile| file.media_type == MediaType::Xls && is_workbook(file);
    let old = examination.inventory.files.iter().filter(is_old).map(|file| file.path.clone());
    old.filter(|path| {
        let in_cell = |found: &Diagnostic| matches!(&found.place, Place::Cell { file, .. } if file == path);
        examination.diagnostics.iter().any(|found| found.accepted.is_none() && in_cell(found))
    })
    .collect()
}

/// Writes a copy of each workbook with its certain repairs, at the place it has in the workspace, and the log.
///
/// # Errors
/// A disk that cannot be written, workers that cannot be started.
pub fn repair(
    examination: &Examination,
    around: &RepairSurroundings<'_>,
    sink: &mut dyn Sink,
) -> anyhow::Result<Vec<RepairedWorkbook>> {
    let wanted = wanted(examination);
    let jobs: Vec<Job> = wanted.iter().map(|(file, cells)| job(file, cells, around)).collect();
    let outcomes = around.runner.run_all(&jobs, &|_| {})?;
    let mut made = Vec::new();
    for ((file, cells), outcome) in wanted.iter().zip(outcomes) {
        let (copy, left) = match outcome {
            Outcome::Repaired(repaired) => (repaired.copy, Ok(repaired.left)),
            Outcome::Unmarkable(why) => (None, Err(why)),
            _ => (None, Err("原檔無法解讀".to_owned())),
        };
        if let Some(handle) = copy {
            sink.create(file.path.as_str())?.write_all(&around.source.prepared(&handle)?)?;
        }
        let why = |(sheet, cell): &(String, CellRef)| match &left {
            Err(why) => Some(why.clone()),
            Ok(left) => {
                let of_cell = left.iter().find(|left| left.sheet == *sheet && left.cell == *cell);
                of_cell.map(|left| left.why.clone())
            }
        };
        let lines = cells.iter().map(|(at, wanted)| line(at, wanted, why(at))).collect();
        made.push(RepairedWorkbook { file: file.path.clone(), lines });
    }
    sink.create(LOG)?.write_all(log(&made).as_bytes())?;
    Ok(made)
}

/// A cell's repair and the rule that asked for it first.
struct Wanted<'a> {
    repair: &'a Repair,
    rule: &'static str,
}

type Cells<'a> = BTreeMap<(String, CellRef), Wanted<'a>>;

/// By workbook in the inventory's order, every cell once.
fn wanted(examination: &Examination) -> Vec<(&InputFile, Cells<'_>)> {
    let mut by_file: BTreeMap<&RelPath, Cells<'_>> = BTreeMap::new();
    for found in examination.diagnostics.iter().filter(|found| found.accepted.is_none()) {
        let (Some(repair), Place::Cell { file, sheet, cell }) = (&found.repair, &found.place) else {
            continue;
        };
        let at = (sheet.clone(), *cell);
        by_file.entry(file).or_default().entry(at).or_insert(Wanted { repair, rule: found.rule.id });
    }
    let files = examination.inventory.files.iter().filter(|file| is_workbook(file));
    files.filter_map(|file| Some((file, by_file.remove(&file.path)?))).collect()
}

fn is_workbook(file: &InputFile) -> bool {
    matches!(file.role, Role::UnitWorkbook(_) | Role::SecretariatWorkbook)
}

fn job(file: &InputFile, cells: &Cells<'_>, around: &RepairSurroundings<'_>) -> Job {
    let repairs = cells.iter().map(|((sheet, cell), wanted)| CellRepair {
        sheet: sheet.clone(),
        cell: *cell,
        repair: wanted.repair.clone(),
    });
    let task = JobTask::RepairWorkbook { repairs: repairs.collect(), folder: around.scratch.to_owned() };
    reading::job_in(around.workspace, file, task)
}

fn line((sheet, cell): &(String, CellRef), wanted: &Wanted<'_>, left: Option<String>) -> RepairLine {
    RepairLine {
        sheet: identity::mask(sheet),
        cell: *cell,
        old: identity::mask(&wanted.repair.old),
        new: identity::mask(&wanted.repair.new.shown()),
        rule: wanted.rule,
        left_because: left,
    }
}

fn log(made: &[RepairedWorkbook]) -> String {
    let headings = ["檔案", "工作表", "儲存格", "原內容", "修正後", "規則", "結果"];
    let mut csv = csv_line(&headings.map(str::to_owned));
    csv.insert(0, '\u{feff}');
    for workbook in made {
        let file = identity::mask(workbook.file.as_str());
        for line in &workbook.lines {
            let result = match &line.left_because {
                None => "已修正".to_owned(),
                Some(why) => format!("未修正：{why}"),
            };
            csv.push_str(&csv_line(&[
                file.clone(),
                line.sheet.clone(),
                line.cell.to_string(),
                line.old.clone(),
                line.new.clone(),
                line.rule.to_owned(),
                result,
            ]));
        }
    }
    csv
}
