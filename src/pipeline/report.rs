//! The check report of an examination, as an HTML page for the house.

use crate::assets::Templates;
use crate::clearance::clear;
use crate::dossier::Dossier;
use crate::render::{self, ReportMaterial};

use super::{Examination, Settings, tally};

/// The page for `內部/檢核報告.html`, or wherever `check` is told to put it. Never packed: it says
/// who is late.
///
/// # Errors
/// A template of the user's own that cannot be used; an identifier that was not masked.
pub fn report(
    examination: &Examination,
    dossier: &Dossier,
    settings: &Settings,
    templates: &Templates,
) -> anyhow::Result<String> {
    let material = ReportMaterial {
        plan: &examination.plan,
        submissions: &examination.submissions,
        inventory: &examination.inventory,
        diagnostics: &examination.diagnostics,
        tally: &tally(examination, settings.today),
        dossier,
    };
    let page = clear(render::report_page(&material, templates)?, &examination.released)?;
    Ok(render::html(&page, templates)?)
}
