//! Two years assessed together: evidence that does not say which year it belongs to.

use crate::assessment;
use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::inventory::Role;
use crate::place::Place;

use super::{CheckInput, breach};

pub static EVIDENCE_YEAR_UNCLEAR: Rule = Rule {
    id: "evidence-year-unclear",
    severity: Severity::Warning,
    title: "併同考核的佐證沒有分年度",
    explanation: "檢查什麼：兩個年度併同考核時，佐證檔案是否放在以年度命名的子資料夾（例：109年度）。\n\
        為何重要：兩個年度的佐證混在一起，委員無法分辨各年度的成果。\n\
        如何修正：請在佐證項目的資料夾內建立各年度的子資料夾，把檔案移入；同屬兩年度者，擇一放置並在說明註明。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&EVIDENCE_YEAR_UNCLEAR];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    if input.plan.programme.postponed.is_some() {
        out.extend(unclear(input));
    }
}

fn unclear(input: &CheckInput) -> Vec<Diagnostic> {
    let years: Vec<String> =
        input.plan.periods().iter().map(|(year, _)| assessment::year_folder(*year)).collect();
    let mut found = Vec::new();
    for file in &input.inventory.files {
        let Role::Evidence(code) = &file.role else { continue };
        if assessment::year_of(input.plan, &file.path).is_some() {
            continue;
        }
        let unit = input.plan.item(code).map(|(task, _)| &task.unit);
        let message = format!("佐證 {code} 的檔案沒有分年度");
        found.push(
            breach(&EVIDENCE_YEAR_UNCLEAR, &Place::file(&file.path), unit, file.path.as_str(), message)
                .hint(format!("請移入該項目下的子資料夾「{}」", years.join("」或「"))),
        );
    }
    found
}
