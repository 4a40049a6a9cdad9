//! Numbers the evidence: `2-1-3` is the third item of the first indicator of the second facet.
//!
//! A task that feeds several indicators has its evidence under the first; the others refer to
//! it. Knows nothing of pages.

use std::collections::BTreeSet;

use crate::dossier::{Appendix, Entry};
use crate::exhibit::{Content, Exhibit};
use crate::numbers::{LockedAppendix, Number};
use crate::plan::{Demand, EvidenceItem, Indicator, Task, TaskId};

use super::numbering::{self, Wanted};
use super::{Material, absence, unit_name};

/// An item that becomes an appendix.
struct Place<'a> {
    indicator: &'a Indicator,
    task: &'a Task,
    item: &'a EvidenceItem,
    exhibits: &'a [Exhibit],
    /// What it was when its number was locked.
    locked: Option<&'a LockedAppendix>,
}

/// All appendices in the order of their numbers. A required item keeps its number while nothing has been
/// handed in, so that late evidence moves no other number; an optional one once it is locked.
pub fn number(material: &Material, draft: bool) -> Vec<Appendix> {
    let places = places(material);
    let wanted: Vec<Wanted> = places
        .iter()
        .map(|place| Wanted { indicator: &place.indicator.code, item: &place.item.code })
        .collect();
    let numbers = numbering::give(&wanted, material.lock);
    let mut numbered: Vec<(Number, Place)> = numbers.into_iter().zip(places).collect();
    if material.lock.is_some() {
        numbered.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    numbered.into_iter().map(|(number, place)| appendix(number, place, material, draft)).collect()
}

/// In plan order.
fn places<'a>(material: &Material<'a>) -> Vec<Place<'a>> {
    let mut seen: BTreeSet<&TaskId> = BTreeSet::new();
    let mut places = Vec::new();
    for indicator in material.plan.indicators() {
        for task in indicator.tasks.iter().filter_map(|id| material.plan.task(id)) {
            if !seen.insert(&task.id) {
                continue;
            }
            for item in &task.evidence {
                let exhibits = material.exhibits.get(&item.code).map_or(&[][..], Vec::as_slice);
                let locked = material.lock.and_then(|lock| lock.get(&item.code));
                if exhibits.is_empty() && item.demand == Demand::Optional && locked.is_none() {
                    continue;
                }
                places.push(Place { indicator, task, item, exhibits, locked });
            }
        }
    }
    places
}

fn appendix(number: Number, place: Place, material: &Material, draft: bool) -> Appendix {
    let Place { indicator, task, item, exhibits, locked } = place;
    let absent = exhibits.is_empty().then(|| match absence(task, material) {
        Some(_) => "本年度無案件".to_owned(),
        None if draft && item.demand != Demand::Optional => "尚缺".to_owned(),
        None => "未檢附".to_owned(),
    });
    Appendix {
        entries: entries(&number, exhibits, locked, material),
        number: number.to_string(),
        item: item.code.clone(),
        task: task.id.clone(),
        unit_id: task.unit.clone(),
        unit: unit_name(material.plan, &task.unit),
        indicator_code: indicator.code.clone(),
        indicator_title: indicator.title.clone(),
        title: item.title.clone(),
        photo_pages: item.photo_pages,
        absent,
    }
}

/// The files in the order of their places; locked ones keep theirs, and a lone one needs none.
fn entries(
    number: &Number,
    exhibits: &[Exhibit],
    locked: Option<&LockedAppendix>,
    material: &Material,
) -> Vec<Entry> {
    let places = match locked {
        Some(locked) => locked.places(exhibits),
        None => (1..=exhibits.len()).collect(),
    };
    let several = exhibits.len() > 1 || locked.is_some_and(|locked| locked.last_place() > 1);
    let mut placed: Vec<(usize, &Exhibit)> = places.into_iter().zip(exhibits).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed
        .into_iter()
        .map(|(place, exhibit)| Entry {
            number: if several { number.of_file(place) } else { number.to_string() },
            caption: material.printable(&exhibit.caption),
            exhibit: exhibit.clone(),
            bundle_name: matches!(exhibit.content, Content::File { .. })
                .then(|| bundle_name(&number.in_file_names(), place, exhibit)),
            volume: None,
        })
        .collect()
}

/// `2-1-3_02.ods`: ASCII, so that no unzipper garbles it; the Chinese name stands in the 目錄.
const STARTED_BY_A_CLICK: [&str; 16] = [
    "bat", "cmd", "com", "exe", "hta", "jar", "js", "lnk", "msi", "pif", "ps1", "reg", "scr", "url", "vbs",
    "wsf",
];

fn bundle_name(number: &str, index: usize, exhibit: &Exhibit) -> String {
    let extension = exhibit
        .source
        .extension()
        .filter(|extension| extension.len() <= 5 && extension.chars().all(|c| c.is_ascii_alphanumeric()));
    match extension {
        // What would run or lead elsewhere on a double-click is text here, and is called so.
        Some(extension) if STARTED_BY_A_CLICK.contains(&extension.as_str()) => {
            format!("{number}_{index:02}.txt")
        }
        Some(extension) => format!("{number}_{index:02}.{extension}"),
        None => format!("{number}_{index:02}"),
    }
}
