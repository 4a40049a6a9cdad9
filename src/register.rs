//! The register of what came in and what units were told: append-only lines, kept from run to run.
//!
//! The one record that holds times of the clock; it stays in the house. A line that cannot be read is
//! kept as it is. Knows no disk: text in, text out.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::place::RelPath;
use crate::plan::UnitId;
use crate::roc;

/// When something was first seen: a day, and the minute where the clock was read (Taiwan, UTC+8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    Minute(DateTime),
    /// The day was given on the command line; no clock was read.
    Day(Date),
}

impl Moment {
    /// 「111年2月10日（星期四）9時31分」.
    pub fn words(self) -> String {
        match self {
            Moment::Day(day) => roc::day_and_weekday(day),
            Moment::Minute(at) => {
                format!("{}{}時{:02}分", roc::day_and_weekday(at.date()), at.hour(), at.minute())
            }
        }
    }
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Entry {
    /// These bytes were there for the first time.
    Received { unit: UnitId, file: RelPath, bytes: u64, sha256: String, at: Moment },
    /// The unit was told what to mend; with nothing to mend, that.
    Noticed {
        unit: UnitId,
        at: Moment,
        /// Digest of the workbook that was read, if one was.
        workbook: Option<String>,
        /// What was told, by what stays the same about it from one round to the next.
        corrections: Vec<String>,
    },
}

/// All lines, and those made in this run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    text: String,
    entries: Vec<Entry>,
}

impl Register {
    pub fn parse(text: &str) -> Self {
        let entries = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let mut text = text.to_owned();
        // A line cut short by a full disk must not swallow the next one.
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Register { text, entries }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn append(&mut self, entry: Entry) {
        // These values have no map keys and no floats: they always serialise.
        if let Ok(line) = serde_json::to_string(&entry) {
            self.text.push_str(&line);
            self.text.push('\n');
            self.entries.push(entry);
        }
    }

    /// When a unit's bytes were first seen.
    pub fn first_seen(&self, of: &UnitId, digest: &str) -> Option<Moment> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Received { unit, sha256, at, .. } if unit == of && sha256 == digest => Some(*at),
            _ => None,
        })
    }

    /// Notes bytes that were not seen before under this unit.
    pub fn receive(&mut self, unit: &UnitId, file: &RelPath, bytes: u64, sha256: &str, at: Moment) {
        if self.first_seen(unit, sha256).is_none() {
            let (unit, file, sha256) = (unit.clone(), file.clone(), sha256.to_owned());
            self.append(Entry::Received { unit, file, bytes, sha256, at });
        }
    }

    /// What a unit was last told.
    pub fn last_notice(&self, of: &UnitId) -> Option<LastNotice<'_>> {
        self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Noticed { unit, at, workbook, corrections } if unit == of => Some(LastNotice {
                at: *at,
                workbook: workbook.as_deref(),
                corrections: corrections.iter().map(String::as_str).collect(),
            }),
            _ => None,
        })
    }
}

/// The last notice to a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastNotice<'a> {
    pub at: Moment,
    pub workbook: Option<&'a str>,
    pub corrections: BTreeSet<&'a str>,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn received(register: &mut Register, digest: &str, at: Moment) {
        register.receive(&"labour".into(), &RelPath::new("勞工處/勞工處.xlsx"), 5, digest, at);
    }

    #[test]
    fn what_was_seen_once_keeps_its_first_time() {
        let mut register = Register::default();
        received(&mut register, "aa", Moment::Minute(date(2022, 2, 10).at(9, 5, 0, 0)));
        let mut register = Register::parse(register.text());
        received(&mut register, "aa", Moment::Day(date(2022, 2, 11)));
        assert_eq!(register.text().lines().count(), 1);
        let seen = register.first_seen(&"labour".into(), "aa").map(Moment::words);
        assert_eq!(seen.as_deref(), Some("111年2月10日（星期四）9時05分"));
        assert_eq!(register.first_seen(&"police".into(), "aa"), None);
    }

    #[test]
    fn lines_nobody_understands_are_kept() {
        let mut register = Register::parse("{\"what\":\"later\"}\n{\"what\":\"rec");
        received(&mut register, "aa", Moment::Day(date(2022, 2, 11)));
        assert!(register.text().starts_with("{\"what\":\"later\"}\n{\"what\":\"rec\n{"));
        let again = Register::parse(register.text());
        assert_eq!(again.first_seen(&"labour".into(), "aa"), Some(Moment::Day(date(2022, 2, 11))));
    }
}
