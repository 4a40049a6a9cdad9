//! `huibian compile`: examines, typesets, packs, puts in place, sums up.

use std::io::Write;

use crate::identity;
use crate::output::{OutputError, OutputFolder, cache_of};
use crate::pipeline::{self, Delivery, Examination, Products, Settings, TooLarge};
use crate::plan::MailLimit;
use crate::workspace::DiskSource;

use super::args::Compile;
use super::check::print_text;
use super::examination::open;
use super::register::{last_register, moment, put_register};
use super::{exit, numbers, opening, rehearsal, today};

/// What one run made, and weighed when it was only a rehearsal.
pub(super) struct Made {
    pub examination: Examination,
    products: Products,
    weighed: Option<rehearsal::Weighed>,
    settings: Settings,
}

pub fn run(arguments: &Compile) -> anyhow::Result<u8> {
    let Some(Made { examination, products, weighed, settings }) = make(arguments)? else {
        return Ok(exit::COULD_NOT_RUN);
    };
    print_text(&examination)?;
    match &weighed {
        Some(weighed) => rehearsal::print(&examination, &products, weighed)?,
        None => print_summary(&examination, &products, arguments)?,
    }
    numbers::print_changes(&examination, &settings, &mut anstream::stdout())?;
    if examination.numbers.set_aside.is_some() {
        writeln!(
            anstream::stdout(),
            "要改用新的編號，請執行 huibian numbers lock --renumber，再執行一次 compile。"
        )?;
    }
    if arguments.open {
        opening::open(&arguments.out)?;
    }
    Ok(exit::judged(&examination.diagnostics))
}

/// Examines, makes and puts in place; prints nothing but what is wrong with a plan, and then makes nothing.
pub(super) fn make(arguments: &Compile) -> anyhow::Result<Option<Made>> {
    let settings = Settings {
        draft: arguments.draft,
        compare: !arguments.no_compare,
        renumber: arguments.renumber,
        ..Settings::on(today(arguments.today.as_deref())?)
    };
    let Some((opened, plan)) = open(&arguments.inputs, arguments.without, Some(cache_of(&arguments.out)))?
    else {
        return Ok(None);
    };
    let mut output = OutputFolder::begin(&arguments.out, &arguments.inputs)?;
    output.keep(pipeline::is_of_notices);
    let prepared = output.scratch()?;
    let surroundings = opened.surroundings(&prepared);
    let explain = |error| OutputError::explain(error, &arguments.out);
    let examination = pipeline::examine(plan, &settings, &surroundings).map_err(explain)?;
    let source = DiskSource { workspace: opened.workspace.clone(), prepared: prepared.clone() };
    let products =
        pipeline::produce(&examination, &settings, &surroundings, &source, &mut output).map_err(explain)?;
    let weighed = if arguments.dry_run {
        // Everything was made in the staging folder, which goes with `output`.
        Some(rehearsal::weigh(&examination, &surroundings, &source).map_err(explain)?)
    } else {
        let mut register = last_register(&output)?;
        let now = moment(arguments.today.as_deref(), settings.today)?;
        pipeline::receive(&examination, &mut register, now);
        put_register(&register, &mut output).map_err(|error| explain(error.into()))?;
        opened.keep();
        output.commit()?;
        None
    };
    opened.progress.clear();
    Ok(Some(Made { examination, products, weighed, settings }))
}

/// What was made, where it lies, what to do next.
fn print_summary(examination: &Examination, products: &Products, arguments: &Compile) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    let folder = arguments.out.display();
    writeln!(out)?;
    if products.delivery.is_none() {
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
    let form = match &products.official_note {
        Some(note) => format!("自評表：{note}（本程式的自評表留在「內部」，不附送）"),
        None => format!("自評表 {} 頁", products.n_form_pages),
    };
    let Products { n_appendix_pages, n_appendices, .. } = products;
    writeln!(out, "{form}；佐證資料 {n_appendix_pages} 頁、附件 {n_appendices} 項。")?;
    for name in &products.unfollowed {
        writeln!(out, "「{name}」過大，頁碼與連結未能逐一核對，請抽查幾處。")?;
    }
    writeln!(out, "{}。", next(products, examination.plan.limits.of_a_mail()))?;
    Ok(())
}

/// What the clerk does next.
fn next(products: &Products, limit: MailLimit) -> String {
    let fill_in = if products.recipient_known { "" } else { "填入收件人、" };
    match &products.delivery {
        None => "請依上列訊息修正後再執行一次；逐條說明：huibian explain 規則代號".to_owned(),
        Some(Delivery::Mails(1)) => format!("請開啟「郵件草稿.eml」，{fill_in}確認內容後寄出"),
        Some(Delivery::Mails(n)) => {
            format!(
                "超過{}，已分為 {n} 冊；請依序開啟 {n} 封「郵件草稿-第○冊.eml」，{fill_in}確認內容後寄出",
                limit.name()
            )
        }
        Some(Delivery::Disc) => {
            "請將陳報包燒錄於光碟，附「遞送單.pdf」與函寄送；「郵件草稿.eml」可先行通知".to_owned()
        }
        Some(Delivery::Link) => {
            format!("請上傳陳報包，將連結貼入「郵件草稿.eml」，{fill_in}確認內容後寄出")
        }
        Some(Delivery::Undecided(why)) => format!(
            "{}，無法以郵件寄送；請擇一：燒錄光碟並附「遞送單.pdf」，或上傳雲端並將連結貼入「郵件草稿.eml」",
            too_large(why, limit)
        ),
    }
}

/// Why mails cannot carry the bundle.
pub(super) fn too_large(why: &TooLarge, limit: MailLimit) -> String {
    match why {
        TooLarge::Mails(n) => format!("陳報包須分 {n} 封以上郵件，超過計畫所定封數"),
        TooLarge::File { path, bytes } => {
            format!("「{}」（{}）單獨一檔即超過{}", identity::mask(path.as_str()), size(*bytes), limit.name())
        }
        TooLarge::Form => format!("自評表單獨一檔即超過{}", limit.name()),
    }
}

pub(super) fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", bytes.div_ceil(1000))
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
    }
}
