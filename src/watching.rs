//! What has changed in a folder that is looked at again and again, and when it has come to rest.
//!
//! Pure: snapshots in, events out. Whoever takes the snapshots decides how often, and so how long
//! "at rest" is. Knows nothing of the disk, of the clock or of what is done with an event.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::place::RelPath;

/// Snapshots in a row that must be alike before a change is told: a workbook is saved through temporary
/// files, a copy over the network grows, and neither is read half.
const AT_REST: u32 = 2;

/// Snapshots after which a run that could not be made is tried again, though nothing changed: what stood in
/// its way (an open document, a share that was away) is often not among what is watched.
const AGAIN_AFTER: u32 = 10;

/// A file as a folder lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub bytes: u64,
    /// Of the last writing; `None` where the disk does not say.
    pub modified: Option<SystemTime>,
}

/// Every file of a folder at one moment.
pub type Snapshot = BTreeMap<RelPath, Stamp>;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added(RelPath),
    Written(RelPath),
    Removed(RelPath),
}

/// What there is to do after a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Nothing, or nothing yet.
    Wait,
    /// Files differ from those of the last run, and have come to rest.
    Changed(Vec<Change>),
    /// The last run could not be made and may be tried again.
    Again,
}

/// A folder under watch.
#[derive(Debug, Clone)]
pub struct Watch {
    /// What the last run saw.
    base: Snapshot,
    last: Snapshot,
    /// Snapshots like the last one, in a row.
    alike: u32,
    /// Snapshots until a failed run is tried again.
    again: Option<u32>,
}

impl Watch {
    /// `base` is what was there before the first run began: what changes during a run is told after it.
    pub fn new(base: Snapshot) -> Self {
        Watch { last: base.clone(), base, alike: 0, again: None }
    }

    /// The last run could not be made.
    pub fn failed(&mut self) {
        self.again = Some(AGAIN_AFTER);
    }

    /// Takes the next snapshot. Files that came and went between two runs are no change.
    pub fn observe(&mut self, now: Snapshot) -> Event {
        if now != self.last {
            self.last = now;
            self.alike = 0;
            return Event::Wait;
        }
        self.alike = self.alike.saturating_add(1);
        if self.alike >= AT_REST && self.last != self.base {
            let changes = changes(&self.base, &self.last);
            self.base = self.last.clone();
            self.again = None;
            return Event::Changed(changes);
        }
        match self.again.as_mut() {
            Some(0) => {
                self.again = None;
                Event::Again
            }
            Some(left) => {
                *left -= 1;
                Event::Wait
            }
            None => Event::Wait,
        }
    }
}

/// What became of each file that is not as it was, by path.
pub fn changes(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let mut changes = BTreeMap::new();
    for (path, stamp) in after {
        match before.get(path) {
            None => changes.insert(path, Change::Added(path.clone())),
            Some(earlier) if earlier != stamp => changes.insert(path, Change::Written(path.clone())),
            Some(_) => None,
        };
    }
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        changes.insert(path, Change::Removed(path.clone()));
    }
    changes.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// A folder written down: each letter a file, with the number of its writing.
    fn snapshot(files: &[(&str, u64)]) -> Snapshot {
        let stamp =
            |n: u64| Stamp { bytes: 10, modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(n)) };
        files.iter().map(|(name, written)| (RelPath::new(*name), stamp(*written))).collect()
    }

    fn changed(events: &[Event]) -> Vec<Vec<Change>> {
        let told = |event: &Event| match event {
            Event::Changed(changes) => Some(changes.clone()),
            _ => None,
        };
        events.iter().filter_map(told).collect()
    }

    fn after(base: &[(&str, u64)], seen: &[&[(&str, u64)]]) -> Vec<Event> {
        let mut watch = Watch::new(snapshot(base));
        seen.iter().map(|files| watch.observe(snapshot(files))).collect()
    }

    #[test]
    fn a_change_is_told_once_and_only_when_it_rests() {
        let (old, new) = ([("甲.xlsx", 1)], [("甲.xlsx", 2)]);
        let events = after(&old, &[&old, &new, &new, &new, &new, &new]);
        let written = Event::Changed(vec![Change::Written(RelPath::new("甲.xlsx"))]);
        assert_eq!(events, [Event::Wait, Event::Wait, Event::Wait, written, Event::Wait, Event::Wait]);
    }

    #[test]
    fn a_copy_that_still_grows_is_waited_for() {
        let seen: Vec<[(&str, u64); 1]> = (1..20).map(|n| [("大.pdf", n)]).collect();
        let seen: Vec<&[(&str, u64)]> = seen.iter().map(|files| files.as_slice()).collect();
        assert!(changed(&after(&[], &seen)).is_empty());
    }

    #[test]
    fn what_a_program_writes_on_the_way_is_no_change() {
        // Excel: a new file without extension, the old one away, the new one renamed.
        let old: &[(&str, u64)] = &[("甲.xlsx", 1)];
        let aside: &[(&str, u64)] = &[("7A3F0000", 2), ("甲.xlsx", 1)];
        let gone: &[(&str, u64)] = &[("7A3F0000", 2)];
        let new: &[(&str, u64)] = &[("甲.xlsx", 2)];
        let told = changed(&after(old, &[aside, gone, new, new, new, new]));
        assert_eq!(told, [vec![Change::Written(RelPath::new("甲.xlsx"))]]);
        assert!(changed(&after(old, &[aside, old, old, old, old])).is_empty());
    }

    #[test]
    fn a_run_that_failed_is_tried_again_once_nothing_moves() {
        let files = snapshot(&[("甲", 1)]);
        let mut watch = Watch::new(files.clone());
        watch.failed();
        let events: Vec<Event> = (0..30).map(|_| watch.observe(files.clone())).collect();
        assert_eq!(events.iter().filter(|event| **event == Event::Again).count(), 1);
        watch.failed();
        let moved = snapshot(&[("甲", 2)]);
        let events: Vec<Event> = (0..30).map(|_| watch.observe(moved.clone())).collect();
        assert!(!events.contains(&Event::Again), "the change's own run counts");
        assert_eq!(changed(&events).len(), 1);
    }

    fn folder() -> impl Strategy<Value = Vec<(&'static str, u64)>> {
        let file = prop_oneof![Just("甲"), Just("乙"), Just("丙")];
        proptest::collection::btree_map(file, 0_u64..3, 0..3).prop_map(|files| files.into_iter().collect())
    }

    proptest! {
        /// Whatever happens on the way: the changes told lead from what was first to what rests at last.
        #[test]
        fn the_changes_told_add_up(base in folder(), seen in proptest::collection::vec(folder(), 0..40)) {
            let mut watch = Watch::new(snapshot(&base));
            let mut told: Vec<RelPath> = watch.base.keys().cloned().collect();
            let rest = seen.last().cloned().unwrap_or_else(|| base.clone());
            let rests = std::iter::repeat_n(rest.clone(), AT_REST as usize + 1);
            for files in seen.into_iter().chain(rests) {
                let before = watch.base.clone();
                if let Event::Changed(changes) = watch.observe(snapshot(&files)) {
                    prop_assert!(!changes.is_empty());
                    for change in changes {
                        match change {
                            Change::Added(path) => told.push(path),
                            Change::Removed(path) => told.retain(|known| *known != path),
                            Change::Written(path) => prop_assert_ne!(before.get(&path), watch.base.get(&path)),
                        }
                    }
                }
            }
            told.sort();
            let rest = snapshot(&rest);
            prop_assert_eq!(&watch.base, &rest);
            prop_assert_eq!(told, rest.keys().cloned().collect::<Vec<_>>());
        }
    }
}
