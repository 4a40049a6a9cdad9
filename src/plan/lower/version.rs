//! The form version: a digest of what a blank workbook is laid out from.
//!
//! Dates, points, grades and limits are left out, so that moving a deadline leaves the workbooks
//! already handed out valid. Every part is taken apart by name: a part added to the model does not
//! compile until it is decided here whether workbooks depend on it.

use crate::inventory::sha256_hex;
use crate::plan::{
    Demand, Derivation, EvidenceItem, Field, HalfYearRule, Plan, RowFilter, Standing, Table, Task, Unit,
    ValueKind,
};

/// First 8 hex digits of the SHA-256 of the canonical text.
pub fn form_version(plan: &Plan) -> String {
    let mut text = Canonical::default();
    text.list(&plan.units, Canonical::unit);
    text.list(&plan.tasks, Canonical::task);
    text.list(&plan.shared_tables, Canonical::table);
    for indicator in plan.indicators() {
        text.word(indicator.id.as_str());
        text.word(&indicator.code);
        text.word(&indicator.title);
    }
    sha256_hex(text.0.as_bytes())[..8].to_owned()
}

/// Words with their length in bytes before them: no two plans write the same text.
#[derive(Default)]
struct Canonical(String);

impl Canonical {
    fn word(&mut self, word: &str) {
        self.0.push_str(&format!("{}:{word};", word.len()));
    }

    fn flag(&mut self, flag: bool) {
        self.word(if flag { "+" } else { "-" });
    }

    fn words<W: AsRef<str>>(&mut self, words: impl IntoIterator<Item = W>) {
        self.0.push('(');
        for word in words {
            self.word(word.as_ref());
        }
        self.0.push(')');
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.0.push('(');
        for item in items {
            each(self, item);
        }
        self.0.push(')');
    }

    fn unit(&mut self, unit: &Unit) {
        let Unit { id, name, prefix, roles } = unit;
        self.words([id.as_str(), name, prefix]);
        self.words(roles.iter().map(|role| role.as_str()));
    }

    fn task(&mut self, task: &Task) {
        let Task {
            id,
            role,
            unit,
            code,
            title,
            text,
            may_be_absent,
            narrative,
            fields,
            tables,
            shared,
            evidence,
            cautions,
        } = task;
        self.words([id.as_str(), role.as_str(), unit.as_str(), code, title, text]);
        self.flag(*may_be_absent);
        self.demand(*narrative);
        self.list(fields, Self::field);
        self.list(tables, Self::table);
        self.words(shared.iter().map(|table| table.as_str()));
        self.list(evidence, Self::item);
        self.words(cautions.iter().map(String::as_str));
    }

    fn field(&mut self, field: &Field) {
        let Field { key, label, kind, measure, demand, derive, hint, least, most, adds_up_to } = field;
        self.words([key, label, measure, hint]);
        self.kind(kind);
        self.demand(*demand);
        self.list(derive.as_slice(), Self::derivation);
        for bound in [least, most] {
            self.words(bound.map(|figure| figure.to_string()).as_deref());
        }
        self.words(adds_up_to.as_deref());
    }

    fn kind(&mut self, kind: &ValueKind) {
        let (name, options): (&str, &[String]) = match kind {
            ValueKind::Text => ("text", &[]),
            ValueKind::DocumentNumber => ("document-number", &[]),
            ValueKind::Telephone => ("telephone", &[]),
            ValueKind::Email => ("email", &[]),
            ValueKind::Count => ("count", &[]),
            ValueKind::Decimal => ("decimal", &[]),
            ValueKind::Percent => ("percent", &[]),
            ValueKind::Date => ("date", &[]),
            ValueKind::DateSpan => ("date-span", &[]),
            ValueKind::Flag => ("flag", &[]),
            ValueKind::Choice(options) => ("choice", options),
            ValueKind::Choices(options) => ("choices", options),
            ValueKind::Split(parts) => ("split", parts),
        };
        self.word(name);
        self.words(options.iter().map(String::as_str));
    }

    fn demand(&mut self, demand: Demand) {
        self.word(match demand {
            Demand::Required(standing) => standing_word(standing),
            Demand::Optional => "optional",
        });
    }

    fn derivation(&mut self, derivation: &Derivation) {
        match derivation {
            Derivation::Count { table, filter } => {
                self.words(["count", table.as_str()]);
                self.list(filter.as_slice(), Self::filter);
            }
            Derivation::Sum { table, columns, filter } => {
                self.words(["sum", table.as_str()]);
                self.words(columns.iter().map(String::as_str));
                self.list(filter.as_slice(), Self::filter);
            }
            Derivation::Distinct { table, column } => self.words(["distinct", table.as_str(), column]),
            Derivation::Mean { table, column, weight } => {
                self.words(["mean", table.as_str(), column]);
                self.words(weight.as_deref());
            }
            Derivation::Total { fields } => {
                self.word("total");
                self.words(fields.iter().map(String::as_str));
            }
            Derivation::Ratio { numerator, denominator } => self.words(["ratio", numerator, denominator]),
        }
    }

    fn filter(&mut self, filter: &RowFilter) {
        let RowFilter { column, any_of } = filter;
        self.word(column);
        self.words(any_of.iter().map(String::as_str));
    }

    fn table(&mut self, table: &Table) {
        let Table { id, title, unit, columns, blank_rows, demand, confidential, example, each_half_year } =
            table;
        self.words([id.as_str(), title]);
        self.words(unit.iter().map(|unit| unit.as_str()));
        self.list(columns, Self::field);
        self.word(&blank_rows.to_string());
        self.demand(*demand);
        self.flag(*confidential);
        self.words(example.iter().flat_map(|(column, value)| [column.as_str(), value]));
        self.list(each_half_year.as_slice(), |text, rule| {
            let HalfYearRule { column, standing, basis } = rule;
            text.words([column, standing_word(*standing), basis]);
        });
    }

    fn item(&mut self, item: &EvidenceItem) {
        let EvidenceItem { code, title, folder, demand, kinds, photo_pages, masking, hint } = item;
        self.words([code.as_str(), title, folder, hint]);
        self.demand(*demand);
        self.words(kinds.iter().map(String::as_str));
        self.flag(*photo_pages);
        self.flag(*masking);
    }
}

fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Official => "official",
        Standing::Proposed => "proposed",
    }
}
