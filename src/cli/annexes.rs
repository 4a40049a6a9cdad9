//! `huibian annexes`: the plan's annexes as PDF and ODS.

use std::fs;
use std::io::Write;

use anyhow::Context;

use crate::typeset;
use crate::workspace::Workspace;
use crate::{annexes, tabular};

use super::args::Annexes;
use super::examination::fonts;
use super::{answers, exit, load_templates, write_new};

pub fn run(arguments: &Annexes) -> anyhow::Result<u8> {
    // Points may stand in the secretariat's workbook.
    let Some(answers) = answers::read(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    let plan = &answers.plan;
    let templates = load_templates(&Workspace::open(&arguments.inputs)?)?;
    let fonts = fonts()?;
    let folder = &arguments.out;
    fs::create_dir_all(folder).with_context(|| format!("無法建立資料夾「{}」", folder.display()))?;
    for annex in annexes::annexes(plan) {
        let pdf = typeset::annex(&annex, &templates, &fonts)?.pdf;
        let ods = tabular::ods(&annex.tabular())?;
        for (extension, bytes) in [("pdf", pdf), ("ods", ods)] {
            let path = folder.join(format!("{}.{extension}", annex.name));
            write_new(&path, &bytes)?;
            writeln!(anstream::stdout(), "已寫入「{}」", path.display())?;
        }
    }
    Ok(exit::DONE)
}
