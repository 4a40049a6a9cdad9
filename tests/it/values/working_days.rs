//! The office calendar, deadlines on holidays and periods counted in days.

use huibian::calendar::{OfficeCalendar, PeriodEnd};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn calendar() -> &'static OfficeCalendar {
    OfficeCalendar::builtin()
}

#[test]
fn known_days_are_worked_or_not() {
    for (day, worked) in [
        (date(2022, 2, 28), false),
        (date(2022, 4, 4), false),
        (date(2022, 4, 5), false),
        (date(2021, 2, 20), true),
        (date(2021, 9, 11), true),
        (date(2022, 1, 22), true),
        (date(2023, 2, 4), true),
        (date(2024, 2, 17), true),
        (date(2025, 2, 8), true),
        (date(2025, 9, 29), false),
        (date(2025, 10, 24), false),
        (date(2025, 12, 25), false),
        (date(2026, 5, 1), false),
        (date(2022, 2, 15), true),
    ] {
        assert_eq!(calendar().is_working_day(day), Some(worked), "{day}");
    }
    assert_eq!(calendar().closed_because(date(2022, 2, 28)), Some("和平紀念日"));
    assert_eq!(calendar().closed_because(date(2022, 2, 19)), Some("星期六"));
    assert_eq!(calendar().closed_because(date(2022, 2, 15)), None);
}

#[test]
fn deadlines_on_holidays_have_a_working_day_before_and_after() {
    for (year, before, after) in [
        (2020, date(2020, 2, 15), date(2020, 2, 15)),
        (2021, date(2021, 2, 9), date(2021, 2, 17)),
        (2022, date(2022, 2, 15), date(2022, 2, 15)),
        (2023, date(2023, 2, 15), date(2023, 2, 15)),
        (2024, date(2024, 2, 15), date(2024, 2, 15)),
        (2025, date(2025, 2, 14), date(2025, 2, 17)),
        (2026, date(2026, 2, 13), date(2026, 2, 23)),
        (2027, date(2027, 2, 15), date(2027, 2, 15)),
    ] {
        let deadline = date(year, 2, 15);
        assert_eq!(calendar().working_day_on_or_before(deadline), Some(before), "{year}");
        assert_eq!(calendar().working_day_on_or_after(deadline), Some(after), "{year}");
    }
    for (day, after) in [
        (date(2020, 3, 15), date(2020, 3, 16)),
        (date(2021, 3, 20), date(2021, 3, 22)),
        (date(2022, 3, 20), date(2022, 3, 21)),
        (date(2024, 3, 10), date(2024, 3, 11)),
        (date(2025, 3, 15), date(2025, 3, 17)),
        (date(2026, 3, 15), date(2026, 3, 16)),
        (date(2027, 3, 20), date(2027, 3, 22)),
    ] {
        assert_eq!(calendar().working_day_on_or_after(day), Some(after));
    }
    assert_eq!(calendar().working_day_on_or_before(date(2022, 3, 20)), Some(date(2022, 3, 18)));
}

#[test]
fn appeals_end_on_the_tenth_working_day_after_service() {
    for (served, end) in [
        (date(2022, 5, 31), date(2022, 6, 15)),
        (date(2022, 6, 1), date(2022, 6, 16)),
        (date(2022, 6, 24), date(2022, 7, 8)),
        (date(2021, 2, 5), date(2021, 2, 25)),
        (date(2021, 2, 9), date(2021, 3, 2)),
        (date(2023, 6, 16), date(2023, 7, 3)),
        (date(2025, 9, 24), date(2025, 10, 13)),
        (date(2026, 2, 11), date(2026, 3, 5)),
        (date(2021, 9, 8), date(2021, 9, 23)),
    ] {
        assert_eq!(calendar().nth_working_day_after(served, 10), Some(end), "{served}");
        assert_eq!(calendar().working_days_between(served, end), Some(10), "{served}");
    }
}

#[test]
fn periods_end_as_the_law_says() {
    let end = |day, at_noon| Some(PeriodEnd { day, at_noon });
    let start = date(2022, 3, 1);
    // A working day; a Saturday; a Sunday.
    assert_eq!(calendar().end_of_period(start, 10), end(date(2022, 3, 11), false));
    assert_eq!(calendar().end_of_period(start, 11), end(date(2022, 3, 14), true));
    assert_eq!(calendar().end_of_period(start, 12), end(date(2022, 3, 14), false));
    // A Saturday before a Monday that is a holiday: the day after, all of it.
    assert_eq!(calendar().end_of_period(date(2022, 2, 16), 10), end(date(2022, 3, 1), false));
    // A Saturday that is worked.
    assert_eq!(calendar().end_of_period(date(2021, 2, 10), 10), end(date(2021, 2, 20), false));
    // A holiday on a Friday leads to the Saturday and on to Monday noon.
    assert_eq!(calendar().end_of_period(date(2022, 5, 24), 10), end(date(2022, 6, 6), true));
}

#[test]
fn closures_beyond_the_calendar_count() {
    let typhoon = date(2022, 2, 15);
    let closed = calendar().with_closures([typhoon]);
    assert_eq!(closed.is_working_day(typhoon), Some(false));
    assert_eq!(closed.working_day_on_or_before(typhoon), Some(date(2022, 2, 14)));
    assert_eq!(calendar().is_working_day(typhoon), Some(true));
}

fn known_day() -> impl Strategy<Value = Date> {
    (0i64..3_900)
        .prop_map(|offset| date(2017, 1, 1).checked_add(jiff::Span::new().days(offset)).expect("a near day"))
}

proptest! {
    #[test]
    fn neighbours_are_working_days_with_none_between(day in known_day()) {
        let calendar = calendar();
        if let Some(next) = calendar.next_working_day(day) {
            prop_assert!(next > day);
            prop_assert_eq!(calendar.is_working_day(next), Some(true));
            prop_assert_eq!(calendar.working_days_between(day, next), Some(1));
            prop_assert!(calendar.previous_working_day(next).is_none_or(|before| before <= day));
        }
    }

    #[test]
    fn counting_undoes_stepping(day in known_day(), n in 0usize..60) {
        if let Some(end) = calendar().nth_working_day_after(day, n) {
            prop_assert_eq!(calendar().working_days_between(day, end), Some(n));
        }
    }

    #[test]
    fn periods_never_end_early_nor_on_a_holiday(day in known_day(), days in 0u32..200) {
        if let Some(end) = calendar().end_of_period(day, days) {
            prop_assert!(day.duration_until(end.day).as_hours() >= i64::from(days) * 24);
            prop_assert_eq!(calendar().is_working_day(end.day), Some(true));
        }
    }
}
