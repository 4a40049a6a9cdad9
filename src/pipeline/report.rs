//! The check report of an examination, as an HTML page for the house.

use crate::assets::Templates;
use crate::dossier::Dossier;
use crate::render::{self, ReportMaterial};
use crate::template::TemplateError;

use super::{Examination, Settings, tally};

/// The page for `內部/檢核報告.html`, or wherever `check` is told to put it. Never packed: it says
/// who is late.
///
/// # Errors
/// A template of the user's own that cannot be used.
pub fn report(
    examination: &Examination,
    dossier: &Dossier,
    settings: &Settings,
    templates: &Templates,
) -> Result<String, TemplateError> {
    let material = ReportMaterial {
        plan: &examination.plan,
        submissions: &examination.submissions,
        inventory: &examination.inventory,
        diagnostics: &examination.diagnostics,
        tally: &tally(examination, settings.today),
        dossier,
    };
    render::html(&material, templates)
}
