//! The click test: before anything is put in place, the finished zip is opened again and every link, bookmark
//! and page number in its documents is followed.
//!
//! Composes the bag with the workers; what contradicts what is `navigation`'s. Only documents of ours are
//! followed: what a department handed in may point wherever it likes.

use crate::bundle::{self, EntrySource};
use crate::dossier::PageRange;
use crate::navigation::{self, Navigation};
use crate::worker::{Job, JobTask, Outcome};
use crate::workspace;

use super::delivery::{Desk, Packed};
use super::products::{Documents, Sink};
use super::{reading, volumes};

/// Follows the ways through every bundle of a set. What comes back are documents too large to be followed.
///
/// # Errors
/// A contradiction: nothing is put in place then. The fault is the program's, or a template's.
pub(super) fn follow(
    bundles: &[&Packed],
    documents: &Documents,
    desk: &Desk,
    sink: &dyn Sink,
) -> anyhow::Result<Vec<String>> {
    let mut too_large = Vec::new();
    let mut found = Vec::new();
    for bundle in bundles {
        let ranges: Vec<PageRange> =
            documents.ranges.iter().filter(|range| range.volume == bundle.volume).cloned().collect();
        for (name, is_form) in documents_of(bundle, documents) {
            match reopened(bundle, &name, desk, sink)? {
                Some(Some(form)) if is_form => {
                    found.extend(of(&name, navigation::contradictions(&form, &[])));
                    found.extend(of(&name, navigation::contradicted_references(&form, &documents.ranges)));
                }
                Some(Some(appendices)) => {
                    found.extend(of(&name, navigation::contradictions(&appendices, &ranges)));
                }
                Some(None) => found.push(format!("{name}：做好之後打不開")),
                None => too_large.push(name),
            }
        }
    }
    if found.is_empty() {
        return Ok(too_large);
    }
    const MOST_TOLD: usize = 10;
    let n_more = found.len().saturating_sub(MOST_TOLD);
    let more = if n_more > 0 { format!("\n  ……另有 {n_more} 處") } else { String::new() };
    found.truncate(MOST_TOLD);
    anyhow::bail!(
        "做好的文件裡，頁碼或連結互相矛盾，未輸出陳報包：\n  {}{more}\n若資料夾裡有自訂的 templates，請先移出再執行；沒有的話，請把這段文字交給程式提供者",
        found.join("\n  ")
    )
}

fn of(name: &str, faults: Vec<String>) -> impl Iterator<Item = String> {
    faults.into_iter().map(move |fault| format!("{name}：{fault}"))
}

/// Names in the bag of the documents we set, and whether each is the form. What was scanned, or filled in on
/// the agency's own form, numbers its pages as it likes.
fn documents_of<'a>(
    bundle: &'a Packed,
    documents: &'a Documents,
) -> impl Iterator<Item = (String, bool)> + 'a {
    let appendices = match bundle.volume {
        Some(volume) => volumes::appendices_name(volume),
        None => documents.appendices.clone(),
    };
    bundle.entries().iter().filter_map(move |entry| match &entry.source {
        EntrySource::Made { path, .. } if *path == documents.form => Some((entry.name.clone(), true)),
        EntrySource::Made { path, .. } if *path == appendices => Some((entry.name.clone(), false)),
        _ => None,
    })
}

/// A document out of the finished zip; `None` when a worker cannot hold it.
fn reopened(
    bundle: &Packed,
    name: &str,
    desk: &Desk,
    sink: &dyn Sink,
) -> anyhow::Result<Option<Option<Navigation>>> {
    let path = desk.around.prepared.join("reopened.pdf");
    let mut zip = sink.open(&bundle.file.name)?;
    let mut is_there = false;
    let facts = workspace::lay_down(&path, &mut |out| {
        is_there = bundle::take_out(&mut zip, name, out)?;
        Ok(())
    })?;
    if !is_there {
        return Ok(Some(None));
    }
    let job = Job { sha256: facts.digests.sha256, path, task: JobTask::Navigate };
    let outcome = reading::run(std::slice::from_ref(&job), "核對頁碼與連結", desk.around)?.pop();
    Ok(match outcome {
        Some(Outcome::Navigated(navigation)) => Some(navigation),
        _ => None,
    })
}
