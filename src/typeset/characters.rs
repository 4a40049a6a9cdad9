//! The last gate before typesetting: no character reaches Typst without a glyph.
//!
//! `checks` has told each one at its cell, and it blocks the bundle; a draft, or a bundle for which
//! somebody answered, shows 〓 (the printer's mark for a missing type) instead of an empty box. Each
//! is named with its place in the dossier.

use serde_json::Value;

use super::Fonts;
use super::fonts::is_private;

/// Parts of the dossier that no template prints.
const UNPRINTED: [&str; 3] = ["source", "prepared", "sha256"];

/// Stands for a character that cannot be printed.
const MISSING_TYPE: char = '〓';

/// Replaces what cannot be printed and says what it was.
pub(super) fn substitute(dossier: &mut Value, fonts: &Fonts) -> Vec<String> {
    let mut told = Vec::new();
    walk(dossier, fonts, "", &mut told);
    told
}

/// Everything a template may print, one text after the other.
pub(super) fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(printed).collect(),
        Value::Object(fields) => {
            let shown = fields.iter().filter(|(key, _)| !UNPRINTED.contains(&key.as_str()));
            shown.map(|(_, field)| printed(field)).collect()
        }
        _ => String::new(),
    }
}

fn walk(value: &mut Value, fonts: &Fonts, path: &str, told: &mut Vec<String>) {
    match value {
        Value::String(text) if text.chars().any(|character| !fonts.covers(character)) => {
            for character in text.chars().filter(|character| !fonts.covers(*character)) {
                let what = if is_private(character) { "是自造字" } else { "在字型裡沒有字形" };
                told.push(format!("字元 U+{:04X} {what}，以〓代替；資料位置：{path}", u32::from(character)));
            }
            *text = text.chars().map(|c| if fonts.covers(c) { c } else { MISSING_TYPE }).collect();
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, fonts, &format!("{path}.{index}"), told);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut().filter(|(key, _)| !UNPRINTED.contains(&key.as_str())) {
                walk(field, fonts, &format!("{path}.{key}"), told);
            }
        }
        _ => {}
    }
}
