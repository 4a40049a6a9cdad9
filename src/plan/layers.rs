//! The plan's files laid over one another, and where each key of the result stands.
//!
//! Says everything that is wrong with the writing of every layer at once; what the keys mean is
//! `lower`'s affair.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::folding::did_you_mean;
use crate::place::{Place, RelPath};

use super::syntax::PlanToml;

pub static PLAN_UNREADABLE: Rule = Rule {
    id: "plan-unreadable",
    severity: Severity::Error,
    title: "計畫檔看不懂",
    explanation: "檢查什麼：計畫檔（plan.toml）的寫法須符合 TOML，值的型態須與內建計畫相同。\n\
        為何重要：看錯一個字，期限或單位就可能不是您要的；因此不猜測、也不略過。\n\
        如何修正：依訊息所指的行與欄修改，寫法可參考內建計畫。",
    answerable: false,
};

pub static PLAN_KEY_UNKNOWN: Rule = Rule {
    id: "plan-key-unknown",
    severity: Severity::Error,
    title: "計畫檔有不認得的項目",
    explanation: "檢查什麼：計畫檔（plan.toml）只能用認得的項目名稱。\n\
        為何重要：名稱打錯一個字母而被略過，您以為改好的期限或單位其實沒有改。\n\
        如何修正：依訊息建議的名稱改正；名稱可參考內建計畫。",
    answerable: false,
};

/// One file of a plan: the built-in ones first, then the workspace's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLayer {
    pub file: RelPath,
    pub text: String,
}

impl PlanLayer {
    /// The files of a built-in plan, named so that nobody looks for them in the workspace.
    pub fn builtin(plan: &str, files: &[(&str, &str)]) -> Vec<PlanLayer> {
        files
            .iter()
            .map(|(file, text)| PlanLayer {
                file: RelPath::new(format!("（內建計畫 {plan}）/{file}")),
                text: (*text).to_owned(),
            })
            .collect()
    }
}

/// The layers of a built-in plan and of those it builds on, the undermost first; `None` when a name
/// is not known. `files` gives a plan's files by name.
pub fn builtin_layers<'a, F>(name: &str, files: &F) -> Option<Vec<PlanLayer>>
where
    F: Fn(&str) -> Option<&'a [(&'a str, &'a str)]>,
{
    let own = files(name)?;
    let mut layers = match own.first().and_then(|(_, text)| based_on(text)) {
        // A plan that builds on itself would never end.
        Some(base) if base != name => builtin_layers(&base, files)?,
        _ => Vec::new(),
    };
    layers.extend(PlanLayer::builtin(name, own));
    Some(layers)
}

/// Where each key of the merged plan stands, by dotted path; the layer that set it last counts.
#[derive(Debug, Default)]
pub struct Origins(BTreeMap<String, Place>);

impl Origins {
    /// The place of a key, or of the nearest table around it.
    pub fn place(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.0.get(path) {
                return place.clone();
            }
            match path.rsplit_once('.') {
                Some((outer, _)) => path = outer,
                None => return Place::Workspace,
            }
        }
    }

    /// Lets keys under `to` that stand nowhere themselves stand where those under `from` do.
    fn lend(&mut self, from: &str, to: &str) {
        let lent: Vec<(String, Place)> = self
            .0
            .range(from.to_owned()..)
            .take_while(|(path, _)| path.starts_with(from))
            .map(|(path, place)| (format!("{to}{}", &path[from.len()..]), place.clone()))
            .collect();
        for (path, place) in lent {
            self.0.entry(path).or_insert(place);
        }
    }

    fn record(&mut self, layer: &PlanLayer, table: &DeTable, prefix: &str) {
        for (key, value) in table {
            let path = format!("{prefix}{}", key.get_ref());
            if !value.get_ref().is_table() || key.get_ref() == REPLACED_WHOLE {
                // What stood below belongs to the value that this one replaces.
                let below = format!("{path}.");
                let after = self.0.range(below.clone()..).map(|(known, _)| known);
                let stood: Vec<String> =
                    after.take_while(|known| known.starts_with(&below)).cloned().collect();
                stood.iter().for_each(|known| drop(self.0.remove(known)));
            }
            self.0.insert(path.clone(), place_at(layer, key.span()));
            match value.get_ref() {
                DeValue::Table(inner) => self.record(layer, inner, &format!("{path}.")),
                DeValue::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let path = format!("{path}.{index}");
                        self.0.insert(path.clone(), place_at(layer, item.span()));
                        if let DeValue::Table(inner) = item.get_ref() {
                            self.record(layer, inner, &format!("{path}."));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The layers merged into one tree, sets still apart; nothing when one of them cannot be read.
pub(super) fn merged(layers: &[PlanLayer], diagnostics: &mut Diagnostics) -> Option<(toml::Table, Origins)> {
    let mut merged = toml::Table::new();
    let mut origins = Origins::default();
    let before = diagnostics.len();
    for layer in layers {
        if let Some(table) = read_layer(layer, &mut origins, diagnostics) {
            merge(&mut merged, table);
        }
    }
    (diagnostics.len() == before).then_some((merged, origins))
}

/// The layers merged, sets laid under the tasks that name them.
pub(super) fn expanded(layers: &[PlanLayer], diagnostics: &mut Diagnostics) -> Option<toml::Table> {
    let (mut merged, mut origins) = merged(layers, diagnostics)?;
    expand_sets(&mut merged, &mut origins);
    drop_empty(&mut merged);
    Some(merged)
}

/// An empty text takes away what a layer below says.
fn drop_empty(table: &mut toml::Table) {
    table.retain(|_, value| value.as_str() != Some(""));
    for (_, value) in table.iter_mut() {
        match value {
            toml::Value::Table(inner) => drop_empty(inner),
            toml::Value::Array(items) => {
                items.iter_mut().filter_map(toml::Value::as_table_mut).for_each(drop_empty);
            }
            _ => {}
        }
    }
}

/// The layers merged, or nothing when one of them cannot be read.
pub fn read(layers: &[PlanLayer], diagnostics: &mut Diagnostics) -> Option<(PlanToml, Origins)> {
    let (mut merged, mut origins) = merged(layers, diagnostics)?;
    expand_sets(&mut merged, &mut origins);
    drop_empty(&mut merged);
    match PlanToml::deserialize(merged) {
        Ok(plan) => Some((plan, origins)),
        Err(error) => {
            // Each layer alone is well-formed and has the same shape: not to be reached, but a plan
            // that cannot be read is never a panic.
            let message = format!("各層計畫合併後不一致：{}", in_chinese(error.message()));
            let diagnostic = Diagnostic::new(&PLAN_UNREADABLE, Place::Workspace, message);
            diagnostics.push(diagnostic.hint("請對照內建計畫的寫法"));
            None
        }
    }
}

fn read_layer(
    layer: &PlanLayer,
    origins: &mut Origins,
    diagnostics: &mut Diagnostics,
) -> Option<toml::Table> {
    // Editors on Windows may begin a file with a byte order mark; it is no part of the plan.
    let text = layer.text.strip_prefix('\u{feff}').unwrap_or(&layer.text);
    let layer = &PlanLayer { file: layer.file.clone(), text: text.to_owned() };
    let (mut tree, errors) = DeTable::parse_recoverable(&layer.text);
    if !errors.is_empty() {
        // One fault often makes the parser stumble over the rest of its line.
        let mut told = Vec::new();
        for diagnostic in errors.iter().map(|error| unreadable(layer, error)) {
            let line = line_of(&diagnostic.place);
            if !told.contains(&line) {
                told.push(line);
                diagnostics.push(diagnostic);
            }
        }
        return None;
    }
    origins.record(layer, tree.get_ref(), "");
    let before = diagnostics.len();
    // Serde stops at the first fault; what it stumbled over is taken out and the rest read again,
    // so that all faults are told at once. Every round removes a key: it ends.
    while let Err(error) = PlanToml::deserialize(toml::Deserializer::from(tree.clone())) {
        diagnostics.push(unreadable(layer, &error));
        let Some(span) = error.span() else { break };
        if !remove_at(tree.get_mut(), &span) {
            break;
        }
    }
    if diagnostics.len() > before {
        return None;
    }
    toml::Table::deserialize(toml::Deserializer::from(tree)).ok()
}

/// Writes what a set holds into each task that names it, under what the task says itself. From here
/// on a task is whole, and a fault in a set points at the set's line.
fn expand_sets(plan: &mut toml::Table, origins: &mut Origins) {
    let Some(toml::Value::Table(sets)) = plan.get("set").cloned() else { return };
    let Some(toml::Value::Table(tasks)) = plan.get_mut("task") else { return };
    for (id, task) in tasks.iter_mut() {
        let toml::Value::Table(task) = task else { continue };
        let Some(toml::Value::Array(named)) = task.get("sets").cloned() else { continue };
        let mut whole = toml::Table::new();
        for name in named.iter().filter_map(toml::Value::as_str) {
            if let Some(toml::Value::Table(set)) = sets.get(name) {
                merge(&mut whole, set.clone());
                origins.lend(&format!("set.{name}."), &format!("task.{id}."));
            }
        }
        merge(&mut whole, std::mem::take(task));
        *task = whole;
    }
}

/// Takes out the innermost key whose name or value covers the span; whether there was one.
fn remove_at(table: &mut DeTable, span: &Range<usize>) -> bool {
    let covers = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    let mut found = None;
    for (key, value) in table.iter_mut() {
        // A table's own span may be its header alone: it is searched whatever its span.
        if remove_inside(value, span) {
            return true;
        }
        if covers(key.span()) || covers(value.span()) {
            found = Some(key.clone());
        }
    }
    found.is_some_and(|key| table.remove(&key).is_some())
}

fn remove_inside(value: &mut Spanned<DeValue>, span: &Range<usize>) -> bool {
    match value.get_mut() {
        DeValue::Table(inner) => remove_at(inner, span),
        DeValue::Array(items) => items.iter_mut().any(|item| remove_inside(item, span)),
        _ => false,
    }
}

/// A derivation is one statement: another one is put in its place, not mixed into it.
pub(super) const REPLACED_WHOLE: &str = "derive";

/// Tables are merged key by key; everything else is replaced.
pub(super) fn merge(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) if key != REPLACED_WHOLE => {
                merge(under, over);
            }
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

fn unreadable(layer: &PlanLayer, error: &toml::de::Error) -> Diagnostic {
    let place = place_at(layer, error.span().unwrap_or(0..0));
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let is_option = message.starts_with("unknown variant");
    if (is_option || message.starts_with("unknown field"))
        && let Some((unknown, known)) = quoted.split_first()
    {
        let hint = match did_you_mean(unknown, known.iter().copied()) {
            Some(near) => format!("您是指「{near}」嗎？"),
            None => format!("可用的有：{}", known.join("、")),
        };
        let (rule, what) =
            if is_option { (&PLAN_UNREADABLE, "這個值") } else { (&PLAN_KEY_UNKNOWN, "這個項目") };
        return Diagnostic::new(rule, place, format!("沒有「{unknown}」{what}")).hint(hint).subject(*unknown);
    }
    Diagnostic::new(&PLAN_UNREADABLE, place, format!("寫法有誤：{}", in_chinese(message)))
        .hint("請對照內建計畫同一項目的寫法修改這一行")
}

/// The parser's commonest sentences; the line is named with them, so its English is left out.
fn in_chinese(message: &str) -> String {
    const SENTENCES: &[(&str, &str)] = &[
        ("invalid value", "值超出可用的範圍"),
        ("invalid length", "清單的項數不對"),
        ("duplicate key", "同一個項目寫了兩次"),
        ("invalid basic string", "文字的引號沒有成對"),
        ("invalid literal string", "文字的引號沒有成對"),
        ("string values must be quoted", "文字的前後要加英文雙引號"),
        ("missing field", "少了必要的項目"),
    ];
    if message.starts_with("invalid type") {
        let expected = message.rsplit_once("expected ").map_or("", |(_, expected)| expected);
        return format!("值的型態不對，這裡應為{}", type_name(expected));
    }
    let known = SENTENCES.iter().find(|(start, _)| message.starts_with(start));
    known.map_or("這一行看不懂，請檢查等號、引號與括號是否齊全、成對", |(_, chinese)| chinese).to_owned()
}

fn type_name(expected: &str) -> &'static str {
    match expected {
        "a string" => "文字（前後加英文雙引號）",
        "a boolean" => "true 或 false",
        "a sequence" => "清單（[ ] 內以逗號分隔）",
        "a table" => "表格（[名稱] 之下的各行）",
        _ if expected.starts_with("struct") => "表格（[名稱] 之下的各行）",
        _ if expected.starts_with(['i', 'u']) => "整數",
        _ => "其他型態",
    }
}

fn line_of(place: &Place) -> usize {
    match place {
        Place::Text { line, .. } => *line,
        _ => 0,
    }
}

/// Line and column of a byte position, counted from 1, columns in characters.
fn place_at(layer: &PlanLayer, span: Range<usize>) -> Place {
    let mut start = span.start.min(layer.text.len());
    while !layer.text.is_char_boundary(start) {
        start -= 1;
    }
    let before = &layer.text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Place::Text { file: layer.file.clone(), line, column }
}

/// The built-in plan a workspace's layer builds on, whatever else is wrong with the layer.
pub fn based_on(text: &str) -> Option<String> {
    let (tree, _) = DeTable::parse_recoverable(text.strip_prefix('\u{feff}').unwrap_or(text));
    tree.get_ref().get("based_on")?.get_ref().as_str().map(str::to_owned)
}
