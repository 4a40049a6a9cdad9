//! Workbooks and evidence through the workers: what was read, and what could not be.
//!
//! Turns the workers' outcomes into submissions, preparations and diagnostics. Knows no rule
//! of content; those are `checks`.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::evidence::PrepareSettings;
use crate::exhibit::{Content, Preparation, Remark};
use crate::grid::Grid;
use crate::intake::selection::{self, Candidate};
use crate::intake::{self, workbook};
use crate::inventory::{InputFile, Inventory, MediaType, Role};
use crate::place::{Place, RelPath};
use crate::plan::{EvidenceItem, Plan, UnitId};
use crate::submission::{SecretariatAnswers, Submission};
use crate::worker::{Failure, Job, JobTask, Outcome};

use super::Surroundings;

pub static RULES: &[&Rule] = &[&FILE_UNREADABLE, &FILE_CHANGED, &FILE_TOO_HARD, &LINK_NOT_FOLLOWED, &FILE_IN_USE];

pub static FILE_UNREADABLE: Rule = Rule {
    id: "file-unreadable",
    severity: Severity::Error,
    title: "檔案無法讀取",
    explanation: "檢查什麼：工作資料夾內的每個檔案都必須讀得到。\n\
        為何重要：讀不到的檔案不會出現在自評表或佐證資料中。\n\
        如何修正：確認檔案沒有被其他程式鎖住、雲端檔案已下載到本機，並具有讀取權限。",
    answerable: true,
};

pub static FILE_CHANGED: Rule = Rule {
    id: "file-changed",
    severity: Severity::Error,
    title: "檔案在執行中被修改",
    explanation: "檢查什麼：同一次執行中，檔案內容必須前後一致。\n\
        為何重要：讀到一半被改寫的檔案，印出的內容可能新舊混雜。\n\
        如何修正：請關閉正在編輯該檔的程式，再執行一次。",
    answerable: false,
};

pub static FILE_TOO_HARD: Rule = Rule {
    id: "file-too-hard",
    severity: Severity::Error,
    title: "檔案無法在時間與記憶體限制內解讀",
    explanation: "檢查什麼：每個檔案的解讀時間與記憶體有上限，以免一個壞檔拖垮整次產製。\n\
        為何重要：超過上限的檔案內容不會被讀取或裝訂。\n\
        如何修正：請以原程式重新另存（或以虛擬印表機另存 PDF）後替換。",
    answerable: true,
};

pub static LINK_NOT_FOLLOWED: Rule = Rule {
    id: "link-not-followed",
    severity: Severity::Warning,
    title: "捷徑（連結）不會跟隨",
    explanation: "檢查什麼：工作資料夾內的連結不會被打開。\n\
        為何重要：連結可能指向資料夾外的檔案，其內容無法保證。\n\
        如何修正：請把檔案本身複製到該資料夾。",
    answerable: false,
};

pub static FILE_IN_USE: Rule = Rule {
    id: "file-in-use",
    severity: Severity::Warning,
    title: "檔案可能正在編輯",
    explanation: "檢查什麼：資料夾內有 Excel 或 LibreOffice 的鎖定檔。\n\
        為何重要：表示對應的檔案可能還開著，尚未存檔的內容不會被讀取。\n\
        如何修正：請存檔並關閉該檔案，再執行一次。",
    answerable: false,
};

/// Answers of all units and of the secretariat.
#[derive(Default)]
pub struct Reading {
    pub submissions: BTreeMap<UnitId, Submission>,
    pub secretariat: SecretariatAnswers,
    /// Workbooks whose answers these are.
    pub read: Vec<RelPath>,
}

/// What the disk alone tells.
pub fn inventory_diagnostics(inventory: &Inventory) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for file in &inventory.files {
        let place = Place::file(&file.path);
        if let Some(reason) = &file.unreadable {
            diagnostics.push(
                Diagnostic::new(&FILE_UNREADABLE, place, format!("無法讀取：{reason}"))
                    .hint("請確認檔案未被鎖住、已下載到本機且有讀取權限")
                    .subject(file.path.as_str()),
            );
        } else if matches!(&file.role, Role::LeftOut(reason) if reason.contains("捷徑")) {
            diagnostics.push(
                Diagnostic::new(&LINK_NOT_FOLLOWED, place, "這是捷徑（連結），未讀取其所指的檔案")
                    .hint("請把檔案本身複製到這個資料夾"),
            );
        } else if matches!(&file.role, Role::LeftOut(reason) if reason.contains("鎖定檔")) {
            diagnostics.push(
                Diagnostic::new(&FILE_IN_USE, place, "有鎖定檔，對應的檔案可能正在編輯")
                    .hint("請存檔並關閉該檔案後再執行一次；若已關閉，可刪除此鎖定檔"),
            );
        }
    }
    diagnostics
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
    let jobs: Vec<Job> = files.iter().map(|file| job(file, around, JobTask::ReadWorkbook)).collect();
    let outcomes = run(&jobs, "讀取填報檔", around)?;
    let mut grids: BTreeMap<RelPath, Grid> = BTreeMap::new();
    let mut candidates = Vec::new();
    for (file, outcome) in files.iter().zip(outcomes) {
        let unit = unit_of_role(plan, &file.role);
        match outcome {
            Outcome::Workbook(grid) => {
                diagnostics.extend(
                    workbook::remark_diagnostics(&grid.remarks, &file.path).into_iter().map(|d| with_unit(d, &unit)),
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
            Outcome::Prepared(_) => {}
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

/// Prepares every evidence file, in workers. Equal bytes laid out alike are prepared once.
pub fn prepare_evidence(
    plan: &Plan,
    inventory: &Inventory,
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<BTreeMap<RelPath, Preparation>> {
    let mut files: Vec<(&InputFile, &EvidenceItem)> = Vec::new();
    for file in inventory.files.iter().filter(|file| file.unreadable.is_none()) {
        if let Role::Evidence(code) = &file.role
            && let Some((_, item)) = plan.item(code)
        {
            files.push((file, item));
        }
    }
    let jobs: Vec<Job> = files
        .iter()
        .map(|(file, item)| {
            let settings = prepare_settings(plan, item);
            let folder = around.prepared.to_owned();
            job(file, around, JobTask::Prepare { media_type: file.media_type, settings, folder })
        })
        .collect();
    let outcomes = run(&jobs, "整備佐證", around)?;
    let mut preparations = BTreeMap::new();
    for ((file, item), outcome) in files.into_iter().zip(outcomes) {
        let preparation = match outcome {
            Outcome::Prepared(preparation) => preparation,
            Outcome::Failed(failure) => {
                let unit = plan.item(&item.code).map(|(task, _)| task.unit.clone());
                diagnostics.push(with_unit(failure_diagnostic(&failure, &file.path), &unit));
                unprepared(&failure)
            }
            Outcome::Workbook(_) | Outcome::NoWorkbook(_) => continue,
        };
        preparations.insert(file.path.clone(), preparation);
    }
    Ok(preparations)
}

/// Printed size in points: half a page for photo pages, a page's body for single pictures.
fn prepare_settings(plan: &Plan, item: &EvidenceItem) -> PrepareSettings {
    let picture_box_points = if item.photo_pages { (454.0, 300.0) } else { (482.0, 680.0) };
    PrepareSettings { picture_box_points, dpi: plan.limits.picture_dpi, quality: plan.limits.picture_quality }
}

fn job(file: &InputFile, around: &Surroundings, task: JobTask) -> Job {
    Job { path: around.workspace.on_disk(&file.path), sha256: file.digests.sha256.clone(), task }
}

fn run(jobs: &[Job], title: &str, around: &Surroundings) -> anyhow::Result<Vec<Outcome>> {
    around.progress.phase(title, jobs.len());
    Ok(around.runner.run_all(jobs, &|_| around.progress.step())?)
}

fn unprepared(failure: &Failure) -> Preparation {
    let reason = match failure {
        Failure::Crashed | Failure::TimedOut => "檔案過於複雜或已損壞，無法在限制內解讀".to_owned(),
        Failure::Unreadable(reason) => format!("無法讀取：{reason}"),
        Failure::Changed => "檔案在執行中被修改".to_owned(),
    };
    let content = match failure {
        Failure::Crashed | Failure::TimedOut => Content::File { reason },
        Failure::Unreadable(_) | Failure::Changed => Content::Unusable { reason },
    };
    Preparation { content, texts: Vec::new(), remarks: Vec::<Remark>::new() }
}

fn failure_diagnostic(failure: &Failure, file: &RelPath) -> Diagnostic {
    let place = Place::file(file);
    match failure {
        Failure::Crashed => Diagnostic::new(&FILE_TOO_HARD, place, "檔案已損壞，或解讀所需的記憶體超過上限")
            .hint("請以原程式開啟後重新另存，或另存為 PDF 後替換"),
        Failure::TimedOut => Diagnostic::new(&FILE_TOO_HARD, place, "解讀時間超過上限")
            .hint("請以原程式開啟後重新另存，或另存為 PDF 後替換"),
        Failure::Unreadable(reason) => Diagnostic::new(&FILE_UNREADABLE, place, format!("無法讀取：{reason}"))
            .hint("請確認檔案未被鎖住、已下載到本機且有讀取權限"),
        Failure::Changed => Diagnostic::new(&FILE_CHANGED, place, "檔案在執行中被修改")
            .hint("請關閉正在編輯該檔的程式，再執行一次"),
    }
    .subject(file.as_str())
}

fn with_unit(diagnostic: Diagnostic, unit: &Option<UnitId>) -> Diagnostic {
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

/// Kinds that are never bound and never packed as they are; told by `bundle`.
pub fn is_workbook(media_type: MediaType) -> bool {
    matches!(media_type, MediaType::Xlsx | MediaType::Xls | MediaType::Xlsb)
}
