//! The agency's own form that goes in place of ours: whether it can go, and says what the dossier says.
//!
//! What is wrong with its placeholders is told where they are filled in. Knows nothing of how that is done.

use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::place::{Place, RelPath};

use super::breach;

pub static OFFICIAL_FORM_FIGURE_ABSENT: Rule = Rule {
    id: "official-form-figure-absent",
    severity: Severity::Warning,
    title: "官方表單裡找不到彙整的數字",
    explanation: "檢查什麼：自行填好的官方表單（沒有 {{…}} 欄位者），是否寫有自評合計與各項合計。\n\
        為何重要：陳報包以這份表單代替自評表；數字抄錯或資料後來有變動，與佐證資料就會不一致。\n\
        如何修正：請核對表單上的數字；表單不列這些數字者，不必理會。改用 {{…}} 欄位，程式會自動填入。",
    answerable: false,
};

pub static OFFICIAL_FORM_NOT_CONVERTED: Rule = Rule {
    id: "official-form-not-converted",
    severity: Severity::Warning,
    title: "官方表單不會附 PDF",
    explanation: "檢查什麼：官方表單填好後，本機能否轉成 PDF 一併附送。\n\
        為何重要：只附可編輯檔，收件機關看到的版面可能不同；Word 檔（.docx）也不是政府文件標準格式，可能被退件。\n\
        如何修正：請安裝 LibreOffice 後再執行一次；沒有的話，請把表單另存為 .odt，寄送前另行轉存 PDF。表單內自動更新的日期請改為文字。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[&OFFICIAL_FORM_FIGURE_ABSENT, &OFFICIAL_FORM_NOT_CONVERTED];

/// What to look at in a form that somebody has filled in: `absent` are figures, with their names, that
/// stand nowhere in it.
pub fn judge(form: &RelPath, absent: &[(String, String)]) -> Option<Diagnostic> {
    if absent.is_empty() {
        return None;
    }
    let figures: Vec<String> = absent.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let message = format!("表單裡找不到這些數字：{}", figures.join("、"));
    Some(
        breach(&OFFICIAL_FORM_FIGURE_ABSENT, &Place::file(form), None, form.as_str(), message)
            .hint("請核對表單上的數字，或改用 {{…}} 欄位由程式填入"),
    )
}

/// A form that goes without a PDF; `why` in the user's language.
pub fn not_converted(form: &RelPath, why: &str) -> Diagnostic {
    let message = format!("{why}，陳報包只附填好的可編輯檔");
    breach(&OFFICIAL_FORM_NOT_CONVERTED, &Place::file(form), None, form.as_str(), message)
        .hint("請安裝 LibreOffice；Word 檔請先另存為 .odt（政府文件標準格式），自動更新的日期請改為文字")
}
