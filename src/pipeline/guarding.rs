//! The fidelity guard over all exhibits: bound pages compared with their sources, in workers of its own, so
//! that a page which cannot be drawn costs the comparison and not the exhibit. A page that looks otherwise is
//! bound as a picture of its source.
//!
//! What it finds becomes remarks of the preparation. Whoever keeps outcomes of jobs keeps these too: an exhibit
//! is compared, and drawn, once.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::evidence::PrepareSettings;
use crate::exhibit::{Content, Preparation, Remark};
use crate::inventory::{InputFile, Inventory, MediaType, Role};
use crate::pdf::Comparison;
use crate::place::RelPath;
use crate::plan::Plan;
use crate::worker::{Job, JobTask, Outcome};

use super::{Surroundings, archives, conversions, reading};

/// Pages of one job: a second or two of drawing, far within a worker's time even on a busy machine.
const PAGES_AT_ONCE: usize = 24;

/// Compares every bound PDF with its source, binds as pictures what differs, and says so in the remarks.
pub fn compare(
    plan: &Plan,
    inventory: &Inventory,
    around: &Surroundings,
    preparations: &mut BTreeMap<RelPath, Preparation>,
) -> anyhow::Result<()> {
    let mut found = comparisons(inventory, around, preparations)?;
    draw(plan, inventory, around, preparations, &mut found)?;
    for (path, Comparison { differing, not_drawn }) in found {
        if let Some(preparation) = preparations.get_mut(&path) {
            preparation.remarks.push(Remark::Compared { differing, not_drawn });
        }
    }
    Ok(())
}

/// Pages bound as pictures are drawings of their source themselves, and are left out.
fn comparisons(
    inventory: &Inventory,
    around: &Surroundings,
    preparations: &BTreeMap<RelPath, Preparation>,
) -> anyhow::Result<BTreeMap<RelPath, Comparison>> {
    let mut files: Vec<&InputFile> = Vec::new();
    let mut jobs: Vec<Job> = Vec::new();
    for file in &inventory.files {
        let Some(preparation) = preparations.get(&file.path) else { continue };
        let Content::Pages { prepared, .. } = &preparation.content else { continue };
        for pages in copied_pages(preparation).chunks(PAGES_AT_ONCE) {
            let prepared = around.prepared.join(&prepared.0);
            let task = JobTask::Compare { prepared, pages: pages.to_vec() };
            if let Some(job) = job(file, preparation, inventory, around, task)? {
                files.push(file);
                jobs.push(job);
            }
        }
    }
    let outcomes = reading::run(&jobs, "比對裝訂頁面", around)?;
    let mut found: BTreeMap<RelPath, Comparison> = BTreeMap::new();
    for ((file, job), outcome) in files.iter().zip(&jobs).zip(outcomes) {
        let JobTask::Compare { pages, .. } = &job.task else { continue };
        let whole = found.entry(file.path.clone()).or_default();
        match outcome {
            Outcome::Compared(part) => {
                whole.differing.extend(part.differing);
                whole.not_drawn.extend(part.not_drawn);
            }
            _ => whole.not_drawn.extend(pages),
        }
    }
    Ok(found)
}

/// Prepares documents with differing pages anew, those pages as pictures. What stays `differing` could not
/// be drawn either, or is more than is drawn of one document.
fn draw(
    plan: &Plan,
    inventory: &Inventory,
    around: &Surroundings,
    preparations: &mut BTreeMap<RelPath, Preparation>,
    found: &mut BTreeMap<RelPath, Comparison>,
) -> anyhow::Result<()> {
    let mut paths: Vec<&RelPath> = Vec::new();
    let mut jobs: Vec<Job> = Vec::new();
    for (path, comparison) in found.iter().filter(|(_, comparison)| !comparison.differing.is_empty()) {
        let (Some(file), Some(preparation)) = (inventory.get(path), preparations.get(path)) else { continue };
        let Role::Evidence(code) = &file.role else { continue };
        let Some((_, item)) = plan.item(code) else { continue };
        let as_pictures: BTreeSet<usize> = comparison.differing.iter().copied().collect();
        let settings = PrepareSettings { as_pictures, ..reading::prepare_settings(plan, item) };
        let folder = around.prepared.to_owned();
        let task = match preparation.converted_by() {
            Some(by) => JobTask::PrepareConverted { origin: conversions::origin(by, file), settings, folder },
            None => JobTask::Prepare { media_type: file.media_type, settings, folder },
        };
        if let Some(job) = job(file, preparation, inventory, around, task)? {
            paths.push(path);
            jobs.push(job);
        }
    }
    let outcomes = reading::run(&jobs, "改以影像裝訂", around)?;
    let mut drawn: Vec<RelPath> = Vec::new();
    for (path, outcome) in paths.into_iter().zip(outcomes) {
        if let (Outcome::Prepared(anew), Some(preparation)) = (outcome, preparations.get_mut(path))
            && matches!(anew.content, Content::Pages { .. })
        {
            take_over(preparation, anew);
            drawn.push(path.clone());
        }
    }
    for path in drawn {
        if let Some(comparison) = found.get_mut(&path) {
            comparison.differing.clear();
        }
    }
    Ok(())
}

/// The pages, and what is said of them; what the file holds and where it came from is known already.
fn take_over(preparation: &mut Preparation, anew: Preparation) {
    let is_of_pages =
        |remark: &Remark| matches!(remark, Remark::BoundAsPicture { .. } | Remark::FontsMissing { .. });
    preparation.content = anew.content;
    preparation.remarks.retain(|remark| !is_of_pages(remark));
    preparation.remarks.extend(anew.remarks.into_iter().filter(is_of_pages));
}

/// A job on the document that was bound: the file itself, or the PDF made from it. `None` for scans of
/// several images, which are drawings themselves.
fn job(
    file: &InputFile,
    preparation: &Preparation,
    inventory: &Inventory,
    around: &Surroundings,
    task: JobTask,
) -> io::Result<Option<Job>> {
    if preparation.converted_by().is_some() {
        return conversions::job_on_converted(file, around, task).map(Some);
    }
    let is_document = file.media_type == MediaType::Pdf;
    Ok(is_document.then(|| archives::evidence_job(file, inventory, around, task)))
}

/// Pages (from 1) that were taken over as they are.
fn copied_pages(preparation: &Preparation) -> Vec<usize> {
    let Content::Pages { pages, .. } = &preparation.content else { return Vec::new() };
    let pictured: BTreeSet<usize> = preparation
        .remarks
        .iter()
        .filter_map(|remark| match remark {
            Remark::BoundAsPicture { pages, .. } => Some(pages),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    (1..=pages.len()).filter(|page| !pictured.contains(page)).collect()
}
