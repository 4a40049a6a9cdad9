//! What no rule can read, as small pictures for a human to look through: 內部/縮圖確認.html.
//!
//! Chooses files and pages and has workers draw them, within bounds of pages and bytes. Knows nothing of how
//! the page looks; never packed.

use crate::checks;
use crate::clearance::clear;
use crate::dossier::Dossier;
use crate::exhibit::{Content, Handle};
use crate::identity;
use crate::inventory::InputFile;
use crate::render::{self, Confirmation, ThumbnailMaterial, Viewed};
use crate::worker::{Job, JobTask, Outcome};

use super::{Examination, Sink, Surroundings, archives, reading};

/// Pages shown of one exhibit; whoever needs more opens the file.
const PAGES_OF_ONE: usize = 48;
/// Pages shown of all exhibits together: some 18 MB.
const PAGES_IN_ALL: usize = 1_500;
/// Pages of one job: a second or two of drawing.
const PAGES_AT_ONCE: usize = 12;
/// Bytes of all thumbnails together, base64 counted.
const BYTES_IN_ALL: usize = 20_000_000;

/// Draws the thumbnails and writes the page.
pub(super) fn write(
    examination: &Examination,
    dossier: &Dossier,
    around: &Surroundings,
    sink: &mut dyn Sink,
) -> anyhow::Result<()> {
    let mut viewed = chosen(examination);
    draw(&mut viewed, examination, around)?;
    let Examination { plan, inventory, preparations, diagnostics, .. } = examination;
    let confirmations = checks::unseen(plan, inventory, preparations)
        .iter()
        .map(|unseen| Confirmation {
            message: unseen.message(),
            key: unseen.key(),
            accepted: unseen.accepted(diagnostics),
        })
        .collect();
    let material = ThumbnailMaterial { plan, identity: &dossier.identity, viewed, confirmations };
    let page = clear(render::thumbnail_page(&material, around.templates)?, &examination.released)?;
    let page = render::thumbnail_sheets(&page, around.templates)?;
    sink.create("內部/縮圖確認.html")?.write_all(page.as_bytes())?;
    Ok(())
}

/// All that leaves of items that hold personal data, and elsewhere what no rule can read.
fn chosen(examination: &Examination) -> Vec<Viewed<'_>> {
    let mut viewed = Vec::new();
    for (task, item) in examination.plan.evidence() {
        let ticked = examination
            .submissions
            .get(&task.unit)
            .and_then(|submission| submission.evidence.get(&item.code))
            .is_some_and(|answer| answer.masked);
        for file in examination.inventory.evidence(&item.code) {
            let Some(preparation) = examination.preparations.get(&file.path) else { continue };
            let leaves = !matches!(preparation.content, Content::Unusable { .. });
            if !leaves || !(item.masking || preparation.is_unread()) {
                continue;
            }
            let mut shown = Viewed {
                unit: &task.unit,
                code: &item.code,
                masking: item.masking.then_some(ticked),
                file,
                n_pages: preparation.content.n_pages(),
                thumbnails: Vec::new(),
                note: None,
            };
            if checks::withholds(&examination.diagnostics, &file.path) {
                shown.n_pages = 0;
                shown.note = Some(format!("含有個資，未予收錄{}", identity::REDACTED));
            } else if let Content::File { reason } = &preparation.content {
                shown.note = Some(format!("{reason}，以檔案附送，請開啟原檔核對"));
            }
            viewed.push(shown);
        }
    }
    viewed
}

fn draw(viewed: &mut [Viewed], examination: &Examination, around: &Surroundings) -> anyhow::Result<()> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut owners: Vec<(usize, usize)> = Vec::new();
    let mut left = PAGES_IN_ALL;
    for (index, shown) in viewed.iter().enumerate() {
        if shown.n_pages == 0 || shown.note.is_some() {
            continue;
        }
        let n_shown = shown.n_pages.min(PAGES_OF_ONE).min(left);
        left -= n_shown;
        let Some((prepared, is_picture)) = prepared_of(examination, shown.file) else { continue };
        let pages: Vec<usize> = (1..=n_shown).collect();
        for pages in pages.chunks(PAGES_AT_ONCE) {
            owners.push((index, pages.len()));
            let pages = if is_picture { Vec::new() } else { pages.to_vec() };
            let task = JobTask::Thumbnail { prepared: around.prepared.join(&prepared.0), pages };
            jobs.push(archives::evidence_job(shown.file, &examination.inventory, around, task));
        }
    }
    let mut bytes = 0;
    for ((index, n_pages), outcome) in owners.into_iter().zip(reading::run(&jobs, "製作縮圖", around)?) {
        let made = match outcome {
            Outcome::Thumbnails(made) => made,
            // A page that defeats the renderer costs its job's thumbnails, and the page says so.
            _ => vec![None; n_pages],
        };
        for thumbnail in made {
            bytes += thumbnail.as_ref().map_or(0, String::len);
            if bytes > BYTES_IN_ALL {
                break;
            }
            viewed[index].thumbnails.push(thumbnail);
        }
    }
    Ok(())
}

/// The prepared file, and whether it is a picture.
fn prepared_of<'a>(examination: &'a Examination, file: &InputFile) -> Option<(&'a Handle, bool)> {
    match &examination.preparations.get(&file.path)?.content {
        Content::Pages { prepared, .. } => Some((prepared, false)),
        Content::Picture { prepared, .. } => Some((prepared, true)),
        _ => None,
    }
}
