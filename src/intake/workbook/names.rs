//! Where a defined name points, in every notation programs write it.
//!
//! Excel, LibreOffice and the .xls reader quote, anchor and separate differently; all give one
//! sheet and one rectangle.

use crate::place::CellRef;

/// Excel's grid: the last row and column, 0-based.
const LAST_ROW: u32 = 1_048_575;
const LAST_COLUMN: u32 = 16_383;

pub(super) type Target = (String, CellRef, CellRef);

/// What a definition points at: `None` when it is no reference (a constant, a formula, several
/// areas), `Some(None)` when what it named was deleted.
pub(super) fn target(definition: &str) -> Option<Option<Target>> {
    let text = definition.trim();
    let text = text.strip_prefix("of:").unwrap_or(text);
    let text = text.strip_prefix('=').unwrap_or(text).trim();
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    // Some writers of .xls drop the reference altogether.
    if text.is_empty() || text.contains("#REF!") {
        return Some(None);
    }
    let (sheet, area) = split_sheet(text)?;
    let (from, to) = area.split_once(':').unwrap_or((area, area));
    let (from, to) = rectangle(without_sheet(from), without_sheet(to))?;
    Some(Some((sheet, from, to)))
}

/// The sheet's name, unquoted, and the rest.
fn split_sheet(text: &str) -> Option<(String, &str)> {
    let unanchored = text.strip_prefix('$').unwrap_or(text);
    if let Some(quoted) = unanchored.strip_prefix('\'') {
        let mut name = String::new();
        let mut characters = quoted.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character != '\'' {
                name.push(character);
            } else if characters.peek().is_some_and(|(_, next)| *next == '\'') {
                characters.next();
                name.push('\'');
            } else {
                let rest = quoted[at + 1..].strip_prefix(['!', '.'])?;
                return Some((name, rest));
            }
        }
        return None;
    }
    // The .xls reader quotes nothing: a name may hold blanks, brackets, dots and even `!`.
    let (name, rest) = match text.rfind('!') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => unanchored.split_once('.')?,
    };
    let is_other_file = name.starts_with('[');
    // `A!$A$1,B!$B$2`
    let are_several = name.contains("!$");
    (!name.is_empty() && !is_other_file && !are_several).then(|| (name.to_owned(), rest))
}

/// The cell of `.$F$21` or `$填報.$F$21`.
fn without_sheet(corner: &str) -> &str {
    corner.rsplit(['.', '!']).next().unwrap_or(corner)
}

/// Whole columns (`$A:$C`) and rows (`$1:$3`) reach to the grid's edge.
fn rectangle(from: &str, to: &str) -> Option<(CellRef, CellRef)> {
    let corner = |text: &str, last: bool| {
        if let Some(cell) = CellRef::parse(text) {
            return Some(cell);
        }
        let bare = text.replace('$', "");
        let edge = |limit: u32| if last { limit } else { 0 };
        if bare.bytes().all(|byte| byte.is_ascii_digit()) {
            return CellRef::parse(&format!("A{bare}")).map(|cell| CellRef::new(cell.row, edge(LAST_COLUMN)));
        }
        CellRef::parse(&format!("{bare}1")).map(|cell| CellRef::new(edge(LAST_ROW), cell.column))
    };
    let (a, b) = (corner(from, false)?, corner(to, true)?);
    Some((
        CellRef::new(a.row.min(b.row), a.column.min(b.column)),
        CellRef::new(a.row.max(b.row), a.column.max(b.column)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_points_at_the_same_place() {
        for (definition, sheet, from, to) in [
            ("填報!$C$3", "填報", "C3", "C3"),
            ("$填報.$C$3", "填報", "C3", "C3"),
            ("$填報.$B$11:.$F$21", "填報", "B11", "F21"),
            ("$填報.$B$11:$填報.$F$21", "填報", "B11", "F21"),
            ("[$填報.$C$3]", "填報", "C3", "C3"),
            ("of:=[$填報.$C$3]", "填報", "C3", "C3"),
            ("$'附表 1.2'.$A$1", "附表 1.2", "A1", "A1"),
            ("附表 1-統計(季)!$A$1:$B$5", "附表 1-統計(季)", "A1", "B5"),
            ("'It''s, (x)!y'!$A$1", "It's, (x)!y", "A1", "A1"),
            ("'附表'!$B$5:$A$1", "附表", "A1", "B5"),
            ("It's, x!y!$B$2:$B$9", "It's, x!y", "B2", "B9"),
            ("表!$A:$C", "表", "A1", "C1048576"),
            ("表!$2:$3", "表", "A2", "XFD3"),
        ] {
            let cell = |text: &str| CellRef::parse(text).expect("a reference");
            let expected = Some(Some((sheet.to_owned(), cell(from), cell(to))));
            assert_eq!(target(definition), expected, "{definition}");
        }
    }

    #[test]
    fn deleted_targets_are_told_from_what_is_no_reference() {
        for deleted in ["#REF!", "填報!#REF!", "$填報.#REF!#REF!", "#REF!$A$1", "", "of:=[.#REF!]"] {
            assert_eq!(target(deleted), Some(None), "{deleted}");
        }
        for other in
            ["\"nia-2025Q1\"", "42", "Unsupported ptg: 17", "A!$A$1,B!$B$2", "[1]表!$A$1", "'open", "$"]
        {
            assert_eq!(target(other), None, "{other}");
        }
    }
}
