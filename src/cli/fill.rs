//! `huibian fill`: the agency's own form, filled in beside the template's name. Writes one new file and
//! never over another.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::pipeline::{self, Examination, Settings};
use crate::render;

use super::args::{Fill, Without};
use super::examination::examine;
use super::{exit, today, width, write_new};

/// Characters of a value that the list shows.
const SHOWN: usize = 50;

/// Ends with 1 when the form was not filled, or while anything blocks: what is written then is a draft.
pub fn run(arguments: &Fill) -> anyhow::Result<u8> {
    let path = &arguments.template;
    // Looked for first: an examination takes its time.
    File::open(path).with_context(|| format!("無法讀取「{}」，請確認路徑", path.display()))?;
    let settings = Settings::on(today(arguments.today.as_deref())?);
    let Some(examined) = examine(&arguments.inputs, &settings, Without::default())? else {
        return Ok(exit::COULD_NOT_RUN);
    };
    let examination = &examined.examination;
    let dossier = pipeline::paginated(examination, &settings, &examined.surroundings())?;
    examined.opened.progress.clear();
    if arguments.list {
        list(&pipeline::placeholders(&dossier, &examination.released)?)?;
        return Ok(exit::DONE);
    }
    let (filled, diagnostics) =
        pipeline::fill(&dossier, &examination.released, path, &examined.surroundings())?;
    let Some(filled) = filled else {
        let options = render::TextOptions { colour: false, width: width() };
        write!(anstream::stderr(), "{}", render::text(&diagnostics, &examination.plan, &options))?;
        return Ok(exit::ERRORS_FOUND);
    };
    let out = arguments.out.clone().unwrap_or_else(|| beside(path, dossier.draft));
    write_new(&out, &filled)?;
    say(&out, examination)?;
    Ok(exit::judged(&examination.diagnostics))
}

/// 「官方自評表_已填.docx」 in the folder the command was given in: the template's may be the inputs.
fn beside(template: &Path, draft: bool) -> PathBuf {
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = (part(template.file_stem()), part(template.extension()));
    let prefix = if draft { "草稿-" } else { "" };
    PathBuf::from(format!("{prefix}{stem}_已填.{extension}"))
}

fn say(out: &Path, examination: &Examination) -> anyhow::Result<()> {
    let mut console = anstream::stdout();
    writeln!(console, "已填入「{}」，請開啟檢視後使用。", out.display())?;
    if examination.diagnostics.block() {
        let n_errors = examination.diagnostics.n_errors();
        writeln!(console, "填報內容還有 {n_errors} 個錯誤，這一份只是草稿；請執行 huibian check 查看。")?;
    }
    Ok(())
}

fn list(placeholders: &[(String, String)]) -> anyhow::Result<()> {
    let mut console = anstream::stdout();
    for (name, value) in placeholders {
        let line: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = line.chars().take(SHOWN).collect();
        let more = if shown.len() < line.len() { "…" } else { "" };
        writeln!(console, "{{{{{name}}}}}\t{shown}{more}")?;
    }
    Ok(())
}
