//! `huibian watch`: runs `compile` or `check` again whenever files of the workspace have changed.
//!
//! One line per event, what blocks below it. Looks at the folder instead of asking the system to be told:
//! shares of an office's file server tell nobody. What a change is, `watching` decides.

use std::io::{IsTerminal, Write};
use std::thread;
use std::time::Duration;

use crate::diagnostic::Diagnostics;
use crate::pipeline::{Examination, Settings};
use crate::render;
use crate::watching::{Change, Event, Watch as Watching};
use crate::workspace::Workspace;

use super::args::{Compile, Watch};
use super::examination::examine;
use super::{compile, now, opening, today, told, width};

/// Between two looks at the folder.
const EVERY: Duration = Duration::from_secs(1);
/// Files named in a line.
const MOST_NAMED: usize = 3;

/// Never returns of itself: Ctrl-C ends it, or a console that is no longer there.
pub fn run(arguments: &Watch) -> anyhow::Result<u8> {
    let workspace = Workspace::open(&arguments.inputs)?;
    let mut watching = Watching::new(workspace.stamps()?);
    let mut console = Console { last_refusal: None };
    let what = if arguments.check_only { "檢核" } else { "產製" };
    let folder = arguments.inputs.display();
    console.line(&format!("監看「{folder}」：存檔後自動重新{what}。按 Ctrl-C 結束。"))?;
    let mut is_first = true;
    let mut due = Some("開始".to_owned());
    loop {
        if let Some(why) = due.take() {
            let outcome = attempt(arguments);
            if let Outcome::Refused(_) = outcome {
                watching.failed();
            }
            console.report(&why, &outcome)?;
            if is_first && matches!(outcome, Outcome::Made { .. }) {
                is_first = false;
                if arguments.open {
                    opening::open(&arguments.out)?;
                }
            }
        }
        thread::sleep(EVERY);
        match workspace.stamps() {
            Ok(stamps) => match watching.observe(stamps) {
                Event::Wait => {}
                Event::Changed(changes) => {
                    console.last_refusal = None;
                    due = Some(named(&changes));
                }
                Event::Again => due = Some("重試".to_owned()),
            },
            Err(error) => {
                console.report("讀取資料夾", &Outcome::Refused(error.to_string()))?;
                watching.failed();
            }
        }
    }
}

/// How a run ended.
enum Outcome {
    Made {
        examination: Box<Examination>,
        result: String,
    },
    /// What is wrong with the plan has been printed.
    PlanUnreadable,
    /// The environment stood in the way.
    Refused(String),
}

fn attempt(arguments: &Watch) -> Outcome {
    let made = match arguments.check_only {
        true => check(arguments),
        false => make(arguments),
    };
    match made {
        Ok(Some((examination, result))) => Outcome::Made { examination: Box::new(examination), result },
        Ok(None) => Outcome::PlanUnreadable,
        Err(error) => Outcome::Refused(told(&error)),
    }
}

fn check(arguments: &Watch) -> anyhow::Result<Option<(Examination, String)>> {
    let settings = Settings::on(today(arguments.today.as_deref())?);
    let examined = examine(&arguments.inputs, &settings, arguments.without)?;
    Ok(examined.map(|examined| (examined.examination, "已重新檢核".to_owned())))
}

fn make(arguments: &Watch) -> anyhow::Result<Option<(Examination, String)>> {
    let made = compile::make(&Compile {
        inputs: arguments.inputs.clone(),
        out: arguments.out.clone(),
        draft: false,
        renumber: false,
        dry_run: false,
        no_compare: false,
        open: false,
        today: arguments.today.clone(),
        without: arguments.without,
    })?;
    Ok(made.map(|made| {
        let folder = arguments.out.display();
        let result = match made.examination.diagnostics.block() {
            true => format!("只產出草稿於「{folder}」"),
            false => format!("已重新產製「{folder}」"),
        };
        (made.examination, result)
    }))
}

/// What is printed while watching.
struct Console {
    /// A refusal that was told; told again only when it is another.
    last_refusal: Option<String>,
}

impl Console {
    /// One line with the time of day, by the clock of this console.
    fn line(&self, text: &str) -> anyhow::Result<()> {
        let mut out = anstream::stdout();
        writeln!(out, "{}　{text}", now().strftime("%H:%M:%S"))?;
        out.flush()?;
        Ok(())
    }

    fn report(&mut self, why: &str, outcome: &Outcome) -> anyhow::Result<()> {
        let refusal = match outcome {
            Outcome::Refused(refusal) => Some(refusal.clone()),
            _ => None,
        };
        if refusal.is_some() && refusal == self.last_refusal {
            return Ok(());
        }
        match outcome {
            Outcome::Made { examination, result } => {
                self.line(&format!("{why} → {}；{result}", count(&examination.diagnostics)))?;
                print_errors(examination)?;
            }
            Outcome::PlanUnreadable => self.line(&format!("{why} → 計畫檔有誤，未執行；請依上列訊息修正"))?,
            Outcome::Refused(refusal) => self.line(&format!("{why} → 無法執行：{refusal}"))?,
        }
        self.last_refusal = refusal;
        Ok(())
    }
}

fn count(diagnostics: &Diagnostics) -> String {
    format!("錯誤 {}、警告 {}", diagnostics.n_errors(), diagnostics.n_warnings())
}

fn print_errors(examination: &Examination) -> anyhow::Result<()> {
    let options = render::TextOptions { colour: std::io::stdout().is_terminal(), width: width() };
    let mut out = anstream::stdout();
    write!(out, "{}", render::errors(&examination.diagnostics, &examination.plan, &options))?;
    out.flush()?;
    Ok(())
}

/// 「甲.xlsx 變更、乙.pdf 新增，等 5 個檔案」.
fn named(changes: &[Change]) -> String {
    let name = |change: &Change| {
        let (path, what) = match change {
            Change::Added(path) => (path, "新增"),
            Change::Written(path) => (path, "變更"),
            Change::Removed(path) => (path, "移除"),
        };
        format!("{} {what}", render::clean(path.as_str()))
    };
    let first = changes.iter().take(MOST_NAMED).map(name).collect::<Vec<_>>().join("、");
    match changes.len() > MOST_NAMED {
        true => format!("{first}，等 {} 個檔案", changes.len()),
        false => first,
    }
}
