//! Numbers the evidence: `2-1-3` is the third item of the first indicator of the second facet.
//!
//! A task that feeds several indicators has its evidence under the first; the others refer to
//! it. Knows nothing of pages.

use std::collections::BTreeSet;

use crate::dossier::{Appendix, Entry};
use crate::exhibit::{Content, Exhibit};
use crate::plan::{Demand, EvidenceItem, Indicator, Task, TaskId};

use super::{Material, absence, unit_name};

/// All appendices in order. A required item keeps its number while nothing has been handed in,
/// so that late evidence moves no other number.
pub fn number(material: &Material, draft: bool) -> Vec<Appendix> {
    let mut seen: BTreeSet<&TaskId> = BTreeSet::new();
    let mut appendices = Vec::new();
    for indicator in material.plan.indicators() {
        let mut sequence = 0;
        for task in indicator.tasks.iter().filter_map(|id| material.plan.task(id)) {
            if !seen.insert(&task.id) {
                continue;
            }
            for item in &task.evidence {
                let exhibits = material.exhibits.get(&item.code).map_or(&[][..], Vec::as_slice);
                if exhibits.is_empty() && item.demand == Demand::Optional {
                    continue;
                }
                sequence += 1;
                let number = format!("{}-{sequence}", indicator.code);
                appendices.push(appendix(number, indicator, task, item, exhibits, material, draft));
            }
        }
    }
    appendices
}

fn appendix(
    number: String,
    indicator: &Indicator,
    task: &Task,
    item: &EvidenceItem,
    exhibits: &[Exhibit],
    material: &Material,
    draft: bool,
) -> Appendix {
    let absent = exhibits.is_empty().then(|| match absence(task, material) {
        Some(_) => "本年度無案件".to_owned(),
        None if draft => "尚缺".to_owned(),
        None => "未檢附".to_owned(),
    });
    let several = exhibits.len() > 1;
    let entries = exhibits
        .iter()
        .enumerate()
        .map(|(index, exhibit)| Entry {
            number: if several { format!("{number}({})", index + 1) } else { number.clone() },
            caption: material.printable(&exhibit.caption),
            exhibit: exhibit.clone(),
            bundle_name: matches!(exhibit.content, Content::File { .. })
                .then(|| bundle_name(&number, index + 1, exhibit)),
            volume: None,
        })
        .collect();
    Appendix {
        number,
        item: item.code.clone(),
        task: task.id.clone(),
        unit_id: task.unit.clone(),
        unit: unit_name(material.plan, &task.unit),
        indicator_code: indicator.code.clone(),
        indicator_title: indicator.title.clone(),
        title: item.title.clone(),
        photo_pages: item.photo_pages,
        entries,
        absent,
    }
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
