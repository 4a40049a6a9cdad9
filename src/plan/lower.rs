//! From the plan as written to the plan as used: references resolved, dates and figures read.
//!
//! Accumulates everything that is wrong, each with the line that says it. Knows the mirror and
//! the model, nothing of files.

mod frame;
mod programme;
mod references;
mod sections;
mod tasks;
mod version;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::figure::Figure;
use crate::folding::did_you_mean;

use super::Plan;
use super::layers::{self, Origins, PlanLayer};
use super::syntax::PlanToml;

pub static PLAN_VALUE_MISSING: Rule = Rule {
    id: "plan-value-missing",
    severity: Severity::Error,
    title: "計畫檔缺少必要的項目",
    explanation: "檢查什麼：期間、期限、單位、任務等項目須齊備。\n\
        為何重要：缺了就無法判斷期限或編排自評表；多半是名稱打錯，成了新的項目。\n\
        如何修正：改正名稱或補上該項目；要沿用內建計畫時，請在 plan.toml 註明 based_on。",
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
    explanation: "檢查什麼：指標引用的任務、計算式引用的欄位與選項、單位擔任的角色等，都須存在且種類相符。\n\
        為何重要：引用落空時，內容會從自評表消失、數字會少算，而無人察覺。\n\
        如何修正：改成存在的名稱，或補上該項目。",
    answerable: false,
};

pub static PLAN_KEY_DUPLICATE: Rule = Rule {
    id: "plan-key-duplicate",
    severity: Severity::Error,
    title: "計畫檔的代號重複",
    explanation: "檢查什麼：單位名稱與代字、任務編號、角色與佐證項目代號不得重複。\n\
        為何重要：重複的代號會使回報與佐證歸到錯的項目。\n\
        如何修正：把其中一個改成別的代號。",
    answerable: false,
};

pub static PLAN_TASK_UNPLACED: Rule = Rule {
    id: "plan-task-unplaced",
    severity: Severity::Error,
    title: "任務不屬於任何指標",
    explanation: "檢查什麼：每一項任務至少列在一個指標的 tasks 之中。\n\
        為何重要：自評表依指標編排；沒有歸屬的任務，單位填了也印不出來。\n\
        如何修正：把任務代號加到適當指標的 tasks。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[
    &layers::PLAN_UNREADABLE,
    &layers::PLAN_KEY_UNKNOWN,
    &PLAN_VALUE_MISSING,
    &PLAN_VALUE_INVALID,
    &PLAN_REFERENCE_UNKNOWN,
    &PLAN_KEY_DUPLICATE,
    &PLAN_TASK_UNPLACED,
    &programme::PANEL_COMPOSITION,
];

/// Builds the plan from its layers, the built-in files first, the workspace's own last. Any
/// diagnostic means that there is no plan; all that is wrong is told at once.
pub fn lower(layers: &[PlanLayer]) -> (Option<Plan>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let Some((toml, origins)) = layers::read(layers, &mut diagnostics) else {
        return (None, diagnostics);
    };
    let mut lowering = Lowering { origins: &origins, diagnostics, hollow: BTreeSet::new() };
    let plan = lowering.plan(&toml);
    // Whatever was put in for a missing value is never used.
    let plan = lowering.diagnostics.is_empty().then_some(plan);
    (plan, lowering.diagnostics)
}

struct Lowering<'a> {
    origins: &'a Origins,
    diagnostics: Diagnostics,
    /// Tasks that could not be built, and that was told: references to them are not told again.
    hollow: BTreeSet<String>,
}

impl Lowering<'_> {
    fn plan(&mut self, toml: &PlanToml) -> Plan {
        let units = self.units(toml);
        let shared_tables = self.shared_tables(toml, &units);
        let tasks = self.tasks(toml, &units);
        self.check_tasks(&tasks, &shared_tables);
        let facets = self.facets(toml, &tasks, &shared_tables);
        let government = self.government(toml);
        let year = self.required(toml.year, "year");
        let grades = self.grades(toml);
        let programme = self.programme(toml, &grades);
        let mut plan = Plan {
            id: format!("{}-{year}", government.ascii),
            version: String::new(),
            title: self.required(toml.title.clone(), "title"),
            form_title: self.required(toml.form_title.clone(), "form_title"),
            government,
            year,
            period: self.period(toml, programme.postponed.as_ref()),
            legal_bases: toml.legal_bases.clone(),
            recipient: self.recipient(toml),
            deadlines: self.deadlines(toml),
            schedule: self.schedule(toml),
            grades,
            programme,
            limits: self.limits(toml),
            delivery: self.delivery(toml),
            secretariat: self.secretariat(toml, &units),
            comparisons: self.comparisons(toml, &tasks),
            units,
            facets,
            tasks,
            shared_tables,
            signatures: toml.signatures.clone(),
            notes: toml.notes.clone(),
        };
        plan.version = version::form_version(&plan);
        plan
    }

    fn report(&mut self, rule: &'static Rule, path: &str, message: String, hint: &str) {
        let place = self.origins.place(path);
        self.push(Diagnostic::new(rule, place, message).hint(hint).subject(path));
    }

    fn duplicate(&mut self, path: &str, earlier: &str, message: String, hint: &str) {
        let diagnostic = Diagnostic::new(&PLAN_KEY_DUPLICATE, self.origins.place(path), message)
            .hint(hint)
            .subject(path)
            .related(self.origins.place(earlier), "另一個在這裡");
        self.push(diagnostic);
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        // A line of a set is read once for each task that uses it, and told once.
        let is_known =
            |known: &Diagnostic| known.place == diagnostic.place && known.message == diagnostic.message;
        if !self.diagnostics.iter().any(is_known) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn required<T: Default>(&mut self, value: Option<T>, path: &str) -> T {
        value.unwrap_or_else(|| {
            let hint = "請補上，或以 based_on 沿用內建計畫";
            self.report(&PLAN_VALUE_MISSING, path, format!("缺少「{path}」"), hint);
            T::default()
        })
    }

    /// What a keyed entry lacks, in one diagnostic: a misspelt key makes a new, hollow entry.
    fn lacks(&mut self, path: &str, siblings: &[&str], items: &[(&str, bool)]) -> bool {
        let lacking: Vec<&str> = items.iter().filter(|(_, lacks)| *lacks).map(|(item, _)| *item).collect();
        if lacking.is_empty() {
            return false;
        }
        let key = path.rsplit('.').next().unwrap_or(path);
        let others = siblings.iter().copied().filter(|sibling| *sibling != key);
        let hint = match did_you_mean(key, others) {
            Some(near) => format!("您是指「{near}」嗎？若是新的項目，請補上"),
            None => "請補上".to_owned(),
        };
        let message = format!("「{key}」缺少 {}", lacking.join("、"));
        self.report(&PLAN_VALUE_MISSING, path, message, &hint);
        true
    }

    fn unknown<'b>(&mut self, path: &str, what: &str, name: &str, known: impl IntoIterator<Item = &'b str>) {
        let hint = match did_you_mean(name, known) {
            Some(near) => format!("您是指「{near}」嗎？"),
            None => "請改成存在的名稱，或補上該項目".to_owned(),
        };
        self.report(&PLAN_REFERENCE_UNKNOWN, path, format!("沒有名為「{name}」的{what}"), &hint);
    }

    /// Keys are joined by `.` in references and stand in workbooks' hidden cells.
    fn key(&mut self, key: &str, path: &str) {
        let is_plain = !key.is_empty()
            && key.len() <= 40
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !is_plain {
            let message = format!("代號「{key}」只能有英文字母、數字、底線與連字號，至多 40 字");
            self.report(&PLAN_VALUE_INVALID, path, message, "中文名稱請寫在 label、title 或 name");
        }
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
            let message = format!("「{text}」不是數字");
            self.report(&PLAN_VALUE_INVALID, path, message, "請寫成例如 \"95\" 或 \"12.50\"");
            Figure::ZERO
        })
    }
}

/// Strictly `111-02-15` (`.` and `/` allowed): a plan is written by people who know, and read by a
/// machine.
pub(super) fn roc_date(text: &str) -> Option<Date> {
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

/// Why Windows would not make a folder of this name.
fn name_fault(name: &str) -> Option<&'static str> {
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];
    let stem = name.split('.').next().unwrap_or("").to_ascii_lowercase();
    let is_port = (stem.starts_with("com") || stem.starts_with("lpt"))
        && stem.len() == 4
        && stem.ends_with(|c: char| c.is_ascii_digit());
    if name.chars().any(|c| c.is_control() || r#"\/:*?"<>|"#.contains(c)) {
        Some("含有 \\ / : * ? \" < > | 等不可用的字元")
    } else if name.trim() != name || name.ends_with('.') {
        Some("前後有空白或結尾是句點")
    } else if DEVICES.contains(&stem.as_str()) || is_port {
        Some("是 Windows 保留的名稱")
    } else if name.chars().count() > 30 {
        Some("超過 30 字")
    } else {
        None
    }
}
