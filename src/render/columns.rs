//! Texts measured in terminal columns: padded, cut and wrapped as Chinese is.
//!
//! The only file that names `unicode_width`: a Chinese character is two columns wide. Knows
//! nothing of diagnostics.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for the rest of a text that was cut. Not 「…」: the terminals of Chinese Windows
/// show that two columns wide, and what follows would be out of line.
const CUT_MARK: &str = "..";

/// Never at the beginning of a line.
const CLOSING: &str = "，。、；：？！）」』】〉》〕”’…％%,.;:?!)]}";
/// Never at the end of a line.
const OPENING: &str = "（「『【〈《〔“‘([{";

pub fn width(text: &str) -> usize {
    text.width()
}

/// At most `columns` wide, with two dots for what was cut.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(CUT_MARK.len());
    let mut used = 0;
    let head = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= room
    });
    head.chain(CUT_MARK.chars()).collect()
}

/// Filled up with blanks to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// Moved to the right end of `columns`.
pub fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The text after a label, wrapped, later lines standing below its beginning.
pub fn hang(label: &str, text: &str, columns: usize) -> String {
    let indent = label.width();
    let lines = wrap(text, columns.saturating_sub(indent).max(12));
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        match index {
            0 => out.push_str(label),
            _ => out.push_str(&" ".repeat(indent)),
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Lines of at most `columns`: broken at blanks and between Chinese characters, not before a
/// closing mark nor after an opening one. A word longer than a line is broken anywhere.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if line.width() + piece.trim_end().width() > columns && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        if line.is_empty() && piece.trim_end().width() > columns {
            for c in piece.chars() {
                if line.width() + c.width().unwrap_or(0) > columns {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        } else if !(line.is_empty() && piece.trim().is_empty()) {
            line.push_str(&piece);
        }
    }
    if !line.trim_end().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What must not be broken: words with the blanks behind them, characters with their marks.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in text.chars() {
        let is_joined = last.is_some_and(|last| joins(last, c));
        match pieces.last_mut() {
            Some(piece) if is_joined => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = Some(c);
    }
    pieces
}

/// Whether no line may be broken between two neighbours.
fn joins(last: char, next: char) -> bool {
    if next.is_whitespace() || CLOSING.contains(next) || OPENING.contains(last) {
        return true;
    }
    let is_wide = |c: char| c.width().unwrap_or(0) > 1;
    !last.is_whitespace() && !is_wide(last) && !is_wide(next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_as_chinese_does() {
        assert_eq!(wrap("請更正日期；確屬別年度者", 10), ["請更正日", "期；確屬別", "年度者"]);
        assert_eq!(wrap("依「人口販運」辦理", 6), ["依「人", "口販", "運」辦", "理"]);
        assert_eq!(wrap("見 evidence-missing 規則", 20), ["見 evidence-missing", "規則"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn cut_texts_keep_to_their_columns() {
        assert_eq!(cut("人口販運", 8), "人口販運");
        assert_eq!(cut("人口販運案", 8), "人口販..");
        assert_eq!(cut("人口販運案", 9), "人口販..");
        assert_eq!(cut("人", 0), "..");
    }

    proptest! {
        #[test]
        fn wrapping_loses_nothing_and_keeps_to_the_width(text in "[一-龥a-z0-9，。「」 ]{0,80}", columns in 12..60usize) {
            let lines = wrap(&text, columns);
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
            for line in &lines {
                prop_assert!(width(line) <= columns, "{:?}", line);
            }
        }
    }
}
