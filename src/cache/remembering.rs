//! A runner of jobs that remembers: what was prepared in an earlier run is not prepared again.
//!
//! Stands before the workers. Workbooks are always read anew: they hold case rows, which are kept nowhere.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exhibit::Preparation;
use crate::identity;
use crate::worker::{Job, JobRunner, JobTask, Outcome};

use super::{Cache, Entry};

/// Looks into the cache first and leaves the rest to another runner.
pub struct Remembering<'a> {
    pub runner: Box<dyn JobRunner + 'a>,
    pub cache: Arc<Cache>,
}

impl JobRunner for Remembering<'_> {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        let known: Vec<Option<Outcome>> = jobs.iter().map(|job| self.known(job)).collect();
        for (job, _) in jobs.iter().zip(&known).filter(|(_, outcome)| outcome.is_some()) {
            done(job);
        }
        let left: Vec<Job> = jobs
            .iter()
            .zip(&known)
            .filter(|(_, known)| known.is_none())
            .map(|(job, _)| job.clone())
            .collect();
        let mut outcomes = self.runner.run_all(&left, done)?.into_iter();
        for (job, outcome) in left.iter().zip(outcomes.as_slice()) {
            self.remember(job, outcome);
        }
        // One outcome a job: that is what runners promise.
        Ok(known.into_iter().filter_map(|known| known.or_else(|| outcomes.next())).collect())
    }
}

impl Remembering<'_> {
    fn known(&self, job: &Job) -> Option<Outcome> {
        if job.prepares_in().is_none() && !matches!(job.task, JobTask::Compare { .. }) {
            return None;
        }
        let Entry { note, files } = self.cache.get(&job.key())?;
        let outcome: Outcome = serde_json::from_str(&note).ok()?;
        for (name, bytes) in files {
            if !name.starts_with(&job.key()) || name.contains(['/', '\\']) {
                return None;
            }
            fs::write(job.prepares_in()?.join(name), bytes).ok()?;
        }
        Some(outcome)
    }

    fn remember(&self, job: &Job, outcome: &Outcome) {
        let files = match (outcome, job.prepares_in()) {
            (Outcome::Prepared(preparation), _) if identifies_someone(preparation) => {
                return self.cache.disown(&job.path);
            }
            (Outcome::Prepared(_), Some(folder)) => prepared(folder, &job.key()),
            // Numbers of pages alone.
            (Outcome::Compared(_), _) => Ok(Vec::new()),
            _ => return,
        };
        if let (Ok(note), Ok(files)) = (serde_json::to_string(outcome), files) {
            self.cache.remember(&job.key(), note, files);
        }
    }
}

/// On its pages or hidden in it.
fn identifies_someone(preparation: &Preparation) -> bool {
    let pages = preparation.texts.iter().map(|text| &text.text);
    let hidden = preparation.fragments.iter().map(|fragment| &fragment.text);
    pages.chain(hidden).any(|text| !identity::find(text).is_empty())
}

/// The files that the job wrote.
fn prepared(folder: &Path, key: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for n in 0.. {
        let path = folder.join(format!("{key}-{n}"));
        if !path.try_exists()? {
            break;
        }
        found.push(path);
    }
    Ok(found)
}
