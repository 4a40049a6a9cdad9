//! The rules over what was handed in, all of them in one pass, and the gate to assembly.
//!
//! Pure: submissions, files' facts and figures in, diagnostics out. Knows what the plan demands;
//! knows neither how workbooks are laid out nor how diagnostics are shown.

mod astray;
mod bearings;
mod characters;
mod completeness;
mod consistency;
mod converted;
mod deadline;
mod evidence;
mod exceptions;
mod fidelity;
mod joint;
mod length;
mod media;
mod official;
mod packed;
mod passages;
mod privacy;
mod secretariat;
mod settings;
mod signing;
mod unseen;
mod variants;

pub use characters::coded;
pub use completeness::UNIT_MISSING;
pub use deadline::DEADLINE_UNIT_LATE;
pub use official::{judge as judge_official_form, not_converted as official_form_not_converted};
pub use privacy::is_about_somebody;
pub use signing::judge as judge_signed_page;
pub use unseen::{Unseen, unseen};

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::calendar::OfficeCalendar;
use crate::derivation::Figures;
use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::exhibit::Preparation;
use crate::fragment::Fragment;
use crate::identity::Released;
use crate::inventory::Inventory;
use crate::place::{Place, RelPath};
use crate::plan::{Demand, Plan, Standing, UnitId};
use crate::submission::{SecretariatAnswers, Submission};

/// Everything the rules look at.
pub struct CheckInput<'a> {
    /// With the secretariat's settings laid over it.
    pub plan: &'a Plan,
    pub submissions: &'a BTreeMap<UnitId, Submission>,
    pub secretariat: &'a SecretariatAnswers,
    pub inventory: &'a Inventory,
    /// By file: evidence and signed pages.
    pub preparations: &'a BTreeMap<RelPath, Preparation>,
    /// Short hash of everything but signed pages, as every page bears it.
    pub identity: &'a str,
    /// What is written in the workbooks, answers or not.
    pub fragments: &'a BTreeMap<RelPath, Vec<Fragment>>,
    pub figures: &'a Figures,
    /// With the plan's extra closures.
    pub calendar: &'a OfficeCalendar,
    /// The day lateness is judged on.
    pub today: Date,
    /// Whether the fonts hold a glyph for a character.
    pub covered: &'a dyn Fn(char) -> bool,
    /// Every rule of the program, for exceptions that match nothing.
    pub registry: &'a [&'static Rule],
}

/// Applies every rule. `found` is what earlier phases said: a cell that could not be read is not
/// reported once more as blank, and the secretariat's exceptions apply to those breaches too.
/// What comes back holds all of it, sorted, accepted breaches marked.
pub fn check(input: &CheckInput, found: Diagnostics) -> Diagnostics {
    let told = Told::of(&found);
    let mut diagnostics = found;
    completeness::check(input, &told, &mut diagnostics);
    secretariat::check(input, &told, &mut diagnostics);
    settings::check(input, &mut diagnostics);
    consistency::check(input, &mut diagnostics);
    evidence::check(input, &told, &mut diagnostics);
    unseen::check(input, &mut diagnostics);
    joint::check(input, &mut diagnostics);
    converted::check(input, &mut diagnostics);
    packed::check(input, &mut diagnostics);
    length::check(input, &mut diagnostics);
    astray::check(input, &mut diagnostics);
    signing::check(input, &mut diagnostics);
    privacy::check(input, &mut diagnostics);
    characters::check(input, &mut diagnostics);
    exceptions::apply(input.secretariat, input.registry, &mut diagnostics);
    let mut diagnostics = unseen::summarise(input, diagnostics);
    // Last: a unit is late with what still blocks after the exceptions.
    deadline::check(input, &mut diagnostics);
    diagnostics.sort();
    diagnostics
}

/// What may be printed whole: offices' telephones and what the secretariat answered for, judged by
/// what [`check`] gave back.
pub fn released(input: &CheckInput, diagnostics: &Diagnostics) -> Released {
    privacy::released(input, diagnostics)
}

/// Whether a file holds what nobody answered for: a draft shows a page that says so instead of it.
pub fn withholds(diagnostics: &Diagnostics, file: &RelPath) -> bool {
    let is_private = |rule: &Rule| privacy::RULES.iter().any(|own| own.id == rule.id);
    diagnostics.iter().any(|d| d.blocks() && is_private(d.rule) && d.place.path() == Some(file))
}

/// Leave to assemble, given only by [`accept`]: assembly never judges again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    draft: bool,
}

impl Accepted {
    /// Whether what is assembled is a draft and must say so on every page.
    pub fn is_draft(&self) -> bool {
        self.draft
    }
}

/// The gate: with anything that blocks, or when asked, only a draft may be assembled.
pub fn accept(diagnostics: &Diagnostics, force_draft: bool) -> Accepted {
    Accepted { draft: force_draft || diagnostics.block() }
}

/// The rules applied here, in the order in which a run applies them.
pub const RULES: &[&[&Rule]] = &[
    completeness::RULES,
    secretariat::RULES,
    settings::RULES,
    consistency::RULES,
    evidence::RULES,
    unseen::RULES,
    joint::RULES,
    converted::RULES,
    packed::RULES,
    length::RULES,
    astray::RULES,
    signing::RULES,
    official::RULES,
    fidelity::RULES,
    deadline::RULES,
    privacy::RULES,
    characters::RULES,
    exceptions::RULES,
];

/// What was already said about a place or a subject before the rules ran.
struct Told {
    cells: BTreeSet<Place>,
    subjects: BTreeSet<(Option<String>, String)>,
    /// Files with something blocking said about them or a place inside.
    blocked: BTreeSet<RelPath>,
}

impl Told {
    fn of(found: &Diagnostics) -> Self {
        let mut told = Told { cells: BTreeSet::new(), subjects: BTreeSet::new(), blocked: BTreeSet::new() };
        for diagnostic in found.iter() {
            if matches!(diagnostic.place, Place::Cell { .. }) {
                told.cells.insert(diagnostic.place.clone());
            }
            if !diagnostic.subject.is_empty() {
                told.subjects.insert((diagnostic.unit.clone(), diagnostic.subject.clone()));
            }
            if let (Severity::Error, Some(file)) = (diagnostic.severity, diagnostic.place.path()) {
                told.blocked.insert(file.clone());
            }
        }
        told
    }

    /// Whether the user already knows why there is no value.
    fn knows(&self, unit: Option<&UnitId>, place: &Place, subject: &str) -> bool {
        self.cells.contains(place)
            || self.subjects.contains(&(unit.map(|unit| unit.as_str().to_owned()), subject.to_owned()))
    }
}

/// A unit's own folder, where what it has to hand in belongs.
fn folder_of(input: &CheckInput, unit: &UnitId) -> Place {
    input.plan.unit(unit).map_or(Place::Workspace, |unit| Place::file(&RelPath::new(unit.name.clone())))
}

/// What a missing thing is, if it is demanded at all: only the plan's own text makes it an error.
fn demanded(demand: Demand) -> Option<Severity> {
    match demand {
        Demand::Required(standing) => Some(severity_of(standing)),
        Demand::Optional => None,
    }
}

fn severity_of(standing: Standing) -> Severity {
    match standing {
        Standing::Official => Severity::Error,
        Standing::Proposed => Severity::Warning,
    }
}

/// 「（計畫明定）」 or 「（建議）」, so that nobody takes a proposal for an official demand.
fn ground(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "（計畫明定）",
        Severity::Warning => "（建議）",
    }
}

/// A diagnostic under its subject, for one unit.
fn breach(
    rule: &'static Rule,
    place: &Place,
    unit: Option<&UnitId>,
    subject: impl Into<String>,
    message: impl Into<String>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(rule, place.clone(), message).subject(subject);
    match unit {
        Some(unit) => diagnostic.unit(unit.as_str()),
        None => diagnostic,
    }
}
