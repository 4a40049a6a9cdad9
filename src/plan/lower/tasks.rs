//! Tasks with their fields, tables and evidence, each built from its own lines.
//!
//! What fields and tables say of one another is looked at afterwards, in `references`.

use std::collections::BTreeSet;

use crate::folding::did_you_mean;
use crate::plan::syntax::{self, DeriveToml, EvidenceToml, FieldToml, PlanToml, TableToml, TaskToml};
use crate::plan::{
    Demand, Derivation, EvidenceItem, Field, HalfYearRule, ItemCode, RoleId, RowFilter, Standing, Table,
    TableId, Task, TaskId, Unit, UnitId, ValueKind,
};

use super::{Lowering, PLAN_REFERENCE_UNKNOWN, PLAN_VALUE_INVALID, PLAN_VALUE_MISSING};

/// Rows laid out where the plan does not say how many.
const BLANK_ROWS: u32 = 15;

impl Lowering<'_> {
    /// In plan order: by unit, then by role as the unit holds them, then by number.
    pub(super) fn tasks(&mut self, toml: &PlanToml, units: &[Unit]) -> Vec<Task> {
        let keys: Vec<&str> = toml.task.0.iter().map(|(key, _)| key.as_str()).collect();
        let mut tasks: Vec<Task> = Vec::new();
        let mut roles_told = self.check_roles(toml, units);
        let (absent, present): (Vec<_>, Vec<_>) = toml.task.0.iter().partition(|(_, task)| task.absent);
        // Whatever refers to a task this plan does without refers to nothing, and need not be told.
        self.hollow.extend(absent.into_iter().map(|(key, _)| key.clone()));
        for (key, task) in present {
            let path = format!("task.{key}");
            self.key(key, &path);
            let lacks = [
                ("role", task.role.is_none()),
                ("no", task.no.is_none()),
                ("title", task.title.is_none()),
                ("text", task.text.is_none()),
            ];
            if self.lacks(&path, &keys, &lacks) {
                self.hollow.insert(key.clone());
                continue;
            }
            for (index, set) in task.sets.iter().enumerate() {
                if !toml.set.0.iter().any(|(known, _)| known == set) {
                    let known = toml.set.0.iter().map(|(key, _)| key.as_str());
                    self.unknown(&format!("{path}.sets.{index}"), "填報組（set）", set, known);
                }
            }
            let role = task.role.clone().unwrap_or_default();
            let Some(unit) = units.iter().find(|unit| unit.roles.iter().any(|known| known.0 == role)) else {
                self.hollow.insert(key.clone());
                if roles_told.insert(role.clone()) {
                    let roles = units.iter().flat_map(|unit| &unit.roles).map(RoleId::as_str);
                    self.unknown(&format!("{path}.role"), "角色（沒有單位擔任）", &role, roles);
                }
                continue;
            };
            tasks.push(self.task(key, task, unit, &path));
        }
        tasks.sort_by_cached_key(|task| {
            let unit = units.iter().position(|unit| unit.id == task.unit);
            (unit, task.code.clone())
        });
        for (index, task) in tasks.iter().enumerate() {
            if let Some(earlier) = tasks[..index].iter().find(|earlier| earlier.code == task.code) {
                let message = format!("任務編號「{}」重複", task.code);
                let (path, earlier) = (format!("task.{}.no", task.id), format!("task.{}.no", earlier.id));
                self.duplicate(&path, &earlier, message, "請改用別的 no");
            }
        }
        tasks
    }

    /// Roles that units hold but no task has; returns the roles they were probably meant to be, so
    /// that these are not told again as held by nobody.
    fn check_roles(&mut self, toml: &PlanToml, units: &[Unit]) -> BTreeSet<String> {
        let asked: BTreeSet<&str> = toml.task.0.iter().filter_map(|(_, task)| task.role.as_deref()).collect();
        let mut meant = BTreeSet::new();
        for unit in units {
            for (index, role) in unit.roles.iter().enumerate() {
                if !asked.contains(role.as_str()) {
                    let path = format!("unit.{}.roles.{index}", unit.id);
                    self.unknown(&path, "角色（沒有任務屬於它）", role.as_str(), asked.iter().copied());
                    meant.extend(did_you_mean(role.as_str(), asked.iter().copied()).map(str::to_owned));
                }
            }
        }
        meant
    }

    fn task(&mut self, key: &str, task: &TaskToml, unit: &Unit, path: &str) -> Task {
        let id = TaskId(key.to_owned());
        let no = task.no.unwrap_or_default();
        if !(1..=ROLE_STEP).contains(&no) {
            let message = format!("任務編號 no = {no} 不在 1 到 {ROLE_STEP} 之間");
            self.report(&PLAN_VALUE_INVALID, &format!("{path}.no"), message, "請依計畫的順序編號");
        }
        let role = task.role.clone().unwrap_or_default();
        let role_at = unit.roles.iter().position(|known| known.0 == role).unwrap_or(0) as u32;
        let code = format!("{}{:02}", unit.prefix, role_at * ROLE_STEP + no.min(ROLE_STEP));
        let fields = self.fields(&task.field, Some((&id, &task.shared)), &format!("{path}.field"));
        let tables = task.table.0.iter().map(|(table_key, table)| {
            let path = format!("{path}.table.{table_key}");
            self.key(table_key, &path);
            self.table(TableId(format!("{id}.{table_key}")), table, None, &path)
        });
        let tables = tables.collect();
        let evidence = self.evidence(&task.evidence, &code, &format!("{path}.evidence"));
        Task {
            role: RoleId(role),
            unit: unit.id.clone(),
            code,
            title: task.title.clone().unwrap_or_default(),
            text: task.text.clone().unwrap_or_default(),
            may_be_absent: task.may_be_absent,
            narrative: demand(task.narrative, task.narrative.is_none()),
            fields,
            tables,
            shared: task.shared.iter().map(|id| TableId(id.clone())).collect(),
            evidence,
            cautions: task.cautions.clone(),
            id,
        }
    }

    /// Items are numbered in the order of writing.
    fn evidence(
        &mut self,
        evidence: &syntax::Table<EvidenceToml>,
        code: &str,
        path: &str,
    ) -> Vec<EvidenceItem> {
        let keys: Vec<&str> = evidence.0.iter().map(|(key, _)| key.as_str()).collect();
        let mut items: Vec<EvidenceItem> = Vec::new();
        for (key, item) in evidence.0.iter().filter(|(_, item)| !item.absent) {
            let path = format!("{path}.{key}");
            self.lacks(&path, &keys, &[("title", item.title.is_none()), ("folder", item.folder.is_none())]);
            let folder = item.folder.clone().unwrap_or_default();
            if !folder.is_empty() {
                self.folder_name(&folder, &format!("{path}.folder"));
            }
            for (index, kind) in item.kinds.iter().enumerate() {
                if kind.is_empty() || !kind.chars().all(|c| c.is_ascii_alphanumeric()) {
                    let message = format!("「{kind}」不是副檔名");
                    let path = format!("{path}.kinds.{index}");
                    self.report(&PLAN_VALUE_INVALID, &path, message, "只寫副檔名，不加句點，例：\"pdf\"");
                }
            }
            items.push(EvidenceItem {
                code: ItemCode(format!("{code}-{}", items.len() + 1)),
                title: item.title.clone().unwrap_or_default(),
                folder,
                demand: demand(item.standing, item.optional),
                kinds: item.kinds.iter().map(|kind| kind.to_ascii_lowercase()).collect(),
                photo_pages: item.photo_pages,
                masking: item.masking,
                hint: item.hint.clone(),
            });
        }
        items
    }

    /// `task`: whose fields they are, with the shared tables it names; `None` for columns.
    fn fields(
        &mut self,
        fields: &syntax::Table<FieldToml>,
        task: Option<(&TaskId, &[String])>,
        path: &str,
    ) -> Vec<Field> {
        let keys: Vec<&str> = fields.0.iter().map(|(key, _)| key.as_str()).collect();
        let mut lowered = Vec::new();
        for (key, field) in &fields.0 {
            let path = format!("{path}.{key}");
            self.key(key, &path);
            let lacks = [("label", field.label.is_none()), ("kind", field.kind.is_none())];
            if self.lacks(&path, &keys, &lacks) {
                continue;
            }
            let derive = field.derive.as_ref().and_then(|derive| {
                let path = format!("{path}.derive");
                match task {
                    Some((id, shared)) => self.derivation(derive, id, shared, &path),
                    None => {
                        let message = "明細表的欄位不能由計算而得".to_owned();
                        self.report(&PLAN_VALUE_INVALID, &path, message, "請改在任務的 field 以明細表計算");
                        None
                    }
                }
            });
            lowered.push(self.field(key, field, derive, &path));
        }
        lowered
    }

    fn field(&mut self, key: &str, field: &FieldToml, derive: Option<Derivation>, path: &str) -> Field {
        let least = field.least.as_ref().map(|text| self.figure(text, &format!("{path}.least")));
        let most = field.most.as_ref().map(|text| self.figure(text, &format!("{path}.most")));
        if let (Some(least), Some(most)) = (least, most)
            && most < least
        {
            let message = format!("上限 {most} 小於下限 {least}");
            self.report(&PLAN_VALUE_INVALID, &format!("{path}.most"), message, "請對調或更正");
        }
        Field {
            key: key.to_owned(),
            label: field.label.clone().unwrap_or_default(),
            kind: self.kind(field, path),
            measure: field.measure.clone(),
            demand: if derive.is_some() { Demand::Optional } else { demand(field.standing, field.optional) },
            derive,
            hint: field.hint.clone(),
            least,
            most,
            adds_up_to: field.adds_up_to.clone(),
        }
    }

    fn kind(&mut self, field: &FieldToml, path: &str) -> ValueKind {
        let name = field.kind.as_deref().unwrap_or_default();
        let simple = KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| kind.clone());
        if let Some(kind) = simple {
            if !field.options.is_empty() {
                let message = format!("種類 {name} 不用選項（options）");
                let hint = "要以選單填寫時，種類請用 choice 或 choices";
                self.report(&PLAN_VALUE_INVALID, &format!("{path}.options"), message, hint);
            }
            return kind;
        }
        let options = field.options.clone();
        let kind = match name {
            "choice" => ValueKind::Choice(options),
            "choices" => ValueKind::Choices(options),
            "split" => ValueKind::Split(options),
            other => {
                let known = KINDS.iter().map(|(name, _)| *name).chain(["choice", "choices", "split"]);
                self.unknown(&format!("{path}.kind"), "欄位種類（kind）", other, known);
                return ValueKind::Text;
            }
        };
        self.check_options(field, path);
        kind
    }

    fn check_options(&mut self, field: &FieldToml, path: &str) {
        let path = format!("{path}.options");
        if field.options.is_empty() {
            let label = field.label.as_deref().unwrap_or_default();
            let message = format!("「{label}」沒有選項（options）");
            self.report(&PLAN_VALUE_MISSING, &path, message, "請列出可選的項目");
        }
        for (index, option) in field.options.iter().enumerate() {
            if option.trim().is_empty() || field.options[..index].contains(option) {
                let message = format!("選項「{option}」空白或重複");
                let path = format!("{path}.{index}");
                self.report(&PLAN_VALUE_INVALID, &path, message, "請刪去或更正");
            }
        }
    }

    fn derivation(
        &mut self,
        derive: &DeriveToml,
        id: &TaskId,
        shared: &[String],
        path: &str,
    ) -> Option<Derivation> {
        let table = |name: &String| {
            TableId(if shared.contains(name) { name.clone() } else { format!("{id}.{name}") })
        };
        let DeriveToml { count, sum, distinct, mean, weight, of, r#where, total, ratio } = derive;
        let filter = r#where.as_ref().map(|filter| RowFilter {
            column: filter.column.clone().unwrap_or_default(),
            any_of: filter.any_of.clone(),
        });
        let of = of.as_ref().map(table);
        // Weight only with `mean`, a filter only with `count` and `sum`.
        let lowered = match (count, sum, distinct, mean, total, ratio, of, weight, filter) {
            (Some(rows), None, None, None, None, None, None, None, filter) => {
                Derivation::Count { table: table(rows), filter }
            }
            (None, Some(columns), None, None, None, None, Some(table), None, filter) => {
                Derivation::Sum { table, columns: columns.clone(), filter }
            }
            (None, None, Some(column), None, None, None, Some(table), None, None) => {
                Derivation::Distinct { table, column: column.clone() }
            }
            (None, None, None, Some(column), None, None, Some(table), weight, None) => {
                Derivation::Mean { table, column: column.clone(), weight: weight.clone() }
            }
            (None, None, None, None, Some(fields), None, None, None, None) => {
                Derivation::Total { fields: fields.clone() }
            }
            (None, None, None, None, None, Some([numerator, denominator]), None, None, None) => {
                Derivation::Ratio { numerator: numerator.clone(), denominator: denominator.clone() }
            }
            _ => {
                let message = "計算式須為 count、sum、distinct、mean、total 或 ratio 其中之一；\
                    sum、distinct、mean 另以 of 指明明細表，where 只用於 count 與 sum"
                    .to_owned();
                self.report(&PLAN_VALUE_INVALID, path, message, "請對照內建計畫的寫法");
                return None;
            }
        };
        Some(lowered)
    }

    fn table(&mut self, id: TableId, table: &TableToml, unit: Option<UnitId>, path: &str) -> Table {
        let siblings: [&str; 0] = [];
        let lacks = [("title", table.title.is_none()), ("column", table.column.0.is_empty())];
        self.lacks(path, &siblings, &lacks);
        let blank_rows = table.blank_rows.unwrap_or(BLANK_ROWS);
        if !(1..=500).contains(&blank_rows) {
            let message = format!("空白列數 {blank_rows} 不在 1 到 500 之間");
            self.report(&PLAN_VALUE_INVALID, &format!("{path}.blank_rows"), message, "建議 12 到 30");
        }
        Table {
            id,
            title: table.title.clone().unwrap_or_default(),
            unit,
            columns: self.fields(&table.column, None, &format!("{path}.column")),
            blank_rows,
            demand: demand(table.standing, table.optional),
            confidential: table.confidential,
            example: table.example.clone(),
            each_half_year: table.half_year.as_ref().map(|rule| HalfYearRule {
                column: rule.column.clone().unwrap_or_default(),
                standing: rule.standing.unwrap_or(Standing::Proposed),
                basis: rule.basis.clone(),
            }),
        }
    }

    pub(super) fn shared_tables(&mut self, toml: &PlanToml, units: &[Unit]) -> Vec<Table> {
        let mut tables = Vec::new();
        for (key, table) in &toml.shared.0 {
            let path = format!("shared.{key}");
            self.key(key, &path);
            let unit = self.required(table.unit.clone(), &format!("{path}.unit"));
            if table.unit.is_some() && !units.iter().any(|known| known.id.0 == unit) {
                let known = units.iter().map(|unit| unit.id.as_str());
                self.unknown(&format!("{path}.unit"), "單位", &unit, known);
            }
            tables.push(self.table(TableId(key.clone()), table, Some(UnitId(unit)), &path));
        }
        for (key, task) in &toml.task.0 {
            for (name, table) in &task.table.0 {
                if table.unit.is_some() {
                    let path = format!("task.{key}.table.{name}.unit");
                    let message = "任務自己的明細表不用指明單位".to_owned();
                    self.report(&PLAN_REFERENCE_UNKNOWN, &path, message, "請刪去，或改寫在 [shared] 之下");
                }
            }
        }
        tables
    }
}

/// A unit that holds several roles numbers the tasks of each on their own: the second role's
/// begin after this many.
const ROLE_STEP: u32 = 20;

/// Kinds without options, as written.
const KINDS: &[(&str, ValueKind)] = &[
    ("text", ValueKind::Text),
    ("document-number", ValueKind::DocumentNumber),
    ("telephone", ValueKind::Telephone),
    ("email", ValueKind::Email),
    ("count", ValueKind::Count),
    ("decimal", ValueKind::Decimal),
    ("percent", ValueKind::Percent),
    ("date", ValueKind::Date),
    ("date-span", ValueKind::DateSpan),
    ("flag", ValueKind::Flag),
];

fn demand(standing: Option<Standing>, optional: bool) -> Demand {
    if optional { Demand::Optional } else { Demand::Required(standing.unwrap_or(Standing::Proposed)) }
}
