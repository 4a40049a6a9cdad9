//! A plan's cells, for whoever writes workbooks.

use toml::{Table, Value};

use super::columns::{Column, KEY, Kind, LABEL, PATH, Rows, SHEETS, TASK, VALUE};
use crate::diagnostic::Diagnostics;
use crate::plan::PlanLayer;
use crate::plan::layers;

/// One sheet as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSheet {
    pub name: &'static str,
    pub headers: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    /// By column: the words a clerk may choose from; empty: anything.
    pub options: Vec<Vec<&'static str>>,
}

/// The plan of these layers as sheets; what is wrong with the layers is in the diagnostics.
pub fn sheets(plan: &[PlanLayer], diagnostics: &mut Diagnostics) -> Option<Vec<PlanSheet>> {
    let plan = layers::expanded(plan, diagnostics)?;
    Some(SHEETS.iter().map(|(name, rows)| sheet(name, rows, &plan)).collect())
}

fn sheet(name: &'static str, rows: &Rows, plan: &Table) -> PlanSheet {
    match rows {
        Rows::Values(values) => PlanSheet {
            name,
            headers: vec![LABEL, VALUE, PATH],
            rows: values
                .iter()
                .map(|(label, path, kind)| {
                    vec![(*label).to_owned(), shown(at(plan, path), *kind), (*path).to_owned()]
                })
                .collect(),
            options: vec![Vec::new(); 3],
        },
        Rows::Keyed(path, columns) => {
            let entries = table(plan.get(*path));
            let rows = entries.map(|(key, entry)| [vec![key.clone()], cells(entry, columns)].concat());
            titled(name, &[KEY], columns, rows.collect())
        }
        Rows::InTasks(path, columns) => {
            let rows = table(plan.get("task")).flat_map(|(task, entry)| {
                let inner = table(entry.get(path));
                inner.map(|(key, entry)| [vec![task.clone(), key.clone()], cells(entry, columns)].concat())
            });
            titled(name, &[TASK, KEY], columns, rows.collect())
        }
        Rows::Listed(path, columns) => {
            let items = plan.get(*path).and_then(Value::as_array).into_iter().flatten();
            titled(name, &[], columns, items.map(|item| cells(item, columns)).collect())
        }
    }
}

fn titled(
    name: &'static str,
    keys: &[&'static str],
    columns: &'static [Column],
    rows: Vec<Vec<String>>,
) -> PlanSheet {
    let headers = keys.iter().copied().chain(columns.iter().map(|column| column.1)).collect();
    let options = columns.iter().map(|column| match column.2 {
        Kind::Choice(words) => words.iter().map(|(_, shown)| *shown).collect(),
        Kind::Flag => vec![YES],
        _ => Vec::new(),
    });
    PlanSheet { name, headers, rows, options: keys.iter().map(|_| Vec::new()).chain(options).collect() }
}

pub const YES: &str = "是";

fn table(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_table).into_iter().flatten()
}

fn cells(entry: &Value, columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| shown(entry.get(column.0), column.2)).collect()
}

/// The value at a dotted path.
pub fn at<'a>(plan: &'a Table, path: &str) -> Option<&'a Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = plan.get(first)?;
    match rest {
        Some(rest) => at(value.as_table()?, rest),
        None => Some(value),
    }
}

fn shown(value: Option<&Value>, kind: Kind) -> String {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    match (value, kind) {
        (None, _) => String::new(),
        (Some(value), Kind::Words) => texts(value).join("、"),
        (Some(value), Kind::Lines) => texts(value).join("\n"),
        (Some(value), Kind::Awards) => {
            let pair = |award: &Value| -> Option<String> {
                Some(format!("{}：{}", award.get("role")?.as_str()?, award.get("award")?.as_str()?))
            };
            value.as_array().into_iter().flatten().filter_map(pair).collect::<Vec<_>>().join("\n")
        }
        (Some(Value::Boolean(flag)), _) => if *flag { YES } else { "" }.to_owned(),
        (Some(Value::Integer(number)), _) => number.to_string(),
        (Some(value), Kind::Choice(words)) => {
            let word = value.as_str().unwrap_or_default();
            words.iter().find(|(known, _)| *known == word).map_or(word, |(_, shown)| shown).to_owned()
        }
        (Some(value), _) => value.as_str().unwrap_or_default().to_owned(),
    }
}
