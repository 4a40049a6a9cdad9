//! What workers make of each unit's workbook: a marked copy that the privacy gate has looked through, and
//! what changed since the last notice.
//!
//! Knows no wording and writes no output.

use std::collections::BTreeMap;

use crate::clearance::{Cleared, clear};
use crate::exhibit::Handle;
use crate::grid::Grid;
use crate::identity::Released;
use crate::inventory::{InputFile, MediaType, sha256_hex};
use crate::letters::Enclosure;
use crate::plan::UnitId;
use crate::revision::{self, Change};
use crate::worker::{Job, JobTask, Outcome};

use super::notices::{Case, NoticeSurroundings, copy_name, extension};
use super::reading;

/// What workers made of a unit's workbook.
#[derive(Default)]
pub(super) struct Worked {
    pub marked: Option<Cleared<Enclosure>>,
    pub unmarked_because: Option<String>,
    /// Against the workbook of the last notice; `None`: not compared.
    pub changes: Option<Vec<Change>>,
}

/// Why a unit's workbook is not sent back marked: the list alone goes.
const NAMES_SOMEBODY: &str = "原檔含有個資，標註檔不以郵件寄送，請依清單修改原檔";

/// Marks and compares, in workers.
pub(super) fn work(
    cases: &[Case<'_>],
    released: &Released,
    around: &NoticeSurroundings<'_>,
) -> anyhow::Result<BTreeMap<UnitId, Worked>> {
    let mut worked = compare(cases, around)?;
    for (case, outcome) in mark(cases, around)? {
        let work = worked.entry(case.unit.unit.clone()).or_default();
        match outcome {
            Ok(enclosure) => match clear(enclosure, released) {
                Ok(cleared) => work.marked = Some(cleared),
                Err(_) => work.unmarked_because = Some(NAMES_SOMEBODY.to_owned()),
            },
            Err(why) => work.unmarked_because = Some(why),
        }
    }
    Ok(worked)
}

/// By unit, the marked copy with everything that is written in it, or why there is none.
fn mark<'c, 'a>(
    cases: &'c [Case<'a>],
    around: &NoticeSurroundings<'_>,
) -> anyhow::Result<Vec<(&'c Case<'a>, Result<Enclosure, String>)>> {
    let wanted = cases.iter().filter(|case| case.has_notice());
    let wanted: Vec<(&Case<'a>, &InputFile)> =
        wanted.filter_map(|case| case.workbook.map(|file| (case, file))).collect();
    let (private, open): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(case, _)| case.names_somebody);
    let job = |(case, file): &(&Case<'a>, &InputFile)| {
        let folder = around.scratch.to_owned();
        reading::job_in(
            around.workspace,
            file,
            JobTask::MarkWorkbook { corrections: case.list.clone(), folder },
        )
    };
    let outcomes = around.runner.run_all(&open.iter().map(job).collect::<Vec<_>>(), &|_| {})?;
    let mut made: Vec<_> =
        private.into_iter().map(|(case, _)| (case, Err(NAMES_SOMEBODY.to_owned()))).collect();
    let mut marked = Vec::new();
    for ((case, file), outcome) in open.into_iter().zip(outcomes) {
        match outcome {
            Outcome::Marked(handle) => marked.push((case, file.media_type, handle)),
            Outcome::Unmarkable(why) => made.push((case, Err(why))),
            _ => made.push((case, Err("原檔無法解讀".to_owned()))),
        }
    }
    made.extend(read_back(marked, around)?);
    Ok(made)
}

/// Looks through the marked copies as through anything that comes in: what leaves is judged by its bytes.
fn read_back<C>(
    marked: Vec<(C, MediaType, Handle)>,
    around: &NoticeSurroundings<'_>,
) -> anyhow::Result<Vec<(C, Result<Enclosure, String>)>> {
    let mut contents = Vec::new();
    let mut jobs = Vec::new();
    for (_, media_type, handle) in &marked {
        let bytes = around.source.prepared(handle)?;
        jobs.push(Job {
            path: around.scratch.join(&handle.0),
            sha256: sha256_hex(&bytes),
            task: JobTask::LookThrough { media_type: *media_type },
        });
        contents.push(bytes);
    }
    let outcomes = around.runner.run_all(&jobs, &|_| {})?;
    let made = marked.into_iter().zip(contents).zip(outcomes);
    Ok(made
        .map(|(((case, ..), bytes), outcome)| match outcome {
            Outcome::LookedThrough(fragments) => (case, Ok(Enclosure { bytes, fragments })),
            _ => (case, Err("標註後的檔案無法複核".to_owned())),
        })
        .collect())
}

/// Against the workbooks of the last notices, where they were other ones.
fn compare(cases: &[Case<'_>], around: &NoticeSurroundings<'_>) -> anyhow::Result<BTreeMap<UnitId, Worked>> {
    let mut jobs = Vec::new();
    let mut units = Vec::new();
    for case in cases {
        let Some((file, digest)) = case.workbook.zip(case.former.as_ref()) else { continue };
        let Some(path) = (around.last)(&copy_name(&case.unit.name, digest, extension(file))) else {
            continue;
        };
        jobs.push(Job { path, sha256: digest.clone(), task: JobTask::ReadWorkbook });
        jobs.push(reading::job_in(around.workspace, file, JobTask::ReadWorkbook));
        units.push(case.unit.unit.clone());
    }
    let mut outcomes = around.runner.run_all(&jobs, &|_| {})?.into_iter();
    let mut grid = || match outcomes.next() {
        Some(Outcome::Workbook(grid)) => Some(grid),
        _ => None,
    };
    let mut worked: BTreeMap<UnitId, Worked> = BTreeMap::new();
    for unit in units {
        let (former, current): (Option<Grid>, Option<Grid>) = (grid(), grid());
        let changes = former.zip(current).map(|(former, current)| revision::compare(&former, &current));
        worked.entry(unit).or_default().changes = changes;
    }
    Ok(worked)
}
