//! A bundle too large for one mail, in volumes that each fit one and stand alone.
//!
//! Makes them, measures them, and makes them again when one came out too large. How exhibits are
//! spread is `bundle::divide`'s arithmetic; what goes out with a volume is `delivery`'s.

use crate::assembly;
use crate::bundle::{self, Indivisible, Room, Weight};
use crate::clearance::clear;
use crate::dossier::{Dossier, PageRange};
use crate::exhibit::{ByteSource, Content};
use crate::place::RelPath;
use crate::typeset;

use super::delivery::{Desk, Packed, TooLarge, form_bytes, form_entries, made, pack};
use super::products::{self, Documents, Sink};
use super::{official, signing};

/// Left free in each volume for zip, manifests and contents.
const TRIMMINGS: u64 = 10_000;

/// Documents and volumes, or why there are none.
type InVolumes = Result<(Documents, Vec<Packed>), TooLarge>;

/// Divides, makes and measures until every volume fits its mail, or says why none will.
pub(super) fn pack_volumes(
    dossier: &mut Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    whole: &Documents,
) -> anyhow::Result<InVolumes> {
    let load = Load::weigh(dossier, desk, sink, whole)?;
    let mut spare = 0u64;
    let mut more = 1u64;
    loop {
        let volumes = match load.divide(spare, desk.plan().delivery.most_mails) {
            Ok(volumes) => volumes,
            Err(too_large) => return Ok(Err(too_large)),
        };
        assembly::divide(dossier, &volumes);
        let (documents, packed) = make_volumes(dossier, desk, sink, whole)?;
        let excess = |volume: &Packed| volume.file.bytes.saturating_sub(desk.room(&volume.draft));
        let excess = packed.iter().map(excess).max().unwrap_or(0);
        if excess == 0 {
            return Ok(Ok((documents, packed)));
        }
        for name in packed.iter().flat_map(|volume| volume.documents.iter().chain([&volume.file.name])) {
            sink.remove(name)?;
        }
        // Twice as much more each round: it ends, at the latest when not even the form fits.
        spare = (excess + 1_000).saturating_mul(more).saturating_add(spare);
        more = more.saturating_mul(2);
    }
}

/// What is to be divided, and into how much room.
struct Load {
    /// Of every entry, in binding order.
    weights: Vec<Weight>,
    paths: Vec<(RelPath, u64)>,
    form: u64,
    /// What a volume holds before any exhibit: cover, index, fonts, manifests.
    frame: u64,
    /// Largest zip that a mail carries.
    limit: u64,
}

impl Load {
    /// A volume's frames are estimated from those of the whole and of none: fonts are most of them.
    fn weigh(dossier: &mut Dossier, desk: &Desk, sink: &dyn Sink, whole: &Documents) -> anyhow::Result<Self> {
        dossier.volume = Some(0);
        let cleared = clear(&*dossier, &desk.examination.released)?;
        let frames = typeset::appendices(&cleared, desk.around.templates, desk.around.fonts)?;
        let empty = frames.bytes();
        dossier.volume = None;
        let of_a_page =
            whole.frame_bytes.saturating_sub(empty).div_ceil(whole.n_appendix_pages.max(1) as u64);
        let exhibits =
            dossier.appendices.iter().flat_map(|appendix| &appendix.entries).map(|entry| &entry.exhibit);
        Ok(Load {
            paths: exhibits.map(|exhibit| (exhibit.source.clone(), exhibit.bytes)).collect(),
            weights: weights(dossier, desk.source, of_a_page)?,
            form: form_bytes(whole, sink)?,
            frame: empty + TRIMMINGS,
            limit: desk.room_of_a_mail(dossier)?,
        })
    }

    /// The volume of every entry, when `spare` bytes more are left free in each.
    fn divide(&self, spare: u64, most_mails: usize) -> Result<Vec<usize>, TooLarge> {
        let other = self.limit.saturating_sub(self.frame).saturating_sub(spare);
        let first = other.checked_sub(self.form).ok_or(TooLarge::Form)?;
        let volumes = bundle::divide(&self.weights, Room { first, other }).map_err(|indivisible| {
            let Indivisible::Exhibit(at) = indivisible;
            let (path, bytes) = self.paths[at].clone();
            TooLarge::File { path, bytes }
        })?;
        match volumes.last() {
            // Without exhibits it is the form that is too large.
            None => Err(TooLarge::Form),
            Some(n) if *n > most_mails => Err(TooLarge::Mails(*n)),
            Some(_) => Ok(volumes),
        }
    }
}

/// What each entry adds to a volume: its prepared bytes, or the file's own, and the frames of its pages.
fn weights(dossier: &Dossier, source: &dyn ByteSource, of_a_page: u64) -> anyhow::Result<Vec<Weight>> {
    let mut weights = Vec::new();
    for (appendix, bound) in dossier.appendices.iter().enumerate() {
        for entry in &bound.entries {
            let exhibit = &entry.exhibit;
            let own = match &exhibit.content {
                Content::Pages { prepared, .. } | Content::Picture { prepared, .. } => {
                    source.prepared_size(prepared)?
                }
                Content::File { .. } => exhibit.bytes,
                Content::Unusable { .. } => 0,
            };
            // One page more for the divider.
            weights.push(Weight { appendix, bytes: own + of_a_page * (exhibit.n_pages() as u64 + 1) });
        }
    }
    Ok(weights)
}

/// All volumes' appendices first, since the form refers to their pages; then the form; then the bags.
fn make_volumes(
    dossier: &mut Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    whole: &Documents,
) -> anyhow::Result<(Documents, Vec<Packed>)> {
    let n_volumes = dossier.volumes.len();
    let mut ranges: Vec<PageRange> = Vec::new();
    let mut n_appendix_pages = 0;
    for volume in 1..=n_volumes {
        dossier.volume = Some(volume);
        let frames = products::appendices(dossier, &appendices_name(volume), desk, sink)?;
        n_appendix_pages += frames.n_pages;
        ranges.extend(frames.ranges);
    }
    dossier.volume = None;
    assembly::paginate(dossier, &ranges);
    let n_form_pages = products::form(dossier, &whole.form, desk, sink)?;
    // An earlier round may have taken it away with its volumes.
    signing::write(desk.examination, desk.source, sink)?;
    let official = official::write(dossier, desk, sink)?;
    let documents = Documents { n_form_pages, n_appendix_pages, ranges, official, ..whole.clone() };
    let mut packed = Vec::new();
    for volume in 1..=n_volumes {
        dossier.volume = Some(volume);
        let appendices = appendices_name(volume);
        let (mut entries, mut names) =
            if volume == 1 { form_entries(&documents, sink)? } else { (Vec::new(), Vec::new()) };
        names.push(appendices.clone());
        let name = format!("02-appendices-{volume}of{n_volumes}-佐證資料-第{volume}冊.pdf");
        entries.push(made(&name, &format!("佐證資料 第{volume}冊"), &appendices, sink)?);
        packed.push(pack(dossier, desk, sink, entries, names)?);
    }
    dossier.volume = None;
    Ok((documents, packed))
}

/// What a volume's appendices are called in the output folder.
pub(super) fn appendices_name(volume: usize) -> String {
    format!("佐證資料-第{volume}冊.pdf")
}
