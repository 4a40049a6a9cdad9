//! Days that a spreadsheet stored as dates, brought back to the day the user saw.
//!
//! zh-TW LibreOffice takes `114/1/15` for a day of the year 114 AD; it shows the Julian
//! calendar before 1582 but stores the proleptic Gregorian one. Knows nothing of cells.

use jiff::civil::{Date, DateTime};

use super::{LAST_YEAR, from_roc};

/// What a stored date turned out to be. The time of day is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredDay {
    /// The day itself.
    Plain(Date),
    /// A ROC year stored as a year of our era: this is the ROC day; worth a warning.
    RocYear(Date),
    /// A day no answer of ours can be (the years 200–1899, or 2月29日 of a ROC year without one).
    Implausible,
}

/// Takes a stored date for the day its writer saw.
///
/// `proleptic`: read from an .ods as it is stored. Otherwise `value` was decoded from a negative
/// serial by a reader that adds one to serials below 60 (calamine does, for Excel's leap day
/// that never was), and that one is taken back here.
pub fn from_stored(value: DateTime, proleptic: bool) -> StoredDay {
    let day = value.date();
    if day.year() >= 1900 {
        return StoredDay::Plain(day);
    }
    let stored = if proleptic { Some(day) } else { day.yesterday().ok() };
    let shown = stored.map(julian_from_gregorian);
    match shown {
        Some((year, month, day)) if (1..=i32::from(LAST_YEAR)).contains(&year) => {
            match from_roc(year as i16, month, day) {
                Some(day) => StoredDay::RocYear(day),
                None => StoredDay::Implausible,
            }
        }
        _ => StoredDay::Implausible,
    }
}

/// The Julian year, month and day of a proleptic Gregorian day (Fliegel & Van Flandern's
/// day-number arithmetic; floor division keeps it right for years before 1).
fn julian_from_gregorian(date: Date) -> (i32, i8, i8) {
    let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let a = (14 - month) / 12;
    let y = year + 4800 - a;
    let m = month + 12 * a - 3;
    let day_number =
        day + (153 * m + 2) / 5 + 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) - 32045;
    let c = day_number + 32082;
    let d = (4 * c + 3).div_euclid(1461);
    let e = c - (1461 * d).div_euclid(4);
    let m = (5 * e + 2) / 153;
    let day = e - (153 * m + 2) / 5 + 1;
    let month = m + 3 - 12 * (m / 10);
    (d - 4800 + m / 10, month as i8, day as i8)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    #[test]
    fn ods_days_are_moved_from_gregorian_to_julian() {
        // As LibreOffice 7.4 stores days typed in a zh-TW locale.
        for (stored, shown) in [
            ((100, 2, 28), date(2011, 3, 1)),
            ((110, 12, 30), date(2021, 12, 31)),
            ((113, 2, 27), date(2024, 2, 28)),
            ((114, 1, 14), date(2025, 1, 15)),
            ((105, 2, 28), date(2016, 3, 1)),
            ((108, 10, 23), date(2019, 10, 24)),
            ((99, 1, 13), date(2010, 1, 15)),
            ((110, 12, 31), date(2022, 1, 1)),
        ] {
            let value = datetime(stored.0, stored.1, stored.2, 0, 0, 0, 0);
            assert_eq!(from_stored(value, true), StoredDay::RocYear(shown), "{stored:?}");
        }
    }

    #[test]
    fn serials_decoded_with_excels_extra_day_give_the_same_days() {
        for (decoded, shown) in [
            ((114, 1, 15), date(2025, 1, 15)),
            ((111, 1, 1), date(2022, 1, 1)),
            ((99, 1, 14), date(2010, 1, 15)),
        ] {
            let value = datetime(decoded.0, decoded.1, decoded.2, 0, 0, 0, 0);
            assert_eq!(from_stored(value, false), StoredDay::RocYear(shown), "{decoded:?}");
        }
    }

    #[test]
    fn modern_days_are_kept_and_the_rest_is_implausible() {
        let modern = datetime(2021, 3, 26, 14, 30, 0, 0);
        assert_eq!(from_stored(modern, true), StoredDay::Plain(date(2021, 3, 26)));
        assert_eq!(from_stored(modern, false), StoredDay::Plain(date(2021, 3, 26)));
        for value in [DateTime::MIN, datetime(1582, 10, 15, 0, 0, 0, 0), datetime(0, 1, 1, 0, 0, 0, 0)] {
            assert_eq!(from_stored(value, true), StoredDay::Implausible);
            assert_eq!(from_stored(value, false), StoredDay::Implausible);
        }
        // Julian 100-02-29 exists and can be typed there; 民國100年 has no such day.
        assert_eq!(from_stored(datetime(100, 2, 27, 0, 0, 0, 0), true), StoredDay::Implausible);
        assert_eq!(from_stored(datetime(100, 3, 1, 0, 0, 0, 0), true), StoredDay::RocYear(date(2011, 3, 2)));
    }
}
