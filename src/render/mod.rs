//! Diagnostics as people and programs read them: text with excerpts and carets, JSON, explanations.
//!
//! Pure: strings out. Every text passes `clean`, so that no identity number and no control sequence
//! reaches a terminal or a log. Knows what a terminal can show, nothing of how diagnostics came about.

mod changes;
mod columns;
mod excerpt;
mod json;
mod status;
mod text;

use crate::diagnostic::{Rule, Severity};
use crate::identity;

pub use changes::changes;
pub use json::json;
pub use status::status;
pub use text::{TextOptions, plan_text, summary, text};

/// Columns of an explanation.
const EXPLANATION_WIDTH: usize = 78;
/// How the three paragraphs of an explanation are headed.
const HEADINGS: [&str; 3] = ["檢查什麼：", "為何重要：", "如何修正："];

/// A rule's full wording.
pub fn explain(rule: &Rule) -> String {
    let mut out = format!("{}[{}] {}\n\n", severity_word(rule.severity), rule.id, rule.title);
    let paragraphs = rule.explanation.lines().map(str::trim).filter(|line| !line.is_empty());
    for (index, paragraph) in paragraphs.enumerate() {
        let heading = HEADINGS.get(index).copied().unwrap_or_default();
        let body = paragraph.strip_prefix(heading).unwrap_or(paragraph);
        out.push_str(&columns::hang(heading, body, EXPLANATION_WIDTH));
        out.push('\n');
    }
    let answer = match rule.answerable {
        true => "是。秘書單位可在活頁簿「例外核可」表填寫檢核結果所示的例外代號、理由與核可人；缺一不生效。",
        false => "否，請修正原處。",
    };
    out.push_str(&columns::hang("可核可：", answer, EXPLANATION_WIDTH));
    out
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "錯誤",
        Severity::Warning => "警告",
    }
}

/// A text as it may be shown, on one line: identity numbers starred out, control characters and
/// those that turn the direction of writing made visible. Always before cutting: half a number
/// is no longer recognised as one.
fn clean(text: &str) -> String {
    identity::mask(text)
        .trim()
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}
