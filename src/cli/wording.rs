//! The command line's help and errors in Chinese: what `clap` says of itself in English is said here.
//!
//! Knows the words of every command line, and none of ours: commands and options stand in `args`.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, Error, FromArgMatches};

use super::args::Arguments;

const SHAPE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// The arguments as typed; else what to print, and whether that is an error.
pub fn parse() -> Result<Arguments, (String, bool)> {
    let command = in_chinese(Arguments::command(), "");
    let parsed = command.try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    parsed.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => (error.render().to_string(), false),
        _ => (told(&error), true),
    })
}

fn in_chinese(command: Command, above: &str) -> Command {
    let path = format!("{above}{} ", command.get_name());
    let usage = usage(&command, above);
    let is_top = above.is_empty();
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("顯示這份說明");
    let mut command = command.disable_help_flag(true).disable_version_flag(true).arg(help);
    if is_top {
        let version = Arg::new("version").short('V').long("version");
        command = command.arg(version.action(ArgAction::Version).help("顯示版本"));
    }
    command
        .disable_help_subcommand(true)
        .help_template(SHAPE)
        .override_usage(usage)
        .subcommand_help_heading("指令")
        .mut_args(argument)
        .mut_subcommands(|inner| in_chinese(inner, &path))
}

fn usage(command: &Command, above: &str) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let usage = usage.replace("[OPTIONS]", "[選項]").replace("COMMAND", "指令");
    format!("{above}{usage}")
}

fn argument(argument: Arg) -> Arg {
    let heading = if argument.is_positional() { "參數" } else { "選項" };
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let possible: Vec<String> =
        argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let takes_values = argument.get_action().takes_values();
    let mut help = argument.get_help().map(StyledStr::to_string).unwrap_or_default();
    if takes_values && !possible.is_empty() {
        help.push_str(&format!("：{}", possible.join("、")));
    }
    if takes_values && !defaults.is_empty() {
        help.push_str(&format!("（預設：{}）", defaults.join("、")));
    }
    argument.help_heading(heading).hide_default_value(true).hide_possible_values(true).help(help)
}

/// One line: what was typed wrong, what was meant, where the whole is explained.
fn told(error: &Error) -> String {
    let of = |kind| error.get(kind).map(shown).unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("沒有「{}」這個指令", of(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("沒有「{}」這個選項或參數", of(ContextKind::InvalidArg)),
        ErrorKind::MissingRequiredArgument => format!("少了 {}", of(ContextKind::InvalidArg)),
        ErrorKind::MissingSubcommand => "少了指令".to_owned(),
        ErrorKind::ArgumentConflict => format!(
            "「{}」不能重複，或不能與「{}」同時使用",
            of(ContextKind::InvalidArg),
            of(ContextKind::PriorArg)
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
            match (value.is_empty(), of(ContextKind::ValidValue)) {
                (true, _) => format!("「{argument}」後面少了內容"),
                (false, valid) if valid.is_empty() => format!("「{argument}」不接受「{value}」"),
                (false, valid) => format!("「{argument}」不接受「{value}」，可用的有：{valid}"),
            }
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("「{}」的內容個數不對", of(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidUtf8 => "參數中有無法辨認的文字".to_owned(),
        _ => "指令的寫法有誤".to_owned(),
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .map(of)
        .find(|near| !near.is_empty());
    let near = near.map_or_else(String::new, |near| format!("（是不是「{near}」？）"));
    format!("無法執行：{what}{near}。請看說明：huibian --help，或在指令後加 --help\n")
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
