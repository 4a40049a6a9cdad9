//! Dates of the Republic of China: every written form in, one form out.
//!
//! Readings say what is doubtful instead of guessing; formats are those of official documents.
//! Knows nothing of cells, plans, holidays or which days a question allows.

mod numeral;
mod reading;
mod scanning;
mod stored;
mod written;

use jiff::civil::{Date, Weekday};

pub use numeral::{formal_numeral, numeral, read_numeral};
pub use reading::{DateFault, DateReading, read_date, read_date_number};
pub use stored::{StoredDay, from_stored};
pub use written::{compact, day_and_weekday, dotted, formal, full, slashed, span};

/// What is added to a ROC year to give the western one.
const ERA_OFFSET: i16 = 1911;

/// The last ROC year read or written: three digits beginning with 1 cannot be a western year.
pub(crate) const LAST_YEAR: i16 = 199;

/// The ROC year of a day; 0 and below before 1912.
pub fn year_of(day: Date) -> i16 {
    day.year() - ERA_OFFSET
}

/// The day of a ROC year (1–199), month and day of the month; `None` when there is no such day.
pub fn from_roc(year: i16, month: i8, day: i8) -> Option<Date> {
    (1..=LAST_YEAR).contains(&year).then(|| Date::new(year + ERA_OFFSET, month, day).ok()).flatten()
}

/// 「星期二」.
pub fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}
