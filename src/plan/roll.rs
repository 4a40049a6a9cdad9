//! The next year's layer: the same plan with its years moved on and the law of the year below it.
//!
//! Dates move with their year and are then set on working days; what belongs to one year alone —
//! points, exact days, closures, documents, facts of the case — is left behind and named.

use jiff::civil::Date;
use toml::{Table, Value};

use super::layers;
use super::tree;
use super::{PlanLayer, lower::roc_date};
use crate::calendar::OfficeCalendar;
use crate::diagnostic::Diagnostics;
use crate::roc;

/// What the next year's layer is made of.
pub struct Rolled<'a> {
    /// The built-in layers of the plan in use, and the workspace's own.
    pub below: &'a [PlanLayer],
    pub own: Option<&'a PlanLayer>,
    /// Name and layers of the built-in plan the new layer builds on (with the law of its year).
    pub base: &'a str,
    pub base_layers: &'a [PlanLayer],
    /// The ROC year to come.
    pub year: i16,
    pub calendar: &'a OfficeCalendar,
    /// Recommendations to answer next time.
    pub advice: &'a [String],
}

/// The day the law came into force under which these layers are written; `None` for the oldest.
pub fn law_in_force(layers: &[PlanLayer]) -> Option<Date> {
    let (plan, _) = layers::merged(layers, &mut Diagnostics::new())?;
    roc_date(plan.get("law")?.get("in_force")?.as_str()?)
}

/// Whether a built-in plan's own files are those of one year.
pub fn states_a_year(files: Option<&[(&str, &str)]>) -> bool {
    let text = files.and_then(|files| files.first()).map_or("", |(_, text)| text);
    text.parse::<Table>().is_ok_and(|plan| plan.contains_key("year"))
}

/// Keys of the workspace's layer that hold for one year alone.
const OF_ONE_YEAR: &[&[&str]] = &[
    &["based_on"],
    &["legal_bases"],
    &["notes"],
    &["deadlines", "final_exact"],
    &["deadlines", "extra_closures"],
    &["assessment", "postponed"],
    &["assessment", "visit"],
    &["assessment", "advice"],
    &["assessment", "panel", "member"],
    &["assessment", "panel", "recommendation"],
];

/// Texts whose years are facts of their own: documents, laws, sources, history.
const FIXED: &[&str] =
    &["legal_bases", "letter_basis", "notes", "law", "basis", "history", "advice", "postponed"];

/// The new layer's text; the diagnostics say why there is none.
pub fn roll(rolled: &Rolled) -> Result<String, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let (Some((current, _)), Some((base, _))) = (
        layers::merged(rolled.below, &mut diagnostics),
        layers::merged(rolled.base_layers, &mut diagnostics),
    ) else {
        return Err(diagnostics);
    };
    let mut own = Table::new();
    if let Some(layer) = rolled.own {
        match layers::merged(std::slice::from_ref(layer), &mut diagnostics) {
            Some((table, _)) => own = table,
            None => return Err(diagnostics),
        }
    }
    let points_left = drop_facts_of_one_year(&mut own);
    let mut whole = base.clone();
    layers::merge(&mut whole, own.clone());
    let mut known = current;
    layers::merge(&mut known, own);
    let from = year_of(&known).unwrap_or(rolled.year);
    let mut moved = tree::rewrite(&whole, &|path, text| {
        (!path.iter().any(|key| FIXED.contains(key))).then(|| move_years(text, from, rolled.year))
    });
    moved.insert("year".to_owned(), Value::Integer(i64::from(rolled.year)));
    let mut comments = header(rolled, points_left);
    comments.extend(set_on_working_days(&mut moved, rolled.calendar));
    comments.extend(drop_documents(&mut moved));
    if !rolled.advice.is_empty() {
        let advice = rolled.advice.iter().cloned().map(Value::String).collect();
        let programme = moved.entry("assessment").or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(programme) = programme {
            programme.insert("advice".to_owned(), Value::Array(advice));
        }
    }
    Ok(tree::layer_text(&comments, rolled.base, &tree::difference(&base, &moved)))
}

fn year_of(plan: &Table) -> Option<i16> {
    plan.get("year")?.as_integer()?.try_into().ok()
}

fn header(rolled: &Rolled, points_left: bool) -> Vec<String> {
    let mut comments = vec![
        format!("{}年度的計畫，由前一計畫推移而成：只寫與 {} 不同的地方。", rolled.year, rolled.base),
        "日期與文句中的年份已推移，請逐一對照該年度的函頒計畫；沒有公開來源者：".to_owned(),
        "・該年度考核實施計畫的函頒日期、文號與考核期程是否相同".to_owned(),
        "・配分、評分說明與頁數限制（依該年度考核評分表填入）".to_owned(),
        "・等第門檻、獎懲與免評年數是否沿用".to_owned(),
        "・確切陳報日與停班日".to_owned(),
    ];
    if points_left {
        comments.push("前一年度填的配分、評分說明與頁數上限沒有帶入，評分表每年可能不同。".to_owned());
    }
    comments
}

/// Takes out what the workspace said of one year; whether points were among it.
fn drop_facts_of_one_year(own: &mut Table) -> bool {
    for path in OF_ONE_YEAR {
        remove(own, path);
    }
    let mut had_points = false;
    if let Some(Value::Table(indicators)) = own.get_mut("indicator") {
        for (_, indicator) in indicators.iter_mut() {
            if let Value::Table(indicator) = indicator {
                for key in ["points", "criteria", "page_limit"] {
                    had_points |= indicator.remove(key).is_some();
                }
            }
        }
    }
    had_points
}

fn remove(table: &mut Table, path: &[&str]) {
    match path {
        [] => {}
        [last] => {
            table.remove(*last);
        }
        [first, rest @ ..] => {
            if let Some(Value::Table(inner)) = table.get_mut(*first) {
                remove(inner, rest);
            }
        }
    }
}

/// A text with the plan's year and the year after it moved on: 「110年度」, 「111-02-15」, 「110/05/12」.
/// A number that is part of a longer one (a telephone, a document number) stays.
pub(super) fn move_years(text: &str, from: i16, to: i16) -> String {
    if let Some(day) = roc_date(text).filter(|_| text.len() <= 9) {
        return moved_day(text, day, from, to);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let digits = chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        if digits == 0 {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let number: String = chars[at..at + digits].iter().collect();
        let next = chars.get(at + digits);
        let is_year = match next {
            Some('年') => true,
            Some('-' | '/' | '.') => chars.get(at + digits + 1).is_some_and(char::is_ascii_digit),
            _ => false,
        };
        // The middle of a date is no year; what follows a dash after 「110/05/01」 is.
        let preceded = at > 0 && next == Some(&chars[at - 1]) && *next.unwrap_or(&'年') != '年';
        match number.parse::<i16>() {
            Ok(year) if is_year && !preceded && (year == from || year == from + 1) => {
                out.push_str(&(year + to - from).to_string());
            }
            _ => out.push_str(&number),
        }
        at += digits;
    }
    out
}

/// A whole day moves to the same day of its new year; 29 February to the 28th where there is none.
fn moved_day(text: &str, day: Date, from: i16, to: i16) -> String {
    let year = roc::year_of(day);
    if year != from && year != from + 1 {
        return text.to_owned();
    }
    let moved = day.checked_add(jiff::Span::new().years(to - from)).unwrap_or(day);
    let separator = text.chars().find(|c| !c.is_ascii_digit()).unwrap_or('-');
    format!("{}{separator}{:02}{separator}{:02}", roc::year_of(moved), moved.month(), moved.day())
}

/// Brings the two deadlines forward to working days and says so.
fn set_on_working_days(plan: &mut Table, calendar: &OfficeCalendar) -> Vec<String> {
    let mut comments = Vec::new();
    let Some(Value::Table(deadlines)) = plan.get_mut("deadlines") else { return comments };
    for key in ["internal", "final_default"] {
        let Some(day) = deadlines.get(key).and_then(Value::as_str).and_then(roc_date) else { continue };
        match calendar.working_day_on_or_before(day) {
            None => comments.push(format!("辦公日曆沒有{}的資料，請核對是否為上班日。", roc::full(day))),
            Some(working) if working != day => {
                let because = calendar.closed_because(day).unwrap_or("放假日");
                comments.push(format!(
                    "{}為放假日（{because}），{key} 提前至前一上班日{}。",
                    roc::full(day),
                    roc::full(working)
                ));
                let written = roc::dotted(working).replace('.', "-");
                deadlines.insert(key.to_owned(), Value::String(written));
            }
            Some(_) => {}
        }
    }
    comments
}

/// A basis that bears a date is a document of its year: it is left out and named.
fn drop_documents(plan: &mut Table) -> Vec<String> {
    let mut comments = Vec::new();
    if let Some(Value::Array(bases)) = plan.get_mut("legal_bases") {
        bases.retain(|basis| {
            let text = basis.as_str().unwrap_or_default();
            let is_dated = bears_a_year(text);
            if is_dated {
                comments.push(format!("依據未帶入（為前一年度之文件，請換成該年度者）：{text}"));
            }
            !is_dated
        });
    }
    if let Some(Value::Table(delivery)) = plan.get_mut("delivery")
        && let Some(Value::String(basis)) = delivery.get_mut("letter_basis")
        && bears_a_year(basis)
    {
        comments.push(format!("函稿依據未帶入（為前一年度之文件，請換成該年度者）：{basis}"));
        // An empty text takes away what lies below.
        basis.clear();
    }
    comments
}

/// 「110年2月5日」, 「（110.03.26）」: a year of three digits with 年 or a separator behind it.
fn bears_a_year(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars
        .windows(4)
        .any(|four| four[..3].iter().all(char::is_ascii_digit) && matches!(four[3], '年' | '.' | '/' | '-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn years_move_and_other_numbers_do_not() {
        for (text, moved) in [
            ("110年度", "114年度"),
            ("111年4月至5月", "115年4月至5月"),
            ("例：110/05/01-110/05/31", "例：114/05/01-114/05/31"),
            ("110-01", "114-01"),
            ("2021/110/5", "2021/110/5"),
            ("撥打110報案", "撥打110報案"),
            ("府警外字第1100000000號", "府警外字第1100000000號"),
            ("3/110", "3/110"),
            ("112年", "112年"),
            ("111-02-15", "115-02-15"),
            ("110.03.26", "114.03.26"),
        ] {
            assert_eq!(move_years(text, 110, 114), moved, "{text}");
        }
        assert_eq!(move_years("109-02-29", 109, 110), "110-02-28");
    }

    proptest! {
        /// Moving on and back again changes nothing, whatever else the text holds.
        #[test]
        fn moving_back_undoes_moving_on(text in "[年月/.號a-z 至]{0,6}(110年|111-0|1100|110)?[年月日0-9]{0,6}") {
            prop_assume!(!text.contains("114") && !text.contains("115") && roc_date(&text).is_none());
            let moved = move_years(&text, 110, 114);
            prop_assert_eq!(move_years(&moved, 114, 110), text);
        }
    }
}
