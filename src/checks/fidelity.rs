//! Rules on whether bound pages look as their sources do: fonts that are missing, pages that differ, pages
//! that could not be compared.
//!
//! Words what preparation and guard found; looks at no page itself.

use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::exhibit::Remark;
use crate::place::Place;
use crate::plan::UnitId;

use super::breach;
use super::evidence::page_list;

pub static EVIDENCE_FONT_MISSING: Rule = Rule {
    id: "evidence-font-missing",
    severity: Severity::Warning,
    title: "佐證 PDF 的字型未內嵌",
    explanation: "檢查什麼：PDF 用到的字型是否都存在檔案裡（Arial、Times New Roman 等各處都有的字型不計）。\n\
        為何重要：未內嵌的標楷體、細明體等，在沒有該字型的電腦上會換成別的字型，符號字型甚至會變成別的字。\n\
        如何修正：請回原程式重新另存 PDF，選項勾選「內嵌字型」（或存成 PDF/A），或以「列印成 PDF」重存後替換。",
    answerable: true,
};

pub static EVIDENCE_LOOKS_DIFFERENT: Rule = Rule {
    id: "evidence-looks-different",
    severity: Severity::Warning,
    title: "裝訂的頁面與原檔看起來不同",
    explanation: "檢查什麼：把原檔與裝訂後的每一頁各畫一次，比對有無看得出來的差異；有差異的頁面改以影像裝訂，\
        仍辦不到的才列在這裡。\n\
        為何重要：少一個章、換一個字或移了位置，委員看到的就不是原來的佐證。\n\
        如何修正：請打開佐證資料核對所列頁面；確有差異者，請把原檔「列印成 PDF」後替換。",
    answerable: true,
};

pub static EVIDENCE_NOT_COMPARED: Rule = Rule {
    id: "evidence-not-compared",
    severity: Severity::Warning,
    title: "裝訂的頁面未能與原檔比對",
    explanation: "檢查什麼：原檔與裝訂後的頁面能否在限制的時間與記憶體內畫出來比對。\n\
        為何重要：未比對的頁面仍照常裝訂，但有無差異須由人核對。\n\
        如何修正：請打開佐證資料核對所列頁面；頁面過於複雜者，可「列印成 PDF」後替換。",
    answerable: true,
};

pub const RULES: &[&Rule] = &[&EVIDENCE_FONT_MISSING, &EVIDENCE_LOOKS_DIFFERENT, &EVIDENCE_NOT_COMPARED];

/// What a remark means to the unit whose file it is about; nothing for remarks on other matters.
pub fn check(remark: &Remark, place: &Place, unit: &UnitId, subject: &str) -> Vec<Diagnostic> {
    let at = |rule, message: String, hint: &str| {
        breach(rule, place, Some(unit), subject, message).hint(hint.to_owned())
    };
    let mut found = Vec::new();
    match remark {
        Remark::FontsMissing { named, numbered } => {
            let remedy = "請重新另存 PDF 並勾選「內嵌字型」，或以「列印成 PDF」重存後替換";
            if !numbered.is_empty() {
                let message = format!("字型未內嵌，換一部電腦可能顯示成別的字：{}", numbered.join("、"));
                found.push(at(&EVIDENCE_FONT_MISSING, message, remedy));
            }
            if !named.is_empty() {
                let message = format!("字型未內嵌，換一部電腦會以別的字型顯示：{}", named.join("、"));
                found.push(at(&EVIDENCE_FONT_MISSING, message, remedy));
            }
        }
        Remark::Compared { differing, not_drawn } => {
            if !differing.is_empty() {
                let message = format!("第 {} 頁裝訂後與原檔看起來不同", page_list(differing));
                let hint = "請打開佐證資料核對；確有差異者，請把原檔「列印成 PDF」後替換";
                found.push(at(&EVIDENCE_LOOKS_DIFFERENT, message, hint));
            }
            if !not_drawn.is_empty() {
                let message = format!("第 {} 頁未能與原檔比對", page_list(not_drawn));
                found.push(at(&EVIDENCE_NOT_COMPARED, message, "請打開佐證資料，與原檔核對所列頁面"));
            }
        }
        _ => {}
    }
    found
}
