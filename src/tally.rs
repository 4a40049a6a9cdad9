//! How far the collecting has come: per unit what is handed in, what is wrong, what evidence is there,
//! and how long there is until each day due.
//!
//! Inert values for people to look at; made in `pipeline`, printed by `render` and `letters`. Judges
//! nothing: errors and warnings are counted, not found.

use jiff::civil::Date;

use crate::calendar::OfficeCalendar;
use crate::place::RelPath;
use crate::plan::UnitId;
use crate::submission::Contact;

/// The state of a workspace on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    pub today: Date,
    /// By when units hand in.
    pub internal: Due,
    /// By when the bundle is to arrive.
    pub arrival: Due,
    /// In plan order.
    pub units: Vec<UnitTally>,
    /// What only the secretariat can mend.
    pub secretariat: SecretariatTally,
}

/// A day due, as the offices count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The working day aimed at: the named day, or the one before when that is a holiday.
    pub day: Date,
    /// The plan gives no exact day; the cautious reading is used.
    pub is_cautious: bool,
    pub remaining: Remaining,
}

/// Working days between today and a day due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// Today not counted, the day due counted; 0: it is due today.
    Left(usize),
    /// Gone by, in working days; 0: only holidays since.
    Late(usize),
    /// The office calendar does not know the years in between.
    Unknown { is_over: bool },
}

#[derive(Debug, Clone, PartialEq)]
pub struct UnitTally {
    pub unit: UnitId,
    pub name: String,
    pub hand_in: HandIn,
    /// The workbook whose answers were taken.
    pub workbook: Option<RelPath>,
    /// Why that one, when there were several.
    pub choice: Option<String>,
    pub n_errors: usize,
    pub n_warnings: usize,
    pub evidence: EvidenceCount,
    /// Whom to call, when the secretariat's workbook says.
    pub contact: Option<Contact>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandIn {
    /// No workbook.
    Missing,
    /// There is a file, but none that could be read as the unit's form.
    Unreadable,
    /// The form as it was sent out.
    Blank,
    Answered,
}

/// Demanded items that have a file, of all demanded ones; those of work that was not done count not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceCount {
    pub present: usize,
    pub demanded: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SecretariatTally {
    pub name: String,
    /// Blank: as it was laid out, with what the plan itself knows.
    pub hand_in: HandIn,
    pub n_errors: usize,
    pub n_warnings: usize,
    /// The one units call; the first of the secretariat's contacts.
    pub contact: Option<Contact>,
}

impl Due {
    /// A named day that is a holiday is not moved back by law (行政程序法 §48 speaks of periods): the
    /// working day before is aimed at.
    pub fn of(named: Date, is_cautious: bool, today: Date, calendar: &OfficeCalendar) -> Due {
        let day = calendar.working_day_on_or_before(named).unwrap_or(named);
        let is_over = today > day;
        let (first, last) = if is_over { (day, today) } else { (today, day) };
        let remaining = match calendar.working_days_between(first, last) {
            None => Remaining::Unknown { is_over },
            Some(n) if is_over => Remaining::Late(n),
            Some(n) => Remaining::Left(n),
        };
        Due { day, is_cautious, remaining }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.remaining, Remaining::Late(_) | Remaining::Unknown { is_over: true })
    }
}

impl Remaining {
    /// 「還有 3 個上班日」.
    pub fn words(self) -> String {
        match self {
            Remaining::Left(0) => "今天到期".to_owned(),
            Remaining::Left(n) => format!("還有 {n} 個上班日"),
            Remaining::Late(0) => "已過期限".to_owned(),
            Remaining::Late(n) => format!("已逾期 {n} 個上班日"),
            Remaining::Unknown { is_over: false } => "辦公日曆表沒有該年度，請自行核對".to_owned(),
            Remaining::Unknown { is_over: true } => "已過期限（辦公日曆表沒有該年度）".to_owned(),
        }
    }
}

impl HandIn {
    /// 「未交」.
    pub fn word(self) -> &'static str {
        match self {
            HandIn::Missing => "未交",
            HandIn::Unreadable => "無法讀取",
            HandIn::Blank => "空白",
            HandIn::Answered => "已交",
        }
    }
}
