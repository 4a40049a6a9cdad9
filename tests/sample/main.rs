//! Writes the shipped sample (示例資料) anew: filled workbooks and drawn evidence, all invented.
//!
//! `cargo run --release --example sample -- inputs`. Where LibreOffice (`soffice`) is on the machine,
//! 社會處's workbook is saved by it as .ods and 衛生局's as .xls, as some departments do.

mod press;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use huibian::assets::plans;
use huibian::forms::{self, Filling};
use huibian::place::RelPath;
use huibian::plan::{self, Demand, EvidenceItem, Field, Plan, PlanLayer, SecretariatPart, Task, Unit};
use serde::Deserialize;
use serde_json::json;

/// Items left empty on purpose: proposed ones, so that the sample shows an honest warning.
const LEFT_EMPTY: &[&str] = &["教03-2", "社05-2"];

#[derive(Deserialize, Default)]
#[serde(default)]
struct TaskAnswers {
    absent: Option<String>,
    fields: BTreeMap<String, String>,
    rows: BTreeMap<String, Vec<Vec<String>>>,
}

#[derive(Deserialize)]
struct Secretariat {
    settings: BTreeMap<String, String>,
    contacts: Vec<BTreeMap<String, String>>,
    scores: BTreeMap<String, String>,
    topic: Paragraphs,
    advice: Vec<BTreeMap<String, String>>,
    editorials: BTreeMap<String, Editorial>,
}

#[derive(Deserialize)]
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

fn main() {
    let root = std::env::args().nth(1).expect("the folder to write to");
    let root = Path::new(&root);
    let plan = builtin_plan();
    let narratives: BTreeMap<String, Vec<String>> = toml::from_str(include_str!("narratives.toml")).unwrap();
    write(&root.join("plan.toml"), "# 示例資料：本資料夾的單位回報全屬虛構，僅供試用。\nbased_on = \"hsinchu-110\"\n".as_bytes());
    write(&root.join("使用說明.txt"), forms::guide(&plan).as_bytes());
    secretariat(&plan, root);
    for unit in &plan.units {
        let answers = answers_of(unit);
        let mut filling = Filling::new();
        for task in plan.tasks_of(&unit.id) {
            fill(&plan, task, &answers, &narratives, &mut filling);
            if !answers.get(task.id.as_str()).is_some_and(|a| a.get("absent").is_some()) {
                evidence(task, unit, &root.join(&unit.name), &mut filling);
            }
        }
        let bytes = forms::unit_workbook(&plan, &unit.id, &filling).unwrap();
        write(&root.join(&unit.name).join(format!("{}.xlsx", unit.name)), &bytes);
    }
    save_by_libreoffice(&root.join("社會處/社會處.xlsx"), "ods");
    save_by_libreoffice(&root.join("衛生局/衛生局.xlsx"), "xls");
}

fn builtin_plan() -> Plan {
    let layers: Vec<PlanLayer> = plans::builtin(plans::DEFAULT)
        .unwrap()
        .iter()
        .map(|(file, text)| PlanLayer { file: RelPath::new(*file), text: (*text).to_owned() })
        .collect();
    plan::lower(&layers).0.expect("the built-in plan is whole")
}

fn answers_of(unit: &Unit) -> toml::Table {
    let text = match unit.id.as_str() {
        "police" => include_str!("answers/police.toml"),
        "labour" => include_str!("answers/labour.toml"),
        "social" => include_str!("answers/social.toml"),
        "health" => include_str!("answers/health.toml"),
        _ => include_str!("answers/education.toml"),
    };
    toml::from_str(text).unwrap()
}

fn fill(
    plan: &Plan,
    task: &Task,
    answers: &toml::Table,
    narratives: &BTreeMap<String, Vec<String>>,
    filling: &mut Filling,
) {
    let own: TaskAnswers =
        answers.get(task.id.as_str()).map(|value| value.clone().try_into().unwrap()).unwrap_or_default();
    filling.applies(&task.id, own.absent.is_none(), own.absent.as_deref().unwrap_or(""));
    filling.narrative(&task.id, narratives[task.id.as_str()].iter().map(String::as_str));
    if own.absent.is_some() {
        return;
    }
    for (key, text) in &own.fields {
        assert!(task.fields.iter().any(|field| field.key == *key), "{}.{key}", task.id);
        filling.field(&task.id, key, text);
    }
    for table in &task.tables {
        let key = table.id.as_str().rsplit('.').next().unwrap();
        for row in own.rows.get(key).unwrap_or_else(|| panic!("no rows for {}", table.id)) {
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
    columns.iter().map(|column| column.key.as_str()).zip(row.iter().map(String::as_str)).filter(|(_, text)| !text.is_empty()).collect()
}

fn secretariat(plan: &Plan, root: &Path) {
    let answers: Secretariat = toml::from_str(include_str!("answers/secretariat.toml")).unwrap();
    let mut filling = Filling::new();
    for (key, text) in &answers.settings {
        filling.setting(key, text);
    }
    for indicator in plan.indicators() {
        filling.score(&indicator.id, "", &answers.scores[indicator.id.as_str()]);
        let editorial = answers.editorials.get(indicator.id.as_str());
        if let Some(editorial) = editorial {
            filling.editorial(&indicator.id, &editorial.mode, editorial.paragraphs.iter().map(String::as_str));
        }
    }
    filling.part(SecretariatPart::AnnualTopic, answers.topic.paragraphs.iter().map(String::as_str));
    let pairs = |row: &BTreeMap<String, String>| -> Vec<(String, String)> { row.clone().into_iter().collect() };
    for (block, rows) in [("00.contacts", &answers.contacts), ("00.advice", &answers.advice)] {
        for row in rows {
            let row = pairs(row);
            filling.secretariat_row(block, row.iter().map(|(key, text)| (key.as_str(), text.as_str())));
        }
    }
    let bytes = forms::secretariat_workbook(plan, &filling).unwrap();
    let folder = &plan.secretariat.folder;
    write(&root.join(folder).join(format!("{folder}.xlsx")), &bytes);
}

// --- Evidence --------------------------------------------------------------------------------

fn evidence(task: &Task, unit: &Unit, folder: &Path, filling: &mut Filling) {
    for (index, item) in task.evidence.iter().enumerate() {
        let seed = task.code.bytes().map(usize::from).sum::<usize>() + index;
        let wanted = item.demand != Demand::Optional || seed % 2 == 0;
        if !wanted || LEFT_EMPTY.contains(&item.code.as_str()) {
            continue;
        }
        let folder = folder.join(item.folder_name());
        let caption = if item.code.as_str().ends_with("-1") { format!("{}（示例）", item.folder) } else { String::new() };
        filling.evidence(&task.id, &item.code, item.masking, &caption);
        files(task, unit, item, seed, &folder);
    }
}

fn files(task: &Task, unit: &Unit, item: &EvidenceItem, seed: usize, folder: &Path) {
    let date = format!("110年{}月{}日", seed % 10 + 2, seed % 27 + 1);
    let title = format!("{}{}", task.title, item.folder);
    let base = json!({
        "government": "示例市政府", "unit": unit.name, "title": title, "date": date,
        "number": format!("示例字第1100{:06}號", seed * 37), "count": seed % 17 + 8, "reach": seed * 37,
        "paragraphs": paragraphs(task, item),
    });
    let with = |more: serde_json::Value| {
        let mut data = base.clone();
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    if item.photo_pages {
        for n in 0..2 + seed % 2 {
            photo(&with(json!({ "kind": "photo", "count": seed * 3 + n, "stamp": format!("110.{:02}.{:02}", seed % 10 + 2, seed % 27 + 1) })), n, seed, folder);
        }
        return;
    }
    let folder_name = item.folder.as_str();
    let pdf = |name: &str, data: serde_json::Value| write(&folder.join(format!("{name}.pdf")), &press::pdf(&data));
    match folder_name {
        "簽到表" => pdf("簽到表(已遮蔽)", with(json!({ "kind": "signin", "count": seed % 20 + 18 }))),
        "滿意度" => pdf("滿意度調查統計", with(json!({ "kind": "survey", "rows": survey_rows(seed) }))),
        "函頒公文" | "開會通知" | "協定公文" => {
            if task.code == "警01" {
                scan(&with(json!({ "kind": "letter" })), &folder.join("函頒公文掃描.pdf"));
            } else {
                pdf(&format!("{}函", item.folder), with(json!({ "kind": "letter" })));
            }
        }
        "文宣樣張" => {
            let lines = ["你有權利保管自己的護照", "薪資應全額直接給付", "Bạn có quyền giữ hộ chiếu của mình", "Anda berhak menyimpan paspor sendiri"];
            pdf("多語海報", with(json!({ "kind": "poster", "headline": "你不孤單", "lines": lines })));
        }
        "網路截圖" => {
            let pdf = press::pdf(&with(json!({ "kind": "web" })));
            write(&folder.join("貼文截圖.png"), &press::png(&press::picture(&pdf, 1400)));
        }
        "統計表" | "查緝統計" | "使用統計" | "安置統計" | "服務統計" | "訪視統計" | "通譯統計" | "列管追蹤" | "追蹤表" => {
            let data = with(json!({ "kind": "statistics", "columns": ["月份", "件數", "男", "女", "合計", "備註"], "rows": statistics_rows(seed) }));
            if task.code == "勞05" {
                // LibreOffice saved this one: evidence that goes into the bundle as a file.
                fs::create_dir_all(folder).unwrap();
                fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample/files/訪視統計.ods"), folder.join("訪視統計.ods")).ok();
            }
            pdf(&format!("110年{}", item.folder), data);
        }
        _ => {
            let sections = ["依據", "目的", "實施對象", "辦理方式", "預期效益", "經費來源"];
            let n = 3 + seed % 4;
            let sections: Vec<_> = sections.iter().take(n).map(|s| json!({ "title": s, "paragraphs": paragraphs(task, item) })).collect();
            let data = with(json!({ "kind": "plan", "title": format!("{}{}", unit.name, title), "sections": sections }));
            let pdf = press::pdf(&data);
            let name = format!("110年{}(核定版).pdf", item.folder);
            // One document bears a stamp as an annotation, which a careless binder would lose.
            let pdf = if item.code.as_str() == "警06-1" { press::with_stamp(&pdf) } else { pdf };
            write(&folder.join(name), &pdf);
        }
    }
}

fn paragraphs(task: &Task, item: &EvidenceItem) -> Vec<String> {
    vec![
        format!("為落實{}工作，依本府年度執行計畫辦理「{}」，相關單位應依分工確實執行，並於期限內彙送成果。", task.title, item.folder),
        "本文件為示例資料，內容全屬虛構，僅用於展示裝訂與編號之效果，不代表任何機關之實際作為。".to_owned(),
        "執行情形應定期檢討，遇有窒礙難行之處，得提協調聯繫會議討論後修正；所需經費由各單位年度預算支應。".to_owned(),
    ]
}

fn survey_rows(seed: usize) -> Vec<Vec<String>> {
    ["課程內容切合需要", "講師表達清楚", "時間安排適當", "教材有助工作", "整體滿意度"]
        .iter()
        .enumerate()
        .map(|(row, question)| {
            let very = 28 + (seed + row * 3) % 12;
            let good = 14 + (seed * 2 + row) % 6;
            let fair = 2 + (seed + row) % 3;
            vec![(*question).to_owned(), very.to_string(), good.to_string(), fair.to_string(), "0".to_owned(), (very + good + fair).to_string()]
        })
        .collect()
}

fn statistics_rows(seed: usize) -> Vec<Vec<String>> {
    (1..=12)
        .map(|month| {
            let men = (seed * 7 + month * 5) % 23;
            let women = (seed * 3 + month * 11) % 19;
            vec![format!("{month}月"), ((men + women) / 3 + 1).to_string(), men.to_string(), women.to_string(), (men + women).to_string(), String::new()]
        })
        .collect()
}

/// A drawn scene as a phone would have taken it, lying on its side or upside down now and then.
fn photo(data: &serde_json::Value, n: usize, seed: usize, folder: &Path) {
    let picture = press::picture(&press::pdf(data), 1600);
    let orientation = [1u8, 6, 3, 8][(seed + n) % 4];
    let bytes = press::jpeg(&press::turned_for(picture, orientation), 82, orientation, (seed + n) % 3 == 0);
    let date = data["stamp"].as_str().unwrap().replace('.', "");
    write(&folder.join(format!("{date}_IMG_{:04}.jpg", seed * 3 + n)), &bytes);
}

/// A letter as a copier scans it: a grey picture, no text.
fn scan(data: &serde_json::Value, path: &Path) {
    let picture = press::picture(&press::pdf(data), 1240);
    write(path, &press::picture_pdf(&picture));
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn save_by_libreoffice(path: &Path, format: &str) {
    let profile = std::env::temp_dir().join("huibian-sample-profile");
    let status = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args(["--headless", "--convert-to", format, "--outdir"])
        .arg(path.parent().unwrap())
        .arg(path)
        .status();
    match status {
        Ok(status) if status.success() => fs::remove_file(path).unwrap(),
        _ => println!("no LibreOffice here: {} stays .xlsx", path.display()),
    }
}
