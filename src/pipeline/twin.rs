//! The editable twins beside the typeset outputs, and the dossier as a form of the agency's own takes it.
//! Nothing made here is packed.

use std::io::Write;

use crate::assembly;
use crate::assets::Templates;
use crate::clearance::{Leak, clear};
use crate::dossier::{Dossier, PageRange};
use crate::editable;
use crate::identity::Released;
use crate::typeset;

use super::{Examination, Settings, Sink, Surroundings};

/// Names of the twins; neither a draft nor a form that is not sent can be mistaken for the real thing.
fn names(dossier: &Dossier) -> [&'static str; 2] {
    match (dossier.draft, dossier.official_forms.is_empty()) {
        (true, _) => ["草稿-自評表.odt", "草稿-佐證目錄.ods"],
        (false, true) => ["自評表.odt", "佐證目錄.ods"],
        (false, false) => ["內部/自評表-未附送.odt", "佐證目錄.ods"],
    }
}

/// Writes both, and says how they are called.
pub fn write(
    dossier: &Dossier,
    ranges: &[PageRange],
    released: &Released,
    templates: &Templates,
    sink: &mut dyn Sink,
) -> anyhow::Result<[&'static str; 2]> {
    let [form, evidence] = names(dossier);
    let dossier = clear(dossier, released)?;
    sink.create(form)?.write_all(&editable::form(&dossier, templates)?)?;
    sink.create(evidence)?.write_all(&editable::evidence(&dossier, ranges, templates)?)?;
    Ok([form, evidence])
}

/// The dossier with its measured pages, for a form of the agency's own.
///
/// # Errors
/// A template of the user's own that cannot be typeset.
pub fn paginated(
    examination: &Examination,
    settings: &Settings,
    around: &Surroundings,
) -> anyhow::Result<Dossier> {
    let mut dossier = super::dossier(examination, settings);
    around.progress.phase("排版佐證資料", 0);
    let frames =
        typeset::appendices(&clear(&dossier, &examination.released)?, around.templates, around.fonts)?;
    assembly::paginate(&mut dossier, &frames.ranges);
    Ok(dossier)
}

/// Every name a form may ask for, with its value today, in the order in which they are listed.
///
/// # Errors
/// An identifier that was not redacted.
pub fn placeholders(dossier: &Dossier, released: &Released) -> Result<Vec<(String, String)>, Leak> {
    Ok(editable::Values::of(&clear(dossier, released)?).list())
}
