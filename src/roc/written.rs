//! The forms in which days are printed.
//!
//! Years before 1912 are written 民國前; nothing here can fail. Knows only the calendar.

use jiff::civil::Date;

use super::{weekday_name, year_of};

/// The year as printed: `112`, or `前3` before 1912.
fn year(day: Date) -> String {
    match year_of(day) {
        year if year >= 1 => year.to_string(),
        year => format!("前{}", 1 - year),
    }
}

/// 「112年2月15日」.
pub fn full(day: Date) -> String {
    format!("{}年{}月{}日", year(day), day.month(), day.day())
}

/// 「中華民國112年2月15日」.
pub fn formal(day: Date) -> String {
    format!("中華民國{}", full(day))
}

/// 「112年2月15日（星期三）」.
pub fn day_and_weekday(day: Date) -> String {
    format!("{}（{}）", full(day), weekday_name(day.weekday()))
}

/// 「112.02.15」; the year has at least three digits, so that it is never mistaken for 19xx.
pub fn dotted(day: Date) -> String {
    separated(day, ".")
}

/// 「112/02/15」, as dates are typed into workbooks.
pub fn slashed(day: Date) -> String {
    separated(day, "/")
}

/// 「1120215」, as in file names.
pub fn compact(day: Date) -> String {
    separated(day, "")
}

fn separated(day: Date, separator: &str) -> String {
    let year = match year_of(day) {
        year if year >= 1 => format!("{year:03}"),
        _ => year(day),
    };
    format!("{year}{separator}{:02}{separator}{:02}", day.month(), day.day())
}

/// 「112年2月15日至17日」: what both days share is written once.
pub fn span(first: Date, last: Date) -> String {
    if first == last {
        full(first)
    } else if first.year() != last.year() {
        format!("{}至{}", full(first), full(last))
    } else if first.month() != last.month() {
        format!("{}至{}月{}日", full(first), last.month(), last.day())
    } else {
        format!("{}至{}日", full(first), last.day())
    }
}
