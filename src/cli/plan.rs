//! `huibian plan`: the plan checked, taken out as a workbook, and taken in again.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::assets;
use crate::diagnostic::Diagnostics;
use crate::forms;
use crate::intake::workbook;
use crate::place::RelPath;
use crate::plan::{self, Plan, PlanLayer, sheets};
use crate::worker::{Job, JobRunner, JobTask, Outcome, Processes};
use crate::workspace::{PLAN_FILE, Workspace};

use super::args::{Folder, PlanCommand, PlanExport, PlanImport};
use super::collate::digest;
use super::{builtin_layers, exit, print_plan_diagnostics, write_new};

pub fn run(command: &PlanCommand) -> anyhow::Result<u8> {
    match command {
        PlanCommand::Check(arguments) => check(arguments),
        PlanCommand::Export(arguments) => export(arguments),
        PlanCommand::Import(arguments) => import(arguments),
    }
}

/// The layers of a workspace: those of the built-in plan, and its own.
struct Layers {
    base: String,
    builtin: Vec<PlanLayer>,
    own: Option<PlanLayer>,
}

impl Layers {
    fn of(inputs: &Path) -> anyhow::Result<Self> {
        let own = Workspace::open(inputs)?.plan_layer()?;
        let base = own.as_ref().and_then(|layer| plan::based_on(&layer.text));
        let base = base.unwrap_or_else(|| assets::plans::DEFAULT.to_owned());
        Ok(Layers { builtin: builtin_layers(&base)?, base, own })
    }

    fn all(&self) -> Vec<PlanLayer> {
        self.builtin.iter().chain(&self.own).cloned().collect()
    }
}

fn check(arguments: &Folder) -> anyhow::Result<u8> {
    let layers = Layers::of(&arguments.inputs)?;
    let Some(plan) = lowered(&layers.all())? else { return Ok(exit::ERRORS_FOUND) };
    let mut out = anstream::stdout();
    writeln!(
        out,
        "計畫無誤：{}（{} 個單位、{} 項任務、{} 項佐證、{} 項指標；內建計畫 {}）",
        plan.title,
        plan.units.len(),
        plan.tasks.len(),
        plan.evidence().count(),
        plan.indicators().count(),
        layers.base
    )?;
    for note in &plan.notes {
        writeln!(out, "  ・{note}")?;
    }
    Ok(exit::DONE)
}

fn export(arguments: &PlanExport) -> anyhow::Result<u8> {
    let layers = Layers::of(&arguments.inputs)?.all();
    let Some(plan) = lowered(&layers)? else { return Ok(exit::COULD_NOT_RUN) };
    let sheets = sheets::sheets(&layers, &mut Diagnostics::new()).context("計畫檔無法讀取")?;
    write_new(&arguments.workbook, &forms::plan_workbook(&plan, &sheets)?)?;
    let shown = arguments.workbook.display();
    writeln!(anstream::stdout(), "已匯出「{shown}」。修改後執行 huibian plan import 匯入。")?;
    Ok(exit::DONE)
}

fn import(arguments: &PlanImport) -> anyhow::Result<u8> {
    let layers = Layers::of(&arguments.inputs)?;
    let path = &arguments.workbook;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let file = RelPath::new(name);
    let job = Job { path: path.clone(), sha256: digest(path)?, task: JobTask::ReadWorkbook };
    let outcomes = Processes::of_this_binary()?.run_all(&[job], &|_| ())?;
    let grid = match outcomes.into_iter().next() {
        Some(Outcome::Workbook(grid)) => grid,
        Some(Outcome::NoWorkbook(failure)) => {
            let mut told = Diagnostics::new();
            told.push(workbook::failure_diagnostic(&failure, &file));
            print_plan_diagnostics(&told)?;
            return Ok(exit::ERRORS_FOUND);
        }
        _ => anyhow::bail!("「{}」無法在限制內解讀，請重新匯出後再修改", path.display()),
    };
    let mut told = Diagnostics::new();
    let reading = sheets::read(&layers.all(), &grid, &file, &mut told);
    let text = reading.as_ref().and_then(|reading| reading.layer_text(layers.own.as_ref(), &layers.base));
    let (Some(reading), Some(text)) = (reading, text) else {
        print_plan_diagnostics(&told)?;
        return Ok(exit::ERRORS_FOUND);
    };
    let layer = PlanLayer { file: RelPath::new(PLAN_FILE), text: text.clone() };
    let whole: Vec<PlanLayer> = layers.builtin.iter().cloned().chain([layer.clone()]).collect();
    let (_, found) = plan::lower(&whole);
    let found = reading.at_cells(found, &layer.file, &told);
    told.extend(found);
    if told.block() {
        print_plan_diagnostics(&told)?;
        return Ok(exit::ERRORS_FOUND);
    }
    write_new(&arguments.out, text.as_bytes())?;
    let shown = arguments.out.display();
    writeln!(
        anstream::stdout(),
        "已寫入「{shown}」：與原計畫有 {} 處不同。核對後請以它取代工作資料夾的 {PLAN_FILE}。",
        reading.n_differences()
    )?;
    Ok(exit::DONE)
}

/// The plan, or what is wrong with it (already printed).
fn lowered(layers: &[PlanLayer]) -> anyhow::Result<Option<Plan>> {
    let (plan, diagnostics) = plan::lower(layers);
    if !diagnostics.is_empty() {
        print_plan_diagnostics(&diagnostics)?;
    }
    Ok(plan)
}
