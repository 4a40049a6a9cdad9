//! `huibian check`: examines a workspace and prints what is to be mended. Writes nothing but
//! the report that was asked for.

use std::io::{IsTerminal, Write};

use crate::output::PagePlace;
use crate::pipeline::{self, Examination, Settings, Surroundings};
use crate::render;
use crate::typeset::Fonts;
use crate::worker::Processes;
use crate::workspace::Workspace;

use super::args::{Check, Format};
use super::progress::TerminalProgress;
use super::{exit, load_plan, load_templates, today, width};

pub fn run(arguments: &Check) -> anyhow::Result<u8> {
    let workspace = Workspace::open(&arguments.inputs)?;
    let page = arguments.html.as_ref().map(|path| PagePlace::find(path, &arguments.inputs)).transpose()?;
    let settings = Settings { today: today(arguments.today.as_deref())?, draft: false };
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
    let examination = pipeline::examine(plan, &settings, &surroundings)?;
    progress.clear();
    print(&examination, arguments.format)?;
    if let Some(place) = page {
        let dossier = pipeline::dossier(&examination, &settings);
        place.put(pipeline::report(&examination, &dossier, &settings, &templates)?.as_bytes())?;
    }
    Ok(if examination.diagnostics.block() { exit::ERRORS_FOUND } else { exit::DONE })
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
