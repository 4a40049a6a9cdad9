//! `huibian check`: examines a workspace and prints what is to be mended. Writes nothing.

use std::io::{IsTerminal, Write};

use crate::pipeline::{Examination, Settings};
use crate::render;

use super::args::{Check, Format};
use super::examination::examine;
use super::{exit, today, width};

pub fn run(arguments: &Check) -> anyhow::Result<u8> {
    let settings = Settings::on(today(arguments.today.as_deref())?);
    let Some(examined) = examine(&arguments.inputs, &settings)? else { return Ok(exit::COULD_NOT_RUN) };
    print(&examined.examination, arguments.format)?;
    Ok(exit::judged(&examined.examination.diagnostics))
}

fn print(examination: &Examination, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{}", render::json(&examination.diagnostics))?;
        }
        Format::Text => print_text(examination)?,
    }
    Ok(())
}

/// The diagnostics as people read them, on standard output.
pub(super) fn print_text(examination: &Examination) -> anyhow::Result<()> {
    let options = render::TextOptions { colour: std::io::stdout().is_terminal(), width: width() };
    let mut out = anstream::stdout();
    write!(out, "{}", render::text(&examination.diagnostics, &examination.plan, &options))?;
    Ok(())
}
