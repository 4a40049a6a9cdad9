//! From the plan as written to the plan as used: references resolved, dates and figures read.
//!
//! Accumulates everything that is wrong, each with the line that says it. Knows the mirror and
//! the model, nothing of files.

mod indicators;
mod tasks;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::figure::Figure;
use crate::folding::did_you_mean;
use crate::inventory::sha256_hex;

use super::syntax::{self, Origins, PlanLayer, PlanToml};
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
