//! `huibian collate`: many bundles verified and set side by side.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::collation;
use crate::forms;
use crate::inventory::FileDigester;
use crate::received::Reception;
use crate::tabular;
use crate::worker::{Job, JobRunner, JobTask, Processes};

use super::args::Collate;
use super::{exit, write_new};

/// Deeper than any sorted pile of bundles.
const MAX_DEPTH: usize = 6;
/// More than every government over twenty years.
const MAX_BUNDLES: usize = 1_000;

pub fn run(arguments: &Collate) -> anyhow::Result<u8> {
    let folder = &arguments.bundles;
    let paths = bundles(folder)?;
    anyhow::ensure!(
        !paths.is_empty(),
        "「{}」內沒有陳報包（.zip），請指定放有陳報包的資料夾",
        folder.display()
    );
    let mut jobs = Vec::new();
    for path in &paths {
        jobs.push(Job { path: path.clone(), sha256: digest(path)?, task: JobTask::ReceiveBundle });
    }
    let outcomes = Processes::of_this_binary()?.run_all(&jobs, &|_| ())?;
    let received: Vec<(String, Reception)> = paths
        .iter()
        .zip(outcomes)
        .map(|(path, outcome)| (shown(folder, path), outcome.reception()))
        .collect();
    let tabular = collation::collate(&received);
    let mut out = anstream::stdout();
    for (extension, bytes) in [("ods", tabular::ods(&tabular)?), ("xlsx", forms::table_workbook(&tabular)?)] {
        let mut name = arguments.out.clone().into_os_string();
        name.push(format!(".{extension}"));
        let path = PathBuf::from(name);
        write_new(&path, &bytes)?;
        writeln!(out, "已寫入「{}」", path.display())?;
    }
    let refused: Vec<(&str, &str)> = received
        .iter()
        .filter_map(|(name, reception)| match reception {
            Reception::Refused(reason) => Some((name.as_str(), reason.as_str())),
            Reception::Figures(_) => None,
        })
        .collect();
    writeln!(out, "陳報包 {} 份，列入比較 {} 份。", received.len(), received.len() - refused.len())?;
    for (name, reason) in &refused {
        writeln!(out, "  未列入：{name}　{reason}")?;
    }
    Ok(if refused.is_empty() { exit::DONE } else { exit::FAULT_FOUND })
}

/// Every zip below the folder, by name; links are not followed.
fn bundles(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![(folder.to_owned(), 0)];
    while let Some((at, depth)) = pending.pop() {
        let entries = fs::read_dir(&at).with_context(|| format!("無法讀取資料夾「{}」", at.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("無法讀取資料夾「{}」", at.display()))?;
            let kind = entry.file_type()?;
            let path = entry.path();
            let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            if kind.is_dir() && depth < MAX_DEPTH {
                pending.push((path, depth + 1));
            } else if kind.is_file() && is_zip {
                found.push(path);
            }
        }
        anyhow::ensure!(
            found.len() <= MAX_BUNDLES,
            "「{}」內超過 {MAX_BUNDLES} 個 zip，請分批",
            folder.display()
        );
    }
    found.sort();
    Ok(found)
}

/// SHA-256 of a file, read in pieces: it may be larger than what this process should hold.
pub(super) fn digest(path: &Path) -> anyhow::Result<String> {
    let context = || format!("無法讀取「{}」", path.display());
    let mut file = File::open(path).with_context(context)?;
    let mut digester = FileDigester::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer).with_context(context)? {
            0 => return Ok(digester.finish().sha256),
            n => digester.update(&buffer[..n]),
        }
    }
}

fn shown(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
