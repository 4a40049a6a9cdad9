//! The tally on one screen: days left, a line a unit, what to do next.
//!
//! Columns are measured as terminals show Chinese. Knows how things are said, nothing of how they
//! were counted.

use crate::roc;
use crate::submission::Contact;
use crate::tally::{Due, HandIn, Tally, UnitTally};

use super::clean;
use super::columns::{hang, pad, pad_left, width, wrap};

const HEADINGS: [&str; 5] = ["單位", "填報檔", "錯誤", "警告", "佐證"];
/// Between columns.
const GAP: &str = "  ";

/// One screen, at most `columns` wide.
pub fn status(tally: &Tally, columns: usize) -> String {
    let columns = columns.clamp(48, 120);
    let mut out = format!("收件進度　{}\n", roc::day_and_weekday(tally.today));
    out.push_str(&due("內部期限　", &tally.internal, columns));
    out.push_str(&due("寄達期限　", &tally.arrival, columns));
    out.push('\n');
    out.push_str(&table(tally));
    for unit in &tally.units {
        if let Some(choice) = &unit.choice {
            out.push_str(&hang(&format!("※ {}：", clean(&unit.name)), &clean(choice), columns));
        }
    }
    out.push_str("\n接下來：\n");
    for (number, step) in steps(tally).iter().enumerate() {
        out.push_str(&hang(&format!("  {}. ", number + 1), step, columns));
    }
    out
}

fn due(label: &str, due: &Due, columns: usize) -> String {
    let cautious =
        if due.is_cautious { "（來函未定確切日期，暫採最早的讀法）" } else { "" };
    let text = format!("{}　{}{cautious}", roc::day_and_weekday(due.day), due.remaining.words());
    let lines = wrap(&text, columns.saturating_sub(width(label)));
    hang(label, &lines.join(""), columns)
}

fn table(tally: &Tally) -> String {
    let mut rows: Vec<[String; 5]> = vec![HEADINGS.map(str::to_owned)];
    rows.extend(tally.units.iter().map(|unit| {
        let evidence = format!("{}/{}", unit.evidence.present, unit.evidence.demanded);
        [
            clean(&unit.name),
            unit.hand_in.word().to_owned(),
            unit.n_errors.to_string(),
            unit.n_warnings.to_string(),
            evidence,
        ]
    }));
    let secretariat = &tally.secretariat;
    rows.push([
        "秘書單位".to_owned(),
        match secretariat.hand_in {
            HandIn::Missing => "未填",
            HandIn::Unreadable | HandIn::Blank => "空白",
            HandIn::Answered => "已填",
        }
        .to_owned(),
        secretariat.n_errors.to_string(),
        secretariat.n_warnings.to_string(),
        "-".to_owned(),
    ]);
    let mut widths = [0; 5];
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(width(cell));
        }
    }
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| match column {
                0 | 1 => pad(cell, widths[column]),
                _ => pad_left(cell, widths[column]),
            })
            .collect();
        out.push_str(cells.join(GAP).trim_end());
        out.push('\n');
    }
    out
}

/// What to do next, most urgent first: a telephone call or a command.
fn steps(tally: &Tally) -> Vec<String> {
    let mut steps = Vec::new();
    for unit in tally.units.iter().filter(|unit| unit.hand_in != HandIn::Answered) {
        steps.push(call(unit));
    }
    let to_mend: Vec<String> = tally
        .units
        .iter()
        .filter(|unit| unit.hand_in == HandIn::Answered && unit.n_errors > 0)
        .map(|unit| clean(&unit.name))
        .collect();
    if !to_mend.is_empty() {
        let names = to_mend.join("、");
        steps.push(format!("執行 huibian notices，產生給{names}的補件通知（郵件草稿附標註過的填報檔）"));
    }
    if tally.secretariat.n_errors > 0 {
        let n = tally.secretariat.n_errors;
        steps.push(format!("秘書單位自己有 {n} 個錯誤：執行 huibian check 看說明並修正"));
    }
    if tally.arrival.is_over() {
        steps.push("寄達期限已過：請儘速寄送，並依來函規定說明".to_owned());
    }
    if steps.is_empty() || steps.len() == 1 && tally.arrival.is_over() {
        steps.push("沒有錯誤：執行 huibian compile 產製自評表、佐證資料與陳報包".to_owned());
    }
    steps
}

fn call(unit: &UnitTally) -> String {
    let what = match unit.hand_in {
        HandIn::Missing => "尚未繳交填報檔，請催交",
        HandIn::Unreadable => "的檔案無法讀為填報檔，請其重交",
        HandIn::Blank | HandIn::Answered => "交來的填報檔是空白的，請其填寫",
    };
    let whom = unit.contact.as_ref().map(person).filter(|whom| !whom.is_empty());
    match whom {
        Some(whom) => format!("{}{what}：{whom}", clean(&unit.name)),
        None => format!("{}{what}（聯絡人未填於秘書單位活頁簿）", clean(&unit.name)),
    }
}

/// 「王示例科員，電話 03-0000000」.
fn person(contact: &Contact) -> String {
    let mut text = format!("{}{}", clean(&contact.name), clean(&contact.title));
    if !contact.telephone.is_empty() {
        text.push_str(&format!("，電話 {}", clean(&contact.telephone)));
    }
    if !contact.email.is_empty() {
        text.push_str(&format!("，{}", clean(&contact.email)));
    }
    text.trim_start_matches('，').to_owned()
}
