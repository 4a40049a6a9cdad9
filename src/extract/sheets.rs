//! Cells of spreadsheets, hidden rows and sheets included, with their notes and sheets' names, as
//! fragments under the headings of their columns.
//!
//! For looking through, not for computing: formulas and formats are ignored, and a cell that a
//! program would refuse is read all the same.

use std::collections::BTreeMap;
use std::io::Cursor;

use crate::container::{Package, decode_part};
use crate::fragment::Spot;
use crate::place::CellRef;

use super::cells::Cells;
use super::gathered::Gathered;
use super::marks::{Mark, Marks};

type Opened<'a> = Package<Cursor<&'a [u8]>>;

/// Copies of a repeated cell or row that are kept: no number is longer.
const REPEATED: u32 = 10;
/// Cells of one file at most: more than anyone fills in.
const MAX_CELLS: usize = 400_000;

/// Whether a part's texts are read here, so that they are not told twice.
pub(super) fn is_read(part: &str) -> bool {
    part == "content.xml"
        || part.ends_with("sharedstrings.xml")
        || part.contains("worksheets/sheet")
        || part.contains("xl/comments")
        || part.ends_with("xl/workbook.xml")
}

/// Reads an .xlsx as far as it goes; `false` when it has no list of sheets.
pub(super) fn xlsx(package: &mut Opened<'_>, gathered: &mut Gathered) -> bool {
    let Some(workbook) = part(package, "xl/workbook.xml") else { return false };
    let strings = part(package, "xl/sharedStrings.xml").map(|text| strings(&text)).unwrap_or_default();
    let targets = relations(package, "xl/_rels/workbook.xml.rels");
    for (name, relation) in listed(&workbook) {
        gathered.push(Spot::SheetName { sheet: name.clone() }, "", name.clone());
        let Some(target) = targets.get(&relation) else { continue };
        let file = target.rsplit('/').next().unwrap_or(target);
        let Some(sheet) = part(package, &format!("xl/worksheets/{file}")) else { continue };
        let mut cells = Cells::new(&name);
        let rest = worksheet(&sheet, &strings, &mut cells);
        cells.finish(gathered);
        gathered.push(Spot::part("頁首頁尾"), "", rest);
        for target in relations(package, &format!("xl/worksheets/_rels/{file}.rels")).into_values() {
            let file = target.rsplit('/').next().unwrap_or(&target);
            if let Some(comments) =
                file.to_lowercase().contains("comment").then(|| part(package, &format!("xl/{file}")))
                && let Some(comments) = comments
            {
                notes(&comments, &name, gathered);
            }
        }
    }
    true
}

fn part(package: &mut Opened<'_>, name: &str) -> Option<String> {
    package.part(name).ok().flatten().map(decode_part)
}

/// Sheets' names and relations, hidden ones included.
fn listed(workbook: &str) -> Vec<(String, String)> {
    Marks::of(workbook)
        .filter_map(|mark| match mark {
            Mark::Open(tag) if tag.name == "sheet" => Some((tag.attribute("name")?, tag.attribute("id")?)),
            _ => None,
        })
        .collect()
}

fn relations(package: &mut Opened<'_>, name: &str) -> BTreeMap<String, String> {
    let Some(text) = part(package, name) else { return BTreeMap::new() };
    Marks::of(&text)
        .filter_map(|mark| match mark {
            Mark::Open(tag) if tag.name == "Relationship" => {
                Some((tag.attribute("Id")?, tag.attribute("Target")?))
            }
            _ => None,
        })
        .collect()
}

/// The shared strings, each with its runs put together.
fn strings(part: &str) -> Vec<String> {
    let mut strings: Vec<String> = Vec::new();
    for mark in Marks::of(part) {
        match mark {
            Mark::Open(tag) if tag.name == "si" => strings.push(String::new()),
            Mark::Text(text) => {
                if let Some(string) = strings.last_mut() {
                    string.push_str(&text);
                }
            }
            _ => {}
        }
    }
    strings
}

/// Puts the cells of a worksheet; what is written outside of cells comes back.
fn worksheet(part: &str, strings: &[String], cells: &mut Cells) -> String {
    let (mut at, mut is_shared, mut in_formula) = (None, false, false);
    let (mut value, mut rest) = (String::new(), String::new());
    for mark in Marks::of(part) {
        match mark {
            Mark::Open(tag) if tag.name == "c" => {
                at = tag.attribute("r").and_then(|r| CellRef::parse(&r));
                is_shared = tag.attribute("t").as_deref() == Some("s");
                value.clear();
            }
            Mark::Open(tag) if tag.name == "f" => in_formula = true,
            Mark::Close("f") => in_formula = false,
            Mark::Text(_) if in_formula => {}
            Mark::Text(text) if at.is_some() => value.push_str(&text),
            Mark::Text(text) => rest.push_str(&text),
            Mark::Close("c") => {
                if let Some(at) = at.take().filter(|_| cells.len() < MAX_CELLS) {
                    let shared = is_shared.then(|| value.trim().parse::<usize>().ok()).flatten();
                    let text = shared.and_then(|index| strings.get(index)).unwrap_or(&value);
                    cells.put(at, text);
                }
            }
            _ => {}
        }
    }
    rest
}

/// Comments by the cell they are pinned to, threads of newer programs included.
fn notes(part: &str, sheet: &str, gathered: &mut Gathered) {
    let mut at = CellRef::new(0, 0);
    let mut text = String::new();
    for mark in Marks::of(part) {
        match mark {
            Mark::Open(tag) if matches!(tag.name, "comment" | "threadedComment") => {
                at = tag.attribute("ref").and_then(|r| CellRef::parse(&r)).unwrap_or(at);
                text.clear();
            }
            Mark::Text(written) => text.push_str(&written),
            Mark::Close("comment" | "threadedComment") => {
                let spot = Spot::Note { sheet: sheet.to_owned(), cell: at };
                gathered.push(spot, "", std::mem::take(&mut text));
            }
            _ => {}
        }
    }
    gathered.push(Spot::part("註解"), "", text);
}

/// Reads an .ods as far as it goes; `false` when it has no content.
pub(super) fn ods(package: &mut Opened<'_>, gathered: &mut Gathered) -> bool {
    let Some(content) = part(package, "content.xml") else { return false };
    let mut walk = OdsWalk::default();
    let mut cells: Option<(String, Cells)> = None;
    for mark in Marks::of(&content) {
        match mark {
            Mark::Open(tag) if tag.name == "table" => {
                if let Some((_, done)) = cells.take() {
                    done.finish(gathered);
                }
                let name = tag.attribute("name").unwrap_or_default();
                gathered.push(Spot::SheetName { sheet: name.clone() }, "", name.clone());
                walk = OdsWalk { outside: walk.outside, ..OdsWalk::default() };
                cells = Some((name.clone(), Cells::new(&name)));
            }
            mark => match &mut cells {
                Some((name, cells)) => walk.mark(&mark, name, cells, gathered),
                None => walk.before_tables(&mark),
            },
        }
    }
    if let Some((_, done)) = cells {
        done.finish(gathered);
    }
    gathered.push_long(&walk.outside, |_| Spot::part("其他內容"));
    true
}

/// Where in a table of an .ods the reading stands.
#[derive(Default)]
struct OdsWalk {
    row: u32,
    column: u32,
    rows: u32,
    columns: u32,
    in_cell: bool,
    in_note: bool,
    text: String,
    note: String,
    outside: String,
}

impl OdsWalk {
    fn mark(&mut self, mark: &Mark<'_>, sheet: &str, cells: &mut Cells, gathered: &mut Gathered) {
        let repeated = |tag: &super::marks::Tag<'_>, name: &str| {
            tag.attribute(name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1).max(1)
        };
        match mark {
            Mark::Open(tag) => match tag.name {
                "table-row" => {
                    self.rows = repeated(tag, "number-rows-repeated");
                    self.column = 0;
                }
                "table-cell" | "covered-table-cell" => {
                    self.columns = repeated(tag, "number-columns-repeated");
                    self.in_cell = true;
                    self.text.clear();
                    self.note.clear();
                }
                "annotation" => self.in_note = true,
                "s" | "tab" | "line-break" => self.current().push(' '),
                _ => {}
            },
            Mark::Text(text) if self.in_cell || self.in_note => self.current().push_str(text),
            Mark::Text(text) => self.outside.push_str(text),
            Mark::Close("annotation") => self.in_note = false,
            Mark::Close("p") => self.current().push('\n'),
            Mark::Close("table-row") => {
                for again in 1..self.rows.min(REPEATED) {
                    if cells.len() < MAX_CELLS {
                        cells.copy_row(self.row, self.row.saturating_add(again));
                    }
                }
                self.row = self.row.saturating_add(self.rows);
            }
            Mark::Close("table-cell" | "covered-table-cell") => {
                let at = CellRef::new(self.row, self.column);
                // Equal neighbours are written once: 9999 in four boxes is one cell, four times.
                let end = self.column.saturating_add(self.columns.min(REPEATED));
                for column in self.column..end {
                    if cells.len() < MAX_CELLS {
                        cells.put(CellRef::new(self.row, column), &self.text);
                    }
                }
                let note = std::mem::take(&mut self.note);
                gathered.push(Spot::Note { sheet: sheet.to_owned(), cell: at }, "", note);
                self.in_cell = false;
                self.column = self.column.saturating_add(self.columns);
            }
            Mark::Close(_) => {}
        }
    }

    /// Tracked changes and shapes stand before the first table.
    fn before_tables(&mut self, mark: &Mark<'_>) {
        match mark {
            Mark::Text(text) => self.outside.push_str(text),
            Mark::Close("p") => self.outside.push('\n'),
            _ => {}
        }
    }

    fn current(&mut self) -> &mut String {
        match (self.in_note, self.in_cell) {
            (true, _) => &mut self.note,
            (_, true) => &mut self.text,
            _ => &mut self.outside,
        }
    }
}
