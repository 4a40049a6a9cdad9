//! What fields and tables say of one another: columns, fields above, totals, filters, examples.
//!
//! A reference into nothing would count nothing and be noticed by nobody; each is told at its line.

use crate::plan::{Derivation, Field, RowFilter, Table, Task, ValueKind};

use super::{Lowering, PLAN_REFERENCE_UNKNOWN, PLAN_VALUE_INVALID};

impl Lowering<'_> {
    pub(super) fn check_tasks(&mut self, tasks: &[Task], shared: &[Table]) {
        for table in shared {
            self.check_table(table, &format!("shared.{}", table.id));
        }
        for task in tasks {
            let path = format!("task.{}", task.id);
            self.check_shared(task, shared, &path);
            for table in &task.tables {
                let key = table.id.0.strip_prefix(&format!("{}.", task.id)).unwrap_or(table.id.as_str());
                self.check_table(table, &format!("{path}.table.{key}"));
            }
            for index in 0..task.fields.len() {
                self.check_field(task, index, shared, &path);
            }
        }
    }

    fn check_shared(&mut self, task: &Task, shared: &[Table], path: &str) {
        for (index, id) in task.shared.iter().enumerate() {
            let path = format!("{path}.shared.{index}");
            match shared.iter().find(|table| table.id == *id) {
                None => {
                    let known = shared.iter().map(|table| table.id.as_str());
                    self.unknown(&path, "共用明細表", id.as_str(), known);
                }
                Some(table) if table.unit.as_ref() != Some(&task.unit) => {
                    let message = format!("共用明細表「{id}」不在這個任務的單位填寫");
                    let hint = "共用明細表只供同一單位的任務使用；跨單位請用 comparison 勾稽";
                    self.report(&PLAN_REFERENCE_UNKNOWN, &path, message, hint);
                }
                Some(_) => {}
            }
        }
    }

    fn check_table(&mut self, table: &Table, path: &str) {
        for (key, example) in &table.example {
            let path = format!("{path}.example.{key}");
            let Some(column) = self.column(table, key, &path) else { continue };
            if let ValueKind::Choice(options) = &column.kind
                && !options.contains(example)
            {
                self.unknown(&path, "選項", example, options.iter().map(String::as_str));
            }
        }
        for column in &table.columns {
            if let Some(total) = &column.adds_up_to {
                let path = format!("{path}.column.{}.adds_up_to", column.key);
                self.check_total(column, total, &table.columns, &path);
            }
        }
        if let Some(rule) = &table.each_half_year {
            let path = format!("{path}.half_year.column");
            if let Some(column) = self.column(table, &rule.column, &path) {
                let is_date = matches!(column.kind, ValueKind::Date | ValueKind::DateSpan);
                self.expect_kind(is_date, column, "日期", &path);
            }
        }
    }

    fn check_field(&mut self, task: &Task, index: usize, shared: &[Table], path: &str) {
        let field = &task.fields[index];
        let path = format!("{path}.field.{}", field.key);
        if let Some(total) = &field.adds_up_to {
            self.check_total(field, total, &task.fields, &format!("{path}.adds_up_to"));
        }
        let Some(derivation) = &field.derive else { return };
        self.expect_kind(is_figure(field), field, "數字", &format!("{path}.kind"));
        let path = format!("{path}.derive");
        match derivation {
            Derivation::Total { fields } => self.check_above(task, index, fields, &format!("{path}.total")),
            Derivation::Ratio { numerator, denominator } => {
                let parts = [numerator.clone(), denominator.clone()];
                self.check_above(task, index, &parts, &format!("{path}.ratio"));
            }
            rows => self.check_rows(rows, task, shared, &path),
        }
    }

    /// Totals and ratios build on fields above them: that rules out circles.
    fn check_above(&mut self, task: &Task, index: usize, parts: &[String], path: &str) {
        let above = &task.fields[..index];
        for (at, part) in parts.iter().enumerate() {
            let path = format!("{path}.{at}");
            match above.iter().find(|field| field.key == *part) {
                Some(field) => self.expect_kind(is_single_figure(field), field, "數字", &path),
                None if task.fields[index..].iter().any(|field| field.key == *part) => {
                    let message = format!("計算式引用的「{part}」不在這個欄位之前");
                    self.report(&PLAN_VALUE_INVALID, &path, message, "請把被引用的欄位移到前面");
                }
                None => self.unknown(&path, "欄位", part, above.iter().map(|field| field.key.as_str())),
            }
        }
    }

    /// Counts, sums, distinct choices and means over rows.
    fn check_rows(&mut self, derivation: &Derivation, task: &Task, shared: &[Table], path: &str) {
        let (Derivation::Count { table, .. }
        | Derivation::Sum { table, .. }
        | Derivation::Distinct { table, .. }
        | Derivation::Mean { table, .. }) = derivation
        else {
            return;
        };
        let drawn = shared.iter().filter(|table| task.shared.contains(&table.id));
        let mut at_hand = task.tables.iter().chain(drawn);
        let Some(table) = at_hand.clone().find(|known| known.id == *table) else {
            let prefix = format!("{}.", task.id);
            let short = |id: &'_ str| id.strip_prefix(&prefix).unwrap_or(id).to_owned();
            let known: Vec<String> = at_hand.by_ref().map(|table| short(table.id.as_str())).collect();
            let name = short(table.as_str());
            self.unknown(path, "明細表", &name, known.iter().map(String::as_str));
            return;
        };
        match derivation {
            Derivation::Count { filter, .. } => self.check_filter(table, filter.as_ref(), path),
            Derivation::Sum { columns, filter, .. } => {
                for (at, key) in columns.iter().enumerate() {
                    self.figure_column(table, key, &format!("{path}.sum.{at}"));
                }
                self.check_filter(table, filter.as_ref(), path);
            }
            Derivation::Distinct { column, .. } => {
                let path = format!("{path}.distinct");
                if let Some(column) = self.column(table, column, &path) {
                    let is_choice = matches!(column.kind, ValueKind::Choice(_) | ValueKind::Choices(_));
                    self.expect_kind(is_choice, column, "選單", &path);
                }
            }
            Derivation::Mean { column, weight, .. } => {
                self.figure_column(table, column, &format!("{path}.mean"));
                if let Some(weight) = weight {
                    self.figure_column(table, weight, &format!("{path}.weight"));
                }
            }
            Derivation::Total { .. } | Derivation::Ratio { .. } => {}
        }
    }

    /// A filter on a misspelt option would keep no row.
    fn check_filter(&mut self, table: &Table, filter: Option<&RowFilter>, path: &str) {
        let Some(filter) = filter else { return };
        let Some(column) = self.column(table, &filter.column, &format!("{path}.where.column")) else {
            return;
        };
        let (ValueKind::Choice(options) | ValueKind::Choices(options)) = &column.kind else {
            self.expect_kind(false, column, "選單", &format!("{path}.where.column"));
            return;
        };
        for (at, option) in filter.any_of.iter().enumerate() {
            if !options.contains(option) {
                let known = options.iter().map(String::as_str);
                self.unknown(&format!("{path}.where.any_of.{at}"), "選項", option, known);
            }
        }
    }

    /// A split and the figure that it adds up to.
    fn check_total(&mut self, split: &Field, total: &str, beside: &[Field], path: &str) {
        self.expect_kind(matches!(split.kind, ValueKind::Split(_)), split, "細分（split）", path);
        match beside.iter().find(|field| field.key == *total) {
            Some(field) => self.expect_kind(is_single_figure(field), field, "數字", path),
            None => self.unknown(path, "欄位", total, beside.iter().map(|field| field.key.as_str())),
        }
    }

    pub(super) fn column<'t>(&mut self, table: &'t Table, key: &str, path: &str) -> Option<&'t Field> {
        let column = table.columns.iter().find(|column| column.key == key);
        if column.is_none() {
            let known = table.columns.iter().map(|column| column.key.as_str());
            self.unknown(path, "明細欄位", key, known);
        }
        column
    }

    pub(super) fn figure_column(&mut self, table: &Table, key: &str, path: &str) {
        if let Some(column) = self.column(table, key, path) {
            self.expect_kind(is_figure(column), column, "數字", path);
        }
    }

    pub(super) fn expect_kind(&mut self, holds: bool, field: &Field, kind: &str, path: &str) {
        if !holds {
            let message = format!("「{}」（{}）不是{kind}欄位", field.label, field.key);
            self.report(&PLAN_REFERENCE_UNKNOWN, path, message, "請改用種類相符的欄位");
        }
    }
}

/// A split counts as the sum of its parts where rows are summed.
pub(super) fn is_figure(field: &Field) -> bool {
    is_single_figure(field) || matches!(field.kind, ValueKind::Split(_))
}

pub(super) fn is_single_figure(field: &Field) -> bool {
    matches!(field.kind, ValueKind::Count | ValueKind::Decimal | ValueKind::Percent)
}
