//! Working days of the government's office calendar, and periods counted in days.
//!
//! Outside the years the calendar covers every answer is `None`: which Saturdays are worked is
//! decided year by year. Knows nothing of deadlines of a plan, nor of today.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use crate::assets;

/// Which days the offices are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeCalendar {
    /// Western years that are known.
    years: BTreeSet<i16>,
    /// Holidays on weekdays, with their names.
    weekday_holidays: BTreeMap<Date, String>,
    /// Weekend days that are worked (補行上班日).
    makeup_workdays: BTreeSet<Date>,
    /// Days on which offices were closed beyond the calendar (typhoons).
    closures: BTreeSet<Date>,
}

/// The last day of a period under 行政程序法 §48.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodEnd {
    pub day: Date,
    /// It ends at noon of that day: the period would have ended on a Saturday.
    pub at_noon: bool,
}

#[derive(Deserialize)]
struct CalendarFile {
    years: BTreeMap<i16, YearOfFile>,
}

/// Names of the holidays and reasons of the makeup days, by day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearOfFile {
    weekday_holidays: BTreeMap<Date, String>,
    makeup_workdays: BTreeMap<Date, String>,
}

static BUILTIN: LazyLock<OfficeCalendar> = LazyLock::new(|| {
    // A unit test parses the embedded file; it cannot differ at run time.
    OfficeCalendar::parse(assets::calendar::OFFICE_CALENDAR).expect("the embedded calendar is well-formed")
});

impl OfficeCalendar {
    /// The embedded calendar of 行政院人事行政總處.
    pub fn builtin() -> &'static OfficeCalendar {
        &BUILTIN
    }

    /// Reads a calendar file: per ROC year the holidays on weekdays and the weekend days worked.
    /// The error says what is wrong with the file, in English.
    pub fn parse(json: &str) -> Result<OfficeCalendar, String> {
        let file: CalendarFile = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let mut calendar = OfficeCalendar {
            years: BTreeSet::new(),
            weekday_holidays: BTreeMap::new(),
            makeup_workdays: BTreeSet::new(),
            closures: BTreeSet::new(),
        };
        for (roc_year, year) in file.years {
            let first = crate::roc::from_roc(roc_year, 1, 1)
                .ok_or_else(|| format!("{roc_year} is not a ROC year"))?;
            calendar.years.insert(first.year());
            for (day, name) in year.weekday_holidays {
                check(day, first.year(), !is_weekend(day))?;
                calendar.weekday_holidays.insert(day, name);
            }
            for day in year.makeup_workdays.into_keys() {
                check(day, first.year(), is_weekend(day))?;
                calendar.makeup_workdays.insert(day);
            }
        }
        Ok(calendar)
    }

    /// The same calendar with offices closed on these days too.
    pub fn with_closures(&self, days: impl IntoIterator<Item = Date>) -> OfficeCalendar {
        let mut calendar = self.clone();
        calendar.closures.extend(days);
        calendar
    }

    /// Whether offices are open; `None` outside the calendar's years.
    pub fn is_working_day(&self, day: Date) -> Option<bool> {
        if self.closures.contains(&day) {
            return Some(false);
        }
        self.years.contains(&day.year()).then(|| {
            if is_weekend(day) {
                self.makeup_workdays.contains(&day)
            } else {
                !self.weekday_holidays.contains_key(&day)
            }
        })
    }

    /// Why offices are closed, as told to users (「春節」「星期六」「停止上班」); `None` on working
    /// days and outside the calendar's years.
    pub fn closed_because(&self, day: Date) -> Option<&str> {
        if self.closures.contains(&day) {
            return Some("停止上班");
        }
        if self.is_working_day(day)? {
            return None;
        }
        match self.weekday_holidays.get(&day) {
            Some(name) => Some(name),
            None => Some(crate::roc::weekday_name(day.weekday())),
        }
    }

    /// The last working day before `day`.
    pub fn previous_working_day(&self, day: Date) -> Option<Date> {
        self.working_day_on_or_before(day.yesterday().ok()?)
    }

    /// The first working day after `day`.
    pub fn next_working_day(&self, day: Date) -> Option<Date> {
        self.working_day_on_or_after(day.tomorrow().ok()?)
    }

    /// What a deadline set by ourselves means when it falls on a holiday: a named day is not moved
    /// back by law (行政程序法 §48 speaks of periods), and nobody is in on the day itself.
    pub fn working_day_on_or_before(&self, day: Date) -> Option<Date> {
        let mut day = day;
        while !self.is_working_day(day)? {
            day = day.yesterday().ok()?;
        }
        Some(day)
    }

    pub fn working_day_on_or_after(&self, day: Date) -> Option<Date> {
        let mut day = day;
        while !self.is_working_day(day)? {
            day = day.tomorrow().ok()?;
        }
        Some(day)
    }

    /// How many working days lie after `first` up to and including `last`: lateness in working
    /// days. 0 when `last` is not after `first`; `None` when a day in between is unknown.
    pub fn working_days_between(&self, first: Date, last: Date) -> Option<usize> {
        let (mut day, mut count) = (first, 0);
        while day < last {
            day = day.tomorrow().ok()?;
            count += usize::from(self.is_working_day(day)?);
        }
        Some(count)
    }

    /// The `n`th working day after `day`, which is not counted itself (始日不計): the end of
    /// 「10個工作日內」 counted from the day of service. `day` itself for 0.
    pub fn nth_working_day_after(&self, day: Date, n: usize) -> Option<Date> {
        let mut day = day;
        for _ in 0..n {
            day = self.next_working_day(day)?;
        }
        Some(day)
    }

    /// The end of a period of `days` days under 行政程序法 §48: the first day is not counted; a
    /// last day that is a holiday moves to the day after, a Saturday to Monday noon. A Saturday
    /// that is worked is an ordinary day here.
    pub fn end_of_period(&self, start: Date, days: u32) -> Option<PeriodEnd> {
        let mut end = PeriodEnd { day: after(start, days)?, at_noon: false };
        while !self.is_working_day(end.day)? {
            let at_noon = end.day.weekday() == Weekday::Saturday;
            end = PeriodEnd { day: after(end.day, if at_noon { 2 } else { 1 })?, at_noon };
        }
        Some(end)
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn check(day: Date, year: i16, fits: bool) -> Result<(), String> {
    match day.year() == year && fits {
        true => Ok(()),
        false => Err(format!("{day} does not belong where it stands")),
    }
}

fn after(day: Date, days: u32) -> Option<Date> {
    // Past jiff's last year the checked constructor would panic: spans are bounded first.
    let days = i64::from(days.min(4_000_000));
    day.checked_add(jiff::Span::new().days(days)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_embedded_calendar_is_well_formed() {
        assert!(OfficeCalendar::parse(assets::calendar::OFFICE_CALENDAR).is_ok());
    }

    #[test]
    fn a_calendar_that_contradicts_itself_is_refused() {
        let year = |holidays: &str, makeup: &str| {
            format!(
                r#"{{"years":{{"111":{{"weekday_holidays":{{{holidays}}},"makeup_workdays":{{{makeup}}}}}}}}}"#
            )
        };
        assert!(OfficeCalendar::parse(&year(r#""2022-02-28":"x""#, "")).is_ok());
        for (holidays, makeup) in [
            (r#""2022-02-27":"a Sunday""#, ""),
            ("", r#""2022-02-28":"a Monday""#),
            (r#""2023-02-28":"another year""#, ""),
            (r#""2022-02-30":"no day""#, ""),
        ] {
            assert!(OfficeCalendar::parse(&year(holidays, makeup)).is_err(), "{holidays}{makeup}");
        }
        assert!(OfficeCalendar::parse("{}").is_err());
    }

    #[test]
    fn far_days_and_long_periods_are_unknown() {
        let calendar = OfficeCalendar::builtin();
        for day in [Date::MIN, Date::MAX, date(2016, 12, 31), date(2028, 1, 1)] {
            assert_eq!(calendar.is_working_day(day), None);
            assert_eq!(calendar.previous_working_day(day).filter(|_| day != date(2028, 1, 1)), None);
            assert_eq!(calendar.end_of_period(day, u32::MAX), None);
        }
        assert_eq!(calendar.nth_working_day_after(date(2027, 12, 30), 1), None);
        assert_eq!(calendar.working_days_between(date(2027, 12, 1), Date::MAX), None);
    }
}
