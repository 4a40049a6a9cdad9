//! `huibian roll`: a new workspace for another year, from the one at hand.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::assets;
use crate::calendar::OfficeCalendar;
use crate::intake::last;
use crate::inventory::MediaType;
use crate::pipeline;
use crate::place::RelPath;
use crate::plan::{self, PlanLayer, Rolled};
use crate::roc;
use crate::worker::{JobRunner, Processes};
use crate::workspace::{LAST_FOLDER, PLAN_FILE, Workspace, look_into};

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
            let last = arguments.last.as_deref().map(|path| last_figures(path, &base_layers, &text));
            let last = last.transpose()?;
            set_up(&arguments.out, base_layers, &text)?;
            if let Some(last) = last {
                last.lay(&arguments.out)?;
            }
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

/// Last time's figures, found fit to stand beside the new year's.
struct LastFile<'a> {
    from: &'a Path,
    /// Where it is laid, below the new workspace.
    to: RelPath,
}

/// Reads in a worker; what the new workspace would leave aside is an error now.
fn last_figures<'a>(path: &'a Path, base_layers: &[PlanLayer], text: &str) -> anyhow::Result<LastFile<'a>> {
    let shown = path.display();
    let facts = look_into(path).with_context(|| format!("無法讀取「{shown}」"))?;
    let job = pipeline::last_job(path.to_owned(), facts.digests.sha256, facts.media_type);
    let outcomes = Processes::of_this_binary()?.run_all(&[job], &|_| ())?;
    let layer = PlanLayer { file: RelPath::new(PLAN_FILE), text: text.to_owned() };
    let (plan, _) = plan::lower(&[base_layers, &[layer]].concat());
    let plan = plan.context("新計畫有誤，請先執行 huibian plan check")?;
    let name = if facts.media_type == MediaType::Zip { "陳報包.zip" } else { "dossier.json" };
    let to = RelPath::new(format!("{}/{LAST_FOLDER}/{name}", plan.secretariat.folder));
    let reception = outcomes.into_iter().next().context("讀取前次數據沒有結果")?.reception();
    match last::judge(&plan, &to, reception) {
        Ok(_) => Ok(LastFile { from: path, to }),
        Err(reason) => anyhow::bail!("「{shown}」不能作為前次數據：{reason}。請更正 --last"),
    }
}

impl LastFile<'_> {
    fn lay(&self, root: &Path) -> anyhow::Result<()> {
        let to = self.to.components().fold(root.to_owned(), |path, part| path.join(part));
        let context = || format!("無法寫入「{}」", to.display());
        let folder = to.parent().with_context(context)?;
        fs::create_dir_all(folder).with_context(context)?;
        fs::copy(self.from, &to).with_context(context)?;
        Ok(())
    }
}

fn read_advice(path: &Path) -> anyhow::Result<Vec<String>> {
    let shown = path.display();
    let size = fs::metadata(path).with_context(|| format!("無法讀取「{shown}」"))?.len();
    anyhow::ensure!(size <= ADVICE_LIMIT, "「{shown}」太大，應是一行一項建議的文字檔，請更正");
    let text =
        fs::read_to_string(path).with_context(|| format!("無法讀取「{shown}」，請存成 UTF-8 的文字檔"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
