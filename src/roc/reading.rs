//! Typed dates read: a day, a span of days, or exactly what keeps it from being one.
//!
//! Three-digit years are ROC years, four-digit ones western; two digits are never guessed.
//! Knows nothing of cells or of which days a question allows.

use std::fmt;

use jiff::civil::{Date, Weekday};

use super::scanning::{Cursor, Number, fold};
use super::{ERA_OFFSET, LAST_YEAR, from_roc, full};

/// What a written date says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateReading {
    /// One day. `wrong_weekday`: the weekday written beside it, when that is another one.
    Day {
        date: Date,
        wrong_weekday: Option<Weekday>,
    },
    /// Two days, the first not after the last, or a run of days without a gap.
    Span {
        first: Date,
        last: Date,
        wrong_weekday: Option<Weekday>,
    },
    /// A month, half-year or year where a day was meant; its first and last day.
    Period {
        first: Date,
        last: Date,
    },
    /// A month and day without a year.
    YearMissing,
    /// A year of one or two digits: what it means as a ROC year and as a western one.
    TwoDigitYear {
        as_roc: Option<Date>,
        as_western: Option<Date>,
    },
    /// Meant as a date, but there is no such day.
    Invalid(DateFault),
    NotADate,
}

/// Why something written as a date is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFault {
    /// Neither a ROC year (1–199) nor a western one (1900–2110).
    Year(u32),
    Month(u32),
    /// The month has no such day.
    Day {
        /// The western year.
        year: i16,
        month: i8,
        day: u32,
    },
    /// The last day lies before the first.
    Reversed {
        first: Date,
        last: Date,
    },
    /// Single days with gaps between.
    Scattered(Vec<Date>),
    /// `112.3` stored as a number: 112.10 would have lost its zero.
    DecimalNumber,
    /// The year stands last (3/26/2021): day and month may be swapped.
    YearLast,
    /// A date with other text after it.
    Surplus(String),
}

impl fmt::Display for DateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DateFault::Year(year) => write!(f, "沒有「{year}」這一年"),
            DateFault::Month(month) => write!(f, "沒有{month}月"),
            DateFault::Day { year, month, day } => {
                write!(f, "{}年{month}月沒有{day}日", year - ERA_OFFSET)
            }
            DateFault::Reversed { first, last } => {
                write!(f, "迄日（{}）早於起日（{}）", full(*last), full(*first))
            }
            DateFault::Scattered(days) => write!(f, "{}個日期並不連續", days.len()),
            DateFault::DecimalNumber => f.write_str("日期被存成小數，尾端的0可能已經遺失"),
            DateFault::YearLast => f.write_str("年份寫在最後，無法分辨月與日"),
            DateFault::Surplus(text) => write!(f, "日期後面另有文字「{text}」"),
        }
    }
}

/// Reads any written form of a date (公文 forms, dotted, slashed, compact, Chinese numerals,
/// western years); times of day are left out, a weekday is compared.
pub fn read_date(text: &str) -> DateReading {
    let folded = fold(text);
    let mut cursor = Cursor::new(&folded);
    cursor.eat('自');
    let head = match Head::read(&mut cursor) {
        Ok(head) => head,
        Err(reading) => return reading,
    };
    match head {
        Head::Day(first) => after_first_day(first, cursor),
        Head::Period(first, last) => after_period(first, last, cursor),
    }
}

/// Reads a number standing where a date is expected: serials 30000–60000 (1982–2064; the time
/// of day is cut off), compact ROC and western dates. Other decimals are refused.
pub fn read_date_number(number: f64, epoch_1904: bool) -> DateReading {
    if !number.is_finite() || number <= 0.0 || number >= 1e9 {
        return DateReading::NotADate;
    }
    if (30_000.0..60_000.0).contains(&number) {
        let days = number.trunc() as i64 + if epoch_1904 { 1462 } else { 0 };
        let origin = Date::constant(1899, 12, 30);
        return match origin.checked_add(jiff::Span::new().days(days)) {
            Ok(date) => DateReading::Day { date, wrong_weekday: None },
            Err(_) => DateReading::NotADate,
        };
    }
    if number.fract() != 0.0 {
        return DateReading::Invalid(DateFault::DecimalNumber);
    }
    let number = number as u32;
    if is_plausible_year(number) && number >= 100 {
        return whole_year(number).unwrap_or_else(|fault| fault);
    }
    match number.to_string().len() {
        5..=8 => read_date(&number.to_string()),
        _ => DateReading::NotADate,
    }
}

/// A year typed alone, in either era.
fn is_plausible_year(number: u32) -> bool {
    (1..=LAST_YEAR as u32).contains(&number) || (1900..=2110).contains(&number)
}

fn whole_year(number: u32) -> Result<DateReading, DateReading> {
    let year = full_year(Number { value: number, n_digits: None }, Era::Unsaid).map_err(invalid)?;
    months(year, 1, 12)
}

fn invalid(fault: DateFault) -> DateReading {
    DateReading::Invalid(fault)
}

/// The period from the first of one month to the end of another.
fn months(year: i16, first: u32, last: u32) -> Result<DateReading, DateReading> {
    let (first, last) = (day_of(year, first, 1)?, day_of(year, last, 1)?.last_of_month());
    if last < first {
        return Err(invalid(DateFault::Reversed { first, last }));
    }
    Ok(DateReading::Period { first, last })
}

fn day_of(year: i16, month: u32, day: u32) -> Result<Date, DateReading> {
    if !(1..=12).contains(&month) {
        return Err(invalid(DateFault::Month(month)));
    }
    let month = month as i8;
    i8::try_from(day)
        .ok()
        .and_then(|day| Date::new(year, month, day).ok())
        .ok_or_else(|| invalid(DateFault::Day { year, month, day }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Era {
    Roc,
    Western,
    Unsaid,
}

impl Era {
    fn read(cursor: &mut Cursor) -> Era {
        let words = ["中華民國", "民國", "R.O.C.", "ROC", "R.", "R", "西元", "公元", "A.D.", "AD"];
        match cursor.eat_word(&words) {
            Some(0..=5) => Era::Roc,
            Some(_) => Era::Western,
            None => Era::Unsaid,
        }
    }
}

/// The western year of a year number; two unmarked digits are the caller's affair.
fn full_year(year: Number, era: Era) -> Result<i16, DateFault> {
    let is_roc = (1..=LAST_YEAR as u32).contains(&year.value) && era != Era::Western;
    let is_western = (1900..=2110).contains(&year.value) && era != Era::Roc;
    if is_roc {
        Ok(year.value as i16 + ERA_OFFSET)
    } else if is_western {
        Ok(year.value as i16)
    } else {
        Err(DateFault::Year(year.value))
    }
}

/// Whether the year may be either 民國99年 or 1999.
fn is_short(year: Number, era: Era) -> bool {
    era == Era::Unsaid && year.value > 0 && year.n_digits.is_some_and(|n_digits| n_digits <= 2)
}

fn two_digit_year(year: u32, month: u32, day: u32) -> DateReading {
    let part = |part: u32| i8::try_from(part).ok();
    let (Some(month), Some(day)) = (part(month), part(day)) else { return DateReading::NotADate };
    let as_roc = from_roc(year as i16, month, day);
    let century = if year < 70 { 2000 } else { 1900 };
    let as_western = Date::new(century + year as i16, month, day).ok();
    match (as_roc, as_western) {
        (None, None) => DateReading::NotADate,
        _ => DateReading::TwoDigitYear { as_roc, as_western },
    }
}

/// What a text begins with: a day, or a longer stretch named as a whole.
enum Head {
    Day(Date),
    Period(Date, Date),
}

impl Head {
    /// Reads the front of the text; what can be no head is already the answer.
    fn read(cursor: &mut Cursor) -> Result<Head, DateReading> {
        let era = Era::read(cursor);
        let number = cursor.number().ok_or(DateReading::NotADate)?;
        if number.n_digits.is_some_and(|n_digits| n_digits >= 5) {
            return Head::compact(number, era, cursor);
        }
        match cursor.peek() {
            Some('年') => Head::by_characters(number, era, cursor),
            Some('月') => Err(DateReading::YearMissing),
            Some(separator @ ('.' | '/' | '-')) => Head::separated(number, era, separator, cursor),
            _ => Head::compact(number, era, cursor),
        }
    }

    /// 112年3月26日, 112年3月26, 112年3/26; 112年, 112年度上半年, 112年3月, 112年第1季.
    fn by_characters(year: Number, era: Era, cursor: &mut Cursor) -> Result<Head, DateReading> {
        cursor.eat('年');
        cursor.eat('度');
        let full = full_year(year, era).map_err(invalid);
        if let Some((first, last)) = part_of_year(cursor) {
            return Head::period(months(full?, first, last)?);
        }
        let Some(month) = cursor.number() else {
            return Head::period(months(full?, 1, 12)?);
        };
        let mut ahead = *cursor;
        if let Some(end) = (ahead.eat('~') || ahead.eat('-')).then(|| ahead.number()).flatten()
            && ahead.eat('月')
        {
            *cursor = ahead;
            return Head::period(months(full?, month.value, end.value)?);
        }
        let slashed = cursor.eat('/') || cursor.eat('.') || cursor.eat('-');
        if !slashed && cursor.eat_word(&["月份", "月"]).is_none() {
            return Err(DateReading::NotADate);
        }
        let Some(day) = cursor.number() else {
            return Head::period(months(full?, month.value, month.value)?);
        };
        let _ = cursor.eat('日') || cursor.eat('號');
        if is_short(year, era) {
            return Err(two_digit_year(year.value, month.value, day.value));
        }
        Ok(Head::Day(day_of(full?, month.value, day.value)?))
    }

    /// 112.03.26 with one separator throughout; 112.3 is a month.
    fn separated(first: Number, era: Era, separator: char, cursor: &mut Cursor) -> Result<Head, DateReading> {
        cursor.eat(separator);
        let second = cursor.number().ok_or(DateReading::NotADate)?;
        let has_third = cursor.eat(separator);
        let Some(third) = has_third.then(|| cursor.number()).flatten() else {
            return Head::two_parts(first, second, era, cursor);
        };
        let _ = cursor.eat('日');
        if third.n_digits == Some(4) && first.value <= 31 && second.value <= 31 {
            return Err(invalid(DateFault::YearLast));
        }
        if is_short(first, era) {
            return Err(two_digit_year(first.value, second.value, third.value));
        }
        let year = full_year(first, era).map_err(invalid)?;
        Ok(Head::Day(day_of(year, second.value, third.value)?))
    }

    /// 112.3 (a month), 3/26 (no year); 112-114 and 12-15 are no dates.
    fn two_parts(first: Number, second: Number, era: Era, cursor: &mut Cursor) -> Result<Head, DateReading> {
        if is_short(first, era) {
            let is_day = (1..=12).contains(&first.value) && (1..=31).contains(&second.value);
            return Err(if is_day { DateReading::YearMissing } else { DateReading::NotADate });
        }
        let year = full_year(first, era).map_err(|_| DateReading::NotADate)?;
        cursor.eat('月');
        // 112/3-5 may be a month's range or a day with its separators mixed up: refused.
        let ends = cursor.is_at_end() || cursor.peek() == Some('~');
        if !ends || !(1..=12).contains(&second.value) {
            return Err(DateReading::NotADate);
        }
        Head::period(months(year, second.value, second.value)?)
    }

    /// 1120326, 0990326, 990326, 20210326; 11203 (a month).
    fn compact(number: Number, era: Era, cursor: &Cursor) -> Result<Head, DateReading> {
        let Some(n_digits) = number.n_digits.filter(|n_digits| (5..=8).contains(n_digits)) else {
            let is_year_alone = era != Era::Unsaid && cursor.is_at_end();
            return match full_year(number, era) {
                Ok(year) if is_year_alone => Head::period(months(year, 1, 12)?),
                _ => Err(DateReading::NotADate),
            };
        };
        let value = number.value;
        if n_digits == 5 {
            let (year, month) = (value / 100, value % 100);
            let is_month = (100..=LAST_YEAR as u32).contains(&year) && (1..=12).contains(&month);
            return match era {
                Era::Roc | Era::Unsaid if is_month && cursor.is_at_end() => {
                    Head::period(months(year as i16 + ERA_OFFSET, month, month)?)
                }
                _ => Err(DateReading::NotADate),
            };
        }
        let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
        // As yymmdd a year below 60 would be 20yy or 民國yy; from 60 on only the ROC one is near.
        if n_digits == 6 && year < 60 && era == Era::Unsaid {
            return Err(two_digit_year(year, month, day));
        }
        let written_era = if n_digits == 8 { Era::Western } else { Era::Roc };
        if era != Era::Unsaid && era != written_era {
            return Err(DateReading::NotADate);
        }
        let era = written_era;
        let year = full_year(Number { value: year, n_digits: None }, era).map_err(invalid)?;
        Ok(Head::Day(day_of(year, month, day)?))
    }

    fn period(reading: DateReading) -> Result<Head, DateReading> {
        match reading {
            DateReading::Period { first, last } => Ok(Head::Period(first, last)),
            other => Err(other),
        }
    }
}

/// 上半年, 下半年, 第1季: its first and last month.
fn part_of_year(cursor: &mut Cursor) -> Option<(u32, u32)> {
    let mut ahead = *cursor;
    ahead.eat('第');
    let part = match ahead.eat_word(&["上半年", "下半年", "上半", "下半", "全年"]) {
        Some(0 | 2) => (1, 6),
        Some(1 | 3) => (7, 12),
        Some(_) => (1, 12),
        None => {
            let quarter = ahead.number()?.value;
            if !ahead.eat('季') || !(1..=4).contains(&quarter) {
                return None;
            }
            (quarter * 3 - 2, quarter * 3)
        }
    };
    *cursor = ahead;
    Some(part)
}

/// 112年3月 may go on as 至5月, ~5 or 至113年2月; nothing else may follow.
fn after_period(first: Date, mut last: Date, mut cursor: Cursor) -> DateReading {
    let _ = cursor.eat('起') || cursor.eat_word(&["間", "份"]).is_some();
    if cursor.eat('~') || cursor.eat('-') {
        let mut same_year = cursor;
        let month = same_year.number();
        let is_month = same_year.eat('月') || same_year.is_at_end();
        let ends = match month {
            Some(month) if is_month && month.n_digits.is_none_or(|n_digits| n_digits <= 2) => {
                cursor = same_year;
                months(first.year(), month.value, month.value)
            }
            _ => match Head::read(&mut cursor) {
                Ok(Head::Period(first, last)) => Ok(DateReading::Period { first, last }),
                Ok(Head::Day(_)) => Err(DateReading::NotADate),
                Err(reading) => Err(reading),
            },
        };
        last = match ends {
            Ok(DateReading::Period { last: end, .. }) => end,
            Ok(other) | Err(other) => return other,
        };
        let _ = cursor.eat('止') || cursor.eat_word(&["間"]).is_some();
    }
    if !cursor.is_at_end() {
        return DateReading::NotADate;
    }
    if last < first {
        return DateReading::Invalid(DateFault::Reversed { first, last });
    }
    DateReading::Period { first, last }
}

/// What may follow a day: its weekday, times, further days.
fn after_first_day(first: Date, mut cursor: Cursor) -> DateReading {
    let mut wrong_weekday = None;
    let mut days = vec![first];
    let mut is_stretch = false;
    trimmings(first, &mut cursor, &mut wrong_weekday);
    loop {
        let is_range = cursor.eat('~') || cursor.eat('-');
        if !is_range && !cursor.eat(',') {
            break;
        }
        let before = days[days.len() - 1];
        let day = match further_day(before, &mut cursor) {
            Ok(day) => day,
            Err(reading) => return reading,
        };
        if day < before {
            return DateReading::Invalid(DateFault::Reversed { first: before, last: day });
        }
        is_stretch |= is_range;
        days.push(day);
        trimmings(day, &mut cursor, &mut wrong_weekday);
    }
    if !cursor.is_at_end() {
        return DateReading::Invalid(DateFault::Surplus(cursor.remainder()));
    }
    let last = days[days.len() - 1];
    if last == first {
        return DateReading::Day { date: first, wrong_weekday };
    }
    let has_gap = days.windows(2).any(|pair| pair[0].tomorrow().ok() != Some(pair[1]));
    // 「3月26日至28日」 has a gap by nature; 「26、28日」 are two single days.
    if has_gap && !(is_stretch && days.len() == 2) {
        return DateReading::Invalid(DateFault::Scattered(days));
    }
    DateReading::Span { first, last, wrong_weekday }
}

/// Weekday, time, 起, 止 and stray punctuation after a day.
fn trimmings(day: Date, cursor: &mut Cursor, wrong_weekday: &mut Option<Weekday>) {
    loop {
        if let Some(claimed) = cursor.weekday() {
            if claimed != day.weekday() && wrong_weekday.is_none() {
                *wrong_weekday = Some(claimed);
            }
            continue;
        }
        let mut ahead = *cursor;
        let stray = (ahead.eat('.') || ahead.eat(';')) && ahead.is_at_end();
        if stray || (ahead.is_at_end() && cursor.eat(',')) {
            *cursor = ahead;
            continue;
        }
        if !(cursor.time() || cursor.eat('起') || cursor.eat('止')) {
            return;
        }
    }
}

/// A day after the first: 28, 28日, 4月2日, 04.02, 112.04.02, 1120402.
fn further_day(before: Date, cursor: &mut Cursor) -> Result<Date, DateReading> {
    let mut whole = *cursor;
    let head = Head::read(&mut whole);
    if let Ok(Head::Day(day)) = head {
        *cursor = whole;
        return Ok(day);
    }
    let first = cursor.number().ok_or(DateReading::NotADate)?;
    if first.n_digits.is_some_and(|n_digits| n_digits > 2) {
        return Err(match head {
            Err(DateReading::Invalid(fault)) => invalid(fault),
            _ => DateReading::NotADate,
        });
    }
    let mut ahead = *cursor;
    let is_month = ahead.eat('月') || ahead.eat('/') || ahead.eat('.') || ahead.eat('-');
    let second = is_month.then(|| ahead.number()).flatten();
    let (month, day) = match second {
        Some(day) => {
            *cursor = ahead;
            (first.value, day.value)
        }
        None => (before.month() as u32, first.value),
    };
    let _ = cursor.eat('日') || cursor.eat('號');
    day_of(before.year(), month, day)
}
