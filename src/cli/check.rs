//! `huibian check`: examines a workspace and prints what is to be mended. Writes nothing
//! but into a cache that is already there.

use std::io::{IsTerminal, Write};
use std::path::Path;

use crate::cache::Cache;
use crate::office::LibreOffice;
use crate::output::cache_of;
use crate::pipeline::{self, Examination, Settings, Surroundings};
use crate::render;
use crate::typeset::Fonts;
use crate::worker::Processes;
use crate::workspace::Workspace;

use super::args::{Check, Format, OUTPUT};
use super::progress::TerminalProgress;
use super::{converter, exit, load_plan, load_templates, runner, today, width};

pub fn run(arguments: &Check) -> anyhow::Result<u8> {
    let workspace = Workspace::open(&arguments.inputs)?;
    let settings = Settings { today: today(arguments.today.as_deref())?, draft: false };
    let Some(plan) = load_plan(&workspace)? else { return Ok(exit::COULD_NOT_RUN) };
    let templates = load_templates(&workspace)?;
    let fonts = Fonts::embedded()?;
    let prepared = tempfile::tempdir()?;
    let progress = TerminalProgress::new();
    let processes = Processes::of_this_binary()?;
    let cache = cache(arguments);
    let runner = runner(&processes, cache.as_ref());
    let office = if arguments.without.no_convert { None } else { LibreOffice::find() };
    let converter = converter(office.as_ref(), cache.as_ref());
    let surroundings = Surroundings {
        workspace: &workspace,
        runner: &*runner,
        converter: converter.as_deref(),
        templates: &templates,
        fonts: &fonts,
        prepared: prepared.path(),
        progress: &progress,
    };
    let examination = pipeline::examine(plan, &settings, &surroundings)?;
    if let Some(cache) = &cache {
        cache.keep();
    }
    progress.clear();
    print(&examination, arguments.format)?;
    Ok(if examination.diagnostics.block() { exit::ERRORS_FOUND } else { exit::DONE })
}

/// The cache of the usual output folder, if a run has left one there: checking makes no folders.
fn cache(arguments: &Check) -> Option<Cache> {
    let folder = cache_of(Path::new(OUTPUT));
    (!arguments.without.no_cache && folder.is_dir()).then(|| Cache::at(folder))
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
