//! Answers to be written into a workbook beforehand: for the sample, and for tests.
//!
//! Keyed as the layout keys its questions; nothing is checked, so that tests can write what a
//! hurried clerk would.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::layout::{Block, Column, FormLayout, Rows};
use crate::place::CellRef;
use crate::plan::{IndicatorId, ItemCode, Plan, SecretariatPart, TableId, TaskId};

/// What is written into one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Written as a number where a figure is asked and the text is a plain number.
    Text(String),
    /// A real date cell, as a clerk makes by changing the cell's format.
    Date(Date),
}

/// Answers by block, row and column of the layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    cells: BTreeMap<(String, String, String), Entry>,
    rows: BTreeMap<String, Vec<BTreeMap<String, Entry>>>,
}

impl Filling {
    pub fn new() -> Self {
        Filling::default()
    }

    /// What the plan itself already knows: the recommendations that wait for an answer.
    pub fn of_plan(plan: &Plan) -> Self {
        let mut filling = Filling::default();
        for advice in &plan.programme.advice {
            filling.secretariat_row("00.advice", [("advice", advice.as_str())]);
        }
        filling
    }

    /// An answer in a known row of a block.
    pub fn put(&mut self, block: &str, row: &str, column: &str, entry: Entry) {
        self.cells.insert((block.to_owned(), row.to_owned(), column.to_owned()), entry);
    }

    fn put_text(&mut self, block: &str, row: &str, column: &str, text: &str) {
        self.put(block, row, column, Entry::Text(text.to_owned()));
    }

    /// 有 or 無; for 無 with a reason.
    pub fn applies(&mut self, task: &TaskId, applies: bool, reason: &str) {
        let block = format!("{task}.switch");
        let switch = if applies { crate::layout::SWITCH_YES } else { crate::layout::SWITCH_NO };
        self.put_text(&block, "applies", "value", switch);
        if !reason.is_empty() {
            self.put_text(&block, "reason", "value", reason);
        }
    }

    /// Paragraphs of 執行情形, one a row.
    pub fn narrative<'a>(&mut self, task: &TaskId, paragraphs: impl IntoIterator<Item = &'a str>) {
        self.paragraphs(&format!("{task}.text"), paragraphs);
    }

    /// A field's answer. For a choice of many: options separated by 、. For a split:
    /// `男=3、女=4`.
    pub fn field(&mut self, task: &TaskId, key: &str, text: &str) {
        self.put_text(&format!("{task}.fields"), key, "value", text);
    }

    /// A field's answer as a real date cell.
    pub fn field_date(&mut self, task: &TaskId, key: &str, date: Date) {
        self.put(&format!("{task}.fields"), key, "value", Entry::Date(date));
    }

    /// A row of a table, by field key; choices of many and splits as in [`Filling::field`].
    pub fn row<'a>(&mut self, table: &TableId, cells: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let cells =
            cells.into_iter().map(|(key, text)| (key.to_owned(), Entry::Text(text.to_owned()))).collect();
        self.rows.entry(table.to_string()).or_default().push(cells);
    }

    /// A line of the evidence checklist.
    pub fn evidence(&mut self, task: &TaskId, item: &ItemCode, masked: bool, caption: &str) {
        let block = format!("{task}.evidence");
        self.put_text(&block, item.as_str(), "ready", "V");
        if masked {
            self.put_text(&block, item.as_str(), "masked", "V");
        }
        if !caption.is_empty() {
            self.put_text(&block, item.as_str(), "caption", caption);
        }
    }

    /// A setting of the secretariat: `final_date`, `recipient_name`, `recipient_email`,
    /// `document_number`, `mail_megabytes`, `picture_dpi`.
    pub fn setting(&mut self, key: &str, text: &str) {
        self.put_text("00.basics", key, "value", text);
    }

    pub fn score(&mut self, indicator: &IndicatorId, points: &str, self_score: &str) {
        self.put_text("00.scores", indicator.as_str(), "points", points);
        self.put_text("00.scores", indicator.as_str(), "self_score", self_score);
    }

    /// A row of one of the secretariat's tables: `00.contacts` (unit, name, title, telephone,
    /// email), `00.advice` (advice, action, unit), `00.exceptions` (key, reason, name, date).
    pub fn secretariat_row<'a>(&mut self, block: &str, cells: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.row(&TableId::from(block), cells);
    }

    pub fn part<'a>(&mut self, part: SecretariatPart, paragraphs: impl IntoIterator<Item = &'a str>) {
        let block = match part {
            SecretariatPart::AnnualTopic => "00.topic",
            SecretariatPart::Recommendations => "00.advice_text",
        };
        self.paragraphs(block, paragraphs);
    }

    /// 統稿 of an indicator; `mode` is 置前, 取代 or empty.
    pub fn editorial<'a>(
        &mut self,
        indicator: &IndicatorId,
        mode: &str,
        paragraphs: impl IntoIterator<Item = &'a str>,
    ) {
        if !mode.is_empty() {
            self.put_text("00.modes", indicator.as_str(), "mode", mode);
        }
        self.paragraphs(&format!("00.editorial.{indicator}"), paragraphs);
    }

    fn paragraphs<'a>(&mut self, block: &str, paragraphs: impl IntoIterator<Item = &'a str>) {
        for paragraph in paragraphs {
            self.row(&TableId::from(block), [("text", paragraph)]);
        }
    }

    /// Every answer with its sheet and cell. What the layout does not ask is left out.
    ///
    /// # Errors
    /// More rows than are laid out above another block, which they would overwrite.
    pub(super) fn place(&self, layout: &FormLayout) -> anyhow::Result<BTreeMap<(usize, CellRef), Entry>> {
        let mut placed = BTreeMap::new();
        for (index, sheet) in layout.sheets.iter().enumerate() {
            for block in &sheet.blocks {
                let cells = match &block.rows {
                    Rows::Known(_) => self.place_known(block),
                    Rows::Open { first, count } => {
                        let n = self.rows.get(&block.id).map_or(0, Vec::len);
                        let is_last = sheet.blocks.last().is_some_and(|last| last.id == block.id);
                        anyhow::ensure!(
                            is_last || n <= *count as usize,
                            "{n} rows for `{}`, which lays out {count}",
                            block.id
                        );
                        self.place_open(block, *first)
                    }
                };
                placed.extend(cells.into_iter().map(|(cell, entry)| ((index, cell), entry)));
            }
        }
        Ok(placed)
    }

    fn place_known(&self, block: &Block) -> Vec<(CellRef, Entry)> {
        let mut placed = Vec::new();
        for row in block.known() {
            for (index, question) in &row.questions {
                let column = &block.columns[*index];
                let entry =
                    |key: &str| self.cells.get(&(block.id.clone(), key.to_owned(), column.key.clone()));
                let entry = match (&row.part, entry(&row.key)) {
                    (_, Some(entry)) => Some(entry.clone()),
                    (Some(part), None) => entry(&row.field).and_then(|entry| part_of(entry, part)),
                    (None, None) => None,
                };
                if let Some(entry) = entry.filter(|_| question.ask.is_answered()) {
                    placed.push((CellRef::new(row.row, column.column), entry));
                }
            }
        }
        placed
    }

    fn place_open(&self, block: &Block, first: u32) -> Vec<(CellRef, Entry)> {
        let mut placed = Vec::new();
        for (row, cells) in (first..).zip(self.rows.get(&block.id).into_iter().flatten()) {
            for column in &block.columns {
                if let Some(entry) = cell_of(column, cells) {
                    placed.push((CellRef::new(row, column.column), entry));
                }
            }
        }
        placed
    }
}

fn cell_of(column: &Column, cells: &BTreeMap<String, Entry>) -> Option<Entry> {
    match (&column.option, cells.get(&column.key)) {
        (_, Some(entry)) => Some(entry.clone()),
        (Some(part), None) => part_of(cells.get(&column.field)?, part),
        (None, None) => None,
    }
}

/// A part of `越南、印尼` (a tick) or of `男=3、女=4` (its figure).
fn part_of(entry: &Entry, part: &str) -> Option<Entry> {
    let Entry::Text(text) = entry else { return None };
    text.split(['、', '；', ';']).map(str::trim).find_map(|piece| match piece.split_once('=') {
        Some((name, figure)) => (name == part).then(|| Entry::Text(figure.to_owned())),
        None => (piece == part).then(|| Entry::Text("V".to_owned())),
    })
}
