//! Numbers shown as dates: which formats make one, and which day a number is.
//!
//! Knows Excel's two epochs and the day that never was; of the ROC calendar only that an era
//! alone (`e"年度"`) is no date.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, date};

use crate::grid::Cell;

/// What a number format makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Number,
    Date,
    /// Elapsed time, `[h]:mm`.
    Duration,
}

/// Formats that stand in no file (ISO/IEC 29500-1 §18.8.30, the zh-TW and zh-CN ones included).
pub(super) fn built_in_format(id: u32) -> Shown {
    match id {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shown::Date,
        46 => Shown::Duration,
        _ => Shown::Number,
    }
}

/// What a format code makes of a number. A code with a day, month, year or time of day shows a
/// date; with an era (`e`, `g`) or a weekday (`a`) alone it does not.
pub(super) fn format_code(code: &str) -> Shown {
    let lowered = code.to_ascii_lowercase();
    if lowered == "general" || lowered == "standard" {
        return Shown::Number;
    }
    let mut characters = lowered.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                characters.by_ref().take_while(|next| *next != '"').for_each(drop);
            }
            '\\' | '_' | '*' => {
                characters.next();
            }
            '[' => {
                let bracket: String = characters.by_ref().take_while(|next| *next != ']').collect();
                let is_elapsed = ["h", "m", "s"]
                    .iter()
                    .any(|unit| !bracket.is_empty() && bracket.chars().all(|next| next.to_string() == *unit));
                if is_elapsed {
                    return Shown::Duration;
                }
            }
            'd' | 'm' | 'y' | 'h' | 's' => return Shown::Date,
            // Only the first section tells how positive numbers are shown.
            ';' => return Shown::Number,
            _ => {}
        }
    }
    Shown::Number
}

/// A number as its format shows it. Numbers no calendar has stay numbers.
pub(super) fn shown(value: f64, shown: Shown, epoch_1904: bool) -> Cell {
    match shown {
        Shown::Number => Cell::Number(value),
        Shown::Duration => Cell::Duration(duration(value)),
        Shown::Date if (0.0..1.0).contains(&value) => Cell::Duration(duration(value)),
        Shown::Date => match date_time(value, epoch_1904) {
            Some((value, proleptic)) => Cell::Date { value, proleptic },
            None => Cell::Number(value),
        },
    }
}

/// `8:30:00`, hours past 24 counted on.
fn duration(days: f64) -> String {
    let seconds = (days.abs() * 86_400.0).round();
    if seconds >= 1e15 {
        return format!("{days}");
    }
    let (sign, seconds) = (if days < 0.0 { "-" } else { "" }, seconds as u64);
    format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The day of a serial number, to the second, and whether it counts as an .ods date would: below
/// zero only LibreOffice shows dates, in the Julian calendar as it does there.
fn date_time(serial: f64, epoch_1904: bool) -> Option<(DateTime, bool)> {
    const LARGEST: f64 = 2_958_465.999_994;
    if !(-693_593.0..=LARGEST).contains(&serial) {
        return None;
    }
    let mut days = serial.floor();
    let mut seconds = ((serial - days) * 86_400.0).round() as i64;
    if seconds == 86_400 {
        (days, seconds) = (days + 1.0, 0);
    }
    let days = days as i64;
    let epoch: Date = match (epoch_1904, days) {
        (true, _) => date(1904, 1, 1),
        // Excel counts a 29 February 1900 that never was; before it, days are one further on.
        (false, 0..60) => date(1899, 12, 31),
        (false, _) => date(1899, 12, 30),
    };
    let day = epoch.checked_add(days.days()).ok()?;
    let value = day.to_datetime(Time::midnight()).checked_add(seconds.seconds()).ok()?;
    Some((value, is_proleptic(value) && days < 0))
}

/// Before the Gregorian calendar began, LibreOffice shows a Julian day and stores the Gregorian.
pub(super) fn is_proleptic(value: DateTime) -> bool {
    value.date() < date(1582, 10, 15)
}

/// A date as ISO 8601 writes it, with or without a time.
pub(super) fn iso_date(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_end_matches('Z');
    text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0)))
}

/// Whether it is a time of day as ISO 8601 writes it.
pub(super) fn is_time(text: &str) -> bool {
    text.trim().trim_end_matches('Z').parse::<Time>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_show_dates_and_formats_that_do_not() {
        for code in [
            "yyyy/m/d",
            "[$-404]e/m/d",
            "e.m.d",
            "gge\"年\"m\"月\"d\"日\"",
            "[$-404]e\\年m\\月d\\日;@",
            "m\"月\"",
            "h:mm AM/PM",
            "[Red]yyyy",
        ] {
            assert_eq!(format_code(code), Shown::Date, "{code}");
        }
        for code in [
            "General",
            "0.00E+00",
            "#,##0_);[Red](#,##0)",
            "[$-404]e\"年度\"",
            "ggge\"年\"",
            "aaaa",
            "0\"days\"",
            "0\\d",
            "0;yyyy",
            "[$NT$-404]#,##0",
            "@",
            "\"open",
        ] {
            assert_eq!(format_code(code), Shown::Number, "{code}");
        }
        assert_eq!(format_code("[h]:mm"), Shown::Duration);
        assert_eq!(format_code("[mm]:ss"), Shown::Duration);
    }

    #[test]
    fn serial_numbers_are_the_days_excel_shows() {
        for (serial, epoch_1904, expected) in [
            (1.0, false, "1900-01-01T00:00:00"),
            (59.0, false, "1900-02-28T00:00:00"),
            (61.0, false, "1900-03-01T00:00:00"),
            (45_672.0, false, "2025-01-15T00:00:00"),
            (45_672.5, false, "2025-01-15T12:00:00"),
            (45_671.999_999_9, false, "2025-01-15T00:00:00"),
            (44_210.0, true, "2025-01-15T00:00:00"),
        ] {
            let (value, proleptic) = date_time(serial, epoch_1904).expect("a date");
            assert_eq!((value.to_string().as_str(), proleptic), (expected, false), "{serial}");
        }
        // 114/1/15 typed into LibreOffice: the stored day is one early, as in .ods.
        let (value, proleptic) = date_time(-652_308.0, false).expect("a date");
        assert_eq!((value.to_string().as_str(), proleptic), ("0114-01-14T00:00:00", true));
        for odd in [f64::NAN, f64::INFINITY, 1e300, -1e9, 2_958_466.0] {
            assert_eq!(date_time(odd, false), None, "{odd}");
        }
    }

    #[test]
    fn times_are_durations() {
        assert_eq!(shown(0.354_166_666_666, Shown::Date, false), Cell::Duration("8:30:00".to_owned()));
        assert_eq!(shown(1.25, Shown::Duration, false), Cell::Duration("30:00:00".to_owned()));
        assert_eq!(shown(-0.5, Shown::Duration, false), Cell::Duration("-12:00:00".to_owned()));
    }

    #[test]
    fn iso_dates_with_and_without_time() {
        assert_eq!(iso_date("0114-01-14").map(|d| d.to_string()), Some("0114-01-14T00:00:00".to_owned()));
        assert_eq!(iso_date("2025-01-15T08:30:00").map(|d| d.hour()), Some(8));
        assert_eq!(iso_date("2025-13-01"), None);
        assert!(is_time("10:10:10") && is_time("10:10:10.5Z") && !is_time("2025-01-15"));
    }
}
