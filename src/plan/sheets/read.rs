//! The plan's workbook read back: what it says differently from the plan below, cell by cell.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::columns::{ABSENT, Column, KEY, Kind, PATH, Rows, SHEETS, TASK, VALUE};
use super::write::{YES, at};
use super::{PLAN_CELL_UNREADABLE, PLAN_SHEET_UNFIT, Reading};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folding::{did_you_mean, fold};
use crate::grid::{Cell, Grid, Sheet};
use crate::place::{CellRef, Place, RelPath};
use crate::plan::PlanLayer;
use crate::plan::layers;
use crate::roc;

/// Reads a workbook against the plan it was exported from. Nothing when that plan cannot be read;
/// what is wrong with the workbook is in the diagnostics, and the rest is read all the same.
pub fn read(
    below: &[PlanLayer],
    grid: &Grid,
    file: &RelPath,
    diagnostics: &mut Diagnostics,
) -> Option<Reading> {
    let below = layers::expanded(below, diagnostics)?;
    let mut reader = Reader { below: &below, file, reading: Reading::default(), diagnostics };
    for (name, rows) in SHEETS {
        match grid.sheets.iter().find(|sheet| fold(&sheet.name) == fold(name)) {
            Some(sheet) => reader.sheet(sheet, rows),
            None => reader.unfit(Place::file(file), format!("沒有工作表「{name}」")),
        }
    }
    Some(reader.reading)
}

struct Reader<'a> {
    below: &'a Table,
    file: &'a RelPath,
    reading: Reading,
    diagnostics: &'a mut Diagnostics,
}

/// Columns by header.
type Header = BTreeMap<String, u32>;

impl Reader<'_> {
    fn sheet(&mut self, sheet: &Sheet, rows: &Rows) {
        let headers: Vec<&str> = match rows {
            Rows::Values(_) => vec![VALUE, PATH],
            Rows::Keyed(_, columns) => [KEY].into_iter().chain(columns.iter().map(|one| one.1)).collect(),
            Rows::InTasks(_, columns) => {
                [TASK, KEY].into_iter().chain(columns.iter().map(|one| one.1)).collect()
            }
            Rows::Listed(_, columns) => columns.iter().map(|one| one.1).collect(),
        };
        let Some(header) = self.header(sheet, &headers) else { return };
        match rows {
            Rows::Values(values) => self.values(sheet, &header, values),
            Rows::Keyed(path, columns) => {
                let entries = self.entries(sheet, &header, None);
                self.keyed(sheet, &header, path, columns, &entries);
            }
            Rows::InTasks(path, columns) => self.in_tasks(sheet, &header, path, columns),
            Rows::Listed(path, columns) => self.listed(sheet, &header, path, columns),
        }
    }

    /// Where each column stands; `None` (and told) when one is missing.
    fn header(&mut self, sheet: &Sheet, wanted: &[&str]) -> Option<Header> {
        let first = sheet.cells.iter().filter(|(at, _)| at.row == 0);
        let found: Header = first.filter_map(|(at, cell)| Some((fold(&text_of(cell)?), at.column))).collect();
        let missing: Vec<&str> =
            wanted.iter().copied().filter(|header| !found.contains_key(&fold(header))).collect();
        if missing.is_empty() {
            return Some(found);
        }
        let place = Place::Sheet { file: self.file.clone(), sheet: sheet.name.clone() };
        self.unfit(place, format!("第一列沒有欄名「{}」", missing.join("」「")));
        None
    }

    fn values(&mut self, sheet: &Sheet, header: &Header, values: &[(&str, &str, Kind)]) {
        let (paths, contents) = (header[&fold(PATH)], header[&fold(VALUE)]);
        for row in rows_of(sheet) {
            let Some(path) = sheet.cells.get(&CellRef::new(row, paths)).and_then(text_of) else { continue };
            let Some((_, path, kind)) = values.iter().find(|(_, known, _)| *known == path) else {
                let known = values.iter().map(|(_, path, _)| *path);
                let hint = did_you_mean(&path, known).unwrap_or(PATH);
                let message = format!("不認得的名稱「{path}」（是否為「{hint}」？）");
                self.unreadable(sheet, CellRef::new(row, paths), message);
                continue;
            };
            self.cell(sheet, CellRef::new(row, contents), path, *kind);
        }
    }

    /// Row numbers by key, each key once.
    fn entries(&mut self, sheet: &Sheet, header: &Header, task: Option<&str>) -> Vec<(String, u32)> {
        let mut entries: Vec<(String, u32)> = Vec::new();
        for row in rows_of(sheet) {
            let of = |name: &str| sheet.cells.get(&CellRef::new(row, header[&fold(name)])).and_then(text_of);
            if task.is_some() && of(TASK).as_deref() != task {
                continue;
            }
            let at = CellRef::new(row, header[&fold(KEY)]);
            match of(KEY) {
                None => self.unreadable(sheet, at, format!("這一列沒有{KEY}")),
                Some(key) if !is_key(&key) => {
                    self.unreadable(sheet, at, format!("{KEY}「{key}」只能有英文字母、數字、底線與連字號"));
                }
                Some(key) if entries.iter().any(|(known, _)| *known == key) => {
                    self.unreadable(sheet, at, format!("{KEY}「{key}」重複"));
                }
                Some(key) => entries.push((key, row)),
            }
        }
        entries
    }

    fn keyed(
        &mut self,
        sheet: &Sheet,
        header: &Header,
        path: &str,
        columns: &[Column],
        entries: &[(String, u32)],
    ) {
        for (key, row) in entries {
            let entry = format!("{path}.{key}");
            let key_cell = Place::cell(self.file, &sheet.name, CellRef::new(*row, header[&fold(KEY)]));
            self.reading.cells.insert(entry.clone(), key_cell);
            for column in columns {
                let at = CellRef::new(*row, header[&fold(column.1)]);
                self.cell(sheet, at, &format!("{entry}.{}", column.0), column.2);
            }
        }
        let can_be_left_out = columns.iter().any(|column| column.0 == ABSENT.0);
        let below = at(self.below, path).and_then(Value::as_table);
        for key in below.into_iter().flatten().map(|(key, _)| key) {
            if entries.iter().any(|(known, _)| known == key) {
                continue;
            }
            let place = Place::Sheet { file: self.file.clone(), sheet: sheet.name.clone() };
            if can_be_left_out {
                // A row taken out is an entry taken out.
                self.set(&format!("{path}.{key}.{}", ABSENT.0), Value::Boolean(true), place);
            } else {
                self.unfit(place, format!("少了「{key}」這一列，這張表不能減列"));
            }
        }
    }

    fn in_tasks(&mut self, sheet: &Sheet, header: &Header, path: &str, columns: &[Column]) {
        let tasks = header[&fold(TASK)];
        let mut named: Vec<String> = Vec::new();
        for row in rows_of(sheet) {
            let at = CellRef::new(row, tasks);
            match sheet.cells.get(&at).and_then(text_of) {
                Some(task) if !is_key(&task) => self.unreadable(sheet, at, format!("{TASK}「{task}」不對")),
                Some(task) if !named.contains(&task) => named.push(task),
                Some(_) => {}
                None => self.unreadable(sheet, at, format!("這一列沒有{TASK}")),
            }
        }
        let below = self.below.get("task").and_then(Value::as_table);
        let all = below.into_iter().flatten().map(|(key, _)| key.clone());
        let all: Vec<String> = all.filter(|key| !named.contains(key)).collect();
        for task in named.into_iter().chain(all) {
            let entries = self.entries(sheet, header, Some(&task));
            self.keyed(sheet, header, &format!("task.{task}.{path}"), columns, &entries);
        }
    }

    fn listed(&mut self, sheet: &Sheet, header: &Header, path: &str, columns: &[Column]) {
        let mut items = Vec::new();
        for row in rows_of(sheet) {
            let mut item = Table::new();
            for column in columns {
                let at = CellRef::new(row, header[&fold(column.1)]);
                let place = Place::cell(self.file, &sheet.name, at);
                self.reading.cells.insert(format!("{path}.{}.{}", items.len(), column.0), place);
                if let Some(value) = self.value(sheet, at, column.2) {
                    item.insert(column.0.to_owned(), value);
                }
            }
            items.push(Value::Table(item));
        }
        let below = self.below.get(path).and_then(Value::as_array).cloned().unwrap_or_default();
        let place = Place::Sheet { file: self.file.clone(), sheet: sheet.name.clone() };
        // An order of keys, or a nought written out, is no difference.
        let plain = |items: &[Value]| -> Vec<Value> { items.iter().map(sorted).collect() };
        if plain(&below) != plain(&items) {
            self.set(path, Value::Array(items), place);
        }
    }

    /// One cell against the value below: kept only when it says something else. A blank takes away
    /// what stands below.
    fn cell(&mut self, sheet: &Sheet, at_cell: CellRef, path: &str, kind: Kind) {
        let place = Place::cell(self.file, &sheet.name, at_cell);
        self.reading.cells.insert(path.to_owned(), place.clone());
        let is_blank = !sheet.cells.contains_key(&at_cell);
        let read = self.value(sheet, at_cell, kind);
        if read.is_none() && !is_blank {
            return;
        }
        let below = at(self.below, path);
        let value = read.unwrap_or_else(|| blank(kind));
        let same = match below {
            Some(below) => *below == value,
            None => is_blank,
        };
        if !same {
            self.set(path, value, place);
        }
    }

    /// The cell's value; `None` when it is blank or cannot be read, which is told.
    fn value(&mut self, sheet: &Sheet, at: CellRef, kind: Kind) -> Option<Value> {
        let cell = sheet.cells.get(&at)?;
        let Some(text) = text_of(cell) else {
            self.unreadable(sheet, at, "這一格看不懂（公式錯誤或沒有計算結果）".to_owned());
            return None;
        };
        match parse(&text, kind) {
            Ok(value) => Some(value),
            Err(message) => {
                self.unreadable(sheet, at, message);
                None
            }
        }
    }

    fn set(&mut self, path: &str, value: Value, place: Place) {
        self.reading.cells.insert(path.to_owned(), place);
        let mut table = &mut self.reading.differing;
        let mut keys: Vec<&str> = path.split('.').collect();
        let Some(last) = keys.pop() else { return };
        for key in keys {
            let inner = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
            match inner {
                Value::Table(inner) => table = inner,
                // Paths of the table above never run through a value.
                _ => return,
            }
        }
        table.insert(last.to_owned(), value);
    }

    fn unfit(&mut self, place: Place, message: String) {
        let hint = "請以 huibian plan export 重新匯出，在匯出的活頁簿上修改";
        self.diagnostics.push(Diagnostic::new(&PLAN_SHEET_UNFIT, place, message).hint(hint));
    }

    fn unreadable(&mut self, sheet: &Sheet, at: CellRef, message: String) {
        let place = Place::cell(self.file, &sheet.name, at);
        let hint = "請對照同一欄的其他列修改";
        self.diagnostics.push(Diagnostic::new(&PLAN_CELL_UNREADABLE, place, message).hint(hint));
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Table(table) => {
            let is_nought = |value: &Value| matches!(value, Value::Integer(0) | Value::Boolean(false));
            let kept: BTreeMap<String, Value> = table
                .iter()
                .filter(|(_, value)| !is_nought(value))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            Value::Table(kept.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// Rows below the header with anything in them.
fn rows_of(sheet: &Sheet) -> Vec<u32> {
    let mut rows: Vec<u32> = sheet.cells.keys().map(|at| at.row).filter(|row| *row > 0).collect();
    rows.dedup();
    rows
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// A cell as text: whole numbers without decimals, days as the plan writes them.
fn text_of(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Number(number) => Some(number.to_string()),
        Cell::Date { value, .. } => Some(roc::dotted(value.date()).replace('.', "-")),
        Cell::Flag(true) => Some(YES.to_owned()),
        Cell::Flag(false) => Some("否".to_owned()),
        Cell::Duration(_) | Cell::Error(_) | Cell::Uncomputed => None,
    }
}

/// What takes a value of the plan below away.
fn blank(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Whole | Kind::Choice(_) => Value::String(String::new()),
        Kind::Limit => Value::Integer(0),
        Kind::Flag => Value::Boolean(false),
        Kind::Words | Kind::Lines | Kind::Awards => Value::Array(Vec::new()),
    }
}

fn parse(text: &str, kind: Kind) -> Result<Value, String> {
    let words = |separators: &[char]| -> Value {
        let words = text.split(separators).map(str::trim).filter(|word| !word.is_empty());
        Value::Array(words.map(|word| Value::String(word.to_owned())).collect())
    };
    match kind {
        Kind::Text => Ok(Value::String(text.to_owned())),
        Kind::Whole | Kind::Limit => {
            let number = crate::folding::nfkc(text).trim().parse::<i64>();
            number.map(Value::Integer).map_err(|_| format!("「{text}」不是整數"))
        }
        Kind::Flag => match fold(text).as_str() {
            "是" | "v" | "y" | "yes" => Ok(Value::Boolean(true)),
            "否" | "n" | "no" => Ok(Value::Boolean(false)),
            _ => Err(format!("「{text}」請填「{YES}」或留空")),
        },
        Kind::Words => Ok(words(&['、', '\n', '，', ','])),
        Kind::Lines => Ok(words(&['\n'])),
        Kind::Awards => {
            let lines = text.split('\n').map(str::trim).filter(|line| !line.is_empty());
            lines.map(award).collect::<Result<Vec<Value>, String>>().map(Value::Array)
        }
        Kind::Choice(known) => {
            let found = known.iter().find(|(word, shown)| fold(shown) == fold(text) || *word == text);
            let list = || known.iter().map(|(_, shown)| *shown).collect::<Vec<_>>().join("、");
            found
                .map(|(word, _)| Value::String((*word).to_owned()))
                .ok_or_else(|| format!("「{text}」不在選單內，可用的有：{}", list()))
        }
    }
}

/// 「主管：記功2次」.
fn award(line: &str) -> Result<Value, String> {
    let (role, award) =
        line.split_once(['：', ':']).ok_or_else(|| format!("「{line}」請寫成「對象：獎勵」，一行一項"))?;
    let mut pair = Table::new();
    pair.insert("role".to_owned(), Value::String(role.trim().to_owned()));
    pair.insert("award".to_owned(), Value::String(award.trim().to_owned()));
    Ok(Value::Table(pair))
}
