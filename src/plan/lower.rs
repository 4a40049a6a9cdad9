//! From the plan as written to the plan as used: references resolved, dates and figures read.
//!
//! Accumulates everything that is wrong, each with the line that says it. Knows the mirror and
//! the model, nothing of files.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::figure::Figure;
use crate::folding::did_you_mean;
use crate::inventory::sha256_hex;

use super::syntax::{
    self, DeriveToml, EvidenceToml, FieldToml, Origins, PlanLayer, PlanToml, TableToml, TaskToml,
};
use super::*;

pub static PLAN_VALUE_MISSING: Rule = Rule {
    id: "plan-value-missing",
    severity: Severity::Error,
    title: "計畫檔缺少必要的項目",
    explanation: "檢查什麼：期間、期限、單位、任務等項目須齊備。\n\
        為何重要：缺了就無法判斷期限或編排自評表。\n\
        如何修正：依訊息補上該項目；多半只要在 plan.toml 註明 based_on 即可沿用內建計畫。",
    answerable: false,
};

pub static PLAN_VALUE_INVALID: Rule = Rule {
    id: "plan-value-invalid",
    severity: Severity::Error,
    title: "計畫檔的值不對",
    explanation: "檢查什麼：日期、數字、種類等值須能解讀且合理。\n\
        為何重要：錯的期限或門檻會使檢核與等第都不對。\n\
        如何修正：依訊息所指的行修改；日期請寫成 \"111-02-15\"。",
    answerable: false,
};

pub static PLAN_REFERENCE_UNKNOWN: Rule = Rule {
    id: "plan-reference-unknown",
    severity: Severity::Error,
    title: "計畫檔提到不存在的項目",
    explanation: "檢查什麼：指標引用的任務、計算式引用的欄位、單位擔任的角色等，都須存在。\n\
        為何重要：引用落空時，內容會從自評表消失而無人察覺。\n\
        如何修正：改成存在的名稱，或補上該項目。",
    answerable: false,
};

pub static PLAN_KEY_DUPLICATE: Rule = Rule {
    id: "plan-key-duplicate",
    severity: Severity::Error,
    title: "計畫檔的代號重複",
    explanation: "檢查什麼：任務、角色與佐證項目代號不得重複。\n\
        為何重要：重複的代號會使佐證歸到錯的項目。\n\
        如何修正：把其中一個改成別的代號。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[
    &syntax::PLAN_UNREADABLE,
    &PLAN_VALUE_MISSING,
    &PLAN_VALUE_INVALID,
    &PLAN_REFERENCE_UNKNOWN,
    &PLAN_KEY_DUPLICATE,
];

/// Builds the plan from its layers, the built-in files first. With an error there may be no plan.
pub fn lower(layers: &[PlanLayer]) -> (Option<Plan>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let Some((toml, origins)) = syntax::read(layers, &mut diagnostics) else {
        return (None, diagnostics);
    };
    let mut lowering = Lowering { origins: &origins, diagnostics };
    let plan = lowering.plan(toml);
    (plan, lowering.diagnostics)
}

struct Lowering<'a> {
    origins: &'a Origins,
    diagnostics: Diagnostics,
}

impl Lowering<'_> {
    fn report(&mut self, rule: &'static Rule, path: &str, message: String, hint: &str) {
        let place = self.origins.place(path);
        self.diagnostics.push(Diagnostic::new(rule, place, message).hint(hint).subject(path));
    }

    fn plan(&mut self, toml: PlanToml) -> Option<Plan> {
        let before = self.diagnostics.len();
        let units = self.units(&toml);
        let sets = toml.set.0.iter().map(|(key, set)| (key.as_str(), set)).collect();
        let mut tasks = self.tasks(&toml, &units, &sets);
        let shared_tables = self.shared_tables(&toml, &units);
        self.check_tasks(&mut tasks, &shared_tables);
        let facets = self.facets(&toml, &tasks);
        let plan = Plan {
            id: String::new(),
            version: String::new(),
            title: self.required(toml.title.clone(), "title"),
            form_title: self.required(toml.form_title.clone(), "form_title"),
            government: self.government(&toml),
            year: self.required(toml.year, "year"),
            period: self.period(&toml),
            legal_bases: toml.legal_bases.clone(),
            recipient: Recipient {
                name: self.required(toml.recipient.name.clone(), "recipient.name"),
                email: toml.recipient.email.clone(),
            },
            deadlines: self.deadlines(&toml),
            schedule: toml
                .milestone
                .iter()
                .map(|milestone| Milestone { title: milestone.title.clone(), when: milestone.when.clone() })
                .collect(),
            grades: self.grades(&toml),
            limits: self.limits(&toml),
            secretariat: self.secretariat(&toml, &units),
            comparisons: self.comparisons(&toml, &tasks),
            units,
            facets,
            tasks,
            shared_tables,
            signatures: toml.signatures.clone(),
            notes: toml.notes.clone(),
        };
        // Whatever was put in for a missing value is never used: an error means no plan.
        (self.diagnostics.len() == before).then(|| {
            let id = format!("{}-{}", plan.government.ascii, plan.year);
            let version = form_version(&plan);
            Plan { id, version, ..plan }
        })
    }

    fn required<T: Default>(&mut self, value: Option<T>, path: &str) -> T {
        value.unwrap_or_else(|| {
            self.report(
                &PLAN_VALUE_MISSING,
                path,
                format!("缺少「{path}」"),
                "請補上，或以 based_on 沿用內建計畫",
            );
            T::default()
        })
    }

    fn date(&mut self, text: Option<&String>, path: &str) -> Date {
        match text {
            None => {
                self.required::<String>(None, path);
                Date::ZERO
            }
            Some(text) => self.read_date(text, path),
        }
    }

    fn read_date(&mut self, text: &str, path: &str) -> Date {
        roc_date(text).unwrap_or_else(|| {
            let message = format!("「{text}」不是存在的日期");
            self.report(&PLAN_VALUE_INVALID, path, message, "請寫成民國年-月-日，例：\"111-02-15\"");
            Date::ZERO
        })
    }

    fn figure(&mut self, text: &str, path: &str) -> Figure {
        Figure::parse(text).unwrap_or_else(|| {
            self.report(
                &PLAN_VALUE_INVALID,
                path,
                format!("「{text}」不是數字"),
                "請寫成例如 \"95\" 或 \"12.50\"",
            );
            Figure::ZERO
        })
    }

    fn unknown<'b>(&mut self, path: &str, what: &str, name: &str, known: impl IntoIterator<Item = &'b str>) {
        let hint = match did_you_mean(name, known) {
            Some(near) => format!("您是指「{near}」嗎？"),
            None => "請改成存在的名稱，或補上該項目".to_owned(),
        };
        self.report(&PLAN_REFERENCE_UNKNOWN, path, format!("沒有名為「{name}」的{what}"), &hint);
    }

    fn government(&mut self, toml: &PlanToml) -> Government {
        let government = &toml.government;
        let ascii = self.required(government.ascii.clone(), "government.ascii");
        if !ascii.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            let message = format!("「{ascii}」用於檔名，只能有小寫英文字母、數字與連字號");
            self.report(&PLAN_VALUE_INVALID, "government.ascii", message, "例：\"hsinchu\"");
        }
        Government {
            name: self.required(government.name.clone(), "government.name"),
            short: self.required(government.short.clone(), "government.short"),
            code: government.code.clone(),
            ascii,
        }
    }

    fn period(&mut self, toml: &PlanToml) -> Period {
        let first = self.date(toml.period.first.as_ref(), "period.first");
        let last = self.date(toml.period.last.as_ref(), "period.last");
        if last < first {
            self.report(
                &PLAN_VALUE_INVALID,
                "period.last",
                "受評期間的末日早於首日".to_owned(),
                "請對調或更正日期",
            );
        }
        Period { first, last }
    }

    fn deadlines(&mut self, toml: &PlanToml) -> Deadlines {
        let deadlines = &toml.deadlines;
        Deadlines {
            internal: self.date(deadlines.internal.as_ref(), "deadlines.internal"),
            final_text: self.required(deadlines.final_text.clone(), "deadlines.final_text"),
            final_exact: deadlines
                .final_exact
                .as_ref()
                .map(|text| self.read_date(text, "deadlines.final_exact")),
            final_default: self.date(deadlines.final_default.as_ref(), "deadlines.final_default"),
            appeal_days: self.required(deadlines.appeal_days, "deadlines.appeal_days"),
            extra_closures: deadlines
                .extra_closures
                .iter()
                .enumerate()
                .map(|(index, text)| self.read_date(text, &format!("deadlines.extra_closures.{index}")))
                .collect(),
        }
    }

    fn limits(&mut self, toml: &PlanToml) -> Limits {
        let quality = self.required(toml.limits.picture_quality, "limits.picture_quality");
        let dpi = self.required(toml.limits.picture_dpi, "limits.picture_dpi");
        if toml.limits.picture_dpi.is_some() && !(72..=600).contains(&dpi) {
            self.report(
                &PLAN_VALUE_INVALID,
                "limits.picture_dpi",
                format!("解析度 {dpi} 不在 72 到 600 之間"),
                "建議 200",
            );
        }
        if toml.limits.picture_quality.is_some() && !(1..=100).contains(&quality) {
            self.report(
                &PLAN_VALUE_INVALID,
                "limits.picture_quality",
                format!("畫質 {quality} 不在 1 到 100 之間"),
                "建議 85",
            );
        }
        Limits {
            mail_bytes: u64::from(self.required(toml.limits.mail_megabytes, "limits.mail_megabytes"))
                * 1_000_000,
            picture_dpi: dpi,
            picture_quality: quality,
            small_cell: self.required(toml.limits.small_cell, "limits.small_cell"),
        }
    }

    fn grades(&mut self, toml: &PlanToml) -> Vec<Grade> {
        let mut grades: Vec<Grade> = Vec::new();
        for (index, grade) in toml.grade.iter().enumerate() {
            let path = format!("grade.{index}.at_least");
            let at_least = grade.at_least.as_ref().map(|text| self.figure(text, &path));
            let is_last = index + 1 == toml.grade.len();
            let above = grades.last().and_then(|above| above.at_least);
            let descends = match (above, at_least) {
                (Some(above), Some(this)) => this < above,
                _ => true,
            };
            if !descends || (at_least.is_none() != is_last) {
                let message = format!("等第「{}」的門檻須由高而低，只有最後一個不設門檻", grade.title);
                self.report(&PLAN_VALUE_INVALID, &path, message, "請依分數由高到低排列各等第");
            }
            grades.push(Grade {
                title: grade.title.clone(),
                at_least,
                awards: grade.awards.clone(),
                exempt_years: grade.exempt_years,
            });
        }
        grades
    }

    fn units(&mut self, toml: &PlanToml) -> Vec<Unit> {
        let mut ordered: Vec<_> = toml.unit.0.iter().collect();
        ordered.sort_by_key(|(_, unit)| unit.order);
        let mut roles = BTreeSet::new();
        let mut units = Vec::new();
        for (key, unit) in ordered {
            for (index, role) in unit.roles.iter().enumerate() {
                if !roles.insert(role.clone()) {
                    let path = format!("unit.{key}.roles.{index}");
                    self.report(
                        &PLAN_KEY_DUPLICATE,
                        &path,
                        format!("角色「{role}」已由別的單位擔任"),
                        "一個角色只能由一個單位擔任",
                    );
                }
            }
            units.push(Unit {
                id: UnitId(key.clone()),
                name: self.required(unit.name.clone(), &format!("unit.{key}.name")),
                prefix: self.required(unit.prefix.clone(), &format!("unit.{key}.prefix")),
                roles: unit.roles.iter().map(|role| RoleId(role.clone())).collect(),
            });
        }
        if units.is_empty() {
            self.required::<String>(None, "unit");
        }
        units
    }

    fn secretariat(&mut self, toml: &PlanToml, units: &[Unit]) -> Secretariat {
        let unit = self.required(toml.secretariat.unit.clone(), "secretariat.unit");
        if toml.secretariat.unit.is_some() && !units.iter().any(|known| known.id.0 == unit) {
            self.unknown("secretariat.unit", "單位", &unit, units.iter().map(|unit| unit.id.as_str()));
        }
        Secretariat {
            unit: UnitId(unit),
            folder: self.required(toml.secretariat.folder.clone(), "secretariat.folder"),
            title: self.required(toml.secretariat.title.clone(), "secretariat.title"),
        }
    }

    fn tasks(
        &mut self,
        toml: &PlanToml,
        units: &[Unit],
        sets: &BTreeMap<&str, &syntax::SetToml>,
    ) -> Vec<Task> {
        let mut tasks: Vec<Task> = Vec::new();
        for (key, task) in &toml.task.0 {
            let path = format!("task.{key}");
            let Some(unit) = units.iter().find(|unit| unit.roles.iter().any(|role| role.0 == task.role))
            else {
                let roles = units.iter().flat_map(|unit| &unit.roles).map(RoleId::as_str);
                self.unknown(&format!("{path}.role"), "角色（沒有單位擔任）", &task.role, roles);
                continue;
            };
            tasks.push(self.task(key, task, unit, sets, &path));
        }
        // Plan order: by unit, then by number within the unit; roles of one unit in its own order.
        tasks.sort_by_key(|task| {
            let unit = units.iter().position(|unit| unit.id == task.unit);
            let role = unit.and_then(|at| units[at].roles.iter().position(|role| *role == task.role));
            (unit, role, task.code.clone())
        });
        let mut codes = BTreeSet::new();
        for task in &tasks {
            if !codes.insert(task.code.clone()) {
                let path = format!("task.{}.no", task.id);
                self.report(
                    &PLAN_KEY_DUPLICATE,
                    &path,
                    format!("任務編號「{}」重複", task.code),
                    "請改用別的 no",
                );
            }
        }
        tasks
    }

    fn task(
        &mut self,
        key: &str,
        task: &TaskToml,
        unit: &Unit,
        sets: &BTreeMap<&str, &syntax::SetToml>,
        path: &str,
    ) -> Task {
        // A unit that holds several roles numbers each role's tasks on its own: the role's place
        // among them is the tens.
        let role_at = unit.roles.iter().position(|role| role.0 == task.role).unwrap_or(0) as u32;
        let code = format!("{}{:02}", unit.prefix, role_at * 20 + task.no);
        let mut lowered = Task {
            id: TaskId(key.to_owned()),
            role: RoleId(task.role.clone()),
            unit: unit.id.clone(),
            code: code.clone(),
            title: task.title.clone(),
            text: task.text.clone(),
            may_be_absent: task.may_be_absent,
            narrative: demand(task.narrative, task.narrative.is_none()),
            fields: Vec::new(),
            tables: Vec::new(),
            shared: task.shared.iter().map(|id| TableId(id.clone())).collect(),
            evidence: Vec::new(),
            cautions: task.cautions.clone(),
        };
        for (index, set) in task.sets.iter().enumerate() {
            let Some(set_toml) = sets.get(set.as_str()) else {
                self.unknown(&format!("{path}.sets.{index}"), "填報組（set）", set, sets.keys().copied());
                continue;
            };
            if set_toml.narrative.is_some() {
                lowered.narrative = demand(set_toml.narrative, false);
            }
            let path = format!("set.{set}");
            self.contents(&mut lowered, &set_toml.field, &set_toml.table, &set_toml.evidence, &path);
        }
        self.contents(&mut lowered, &task.field, &task.table, &task.evidence, path);
        if lowered.text.is_empty() {
            self.required::<String>(None, &format!("{path}.text"));
        }
        lowered
    }

    fn contents(
        &mut self,
        task: &mut Task,
        fields: &syntax::Table<FieldToml>,
        tables: &syntax::Table<TableToml>,
        evidence: &syntax::Table<EvidenceToml>,
        path: &str,
    ) {
        let id = task.id.clone();
        for (key, field) in &fields.0 {
            let lowered = self.field(key, field, &id, task, &format!("{path}.field.{key}"));
            task.fields.push(lowered);
        }
        for (key, table) in &tables.0 {
            let path = format!("{path}.table.{key}");
            let lowered = self.table(TableId(format!("{id}.{key}")), table, None, &path);
            task.tables.push(lowered);
        }
        for (_, item) in &evidence.0 {
            let code = format!("{}-{}", task.code, task.evidence.len() + 1);
            task.evidence.push(EvidenceItem {
                code: ItemCode(code),
                title: item.title.clone(),
                folder: item.folder.clone(),
                demand: demand(item.standing, item.optional),
                kinds: item.kinds.iter().map(|kind| kind.to_ascii_lowercase()).collect(),
                photo_pages: item.photo_pages,
                masking: item.masking,
                hint: item.hint.clone(),
            });
        }
    }

    fn field(&mut self, key: &str, field: &FieldToml, id: &TaskId, task: &Task, path: &str) -> Field {
        let derive = field.derive.as_ref().and_then(|derive| self.derivation(derive, id, task, path));
        Field {
            key: key.to_owned(),
            label: field.label.clone(),
            kind: self.kind(field, path),
            measure: field.measure.clone(),
            demand: if derive.is_some() { Demand::Optional } else { demand(field.standing, field.optional) },
            derive,
            hint: field.hint.clone(),
            least: field.least.as_ref().map(|text| self.figure(text, &format!("{path}.least"))),
            most: field.most.as_ref().map(|text| self.figure(text, &format!("{path}.most"))),
            adds_up_to: field.adds_up_to.clone(),
        }
    }

    fn kind(&mut self, field: &FieldToml, path: &str) -> ValueKind {
        let options = field.options.clone();
        let needs_options = matches!(field.kind.as_str(), "choice" | "choices" | "split");
        if needs_options && options.is_empty() {
            self.report(
                &PLAN_VALUE_MISSING,
                path,
                format!("「{}」沒有選項（options）", field.label),
                "請列出可選的項目",
            );
        }
        match field.kind.as_str() {
            "text" => ValueKind::Text,
            "document-number" => ValueKind::DocumentNumber,
            "telephone" => ValueKind::Telephone,
            "email" => ValueKind::Email,
            "count" => ValueKind::Count,
            "decimal" => ValueKind::Decimal,
            "percent" => ValueKind::Percent,
            "date" => ValueKind::Date,
            "date-span" => ValueKind::DateSpan,
            "flag" => ValueKind::Flag,
            "choice" => ValueKind::Choice(options),
            "choices" => ValueKind::Choices(options),
            "split" => ValueKind::Split(options),
            other => {
                let known = [
                    "text",
                    "document-number",
                    "telephone",
                    "email",
                    "count",
                    "decimal",
                    "percent",
                    "date",
                    "date-span",
                    "flag",
                    "choice",
                    "choices",
                    "split",
                ];
                self.unknown(&format!("{path}.kind"), "欄位種類（kind）", other, known);
                ValueKind::Text
            }
        }
    }

    fn derivation(
        &mut self,
        derive: &DeriveToml,
        id: &TaskId,
        task: &Task,
        path: &str,
    ) -> Option<Derivation> {
        let path = format!("{path}.derive");
        let table = |name: &str| {
            let shared = task.shared.iter().any(|shared| shared.0 == name);
            TableId(if shared { name.to_owned() } else { format!("{id}.{name}") })
        };
        let filter = derive
            .r#where
            .as_ref()
            .map(|filter| RowFilter { column: filter.column.clone(), any_of: filter.any_of.clone() });
        let of = derive.of.as_deref().map(table);
        let derivation = match (derive, of) {
            (DeriveToml { count: Some(name), .. }, _) => Derivation::Count { table: table(name), filter },
            (DeriveToml { sum: Some(columns), .. }, Some(table)) => {
                Derivation::Sum { table, columns: columns.clone(), filter }
            }
            (DeriveToml { distinct: Some(column), .. }, Some(table)) => {
                Derivation::Distinct { table, column: column.clone() }
            }
            (DeriveToml { mean: Some(column), weight, .. }, Some(table)) => {
                Derivation::Mean { table, column: column.clone(), weight: weight.clone() }
            }
            (DeriveToml { total: Some(fields), .. }, _) => Derivation::Total { fields: fields.clone() },
            (DeriveToml { ratio: Some([numerator, denominator]), .. }, _) => {
                Derivation::Ratio { numerator: numerator.clone(), denominator: denominator.clone() }
            }
            _ => {
                let message =
                    "計算式不完整：須為 count、sum、distinct、mean、total 或 ratio 之一，並以 of 指明明細表";
                self.report(&PLAN_VALUE_INVALID, &path, message.to_owned(), "請對照內建計畫的寫法");
                return None;
            }
        };
        Some(derivation)
    }

    fn table(&mut self, id: TableId, table: &TableToml, unit: Option<UnitId>, path: &str) -> Table {
        // Columns derive from nothing: they stand in no task.
        let nowhere = empty_task();
        let columns: Vec<Field> = table
            .column
            .0
            .iter()
            .map(|(key, column)| {
                let path = format!("{path}.column.{key}");
                self.field(key, column, &nowhere.id, &nowhere, &path)
            })
            .collect();
        for key in table.example.keys() {
            if !columns.iter().any(|column| column.key == *key) {
                let known: Vec<&str> = columns.iter().map(|column| column.key.as_str()).collect();
                self.unknown(&format!("{path}.example.{key}"), "欄位", key, known);
            }
        }
        let each_half_year = table.half_year.as_ref().map(|rule| {
            if !columns.iter().any(|column| column.key == rule.column) {
                let known: Vec<&str> = columns.iter().map(|column| column.key.as_str()).collect();
                self.unknown(&format!("{path}.half_year"), "欄位", &rule.column, known);
            }
            HalfYearRule {
                column: rule.column.clone(),
                standing: rule.standing.unwrap_or(Standing::Proposed),
                basis: rule.basis.clone(),
            }
        });
        Table {
            id,
            title: table.title.clone(),
            unit,
            columns,
            blank_rows: table.blank_rows.unwrap_or(15),
            demand: demand(table.standing, table.optional),
            confidential: table.confidential,
            example: table.example.clone(),
            each_half_year,
        }
    }

    fn shared_tables(&mut self, toml: &PlanToml, units: &[Unit]) -> Vec<Table> {
        let mut tables = Vec::new();
        for (key, table) in &toml.shared.0 {
            let path = format!("shared.{key}");
            let unit = self.required(table.unit.clone(), &format!("{path}.unit"));
            if !units.iter().any(|known| known.id.0 == unit) {
                let known = units.iter().map(|unit| unit.id.as_str());
                self.unknown(&format!("{path}.unit"), "單位", &unit, known);
            }
            tables.push(self.table(TableId(key.clone()), table, Some(UnitId(unit)), &path));
        }
        tables
    }

    /// References inside tasks: tables, columns, fields above, totals of splits.
    fn check_tasks(&mut self, tasks: &mut [Task], shared: &[Table]) {
        let mut items = BTreeSet::new();
        for task in tasks.iter() {
            let path = format!("task.{}", task.id);
            for id in &task.shared {
                if !shared.iter().any(|table| table.id == *id) {
                    let known = shared.iter().map(|table| table.id.as_str());
                    self.unknown(&format!("{path}.shared"), "共用明細表", id.as_str(), known);
                }
            }
            for item in &task.evidence {
                if !items.insert(item.code.clone()) {
                    self.report(
                        &PLAN_KEY_DUPLICATE,
                        &path,
                        format!("佐證項目代號「{}」重複", item.code),
                        "請調整單位代字或任務編號",
                    );
                }
            }
            for (index, field) in task.fields.iter().enumerate() {
                self.check_field(task, index, field, shared, &path);
            }
        }
    }

    fn check_field(&mut self, task: &Task, index: usize, field: &Field, shared: &[Table], path: &str) {
        let path = format!("{path}.field.{}", field.key);
        let above: Vec<&str> = task.fields[..index].iter().map(|field| field.key.as_str()).collect();
        if let Some(total) = &field.adds_up_to
            && !task.fields.iter().any(|field| field.key == *total)
        {
            self.unknown(&format!("{path}.adds_up_to"), "欄位", total, above.iter().copied());
        }
        let (table, columns) = match &field.derive {
            None => return,
            Some(Derivation::Total { fields }) => {
                for key in fields.iter().filter(|key| !above.contains(&key.as_str())) {
                    self.unknown(
                        &format!("{path}.derive"),
                        "欄位（只能引用排在前面的欄位）",
                        key,
                        above.iter().copied(),
                    );
                }
                return;
            }
            Some(Derivation::Ratio { numerator, denominator }) => {
                for key in [numerator, denominator].into_iter().filter(|key| !above.contains(&key.as_str())) {
                    self.unknown(
                        &format!("{path}.derive"),
                        "欄位（只能引用排在前面的欄位）",
                        key,
                        above.iter().copied(),
                    );
                }
                return;
            }
            Some(Derivation::Count { table, filter }) => {
                (table, filter.iter().map(|filter| filter.column.clone()).collect::<Vec<_>>())
            }
            Some(Derivation::Sum { table, columns, filter }) => {
                let filtered = filter.iter().map(|filter| filter.column.clone());
                (table, columns.iter().cloned().chain(filtered).collect())
            }
            Some(Derivation::Distinct { table, column }) => (table, vec![column.clone()]),
            Some(Derivation::Mean { table, column, weight }) => {
                (table, std::iter::once(column.clone()).chain(weight.clone()).collect())
            }
        };
        let Some(found) = task.tables.iter().chain(shared).find(|known| known.id == *table) else {
            let known: Vec<&str> = task.tables.iter().map(|table| table.id.as_str()).collect();
            self.unknown(&format!("{path}.derive"), "明細表", table.as_str(), known);
            return;
        };
        for column in columns {
            if !found.columns.iter().any(|known| known.key == column) {
                let known: Vec<&str> = found.columns.iter().map(|column| column.key.as_str()).collect();
                self.unknown(&format!("{path}.derive"), "明細欄位", &column, known);
            }
        }
    }

    fn facets(&mut self, toml: &PlanToml, tasks: &[Task]) -> Vec<Facet> {
        let mut ordered: Vec<_> = toml.facet.0.iter().collect();
        ordered.sort_by_key(|(_, facet)| facet.number);
        for (key, indicator) in &toml.indicator.0 {
            if !ordered.iter().any(|(facet, _)| *facet == indicator.facet) {
                let known: Vec<&str> = ordered.iter().map(|(key, _)| key.as_str()).collect();
                self.unknown(&format!("indicator.{key}.facet"), "面向", &indicator.facet, known);
            }
        }
        ordered
            .into_iter()
            .map(|(key, facet)| {
                let mut own: Vec<_> =
                    toml.indicator.0.iter().filter(|(_, indicator)| indicator.facet == *key).collect();
                own.sort_by_key(|(_, indicator)| indicator.order);
                let indicators = own
                    .into_iter()
                    .enumerate()
                    .map(|(index, (key, indicator))| {
                        let code = format!("{}-{}", facet.number, index + 1);
                        self.indicator(key, indicator, code, tasks)
                    })
                    .collect();
                Facet { number: facet.number, title: facet.title.clone(), indicators }
            })
            .collect()
    }

    fn indicator(
        &mut self,
        key: &str,
        indicator: &syntax::IndicatorToml,
        code: String,
        tasks: &[Task],
    ) -> Indicator {
        let path = format!("indicator.{key}");
        let mut own: Vec<&Task> = Vec::new();
        for (index, id) in indicator.tasks.iter().enumerate() {
            match tasks.iter().find(|task| task.id.0 == *id) {
                Some(task) => own.push(task),
                None => {
                    let known = tasks.iter().map(|task| task.id.as_str());
                    self.unknown(&format!("{path}.tasks.{index}"), "任務", id, known);
                }
            }
        }
        let measures = indicator
            .measures
            .iter()
            .enumerate()
            .map(|(index, measure)| Measure {
                label: measure.label.clone(),
                measure: measure.measure.clone(),
                sources: self.sources(
                    measure.field.as_ref(),
                    &measure.fields,
                    &own,
                    tasks,
                    &format!("{path}.measures.{index}"),
                ),
                total: if measure.total == Some(false) { Total::None } else { Total::Sum },
                decimals: measure.decimals,
            })
            .collect();
        let charts = indicator
            .charts
            .iter()
            .enumerate()
            .filter_map(|(index, chart)| self.chart(chart, &own, tasks, &format!("{path}.charts.{index}")))
            .collect();
        Indicator {
            id: IndicatorId(key.to_owned()),
            code,
            title: indicator.title.clone(),
            four_p: indicator.four_p.clone(),
            points: indicator.points.as_ref().map(|text| self.figure(text, &format!("{path}.points"))),
            criteria: indicator.criteria.clone(),
            tasks: own.iter().map(|task| task.id.clone()).collect(),
            secretariat_part: indicator.secretariat_part,
            measures,
            charts,
        }
    }

    fn sources(
        &mut self,
        field: Option<&String>,
        fields: &[String],
        own: &[&Task],
        tasks: &[Task],
        path: &str,
    ) -> Vec<FieldRef> {
        match field {
            Some(key) => {
                let found: Vec<FieldRef> = own
                    .iter()
                    .filter(|task| task.fields.iter().any(|field| field.key == *key))
                    .map(|task| FieldRef { task: task.id.clone(), field: key.clone() })
                    .collect();
                if found.is_empty() {
                    let known = own.iter().flat_map(|task| &task.fields).map(|field| field.key.as_str());
                    self.unknown(&format!("{path}.field"), "欄位", key, known);
                }
                found
            }
            None => fields.iter().filter_map(|text| self.field_ref(text, tasks, path)).collect(),
        }
    }

    fn chart(
        &mut self,
        chart: &syntax::ChartToml,
        own: &[&Task],
        tasks: &[Task],
        path: &str,
    ) -> Option<Chart> {
        let source = if let Some(split) = &chart.split {
            ChartSource::Split(self.field_ref(split, tasks, &format!("{path}.split"))?)
        } else if let Some(field) = &chart.field {
            ChartSource::Fields(self.sources(Some(field), &[], own, tasks, path))
        } else if let (Some(table), Some(column)) = (&chart.table, &chart.column) {
            let mut tables: Vec<TableId> = own
                .iter()
                .map(|task| TableId(format!("{}.{table}", task.id)))
                .filter(|id| own.iter().any(|task| task.tables.iter().any(|table| table.id == *id)))
                .collect();
            if own.iter().any(|task| task.shared.iter().any(|shared| shared.0 == *table)) {
                tables.push(TableId(table.clone()));
            }
            ChartSource::Column { tables, column: column.clone(), weight: chart.weight.clone() }
        } else {
            let message = "圖表須以 split、field，或 table 加 column 指明資料".to_owned();
            self.report(&PLAN_VALUE_MISSING, path, message, "請對照內建計畫的寫法");
            return None;
        };
        Some(Chart {
            title: chart.title.clone(),
            kind: ChartKind::Bars,
            source,
            measure: chart.measure.clone(),
        })
    }

    /// 「POL03.cases」.
    fn field_ref(&mut self, text: &str, tasks: &[Task], path: &str) -> Option<FieldRef> {
        let (task_id, key) = text.split_once('.').unwrap_or((text, ""));
        let Some(task) = tasks.iter().find(|task| task.id.0 == task_id) else {
            self.unknown(path, "任務", task_id, tasks.iter().map(|task| task.id.as_str()));
            return None;
        };
        if !task.fields.iter().any(|field| field.key == key) {
            self.unknown(path, "欄位", key, task.fields.iter().map(|field| field.key.as_str()));
            return None;
        }
        Some(FieldRef { task: task.id.clone(), field: key.to_owned() })
    }

    fn comparisons(&mut self, toml: &PlanToml, tasks: &[Task]) -> Vec<Comparison> {
        let mut comparisons = Vec::new();
        for (index, comparison) in toml.comparison.iter().enumerate() {
            let left = self.field_ref(&comparison.left, tasks, &format!("comparison.{index}.left"));
            let right = self.field_ref(&comparison.right, tasks, &format!("comparison.{index}.right"));
            if let (Some(left), Some(right)) = (left, right) {
                let standing = comparison.standing.unwrap_or(Standing::Proposed);
                comparisons.push(Comparison { title: comparison.title.clone(), left, right, standing });
            }
        }
        comparisons
    }
}

fn demand(standing: Option<Standing>, optional: bool) -> Demand {
    if optional { Demand::Optional } else { Demand::Required(standing.unwrap_or(Standing::Proposed)) }
}

fn empty_task() -> Task {
    Task {
        id: TaskId(String::new()),
        role: RoleId(String::new()),
        unit: UnitId(String::new()),
        code: String::new(),
        title: String::new(),
        text: String::new(),
        may_be_absent: false,
        narrative: Demand::Optional,
        fields: Vec::new(),
        tables: Vec::new(),
        shared: Vec::new(),
        evidence: Vec::new(),
        cautions: Vec::new(),
    }
}

/// Strictly `111-02-15`: a plan is written by people who know, and read by a machine.
fn roc_date(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '.', '/']);
    let mut next = || -> Option<i16> {
        let part = parts.next()?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let (year, month, day) = (next()?, next()?, next()?);
    if parts.next().is_some() || !(1..=200).contains(&year) {
        return None;
    }
    Date::new(year + 1911, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Digest of what a blank workbook is laid out from; moving a deadline leaves it as it is.
fn form_version(plan: &Plan) -> String {
    let tasks = format!("{:?}{:?}{:?}", plan.units, plan.tasks, plan.shared_tables);
    let indicators: Vec<_> =
        plan.indicators().map(|indicator| (&indicator.id, &indicator.code, &indicator.title)).collect();
    sha256_hex(format!("{tasks}{indicators:?}").as_bytes())[..8].to_owned()
}
