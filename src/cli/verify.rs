//! `huibian verify`: whether a bundle, or all volumes of one, are whole and unchanged.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::bundle::{self, Fault, Verdict, VolumeMark};
use crate::inventory::sha256_hex;

use super::args::Verify;
use super::exit;

pub fn run(arguments: &Verify) -> anyhow::Result<u8> {
    let paths = bundles(&arguments.bundles)?;
    if let [path] = paths.as_slice() {
        return report_one(&look_at(path)?);
    }
    let mut marks = Vec::new();
    let mut faults = Vec::new();
    let mut digests = Vec::new();
    let mut n_files = 0;
    for path in &paths {
        let Looked { name, verdict, mark, sha256 } = look_at(path)?;
        n_files += verdict.n_files;
        faults.extend(verdict.faults.into_iter().map(|fault| of_bundle(&name, fault)));
        digests.push((name.clone(), sha256));
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
        return say_digests(&digests, &mut out).map(|()| exit::DONE);
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

struct Looked {
    name: String,
    verdict: Verdict,
    mark: Option<VolumeMark>,
    /// Of the whole zip.
    sha256: String,
}

fn look_at(path: &Path) -> anyhow::Result<Looked> {
    let bytes =
        fs::read(path).with_context(|| format!("無法讀取「{}」，請確認路徑與權限", path.display()))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let sha256 = sha256_hex(&bytes);
    Ok(Looked { name, verdict: bundle::verify(&bytes), mark: bundle::volume_mark(&bytes), sha256 })
}

/// A bundle made anew with digests to match is whole too: only these tell it from the one sent.
fn say_digests(digests: &[(String, String)], out: &mut impl Write) -> anyhow::Result<()> {
    for (name, sha256) in digests {
        writeln!(out, "{name}　整包 SHA-256：{sha256}")?;
    }
    writeln!(out, "整包若遭重新製作，包內無從得知；請以此值與陳報單位另行核對。")?;
    Ok(())
}

fn of_bundle(bundle: &str, fault: Fault) -> Fault {
    let name = if fault.name.is_empty() { bundle.to_owned() } else { format!("{bundle} › {}", fault.name) };
    Fault { name, message: fault.message }
}

/// A volume alone may be sound: that it has sisters is told, and is no fault.
fn report_one(looked: &Looked) -> anyhow::Result<u8> {
    let Looked { name, verdict, mark, sha256 } = looked;
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
    say_digests(&[(name.clone(), sha256.clone())], &mut out)?;
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
