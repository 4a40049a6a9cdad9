//! The plan as written: a mirror of the TOML, layers merged, and where each key stands.
//!
//! Everything is optional here, because a workspace's layer says only what differs; unknown keys
//! are refused. What the keys mean is `lower`'s affair. The only module that names `toml`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::folding::did_you_mean;
use crate::place::{Place, RelPath};

pub static PLAN_UNREADABLE: Rule = Rule {
    id: "plan-unreadable",
    severity: Severity::Error,
    title: "計畫檔看不懂",
    explanation: "檢查什麼：計畫檔（plan.toml）的寫法須符合 TOML，且只用認得的項目名稱與值的型態。\n\
        為何重要：看錯一個字，期限或單位就可能不是您要的；因此不猜測、也不略過。\n\
        如何修正：依訊息所指的行與欄修改；項目名稱可參考內建計畫。",
    answerable: false,
};

/// One file of a plan: the built-in ones first, then the workspace's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLayer {
    pub file: RelPath,
    pub text: String,
}

macro_rules! mirror {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Default, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub struct $name {
                $(pub $field: $type,)*
            }
        )*
    };
}

mirror! {
    PlanToml {
        based_on: Option<String>,
        title: Option<String>,
        form_title: Option<String>,
        year: Option<i16>,
        signatures: Vec<String>,
        legal_bases: Vec<String>,
        notes: Vec<String>,
        government: GovernmentToml,
        secretariat: SecretariatToml,
        period: PeriodToml,
        recipient: RecipientToml,
        deadlines: DeadlinesToml,
        limits: LimitsToml,
        milestone: Vec<MilestoneToml>,
        grade: Vec<GradeToml>,
        unit: Table<UnitToml>,
        facet: Table<FacetToml>,
        indicator: Table<IndicatorToml>,
        set: Table<SetToml>,
        task: Table<TaskToml>,
        shared: Table<TableToml>,
        comparison: Vec<ComparisonToml>,
    }
    GovernmentToml { name: Option<String>, short: Option<String>, code: Option<String>, ascii: Option<String> }
    SecretariatToml { unit: Option<String>, folder: Option<String>, title: Option<String> }
    PeriodToml { first: Option<String>, last: Option<String> }
    RecipientToml { name: Option<String>, email: Option<String> }
    DeadlinesToml {
        internal: Option<String>,
        final_text: Option<String>,
        final_exact: Option<String>,
        final_default: Option<String>,
        appeal_days: Option<u8>,
        extra_closures: Vec<String>,
    }
    LimitsToml {
        mail_megabytes: Option<u32>,
        picture_dpi: Option<u32>,
        picture_quality: Option<u8>,
        small_cell: Option<i64>,
    }
    MilestoneToml { title: String, when: String }
    GradeToml { title: String, at_least: Option<String>, exempt_years: u8, awards: Vec<String> }
    UnitToml { order: i64, name: Option<String>, prefix: Option<String>, roles: Vec<String> }
    FacetToml { number: usize, title: String }
    IndicatorToml {
        facet: String,
        order: i64,
        title: String,
        four_p: Option<String>,
        points: Option<String>,
        criteria: Option<String>,
        tasks: Vec<String>,
        secretariat_part: Option<super::SecretariatPart>,
        measures: Vec<MeasureToml>,
        charts: Vec<ChartToml>,
    }
    /// `field` gathers the same key from every task of the indicator; `fields` names them.
    MeasureToml {
        label: String,
        measure: String,
        field: Option<String>,
        fields: Vec<String>,
        total: Option<bool>,
        decimals: u32,
    }
    ChartToml {
        title: String,
        measure: String,
        split: Option<String>,
        field: Option<String>,
        table: Option<String>,
        column: Option<String>,
        weight: Option<String>,
    }
    SetToml {
        narrative: Option<super::Standing>,
        field: Table<FieldToml>,
        table: Table<TableToml>,
        evidence: Table<EvidenceToml>,
    }
    TaskToml {
        role: String,
        no: u32,
        title: String,
        text: String,
        may_be_absent: bool,
        narrative: Option<super::Standing>,
        sets: Vec<String>,
        shared: Vec<String>,
        cautions: Vec<String>,
        field: Table<FieldToml>,
        table: Table<TableToml>,
        evidence: Table<EvidenceToml>,
    }
    FieldToml {
        label: String,
        kind: String,
        options: Vec<String>,
        measure: String,
        standing: Option<super::Standing>,
        optional: bool,
        hint: String,
        least: Option<String>,
        most: Option<String>,
        adds_up_to: Option<String>,
        derive: Option<DeriveToml>,
    }
    /// Exactly one of `count`, `sum`, `distinct`, `mean`, `total`, `ratio`.
    DeriveToml {
        count: Option<String>,
        sum: Option<Vec<String>>,
        distinct: Option<String>,
        mean: Option<String>,
        weight: Option<String>,
        of: Option<String>,
        r#where: Option<FilterToml>,
        total: Option<Vec<String>>,
        ratio: Option<[String; 2]>,
    }
    FilterToml { column: String, any_of: Vec<String> }
    TableToml {
        unit: Option<String>,
        title: String,
        standing: Option<super::Standing>,
        optional: bool,
        confidential: bool,
        blank_rows: Option<u32>,
        example: BTreeMap<String, String>,
        half_year: Option<HalfYearToml>,
        column: Table<FieldToml>,
    }
    HalfYearToml { column: String, standing: Option<super::Standing>, basis: String }
    EvidenceToml {
        title: String,
        folder: String,
        standing: Option<super::Standing>,
        optional: bool,
        kinds: Vec<String>,
        photo_pages: bool,
        masking: bool,
        hint: String,
    }
    ComparisonToml { title: String, left: String, right: String, standing: Option<super::Standing> }
}

/// A keyed table in the order of writing.
#[derive(Debug, Clone)]
pub struct Table<T>(pub Vec<(String, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Entries<T> {
            type Value = Table<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Table<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Table(entries))
            }
        }
        deserializer.deserialize_map(Entries(std::marker::PhantomData))
    }
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

    fn record(&mut self, layer: &PlanLayer, table: &DeTable, prefix: &str) {
        for (key, value) in table {
            let path = format!("{prefix}{}", key.get_ref());
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

/// The layers merged, or nothing when one of them cannot be read.
pub fn read(layers: &[PlanLayer], diagnostics: &mut Diagnostics) -> Option<(PlanToml, Origins)> {
    let mut merged = toml::Table::new();
    let mut origins = Origins::default();
    let mut readable = true;
    for layer in layers {
        match read_layer(layer, &mut origins) {
            Ok(table) => merge(&mut merged, table),
            Err(error) => {
                diagnostics.push(unreadable(layer, &error));
                readable = false;
            }
        }
    }
    if !readable {
        return None;
    }
    match PlanToml::deserialize(merged) {
        Ok(plan) => Some((plan, origins)),
        Err(error) => {
            // Each layer alone was well-formed, so this is a table set over a value or the reverse.
            let message = format!("各層計畫合併後不一致：{}", error.message());
            diagnostics.push(Diagnostic::new(&PLAN_UNREADABLE, Place::Workspace, message));
            None
        }
    }
}

fn read_layer(layer: &PlanLayer, origins: &mut Origins) -> Result<toml::Table, toml::de::Error> {
    let spanned = DeTable::parse(&layer.text)?;
    let _: PlanToml = toml::from_str(&layer.text)?;
    let table: toml::Table = toml::from_str(&layer.text)?;
    origins.record(layer, spanned.get_ref(), "");
    Ok(table)
}

/// Tables are merged key by key; everything else is replaced.
fn merge(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => merge(under, over),
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
    if message.starts_with("unknown field")
        && let Some((unknown, known)) = quoted.split_first()
    {
        let hint = match did_you_mean(unknown, known.iter().copied()) {
            Some(near) => format!("您是指「{near}」嗎？"),
            None => format!("這裡可用的項目：{}", known.join("、")),
        };
        return Diagnostic::new(&PLAN_UNREADABLE, place, format!("沒有「{unknown}」這個項目"))
            .hint(hint)
            .subject(*unknown);
    }
    Diagnostic::new(&PLAN_UNREADABLE, place, format!("寫法有誤：{}", in_chinese(message)))
        .hint("請對照內建計畫同一項目的寫法修改這一行")
}

/// The parser's commonest sentences; others are shown as they are.
fn in_chinese(message: &str) -> String {
    if message.starts_with("invalid type") {
        let expected = message.rsplit_once("expected ").map_or("", |(_, expected)| expected);
        return format!("值的型態不對，這裡應為{}（{message}）", type_name(expected));
    }
    if message.starts_with("duplicate key") {
        return format!("同一個項目寫了兩次（{message}）");
    }
    message.to_owned()
}

fn type_name(expected: &str) -> &'static str {
    match expected {
        "a string" => "文字（前後加英文雙引號）",
        "a boolean" => "true 或 false",
        "a sequence" => "清單（[ ] 內以逗號分隔）",
        "a table" => "表格（[名稱] 之下的各行）",
        _ if expected.starts_with(['i', 'u']) => "整數",
        _ => "其他型態",
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

/// The built-in plan a workspace's layer builds on, if it says so readably.
pub fn based_on(text: &str) -> Option<String> {
    toml::from_str::<PlanToml>(text).ok()?.based_on
}
