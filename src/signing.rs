//! The identity mark (識別碼) on a signature page that came back from signing: how it is told from what is
//! printed there, from a file's name, and where a confirmed page is kept.
//!
//! Pure text. Knows nothing of what the mark is made from, nor of what follows when it differs.

/// Folder of signed pages, inside the secretariat's.
pub const FOLDER: &str = "核章";
/// What precedes the mark in a kept page's name.
const KEPT: &str = "核章頁-";
/// What precedes the mark in a footer.
const LABEL: &str = "識別碼";
/// Hex digits of a mark.
const LENGTH: usize = 8;

/// The name under which a confirmed page is kept: 「核章頁-0fbd3183.pdf」.
pub fn kept_name(mark: &str, extension: &str) -> String {
    format!("{KEPT}{mark}.{extension}")
}

/// The mark that a kept page was confirmed by; `None` for any other file's name.
pub fn kept_mark(file_name: &str) -> Option<String> {
    let (stem, _) = file_name.rsplit_once('.')?;
    mark(stem.strip_prefix(KEPT)?)
}

/// A mark as somebody types it; lower-case. `None` when it is none.
pub fn mark(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let typed = typed.strip_prefix(LABEL).unwrap_or(typed).trim();
    let is_mark = typed.len() == LENGTH && typed.chars().all(|c| c.is_ascii_hexdigit());
    is_mark.then(|| typed.to_ascii_lowercase())
}

/// The marks printed on a page, in order. Blanks are passed over: recognised text has them anywhere.
pub fn printed_marks(text: &str) -> Vec<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let after = text.match_indices(LABEL).map(|(at, label)| &text[at + label.len()..]);
    after.filter_map(|rest| mark(rest.trim_start_matches([':', '：']).get(..LENGTH)?)).collect()
}

/// What the name of a scan says of its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Expected,
    /// A mark, and another.
    Other(String),
    /// Nothing: a row of digits alone may be the day of the scan.
    Nothing,
}

/// Looks in a file's name for the mark expected, standing alone among other characters.
pub fn named_mark(file_name: &str, expected: &str) -> Named {
    let marks = || file_name.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(mark);
    if marks().any(|mark| mark == expected) {
        return Named::Expected;
    }
    let is_no_date = |mark: &String| mark.chars().any(|c| c.is_ascii_alphabetic());
    marks().find(is_no_date).map_or(Named::Nothing, Named::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_name_gives_its_mark_back_and_no_other_does() {
        assert_eq!(kept_mark(&kept_name("0fbd3183", "pdf")).as_deref(), Some("0fbd3183"));
        for other in
            ["核章頁.pdf", "核章頁-0fbd3183", "核章頁-0fbd318.pdf", "核章頁-0fbd3183 (2).pdf", "a.pdf"]
        {
            assert_eq!(kept_mark(other), None, "{other}");
        }
    }

    #[test]
    fn printed_marks_survive_recognised_blanks() {
        assert_eq!(printed_marks("自評表　識 別 碼 0fbd3183 9 / 9"), ["0fbd3183"]);
        assert_eq!(printed_marks("識別碼：0FBD 3183\n識別碼 11112222"), ["0fbd3183", "11112222"]);
        assert_eq!(printed_marks("識別碼 Ofbd3l83；識別碼"), Vec::<String>::new());
    }

    #[test]
    fn the_day_of_a_scan_is_no_mark() {
        assert_eq!(named_mark("Scan_20220214.pdf", "0fbd3183"), Named::Nothing);
        assert_eq!(named_mark("Scan_20220214.pdf", "20220214"), Named::Expected);
        assert_eq!(named_mark("核章0FBD3183-20220214.jpg", "0fbd3183"), Named::Expected);
        assert_eq!(named_mark("核章-abcd1234.jpg", "0fbd3183"), Named::Other("abcd1234".to_owned()));
    }
}
