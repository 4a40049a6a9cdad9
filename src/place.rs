//! Where a value came from: files, sheets, cells, lines and pages.
//!
//! Everything a user is told carries one of these places. This module knows how places
//! are written (A1 references, `file › sheet › cell`) and nothing of what stands in them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A path relative to the workspace, always written with `/`, as found on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RelPath(String);

impl RelPath {
    /// Takes a path written with either separator.
    pub fn new(path: impl Into<String>) -> Self {
        let path: String = path.into();
        RelPath(if path.contains('\\') { path.replace('\\', "/") } else { path })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The extension of the last component, lower-cased, without the dot.
    pub fn extension(&self) -> Option<String> {
        let (stem, extension) = self.file_name().rsplit_once('.')?;
        (!stem.is_empty()).then(|| extension.to_ascii_lowercase())
    }

    /// The components from the outermost folder to the file name.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The folder this path stands in; `None` at the workspace's top.
    pub fn parent(&self) -> Option<RelPath> {
        self.0.rsplit_once('/').map(|(parent, _)| RelPath(parent.to_owned()))
    }

    pub fn join(&self, name: &str) -> RelPath {
        RelPath(format!("{}/{name}", self.0))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A cell's position, 0-based inside, written as in Excel (`D14`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellRef {
    pub row: u32,
    pub column: u32,
}

impl CellRef {
    pub const fn new(row: u32, column: u32) -> Self {
        CellRef { row, column }
    }

    /// Reads an A1 reference, `$` allowed; `None` outside Excel's grid (XFD1048576).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('$', "");
        let split = text.find(|c: char| c.is_ascii_digit())?;
        let (letters, digits) = text.split_at(split);
        if letters.is_empty() || letters.len() > 3 || digits.len() > 7 {
            return None;
        }
        let mut column = 0u32;
        for letter in letters.chars() {
            let letter = letter.to_ascii_uppercase();
            if !letter.is_ascii_uppercase() {
                return None;
            }
            column = column * 26 + (letter as u32 - 'A' as u32 + 1);
        }
        let row: u32 = digits.parse().ok()?;
        ((1..=1_048_576).contains(&row) && column <= 16_384)
            .then(|| CellRef { row: row - 1, column: column - 1 })
    }
}

/// The letters of a column, `0` → `A`.
pub fn column_letters(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.column), self.row + 1)
    }
}

/// Where something stands, as exactly as we know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Place {
    /// The workspace as a whole.
    Workspace,
    /// A file or folder.
    File { file: RelPath },
    /// A sheet of a workbook.
    Sheet { file: RelPath, sheet: String },
    /// A cell of a workbook.
    Cell { file: RelPath, sheet: String, cell: CellRef },
    /// A position in a text file; line and column count from 1.
    Text { file: RelPath, line: usize, column: usize },
    /// A page of a document; pages count from 1.
    Page { file: RelPath, page: usize },
}

impl Place {
    pub fn file(path: &RelPath) -> Self {
        Place::File { file: path.clone() }
    }

    pub fn cell(file: &RelPath, sheet: &str, cell: CellRef) -> Self {
        Place::Cell { file: file.clone(), sheet: sheet.to_owned(), cell }
    }

    /// The file the place is in; `None` for the workspace.
    pub fn path(&self) -> Option<&RelPath> {
        match self {
            Place::Workspace => None,
            Place::File { file }
            | Place::Sheet { file, .. }
            | Place::Cell { file, .. }
            | Place::Text { file, .. }
            | Place::Page { file, .. } => Some(file),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Workspace => f.write_str("（整個工作資料夾）"),
            Place::File { file } => write!(f, "{file}"),
            Place::Sheet { file, sheet } => write!(f, "{file} › {sheet}"),
            Place::Cell { file, sheet, cell } => write!(f, "{file} › {sheet} › {cell}"),
            Place::Text { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Place::Page { file, page } => write!(f, "{file} › 第 {page} 頁"),
        }
    }
}

/// A value with the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located<T> {
    pub value: T,
    pub place: Place,
}

impl<T> Located<T> {
    pub fn new(value: T, place: Place) -> Self {
        Located { value, place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a1_references_survive_the_round_trip() {
        for (text, row, column) in
            [("A1", 0, 0), ("Z9", 8, 25), ("AA10", 9, 26), ("XFD1048576", 1_048_575, 16_383)]
        {
            let cell = CellRef::new(row, column);
            assert_eq!(cell.to_string(), text);
            assert_eq!(CellRef::parse(text), Some(cell));
        }
    }

    #[test]
    fn references_past_the_grid_are_refused() {
        for text in ["", "A", "1", "A0", "XFE1", "A1048577", "ZZZZ1", "A99999999999", "Ä1"] {
            assert_eq!(CellRef::parse(text), None, "{text}");
        }
    }
}
