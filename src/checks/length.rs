//! Evidence longer than the official scoring table allows, where the plan states how much that is.
//!
//! Counts the pages that will be bound, before anything is typeset; knows nothing of covers and indexes,
//! which no table counts.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostics, Rule, Severity};
use crate::exhibit::{Content, Preparation};
use crate::inventory::InputFile;
use crate::place::Place;
use crate::plan::{EvidenceItem, Indicator, Task, TaskId};

use super::{CheckInput, breach};

pub static EVIDENCE_OVER_PAGE_LIMIT: Rule = Rule {
    id: "evidence-over-page-limit",
    severity: Severity::Warning,
    title: "佐證頁數超過評分表的上限",
    explanation: "檢查什麼：計畫填了「佐證頁數上限」的指標，其佐證裝訂後的頁數合計是否超過上限。\n\
        為何重要：評分表訂有頁數上限時，超出的部分可能不予採計。\n\
        如何修正：請精簡該指標的佐證，只留下最能證明成果的頁；上限抄錄有誤時，請更正計畫檔的 page_limit。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&EVIDENCE_OVER_PAGE_LIMIT];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    // As appendices are numbered: a task's evidence is bound under the first indicator it feeds.
    let mut seen: BTreeSet<&TaskId> = BTreeSet::new();
    for indicator in input.plan.indicators() {
        let first_here = indicator.tasks.iter().filter(|task| seen.insert(*task));
        let tasks: Vec<&Task> = first_here.filter_map(|id| input.plan.task(id)).collect();
        if let Some(limit) = indicator.page_limit {
            check_indicator(input, indicator, limit as usize, &tasks, out);
        }
    }
}

fn check_indicator(
    input: &CheckInput,
    indicator: &Indicator,
    limit: usize,
    tasks: &[&Task],
    out: &mut Diagnostics,
) {
    let items = || tasks.iter().flat_map(|task| &task.evidence);
    let n_pages: usize = items().map(|item| pages_of(input, item)).sum();
    let files = items().flat_map(|item| input.inventory.evidence(&item.code));
    let prepared = files.filter_map(|file| Some((file, input.preparations.get(&file.path)?)));
    let Some((longest, preparation)) = prepared.max_by_key(|(_, preparation)| n_bound(preparation)) else {
        return;
    };
    if n_pages <= limit {
        return;
    }
    let message = format!(
        "指標 {}「{}」的佐證計 {n_pages} 頁，評分表以 {limit} 頁為限",
        indicator.code, indicator.title
    );
    let hint = format!("請精簡佐證至 {limit} 頁以內；本檔 {} 頁，為其中最長者", n_bound(preparation));
    out.push(
        breach(&EVIDENCE_OVER_PAGE_LIMIT, &Place::file(&longest.path), None, &indicator.title, message)
            .hint(hint),
    );
}

/// Two photographs share a page, unless other pages come between them.
fn pages_of(input: &CheckInput, item: &EvidenceItem) -> usize {
    let prepared = |file: &InputFile| input.preparations.get(&file.path);
    let (pictures, others): (Vec<&Preparation>, Vec<&Preparation>) =
        input.inventory.evidence(&item.code).filter_map(prepared).partition(|preparation| {
            item.photo_pages && matches!(preparation.content, Content::Picture { .. })
        });
    pictures.len().div_ceil(2) + others.into_iter().map(n_bound).sum::<usize>()
}

/// What cannot be bound has a page that says so.
fn n_bound(preparation: &Preparation) -> usize {
    match &preparation.content {
        Content::Pages { pages, .. } => pages.len(),
        _ => 1,
    }
}
