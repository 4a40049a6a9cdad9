//! An .ods: notes in cells, the list as a first table, a conditional format in LibreOffice's own words.
//!
//! Everything is in `content.xml`, but for two named styles in `styles.xml`. Where a program declares no
//! such words (`calcext`), cells bear their notes without a fill.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::corrections::{self, COMMENT_MARK, Correction, CorrectionList, SHEET_MARK};
use crate::place::CellRef;
use crate::splice::{Edits, escape};
use crate::xml::{Node, Xml};

use super::list::HEADINGS;
use super::ods_cells::{self, Target};
use super::parts::Parts;
use super::repair::{Entries, lost};
use super::{FORMULA, FORMULA_MARK, Remarks, Unmarkable, quoted, remarks};

const CONTENT: &str = "content.xml";
const STYLES: &str = "styles.xml";
/// Named styles of the fill, and automatic ones of the list.
const ERROR_STYLE: &str = "huibian_5f_error";
const WARNING_STYLE: &str = "huibian_5f_warning";
const WRAPPED_STYLE: &str = "huibian-wrapped";
const COLUMN_STYLE: &str = "huibian-column";
/// In centimetres, the first column hidden.
const WIDTHS: [&str; 7] = ["0.8cm", "1.4cm", "1.6cm", "6cm", "12cm", "10cm", "5cm"];

pub(super) fn mark(bytes: &[u8], corrections: &CorrectionList) -> Result<Vec<u8>, Unmarkable> {
    let mut parts = open(bytes)?;
    let clean = unmarked(&parts.needed(CONTENT)?)?;
    let has_formats = clean.contains("xmlns:calcext=") && parts.contains(STYLES);
    let marked = marked(&clean, corrections, has_formats)?;
    parts.put(CONTENT, marked);
    if has_formats {
        let styles = parts.needed(STYLES)?;
        if let Some(styles) = with_fill_styles(&styles) {
            parts.put(STYLES, styles);
        }
    }
    parts.finish()
}

/// A copy in which cells say something else; `repair` says what it keeps.
pub(super) fn repair(bytes: &[u8], mut by_sheet: BTreeMap<&str, Entries>) -> Result<Vec<u8>, Unmarkable> {
    let mut parts = open(bytes)?;
    let text = parts.needed(CONTENT)?;
    let mut edits = Edits::default();
    let mut xml = Xml::new(&text);
    while let Some(node) = xml.next()? {
        let Node::Open(tag) = node else { continue };
        if tag.name() != "table:table" {
            continue;
        }
        let entries = by_sheet.remove(tag.attribute("table:name").unwrap_or_default().as_str());
        let targets = entries.unwrap_or_default().into_iter();
        let targets = targets.map(|(cell, entry)| (cell, Target::Entry(entry))).collect();
        ods_cells::mark(&text, &mut xml, &targets, &mut edits)?;
    }
    if let Some(sheet) = by_sheet.into_keys().next() {
        return Err(lost(sheet));
    }
    let repaired = edits.apply(&text);
    parts.put(CONTENT, repaired);
    parts.finish()
}

fn open(bytes: &[u8]) -> Result<Parts<'_>, Unmarkable> {
    let mut parts = Parts::open(bytes)?;
    match parts.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        true => Err(Unmarkable("檔案設有密碼".to_owned())),
        false => Ok(parts),
    }
}

/// The content without the marks of an earlier round.
fn unmarked(text: &str) -> Result<String, Unmarkable> {
    let mut edits = Edits::default();
    let mut xml = Xml::new(text);
    let mut before = 0;
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        let Node::Open(tag) = node else { continue };
        let is_list =
            tag.name() == "table:table" && tag.attribute("table:name").as_deref() == Some(corrections::SHEET);
        let is_our_style = matches!(tag.name(), "style:style")
            && tag
                .attribute("style:name")
                .is_some_and(|name| name == WRAPPED_STYLE || name.starts_with(COLUMN_STYLE));
        match tag.name() {
            _ if is_list || is_our_style => {
                xml.skip()?;
                before = xml.position();
                edits.remove(span.start..before);
            }
            "calcext:conditional-format" => {
                let whole = whole_element(&mut xml, span.start)?;
                before = whole.end;
                if text[whole.clone()].contains(FORMULA_MARK) {
                    edits.remove(whole);
                }
            }
            "office:annotation" => {
                before = ods_cells::unmark(text, &mut xml, span, &mut edits)?;
            }
            _ => {}
        }
    }
    Ok(edits.apply(text))
}

/// From the opening tag just read to the end of its element.
fn whole_element(xml: &mut Xml<'_>, start: usize) -> Result<Range<usize>, Unmarkable> {
    xml.skip()?;
    Ok(start..xml.position())
}

fn marked(text: &str, corrections: &CorrectionList, has_formats: bool) -> Result<String, Unmarkable> {
    let by_sheet = remarks(corrections);
    let none = Remarks::new();
    let mut edits = Edits::default();
    let mut xml = Xml::new(text);
    let (mut before, mut first_table, mut styles_end) = (0, None, None);
    while let Some(node) = xml.next()? {
        let span = before..xml.position();
        before = span.end;
        match node {
            Node::Open(tag) if tag.name() == "table:table" => {
                first_table = first_table.or(Some(span.start));
                let name = tag.attribute("table:name").unwrap_or_default();
                let remarks = by_sheet.get(name.as_str()).unwrap_or(&none);
                let targets: BTreeMap<CellRef, Target> =
                    remarks.iter().map(|(cell, remark)| (*cell, Target::Note(remark.text.clone()))).collect();
                let survey = ods_cells::mark(text, &mut xml, &targets, &mut edits)?;
                before = xml.position();
                if has_formats && !remarks.is_empty() {
                    let formats = conditional_formats(&name, remarks);
                    match survey.formats {
                        Some(at) => edits.insert(at, formats),
                        None => edits.insert(
                            survey.end,
                            format!("<calcext:conditional-formats>{formats}</calcext:conditional-formats>"),
                        ),
                    }
                }
            }
            Node::Close(tag) if tag.name() == "office:automatic-styles" => {
                styles_end = text[span.clone()].starts_with("</").then_some(span.start);
            }
            _ => {}
        }
    }
    let first_table = first_table.ok_or_else(|| Unmarkable("沒有工作表".to_owned()))?;
    edits.insert(first_table, list_table(corrections, styles_end.is_some()));
    if let Some(at) = styles_end {
        edits.insert(at, automatic_styles());
    }
    Ok(edits.apply(text))
}

fn conditional_formats(sheet: &str, remarks: &Remarks) -> String {
    let mut out = String::new();
    for (is_error, style) in [(true, ERROR_STYLE), (false, WARNING_STYLE)] {
        let cells: Vec<CellRef> =
            remarks.iter().filter(|(_, remark)| remark.is_error == is_error).map(|(cell, _)| *cell).collect();
        let Some(first) = cells.first() else { continue };
        let address = |cell: &CellRef| format!("{}.{cell}", quoted(sheet));
        let ranges: Vec<String> = cells.iter().map(|cell| format!("{0}:{0}", address(cell))).collect();
        out.push_str(&format!(
            "<calcext:conditional-format calcext:target-range-address=\"{}\"><calcext:condition calcext:apply-style-name=\"{style}\" calcext:value=\"formula-is({})\" calcext:base-cell-address=\"{}\"/></calcext:conditional-format>",
            escape(&ranges.join(" ")),
            escape(FORMULA),
            escape(&address(first)),
        ));
    }
    out
}

/// The styles part with the two fills; `None` when they are there.
fn with_fill_styles(text: &str) -> Option<String> {
    if text.contains(ERROR_STYLE) {
        return None;
    }
    let at = text.rfind("</office:styles>")?;
    let style = |name: &str, shown: &str, colour: &str| {
        format!(
            "<style:style style:name=\"{name}\" style:display-name=\"{shown}\" style:family=\"table-cell\" style:parent-style-name=\"Default\"><style:table-cell-properties fo:background-color=\"{colour}\"/></style:style>"
        )
    };
    let mut edits = Edits::default();
    edits.insert(at, style(ERROR_STYLE, "huibian_error", "#ffc7ce"));
    edits.insert(at, style(WARNING_STYLE, "huibian_warning", "#ffeb9c"));
    Some(edits.apply(text))
}

fn automatic_styles() -> String {
    let mut out = format!(
        "<style:style style:name=\"{WRAPPED_STYLE}\" style:family=\"table-cell\" style:parent-style-name=\"Default\"><style:table-cell-properties fo:wrap-option=\"wrap\" style:vertical-align=\"top\"/></style:style>"
    );
    for (at, width) in WIDTHS.iter().enumerate() {
        out.push_str(&format!(
            "<style:style style:name=\"{COLUMN_STYLE}{at}\" style:family=\"table-column\"><style:table-column-properties style:column-width=\"{width}\"/></style:style>"
        ));
    }
    out
}

fn list_table(list: &CorrectionList, has_styles: bool) -> String {
    let mut out = format!("<table:table table:name=\"{}\">", corrections::SHEET);
    for at in 0..WIDTHS.len() {
        let style =
            if has_styles { format!(" table:style-name=\"{COLUMN_STYLE}{at}\"") } else { String::new() };
        let hidden = if at == 0 { " table:visibility=\"collapse\"" } else { "" };
        out.push_str(&format!("<table:table-column{style}{hidden}/>"));
    }
    row(&mut out, false, &[SHEET_MARK, &list.title], None);
    for note in &list.notes {
        row(&mut out, false, &["", note], None);
    }
    let headings: Vec<&str> = std::iter::once("").chain(HEADINGS).collect();
    row(&mut out, has_styles, &headings, None);
    for (n, correction) in (1..).zip(&list.corrections) {
        let number = n.to_string();
        let cells = [
            "",
            &number,
            correction.severity_word(),
            &correction.at,
            &correction.message,
            &correction.hint,
            &correction.rule,
        ];
        row(&mut out, has_styles, &cells, link(correction));
    }
    out.push_str("</table:table>");
    out
}

/// Where a line leads, from its fourth cell.
fn link(correction: &Correction) -> Option<String> {
    let sheet = correction.sheet.as_ref()?;
    let cell = correction.cell.unwrap_or(CellRef::new(0, 0));
    Some(format!("#{}.{cell}", quoted(sheet)))
}

fn row(out: &mut String, is_wrapped: bool, cells: &[&str], link: Option<String>) {
    const LINKED: usize = 3;
    out.push_str("<table:table-row>");
    for (at, text) in cells.iter().enumerate() {
        let style = match is_wrapped {
            true => format!(" table:style-name=\"{WRAPPED_STYLE}\""),
            false => String::new(),
        };
        if text.is_empty() {
            out.push_str(&format!("<table:table-cell{style}/>"));
            continue;
        }
        let shown = match (&link, at) {
            (Some(link), LINKED) => format!(
                "<text:a xlink:type=\"simple\" xlink:href=\"{}\">{}</text:a>",
                escape(link),
                escape(text)
            ),
            _ => escape(text),
        };
        out.push_str(&format!(
            "<table:table-cell{style} office:value-type=\"string\"><text:p>{shown}</text:p></table:table-cell>"
        ));
    }
    out.push_str("</table:table-row>");
}

/// A remark as the paragraphs of a note.
pub(super) fn paragraphs(text: &str) -> String {
    text.lines().map(|line| format!("<text:p>{}</text:p>", escape(line))).collect()
}

/// Whether a paragraph begins our part of a note.
pub(super) fn is_ours(paragraph: &str) -> bool {
    paragraph.trim_start().starts_with(COMMENT_MARK)
}
