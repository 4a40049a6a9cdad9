//! What a receiver holds of another's bundle: its figures, or why it was refused.
//!
//! Inert values that a worker can send; `bundle` reads them, `collation` compares them.

use serde::{Deserialize, Serialize};

use crate::place::RelPath;

/// A bundle as far as it can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one a bundle, and nearly all are figures")]
pub enum Reception {
    Figures(ReceivedFigures),
    /// Why it is left out of a comparison, in the receiver's words.
    Refused(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedFigures {
    pub schema: String,
    pub version: u32,
    pub identity: String,
    pub government: String,
    pub year: String,
    pub period: String,
    pub prepared_on: String,
    pub score: ReceivedScore,
    pub indicators: Vec<ReceivedIndicator>,
}

/// The figures of an earlier year that this year's stand beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFigures {
    /// The file of the workspace that holds them.
    pub file: RelPath,
    /// ROC year, earlier than the plan's.
    pub year: i16,
    pub figures: ReceivedFigures,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedScore {
    pub points: Option<String>,
    pub self_score: Option<String>,
    pub grade: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedIndicator {
    pub code: String,
    pub title: String,
    pub points: Option<String>,
    pub self_score: Option<String>,
    pub measures: Vec<ReceivedMeasure>,
    pub figures: Vec<ReceivedUnit>,
    /// Names of the units asked here.
    #[serde(default)]
    pub units: Vec<String>,
    #[serde(default)]
    pub charts: Vec<ReceivedChart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedMeasure {
    pub label: String,
    pub measure: String,
    pub values: Vec<ReceivedValue>,
    pub total: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedValue {
    pub unit: String,
    pub value: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedChart {
    pub title: String,
    pub measure: String,
    pub bars: Vec<ReceivedBar>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedBar {
    pub label: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedUnit {
    pub heading: String,
    pub values: Vec<ReceivedLabel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedLabel {
    pub label: String,
    pub value: String,
    pub measure: String,
}
