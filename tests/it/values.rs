//! Dates, working days, values and identity numbers as users type them.

mod cells;
mod identities;
mod working_days;

use huibian::roc::{self, DateFault, DateReading};
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

fn day(text: &str) -> Option<Date> {
    match roc::read_date(text) {
        DateReading::Day { date, .. } => Some(date),
        _ => None,
    }
}

fn period(text: &str) -> Option<(Date, Date)> {
    match roc::read_date(text) {
        DateReading::Period { first, last } => Some((first, last)),
        _ => None,
    }
}

fn span(text: &str) -> Option<(Date, Date)> {
    match roc::read_date(text) {
        DateReading::Span { first, last, .. } => Some((first, last)),
        _ => None,
    }
}

#[test]
fn one_day_in_every_spelling() {
    let expected = Some(date(2021, 3, 26));
    for text in [
        "110.03.26",
        "110.3.26",
        "110/3/26",
        "110/03/26",
        "110-03-26",
        "110年3月26日",
        "110年03月26日",
        "110年03月26",
        "110年3/26",
        "110 年 3 月 26 日",
        "民國110年3月26日",
        "中華民國110年3月26日",
        "中華民國一百十年三月二十六日",
        "民國一百一十年三月二十六日",
        "一一○年三月廿六日",
        "一一○年三月二十六日",
        "一一〇年三月二十六日",
        "一一零年三月貳拾陸日",
        "壹佰壹拾年參月貳拾陸日",
        "１１０．０３．２６",
        "１１０年３月２６日",
        "110。3。26",
        "110－3－26",
        "1100326",
        "民國1100326",
        "R110/3/26",
        "2021/3/26",
        "2021-03-26",
        "2021-03-26T00:00:00",
        "20210326",
        "西元2021年3月26日",
        "110年3月26日(星期五)",
        "110年3月26日（五）",
        "110.03.26（週五）",
        "110.03.26 (Fri)",
        "110.03.26.",
        "110/03/26 14:00",
        "110/03/26 14:00-16:00",
        "110年3月26日下午2時30分",
        "110.3.26(五)上午9時至12時",
        "110年3月26日（星期五）14:00～16:30",
        "110年3月26日14-16時",
        "110/3/26 全天",
        " 110/3/26\u{3000}",
    ] {
        assert_eq!(day(text), expected, "{text}: {:?}", roc::read_date(text));
    }
    for (text, expected) in [
        ("0990326", date(2010, 3, 26)),
        ("990326", date(2010, 3, 26)),
        ("099/3/26", date(2010, 3, 26)),
        ("民國99年3月26日", date(2010, 3, 26)),
        ("九十九年三月二十六日", date(2010, 3, 26)),
        ("1000101", date(2011, 1, 1)),
        ("111.02.15", date(2022, 2, 15)),
        ("109年2月29日", date(2020, 2, 29)),
        ("113/2/29", date(2024, 2, 29)),
        ("中華民國元年1月1日", date(1912, 1, 1)),
        ("110年10月10日", date(2021, 10, 10)),
    ] {
        assert_eq!(day(text), Some(expected), "{text}");
    }
}

#[test]
fn spans_share_what_is_written_once() {
    for (text, first, last) in [
        ("110.03.26-28", (3, 26), (3, 28)),
        ("110.03.26-03.28", (3, 26), (3, 28)),
        ("110.03.26-110.03.28", (3, 26), (3, 28)),
        ("110/3/26~3/28", (3, 26), (3, 28)),
        ("110-03-26～28", (3, 26), (3, 28)),
        ("110年3月26日至28日", (3, 26), (3, 28)),
        ("自110年3月26日起至4月2日止", (3, 26), (4, 2)),
        ("110年3月26-28日", (3, 26), (3, 28)),
        ("110年3月26日(五)至3月28日(日)", (3, 26), (3, 28)),
        ("110年3月26、27日", (3, 26), (3, 27)),
        ("110年3月26日及27日", (3, 26), (3, 27)),
        ("110年3月26、27及28日", (3, 26), (3, 28)),
        ("1100326-1100328", (3, 26), (3, 28)),
        ("110/3/26 14:00-110/3/27 16:00", (3, 26), (3, 27)),
        ("110.12.30-31", (12, 30), (12, 31)),
    ] {
        let expected = Some((date(2021, first.0, first.1), date(2021, last.0, last.1)));
        assert_eq!(span(text), expected, "{text}: {:?}", roc::read_date(text));
    }
    assert_eq!(span("110年12月30日至111年1月2日"), Some((date(2021, 12, 30), date(2022, 1, 2))));
    assert!(matches!(roc::read_date("110.12.30-1.2"), DateReading::Invalid(DateFault::Reversed { .. })));
    assert!(matches!(
        roc::read_date("110年3月26、28日"),
        DateReading::Invalid(DateFault::Scattered(days)) if days.len() == 2
    ));
}

#[test]
fn periods_are_told_from_days() {
    let year = 2021;
    for (text, first, last) in [
        ("110年3月", (3, 1), (3, 31)),
        ("110.3", (3, 1), (3, 31)),
        ("11003", (3, 1), (3, 31)),
        ("110年度", (1, 1), (12, 31)),
        ("110年", (1, 1), (12, 31)),
        ("110年上半年", (1, 1), (6, 30)),
        ("110年度下半年", (7, 1), (12, 31)),
        ("110年第2季", (4, 1), (6, 30)),
        ("110年1月至12月", (1, 1), (12, 31)),
        ("110年3-5月", (3, 1), (5, 31)),
        ("110年3月至110年5月", (3, 1), (5, 31)),
        ("110年3月起至5月止", (3, 1), (5, 31)),
        ("110/3~5", (3, 1), (5, 31)),
        ("110.03~110.05", (3, 1), (5, 31)),
        ("110/3月~5月", (3, 1), (5, 31)),
    ] {
        let expected = Some((date(year, first.0, first.1), date(year, last.0, last.1)));
        assert_eq!(period(text), expected, "{text}: {:?}", roc::read_date(text));
    }
}

#[test]
fn doubtful_and_impossible_dates_say_why() {
    assert_eq!(roc::read_date("三月二十六日"), DateReading::YearMissing);
    assert_eq!(roc::read_date("3/26"), DateReading::YearMissing);
    let two_digits =
        DateReading::TwoDigitYear { as_roc: Some(date(2010, 3, 26)), as_western: Some(date(1999, 3, 26)) };
    for text in ["99/3/26", "99.03.26", "99年3月26日", "九九年三月二十六日"] {
        assert_eq!(roc::read_date(text), two_digits, "{text}");
    }
    for (text, fault) in [
        ("110年2月29日", DateFault::Day { year: 2021, month: 2, day: 29 }),
        ("110/13/1", DateFault::Month(13)),
        ("110.4.31", DateFault::Day { year: 2021, month: 4, day: 31 }),
        ("1110.2.15", DateFault::Year(1110)),
        ("300/1/1", DateFault::Year(300)),
        ("民國2021年3月26日", DateFault::Year(2021)),
        ("1101326", DateFault::Month(13)),
        ("3/26/2021", DateFault::YearLast),
        ("110年3月26日第二場", DateFault::Surplus("第二場".to_owned())),
    ] {
        assert_eq!(roc::read_date(text), DateReading::Invalid(fault), "{text}");
    }
    for text in ["", "無", "待定", "03-5216121", "26", "年月日", "一百", "110年第5季", "110/3-5", "110-112"]
    {
        assert_eq!(roc::read_date(text), DateReading::NotADate, "{text}");
    }
}

#[test]
fn a_weekday_beside_the_date_is_cross_checked() {
    let read = roc::read_date("110年3月26日（星期四）");
    let expected = DateReading::Day { date: date(2021, 3, 26), wrong_weekday: Some(Weekday::Thursday) };
    assert_eq!(read, expected);
}

#[test]
fn numbers_are_serials_or_compact_dates_or_refused() {
    let day = |number, epoch_1904| match roc::read_date_number(number, epoch_1904) {
        DateReading::Day { date, .. } => Some(date),
        _ => None,
    };
    let expected = Some(date(2021, 3, 26));
    assert_eq!(day(44281.0, false), expected);
    assert_eq!(day(44281.625, false), expected);
    assert_eq!(day(42819.0, true), expected);
    assert_eq!(day(1_100_326.0, false), expected);
    assert_eq!(day(20_210_326.0, false), expected);
    assert_eq!(day(990_326.0, false), Some(date(2010, 3, 26)));
    assert_eq!(roc::read_date_number(110.3, false), DateReading::Invalid(DateFault::DecimalNumber));
    assert_eq!(
        roc::read_date_number(110.0, false),
        DateReading::Period { first: date(2021, 1, 1), last: date(2021, 12, 31) }
    );
    for number in [f64::NAN, f64::INFINITY, -1.0, 0.0, 5.0, 1e300, 70_000.0, 1_101_332.0] {
        assert_eq!(day(number, false), None, "{number}");
    }
}

/// Every day from 民國1年 to 民國199年.
fn any_day() -> impl Strategy<Value = Date> {
    (0i64..72_683).prop_map(|offset| {
        let first = date(1912, 1, 1);
        first.checked_add(jiff::Span::new().days(offset)).expect("within jiff's years")
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same_day(written in any_day()) {
        let expected = Some(written);
        prop_assert_eq!(day(&roc::formal(written)), expected);
        prop_assert_eq!(day(&roc::dotted(written)), expected);
        prop_assert_eq!(day(&roc::slashed(written)), expected);
        prop_assert_eq!(day(&roc::compact(written)), expected);
        prop_assert_eq!(day(&written.to_string()), expected);
        let with_weekday = format!("民國{}", roc::day_and_weekday(written));
        let read = roc::read_date(&with_weekday);
        prop_assert_eq!(read, DateReading::Day { date: written, wrong_weekday: None });
        let (year, month) = (roc::year_of(written) as u32, written.month() as u32);
        let characters = format!(
            "民國{}年{}月{}日",
            roc::numeral(year), roc::numeral(month), roc::formal_numeral(written.day() as u32),
        );
        prop_assert_eq!(day(&characters), expected);
        match roc::read_date(&roc::full(written)) {
            DateReading::Day { date, .. } => prop_assert_eq!(date, written),
            DateReading::TwoDigitYear { as_roc, .. } => {
                prop_assert!(year < 100);
                prop_assert_eq!(as_roc, expected);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn printed_spans_read_back(first in any_day(), length in 1i64..500) {
        let last = first.checked_add(jiff::Span::new().days(length)).expect("within jiff's years");
        prop_assume!(roc::year_of(first) >= 100 && roc::year_of(last) <= 199);
        prop_assert_eq!(span(&roc::span(first, last)), Some((first, last)));
    }

    #[test]
    fn no_text_makes_the_date_reader_panic(text in "[0-9年月日./~、一廿元十百民國R（）:時T -]{0,16}|.{0,12}") {
        let _ = roc::read_date(&text);
    }

    #[test]
    fn no_number_makes_the_date_reader_panic(number in any::<f64>(), epoch: bool) {
        let _ = roc::read_date_number(number, epoch);
    }
}
