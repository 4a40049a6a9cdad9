//! Text of a cell as people meant it: line breaks of one kind, nothing invisible, trimmed.
//!
//! Characters themselves are never changed: a compatibility form is the character gate's business.

use super::gather::CHARACTERS;
use crate::grid::Cell;

/// A cell's text, cleaned; `Err` when it is longer than any cell may be and was cut in reading.
pub(super) fn whole_text(raw: &str) -> Result<Option<String>, String> {
    if raw.len() > CHARACTERS * 4 {
        return Err(format!("文字超過 {CHARACTERS} 字"));
    }
    Ok(clean(raw))
}

/// As `whole_text`, as a cell.
pub(super) fn text_cell(raw: &str) -> Result<Option<Cell>, String> {
    Ok(whole_text(raw)?.map(Cell::Text))
}

/// What an error cell says, when it says an error; anything else could be anyone's text.
pub(super) fn error_code(said: &str) -> String {
    let is_code = said.len() <= 20 && (said.starts_with('#') || said.starts_with("Err:"));
    if is_code { said.to_owned() } else { "#ERROR!".to_owned() }
}

/// Cleans a cell's text as `grid::Cell::Text` promises; `None` when nothing is left.
pub(super) fn clean(text: &str) -> Option<String> {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() == Some(&'\n') {
                    characters.next();
                }
                cleaned.push('\n');
            }
            '\n' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\u{A0}' | '\u{3000}' | '\t' => cleaned.push(' '),
            _ if is_invisible(character) => {}
            _ => cleaned.push(character),
        }
    }
    let trimmed = cleaned.trim();
    if trimmed.len() == cleaned.len() {
        return (!cleaned.is_empty()).then_some(cleaned);
    }
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Zero-width characters, marks of direction, byte order marks and control characters.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}' | '\u{FEFF}'
    ) || character.is_control()
}

/// Resolves `_xHHHH_`, the way SpreadsheetML writes characters XML cannot hold (ISO/IEC 29500-1
/// §22.9.2.19). Pairs of surrogates give one character; a lone one gives U+FFFD.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(unit) = escaped_unit(rest) {
            units.push(unit);
            rest = &rest[7..];
        } else {
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            rest = &rest[character.len_utf8()..];
        }
    }
    String::from_utf16_lossy(&units)
}

fn escaped_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("_x")?;
    let digits = digits.get(..5)?.strip_suffix('_')?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_blanks_and_invisible_characters() {
        assert_eq!(clean("一\r\n二\r三\u{B}四"), Some("一\n二\n三\n四".to_owned()));
        assert_eq!(clean("\u{3000}甲\u{A0}乙\u{200B}\u{FEFF} \n"), Some("甲 乙".to_owned()));
        assert_eq!(clean(" \u{3000}\u{200B}\n"), None);
        assert_eq!(clean(""), None);
        assert_eq!(clean("\u{E000}"), Some("\u{E000}".to_owned()));
    }

    #[test]
    fn escapes_of_spreadsheetml() {
        assert_eq!(unescape("a_x000D_\nb"), "a\r\nb");
        assert_eq!(unescape("_xD842__xDFB7_"), "\u{20BB7}");
        assert_eq!(unescape("_x005F_x000D_"), "_x000D_");
        assert_eq!(unescape("_x00zz_ _x12"), "_x00zz_ _x12");
        assert_eq!(unescape("表_x"), "表_x");
    }
}
