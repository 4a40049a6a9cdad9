//! Live figures of a form: progress, derived figures, checks of splits.
//!
//! Each comes as a formula and as the result it has for what is filled in now, so that viewers
//! that do not compute show the truth. What a clerk submits is computed afresh elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::figure::Figure;
use crate::forms::filling::Entry;
use crate::layout::{ANSWER_COLUMN, Ask, Block, BlockKind, FormLayout, Rows, SWITCH_NO, SheetLayout};
use crate::place::{CellRef, column_letters};
use crate::plan::{Derivation, RowFilter, TableId};

/// A formula and its present result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    pub formula: String,
    pub result: String,
}

pub const NOT_BEGUN: &str = "尚未填";
pub const BEGUN: &str = "填寫中";
pub const DONE: &str = "完成";
const NO_CASES: &str = "無案件";

/// What is in the workbook now, by sheet and cell.
pub struct Contents<'a> {
    pub layout: &'a FormLayout,
    pub cells: BTreeMap<(usize, CellRef), String>,
}

/// A rectangle of cells on a sheet.
#[derive(Debug, Clone, Copy)]
struct Area {
    sheet: usize,
    first: CellRef,
    last: CellRef,
}

impl Area {
    fn cell(sheet: usize, cell: CellRef) -> Self {
        Area { sheet, first: cell, last: cell }
    }
}

impl<'a> Contents<'a> {
    pub fn new(layout: &'a FormLayout, entries: &BTreeMap<(usize, CellRef), Entry>) -> Self {
        let cells = entries
            .iter()
            .map(|(at, entry)| {
                let text = match entry {
                    Entry::Text(text) => text.clone(),
                    Entry::Date(date) => date.to_string(),
                };
                (*at, text)
            })
            .collect();
        Contents { layout, cells }
    }

    fn write(&self, area: Area, from: usize) -> String {
        let Area { sheet, first, last } = area;
        let prefix =
            if sheet == from { String::new() } else { sheet_prefix(&self.layout.sheets[sheet].name) };
        let absolute = |cell: CellRef| format!("${}${}", column_letters(cell.column), cell.row + 1);
        match first == last {
            true => format!("{prefix}{}", absolute(first)),
            false => format!("{prefix}{}:{}", absolute(first), absolute(last)),
        }
    }

    fn texts(&self, area: Area) -> impl Iterator<Item = Option<&str>> {
        let rows = area.first.row..=area.last.row;
        rows.flat_map(move |row| {
            (area.first.column..=area.last.column).map(move |column| CellRef::new(row, column))
        })
        .map(move |cell| self.cells.get(&(area.sheet, cell)).map(String::as_str))
    }

    fn is_filled(&self, area: Area) -> bool {
        self.texts(area).any(|text| text.is_some())
    }

    fn figure(&self, area: Area) -> Option<Figure> {
        Figure::parse(self.cells.get(&(area.sheet, area.first))?)
    }

    fn find(&self, id: &str) -> Option<(usize, &'a Block)> {
        self.layout.sheets.iter().enumerate().find_map(|(index, sheet)| {
            sheet.blocks.iter().find(|block| block.id == id).map(|block| (index, block))
        })
    }

    /// The answers of a table's field: one area, or one for each tick column.
    fn column(&self, table: &TableId, field: &str) -> Vec<Area> {
        let Some((sheet, block)) = self.find(table.as_str()) else { return Vec::new() };
        let Rows::Open { first, count } = block.rows else { return Vec::new() };
        block
            .columns
            .iter()
            .filter(|column| column.field == field)
            .map(|column| Area {
                sheet,
                first: CellRef::new(first, column.column),
                last: CellRef::new(first + count.max(1) - 1, column.column),
            })
            .collect()
    }
}

/// `'勞03 教育訓練'!`.
pub fn sheet_prefix(name: &str) -> String {
    format!("'{}'!", name.replace('\'', "''"))
}

/// How far a sheet is: status, 必填 n/m, 佐證 n/m.
pub struct Progress {
    pub status: Live,
    pub answers: Live,
    pub evidence: Live,
}

/// The progress of a task's sheet, by the demands of its questions.
pub fn progress(contents: &Contents<'_>, index: usize, sheet: &SheetLayout) -> Progress {
    let mut switch = None;
    let mut answers: Vec<Area> = Vec::new();
    let mut evidence: Vec<Area> = Vec::new();
    let mut optional: Vec<Area> = Vec::new();
    for block in &sheet.blocks {
        let required = required_areas(index, block);
        match block.kind {
            BlockKind::Switch(_) => {
                let cells = block.known();
                let at = |row: u32| Area::cell(index, CellRef::new(row, ANSWER_COLUMN));
                if let [applies, reason] = cells {
                    switch = Some((at(applies.row), at(reason.row)));
                }
                answers.extend(required);
            }
            BlockKind::Evidence(_) => evidence.extend(required),
            _ => {
                optional.extend(answered_areas(index, block));
                answers.extend(required);
            }
        }
    }
    let count = |areas: &[Area]| {
        let formula: Vec<String> =
            areas.iter().map(|area| format!("(COUNTA({})>0)", contents.write(*area, index))).collect();
        let n = areas.iter().filter(|area| contents.is_filled(**area)).count();
        (if formula.is_empty() { "0".to_owned() } else { formula.join("+") }, n)
    };
    let (answers_formula, n_answers) = count(&answers);
    let (evidence_formula, n_evidence) = count(&evidence);
    let (optional_formula, n_optional) = count(&optional);
    let (m_answers, m_evidence) = (answers.len(), evidence.len());
    let begun = n_answers + n_evidence + n_optional > 0;
    let mut status = if n_answers == m_answers && n_evidence == m_evidence && begun {
        DONE
    } else if begun {
        BEGUN
    } else {
        NOT_BEGUN
    };
    let mut formula = format!(
        "IF(({answers_formula})+({evidence_formula})+({optional_formula})=0,\"{NOT_BEGUN}\",\
         IF(AND(({answers_formula})={m_answers},({evidence_formula})={m_evidence}),\"{DONE}\",\"{BEGUN}\"))"
    );
    if let Some((applies, reason)) = switch {
        let (a, r) = (contents.write(applies, index), contents.write(reason, index));
        formula = format!("IF({a}=\"{SWITCH_NO}\",IF({r}=\"\",\"{BEGUN}\",\"{DONE}\"),{formula})");
        if contents.texts(applies).next().flatten() == Some(SWITCH_NO) {
            status = if contents.is_filled(reason) { DONE } else { BEGUN };
        }
    }
    let share = |label: &str, formula: &str, n: usize, m: usize| match m {
        0 => Live { formula: format!("=\"{label} －\""), result: format!("{label} －") },
        _ => Live {
            formula: format!("=\"{label} \"&({formula})&\"/{m}\""),
            result: format!("{label} {n}/{m}"),
        },
    };
    Progress {
        status: Live { formula: format!("={formula}"), result: status.to_owned() },
        answers: share("必填", &answers_formula, n_answers, m_answers),
        evidence: share("佐證", &evidence_formula, n_evidence, m_evidence),
    }
}

/// Everywhere an answer may be written, required or not, without the computed cells between.
fn answered_areas(sheet: usize, block: &Block) -> Vec<Area> {
    let (first, count) = block.extent();
    match &block.rows {
        Rows::Open { .. } => {
            let columns = || block.columns.iter().map(|column| column.column);
            let (Some(left), Some(right)) = (columns().min(), columns().max()) else {
                return Vec::new();
            };
            let last = first + count.max(1) - 1;
            vec![Area { sheet, first: CellRef::new(first, left), last: CellRef::new(last, right) }]
        }
        Rows::Known(rows) => {
            let mut areas: Vec<Area> = Vec::new();
            for row in rows {
                let Some((column, _)) = row.questions.iter().find(|(_, q)| q.ask.is_answered()) else {
                    continue;
                };
                let cell = CellRef::new(row.row, block.columns[*column].column);
                match areas.last_mut() {
                    Some(area) if area.last.row + 1 == cell.row => area.last = cell,
                    _ => areas.push(Area::cell(sheet, cell)),
                }
            }
            areas
        }
    }
}

/// What must not stay blank: one area a question, whatever the number of its cells.
fn required_areas(sheet: usize, block: &Block) -> Vec<Area> {
    match &block.rows {
        Rows::Open { first, count } => block
            .columns
            .iter()
            .filter(|column| column.question.is_required())
            .take(1)
            .filter(|_| is_demanded(block))
            .map(|column| Area {
                sheet,
                first: CellRef::new(*first, column.column),
                last: CellRef::new(first + count.max(&1) - 1, column.column),
            })
            .collect(),
        Rows::Known(rows) => {
            let mut areas: Vec<(&str, Area)> = Vec::new();
            for row in rows {
                let Some((column, question)) = row.questions.first() else { continue };
                if !question.is_required() {
                    continue;
                }
                let cell = CellRef::new(row.row, block.columns[*column].column);
                match areas.last_mut() {
                    // Parts of one question stand below each other.
                    Some((field, area)) if *field == row.field => area.last = cell,
                    _ => areas.push((&row.field, Area::cell(sheet, cell))),
                }
            }
            areas.into_iter().map(|(_, area)| area).collect()
        }
    }
}

/// A table's own demand stands as a mark in its heading; a narrative's in its column.
fn is_demanded(block: &Block) -> bool {
    match block.kind {
        BlockKind::Table(_) => block.heading.contains(['＊', '※']),
        _ => true,
    }
}

/// A split's sum, and whether it meets its total.
pub fn sum_check(
    contents: &Contents<'_>,
    index: usize,
    block: &Block,
    parts: &[String],
    total: Option<&String>,
) -> Live {
    let rows: Vec<u32> = parts.iter().filter_map(|key| block.known_row(key)).map(|row| row.row).collect();
    let (Some(first), Some(last)) = (rows.iter().min(), rows.iter().max()) else {
        return Live { formula: "=\"\"".to_owned(), result: String::new() };
    };
    let area = Area {
        sheet: index,
        first: CellRef::new(*first, ANSWER_COLUMN),
        last: CellRef::new(*last, ANSWER_COLUMN),
    };
    let range = contents.write(area, index);
    let figures: Vec<Figure> = contents.texts(area).flatten().filter_map(Figure::parse).collect();
    let sum: Figure = figures.iter().copied().sum();
    let total = total
        .and_then(|key| block.known_row(key))
        .map(|row| Area::cell(index, CellRef::new(row.row, ANSWER_COLUMN)));
    let Some(total) = total else {
        return Live {
            formula: format!("=IF(COUNT({range})=0,\"\",SUM({range}))"),
            result: if figures.is_empty() { String::new() } else { sum.to_string() },
        };
    };
    let cell = contents.write(total, index);
    let result = match (figures.is_empty(), contents.figure(total)) {
        (true, _) => String::new(),
        (false, None) => sum.to_string(),
        (false, Some(total)) if total == sum => format!("{sum}　✔ 相符"),
        (false, Some(total)) => format!("{sum}　✘ 應為 {total}"),
    };
    let formula = format!(
        "=IF(COUNT({range})=0,\"\",IF(ISNUMBER({cell}),\
         IF(SUM({range})={cell},SUM({range})&\"　✔ 相符\",SUM({range})&\"　✘ 應為 \"&{cell}),SUM({range})))"
    );
    Live { formula, result }
}

/// A derived figure. Derived figures above it must already be in `contents`.
pub fn derived(contents: &Contents<'_>, index: usize, block: &Block, derivation: &Derivation) -> Live {
    let field = |key: &str| {
        let row = block.known_row(key)?;
        Some(Area::cell(index, CellRef::new(row.row, ANSWER_COLUMN)))
    };
    let live = match derivation {
        Derivation::Count { table, filter } => count(contents, index, table, filter.as_ref()),
        Derivation::Sum { table, columns, filter } => sum(contents, index, table, columns, filter.as_ref()),
        Derivation::Distinct { table, column } => distinct(contents, index, table, column),
        Derivation::Mean { table, column, weight } => mean(contents, index, table, column, weight.as_deref()),
        Derivation::Total { fields } => total(contents, index, fields.iter().map(|f| field(f))),
        Derivation::Ratio { numerator, denominator } => match (field(numerator), field(denominator)) {
            (Some(numerator), Some(denominator)) => Some(ratio(contents, index, numerator, denominator)),
            _ => None,
        },
    };
    // A figure whose inputs stand in no sheet of this workbook is left to the compilation.
    live.unwrap_or_else(|| Live { formula: "=\"\"".to_owned(), result: String::new() })
}

/// Row by row, whether the filter lets it count; `None` without a filter.
fn filtered(contents: &Contents<'_>, table: &TableId, filter: &RowFilter) -> Option<(Area, Vec<bool>)> {
    let area = *contents.column(table, &filter.column).first()?;
    let kept = contents
        .texts(area)
        .map(|text| text.is_some_and(|text| filter.any_of.iter().any(|value| value == text)))
        .collect();
    Some((area, kept))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn count(contents: &Contents<'_>, index: usize, table: &TableId, filter: Option<&RowFilter>) -> Option<Live> {
    if let Some(filter) = filter {
        let (area, kept) = filtered(contents, table, filter)?;
        let range = contents.write(area, index);
        let terms: Vec<String> =
            filter.any_of.iter().map(|value| format!("COUNTIF({range},{})", quoted(value))).collect();
        let n = kept.iter().filter(|kept| **kept).count();
        return Some(Live { formula: format!("={}", terms.join("+")), result: n.to_string() });
    }
    let (sheet, block) = contents.find(table.as_str())?;
    let (first, rows) = block.extent();
    let columns: Vec<u32> = block.columns.iter().map(|column| column.column).collect();
    let last = first + rows.max(1) - 1;
    // Rows with anything in them, whatever column was left out.
    let terms: Vec<String> = columns
        .iter()
        .map(|column| Area { sheet, first: CellRef::new(first, *column), last: CellRef::new(last, *column) })
        .map(|area| format!("({}<>\"\")", contents.write(area, index)))
        .collect();
    let formula = format!("=SUMPRODUCT(--(({})>0))", terms.join("+"));
    let filled: BTreeSet<u32> = contents
        .cells
        .keys()
        .filter(|(at, cell)| *at == sheet && (first..=last).contains(&cell.row))
        .filter(|(_, cell)| columns.contains(&cell.column))
        .map(|(_, cell)| cell.row)
        .collect();
    Some(Live { formula, result: filled.len().to_string() })
}

fn sum(
    contents: &Contents<'_>,
    index: usize,
    table: &TableId,
    columns: &[String],
    filter: Option<&RowFilter>,
) -> Option<Live> {
    let areas: Vec<Area> = columns.iter().flat_map(|column| contents.column(table, column)).collect();
    areas.first()?;
    let kept = match filter {
        Some(filter) => Some(filtered(contents, table, filter)?),
        None => None,
    };
    let mut terms = Vec::new();
    let mut result = Figure::ZERO;
    for area in areas {
        let range = contents.write(area, index);
        match (&kept, filter) {
            (Some((by, _)), Some(filter)) => {
                let by = contents.write(*by, index);
                terms.extend(filter.any_of.iter().map(|v| format!("SUMIF({by},{},{range})", quoted(v))));
            }
            _ => terms.push(format!("SUM({range})")),
        }
        for (row, text) in contents.texts(area).enumerate() {
            let counts = kept.as_ref().is_none_or(|(_, kept)| kept.get(row) == Some(&true));
            if let Some(figure) = text.and_then(Figure::parse).filter(|_| counts) {
                result = result + figure;
            }
        }
    }
    Some(Live { formula: format!("={}", terms.join("+")), result: result.to_string() })
}

fn distinct(contents: &Contents<'_>, index: usize, table: &TableId, column: &str) -> Option<Live> {
    let areas = contents.column(table, column);
    if let [area] = areas[..] {
        let range = contents.write(area, index);
        let seen: BTreeSet<&str> = contents.texts(area).flatten().collect();
        let formula = format!("=SUMPRODUCT(({range}<>\"\")/COUNTIF({range},{range}&\"\"))");
        return Some(Live { formula, result: seen.len().to_string() });
    }
    areas.first()?;
    let terms: Vec<String> =
        areas.iter().map(|area| format!("(COUNTA({})>0)", contents.write(*area, index))).collect();
    let n = areas.iter().filter(|area| contents.is_filled(**area)).count();
    Some(Live { formula: format!("={}", terms.join("+")), result: n.to_string() })
}

fn mean(
    contents: &Contents<'_>,
    index: usize,
    table: &TableId,
    column: &str,
    weight: Option<&str>,
) -> Option<Live> {
    let values = *contents.column(table, column).first()?;
    let range = contents.write(values, index);
    let figures: Vec<Option<Figure>> =
        contents.texts(values).map(|text| text.and_then(Figure::parse)).collect();
    let (formula, weights): (String, Vec<Figure>) = match weight {
        None => (
            format!("=IF(COUNT({range})=0,\"\",ROUND(AVERAGE({range}),2))"),
            vec![Figure::from(1); figures.len()],
        ),
        Some(weight) => {
            let area = *contents.column(table, weight).first()?;
            let weight = contents.write(area, index);
            let share = format!("SUMPRODUCT(--ISNUMBER({range}),{weight})");
            (
                format!("=IF({share}=0,\"\",ROUND(SUMPRODUCT({range},{weight})/{share},2))"),
                contents
                    .texts(area)
                    .map(|text| text.and_then(Figure::parse).unwrap_or(Figure::ZERO))
                    .collect(),
            )
        }
    };
    let mut sum = Figure::ZERO;
    let mut share = Figure::ZERO;
    for (figure, weight) in figures.iter().zip(weights) {
        let Some(figure) = figure else { continue };
        sum = sum + figure.checked_mul(weight)?;
        share = share + weight;
    }
    let result = sum.checked_div(share).map_or_else(String::new, |mean| mean.round(2).to_string());
    Some(Live { formula, result })
}

fn total(contents: &Contents<'_>, index: usize, fields: impl Iterator<Item = Option<Area>>) -> Option<Live> {
    let fields: Vec<Area> = fields.collect::<Option<_>>()?;
    let cells: Vec<String> = fields.iter().map(|area| contents.write(*area, index)).collect();
    let sum: Figure = fields.iter().filter_map(|area| contents.figure(*area)).sum();
    Some(Live { formula: format!("=SUM({})", cells.join(",")), result: sum.to_string() })
}

fn ratio(contents: &Contents<'_>, index: usize, numerator: Area, denominator: Area) -> Live {
    let (above, below) = (contents.write(numerator, index), contents.write(denominator, index));
    let formula = format!("=IF(N({below})=0,\"{NO_CASES}\",ROUND(N({above})/{below}*100,2))");
    let figure = |area| contents.figure(area).unwrap_or(Figure::ZERO);
    let result = figure(numerator)
        .checked_mul(Figure::from(100))
        .and_then(|share| share.checked_div(figure(denominator)))
        .map_or_else(|| NO_CASES.to_owned(), |percent| percent.round(2).to_string());
    Live { formula, result }
}

/// The formula of a derived or checking cell, if the question is one.
pub fn of_question(contents: &Contents<'_>, index: usize, block: &Block, ask: &Ask) -> Option<Live> {
    match ask {
        Ask::Derived(derivation) => Some(derived(contents, index, block, derivation)),
        Ask::SumCheck { parts, total } => Some(sum_check(contents, index, block, parts, total.as_ref())),
        _ => None,
    }
}
