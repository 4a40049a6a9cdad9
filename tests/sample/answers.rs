//! The sample's answers as fillings of the workbooks. Shared with the tests, which change an answer and
//! look at what is said.

use std::collections::BTreeMap;

use huibian::assets::plans;
use huibian::forms::Filling;
use huibian::plan::{self, Demand, EvidenceItem, Field, Plan, PlanLayer, SecretariatPart, Task, Unit};
use serde::Deserialize;

/// Items left empty on purpose: proposed ones, so that the sample shows an honest warning.
const LEFT_EMPTY: &[&str] = &["教03-2", "社05-2"];

#[derive(Deserialize, Default)]
#[serde(default)]
struct TaskAnswers {
    absent: Option<String>,
    narrative: Vec<String>,
    /// 有／無 is left blank.
    no_switch: bool,
    fields: BTreeMap<String, String>,
    rows: BTreeMap<String, Vec<Vec<String>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Secretariat {
    settings: BTreeMap<String, String>,
    contacts: Vec<BTreeMap<String, String>>,
    points: BTreeMap<String, String>,
    scores: BTreeMap<String, String>,
    topic: Paragraphs,
    advice: Vec<BTreeMap<String, String>>,
    exceptions: Vec<BTreeMap<String, String>>,
    editorials: BTreeMap<String, Editorial>,
}

#[derive(Deserialize, Default)]
struct Paragraphs {
    paragraphs: Vec<String>,
}

#[derive(Deserialize)]
struct Editorial {
    mode: String,
    paragraphs: Vec<String>,
}

#[derive(Deserialize)]
struct Shared {
    rows: Vec<Vec<String>>,
}

/// The plan the sample answers.
pub fn builtin_plan() -> Plan {
    let layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
    plan::lower(&layers).0.expect("the built-in plan is whole")
}

/// What a unit answers, by task; tests change it before it is filled in.
pub fn of_unit(unit: &Unit) -> toml::Table {
    let text = match unit.id.as_str() {
        "police" => include_str!("answers/police.toml"),
        "labour" => include_str!("answers/labour.toml"),
        "social" => include_str!("answers/social.toml"),
        "health" => include_str!("answers/health.toml"),
        _ => include_str!("answers/education.toml"),
    };
    let mut answers: toml::Table = toml::from_str(text).unwrap();
    let narratives: toml::Table = toml::from_str(include_str!("narratives.toml")).unwrap();
    let prefix = match unit.id.as_str() {
        "police" => "POL",
        "labour" => "LAB",
        "social" => "SOC",
        "health" => "HEA",
        _ => "EDU",
    };
    for (task, paragraphs) in narratives.into_iter().filter(|(task, _)| task.starts_with(prefix)) {
        let own = answers.entry(task).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        own.as_table_mut().unwrap().insert("narrative".to_owned(), paragraphs);
    }
    answers
}

pub fn of_secretariat() -> toml::Table {
    toml::from_str(include_str!("answers/secretariat.toml")).unwrap()
}

/// A unit's workbook filled in, evidence checklist included.
pub fn unit(plan: &Plan, unit: &Unit, answers: &toml::Table) -> Filling {
    let mut filling = Filling::new();
    for task in plan.tasks_of(&unit.id) {
        fill(plan, task, answers, &mut filling);
        for (_, item) in items(task, answers) {
            let unmasked = answers.get("unmasked").and_then(toml::Value::as_str) == Some(item.code.as_str());
            let caption = if item.code.as_str().ends_with("-1") {
                format!("{}（示例）", item.folder)
            } else {
                String::new()
            };
            filling.evidence(&task.id, &item.code, item.masking && !unmasked, &caption);
        }
    }
    filling
}

/// The items a task hands in evidence for, with a number to vary it by.
pub fn items<'a>(task: &'a Task, answers: &toml::Table) -> Vec<(usize, &'a EvidenceItem)> {
    if answers.get(task.id.as_str()).is_some_and(|own| own.get("absent").is_some()) {
        return Vec::new();
    }
    let numbered = task
        .evidence
        .iter()
        .enumerate()
        .map(|(index, item)| (task.code.bytes().map(usize::from).sum::<usize>() + index, item));
    numbered
        .filter(|(seed, item)| {
            let wanted = item.demand != Demand::Optional || seed % 2 == 0;
            wanted && !LEFT_EMPTY.contains(&item.code.as_str())
        })
        .collect()
}

fn fill(plan: &Plan, task: &Task, answers: &toml::Table, filling: &mut Filling) {
    let own: TaskAnswers =
        answers.get(task.id.as_str()).map(|value| value.clone().try_into().unwrap()).unwrap_or_default();
    if !own.no_switch {
        filling.applies(&task.id, own.absent.is_none(), own.absent.as_deref().unwrap_or(""));
    }
    filling.narrative(&task.id, own.narrative.iter().map(String::as_str));
    if own.absent.is_some() && own.fields.is_empty() {
        return;
    }
    for (key, text) in &own.fields {
        assert!(task.fields.iter().any(|field| field.key == *key), "{}.{key}", task.id);
        filling.field(&task.id, key, text);
    }
    for table in &task.tables {
        let key = table.id.as_str().rsplit('.').next().unwrap();
        for row in own.rows.get(key).into_iter().flatten() {
            filling.row(&table.id, cells(&table.columns, row));
        }
    }
    for id in &task.shared {
        let Some(table) = plan.table(id).filter(|_| task.id.as_str() == "POL03") else { continue };
        let shared: Shared = answers[id.as_str()].clone().try_into().unwrap();
        for row in &shared.rows {
            filling.row(&table.id, cells(&table.columns, row));
        }
    }
}

fn cells<'a>(columns: &'a [Field], row: &'a [String]) -> Vec<(&'a str, &'a str)> {
    assert_eq!(columns.len(), row.len(), "{row:?}");
    columns
        .iter()
        .map(|column| column.key.as_str())
        .zip(row.iter().map(String::as_str))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// The secretariat's workbook filled in.
pub fn secretariat(plan: &Plan, answers: &toml::Table) -> Filling {
    let answers: Secretariat = answers.clone().try_into().unwrap();
    let mut filling = Filling::new();
    for (key, text) in &answers.settings {
        filling.setting(key, text);
    }
    for indicator in plan.indicators() {
        let of = |scores: &BTreeMap<String, String>| {
            scores.get(indicator.id.as_str()).cloned().unwrap_or_default()
        };
        filling.score(&indicator.id, &of(&answers.points), &of(&answers.scores));
        let editorial = answers.editorials.get(indicator.id.as_str());
        if let Some(editorial) = editorial {
            filling.editorial(
                &indicator.id,
                &editorial.mode,
                editorial.paragraphs.iter().map(String::as_str),
            );
        }
    }
    filling.part(SecretariatPart::AnnualTopic, answers.topic.paragraphs.iter().map(String::as_str));
    let pairs =
        |row: &BTreeMap<String, String>| -> Vec<(String, String)> { row.clone().into_iter().collect() };
    let blocks = [
        ("00.contacts", &answers.contacts),
        ("00.advice", &answers.advice),
        ("00.exceptions", &answers.exceptions),
    ];
    for (block, rows) in blocks {
        for row in rows {
            let row = pairs(row);
            filling.secretariat_row(block, row.iter().map(|(key, text)| (key.as_str(), text.as_str())));
        }
    }
    filling
}
