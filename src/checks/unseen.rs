//! What no rule can read in items that hold personal data, and whether the secretariat has looked at it.
//!
//! Folded by item, so that a year of sign-in sheets is a handful of lines. The confirmation is a line of the
//! exceptions; the key holds the files' digests, so that it is void once one of them changes.

use crate::diagnostic::{Diagnostics, Rule, Severity};
use crate::identity;
use crate::inventory::{InputFile, sha256_hex};
use crate::place::Place;

use super::{CheckInput, breach};

pub static MASKING_UNSEEN: Rule = Rule {
    id: "masking-unseen",
    severity: Severity::Warning,
    title: "無法判讀的佐證尚未人工核對遮蔽",
    explanation: "檢查什麼：須遮蔽個資的佐證項目中，掃描檔、照片、影音等沒有文字可供檢查的檔案（或其中某頁），秘書單位是否已看過縮圖。\n\
        為何重要：影像裡的姓名、簽名與臉孔沒有規則能判讀，單位勾選「已遮蔽」之外，應再有一人看過（個人資料保護法、人口販運防制法之保密規定）。\n\
        如何修正：請看「內部/縮圖確認.html」，看不清楚者開啟原檔；確認已遮蔽後，在秘書單位活頁簿「例外核可」填寫識別碼、理由、核可人及核可日期。檔案一經變更即須重新確認。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&MASKING_UNSEEN];

/// Files named in a message.
const NAMED: usize = 3;

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    for (_, item) in input.plan.evidence().filter(|(_, item)| item.masking) {
        let is_unread = |file: &&InputFile| {
            file.unreadable.is_none()
                && input.preparations.get(&file.path).is_some_and(|made| made.is_unread())
        };
        let files: Vec<&InputFile> = input.inventory.evidence(&item.code).filter(is_unread).collect();
        let Some(first) = files.first() else { continue };
        let names: Vec<String> =
            files.iter().take(NAMED).map(|file| identity::mask(file.path.file_name())).collect();
        let more = if files.len() > NAMED { "等" } else { "" };
        let message = format!(
            "佐證 {}「{}」有 {} 個檔案無法由程式判讀，尚未核對是否已遮蔽：{}{more}",
            item.code,
            item.title,
            files.len(),
            names.join("、"),
        );
        let subject = format!("{}#{}", item.code, digest(&files));
        // The secretariat's to mend: the unit has ticked what it had to.
        let hint = format!(
            "請看「內部/縮圖確認.html」，確認後在「例外核可」填「{}@{subject}」、理由、核可人及核可日期",
            MASKING_UNSEEN.id
        );
        out.push(breach(&MASKING_UNSEEN, &Place::file(&first.path), None, subject, message).hint(hint));
    }
}

/// Eight hex digits: the file's own, as the page of thumbnails shows them; of several, over all of theirs.
fn digest(files: &[&InputFile]) -> String {
    let whole = match files {
        [only] => only.digests.sha256.clone(),
        _ => {
            let digests: Vec<&str> = files.iter().map(|file| file.digests.sha256.as_str()).collect();
            sha256_hex(digests.join("\n").as_bytes())
        }
    };
    whole.chars().take(8).collect()
}
