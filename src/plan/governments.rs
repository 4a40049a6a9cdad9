//! The local governments as profiles, and a plan made another government's.
//!
//! Names, codes and districts are data in `templates/governments/`; here they are only put in the
//! place of the base plan's own.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::PlanLayer;
use super::layers;
use super::tree;
use crate::diagnostic::Diagnostics;
use crate::folding::fold;

/// A local government.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// 「花蓮縣政府」.
    pub name: String,
    /// 「花蓮縣」.
    pub short: String,
    /// Organisation code, where it is known.
    pub code: Option<String>,
    /// ASCII stem for file names.
    pub ascii: String,
    /// 「本縣」, as its own texts call it.
    pub own: String,
    /// Names of the units, by the plan's unit ids.
    pub units: BTreeMap<String, String>,
    /// Units of the plan that this government does not have, and the unit that does their work.
    #[serde(default)]
    pub joint: BTreeMap<String, String>,
    /// Districts in postal order.
    pub districts: Vec<String>,
}

#[derive(Deserialize)]
struct ProfilesFile {
    government: Vec<Profile>,
}

/// Reads the profiles. The error says what is wrong with the file, in English.
pub fn profiles(text: &str) -> Result<Vec<Profile>, String> {
    let file: ProfilesFile = toml::from_str(text).map_err(|error| error.to_string())?;
    Ok(file.government)
}

/// The profile of a government named as people do: 「花蓮縣」, 「花蓮縣政府」, 「台北市」, `hualien`.
pub fn find<'a>(profiles: &'a [Profile], name: &str) -> Option<&'a Profile> {
    let name = fold(name);
    profiles.iter().find(|profile| {
        [&profile.name, &profile.short, &profile.ascii].into_iter().any(|known| fold(known) == name)
    })
}

/// The text of a workspace's layer that makes the base plan this government's; `None` when the base
/// cannot be read.
pub fn localise(base: &str, layers: &[PlanLayer], profiles: &[Profile], to: &Profile) -> Option<String> {
    let (below, _) = layers::merged(layers, &mut Diagnostics::new())?;
    let from_name = below.get("government")?.get("name")?.as_str()?.to_owned();
    let from = profiles.iter().find(|profile| profile.name == from_name)?;
    let mut above = tree::rewrite(&below, &|path, text| {
        // Documents of the base's own government are no basis of another's.
        (path.first() != Some(&"legal_bases")).then(|| renamed(text, from, to))
    });
    if let Some(Value::Array(bases)) = above.get_mut("legal_bases").filter(|_| from.name != to.name) {
        bases.retain(|basis| basis.as_str().is_none_or(|text| !text.contains(&from.name)));
    }
    replace_districts(&mut above, from, to);
    name_government(&mut above, to);
    name_units(&mut above, to);
    let differing = tree::difference(&below, &above);
    let comments = [
        format!("{}的計畫：以內建計畫為底，只寫與它不同的地方。", to.name),
        "單位名稱請逐一核對：勞政單位依公開資料，其餘為一般稱謂，且單位常隨年度改名。".to_owned(),
        match to.code {
            Some(_) => "機關代碼取自較舊的公開資料，請核對。".to_owned(),
            None => "機關代碼未查得，請補上 [government] code。".to_owned(),
        },
        "本府自訂的執行計畫（日期、文號）請補入 legal_bases。".to_owned(),
    ];
    Some(tree::layer_text(&comments, base, &differing))
}

/// The government's names and how it speaks of itself; a district of its own becomes the other's first.
fn renamed(text: &str, from: &Profile, to: &Profile) -> String {
    if from.districts.iter().any(|district| district == text) {
        return to.districts.first().cloned().unwrap_or_default();
    }
    text.replace(&from.name, &to.name).replace(&from.short, &to.short).replace(&from.own, &to.own)
}

/// A list that holds all districts of the one gets those of the other, and keeps what follows.
fn replace_districts(table: &mut Table, from: &Profile, to: &Profile) {
    for (_, value) in table.iter_mut() {
        match value {
            Value::Table(inner) => replace_districts(inner, from, to),
            Value::Array(items) if is_district_list(items, from, to) => {
                let rest = items.split_off(from.districts.len());
                *items = to.districts.iter().cloned().map(Value::String).chain(rest).collect();
            }
            _ => {}
        }
    }
}

/// After the rewriting, every district of the one stands as the other's first.
fn is_district_list(items: &[Value], from: &Profile, to: &Profile) -> bool {
    let n = from.districts.len();
    let first = to.districts.first().map(String::as_str);
    n > 0 && items.len() >= n && items[..n].iter().all(|item| item.as_str() == first)
}

fn name_government(plan: &mut Table, to: &Profile) {
    let government = section(plan, "government");
    let mut set = |key: &str, value: &str| government.insert(key.to_owned(), Value::String(value.to_owned()));
    set("name", &to.name);
    set("short", &to.short);
    set("ascii", &to.ascii);
    set("code", to.code.as_deref().unwrap_or_default());
}

/// Each unit takes its profile's name; one that another unit stands in for gives that one its roles.
fn name_units(plan: &mut Table, to: &Profile) {
    let units = section(plan, "unit");
    for (key, name) in &to.units {
        section(units, key).insert("name".to_owned(), Value::String(name.clone()));
    }
    for (key, holder) in &to.joint {
        let unit = section(units, key);
        let roles = unit.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
        unit.insert("absent".to_owned(), Value::Boolean(true));
        if let Some(Value::Array(held)) = section(units, holder).get_mut("roles") {
            held.extend(roles);
        }
    }
}

/// The table under a key, made where there is none.
fn section<'a>(table: &'a mut Table, key: &str) -> &'a mut Table {
    let value = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
    if !value.is_table() {
        *value = Value::Table(Table::new());
    }
    value.as_table_mut().expect("made a table just above")
}
