//! The boxes in which comments are shown, as Excel still keeps them: VML, one shape a comment.
//!
//! Without a shape Excel calls the file damaged. Knows cells and boxes, not what the comments say.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::place::CellRef;
use crate::splice::Edits;
use crate::xml::{Node, Xml};

use super::Unmarkable;

/// A number for our drawing's ids that sheets written by other programs do not reach.
const FIRST_BLOCK: usize = 64;

const SHAPE_TYPE: &str = "<v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>";

/// What changes in a drawing that is there.
pub(super) struct Changes<'a> {
    pub added: &'a BTreeSet<CellRef>,
    pub removed: &'a BTreeSet<CellRef>,
}

/// A drawing of its own for the sheet at `index` of the workbook.
pub(super) fn new(cells: &BTreeSet<CellRef>, index: usize) -> String {
    let block = FIRST_BLOCK + index;
    let mut out = format!(
        "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{block}\"/></o:shapelayout>{SHAPE_TYPE}"
    );
    for (n, cell) in cells.iter().enumerate() {
        out.push_str(&shape(block * 1024 + n + 1, *cell));
    }
    out.push_str("</xml>");
    out
}

/// The drawing with shapes taken out and put in.
pub(super) fn change(text: &str, changes: &Changes<'_>) -> Result<String, Unmarkable> {
    let mut edits = Edits::default();
    for (span, cell) in notes(text)? {
        if changes.removed.contains(&cell) {
            edits.remove(span);
        }
    }
    if !changes.added.is_empty() {
        let end = text.rfind("</").ok_or_else(|| Unmarkable("註解的圖形無法解讀".to_owned()))?;
        if !text.contains("_x0000_t202\"") {
            edits.insert(end, SHAPE_TYPE);
        }
        for name in ["xmlns:v=", "xmlns:o=", "xmlns:x="] {
            if !text.contains(name) {
                return Err(Unmarkable("註解的圖形無法解讀".to_owned()));
            }
        }
        let highest = text
            .split("_x0000_s")
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok())
            .max();
        let first = highest.unwrap_or(FIRST_BLOCK * 1024).saturating_add(1);
        for (n, cell) in changes.added.iter().enumerate() {
            edits.insert(end, shape(first.saturating_add(n), *cell));
        }
    }
    Ok(edits.apply(text))
}

/// Every comment's shape and the cell it belongs to.
fn notes(text: &str) -> Result<Vec<(Range<usize>, CellRef)>, Unmarkable> {
    let mut found = Vec::new();
    let mut xml = Xml::new(text);
    let mut before = 0;
    let mut start = None;
    let (mut is_note, mut row, mut column) = (false, None, None);
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) => match tag.name() {
                "v:shape" => (start, is_note, row, column) = (Some(span.start), false, None, None),
                "x:ClientData" => is_note = tag.attribute("ObjectType").as_deref() == Some("Note"),
                "x:Row" => {
                    row = xml.text(16)?.trim().parse::<u32>().ok();
                    before = xml.position();
                }
                "x:Column" => {
                    column = xml.text(16)?.trim().parse::<u32>().ok();
                    before = xml.position();
                }
                _ => {}
            },
            Node::Close(tag) if tag.name() == "v:shape" => {
                if let (Some(start), true, Some(row), Some(column)) = (start.take(), is_note, row, column) {
                    found.push((start..span.end, CellRef::new(row, column)));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// A hidden note beside its cell, four columns wide and seven rows high.
fn shape(id: usize, cell: CellRef) -> String {
    let CellRef { row, column } = cell;
    format!(
        "<v:shape id=\"_x0000_s{id}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;height:120pt;z-index:1;visibility:hidden\" fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{}, 15, {}, 2, {}, 15, {}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>",
        column + 1,
        row.saturating_sub(1),
        column + 5,
        row + 6,
    )
}
