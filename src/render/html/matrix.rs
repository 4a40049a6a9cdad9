//! Tasks × evidence items: how many files lie where, and what is missing.
//!
//! A state is a word first and a colour second. Knows nothing of what stands in the files.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::plan::{Demand, EvidenceItem, Standing, Task};
use crate::submission::Applies;

use super::super::clean;
use super::ReportMaterial;

#[derive(Serialize)]
pub struct UnitMatrix {
    pub name: String,
    pub tasks: Vec<TaskRow>,
}

#[derive(Serialize)]
pub struct TaskRow {
    pub code: String,
    pub title: String,
    /// 「有」「無」「未填」「未繳」.
    pub applies: &'static str,
    pub items: Vec<ItemCell>,
}

#[derive(Serialize)]
pub struct ItemCell {
    pub code: String,
    pub title: String,
    /// `present`, `faulty`, `missing`, `proposed`, `optional` or `absent`, for the style.
    pub state: &'static str,
    /// The same in words, with the number of files.
    pub state_text: String,
    /// What the unit said of 已遮蔽, where it has to be ticked.
    pub masking: Option<&'static str>,
}

pub fn matrices(material: &ReportMaterial) -> Vec<UnitMatrix> {
    material
        .plan
        .units
        .iter()
        .map(|unit| UnitMatrix {
            name: clean(&unit.name),
            tasks: material.plan.tasks_of(&unit.id).map(|task| task_row(task, material)).collect(),
        })
        .collect()
}

fn task_row(task: &Task, material: &ReportMaterial) -> TaskRow {
    TaskRow {
        code: clean(&task.code),
        title: clean(&task.title),
        applies: match (material.submissions.contains_key(&task.unit), applies(task, material)) {
            (false, _) => "未繳",
            (true, Some(Applies::Yes)) => "有",
            (true, Some(Applies::No { .. })) => "無",
            (true, None) if !task.may_be_absent => "有",
            (true, None) => "未填",
        },
        items: task.evidence.iter().map(|item| item_cell(task, item, material)).collect(),
    }
}

fn applies<'a>(task: &Task, material: &'a ReportMaterial) -> Option<&'a Applies> {
    let answer = material.submissions.get(&task.unit)?.tasks.get(&task.id)?;
    answer.applies.as_ref().map(|applies| &applies.value)
}

/// Whether the unit answered the task with 無.
fn is_absent(task: &Task, material: &ReportMaterial) -> bool {
    matches!(applies(task, material), Some(Applies::No { .. }))
}

fn item_cell(task: &Task, item: &EvidenceItem, material: &ReportMaterial) -> ItemCell {
    let n_files = material.inventory.evidence(&item.code).count();
    let n_faults = material.diagnostics.iter().filter(|fault| concerns(fault, item, material)).count();
    let (state, state_text) = match (n_files, n_faults, is_absent(task, material), item.demand) {
        (0, _, true, _) => ("absent", "本年度無".to_owned()),
        (0, _, _, Demand::Required(Standing::Official)) => ("missing", "尚缺（計畫明定）".to_owned()),
        (0, _, _, Demand::Required(Standing::Proposed)) => ("proposed", "未附（建議）".to_owned()),
        (0, _, _, Demand::Optional) => ("optional", "未附（選附）".to_owned()),
        (n, 0, ..) => ("present", format!("{n} 件")),
        (n, faults, ..) => ("faulty", format!("{n} 件，{faults} 處待補正")),
    };
    ItemCell {
        code: clean(item.code.as_str()),
        title: clean(&item.title),
        state,
        state_text,
        masking: (item.masking && n_files > 0).then(|| masking(task, item, material)),
    }
}

/// Whether a blocking diagnostic is about the item or a file in its folder.
fn concerns(diagnostic: &Diagnostic, item: &EvidenceItem, material: &ReportMaterial) -> bool {
    diagnostic.blocks()
        && (diagnostic.subject == item.code.as_str()
            || diagnostic
                .place
                .path()
                .is_some_and(|path| material.inventory.evidence(&item.code).any(|file| file.path == *path)))
}

fn masking(task: &Task, item: &EvidenceItem, material: &ReportMaterial) -> &'static str {
    let answer =
        material.submissions.get(&task.unit).and_then(|submission| submission.evidence.get(&item.code));
    match answer {
        Some(answer) if answer.masked => "已勾選遮蔽",
        _ => "未勾選遮蔽",
    }
}
