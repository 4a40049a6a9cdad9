//! Plain tables as a workbook: what stands in them, and their OpenDocument form.
//!
//! Knows cells, no plans. The .xlsx form is `forms`' affair, because the crate for it is named there.

use std::fmt::Write;

use crate::container::{OdfKind, OdfPackage, odf_text, xml_escaped};
use crate::figure::Figure;

/// Longest sheet name Excel takes.
const LONGEST_NAME: usize = 31;

/// A workbook of plain tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Tabular {
    pub title: String,
    pub creator: String,
    /// ISO date the document bears: the clock never reaches it.
    pub iso_day: String,
    pub sheets: Vec<TabularSheet>,
}

/// One table: the first row is its header.
#[derive(Debug, Clone, PartialEq)]
pub struct TabularSheet {
    pub name: String,
    /// Widths in characters, by column.
    pub widths: Vec<u32>,
    pub rows: Vec<Vec<TabularCell>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TabularCell {
    Blank,
    Text(String),
    Number(Figure),
    /// A text that says why there is no figure to compare; set off from the others.
    Remark(String),
}

impl TabularCell {
    pub fn text(text: impl Into<String>) -> Self {
        TabularCell::Text(text.into())
    }
}

/// A name both Excel and LibreOffice take, different from those already given.
pub fn sheet_name(wanted: &str, given: &[TabularSheet]) -> String {
    let plain: String = wanted.chars().filter(|c| !c.is_control() && !r"[]:*?/\'".contains(*c)).collect();
    let plain = match cut(plain.trim(), LONGEST_NAME) {
        "" => "表".to_owned(),
        name => name.to_owned(),
    };
    let is_free = |name: &str| given.iter().all(|sheet| sheet.name.to_lowercase() != name.to_lowercase());
    if is_free(&plain) {
        return plain;
    }
    // Room for a number of three digits between its brackets.
    let head = cut(&plain, LONGEST_NAME - 5);
    (2..).map(|n| format!("{head}（{n}）")).find(|name| is_free(name)).unwrap_or_default()
}

/// At most so many UTF-16 units, as Excel counts, without a blank at the end.
fn cut(text: &str, most: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    text[..end.map_or(text.len(), |(at, _)| at)].trim_end()
}

const SPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" office:version=\"1.3\"";

/// The workbook as .ods bytes: the same bytes for the same tables.
///
/// # Errors
/// None in practice: the package is written to memory under names of our own.
pub fn ods(tabular: &Tabular) -> anyhow::Result<Vec<u8>> {
    OdfPackage::new(OdfKind::Spreadsheet)
        .with_xml("content.xml", &content(tabular))
        .with_xml("styles.xml", &styles())
        .with_metadata(&tabular.title, &tabular.creator, &tabular.iso_day)
        .write()
}

fn content(tabular: &Tabular) -> String {
    let mut widths: Vec<u32> = tabular.sheets.iter().flat_map(|sheet| sheet.widths.iter().copied()).collect();
    widths.sort_unstable();
    widths.dedup();
    let mut xml = format!("<office:document-content {SPACES}><office:automatic-styles>");
    for width in &widths {
        // A Chinese character at 11 points is some 0.39 cm wide.
        let _ = write!(
            xml,
            "<style:style style:name=\"w{width}\" style:family=\"table-column\">\
             <style:table-column-properties style:column-width=\"{}mm\"/></style:style>",
            width * 39 / 10 + 4
        );
    }
    let cell = "<style:style style:name=\"{}\" style:family=\"table-cell\"><style:table-cell-properties \
        fo:wrap-option=\"wrap\" style:vertical-align=\"top\" fo:padding=\"1mm\" \
        fo:border=\"0.5pt solid #a6a6a6\"{back}/>{text}</style:style>";
    for (name, back, text) in [
        ("text", "", ""),
        ("number", "", "<style:paragraph-properties fo:text-align=\"end\"/>"),
        ("remark", "", "<style:text-properties fo:color=\"#b00020\"/>"),
        (
            "head",
            " fo:background-color=\"#dce6f1\"",
            "<style:text-properties fo:font-weight=\"bold\" style:font-weight-asian=\"bold\"/>",
        ),
    ] {
        xml.push_str(&cell.replace("{}", name).replace("{back}", back).replace("{text}", text));
    }
    xml.push_str("</office:automatic-styles><office:body><office:spreadsheet>");
    for sheet in &tabular.sheets {
        push_sheet(&mut xml, sheet);
    }
    xml.push_str("</office:spreadsheet></office:body></office:document-content>");
    xml
}

fn push_sheet(xml: &mut String, sheet: &TabularSheet) {
    let _ = write!(xml, "<table:table table:name=\"{}\">", xml_escaped(&sheet.name));
    for width in &sheet.widths {
        let _ = write!(xml, "<table:table-column table:style-name=\"w{width}\"/>");
    }
    let mut rows = sheet.rows.iter();
    if let Some(header) = rows.next() {
        xml.push_str("<table:table-header-rows>");
        push_row(xml, header, true);
        xml.push_str("</table:table-header-rows>");
    }
    for row in rows {
        push_row(xml, row, false);
    }
    xml.push_str("</table:table>");
}

fn push_row(xml: &mut String, row: &[TabularCell], is_header: bool) {
    xml.push_str("<table:table-row>");
    for cell in row {
        let (style, text) = match cell {
            TabularCell::Blank => ("text", ""),
            TabularCell::Text(text) => (if is_header { "head" } else { "text" }, text.as_str()),
            TabularCell::Remark(text) => ("remark", text.as_str()),
            TabularCell::Number(figure) => {
                let _ = write!(
                    xml,
                    "<table:table-cell table:style-name=\"number\" office:value-type=\"float\" \
                     office:value=\"{figure}\"><text:p>{figure}</text:p></table:table-cell>"
                );
                continue;
            }
        };
        if text.is_empty() {
            let _ = write!(xml, "<table:table-cell table:style-name=\"{style}\"/>");
        } else {
            let _ = write!(
                xml,
                "<table:table-cell table:style-name=\"{style}\" office:value-type=\"string\"><text:p>{}</text:p>\
                 </table:table-cell>",
                odf_text(text)
            );
        }
    }
    xml.push_str("</table:table-row>");
}

/// A4 landscape, as wide as the page, the name of the sheet above and the page below.
fn styles() -> String {
    format!(
        "<office:document-styles {SPACES}><office:styles><style:default-style style:family=\"table-cell\">\
         <style:text-properties fo:font-size=\"11pt\" style:font-size-asian=\"11pt\" fo:language=\"zh\" \
         fo:country=\"TW\" style:language-asian=\"zh\" style:country-asian=\"TW\"/></style:default-style>\
         </office:styles><office:automatic-styles><style:page-layout style:name=\"page\">\
         <style:page-layout-properties fo:page-width=\"297mm\" fo:page-height=\"210mm\" \
         style:print-orientation=\"landscape\" fo:margin=\"15mm\" style:scale-to-X=\"1\" style:scale-to-Y=\"0\"/>\
         </style:page-layout></office:automatic-styles><office:master-styles>\
         <style:master-page style:name=\"Default\" style:page-layout-name=\"page\"/>\
         </office:master-styles></office:document-styles>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_names_are_fit_and_different() {
        let sheet = |name: &str| TabularSheet { name: name.to_owned(), widths: Vec::new(), rows: Vec::new() };
        assert_eq!(sheet_name("1-1 轄區/背景:分析", &[]), "1-1 轄區背景分析");
        assert_eq!(sheet_name("表", &[sheet("表")]), "表（2）");
        let long = "長".repeat(40);
        let first = sheet_name(&long, &[]);
        let second = sheet_name(&long, &[sheet(&first)]);
        assert!(first.chars().count() <= 31 && second.chars().count() <= 31 && first != second);
        assert_eq!(sheet_name("[]", &[]), "表");
    }
}
