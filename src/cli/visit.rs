//! `huibian visit`: whether the government may be visited on site, and for which reason.

use std::io::Write;

use crate::assessment;

use super::args::Folder;
use super::{exit, plan_for};

pub fn run(arguments: &Folder) -> anyhow::Result<u8> {
    let Some(plan) = plan_for(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    let findings = assessment::conditions(&plan);
    let mut out = anstream::stdout();
    writeln!(out, "{}　實地考核要件（符合其一，得實施）", plan.government.name)?;
    for (index, finding) in findings.iter().enumerate() {
        let verdict = if finding.holds { "符合" } else { "不符合" };
        writeln!(out, "  {}、{}　{verdict}：{}", index + 1, finding.condition.text, finding.because)?;
    }
    let n_holding = findings.iter().filter(|finding| finding.holds).count();
    match n_holding {
        0 => writeln!(out, "結論：依目前資料，不符實地考核要件，採書面考核。")?,
        n => writeln!(out, "結論：符合 {n} 項要件，得實施實地考核。")?,
    }
    writeln!(out, "（情形填在 plan.toml 的 [assessment.history] 與 [assessment.visit]）")?;
    Ok(exit::DONE)
}
