//! `huibian numbers`: the appendices' numbers as they would be printed now, and the lock that keeps them.
//! `lock` writes one file at the workspace's top; a number in it changes on request only, and then is told.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::diagnostic::Diagnostics;
use crate::numbers::{self, LOCK_FILE, NumberLock, Renumbered};
use crate::pipeline::{self, Examination, Settings};
use crate::render;

use super::args::{NumbersCommand, NumbersLock, Without};
use super::examination::{Examined, examine};
use super::{exit, today, width};

pub fn run(command: &NumbersCommand) -> anyhow::Result<u8> {
    match command {
        NumbersCommand::Show(arguments) => show(&arguments.inputs),
        NumbersCommand::Lock(arguments) => lock(arguments),
    }
}

/// Examines what numbers depend on; `None` when plan or lock cannot be read, which is then printed.
fn examined(inputs: &Path, renumber: bool) -> anyhow::Result<Option<(Examined, Settings)>> {
    let settings = Settings { compare: false, renumber, ..Settings::on(today(None)?) };
    let without = Without { no_convert: true, ..Without::default() };
    let Some(examined) = examine(inputs, &settings, without)? else { return Ok(None) };
    let of_the_lock = |rule: &str| numbers::RULES.iter().any(|own| own.id == rule);
    let mut told = Diagnostics::new();
    let all = examined.examination.diagnostics.iter();
    told.extend(all.filter(|told| of_the_lock(told.rule.id)).cloned());
    if !told.is_empty() {
        let options = render::TextOptions { colour: true, width: width() };
        write!(anstream::stderr(), "{}", render::text(&told, &examined.examination.plan, &options))?;
    }
    Ok((!told.block()).then_some((examined, settings)))
}

fn show(inputs: &Path) -> anyhow::Result<u8> {
    let Some((examined, settings)) = examined(inputs, false)? else { return Ok(exit::COULD_NOT_RUN) };
    let examination = &examined.examination;
    let dossier = pipeline::dossier(examination, &settings);
    let lock = examination.numbers.in_force.as_ref();
    let mut out = anstream::stdout();
    for appendix in &dossier.appendices {
        let state = match lock {
            Some(lock) if lock.get(&appendix.item).is_some() => "　已鎖定",
            Some(_) => "　新增",
            None => "",
        };
        let held = match (&appendix.absent, appendix.entries.len()) {
            (Some(why), _) => why.clone(),
            (None, n) => format!("{n} 個檔案"),
        };
        let (number, item, title, unit) = (&appendix.number, &appendix.item, &appendix.title, &appendix.unit);
        writeln!(out, "{number}　{item} {title}（{unit}，{held}）{state}")?;
    }
    let vacant = lock.into_iter().flat_map(|lock| &lock.appendices);
    for gone in vacant.filter(|old| dossier.appendices.iter().all(|now| now.item != old.item)) {
        writeln!(out, "{}　{} {}（已不在計畫內，保留空號）　已鎖定", gone.number, gone.item, gone.title)?;
    }
    if lock.is_none() {
        writeln!(out, "編號尚未鎖定；傳閱之後請執行 huibian numbers lock，編號即不再移動。")?;
    }
    Ok(exit::DONE)
}

fn lock(arguments: &NumbersLock) -> anyhow::Result<u8> {
    let Some((examined, settings)) = examined(&arguments.inputs, arguments.renumber)? else {
        return Ok(exit::COULD_NOT_RUN);
    };
    let examination = &examined.examination;
    let before = examination.numbers.in_force.as_ref().or(examination.numbers.set_aside.as_ref());
    let now = pipeline::lock(examination, &settings);
    let mut out = anstream::stdout();
    let target = examined.opened.workspace.root().join(LOCK_FILE);
    if before.is_some_and(|before| before.write() == now.write()) {
        writeln!(out, "編號已鎖定，沒有變更：{}", target.display())?;
        return Ok(exit::DONE);
    }
    put(&target, &now, before.is_some())?;
    print_changes(examination, &settings, &mut out)?;
    let n_new = now.appendices.iter().filter(|new| before.is_none_or(|old| old.get(&new.item).is_none()));
    let n_new = n_new.count();
    let added = if before.is_some() { format!("（新增 {n_new} 項）") } else { String::new() };
    writeln!(out, "已鎖定 {} 個附件編號{added}，存於「{}」。", now.appendices.len(), target.display())?;
    writeln!(out, "鎖定檔計入識別碼；已送核章者，請重新執行 huibian compile 並列印核章頁。")?;
    Ok(exit::DONE)
}

/// What `--renumber` changes, one number to a line.
pub(super) fn print_changes(
    examination: &Examination,
    settings: &Settings,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if examination.numbers.set_aside.is_none() {
        return Ok(());
    }
    let changes = pipeline::renumbered(examination, settings);
    if changes.is_empty() {
        writeln!(out, "重新編號：與已鎖定的編號相同。")?;
        return Ok(());
    }
    writeln!(out, "重新編號，{} 處變更（舊 → 新）：", changes.len())?;
    for Renumbered { from, to, what } in changes {
        let to = to.unwrap_or_else(|| "（不再是附件）".to_owned());
        writeln!(out, "  {from} → {to}　{what}")?;
    }
    Ok(())
}

/// Puts the lock in place whole, or not at all; over another only when that one was read.
fn put(target: &Path, lock: &NumberLock, replaces: bool) -> anyhow::Result<()> {
    let failed = || format!("無法寫入「{}」", target.display());
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    file.write_all(lock.write().as_bytes()).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    let placed = match replaces {
        true => file.persist(target),
        false => file.persist_noclobber(target),
    };
    placed.map_err(|error| error.error).with_context(failed)?;
    Ok(())
}
