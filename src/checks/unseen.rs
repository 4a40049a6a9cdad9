//! What no rule can read in the evidence, and whether the secretariat has looked at it.
//!
//! Confirmed item by item by a line of the exceptions, whose key holds the files' digests, so that it is void
//! once one of them changes. Told in one line: the page of thumbnails names each item with its key.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::exhibit::Preparation;
use crate::identity;
use crate::inventory::{InputFile, Inventory, sha256_hex};
use crate::place::{Place, RelPath};
use crate::plan::{EvidenceItem, Plan};

use super::{CheckInput, breach};

pub static MASKING_UNSEEN: Rule = Rule {
    id: "masking-unseen",
    severity: Severity::Warning,
    title: "無法判讀的佐證尚未人工核對遮蔽",
    explanation: "檢查什麼：各佐證項目中，掃描檔、照片、影音等沒有文字可供檢查的檔案（或其中某頁），秘書單位是否已逐項看過縮圖。\n\
        為何重要：影像裡的姓名、簽名與臉孔沒有規則能判讀，單位勾選「已遮蔽」之外，應再有一人看過（個人資料保護法、人口販運防制法之保密規定）。\n\
        如何修正：請執行 huibian compile，看「內部/縮圖確認.html」，看不清楚者開啟原檔；確認已遮蔽後，將其中各項的識別碼填入秘書單位活頁簿「例外核可」，附理由、核可人及核可日期。該項檔案一經變更即須重新確認。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&MASKING_UNSEEN];

/// Names in a message: files of one item, or items.
const NAMED: usize = 3;

/// The files of one item that no rule can read.
pub struct Unseen<'a> {
    item: &'a EvidenceItem,
    /// In path order, never none.
    files: Vec<&'a InputFile>,
}

/// Every item with something that leaves and no rule can read, in the order of the plan.
pub fn unseen<'a>(
    plan: &'a Plan,
    inventory: &'a Inventory,
    preparations: &BTreeMap<RelPath, Preparation>,
) -> Vec<Unseen<'a>> {
    let is_unread = |file: &&InputFile| {
        file.unreadable.is_none() && preparations.get(&file.path).is_some_and(|made| made.is_unread())
    };
    plan.evidence()
        .map(|(_, item)| Unseen { item, files: inventory.evidence(&item.code).filter(is_unread).collect() })
        .filter(|unseen| !unseen.files.is_empty())
        .collect()
}

impl Unseen<'_> {
    /// What the clerk copies into the exceptions.
    pub fn key(&self) -> String {
        format!("{}@{}", MASKING_UNSEEN.id, self.subject())
    }

    /// 「佐證 警04-3「簽到表」有 2 個檔案…」, names masked.
    pub fn message(&self) -> String {
        let names = self.files.iter().map(|file| identity::mask(file.path.file_name()));
        format!(
            "佐證 {}「{}」有 {} 個檔案無法由程式判讀，須由人核對是否已遮蔽：{}",
            self.item.code,
            self.item.title,
            self.files.len(),
            first_of(names),
        )
    }

    /// The reason, name and date under which it was confirmed.
    pub fn accepted<'d>(&self, diagnostics: &'d Diagnostics) -> Option<&'d str> {
        let subject = self.subject();
        diagnostics.iter().find(|d| is_about(d, &subject)).and_then(|d| d.accepted.as_deref())
    }

    fn subject(&self) -> String {
        format!("{}#{}", self.item.code, digest(&self.files))
    }
}

fn is_about(diagnostic: &Diagnostic, subject: &str) -> bool {
    diagnostic.rule.id == MASKING_UNSEEN.id && diagnostic.subject == subject
}

fn in_input<'a>(input: &CheckInput<'a>) -> Vec<Unseen<'a>> {
    unseen(input.plan, input.inventory, input.preparations)
}

/// One for each item, for the exceptions to answer.
pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    for unseen in in_input(input) {
        // The secretariat's to mend: the unit has ticked what it had to.
        let hint = format!(
            "請看「內部/縮圖確認.html」，確認後在「例外核可」填「{}」、理由、核可人及核可日期",
            unseen.key()
        );
        let place = unseen.files.first().map_or(Place::Workspace, |file| Place::file(&file.path));
        out.push(breach(&MASKING_UNSEEN, &place, None, unseen.subject(), unseen.message()).hint(hint));
    }
}

/// After the exceptions: what nobody has answered for becomes one line, however many items there are.
pub fn summarise(input: &CheckInput, diagnostics: Diagnostics) -> Diagnostics {
    let is_pending = |d: &Diagnostic| d.rule.id == MASKING_UNSEEN.id && d.accepted.is_none();
    let (pending, rest): (Vec<Diagnostic>, Vec<Diagnostic>) = diagnostics.into_iter().partition(is_pending);
    let mut summarised = Diagnostics::new();
    summarised.extend(rest);
    if pending.len() <= 1 {
        summarised.extend(pending);
        return summarised;
    }
    let mut items = in_input(input);
    items.retain(|unseen| pending.iter().any(|d| is_about(d, &unseen.subject())));
    let n_files: usize = items.iter().map(|unseen| unseen.files.len()).sum();
    let message = format!(
        "{} 項佐證的 {n_files} 個檔案無法由程式判讀，尚未核對是否已遮蔽：{}",
        items.len(),
        first_of(items.iter().map(|unseen| unseen.item.code.to_string())),
    );
    let hint = "執行 huibian compile 後請看「內部/縮圖確認.html」，核對後將各項的識別碼填入「例外核可」，附理由、核可人及核可日期";
    summarised.push(Diagnostic::new(&MASKING_UNSEEN, Place::Workspace, message).hint(hint));
    summarised
}

fn first_of(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let more = if names.len() > NAMED { "等" } else { "" };
    format!("{}{more}", names[..names.len().min(NAMED)].join("、"))
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
