//! OpenDocument spreadsheets: `content.xml` to cells, in one pass.
//!
//! Read here and not by calamine: its reader lays sheets out densely and expands repetitions first
//! (a file of 739 bytes asks for gigabytes), refuses white space between cells, takes texts of
//! shapes and ruby for the cell's, and tells no error from its text.

use std::collections::BTreeSet;
use std::io::Cursor;

use super::dates::{is_proleptic, iso_date};
use super::gather::{CELL_BYTES, Gathering, NAMES, SHEETS};
use super::names::target;
use super::text::{error_code, text_cell, whole_text};
use crate::container::{Package, decode_part};
use crate::grid::{Cell, DefinedName, Grid, GridFailure, GridRemark};
use crate::inventory::MediaType;
use crate::place::CellRef;
use crate::xml::{Node, Tag, Xml, XmlFault};

const LAST_ROW: u32 = 1_048_575;
const LAST_COLUMN: u32 = 16_383;

/// Reads an .ods; `package` is already within its limits.
pub(super) fn read(package: &mut Package<Cursor<&[u8]>>) -> Result<Grid, GridFailure> {
    let manifest = super::optional_part(package, "META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(GridFailure::Password);
    }
    let has = |folder: &str| package.entries().iter().any(|entry| entry.name.text.starts_with(folder));
    let has_macros = has("Basic/") || has("Scripts/");
    let meta = super::optional_part(package, "meta.xml")?.unwrap_or_default();
    let always_computes = ["LibreOffice", "OpenOffice"].iter().any(|name| meta.contains(name));
    let Some(content) = package.part("content.xml").map_err(super::package_failure)? else {
        return Err(GridFailure::Damaged { detail: "缺 content.xml".to_owned() });
    };
    let content = decode_part(content);

    let mut reader = Content {
        xml: Xml::new(&content),
        gathering: Gathering::new(),
        hidden_styles: BTreeSet::new(),
        names: Vec::new(),
        epoch_1904: false,
        always_computes,
    };
    if has_macros {
        reader.gathering.remark(GridRemark::Macros);
    }
    if let Err(fault) = reader.read_body() {
        if reader.gathering.sheets.is_empty() {
            return Err(GridFailure::Damaged { detail: fault.0 });
        }
        reader.gathering.sheet_unreadable(fault.0);
    }
    reader.gathering.end_sheet();
    Ok(Grid {
        media_type: MediaType::Ods,
        sheets: reader.gathering.sheets,
        names: reader.names,
        description: super::description(&meta),
        epoch_1904: reader.epoch_1904,
        remarks: reader.gathering.remarks,
    })
}

struct Content<'a> {
    xml: Xml<'a>,
    gathering: Gathering,
    /// Table styles with `table:display="false"`.
    hidden_styles: BTreeSet<String>,
    names: Vec<DefinedName>,
    epoch_1904: bool,
    /// Written by a program that works out every formula before it saves, and leaves an empty
    /// result without any value.
    always_computes: bool,
}

/// A cell of a row, with how many columns it stands for.
struct RowCell {
    column: u32,
    times: u32,
    cell: Cell,
    is_computed: bool,
}

/// What a cell's attributes say.
#[derive(Default)]
struct Said {
    kind: String,
    value: Option<String>,
    formula: bool,
    /// An empty result is a result.
    computed: bool,
    error: bool,
}

impl Content<'_> {
    fn read_body(&mut self) -> Result<(), XmlFault> {
        let mut style = None;
        let mut has_root = false;
        while let Some(node) = self.xml.next()? {
            let Node::Open(tag) = node else { continue };
            has_root = true;
            match tag.name() {
                "style:style" => style = tag.attribute("style:name"),
                "style:table-properties" if tag.attribute("table:display").as_deref() == Some("false") => {
                    self.hidden_styles.extend(style.take());
                }
                "table:null-date" => {
                    let day = tag.attribute("table:date-value").unwrap_or_default();
                    self.epoch_1904 = day.starts_with("1904");
                }
                "table:table" => self.read_table(&tag)?,
                "table:named-range" | "table:named-expression" => self.read_name(&tag),
                // Deleted cells and other files' tables live here: none of this workbook's.
                "table:tracked-changes" | "table:dde-links" => self.xml.skip()?,
                _ => {}
            }
        }
        if has_root { Ok(()) } else { Err(XmlFault("content.xml 沒有內容".to_owned())) }
    }

    fn read_name(&mut self, tag: &Tag<'_>) {
        let definition =
            tag.attribute("table:cell-range-address").or_else(|| tag.attribute("table:expression"));
        if let (Some(name), Some(definition)) = (tag.attribute("table:name"), definition)
            && let Some(target) = target(&definition)
            && self.names.len() < NAMES
        {
            self.names.push(DefinedName { name, target });
        }
    }

    fn read_table(&mut self, tag: &Tag<'_>) -> Result<(), XmlFault> {
        if self.gathering.sheets.len() >= SHEETS {
            return Err(XmlFault(format!("超過 {SHEETS} 張工作表")));
        }
        let style = tag.attribute("table:style-name").unwrap_or_default();
        let name = tag.attribute("table:name").unwrap_or_default();
        self.gathering.begin_sheet(&name, !self.hidden_styles.contains(&style));
        let mut row = 0u32;
        let mut in_budget = true;
        while let Some(node) = self.xml.next()? {
            match node {
                Node::Open(tag) => match tag.name() {
                    "table:table-row" => {
                        let repeats = repetition(&tag, "table:number-rows-repeated");
                        if in_budget {
                            in_budget = self.read_row(row, repeats)?;
                        } else {
                            self.xml.skip()?;
                        }
                        row = row.saturating_add(repeats);
                    }
                    // A copy of another file's cells, kept for its formulas.
                    "table:table-source" => {
                        self.gathering.remark(GridRemark::ExternalLinks);
                        self.gathering.drop_sheet();
                        self.skip_table()?;
                        return Ok(());
                    }
                    "table:table-header-rows" | "table:table-row-group" | "table:table-rows" => {}
                    // Columns, shapes, names of this sheet only, forms.
                    _ => self.xml.skip()?,
                },
                Node::Close(tag) if tag.name() == "table:table" => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// From within `table:table-source` to the end of its table.
    fn skip_table(&mut self) -> Result<(), XmlFault> {
        self.xml.skip()?;
        self.xml.skip()
    }

    /// Reads a row and puts it down `repeats` times; `false` when the budget is spent.
    fn read_row(&mut self, row: u32, repeats: u32) -> Result<bool, XmlFault> {
        let mut cells: Vec<RowCell> = Vec::new();
        let mut column = 0u32;
        while let Some(node) = self.xml.next()? {
            match node {
                Node::Open(tag) => {
                    let times = repetition(&tag, "table:number-columns-repeated");
                    let is_computed = tag.attribute("table:formula").is_some();
                    match tag.name() {
                        "table:table-cell" => match self.read_cell(&tag)? {
                            Ok(Some(cell)) => cells.push(RowCell { column, times, cell, is_computed }),
                            Ok(None) => {}
                            Err(detail) => {
                                let at = (row <= LAST_ROW && column <= LAST_COLUMN)
                                    .then(|| CellRef::new(row, column));
                                self.gathering.unreadable(at, detail);
                            }
                        },
                        // What a merged cell covers is not shown to anyone.
                        "table:covered-table-cell" => self.xml.skip()?,
                        _ => {
                            self.xml.skip()?;
                            continue;
                        }
                    }
                    column = column.saturating_add(times);
                }
                Node::Close(tag) if tag.name() == "table:table-row" => break,
                _ => {}
            }
        }
        Ok(self.put_row(row, repeats, &cells))
    }

    fn put_row(&mut self, row: u32, repeats: u32, cells: &[RowCell]) -> bool {
        let past = |cell: &RowCell| cell.column.saturating_add(cell.times - 1) > LAST_COLUMN;
        if !cells.is_empty() && row.saturating_add(repeats - 1) > LAST_ROW || cells.iter().any(past) {
            self.gathering.unreadable(None, "位置超出工作表的範圍");
        }
        let rows =
            if cells.is_empty() { row..row } else { row..row.saturating_add(repeats).min(LAST_ROW + 1) };
        for row in rows {
            for RowCell { column, times, cell, is_computed } in cells {
                for column in *column..column.saturating_add(*times).min(LAST_COLUMN + 1) {
                    let at = CellRef::new(row, column);
                    if !self.gathering.put(at, cell.clone()) {
                        return false;
                    }
                    if *is_computed {
                        self.gathering.computed(at);
                    }
                }
            }
        }
        true
    }

    /// The cell's value; `Err` is a value that cannot be, in the user's words.
    fn read_cell(&mut self, tag: &Tag<'_>) -> Result<Result<Option<Cell>, String>, XmlFault> {
        let kind = tag.attribute("office:value-type").unwrap_or_default();
        let value_attribute = match kind.as_str() {
            "date" => "office:date-value",
            "time" => "office:time-value",
            "boolean" => "office:boolean-value",
            "string" => "office:string-value",
            _ => "office:value",
        };
        let said = Said {
            value: tag.attribute(value_attribute),
            formula: tag.attribute("table:formula").is_some(),
            computed: self.always_computes,
            error: tag.attribute("calcext:value-type").as_deref() == Some("error"),
            kind,
        };
        let text = self.read_cell_text()?;
        Ok(cell_value(&said, &text))
    }

    /// The paragraphs inside a cell, up to its end; shapes, notes and ruby left out.
    fn read_cell_text(&mut self) -> Result<String, XmlFault> {
        let mut text = String::new();
        let mut n_paragraphs = 0usize;
        let mut in_paragraph = false;
        let mut depth = 1usize;
        while depth > 0 {
            let Some(node) = self.xml.next()? else { break };
            match node {
                Node::Open(tag) => {
                    let name = tag.name();
                    match name {
                        "text:p" | "text:h" => {
                            if n_paragraphs > 0 {
                                text.push('\n');
                            }
                            n_paragraphs += 1;
                            in_paragraph = true;
                        }
                        "text:s" => {
                            let count = tag.attribute("text:c").and_then(|count| count.parse::<u64>().ok());
                            let room = CELL_BYTES.saturating_sub(text.len()) as u64;
                            let count = count.unwrap_or(1).min(room);
                            text.extend(std::iter::repeat_n(' ', count as usize));
                        }
                        "text:tab" => text.push(' '),
                        "text:line-break" => text.push('\n'),
                        "office:annotation" | "text:ruby-text" | "text:note" | "table:detective"
                        | "table:table" => {
                            self.xml.skip()?;
                            continue;
                        }
                        _ if name.starts_with("draw:") || name.starts_with("dr3d:") => {
                            self.xml.skip()?;
                            continue;
                        }
                        _ => {}
                    }
                    depth += 1;
                }
                Node::Close(tag) => {
                    if matches!(tag.name(), "text:p" | "text:h") {
                        in_paragraph = false;
                    }
                    depth -= 1;
                }
                Node::Text(piece) if in_paragraph => push_collapsed(&mut text, &piece),
                Node::Text(_) => {}
            }
        }
        Ok(text)
    }
}

/// White space of mark-up counts as one blank (ODF 1.2 §6.1.2).
fn push_collapsed(text: &mut String, piece: &str) {
    for character in piece.chars() {
        if text.len() >= CELL_BYTES {
            return;
        }
        if matches!(character, ' ' | '\t' | '\n' | '\r') {
            if !text.ends_with([' ', '\n']) {
                text.push(' ');
            }
        } else {
            text.push(character);
        }
    }
}

fn repetition(tag: &Tag<'_>, attribute: &str) -> u32 {
    let said = tag.attribute(attribute);
    // A count past u32 is past every grid as well.
    said.map_or(1, |count| count.parse::<u64>().map_or(1, |count| count.clamp(1, 1 << 31) as u32))
}

fn cell_value(said: &Said, text: &str) -> Result<Option<Cell>, String> {
    let shown = whole_text(text)?;
    if said.error {
        return Ok(Some(Cell::Error(error_code(&shown.unwrap_or_default()))));
    }
    // Writers other than LibreOffice mark an error by its text only; a text cell may say the same.
    if said.formula
        && let Some(error) = shown.as_deref().filter(|text| is_error_code(text))
    {
        return Ok(Some(Cell::Error(error.to_owned())));
    }
    let value = said.value.as_deref();
    match (said.kind.as_str(), value) {
        ("float" | "percentage" | "currency", Some(value)) => match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(Cell::Number(number))),
            _ => Err("數值的寫法無法辨識".to_owned()),
        },
        ("date", Some(value)) => match iso_date(value) {
            Some(value) => Ok(Some(Cell::Date { value, proleptic: is_proleptic(value) })),
            None => Err("日期的寫法無法辨識".to_owned()),
        },
        ("time", Some(value)) => {
            Ok(Some(Cell::Duration(shown.unwrap_or_else(|| value.chars().take(40).collect()))))
        }
        ("boolean", Some(value)) => Ok(Some(Cell::Flag(value.eq_ignore_ascii_case("true")))),
        ("string", Some(value)) if !value.is_empty() => text_cell(value),
        // An empty result is a result.
        ("string", _) => Ok(shown.map(Cell::Text)),
        _ if shown.is_none() && said.formula && !said.computed => Ok(Some(Cell::Uncomputed)),
        _ => Ok(shown.map(Cell::Text)),
    }
}

fn is_error_code(text: &str) -> bool {
    text.starts_with("Err:")
        || ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"].contains(&text)
}
