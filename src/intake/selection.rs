//! Which workbook is read for which unit, and why; the others are told, never silently passed over.
//!
//! Judges by the form's own marker first, then by where a file lies. Knows roles and identities,
//! nothing of cells.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::inventory::{InputFile, Inventory, Role};
use crate::place::{Place, RelPath};
use crate::plan::{Plan, UnitId};

use super::FormIdentity;

pub static RULES: &[&Rule] =
    &[&WORKBOOK_SEVERAL, &WORKBOOK_UNIT_UNKNOWN, &WORKBOOK_MISPLACED, &WORKBOOK_FOLDER_UNKNOWN];

pub static WORKBOOK_SEVERAL: Rule = Rule {
    id: "workbook-several",
    severity: Severity::Error,
    title: "同一單位有多個填報檔",
    explanation: "檢查什麼：每個單位只能有一個填報檔；有多個時只讀其中一個。\n\
        為何重要：讀到舊版會把過期的數字印進自評表，且事後難以察覺。\n\
        如何修正：確認要用的版本，把其他檔案移出工作資料夾；確定讀取的就是正確版本時，可由秘書單位核可。",
    answerable: true,
};

pub static WORKBOOK_UNIT_UNKNOWN: Rule = Rule {
    id: "workbook-unit-unknown",
    severity: Severity::Error,
    title: "看不出是哪個單位的填報檔",
    explanation: "檢查什麼：工作資料夾中的試算表必須是本計畫任一單位的填報檔。\n\
        為何重要：不知道屬於誰的檔案不會被讀取，內容就不會出現在自評表。\n\
        如何修正：把檔案移到該單位的資料夾，並確認是以本計畫的空白表填寫；若不是填報檔，請移出工作資料夾。",
    answerable: true,
};

pub static WORKBOOK_MISPLACED: Rule = Rule {
    id: "workbook-misplaced",
    severity: Severity::Error,
    title: "填報檔放在別的單位的資料夾",
    explanation: "檢查什麼：填報檔內的單位標記與所在資料夾的單位須一致。\n\
        為何重要：兩者不一致時，無法確定內容屬於哪個單位。\n\
        如何修正：把檔案移到標記所示單位的資料夾，或請該單位以自己的空白表重新填報。",
    answerable: false,
};

pub static WORKBOOK_FOLDER_UNKNOWN: Rule = Rule {
    id: "workbook-folder-unknown",
    severity: Severity::Warning,
    title: "填報檔所在的資料夾不是單位名稱",
    explanation: "檢查什麼：填報檔是否放在以計畫所列單位命名的資料夾。\n\
        為何重要：單位改名或資料夾改名後，程式改以檔內的標記認單位；資料夾名稱仍是舊的，日後容易放錯檔案。\n\
        如何修正：請把資料夾改成訊息所示的單位名稱。",
    answerable: false,
};

/// Workbooks passed over that a message names.
const MOST_NAMED: usize = 3;

/// A workbook that could be read, with what its form says of itself.
pub struct Candidate<'a> {
    pub file: &'a InputFile,
    pub identity: Option<FormIdentity>,
}

/// The file to read for each unit; the secretariat's stands under its own id.
pub fn select(
    plan: &Plan,
    candidates: &[Candidate],
    diagnostics: &mut Diagnostics,
) -> BTreeMap<UnitId, RelPath> {
    let mut by_unit: BTreeMap<UnitId, Vec<&Candidate>> = BTreeMap::new();
    for candidate in candidates {
        match unit_of(plan, candidate, candidates, diagnostics) {
            Some(unit) => by_unit.entry(unit).or_default().push(candidate),
            None => continue,
        }
    }
    by_unit
        .into_iter()
        .map(|(unit, mut candidates)| {
            // A copy in some other folder counts only where the unit's own folder has none: a
            // folder of old versions is told with the files that belong nowhere.
            if !candidates.iter().all(|candidate| in_unknown_folder(candidate)) {
                candidates.retain(|candidate| !in_unknown_folder(candidate));
            }
            candidates.sort_by_key(|candidate| rank(plan, &unit, candidate));
            report_others(&unit, &candidates, diagnostics);
            diagnostics.extend(folder_unknown(plan, &unit, candidates[0]));
            (unit, candidates[0].file.path.clone())
        })
        .collect()
}

/// Files meant as workbooks, in path order.
pub fn workbooks(inventory: &Inventory) -> impl Iterator<Item = &InputFile> {
    inventory.files.iter().filter(|file| match &file.role {
        Role::UnitWorkbook(_) | Role::SecretariatWorkbook => true,
        // A spreadsheet in no unit's folder may still be somebody's form: its marker tells.
        Role::Stray(None) => {
            file.path.components().count() <= 2
                && file
                    .path
                    .extension()
                    .is_some_and(|e| matches!(e.as_str(), "xlsx" | "xlsm" | "xls" | "ods"))
        }
        _ => false,
    })
}

fn unit_of(
    plan: &Plan,
    candidate: &Candidate,
    all: &[Candidate],
    diagnostics: &mut Diagnostics,
) -> Option<UnitId> {
    let by_place = match &candidate.file.role {
        Role::UnitWorkbook(unit) => Some(unit.clone()),
        Role::SecretariatWorkbook => Some(plan.secretariat.unit.clone()),
        _ => None,
    };
    let by_place_is_secretariat = matches!(candidate.file.role, Role::SecretariatWorkbook);
    let marked = candidate.identity.as_ref().map(|identity| &identity.unit);
    match (marked, by_place) {
        (Some(marked), Some(_)) if by_place_is_secretariat => Some(marked.clone()),
        (Some(marked), Some(place)) if *marked != place => {
            diagnostics.push(misplaced(plan, candidate, marked, &place, all));
            None
        }
        (Some(marked), _) => Some(marked.clone()),
        (None, Some(place)) if !by_place_is_secretariat => Some(place),
        (None, Some(_)) => Some(UnitId::from(super::SECRETARIAT_MARK)),
        // In a folder, it is told with the other files that belong to no item.
        (None, None) if candidate.file.path.parent().is_some() => None,
        (None, None) => {
            diagnostics.push(
                Diagnostic::new(
                    &WORKBOOK_UNIT_UNKNOWN,
                    Place::file(&candidate.file.path),
                    "看不出這份試算表屬於哪個單位，未讀取",
                )
                .hint("請移到該單位的資料夾，並確認是以本計畫的空白表填寫")
                .subject(candidate.file.path.as_str()),
            );
            None
        }
    }
}

/// The advice depends on what lies in both folders: a move must not make two workbooks of one unit.
fn misplaced(
    plan: &Plan,
    candidate: &Candidate,
    marked: &UnitId,
    place: &UnitId,
    all: &[Candidate],
) -> Diagnostic {
    let name_of = |unit: &UnitId| match plan.unit(unit) {
        Some(unit) => unit.name.clone(),
        None if unit.as_str() == super::SECRETARIAT_MARK => plan.secretariat.folder.clone(),
        None => unit.to_string(),
    };
    let (name, here) = (name_of(marked), name_of(place));
    let has_own = |unit: &UnitId| {
        all.iter().any(|other| {
            other.file.role == Role::UnitWorkbook(unit.clone())
                && other.identity.as_ref().is_none_or(|identity| identity.unit == *unit)
        })
    };
    let mut hint = if has_own(marked) {
        format!("「{name}」資料夾已有填報檔，請確認以哪一個為準，並把另一個移出工作資料夾")
    } else {
        format!("請把檔案移到「{name}」資料夾")
    };
    if !has_own(place) {
        hint.push_str(&format!("；「{here}」自己的填報檔尚未收到，請另行索取"));
    }
    let message = format!("此填報檔標記為「{name}」，卻放在「{here}」資料夾，未讀取");
    Diagnostic::new(&WORKBOOK_MISPLACED, Place::file(&candidate.file.path), message)
        .hint(hint)
        .unit(place.as_str())
}

fn in_unknown_folder(candidate: &Candidate) -> bool {
    matches!(candidate.file.role, Role::Stray(_)) && candidate.file.path.parent().is_some()
}

/// A unit, or its folder, was renamed: the form's marker still tells whose it is.
fn folder_unknown(plan: &Plan, marked: &UnitId, candidate: &Candidate) -> Option<Diagnostic> {
    let folder = candidate.file.path.parent().filter(|_| in_unknown_folder(candidate))?;
    let name = plan.unit(marked).map_or(plan.secretariat.folder.as_str(), |unit| &unit.name);
    let message = format!("資料夾「{}」不是單位名稱，依檔內標記讀為「{name}」的填報檔", folder.file_name());
    Some(
        Diagnostic::new(&WORKBOOK_FOLDER_UNKNOWN, Place::file(&candidate.file.path), message)
            .hint(format!("請把資料夾改名為「{name}」"))
            .unit(marked.as_str())
            .subject(candidate.file.path.as_str()),
    )
}

/// Lower is better: carries our marker, is of this form version, is named like its unit; then by
/// name, so that the choice never depends on the order of the disk.
fn rank<'a>(plan: &Plan, unit: &UnitId, candidate: &Candidate<'a>) -> (bool, bool, bool, &'a RelPath) {
    let expected = plan.unit(unit).map_or(plan.secretariat.folder.as_str(), |unit| &unit.name);
    let stem = candidate.file.path.file_name().rsplit_once('.').map_or("", |(stem, _)| stem);
    (
        candidate.identity.is_none(),
        candidate.identity.as_ref().is_none_or(|identity| identity.version != plan.version),
        stem != expected,
        &candidate.file.path,
    )
}

fn report_others(unit: &UnitId, candidates: &[&Candidate], diagnostics: &mut Diagnostics) {
    let Some((read, others)) = candidates.split_first() else { return };
    if others.is_empty() {
        return;
    }
    let same = others.iter().all(|other| other.file.digests.sha256 == read.file.digests.sha256);
    let why = if same {
        "各檔內容完全相同"
    } else {
        "依序比較：表單標記、表單版次、檔名與單位同名、檔名順序"
    };
    let named: Vec<String> =
        others.iter().take(MOST_NAMED).map(|other| format!("「{}」", other.file.path.file_name())).collect();
    let and_more = if others.len() > MOST_NAMED { "等" } else { "" };
    let mut diagnostic = Diagnostic::new(
        &WORKBOOK_SEVERAL,
        Place::file(&read.file.path),
        format!(
            "有 {} 個填報檔，讀取「{}」，未讀取{}{and_more}（{why}）",
            candidates.len(),
            read.file.path.file_name(),
            named.join("")
        ),
    )
    .hint("請填報單位回復以哪一個檔案為準；秘書單位確認後，請把其他檔案移出工作資料夾")
    .unit(unit.as_str())
    .subject(read.file.path.as_str());
    if same {
        diagnostic = diagnostic.severity(Severity::Warning);
    }
    for other in others {
        diagnostic = diagnostic.related(Place::file(&other.file.path), "未讀取");
    }
    diagnostics.push(diagnostic);
}
