//! `huibian init`: lays out a workspace. Never overwrites a file.

use std::fs;
use std::io::Write;
use std::path::{Component, Path};

use anyhow::Context;

use crate::assessment;
use crate::assets;
use crate::forms::{self, Filling};
use crate::place::RelPath;
use crate::plan::{self, Plan, PlanLayer, UnitId, governments};
use crate::workspace::PLAN_FILE;

use super::args::{INPUTS, Init};
use super::{builtin_layers, exit, templates, write_new};

pub fn run(arguments: &Init) -> anyhow::Result<u8> {
    let base = builtin_layers(&arguments.plan)?;
    let text = match &arguments.government {
        None => plan_text(&arguments.plan),
        Some(name) => government_text(&arguments.plan, &base, name)?,
    };
    set_up(&arguments.inputs, base, &text)?;
    if arguments.templates {
        templates::write_out(&arguments.inputs)?;
    }
    Ok(exit::DONE)
}

/// A new workspace with this plan layer: folders, blank workbooks, instructions.
pub(super) fn set_up(root: &Path, mut layers: Vec<PlanLayer>, text: &str) -> anyhow::Result<()> {
    layers.push(PlanLayer { file: RelPath::new(PLAN_FILE), text: text.to_owned() });
    let (plan, diagnostics) = plan::lower(&layers);
    let plan = plan.with_context(|| format!("內建計畫有誤：{:?}", diagnostics.iter().next()))?;
    if root.join(PLAN_FILE).exists() {
        anyhow::bail!(
            "「{}」已經是工作資料夾（有 {PLAN_FILE}）。要重新產生空白表，請執行 huibian forms。",
            root.display()
        );
    }
    create_folder(root)?;
    write_new(&root.join(PLAN_FILE), text.as_bytes())?;
    write_if_absent(&root.join("使用說明.txt"), forms::guide(&plan).as_bytes())?;
    lay_out(&plan, root)?;
    let mut out = anstream::stdout();
    writeln!(out, "已建立工作資料夾「{}」：", root.display())?;
    writeln!(out, "  1. 把各單位資料夾內的填報檔寄給各單位填寫，收回後放回原處")?;
    writeln!(out, "  2. 佐證檔案放進各佐證項目的子資料夾，檔名不拘")?;
    writeln!(out, "  3. 填寫「{}」的活頁簿", plan.secretariat.folder)?;
    let named = if root == Path::new(INPUTS) { String::new() } else { format!(" {}", root.display()) };
    // The output lies beside the workspace, never in it.
    let beside = if root.components().eq([Component::CurDir]) { " --out ../output" } else { "" };
    writeln!(out, "  4. 執行 huibian check{named} 檢核，再執行 huibian compile{named}{beside} 產製")?;
    Ok(())
}

fn government_text(base: &str, layers: &[PlanLayer], name: &str) -> anyhow::Result<String> {
    let profiles = governments::profiles(assets::governments::PROFILES).map_err(anyhow::Error::msg)?;
    let profile = governments::find(&profiles, name).with_context(|| {
        let known: Vec<&str> = profiles.iter().map(|profile| profile.short.as_str()).collect();
        format!("沒有「{name}」；可用的有：{}，請擇一", known.join("、"))
    })?;
    governments::localise(base, layers, &profiles, profile)
        .with_context(|| format!("內建計畫「{base}」無法改為{}", profile.name))
}

/// Folders and blank workbooks of every unit and of the secretariat.
fn lay_out(plan: &Plan, root: &Path) -> anyhow::Result<()> {
    let folder = root.join(&plan.secretariat.folder);
    create_folder(&folder)?;
    let workbook = forms::secretariat_workbook(plan, &Filling::of_plan(plan))?;
    write_if_absent(&folder.join(format!("{}.xlsx", plan.secretariat.folder)), &workbook)?;
    for unit in &plan.units {
        let folder = root.join(&unit.name);
        create_folder(&folder)?;
        let workbook = forms::unit_workbook(plan, &unit.id, &Filling::default())?;
        write_if_absent(&folder.join(format!("{}.xlsx", unit.name)), &workbook)?;
        for item in item_folders(plan, &unit.id) {
            create_folder(&folder.join(&item))?;
            for year in joint_years(plan) {
                create_folder(&folder.join(&item).join(assessment::year_folder(year)))?;
            }
        }
    }
    Ok(())
}

/// Years whose evidence has to be told apart; none when only one is assessed.
fn joint_years(plan: &Plan) -> Vec<i16> {
    let years: Vec<i16> = plan.periods().into_iter().map(|(year, _)| year).collect();
    if years.len() > 1 { years } else { Vec::new() }
}

fn item_folders<'a>(plan: &'a Plan, unit: &'a UnitId) -> impl Iterator<Item = String> + 'a {
    plan.tasks_of(unit).flat_map(|task| &task.evidence).map(|item| item.folder_name())
}

/// What a new workspace's plan says: its base, and how to differ from it.
fn plan_text(name: &str) -> String {
    format!(
        "# 本工作資料夾的計畫：以內建計畫為底，只寫與它不同的地方。\n\
         based_on = \"{name}\"\n\
         \n\
         # 例：單位改名、期限變更（去掉行首的 # 號即生效）\n\
         # [unit.labour]\n\
         # name = \"勞工及青年處\"\n\
         # [deadlines]\n\
         # final_exact = \"111-03-14\"\n"
    )
}

fn create_folder(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).with_context(|| format!("無法建立資料夾「{}」", path.display()))
}

fn write_if_absent(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if path.exists() { Ok(()) } else { write_new(path, bytes) }
}
