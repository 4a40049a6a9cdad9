//! Evidence that is packed as it is: films and recordings foremost, which alone can burst a mail.
//!
//! Looks at sizes only; what stands in a file is for `privacy`, whether it could be bound for `evidence`.

use crate::diagnostic::{Diagnostics, Rule, Severity};
use crate::exhibit::Content;
use crate::inventory::Role;
use crate::place::Place;

use super::{CheckInput, breach};

pub static EVIDENCE_LARGE: Rule = Rule {
    id: "evidence-large",
    severity: Severity::Warning,
    title: "附送的檔案太大，郵件寄不出去",
    explanation: "檢查什麼：以檔案附送的佐證（例如影音），單獨一個是否就超過一封郵件的上限（含郵件編碼增加的三分之一）。\n\
        為何重要：超過上限的郵件會被退回，整個陳報包都寄不出去。\n\
        如何修正：請剪輯成必要的片段或降低畫質後替換，或改以光碟、雲端連結遞送。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&EVIDENCE_LARGE];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    let limit = input.plan.limits.of_a_mail();
    for file in &input.inventory.files {
        let Role::Evidence(code) = &file.role else { continue };
        let is_packed = input
            .preparations
            .get(&file.path)
            .is_some_and(|preparation| matches!(preparation.content, Content::File { .. }));
        if !is_packed || encoded(file.bytes) <= limit.bytes() {
            continue;
        }
        let unit = input.plan.item(code).map(|(task, _)| &task.unit);
        let message = format!(
            "檔案 {} MB，郵件編碼後約 {} MB，單獨就超過{} {} MB",
            megabytes(file.bytes),
            megabytes(encoded(file.bytes)),
            limit.name(),
            megabytes(limit.bytes())
        );
        out.push(
            breach(&EVIDENCE_LARGE, &Place::file(&file.path), unit, file.path.as_str(), message)
                .hint("請剪輯或降低畫質後替換，或改以光碟、雲端連結遞送"),
        );
    }
}

/// Base64 turns three bytes into four (RFC 4648 §4).
fn encoded(bytes: u64) -> u64 {
    bytes.div_ceil(3).saturating_mul(4)
}

fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}
