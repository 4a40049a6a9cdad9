//! Where every question of a workbook stands: the one map that writing and reading share.
//!
//! A pure value computed from the plan. `forms` paints it, `intake` looks for it again in what
//! came back; neither knows the other. Nothing here knows a spreadsheet library, colours or
//! widths.

mod build;
mod secretariat;
mod unit;

use crate::figure::Figure;
use crate::place::CellRef;
use crate::plan::{
    Demand, Derivation, IndicatorId, ItemCode, SecretariatPart, TableId, TaskId, UnitId, ValueKind,
};

pub use secretariat::{EDITORIAL_LEADS, EDITORIAL_REPLACES, secretariat_form};
pub use unit::{SWITCH_NO, SWITCH_YES, unit_form};

/// The unit that stands in the marker of the secretariat's own workbook.
pub const SECRETARIAT: &str = "00";
/// What a form's marker begins with; the digit is the version of this scheme.
pub const MARKER_PREFIX: &str = "HB1|";
/// What every defined name of a form begins with.
pub const NAME_PREFIX: &str = "hb_";
/// Rows whose first answer is one of these are sums a clerk added, not records.
pub const TOTAL_WORDS: [&str; 4] = ["合計", "總計", "小計", "總和"];

/// Zero-based column of the hidden keys.
pub const KEY_COLUMN: u32 = 0;
/// Zero-based column of labels and ordinals.
pub const LABEL_COLUMN: u32 = 1;
/// Zero-based column of the first answer, the wide one on a task's sheet.
pub const ANSWER_COLUMN: u32 = 2;

/// A workbook.
#[derive(Debug, Clone, PartialEq)]
pub struct FormLayout {
    pub plan: String,
    /// A unit of the plan, or [`SECRETARIAT`].
    pub unit: UnitId,
    pub version: String,
    /// In the workbook's order; the first is the home sheet.
    pub sheets: Vec<SheetLayout>,
}

/// A sheet, with everything that is printed on it and everything it asks.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetLayout {
    /// Unique in the workbook, ASCII: `home`, a task's id, `T.` and a table's id.
    pub key: String,
    /// As on the tab: at most 31 characters, none that Excel forbids.
    pub name: String,
    pub kind: SheetKind,
    /// `HB1|plan|unit|version|key`, in A1.
    pub marker: String,
    pub texts: Vec<StaticText>,
    pub blocks: Vec<Block>,
    /// Rows that hold keys for the machine and are hidden.
    pub key_rows: Vec<u32>,
    /// The last column that anything stands in.
    pub last_column: u32,
    /// Rows above this stay in view; 0: none.
    pub frozen_rows: u32,
    /// Where the sheet shows its own progress, if it does.
    pub progress: Option<CellRef>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetKind {
    Home,
    Task(TaskId),
    /// A shared table.
    Table(TableId),
    Secretariat,
}

/// Text that the form brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticText {
    pub cell: CellRef,
    /// The last column it is stretched over.
    pub last_column: u32,
    pub text: String,
    pub role: TextRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    Title,
    Subtitle,
    /// The plan's own words.
    Quote,
    Caution,
    /// Begins a block.
    Heading,
    Instruction,
    Header,
    /// Above the option columns of one question.
    GroupHeader,
    /// A tick column's heading.
    OptionHeader,
    Label,
    Ordinal,
    Measure,
    Note,
    /// The text beside an evidence item: title, demand, folder.
    Demand,
    Example,
    Key,
}

/// Questions that stand together under one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Unique in the workbook, ASCII.
    pub id: String,
    pub kind: BlockKind,
    pub heading: String,
    pub heading_cell: CellRef,
    /// The visible row of column headings.
    pub header_row: Option<u32>,
    pub example_row: Option<u32>,
    /// The hidden row of column keys, just above the answers.
    pub key_row: u32,
    pub columns: Vec<Column>,
    pub rows: Rows,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BlockKind {
    Switch(TaskId),
    Narrative(TaskId),
    Fields(TaskId),
    Table(TableId),
    Evidence(TaskId),
    /// The secretariat's settings.
    Basics,
    Contacts,
    Scores,
    Part(SecretariatPart),
    Recommendations,
    EditorialModes,
    Editorial(IndicatorId),
    Exceptions,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// Each row is a question of its own.
    Known(Vec<KnownRow>),
    /// Rows to be filled one below the other.
    Open { first: u32, count: u32 },
}

/// A column of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Unique in the block: a field's key, or `key:option` for a tick column.
    pub key: String,
    /// The field it answers.
    pub field: String,
    /// For a tick column: the option it stands for.
    pub option: Option<String>,
    pub column: u32,
    /// What its rows ask; in a block of known rows, each row asks its own.
    pub question: Question,
}

/// A row that stands for one question, or for one evidence item.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownRow {
    /// Unique in the block: a field's key, `key:part`, or an item's code.
    pub key: String,
    pub field: String,
    /// Part of a split or option of a choice.
    pub part: Option<String>,
    pub label: String,
    pub row: u32,
    /// By the index of the column in the block.
    pub questions: Vec<(usize, Question)>,
}

/// What a cell asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub label: String,
    pub ask: Ask,
    pub measure: String,
    pub hint: String,
    pub demand: Demand,
    pub least: Option<Figure>,
    pub most: Option<Figure>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// One typed value in one cell.
    Value(ValueKind),
    /// A mark or nothing.
    Tick,
    /// A paragraph of running text.
    Paragraph,
    /// Nothing: the cell shows a figure computed from others.
    Derived(Derivation),
    /// Nothing: the cell compares a split with its total; the parts' row keys, and the total's.
    SumCheck { parts: Vec<String>, total: Option<String> },
}

impl Ask {
    /// Whether a user is to write there.
    pub fn is_answered(&self) -> bool {
        !matches!(self, Ask::Derived(_) | Ask::SumCheck { .. })
    }
}

impl Question {
    pub fn is_required(&self) -> bool {
        matches!(self.demand, Demand::Required(_)) && self.ask.is_answered()
    }
}

impl FormLayout {
    pub fn blocks(&self) -> impl Iterator<Item = (&SheetLayout, &Block)> {
        self.sheets.iter().flat_map(|sheet| sheet.blocks.iter().map(move |block| (sheet, block)))
    }

    pub fn block(&self, id: &str) -> Option<(&SheetLayout, &Block)> {
        self.blocks().find(|(_, block)| block.id == id)
    }

    /// `dc:description` and the custom property of the workbook.
    pub fn identity(&self) -> String {
        marker(&self.plan, &self.unit, &self.version, "workbook")
    }
}

impl Block {
    pub fn known(&self) -> &[KnownRow] {
        match &self.rows {
            Rows::Known(rows) => rows,
            Rows::Open { .. } => &[],
        }
    }

    pub fn known_row(&self, key: &str) -> Option<&KnownRow> {
        self.known().iter().find(|row| row.key == key)
    }

    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// The first row of answers and how many are laid out.
    pub fn extent(&self) -> (u32, u32) {
        match &self.rows {
            Rows::Open { first, count } => (*first, *count),
            Rows::Known(rows) => {
                let first = rows.iter().map(|row| row.row).min().unwrap_or(self.key_row + 1);
                let last = rows.iter().map(|row| row.row).max().unwrap_or(self.key_row);
                (first, last + 1 - first)
            }
        }
    }

    /// The row below the block's last laid-out one.
    pub fn end(&self) -> u32 {
        let (first, count) = self.extent();
        first + count
    }

    /// What a column's name points at: its heading, or the block's where it has none.
    pub fn column_anchor(&self, column: &Column) -> CellRef {
        CellRef::new(self.header_row.unwrap_or(self.heading_cell.row), column.column)
    }

    /// Keys of the hidden column and row. Each names its block, so that it can be found on its
    /// own, wherever it was moved.
    pub fn heading_key(&self) -> String {
        format!("B:{}", self.id)
    }

    pub fn column_key(&self, column: &str) -> String {
        format!("C:{}:{column}", self.id)
    }

    pub fn row_key(&self, row: &str) -> String {
        format!("R:{}:{row}", self.id)
    }

    /// Global ASCII names that Excel, LibreOffice and the libraries all keep.
    pub fn heading_name(&self) -> String {
        format!("{NAME_PREFIX}{}", ascii(&self.id))
    }

    pub fn column_name(&self, column: &str) -> String {
        format!("{NAME_PREFIX}{}__{}", ascii(&self.id), ascii(column))
    }

    pub fn cell_name(&self, row: &str, column: &str) -> String {
        format!("{NAME_PREFIX}{}_{}__{}", ascii(&self.id), ascii(row), ascii(column))
    }
}

/// `HB1|plan|unit|version|sheet key`.
pub fn marker(plan: &str, unit: &UnitId, version: &str, sheet: &str) -> String {
    format!("{MARKER_PREFIX}{plan}|{unit}|{version}|{sheet}")
}

/// A marker taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub plan: String,
    pub unit: UnitId,
    pub version: String,
    pub sheet: String,
}

impl Marker {
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().strip_prefix(MARKER_PREFIX)?.split('|');
        let marker = Marker {
            plan: parts.next()?.to_owned(),
            unit: parts.next()?.into(),
            version: parts.next()?.to_owned(),
            sheet: parts.next()?.to_owned(),
        };
        parts.next().is_none().then_some(marker)
    }
}

/// Whether a text is one of the machine's own, never an answer.
pub fn is_key(text: &str) -> bool {
    let starts_with_id = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    text.starts_with(MARKER_PREFIX)
        || text
            .strip_prefix("B:")
            .is_some_and(|rest| starts_with_id(rest) && !rest.contains(char::is_whitespace))
        || ["C:", "R:"].iter().any(|prefix| {
            text.strip_prefix(prefix).is_some_and(|rest| starts_with_id(rest) && rest.contains(':'))
        })
}

/// ASCII for a defined name; other characters become `u` and their code point, so that names of
/// different keys never meet.
fn ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            out.push(c);
        } else {
            out.push_str(&format!("u{:X}", u32::from(c)));
        }
    }
    out
}

/// The code of an evidence item, when the row is one.
pub fn item_code(row: &KnownRow) -> ItemCode {
    ItemCode(row.key.clone())
}

/// The hidden sheet that holds the lists of choices.
pub const LISTS_SHEET: &str = "選單";
/// Its key in the marker.
pub const LISTS_KEY: &str = "lists";
