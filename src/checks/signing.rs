//! The signed page that comes back: whether what was signed is what is sent.
//!
//! Judges by the identity mark, which every page of a run bears and any change of the inputs changes. Knows
//! nothing of how the page is bound.

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::exhibit::{Content, Preparation};
use crate::inventory::{InputFile, Role};
use crate::place::{Place, RelPath};
use crate::signing::{self, Named};

use super::{CheckInput, breach};

pub static SIGNED_PAGE_OUTDATED: Rule = Rule {
    id: "signed-page-outdated",
    severity: Severity::Error,
    title: "核章頁不是目前這一版的",
    explanation: "檢查什麼：核章頁頁尾的識別碼，是否就是目前資料算出的識別碼。\n\
        為何重要：識別碼不同，表示列印核章之後填報檔或佐證有變動，長官核章的內容與要寄出的不同。\n\
        如何修正：請重新列印自評表的核章頁核章，再以 huibian attach-signed 放入；變動不影響核章內容者，由秘書單位填「例外核可」。",
    answerable: true,
};

pub static SIGNED_PAGE_UNCONFIRMED: Rule = Rule {
    id: "signed-page-unconfirmed",
    severity: Severity::Error,
    title: "核章頁無法確認是哪一版",
    explanation: "檢查什麼：核章頁的文字、檔名或承辦人輸入的識別碼，是否有一項可以和目前的識別碼比對。\n\
        為何重要：掃描成圖片的核章頁，程式讀不到頁尾的識別碼，無從確認核章的是要寄出的內容。\n\
        如何修正：請以 huibian attach-signed 放入，並以 --mark 輸入核章頁頁尾所印的識別碼。",
    answerable: true,
};

pub static SIGNED_PAGE_UNUSABLE: Rule = Rule {
    id: "signed-page-unusable",
    severity: Severity::Error,
    title: "核章頁不是可以附送的掃描檔",
    explanation: "檢查什麼：核章頁是不是可以開啟的 PDF 或圖片。\n\
        為何重要：損壞、加密或其他格式的檔案，無法附在自評表之後。\n\
        如何修正：請重新掃描成 PDF 或 JPG；由秘書單位填「例外核可」者，陳報包不附核章頁。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[&SIGNED_PAGE_OUTDATED, &SIGNED_PAGE_UNCONFIRMED, &SIGNED_PAGE_UNUSABLE];

/// A page that could not be read at all is told by whoever tried; one beside a current page is passed over.
pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    let pages = || input.inventory.files.iter().filter(|file| file.role == Role::SignedPage);
    let is_current = |file: &InputFile| {
        signing::kept_mark(file.path.file_name()).is_some_and(|mark| mark == input.identity)
    };
    let has_current = pages().any(is_current);
    for file in pages().filter(|file| !has_current || is_current(file)) {
        if let Some(preparation) = input.preparations.get(&file.path) {
            let mark = signing::kept_mark(file.path.file_name());
            let named = match mark {
                Some(mark) if mark == input.identity => Named::Expected,
                Some(mark) => Named::Other(mark),
                None => Named::Nothing,
            };
            out.extend(judge(&file.path, preparation, named, None, input.identity));
        }
    }
}

/// What keeps a scan from being the signature page of the run with this identity; `None`: it is.
/// What is printed on it goes before what its name or the clerk says.
pub fn judge(
    scan: &RelPath,
    preparation: &Preparation,
    named: Named,
    typed: Option<&str>,
    identity: &str,
) -> Option<Diagnostic> {
    let told = |rule, message: String| breach(rule, &Place::file(scan), None, scan.as_str(), message);
    if let Content::File { reason } | Content::Unusable { reason } = &preparation.content {
        return Some(
            told(&SIGNED_PAGE_UNUSABLE, format!("無法作為核章頁：{reason}"))
                .hint("請重新掃描成 PDF 或 JPG 後再放入"),
        );
    }
    let printed: Vec<String> =
        preparation.texts.iter().flat_map(|text| signing::printed_marks(&text.text)).collect();
    let outdated = |by: &str, mark: &str| {
        let message = format!(
            "{by}的識別碼是 {mark}，目前資料的識別碼是 {identity}：核章後填報檔或佐證有變動，或放錯了檔案"
        );
        told(&SIGNED_PAGE_OUTDATED, message)
            .hint("請重新執行 huibian compile，列印自評表的核章頁重新核章，再以 huibian attach-signed 放入")
    };
    match (printed.first(), named, typed) {
        (Some(_), ..) if printed.iter().any(|mark| mark == identity) => None,
        (Some(mark), ..) => Some(outdated("核章頁所印", mark)),
        (None, _, Some(mark)) if mark == identity => None,
        (None, _, Some(mark)) => Some(outdated("輸入", mark)),
        (None, Named::Expected, None) => None,
        (None, Named::Other(mark), None) => Some(outdated("檔名所載", &mark)),
        (None, Named::Nothing, None) => {
            Some(told(&SIGNED_PAGE_UNCONFIRMED, "掃描檔上讀不到識別碼，無法確認核章的是哪一版".to_owned()).hint(
                "請看核章頁頁尾所印的識別碼（8 個英數字），以 huibian attach-signed 掃描檔 --mark 識別碼 放入",
            ))
        }
    }
}
