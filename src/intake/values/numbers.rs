//! Figures: counts, decimals, percents, as numbers or as typed text.
//!
//! Takes separators, signs, units and Chinese numerals apart; whatever may stand for more than
//! one figure is refused. Ranges are the checks' affair.

use super::folding::{cut, says_nothing, widths};
use super::mending;
use super::{Fault, Reading};
use crate::diagnostic::{Rule, Severity};
use crate::figure::Figure;
use crate::grid::Cell;
use crate::repair::Entry;
use crate::roc;
use crate::submission::Value;

/// A figure as typed.
#[derive(Debug, Clone, PartialEq)]
struct Typed {
    figure: Figure,
    has_percent_sign: bool,
    /// From a number cell rather than from text.
    is_number_cell: bool,
    remark: Option<Fault>,
}

pub fn read_count(cell: &Cell, measure: &str) -> Reading {
    read(cell, measure, |typed| {
        let shown = typed.figure.to_string();
        if typed.has_percent_sign {
            return Err(not_a_number("這一欄要填數量，卻填了百分比".to_owned()));
        }
        if typed.figure.is_negative() {
            let message = format!("數量不能是負數（{shown}）");
            return Err(Fault::new(&COUNT_NEGATIVE, message, "請填 0 或正整數。"));
        }
        if !typed.figure.is_whole() {
            let message = format!("數量必須是整數，現在是 {shown}");
            return Err(Fault::new(&COUNT_NOT_WHOLE, message, "請填整數，例如 12。"));
        }
        Ok((typed.figure, None))
    })
}

pub fn read_decimal(cell: &Cell, measure: &str) -> Reading {
    read(cell, measure, |typed| match typed.has_percent_sign {
        true => Err(not_a_number("這一欄要填數字，卻填了百分比".to_owned())),
        false => Ok((typed.figure, None)),
    })
}

/// 0.95, 95, 95% and 95.0％ all mean 95. A number above 0 and below 1 is a share: cells shown as
/// percents are stored so. Typed as text, or exactly 1, it could also be meant as it stands:
/// then it is still read as a share, and said.
pub fn read_percent(cell: &Cell, measure: &str) -> Reading {
    read(cell, measure, |typed| {
        let one = Figure::from(1);
        let is_share = !typed.figure.is_zero() && !typed.figure.is_negative() && typed.figure <= one;
        if typed.has_percent_sign || !is_share {
            return Ok((typed.figure, None));
        }
        let percent = typed.figure.checked_mul(Figure::from(100)).unwrap_or(typed.figure);
        let is_plain = typed.is_number_cell && typed.figure != one;
        let remark = (!is_plain).then(|| {
            let message = format!("「{}」讀成 {percent}%", typed.figure);
            let hint = format!("若正確不必修改；若是指百分之{}，請寫成「{}%」。", typed.figure, typed.figure);
            Fault::new(&PERCENT_READ_AS_FRACTION, message, hint)
        });
        Ok((percent, remark))
    })
}

/// Reads the cell's figure and lets the kind judge it.
fn read(
    cell: &Cell,
    measure: &str,
    judge: impl Fn(&Typed) -> Result<(Figure, Option<Fault>), Fault>,
) -> Reading {
    let typed = match cell {
        Cell::Number(number) => from_number(*number),
        Cell::Text(text) if says_nothing(text) => return Reading::value(Value::Nothing),
        Cell::Text(text) => from_text(text, measure),
        Cell::Date { value, .. } => {
            let shown = format!("{}月{}日", value.month(), value.day());
            Err(not_a_number(format!("這一格被試算表存成日期（{shown}），不是數字")))
        }
        _ => Err(not_a_number("這一格不是數字".to_owned())),
    };
    match typed.and_then(|typed| judge(&typed).map(|(figure, remark)| (typed, figure, remark))) {
        Ok((typed, figure, remark)) => Reading::value(Value::Figure(figure)).with(typed.remark).with(remark),
        Err(fault) => Reading::fault(fault),
    }
}

fn not_a_number(message: String) -> Fault {
    Fault::new(&VALUE_NOT_A_NUMBER, message, "請只填一個阿拉伯數字，例如 12；沒有就填 0 或「無」。")
}

fn approximate(text: &str) -> Fault {
    let message = format!("「{}」不是確定的數字", cut(text));
    Fault::new(&NUMBER_APPROXIMATE, message, "請填確定的數字；說明文字請寫在執行情形。")
}

fn with_words(text: &str, figure: Figure) -> Fault {
    let message = format!("「{}」讀成 {figure}", cut(text));
    Fault::new(&NUMBER_WITH_WORDS, message, "若正確不必修改；這一欄只要填數字，不必加單位。")
}

fn from_number(number: f64) -> Result<Typed, Fault> {
    let figure = Figure::from_f64(number)
        .ok_or_else(|| not_a_number("這一格的數值無法使用（過大，或不是數字）".to_owned()))?;
    Ok(Typed { figure, has_percent_sign: false, is_number_cell: true, remark: None })
}

/// Words that say a figure is not meant exactly.
const APPROXIMATE: [&str; 22] = [
    "約", "將近", "接近", "逾", "餘", "超過", "以上", "以下", "以內", "不到", "未滿", "至少", "多", "左右",
    "上下", "~", "±", ">", "<", "≥", "≤", "數十",
];

fn from_text(text: &str, measure: &str) -> Result<Typed, Fault> {
    let folded = widths(text);
    let has_digits = folded.bytes().any(|byte| byte.is_ascii_digit());
    if has_digits && APPROXIMATE.iter().any(|word| folded.contains(word)) {
        return Err(approximate(text));
    }
    let Some(parts) = Parts::take(&folded) else {
        return from_chinese(text, &folded, measure);
    };
    let plain = plain_digits(parts.digits).ok_or_else(|| malformed(text, parts.digits))?;
    let magnitude = Figure::parse(&plain.digits).ok_or_else(|| malformed(text, parts.digits))?;
    let figure = if parts.is_negative { Figure::ZERO - magnitude } else { magnitude };
    let suffix = parts.suffix;
    if suffix.starts_with(['十', '百', '千', '萬', '億', '兆', '成', '折']) {
        return Err(not_a_number(format!("「{}」用了中文的位數或成數", cut(text))));
    }
    if suffix.starts_with(['-', '至', '到']) && suffix.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(approximate(text));
    }
    let (has_percent_sign, words) = match suffix.strip_prefix('%') {
        Some(rest) => (true, rest.trim()),
        None => (parts.is_of_hundred, suffix),
    };
    if words.chars().count() > 8
        || words.contains('%')
        || words.chars().any(|c| c.is_numeric() || matches!(c, '、' | ',' | '\n'))
    {
        return Err(malformed(text, parts.digits));
    }
    let has_words = !words.is_empty() || parts.has_lead || plain.is_doubtful;
    let mended = bare(figure, has_percent_sign)
        .filter(|_| mending::is_measure(words, measure) && parts.lead_adds_nothing && !plain.is_doubtful);
    let remark = has_words.then(|| with_words(text, figure).mended(mended));
    Ok(Typed { figure, has_percent_sign, is_number_cell: false, remark })
}

/// The figure as it is asked for. A percent keeps its sign: as a number it would be multiplied where the
/// cell is shown as a percent.
fn bare(figure: Figure, has_percent_sign: bool) -> Option<Entry> {
    Some(match has_percent_sign {
        true => Entry::Text(format!("{figure}%")),
        false => Entry::Number(figure),
    })
}

fn malformed(text: &str, digits: &str) -> Fault {
    let message = if digits.is_empty() {
        format!("「{}」不是數字", cut(text))
    } else {
        format!("「{}」看不出是哪一個數字", cut(text))
    };
    not_a_number(message).mended(mended(text))
}

/// 「12」, '12, 1'234, 12 .5: a figure with marks around it, groups set off by other signs, blanks at its point.
/// A blank between digits may divide two figures.
fn mended(text: &str) -> Option<Entry> {
    let unquoted = mending::unquoted(text);
    let joined = unquoted.replace(" .", ".").replace(". ", ".");
    let (digits, has_percent_sign) = match joined.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), true),
        None => (joined.as_str(), false),
    };
    let is_set_off = digits.contains(['\'', '’', '_']) && !digits.contains([',', '、']);
    let digits = if is_set_off { digits.replace(['\'', '’', '_'], ",") } else { digits.to_owned() };
    let is_figure = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'));
    let plain = plain_digits(&digits).filter(|_| is_figure)?;
    bare(Figure::parse(&plain.digits)?, has_percent_sign)
}

/// 十二, 三場, 百分之九十五: read, and said.
fn from_chinese(text: &str, folded: &str, measure: &str) -> Result<Typed, Fault> {
    let (has_percent_sign, rest) = match folded.strip_prefix("百分之") {
        Some(rest) => (true, rest),
        None => (false, folded),
    };
    let is_numeral = |c: &char| roc::read_numeral(&c.to_string()).is_some();
    let numeral: String = rest.chars().take_while(is_numeral).collect();
    let words = &rest[numeral.len()..];
    // 九成三, 三分之二: a share in words, of which the first numeral is not the figure.
    let is_share = words.starts_with(['成', '折']) || words.starts_with("分之");
    let clear = words.chars().count() <= 4
        && !is_share
        && !words.starts_with(['萬', '億', '多', '餘', '點', '、'])
        && !words.chars().any(|c| is_numeral(&c));
    match roc::read_numeral(&numeral) {
        Some(value) if clear => {
            let figure = Figure::from(i64::from(value));
            let mended = bare(figure, has_percent_sign).filter(|_| mending::is_measure(words, measure));
            let remark = Some(with_words(text, figure).mended(mended));
            Ok(Typed { figure, has_percent_sign, is_number_cell: false, remark })
        }
        _ => Err(malformed(text, "")),
    }
}

/// A text around its first run of digits.
struct Parts<'a> {
    /// 共, NT$ and the like stood before it.
    has_lead: bool,
    /// What stood there says neither money nor a mark: 共, 合計.
    lead_adds_nothing: bool,
    /// 百分之 stood before it.
    is_of_hundred: bool,
    is_negative: bool,
    /// Digits, separators and points, as typed.
    digits: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    /// `None`: no figure in arabic digits stands at the front.
    fn take(folded: &'a str) -> Option<Self> {
        const LEADS: [&str; 12] =
            ["總計", "合計", "共計", "計", "共", "新臺幣", "新台幣", "NT$", "NTD", "NT", "$", "*"];
        let mut rest = folded;
        let bracketed = rest.strip_prefix('(').and_then(|inside| inside.strip_suffix(')'));
        let mut is_negative = false;
        if let Some(inside) = bracketed {
            (rest, is_negative) = (inside.trim(), true);
        }
        let of_hundred = rest.strip_prefix("百分之");
        rest = of_hundred.unwrap_or(rest);
        let (mut has_lead, mut lead_adds_nothing) = (false, true);
        while let Some(after) = LEADS.iter().find_map(|lead| rest.strip_prefix(lead)) {
            lead_adds_nothing &= rest.starts_with(['總', '合', '共', '計']);
            rest = after.trim_start_matches([' ', ':']);
            has_lead = true;
        }
        if let Some(after) = rest.strip_prefix(['-', '△', '▲', '▵', '▴']) {
            if is_negative {
                return None;
            }
            (rest, is_negative) = (after.trim_start(), true);
        } else {
            rest = rest.strip_prefix('+').unwrap_or(rest);
        }
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '、' | '.');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at(end);
        // What follows the last digit is punctuation, not part of the figure.
        let trimmed = digits.trim_end_matches([',', '、', '.']);
        (trimmed.bytes().any(|byte| byte.is_ascii_digit()) && digits.len() - trimmed.len() <= 3).then(|| {
            let suffix = suffix.trim();
            let is_of_hundred = of_hundred.is_some();
            Parts { has_lead, lead_adds_nothing, is_of_hundred, is_negative, digits: trimmed, suffix }
        })
    }
}

struct PlainDigits {
    digits: String,
    /// Grouped with 、, which also lists separate figures.
    is_doubtful: bool,
}

/// `1,234.5` to `1234.5`; `None` when separators do not stand between groups of three.
fn plain_digits(typed: &str) -> Option<PlainDigits> {
    let (whole, fraction) = match typed.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (typed, None),
    };
    if fraction.is_some_and(|digits| digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let groups: Vec<&str> = whole.split([',', '、']).collect();
    let is_grouped = groups.len() > 1;
    let front = groups[0];
    let fits =
        !is_grouped || (1..=3).contains(&front.len()) && groups[1..].iter().all(|group| group.len() == 3);
    if !fits || (front.is_empty() && fraction.is_none()) || typed.len() > 28 {
        return None;
    }
    let mut digits = groups.concat();
    if digits.is_empty() {
        digits.push('0');
    }
    if let Some(fraction) = fraction {
        digits.push('.');
        digits.push_str(fraction);
    }
    Some(PlainDigits { digits, is_doubtful: is_grouped && whole.contains('、') })
}

/// Text that is no figure.
pub static VALUE_NOT_A_NUMBER: Rule = Rule {
    id: "value-not-a-number",
    severity: Severity::Error,
    title: "應填數字",
    explanation: "檢查數字欄位是否只填了一個數字；全形、千分位逗號、負號（△）與單位都能讀。\n\n\
        自評表的合計與比率由程式計算，讀不出數字就無法計算。\n\n\
        改填一個阿拉伯數字；確實沒有，就填 0 或「無」。若輸入後被改成日期，先把儲存格格式改為「通用格式」。",
    answerable: false,
};

/// 約50, 100餘, 10~20.
pub static NUMBER_APPROXIMATE: Rule = Rule {
    id: "number-approximate",
    severity: Severity::Error,
    title: "數字不確定",
    explanation: "檢查數字是否寫成「約50」「100餘」「10～20」等不確定的數。\n\n\
        考核要核對佐證，約數無法核對，也不能加總。\n\n\
        改填確定的數字；需要說明時，寫在執行情形。",
    answerable: false,
};

/// 12人次: the figure was taken, the rest left.
pub static NUMBER_WITH_WORDS: Rule = Rule {
    id: "number-with-words",
    severity: Severity::Warning,
    title: "數字夾帶文字",
    explanation: "檢查數字欄位是否夾帶單位或其他文字，或用國字書寫。\n\n\
        程式已取出數字，但可能不是您要的那一個，請看一眼。\n\n\
        正確就不必修改；要消除提醒，請只填數字。",
    answerable: false,
};

/// A count with decimals.
pub static COUNT_NOT_WHOLE: Rule = Rule {
    id: "count-not-whole",
    severity: Severity::Error,
    title: "數量應為整數",
    explanation: "檢查人數、場次、件數等是否為整數。\n\n\
        有小數的人次多半是公式算出來的平均，或是填錯欄。\n\n\
        改填整數。",
    answerable: false,
};

/// A count below zero.
pub static COUNT_NEGATIVE: Rule = Rule {
    id: "count-negative",
    severity: Severity::Error,
    title: "數量不能是負數",
    explanation: "檢查人數、場次、件數等是否為負數（－、△、括號）。\n\n\
        數量不會小於 0，多半是填成增減數。\n\n\
        改填當年度的數量；增減請寫在執行情形。",
    answerable: false,
};

/// 0.95 typed as text, or exactly 1.
pub static PERCENT_READ_AS_FRACTION: Rule = Rule {
    id: "percent-read-as-fraction",
    severity: Severity::Warning,
    title: "百分比讀成小數",
    explanation: "檢查百分比欄位是否填了 0 到 1 之間、沒有百分號的數。\n\n\
        「0.95」可能是 95%，也可能是 0.95%；程式當成 95%。\n\n\
        正確就不必修改；若是指 0.95%，請寫成「0.95%」。",
    answerable: false,
};
