//! Files that change while they are read: everything is read anew, so that no output mixes two states.
//!
//! Whoever still saves while the second attempt runs is told, by `file-changed` at the file.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::plan::Plan;
use crate::worker::{Failure, Job, JobRunner, Outcome};

use super::{Examination, Settings, Surroundings, examine_once};

/// A file saved once is read at the second attempt; one that is written all the time would keep us for ever.
const ATTEMPTS: usize = 3;

/// Reads and judges everything; writes nothing but prepared exhibits.
pub fn examine(plan: Plan, settings: &Settings, around: &Surroundings) -> anyhow::Result<Examination> {
    for _ in 1..ATTEMPTS {
        let watching = Watching { runner: around.runner, saw_a_change: AtomicBool::new(false) };
        let watched = Surroundings { runner: &watching, ..*around };
        let examination = examine_once(plan.clone(), settings, &watched)?;
        if !watching.saw_a_change.into_inner() {
            return Ok(examination);
        }
    }
    examine_once(plan, settings, around)
}

/// A runner that notices whether a file was no longer what had been digested.
struct Watching<'a> {
    runner: &'a dyn JobRunner,
    saw_a_change: AtomicBool,
}

impl JobRunner for Watching<'_> {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        let outcomes = self.runner.run_all(jobs, done)?;
        if outcomes.contains(&Outcome::Failed(Failure::Changed)) {
            self.saw_a_change.store(true, Ordering::Relaxed);
        }
        Ok(outcomes)
    }
}
