//! One worksheet part of an .xlsx: cells in the order they are written, each on its own.
//!
//! A bad cell costs itself, never its sheet. Knows SpreadsheetML's cell types and nothing of
//! packages.

use super::dates::{Shown, is_proleptic, is_time, iso_date, shown};
use super::gather::{CELL_BYTES, Gathering};
use super::text::{error_code, text_cell, unescape};
use super::xlsx::{Shared, rich_text};
use crate::grid::Cell;
use crate::place::CellRef;
use crate::xml::{Node, Tag, Xml, XmlFault};

/// Reads a worksheet's cells into the sheet begun last; what cannot be read is remarked.
pub(super) fn read_sheet(text: &str, shared: &Shared, gathering: &mut Gathering) {
    match read_cells(text, shared, gathering) {
        Ok(true) => {}
        Ok(false) => gathering.sheet_unreadable("工作表的內容不完整"),
        Err(fault) => gathering.sheet_unreadable(fault.0),
    }
}

/// A cell as written: its type, what stands in it, whether a formula does.
#[derive(Default)]
struct Written {
    kind: String,
    style: usize,
    value: Option<String>,
    inline: Option<String>,
    formula: bool,
}

/// `Ok(false)` when the part ends before its cells do.
fn read_cells(text: &str, shared: &Shared, gathering: &mut Gathering) -> Result<bool, XmlFault> {
    let mut xml = Xml::new(text);
    let (mut row, mut column) = (0u32, 0u32);
    let mut begun = false;
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(tag) => match tag.local() {
                "sheetData" => begun = true,
                "row" if begun => {
                    // A row past the grid: its cells say so themselves.
                    row =
                        tag.attribute("r").and_then(|r| r.parse::<u32>().ok()).map_or(row, |r| r.max(1) - 1);
                    column = 0;
                }
                "c" if begun => {
                    let position = position(&tag, row, column);
                    let written = read_cell(&mut xml, &tag)?;
                    let Ok(at) = position else {
                        if let Err(reference) = position
                            && !is_blank(&written)
                        {
                            gathering.unreadable(None, format!("位址「{reference}」超出工作表的範圍"));
                        }
                        column = column.saturating_add(1);
                        continue;
                    };
                    column = at.column + 1;
                    let has_formula = written.formula;
                    match value(written, shared) {
                        Ok(Some(cell)) => {
                            if !gathering.put(at, cell) {
                                return Ok(true);
                            }
                            if has_formula {
                                gathering.computed(at);
                            }
                        }
                        Ok(None) => {}
                        Err(detail) => gathering.unreadable(Some(at), detail),
                    }
                }
                _ => {}
            },
            Node::Close(tag) => match tag.local() {
                "row" => row = row.saturating_add(1),
                "sheetData" => return Ok(true),
                _ => {}
            },
            Node::Text(_) => {}
        }
    }
    Ok(false)
}

fn is_blank(written: &Written) -> bool {
    written.value.is_none() && written.inline.is_none() && !written.formula
}

/// Where the cell stands; `Err` holds a reference that is none or leaves the grid.
fn position(tag: &Tag<'_>, row: u32, column: u32) -> Result<CellRef, String> {
    let Some(reference) = tag.attribute("r") else {
        let written = CellRef::new(row, column);
        return CellRef::parse(&written.to_string()).ok_or_else(|| written.to_string());
    };
    CellRef::parse(&reference).ok_or_else(|| reference.chars().take(24).collect())
}

fn read_cell(xml: &mut Xml<'_>, tag: &Tag<'_>) -> Result<Written, XmlFault> {
    let mut written = Written {
        kind: tag.attribute("t").unwrap_or_default(),
        style: tag.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0),
        ..Written::default()
    };
    loop {
        match xml.next()? {
            Some(Node::Open(tag)) => match tag.local() {
                "v" => written.value = Some(xml.text(CELL_BYTES)?),
                "f" => {
                    written.formula = true;
                    xml.skip()?;
                }
                "is" => written.inline = Some(rich_text(xml)?),
                _ => xml.skip()?,
            },
            Some(Node::Close(_)) => return Ok(written),
            Some(Node::Text(_)) => {}
            None => return Err(XmlFault("工作表的內容不完整".to_owned())),
        }
    }
}

/// The cell's value; `Err` is a value that cannot be, in the user's words.
fn value(written: Written, shared: &Shared) -> Result<Option<Cell>, String> {
    if let Some(inline) = written.inline {
        return text_cell(&inline);
    }
    let said = match (written.value, written.kind.as_str()) {
        // An empty result is a result; without a value nothing was ever worked out.
        (Some(said), "str") => return text_cell(&unescape(&said)),
        (Some(said), _) if !said.trim().is_empty() => said,
        (_, _) if written.formula => return Ok(Some(Cell::Uncomputed)),
        (_, _) => return Ok(None),
    };
    let trimmed = said.trim();
    match written.kind.as_str() {
        "s" => {
            let text = trimmed.parse().ok().and_then(|index| shared.strings.nth(index));
            let text = text.ok_or_else(|| "所指的共用字串不存在".to_owned())?;
            text_cell(text)
        }
        "b" => Ok(Some(Cell::Flag(trimmed == "1" || trimmed.eq_ignore_ascii_case("true")))),
        // Excel adds new errors over time; whatever stands there is one.
        "e" => Ok(Some(Cell::Error(error_code(trimmed)))),
        "d" => match iso_date(trimmed) {
            Some(value) => Ok(Some(Cell::Date { value, proleptic: is_proleptic(value) })),
            None if is_time(trimmed) => Ok(Some(Cell::Duration(trimmed.to_owned()))),
            None => Err("日期的寫法無法辨識".to_owned()),
        },
        "" | "n" => match trimmed.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                let style = shared.styles.get(written.style).copied().unwrap_or(Shown::Number);
                Ok(Some(shown(number, style, shared.epoch_1904)))
            }
            // Some exporters write texts where only numbers may stand.
            _ => text_cell(&unescape(&said)),
        },
        _ => text_cell(&unescape(&said)),
    }
}
