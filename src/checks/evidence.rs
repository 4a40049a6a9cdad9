//! The evidence files: missing, empty, of the wrong kind, given twice, unmasked.
//!
//! Looks at facts on files and at what their preparation remarked; opens nothing itself.
//! Texts found in files are looked at by `privacy`.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::exhibit::{Content, Remark};
use crate::inventory::{InputFile, MediaType, Role};
use crate::place::Place;
use crate::plan::{EvidenceItem, Task, UnitId};

use super::bearings::is_absent;
use super::{CheckInput, Told, breach, demanded, folder_of, ground};
use super::{fidelity, media};

pub static EVIDENCE_MISSING: Rule = Rule {
    id: "evidence-missing",
    severity: Severity::Error,
    title: "佐證項目沒有檔案",
    explanation: "檢查什麼：計畫要求的每個佐證項目，其資料夾內是否至少有一個檔案；僅屬建議者列為警告。\n\
        為何重要：沒有佐證的成果不予採計，附件也會留白。\n\
        如何修正：請把檔案放進該項目的資料夾，檔名不拘；本年度確無者，由秘書單位核可並註明理由。",
    answerable: true,
};

pub static EVIDENCE_EMPTY: Rule = Rule {
    id: "evidence-empty",
    severity: Severity::Error,
    title: "佐證檔案是空的",
    explanation: "檢查什麼：佐證檔案是否為 0 位元組。\n\
        為何重要：空檔多半是複製或下載中斷，附件裡會什麼都沒有。\n\
        如何修正：請重新複製原始檔案；不需要的空檔請刪除。",
    answerable: false,
};

pub static EVIDENCE_KIND_UNFIT: Rule = Rule {
    id: "evidence-kind-unfit",
    severity: Severity::Warning,
    title: "檔案種類不合該佐證項目",
    explanation: "檢查什麼：依檔案內容（不看副檔名），是否為該佐證項目建議的種類。\n\
        為何重要：無法裝訂的種類只能以檔案附送，委員翻閱附件時看不到內容。\n\
        如何修正：請另存為 PDF 後替換，或移到正確的項目資料夾。",
    answerable: true,
};

pub static EVIDENCE_EXTENSION_WRONG: Rule = Rule {
    id: "evidence-extension-wrong",
    severity: Severity::Warning,
    title: "副檔名與檔案內容不符",
    explanation: "檢查什麼：檔案的副檔名與實際內容是否一致。\n\
        為何重要：收件人依副檔名開啟，會打不開；也可能是拿錯檔案。\n\
        如何修正：請以原程式開啟後另存成正確的格式，不要只改副檔名。",
    answerable: true,
};

pub static EVIDENCE_REPEATED: Rule = Rule {
    id: "evidence-repeated",
    severity: Severity::Warning,
    title: "同一項目放了兩份相同的檔案",
    explanation: "檢查什麼：同一佐證項目內，是否有內容完全相同的檔案。\n\
        為何重要：相同的頁面會裝訂兩次，增加頁數與檔案大小。\n\
        如何修正：請刪除其中一份；若本來要放的是另一個檔案，請換成正確的檔案。",
    answerable: true,
};

pub static EVIDENCE_REUSED: Rule = Rule {
    id: "evidence-reused",
    severity: Severity::Warning,
    title: "同一檔案用於不同的佐證項目",
    explanation: "檢查什麼：不同佐證項目之間，是否放了內容完全相同的檔案。\n\
        為何重要：一份文件可以佐證兩件事，但也常是放錯資料夾；委員可能認為重複採計。\n\
        如何修正：放錯者請移到正確的項目；確實共用者可保留，或由秘書單位核可。",
    answerable: true,
};

pub static MASKING_UNCONFIRMED: Rule = Rule {
    id: "masking-unconfirmed",
    severity: Severity::Error,
    title: "未確認個資已遮蔽",
    explanation: "檢查什麼：含個資的佐證項目（例如簽到表），單位是否在檢核表勾選「已遮蔽」。\n\
        為何重要：掃描影像裡的姓名、簽名與照片無法由程式判讀，只能由承辦人逐檔確認；\
        一旦寄出就收不回來（個人資料保護法、人口販運防制法之保密規定）。\n\
        如何修正：請逐檔檢視並遮蔽後，在該工作表佐證檢核表的「已遮蔽」欄打勾。",
    answerable: true,
};

pub static EVIDENCE_UNUSABLE: Rule = Rule {
    id: "evidence-unusable",
    severity: Severity::Error,
    title: "佐證檔案無法使用",
    explanation: "檢查什麼：佐證檔案能否開啟並讀出內容。\n\
        為何重要：損壞或加密的檔案，附件裡只會有一頁「無法使用」。\n\
        如何修正：請以原程式開啟、取消密碼後重新另存（或另存為 PDF），再放回資料夾。",
    answerable: true,
};

pub static EVIDENCE_NOT_BOUND: Rule = Rule {
    id: "evidence-not-bound",
    severity: Severity::Warning,
    title: "佐證檔案未能裝訂，改以檔案附送",
    explanation: "檢查什麼：佐證檔案能否逐頁裝訂進附件。\n\
        為何重要：未裝訂的檔案，附件裡只有一頁說明，委員要另開檔案才看得到。\n\
        如何修正：希望裝訂者，請另存為 PDF 後替換；影音等本來就不能裝訂者不必處理。",
    answerable: true,
};

pub static EVIDENCE_BOUND_AS_PICTURE: Rule = Rule {
    id: "evidence-bound-as-picture",
    severity: Severity::Warning,
    title: "有頁面以影像裝訂",
    explanation: "檢查什麼：PDF 頁面能否原樣裝訂；結構不完整、有關閉的圖層，或裝訂後看起來與原檔不同者，改以影像裝訂。\n\
        為何重要：這些頁面改以影像裝訂，看得到但不能搜尋文字，檔案也較大。\n\
        如何修正：可接受者不必處理；要保留文字者，請以「列印成 PDF」重新產生後替換。",
    answerable: true,
};

pub static EVIDENCE_WITHOUT_TEXT: Rule = Rule {
    id: "evidence-without-text",
    severity: Severity::Warning,
    title: "佐證檔案沒有可搜尋的文字",
    explanation: "檢查什麼：PDF 是否含有文字，或只是掃描影像；以檔案附送者，內容能否搜尋。\n\
        為何重要：掃描影像裡的身分證號等個資，程式看不到，也就無法提醒。\n\
        如何修正：請人工檢視是否有個資；有電子原檔者，建議改用原檔另存的 PDF。",
    answerable: true,
};

pub static EVIDENCE_LOCATION_REMOVED: Rule = Rule {
    id: "evidence-location-removed",
    severity: Severity::Warning,
    title: "照片的拍攝位置已移除",
    explanation: "檢查什麼：照片是否帶有拍攝地點（GPS）。\n\
        為何重要：拍攝地點可能洩漏庇護處所或被害人住居所；裝訂的照片一律移除。\n\
        如何修正：不必處理，附件裡已沒有位置；但請留意原始照片檔不要另行外送。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[
    &EVIDENCE_MISSING,
    &EVIDENCE_EMPTY,
    &EVIDENCE_KIND_UNFIT,
    &EVIDENCE_EXTENSION_WRONG,
    &EVIDENCE_REPEATED,
    &EVIDENCE_REUSED,
    &MASKING_UNCONFIRMED,
    &EVIDENCE_UNUSABLE,
    &EVIDENCE_NOT_BOUND,
    &EVIDENCE_BOUND_AS_PICTURE,
    &EVIDENCE_WITHOUT_TEXT,
    &EVIDENCE_LOCATION_REMOVED,
];

pub fn check(input: &CheckInput, told: &Told, out: &mut Diagnostics) {
    for (task, item) in input.plan.evidence() {
        let files: Vec<&InputFile> = input.inventory.evidence(&item.code).collect();
        if files.is_empty() {
            out.extend(missing(input, task, item));
        } else {
            out.extend(unmasked(input, task, item, &files));
        }
        for file in files.into_iter().filter(|file| file.unreadable.is_none()) {
            let is_converted = input
                .preparations
                .get(&file.path)
                .is_some_and(|preparation| preparation.converted_by().is_some());
            let is_unusable = input
                .preparations
                .get(&file.path)
                .is_some_and(|preparation| matches!(preparation.content, Content::Unusable { .. }));
            check_file(task, item, file, Prepared { is_converted, is_unusable }, out);
            check_preparation(input, told, &task.unit, file, out);
        }
    }
    check_repeats(input, out);
}

fn missing(input: &CheckInput, task: &Task, item: &EvidenceItem) -> Option<Diagnostic> {
    let severity = demanded(item.demand)?;
    let submission = input.submissions.get(&task.unit);
    let answer = submission.and_then(|submission| submission.tasks.get(&task.id));
    if answer.is_some_and(is_absent) {
        return None;
    }
    // Of a unit that handed in nothing at all, that is said once.
    if submission.is_none() && !has_evidence(input, &task.unit) {
        return None;
    }
    let checklist = submission.and_then(|submission| submission.evidence.get(&item.code));
    let place = checklist.map_or_else(
        || answer.map_or_else(|| folder_of(input, &task.unit), |answer| answer.place.clone()),
        |line| line.place.clone(),
    );
    let message = format!("佐證 {}「{}」沒有檔案{}", item.code, item.title, ground(severity));
    let folder = input.plan.unit(&task.unit).map_or(String::new(), |unit| format!("{}/", unit.name));
    let mut hint = format!("請把檔案放進資料夾「{folder}{}」，檔名不拘", item.folder_name());
    if !item.hint.is_empty() {
        hint.push_str(&format!("（{}）", item.hint));
    }
    Some(
        breach(&EVIDENCE_MISSING, &place, Some(&task.unit), item.code.as_str(), message)
            .severity(severity)
            .hint(hint),
    )
}

fn has_evidence(input: &CheckInput, unit: &UnitId) -> bool {
    input
        .plan
        .tasks_of(unit)
        .any(|task| task.evidence.iter().any(|item| input.inventory.evidence(&item.code).next().is_some()))
}

fn unmasked(
    input: &CheckInput,
    task: &Task,
    item: &EvidenceItem,
    files: &[&InputFile],
) -> Option<Diagnostic> {
    let submission = input.submissions.get(&task.unit)?;
    let line = submission.evidence.get(&item.code);
    if !item.masking || line.is_some_and(|line| line.masked) {
        return None;
    }
    let place = line.map_or_else(|| Place::file(&submission.file), |line| line.place.clone());
    let message =
        format!("佐證 {}「{}」有 {} 個檔案，但未勾選「已遮蔽」", item.code, item.title, files.len());
    Some(
        breach(&MASKING_UNCONFIRMED, &place, Some(&task.unit), item.code.as_str(), message)
            .hint("請逐檔確認個資已遮蔽，再於佐證檢核表勾選「已遮蔽」"),
    )
}

/// What became of a file before it is judged.
struct Prepared {
    is_converted: bool,
    /// Told with what to do about it: until then its kind does not matter.
    is_unusable: bool,
}

fn check_file(task: &Task, item: &EvidenceItem, file: &InputFile, prepared: Prepared, out: &mut Diagnostics) {
    let place = Place::file(&file.path);
    let at = |rule, message: String| breach(rule, &place, Some(&task.unit), file.path.as_str(), message);
    if file.bytes == 0 || file.media_type == MediaType::Empty {
        out.push(
            at(&EVIDENCE_EMPTY, format!("佐證 {} 的檔案是空的（0 位元組）", item.code))
                .hint("請重新複製原始檔案；不需要者請刪除"),
        );
        return;
    }
    let extension = file.path.extension();
    let name = media::name(file.media_type);
    if media::contradicts(file.media_type, extension.as_deref()) {
        let extension = extension.as_deref().unwrap_or_default();
        let hint = match file.media_type {
            MediaType::Cfb => "檔案可能設有密碼或為舊版格式；請以原程式開啟、取消密碼後另存",
            _ => "請以原程式開啟後另存成正確的格式，不要只改副檔名",
        };
        out.push(at(&EVIDENCE_EXTENSION_WRONG, format!("副檔名是 .{extension}，內容卻是{name}")).hint(hint));
    }
    let bound_as = if prepared.is_converted { MediaType::Pdf } else { file.media_type };
    if !prepared.is_unusable
        && !media::serves(file.media_type, extension.as_deref(), &item.kinds)
        && !media::serves(bound_as, extension.as_deref(), &item.kinds)
    {
        let kinds: Vec<String> = item.kinds.iter().map(|kind| format!(".{kind}")).collect();
        out.push(
            at(
                &EVIDENCE_KIND_UNFIT,
                format!("{name}不合佐證 {}「{}」建議的種類（{}）", item.code, item.title, kinds.join("、")),
            )
            .hint(fitting(file.media_type)),
        );
    }
}

/// What can be done about a kind that does not suit an item: no film becomes a PDF.
fn fitting(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::AudioVideo => {
            "請另附截圖或文字說明（存成 PDF），影音可一併保留；放錯者請移到正確的項目資料夾"
        }
        MediaType::Xlsx | MediaType::Xlsb | MediaType::Xls | MediaType::Ods => {
            "請列印成 PDF 後替換（明細含個資者只列印統計），或移到正確的項目資料夾"
        }
        _ => "請另存為 PDF 後替換，或移到正確的項目資料夾",
    }
}

/// What the preparation remarked. An unusable file is told once, as an error.
fn check_preparation(
    input: &CheckInput,
    told: &Told,
    unit: &UnitId,
    file: &InputFile,
    out: &mut Diagnostics,
) {
    let Some(preparation) = input.preparations.get(&file.path) else { return };
    let place = Place::file(&file.path);
    let at = |rule, message: String| breach(rule, &place, Some(unit), file.path.as_str(), message);
    let unusable = match &preparation.content {
        Content::Unusable { reason } => Some(reason),
        _ => None,
    };
    let is_told = told.blocked.contains(&file.path) || file.bytes == 0;
    let mut hint = "請以原程式開啟後重新另存（或另存為 PDF）再替換".to_owned();
    for remark in &preparation.remarks {
        match remark {
            Remark::NotBound { hint: better, .. } if unusable.is_some() => {
                if !better.is_empty() {
                    hint.clone_from(better);
                }
            }
            Remark::NotBound { reason, hint } if !is_told => {
                out.push(at(&EVIDENCE_NOT_BOUND, format!("未能裝訂，改以檔案附送：{reason}")).hint(hint));
            }
            Remark::NotBound { .. } => {}
            Remark::BoundAsPicture { pages, reason } => out.push(
                at(&EVIDENCE_BOUND_AS_PICTURE, format!("第 {} 頁以影像裝訂：{reason}", page_list(pages)))
                    .hint("可接受者不必處理；要保留文字者，請「列印成 PDF」後替換"),
            ),
            Remark::NoText if matches!(preparation.content, Content::File { .. }) => out.push(
                at(&EVIDENCE_WITHOUT_TEXT, "內容無法搜尋，無法檢查其中的個資".to_owned())
                    .hint("請人工檢視（影音請注意人臉、姓名與聲音）是否有個資"),
            ),
            Remark::NoText => out.push(
                at(&EVIDENCE_WITHOUT_TEXT, "沒有可搜尋的文字（應為掃描影像），無法檢查其中的個資".to_owned())
                    .hint("請人工檢視是否有個資；有電子原檔者請改用原檔"),
            ),
            // Told by `converted`; or where it matters, as the reason why it was not bound.
            Remark::Converted { .. } | Remark::Moving => {}
            Remark::LocationRemoved => out.push(
                at(&EVIDENCE_LOCATION_REMOVED, "照片帶有拍攝位置，裝訂時已移除".to_owned())
                    .hint("不必處理；原始照片請勿另行外送"),
            ),
            Remark::FontsMissing { .. } | Remark::Compared { .. } => {
                out.extend(fidelity::check(remark, &place, unit, file.path.as_str()));
            }
        }
    }
    if let Some(reason) = unusable
        && !is_told
    {
        out.push(at(&EVIDENCE_UNUSABLE, format!("檔案無法使用：{reason}")).hint(hint));
    }
}

/// 「1–3、5」.
pub(super) fn page_list(pages: &[usize]) -> String {
    let runs = pages.chunk_by(|a, b| *b == a + 1).filter_map(|run| Some((run.first()?, run.last()?)));
    let texts: Vec<String> = runs
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") })
        .collect();
    texts.join("、")
}

fn check_repeats(input: &CheckInput, out: &mut Diagnostics) {
    let mut by_digest: BTreeMap<&str, Vec<(&InputFile, &Task, &EvidenceItem)>> = BTreeMap::new();
    for file in &input.inventory.files {
        if let Role::Evidence(code) = &file.role
            && file.bytes > 0
            && file.unreadable.is_none()
            && let Some((task, item)) = input.plan.item(code)
        {
            by_digest.entry(&file.digests.sha256).or_default().push((file, task, item));
        }
    }
    for group in by_digest.values() {
        for (index, (file, task, item)) in group.iter().enumerate().skip(1) {
            let earlier = &group[..index];
            let in_item = earlier.iter().find(|(_, _, other)| other.code == item.code);
            let (rule, message, hint, other) = match in_item {
                Some((other, ..)) => (
                    &EVIDENCE_REPEATED,
                    format!("與同一項目的「{}」內容完全相同", other.path.file_name()),
                    "請刪除其中一份；放錯檔案者請更換",
                    other,
                ),
                None => {
                    let (other, _, other_item) = &earlier[0];
                    let message = format!(
                        "佐證 {}「{}」與 {}「{}」用了同一個檔案",
                        item.code, item.title, other_item.code, other_item.title
                    );
                    (&EVIDENCE_REUSED, message, "放錯者請移到正確的項目；確實共用者可保留", other)
                }
            };
            out.push(
                breach(rule, &Place::file(&file.path), Some(&task.unit), file.path.as_str(), message)
                    .hint(hint)
                    .related(Place::file(&other.path), "相同的檔案在這裡"),
            );
        }
    }
}
