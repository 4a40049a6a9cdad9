//! `huibian trace`: what a printed item came from, or where a cell is printed. Writes nothing.

use std::io::Write;

use anyhow::bail;

use crate::pipeline::{self, Inquiry, Settings};

use super::args::Trace;
use super::examination::examine;
use super::{exit, today};

pub fn run(arguments: &Trace) -> anyhow::Result<u8> {
    let settings = Settings::on(today(None)?);
    let item = &arguments.item;
    let Some(examined) = examine(&arguments.inputs, &settings)? else { return Ok(exit::COULD_NOT_RUN) };
    match pipeline::inquire(item, &examined.examination, &settings, &examined.surroundings())? {
        Inquiry::Found(lines) => {
            let mut out = anstream::stdout();
            for line in lines {
                writeln!(out, "{line}")?;
            }
            Ok(exit::DONE)
        }
        Inquiry::Unknown { nearest: Some(nearest) } => bail!("沒有「{item}」；您是指「{nearest}」嗎？"),
        Inquiry::Unknown { nearest: None } => {
            bail!("沒有「{item}」；請輸入指標（2-1）、附件（2-1-3）、工作項目、檔名或儲存格（工作表!C12）")
        }
    }
}
