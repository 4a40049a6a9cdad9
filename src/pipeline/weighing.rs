//! What makes the bundle large, and what a lower picture resolution would save: measured, never guessed.
//!
//! Reads prepared exhibits and has pictures prepared again beside them; changes nothing of the run.

use crate::exhibit::{ByteSource, Content, Handle};
use crate::inventory::{InputFile, Role};
use crate::place::RelPath;
use crate::worker::Outcome;

use super::{Examination, Surroundings, reading};

/// Pictures measured at most; of more, every so manieth.
const MOST_MEASURED: usize = 60;

/// An evidence file with what it adds to the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heavy {
    pub path: RelPath,
    /// Bytes as handed in.
    pub handed_in: u64,
    /// Bytes as bound, or as packed.
    pub bound: u64,
}

/// What all pictures together would weigh at another resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saving {
    /// Dots to the inch at the printed size.
    pub dpi: u32,
    pub n_pictures: usize,
    /// How many of them were prepared again; the others are taken to shrink alike.
    pub n_measured: usize,
    /// Bytes now and then.
    pub now: u64,
    pub then: u64,
}

/// Evidence files from the heaviest down, ties by path.
///
/// # Errors
/// A prepared file that is gone.
pub fn heaviest(examination: &Examination, source: &dyn ByteSource) -> anyhow::Result<Vec<Heavy>> {
    let mut files = Vec::new();
    for (path, preparation) in &examination.preparations {
        let Some(file) = examination.inventory.get(path).filter(is_evidence) else { continue };
        let bound = match &preparation.content {
            Content::Pages { prepared, .. } | Content::Picture { prepared, .. } => {
                source.prepared_size(prepared)?
            }
            Content::File { .. } => file.bytes,
            Content::Unusable { .. } => continue,
        };
        files.push(Heavy { path: path.clone(), handed_in: file.bytes, bound });
    }
    files.sort_by(|a, b| b.bound.cmp(&a.bound).then_with(|| a.path.cmp(&b.path)));
    Ok(files)
}

/// Prepares pictures again at a lower resolution, and gives what was measured. `None` when there is
/// no picture, or `dpi` is not lower than what they have.
///
/// # Errors
/// The disk is full, or workers cannot be started.
pub fn saving(
    examination: &Examination,
    around: &Surroundings,
    source: &dyn ByteSource,
    dpi: u32,
) -> anyhow::Result<Option<Saving>> {
    if dpi >= examination.plan.limits.picture_dpi {
        return Ok(None);
    }
    let mut pictures: Vec<(&InputFile, &Handle, u64)> = Vec::new();
    for (path, preparation) in &examination.preparations {
        if let Content::Picture { prepared, .. } = &preparation.content
            && let Some(file) = examination.inventory.get(path).filter(is_evidence)
        {
            pictures.push((file, prepared, source.prepared_size(prepared)?));
        }
    }
    if pictures.is_empty() {
        return Ok(None);
    }
    let every = pictures.len().div_ceil(MOST_MEASURED);
    let sample: Vec<_> = pictures.iter().step_by(every).collect();
    let files: Vec<&InputFile> = sample.iter().map(|(file, ..)| *file).collect();
    let aside = format!("dpi-{dpi}");
    let (mut before, mut after) = (0u64, 0u64);
    for ((.., bytes), outcome) in
        sample.iter().zip(reading::prepare_again(examination, &files, dpi, &aside, around)?)
    {
        if let Outcome::Prepared(preparation) = outcome
            && let Content::Picture { prepared, .. } = preparation.content
        {
            before += bytes;
            after += source.prepared_size(&Handle(format!("{aside}/{}", prepared.0)))?;
        }
    }
    let now: u64 = pictures.iter().map(|(.., bytes)| bytes).sum();
    let then = (u128::from(now) * u128::from(after)).checked_div(u128::from(before));
    let Some(then) = then.and_then(|then| u64::try_from(then).ok()) else { return Ok(None) };
    Ok(Some(Saving { dpi, n_pictures: pictures.len(), n_measured: sample.len(), now, then }))
}

/// A signed page is neither replaced nor drawn smaller.
fn is_evidence(file: &&InputFile) -> bool {
    matches!(file.role, Role::Evidence(_))
}
