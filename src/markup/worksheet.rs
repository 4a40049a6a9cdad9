//! A worksheet part: conditional formats over the marked cells, and the drawing of the comments.
//!
//! Nothing inside `sheetData` is changed, and nothing is put there: cells keep values, formulas and styles
//! to the byte, and a blank cell needs not be written to be marked.

use std::ops::Range;

use crate::splice::{Edits, attribute, escape, with_attribute, without_attribute};
use crate::xml::{Node, Xml};

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
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    let (formats_rank, drawing_rank) = (rank("conditionalFormatting"), rank("legacyDrawing"));
    let mut surveyed = Surveyed::default();
    let mut xml = Xml::new(text);
    let (mut before, mut depth) = (0, 0usize);
    let mut block: Option<(usize, Vec<Range<usize>>, bool)> = None;
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) => {
                let local = tag.local();
                if depth == 0 {
                    surveyed.prefix = tag.name().strip_suffix("worksheet").unwrap_or_default().to_owned();
                }
                if depth == 1 {
                    // Extensions stand last; alternatives hold controls.
                    let own = if matches!(local, "extLst" | "AlternateContent") {
                        Some(ORDER.len())
                    } else {
                        rank(local)
                    };
                    if own >= formats_rank && surveyed.formats_at.is_none() {
                        surveyed.formats_at = Some(span.start);
                    }
                    if own > drawing_rank && surveyed.drawing_at.is_none() {
                        surveyed.drawing_at = Some(span.start);
                    }
                    if local == "sheetData" {
                        // Cells are passed over as they are.
                        xml.skip()?;
                        before = xml.position();
                        continue;
                    }
                    if local == "conditionalFormatting" {
                        block = Some((span.start, Vec::new(), false));
                    }
                }
                if local == "cfRule" {
                    match &mut block {
                        Some((_, rules, _)) => rules.push(span.clone()),
                        None => surveyed.rules.push(span.clone()),
                    }
                }
                if local == "sheetView" && tag.attribute("tabSelected").is_some() {
                    surveyed.chosen.push(span);
                }
                depth += 1;
            }
            Node::Close(_) => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some((start, rules, is_ours)) = block.take()
                {
                    match is_ours {
                        true => surveyed.ours.push(start..span.end),
                        false => surveyed.rules.extend(rules),
                    }
                }
                if depth == 0 && surveyed.end == 0 {
                    surveyed.end = span.start;
                }
            }
            Node::Text(piece) => {
                if let Some((_, _, is_ours)) = &mut block {
                    *is_ours |= piece.contains(FORMULA_MARK);
                }
            }
        }
    }
    if surveyed.end == 0 { Err(Unmarkable("工作表的內容不完整".to_owned())) } else { Ok(surveyed) }
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
