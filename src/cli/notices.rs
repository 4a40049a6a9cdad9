//! `huibian notices`: writes each unit's notice, marked workbook and receipt into the output folder.

use std::io::Write;

use crate::output::{OutputError, OutputFolder};
use crate::pipeline::{self, NoticeMade, NoticeSurroundings, Settings};
use crate::register::{Moment, Register};
use crate::workspace::DiskSource;

use super::args::Notices;
use super::examination::examine;
use super::{exit, now, today};

/// Ends as `check` does: 1 while anything blocks.
pub fn run(arguments: &Notices) -> anyhow::Result<u8> {
    let mut output = OutputFolder::begin(&arguments.out, &arguments.inputs)?;
    let settings = Settings::on(today(arguments.today.as_deref())?);
    let Some(examined) = examine(&arguments.inputs, &settings)? else { return Ok(exit::COULD_NOT_RUN) };
    // With a day given nothing depends on the clock.
    let moment = match arguments.today {
        Some(_) => Moment::Day(settings.today),
        None => Moment::Minute(now().with().second(0).subsec_nanosecond(0).build()?),
    };
    output.keep(|name| !pipeline::is_of_notices(name) || pipeline::is_kept_by_notices(name));
    let register = output.read_last(pipeline::REGISTER)?.unwrap_or_default();
    let mut register = Register::parse(&String::from_utf8_lossy(&register));
    let scratch = output.scratch()?;
    let workspace = &examined.opened.workspace;
    let source = DiskSource { workspace: workspace.clone(), prepared: scratch.clone() };
    let last = output.last_files();
    let surroundings = NoticeSurroundings {
        workspace,
        runner: &examined.opened.runner,
        templates: &examined.opened.templates,
        scratch: &scratch,
        source: &source,
        last: &last,
        today: settings.today,
        now: moment,
    };
    let made = pipeline::notices(&examined.examination, &mut register, &surroundings, &mut output)
        .map_err(|error| OutputError::explain(error, &arguments.out))?;
    output.commit()?;
    print(&made, arguments)?;
    Ok(exit::judged(&examined.examination.diagnostics))
}

fn print(made: &[NoticeMade], arguments: &Notices) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    writeln!(out, "補件通知與收件證明放在「{}」：", arguments.out.join("補件通知").display())?;
    for unit in made {
        let state = match (&unit.notice, unit.n_errors) {
            (None, _) => "沒有待補正事項，只有收件證明".to_owned(),
            (Some(_), 0) => format!("{} 項請確認", unit.n_warnings),
            (Some(_), n) => format!("{}，{n} 項必須補正、{} 項請確認", unit.hand_in.word(), unit.n_warnings),
        };
        writeln!(out, "  {}：{state}", unit.unit)?;
        if let Some(why) = &unit.unmarked_because {
            writeln!(out, "    未能在原檔標註（{why}），改附待修正清單")?;
        }
    }
    if made.iter().any(|unit| unit.notice.is_some() && !unit.has_address) {
        writeln!(out, "有單位的電子郵件未填於秘書單位活頁簿「聯絡人」，請在草稿內補上收件人。")?;
    }
    writeln!(out, "請開啟各單位的「補件通知.eml」，確認內容後寄出。")?;
    Ok(())
}
