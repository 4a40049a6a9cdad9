//! `huibian init`: lays out a workspace. Never overwrites a file.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::forms;
use crate::plan::{self, Plan, UnitId};
use crate::workspace::PLAN_FILE;

use super::args::Init;
use super::{builtin_layers, exit, write_new};

pub fn run(arguments: &Init) -> anyhow::Result<u8> {
    let (plan, diagnostics) = plan::lower(&builtin_layers(&arguments.plan)?);
    let plan = plan.with_context(|| format!("內建計畫有誤：{:?}", diagnostics.iter().next()))?;
    let root = &arguments.inputs;
    if root.join(PLAN_FILE).exists() {
        anyhow::bail!(
            "「{}」已經是工作資料夾（有 {PLAN_FILE}）。要重新產生空白表，請執行 huibian forms。",
            root.display()
        );
    }
    create_folder(root)?;
    write_new(&root.join(PLAN_FILE), plan_text(&arguments.plan).as_bytes())?;
    write_if_absent(&root.join("使用說明.txt"), forms::guide(&plan).as_bytes())?;
    lay_out(&plan, root)?;
    let mut out = anstream::stdout();
    writeln!(out, "已建立工作資料夾「{}」：", root.display())?;
    writeln!(out, "  1. 把各單位資料夾內的填報檔寄給各單位填寫，收回後放回原處")?;
    writeln!(out, "  2. 佐證檔案放進各佐證項目的子資料夾，檔名不拘")?;
    writeln!(out, "  3. 填寫「{}」的活頁簿", plan.secretariat.folder)?;
    writeln!(out, "  4. 執行 huibian check 檢核，再執行 huibian compile 產製")?;
    Ok(exit::DONE)
}

/// Folders and blank workbooks of every unit and of the secretariat.
fn lay_out(plan: &Plan, root: &Path) -> anyhow::Result<()> {
    let folder = root.join(&plan.secretariat.folder);
    create_folder(&folder)?;
    let workbook = forms::secretariat_workbook(plan, &forms::Filling::default())?;
    write_if_absent(&folder.join(format!("{}.xlsx", plan.secretariat.folder)), &workbook)?;
    for unit in &plan.units {
        let folder = root.join(&unit.name);
        create_folder(&folder)?;
        let workbook = forms::unit_workbook(plan, &unit.id, &forms::Filling::default())?;
        write_if_absent(&folder.join(format!("{}.xlsx", unit.name)), &workbook)?;
        for item in item_folders(plan, &unit.id) {
            create_folder(&folder.join(item))?;
        }
    }
    Ok(())
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
