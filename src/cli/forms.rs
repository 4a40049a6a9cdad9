//! `huibian forms`: writes the blank workbooks again. A workbook with answers is never replaced.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::forms::{self, Filling};
use crate::plan::Plan;
use crate::workspace::Workspace;

use super::args::Forms;
use super::{exit, load_plan, write_new};

pub fn run(arguments: &Forms) -> anyhow::Result<u8> {
    let workspace = Workspace::open(&arguments.inputs)?;
    let Some(plan) = load_plan(&workspace)? else { return Ok(exit::COULD_NOT_RUN) };
    let mut out = anstream::stdout();
    for (place, bytes) in blanks(&plan)? {
        let outcome = match &arguments.out {
            Some(folder) => write_into(folder, &place, &bytes)?,
            None if saved_otherwise(&arguments.inputs.join(&place)) => "已有另存成其他格式的填報檔，未另建",
            None => refresh(&arguments.inputs.join(&place), &bytes)?,
        };
        writeln!(out, "{}：{outcome}", place.display())?;
    }
    Ok(exit::DONE)
}

/// Every blank workbook with its place in a workspace.
fn blanks(plan: &Plan) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = &plan.secretariat.folder;
    let mut blanks = vec![(
        PathBuf::from(folder).join(format!("{folder}.xlsx")),
        forms::secretariat_workbook(plan, &Filling::of_plan(plan))?,
    )];
    for unit in &plan.units {
        let place = PathBuf::from(&unit.name).join(format!("{}.xlsx", unit.name));
        blanks.push((place, forms::unit_workbook(plan, &unit.id, &Filling::default())?));
    }
    Ok(blanks)
}

fn write_into(folder: &Path, place: &Path, bytes: &[u8]) -> anyhow::Result<&'static str> {
    let path = folder.join(place);
    if path.exists() {
        return Ok("已存在，未覆寫");
    }
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).with_context(|| format!("無法建立資料夾「{}」", parent.display()))?;
    write_new(&path, bytes)?;
    Ok("已建立")
}

/// Whether the unit's workbook is there under its name, as .ods or .xls.
fn saved_otherwise(path: &Path) -> bool {
    !path.exists() && ["ods", "xls", "xlsm"].iter().any(|extension| path.with_extension(extension).exists())
}

/// Inputs are never modified: a workbook that is there stays, whatever is in it.
fn refresh(path: &Path, bytes: &[u8]) -> anyhow::Result<&'static str> {
    match fs::read(path) {
        Ok(present) if present == bytes => Ok("已是最新的空白表"),
        Ok(_) => Ok("已有檔案（可能已填寫），未覆寫；要全新的空白表請加 --out 另存到別的資料夾"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)
                    .with_context(|| format!("無法建立資料夾「{}」", parent.display()))?;
            }
            write_new(path, bytes)?;
            Ok("已建立")
        }
        Err(error) => Err(error).with_context(|| format!("無法讀取「{}」", path.display())),
    }
}
