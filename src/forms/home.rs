//! The first sheet: who fills what, by when, and how far it is.

use rust_xlsxwriter::{
    ConditionalFormatCell, ConditionalFormatCellRule, Format, ProtectionOptions, Url, Worksheet,
};

use crate::forms::formula::{self, BEGUN, DONE, Live, sheet_prefix};
use crate::forms::look;
use crate::forms::paint::{Painter, narrow, progress_answers, progress_evidence, write_live, write_text};
use crate::layout::{KEY_COLUMN, LABEL_COLUMN, SheetKind, SheetLayout, StaticText, TextRole};
use crate::place::{CellRef, column_letters};

type Outcome = Result<(), rust_xlsxwriter::XlsxError>;

/// What the home sheet says before its table of sheets.
pub struct Welcome {
    pub title: String,
    pub facts: Vec<(String, String)>,
    pub steps: Vec<String>,
}

const LAST_COLUMN: u32 = LABEL_COLUMN + 4;
const STATUS_COLUMN: u32 = LABEL_COLUMN + 2;

pub fn paint(painter: &Painter<'_>, home: &SheetLayout, welcome: &Welcome, to: &mut Worksheet) -> Outcome {
    to.set_name(&home.name)?;
    to.set_default_row_height(19.5);
    to.set_screen_gridlines(false);
    to.set_formula_result_default("");
    for (column, width) in [(0, 4.0), (1, 14.0), (2, 52.0), (3, 14.0), (4, 14.0), (5, 14.0)] {
        to.set_column_width(column, width)?;
    }
    to.set_column_hidden(narrow(KEY_COLUMN))?;
    to.set_landscape();
    to.set_paper_size(9);
    to.set_print_fit_to_pages(1, 0);
    to.protect_with_options(&ProtectionOptions {
        format_rows: true,
        format_columns: true,
        ..ProtectionOptions::default()
    });
    let marker = CellRef::new(0, KEY_COLUMN);
    text(marker, KEY_COLUMN, TextRole::Key, &home.marker, to)?;
    let row = preamble(welcome, to)?;
    sheets(painter, row, to)
}

fn text(cell: CellRef, last: u32, role: TextRole, text: &str, to: &mut Worksheet) -> Outcome {
    write_text(&StaticText { cell, last_column: last, text: text.to_owned(), role }, to)
}

fn preamble(welcome: &Welcome, to: &mut Worksheet) -> Result<u32, rust_xlsxwriter::XlsxError> {
    let at = |row: u32| CellRef::new(row, LABEL_COLUMN);
    text(at(0), LAST_COLUMN, TextRole::Title, &welcome.title, to)?;
    to.set_row_height(0, 32)?;
    let mut row = 1;
    for (label, fact) in &welcome.facts {
        text(at(row), LABEL_COLUMN, TextRole::Label, label, to)?;
        text(CellRef::new(row, LABEL_COLUMN + 1), LAST_COLUMN, TextRole::Quote, fact, to)?;
        if let Some(height) = look::height(fact, 94.0) {
            to.set_row_height(row, height)?;
        }
        row += 1;
    }
    row += 1;
    text(at(row), LAST_COLUMN, TextRole::Heading, "怎麼填", to)?;
    to.set_row_height(row, 22)?;
    row += 1;
    for (number, step) in (1..).zip(&welcome.steps) {
        let step = format!("{number}. {step}");
        text(at(row), LAST_COLUMN, TextRole::Subtitle, &step, to)?;
        if let Some(height) = look::height(&step, 108.0) {
            to.set_row_height(row, height)?;
        }
        row += 1;
    }
    Ok(row + 1)
}

fn sheets(painter: &Painter<'_>, mut row: u32, to: &mut Worksheet) -> Outcome {
    let layout = painter.contents.layout;
    text(
        CellRef::new(row, LABEL_COLUMN),
        LAST_COLUMN,
        TextRole::Heading,
        "填報進度（自動更新；點名稱可前往）",
        to,
    )?;
    to.set_row_height(row, 22)?;
    row += 1;
    let headers: &[&str] = match layout_shows_progress(painter) {
        true => &["編號", "工作表", "進度", "必填", "佐證"],
        false => &["編號", "工作表", "進度"],
    };
    for (offset, header) in (0..).zip(headers) {
        let cell = CellRef::new(row, LABEL_COLUMN + offset);
        text(cell, cell.column, TextRole::Header, header, to)?;
    }
    row += 1;
    let first = row;
    for (index, sheet) in layout.sheets.iter().enumerate().skip(1) {
        line(painter, index, sheet, row, to)?;
        row += 1;
    }
    if row == first {
        return Ok(());
    }
    let column = narrow(STATUS_COLUMN);
    for (word, format) in [(DONE, look::done()), (BEGUN, look::begun())] {
        let rule = ConditionalFormatCell::new()
            .set_rule(ConditionalFormatCellRule::EqualTo(word.to_owned()))
            .set_format(format);
        to.add_conditional_format(first, column, row - 1, column, &rule)?;
    }
    let tasks = layout.sheets.iter().filter(|sheet| sheet.progress.is_some()).count();
    if tasks > 0 {
        summary(painter, (first, row - 1), tasks, row, to)?;
    }
    Ok(())
}

fn layout_shows_progress(painter: &Painter<'_>) -> bool {
    painter.contents.layout.sheets.iter().any(|sheet| sheet.progress.is_some())
}

fn summary(
    painter: &Painter<'_>,
    (first, last): (u32, u32),
    tasks: usize,
    row: u32,
    to: &mut Worksheet,
) -> Outcome {
    let layout = painter.contents.layout;
    let done = layout
        .sheets
        .iter()
        .enumerate()
        .filter(|(_, sheet)| sheet.progress.is_some())
        .filter(|(i, sheet)| formula::progress(painter.contents, *i, sheet).status.result == DONE)
        .count();
    text(CellRef::new(row, LABEL_COLUMN), LABEL_COLUMN, TextRole::Header, "", to)?;
    text(CellRef::new(row, LABEL_COLUMN + 1), LABEL_COLUMN + 1, TextRole::Header, "合計", to)?;
    let letter = column_letters(STATUS_COLUMN);
    let live = Live {
        formula: format!(
            "=COUNTIF({letter}{}:{letter}{},\"{DONE}\")&\"/{tasks} 項{DONE}\"",
            first + 1,
            last + 1
        ),
        result: format!("{done}/{tasks} 項{DONE}"),
    };
    write_live(CellRef::new(row, STATUS_COLUMN), &live, &look::cell_status(), to)
}

fn line(painter: &Painter<'_>, index: usize, sheet: &SheetLayout, row: u32, to: &mut Worksheet) -> Outcome {
    let (code, name) = match &sheet.kind {
        SheetKind::Task(_) => sheet.name.split_once(' ').unwrap_or(("", &sheet.name)),
        SheetKind::Table(_) => ("共用明細", sheet.name.as_str()),
        _ => ("", sheet.name.as_str()),
    };
    text(CellRef::new(row, LABEL_COLUMN), LABEL_COLUMN, TextRole::Label, code, to)?;
    let prefix = sheet_prefix(&sheet.name);
    let url = Url::new(format!("internal:{prefix}B1")).set_text(name);
    to.write_url_with_format(row, narrow(LABEL_COLUMN + 1), url, &look::link())?;
    let boxed: Format = look::cell_status();
    let at = |offset: u32| CellRef::new(row, STATUS_COLUMN + offset);
    let Some(status) = sheet.progress else {
        let live = rows_filled(painter, index, sheet, &prefix);
        write_live(at(0), &live, &boxed, to)?;
        if layout_shows_progress(painter) {
            text(at(1), STATUS_COLUMN + 1, TextRole::Header, "", to)?;
            text(at(2), STATUS_COLUMN + 2, TextRole::Header, "", to)?;
        }
        return Ok(());
    };
    let progress = formula::progress(painter.contents, index, sheet);
    let mirror = |cell: CellRef, live: &Live| Live {
        formula: format!("={prefix}{cell}"),
        result: live.result.clone(),
    };
    // Under a heading of its own, the share goes without its label (「必填 」).
    let share = |cell: CellRef, live: &Live| Live {
        formula: format!("=MID({prefix}{cell},4,20)"),
        result: live.result.chars().skip(3).collect(),
    };
    write_live(at(0), &mirror(status, &progress.status), &boxed, to)?;
    write_live(at(1), &share(progress_answers(status), &progress.answers), &boxed, to)?;
    write_live(at(2), &share(progress_evidence(status), &progress.evidence), &boxed, to)
}

/// For a sheet without demands of its own: how many cells of its first column are filled.
fn rows_filled(painter: &Painter<'_>, index: usize, sheet: &SheetLayout, prefix: &str) -> Live {
    let mut terms = Vec::new();
    let mut filled = 0;
    for block in &sheet.blocks {
        let Some(column) = block.columns.first() else { continue };
        let (first, count) = block.extent();
        let letter = column_letters(column.column);
        let last = first + count.max(1);
        terms.push(format!("COUNTA({prefix}${letter}${}:${letter}${last})", first + 1));
        filled += (first..last)
            .filter(|row| {
                let cell = CellRef::new(*row, column.column);
                painter.contents.cells.contains_key(&(index, cell))
            })
            .count();
    }
    if terms.is_empty() {
        terms.push("0".to_owned());
    }
    Live {
        formula: format!("=\"已填 \"&({})&\" 列\"", terms.join("+")), result: format!("已填 {filled} 列")
    }
}
