//! Diagnostics for people: by unit, errors first, with the row's cells and a caret under the one.
//!
//! Messages and hints are wrapped; places and exception keys are not, so that they can be copied.
//! The only file that names `anstyle`.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::place::Place;
use crate::plan::Plan;

use super::columns::{hang, pad, width, wrap};
use super::excerpt::draw;
use super::{clean, groups, open, severity_word};

/// Diagnostics that are alike shown in full before the rest is listed by place.
const SHOWN_ALIKE: usize = 3;
/// Only more than this many alike are folded.
const FOLDED_ABOVE: usize = 8;
/// Places of folded diagnostics that are named.
const NAMED_ALIKE: usize = 12;

/// How text is laid out.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    pub colour: bool,
    /// Columns of the terminal; used within 48–120.
    pub width: usize,
}

impl TextOptions {
    fn columns(&self) -> usize {
        self.width.clamp(48, 120)
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

const FRAME: Style = AnsiColor::Cyan.on_default();
const ACCEPTED: Style = AnsiColor::Green.on_default();

fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
    }
}

/// Everything, grouped by unit in plan order, the secretariat's own first; a count at the end.
pub fn text(diagnostics: &Diagnostics, plan: &Plan, options: &TextOptions) -> String {
    let mut out = String::new();
    for own in groups(diagnostics, plan) {
        title(&mut out, own.name, &own.diagnostics, options);
        group(&mut out, &own.diagnostics, options);
    }
    let style = if diagnostics.block() { style_of(Severity::Error) } else { Style::new().bold() };
    for line in wrap(&summary(diagnostics), options.columns()) {
        push(&mut out, &options.paint(style, &line));
    }
    out
}

/// What blocks and nothing else, grouped as in [`text`], whose headings count the warnings too.
pub fn errors(diagnostics: &Diagnostics, plan: &Plan, options: &TextOptions) -> String {
    let mut out = String::new();
    for own in groups(diagnostics, plan) {
        let blocking: Vec<&Diagnostic> = own.diagnostics.iter().copied().filter(|d| d.blocks()).collect();
        if !blocking.is_empty() {
            title(&mut out, own.name, &own.diagnostics, options);
            group(&mut out, &blocking, options);
        }
    }
    out
}

/// Diagnostics of the plan itself, before there is a plan to group them by.
pub fn plan_text(diagnostics: &Diagnostics, options: &TextOptions) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter() {
        one(&mut out, diagnostic, options);
    }
    let text = match (diagnostics.n_errors(), diagnostics.n_warnings()) {
        (0, warnings) => format!("計畫檔有 {warnings} 個警告。"),
        (errors, _) => format!("計畫檔有 {errors} 個錯誤，請先修正才能檢核或產製。"),
    };
    push(&mut out, &text);
    out
}

/// How it stands, and where to read on.
pub fn summary(diagnostics: &Diagnostics) -> String {
    let mut text = verdict(diagnostics);
    let accepted = diagnostics.iter().filter(|diagnostic| diagnostic.accepted.is_some()).count();
    if diagnostics.len() > accepted {
        text.push_str("規則說明請執行 huibian explain 加方括號內的代號。");
    }
    let is_open = |diagnostic: &&Diagnostic| diagnostic.accepted.is_none() && diagnostic.repair.is_some();
    let repairable = diagnostics.iter().filter(is_open).count();
    if repairable > 0 {
        text.push_str(&format!("其中 {repairable} 個可自動修正，請執行 huibian check --fix。"));
    }
    text
}

/// How it stands, in one sentence or two.
pub fn verdict(diagnostics: &Diagnostics) -> String {
    let accepted = diagnostics.iter().filter(|diagnostic| diagnostic.accepted.is_some()).count();
    let mut text = match (diagnostics.n_errors(), diagnostics.n_warnings()) {
        (0, 0) => "檢核完成，沒有發現問題".to_owned(),
        (0, warnings) => format!("檢核完成：沒有錯誤，{warnings} 個警告"),
        (errors, warnings) => format!("檢核完成：{errors} 個錯誤、{warnings} 個警告"),
    };
    if accepted > 0 {
        text.push_str(&format!("，另有 {accepted} 個已由秘書單位核可"));
    }
    text.push('。');
    if diagnostics.block() {
        text.push_str("有錯誤時只能產出草稿。");
    }
    text
}

fn title(out: &mut String, name: &str, own: &[&Diagnostic], options: &TextOptions) {
    let count = |severity| open(own.iter().copied(), severity);
    let accepted = own.iter().filter(|diagnostic| diagnostic.accepted.is_some()).count();
    let mut title =
        format!("── {}：{} 個錯誤、{} 個警告", clean(name), count(Severity::Error), count(Severity::Warning));
    if accepted > 0 {
        title.push_str(&format!("、{accepted} 個已核可"));
    }
    title.push(' ');
    let rule = "─".repeat(options.columns().saturating_sub(width(&title)));
    push(out, &options.paint(FRAME, &format!("{title}{rule}")));
    push(out, "");
}

fn group(out: &mut String, own: &[&Diagnostic], options: &TextOptions) {
    let mut alike: BTreeMap<Kind, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in own {
        alike.entry(Kind::of(diagnostic)).or_default().push(diagnostic);
    }
    let mut so_far: BTreeMap<Kind, usize> = BTreeMap::new();
    for diagnostic in own {
        let kind = Kind::of(diagnostic);
        let all = alike.get(&kind).map_or(&[][..], Vec::as_slice);
        let shown = so_far.entry(kind).or_default();
        *shown += 1;
        if all.len() <= FOLDED_ABOVE || *shown <= SHOWN_ALIKE {
            one(out, diagnostic, options);
        }
        if all.len() > FOLDED_ABOVE && *shown == SHOWN_ALIKE {
            folded(out, &all[SHOWN_ALIKE..], options);
        }
    }
}

/// What counts as alike: the same rule in the same column of a sheet, among the pages of a file or
/// the files of a folder.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    rule: &'static str,
    severity: Severity,
    is_accepted: bool,
    place: String,
}

impl Kind {
    fn of(diagnostic: &Diagnostic) -> Kind {
        let place = match &diagnostic.place {
            Place::Cell { file, sheet, cell } => format!("{file}\n{sheet}\n{}", cell.column),
            Place::Page { file, .. } => format!("{file}\n"),
            Place::File { file } => file.parent().map_or_else(String::new, |folder| format!("{folder}/")),
            other => other.to_string(),
        };
        Kind {
            rule: diagnostic.rule.id,
            severity: diagnostic.severity,
            is_accepted: diagnostic.accepted.is_some(),
            place,
        }
    }
}

/// The rest of many alike, by place only.
fn folded(out: &mut String, rest: &[&Diagnostic], options: &TextOptions) {
    let Some(first) = rest.first() else { return };
    let measure = match first.place {
        Place::Cell { .. } => "格",
        Place::Page { .. } => "頁",
        Place::File { .. } => "個檔案",
        _ => "處",
    };
    let mut places: Vec<String> = rest
        .iter()
        .take(NAMED_ALIKE)
        .map(|diagnostic| match &diagnostic.place {
            Place::Cell { cell, .. } => cell.to_string(),
            Place::Page { page, .. } => page.to_string(),
            place => place.path().map_or_else(String::new, |file| clean(file.file_name())),
        })
        .collect();
    places.dedup();
    let more = if rest.len() > NAMED_ALIKE { " …" } else { "" };
    let head = head_of(first);
    let text = format!("{head} 同樣的問題另有 {} {measure}：{}{more}", rest.len(), places.join("、"));
    for line in hang("", &text, options.columns()).lines() {
        push(out, &options.paint(FRAME, line));
    }
    push(out, "");
}

fn head_of(diagnostic: &Diagnostic) -> String {
    let word = if diagnostic.accepted.is_some() { "已核可" } else { severity_word(diagnostic.severity) };
    format!("{word}[{}]", diagnostic.rule.id)
}

fn one(out: &mut String, diagnostic: &Diagnostic, options: &TextOptions) {
    let columns = options.columns();
    headline(out, diagnostic, options);
    push(out, &format!("  {} {}", options.paint(FRAME, "-->"), clean(&diagnostic.place.to_string())));
    if let Some(accepted) = &diagnostic.accepted {
        labelled(out, "核可：", &clean(accepted), options);
        push(out, "");
        return;
    }
    if let Some(drawing) = diagnostic.excerpt.as_ref().and_then(|excerpt| draw(excerpt, columns - 4)) {
        push(out, &format!("   {}", drawing.row));
        let caret = options.paint(style_of(diagnostic.severity), &drawing.caret);
        push(out, &format!("   {}{caret}", drawing.lead));
    }
    for (place, note) in &diagnostic.related {
        let text = format!("{}：{}", clean(&place.to_string()), clean(note));
        push(out, &format!("  {} {text}", options.paint(FRAME, "另見")));
    }
    if !diagnostic.hint.is_empty() {
        labelled(out, "修正：", &clean(&diagnostic.hint), options);
    }
    if let Some(repair) = &diagnostic.repair {
        labelled(out, "可自動修正：", &clean(&repair.sentence()), options);
    }
    // A warning stops nothing: its key would only be one more line to read past.
    if diagnostic.blocks()
        && let Some(key) = diagnostic.exception_key()
    {
        push(out, &format!("  {}例外代號 {}", options.paint(FRAME, "= 可核可："), clean(&key)));
    }
    push(out, "");
}

/// 「錯誤[rule-id] 訊息」, later lines a little indented.
fn headline(out: &mut String, diagnostic: &Diagnostic, options: &TextOptions) {
    const INDENT: usize = 4;
    let head = head_of(diagnostic);
    let style = match diagnostic.accepted {
        Some(_) => ACCEPTED,
        None => style_of(diagnostic.severity),
    };
    // The first line is short by the head: a placeholder of its width takes its place in wrapping.
    let placeholder = "x".repeat(width(&head));
    let lines = wrap(&format!("{placeholder} {}", clean(&diagnostic.message)), options.columns() - INDENT);
    for (index, line) in lines.iter().enumerate() {
        match line.strip_prefix(&placeholder).filter(|_| index == 0) {
            Some(rest) => push(out, &format!("{}{rest}", options.paint(style, &head))),
            None => push(out, &format!("{}{line}", pad("", INDENT))),
        }
    }
}

/// 「  = 修正：…」, later lines below its text.
fn labelled(out: &mut String, label: &str, text: &str, options: &TextOptions) {
    let label = format!("= {label}");
    let block = hang(&format!("  {label}"), text, options.columns());
    let painted = options.paint(FRAME, &label);
    for (index, line) in block.lines().enumerate() {
        match index {
            0 => push(out, &line.replacen(&label, &painted, 1)),
            _ => push(out, line),
        }
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}
