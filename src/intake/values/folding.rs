//! Typed text made comparable: widths, blanks, look-alikes, words for nothing.
//!
//! The only place of intake that folds for comparison; what is kept and printed is never
//! folded further than widths. Knows nothing of kinds or rules.

pub use crate::folding::fold as comparable;
use crate::folding::is_invisible;

/// Half-width digits, letters and signs; one kind of blank. Ideographs are left as they are.
pub fn widths(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .map(|character| match character {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
            '﹪' => '%',
            '﹣' | '−' | '–' | '—' | '‐' | '‑' | '─' => '-',
            '﹐' => ',',
            '﹒' => '.',
            character if character.is_whitespace() && character != '\n' => ' ',
            character => character,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether the text says that there is none, as against saying nothing.
pub fn says_nothing(text: &str) -> bool {
    const WORDS: [&str; 27] = [
        "無",
        "皆無",
        "均無",
        "尚無",
        "目前無",
        "沒有",
        "無資料",
        "無案件",
        "無個案",
        "無此情形",
        "無相關案件",
        "本年度無",
        "本年度無案件",
        "本年度尚無",
        "本年無",
        "年度無",
        "今年無",
        "未辦理",
        "尚未辦理",
        "本年度未辦理",
        "不適用",
        "n/a",
        "na",
        "n.a.",
        "none",
        "nil",
        "/",
    ];
    let folded = comparable(&widths(text));
    let folded = folded.trim_end_matches(['。', '.']);
    let is_dash = !folded.is_empty() && folded.chars().all(|c| matches!(c, '-' | 'ー' | '_'));
    is_dash || WORDS.contains(&folded) || folded == "n.a"
}

/// `#DIV/0!` and the like, which .ods files hold as text.
pub fn is_error_code(text: &str) -> bool {
    const CODES: [&str; 18] = [
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#BUSY!",
        "#PYTHON!",
        "#UNKNOWN!",
        "#GETTING_DATA",
        "#ERROR!",
        "#MACRO!",
    ];
    let text = text.trim();
    let is_libre = text
        .strip_prefix("Err:")
        .is_some_and(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()));
    is_libre || CODES.contains(&text.to_ascii_uppercase().as_str())
}

/// The text on one line, cut for a message.
pub fn cut(text: &str) -> String {
    const MOST: usize = 20;
    // Masked before cutting: half an identity number is not recognised as one.
    let line = crate::identity::mask_beginning(text, MOST + 1).replace('\n', " ");
    if line.chars().count() <= MOST {
        return line;
    }
    line.chars().take(MOST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_are_told_from_figures() {
        for text in ["無", "尚無", "-", "－", "—", "──", "N/A", "ｎ／ａ", "本年度無", "未辦理", " 無。"]
        {
            assert!(says_nothing(text), "{text}");
        }
        for text in ["0", "無障礙", "", "12", "-5", "無償"] {
            assert!(!says_nothing(text), "{text}");
        }
    }

    #[test]
    fn error_values_typed_out_by_ods_are_known() {
        for text in ["#DIV/0!", "#N/A", "#REF!", "Err:502"] {
            assert!(is_error_code(text), "{text}");
        }
        for text in ["N/A", "#1", "Err:", "第#3場"] {
            assert!(!is_error_code(text), "{text}");
        }
    }
}
