//! The fidelity guard over all exhibits: bound pages compared with their sources, in workers of its own, so
//! that a page which cannot be drawn costs the comparison and not the exhibit.
//!
//! What it finds becomes remarks of the preparation: whoever keeps preparations keeps them too, and an exhibit
//! is compared once.

use std::collections::BTreeMap;

use crate::exhibit::{Content, Preparation, Remark};
use crate::inventory::{InputFile, Inventory, MediaType};
use crate::place::RelPath;
use crate::worker::{Job, JobTask, Outcome};

use super::{Surroundings, reading};

/// Pages of one job: a second or two of drawing, far within a worker's time even on a busy machine.
const PAGES_AT_ONCE: usize = 24;

/// Compares every bound PDF with its source and adds what differs to its remarks. Exhibits that were compared
/// already are left alone; pages bound as pictures are drawings of their source themselves.
pub fn compare(
    inventory: &Inventory,
    around: &Surroundings,
    preparations: &mut BTreeMap<RelPath, Preparation>,
) -> anyhow::Result<()> {
    let mut files: Vec<&InputFile> = Vec::new();
    let mut jobs: Vec<Job> = Vec::new();
    for file in inventory.files.iter().filter(|file| file.media_type == MediaType::Pdf) {
        let Some(preparation) = preparations.get(&file.path) else { continue };
        let Content::Pages { prepared, .. } = &preparation.content else { continue };
        for pages in copied_pages(preparation).chunks(PAGES_AT_ONCE) {
            let prepared = around.prepared.join(&prepared.0);
            files.push(file);
            jobs.push(reading::job(file, around, JobTask::Compare { prepared, pages: pages.to_vec() }));
        }
    }
    let outcomes = reading::run(&jobs, "比對裝訂頁面", around)?;
    let mut found: BTreeMap<&RelPath, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for ((file, job), outcome) in files.iter().zip(&jobs).zip(outcomes) {
        let JobTask::Compare { pages, .. } = &job.task else { continue };
        let (all_differing, not_drawn) = found.entry(&file.path).or_default();
        match outcome {
            Outcome::Compared(Some(differing)) => all_differing.extend(differing),
            _ => not_drawn.extend(pages),
        }
    }
    for (path, (differing, not_drawn)) in found {
        if let Some(preparation) = preparations.get_mut(path) {
            preparation.remarks.push(Remark::Compared { differing, not_drawn });
        }
    }
    Ok(())
}

/// Pages (from 1) that were taken over as they are; none of a preparation that was compared before.
fn copied_pages(preparation: &Preparation) -> Vec<usize> {
    let Content::Pages { pages, .. } = &preparation.content else { return Vec::new() };
    let mut is_copied = vec![true; pages.len()];
    for remark in &preparation.remarks {
        match remark {
            Remark::BoundAsPicture { pages, .. } => {
                for page in pages.iter().filter_map(|page| page.checked_sub(1)) {
                    if let Some(copied) = is_copied.get_mut(page) {
                        *copied = false;
                    }
                }
            }
            Remark::Compared { .. } => return Vec::new(),
            _ => {}
        }
    }
    is_copied.iter().enumerate().filter(|(_, copied)| **copied).map(|(index, _)| index + 1).collect()
}
