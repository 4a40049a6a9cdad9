//! `huibian attach-signed`: the scan of the signed page, confirmed by its identity mark and kept where
//! `compile` finds it. Writes one new file into the workspace and never over another.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use crate::diagnostic::Diagnostic;
use crate::identity;
use crate::pipeline::{self, Settings};
use crate::signing;

use super::args::AttachSigned;
use super::examination::examine;
use super::{exit, today};

/// Ends with 1 when the scan is not the signature page of what would be sent now.
pub fn run(arguments: &AttachSigned) -> anyhow::Result<u8> {
    let typed = arguments.mark.as_deref().map(read_mark).transpose()?;
    // Looked for first: an examination takes its time.
    let scan = &arguments.scan;
    File::open(scan).with_context(|| format!("無法讀取「{}」，請確認路徑", scan.display()))?;
    let settings = Settings { compare: false, ..Settings::on(today(arguments.today.as_deref())?) };
    let Some(examined) = examine(&arguments.inputs, &settings, arguments.without)? else {
        return Ok(exit::COULD_NOT_RUN);
    };
    let examination = &examined.examination;
    let confirmation =
        pipeline::confirm_signed_page(scan, typed.as_deref(), examination, &examined.surroundings())?;
    examined.opened.progress.clear();
    let kept = match confirmation {
        Ok(kept) => kept,
        Err(diagnostic) => {
            refuse(&diagnostic)?;
            return Ok(exit::ERRORS_FOUND);
        }
    };
    let target = examined.opened.workspace.on_disk(&kept);
    keep(scan, &target, &examination.identity)?;
    let mut console = anstream::stdout();
    writeln!(
        console,
        "核章頁的識別碼與目前資料相同（{}），已存於「{}」。",
        examination.identity,
        target.display()
    )?;
    writeln!(
        console,
        "請執行 huibian compile，核章頁會附於自評表之後；其後如再修改填報檔或佐證，須重新核章。"
    )?;
    Ok(exit::DONE)
}

/// Nothing is kept yet, so that nothing can be answered for: unlike `check` this names no exception.
fn refuse(diagnostic: &Diagnostic) -> io::Result<()> {
    let text = format!(
        "錯誤[{}] {}\n  = 修正：{}\n未放入核章頁。",
        diagnostic.rule.id, diagnostic.message, diagnostic.hint
    );
    writeln!(anstream::stderr(), "{}", identity::mask(&text))
}

fn read_mark(typed: &str) -> anyhow::Result<String> {
    signing::mark(typed).with_context(|| {
        format!("--mark「{typed}」不是識別碼，請輸入核章頁頁尾所印的 8 個英數字（例：0fbd3183）")
    })
}

/// Copies the scan whole, or not at all; a page of the same mark is left as it is.
fn keep(scan: &Path, target: &Path, mark: &str) -> anyhow::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let failed = || format!("無法寫入「{}」", target.display());
    fs::create_dir_all(folder).with_context(failed)?;
    for entry in fs::read_dir(folder).with_context(failed)? {
        let name = entry.with_context(failed)?.file_name();
        if signing::kept_mark(&name.to_string_lossy()).as_deref() == Some(mark) {
            let there = folder.join(name);
            anyhow::bail!("已有這一版的核章頁「{}」；要更換請先將它移走，再執行一次", there.display());
        }
    }
    let mut copy = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    io::copy(&mut File::open(scan).with_context(failed)?, &mut copy).with_context(failed)?;
    copy.as_file().sync_all().with_context(failed)?;
    copy.persist_noclobber(target).map_err(|error| error.error).with_context(failed)?;
    Ok(())
}
