//! Reads a workspace's workbooks for commands that need what stands in them and no evidence.

use std::path::Path;

use crate::pipeline::{self, Answers};

use super::args::Without;
use super::examination;

/// `None`: the plan is wrong, which is already printed.
pub fn read(inputs: &Path) -> anyhow::Result<Option<Answers>> {
    let Some((opened, plan)) = examination::open(inputs, Without { no_convert: true, no_cache: true }, None)?
    else {
        return Ok(None);
    };
    let prepared = tempfile::tempdir()?;
    let answers = pipeline::answers(plan, &opened.surroundings(prepared.path()))?;
    opened.progress.clear();
    Ok(Some(answers))
}
