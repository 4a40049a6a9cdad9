//! Diagnostics as people and programs read them: text with excerpts and carets, JSON, explanations.
//!
//! Pure: strings out. Everything passes `identity::mask` on its way. Knows what a terminal can show,
//! nothing of how diagnostics came about.

mod json;
mod text;

use crate::diagnostic::{Rule, Severity};

pub use json::json;
pub use text::{TextOptions, plan_text, text};

/// A rule's full wording.
pub fn explain(rule: &Rule) -> String {
    let severity = severity_word(rule.severity);
    let answer = if rule.answerable {
        "可核可：是。檢核結果會印出例外代號，秘書單位可在活頁簿「例外核可」表填寫代號、理由、核可人與日期。"
    } else {
        "可核可：否。"
    };
    format!("{severity}[{}] {}\n\n{}\n\n{answer}\n", rule.id, rule.title, rule.explanation)
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "錯誤",
        Severity::Warning => "警告",
    }
}
