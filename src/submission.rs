//! What one unit handed in: answers with their cells, as read, before any judgement.
//!
//! A missing or unreadable answer is simply absent here; what was wrong with it is said in the
//! diagnostics that intake returned beside it. Knows nothing of workbooks' layout.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::figure::Figure;
use crate::place::{Located, Place, RelPath};
use crate::plan::{IndicatorId, ItemCode, SecretariatPart, TableId, TaskId, UnitId};

/// A unit's workbook, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    pub unit: UnitId,
    pub file: RelPath,
    pub tasks: BTreeMap<TaskId, Answer>,
    /// Rows of every table of the workbook, shared ones included.
    pub tables: BTreeMap<TableId, Vec<Record>>,
    /// Where the first row of each table is typed: for diagnostics on empty ones.
    pub table_places: BTreeMap<TableId, Place>,
    pub evidence: BTreeMap<ItemCode, EvidenceAnswer>,
}

/// A unit's answer to one task.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// 有／無; `None` when the switch was left blank.
    pub applies: Option<Located<Applies>>,
    /// 執行情形, one paragraph each.
    pub narrative: Vec<Located<String>>,
    /// Fields typed by the unit, by key.
    pub fields: BTreeMap<String, Located<Value>>,
    /// Where the parts of a field laid out over several cells stand, by field key.
    pub parts: BTreeMap<String, Parts>,
    /// Where an answer is expected, by field key: for diagnostics on blanks.
    pub blanks: BTreeMap<String, Place>,
    /// Where the narrative begins.
    pub narrative_place: Place,
    /// The sheet.
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Applies {
    Yes,
    /// 本年度無: with the reason given, possibly empty.
    No {
        reason: String,
    },
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The first cell of the row.
    pub place: Place,
    /// By column key; blanks are absent.
    pub values: BTreeMap<String, Located<Value>>,
    /// Where the parts of a column laid out over several cells stand, by key.
    pub parts: BTreeMap<String, Parts>,
    /// Where each column of the row stands, by key.
    pub cells: BTreeMap<String, Place>,
}

/// The cells of an answer that takes more than one: each part of a split, each choice to tick.
pub type Parts = Vec<(String, Place)>;

/// The cells that hold an answer: those of the parts that were given, or the one cell.
pub fn places_of(answer: &Located<Value>, parts: Option<&Parts>) -> Vec<Place> {
    let given = |part: &str| match &answer.value {
        Value::Choices(choices) => choices.iter().any(|choice| choice == part),
        Value::Split(figures) => figures.iter().any(|(name, _)| name == part),
        _ => false,
    };
    let places: Vec<Place> =
        parts.into_iter().flatten().filter(|(part, _)| given(part)).map(|(_, place)| place.clone()).collect();
    if places.is_empty() { vec![answer.place.clone()] } else { places }
}

impl Record {
    /// The cells that hold the row's value in a column.
    pub fn places(&self, column: &str) -> Vec<Place> {
        self.values.get(column).map_or_else(Vec::new, |value| places_of(value, self.parts.get(column)))
    }
}

/// A line of the evidence checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceAnswer {
    /// 已遮蔽.
    pub masked: bool,
    /// Caption or remark, optional.
    pub caption: Option<Located<String>>,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Text(String),
    Figure(Figure),
    Date(Date),
    /// First and last day.
    Span(Date, Date),
    Choice(String),
    Choices(Vec<String>),
    Flag(bool),
    /// By part, in the plan's order.
    Split(Vec<(String, Figure)>),
    /// 無, 尚無, －: an explicit none, not a blank.
    Nothing,
}

impl Value {
    /// The figure of a count, decimal or percent; an explicit none counts as zero.
    pub fn figure(&self) -> Option<Figure> {
        match self {
            Value::Figure(figure) => Some(*figure),
            Value::Nothing => Some(Figure::ZERO),
            _ => None,
        }
    }
}

/// The secretariat's own workbook. What stands here wins over the plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SecretariatAnswers {
    pub file: Option<RelPath>,
    pub final_date: Option<Located<Date>>,
    pub recipient_name: Option<Located<String>>,
    pub recipient_email: Option<Located<String>>,
    pub contacts: Vec<Contact>,
    /// Largest mail in megabytes (10^6 bytes), base64 counted.
    pub mail_megabytes: Option<Located<Figure>>,
    pub picture_dpi: Option<Located<Figure>>,
    /// Points, criteria and self-score per indicator.
    pub scores: BTreeMap<IndicatorId, IndicatorScore>,
    pub parts: BTreeMap<SecretariatPart, Vec<Located<String>>>,
    pub recommendations: Vec<Recommendation>,
    pub editorials: BTreeMap<IndicatorId, Editorial>,
    pub exceptions: Vec<Exception>,
    /// The day the form bears (填表日期); the final due date when blank.
    pub prepared_on: Option<Located<Date>>,
    pub document_number: Option<Located<String>>,
    /// Where a setting is asked, by its key, and where a part begins, by its block: for diagnostics on blanks.
    pub asked: BTreeMap<String, Place>,
}

impl SecretariatAnswers {
    /// Whether the workbook is as it was laid out, with the recommendations that the plan itself knows.
    pub fn is_blank(&self, advice: &[String]) -> bool {
        let is_known = |text: &str| advice.iter().any(|known| known.trim() == text.trim());
        let mut rest = self.clone();
        rest.asked.clear();
        rest.recommendations.retain(|answered| {
            answered.action.is_some() || answered.unit.is_some() || !is_known(&answered.advice.value)
        });
        rest == SecretariatAnswers { file: self.file.clone(), ..SecretariatAnswers::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Where each part of it stands, by column key.
    pub places: BTreeMap<String, Place>,
    pub name: String,
    pub title: String,
    pub telephone: String,
    pub email: String,
    /// The unit the contact stands for, as typed; the first is the secretariat's own.
    pub unit: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndicatorScore {
    pub points: Option<Located<Figure>>,
    pub self_score: Option<Located<Figure>>,
}

/// An earlier recommendation and what was done about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommendation {
    pub advice: Located<String>,
    pub action: Option<Located<String>>,
    pub unit: Option<String>,
}

/// 統稿: the secretariat's own text on an indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct Editorial {
    pub mode: EditorialMode,
    pub paragraphs: Vec<Located<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditorialMode {
    /// Stands before the units' text.
    Leads,
    /// Printed instead of the units' text, which is kept in the internal record.
    Replaces,
}

/// A breach the secretariat answers for.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    /// `rule-id@subject`, as `check` prints it.
    pub key: Located<String>,
    pub reason: String,
    pub name: String,
    pub date: Option<Date>,
}
