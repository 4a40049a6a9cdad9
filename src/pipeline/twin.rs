//! The editable twins beside the typeset outputs: written from the same dossier, never packed.

use std::io::Write;

use crate::assets::Templates;
use crate::dossier::{Dossier, PageRange};
use crate::editable;

use super::Sink;

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
    templates: &Templates,
    sink: &mut dyn Sink,
) -> anyhow::Result<[&'static str; 2]> {
    let [form, evidence] = names(dossier.draft);
    sink.create(form)?.write_all(&editable::form(dossier, templates)?)?;
    sink.create(evidence)?.write_all(&editable::evidence(dossier, ranges, templates)?)?;
    Ok([form, evidence])
}
