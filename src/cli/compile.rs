//! `huibian compile`: examines, typesets, packs, puts in place, sums up.

use std::io::Write;

use crate::output::{OutputError, OutputFolder};
use crate::pipeline::{self, Examination, Products, Settings};
use crate::workspace::DiskSource;

use super::args::Compile;
use super::check::print_text;
use super::examination::open;
use super::{exit, today};

pub fn run(arguments: &Compile) -> anyhow::Result<u8> {
    let settings = Settings {
        draft: arguments.draft,
        compare: !arguments.no_compare,
        ..Settings::on(today(arguments.today.as_deref())?)
    };
    let Some((opened, plan)) = open(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    let mut output = OutputFolder::begin(&arguments.out, &arguments.inputs)?;
    output.keep(pipeline::is_of_notices);
    let prepared = output.scratch()?;
    let surroundings = opened.surroundings(&prepared);
    let explain = |error| OutputError::explain(error, &arguments.out);
    let examination = pipeline::examine(plan, &settings, &surroundings).map_err(explain)?;
    let source = DiskSource { workspace: opened.workspace.clone(), prepared: prepared.clone() };
    let products =
        pipeline::produce(&examination, &settings, &surroundings, &source, &mut output).map_err(explain)?;
    output.commit()?;
    opened.progress.clear();
    print_text(&examination)?;
    print_summary(&examination, &products, arguments)?;
    Ok(exit::judged(&examination.diagnostics))
}

/// What was made, where it lies, what to do next.
fn print_summary(examination: &Examination, products: &Products, arguments: &Compile) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    let folder = arguments.out.display();
    writeln!(out)?;
    if products.draft {
        let errors = examination.diagnostics.n_errors();
        if errors > 0 {
            writeln!(out, "有 {errors} 個錯誤，只產出草稿，未產生陳報包：")?;
        } else {
            writeln!(out, "依要求只產出草稿，未產生陳報包：")?;
        }
    } else {
        writeln!(out, "完成，放在「{folder}」（識別碼 {}）：", products.identity)?;
    }
    for (name, bytes) in &products.files {
        writeln!(out, "  {name}　{}", size(*bytes))?;
    }
    writeln!(
        out,
        "自評表 {} 頁；佐證資料 {} 頁、附件 {} 項。",
        products.n_form_pages, products.n_appendix_pages, products.n_appendices
    )?;
    let next = if products.draft {
        "請依上列訊息修正後再執行一次；逐條說明：huibian explain 規則代號"
    } else if products.mail_over_limit.is_some() {
        "陳報包超過郵件上限，郵件草稿未附檔；請改以光碟或雲端連結遞送（草稿內有說明）"
    } else if products.recipient_known {
        "請開啟「郵件草稿.eml」，確認內容後寄出"
    } else {
        "請開啟「郵件草稿.eml」，填入收件人、確認內容後寄出"
    };
    writeln!(out, "{next}。")?;
    Ok(())
}

fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", bytes.div_ceil(1000))
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
    }
}
