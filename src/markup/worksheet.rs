//! A worksheet part: conditional formats over the marked cells, and the drawing of the comments.
//!
//! Nothing inside `sheetData` is changed, and nothing is put there: cells keep values, formulas and styles
//! to the byte, and a blank cell needs not be written to be marked.

use std::ops::Range;

use crate::splice::{Edits, attribute, escape, with_attribute, without_attribute};
use crate::xml::{Node, Tag, Xml};

use super::parts::RELATIONS_NAMESPACE;
use super::styles::Formats;
use super::{FORMULA, FORMULA_MARK, Remarks, Unmarkable};

/// The children of `worksheet` in the order the schema wants (ECMA-376 §18.3.1.99).
const ORDER: [&str; 38] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
];

/// Cells of one conditional format: long lists are split, as programs that read them have limits.
const CELLS_OF_A_FORMAT: usize = 200;

/// What is to be put on a sheet.
pub(super) struct Marks<'a> {
    pub remarks: &'a Remarks,
    pub formats: Formats,
    /// The relationship of a drawing for comments that the sheet does not name yet.
    pub drawing: Option<&'a str>,
    /// Another sheet is shown first from now on: two chosen sheets would be edited as one.
    pub deselect: bool,
}

/// Where things stand in the part.
#[derive(Default)]
struct Surveyed {
    prefix: String,
    /// Before the first child that must follow conditional formats; before one that must follow the drawing.
    formats_at: Option<usize>,
    drawing_at: Option<usize>,
    end: usize,
    /// Formats of an earlier round.
    ours: Vec<Range<usize>>,
    /// Opening tags of the rules that are not ours.
    rules: Vec<Range<usize>>,
    /// Opening tags of the views in which the sheet is chosen.
    chosen: Vec<Range<usize>>,
}

/// The changed part; `None` when there is nothing to change.
pub(super) fn mark(text: &str, marks: &Marks<'_>) -> Result<Option<String>, Unmarkable> {
    let surveyed = survey(text)?;
    let mut edits = Edits::default();
    for range in &surveyed.ours {
        edits.remove(range.clone());
    }
    if marks.deselect {
        for range in &surveyed.chosen {
            edits.replace(range.clone(), without_attribute(&text[range.clone()], "tabSelected"));
        }
    }
    if !marks.remarks.is_empty() {
        // Ours go before the form's own, which would hide them.
        for range in &surveyed.rules {
            edits.replace(range.clone(), lowered(&text[range.clone()]));
        }
        let at = surveyed.formats_at.unwrap_or(surveyed.end);
        edits.insert(at, conditional_formats(marks, &surveyed.prefix));
    }
    if let Some(id) = marks.drawing {
        let p = &surveyed.prefix;
        let at = surveyed.drawing_at.unwrap_or(surveyed.end);
        edits.insert(at, format!("<{p}legacyDrawing xmlns:r=\"{RELATIONS_NAMESPACE}\" r:id=\"{id}\"/>"));
    }
    Ok((!edits.is_empty()).then(|| edits.apply(text)))
}

fn survey(text: &str) -> Result<Surveyed, Unmarkable> {
    let mut surveyor = Surveyor::default();
    let mut xml = Xml::new(text);
    let mut before = 0;
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) if surveyor.depth == 1 && tag.local() == "sheetData" => {
                surveyor.child("sheetData", span.start);
                // Cells are passed over as they are.
                xml.skip()?;
                before = xml.position();
            }
            Node::Open(tag) => surveyor.open(&tag, span),
            Node::Close(_) => surveyor.close(&span),
            Node::Text(piece) => {
                if let Some(block) = &mut surveyor.block {
                    block.is_ours |= piece.contains(FORMULA_MARK);
                }
            }
        }
    }
    match surveyor.found.end {
        0 => Err(Unmarkable("工作表的內容不完整".to_owned())),
        _ => Ok(surveyor.found),
    }
}

/// A `conditionalFormatting` being read.
struct Block {
    start: usize,
    rules: Vec<Range<usize>>,
    is_ours: bool,
}

#[derive(Default)]
struct Surveyor {
    found: Surveyed,
    depth: usize,
    block: Option<Block>,
}

impl Surveyor {
    fn open(&mut self, tag: &Tag<'_>, span: Range<usize>) {
        let local = tag.local();
        match self.depth {
            0 => self.found.prefix = tag.name().strip_suffix("worksheet").unwrap_or_default().to_owned(),
            1 => self.child(local, span.start),
            _ => {}
        }
        match local {
            "conditionalFormatting" if self.depth == 1 => {
                self.block = Some(Block { start: span.start, rules: Vec::new(), is_ours: false });
            }
            "cfRule" => match &mut self.block {
                Some(block) => block.rules.push(span),
                None => self.found.rules.push(span),
            },
            "sheetView" if tag.attribute("tabSelected").is_some() => self.found.chosen.push(span),
            _ => {}
        }
        self.depth += 1;
    }

    /// Where a child of the root begins, should something of ours have to stand before it.
    fn child(&mut self, local: &str, start: usize) {
        let rank = |name: &str| ORDER.iter().position(|known| *known == name);
        let own = match local {
            // Extensions stand last; alternatives hold controls.
            "extLst" | "AlternateContent" => Some(ORDER.len()),
            local => rank(local),
        };
        if own >= rank("conditionalFormatting") {
            self.found.formats_at.get_or_insert(start);
        }
        if own > rank("legacyDrawing") {
            self.found.drawing_at.get_or_insert(start);
        }
    }

    fn close(&mut self, span: &Range<usize>) {
        self.depth = self.depth.saturating_sub(1);
        match (self.depth, self.block.take()) {
            (1, Some(block)) if block.is_ours => self.found.ours.push(block.start..span.end),
            (1, Some(block)) => self.found.rules.extend(block.rules),
            (_, block) => self.block = block,
        }
        if self.depth == 0 && self.found.end == 0 {
            self.found.end = span.start;
        }
    }
}

/// A rule after two more that come first.
fn lowered(tag: &str) -> String {
    let priority = attribute(tag, "priority").and_then(|range| tag[range].parse::<u32>().ok());
    match priority {
        Some(priority) => with_attribute(tag, "priority", &priority.saturating_add(2).to_string()),
        None => tag.to_owned(),
    }
}

fn conditional_formats(marks: &Marks<'_>, p: &str) -> String {
    let mut out = String::new();
    for (is_error, format, priority) in [(true, marks.formats.error, 1), (false, marks.formats.warning, 2)] {
        let cells: Vec<String> = marks
            .remarks
            .iter()
            .filter(|(_, remark)| remark.is_error == is_error)
            .map(|(cell, _)| cell.to_string())
            .collect();
        for cells in cells.chunks(CELLS_OF_A_FORMAT) {
            out.push_str(&format!(
                "<{p}conditionalFormatting sqref=\"{}\"><{p}cfRule type=\"expression\" dxfId=\"{format}\" priority=\"{priority}\"><{p}formula>{}</{p}formula></{p}cfRule></{p}conditionalFormatting>",
                cells.join(" "),
                escape(FORMULA),
            ));
        }
    }
    out
}
