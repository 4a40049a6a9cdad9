//! Blank and prefilled workbooks, and the guide beside them, from the plan.
//!
//! The only module that names `rust_xlsxwriter`. Where a question stands is `layout`'s affair;
//! here is how it looks, and the formulas that keep a clerk informed while filling in.

mod corrections;
mod filling;
mod formula;
mod guide;
mod home;
mod look;
mod paint;

use anyhow::Context;
use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{DocProperties, Workbook, Worksheet};

use crate::layout::{
    Ask, FormLayout, LISTS_KEY, LISTS_SHEET, Question, Rows, marker, secretariat_form, unit_form,
};
use crate::place::{CellRef, column_letters};
use crate::plan::{Plan, UnitId, ValueKind};

pub use corrections::corrections_workbook;
pub use filling::{Entry, Filling};
pub use guide::guide;

use formula::Contents;
use home::Welcome;
use paint::{Lists, Painter};

/// The name of the custom document property that identifies a form.
const PROPERTY: &str = "huibian";

/// A unit's workbook as .xlsx bytes: the same bytes for the same plan and filling.
pub fn unit_workbook(plan: &Plan, unit: &UnitId, filling: &Filling) -> anyhow::Result<Vec<u8>> {
    let layout = unit_form(plan, unit);
    let name = plan.unit(unit).map_or(unit.as_str(), |unit| unit.name.as_str());
    workbook(plan, &layout, filling, &guide::unit_welcome(plan, name))
        .with_context(|| format!("failed to write the workbook of `{unit}`"))
}

/// The secretariat's workbook as .xlsx bytes.
pub fn secretariat_workbook(plan: &Plan, filling: &Filling) -> anyhow::Result<Vec<u8>> {
    let layout = secretariat_form(plan);
    workbook(plan, &layout, filling, &guide::secretariat_welcome(plan))
        .context("failed to write the secretariat's workbook")
}

fn workbook(
    plan: &Plan,
    layout: &FormLayout,
    filling: &Filling,
    welcome: &Welcome,
) -> anyhow::Result<Vec<u8>> {
    let entries = filling.place(layout)?;
    let mut contents = Contents::new(layout, &entries);
    compute(&mut contents);
    let (lists, columns) = lists(layout);
    let painter =
        Painter { contents: &contents, entries: &entries, lists: &lists, example: example_day(plan) };
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(plan, layout, &welcome.title)?);
    for (index, sheet) in layout.sheets.iter().enumerate() {
        let to = workbook.add_worksheet();
        if index == 0 {
            home::paint(&painter, sheet, welcome, to)?;
        } else {
            painter.sheet(index, sheet, to)?;
        }
    }
    write_lists(layout, &columns, workbook.add_worksheet())?;
    define_names(layout, &mut workbook)?;
    crate::container::rewrite(&workbook.save_to_buffer()?)
}

/// Results of the derived figures, in the order in which they build on each other.
fn compute(contents: &mut Contents<'_>) {
    let layout = contents.layout;
    for (index, sheet) in layout.sheets.iter().enumerate() {
        for block in &sheet.blocks {
            for row in block.known() {
                for (column, question) in &row.questions {
                    let Ask::Derived(derivation) = &question.ask else { continue };
                    let live = formula::derived(contents, index, block, derivation);
                    let cell = CellRef::new(row.row, block.columns[*column].column);
                    if !live.result.is_empty() {
                        contents.cells.insert((index, cell), live.result);
                    }
                }
            }
        }
    }
}

/// A day of the assessed year, for examples.
fn example_day(plan: &Plan) -> Date {
    Date::new(plan.period.first.year(), 3, 26).unwrap_or(plan.period.first)
}

fn properties(plan: &Plan, layout: &FormLayout, title: &str) -> anyhow::Result<DocProperties> {
    // The day the period ends: fixed, so that the same plan gives the same bytes.
    let created: DateTime = plan.period.last.at(0, 0, 0, 0);
    let created = rust_xlsxwriter::ExcelDateTime::from_ymd(
        created.year().unsigned_abs(),
        created.month().unsigned_abs(),
        created.day().unsigned_abs(),
    )?;
    Ok(DocProperties::new()
        .set_title(title)
        .set_author(&plan.government.name)
        .set_comment(layout.identity())
        .set_custom_property(PROPERTY, layout.identity())
        .set_creation_datetime(&created))
}

/// Every list of choices once, with its range and its column on the hidden sheet.
fn lists(layout: &FormLayout) -> (Lists, Vec<Vec<String>>) {
    let mut columns = vec![paint::tick_list(), paint::flag_list()];
    let mut add = |question: &Question| {
        if let Ask::Value(ValueKind::Choice(options)) = &question.ask
            && !columns.contains(options)
            && !options.is_empty()
        {
            columns.push(options.clone());
        }
    };
    for (_, block) in layout.blocks() {
        match &block.rows {
            Rows::Open { .. } => block.columns.iter().for_each(|column| add(&column.question)),
            Rows::Known(rows) => {
                rows.iter().flat_map(|row| &row.questions).for_each(|(_, question)| add(question));
            }
        }
    }
    let lists = (1..)
        .zip(&columns)
        .map(|(column, options)| {
            let letters = column_letters(column);
            let range = format!("='{LISTS_SHEET}'!${letters}$1:${letters}${}", options.len());
            (options.clone(), range)
        })
        .collect();
    (lists, columns)
}

fn write_lists(layout: &FormLayout, columns: &[Vec<String>], to: &mut Worksheet) -> anyhow::Result<()> {
    to.set_name(LISTS_SHEET)?;
    to.write_string(0, 0, marker(&layout.plan, &layout.unit, &layout.version, LISTS_KEY))?;
    for (column, options) in (1u16..).zip(columns) {
        for (row, option) in (0u32..).zip(options) {
            to.write_string(row, column, option)?;
        }
    }
    to.set_hidden(true);
    to.protect();
    Ok(())
}

/// Headings, columns and cells by name: the first of the three ways to find them again.
fn define_names(layout: &FormLayout, workbook: &mut Workbook) -> anyhow::Result<()> {
    for (sheet, block) in layout.blocks() {
        let prefix = formula::sheet_prefix(&sheet.name);
        let mut define = |name: String, cell: CellRef| -> anyhow::Result<()> {
            let letters = column_letters(cell.column);
            workbook.define_name(name, &format!("={prefix}${letters}${}", cell.row + 1))?;
            Ok(())
        };
        define(block.heading_name(), block.heading_cell)?;
        for column in &block.columns {
            define(block.column_name(&column.key), block.column_anchor(column))?;
        }
        for row in block.known() {
            for (column, question) in &row.questions {
                if question.ask.is_answered() {
                    let column = &block.columns[*column];
                    let cell = CellRef::new(row.row, column.column);
                    define(block.cell_name(&row.key, &column.key), cell)?;
                }
            }
        }
    }
    Ok(())
}
