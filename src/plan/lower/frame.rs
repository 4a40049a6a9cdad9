//! The frame of a plan: government, dates, grades, limits, units. Their values read and judged.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use crate::plan::syntax::PlanToml;
use crate::plan::{
    Deadlines, Government, Grade, Limits, Milestone, Period, Recipient, RoleId, Secretariat, Unit, UnitId,
};

use super::{Lowering, PLAN_KEY_DUPLICATE, PLAN_VALUE_INVALID, name_fault};

impl Lowering<'_> {
    pub(super) fn government(&mut self, toml: &PlanToml) -> Government {
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

    pub(super) fn period(&mut self, toml: &PlanToml) -> Period {
        let first = self.date(toml.period.first.as_ref(), "period.first");
        let last = self.date(toml.period.last.as_ref(), "period.last");
        // An unreadable date is told on its own.
        if first != Date::ZERO && last != Date::ZERO && last < first {
            let message = "受評期間的末日早於首日".to_owned();
            self.report(&PLAN_VALUE_INVALID, "period.last", message, "請對調或更正日期");
        }
        Period { first, last }
    }

    pub(super) fn recipient(&mut self, toml: &PlanToml) -> Recipient {
        let email = toml.recipient.email.clone();
        if let Some(email) = &email
            && !email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
        {
            let message = format!("「{email}」不是電子郵件地址");
            self.report(&PLAN_VALUE_INVALID, "recipient.email", message, "請更正，或刪去這一行");
        }
        Recipient { name: self.required(toml.recipient.name.clone(), "recipient.name"), email }
    }

    pub(super) fn deadlines(&mut self, toml: &PlanToml) -> Deadlines {
        let deadlines = &toml.deadlines;
        let exact = deadlines.final_exact.as_ref();
        let lowered = Deadlines {
            internal: self.date(deadlines.internal.as_ref(), "deadlines.internal"),
            final_text: self.required(deadlines.final_text.clone(), "deadlines.final_text"),
            final_exact: exact.map(|text| self.read_date(text, "deadlines.final_exact")),
            final_default: self.date(deadlines.final_default.as_ref(), "deadlines.final_default"),
            appeal_days: self.within(deadlines.appeal_days, "deadlines.appeal_days", 1..=60),
            extra_closures: deadlines
                .extra_closures
                .iter()
                .enumerate()
                .map(|(index, text)| self.read_date(text, &format!("deadlines.extra_closures.{index}")))
                .collect(),
        };
        if let Some(exact) = lowered.final_exact
            && exact != Date::ZERO
            && lowered.internal > exact
        {
            let message = "內部期限晚於陳報期限".to_owned();
            self.report(&PLAN_VALUE_INVALID, "deadlines.internal", message, "請更正其中一個日期");
        }
        lowered
    }

    pub(super) fn schedule(&mut self, toml: &PlanToml) -> Vec<Milestone> {
        let mut schedule = Vec::new();
        for (index, milestone) in toml.milestone.iter().enumerate() {
            let path = format!("milestone.{index}");
            schedule.push(Milestone {
                title: self.required(milestone.title.clone(), &format!("{path}.title")),
                when: self.required(milestone.when.clone(), &format!("{path}.when")),
            });
        }
        schedule
    }

    pub(super) fn limits(&mut self, toml: &PlanToml) -> Limits {
        let limits = &toml.limits;
        let mail = self.within(limits.mail_megabytes, "limits.mail_megabytes", Limits::MAIL_MEGABYTES);
        let dpi = self.within(limits.picture_dpi, "limits.picture_dpi", Limits::PICTURE_DPI);
        let quality = self.within(limits.picture_quality, "limits.picture_quality", 1..=100);
        Limits {
            mail_bytes: u64::from(mail) * 1_000_000,
            picture_dpi: dpi,
            picture_quality: quality,
            small_cell: self.within(limits.small_cell, "limits.small_cell", 0..=100),
        }
    }

    pub(super) fn grades(&mut self, toml: &PlanToml) -> Vec<Grade> {
        let mut grades: Vec<Grade> = Vec::new();
        for (index, grade) in toml.grade.iter().enumerate() {
            let title = self.required(grade.title.clone(), &format!("grade.{index}.title"));
            let path = format!("grade.{index}.at_least");
            let at_least = grade.at_least.as_ref().map(|text| self.figure(text, &path));
            let is_last = index + 1 == toml.grade.len();
            let above = grades.last().and_then(|above| above.at_least);
            let descends = match (above, at_least) {
                (Some(above), Some(this)) => this < above,
                _ => true,
            };
            if !descends || (at_least.is_none() != is_last) {
                let message = format!("等第「{title}」的門檻須由高而低，只有最後一個不設門檻");
                self.report(&PLAN_VALUE_INVALID, &path, message, "請依分數由高到低排列各等第");
            }
            grades.push(Grade {
                title,
                at_least,
                awards: grade.awards.clone(),
                exempt_years: grade.exempt_years,
            });
        }
        if grades.is_empty() {
            self.required::<String>(None, "grade");
        }
        grades
    }

    /// In the order they state, each of use: a name fit for a folder, a prefix, at least one role.
    pub(super) fn units(&mut self, toml: &PlanToml) -> Vec<Unit> {
        let mut ordered: Vec<_> = toml.unit.0.iter().collect();
        ordered.sort_by_key(|(_, unit)| unit.order);
        let keys: Vec<&str> = ordered.iter().map(|(key, _)| key.as_str()).collect();
        let mut roles: BTreeMap<&str, String> = BTreeMap::new();
        let mut units: Vec<Unit> = Vec::new();
        for (key, unit) in &ordered {
            let path = format!("unit.{key}");
            self.lacks(
                &path,
                &keys,
                &[
                    ("name", unit.name.is_none()),
                    ("prefix", unit.prefix.is_none()),
                    ("roles", unit.roles.is_empty()),
                ],
            );
            self.key(key, &path);
            for (index, role) in unit.roles.iter().enumerate() {
                let path = format!("{path}.roles.{index}");
                if let Some(earlier) = roles.get(role.as_str()) {
                    let message = format!("角色「{role}」已由別的單位擔任");
                    self.duplicate(&path, earlier, message, "一個角色只能由一個單位擔任");
                } else {
                    roles.insert(role, path);
                }
            }
            units.push(Unit {
                id: UnitId(key.clone()),
                name: unit.name.clone().unwrap_or_default(),
                prefix: unit.prefix.clone().unwrap_or_default(),
                roles: unit.roles.iter().map(|role| RoleId(role.clone())).collect(),
            });
        }
        if units.is_empty() {
            self.required::<String>(None, "unit");
        }
        self.check_names(&units);
        units
    }

    /// Names become folders, prefixes begin item codes: fit for Windows, and no two alike.
    fn check_names(&mut self, units: &[Unit]) {
        for (index, unit) in units.iter().enumerate() {
            for (what, key, name, other) in [
                ("名稱", "name", &unit.name, (|unit| &unit.name) as fn(&Unit) -> &String),
                ("代字", "prefix", &unit.prefix, |unit| &unit.prefix),
            ] {
                let path = format!("unit.{}.{key}", unit.id);
                if name.is_empty() {
                    continue;
                }
                self.folder_name(name, &path);
                if let Some(earlier) = units[..index].iter().find(|earlier| other(earlier) == name) {
                    let message = format!("單位{what}「{name}」重複");
                    let earlier = format!("unit.{}.{key}", earlier.id);
                    self.duplicate(&path, &earlier, message, "請改用別的名稱");
                }
            }
        }
    }

    pub(super) fn folder_name(&mut self, name: &str, path: &str) {
        if let Some(fault) = name_fault(name) {
            let message = format!("「{name}」要當資料夾名稱，但{fault}");
            self.report(&PLAN_VALUE_INVALID, path, message, "請改用 Windows 可用的名稱");
        }
    }

    pub(super) fn secretariat(&mut self, toml: &PlanToml, units: &[Unit]) -> Secretariat {
        let unit = self.required(toml.secretariat.unit.clone(), "secretariat.unit");
        if toml.secretariat.unit.is_some() && !units.iter().any(|known| known.id.0 == unit) {
            self.unknown("secretariat.unit", "單位", &unit, units.iter().map(|unit| unit.id.as_str()));
        }
        let folder = self.required(toml.secretariat.folder.clone(), "secretariat.folder");
        if !folder.is_empty() {
            self.folder_name(&folder, "secretariat.folder");
        }
        if units.iter().any(|unit| unit.name == folder) {
            let message = format!("秘書單位的資料夾「{folder}」與單位同名");
            self.report(&PLAN_KEY_DUPLICATE, "secretariat.folder", message, "例：\"00_秘書單位\"");
        }
        let title = self.required(toml.secretariat.title.clone(), "secretariat.title");
        Secretariat { unit: UnitId(unit), folder, title }
    }

    fn within<T>(&mut self, value: Option<T>, path: &str, range: RangeInclusive<T>) -> T
    where
        T: PartialOrd + Copy + std::fmt::Display + Default,
    {
        if let Some(value) = value
            && !range.contains(&value)
        {
            let message = format!("{value} 不在 {} 到 {} 之間", range.start(), range.end());
            self.report(&PLAN_VALUE_INVALID, path, message, "請改成範圍內的數字");
        }
        self.required(value, path)
    }
}
