//! Files where they should not lie: in no item's folder, or below another unit's.
//!
//! A file's item is told by its folder's name (`workspace`); here is only said what that name
//! leaves in doubt. Opens nothing.

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::folding::{did_you_mean, fold};
use crate::inventory::{InputFile, Role};
use crate::place::Place;
use crate::plan::{EvidenceItem, ItemCode, Plan, UnitId};

use super::{CheckInput, breach};

pub static EVIDENCE_STRAY: Rule = Rule {
    id: "evidence-stray",
    severity: Severity::Warning,
    title: "檔案不在任何佐證項目的資料夾內",
    explanation: "檢查什麼：單位資料夾內的檔案，是否都在某個佐證項目的資料夾裡。\n\
        為何重要：不在項目資料夾內的檔案不會裝訂，也不會隨附。\n\
        如何修正：請移到正確的項目資料夾（資料夾名稱以項目代號開頭）；不必附送的請移出工作資料夾。",
    answerable: true,
};

pub static EVIDENCE_MISPLACED: Rule = Rule {
    id: "evidence-misplaced",
    severity: Severity::Warning,
    title: "佐證放在別的單位的資料夾",
    explanation: "檢查什麼：以項目代號開頭的資料夾，是否放在該項目主責單位的資料夾內。\n\
        為何重要：檔案仍依代號編入該項目；若其實是代號打錯，就會印在別人的附件裡。\n\
        如何修正：代號正確者，請把資料夾移到主責單位的資料夾；代號打錯者，請改正資料夾名稱。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&EVIDENCE_STRAY, &EVIDENCE_MISPLACED];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    for file in &input.inventory.files {
        match &file.role {
            // A stray workbook may have been read all the same, by its marker.
            Role::Stray(unit) if !was_read(input, file) => out.push(stray(input.plan, unit.as_ref(), file)),
            Role::Evidence(code) => out.extend(misplaced(input.plan, code, file)),
            _ => {}
        }
    }
}

fn was_read(input: &CheckInput, file: &InputFile) -> bool {
    let mut read = input.submissions.values().map(|submission| &submission.file);
    read.any(|path| *path == file.path) || input.secretariat.file.as_ref() == Some(&file.path)
}

fn misplaced(plan: &Plan, code: &ItemCode, file: &InputFile) -> Option<Diagnostic> {
    let (task, item) = plan.item(code)?;
    let mut folders = file.path.components().map(fold);
    let host = folders.find_map(|folder| plan.units.iter().find(|unit| fold(&unit.name) == folder))?;
    let owner = plan.unit(&task.unit).filter(|owner| owner.id != host.id)?;
    let message = format!(
        "佐證 {}「{}」屬於「{}」，卻放在「{}」的資料夾，仍編入 {}",
        item.code, item.title, owner.name, host.name, item.code
    );
    Some(
        breach(&EVIDENCE_MISPLACED, &Place::file(&file.path), Some(&host.id), file.path.as_str(), message)
            .hint(format!("代號正確者請移到「{}」資料夾；代號打錯者請改正資料夾名稱", owner.name)),
    )
}

fn stray(plan: &Plan, unit: Option<&UnitId>, file: &InputFile) -> Diagnostic {
    let items = || plan.evidence().filter(|(task, _)| unit.is_none_or(|unit| task.unit == *unit));
    let names: Vec<(String, String)> = items()
        .flat_map(|(_, item)| {
            let folder = item.folder_name();
            [(folder.clone(), folder.clone()), (item.folder.clone(), folder)]
        })
        .collect();
    let near = |word: &str| {
        let found = did_you_mean(word, names.iter().map(|(name, _)| name.as_str()))?;
        names.iter().find(|(name, _)| name == found).map(|(_, folder)| folder.clone())
    };
    // 「110年查緝統計」 ends as an item of the unit is called: 「查緝統計」.
    let ending = |stem: &str| {
        let stem = fold(stem);
        let fitting = |item: &&EvidenceItem| {
            [&item.folder, &item.title].iter().any(|name| !name.is_empty() && stem.ends_with(&fold(name)))
        };
        let mut fitting = items().map(|(_, item)| item).filter(fitting);
        // Of several nobody knows which was meant.
        fitting.next().filter(|_| fitting.next().is_none()).map(EvidenceItem::folder_name)
    };
    let folders: Vec<&str> = file.path.components().rev().skip(1).collect();
    let is_unit = |folder: &str| plan.units.iter().any(|unit| unit.name == folder);
    let own_folder = folders.iter().find(|folder| !is_unit(folder) && **folder != plan.secretariat.folder);
    let stem = file.path.file_name().rsplit_once('.').map_or(file.path.file_name(), |(stem, _)| stem);
    let suggestion =
        own_folder.and_then(|folder| near(folder)).or_else(|| near(stem)).or_else(|| ending(stem));
    let message = match own_folder {
        Some(folder) => format!("資料夾「{folder}」不是任何佐證項目，檔案不會收錄"),
        None => "檔案不在任何佐證項目的資料夾內，不會收錄".to_owned(),
    };
    let hint = match suggestion {
        Some(folder) => format!("是否應放在「{folder}」？不必附送者請移出工作資料夾"),
        None => "請移到以項目代號開頭的資料夾；不必附送者請移出工作資料夾".to_owned(),
    };
    breach(&EVIDENCE_STRAY, &Place::file(&file.path), unit, file.path.as_str(), message).hint(hint)
}
