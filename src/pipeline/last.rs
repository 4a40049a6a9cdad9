//! Last time's figures through a worker: what lies in the secretariat's 「前次」.
//!
//! Turns outcomes into figures to stand beside this year's, and diagnostics. Which of several is taken
//! is `intake::last`'s affair.

use std::path::PathBuf;

use crate::diagnostic::Diagnostics;
use crate::intake::last;
use crate::inventory::{InputFile, Inventory, MediaType, Role};
use crate::plan::Plan;
use crate::received::LastFigures;
use crate::worker::{Job, JobTask};

use super::{Surroundings, reading};

/// The earlier self-assessment that the workspace holds, if one can be compared.
pub(super) fn read(
    plan: &Plan,
    inventory: &Inventory,
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Option<LastFigures>> {
    let is_last = |file: &&InputFile| file.role == Role::LastFigures && file.unreadable.is_none();
    let files: Vec<&InputFile> = inventory.files.iter().filter(is_last).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let job = |file: &&InputFile| {
        let path = around.workspace.on_disk(&file.path);
        last_job(path, file.digests.sha256.clone(), file.media_type)
    };
    let outcomes = reading::run(&files.iter().map(job).collect::<Vec<_>>(), "讀取前次數據", around)?;
    let received =
        files.iter().zip(outcomes).map(|(file, outcome)| (file.path.clone(), outcome.reception())).collect();
    Ok(last::choose(plan, received, diagnostics))
}

/// The job that takes the figures out of a bundle, or out of a `dossier.json`.
pub fn last_job(path: PathBuf, sha256: String, media_type: MediaType) -> Job {
    let task = if media_type == MediaType::Zip { JobTask::ReceiveBundle } else { JobTask::ReceiveFigures };
    Job { path, sha256, task }
}
