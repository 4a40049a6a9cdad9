//! Tasks as written to tasks as used: fields, tables, evidence, derivations, and what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::super::syntax::{self, DeriveToml, EvidenceToml, FieldToml, PlanToml, TableToml, TaskToml};
use super::super::*;
use super::{Lowering, PLAN_KEY_DUPLICATE, PLAN_VALUE_INVALID, PLAN_VALUE_MISSING};

impl Lowering<'_> {
    pub(super) fn tasks(
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

    pub(super) fn shared_tables(&mut self, toml: &PlanToml, units: &[Unit]) -> Vec<Table> {
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
    pub(super) fn check_tasks(&mut self, tasks: &mut [Task], shared: &[Table]) {
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
