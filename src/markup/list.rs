//! The list as a worksheet part: who it is for, what to do, and a line a correction that leads to its cell.
//!
//! Texts stand inline, so that the shared strings stay as they are.

use crate::corrections::{Correction, CorrectionList, SHEET_MARK};
use crate::place::{CellRef, column_letters};
use crate::splice::escape;

use super::quoted;
use super::styles::CellStyles;

/// Where faults stand, what is wrong, how to mend it; the rule last, as people look for it least.
pub(super) const HEADINGS: [&str; 6] = ["序號", "程度", "位置", "問題", "如何修正", "規則"];
/// In characters of Excel's default font; the first column is hidden and holds the mark.
const WIDTHS: [u32; 7] = [4, 6, 8, 30, 56, 50, 24];

pub(super) fn worksheet(list: &CorrectionList, styles: &CellStyles, is_shown_first: bool) -> String {
    let header = u32::try_from(list.notes.len()).unwrap_or(0) + 2;
    let last_row = header + 1 + u32::try_from(list.corrections.len()).unwrap_or(0);
    let selected = if is_shown_first { " tabSelected=\"1\"" } else { "" };
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetPr><tabColor rgb=\"FFC00000\"/><pageSetUpPr fitToPage=\"1\"/></sheetPr><dimension ref=\"A1:G{last_row}\"/><sheetViews><sheetView showGridLines=\"0\"{selected} workbookViewId=\"0\"><pane ySplit=\"{frozen}\" topLeftCell=\"A{below}\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"19.5\"/><cols>",
        frozen = header + 1,
        below = header + 2,
    );
    for (at, width) in WIDTHS.iter().enumerate() {
        let column = at + 1;
        let hidden = if at == 0 { " hidden=\"1\"" } else { "" };
        out.push_str(&format!(
            "<col min=\"{column}\" max=\"{column}\" width=\"{width}\"{hidden} customWidth=\"1\"/>"
        ));
    }
    out.push_str("</cols><sheetData>");
    row(&mut out, 0, &[(0, styles.wrapped, SHEET_MARK), (1, styles.title, &list.title)]);
    for (at, note) in (1..).zip(&list.notes) {
        row(&mut out, at, &[(1, styles.note, note)]);
    }
    let headings: Vec<(u32, usize, &str)> =
        (1..).zip(HEADINGS).map(|(at, text)| (at, styles.header, text)).collect();
    row(&mut out, header, &headings);
    let mut links = String::new();
    for (n, correction) in (1u32..).zip(&list.corrections) {
        let at = header + n;
        correction_row(&mut out, at, n, correction, styles);
        links.push_str(&link(at, correction));
    }
    out.push_str("</sheetData>");
    if !links.is_empty() {
        out.push_str(&format!("<hyperlinks>{links}</hyperlinks>"));
    }
    out.push_str("<pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.5\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>");
    out
}

fn correction_row(out: &mut String, at: u32, n: u32, correction: &Correction, styles: &CellStyles) {
    let place_style = if correction.sheet.is_some() { styles.link } else { styles.wrapped };
    row(
        out,
        at,
        &[
            (1, styles.wrapped, &n.to_string()),
            (2, styles.wrapped, correction.severity_word()),
            (3, place_style, &correction.at),
            (4, styles.wrapped, &correction.message),
            (5, styles.wrapped, &correction.hint),
            (6, styles.wrapped, &correction.rule),
        ],
    );
}

fn row(out: &mut String, at: u32, cells: &[(u32, usize, &str)]) {
    out.push_str(&format!("<row r=\"{}\">", at + 1));
    for (column, style, text) in cells {
        let cell = CellRef::new(at, *column);
        out.push_str(&format!(
            "<c r=\"{cell}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
            escape(text)
        ));
    }
    out.push_str("</row>");
}

/// A link inside the workbook needs no relationship.
fn link(row: u32, correction: &Correction) -> String {
    let Some(sheet) = &correction.sheet else { return String::new() };
    let cell = correction.cell.unwrap_or(CellRef::new(0, 0));
    let target = format!("{}!{cell}", quoted(sheet));
    format!("<hyperlink ref=\"{}{}\" location=\"{}\"/>", column_letters(3), row + 1, escape(&target))
}
