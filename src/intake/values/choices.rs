//! Choices from a list, ticks and yes/no.
//!
//! Compares after folding widths, blanks, case and 台/臺; a near miss is suggested, never
//! taken. Knows nothing of what the options mean.

use super::folding::{comparable, cut, says_nothing, widths};
use super::mending;
use super::{Fault, Reading};
use crate::diagnostic::{Rule, Severity};
use crate::figure::Figure;
use crate::folding::likeness;
use crate::grid::Cell;
use crate::repair::Entry;
use crate::submission::Value;

/// Reads one option; the value is the option as the plan writes it.
pub fn read_choice(cell: &Cell, options: &[String]) -> Reading {
    let Some(text) = text_of(cell) else { return not_a_choice(&shown(cell), options) };
    let wanted = comparable(&text);
    if let Some(option) = options.iter().find(|option| comparable(option) == wanted) {
        return Reading::value(Value::Choice(option.clone()));
    }
    if let Cell::Flag(flag) = cell {
        let words: [&str; 2] = if *flag { ["是", "有"] } else { ["否", "無"] };
        if let Some(option) = options.iter().find(|option| words.contains(&option.as_str())) {
            return Reading::value(Value::Choice(option.clone()));
        }
    }
    if says_nothing(&text) {
        return Reading::value(Value::Nothing);
    }
    not_a_choice(&text, options)
}

/// Reads options listed in one cell, in the plan's order; each unknown one is a fault.
pub fn read_choices(cell: &Cell, options: &[String]) -> Reading {
    let Some(text) = text_of(cell) else { return not_a_choice(&shown(cell), options) };
    // An option may itself hold a separator (企業/工廠): the whole comes first.
    let whole = read_choice(cell, options);
    match whole.value {
        Some(Value::Choice(option)) => return Reading::value(Value::Choices(vec![option])),
        Some(Value::Nothing) => return Reading::value(Value::Nothing),
        _ => {}
    }
    let mut chosen = vec![false; options.len()];
    let mut faults = Vec::new();
    let pieces = text.split(['、', '，', ',', '；', ';', '\n', '|', '｜']);
    for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
        let wanted = comparable(piece);
        match options.iter().position(|option| comparable(option) == wanted) {
            Some(index) => chosen[index] = true,
            None => faults.extend(not_a_choice(piece, options).faults),
        }
    }
    if !faults.is_empty() {
        let mended = options_meant(&text, options);
        faults = faults.into_iter().map(|fault: Fault| fault.mended(mended.clone())).collect();
    }
    let taken: Vec<String> =
        options.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(o, _)| o.clone()).collect();
    let value = (faults.is_empty() && !taken.is_empty()).then_some(Value::Choices(taken));
    Reading { value, faults }
}

/// A tick mark, yes or no.
pub fn read_tick(cell: &Cell) -> Result<bool, Fault> {
    match cell {
        Cell::Flag(flag) => Ok(*flag),
        Cell::Number(number) if *number == 1.0 => Ok(true),
        Cell::Number(number) if *number == 0.0 => Ok(false),
        Cell::Text(text) => ticked(text).ok_or_else(|| unreadable_tick(text)),
        _ => Err(unreadable_tick(&shown(cell))),
    }
}

fn ticked(text: &str) -> Option<bool> {
    const YES: [&str; 29] = [
        "true",
        "yes",
        "y",
        "v",
        "1",
        "是",
        "有",
        "對",
        "✓",
        "✔",
        "√",
        "☑",
        "✅",
        "■",
        "●",
        "◎",
        "◆",
        "勾",
        "打勾",
        "已",
        "已遮蔽",
        "已完成",
        "完成",
        "已確認",
        "已檢附",
        "已附",
        "已勾",
        "ˇ",
        "∨",
    ];
    const NO: [&str; 18] = [
        "false",
        "no",
        "n",
        "0",
        "否",
        "無",
        "沒有",
        "不是",
        "未",
        "尚未",
        "□",
        "☐",
        "未遮蔽",
        "尚未遮蔽",
        "未完成",
        "不適用",
        "n/a",
        "免",
    ];
    // NFKC turns ˇ and the like into blanks and marks: widths alone for single signs.
    let folded = widths(text).to_lowercase().replace(' ', "");
    if YES.contains(&folded.as_str()) {
        Some(true)
    } else if NO.contains(&folded.as_str()) || says_nothing(text) {
        Some(false)
    } else {
        None
    }
}

fn unreadable_tick(text: &str) -> Fault {
    let message = format!("看不出「{}」是勾選還是不勾", cut(text));
    Fault::new(&TICK_UNREADABLE, message, "要勾請填「V」，不勾請留白。").mended(tick_meant(text))
}

/// 「V」, (是): a mark with others around it.
fn tick_meant(text: &str) -> Option<Entry> {
    let word = if ticked(&mending::unwrapped(text))? { "V" } else { "否" };
    Some(Entry::Text(word.to_owned()))
}

/// What a cell holds as a word.
fn text_of(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.trim().to_owned()),
        Cell::Number(number) => Figure::from_f64(*number).map(|figure| figure.to_string()),
        Cell::Flag(flag) => Some(if *flag { "是" } else { "否" }.to_owned()),
        _ => None,
    }
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Date { .. } => "日期".to_owned(),
        Cell::Number(number) => number.to_string(),
        _ => "這一格的內容".to_owned(),
    }
}

fn not_a_choice(text: &str, options: &[String]) -> Reading {
    let message = format!("「{}」不在選項之中", cut(text));
    let hint = match nearest(text, options) {
        Some(option) => format!("是不是「{option}」？請從下拉選單選取。"),
        None => format!("請從下拉選單選取：{}。", listed(options)),
    };
    let mended = option_meant(text, options).map(|option| Entry::Text(option.to_owned()));
    Reading::fault(Fault::new(&VALUE_NOT_A_CHOICE, message, hint).mended(mended))
}

/// The one option that is the text but for brackets, quotes and stops. Other signs may mean something.
fn option_meant<'a>(text: &str, options: &'a [String]) -> Option<&'a str> {
    const MARKS: [char; 22] = [
        '「', '」', '『', '』', '“', '”', '‘', '’', '"', '\'', '(', ')', '[', ']', '【', '】', '〔', '〕',
        '。', '、', ':', ';',
    ];
    let bare = |text: &str| comparable(&mending::unwrapped(text)).replace(MARKS, "");
    let wanted = bare(text);
    let mut alike = options.iter().filter(|option| !wanted.is_empty() && bare(option) == wanted);
    alike.next().filter(|_| alike.next().is_none()).map(String::as_str)
}

/// Options with other words or signs between them than 、, where that can be read in one way only.
fn options_meant(text: &str, options: &[String]) -> Option<Entry> {
    const BETWEEN: [char; 22] = [
        '、', '，', ',', '；', ';', '\n', '|', '｜', '及', '和', '與', '/', '／', '+', '＋', '&', '＆', ' ',
        '\u{3000}', '。', '．', '.',
    ];
    let pieces = text.split(BETWEEN).filter(|piece| !piece.trim().is_empty());
    let divided: Option<Vec<&str>> = pieces.map(|piece| option_meant(piece, options)).collect();
    let divided = divided.filter(|named| !named.is_empty());
    let chosen = match (option_meant(text, options), divided) {
        (Some(whole), None) => vec![whole],
        (None, Some(divided)) => divided,
        (Some(whole), Some(divided)) if divided == [whole] => divided,
        _ => return None,
    };
    let in_order = options.iter().map(String::as_str).filter(|option| chosen.contains(option));
    Some(Entry::Text(in_order.collect::<Vec<_>>().join("、")))
}

fn listed(options: &[String]) -> String {
    const MOST: usize = 8;
    let mut text = options.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join("、");
    if options.len() > MOST {
        text.push_str(" 等");
    }
    text
}

/// The option most like the text, when it is like it at all; the earlier one of equals.
fn nearest<'a>(text: &str, options: &'a [String]) -> Option<&'a str> {
    let wanted = comparable(text);
    let mut best: Option<(f64, &str)> = None;
    for option in options {
        let folded = comparable(option);
        let holds = !wanted.is_empty() && (folded.contains(&wanted) || wanted.contains(&folded));
        let likeness = likeness(&wanted, &folded).max(if holds { 0.6 } else { 0.0 });
        if likeness >= 0.5 && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, option));
        }
    }
    best.map(|(_, option)| option)
}

/// None of the options.
pub static VALUE_NOT_A_CHOICE: Rule = Rule {
    id: "value-not-a-choice",
    severity: Severity::Error,
    title: "不在選項之中",
    explanation: "檢查選單欄位填的是不是選項之一；全半形、空白與「台／臺」不計較。\n\n\
        選項用來分類統計，寫法不同就會被算成另一類。\n\n\
        從下拉選單選取；直接貼上會蓋掉選單，請只貼值。",
    answerable: false,
};

/// Neither a tick nor a blank.
pub static TICK_UNREADABLE: Rule = Rule {
    id: "tick-unreadable",
    severity: Severity::Error,
    title: "看不出是否勾選",
    explanation: "檢查勾選欄位填的是不是勾選記號（V、✓、是、1）或不勾（空白、否、0）。\n\n\
        「○」「×」各人用法不同，程式不猜。\n\n\
        要勾請填「V」，不勾請留白。",
    answerable: false,
};
