//! A form of the agency's own — .docx or .odt with `{{…}}` in it — filled in with the dossier's values.
//!
//! The template's bytes are foreign: they are read within limits, changed in places and never written
//! anew, so that whatever we do not understand survives. What a placeholder may say is `values`' affair.

use std::collections::BTreeMap;
use std::io::Cursor;

use crate::clearance::Cleared;
use crate::container::{Caps, Package, PackageFault, repack, sniff};
use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::dossier::Dossier;
use crate::inventory::MediaType;
use crate::place::{Place, RelPath};

use super::filling::{self, Dialect, Misuse, PartFault, What};
use super::values::Values;

pub static TEMPLATE_UNREADABLE: Rule = Rule {
    id: "fill-template-unreadable",
    severity: Severity::Error,
    title: "表單範本無法讀取",
    explanation: "檢查什麼：要填入的表單是否為完整、未加密的 .docx 或 .odt，且大小在上限之內。\n\
        為何重要：讀不懂的表單無法填入，也不能冒險改寫。\n\
        如何修正：請以 Word 或 LibreOffice 開啟後另存為 .docx 或 .odt，取消密碼，再試一次。",
    answerable: false,
};

pub static PLACEHOLDER_UNKNOWN: Rule = Rule {
    id: "fill-placeholder-unknown",
    severity: Severity::Error,
    title: "表單裡的欄位名稱沒有對應的內容",
    explanation: "檢查什麼：表單裡每個 {{…}} 的名稱是否為可填入的欄位。\n\
        為何重要：沒有對應內容的欄位會原樣留在送出的表單上。\n\
        如何修正：請依訊息更正名稱；全部可用的欄位：huibian fill 表單 --list。",
    answerable: false,
};

pub static PLACEHOLDER_MISPLACED: Rule = Rule {
    id: "fill-placeholder-misplaced",
    severity: Severity::Error,
    title: "逐列重複的欄位位置不對",
    explanation: "檢查什麼：「指標.」「單位.」「佐證.」開頭的欄位是否放在表格列內，且同一列只用一種。\n\
        為何重要：這些欄位會讓該列逐筆重複；放在表格外或混用兩種，就不知道要重複什麼。\n\
        如何修正：請放進表格的同一列；只要某一指標的內容，請把「指標」換成該指標的編號。",
    answerable: false,
};

pub static PLACEHOLDER_UNCLOSED: Rule = Rule {
    id: "fill-placeholder-unclosed",
    severity: Severity::Error,
    title: "欄位少了結尾的 }}",
    explanation: "檢查什麼：每個 {{ 在同一段落內是否有對應的 }}。\n\
        為何重要：沒有結尾的欄位無法辨認，會原樣留在表單上。\n\
        如何修正：請補上 }}，並確認開頭與結尾在同一段落。",
    answerable: false,
};

pub static RULES: &[&Rule] =
    &[&TEMPLATE_UNREADABLE, &PLACEHOLDER_UNKNOWN, &PLACEHOLDER_MISPLACED, &PLACEHOLDER_UNCLOSED];

/// Limits for a form: a few pages with pictures.
const TEMPLATE_CAPS: Caps = Caps {
    file: 20 << 20,
    total: 64 << 20,
    part: 16 << 20,
    entries: 1_000,
    ratio: 200,
    ratio_grace: 4 << 20,
};

/// The form filled in, and everything that is wrong with its placeholders. Nothing is given back when
/// there is nothing that could be sent.
pub fn fill(
    dossier: &Cleared<&Dossier>,
    template: &[u8],
    file: &RelPath,
) -> anyhow::Result<(Option<Vec<u8>>, Diagnostics)> {
    let mut diagnostics = Diagnostics::new();
    let values = Values::of(dossier);
    let parts = match filled_parts(template, &values, file, &mut diagnostics) {
        Ok(parts) => parts,
        Err(reason) => {
            diagnostics.push(
                Diagnostic::new(&TEMPLATE_UNREADABLE, Place::file(file), format!("無法填入：{reason}"))
                    .hint("請以 Word 或 LibreOffice 另存為未加密的 .docx 或 .odt 再試"),
            );
            return Ok((None, diagnostics));
        }
    };
    if diagnostics.block() {
        return Ok((None, diagnostics));
    }
    let mut package = Package::open(Cursor::new(template), &TEMPLATE_CAPS)?;
    Ok((Some(repack(&mut package, &parts)?), diagnostics))
}

/// Every placeholder with its value today, in the order in which they are listed.
pub fn placeholders(dossier: &Dossier) -> Vec<(String, String)> {
    Values::of(dossier).list()
}

/// The parts that hold text, filled in; the reason why not, in the user's language.
fn filled_parts(
    template: &[u8],
    values: &Values,
    file: &RelPath,
    diagnostics: &mut Diagnostics,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let dialect = match sniff(template) {
        MediaType::Docx => Dialect::Docx,
        MediaType::Odt => Dialect::Odt,
        _ => return Err("不是 .docx 或 .odt（.doc 請先另存新檔；設有密碼者請先取消）".to_owned()),
    };
    let said = |fault: PackageFault| fault.to_string();
    let mut package = Package::open(Cursor::new(template), &TEMPLATE_CAPS).map_err(said)?;
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    let mut parts = BTreeMap::new();
    for name in names.into_iter().filter(|name| holds_text(dialect, name)) {
        let Some(bytes) = package.part(&name).map_err(said)? else { continue };
        let text = String::from_utf8(bytes).map_err(|_| format!("「{name}」不是 UTF-8 編碼"))?;
        let (filled, misuses) = filling::fill(&text, dialect, values).map_err(|fault| match fault {
            PartFault::Xml(fault) => format!("「{name}」的內容損壞（{}）", fault.0),
            PartFault::TooLarge => "填入後的內容過大，請減少表單裡的欄位".to_owned(),
        })?;
        diagnostics.extend(misuses.iter().map(|misuse| told(misuse, &name, values, file)));
        if filled != text {
            parts.insert(name, filled.into_bytes());
        }
    }
    Ok(parts)
}

fn holds_text(dialect: Dialect, part: &str) -> bool {
    match dialect {
        Dialect::Odt => part == "content.xml" || part == "styles.xml",
        Dialect::Docx => {
            let stem = part.strip_prefix("word/").and_then(|name| name.strip_suffix(".xml"));
            stem.is_some_and(|stem| {
                let kind = stem.trim_end_matches(|c: char| c.is_ascii_digit());
                matches!(kind, "document" | "header" | "footer" | "footnotes" | "endnotes")
            })
        }
    }
}

/// 「內文」, 「頁首」 …: where a part's text is seen.
fn seen_in(part: &str) -> &'static str {
    match part {
        "styles.xml" => "頁首或頁尾",
        part if part.contains("header") => "頁首",
        part if part.contains("footer") => "頁尾",
        part if part.contains("notes") => "註腳",
        _ => "內文",
    }
}

fn told(misuse: &Misuse, part: &str, values: &Values, file: &RelPath) -> Diagnostic {
    let at = match misuse.paragraph {
        0 => seen_in(part).to_owned(),
        number => format!("{}第 {number} 段「{}」", seen_in(part), misuse.text),
    };
    let name = &misuse.name;
    let (rule, message, hint) = match misuse.what {
        What::Unknown => (
            &PLACEHOLDER_UNKNOWN,
            format!("{at}的「{{{{{name}}}}}」不是可填入的欄位"),
            match values.nearest(name) {
                Some(nearest) => {
                    format!("您是指「{{{{{nearest}}}}}」嗎？全部欄位請執行 huibian fill 表單 --list")
                }
                None => "全部欄位請執行 huibian fill 表單 --list".to_owned(),
            },
        ),
        What::Misplaced => (
            &PLACEHOLDER_MISPLACED,
            format!("{at}的「{{{{{name}}}}}」要放在表格列內，且同一列只能用一種逐列重複的欄位"),
            "請移到表格的一列；只要某一指標的內容，請把「指標」換成該指標的編號".to_owned(),
        ),
        What::Unclosed => (
            &PLACEHOLDER_UNCLOSED,
            format!("{at}的「{{{{{name}」沒有結尾的「}}}}」"),
            "請補上「}}」，開頭與結尾須在同一段落".to_owned(),
        ),
    };
    Diagnostic::new(rule, Place::file(file), message).hint(hint).subject(name.clone())
}
