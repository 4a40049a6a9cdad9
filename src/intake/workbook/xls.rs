//! .xls workbooks: the only place that names calamine, which is given nothing unexamined.
//!
//! The workbook stream is taken out of its compound file within bounds, its records are walked for
//! what calamine would trip over or leave out, and a clean compound file is composed for it.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{CellErrorType, Data, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError};

use super::biff::{Survey, prepare};
use super::dates::{Shown, shown};
use super::gather::{Gathering, NAMES, SHEETS};
use super::names::target;
use super::text::clean;
use crate::container::{Compound, compose};
use crate::grid::{Cell, DefinedName, Grid, GridFailure, GridRemark};
use crate::inventory::MediaType;

const SUMMARY: &str = "\u{5}SummaryInformation";
/// What calamine says of a name that is nothing but an error value (ptgErr).
const DELETED: &str = "Unsupported ptg: 1c";

/// Reads an .xls whose tables were followed within bounds.
pub(super) fn read(file: &Compound<'_>) -> Result<Grid, GridFailure> {
    let damaged = |detail: String| GridFailure::Damaged { detail };
    let stream = |name: &str| file.stream(name).map_err(|fault| damaged(fault.to_string()));
    let Some(mut workbook) = stream("Workbook")?.or(stream("Book")?) else {
        return Err(damaged("缺 Workbook 資料流".to_owned()));
    };
    let survey = prepare(&mut workbook)?;
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
    for (index, sheet) in sheets.iter().enumerate().take(SHEETS) {
        if sheet.typ == SheetType::Vba {
            continue;
        }
        gathering.begin_sheet(&sheet.name, sheet.visible == SheetVisible::Visible);
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        // Of sheets of one name calamine keeps the last.
        let last = sheets.iter().rposition(|other| other.name == sheet.name).unwrap_or(index);
        let Some(placement) = survey.placements.get(last) else { continue };
        match workbook.worksheet_range(&sheet.name) {
            Ok(range) => {
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, data) in range.used_cells() {
                    let at = placement.original(top as usize + row, left as usize + column);
                    if let (Some(at), Some(cell)) = (at, cell(data, survey.epoch_1904))
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
        if !is_global(index) || is_built_in {
            return None;
        }
        let target = if definition == DELETED { None } else { target(definition)? };
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
