//! `huibian explain`: the wording of a rule, or the list of all rules.

use std::io::Write;

use anyhow::bail;

use crate::folding::did_you_mean;
use crate::render;
use crate::rules;

use super::args::Explain;
use super::exit;

pub fn run(arguments: &Explain) -> anyhow::Result<u8> {
    let rules = rules::all();
    let mut out = anstream::stdout();
    let Some(id) = &arguments.rule else {
        for rule in &rules {
            writeln!(out, "{:<34} {}", rule.id, rule.title)?;
        }
        return Ok(exit::DONE);
    };
    // People paste the exception key as well as the id.
    let id = id.split('@').next().unwrap_or(id);
    let Some(rule) = rules.iter().find(|rule| rule.id == id) else {
        match did_you_mean(id, rules.iter().map(|rule| rule.id)) {
            Some(nearest) => bail!("沒有「{id}」這條規則；您是指「{nearest}」嗎？"),
            None => bail!("沒有「{id}」這條規則；不加代號可列出全部"),
        }
    };
    write!(out, "{}", render::explain(rule))?;
    Ok(exit::DONE)
}
