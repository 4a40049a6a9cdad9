//! The last gate before typesetting: every character of the dossier has a glyph.
//!
//! Workbooks are checked cell by cell long before; what is caught here came in another way (a
//! plan, a caption) and names the place in the dossier, for want of a cell.

use serde_json::Value;

use super::fonts::is_private;
use super::{Fonts, TypesetError};

/// Parts of the dossier that no template prints.
const UNPRINTED: [&str; 3] = ["source", "prepared", "sha256"];

/// The first character that cannot be printed, with its place, as an error.
pub(super) fn check(dossier: &Value, fonts: &Fonts) -> Result<(), TypesetError> {
    let mut path = Vec::new();
    match find(dossier, fonts, &mut path) {
        None => Ok(()),
        Some(character) => Err(TypesetError::unplaced(format!(
            "字元「{character}」（U+{:04X}）{}，印不出來；資料位置：{}",
            u32::from(character),
            if is_private(character) { "是自造字" } else { "在字型裡沒有字形" },
            path.join("."),
        ))),
    }
}

/// Leaves the path of the character found in `path`.
fn find(value: &Value, fonts: &Fonts, path: &mut Vec<String>) -> Option<char> {
    match value {
        Value::String(text) => text.chars().find(|&character| !fonts.covers(character)),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            path.push(index.to_string());
            let found = find(item, fonts, path);
            if found.is_none() {
                path.pop();
            }
            found
        }),
        Value::Object(fields) => fields.iter().find_map(|(key, field)| {
            if UNPRINTED.contains(&key.as_str()) {
                return None;
            }
            path.push(key.clone());
            let found = find(field, fonts, path);
            if found.is_none() {
                path.pop();
            }
            found
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
