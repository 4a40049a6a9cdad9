//! How a form looks: formats, column widths, row heights.
//!
//! Restraint: one dark blue, one grey, one red for cautions, and pale yellow wherever a clerk
//! writes. Knows roles of texts, nothing of tasks.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::layout::{
    ANSWER_COLUMN, Ask, BlockKind, KEY_COLUMN, LABEL_COLUMN, Rows, SheetKind, SheetLayout, TextRole,
};
use crate::plan::ValueKind;

const FONT: &str = "微軟正黑體";
const INK: Color = Color::RGB(0x22_2222);
const BLUE: Color = Color::RGB(0x1F_3864);
const BAND: Color = Color::RGB(0xDC_E6F1);
const GREY: Color = Color::RGB(0x59_5959);
const PAPER: Color = Color::RGB(0xF2_F2F2);
const RED: Color = Color::RGB(0xB0_0020);
const INPUT: Color = Color::RGB(0xFF_FBE0);
const RULE: Color = Color::RGB(0xA6_A6A6);

/// Height of one line of text, in points, and the air around it.
const LINE: f64 = 16.5;
const AIR: f64 = 5.0;
/// Excel's limit on the height of a row, in points.
const TALLEST: f64 = 409.0;
const WIDE: f64 = 64.0;
/// A second column of running text.
const PROSE: f64 = 48.0;
/// Two Chinese characters and a margin.
const OPTION_WIDTH: f64 = 5.6;

pub fn base() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(11)
        .set_font_color(INK)
        .set_align(FormatAlign::VerticalCenter)
}

fn boxed() -> Format {
    base().set_border(FormatBorder::Thin).set_border_color(RULE).set_text_wrap()
}

/// A plain cell of a table that is edited.
pub fn cell() -> Format {
    boxed().set_align(FormatAlign::Top)
}

pub fn text(role: TextRole) -> Format {
    match role {
        TextRole::Title => base().set_bold().set_font_size(16).set_font_color(BLUE),
        TextRole::Subtitle => base().set_font_color(GREY).set_text_wrap(),
        TextRole::Quote => boxed().set_indent(1),
        TextRole::Caution => boxed().set_font_color(RED).set_indent(1),
        TextRole::Heading => {
            base().set_bold().set_font_size(12).set_font_color(BLUE).set_background_color(BAND)
        }
        TextRole::Instruction => base().set_font_size(10).set_font_color(GREY).set_text_wrap(),
        TextRole::Header | TextRole::GroupHeader => {
            boxed().set_bold().set_align(FormatAlign::Center).set_background_color(PAPER)
        }
        TextRole::OptionHeader => {
            boxed().set_font_size(10).set_align(FormatAlign::Center).set_background_color(PAPER)
        }
        TextRole::Label => boxed().set_background_color(PAPER).set_indent(1),
        TextRole::Ordinal => {
            boxed().set_align(FormatAlign::Center).set_font_color(GREY).set_background_color(PAPER)
        }
        TextRole::Measure => base().set_font_color(GREY).set_indent(1),
        TextRole::Note => base().set_font_size(10).set_font_color(GREY).set_text_wrap().set_indent(1),
        TextRole::Demand => boxed().set_indent(1),
        TextRole::Example => boxed().set_italic().set_font_size(10).set_font_color(GREY),
        TextRole::Key => base().set_font_size(8).set_font_color(Color::White),
    }
}

/// The cell a clerk writes into.
pub fn input(ask: &Ask) -> Format {
    let format = boxed().set_background_color(INPUT).set_unlocked();
    match ask {
        Ask::Tick => format.set_align(FormatAlign::Center).set_bold(),
        Ask::Value(ValueKind::Count | ValueKind::Decimal | ValueKind::Percent) => {
            format.set_align(FormatAlign::Left).set_indent(1)
        }
        Ask::Value(ValueKind::Choice(_) | ValueKind::Flag) => {
            format.set_align(FormatAlign::Left).set_indent(1)
        }
        // Text cells: a date typed into a text cell stays what was typed.
        Ask::Value(_) => format.set_num_format("@").set_indent(1),
        Ask::Paragraph => format.set_align(FormatAlign::Top).set_indent(1),
        Ask::Derived(_) | Ask::SumCheck { .. } => derived(),
    }
}

pub fn derived() -> Format {
    boxed().set_background_color(PAPER).set_font_color(GREY).set_align(FormatAlign::Left).set_indent(1)
}

pub fn date_input() -> Format {
    boxed().set_background_color(INPUT).set_unlocked().set_num_format("yyyy/m/d")
}

pub fn status() -> Format {
    base().set_bold().set_font_color(BLUE)
}

pub fn cell_status() -> Format {
    boxed().set_align(FormatAlign::Center)
}

pub fn link() -> Format {
    boxed().set_font_color(Color::RGB(0x0B_57D0)).set_underline(rust_xlsxwriter::FormatUnderline::Single)
}

pub fn done() -> Format {
    Format::new().set_font_color(Color::RGB(0x1B_6E3C)).set_background_color(Color::RGB(0xE4_F3E8))
}

pub fn begun() -> Format {
    Format::new().set_font_color(Color::RGB(0x8A_5A00)).set_background_color(Color::RGB(0xFF_F2CC))
}

pub fn mismatch() -> Format {
    Format::new().set_font_color(RED)
}

/// Columns a text takes: two for CJK and full-width characters, one for others.
pub fn text_width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) >= 0x1100 { 2 } else { 1 }).sum()
}

/// Widths of a sheet's columns, in Excel's characters, from the key column on.
pub fn widths(sheet: &SheetLayout) -> Vec<f64> {
    let n_columns = sheet.last_column as usize + 1;
    let mut widths = vec![0.0_f64; n_columns];
    widths[KEY_COLUMN as usize] = 4.0;
    let labels = sheet
        .texts
        .iter()
        .filter(|text| text.cell.column == LABEL_COLUMN && text.last_column == LABEL_COLUMN)
        .map(|text| text_width(&text.text) + 2)
        .max()
        .unwrap_or(0);
    widths[LABEL_COLUMN as usize] = (labels as f64).clamp(10.0, 28.0);
    for (block, column) in sheet.blocks.iter().flat_map(|block| block.columns.iter().map(move |c| (block, c)))
    {
        let is_checklist = matches!(block.kind, BlockKind::Evidence(_));
        if is_checklist && column.question.ask != Ask::Tick {
            continue;
        }
        let width = &mut widths[column.column as usize];
        let natural = natural_width(&column.question.ask, &column.header());
        let is_prose = matches!(block.kind, BlockKind::Recommendations | BlockKind::Exceptions)
            && column.column == ANSWER_COLUMN + 1;
        let natural = if is_prose { PROSE } else { natural };
        *width = width.max(if is_checklist { 9.0 } else { natural });
    }
    if !matches!(sheet.kind, SheetKind::Table(_)) {
        widths[ANSWER_COLUMN as usize] = WIDE;
    }
    for text in &sheet.texts {
        if text.role == TextRole::Measure {
            let width = &mut widths[text.cell.column as usize];
            *width = width.max(text_width(&text.text) as f64 + 3.0);
        }
    }
    for width in widths.iter_mut().filter(|width| **width == 0.0) {
        *width = 11.0;
    }
    widths
}

fn natural_width(ask: &Ask, header: &str) -> f64 {
    // Headings may break once; their measure stands on a line of its own.
    let longest = header.split('\n').map(text_width).max().unwrap_or(0) as f64;
    let header = if longest > 10.0 { (longest / 2.0).ceil() } else { longest } + 2.0;
    match ask {
        Ask::Tick => OPTION_WIDTH,
        Ask::Paragraph => WIDE,
        Ask::Derived(_) | Ask::SumCheck { .. } => header.max(10.0),
        Ask::Value(kind) => match kind {
            ValueKind::Text => header.clamp(20.0, 30.0),
            ValueKind::DocumentNumber | ValueKind::Email => 24.0,
            ValueKind::DateSpan => 22.0,
            ValueKind::Telephone => 16.0,
            ValueKind::Choice(options) => {
                let longest = options.iter().map(|option| text_width(option)).max().unwrap_or(0);
                header.max(longest as f64 + 4.0).clamp(9.0, 26.0)
            }
            ValueKind::Date => header.max(12.0),
            _ => header.clamp(8.0, 14.0),
        },
    }
}

/// The height, in points, at which a text fits into a width, if one line does not do.
pub fn height(text: &str, width: f64) -> Option<f64> {
    let room = (width - 2.0).max(2.0) as usize;
    let lines: usize = text.split('\n').map(|line| text_width(line).div_ceil(room).max(1)).sum();
    (lines > 1).then(|| (lines as f64 * LINE + AIR).min(TALLEST))
}

/// The height of an option's heading, two Chinese characters a line.
pub fn option_height(text: &str) -> f64 {
    (text_width(text).div_ceil(4) as f64 * 15.0 + 2.0 * AIR).min(TALLEST)
}

/// Whether clerks sort, insert and delete rows there, which protection would forbid.
pub fn has_open_table(sheet: &SheetLayout) -> bool {
    sheet.blocks.iter().any(|block| matches!(block.rows, Rows::Open { .. }) && block.header_row.is_some())
}
