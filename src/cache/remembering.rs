//! A runner of jobs that remembers: what was prepared in an earlier run is not prepared again.
//!
//! Stands before the workers. Workbooks are always read anew: they hold case rows, which are kept nowhere.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exhibit::Preparation;
use crate::identity;
use crate::worker::{Job, JobRunner, Outcome};

use super::{Cache, Entry};

/// Looks into the cache first and leaves the rest to another runner.
pub struct Remembering<'a> {
    pub runner: &'a dyn JobRunner,
    pub cache: &'a Cache,
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
        let folder = job.prepares_in()?;
        let Entry { note, files } = self.cache.get(&job.key())?;
        let preparation: Preparation = serde_json::from_str(&note).ok()?;
        for (name, bytes) in files {
            if !name.starts_with(&job.key()) || name.contains(['/', '\\']) {
                return None;
            }
            fs::write(folder.join(name), bytes).ok()?;
        }
        Some(Outcome::Prepared(preparation))
    }

    fn remember(&self, job: &Job, outcome: &Outcome) {
        let (Some(folder), Outcome::Prepared(preparation)) = (job.prepares_in(), outcome) else { return };
        if preparation.texts.iter().any(|text| !identity::find(&text.text).is_empty()) {
            self.cache.disown(&job.path);
            return;
        }
        let (Ok(note), Ok(files)) = (serde_json::to_string(preparation), prepared(folder, &job.key())) else {
            return;
        };
        self.cache.remember(&job.key(), note, files);
    }
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
