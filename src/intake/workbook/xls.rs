//! .xls workbooks: the only place that names calamine, which is given nothing unexamined.
//!
//! The workbook stream is taken out of its compound file within bounds, its records are walked for
//! what calamine would trip over or leave out, and a clean compound file is composed for it.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{CellErrorType, Data, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError};

use super::dates::{Shown, shown};
use super::gather::{Gathering, NAMES, SHEETS};
use super::names::target;
use super::text::clean;
use crate::container::{Compound, compose};
use crate::grid::{Cell, DefinedName, Grid, GridFailure, GridRemark};
use crate::inventory::MediaType;
use crate::place::CellRef;

const SUMMARY: &str = "\u{5}SummaryInformation";
/// Cells of all sheets' bounding boxes: calamine lays each out densely, values and formulas.
const DENSE_CELLS: u64 = 4_000_000;

/// Reads an .xls whose tables were followed within bounds.
pub(super) fn read(file: &Compound<'_>) -> Result<Grid, GridFailure> {
    let damaged = |detail: String| GridFailure::Damaged { detail };
    let stream = |name: &str| file.stream(name).map_err(|fault| damaged(fault.to_string()));
    let Some(mut workbook) = stream("Workbook")?.or(stream("Book")?) else {
        return Err(damaged("缺 Workbook 資料流".to_owned()));
    };
    let survey = survey(&mut workbook)?;
    let summary = file.stream(SUMMARY).ok().flatten().unwrap_or_default();
    let clean = compose(&[("Workbook", &workbook), (SUMMARY, &summary)])
        .map_err(|error| damaged(error.to_string()))?;
    drop(workbook);

    let mut gathering = Gathering::new();
    if survey.macro_sheets || file.storages().iter().any(|name| name.eq_ignore_ascii_case("_VBA_PROJECT_CUR"))
    {
        gathering.remark(GridRemark::Macros);
    }
    if survey.external_links {
        gathering.remark(GridRemark::ExternalLinks);
    }
    // calamine has panicked on damaged records before; nothing of it outlives the closure.
    let read = catch_unwind(AssertUnwindSafe(|| read_clean(clean, survey, gathering)));
    read.unwrap_or_else(|_| Err(damaged("內部紀錄不一致".to_owned())))
}

fn read_clean(clean: Vec<u8>, survey: Survey, mut gathering: Gathering) -> Result<Grid, GridFailure> {
    let mut workbook: Xls<_> = Xls::new(Cursor::new(clean)).map_err(failure)?;
    let sheets = workbook.sheets_metadata().to_vec();
    if sheets.is_empty() {
        return Err(GridFailure::Damaged { detail: "沒有工作表".to_owned() });
    }
    for sheet in sheets.iter().take(SHEETS).filter(|sheet| sheet.typ != SheetType::Vba) {
        gathering.begin_sheet(&sheet.name, sheet.visible == SheetVisible::Visible);
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        match workbook.worksheet_range(&sheet.name) {
            Ok(range) => {
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, data) in range.used_cells() {
                    let at = CellRef::new(top + row as u32, left + column as u32);
                    if let Some(cell) = cell(data, survey.epoch_1904)
                        && !gathering.put(at, cell)
                    {
                        break;
                    }
                }
            }
            Err(error) => gathering.sheet_unreadable(error.to_string()),
        }
    }
    gathering.end_sheet();
    let names = names(workbook.defined_names(), &survey.scoped_names);
    let description = workbook.workbook_properties().ok().and_then(|found| found.description);
    Ok(Grid {
        media_type: MediaType::Xls,
        sheets: gathering.sheets,
        names,
        description: description.as_deref().and_then(clean_description),
        epoch_1904: survey.epoch_1904,
        remarks: gathering.remarks,
    })
}

fn clean_description(text: &str) -> Option<String> {
    clean(text.trim_end_matches('\0'))
}

/// Global names only: calamine gives all of them in the order of their records.
fn names(found: &[(String, String)], scoped: &[bool]) -> Vec<DefinedName> {
    let is_global = |index: usize| !scoped.get(index).copied().unwrap_or(false);
    let named = |(index, (name, definition)): (usize, &(String, String))| {
        // Built-in names have a one-byte code in the name's place.
        let is_built_in = name.chars().all(char::is_control);
        let target = (is_global(index) && !is_built_in).then(|| target(definition)).flatten()?;
        Some(DefinedName { name: name.clone(), target })
    };
    found.iter().enumerate().filter_map(named).take(NAMES).collect()
}

fn failure(error: XlsError) -> GridFailure {
    match error {
        XlsError::Password => GridFailure::Password,
        other => GridFailure::Damaged { detail: other.to_string() },
    }
}

fn cell(data: &Data, epoch_1904: bool) -> Option<Cell> {
    match data {
        Data::Empty => None,
        Data::String(text) | Data::DateTimeIso(text) => clean(text).map(Cell::Text),
        Data::DurationIso(text) => clean(text).map(Cell::Duration),
        Data::Int(number) => Some(Cell::Number(*number as f64)),
        Data::Float(number) if number.is_finite() => Some(Cell::Number(*number)),
        Data::Float(number) => Some(Cell::Error(number.to_string())),
        Data::Bool(flag) => Some(Cell::Flag(*flag)),
        Data::Error(error) => Some(Cell::Error(error_code(error).to_owned())),
        Data::DateTime(value) => Some(date(value, epoch_1904)),
    }
}

fn date(value: &ExcelDateTime, epoch_1904: bool) -> Cell {
    let kind = if value.is_duration() { Shown::Duration } else { Shown::Date };
    shown(value.as_f64(), kind, epoch_1904)
}

fn error_code(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// What a walk over the records tells beforehand.
#[derive(Default)]
struct Survey {
    epoch_1904: bool,
    macro_sheets: bool,
    external_links: bool,
    /// For each defined name, in order, whether it belongs to one sheet only.
    scoped_names: Vec<bool>,
}

/// The rectangle that cells of one sheet span.
#[derive(Default, Clone, Copy)]
struct Span(Option<(u16, u16, u16, u16)>);

impl Span {
    fn add(&mut self, row: u16, first: u16, last: u16) {
        let (top, left, bottom, right) = self.0.unwrap_or((row, first, row, last));
        self.0 = Some((top.min(row), left.min(first), bottom.max(row), right.max(last)));
    }

    fn cells(self) -> u64 {
        let Some((top, left, bottom, right)) = self.0 else { return 0 };
        (u64::from(bottom - top) + 1) * (u64::from(right.max(left) - left) + 1)
    }
}

mod record {
    pub const FORMULA: u16 = 0x0006;
    pub const EXTERN_SHEET_NAME: u16 = 0x0018;
    pub const DATE_MODE: u16 = 0x0022;
    pub const FILE_PASS: u16 = 0x002F;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const MUL_RK: u16 = 0x00BD;
    pub const RICH_STRING: u16 = 0x00D6;
    pub const LABEL_SST: u16 = 0x00FD;
    pub const SUP_BOOK: u16 = 0x01AE;
    pub const DIMENSIONS: u16 = 0x0200;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOL_ERR: u16 = 0x0205;
    pub const RK: u16 = 0x027E;
    pub const BOF: u16 = 0x0809;
    /// A number no record has: readers pass over it.
    pub const NONE: [u8; 2] = [0xFE, 0xFF];
}

/// Walks the records ([MS-XLS] 2.1.4) once. Takes out what sizes are claimed (DIMENSIONS), since
/// calamine reserves them; finds encryption of every kind, macro sheets, links and scopes.
fn survey(stream: &mut [u8]) -> Result<Survey, GridFailure> {
    let mut survey = Survey::default();
    let mut span = Span::default();
    let mut dense = 0u64;
    let mut at = 0usize;
    while let Some(header) = stream.get(at..at + 4) {
        let kind = u16::from_le_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let Some(body) = stream.get(at + 4..at + 4 + length) else { break };
        let word =
            |offset: usize| body.get(offset..offset + 2).map(|raw| u16::from_le_bytes([raw[0], raw[1]]));
        match kind {
            record::BOF => {
                dense += std::mem::take(&mut span).cells() * 2;
                check_version(word(0), at)?;
            }
            record::FILE_PASS => return Err(GridFailure::Password),
            record::DATE_MODE => survey.epoch_1904 |= word(0) == Some(1),
            record::BOUND_SHEET => survey.macro_sheets |= body.get(5) == Some(&1),
            // A reference to this very file or to add-in functions is no link.
            record::SUP_BOOK => {
                survey.external_links |= !matches!(word(2), Some(0x0401 | 0x3A01) | None);
            }
            record::EXTERN_SHEET_NAME => survey.scoped_names.push(word(8).is_some_and(|sheet| sheet != 0)),
            record::MUL_RK => {
                if let (Some(row), Some(first), Some(last)) =
                    (word(0), word(2), length.checked_sub(2).and_then(word))
                {
                    span.add(row, first, last);
                }
            }
            record::FORMULA
            | record::NUMBER
            | record::LABEL
            | record::RICH_STRING
            | record::LABEL_SST
            | record::BOOL_ERR
            | record::RK => {
                if let (Some(row), Some(column)) = (word(0), word(2)) {
                    span.add(row, column, column);
                }
            }
            record::DIMENSIONS => stream[at..at + 2].copy_from_slice(&record::NONE),
            _ => {}
        }
        at += 4 + length;
    }
    dense += span.cells() * 2;
    if dense > DENSE_CELLS * 2 {
        let detail = format!("工作表的儲存格散布過廣，共 {} 格，上限 {DENSE_CELLS} 格", dense / 2);
        return Err(GridFailure::TooLarge { detail });
    }
    Ok(survey)
}

/// The first record says which Excel wrote the stream.
fn check_version(version: Option<u16>, at: usize) -> Result<(), GridFailure> {
    match version {
        _ if at > 0 => Ok(()),
        Some(0x0600 | 0x0500) => Ok(()),
        _ => Err(GridFailure::UnsupportedFormat { found: "Excel 4.0 或更早的活頁簿".to_owned() }),
    }
}
