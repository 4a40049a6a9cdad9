//! `huibian verify`: whether a bundle, or all volumes of one, are whole and unchanged.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::bundle::{self, Fault, Verdict, VolumeMark};

use super::args::Verify;
use super::exit;

pub fn run(arguments: &Verify) -> anyhow::Result<u8> {
    let paths = bundles(&arguments.bundles)?;
    if let [path] = paths.as_slice() {
        let (verdict, mark) = look_at(path)?;
        return report_one(&verdict, mark.as_ref());
    }
    let mut marks = Vec::new();
    let mut faults = Vec::new();
    let mut n_files = 0;
    for path in &paths {
        let (verdict, mark) = look_at(path)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        n_files += verdict.n_files;
        faults.extend(verdict.faults.into_iter().map(|fault| of_bundle(&name, fault)));
        marks.push((name, mark));
    }
    faults.extend(bundle::check_set(&marks));
    let mut out = anstream::stdout();
    if faults.is_empty() {
        let group = marks.iter().find_map(|(_, mark)| Some(&mark.as_ref()?.group));
        writeln!(out, "{} 冊齊全無誤：{n_files} 個檔案，每一個位元組都與產製時相同。", paths.len())?;
        if let Some(group) = group {
            writeln!(out, "識別碼：{group}")?;
        }
        return Ok(exit::DONE);
    }
    report_faults(&faults)
}

/// The files named, and every .zip of the folders named, in the order of their names.
fn bundles(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for path in given {
        if !path.is_dir() {
            paths.push(path.clone());
            continue;
        }
        let unreadable = || format!("無法讀取「{}」，請確認路徑與權限", path.display());
        let mut found = Vec::new();
        for entry in fs::read_dir(path).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?.path();
            if entry.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
                found.push(entry);
            }
        }
        if found.is_empty() {
            bail!("資料夾「{}」裡沒有 .zip", path.display());
        }
        found.sort();
        paths.extend(found);
    }
    Ok(paths)
}

fn look_at(path: &Path) -> anyhow::Result<(Verdict, Option<VolumeMark>)> {
    let bytes =
        fs::read(path).with_context(|| format!("無法讀取「{}」，請確認路徑與權限", path.display()))?;
    Ok((bundle::verify(&bytes), bundle::volume_mark(&bytes)))
}

fn of_bundle(bundle: &str, fault: Fault) -> Fault {
    let name = if fault.name.is_empty() { bundle.to_owned() } else { format!("{bundle} › {}", fault.name) };
    Fault { name, message: fault.message }
}

/// A volume alone may be sound: that it has sisters is told, and is no fault.
fn report_one(verdict: &Verdict, mark: Option<&VolumeMark>) -> anyhow::Result<u8> {
    if !verdict.faults.is_empty() {
        return report_faults(&verdict.faults);
    }
    let mut out = anstream::stdout();
    writeln!(out, "完整無誤：{} 個檔案，每一個位元組都與產製時相同。", verdict.n_files)?;
    if let Some(identifier) = &verdict.identifier {
        writeln!(out, "識別碼：{identifier}")?;
    }
    if let Some(mark) = mark {
        writeln!(out, "這是第 {} 冊，共 {} 冊；要確認齊全，請把各冊一起驗證。", mark.number, mark.of)?;
    }
    Ok(exit::DONE)
}

fn report_faults(faults: &[Fault]) -> anyhow::Result<u8> {
    let mut out = anstream::stdout();
    writeln!(out, "有 {} 處不符：", faults.len())?;
    for fault in faults {
        match fault.name.as_str() {
            "" => writeln!(out, "  {}", fault.message)?,
            name => writeln!(out, "  {name}：{}", fault.message)?,
        }
    }
    writeln!(out, "請勿使用此檔；請向陳報單位重新索取。")?;
    Ok(exit::FAULT_FOUND)
}
