//! The workspace's own templates: laid over the built-in ones where they fit, told where they do not.
//!
//! What does not fit is an error and keeps the bundle back: with the built-in template in its place a page
//! would say something else than its user believes. Fields that a template asks for and nobody has are told
//! when it is filled, by `template` and `typeset`. Values in, values out; the disk is the workspace's.

mod contract;
mod written;

pub use contract::contract;
pub use written::{WRITTEN, Written};

use std::collections::BTreeMap;

use crate::assets::Templates;
use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::folding::did_you_mean;
use crate::inventory::sha256_hex;
use crate::place::{Place, RelPath};
use crate::{template, typeset};

/// Longest override read, in bytes: fifty times the longest built-in template.
pub const MOST_BYTES: u64 = 2_000_000;

pub static TEMPLATE_UNREADABLE: Rule = Rule {
    id: "template-unreadable",
    severity: Severity::Error,
    title: "自訂範本不是 UTF-8 文字檔",
    explanation: "檢查什麼：工作資料夾 templates 內的自訂範本，是否為 UTF-8 編碼的文字檔。\n\
        為何重要：讀不出來的範本無法使用；若改用內建範本，印出的與您所訂的不同。\n\
        如何修正：請以記事本另存新檔，編碼選 UTF-8；不用自訂範本者，請刪除該檔。",
    answerable: false,
};

pub static TEMPLATE_UNKNOWN: Rule = Rule {
    id: "template-unknown",
    severity: Severity::Error,
    title: "自訂範本的名稱不是任何內建範本",
    explanation: "檢查什麼：工作資料夾 templates 內的範本檔（.typ、.hbs、.css、.js），名稱與所在資料夾是否和內建範本相同。\n\
        為何重要：自訂範本以名稱取代內建範本，名稱不同就不會被使用，印出的與您所訂的不同。\n\
        如何修正：請改成內建範本的名稱（huibian templates 會全部寫出）；不用者請刪除或移出 templates 資料夾。",
    answerable: false,
};

pub static TEMPLATE_SYNTAX: Rule = Rule {
    id: "template-syntax",
    severity: Severity::Error,
    title: "自訂範本的寫法有誤",
    explanation: "檢查什麼：自訂範本的語法：.hbs 的大括號、.typ 的 Typst 語法。\n\
        為何重要：寫法有誤的範本無法排版；草稿暫以內建範本代替。\n\
        如何修正：請依訊息所指的行、欄，與內建範本對照修正。",
    answerable: false,
};

pub static TEMPLATE_OUTDATED: Rule = Rule {
    id: "template-outdated",
    severity: Severity::Warning,
    title: "自訂範本是依舊版內建範本寫的",
    explanation: "檢查什麼：寫出自訂範本時的內建範本，與這一版程式的內建範本是否相同（依 templates/內建範本.sha256）。\n\
        為何重要：新版程式的內建範本可能多了欄位或改了文字，舊的自訂範本不會印出。\n\
        如何修正：請把自訂範本移開，執行 huibian templates 寫出新版，再把您的修改加到新版上；沒有改過的，刪除即可。",
    answerable: false,
};

pub const RULES: &[&Rule] = &[&TEMPLATE_UNREADABLE, &TEMPLATE_UNKNOWN, &TEMPLATE_SYNTAX, &TEMPLATE_OUTDATED];

/// The built-in templates with a workspace's files laid over them, and what is to be said of these. `files`
/// are all files below `templates/`, by path within it.
pub fn lay_over(files: &BTreeMap<String, Vec<u8>>) -> (Templates, Diagnostics) {
    let mut templates = Templates::builtin();
    let mut told = Diagnostics::new();
    let written = files.get(WRITTEN).map(|bytes| Written::parse(&String::from_utf8_lossy(bytes)));
    for (name, bytes) in files.iter().filter(|(name, _)| is_template(name)) {
        let builtin = templates.get(name).map(|template| template.text.clone());
        match builtin {
            None => told.push(unknown(name)),
            Some(builtin) => match readable(name, bytes) {
                Err(fault) => told.push(*fault),
                Ok(text) => {
                    let since = written.as_ref().and_then(|written| written.digest(name));
                    told.extend(since.and_then(|since| outdated(name, bytes, &builtin, since)));
                    templates.lay_over(name, text);
                }
            },
        }
    }
    (templates, told)
}

/// Meant as a template; notes and pictures beside them are nobody's mistake.
fn is_template(name: &str) -> bool {
    let extension = RelPath::new(name).extension();
    extension.is_some_and(|extension| ["typ", "hbs", "css", "js"].contains(&extension.as_str()))
}

fn told(rule: &'static Rule, name: &str, place: Option<(usize, usize)>, message: String) -> Diagnostic {
    let file = RelPath::new(format!("templates/{name}"));
    let subject = file.as_str().to_owned();
    let place = match place {
        Some((line, column)) => Place::Text { file, line, column },
        None => Place::File { file },
    };
    Diagnostic::new(rule, place, message).subject(subject)
}

/// The text of an override that can be used, without its byte order mark.
fn readable(name: &str, bytes: &[u8]) -> Result<String, Box<Diagnostic>> {
    let refused =
        |message: &str, hint| Box::new(told(&TEMPLATE_UNREADABLE, name, None, message.to_owned()).hint(hint));
    if bytes.len() as u64 > MOST_BYTES {
        return Err(refused("檔案過大，不是範本", "請放回由 huibian templates 寫出的範本再修改"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        refused("不是 UTF-8 編碼的文字檔，讀不出來", "請以記事本開啟，另存新檔並選 UTF-8 編碼")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match wrong_syntax(name, text) {
        Some((place, message)) => {
            let fault = told(&TEMPLATE_SYNTAX, name, place, message);
            Err(Box::new(fault.hint("請與內建範本對照，修正這一處的寫法")))
        }
        None => Ok(text.to_owned()),
    }
}

fn wrong_syntax(name: &str, text: &str) -> Option<(Option<(usize, usize)>, String)> {
    match RelPath::new(name).extension()?.as_str() {
        "hbs" => template::syntax_fault(name, text).map(|fault| (fault.place, fault.message)),
        "typ" => typeset::syntax_fault(name, text)
            .map(|fault| (fault.place.map(|(_, line, column)| (line, column)), fault.message)),
        _ => None,
    }
}

fn unknown(name: &str) -> Diagnostic {
    let builtin = Templates::builtin();
    let near = did_you_mean(name, builtin.iter().map(|(known, _)| known));
    let hint = match near {
        Some(near) => format!("您是指「templates/{near}」嗎？請改成這個名稱；不用者請刪除"),
        None => "請執行 huibian templates 看內建範本的名稱；不用者請刪除或移出 templates 資料夾".to_owned(),
    };
    told(&TEMPLATE_UNKNOWN, name, None, "不是任何內建範本的名稱，不會被使用".to_owned()).hint(hint)
}

/// What to say of an override that began as another built-in text than today's.
fn outdated(name: &str, bytes: &[u8], builtin: &str, since: &str) -> Option<Diagnostic> {
    if since == sha256_hex(builtin.as_bytes()) || bytes == builtin.as_bytes() {
        return None;
    }
    let (message, hint) = match sha256_hex(bytes) == since {
        true => ("是舊版的內建範本，沒有修改過", "請刪除此檔，即使用新版的內建範本".to_owned()),
        false => (
            "是依舊版內建範本修改的，這一版的內建範本已有變動",
            format!(
                "請移開此檔，執行 huibian templates 寫出新版，再加上您的修改；已確認無須改者，刪去 templates/{WRITTEN} 中這個檔名的一行"
            ),
        ),
    };
    Some(told(&TEMPLATE_OUTDATED, name, None, message.to_owned()).hint(hint))
}
