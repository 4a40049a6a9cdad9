//! The command line: reads the clock and the terminal, calls the pipeline, prints, exits.
//!
//! One file per subcommand. The only place that prints and the only one that knows exit codes.

mod annexes;
mod answers;
mod appeal;
mod args;
mod attach_signed;
mod check;
mod collate;
mod compile;
mod diff;
mod examination;
mod explain;
mod fill;
mod forms;
mod init;
mod menu;
mod notices;
mod numbers;
mod opening;
mod panel;
mod plan;
mod progress;
mod register;
mod rehearsal;
mod repairs;
mod roll;
mod score;
mod status;
mod templates;
mod timeline;
mod trace;
mod verify;
mod visit;
mod watch;
mod wording;

use std::io::{BufReader, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use jiff::civil::{Date, DateTime};

use crate::assets::{self, Templates};
use crate::calendar::OfficeCalendar;
use crate::diagnostic::Diagnostics;
use crate::output::OutputError;
use crate::overrides;
use crate::plan::{Plan, PlanLayer};
use crate::refusal;
use crate::render;
use crate::roc;
use crate::worker;
use crate::workspace::{OpenError, Workspace};

use args::Command;

/// Exit codes; the table in ARCHITECTURE.md is the same.
mod exit {
    pub const DONE: u8 = 0;
    pub const ERRORS_FOUND: u8 = 1;
    pub const COULD_NOT_RUN: u8 = 2;
    pub const BUSY: u8 = 11;
    pub const FAULT_FOUND: u8 = 12;
    pub const CANCELLED: u8 = 130;

    /// How a command that judges inputs ends.
    pub fn judged(diagnostics: &crate::diagnostic::Diagnostics) -> u8 {
        if diagnostics.block() { ERRORS_FOUND } else { DONE }
    }
}

/// Parses the command line, runs it, prints what went wrong.
pub fn run() -> ExitCode {
    let arguments = match wording::parse() {
        Ok(arguments) => arguments,
        Err((text, false)) => {
            let _ = write!(anstream::stdout(), "{text}");
            return ExitCode::from(exit::DONE);
        }
        Err((text, true)) => {
            let _ = write!(anstream::stderr(), "{text}");
            return ExitCode::from(exit::COULD_NOT_RUN);
        }
    };
    end_on_interrupt(arguments.command.as_ref());
    let result = match arguments.command {
        None => menu::run(),
        Some(command) => dispatch(command),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "無法執行：{}", told(&error));
            ExitCode::from(exit_code_of(&error))
        }
    }
}

/// Ctrl-C ends at once, in the midst of a run too: the workers got the same signal, and a run that went on
/// without them would take their end for damaged files. Outputs are whole or absent at every moment.
fn end_on_interrupt(command: Option<&Command>) {
    if !matches!(command, Some(Command::Worker)) {
        // Where no handler can be set, the system's own way of ending stays.
        let _ = ctrlc::set_handler(|| std::process::exit(i32::from(exit::CANCELLED)));
    }
}

fn dispatch(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Forms(arguments) => forms::run(&arguments),
        Command::Templates(arguments) => templates::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Timeline(arguments) => timeline::run(&arguments),
        Command::Notices(arguments) => notices::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Compile(arguments) => compile::run(&arguments),
        Command::AttachSigned(arguments) => attach_signed::run(&arguments),
        Command::Fill(arguments) => fill::run(&arguments),
        Command::Numbers(command) => numbers::run(&command),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Trace(arguments) => trace::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Appeal(arguments) => appeal::run(&arguments),
        Command::Annexes(arguments) => annexes::run(&arguments),
        Command::Plan(command) => self::plan::run(&command),
        Command::Collate(arguments) => collate::run(&arguments),
        Command::Roll(arguments) => roll::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Visit(arguments) => visit::run(&arguments),
        Command::Panel(arguments) => panel::run(&arguments),
        Command::Worker => {
            worker::serve(BufReader::new(std::io::stdin()), std::io::stdout().lock())?;
            Ok(exit::DONE)
        }
    }
}

/// An error with what led to it, outermost first; the system's refusals in the users' words.
fn told(error: &anyhow::Error) -> String {
    let words = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<std::io::Error>() {
        Some(refused) => refusal::words(refused),
        None => cause.to_string(),
    };
    error.chain().map(words).collect::<Vec<_>>().join("：")
}

fn exit_code_of(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<OutputError>() {
        Some(OutputError::Busy { .. }) => exit::BUSY,
        _ => exit::COULD_NOT_RUN,
    }
}

/// The day given, or today in Taiwan.
fn today(given: Option<&str>) -> anyhow::Result<Date> {
    match given {
        Some(text) => read_day(text),
        None => Ok(now().date()),
    }
}

/// The clock in Taiwan (UTC+8, no daylight saving since 1980).
fn now() -> DateTime {
    jiff::tz::Offset::constant(8).to_datetime(jiff::Timestamp::now())
}

/// A day typed on the command line.
fn read_day(text: &str) -> anyhow::Result<Date> {
    match roc::read_date(text) {
        roc::DateReading::Day { date, .. } => Ok(date),
        _ => anyhow::bail!("日期「{text}」看不懂，請寫成 111-02-15"),
    }
}

/// The workspace's plan, or what is wrong with it (already printed).
fn load_plan(workspace: &Workspace) -> anyhow::Result<Option<Plan>> {
    let own = workspace.plan_layer()?;
    let name = own.as_ref().and_then(|layer| crate::plan::based_on(&layer.text));
    let name = name.unwrap_or_else(|| assets::plans::DEFAULT.to_owned());
    let mut layers = builtin_layers(&name)?;
    layers.extend(own);
    let (plan, diagnostics) = crate::plan::lower(&layers);
    if !diagnostics.is_empty() {
        print_plan_diagnostics(&diagnostics)?;
    }
    Ok(if diagnostics.block() { None } else { plan })
}

/// The workspace's plan; outside a workspace the built-in one.
fn plan_for(inputs: &Path) -> anyhow::Result<Option<Plan>> {
    if inputs.is_dir() {
        return load_plan(&Workspace::open(inputs)?);
    }
    if let missing @ OpenError::Beside(_) = OpenError::missing(inputs) {
        return Err(missing.into());
    }
    Ok(crate::plan::lower(&builtin_layers(assets::plans::DEFAULT)?).0)
}

/// The office calendar with the plan's closures.
fn calendar_of(plan: &Plan) -> OfficeCalendar {
    OfficeCalendar::builtin().with_closures(plan.deadlines.extra_closures.iter().copied())
}

/// The layers of a built-in plan, those of the plan it builds on first.
fn builtin_layers(name: &str) -> anyhow::Result<Vec<PlanLayer>> {
    let layers = crate::plan::builtin_layers(name, &assets::plans::builtin);
    layers.with_context(|| {
        let known: Vec<&str> = assets::plans::names().collect();
        format!("沒有名為「{name}」的內建計畫；可用的有：{}", known.join("、"))
    })
}

fn print_plan_diagnostics(diagnostics: &Diagnostics) -> anyhow::Result<()> {
    let mut out = anstream::stderr();
    let options = render::TextOptions { colour: true, width: width() };
    write!(out, "{}", render::plan_text(diagnostics, &options))?;
    Ok(())
}

/// Templates with the workspace's own laid over them; what is wrong with these, the examination tells.
fn load_templates(workspace: &Workspace) -> Result<Templates, OpenError> {
    Ok(overrides::lay_over(&workspace.template_files(overrides::MOST_BYTES)?).0)
}

/// Columns of the terminal, or 100 when piped.
fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100)
}

/// Writes a file that must not exist yet.
fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(|| format!("無法建立「{}」", path.display()))?;
    file.write_all(bytes).with_context(|| format!("無法寫入「{}」", path.display()))?;
    file.sync_all().with_context(|| format!("無法寫入「{}」", path.display()))
}
