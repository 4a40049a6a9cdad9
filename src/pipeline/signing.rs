//! The signed page on its way: a scan confirmed before it is kept, and the kept page made the form's companion.
//!
//! It is no part of the identity, since it bears it. The form itself stays as typeset: a scan in it would end
//! its conformance (ISO 19005-2, ISO 14289-1), so that the page goes beside it in a file of its own.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::checks;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::evidence::PrepareSettings;
use crate::exhibit::{ByteSource, Content, PageSize, Preparation};
use crate::inventory::{InputFile, Inventory, MediaType, Role};
use crate::pdf;
use crate::place::RelPath;
use crate::plan::Plan;
use crate::signing;
use crate::worker::{Failure, Job, JobTask, Outcome};
use crate::workspace;

use super::products::Sink;
use super::{Examination, Surroundings, reading};

/// Path in the output folder.
const SIGNED_PAGE: &str = "自評表-核章頁.pdf";
/// A4 in points.
const PAGE: (f64, f64) = (595.28, 841.89);

/// A scan that is the signature page of what is sent now: the path in the workspace where it is to be kept.
pub type Confirmation = Result<RelPath, Diagnostic>;

/// Holds a scan's mark against the identity of what was examined. `typed` is what the clerk read in its
/// footer; without it the scan's text and name must tell.
///
/// # Errors
/// The scan cannot be read, or there is no room to prepare it.
pub fn confirm(
    scan: &Path,
    typed: Option<&str>,
    examination: &Examination,
    around: &Surroundings,
) -> anyhow::Result<Confirmation> {
    let unread = || format!("無法讀取「{}」，請確認路徑與檔案權限", scan.display());
    let facts = workspace::look_into(scan).with_context(unread)?;
    let job = Job {
        path: scan.to_owned(),
        sha256: facts.digests.sha256,
        task: prepare_task(&examination.plan, facts.media_type, around),
    };
    let name = RelPath::new(scan.file_name().unwrap_or_default().to_string_lossy());
    let preparation = match reading::run(&[job], "讀取核章頁", around)?.pop() {
        Some(Outcome::Prepared(preparation)) => preparation,
        Some(Outcome::Failed(Failure::NoRoom(reason))) => return Err(reading::no_room(reason).into()),
        Some(Outcome::Failed(failure)) => return Ok(Err(reading::failure_diagnostic(&failure, &name))),
        other => anyhow::bail!("無法讀取「{}」：{other:?}", scan.display()),
    };
    let identity = &examination.identity;
    let named = signing::named_mark(name.as_str(), identity);
    if let Some(diagnostic) = checks::judge_signed_page(&name, &preparation, named, typed, identity) {
        return Ok(Err(diagnostic));
    }
    let kept = signing::kept_name(identity, extension(facts.media_type));
    let folder = &examination.plan.secretariat.folder;
    Ok(Ok(RelPath::new(format!("{folder}/{}/{kept}", signing::FOLDER))))
}

/// By what the file is, whatever its name said.
fn extension(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::Pdf => "pdf",
        MediaType::Png => "png",
        MediaType::Gif => "gif",
        MediaType::Bmp => "bmp",
        MediaType::Tiff => "tif",
        MediaType::Webp => "webp",
        MediaType::Heic => "heic",
        _ => "jpg",
    }
}

fn prepare_task(plan: &Plan, media_type: MediaType, around: &Surroundings) -> JobTask {
    JobTask::Prepare { media_type, settings: page_settings(plan), folder: around.prepared.to_owned() }
}

/// For documents that go along as they are: a picture may fill the paper.
pub(super) fn page_settings(plan: &Plan) -> PrepareSettings {
    PrepareSettings {
        picture_box_points: PAGE,
        dpi: plan.limits.picture_dpi,
        quality: plan.limits.picture_quality,
        as_pictures: BTreeSet::new(),
    }
}

/// Prepares what goes along with the form or in its place, in workers, beside the evidence: kept pages, and
/// the agency's own forms, of which all that can be read is looked through.
pub(super) fn prepare(
    plan: &Plan,
    inventory: &Inventory,
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Vec<(RelPath, Preparation)>> {
    let files: Vec<&InputFile> = inventory
        .files
        .iter()
        .filter(|file| {
            matches!(file.role, Role::SignedPage | Role::OfficialForm) && file.unreadable.is_none()
        })
        .collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let task = |file: &InputFile| prepare_task(plan, file.media_type, around);
    let jobs: Vec<Job> = files.iter().map(|file| reading::job(file, around, task(file))).collect();
    let mut prepared = Vec::new();
    for (file, outcome) in files.into_iter().zip(reading::run(&jobs, "讀取核章頁與官方表單", around)?)
    {
        match outcome {
            Outcome::Prepared(preparation) => prepared.push((file.path.clone(), preparation)),
            Outcome::Failed(Failure::NoRoom(reason)) => return Err(reading::no_room(reason).into()),
            Outcome::Failed(failure) => {
                diagnostics.push(reading::failure_diagnostic(&failure, &file.path));
            }
            // Answers to other jobs.
            _ => {}
        }
    }
    Ok(prepared)
}

/// The kept page that goes with the form: that of this identity, or else the one that was answered for.
/// Meaningful once nothing blocks.
pub(super) fn going_along(examination: &Examination) -> Option<(&InputFile, &Preparation)> {
    let pages = || {
        let files = examination.inventory.files.iter().filter(|file| file.role == Role::SignedPage);
        let prepared = files.filter_map(|file| Some((file, examination.preparations.get(&file.path)?)));
        prepared.filter(|(_, preparation)| {
            matches!(preparation.content, Content::Pages { .. } | Content::Picture { .. })
        })
    };
    let is_current =
        |file: &InputFile| signing::kept_mark(file.path.file_name()).as_ref() == Some(&examination.identity);
    pages().find(|(file, _)| is_current(file)).or_else(|| pages().next())
}

/// Writes the page that goes with the form; gives its path in the output folder.
pub(super) fn write(
    examination: &Examination,
    source: &dyn ByteSource,
    sink: &mut dyn Sink,
) -> anyhow::Result<Option<String>> {
    let Some((_, preparation)) = going_along(examination) else { return Ok(None) };
    let document = match &preparation.content {
        Content::Pages { prepared, .. } => source.prepared(prepared)?,
        Content::Picture { prepared, width, height } => {
            let picture = pdf::Picture {
                jpeg: source.prepared(prepared)?,
                width: *width,
                height: *height,
                size: printed_size(*width, *height),
            };
            let (document, _) = pdf::press_pictures(&[picture]).context("核章頁的圖片無法製成 PDF")?;
            document
        }
        Content::File { .. } | Content::Unusable { .. } => return Ok(None),
    };
    sink.create(SIGNED_PAGE)?.write_all(&document)?;
    Ok(Some(SIGNED_PAGE.to_owned()))
}

/// As large as the paper holds, in points; lying scans on lying paper.
fn printed_size(width: u32, height: u32) -> PageSize {
    let (short, long) = PAGE;
    let paper = if width > height { (long, short) } else { (short, long) };
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let scale = (paper.0 / width).min(paper.1 / height);
    PageSize { width: width * scale, height: height * scale }
}

/// What became of a kept page, for the ledger.
pub(super) fn fate(file: &InputFile, examination: &Examination) -> (&'static str, String) {
    if examination.diagnostics.block() {
        return ("未收錄", "草稿不附核章頁".to_owned());
    }
    match going_along(examination) {
        Some((going, _)) if going.path == file.path => ("附於自評表", SIGNED_PAGE.to_owned()),
        Some(_) => ("未收錄", "已附另一張核章頁".to_owned()),
        None => ("未收錄", "見檢核結果".to_owned()),
    }
}
