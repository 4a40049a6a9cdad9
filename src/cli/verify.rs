//! `huibian verify`: whether a bundle is whole and unchanged.

use std::io::Write;

use anyhow::Context;

use crate::bundle;
use crate::inventory::sha256_hex;

use super::args::Verify;
use super::exit;

pub fn run(arguments: &Verify) -> anyhow::Result<u8> {
    let path = &arguments.bundle;
    let bytes =
        std::fs::read(path).with_context(|| format!("無法讀取「{}」，請確認路徑與權限", path.display()))?;
    let verdict = bundle::verify(&bytes);
    let mut out = anstream::stdout();
    if verdict.faults.is_empty() {
        writeln!(out, "完整無誤：{} 個檔案，每一個位元組都與產製時相同。", verdict.n_files)?;
        if let Some(identifier) = &verdict.identifier {
            writeln!(out, "識別碼：{identifier}")?;
        }
        // A bundle made anew with digests to match is whole too: only this tells it from the one sent.
        writeln!(out, "整包 SHA-256：{}", sha256_hex(&bytes))?;
        writeln!(out, "整包若遭重新製作，包內無從得知；請以此值與陳報單位另行核對。")?;
        return Ok(exit::DONE);
    }
    writeln!(out, "有 {} 處不符：", verdict.faults.len())?;
    for fault in &verdict.faults {
        match fault.name.as_str() {
            "" => writeln!(out, "  {}", fault.message)?,
            name => writeln!(out, "  {name}：{}", fault.message)?,
        }
    }
    writeln!(out, "請勿使用此檔；請向陳報單位重新索取。")?;
    Ok(exit::FAULT_FOUND)
}
