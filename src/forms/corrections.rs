//! The list of corrections as a workbook of its own, for submissions that cannot be marked.
//!
//! Knows the list, nothing of the workbook it speaks of.

use anyhow::Context;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook};

use crate::corrections::{CorrectionList, SHEET};

const COLUMNS: [(&str, f64); 6] =
    [("序號", 6.0), ("程度", 8.0), ("位置", 36.0), ("問題", 56.0), ("如何修正", 50.0), ("規則", 24.0)];

/// An .xlsx with the list alone: the same bytes for the same list.
pub fn corrections_workbook(list: &CorrectionList) -> anyhow::Result<Vec<u8>> {
    write(list).context("failed to write the list of corrections")
}

fn write(list: &CorrectionList) -> anyhow::Result<Vec<u8>> {
    let title = Format::new().set_bold().set_font_size(14);
    let header = Format::new().set_bold().set_background_color(Color::RGB(0xE7_E6_E6));
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let mut workbook = Workbook::new();
    // Fixed, so that equal lists give equal bytes.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(&list.title).set_creation_datetime(&created));
    let sheet = workbook.add_worksheet().set_name(SHEET)?;
    sheet.write_string_with_format(0, 0, &list.title, &title)?;
    let mut row = 1;
    for (column, (heading, width)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(row, column, heading, &header)?;
    }
    for (n, correction) in (1..).zip(&list.corrections) {
        row += 1;
        let number = u32::to_string(&n);
        let cells = [
            number.as_str(),
            correction.severity_word(),
            &correction.at,
            &correction.message,
            &correction.hint,
            &correction.rule,
        ];
        for (column, text) in (0..).zip(cells) {
            sheet.write_string_with_format(row, column, text, &wrapped)?;
        }
    }
    sheet.set_freeze_panes(2, 0)?.set_landscape().set_print_fit_to_pages(1, 0);
    crate::container::rewrite(&workbook.save_to_buffer()?)
}
