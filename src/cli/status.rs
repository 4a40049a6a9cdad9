//! `huibian status`: one screen on who has handed in what, days left, what to do next. Writes nothing.

use std::io::Write;

use crate::pipeline::{self, Settings};
use crate::render;

use super::args::Status;
use super::examination::examine;
use super::{exit, today, width};

/// Ends as `check` does: 1 while anything blocks.
pub fn run(arguments: &Status) -> anyhow::Result<u8> {
    let settings = Settings::on(today(arguments.today.as_deref())?);
    let Some(examined) = examine(&arguments.inputs, &settings)? else { return Ok(exit::COULD_NOT_RUN) };
    let tally = pipeline::tally(&examined.examination, settings.today);
    write!(anstream::stdout(), "{}", render::status(&tally, width()))?;
    Ok(exit::judged(&examined.examination.diagnostics))
}
