//! Finding a form's questions again in a workbook that went through many hands.
//!
//! Three mechanisms vote on where a question stands: defined names, hidden keys and visible
//! labels. Two that agree are believed unless the label stands beside another answer, one alone if
//! nothing speaks against it; everything else is said, never guessed. Knows layouts and grids, nothing of what answers mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::grid::{Cell, Grid, Sheet};
use crate::intake::recognise::{NameVote, Names, SheetIndex, normal};
use crate::layout::{Block, Column, KnownRow, Rows, SheetLayout};
use crate::place::CellRef;

/// Blank rows after which nothing more is taken for a row of the table above.
const GAP: u32 = 20;

/// What spoke for a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voter {
    Name,
    Key,
    Label,
}

/// What the votes come to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict<T> {
    /// Nobody knows it.
    Nowhere,
    /// Agreed on by two, or said by one alone.
    At(T),
    /// Two agree, the name says otherwise.
    NameDissents(T, T),
    /// No two agree.
    Split(Vec<T>),
}

fn decide<T: Copy + PartialEq>(votes: &[(Voter, T)]) -> Verdict<T> {
    let [(_, first), rest @ ..] = votes else { return Verdict::Nowhere };
    if rest.iter().all(|(_, vote)| vote == first) {
        return Verdict::At(*first);
    }
    let agreed = votes.iter().find(|(_, vote)| votes.iter().filter(|(_, other)| other == vote).count() >= 2);
    let Some((_, agreed)) = agreed else {
        return Verdict::Split(votes.iter().map(|(_, vote)| *vote).collect());
    };
    match votes.iter().find(|(_, vote)| vote != agreed) {
        Some((Voter::Name, named)) => Verdict::NameDissents(*agreed, *named),
        _ => Verdict::At(*agreed),
    }
}

/// Something about where a question stands that the clerk must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The question, a whole column or a whole block is gone.
    Lost { deleted: bool },
    /// Names, keys and labels point at different cells.
    Split(Vec<CellRef>),
    /// The cell was cut and pasted elsewhere: where the answer should be, and where it is.
    Moved { from: CellRef, to: CellRef, sheet: Option<String> },
    /// Something stands both where the answer should be and where its cell was moved to.
    Doubled { at: CellRef, also: CellRef },
    /// The heading over it says something else now.
    Relabelled { at: CellRef, found: String },
    /// A sum below the rows, not a row.
    TotalRow(CellRef),
}

/// A trouble with the question it befell, by keys of the layout; no row: a column or the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubleAt {
    pub block: String,
    pub row: Option<String>,
    pub column: Option<String>,
    pub trouble: Trouble,
}

/// A sheet of the layout found in a sheet of the grid.
#[derive(Debug, Default)]
pub struct LocatedSheet {
    /// Index in the grid.
    pub sheet: usize,
    /// Answer cells of known rows, by block, row and column key.
    pub known: BTreeMap<(String, String, String), CellRef>,
    /// Rows of open blocks, in order: each row's cells by column key.
    pub open: BTreeMap<String, Vec<BTreeMap<String, CellRef>>>,
    /// The first cell of each open block.
    pub begins: BTreeMap<String, CellRef>,
    /// Cells that questions stand in, computed ones included.
    pub claimed: BTreeSet<CellRef>,
    pub troubles: Vec<TroubleAt>,
}

/// Finds every question of a layout's sheet on a sheet of the grid.
pub fn locate(
    layout: &SheetLayout,
    at: usize,
    grid: &Grid,
    names: &Names,
    index: &SheetIndex,
    twins: &[usize],
) -> LocatedSheet {
    let sheet = &grid.sheets[at];
    let mut finder = Finder {
        grid,
        sheet,
        twins,
        names,
        index,
        located: LocatedSheet { sheet: at, ..LocatedSheet::default() },
    };
    let starts: Vec<Option<u32>> = layout.blocks.iter().map(|block| finder.start(block)).collect();
    for (block, start) in layout.blocks.iter().zip(&starts) {
        let end = start
            .and_then(|start| starts.iter().flatten().copied().filter(|row| *row > start).min())
            .unwrap_or(index.last_row + 1);
        let extent = Extent { start: *start, end };
        let columns = finder.columns(block, extent);
        match &block.rows {
            Rows::Known(rows) => finder.known(block, rows, &columns, extent),
            Rows::Open { count, .. } => finder.open(block, *count, &columns, extent),
        }
    }
    finder.located
}

/// From a block's heading to the row before the next one's.
#[derive(Debug, Clone, Copy)]
struct Extent {
    start: Option<u32>,
    end: u32,
}

impl Extent {
    fn contains(self, row: u32) -> bool {
        self.start.is_none_or(|start| row >= start) && row < self.end
    }
}

/// The columns of a block as found.
struct Columns {
    /// By column key.
    at: BTreeMap<String, u32>,
    key_row: Option<u32>,
    /// The last row found that belongs to the block's head.
    above: Option<u32>,
}

struct Finder<'a> {
    grid: &'a Grid,
    sheet: &'a Sheet,
    /// Sheets found to be the same sheet of the layout, by index in the grid.
    twins: &'a [usize],
    names: &'a Names,
    index: &'a SheetIndex,
    located: LocatedSheet,
}

impl Finder<'_> {
    fn trouble(&mut self, block: &Block, row: Option<&str>, column: Option<&str>, trouble: Trouble) {
        self.located.troubles.push(TroubleAt {
            block: block.id.clone(),
            row: row.map(str::to_owned),
            column: column.map(str::to_owned),
            trouble,
        });
    }

    fn name(&self, name: &str) -> NameVote {
        self.names.vote(name, &self.sheet.name)
    }

    /// The row of a block's heading; else the first row any part of it is found in.
    fn start(&self, block: &Block) -> Option<u32> {
        let mut votes = Vec::new();
        if let NameVote::At(cell) = self.name(&block.heading_name()) {
            votes.push((Voter::Name, cell.row));
        }
        if let [cell] = self.index.key(&block.heading_key()) {
            votes.push((Voter::Key, cell.row));
        }
        if let [cell] = self.index.label(&block.heading) {
            votes.push((Voter::Label, cell.row));
        }
        match decide(&votes) {
            Verdict::At(row) | Verdict::NameDissents(row, _) => Some(row),
            Verdict::Split(rows) => rows.into_iter().min(),
            Verdict::Nowhere => block
                .columns
                .iter()
                .flat_map(|column| self.index.key(&block.column_key(&column.key)))
                .chain(block.known().iter().flat_map(|row| self.index.key(&block.row_key(&row.key))))
                .map(|cell| cell.row)
                .min(),
        }
    }

    fn columns(&mut self, block: &Block, extent: Extent) -> Columns {
        let key_rows = block
            .columns
            .iter()
            .flat_map(|column| self.index.key(&block.column_key(&column.key)))
            .map(|cell| cell.row);
        let key_row = most_common(key_rows);
        let named =
            block.columns.iter().filter_map(|column| match self.name(&block.column_name(&column.key)) {
                NameVote::At(cell) => Some(cell.row),
                _ => None,
            });
        let anchor_row = most_common(named);
        let header_row = block.header_row.and_then(|_| {
            anchor_row.or_else(|| {
                let labels = block
                    .columns
                    .iter()
                    .flat_map(|column| self.index.label(&header_text(column)))
                    .map(|cell| cell.row);
                most_common(labels.filter(|row| extent.contains(*row)))
            })
        });
        let above = [key_row, header_row.or(anchor_row)].into_iter().flatten().max();
        let mut columns = Columns { at: BTreeMap::new(), key_row, above };
        for column in &block.columns {
            if let Some(found) = self.column(block, column, header_row) {
                columns.at.insert(column.key.clone(), found);
            }
        }
        columns
    }

    fn column(&mut self, block: &Block, column: &Column, header_row: Option<u32>) -> Option<u32> {
        let mut votes = Vec::new();
        let name = self.name(&block.column_name(&column.key));
        if let NameVote::At(cell) = name {
            votes.push((Voter::Name, cell.column));
        }
        let keys: BTreeSet<u32> =
            self.index.key(&block.column_key(&column.key)).iter().map(|cell| cell.column).collect();
        if keys.len() == 1 {
            votes.extend(keys.iter().map(|column| (Voter::Key, *column)));
        }
        let text = header_text(column);
        let labelled: Vec<u32> = self
            .index
            .label(&text)
            .iter()
            .filter(|cell| Some(cell.row) == header_row)
            .map(|cell| cell.column)
            .collect();
        // The same word may head two columns (其他): it speaks only where it stands once.
        if let [at] = labelled[..] {
            votes.push((Voter::Label, at));
        }
        let verdict = decide(&votes);
        let found = match verdict {
            Verdict::At(at) | Verdict::NameDissents(at, _) => at,
            Verdict::Nowhere => {
                let deleted = name == NameVote::Deleted;
                // A block of one nameless column is found by its rows.
                if !block.known().is_empty() && !deleted {
                    return None;
                }
                self.trouble(block, None, Some(&column.key), Trouble::Lost { deleted });
                return None;
            }
            Verdict::Split(at) => {
                let row = header_row.unwrap_or(0);
                let cells = at.into_iter().map(|column| CellRef::new(row, column)).collect();
                self.trouble(block, None, Some(&column.key), Trouble::Split(cells));
                return None;
            }
        };
        if let Some(row) = header_row.filter(|_| block.header_row.is_some()) {
            self.check_label(block, None, Some(&column.key), CellRef::new(row, found), &text);
        }
        Some(found)
    }

    /// Says it when a heading or label was rewritten: its meaning may have changed with it.
    fn check_label(
        &mut self,
        block: &Block,
        row: Option<&str>,
        column: Option<&str>,
        at: CellRef,
        expected: &str,
    ) {
        let found = match self.sheet.cells.get(&at) {
            Some(Cell::Text(text)) if normal(text) == normal(expected) => return,
            Some(Cell::Text(text)) => text.clone(),
            _ => String::new(),
        };
        self.located.claimed.insert(at);
        self.trouble(block, row, column, Trouble::Relabelled { at, found });
    }

    fn known(&mut self, block: &Block, rows: &[KnownRow], columns: &Columns, extent: Extent) {
        let label_column = match self.index.key(&block.column_key("label")) {
            [cell] => Some(cell.column),
            _ => None,
        };
        for row in rows {
            let keys = self.index.key(&block.row_key(&row.key));
            let keyed = if let [cell] = keys { Some(cell.row) } else { None };
            let labels: Vec<CellRef> = self
                .index
                .label(&row.label)
                .iter()
                .copied()
                .filter(|cell| extent.contains(cell.row))
                .filter(|cell| label_column.is_none_or(|column| column == cell.column))
                .collect();
            let labelled = if let [cell] = labels[..] { Some(cell) } else { None };
            for (column, question) in &row.questions {
                let column = &block.columns[*column];
                let by_columns = columns.at.get(&column.key).copied();
                // Without a found column, the layout's distance from the label has to do.
                let at_column = by_columns.or_else(|| {
                    labelled.map(|cell| cell.column + column.column - crate::layout::LABEL_COLUMN)
                });
                let votes = Votes {
                    name: self.name(&block.cell_name(&row.key, &column.key)),
                    key: keyed.zip(at_column).map(|(row, column)| CellRef::new(row, column)),
                    label: labelled.zip(at_column).map(|(at, column)| CellRef::new(at.row, column)),
                };
                if question.ask.is_answered() {
                    self.answer_cell(block, row, column, &votes);
                } else {
                    self.located.claimed.extend(votes.key.or(votes.label));
                }
            }
            if let (None, Some(row_at), Some(label_column)) = (labelled, keyed, label_column) {
                let at = CellRef::new(row_at, label_column);
                self.check_label(block, Some(&row.key), None, at, &row.label);
            }
        }
    }

    fn answer_cell(&mut self, block: &Block, row: &KnownRow, column: &Column, votes: &Votes) {
        let mut cast = Vec::new();
        if let NameVote::At(cell) = votes.name {
            cast.push((Voter::Name, cell));
        }
        cast.extend(votes.key.map(|cell| (Voter::Key, cell)));
        cast.extend(votes.label.map(|cell| (Voter::Label, cell)));
        let (row_key, column_key) = (Some(row.key.as_str()), Some(column.key.as_str()));
        let filled = |finder: &Self, cell: &CellRef| finder.sheet.cells.contains_key(cell);
        let found = match decide(&cast) {
            Verdict::Nowhere => {
                let deleted = votes.name == NameVote::Deleted;
                self.trouble(block, row_key, column_key, Trouble::Lost { deleted });
                return;
            }
            Verdict::Split(cells) => {
                // One content in all the places in question is no riddle.
                let held: BTreeSet<CellRef> =
                    cells.iter().copied().filter(|cell| filled(self, cell)).collect();
                self.located.claimed.extend(held);
                self.trouble(block, row_key, column_key, Trouble::Split(cells));
                return;
            }
            Verdict::NameDissents(cell, named) if filled(self, &named) => {
                self.located.claimed.extend([cell, named]);
                let trouble = match filled(self, &cell) {
                    true => Trouble::Doubled { at: cell, also: named },
                    false => Trouble::Moved { from: cell, to: named, sheet: None },
                };
                self.trouble(block, row_key, column_key, trouble);
                return;
            }
            Verdict::At(cell) | Verdict::NameDissents(cell, _) => cell,
        };
        self.located.claimed.insert(found);
        // Its label stands beside another answer: a sort or a paste moved labels and answers without
        // their names and keys, and whoever looks at the sheet believes the labels.
        if let Some(labelled) = votes.label.filter(|labelled| *labelled != found)
            && self.sheet.cells.get(&labelled) != self.sheet.cells.get(&found)
        {
            self.located.claimed.insert(labelled);
            self.trouble(block, row_key, column_key, Trouble::Split(vec![found, labelled]));
            return;
        }
        if let NameVote::Elsewhere(sheet, to) = &votes.name
            && !filled(self, &found)
            && self.is_moved_to(sheet, *to)
        {
            let trouble = Trouble::Moved { from: found, to: *to, sheet: Some(sheet.clone()) };
            self.trouble(block, row_key, column_key, trouble);
            return;
        }
        // Its own cell was deleted, and what stands here now slid in from another question.
        let name = block.cell_name(&row.key, &column.key);
        if votes.name == NameVote::Deleted && self.names.is_taken(&name, &self.sheet.name, found) {
            self.trouble(block, row_key, column_key, Trouble::Lost { deleted: true });
            return;
        }
        let key = (block.id.clone(), row.key.clone(), column.key.clone());
        self.located.known.insert(key, found);
    }

    /// Whether a cell that a name followed to another sheet holds something there. A copy of this
    /// sheet is no such place: the names stayed with the original.
    fn is_moved_to(&self, sheet: &str, to: CellRef) -> bool {
        self.grid.sheets.iter().enumerate().any(|(at, other)| {
            other.name == *sheet && !self.twins.contains(&at) && other.cells.contains_key(&to)
        })
    }

    fn open(&mut self, block: &Block, count: u32, columns: &Columns, extent: Extent) {
        let Some(above) = columns.above else {
            self.trouble(block, None, None, Trouble::Lost { deleted: false });
            return;
        };
        let mut first = above + 1;
        if columns.key_row.is_none() && block.example_row.is_some() && self.is_example(first) {
            first += 1;
        }
        let begins = columns.at.values().copied().min().unwrap_or(crate::layout::ANSWER_COLUMN);
        self.located.begins.insert(block.id.clone(), CellRef::new(first, begins));
        let mut rows = Vec::new();
        let mut blank = 0;
        for row in first..extent.end.max(first) {
            let cells: BTreeMap<String, CellRef> =
                columns.at.iter().map(|(key, column)| (key.clone(), CellRef::new(row, *column))).collect();
            if !cells.values().any(|cell| self.sheet.cells.contains_key(cell)) {
                blank += u32::from(row >= first + count);
                if blank > GAP {
                    break;
                }
                continue;
            }
            blank = 0;
            self.located.claimed.extend(cells.values().copied());
            match self.total_word(row, &cells) {
                Some(at) => self.trouble(block, None, None, Trouble::TotalRow(at)),
                None => rows.push(cells),
            }
        }
        self.located.open.insert(block.id.clone(), rows);
    }

    fn is_example(&self, row: u32) -> bool {
        let cells = self.sheet.cells.range(CellRef::new(row, 0)..CellRef::new(row + 1, 0));
        cells.into_iter().any(|(_, cell)| matches!(cell, Cell::Text(text) if text == "（範例）"))
    }

    /// The word that makes a row a sum, in its ordinal or its first answer.
    fn total_word(&self, row: u32, cells: &BTreeMap<String, CellRef>) -> Option<CellRef> {
        let first = cells.values().map(|cell| cell.column).min()?;
        self.sheet
            .cells
            .range(CellRef::new(row, 0)..=CellRef::new(row, first))
            .find(|(_, cell)| {
                matches!(cell, Cell::Text(text)
                    if crate::layout::TOTAL_WORDS.iter().any(|word| normal(word) == normal(text)))
            })
            .map(|(at, _)| *at)
    }
}

struct Votes {
    name: NameVote,
    key: Option<CellRef>,
    label: Option<CellRef>,
}

fn header_text(column: &Column) -> String {
    column.option.clone().unwrap_or_else(|| column.header())
}

/// The value that occurs most often, the smallest of equals.
fn most_common(values: impl Iterator<Item = u32>) -> Option<u32> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, n)| *n == most).map(|(value, _)| value)
}
