//! The plan as a workbook that a clerk edits.
//!
//! Knows nothing of what the sheets mean: headers, texts and words to choose from come ready.

use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Workbook, Worksheet};

use crate::layout::TextRole;
use crate::plan::Plan;
use crate::plan::sheets::PlanSheet;

use super::look;

/// Widest column, in characters.
const WIDEST: usize = 48;
/// Rows below the last in which a choice is still offered.
const SPARE_ROWS: u32 = 30;

/// The workbook as .xlsx bytes: the same bytes for the same sheets.
pub fn plan_workbook(plan: &Plan, sheets: &[PlanSheet]) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let day = plan.period.last;
    let created = ExcelDateTime::from_ymd(
        day.year().unsigned_abs(),
        day.month().unsigned_abs(),
        day.day().unsigned_abs(),
    )?;
    workbook.set_properties(&DocProperties::new().set_title(&plan.title).set_creation_datetime(&created));
    for sheet in sheets {
        let to = workbook.add_worksheet();
        to.set_name(sheet.name)?;
        paint(sheet, to)?;
    }
    crate::container::rewrite(&workbook.save_to_buffer()?)
}

fn paint(sheet: &PlanSheet, to: &mut Worksheet) -> anyhow::Result<()> {
    let (header, body) = (look::text(TextRole::Header), look::cell());
    for (column, title) in (0u16..).zip(&sheet.headers) {
        to.write_string_with_format(0, column, *title, &header)?;
        let texts = sheet.rows.iter().filter_map(|row| row.get(usize::from(column)));
        let longest = texts.flat_map(|text| text.lines()).map(|line| line.chars().count()).max();
        let width = longest.unwrap_or(0).max(title.chars().count()).min(WIDEST);
        // A Chinese character takes two of Excel's columns.
        to.set_column_width(column, (width * 2 + 3).min(WIDEST) as f64)?;
    }
    for (row, cells) in (1u32..).zip(&sheet.rows) {
        for (column, text) in (0u16..).zip(cells) {
            to.write_string_with_format(row, column, text, &body)?;
        }
    }
    let last = sheet.rows.len() as u32 + SPARE_ROWS;
    for (column, options) in (0u16..).zip(&sheet.options).filter(|(_, options)| !options.is_empty()) {
        let choice = DataValidation::new().allow_list_strings(options)?;
        to.add_data_validation(1, column, last, column, &choice)?;
    }
    to.set_freeze_panes(1, 1)?;
    Ok(())
}
