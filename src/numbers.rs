//! Numbers of appendices, `2-1-3` and `2-1-3之1`, and the lock that keeps those people already cite.
//!
//! Knows how numbers are written, how they sort, and which file of an item had which. Gives none out (`assembly`
//! does) and touches no disk. `reading` is the lock's way in, with its rules.

mod reading;

use std::cmp::Ordering;
use std::fmt;

use crate::dossier::{Appendix, Dossier};
use crate::exhibit::Exhibit;
use crate::identity;
use crate::plan::{ItemCode, Plan};

pub use reading::{NUMBERS_LOCK_UNREADABLE, RULES, read};

/// The lock's name at the workspace's top.
pub const LOCK_FILE: &str = "numbers.lock";
/// Larger than the lock of any plan: 20,000 files of 400 bytes.
pub const MAX_LOCK_BYTES: u64 = 8_000_000;

/// First line of the file; the figure is the version of its format.
const FORMAT: &str = "附件編號鎖定\t1";
const REMARK: &str = "# 附件編號已傳閱引用，依此固定。由 huibian numbers lock 產生，請勿手動修改；\
    要重新編號請執行 huibian numbers lock --renumber。";

/// An appendix's number. Sorts as it is read: 2-1-3, 2-1-3之1, 2-1-3之2, 2-1-4, 2-1-10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// `2-1`, the indicator's code when the number was given.
    indicator: String,
    /// From 1.
    sequence: u32,
    /// Inserted after the number without it: 之1, 之2; 0: not inserted.
    inserted: u32,
}

impl Number {
    pub fn new(indicator: &str, sequence: u32) -> Self {
        Number { indicator: indicator.to_owned(), sequence, inserted: 0 }
    }

    /// 之`inserted` of the number that this one is, or was inserted after.
    pub fn with_inserted(&self, inserted: u32) -> Self {
        Number { inserted, ..self.clone() }
    }

    /// Reads what `Display` writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, inserted) = match text.split_once('之') {
            Some((whole, inserted)) => (whole, counted(inserted)?),
            None => (text, 0),
        };
        let (indicator, sequence) = whole.rsplit_once('-')?;
        let is_code = indicator.split('-').all(|part| counted::<u32>(part).is_some());
        is_code.then_some(Number { indicator: indicator.to_owned(), sequence: counted(sequence)?, inserted })
    }

    pub fn indicator(&self) -> &str {
        &self.indicator
    }

    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    pub fn inserted(&self) -> u32 {
        self.inserted
    }

    /// `2-1-3-1`: ASCII, so that no unzipper garbles it. Indicators' codes have two parts, so that it is no
    /// other appendix's number.
    pub fn in_file_names(&self) -> String {
        self.to_string().replace('之', "-")
    }

    /// `2-1-3(2)`: the file at this place, from 1, of an appendix that has several.
    pub fn of_file(&self, place: usize) -> String {
        format!("{self}({place})")
    }

    fn key(&self) -> (Vec<u32>, u32, u32) {
        let code = self.indicator.split('-').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
        (code, self.sequence, self.inserted)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| self.indicator.cmp(&other.indicator))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.indicator, self.sequence)?;
        if self.inserted > 0 {
            write!(f, "之{}", self.inserted)?;
        }
        Ok(())
    }
}

/// A count from 1 to 99999, written plainly: more than a workspace may hold files.
fn counted<N: std::str::FromStr>(text: &str) -> Option<N> {
    let plain = (1..=5).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
    (plain && !text.starts_with('0')).then(|| text.parse().ok()).flatten()
}

/// Numbers that were circulated, with the plan they belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberLock {
    pub plan: String,
    pub government: String,
    /// ROC.
    pub year: i16,
    /// By number; no number and no item twice.
    pub appendices: Vec<LockedAppendix>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedAppendix {
    pub number: Number,
    pub item: ItemCode,
    /// As it was when locked.
    pub title: String,
    /// By place; those withdrawn since keep theirs.
    pub files: Vec<LockedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedFile {
    /// From 1: the figure in brackets.
    pub place: usize,
    /// First 16 hex digits.
    pub sha256: String,
    /// As `written_path` writes it.
    pub path: String,
}

impl LockedFile {
    fn of(exhibit: &Exhibit, place: usize) -> Self {
        LockedFile { place, sha256: short(&exhibit.sha256), path: written_path(exhibit) }
    }

    fn name(&self) -> &str {
        file_name(&self.path)
    }
}

fn short(sha256: &str) -> String {
    sha256.chars().take(16).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A file's path as the lock writes it: on one line, personal identifiers masked.
fn written_path(exhibit: &Exhibit) -> String {
    on_one_line(&identity::mask(exhibit.source.as_str()))
}

fn on_one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

impl LockedAppendix {
    /// The place of every exhibit. A file is known again by its path, else by its bytes, else by its name; the
    /// only file takes the place of the only one; all others are placed behind, in the order given.
    pub fn places(&self, exhibits: &[Exhibit]) -> Vec<usize> {
        type Likeness = fn(&LockedFile, &Exhibit) -> bool;
        const LIKENESSES: [Likeness; 3] = [
            |file, exhibit| file.path == written_path(exhibit),
            |file, exhibit| file.sha256 == short(&exhibit.sha256),
            |file, exhibit| file.name() == file_name(&written_path(exhibit)),
        ];
        let mut places: Vec<Option<usize>> = vec![None; exhibits.len()];
        let mut open: Vec<&LockedFile> = self.files.iter().collect();
        for alike in LIKENESSES {
            for (place, exhibit) in places.iter_mut().zip(exhibits).filter(|(place, _)| place.is_none()) {
                if let Some(at) = open.iter().position(|file| alike(file, exhibit)) {
                    *place = Some(open.remove(at).place);
                }
            }
        }
        if let ([place @ None], [only]) = (&mut places[..], &self.files[..]) {
            *place = Some(only.place);
        }
        let mut last = self.last_place();
        let mut behind = || {
            last += 1;
            last
        };
        places.into_iter().map(|place| place.unwrap_or_else(&mut behind)).collect()
    }

    /// The highest place given, 0 without files.
    pub fn last_place(&self) -> usize {
        self.files.iter().map(|file| file.place).max().unwrap_or(0)
    }

    /// How a file's number was printed.
    fn label(&self, file: &LockedFile) -> String {
        if self.last_place() > 1 { self.number.of_file(file.place) } else { self.number.to_string() }
    }
}

impl NumberLock {
    /// The numbers as a dossier has them, and those of `before` that it no longer prints: a number that was
    /// cited is given to nothing else.
    pub fn of(plan: &Plan, dossier: &Dossier, before: Option<&NumberLock>) -> Self {
        let mut appendices: Vec<LockedAppendix> = dossier
            .appendices
            .iter()
            .filter_map(|appendix| locked(appendix, before.and_then(|lock| lock.get(&appendix.item))))
            .collect();
        let is_gone = |old: &&LockedAppendix| appendices.iter().all(|new| new.item != old.item);
        let gone: Vec<LockedAppendix> =
            before.into_iter().flat_map(|lock| &lock.appendices).filter(is_gone).cloned().collect();
        appendices.extend(gone);
        appendices.sort_by(|a, b| a.number.cmp(&b.number));
        NumberLock {
            plan: plan.id.clone(),
            government: plan.government.name.clone(),
            year: plan.year,
            appendices,
        }
    }

    pub fn get(&self, item: &ItemCode) -> Option<&LockedAppendix> {
        self.appendices.iter().find(|appendix| appendix.item == *item)
    }

    /// The file's text, which `read` takes back.
    pub fn write(&self) -> String {
        let mut lines = vec![FORMAT.to_owned(), REMARK.to_owned()];
        lines.push(format!("計畫\t{}", on_one_line(&self.plan)));
        lines.push(format!("機關\t{}", on_one_line(&self.government)));
        lines.push(format!("年度\t{}", self.year));
        for LockedAppendix { number, item, title, files } in &self.appendices {
            lines.push(format!("附件\t{number}\t{item}\t{}", on_one_line(title)));
            for LockedFile { place, sha256, path } in files {
                lines.push(format!("檔案\t{place}\t{sha256}\t{path}"));
            }
        }
        // For Notepad.
        format!("\u{feff}{}\r\n", lines.join("\r\n"))
    }

    /// What a new numbering changes of this one, in the order of the old numbers.
    pub fn changes(&self, new: &NumberLock) -> Vec<Renumbered> {
        let mut changes = Vec::new();
        for old in &self.appendices {
            let now = new.get(&old.item);
            if now.is_none_or(|now| now.number != old.number) {
                let what = format!("{} {}", old.item, old.title);
                changes.push(Renumbered {
                    from: old.number.to_string(),
                    to: now.map(|now| now.number.to_string()),
                    what,
                });
            }
            for file in &old.files {
                let moved = now.and_then(|now| {
                    let known = now.files.iter().find(|known| known.path == file.path)?;
                    (known.place != file.place).then(|| now.label(known))
                });
                if let Some(to) = moved {
                    let what = file.name().to_owned();
                    changes.push(Renumbered { from: old.label(file), to: Some(to), what });
                }
            }
        }
        changes
    }
}

/// `None` for a number that is none of ours.
fn locked(appendix: &Appendix, before: Option<&LockedAppendix>) -> Option<LockedAppendix> {
    let number = Number::parse(&appendix.number)?;
    let mut files: Vec<LockedFile> = appendix
        .entries
        .iter()
        .map(|entry| LockedFile::of(&entry.exhibit, place_in(&entry.number)))
        .collect();
    let withdrawn = before.into_iter().flat_map(|before| &before.files);
    let withdrawn: Vec<LockedFile> =
        withdrawn.filter(|old| files.iter().all(|file| file.place != old.place)).cloned().collect();
    files.extend(withdrawn);
    files.sort_by_key(|file| file.place);
    Some(LockedAppendix { number, item: appendix.item.clone(), title: on_one_line(&appendix.title), files })
}

/// The place in `2-1-3(2)`; an only file bears its appendix's number and is the first.
fn place_in(number: &str) -> usize {
    let brackets = number.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    brackets.and_then(|place| place.parse().ok()).unwrap_or(1)
}

/// An old number and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renumbered {
    pub from: String,
    /// `None`: it is no appendix any more.
    pub to: Option<String>,
    /// 「警02-1 開會通知單」, or a file's name.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_they_are_read_and_survive_the_round_trip() {
        let ordered = ["1-2-9", "2-1-3", "2-1-3之1", "2-1-3之2", "2-1-3之10", "2-1-4", "2-1-10", "2-10-1"];
        let numbers: Vec<Number> = ordered.iter().map(|text| Number::parse(text).unwrap()).collect();
        assert!(numbers.is_sorted());
        for (number, text) in numbers.iter().zip(ordered) {
            assert_eq!(number.to_string(), text);
        }
        assert_eq!(numbers[2].in_file_names(), "2-1-3-1");
    }

    #[test]
    fn what_is_no_number_is_not_read_as_one() {
        for text in [
            "",
            "3",
            "2-1-0",
            "2-1-03",
            "2-1-3之",
            "2-1-3之0",
            "2-1-3之1之1",
            "2--3",
            "2-1-x",
            "-1",
            "2-1-３",
            "2-1-100000",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
