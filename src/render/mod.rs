//! Diagnostics as people and programs read them: text with excerpts and carets, JSON, explanations.
//!
//! Pure: strings out. Every text passes `clean`, so that no identity number and no control sequence
//! reaches a terminal or a log. Knows what a terminal can show, nothing of how diagnostics came about.

mod changes;
mod columns;
mod excerpt;
mod html;
mod json;
mod lines;
mod status;
mod text;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::identity;
use crate::plan::Plan;

pub use changes::changes;
pub use html::{
    Confirmation, ReportMaterial, ReportPage, ThumbnailMaterial, ThumbnailPage, Viewed, html, report_page,
    thumbnail_page, thumbnail_sheets,
};
pub use json::json;
pub use lines::lines;
pub use status::status;
pub use text::{TextOptions, errors, plan_text, summary, text};

/// Columns of an explanation.
const EXPLANATION_WIDTH: usize = 78;
/// How the three paragraphs of an explanation are headed.
const HEADINGS: [&str; 3] = ["檢查什麼：", "為何重要：", "如何修正："];

/// A rule's full wording.
pub fn explain(rule: &'static Rule) -> String {
    let mut out = format!("{}[{}] {}\n\n", severity_word(rule.severity), rule.id, rule.title);
    for (heading, body) in explained(rule) {
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

/// The paragraphs of a rule's explanation, each with its heading.
fn explained(rule: &'static Rule) -> impl Iterator<Item = (&'static str, &'static str)> {
    let paragraphs = rule.explanation.lines().map(str::trim).filter(|line| !line.is_empty());
    paragraphs.enumerate().map(|(index, paragraph)| {
        let heading = HEADINGS.get(index).copied().unwrap_or_default();
        (heading, paragraph.strip_prefix(heading).unwrap_or(paragraph))
    })
}

/// What one unit has to act on, errors first; accepted ones last.
struct UnitGroup<'a> {
    /// `None`: the secretariat.
    unit: Option<&'a str>,
    name: &'a str,
    diagnostics: Vec<&'a Diagnostic>,
}

/// By unit in plan order, the secretariat's own first; units without diagnostics are left out.
fn groups<'a>(diagnostics: &'a Diagnostics, plan: &'a Plan) -> Vec<UnitGroup<'a>> {
    let mut named: Vec<(Option<&str>, &str)> = vec![(None, plan.secretariat.title.as_str())];
    named.extend(plan.units.iter().map(|unit| (Some(unit.id.as_str()), unit.name.as_str())));
    // A unit the plan does not know must not make its diagnostics vanish.
    for diagnostic in diagnostics.iter() {
        let unit = diagnostic.unit.as_deref();
        if !named.iter().any(|(known, _)| *known == unit) {
            named.push((unit, unit.unwrap_or_default()));
        }
    }
    let group = |(unit, name)| {
        let mut own: Vec<&Diagnostic> =
            diagnostics.iter().filter(|diagnostic| diagnostic.unit.as_deref() == unit).collect();
        own.sort_by_key(|diagnostic| (diagnostic.accepted.is_some(), diagnostic.severity));
        UnitGroup { unit, name, diagnostics: own }
    };
    named.into_iter().map(group).filter(|group| !group.diagnostics.is_empty()).collect()
}

/// Those of a severity that nobody answered for.
fn open<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>, severity: Severity) -> usize {
    diagnostics.filter(|diagnostic| diagnostic.severity == severity && diagnostic.accepted.is_none()).count()
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
pub fn clean(text: &str) -> String {
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
