//! `huibian roll`: a new workspace for another year, from the one at hand.

use std::fs;
use std::io::Write;

use anyhow::Context;

use crate::assets;
use crate::calendar::OfficeCalendar;
use crate::plan::{self, Rolled};
use crate::roc;
use crate::workspace::Workspace;

use super::args::Roll;
use super::init::set_up;
use super::{answers, builtin_layers, exit, print_plan_diagnostics};

/// Longest list of recommendations read, in bytes: far more than any letter.
const ADVICE_LIMIT: u64 = 1 << 20;

pub fn run(arguments: &Roll) -> anyhow::Result<u8> {
    let workspace = Workspace::open(&arguments.inputs)?;
    let Some(current) = answers::read(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    if arguments.year <= current.plan.year {
        anyhow::bail!("新年度 {} 須晚於現有計畫的 {} 年度，請更正 --year", arguments.year, current.plan.year);
    }
    let own = workspace.plan_layer()?;
    let name = own.as_ref().and_then(|layer| plan::based_on(&layer.text));
    let name = name.unwrap_or_else(|| assets::plans::DEFAULT.to_owned());
    let base = base_for(&name, arguments.year)?;
    let mut advice = match &arguments.advice {
        Some(path) => read_advice(path)?,
        None => Vec::new(),
    };
    // What was left unanswered last time is asked again.
    let open = current.secretariat.recommendations.iter().filter(|one| one.action.is_none());
    advice.extend(open.map(|one| one.advice.value.clone()));
    let base_layers = builtin_layers(&base)?;
    let rolled = plan::roll(&Rolled {
        below: &builtin_layers(&name)?,
        own: own.as_ref(),
        base: &base,
        base_layers: &base_layers,
        year: arguments.year,
        calendar: OfficeCalendar::builtin(),
        advice: &advice,
    });
    match rolled {
        Err(diagnostics) => {
            print_plan_diagnostics(&diagnostics)?;
            Ok(exit::COULD_NOT_RUN)
        }
        Ok(text) => {
            set_up(&arguments.out, base_layers, &text)?;
            let mut out = anstream::stdout();
            writeln!(out, "請先逐一核對新計畫檔開頭所列、沒有公開來源的事項：")?;
            let mut remarks = text.lines().map_while(|line| line.strip_prefix("# "));
            remarks.try_for_each(|line| writeln!(out, "  {line}"))?;
            Ok(exit::DONE)
        }
    }
}

/// The built-in plan to build on: the one in use, or one that states a younger law in force on the
/// year's first day and no year of its own.
fn base_for(name: &str, year: i16) -> anyhow::Result<String> {
    let first_day = roc::from_roc(year, 1, 1).with_context(|| format!("{year} 不是民國年，請更正 --year"))?;
    let mut law = plan::law_in_force(&builtin_layers(name)?);
    let mut base = name.to_owned();
    for other in assets::plans::names().filter(|other| !plan::states_a_year(assets::plans::builtin(other))) {
        let in_force = plan::law_in_force(&builtin_layers(other)?);
        if in_force > law && in_force.is_some_and(|from| from <= first_day) {
            (law, base) = (in_force, other.to_owned());
        }
    }
    Ok(base)
}

fn read_advice(path: &std::path::Path) -> anyhow::Result<Vec<String>> {
    let shown = path.display();
    let size = fs::metadata(path).with_context(|| format!("無法讀取「{shown}」"))?.len();
    anyhow::ensure!(size <= ADVICE_LIMIT, "「{shown}」太大，應是一行一項建議的文字檔，請更正");
    let text =
        fs::read_to_string(path).with_context(|| format!("無法讀取「{shown}」，請存成 UTF-8 的文字檔"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
