//! One-line texts: names, document numbers, telephones, mail addresses.
//!
//! What was typed is kept; line breaks become blanks, and damage done by the spreadsheet is
//! said. Characters that cannot be printed and personal data are the checks' affair.

use super::folding::{cut, says_nothing, widths};
use super::{Fault, Reading, mending};
use crate::diagnostic::{Rule, Severity};
use crate::figure::Figure;
use crate::grid::Cell;
use crate::repair::Entry;
use crate::roc::{self, StoredDay};
use crate::submission::Value;

pub fn read_text(cell: &Cell) -> Reading {
    match cell {
        Cell::Text(text) => match one_line(text) {
            line if line.is_empty() => Reading::default(),
            line => Reading::value(Value::Text(line)),
        },
        Cell::Number(number) => from_number(*number),
        Cell::Flag(flag) => Reading::value(Value::Text(if *flag { "是" } else { "否" }.to_owned())),
        Cell::Date { value, proleptic } => {
            let day = match roc::from_stored(*value, *proleptic) {
                StoredDay::Plain(day) | StoredDay::RocYear(day) => day,
                StoredDay::Implausible => value.date(),
            };
            let text = roc::slashed(day);
            let message = format!("文字欄位被試算表存成日期，讀成「{text}」");
            let hint = "若原本不是日期，請把儲存格格式改為「文字」，重新輸入。";
            Reading::value(Value::Text(text)).with(Some(Fault::new(&TEXT_READ_FROM_DATE, message, hint)))
        }
        Cell::Duration(_) | Cell::Error(_) | Cell::Uncomputed => Reading::default(),
    }
}

/// A whole number as its digits. Past 15 digits a spreadsheet has already dropped some.
fn from_number(number: f64) -> Reading {
    let lost = number.abs() >= 1e15;
    let text = match Figure::from_f64(number) {
        Some(figure) => figure.to_string(),
        None => format!("{number}"),
    };
    let remark = lost.then(|| digits_lost(&text, "超過15位的數字，後面的位數已經遺失"));
    Reading::value(Value::Text(text)).with(remark)
}

fn digits_lost(text: &str, why: &str) -> Fault {
    let message = format!("「{}」存成了數字：{why}", cut(text));
    Fault::new(&TEXT_DIGITS_LOST, message, "請把儲存格格式改為「文字」，重新輸入。")
}

/// Line breaks inside a one-line answer become a blank — or nothing after punctuation: a blank
/// neither joins two names into one nor claims that they were a list.
fn one_line(text: &str) -> String {
    const CLOSES: [char; 12] = ['，', '。', '、', '；', '：', '）', '」', '（', '「', '！', '？', '／'];
    let mut out = String::new();
    for line in text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()) {
        let needs_blank = !out.is_empty() && !out.ends_with(CLOSES) && !line.starts_with(CLOSES);
        if needs_blank {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

/// Reads as text, then hands the text on; 「無」 is an explicit none.
fn read_line(cell: &Cell, judge: impl Fn(&str) -> Reading) -> Reading {
    let reading = read_text(cell);
    let Some(Value::Text(text)) = &reading.value else { return reading };
    if says_nothing(text) {
        return Reading::value(Value::Nothing);
    }
    let judged = judge(text);
    Reading { value: judged.value, faults: reading.faults.into_iter().chain(judged.faults).collect() }
}

pub fn read_document_number(cell: &Cell) -> Reading {
    read_line(cell, |text| {
        let has_digits = text.chars().any(|c| c.is_numeric() || roc::read_numeral(&c.to_string()).is_some());
        let remark = (!has_digits).then(|| {
            let message = format!("「{}」裡沒有文號的數字", cut(text));
            let hint = "請填發文字號，例如「府社字第1120012345號」；尚未發文請填「無」。";
            Fault::new(&DOCUMENT_NUMBER_ODD, message, hint)
        });
        Reading::value(Value::Text(text.to_owned())).with(remark)
    })
}

pub fn read_telephone(cell: &Cell) -> Reading {
    let from_number = matches!(cell, Cell::Number(_));
    read_line(cell, |text| {
        let folded = widths(text);
        let n_digits = folded.bytes().filter(u8::is_ascii_digit).count();
        let words = ["分機", "轉", "ext", "Ext", "EXT", "ext.", "公務", "專線", "手機", "電話"];
        let bare = words.iter().fold(folded.clone(), |bare, word| bare.replace(word, ""));
        let is_plain = bare.chars().all(|c| {
            c.is_ascii_digit()
                || matches!(c, '+' | '-' | '(' | ')' | '#' | ' ' | '.' | ',' | ';' | ':')
                || matches!(c, '~' | '/' | '、' | '*')
        });
        // Eight digits and more without the leading 0 of the area code: Excel dropped it.
        let remark = if from_number && n_digits >= 8 {
            Some(digits_lost(text, "開頭的0可能已經遺失"))
        } else if n_digits < 3 || !is_plain {
            let message = format!("「{}」不像電話號碼", cut(text));
            Some(Fault::new(&TELEPHONE_ODD, message, "請填區碼、號碼與分機，例如「03-1234567#123」。"))
        } else {
            None
        };
        Reading::value(Value::Text(folded)).with(remark)
    })
}

pub fn read_email(cell: &Cell) -> Reading {
    read_line(cell, |text| {
        let folded = widths(text);
        let address = folded.strip_prefix("mailto:").unwrap_or(&folded).trim();
        if is_address(address) {
            return Reading::value(Value::Text(address.to_owned()));
        }
        let message = format!("「{}」不是電子郵件地址", cut(text));
        let hint = "請只填一個地址，例如「name@example.gov.tw」。";
        let mended = Some(plain_address(&folded)).filter(|address| is_address(address));
        Reading::fault(Fault::new(&EMAIL_MALFORMED, message, hint).mended(mended.map(Entry::Text)))
    })
}

/// Without brackets, a label before it, blanks beside its @ and points, and with 。 for a point.
fn plain_address(text: &str) -> String {
    const LABELS: [&str; 5] = ["e-mail", "email", "電子郵件", "電子信箱", "信箱"];
    let bare = mending::unwrapped(text).replace('。', ".");
    let labelled =
        bare.split_once(':').filter(|(label, _)| LABELS.contains(&label.trim().to_lowercase().as_str()));
    let bare = labelled.map_or(bare.as_str(), |(_, address)| address);
    let parts = bare.split('@').map(|part| part.split('.').map(str::trim).collect::<Vec<_>>().join("."));
    parts.collect::<Vec<_>>().join("@")
}

/// `local@domain.tld`, ASCII: enough to catch slips, no more.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&c);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    !local.is_empty()
        && local.len() <= 64
        && domain.len() <= 255
        && local.bytes().all(is_local)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(is_label)
        && domain.rsplit('.').next().is_some_and(|tld| tld.bytes().all(|c| c.is_ascii_alphabetic()))
}

/// A text that the spreadsheet turned into a date.
pub static TEXT_READ_FROM_DATE: Rule = Rule {
    id: "text-read-from-date",
    severity: Severity::Warning,
    title: "文字被存成日期",
    explanation: "檢查文字欄位是否被試算表改存成日期。\n\n\
        輸入 3-1、3/4 這類內容時，試算表會改成日期，原本的文字就不見了。\n\n\
        若原本就是日期，不必修改；否則把儲存格格式改為「文字」，重新輸入。",
    answerable: false,
};

/// A telephone or long number stored as a number.
pub static TEXT_DIGITS_LOST: Rule = Rule {
    id: "text-digits-lost",
    severity: Severity::Warning,
    title: "號碼的位數可能遺失",
    explanation: "檢查電話、文號等號碼是否被試算表存成數字。\n\n\
        存成數字後，開頭的 0 與超過 15 位的部分都會不見。\n\n\
        把儲存格格式改為「文字」，再重新輸入號碼。",
    answerable: false,
};

/// A document number without digits.
pub static DOCUMENT_NUMBER_ODD: Rule = Rule {
    id: "document-number-odd",
    severity: Severity::Warning,
    title: "文號沒有數字",
    explanation: "檢查文號欄位是否有數字。\n\n\
        沒有數字的多半是說明文字，受評時無法據以調閱公文。\n\n\
        改填發文字號；尚未發文請填「無」。",
    answerable: false,
};

/// Not like a telephone number.
pub static TELEPHONE_ODD: Rule = Rule {
    id: "telephone-odd",
    severity: Severity::Warning,
    title: "不像電話號碼",
    explanation: "檢查電話欄位是否只有號碼與分機。\n\n\
        電話會印在聯絡資料中，寫錯就聯絡不上。\n\n\
        改填區碼、號碼與分機，例如 03-1234567#123。",
    answerable: false,
};

/// Not a mail address.
pub static EMAIL_MALFORMED: Rule = Rule {
    id: "email-malformed",
    severity: Severity::Error,
    title: "不是電子郵件地址",
    explanation: "檢查電子郵件欄位是否為一個完整的地址。\n\n\
        地址會寫進寄件草稿，寫錯就寄不到。\n\n\
        改填一個地址，例如 name@example.gov.tw。",
    answerable: false,
};
