//! A workspace opened, and examined for the commands that look and do not compile.
//!
//! What those commands prepare goes to a temporary folder and ends with them.

use std::path::Path;

use tempfile::TempDir;

use crate::assets::Templates;
use crate::pipeline::{self, Examination, Settings, Surroundings};
use crate::plan::Plan;
use crate::typeset::Fonts;
use crate::worker::Processes;
use crate::workspace::Workspace;

use super::progress::TerminalProgress;
use super::{load_plan, load_templates};

/// What a run needs around a workspace, whatever it goes on to do.
pub(super) struct Opened {
    pub workspace: Workspace,
    pub templates: Templates,
    pub runner: Processes,
    pub progress: TerminalProgress,
    fonts: Fonts,
}

impl Opened {
    /// Exhibits are prepared into `prepared`, a folder that is empty now.
    pub fn surroundings<'a>(&'a self, prepared: &'a Path) -> Surroundings<'a> {
        Surroundings {
            workspace: &self.workspace,
            runner: &self.runner,
            templates: &self.templates,
            fonts: &self.fonts,
            prepared,
            progress: &self.progress,
        }
    }
}

/// Opens a workspace with its plan; `None` when the plan cannot be read, which is then printed.
pub(super) fn open(inputs: &Path) -> anyhow::Result<Option<(Opened, Plan)>> {
    let workspace = Workspace::open(inputs)?;
    let Some(plan) = load_plan(&workspace)? else { return Ok(None) };
    let opened = Opened {
        templates: load_templates(&workspace)?,
        runner: Processes::of_this_binary()?,
        progress: TerminalProgress::new(),
        fonts: Fonts::embedded()?,
        workspace,
    };
    Ok(Some((opened, plan)))
}

/// What the examination of a workspace leaves behind.
pub(super) struct Examined {
    pub opened: Opened,
    pub examination: Examination,
    prepared: TempDir,
}

impl Examined {
    pub fn surroundings(&self) -> Surroundings<'_> {
        self.opened.surroundings(self.prepared.path())
    }
}

/// Reads and judges everything; `None` when the plan cannot be read, which is then printed.
pub(super) fn examine(inputs: &Path, settings: &Settings) -> anyhow::Result<Option<Examined>> {
    let Some((opened, plan)) = open(inputs)? else { return Ok(None) };
    let prepared = tempfile::tempdir()?;
    let examination = pipeline::examine(plan, settings, &opened.surroundings(prepared.path()))?;
    opened.progress.clear();
    Ok(Some(Examined { opened, examination, prepared }))
}
