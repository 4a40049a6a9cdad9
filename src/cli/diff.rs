//! `huibian diff`: what changed from one workbook to another, cell by cell. Writes nothing.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::grid::Grid;
use crate::intake::workbook;
use crate::inventory::sha256_hex;
use crate::place::RelPath;
use crate::render;
use crate::revision;
use crate::worker::{Job, JobRunner, JobTask, Outcome, Processes};

use super::args::Diff;
use super::{exit, width};

pub fn run(arguments: &Diff) -> anyhow::Result<u8> {
    let jobs = [job(&arguments.old)?, job(&arguments.new)?];
    let mut out = anstream::stdout();
    if jobs[0].sha256 == jobs[1].sha256 {
        writeln!(out, "兩份檔案完全相同（SHA-256 {}）。", jobs[0].sha256)?;
        return Ok(exit::DONE);
    }
    let outcomes = Processes::of_this_binary()?.run_all(&jobs, &|_| {})?;
    let mut grids = Vec::new();
    for (job, outcome) in jobs.iter().zip(outcomes) {
        grids.push(grid(&job.path, outcome)?);
    }
    let changes = revision::compare(&grids[0], &grids[1]);
    write!(out, "{}", render::changes(&changes, width()))?;
    Ok(exit::DONE)
}

fn job(path: &Path) -> anyhow::Result<Job> {
    let bytes =
        std::fs::read(path).with_context(|| format!("無法讀取「{}」，請確認路徑與權限", path.display()))?;
    Ok(Job { path: path.to_owned(), sha256: sha256_hex(&bytes), task: JobTask::ReadWorkbook })
}

fn grid(path: &Path, outcome: Outcome) -> anyhow::Result<Grid> {
    match outcome {
        Outcome::Workbook(grid) => Ok(grid),
        Outcome::NoWorkbook(failure) => {
            let file = RelPath::new(path.to_string_lossy());
            anyhow::bail!("{}", workbook::failure_diagnostic(&failure, &file).message)
        }
        _ => anyhow::bail!("無法解讀「{}」，請以原程式開啟後重新另存", path.display()),
    }
}
