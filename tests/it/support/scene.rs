//! A whole workspace in memory: the sample's answers as real workbooks, read back as a user's are,
//! with an invented file for every evidence item. Tests change one thing and look at what is said.

use std::collections::BTreeMap;

use huibian::calendar::OfficeCalendar;
use huibian::checks::{self, CheckInput};
use huibian::derivation::Figures;
use huibian::diagnostic::{Diagnostic, Diagnostics};
use huibian::exhibit::{Content, Handle, PageSize, PageText, Preparation, Remark};
use huibian::fragment::Fragment;
use huibian::inventory::{Digests, InputFile, Inventory, MediaType, Role, sha256_hex};
use huibian::place::RelPath;
use huibian::plan::{Plan, UnitId};
use huibian::submission::{SecretariatAnswers, Submission};
use huibian::{forms, intake};
use jiff::civil::Date;

use super::answers;

pub struct Scene {
    pub plan: Plan,
    /// Answers by unit id; remove one and the unit has handed in nothing.
    pub units: BTreeMap<String, toml::Table>,
    /// `None`: the secretariat's workbook is missing.
    pub secretariat: Option<toml::Table>,
    pub files: Vec<InputFile>,
    pub preparations: BTreeMap<RelPath, Preparation>,
    /// What is written in workbooks beside the answers.
    pub fragments: BTreeMap<RelPath, Vec<Fragment>>,
    pub today: Date,
    /// Characters the fonts lack.
    pub uncovered: Vec<char>,
}

impl Scene {
    /// The sample, on a day before every deadline.
    pub fn new() -> Self {
        let plan = answers::builtin_plan();
        let units: BTreeMap<String, toml::Table> =
            plan.units.iter().map(|unit| (unit.id.to_string(), answers::of_unit(unit))).collect();
        let mut scene = Scene {
            units,
            secretariat: Some(answers::of_secretariat()),
            files: Vec::new(),
            preparations: BTreeMap::new(),
            fragments: BTreeMap::new(),
            today: Date::constant(2022, 2, 10),
            uncovered: Vec::new(),
            plan,
        };
        scene.lay_evidence();
        scene
    }

    fn lay_evidence(&mut self) {
        let plan = self.plan.clone();
        for unit in &plan.units {
            for task in plan.tasks_of(&unit.id) {
                for (_, item) in answers::items(task, &self.units[unit.id.as_str()]) {
                    let (name, kind) = match item.kinds.first().map(String::as_str) {
                        Some("jpg") => ("照片.jpg", MediaType::Jpeg),
                        _ => ("文件.pdf", MediaType::Pdf),
                    };
                    let path = format!("{}/{}/{name}", unit.name, item.folder_name());
                    self.add_file(&path, kind, Role::Evidence(item.code.clone()), path.as_bytes());
                }
            }
        }
    }

    /// A file with a preparation of its own kind and some text.
    pub fn add_file(&mut self, path: &str, media_type: MediaType, role: Role, bytes: &[u8]) {
        let path = RelPath::new(path);
        let content = match media_type {
            MediaType::Pdf => {
                let pages = vec![PageSize { width: 595.0, height: 842.0 }];
                Content::Pages { prepared: Handle(path.to_string()), pages }
            }
            MediaType::Jpeg => {
                Content::Picture { prepared: Handle(path.to_string()), width: 800, height: 600 }
            }
            _ => Content::File { reason: "以檔案收錄".to_owned() },
        };
        let texts = vec![PageText { page: 1, text: "示例文件".to_owned() }];
        if matches!(role, Role::Evidence(_) | Role::SignedPage) {
            self.preparations.insert(
                path.clone(),
                Preparation { content, texts, fragments: Vec::new(), remarks: Vec::new() },
            );
        }
        self.files.push(InputFile {
            path,
            bytes: bytes.len() as u64,
            media_type,
            digests: Digests { sha256: sha256_hex(bytes) },
            role,
            unreadable: None,
        });
    }

    /// A task's answers.
    pub fn task(&mut self, unit: &str, task: &str) -> &mut toml::Table {
        let answers = self.units.get_mut(unit).unwrap();
        answers.entry(task).or_insert_with(|| toml::Value::Table(toml::Table::new())).as_table_mut().unwrap()
    }

    pub fn set_field(&mut self, unit: &str, task: &str, field: &str, text: &str) {
        let fields =
            self.task(unit, task).entry("fields").or_insert_with(|| toml::Value::Table(toml::Table::new()));
        fields.as_table_mut().unwrap().insert(field.to_owned(), text.into());
    }

    pub fn remove_field(&mut self, unit: &str, task: &str, field: &str) {
        self.task(unit, task)["fields"].as_table_mut().unwrap().remove(field).unwrap();
    }

    pub fn rows(&mut self, unit: &str, task: &str, table: &str) -> &mut Vec<toml::Value> {
        self.task(unit, task)["rows"].as_table_mut().unwrap()[table].as_array_mut().unwrap()
    }

    pub fn set_cell(&mut self, unit: &str, task: &str, table: &str, row: usize, column: usize, text: &str) {
        self.rows(unit, task, table)[row].as_array_mut().unwrap()[column] = text.into();
    }

    pub fn set_narrative(&mut self, unit: &str, task: &str, text: &str) {
        let paragraphs = if text.is_empty() { Vec::new() } else { vec![text.into()] };
        self.task(unit, task).insert("narrative".to_owned(), toml::Value::Array(paragraphs));
    }

    pub fn secretariat(&mut self) -> &mut toml::Table {
        self.secretariat.as_mut().unwrap()
    }

    /// A setting of the secretariat's first sheet.
    pub fn set_setting(&mut self, key: &str, text: &str) {
        self.secretariat()["settings"].as_table_mut().unwrap().insert(key.to_owned(), text.into());
    }

    /// The first evidence file of an item.
    pub fn evidence(&mut self, item: &str) -> &mut InputFile {
        let is_of =
            |file: &&mut InputFile| matches!(&file.role, Role::Evidence(code) if code.as_str() == item);
        self.files.iter_mut().find(is_of).unwrap()
    }

    pub fn preparation(&mut self, item: &str) -> &mut Preparation {
        let path = self.evidence(item).path.clone();
        self.preparations.get_mut(&path).unwrap()
    }

    pub fn remark(&mut self, item: &str, remark: Remark) {
        self.preparation(item).remarks.push(remark);
    }

    /// An exception as the secretariat types it.
    pub fn except(&mut self, key: &str, reason: &str, name: &str) {
        let row: toml::Table = [("key", key), ("reason", reason), ("name", name), ("date", "111/02/10")]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| (key.to_owned(), text.into()))
            .collect();
        let rows = self.secretariat().entry("exceptions").or_insert_with(|| toml::Value::Array(Vec::new()));
        rows.as_array_mut().unwrap().push(row.into());
    }

    /// Writes the workbooks, reads them back and applies every rule.
    pub fn check(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        let mut submissions: BTreeMap<UnitId, Submission> = BTreeMap::new();
        for unit in self.plan.units.iter() {
            let Some(given) = self.units.get(unit.id.as_str()) else { continue };
            let filling = answers::unit(&self.plan, unit, given);
            let bytes = forms::unit_workbook(&self.plan, &unit.id, &filling).unwrap();
            let file = RelPath::new(format!("{0}/{0}.xlsx", unit.name));
            let (submission, diagnostics) =
                intake::submission(&self.plan, &unit.id, &file, &super::grid(&bytes));
            submissions.insert(unit.id.clone(), submission);
            found.extend(diagnostics);
        }
        let mut secretariat = SecretariatAnswers::default();
        if let Some(given) = &self.secretariat {
            let filling = answers::secretariat(&self.plan, given);
            let bytes = forms::secretariat_workbook(&self.plan, &filling).unwrap();
            let file = RelPath::new("00_秘書單位/00_秘書單位.xlsx");
            let (answers, diagnostics) = intake::secretariat(&self.plan, &file, &super::grid(&bytes));
            secretariat = answers;
            found.extend(diagnostics);
        }
        let mut files = self.files.clone();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let plan = huibian::pipeline::lay_over(self.plan.clone(), &secretariat);
        let covered = |c: char| !self.uncovered.contains(&c) && !('\u{e000}'..='\u{f8ff}').contains(&c);
        checks::check(
            &CheckInput {
                figures: &Figures::evaluate(&plan, &submissions),
                plan: &plan,
                submissions: &submissions,
                secretariat: &secretariat,
                inventory: &Inventory { files },
                preparations: &self.preparations,
                identity: "0fbd3183",
                fragments: &self.fragments,
                calendar: &OfficeCalendar::builtin()
                    .with_closures(plan.deadlines.extra_closures.iter().copied()),
                today: self.today,
                covered: &covered,
                registry: &huibian::rules::all(),
            },
            found,
        )
    }

    /// The diagnostics of one rule.
    pub fn said(&self, rule: &str) -> Vec<Diagnostic> {
        self.check().into_iter().filter(|diagnostic| diagnostic.rule.id == rule).collect()
    }
}
