//! A workspace opened and examined, for the commands that look and do not compile.
//!
//! Prepared exhibits go to a temporary folder and end with it.

use std::path::Path;

use jiff::civil::Date;

use crate::assets::Templates;
use crate::pipeline::{self, Examination, Settings, Surroundings};
use crate::typeset::Fonts;
use crate::worker::Processes;
use crate::workspace::Workspace;

use super::progress::TerminalProgress;
use super::{load_plan, load_templates, today};

/// What the examination of a workspace leaves behind.
pub(super) struct Examined {
    pub workspace: Workspace,
    pub templates: Templates,
    pub runner: Processes,
    pub today: Date,
    pub examination: Examination,
}

/// Reads and judges everything; `None` when the plan cannot be read, which is then printed.
pub(super) fn examine(inputs: &Path, on: Option<&str>) -> anyhow::Result<Option<Examined>> {
    let workspace = Workspace::open(inputs)?;
    let settings = Settings { today: today(on)?, draft: false };
    let Some(plan) = load_plan(&workspace)? else { return Ok(None) };
    let templates = load_templates(&workspace)?;
    let fonts = Fonts::embedded()?;
    let prepared = tempfile::tempdir()?;
    let runner = Processes::of_this_binary()?;
    let progress = TerminalProgress::new();
    let surroundings = Surroundings {
        workspace: &workspace,
        runner: &runner,
        templates: &templates,
        fonts: &fonts,
        prepared: prepared.path(),
        progress: &progress,
    };
    let examination = pipeline::examine(plan, &settings, &surroundings)?;
    progress.clear();
    Ok(Some(Examined { workspace, templates, runner, today: settings.today, examination }))
}
