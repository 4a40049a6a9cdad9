//! A workspace opened, and examined for the commands that look and do not compile.
//!
//! What those commands prepare goes to a temporary folder and ends with them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tempfile::TempDir;

use crate::assets::Templates;
use crate::cache::{Cache, Remembering, RememberingConverter};
use crate::installed_fonts::InstalledFonts;
use crate::office::{Converter, LibreOffice};
use crate::output::cache_of;
use crate::pipeline::{self, Examination, Settings, Surroundings};
use crate::plan::Plan;
use crate::typeset::Fonts;
use crate::worker::{JobRunner, Processes};
use crate::workspace::Workspace;

use super::args::{OUTPUT, Without};
use super::progress::TerminalProgress;
use super::{load_plan, load_templates};

/// What a run needs around a workspace, whatever it goes on to do.
pub(super) struct Opened {
    pub workspace: Workspace,
    pub templates: Templates,
    pub runner: Box<dyn JobRunner>,
    pub progress: TerminalProgress,
    converter: Option<Box<dyn Converter>>,
    cache: Option<Arc<Cache>>,
    fonts: Fonts,
}

impl Opened {
    /// Exhibits are prepared into `prepared`, a folder that is empty now.
    pub fn surroundings<'a>(&'a self, prepared: &'a Path) -> Surroundings<'a> {
        Surroundings {
            workspace: &self.workspace,
            runner: &*self.runner,
            converter: self.converter.as_deref(),
            templates: &self.templates,
            fonts: &self.fonts,
            prepared,
            progress: &self.progress,
        }
    }

    /// Keeps what was prepared for the next run; the prepared files must still be there.
    pub fn keep(&self) {
        if let Some(cache) = &self.cache {
            cache.keep();
        }
    }
}

/// Opens a workspace with its plan; `None` when the plan cannot be read, which is then printed. `cache` is the
/// folder of what earlier runs prepared.
pub(super) fn open(
    inputs: &Path,
    without: Without,
    cache: Option<PathBuf>,
) -> anyhow::Result<Option<(Opened, Plan)>> {
    // Unpacking them takes as long as all else that is read here.
    let unpacking = thread::spawn(fonts);
    let workspace = Workspace::open(inputs)?;
    let Some(plan) = load_plan(&workspace)? else { return Ok(None) };
    let cache = cache.filter(|_| !without.no_cache).map(|folder| Arc::new(Cache::at(folder)));
    let opened = Opened {
        templates: load_templates(&workspace)?,
        runner: runner(cache.clone())?,
        converter: if without.no_convert { None } else { converter(cache.clone()) },
        cache,
        progress: TerminalProgress::new(),
        fonts: unpacking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?,
        workspace,
    };
    Ok(Some((opened, plan)))
}

/// The embedded fonts, backed by 全字庫's own where this machine has them.
pub(super) fn fonts() -> std::io::Result<Fonts> {
    Ok(Fonts::embedded()?.backed_by(Box::new(InstalledFonts::of_this_machine())))
}

/// The workers, behind what is remembered of earlier runs.
fn runner(cache: Option<Arc<Cache>>) -> anyhow::Result<Box<dyn JobRunner>> {
    let runner = Box::new(Processes::of_this_binary()?);
    Ok(match cache {
        Some(cache) => Box::new(Remembering { runner, cache }),
        None => runner,
    })
}

/// The LibreOffice of this machine, behind what is remembered of earlier runs.
fn converter(cache: Option<Arc<Cache>>) -> Option<Box<dyn Converter>> {
    let converter = Box::new(LibreOffice::find()?);
    Some(match cache {
        Some(cache) => Box::new(RememberingConverter::new(converter, cache)),
        None => converter,
    })
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
pub(super) fn examine(
    inputs: &Path,
    settings: &Settings,
    without: Without,
) -> anyhow::Result<Option<Examined>> {
    // Looking makes no folders: the cache is used where a compilation has left one.
    let cache = Some(cache_of(Path::new(OUTPUT))).filter(|folder| folder.is_dir());
    let Some((opened, plan)) = open(inputs, without, cache)? else { return Ok(None) };
    let prepared = tempfile::tempdir()?;
    let examination = pipeline::examine(plan, settings, &opened.surroundings(prepared.path()))?;
    opened.keep();
    opened.progress.clear();
    Ok(Some(Examined { opened, examination, prepared }))
}
