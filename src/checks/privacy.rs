//! Identity numbers and mobile telephones in what was handed in: cells, file names, documents.
//!
//! Numbers are found by `identity`; a number never stands in a message whole. What leaves the
//! house is looked at once more by the bundle's own gate.

use crate::diagnostic::{Diagnostics, Rule, Severity};
use crate::exhibit::Preparation;
use crate::identity::{self, IdentityHit, IdentityKind};
use crate::inventory::{InputFile, Role};
use crate::place::Place;
use crate::plan::UnitId;

use super::passages::{Passage, passages};
use super::{CheckInput, breach};

pub static IDENTITY_NUMBER: Rule = Rule {
    id: "identity-number",
    severity: Severity::Error,
    title: "出現身分證號或統一證號",
    explanation: "檢查什麼：所有儲存格文字、檔名與佐證檔案的文字中，是否有檢查碼正確的身分證或外來人口統一證號。\n\
        為何重要：被害人及當事人的證號依法應保密，公示文書不得揭露（人口販運防制法、個人資料保護法）。\n\
        如何修正：請刪除或遮蔽該號碼（例如改成案件代號）；確非個資者，由秘書單位寫明理由核可。",
    answerable: true,
};

pub static IDENTITY_NUMBER_SUSPECTED: Rule = Rule {
    id: "identity-number-suspected",
    severity: Severity::Warning,
    title: "疑似身分證號或統一證號",
    explanation: "檢查什麼：是否有格式像證號、但檢查碼不符的號碼。\n\
        為何重要：可能是抄錯一碼的證號，仍足以識別個人；也可能只是編號。\n\
        如何修正：請檢視原處；是證號請刪除或遮蔽，不是者可不處理或由秘書單位核可。",
    answerable: true,
};

pub static MOBILE_NUMBER: Rule = Rule {
    id: "mobile-number",
    severity: Severity::Warning,
    title: "文字中有行動電話號碼",
    explanation: "檢查什麼：執行情形、明細等文字中是否有行動電話號碼（聯絡人欄不在此限）。\n\
        為何重要：個人手機多屬個資，印在自評表上會隨件送出。\n\
        如何修正：請刪除，或改用公務電話。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&IDENTITY_NUMBER, &IDENTITY_NUMBER_SUSPECTED, &MOBILE_NUMBER];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    for passage in passages(input) {
        let hits = identity::find(&passage.text);
        if !hits.is_empty() {
            check_passage(&passage, &hits, out);
        }
    }
    for file in &input.inventory.files {
        let Role::Evidence(code) = &file.role else { continue };
        let unit = input.plan.item(code).map(|(task, _)| &task.unit);
        if let Some(preparation) = input.preparations.get(&file.path) {
            check_document(file, preparation, unit, out);
        }
    }
}

/// The rule a hit falls under; telephones of a document are told by nobody.
fn rule_of(hit: &IdentityHit) -> &'static Rule {
    match (hit.kind, hit.certain) {
        (IdentityKind::MobilePhone, _) => &MOBILE_NUMBER,
        (_, true) => &IDENTITY_NUMBER,
        (_, false) => &IDENTITY_NUMBER_SUSPECTED,
    }
}

/// Hits by rule, in the order of the registry.
fn by_rule(hits: &[IdentityHit]) -> impl Iterator<Item = (&'static Rule, Vec<&IdentityHit>)> {
    RULES
        .iter()
        .map(move |rule| (*rule, hits.iter().filter(|hit| rule_of(hit).id == rule.id).collect::<Vec<_>>()))
}

fn check_passage(passage: &Passage, hits: &[IdentityHit], out: &mut Diagnostics) {
    for (rule, hits) in by_rule(hits) {
        let Some(first) = hits.first() else { continue };
        if rule.id == MOBILE_NUMBER.id && (passage.is_contact || !passage.printed) {
            continue;
        }
        let shown = match passage.printed {
            true => identity::excerpt(&passage.text, first),
            false => masked(&passage.text, first),
        };
        let message = format!("{}有{}：{shown}{}", passage.name, what(rule, first), and_more(hits.len()));
        out.push(
            breach(rule, &passage.place, passage.unit, &passage.subject, message)
                .hint(hint(rule))
                .excerpt(passage.excerpt.clone()),
        );
    }
}

fn check_document(file: &InputFile, preparation: &Preparation, unit: Option<&UnitId>, out: &mut Diagnostics) {
    for text in &preparation.texts {
        let hits = identity::find(&text.text);
        let path = identity::mask(file.path.as_str());
        let (place, subject, name) = match text.page {
            0 => (Place::file(&file.path), format!("{path} 檔案屬性"), "檔案屬性".to_owned()),
            page => (
                Place::Page { file: file.path.clone(), page },
                format!("{path} 第{page}頁"),
                format!("第 {page} 頁"),
            ),
        };
        for (rule, hits) in by_rule(&hits) {
            let Some(first) = hits.first().filter(|_| rule.id != MOBILE_NUMBER.id) else { continue };
            let shown = masked(&text.text, first);
            let message = format!("{name}有{}：{shown}{}", what(rule, first), and_more(hits.len()));
            out.push(
                breach(rule, &place, unit, &subject, message)
                    .hint("請在原檔遮蔽該號碼後重新另存，再替換佐證檔案"),
            );
        }
    }
}

fn what(rule: &Rule, hit: &IdentityHit) -> String {
    let doubt = if rule.id == IDENTITY_NUMBER_SUSPECTED.id { "疑似" } else { "" };
    format!("{doubt}{}", hit.kind.label())
}

fn and_more(n: usize) -> String {
    if n > 1 { format!("（共 {n} 處）") } else { String::new() }
}

fn hint(rule: &Rule) -> &'static str {
    match rule.id {
        "identity-number" => "請刪除或改成案件代號；確非個資者，由秘書單位寫明理由核可",
        "identity-number-suspected" => "請檢視是否為證號；是者請刪除或遮蔽",
        _ => "請刪除，或改用公務電話",
    }
}

/// The number alone, masked.
fn masked(text: &str, hit: &IdentityHit) -> String {
    identity::mask(text.get(hit.range.clone()).unwrap_or_default())
}
