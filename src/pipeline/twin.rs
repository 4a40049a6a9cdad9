//! The editable twins beside the typeset outputs, and the dossier as a form of the agency's own takes it.
//! Nothing made here is packed.

use std::io::Write;

use crate::assembly;
use crate::assets::Templates;
use crate::clearance::clear;
use crate::diagnostic::Diagnostics;
use crate::dossier::{Dossier, PageRange};
use crate::editable;
use crate::identity::Released;
use crate::place::RelPath;
use crate::typeset;

use super::{Examination, Settings, Sink, Surroundings};

/// Names of the twins; a draft can never be mistaken for the real thing.
fn names(draft: bool) -> [&'static str; 2] {
    match draft {
        true => ["草稿-自評表.odt", "草稿-佐證目錄.ods"],
        false => ["自評表.odt", "佐證目錄.ods"],
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
    let [form, evidence] = names(dossier.draft);
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
    let frames = typeset::appendices(&dossier, around.templates, around.fonts)?;
    assembly::paginate(&mut dossier, &frames.ranges);
    Ok(dossier)
}

/// A form of the agency's own filled in with what the privacy gate lets out, and what is wrong with its
/// placeholders.
///
/// # Errors
/// An identifier that was not redacted; a form that was opened once and cannot be again.
pub fn fill(
    dossier: &Dossier,
    released: &Released,
    form: &[u8],
    file: &RelPath,
) -> anyhow::Result<(Option<Vec<u8>>, Diagnostics)> {
    editable::fill(&clear(dossier, released)?, form, file)
}
