//! `huibian check --fix`: corrected copies in a folder of their own, and how to put them in place.
//!
//! Standard output is left to a report in JSON.

use std::io::Write;
use std::path::Path;

use crate::output::{OutputError, OutputFolder};
use crate::pipeline::{self, REPAIR_LOG, RepairSurroundings, RepairedWorkbook};
use crate::place::RelPath;
use crate::workspace::DiskSource;

use super::args::{Check, Format};
use super::examination::Examined;

/// Cells of one workbook named on the screen; the log names all.
const MOST_NAMED: usize = 10;

/// Writes the copies when there is anything to repair, and says what was done.
pub(super) fn write(examined: &Examined, folder: &Path, arguments: &Check) -> anyhow::Result<()> {
    let examination = &examined.examination;
    let made = match pipeline::has_repairs(examination) {
        true => copies(examined, folder, arguments)?,
        false => Vec::new(),
    };
    let text = told(&made, &pipeline::unrepairable(examination), folder, &arguments.inputs);
    match arguments.format {
        Format::Text => write!(anstream::stdout(), "\n{text}")?,
        Format::Json => write!(anstream::stderr(), "{text}")?,
    }
    Ok(())
}

fn copies(examined: &Examined, folder: &Path, arguments: &Check) -> anyhow::Result<Vec<RepairedWorkbook>> {
    let mut output = OutputFolder::begin(folder, &arguments.inputs)?;
    let scratch = output.scratch()?;
    let workspace = &examined.opened.workspace;
    let source = DiskSource { workspace: workspace.clone(), prepared: scratch.clone() };
    let around = RepairSurroundings {
        workspace,
        runner: &*examined.opened.runner,
        scratch: &scratch,
        source: &source,
    };
    let made = pipeline::repair(&examined.examination, &around, &mut output)
        .map_err(|error| OutputError::explain(error, folder))?;
    output.commit()?;
    Ok(made)
}

fn told(made: &[RepairedWorkbook], old: &[RelPath], folder: &Path, inputs: &Path) -> String {
    let n_repaired: usize = made.iter().map(RepairedWorkbook::n_repaired).sum();
    let n_left = made.iter().map(|workbook| workbook.lines.len()).sum::<usize>() - n_repaired;
    let mut out = String::new();
    if made.is_empty() {
        out.push_str("沒有可自動修正之處，未寫出檔案。\n");
    } else {
        let left = if n_left > 0 { format!("，另有 {n_left} 格未修正") } else { String::new() };
        let folder = folder.display();
        out.push_str(&format!(
            "已自動修正 {n_repaired} 格{left}。修正後的複本與「{REPAIR_LOG}」放在「{folder}」，原檔沒有更動：\n"
        ));
    }
    for workbook in made {
        out.push_str(&format!("  {}\n", crate::identity::mask(workbook.file.as_str())));
        for line in workbook.lines.iter().take(MOST_NAMED) {
            let left = line.left_because.as_ref().map(|why| format!("（未修正：{why}）"));
            out.push_str(&format!(
                "    {} › {}：「{}」→「{}」{}\n",
                line.sheet,
                line.cell,
                one_line(&line.old),
                one_line(&line.new),
                left.unwrap_or_default()
            ));
        }
        if workbook.lines.len() > MOST_NAMED {
            out.push_str(&format!("    …另 {} 格見「{REPAIR_LOG}」\n", workbook.lines.len() - MOST_NAMED));
        }
    }
    if n_repaired > 0 {
        out.push_str(&format!(
            "核對無誤後，請將「{}」內各單位的檔案複製到「{}」的相同位置，取代原檔，再執行 huibian check。\n",
            folder.display(),
            inputs.display()
        ));
    }
    for file in old {
        let file = crate::identity::mask(file.as_str());
        out.push_str(&format!("「{file}」是舊格式（.xls），無法自動修正；請另存為 .xlsx 或 .ods。\n"));
    }
    out
}

/// What a cell holds, as a terminal may show it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
