//! Laying out a sheet from top to bottom.
//!
//! A cursor that only moves down, and the two shapes every question takes: known rows under
//! columns, and open rows under columns. Knows no task and no unit.

use crate::place::CellRef;
use crate::plan::{Demand, Standing, ValueKind};
use crate::roc;

use super::{
    ANSWER_COLUMN, Ask, Block, BlockKind, Column, KEY_COLUMN, KnownRow, LABEL_COLUMN, Question, Rows,
    SheetKind, SheetLayout, StaticText, TextRole, marker,
};

/// Enough columns for headings and hints, however narrow the questions are.
const LEAST_LAST_COLUMN: u32 = 8;
/// Excel's limit on the length of a tab.
const SHEET_NAME_CHARS: usize = 31;
/// Beside a known row that asks a single question.
const MEASURE_COLUMN: u32 = ANSWER_COLUMN + 1;
const NOTE_COLUMN: u32 = ANSWER_COLUMN + 2;

pub(super) struct SheetBuilder {
    sheet: SheetLayout,
    row: u32,
    n_blocks: u32,
}

/// A block of open rows to be laid out.
pub(super) struct OpenRows<'a> {
    pub id: String,
    pub kind: BlockKind,
    pub heading: String,
    pub instruction: String,
    pub columns: Vec<Column>,
    pub count: u32,
    /// By column key.
    pub example: Vec<(&'a str, &'a str)>,
    /// Wording of the ordinal, with `#` for the number.
    pub ordinal: &'static str,
    /// Whether the columns have visible headings.
    pub headers: bool,
}

/// A block of known rows to be laid out.
pub(super) struct KnownRows {
    pub id: String,
    pub kind: BlockKind,
    pub heading: String,
    pub instruction: String,
    pub columns: Vec<Column>,
    pub rows: Vec<KnownLine>,
    /// Headings over the labels and the texts beside them, when the columns have visible ones.
    pub label_headers: Option<&'static [&'static str]>,
    /// Whether the last column takes the rest of the width.
    pub stretched: bool,
}

/// A known row before it has a place, with the texts beside it.
pub(super) struct KnownLine {
    pub row: KnownRow,
    pub beside: Vec<(u32, TextRole, String)>,
}

impl KnownLine {
    /// One question, its measure and a note beside it where there are any.
    pub fn asking(key: &str, question: Question, note: &str) -> Self {
        let beside =
            [(NOTE_COLUMN, TextRole::Note, note), (MEASURE_COLUMN, TextRole::Measure, &question.measure)]
                .into_iter()
                .filter(|(_, _, text)| !text.is_empty())
                .map(|(column, role, text)| (column, role, text.to_owned()))
                .collect();
        Self {
            row: KnownRow {
                key: key.to_owned(),
                field: key.to_owned(),
                part: None,
                label: question.label.clone(),
                row: 0,
                questions: vec![(0, question)],
            },
            beside,
        }
    }
}

impl SheetBuilder {
    pub fn new(
        form: (&str, &crate::plan::UnitId, &str),
        key: &str,
        name: &str,
        kind: SheetKind,
        last_column: u32,
    ) -> Self {
        let (plan, unit, version) = form;
        let last_column = last_column.max(LEAST_LAST_COLUMN);
        let sheet = SheetLayout {
            key: key.to_owned(),
            name: sheet_name(name),
            kind,
            marker: marker(plan, unit, version, key),
            texts: Vec::new(),
            blocks: Vec::new(),
            key_rows: Vec::new(),
            last_column,
            frozen_rows: 0,
            progress: None,
        };
        let mut builder = SheetBuilder { sheet, row: 0, n_blocks: 0 };
        let marker = builder.sheet.marker.clone();
        builder.text(CellRef::new(0, KEY_COLUMN), KEY_COLUMN, TextRole::Key, marker);
        builder
    }

    pub fn finish(self) -> SheetLayout {
        self.sheet
    }

    fn text(&mut self, cell: CellRef, last_column: u32, role: TextRole, text: impl Into<String>) {
        self.sheet.texts.push(StaticText { cell, last_column, text: text.into(), role });
    }

    /// A line over the whole width.
    pub fn line(&mut self, role: TextRole, text: impl Into<String>) {
        let last = self.sheet.last_column;
        self.text(CellRef::new(self.row, LABEL_COLUMN), last, role, text);
        self.row += 1;
    }

    /// A label and a text over the rest of the width.
    pub fn labelled(&mut self, label: &str, role: TextRole, text: impl Into<String>) {
        let last = self.sheet.last_column;
        self.text(CellRef::new(self.row, LABEL_COLUMN), LABEL_COLUMN, TextRole::Label, label);
        self.text(CellRef::new(self.row, ANSWER_COLUMN), last, role, text);
        self.row += 1;
    }

    /// A row in which the sheet shows its own progress.
    pub fn progress(&mut self, label: &str) {
        self.text(CellRef::new(self.row, LABEL_COLUMN), LABEL_COLUMN, TextRole::Label, label);
        self.sheet.progress = Some(CellRef::new(self.row, ANSWER_COLUMN));
        self.row += 1;
    }

    pub fn freeze(&mut self) {
        self.sheet.frozen_rows = self.row;
    }

    pub fn gap(&mut self) {
        self.row += 1;
    }

    /// The heading with its number, its key, and the instruction below it.
    fn heading(&mut self, id: &str, title: &str, instruction: &str) -> (String, CellRef) {
        self.gap();
        self.n_blocks += 1;
        let heading = format!("{}、{title}", roc::numeral(self.n_blocks));
        let cell = CellRef::new(self.row, LABEL_COLUMN);
        self.text(CellRef::new(self.row, KEY_COLUMN), KEY_COLUMN, TextRole::Key, format!("B:{id}"));
        self.line(TextRole::Heading, heading.clone());
        if !instruction.is_empty() {
            self.line(TextRole::Instruction, instruction);
        }
        (heading, cell)
    }

    /// The visible headings; a row of group headings first where there are tick columns.
    fn headers(&mut self, labels: &[&str], columns: &[Column], stretched: bool) -> u32 {
        if columns.iter().any(|column| column.option.is_some()) {
            for group in columns.chunk_by(|a, b| a.option.is_some() && a.field == b.field) {
                let (first, last) = (&group[0], &group[group.len() - 1]);
                let text = match first.option {
                    Some(_) => first.question.label.clone(),
                    None => String::new(),
                };
                let cell = CellRef::new(self.row, first.column);
                self.text(cell, last.column, TextRole::GroupHeader, text);
            }
            self.text(
                CellRef::new(self.row, LABEL_COLUMN),
                LABEL_COLUMN,
                TextRole::GroupHeader,
                String::new(),
            );
            self.row += 1;
        }
        let row = self.row;
        for (at, label) in (LABEL_COLUMN..).zip(labels) {
            self.text(CellRef::new(row, at), at, TextRole::Header, *label);
        }
        for (index, column) in columns.iter().enumerate() {
            let (role, text) = match &column.option {
                Some(option) => (TextRole::OptionHeader, option.clone()),
                None => (TextRole::Header, column.header()),
            };
            let last = match stretched && index + 1 == columns.len() {
                true => self.sheet.last_column,
                false => column.column,
            };
            self.text(CellRef::new(row, column.column), last, role, text);
        }
        self.row += 1;
        row
    }

    fn example(&mut self, columns: &[Column], example: &[(&str, &str)]) -> Option<u32> {
        if example.is_empty() {
            return None;
        }
        let row = self.row;
        self.text(CellRef::new(row, LABEL_COLUMN), LABEL_COLUMN, TextRole::Example, "（範例）");
        for column in columns {
            let text = example.iter().find(|(key, _)| *key == column.field).map(|(_, text)| *text);
            let text = match (&column.option, text) {
                (Some(option), Some(text)) if split_options(text).any(|part| part == option) => "V",
                (Some(_), _) | (None, None) => "",
                (None, Some(text)) => text,
            };
            self.text(CellRef::new(row, column.column), column.column, TextRole::Example, text);
        }
        self.row += 1;
        Some(row)
    }

    fn key_row(&mut self, id: &str, columns: &[Column]) -> u32 {
        let row = self.row;
        let keys = columns.iter().map(|column| (column.column, column.key.as_str()));
        for (at, key) in std::iter::once((LABEL_COLUMN, "label")).chain(keys) {
            self.text(CellRef::new(row, at), at, TextRole::Key, format!("C:{id}:{key}"));
        }
        self.sheet.key_rows.push(row);
        self.row += 1;
        row
    }

    pub fn open_rows(&mut self, open: OpenRows<'_>) {
        let OpenRows { id, kind, heading, instruction, columns, count, example, .. } = open;
        let (heading, heading_cell) = self.heading(&id, &heading, &instruction);
        let header_row = open.headers.then(|| self.headers(&["項次"], &columns, false));
        let example_row = self.example(&columns, &example);
        let key_row = self.key_row(&id, &columns);
        let first = self.row;
        for number in 1..=count {
            let cell = CellRef::new(self.row, LABEL_COLUMN);
            let text = open.ordinal.replace('#', &number.to_string());
            self.text(cell, LABEL_COLUMN, TextRole::Ordinal, text);
            self.row += 1;
        }
        let rows = Rows::Open { first, count };
        self.sheet.blocks.push(Block {
            id,
            kind,
            heading,
            heading_cell,
            header_row,
            example_row,
            key_row,
            columns,
            rows,
        });
    }

    pub fn known_rows(&mut self, known: KnownRows) {
        let KnownRows { id, kind, heading, instruction, columns, rows, .. } = known;
        let (heading, heading_cell) = self.heading(&id, &heading, &instruction);
        let header_row = known.label_headers.map(|labels| self.headers(labels, &columns, known.stretched));
        let key_row = self.key_row(&id, &columns);
        let mut placed = Vec::new();
        for line in rows {
            let mut row = line.row;
            row.row = self.row;
            let key = format!("R:{id}:{}", row.key);
            self.text(CellRef::new(self.row, KEY_COLUMN), KEY_COLUMN, TextRole::Key, key);
            let label = CellRef::new(self.row, LABEL_COLUMN);
            self.text(label, LABEL_COLUMN, TextRole::Label, row.written_label());
            for (at, role, text) in line.beside {
                let last = if at > ANSWER_COLUMN { self.last_beside(at, role) } else { at };
                self.text(CellRef::new(self.row, at), last, role, text);
            }
            placed.push(row);
            self.row += 1;
        }
        self.sheet.blocks.push(Block {
            id,
            kind,
            heading,
            heading_cell,
            header_row,
            example_row: None,
            key_row,
            columns,
            rows: Rows::Known(placed),
        });
    }

    /// Notes run to the right edge; everything else keeps to its cell.
    fn last_beside(&self, at: u32, role: TextRole) -> u32 {
        if role == TextRole::Note { self.sheet.last_column.max(at) } else { at }
    }
}

impl Column {
    /// What stands over it: the label, the mark of demand and the measure.
    pub fn header(&self) -> String {
        let mark = demand_mark(self.question.demand);
        let label = &self.question.label;
        match self.question.measure.as_str() {
            "" => format!("{mark}{label}"),
            measure => format!("{mark}{label}\n（{measure}）"),
        }
    }
}

impl KnownRow {
    /// The label as it stands on the sheet, with the mark of demand.
    pub fn written_label(&self) -> String {
        let demand = self.questions.first().map_or(Demand::Optional, |(_, question)| {
            if question.is_required() { question.demand } else { Demand::Optional }
        });
        format!("{}{}", demand_mark(demand), self.label)
    }
}

/// ＊ what the plan's own text demands, ※ what is proposed.
pub fn demand_mark(demand: Demand) -> &'static str {
    match demand {
        Demand::Required(Standing::Official) => "＊",
        Demand::Required(Standing::Proposed) => "※",
        Demand::Optional => "",
    }
}

pub(super) fn split_options(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', '；', ';', ',', '，']).map(str::trim).filter(|part| !part.is_empty())
}

pub(super) fn optional(label: &str, ask: Ask) -> Question {
    Question {
        label: label.to_owned(),
        ask,
        measure: String::new(),
        hint: String::new(),
        demand: Demand::Optional,
        least: None,
        most: None,
    }
}

pub(super) fn column(key: &str, label: &str, at: u32, ask: Ask) -> Column {
    Column {
        key: key.to_owned(),
        field: key.to_owned(),
        option: None,
        column: at,
        question: optional(label, ask),
    }
}

/// The one column of a block whose rows each ask one thing.
pub(super) fn value_column() -> Vec<Column> {
    vec![column("value", "填報內容", ANSWER_COLUMN, Ask::Value(ValueKind::Text))]
}

fn sheet_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { '／' } else { c })
        .take(SHEET_NAME_CHARS)
        .collect();
    name.trim_matches(['\'', ' ']).to_owned()
}
