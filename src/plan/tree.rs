//! A plan as a tree of TOML values: texts rewritten throughout, and what differs from another tree.
//!
//! For writing layers: only what differs from the plan below is written, as a person would.

use std::fmt::Write;

use toml::{Table, Value};

/// Where a value stands: keys from the top, without positions in lists.
pub type Path<'a> = [&'a str];

/// Applies `change` to every text; `None` leaves it as it is.
pub fn rewrite(table: &Table, change: &dyn Fn(&Path, &str) -> Option<String>) -> Table {
    rewrite_below(table, &[], change)
}

fn rewrite_below(table: &Table, path: &Path, change: &dyn Fn(&Path, &str) -> Option<String>) -> Table {
    let entries = table.iter().map(|(key, value)| {
        let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
        (key.clone(), rewrite_value(value, &path, change))
    });
    entries.collect()
}

fn rewrite_value(value: &Value, path: &Path, change: &dyn Fn(&Path, &str) -> Option<String>) -> Value {
    match value {
        Value::String(text) => Value::String(change(path, text).unwrap_or_else(|| text.clone())),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| rewrite_value(item, path, change)).collect())
        }
        Value::Table(table) => Value::Table(rewrite_below(table, path, change)),
        other => other.clone(),
    }
}

/// What has to be laid over `below` to get `above`; keys only in `below` stay.
pub fn difference(below: &Table, above: &Table) -> Table {
    let mut differing = Table::new();
    for (key, value) in above {
        match (below.get(key), value) {
            (Some(Value::Table(below)), Value::Table(above)) if key != super::layers::REPLACED_WHOLE => {
                let inner = difference(below, above);
                if !inner.is_empty() {
                    differing.insert(key.clone(), Value::Table(inner));
                }
            }
            (Some(same), value) if same == value => {}
            (_, value) => {
                differing.insert(key.clone(), value.clone());
            }
        }
    }
    differing
}

/// The layer as a file: comments first, then the base, then what differs.
pub fn layer_text(comments: &[String], based_on: &str, differing: &Table) -> String {
    let mut text: String = comments.iter().fold(String::new(), |mut text, line| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", format!("# {line}").trim_end());
        text
    });
    let _ = writeln!(text, "based_on = {}\n", Value::String(based_on.to_owned()));
    let body = toml::to_string_pretty(differing).unwrap_or_default();
    text.push_str(&body);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().unwrap()
    }

    #[test]
    fn only_what_differs_is_written_and_laid_over_gives_the_whole() {
        let below = table("a = 1\n[t]\nx = \"甲\"\ny = [1, 2]\n[t.derive]\nsum = [\"p\"]\n");
        let above = table("a = 1\nb = true\n[t]\nx = \"乙\"\ny = [1, 2]\n[t.derive]\ncount = \"q\"\n");
        let differing = difference(&below, &above);
        assert_eq!(differing, table("b = true\n[t]\nx = \"乙\"\n[t.derive]\ncount = \"q\"\n"));
        let text = layer_text(&["說明".to_owned()], "base", &differing);
        assert!(text.starts_with("# 說明\nbased_on = \"base\"\n"), "{text}");
        let mut read: Table = text.parse().unwrap();
        read.remove("based_on");
        assert_eq!(read, differing);
    }

    #[test]
    fn texts_are_rewritten_wherever_they_stand() {
        let tree = table("a = \"甲\"\nb = [\"甲\", { c = \"甲\" }]\n[keep]\nd = \"甲\"\n");
        let found =
            rewrite(&tree, &|path, text| (path.first() != Some(&"keep")).then(|| text.replace('甲', "乙")));
        assert_eq!(found, table("a = \"乙\"\nb = [\"乙\", { c = \"乙\" }]\n[keep]\nd = \"甲\"\n"));
    }
}
