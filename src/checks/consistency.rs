//! Answers that contradict the plan, the period, each other or another unit's.
//!
//! Compares what was read; that something is missing is said by `completeness`. Differences
//! between units are 「差異待說明」: they may count by different rules.

use jiff::civil::Date;

use crate::derivation::row_figure;
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Rule, Severity};
use crate::figure::Figure;
use crate::place::Place;
use crate::plan::{Comparison, Derivation, Field, FieldRef, HalfYearRule, Period, Plan, Task, ValueKind};
use crate::roc;
use crate::submission::{Answer, Record, Value};

use super::bearings::{self, TableRows, field_excerpt, field_place, field_subject, is_absent, shown};
use super::{CheckInput, breach, severity_of};

pub static VALUE_OUT_OF_RANGE: Rule = Rule {
    id: "value-out-of-range",
    severity: Severity::Error,
    title: "數值超出合理範圍",
    explanation: "檢查什麼：計畫設有上下限的數值（例如滿意度 0 到 100）是否在範圍內。\n\
        為何重要：多一個零或把五分量表填成百分比，平均與總數就全錯了。\n\
        如何修正：請核對原始資料後更正；數值確實無誤者，由秘書單位核可。",
    answerable: true,
};

pub static DATE_OUTSIDE_PERIOD: Rule = Rule {
    id: "date-outside-period",
    severity: Severity::Error,
    title: "日期不在受評期間",
    explanation: "檢查什麼：明細的日期是否落在受評期間內；期間跨出一部分者列為警告。\n\
        為何重要：期間外的場次與案件不得計入本年度成績，最常見的原因是年份打錯。\n\
        如何修正：請更正日期；確屬別年度者，請整列刪除。",
    answerable: true,
};

pub static SPLIT_DIFFERS: Rule = Rule {
    id: "split-differs",
    severity: Severity::Error,
    title: "分項合計與總數不符",
    explanation: "檢查什麼：性別、國籍等分項的合計，是否等於應相等的總數。\n\
        為何重要：合計對不上，委員無從判斷哪個數字才是對的。\n\
        如何修正：請核對各分項與總數；分項不明者，計入「其他」。",
    answerable: true,
};

pub static RATIO_ABOVE_WHOLE: Rule = Rule {
    id: "ratio-above-whole",
    severity: Severity::Warning,
    title: "比率超過百分之百",
    explanation: "檢查什麼：以兩個數字相除而得的比率，分子是否大於分母。\n\
        為何重要：例如解除列管數多於列管數，多半是填反了，或兩者統計期間不同。\n\
        如何修正：請核對兩個數字；統計口徑不同者，請在執行情形說明。",
    answerable: true,
};

pub static HALF_YEAR_MISSING: Rule = Rule {
    id: "half-year-missing",
    severity: Severity::Error,
    title: "有半年沒有辦理",
    explanation: "檢查什麼：依法每半年至少辦理一次者（例如協調聯繫會議），受評期間的上、下半年是否都有紀錄。\n\
        為何重要：這是法定次數，缺一次就是未依法辦理。\n\
        如何修正：漏列者請補列；日期打錯者請更正；確未召開者，請在執行情形說明並由秘書單位核可。",
    answerable: true,
};

pub static ROW_DUPLICATE: Rule = Rule {
    id: "row-duplicate",
    severity: Severity::Warning,
    title: "明細列重複",
    explanation: "檢查什麼：同一張明細表內，是否有日期與名稱都相同的兩列。\n\
        為何重要：重複貼上的列會使場次、人次多算一次。\n\
        如何修正：重複者請刪除一列；確為同日同名的不同場次，請在名稱註明（例如「上午場」）。",
    answerable: true,
};

pub static FIGURES_DIFFER: Rule = Rule {
    id: "figures-differ",
    severity: Severity::Warning,
    title: "單位之間的數字不一致，差異待說明",
    explanation: "檢查什麼：不同單位填報、理應相等的數字是否一致。\n\
        為何重要：同一份自評表前後數字不同，委員會追問；但統計口徑可能不同，所以只是警告。\n\
        如何修正：請兩單位核對；口徑不同者，請在執行情形或統稿說明差異。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[
    &VALUE_OUT_OF_RANGE,
    &DATE_OUTSIDE_PERIOD,
    &SPLIT_DIFFERS,
    &RATIO_ABOVE_WHOLE,
    &HALF_YEAR_MISSING,
    &ROW_DUPLICATE,
    &FIGURES_DIFFER,
];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    for submission in input.submissions.values() {
        for task in input.plan.tasks_of(&submission.unit) {
            let Some(answer) = submission.tasks.get(&task.id) else { continue };
            if !is_absent(answer) {
                check_fields(input, task, answer, out);
            }
        }
        for rows in bearings::tables(input.plan, submission).iter().filter(|rows| rows.applies) {
            check_rows(rows, input.plan.period, out);
            check_duplicates(rows, out);
            if let Some(rule) = &rows.table.each_half_year {
                check_half_years(rows, rule, input.plan, out);
            }
        }
    }
    for comparison in &input.plan.comparisons {
        out.extend(compare(input, comparison));
    }
}

fn check_fields(input: &CheckInput, task: &Task, answer: &Answer, out: &mut Diagnostics) {
    for field in &task.fields {
        if let Some(Derivation::Ratio { numerator, denominator }) = &field.derive {
            out.extend(ratio_above_whole(input, task, answer, numerator, denominator));
        }
        let Some(located) = answer.fields.get(&field.key) else { continue };
        let subject = field_subject(task, field);
        let at = |rule, message: String| {
            breach(rule, &located.place, Some(&task.unit), &subject, message)
                .excerpt(field_excerpt(field, Some(&located.value)))
        };
        if let Some((message, hint)) = out_of_range(field, &located.value) {
            out.push(at(&VALUE_OUT_OF_RANGE, message).hint(hint));
        }
        if let Some((message, hint, _)) = outside_period(field, &located.value, input.plan.period) {
            // A single date (of approval, of a reference day) may rightly lie outside.
            out.push(at(&DATE_OUTSIDE_PERIOD, message).severity(Severity::Warning).hint(hint));
        }
        if let (Value::Split(parts), Some(total)) = (&located.value, &field.adds_up_to) {
            let of = FieldRef { task: task.id.clone(), field: total.clone() };
            let whole = task.fields.iter().find(|other| other.key == *total);
            if let (Some(figure), Some(whole)) = (input.figures.figure(&of), whole)
                && let Some((message, hint)) = split_differs(field, parts, whole, figure)
            {
                let place = field_place(answer, total).clone();
                let note = format!("「{}」在這裡", whole.label);
                out.push(at(&SPLIT_DIFFERS, message).hint(hint).related(place, note));
            }
        }
    }
}

fn ratio_above_whole(
    input: &CheckInput,
    task: &Task,
    answer: &Answer,
    numerator: &str,
    denominator: &str,
) -> Option<Diagnostic> {
    let find = |key: &str| task.fields.iter().find(|field| field.key == key);
    let figure = |key: &str| input.figures.figure(&FieldRef { task: task.id.clone(), field: key.to_owned() });
    let (part, whole) = (find(numerator)?, find(denominator)?);
    let (n_part, n_whole) = (figure(numerator)?, figure(denominator)?);
    if n_part <= n_whole || n_whole.is_negative() {
        return None;
    }
    let message = format!(
        "「{}」{n_part} {}，多於「{}」{n_whole} {}",
        part.label, part.measure, whole.label, whole.measure
    );
    let place = field_place(answer, numerator);
    Some(
        breach(&RATIO_ABOVE_WHOLE, place, Some(&task.unit), field_subject(task, part), message)
            .hint("請核對是否填反；統計口徑不同者，請在執行情形說明")
            .excerpt(field_excerpt(part, answer.fields.get(numerator).map(|located| &located.value)))
            .related(field_place(answer, denominator).clone(), format!("「{}」在這裡", whole.label)),
    )
}

/// Message and hint when a figure, or a part of a split, leaves the plan's range.
fn out_of_range(field: &Field, value: &Value) -> Option<(String, String)> {
    let is_outside = |figure: Figure| {
        field.least.is_some_and(|least| figure < least) || field.most.is_some_and(|most| figure > most)
    };
    let (what, figure) = match value {
        Value::Split(parts) => {
            let (part, figure) = parts.iter().find(|(_, figure)| is_outside(*figure))?;
            (format!("{}：{part}", field.label), *figure)
        }
        value => (field.label.clone(), value.figure().filter(|figure| is_outside(*figure))?),
    };
    let range = match (field.least, field.most) {
        (Some(least), Some(most)) => format!("應在 {least} 到 {most} 之間"),
        (Some(least), None) => format!("不得小於 {least}"),
        (None, Some(most)) => format!("不得大於 {most}"),
        (None, None) => return None,
    };
    let measure = if field.kind == ValueKind::Percent { "" } else { field.measure.as_str() };
    let message = format!("「{what}」填 {figure}{measure}，{range}");
    let hint = match field.hint.is_empty() {
        true => "請核對原始資料後更正".to_owned(),
        false => format!("請核對原始資料後更正（{}）", field.hint),
    };
    Some((message, hint))
}

/// Message, hint and severity when a day or span leaves the assessed period.
fn outside_period(field: &Field, value: &Value, period: Period) -> Option<(String, String, Severity)> {
    let (first, last) = match value {
        Value::Date(day) => (*day, *day),
        Value::Span(first, last) => (*first, *last),
        _ => return None,
    };
    if period.contains(first) && period.contains(last) {
        return None;
    }
    let overlaps = first <= period.last && last >= period.first;
    let whole = roc::span(period.first, period.last);
    let message = match overlaps {
        true => format!("「{}」{}有一部分不在受評期間（{whole}）", field.label, roc::span(first, last)),
        false => format!("「{}」{}不在受評期間（{whole}）", field.label, roc::span(first, last)),
    };
    let same_days = in_period(first, period);
    let hint = match same_days {
        Some(day) if first == last => {
            format!("年份打錯者請改為 {}；確屬別年度者請刪除該列", roc::slashed(day))
        }
        _ => "請更正日期；確屬別年度者請刪除".to_owned(),
    };
    Some((message, hint, if overlaps { Severity::Warning } else { Severity::Error }))
}

/// The same month and day inside the period: what a mistyped year meant.
fn in_period(day: Date, period: Period) -> Option<Date> {
    (period.first.year()..=period.last.year())
        .filter_map(|year| Date::new(year, day.month(), day.day()).ok())
        .find(|day| period.contains(*day))
}

/// Message and hint when parts do not add up to the whole.
fn split_differs(
    field: &Field,
    parts: &[(String, Figure)],
    whole: &Field,
    figure: Figure,
) -> Option<(String, String)> {
    let sum: Figure = parts.iter().map(|(_, figure)| *figure).sum();
    if sum == figure {
        return None;
    }
    let (how, by) = if sum > figure { ("多", sum - figure) } else { ("少", figure - sum) };
    let message = format!(
        "「{}」各項合計 {sum}，與「{}」{figure} 不符，{how} {by} {}",
        field.label, whole.label, whole.measure
    );
    Some((message.trim_end().to_owned(), "請核對各分項與總數".to_owned()))
}

fn check_rows(rows: &TableRows, period: Period, out: &mut Diagnostics) {
    for (index, row) in rows.rows.iter().enumerate() {
        for column in &rows.table.columns {
            let Some(located) = row.values.get(&column.key) else { continue };
            let at = |rule, message: String| {
                let subject = rows.cell_subject(index, column);
                breach(rule, &located.place, Some(rows.unit), subject, message)
                    .excerpt(rows.excerpt(row, &column.key))
            };
            if let Some((message, hint)) = out_of_range(column, &located.value) {
                out.push(at(&VALUE_OUT_OF_RANGE, message).hint(hint));
            }
            if let Some((message, hint, severity)) = outside_period(column, &located.value, period) {
                out.push(at(&DATE_OUTSIDE_PERIOD, message).severity(severity).hint(hint));
            }
            if let (Value::Split(parts), Some(total)) = (&located.value, &column.adds_up_to) {
                let whole = rows.table.columns.iter().find(|other| other.key == *total);
                if let (Some(figure), Some(whole)) = (row_figure(row, total), whole)
                    && let Some((message, hint)) = split_differs(column, parts, whole, figure)
                {
                    out.push(at(&SPLIT_DIFFERS, message).hint(hint));
                }
            }
        }
    }
}

/// Rows with the same day and the same first text; without a day, rows that agree in everything.
fn check_duplicates(rows: &TableRows, out: &mut Diagnostics) {
    let first =
        |wanted: fn(&ValueKind) -> bool| rows.table.columns.iter().find(|column| wanted(&column.kind));
    let day = first(|kind| matches!(kind, ValueKind::Date | ValueKind::DateSpan));
    let title = first(|kind| *kind == ValueKind::Text);
    let values = |row: &Record, column: &Field| row.values.get(&column.key).map(|l| shown(&l.value));
    let key = |row: &Record| -> Option<Vec<String>> {
        match (day, title) {
            (Some(day), Some(title)) => Some(vec![values(row, day)?, values(row, title)?]),
            _ => (row.values.len() > 1)
                .then(|| row.values.iter().map(|(key, l)| format!("{key}={}", shown(&l.value))).collect()),
        }
    };
    let mut seen: std::collections::BTreeMap<Vec<String>, usize> = std::collections::BTreeMap::new();
    for (index, row) in rows.rows.iter().enumerate() {
        let Some(key) = key(row) else { continue };
        let earlier = *seen.entry(key).or_insert(index);
        if earlier == index {
            continue;
        }
        let what = match (day, title) {
            (Some(day), Some(title)) => format!("「{}」與「{}」", day.label, title.label),
            _ => "內容".to_owned(),
        };
        let message =
            format!("「{}」第 {} 筆與第 {} 筆的{what}相同", rows.table.title, index + 1, earlier + 1);
        let marked = title.or(day).map_or("", |column| column.key.as_str());
        out.push(
            breach(&ROW_DUPLICATE, &row.place, Some(rows.unit), rows.row_subject(index), message)
                .hint("重複者請刪除一列；確為不同場次者，請在名稱註明")
                .excerpt(rows.excerpt(row, marked))
                .related(rows.rows[earlier].place.clone(), "相同的列在這裡"),
        );
    }
}

fn check_half_years(rows: &TableRows, rule: &HalfYearRule, plan: &Plan, out: &mut Diagnostics) {
    let days: Vec<(Date, Date)> = rows
        .rows
        .iter()
        .filter_map(|row| match row.values.get(&rule.column)?.value {
            Value::Date(day) => Some((day, day)),
            Value::Span(first, last) => Some((first, last)),
            _ => None,
        })
        .collect();
    // Without any row the table itself is reported.
    if rows.rows.is_empty() {
        return;
    }
    let halves = plan.periods().into_iter().flat_map(|(_, period)| halves(period));
    let n_undated = rows.rows.len() - days.len();
    for (name, first, last) in halves {
        if days.iter().any(|(from, to)| *from <= last && *to >= first) {
            continue;
        }
        let undated = match n_undated {
            0 => String::new(),
            n => format!("（另有 {n} 筆沒有可用的日期）"),
        };
        let message = format!("{name}（{}）沒有「{}」{undated}", roc::span(first, last), rows.table.title);
        out.push(
            breach(
                &HALF_YEAR_MISSING,
                &rows.place,
                Some(rows.unit),
                format!("{} {name}", rows.subject()),
                message,
            )
            .severity(severity_of(rule.standing))
            .hint(format!("依{}每半年至少一次；漏列請補列，確未辦理請說明並報請核可", rule.basis)),
        );
    }
}

/// The two halves of a year's period; none where it is no longer than half a year.
fn halves(period: Period) -> Vec<(&'static str, Date, Date)> {
    let middle = period.first.checked_add(jiff::Span::new().months(6)).ok();
    let before = middle.and_then(|middle| middle.yesterday().ok());
    match (middle, before) {
        (Some(middle), Some(before)) => {
            vec![("上半年", period.first, before), ("下半年", middle, period.last)]
        }
        _ => Vec::new(),
    }
}

fn compare(input: &CheckInput, comparison: &Comparison) -> Option<Diagnostic> {
    let (left, right) = (input.figures.figure(&comparison.left)?, input.figures.figure(&comparison.right)?);
    if left == right {
        return None;
    }
    let left_side = Side::of(input, &comparison.left)?;
    let right_side = Side::of(input, &comparison.right)?;
    let message = format!(
        "「{}」不一致：{}為 {left}，{}為 {right}，差異待說明",
        comparison.title, left_side.name, right_side.name
    );
    let cells = vec![left_side.name, left.to_string(), right_side.name.clone(), right.to_string()];
    Some(
        breach(&FIGURES_DIFFER, &left_side.place, None, &comparison.title, message)
            .hint("請兩單位核對；統計口徑不同者，請在執行情形或統稿說明")
            .excerpt(Some(Excerpt { cells, marked: 3 }))
            .related(right_side.place, format!("{}填在這裡", right_side.name)),
    )
}

/// One side of a comparison.
struct Side {
    /// 「勞02 案件數」 with its unit.
    name: String,
    place: Place,
}

impl Side {
    fn of(input: &CheckInput, at: &FieldRef) -> Option<Side> {
        let task = input.plan.task(&at.task)?;
        let answer = input.submissions.get(&task.unit)?.tasks.get(&task.id)?;
        let unit = input.plan.unit(&task.unit).map_or(task.unit.as_str(), |unit| unit.name.as_str());
        let name = format!("{unit}「{}」", task.code);
        Some(Side { name, place: field_place(answer, &at.field).clone() })
    }
}
