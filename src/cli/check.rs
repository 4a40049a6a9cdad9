//! `huibian check`: examines a workspace and prints what is to be mended. Writes nothing.

use std::io::{IsTerminal, Write};
use std::path::Path;

use crate::pipeline::{self, Examination, Settings, Surroundings};
use crate::render;
use crate::typeset::Fonts;
use crate::worker::Processes;
use crate::workspace::Workspace;

use super::args::{Check, Format};
use super::progress::TerminalProgress;
use super::{exit, load_plan, load_templates, today, width};

pub fn run(arguments: &Check) -> anyhow::Result<u8> {
    let settings = Settings { today: today(arguments.today.as_deref())?, draft: false };
    examined(&arguments.inputs, &settings, |examination, _| {
        print(examination, arguments.format)?;
        Ok(if examination.diagnostics.block() { exit::ERRORS_FOUND } else { exit::DONE })
    })
}

/// Examines a workspace without writing anything, and hands on what was found.
pub(super) fn examined(
    inputs: &Path,
    settings: &Settings,
    then: impl FnOnce(&Examination, &Surroundings) -> anyhow::Result<u8>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(inputs)?;
    let Some(plan) = load_plan(&workspace)? else { return Ok(exit::COULD_NOT_RUN) };
    let templates = load_templates(&workspace)?;
    let fonts = Fonts::embedded()?;
    let prepared = tempfile::tempdir()?;
    let progress = TerminalProgress::new();
    let surroundings = Surroundings {
        workspace: &workspace,
        runner: &Processes::of_this_binary()?,
        templates: &templates,
        fonts: &fonts,
        prepared: prepared.path(),
        progress: &progress,
    };
    let examination = pipeline::examine(plan, settings, &surroundings)?;
    progress.clear();
    then(&examination, &surroundings)
}

fn print(examination: &Examination, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{}", render::json(&examination.diagnostics))?;
        }
        Format::Text => print_text(examination)?,
    }
    Ok(())
}

/// The diagnostics as people read them, on standard output.
pub(super) fn print_text(examination: &Examination) -> anyhow::Result<()> {
    let options = render::TextOptions { colour: std::io::stdout().is_terminal(), width: width() };
    let mut out = anstream::stdout();
    write!(out, "{}", render::text(&examination.diagnostics, &examination.plan, &options))?;
    Ok(())
}
