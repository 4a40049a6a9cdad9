//! `huibian check`: examines a workspace and prints what is to be mended. Writes nothing but the page and
//! the corrected copies that were asked for, and into a cache that is already there.

use std::io::{IsTerminal, Write};

use crate::output::PagePlace;
use crate::pipeline::{self, Examination, Settings};
use crate::render;

use super::args::{Check, Format};
use super::examination::examine;
use super::{exit, opening, repairs, today, width};

pub fn run(arguments: &Check) -> anyhow::Result<u8> {
    let place = arguments.html.as_ref().map(|path| PagePlace::find(path, &arguments.inputs)).transpose()?;
    let settings = Settings::on(today(arguments.today.as_deref())?);
    let Some(examined) = examine(&arguments.inputs, &settings, arguments.without)? else {
        return Ok(exit::COULD_NOT_RUN);
    };
    let examination = &examined.examination;
    print(examination, arguments.format)?;
    if let Some(place) = place {
        let dossier = pipeline::dossier(examination, &settings);
        let page = pipeline::report(examination, &dossier, &settings, &examined.opened.templates)?;
        place.put(page.as_bytes())?;
        if arguments.open {
            opening::open(place.path())?;
        }
    }
    if let Some(folder) = &arguments.fix {
        repairs::write(&examined, folder, arguments)?;
    }
    Ok(exit::judged(&examination.diagnostics))
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
