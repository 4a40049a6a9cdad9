//! Workbooks and evidence through the workers: what was read, and what could not be.
//!
//! Turns the workers' outcomes into submissions, preparations and diagnostics. Knows no rule
//! of content; those are `checks`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::evidence::PrepareSettings;
use crate::exhibit::{Content, Preparation, Remark};
use crate::fragment::Fragment;
use crate::grid::Grid;
use crate::intake::files::{FILE_CHANGED, FILE_TOO_HARD, FILE_UNREADABLE};
use crate::intake::selection::{self, Candidate};
use crate::intake::{self, workbook};
use crate::inventory::{InputFile, Inventory, Role};
use crate::place::{Place, RelPath};
use crate::plan::{EvidenceItem, Plan, UnitId};
use crate::submission::{SecretariatAnswers, Submission};
use crate::worker::{Failure, Job, JobTask, Outcome};
use crate::workspace::Workspace;

use super::{Examination, Surroundings, archives, conversions};

/// Answers of all units and of the secretariat.
#[derive(Default)]
pub struct Reading {
    pub submissions: BTreeMap<UnitId, Submission>,
    pub secretariat: SecretariatAnswers,
    /// Workbooks whose answers these are.
    pub read: Vec<RelPath>,
}

/// Reads every workbook of a unit or of the secretariat, in workers.
pub fn read_submissions(
    plan: &Plan,
    inventory: &Inventory,
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Reading> {
    let files: Vec<&InputFile> =
        selection::workbooks(inventory).filter(|file| file.unreadable.is_none()).collect();
    let jobs: Vec<Job> = files.iter().map(|file| job(file, around, JobTask::ReadForm)).collect();
    let outcomes = run(&jobs, "讀取填報檔", around)?;
    let mut grids: BTreeMap<RelPath, Grid> = BTreeMap::new();
    let mut candidates = Vec::new();
    for (file, outcome) in files.iter().zip(outcomes) {
        let unit = unit_of_role(plan, &file.role);
        match outcome {
            Outcome::Workbook(grid) => {
                diagnostics.extend(
                    workbook::remark_diagnostics(&grid, &file.path).into_iter().map(|d| with_unit(d, &unit)),
                );
                candidates.push(Candidate { file, identity: intake::identify(&grid) });
                grids.insert(file.path.clone(), grid);
            }
            Outcome::NoWorkbook(failure) => {
                diagnostics.push(with_unit(workbook::failure_diagnostic(&failure, &file.path), &unit));
            }
            Outcome::Failed(failure) => {
                diagnostics.push(with_unit(failure_diagnostic(&failure, &file.path), &unit));
            }
            // Answers to other jobs.
            _ => {}
        }
    }
    let selected = selection::select(plan, &candidates, diagnostics);
    Ok(map_answers(plan, &selected, &grids, diagnostics))
}

fn map_answers(
    plan: &Plan,
    selected: &BTreeMap<UnitId, RelPath>,
    grids: &BTreeMap<RelPath, Grid>,
    diagnostics: &mut Diagnostics,
) -> Reading {
    let mut reading = Reading::default();
    for (unit, path) in selected {
        let Some(grid) = grids.get(path) else { continue };
        if unit.as_str() == intake::SECRETARIAT_MARK {
            let (answers, found) = intake::secretariat(plan, path, grid);
            reading.secretariat = answers;
            diagnostics.extend(found);
        } else {
            let (submission, found) = intake::submission(plan, unit, path, grid);
            reading.submissions.insert(unit.clone(), submission);
            diagnostics.extend(found);
        }
        reading.read.push(path.clone());
    }
    reading.read.sort();
    reading
}

/// Everything written in the workbooks whose answers were taken, for the privacy gate: what is no
/// answer too. A workbook that cannot be looked through was read all the same; one that changed since it was
/// read is told.
pub fn look_through(
    inventory: &Inventory,
    read: &[RelPath],
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<BTreeMap<RelPath, Vec<Fragment>>> {
    let files: Vec<&InputFile> = read.iter().filter_map(|path| inventory.get(path)).collect();
    let task = |file: &InputFile| JobTask::LookThrough { media_type: file.media_type };
    let jobs: Vec<Job> = files.iter().map(|file| job(file, around, task(file))).collect();
    let outcomes = run(&jobs, "檢視填報檔", around)?;
    let mut found = BTreeMap::new();
    for (file, outcome) in files.into_iter().zip(outcomes) {
        match outcome {
            Outcome::LookedThrough(fragments) => {
                found.insert(file.path.clone(), fragments);
            }
            Outcome::Failed(failure @ Failure::Changed) => {
                diagnostics.push(failure_diagnostic(&failure, &file.path));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Prepares every evidence file but those already prepared, in workers.
pub fn prepare_evidence(
    plan: &Plan,
    inventory: &Inventory,
    mut preparations: BTreeMap<RelPath, Preparation>,
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<BTreeMap<RelPath, Preparation>> {
    let mut files: Vec<(&InputFile, &EvidenceItem)> = Vec::new();
    for file in inventory.files.iter().filter(|file| file.unreadable.is_none()) {
        if let Role::Evidence(code) = &file.role
            && !preparations.contains_key(&file.path)
            && let Some((_, item)) = plan.item(code)
        {
            files.push((file, item));
        }
    }
    let mut jobs: Vec<Job> = files
        .iter()
        .map(|(file, item)| {
            let settings = prepare_settings(plan, item);
            let folder = around.prepared.to_owned();
            let task = JobTask::Prepare { media_type: file.media_type, settings, folder };
            archives::evidence_job(file, inventory, around, task)
        })
        .collect();
    let conversions = conversions::convert(&files, &jobs, around)?;
    jobs.extend(conversions.jobs());
    let mut outcomes = run(&jobs, "整備佐證", around)?;
    conversions.bind(outcomes.split_off(files.len()), &mut outcomes);
    for ((file, item), outcome) in files.into_iter().zip(outcomes) {
        let preparation = match outcome {
            Outcome::Prepared(preparation) => preparation,
            Outcome::Failed(Failure::NoRoom(reason)) => return Err(no_room(reason).into()),
            Outcome::Failed(failure) => {
                let unit = plan.item(&item.code).map(|(task, _)| task.unit.clone());
                diagnostics.push(with_unit(failure_diagnostic(&failure, &file.path), &unit));
                unprepared(&failure)
            }
            // Answers to other jobs.
            _ => continue,
        };
        preparations.insert(file.path.clone(), preparation);
    }
    Ok(preparations)
}

/// Prepares evidence again at another resolution, into a folder of its own beside the prepared files.
pub(super) fn prepare_again(
    examination: &Examination,
    files: &[&InputFile],
    dpi: u32,
    aside: &str,
    around: &Surroundings,
) -> anyhow::Result<Vec<Outcome>> {
    let folder = around.prepared.join(aside);
    let jobs = files.iter().filter_map(|file| {
        let Role::Evidence(code) = &file.role else { return None };
        let (_, item) = examination.plan.item(code)?;
        let settings = PrepareSettings { dpi, ..prepare_settings(&examination.plan, item) };
        let task = JobTask::Prepare { media_type: file.media_type, settings, folder: folder.clone() };
        Some(job(file, around, task))
    });
    run(&jobs.collect::<Vec<_>>(), "試算較低解析度", around)
}

/// Printed size in points: half a page for photo pages, a page's body for single pictures.
pub(super) fn prepare_settings(plan: &Plan, item: &EvidenceItem) -> PrepareSettings {
    PrepareSettings {
        picture_box_points: if item.photo_pages { (454.0, 300.0) } else { (482.0, 680.0) },
        dpi: plan.limits.picture_dpi,
        quality: plan.limits.picture_quality,
        as_pictures: BTreeSet::new(),
    }
}

pub(super) fn job(file: &InputFile, around: &Surroundings, task: JobTask) -> Job {
    job_in(around.workspace, file, task)
}

/// A job on a file of a workspace, as it was when it was digested.
pub(super) fn job_in(workspace: &Workspace, file: &InputFile, task: JobTask) -> Job {
    Job { path: workspace.on_disk(&file.path), sha256: file.digests.sha256.clone(), task }
}

pub(super) fn run(jobs: &[Job], title: &str, around: &Surroundings) -> anyhow::Result<Vec<Outcome>> {
    around.progress.phase(title, jobs.len());
    Ok(around.runner.run_all(jobs, &|_| around.progress.step())?)
}

/// A full disk is the environment's fault, not the file's: it ends the run.
pub(super) fn no_room(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::StorageFull, reason)
}

pub(super) fn unprepared(failure: &Failure) -> Preparation {
    let reason = match failure {
        Failure::Crashed | Failure::TimedOut => "檔案過於複雜或已損壞，無法在限制內解讀".to_owned(),
        Failure::Unreadable(reason) => format!("無法讀取：{reason}"),
        Failure::NoRoom(reason) => reason.clone(),
        Failure::Changed => "檔案在執行中被修改".to_owned(),
    };
    // Never packed unseen: it may hold a photo's location or a roster.
    let content = Content::Unusable { reason };
    Preparation { content, texts: Vec::new(), fragments: Vec::new(), remarks: Vec::<Remark>::new() }
}

pub(super) fn failure_diagnostic(failure: &Failure, file: &RelPath) -> Diagnostic {
    let place = Place::file(file);
    match failure {
        Failure::Crashed => Diagnostic::new(&FILE_TOO_HARD, place, "檔案已損壞，或解讀所需的記憶體超過上限")
            .hint("請以原程式開啟後重新另存，或另存為 PDF 後替換"),
        Failure::TimedOut => Diagnostic::new(&FILE_TOO_HARD, place, "解讀時間超過上限")
            .hint("請以原程式開啟後重新另存，或另存為 PDF 後替換"),
        Failure::Unreadable(reason) | Failure::NoRoom(reason) => {
            Diagnostic::new(&FILE_UNREADABLE, place, format!("無法讀取：{reason}"))
                .hint("請確認檔案未被鎖住、已下載到本機且有讀取權限")
        }
        Failure::Changed => Diagnostic::new(&FILE_CHANGED, place, "檔案在執行中被修改")
            .hint("請關閉正在編輯該檔的程式，再執行一次"),
    }
    .subject(file.as_str())
}

pub(super) fn with_unit(diagnostic: Diagnostic, unit: &Option<UnitId>) -> Diagnostic {
    match unit {
        Some(unit) if diagnostic.unit.is_none() => diagnostic.unit(unit.as_str()),
        _ => diagnostic,
    }
}

fn unit_of_role(plan: &Plan, role: &Role) -> Option<UnitId> {
    match role {
        Role::UnitWorkbook(unit) | Role::Stray(Some(unit)) => Some(unit.clone()),
        Role::Evidence(code) => plan.item(code).map(|(task, _)| task.unit.clone()),
        _ => None,
    }
}
