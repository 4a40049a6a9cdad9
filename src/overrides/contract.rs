//! 資料欄位說明: what each template is given, for people who change one.
//!
//! The dossier's fields are described by hand (and held against it by a test); of all other templates the
//! fields are those that the built-in one prints, so that this list cannot become untrue.

use std::collections::BTreeSet;

use crate::assets::{Templates, contract};
use crate::template;

/// Typst templates that are given the dossier; the others have data of their own, or none.
const OF_THE_DOSSIER: [&str; 2] = ["typst/form.typ", "typst/appendices.typ"];

/// The whole text, lines ended by `\n`.
pub fn contract() -> String {
    let mut text = String::from(
        "自訂範本的資料欄位\n\n\
         這個資料夾裡與內建範本同名的檔案，會取代內建範本。只留下要修改的檔案，其餘請刪除，\n\
         升級後才會用到新版的內建範本。這份說明與「內建範本.sha256」由 huibian templates 寫出；\n\
         後者記錄寫出時的版本，升級後內建範本有變動時會提醒。\n\
         檔案請存成 UTF-8。寫錯時訊息會指出檔名、行、欄。\n",
    );
    text.push_str(&format!("\n一、{}（data 的欄位；[] 表示可有多筆）\n", OF_THE_DOSSIER.join("、")));
    for line in contract::DOSSIER.lines() {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("\n二、其他範本所用的欄位\n");
    for (name, builtin) in Templates::builtin().iter() {
        let fields = match name.rsplit_once('.') {
            Some((_, "hbs")) => template::fields(&builtin.text),
            Some((_, "typ")) if !OF_THE_DOSSIER.contains(&name) => fields_of_data(&builtin.text),
            _ => continue,
        };
        let fields = match fields.is_empty() {
            true => "（沒有欄位）".to_owned(),
            false => fields.into_iter().collect::<Vec<_>>().join("、"),
        };
        text.push_str(&format!("  {name}\n    {fields}\n"));
    }
    text
}

/// Names that follow 「data.」 in a Typst template.
fn fields_of_data(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    text.match_indices("data.")
        .map(|(at, found)| name(&text[at + found.len()..]))
        .filter(|n| n != "json")
        .collect()
}
