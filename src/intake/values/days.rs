//! Days and spans of days from a cell: stored dates, numbers and typed text.
//!
//! Turns what `roc` found doubtful into rules and hints. Whether a day lies in the assessed
//! period is the checks' affair.

use jiff::civil::{Date, Weekday};

use super::folding::{cut, says_nothing, widths};
use super::{Fault, Reading, ValueContext, mending};
use crate::diagnostic::{Rule, Severity};
use crate::grid::Cell;
use crate::repair::Entry;
use crate::roc::{self, DateReading, StoredDay};
use crate::submission::Value;

/// Reads one day.
pub fn read_day(cell: &Cell, context: &ValueContext<'_>) -> Reading {
    match found(cell, context) {
        Found::Nothing => Reading::value(Value::Nothing),
        Found::Fault(fault) => Reading::fault(fault),
        Found::Days { first, last, remarks, whole_period } => {
            if first == last {
                return Reading { value: Some(Value::Date(first)), faults: remarks };
            }
            let span = roc::span(first, last);
            let (rule, message) = match whole_period {
                true => (&DATE_INCOMPLETE, format!("「{}」沒有寫到日", shown(cell))),
                false => (&DATE_NOT_ONE_DAY, format!("這一欄只填一天，現在是{span}")),
            };
            Reading::fault(Fault::new(rule, message, example(context)))
        }
    }
}

/// Reads a day or a span; a month, half-year or year is filled out to its first and last day.
pub fn read_span(cell: &Cell, context: &ValueContext<'_>) -> Reading {
    match found(cell, context) {
        Found::Nothing => Reading::value(Value::Nothing),
        Found::Fault(fault) => Reading::fault(fault),
        Found::Days { first, last, remarks, whole_period } => {
            let filled_out = whole_period.then(|| {
                let message = format!("「{}」讀成{}", shown(cell), roc::span(first, last));
                let hint = "若正確不必修改；否則請寫出起日與迄日。";
                Fault::new(&DATE_SPAN_FILLED_OUT, message, hint)
            });
            Reading { value: Some(Value::Span(first, last)), faults: remarks }.with(filled_out)
        }
    }
}

enum Found {
    Nothing,
    Fault(Fault),
    Days {
        first: Date,
        last: Date,
        remarks: Vec<Fault>,
        /// Only a month, half-year or year was named.
        whole_period: bool,
    },
}

impl Found {
    fn day(date: Date, remark: Option<Fault>) -> Self {
        let remarks = remark.into_iter().collect();
        Found::Days { first: date, last: date, remarks, whole_period: false }
    }
}

fn found(cell: &Cell, context: &ValueContext<'_>) -> Found {
    match cell {
        Cell::Date { value, proleptic } => match roc::from_stored(*value, *proleptic) {
            StoredDay::Plain(date) => Found::day(date, None),
            StoredDay::RocYear(date) => {
                let message = format!("試算表把民國年存成了西元年，讀成{}", roc::full(date));
                let hint = "請核對日期；若正確不必修改。";
                Found::day(date, Some(Fault::new(&DATE_READ_AS_ROC, message, hint)))
            }
            StoredDay::Implausible => {
                let message = format!("試算表存的日期是西元{}年，不合理", value.year());
                Found::Fault(Fault::new(&DATE_INVALID, message, example(context)))
            }
        },
        Cell::Number(number) => from_number(*number, cell, context),
        Cell::Text(text) if says_nothing(text) => Found::Nothing,
        Cell::Text(text) => {
            let folded = widths(text);
            let is_serial = folded.len() == 5 && folded.starts_with(['3', '4', '5']);
            match folded.parse::<f64>() {
                Ok(number) if is_serial => from_number(number, cell, context),
                _ => judged(roc::read_date(text), cell, context),
            }
        }
        _ => not_a_date(cell, context),
    }
}

fn from_number(number: f64, cell: &Cell, context: &ValueContext<'_>) -> Found {
    let reading = roc::read_date_number(number, context.epoch_1904);
    match reading {
        DateReading::Day { date, .. } if number < 100_000.0 => {
            let message = format!("日期存成了數字 {}，讀成{}", shown(cell), roc::full(date));
            let hint = "請核對日期；若正確不必修改。";
            // Copied out of another workbook, days that count from 1904 would be four years off.
            let mended =
                (!context.epoch_1904 && number.fract() == 0.0).then(|| Entry::Text(roc::slashed(date)));
            Found::day(date, Some(Fault::new(&DATE_READ_FROM_SERIAL, message, hint).mended(mended)))
        }
        reading => judged(reading, cell, context),
    }
}

/// What the reading of a date means for an answer.
fn judged(reading: DateReading, cell: &Cell, context: &ValueContext<'_>) -> Found {
    let mended = || match cell {
        Cell::Text(text) => mended(text),
        _ => None,
    };
    let fault =
        |rule, message: String| Found::Fault(Fault::new(rule, message, example(context)).mended(mended()));
    match reading {
        DateReading::Day { date, wrong_weekday } => {
            Found::day(date, wrong_weekday.map(|claimed| weekday_mismatch(date, date, claimed)))
        }
        DateReading::Span { first, last, wrong_weekday } => {
            let remark = wrong_weekday.map(|claimed| weekday_mismatch(first, last, claimed));
            let remarks = remark.into_iter().collect();
            Found::Days { first, last, remarks, whole_period: false }
        }
        DateReading::Period { first, last } => {
            Found::Days { first, last, remarks: Vec::new(), whole_period: true }
        }
        DateReading::YearMissing => fault(&DATE_INCOMPLETE, format!("「{}」沒有寫年份", shown(cell))),
        DateReading::TwoDigitYear { as_roc, as_western } => {
            let readings: Vec<String> = [as_roc, as_western].into_iter().flatten().map(roc::full).collect();
            let message =
                format!("「{}」的年份只有兩位數，可能是民國{}", shown(cell), readings.join("或民國"));
            fault(&DATE_AMBIGUOUS, message)
        }
        DateReading::Invalid(roc::DateFault::YearLast) => {
            fault(&DATE_AMBIGUOUS, format!("「{}」的年份寫在最後，無法分辨月與日", shown(cell)))
        }
        DateReading::Invalid(reason) => {
            fault(&DATE_INVALID, format!("「{}」不能當成日期：{reason}", shown(cell)))
        }
        DateReading::NotADate => fault(&VALUE_NOT_A_DATE, format!("「{}」不是日期", shown(cell))),
    }
}

/// (112/03/26), 112、03、26, 112 03 26, 112/03.26: a date with marks around it or other signs between.
fn mended(text: &str) -> Option<Entry> {
    let bare = mending::unwrapped(text);
    let read = |text: &str| match roc::read_date(text) {
        DateReading::Day { date, wrong_weekday: None } => Some(roc::slashed(date)),
        DateReading::Span { first, last, wrong_weekday: None } => {
            Some(format!("{}-{}", roc::slashed(first), roc::slashed(last)))
        }
        _ => None,
    };
    let written = read(&bare).or_else(|| read(&with_slashes(&bare)?))?;
    Some(Entry::Text(written))
}

/// A year of three or four digits, month and day with signs between that are alike; a point and a slash count as
/// alike. 112/3-5 may be two months.
fn with_slashes(text: &str) -> Option<String> {
    const SIGNS: [&str; 9] = ["", ",", "、", "_", "\\", ".", "。", "·", "/"];
    let is_digit = |c: char| c.is_ascii_digit();
    if !text.starts_with(is_digit) || !text.ends_with(is_digit) {
        return None;
    }
    let numbers: Vec<&str> = text.split(|c| !is_digit(c)).filter(|number| !number.is_empty()).collect();
    let signs: Vec<&str> = text.split(is_digit).filter(|sign| !sign.is_empty()).map(str::trim).collect();
    let ([year, month, day], [first, second]) = (numbers.as_slice(), signs.as_slice()) else { return None };
    let is_mixed = [first, second].iter().all(|sign| matches!(**sign, "." | "/"));
    let fits = matches!(year.len(), 3 | 4) && month.len() <= 2 && day.len() <= 2;
    let is_date = fits && SIGNS.contains(first) && (first == second || is_mixed);
    is_date.then(|| format!("{year}/{month}/{day}"))
}

fn not_a_date(cell: &Cell, context: &ValueContext<'_>) -> Found {
    let message = format!("「{}」不是日期", shown(cell));
    Found::Fault(Fault::new(&VALUE_NOT_A_DATE, message, example(context)))
}

fn weekday_mismatch(first: Date, last: Date, claimed: Weekday) -> Fault {
    let days = if first == last {
        roc::day_and_weekday(first)
    } else {
        format!("{}與{}", roc::day_and_weekday(first), roc::day_and_weekday(last))
    };
    let message = format!("星期與日期不符：寫的是{}，但日期是{days}", roc::weekday_name(claimed));
    Fault::new(&DATE_WEEKDAY_MISMATCH, message, "請核對是日期還是星期寫錯了。")
}

/// How to write it, with a year the user works with.
fn example(context: &ValueContext<'_>) -> String {
    format!("請寫成「{}」這樣的民國年月日。", roc::slashed(context.period.first))
}

/// The cell as the user sees it, more or less.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => cut(text),
        Cell::Number(number) => number.to_string().chars().take(20).collect(),
        Cell::Flag(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        _ => "這一格".to_owned(),
    }
}

/// Anything else where a date is expected.
pub static VALUE_NOT_A_DATE: Rule = Rule {
    id: "value-not-a-date",
    severity: Severity::Error,
    title: "應填日期",
    explanation: "檢查日期欄位填的是不是日期；民國、西元、國字、七碼（1120326）都能讀。\n\n\
        日期用來確認是否在受評期間內，也用來排序。\n\n\
        改寫成民國年月日，例如 112/03/26。",
    answerable: false,
};

/// No such day.
pub static DATE_INVALID: Rule = Rule {
    id: "date-invalid",
    severity: Severity::Error,
    title: "日期不存在",
    explanation: "檢查日期是否真的存在（例如 112年2月29日、13月）、迄日是否早於起日、同一格是否有不連續的日期。\n\n\
        以小數輸入的日期（112.10 會變成 112.1）已失真，也不採用。\n\n\
        改寫成正確的民國年月日；不連續的日期請分列填寫。",
    answerable: false,
};

/// A month, a year, or a day without its year.
pub static DATE_INCOMPLETE: Rule = Rule {
    id: "date-incomplete",
    severity: Severity::Error,
    title: "日期不完整",
    explanation: "檢查日期是否缺年份，或只寫到月、年。\n\n\
        缺了就無法判斷是哪一天、是否在受評期間內。\n\n\
        補成完整的民國年月日，例如 112/03/26。",
    answerable: false,
};

/// A two-digit year, or the year last.
pub static DATE_AMBIGUOUS: Rule = Rule {
    id: "date-ambiguous",
    severity: Severity::Error,
    title: "日期有兩種讀法",
    explanation: "檢查年份是否只有兩位數，或寫在最後。\n\n\
        「99/3/26」可能是民國 99 年，也可能是西元 1999 年，程式不猜。\n\n\
        寫成三位數的民國年，例如 099/03/26、112/03/26。",
    answerable: false,
};

/// A span where one day is asked for.
pub static DATE_NOT_ONE_DAY: Rule = Rule {
    id: "date-not-one-day",
    severity: Severity::Error,
    title: "只能填一天",
    explanation: "檢查只問一天的欄位是否填了一段期間。\n\n\
        一列是一場，才能算出場次與上、下半年。\n\n\
        改填一天；辦理多天的，請分列填寫或填第一天。",
    answerable: false,
};

/// A ROC year stored as a year of our era.
pub static DATE_READ_AS_ROC: Rule = Rule {
    id: "date-read-as-roc",
    severity: Severity::Warning,
    title: "民國年被存成西元年",
    explanation: "檢查日期是否落在西元 1 至 199 年。\n\n\
        在 LibreOffice 輸入 112/3/26，會被存成西元 112 年，換存成 .ods 還會差一、兩天；程式已換算回畫面上看到的日期。\n\n\
        核對日期即可；要消除提醒，請把儲存格格式改為「文字」再輸入。",
    answerable: false,
};

/// A date stored as a plain number.
pub static DATE_READ_FROM_SERIAL: Rule = Rule {
    id: "date-read-from-serial",
    severity: Severity::Warning,
    title: "日期存成數字",
    explanation: "檢查日期欄位是否為 44281 這類五位數。\n\n\
        試算表用天數記錄日期，儲存格格式改成「通用格式」後就只看得到天數；程式已換算回日期。\n\n\
        核對日期即可；要消除提醒，請重新輸入日期。",
    answerable: false,
};

/// The weekday written beside the date is another one.
pub static DATE_WEEKDAY_MISMATCH: Rule = Rule {
    id: "date-weekday-mismatch",
    severity: Severity::Warning,
    title: "星期與日期不符",
    explanation: "檢查日期旁的星期是否與日期相符。\n\n\
        兩者不符，表示其中一個寫錯，佐證也可能對不上。\n\n\
        核對佐證後，改正日期或星期。",
    answerable: false,
};

/// A month or year taken as a span.
pub static DATE_SPAN_FILLED_OUT: Rule = Rule {
    id: "date-span-filled-out",
    severity: Severity::Warning,
    title: "期間只寫到月或年",
    explanation: "檢查辦理期間是否只寫了年、半年或月。\n\n\
        程式把它當成第一天到最後一天，實際辦理的日子可能較短。\n\n\
        正確就不必修改；否則寫出起日與迄日，例如 112/03/01-112/03/15。",
    answerable: false,
};
