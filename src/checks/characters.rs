//! Characters that would not print as meant: no glyph, private use, look-alikes.
//!
//! Looks at every text that may end up on paper and names characters by code point. Which
//! characters the fonts hold is asked of the caller.

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::folding::nfkc;
use crate::inventory::{MediaType, Role};

use super::passages::{Passage, passages};
use super::{CheckInput, breach, variants};

pub static CHARACTER_WITHOUT_GLYPH: Rule = Rule {
    id: "character-without-glyph",
    severity: Severity::Error,
    title: "有印不出來的字",
    explanation: "檢查什麼：會印出的文字，字型是否都有該字。\n\
        為何重要：字型沒有的字會印成方框，姓名或地名就缺了字。\n\
        如何修正：請改用通用的字或文字描述（表情符號請刪除）；罕用字請安裝全字庫正楷體（TW-Kai）各字型檔，或與秘書單位確認替代寫法。",
    answerable: true,
};

pub static CHARACTER_PRIVATE_USE: Rule = Rule {
    id: "character-private-use",
    severity: Severity::Error,
    title: "有自造字（造字區字元）",
    explanation: "檢查什麼：文字中是否有各機關自行造字的字元（Unicode 私人使用區）。\n\
        為何重要：自造字只在裝有該造字檔的電腦上看得到，到了別處是空白或別的字。\n\
        如何修正：請查全字庫（CNS11643）改用標準字；沒有標準字者，以文字說明字形。",
    answerable: false,
};

pub static CHARACTER_COMPATIBILITY: Rule = Rule {
    id: "character-compatibility",
    severity: Severity::Warning,
    title: "有外形相同的相容字元",
    explanation: "檢查什麼：文字中是否有康熙部首或相容漢字，外形與一般字相同而編碼不同。\n\
        為何重要：多自 PDF 複製而來；看起來一樣，卻搜尋不到，也可能印成不同字形。\n\
        如何修正：請以輸入法重新輸入訊息所示的一般字。",
    answerable: true,
};

pub static CHARACTER_SIMPLIFIED: Rule = Rule {
    id: "character-simplified",
    severity: Severity::Warning,
    title: "有簡體字或日文漢字",
    explanation: "檢查什麼：正體中文的文字裡，是否夾有簡體字或日文漢字。\n\
        為何重要：多為輸入法或轉貼造成；公文書應使用正體字，姓名、地名用字不同也會被當成另一個名稱。\n\
        如何修正：請改為訊息所示的正體字；外國人名、原文引用等確應如此者，由秘書單位核可。",
    answerable: true,
};

pub static RULES: &[&Rule] =
    &[&CHARACTER_WITHOUT_GLYPH, &CHARACTER_PRIVATE_USE, &CHARACTER_COMPATIBILITY, &CHARACTER_SIMPLIFIED];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    for passage in passages(input).iter().filter(|passage| passage.printed) {
        let faults = faults(&passage.text, input.covered);
        for rule in RULES {
            let of_rule: Vec<&Fault> = faults.iter().filter(|fault| fault.rule.id == rule.id).collect();
            out.extend(report(passage, rule, &of_rule));
        }
    }
    for passage in text_files(input) {
        // Packed as it is and printed nowhere: nothing is lost here, only at the receiver's.
        let faults = faults(&passage.text, &|_| true);
        let made: Vec<&Fault> =
            faults.iter().filter(|fault| fault.rule.id == CHARACTER_PRIVATE_USE.id).collect();
        let told = report(&passage, &CHARACTER_PRIVATE_USE, &made);
        out.extend(told.map(|told| told.severity(Severity::Warning)));
    }
}

/// Plain text among the evidence, which may be in Big5 with characters an agency made itself.
fn text_files<'a>(input: &CheckInput<'a>) -> Vec<Passage<'a>> {
    let texts = input.inventory.files.iter().filter(|file| file.media_type == MediaType::Text);
    let mut found = Vec::new();
    for file in texts {
        let Role::Evidence(code) = &file.role else { continue };
        let Some(preparation) = input.preparations.get(&file.path) else { continue };
        found.extend(preparation.fragments.iter().map(|fragment| Passage {
            text: fragment.text.clone(),
            place: fragment.spot.place(&file.path, ""),
            unit: input.plan.item(code).map(|(task, _)| &task.unit),
            subject: crate::identity::mask(file.path.as_str()),
            name: "文字檔".to_owned(),
            printed: false,
            is_contact: false,
            excerpt: None,
        }));
    }
    found
}

/// A character that would not print as meant.
struct Fault {
    rule: &'static Rule,
    character: char,
    /// Counts from 1.
    position: usize,
    /// The ordinary character it looks like.
    ordinary: Option<char>,
}

/// Each different character once, at its first position.
fn faults(text: &str, covered: &dyn Fn(char) -> bool) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    let is_foreign = variants::is_foreign(text);
    for (index, character) in text.chars().enumerate() {
        // Nearly every character of nearly every text.
        if character.is_ascii_graphic() || is_invisible(character) {
            continue;
        }
        let looks_like = ordinary(character);
        let written = variants::traditional(character).filter(|_| !is_foreign);
        let ordinary = looks_like.or(written);
        let rule = match character {
            _ if is_private_use(character) => &CHARACTER_PRIVATE_USE,
            '\u{fffd}' => &CHARACTER_WITHOUT_GLYPH,
            _ if !covered(character) => &CHARACTER_WITHOUT_GLYPH,
            _ if looks_like.is_some() => &CHARACTER_COMPATIBILITY,
            _ if written.is_some() => &CHARACTER_SIMPLIFIED,
            _ => continue,
        };
        if !faults.iter().any(|fault| fault.character == character) {
            faults.push(Fault { rule, character, position: index + 1, ordinary });
        }
    }
    faults
}

/// Blanks, line breaks and marks that have no glyph of their own.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}')
}

fn is_private_use(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

/// The ordinary ideograph behind a Kangxi radical, radical supplement or compatibility ideograph.
fn ordinary(character: char) -> Option<char> {
    let is_look_alike = matches!(character,
        '\u{2e80}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}');
    if !is_look_alike {
        return None;
    }
    let folded = nfkc(character.encode_utf8(&mut [0; 4]));
    folded.chars().next().filter(|ordinary| *ordinary != character)
}

fn report(passage: &Passage, rule: &'static Rule, faults: &[&Fault]) -> Option<Diagnostic> {
    const SHOWN: usize = 4;
    if faults.is_empty() {
        return None;
    }
    let mut named: Vec<String> = faults.iter().take(SHOWN).map(|fault| name(fault)).collect();
    if faults.len() > SHOWN {
        named.push(format!("等 {} 種", faults.len()));
    }
    let what = match rule.id {
        "character-private-use" => "自造字",
        "character-compatibility" => "相容字元",
        "character-simplified" => "簡體字或日文漢字",
        _ if faults.iter().all(|fault| fault.character == '\u{fffd}') => "已損壞的字",
        _ if faults.iter().all(|fault| is_emoji(fault.character)) => "表情符號",
        _ => "印不出來的字",
    };
    let message = format!("{}有{what}：{}", passage.name, named.join("、"));
    let replacements: Vec<String> =
        faults.iter().filter_map(|fault| fault.ordinary).take(SHOWN).map(coded).collect();
    let hint = match (rule.id, replacements.is_empty()) {
        ("character-simplified", false) => format!("請改為正體字{}", replacements.join("、")),
        (_, false) => format!("請重新輸入一般字{}", replacements.join("、")),
        ("character-private-use", _) => "請查全字庫改用標準字，或以文字說明".to_owned(),
        _ if faults.iter().any(|fault| is_rare_ideograph(fault.character)) => {
            "請安裝全字庫正楷體（TW-Kai）各字型檔後再執行一次，或改用通用的字".to_owned()
        }
        _ => "請改用通用的字；表情符號請刪除".to_owned(),
    };
    Some(
        breach(rule, &passage.place, passage.unit, &passage.subject, message)
            .hint(hint)
            .excerpt(passage.excerpt.clone()),
    )
}

/// 「國」（U+570B）.
pub fn coded(character: char) -> String {
    format!("「{character}」（U+{:04X}）", character as u32)
}

/// Pictographs (Unicode's emoji blocks), which no font for documents has.
fn is_emoji(character: char) -> bool {
    matches!(character, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}')
}

/// Ideographs that only large fonts have: extension A, and those beyond the first plane.
fn is_rare_ideograph(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}')
}

/// 「𠮷」（U+20BB7，第 3 字）; characters nobody can see are named by code point alone.
fn name(fault: &Fault) -> String {
    let code = format!("U+{:04X}", fault.character as u32);
    let is_visible = !is_private_use(fault.character) && !fault.character.is_control();
    match is_visible {
        true => format!("「{}」（{code}，第 {} 字）", fault.character, fault.position),
        false => format!("{code}（第 {} 字）", fault.position),
    }
}
