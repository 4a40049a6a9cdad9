//! One sheet of the layout onto one worksheet.
//!
//! Texts, inputs, live figures, choices, protection and print setup. Texts are always written
//! as strings: what a plan or a sample says is never taken for a formula or a link.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_xlsxwriter::{
    ConditionalFormatText, ConditionalFormatTextRule, DataValidation, DataValidationErrorStyle,
    DataValidationRule, Format, Formula, IgnoreError, ProtectionOptions, Worksheet,
};

use crate::forms::filling::Entry;
use crate::forms::formula::{self, Contents, Live};
use crate::forms::look;
use crate::layout::{
    ANSWER_COLUMN, Ask, Block, BlockKind, KEY_COLUMN, Question, Rows, SheetKind, SheetLayout, StaticText,
    TextRole,
};
use crate::place::CellRef;
use crate::plan::ValueKind;
use crate::roc;

type Outcome = Result<(), rust_xlsxwriter::XlsxError>;

/// Rows below the last table that still offer its choices.
const ROWS_BELOW: u32 = 200;
/// Excel's limits on an input message.
const MESSAGE_TITLE: usize = 32;
const MESSAGE: usize = 255;
/// Rows in which figures written as texts are not flagged.
const NOTED_ROWS: u32 = 2_000;
/// Paper size 9 is A4.
const A4: u8 = 9;

/// Lists of choices and where they stand, as a range for a validation.
pub type Lists = BTreeMap<Vec<String>, String>;

pub struct Painter<'a> {
    pub contents: &'a Contents<'a>,
    pub entries: &'a BTreeMap<(usize, CellRef), Entry>,
    pub lists: &'a Lists,
    /// A day of the assessed year, for examples.
    pub example: Date,
}

/// Excel columns are 16 bits wide in the writing library.
pub fn narrow(column: u32) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

impl Painter<'_> {
    pub fn sheet(&self, index: usize, sheet: &SheetLayout, to: &mut Worksheet) -> Outcome {
        let widths = look::widths(sheet);
        set_up(sheet, &widths, to)?;
        for text in &sheet.texts {
            write_text(text, to)?;
        }
        for block in &sheet.blocks {
            self.block(index, sheet, block, to)?;
        }
        self.progress(index, sheet, to)?;
        self.heights(index, sheet, &widths, to)?;
        for row in &sheet.key_rows {
            to.set_row_hidden(*row)?;
        }
        Ok(())
    }

    fn block(&self, index: usize, sheet: &SheetLayout, block: &Block, to: &mut Worksheet) -> Outcome {
        match &block.rows {
            Rows::Known(rows) => {
                for row in rows {
                    for (column, question) in &row.questions {
                        let cell = CellRef::new(row.row, block.columns[*column].column);
                        self.known_cell(index, sheet, block, cell, question, to)?;
                    }
                }
            }
            Rows::Open { first, count } => {
                let filled = self.last_filled(index, block).map_or(0, |row| row + 1 - first);
                let count = (*count).max(filled).max(1);
                for column in &block.columns {
                    let format = look::input(&column.question.ask);
                    for row in *first..first + count {
                        let cell = CellRef::new(row, column.column);
                        self.input(index, cell, &column.question.ask, &format, to)?;
                    }
                    let is_last = sheet.blocks.last().is_some_and(|last| last.id == block.id);
                    let below = if is_last { ROWS_BELOW } else { 0 };
                    let last = first + count - 1 + below;
                    self.validate((*first, last), column.column, &column.question, to)?;
                }
            }
        }
        Ok(())
    }

    fn last_filled(&self, index: usize, block: &Block) -> Option<u32> {
        let (first, _) = block.extent();
        let next = self.contents.layout.sheets[index]
            .blocks
            .iter()
            .map(|other| other.heading_cell.row)
            .filter(|row| *row > block.heading_cell.row)
            .min()
            .unwrap_or(u32::MAX);
        self.entries
            .keys()
            .filter(|(sheet, cell)| *sheet == index && (first..next).contains(&cell.row))
            .map(|(_, cell)| cell.row)
            .max()
    }

    fn known_cell(
        &self,
        index: usize,
        sheet: &SheetLayout,
        block: &Block,
        cell: CellRef,
        question: &Question,
        to: &mut Worksheet,
    ) -> Outcome {
        if let Some(live) = formula::of_question(self.contents, index, block, &question.ask) {
            return write_live(cell, &live, &look::derived(), to);
        }
        let format = look::input(&question.ask);
        // The last column of a checklist takes the rest of the width.
        let is_caption = matches!(block.kind, BlockKind::Evidence(_))
            && !matches!(question.ask, Ask::Tick)
            && sheet.last_column > cell.column;
        if is_caption {
            to.merge_range(cell.row, narrow(cell.column), cell.row, narrow(sheet.last_column), "", &format)?;
        }
        self.input(index, cell, &question.ask, &format, to)?;
        self.validate((cell.row, cell.row), cell.column, question, to)
    }

    fn input(&self, index: usize, cell: CellRef, ask: &Ask, format: &Format, to: &mut Worksheet) -> Outcome {
        let (row, column) = (cell.row, narrow(cell.column));
        match self.entries.get(&(index, cell)) {
            None => to.write_blank(row, column, format)?,
            Some(Entry::Date(date)) => {
                let (year, month, day) = (date.year(), date.month(), date.day());
                let date = rust_xlsxwriter::ExcelDateTime::from_ymd(
                    year.unsigned_abs(),
                    month.unsigned_abs(),
                    day.unsigned_abs(),
                )?;
                to.write_datetime_with_format(row, column, &date, &look::date_input())?
            }
            Some(Entry::Text(text)) => match plain_number(ask, text) {
                Some(number) => to.write_number_with_format(row, column, number, format)?,
                None => to.write_string_with_format(row, column, text, format)?,
            },
        };
        Ok(())
    }

    fn validate(
        &self,
        (first, last): (u32, u32),
        column: u32,
        question: &Question,
        to: &mut Worksheet,
    ) -> Outcome {
        let Some(validation) = self.validation(question)? else { return Ok(()) };
        to.add_data_validation(first, narrow(column), last, narrow(column), &validation)?;
        Ok(())
    }

    /// Choices and messages; a list is the only thing that is insisted on, since 「無」 may stand
    /// where a figure is asked.
    fn validation(&self, question: &Question) -> Result<Option<DataValidation>, rust_xlsxwriter::XlsxError> {
        let mut validation = DataValidation::new();
        let list = |options: &[String]| self.lists.get(options).map(Formula::new);
        validation = match &question.ask {
            Ask::Paragraph | Ask::Derived(_) | Ask::SumCheck { .. } => return Ok(None),
            Ask::Tick => match list(&tick_list()) {
                Some(range) => validation.allow_list_formula(range).show_error_message(false),
                None => validation,
            },
            Ask::Value(kind) => match kind {
                ValueKind::Choice(options) => match list(options) {
                    Some(range) => validation
                        .allow_list_formula(range)
                        .set_error_title("請由清單選取")?
                        .set_error_message("這一格請由下拉清單選取。")?,
                    None => validation,
                },
                ValueKind::Flag => match list(&flag_list()) {
                    Some(range) => validation
                        .allow_list_formula(range)
                        .set_error_title("請由清單選取")?
                        .set_error_message("這一格請由下拉清單選「是」或「否」。")?,
                    None => validation,
                },
                ValueKind::Count => validation
                    .allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(0))
                    .set_error_style(DataValidationErrorStyle::Warning)
                    .set_error_title("請填整數")?
                    .set_error_message("這一格應填 0 以上的整數；確實沒有者可填「無」。")?,
                ValueKind::Decimal | ValueKind::Percent => validation
                    .allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
                    .set_error_style(DataValidationErrorStyle::Warning)
                    .set_error_title("請填數字")?
                    .set_error_message("這一格應填 0 以上的數字；確實沒有者可填「無」。")?,
                _ => validation.allow_any_value(),
            },
        };
        let message = message(question, self.example);
        if message.is_empty() && matches!(question.ask, Ask::Value(ValueKind::Text)) {
            return Ok(None);
        }
        Ok(Some(
            validation
                .set_input_title(clip(&question.label, MESSAGE_TITLE))?
                .set_input_message(clip(&message, MESSAGE))?,
        ))
    }

    fn progress(&self, index: usize, sheet: &SheetLayout, to: &mut Worksheet) -> Outcome {
        let Some(cell) = sheet.progress else { return Ok(()) };
        let progress = formula::progress(self.contents, index, sheet);
        write_live(cell, &progress.status, &look::status(), to)?;
        write_live(progress_answers(cell), &progress.answers, &look::base(), to)?;
        write_live(progress_evidence(cell), &progress.evidence, &look::base(), to)
    }

    /// Explicit heights only where a text needs them: other rows grow with what is typed.
    fn heights(&self, index: usize, sheet: &SheetLayout, widths: &[f64], to: &mut Worksheet) -> Outcome {
        let mut heights: BTreeMap<u32, f64> = BTreeMap::new();
        let mut need = |row: u32, height: Option<f64>| {
            if let Some(height) = height {
                let slot = heights.entry(row).or_insert(height);
                *slot = slot.max(height);
            }
        };
        for text in &sheet.texts {
            let room: f64 = widths[text.cell.column as usize..=text.last_column as usize].iter().sum();
            match text.role {
                TextRole::Key => {}
                TextRole::Title => need(text.cell.row, Some(27.0)),
                TextRole::Heading => need(text.cell.row, Some(22.0)),
                TextRole::OptionHeader => {
                    need(text.cell.row, Some(look::option_height(&text.text)));
                }
                _ => need(text.cell.row, look::height(&text.text, room)),
            }
        }
        for ((_, cell), entry) in self.entries.range((index, CellRef::new(0, 0))..) {
            let (Entry::Text(text), Some(rest)) = (entry, widths.get(cell.column as usize..)) else {
                continue;
            };
            let is_stretched = sheet.blocks.iter().any(|block| {
                matches!(block.kind, BlockKind::Evidence(_))
                    && (block.key_row..block.end()).contains(&cell.row)
                    && block.columns.last().is_some_and(|last| last.column == cell.column)
            });
            let room =
                if is_stretched { rest.iter().sum() } else { rest.first().copied().unwrap_or_default() };
            need(cell.row, look::height(text, room));
        }
        for (row, height) in heights {
            to.set_row_height(row, height)?;
        }
        Ok(())
    }
}

/// Beside the status: how many answers and how many evidence items.
pub fn progress_answers(status: CellRef) -> CellRef {
    CellRef::new(status.row, status.column + 1)
}

pub fn progress_evidence(status: CellRef) -> CellRef {
    CellRef::new(status.row, status.column + 3)
}

pub fn tick_list() -> Vec<String> {
    vec!["V".to_owned()]
}

pub fn flag_list() -> Vec<String> {
    vec!["是".to_owned(), "否".to_owned()]
}

/// Page, panes, widths and protection.
fn set_up(sheet: &SheetLayout, widths: &[f64], to: &mut Worksheet) -> Outcome {
    to.set_name(&sheet.name)?;
    to.set_default_row_height(19.5);
    to.set_screen_gridlines(false);
    to.set_formula_result_default("");
    to.set_repeat_rows(0, 0)?;
    // Examples are texts, figures among them: no green corners for that.
    let last = narrow(sheet.last_column);
    to.ignore_error_range(0, 0, NOTED_ROWS, last, IgnoreError::NumberStoredAsText)?;
    for (column, width) in (0u16..).zip(widths) {
        to.set_column_width(column, *width)?;
    }
    to.set_column_hidden(narrow(KEY_COLUMN))?;
    to.set_landscape();
    to.set_paper_size(A4);
    to.set_print_fit_to_pages(1, 0);
    to.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
    to.set_footer("&L&A&R第 &P 頁，共 &N 頁");
    let frozen = match (&sheet.kind, sheet.blocks.first()) {
        (SheetKind::Table(_), Some(block)) => block.key_row + 1,
        _ => sheet.frozen_rows,
    };
    if frozen > 0 {
        to.set_freeze_panes(frozen, 0)?;
    }
    if let Some(cell) = first_answer(sheet) {
        to.set_selection(cell.row, narrow(cell.column), cell.row, narrow(cell.column))?;
    }
    if !look::has_open_table(sheet) {
        to.protect_with_options(&ProtectionOptions {
            format_rows: true,
            format_columns: true,
            format_cells: true,
            ..ProtectionOptions::default()
        });
    }
    Ok(())
}

fn first_answer(sheet: &SheetLayout) -> Option<CellRef> {
    let block = sheet.blocks.first()?;
    let (first, _) = block.extent();
    Some(CellRef::new(first, block.columns.first().map_or(ANSWER_COLUMN, |column| column.column)))
}

pub fn write_text(text: &StaticText, to: &mut Worksheet) -> Outcome {
    let format = look::text(text.role);
    let (row, first, last) = (text.cell.row, narrow(text.cell.column), narrow(text.last_column));
    if last > first {
        to.merge_range(row, first, row, last, &text.text, &format)?;
    } else if text.text.is_empty() {
        to.write_blank(row, first, &format)?;
    } else {
        to.write_string_with_format(row, first, &text.text, &format)?;
    }
    Ok(())
}

pub fn write_live(cell: CellRef, live: &Live, format: &Format, to: &mut Worksheet) -> Outcome {
    let formula = Formula::new(&live.formula).set_result(&live.result);
    to.write_formula_with_format(cell.row, narrow(cell.column), formula, format)?;
    if live.formula.contains('✘') {
        let rule = ConditionalFormatText::new()
            .set_rule(ConditionalFormatTextRule::Contains("✘".to_owned()))
            .set_format(look::mismatch());
        to.add_conditional_format(cell.row, narrow(cell.column), cell.row, narrow(cell.column), &rule)?;
    }
    Ok(())
}

/// The number a text is, where a figure is asked and nothing is lost by it.
fn plain_number(ask: &Ask, text: &str) -> Option<f64> {
    let Ask::Value(ValueKind::Count | ValueKind::Decimal | ValueKind::Percent) = ask else {
        return None;
    };
    crate::figure::Figure::parse(text).map(|figure| figure.to_f64())
}

/// What is shown beside the cell when it is chosen.
fn message(question: &Question, example: Date) -> String {
    let kind = match &question.ask {
        Ask::Tick => "適用者選「V」，不適用留空。".to_owned(),
        Ask::Value(ValueKind::Date) => format!("例：{}", roc::slashed(example)),
        Ask::Value(ValueKind::DateSpan) => {
            let last = example.saturating_add(jiff::Span::new().days(2));
            let (day, last) = (roc::slashed(example), roc::slashed(last));
            format!("例：{day}；連續數日：{day}-{last}")
        }
        Ask::Value(ValueKind::Count) => "請填整數，不加單位。沒有請填 0。".to_owned(),
        Ask::Value(ValueKind::Decimal) => "請填數字，不加單位。".to_owned(),
        Ask::Value(ValueKind::Percent) => "請填 0 到 100 的數字，例：95.5".to_owned(),
        Ask::Value(ValueKind::Choice(_) | ValueKind::Flag) => "請由清單選取。".to_owned(),
        Ask::Value(ValueKind::DocumentNumber) => {
            format!("例：府○字第{}0000001號", roc::year_of(example))
        }
        _ => String::new(),
    };
    let measure = match question.measure.as_str() {
        "" => String::new(),
        measure => format!("單位：{measure}。"),
    };
    [question.hint.as_str(), &measure, &kind]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}
