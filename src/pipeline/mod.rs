//! The only place where phases are composed: read, judge, assemble, typeset, bundle.
//!
//! Reads like the picture in ARCHITECTURE.md. Touches the disk only through the workspace (never
//! written), the job runner and the sink for outputs it is given.

mod archives;
mod conversions;
mod delivery;
mod following;
mod guarding;
mod inquiry;
mod last;
mod marking;
mod notices;
mod numbering;
mod official;
mod products;
mod provenance;
mod reading;
mod records;
mod repairing;
mod report;
mod signing;
mod steadying;
mod tally;
mod thumbnails;
mod twin;
mod volumes;
mod weighing;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

use jiff::civil::Date;

use crate::assets::Templates;
use crate::calendar::OfficeCalendar;
use crate::checks::{self, CheckInput};
use crate::derivation::Figures;
use crate::diagnostic::Diagnostics;
use crate::exhibit::Preparation;
use crate::figure::Figure;
use crate::identity::Released;
use crate::intake::files;
use crate::inventory::Inventory;
use crate::office::Converter;
use crate::overrides;
use crate::place::RelPath;
use crate::plan::{Limits, Plan, UnitId};
use crate::received::LastFigures;
use crate::rules;
use crate::submission::{SecretariatAnswers, Submission};
use crate::typeset::Fonts;
use crate::worker::JobRunner;
use crate::workspace::Workspace;

pub use delivery::{Delivery, TooLarge};
pub use inquiry::{Inquiry, inquire};
pub use last::last_job;
pub use notices::{
    NoticeMade, NoticeSurroundings, REGISTER, is_kept_by_notices, is_of_notices, notices, receive,
};
pub use numbering::{Numbers, lock, renumbered};
pub use official::fill;
pub use products::{Products, Sink, WriteSeek, dossier, produce, trace};
pub use records::ledger;
pub use repairing::{
    LOG as REPAIR_LOG, RepairLine, RepairSurroundings, RepairedWorkbook, has_repairs, repair, unrepairable,
};
pub use report::report;
pub use signing::confirm as confirm_signed_page;
pub use steadying::examine;
pub use tally::tally;
pub use twin::{paginated, placeholders};
pub use weighing::{Heavy, Saving, heaviest, saving};

/// What this run was asked to do.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The day deadlines are judged against; read once, in `cli`.
    pub today: Date,
    /// Make drafts even when nothing blocks.
    pub draft: bool,
    /// Draw bound pages and their sources, and compare them.
    pub compare: bool,
    /// Number appendices as if none were locked.
    pub renumber: bool,
}

impl Settings {
    /// What a plain `compile` or `check` does on that day.
    pub fn on(today: Date) -> Self {
        Settings { today, draft: false, compare: true, renumber: false }
    }
}

/// What a run needs from around it.
pub struct Surroundings<'a> {
    pub workspace: &'a Workspace,
    pub runner: &'a dyn JobRunner,
    /// Makes pages of office documents; without it they go in as files.
    pub converter: Option<&'a dyn Converter>,
    pub templates: &'a Templates,
    pub fonts: &'a Fonts,
    /// Folder for prepared exhibits, empty at the start of the run.
    pub prepared: &'a Path,
    pub progress: &'a (dyn Progress + Sync),
}

/// Is told how the run proceeds.
pub trait Progress {
    /// A phase of `total` steps begins; 0: not countable.
    fn phase(&self, title: &str, total: usize);
    /// One step of the phase is done.
    fn step(&self);
}

/// Everything found out about a workspace.
pub struct Examination {
    /// The plan with the secretariat's settings laid over it.
    pub plan: Plan,
    pub inventory: Inventory,
    /// Eight hex digits over everything that was handed in and the plan.
    pub identity: String,
    pub submissions: BTreeMap<UnitId, Submission>,
    pub secretariat: SecretariatAnswers,
    pub preparations: BTreeMap<RelPath, Preparation>,
    pub figures: Figures,
    /// An earlier year's, to stand beside these.
    pub last: Option<LastFigures>,
    pub numbers: Numbers,
    /// Sorted, exceptions applied.
    pub diagnostics: Diagnostics,
    /// Personal identifiers that may be printed whole.
    pub released: Released,
    /// Workbooks whose answers were taken.
    pub read: Vec<RelPath>,
}

/// What the workbooks say, for whatever needs no evidence.
pub struct Answers {
    /// The plan with the secretariat's settings laid over it.
    pub plan: Plan,
    pub secretariat: SecretariatAnswers,
    /// What was found while reading, unsorted.
    pub diagnostics: Diagnostics,
}

/// Reads the workbooks and nothing else.
pub fn answers(plan: Plan, around: &Surroundings) -> anyhow::Result<Answers> {
    let inventory = around.workspace.take_inventory(&plan)?;
    let mut diagnostics = files::inventory_diagnostics(&inventory);
    let reading = reading::read_submissions(&plan, &inventory, around, &mut diagnostics)?;
    let plan = lay_over(plan, &reading.secretariat);
    Ok(Answers { plan, secretariat: reading.secretariat, diagnostics })
}

/// One attempt at reading and judging everything.
fn examine_once(plan: Plan, settings: &Settings, around: &Surroundings) -> anyhow::Result<Examination> {
    around.progress.phase("清點檔案", 0);
    let mut inventory = around.workspace.take_inventory(&plan)?;
    let mut found = Diagnostics::new();
    found.extend(overrides::lay_over(&around.workspace.template_files(overrides::MOST_BYTES)?).1);
    let closed = archives::open(&plan, &mut inventory, around, &mut found)?;
    found.extend(files::inventory_diagnostics(&inventory));
    let reading = reading::read_submissions(&plan, &inventory, around, &mut found)?;
    let plan = lay_over(plan, &reading.secretariat);
    let numbers = numbering::read(&plan, &inventory, settings, around, &mut found)?;
    let last = last::read(&plan, &inventory, around, &mut found)?;
    let mut preparations = reading::prepare_evidence(&plan, &inventory, closed, around, &mut found)?;
    if settings.compare {
        guarding::compare(&plan, &inventory, around, &mut preparations)?;
    }
    preparations.extend(signing::prepare(&plan, &inventory, around, &mut found)?);
    let identity = products::identity_of(&plan, &inventory, settings.renumber);
    let fragments = reading::look_through(&inventory, &reading.read, around, &mut found)?;
    let figures = Figures::evaluate(&plan, &reading.submissions);
    let calendar = OfficeCalendar::builtin().with_closures(plan.deadlines.extra_closures.iter().copied());
    around.progress.phase("檢核", 0);
    let covered = |character| around.fonts.covers(character);
    let registry = rules::all();
    let input = CheckInput {
        plan: &plan,
        submissions: &reading.submissions,
        secretariat: &reading.secretariat,
        inventory: &inventory,
        preparations: &preparations,
        identity: &identity,
        fragments: &fragments,
        figures: &figures,
        calendar: &calendar,
        today: settings.today,
        covered: &covered,
        registry: &registry,
    };
    let diagnostics = checks::check(&input, found);
    let released = checks::released(&input, &diagnostics);
    let mut examination = Examination {
        plan,
        inventory,
        identity,
        submissions: reading.submissions,
        secretariat: reading.secretariat,
        preparations,
        figures,
        last,
        numbers,
        diagnostics,
        released,
        read: reading.read,
    };
    official::judge(&mut examination, settings, around)?;
    Ok(examination)
}

/// What stands in the secretariat's workbook wins over the plan.
pub fn lay_over(mut plan: Plan, secretariat: &SecretariatAnswers) -> Plan {
    if let Some(date) = &secretariat.final_date {
        plan.deadlines.final_exact = Some(date.value);
    }
    if let Some(name) = &secretariat.recipient_name {
        plan.recipient.name = name.value.clone();
    }
    if let Some(email) = &secretariat.recipient_email {
        plan.recipient.email = Some(email.value.clone());
    }
    if let Some(megabytes) = secretariat
        .mail_megabytes
        .as_ref()
        .and_then(|megabytes| within(megabytes.value, Limits::MAIL_MEGABYTES))
    {
        plan.limits.mail_bytes = u64::from(megabytes) * 1_000_000;
    }
    if let Some(dpi) = secretariat.picture_dpi.as_ref().and_then(|dpi| within(dpi.value, Limits::PICTURE_DPI))
    {
        plan.limits.picture_dpi = dpi;
    }
    for facet in &mut plan.facets {
        for indicator in &mut facet.indicators {
            if let Some(points) =
                secretariat.scores.get(&indicator.id).and_then(|score| score.points.as_ref())
            {
                indicator.points = Some(points.value);
            }
        }
    }
    plan
}

/// A setting outside its range is left aside; `checks::settings` tells.
fn within(setting: Figure, range: RangeInclusive<u32>) -> Option<u32> {
    setting.to_i64().and_then(|value| u32::try_from(value).ok()).filter(|value| range.contains(value))
}
