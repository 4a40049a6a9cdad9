//! Evidence whose pages another program made from an office document: worth a look before it leaves.
//!
//! Looks at what the preparation remarked; that a document could not be converted is told by `evidence`.

use crate::diagnostic::{Diagnostics, Rule, Severity};
use crate::exhibit::Content;
use crate::inventory::Role;
use crate::place::Place;

use super::{CheckInput, breach};

pub static EVIDENCE_CONVERTED: Rule = Rule {
    id: "evidence-converted",
    severity: Severity::Warning,
    title: "Office 檔已轉成 PDF 裝訂",
    explanation: "檢查什麼：Word、Excel、PowerPoint 與 ODF 佐證檔，是否由本機的 LibreOffice 轉成 PDF 裝訂。\n\
        為何重要：轉出的換行、字型與分頁可能與原程式不同，委員看到的是轉出的頁面。\n\
        如何修正：請翻看附件中的這幾頁；版面不對者，請以原程式另存為 PDF 後替換。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&EVIDENCE_CONVERTED];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    for file in &input.inventory.files {
        let Role::Evidence(code) = &file.role else { continue };
        let Some(preparation) = input.preparations.get(&file.path) else { continue };
        let (Some(by), Content::Pages { pages, .. }) = (preparation.converted_by(), &preparation.content)
        else {
            continue;
        };
        let unit = input.plan.item(code).map(|(task, _)| &task.unit);
        let message = format!("已由 {by} 轉成 PDF 裝訂（{} 頁），版面可能與原程式不同", pages.len());
        out.push(
            breach(&EVIDENCE_CONVERTED, &Place::file(&file.path), unit, file.path.as_str(), message)
                .hint("請翻看附件中的這幾頁；版面不對者，請以原程式另存為 PDF 後替換"),
        );
    }
}
