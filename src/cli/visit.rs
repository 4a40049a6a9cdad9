//! `huibian visit`: whether the government may be visited on site, and for which reason.

use std::io::Write;

use crate::assessment::{self, Verdict};

use super::args::Folder;
use super::{exit, plan_for};

pub fn run(arguments: &Folder) -> anyhow::Result<u8> {
    let Some(plan) = plan_for(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    let findings = assessment::conditions(&plan);
    let mut out = anstream::stdout();
    writeln!(out, "{}　實地考核要件（符合其一，得實施）", plan.government.name)?;
    for (index, finding) in findings.iter().enumerate() {
        let verdict = match finding.verdict {
            Verdict::Holds => "符合",
            Verdict::Fails => "不符合",
            Verdict::Open => "未填，無法判斷",
        };
        writeln!(out, "  {}、{}　{verdict}：{}", index + 1, finding.condition.text, finding.because)?;
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    match (count(Verdict::Holds), count(Verdict::Open)) {
        (0, 0) => writeln!(out, "結論：不符實地考核要件，採書面考核。")?,
        (0, n) if n == findings.len() => writeln!(out, "結論：尚有 {n} 項要件未填，填妥後才能判斷。")?,
        (0, n) => writeln!(out, "結論：已填的情形都不符合；尚有 {n} 項要件未填，填妥後才能判斷。")?,
        (n, _) => writeln!(out, "結論：符合 {n} 項要件，得實施實地考核。")?,
    }
    writeln!(out, "（情形填在 plan.toml 的 [assessment.history] 與 [assessment.visit]）")?;
    Ok(exit::DONE)
}
