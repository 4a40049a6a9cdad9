//! Gives every appendix its number: the locked one, else one that moves none of these.
//!
//! Plain arithmetic on codes; what is an appendix, and what stands in it, is `appendices`' affair.

use std::collections::BTreeMap;

use crate::numbers::{Number, NumberLock};
use crate::plan::ItemCode;

/// An appendix that wants a number.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The indicator's code.
    pub indicator: &'a str,
    pub item: &'a ItemCode,
}

/// Numbers for all, in plan order as given; no number twice. Without a lock, and behind the last locked one of
/// an indicator, they count on. Between locked ones they are inserted after the one before them: 2-1-3之1. What
/// comes before the first is inserted after it, since nothing stands before 1.
pub fn give(wanted: &[Wanted], lock: Option<&NumberLock>) -> Vec<Number> {
    let mut given = Given::of(lock);
    let mut numbers = Vec::with_capacity(wanted.len());
    for section in wanted.chunk_by(|a, b| a.indicator == b.indicator) {
        let locked: Vec<Option<&Number>> = section.iter().map(|one| number_in(lock, one.item)).collect();
        // A number kept from another indicator is no neighbour here.
        let neighbours: Vec<Option<&Number>> = section
            .iter()
            .zip(&locked)
            .map(|(one, number)| number.filter(|number| number.indicator() == one.indicator))
            .collect();
        for (at, one) in section.iter().enumerate() {
            let after = neighbours[at..].iter().flatten().next();
            let before = neighbours[..at].iter().rev().flatten().next();
            numbers.push(match (locked[at], before, after) {
                (Some(locked), _, _) => locked.clone(),
                (None, _, None) => given.next(one.indicator),
                (None, Some(neighbour), Some(_)) | (None, None, Some(neighbour)) => given.inserted(neighbour),
            });
        }
    }
    numbers
}

fn number_in<'l>(lock: Option<&'l NumberLock>, item: &ItemCode) -> Option<&'l Number> {
    Some(&lock?.get(item)?.number)
}

/// The last numbers given out, those of the lock first.
struct Given {
    /// By indicator.
    sequence: BTreeMap<String, u32>,
    /// By the number inserted after.
    inserted: BTreeMap<Number, u32>,
}

impl Given {
    fn of(lock: Option<&NumberLock>) -> Self {
        let mut given = Given { sequence: BTreeMap::new(), inserted: BTreeMap::new() };
        for number in lock.into_iter().flat_map(|lock| &lock.appendices).map(|appendix| &appendix.number) {
            let last = given.sequence.entry(number.indicator().to_owned()).or_default();
            *last = number.sequence().max(*last);
            let last = given.inserted.entry(number.with_inserted(0)).or_default();
            *last = number.inserted().max(*last);
        }
        given
    }

    fn next(&mut self, indicator: &str) -> Number {
        let last = self.sequence.entry(indicator.to_owned()).or_default();
        *last += 1;
        Number::new(indicator, *last)
    }

    fn inserted(&mut self, after: &Number) -> Number {
        let last = self.inserted.entry(after.with_inserted(0)).or_default();
        *last += 1;
        after.with_inserted(*last)
    }
}
