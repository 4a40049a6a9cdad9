//! Plain tables as an .xlsx workbook.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::layout::TextRole;
use crate::tabular::{Tabular, TabularCell};

use super::look;

/// The workbook as .xlsx bytes: the same bytes for the same tables.
pub fn table_workbook(tabular: &Tabular) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::parse_from_str(&tabular.iso_day)?;
    let properties = DocProperties::new().set_title(&tabular.title).set_author(&tabular.creator);
    workbook.set_properties(&properties.set_creation_datetime(&created));
    let (header, body, remark) = (look::text(TextRole::Header), look::cell(), look::text(TextRole::Caution));
    for sheet in &tabular.sheets {
        let to = workbook.add_worksheet();
        to.set_name(&sheet.name)?;
        for (column, width) in (0u16..).zip(&sheet.widths) {
            // A Chinese character takes two of Excel's columns.
            to.set_column_width(column, f64::from(width * 2 + 2))?;
        }
        for (row, cells) in (0u32..).zip(&sheet.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                let format = if row == 0 { &header } else { &body };
                match cell {
                    TabularCell::Blank => to.write_blank(row, column, format)?,
                    TabularCell::Text(text) => to.write_string_with_format(row, column, text, format)?,
                    TabularCell::Remark(text) => to.write_string_with_format(row, column, text, &remark)?,
                    TabularCell::Number(figure) => {
                        to.write_number_with_format(row, column, figure.to_f64(), format)?
                    }
                };
            }
        }
        to.set_freeze_panes(1, 2)?;
        to.set_landscape().set_paper_size(9).set_repeat_rows(0, 0)?;
    }
    crate::container::rewrite(&workbook.save_to_buffer()?)
}
