//! Diagnostics for people: by unit, errors first, with the row's cells and a caret under the one.
//!
//! Only here: `unicode_width` (a Chinese character is two columns wide) and `anstyle`.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Severity};
use crate::identity;
use crate::plan::Plan;

use super::severity_word;

/// Diagnostics of one rule in one sheet and column shown before the rest is counted.
const SHOWN_ALIKE: usize = 3;
/// Only more than this many alike are folded.
const FOLDED_ABOVE: usize = 8;

/// How text is laid out.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl TextOptions {
    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn severity(&self, severity: Severity) -> Style {
        let colour = match severity {
            Severity::Error => AnsiColor::Red,
            Severity::Warning => AnsiColor::Yellow,
        };
        colour.on_default().bold()
    }

    fn dim(&self) -> Style {
        AnsiColor::Cyan.on_default()
    }
}

/// Everything, grouped by unit in plan order, the secretariat's own first; a count at the end.
pub fn text(diagnostics: &Diagnostics, plan: &Plan, options: &TextOptions) -> String {
    let mut out = String::new();
    let mut groups: Vec<(Option<&str>, &str)> = vec![(None, plan.secretariat.title.as_str())];
    groups.extend(plan.units.iter().map(|unit| (Some(unit.id.as_str()), unit.name.as_str())));
    for (unit, name) in groups {
        let mut own: Vec<&Diagnostic> =
            diagnostics.iter().filter(|diagnostic| diagnostic.unit.as_deref() == unit).collect();
        own.sort_by_key(|diagnostic| diagnostic.severity);
        if !own.is_empty() {
            group(&mut out, name, &own, options);
        }
    }
    summary(&mut out, diagnostics, options);
    identity::mask(&out)
}

/// Diagnostics of the plan itself, before there is a plan to group them by.
pub fn plan_text(diagnostics: &Diagnostics, options: &TextOptions) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter() {
        one(&mut out, diagnostic, options);
    }
    summary(&mut out, diagnostics, options);
    identity::mask(&out)
}

fn group(out: &mut String, name: &str, own: &[&Diagnostic], options: &TextOptions) {
    let errors = own.iter().filter(|diagnostic| diagnostic.blocks()).count();
    let warnings = own.len() - errors;
    let title = format!("── {name}：{errors} 個錯誤、{warnings} 個警告 ");
    let rule = "─".repeat(options.width.min(100).saturating_sub(title.width()));
    line(out, &options.paint(options.dim(), &format!("{title}{rule}")));
    line(out, "");
    let mut alike: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for diagnostic in own {
        *alike.entry(kind(diagnostic)).or_default() += 1;
    }
    let mut shown: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for diagnostic in own {
        let key = kind(diagnostic);
        let total = alike.get(&key).copied().unwrap_or(1);
        let so_far = shown.entry(key).or_default();
        *so_far += 1;
        if total <= FOLDED_ABOVE || *so_far <= SHOWN_ALIKE {
            one(out, diagnostic, options);
        } else if *so_far == SHOWN_ALIKE + 1 {
            let rest = total - SHOWN_ALIKE;
            line(
                out,
                &format!(
                    "{}[{}] 同樣的問題另有 {rest} 格（完整清單見 --format json）",
                    severity_word(diagnostic.severity),
                    diagnostic.rule.id
                ),
            );
            line(out, "");
        }
    }
}

/// What counts as alike: the rule, in the same sheet and column.
fn kind(diagnostic: &Diagnostic) -> (&'static str, String) {
    use crate::place::Place;
    let place = match &diagnostic.place {
        Place::Cell { file, sheet, cell } => format!("{file}\n{sheet}\n{}", cell.column),
        other => format!("{other}"),
    };
    (diagnostic.rule.id, place)
}

fn one(out: &mut String, diagnostic: &Diagnostic, options: &TextOptions) {
    let word = if diagnostic.accepted.is_some() { "已核可" } else { severity_word(diagnostic.severity) };
    let head = format!("{word}[{}]", diagnostic.rule.id);
    line(
        out,
        &format!("{} {}", options.paint(options.severity(diagnostic.severity), &head), diagnostic.message),
    );
    line(out, &format!("  {} {}", options.paint(options.dim(), "-->"), diagnostic.place));
    if let Some(excerpt) = &diagnostic.excerpt {
        draw(out, excerpt, options, diagnostic.severity);
    }
    for (place, note) in &diagnostic.related {
        line(out, &format!("  {} {place}：{note}", options.paint(options.dim(), "另見")));
    }
    if let Some(accepted) = &diagnostic.accepted {
        line(out, &format!("  {} {accepted}", options.paint(options.dim(), "= 核可：")));
    } else {
        if !diagnostic.hint.is_empty() {
            line(out, &format!("  {} {}", options.paint(options.dim(), "= 修正："), diagnostic.hint));
        }
        if diagnostic.severity == Severity::Error
            && let Some(key) = diagnostic.exception_key()
        {
            line(out, &format!("  {} {key}", options.paint(options.dim(), "= 例外代號：")));
        }
    }
    line(out, "");
}

/// The row with its cells between bars, cut to the width so that the marked cell stays in sight.
fn draw(out: &mut String, excerpt: &Excerpt, options: &TextOptions, severity: Severity) {
    let room = options.width.clamp(40, 120) - 6;
    let cells: Vec<String> = excerpt.cells.iter().map(|cell| cut(&cell.replace('\n', "⏎"), 24)).collect();
    let Some(marked) = cells.get(excerpt.marked) else { return };
    let mut first = excerpt.marked;
    let mut last = excerpt.marked;
    let mut used = marked.width() + 3;
    loop {
        let before = first.checked_sub(1).filter(|index| used + cells[*index].width() + 3 <= room);
        let after = (last + 1 < cells.len())
            .then_some(last + 1)
            .filter(|index| used + cells[*index].width() + 3 <= room);
        match (before, after) {
            (Some(index), _) => {
                first = index;
                used += cells[index].width() + 3;
            }
            (None, Some(index)) => {
                last = index;
                used += cells[index].width() + 3;
            }
            (None, None) => break,
        }
    }
    let lead = if first > 0 { "… │ " } else { "" };
    let tail = if last + 1 < cells.len() { " │ …" } else { "" };
    let row = cells[first..=last].join(" │ ");
    let before =
        cells[first..excerpt.marked].iter().map(|cell| cell.width() + 3).sum::<usize>() + lead.width();
    line(out, &format!("   │ {lead}{row}{tail}"));
    let caret = "^".repeat(marked.width().max(1));
    line(out, &format!("   │ {}{}", " ".repeat(before), options.paint(options.severity(severity), &caret)));
}

/// At most `columns` wide, with an ellipsis for what was cut.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= columns {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

fn summary(out: &mut String, diagnostics: &Diagnostics, options: &TextOptions) {
    let errors = diagnostics.n_errors();
    let warnings = diagnostics.n_warnings();
    let accepted = diagnostics.iter().filter(|diagnostic| diagnostic.accepted.is_some()).count();
    let mut text = match (errors, warnings) {
        (0, 0) => "檢核完成，沒有發現問題。".to_owned(),
        (0, warnings) => format!("檢核完成：沒有錯誤，{warnings} 個警告。"),
        (errors, warnings) => format!("檢核完成：{errors} 個錯誤、{warnings} 個警告。有錯誤時只能產出草稿。"),
    };
    if accepted > 0 {
        let _ = write!(text, "另有 {accepted} 個已由秘書單位核可。");
    }
    let style = if errors > 0 { options.severity(Severity::Error) } else { Style::new().bold() };
    line(out, &options.paint(style, &text));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}
