//! Reads a workspace's workbooks for commands that need what stands in them and no evidence.

use std::path::Path;

use crate::pipeline::{self, Answers, Surroundings};
use crate::typeset::Fonts;
use crate::worker::Processes;
use crate::workspace::Workspace;

use super::progress::TerminalProgress;
use super::{load_plan, load_templates};

/// `None`: the plan is wrong, which is already printed.
pub fn read(inputs: &Path) -> anyhow::Result<Option<Answers>> {
    let workspace = Workspace::open(inputs)?;
    let Some(plan) = load_plan(&workspace)? else { return Ok(None) };
    let prepared = tempfile::tempdir()?;
    let progress = TerminalProgress::new();
    let around = Surroundings {
        workspace: &workspace,
        runner: &Processes::of_this_binary()?,
        templates: &load_templates(&workspace)?,
        fonts: &Fonts::embedded()?,
        prepared: prepared.path(),
        progress: &progress,
    };
    let answers = pipeline::answers(plan, &around)?;
    progress.clear();
    Ok(Some(answers))
}
