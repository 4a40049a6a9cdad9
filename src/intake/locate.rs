//! Finding a form's questions again in a workbook that went through many hands.
//!
//! Three mechanisms vote on where a question stands: defined names, hidden keys and visible
//! labels. Two that agree are believed, one alone if nothing speaks against it; everything else
//! is said, never guessed. Knows layouts and grids, nothing of what answers mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::grid::{Cell, Grid, Sheet};
use crate::layout::{Block, Column, FormLayout, KnownRow, Marker, Rows, SheetLayout, is_key};
use crate::place::CellRef;

/// Blank rows after which nothing more is taken for a row of the table above.
const GAP: u32 = 20;

/// Where a name of the form points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameVote {
    Absent,
    /// `#REF!`: the cell was deleted.
    Deleted,
    At(CellRef),
    /// It followed a cell that was moved to another sheet.
    Elsewhere(String, CellRef),
    Several,
}

/// The defined names of a workbook, by lower-cased name.
pub struct Names(BTreeMap<String, Vec<Option<(String, CellRef)>>>);

impl Names {
    pub fn of(grid: &Grid) -> Self {
        let mut names: BTreeMap<String, Vec<Option<(String, CellRef)>>> = BTreeMap::new();
        for name in &grid.names {
            let target = name.target.as_ref().map(|(sheet, first, _)| (sheet.clone(), *first));
            let targets = names.entry(name.name.to_lowercase()).or_default();
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        Names(names)
    }

    pub fn vote(&self, name: &str, sheet: &str) -> NameVote {
        let Some(targets) = self.0.get(&name.to_lowercase()) else { return NameVote::Absent };
        let here: Vec<CellRef> =
            targets.iter().flatten().filter(|(on, _)| on == sheet).map(|(_, cell)| *cell).collect();
        match (&here[..], &targets[..]) {
            ([cell], _) => NameVote::At(*cell),
            ([_, ..], _) => NameVote::Several,
            ([], [None]) => NameVote::Deleted,
            ([], [Some((on, cell))]) => NameVote::Elsewhere(on.clone(), *cell),
            ([], _) => NameVote::Absent,
        }
    }

    /// The sheets that names of a layout's sheet point at, with their number.
    fn sheets_of(&self, layout: &SheetLayout) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for block in &layout.blocks {
            let rows = block.known().iter().flat_map(|row| {
                row.questions.iter().map(|(column, _)| block.cell_name(&row.key, &block.columns[*column].key))
            });
            let columns = block.columns.iter().map(|column| block.column_name(&column.key));
            for name in rows.chain(columns) {
                for (on, _) in self.0.get(&name.to_lowercase()).into_iter().flatten().flatten() {
                    *counts.entry(on.as_str()).or_default() += 1;
                }
            }
        }
        counts
    }
}

/// The texts of a sheet, looked up by what they say.
pub struct SheetIndex {
    pub markers: Vec<Marker>,
    keys: BTreeMap<String, Vec<CellRef>>,
    labels: BTreeMap<String, Vec<CellRef>>,
    last_row: u32,
}

impl SheetIndex {
    pub fn of(sheet: &Sheet) -> Self {
        let mut index = SheetIndex {
            markers: Vec::new(),
            keys: BTreeMap::new(),
            labels: BTreeMap::new(),
            last_row: sheet.cells.keys().map(|cell| cell.row).max().unwrap_or(0),
        };
        for (at, cell) in &sheet.cells {
            let Cell::Text(text) = cell else { continue };
            if let Some(marker) = Marker::parse(text) {
                index.markers.push(marker);
            } else if is_key(text) {
                index.keys.entry(text.clone()).or_default().push(*at);
            } else {
                index.labels.entry(normal(text)).or_default().push(*at);
            }
        }
        index
    }

    fn key(&self, key: &str) -> &[CellRef] {
        self.keys.get(key).map_or(&[], Vec::as_slice)
    }

    fn label(&self, label: &str) -> &[CellRef] {
        self.labels.get(&normal(label)).map_or(&[], Vec::as_slice)
    }

    fn n_keys_of(&self, layout: &SheetLayout) -> usize {
        let mut n = 0;
        for block in &layout.blocks {
            n += block.columns.iter().filter(|c| !self.key(&block.column_key(&c.key)).is_empty()).count();
            n += block.known().iter().filter(|r| !self.key(&block.row_key(&r.key)).is_empty()).count();
        }
        n
    }
}

/// For comparing labels: full-width ASCII folded, marks of demand, spaces, line breaks and brackets
/// dropped.
pub fn normal(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '※' | '(' | ')' | ':' | '、'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Which sheets of the grid are which sheets of the layout.
#[derive(Debug, Default)]
pub struct Matching {
    /// By index in the layout: indices in the grid.
    pub found: BTreeMap<usize, Vec<usize>>,
    /// Sheets that are none of the form's, with something on them.
    pub unknown: Vec<usize>,
    /// Sheets whose marker says one thing and whose questions say another.
    pub contradicting: Vec<usize>,
}

/// Matches by marker, keys and names; by the tab's name only where nothing else speaks.
pub fn match_sheets(layout: &FormLayout, grid: &Grid, names: &Names, indices: &[SheetIndex]) -> Matching {
    let pointed: Vec<BTreeMap<&str, usize>> =
        layout.sheets.iter().map(|sheet| names.sheets_of(sheet)).collect();
    let mut matching = Matching::default();
    for (at, (sheet, index)) in grid.sheets.iter().zip(indices).enumerate() {
        let by_marker = index.markers.first().map(|marker| marker.sheet.as_str());
        let most = |counts: Vec<usize>| {
            let best = counts.iter().copied().max().filter(|n| *n > 0)?;
            counts.iter().position(|n| *n == best)
        };
        let by_keys = most(layout.sheets.iter().map(|sheet| index.n_keys_of(sheet)).collect());
        let by_names = most(
            pointed.iter().map(|counts| counts.get(sheet.name.as_str()).copied().unwrap_or(0)).collect(),
        );
        let by_tab = layout.sheets.iter().position(|other| other.name == sheet.name);
        let marked = by_marker.and_then(|key| layout.sheets.iter().position(|s| s.key == key));
        // A sheet without questions is known by its marker alone.
        let is_plain = by_marker == Some(crate::layout::LISTS_KEY)
            || sheet.name == crate::layout::LISTS_SHEET
            || (marked.or(by_tab) == Some(0) && by_keys.is_none());
        if is_plain {
            continue;
        }
        let votes: Vec<usize> = [marked, by_keys, by_names].into_iter().flatten().collect();
        let chosen = votes
            .iter()
            .copied()
            .max_by_key(|vote| {
                (votes.iter().filter(|other| *other == vote).count(), std::cmp::Reverse(*vote))
            })
            .or(by_tab);
        match chosen {
            Some(chosen) => {
                if marked.is_some_and(|marked| marked != chosen) {
                    matching.contradicting.push(at);
                }
                matching.found.entry(chosen).or_default().push(at);
            }
            None if sheet.cells.is_empty() => {}
            None => matching.unknown.push(at),
        }
    }
    matching
}

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
) -> LocatedSheet {
    let sheet = &grid.sheets[at];
    let mut finder =
        Finder { sheet, names, index, located: LocatedSheet { sheet: at, ..LocatedSheet::default() } };
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
    header_row: Option<u32>,
    key_row: Option<u32>,
}

struct Finder<'a> {
    sheet: &'a Sheet,
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
        let header_row = block.header_row.and_then(|_| {
            most_common(named).or_else(|| {
                most_common(
                    block
                        .columns
                        .iter()
                        .flat_map(|column| self.index.label(&header_text(column)))
                        .map(|cell| cell.row)
                        .filter(|row| extent.contains(*row)),
                )
            })
        });
        let mut columns = Columns { at: BTreeMap::new(), header_row, key_row };
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
        if let NameVote::Elsewhere(sheet, to) = &votes.name
            && !filled(self, &found)
        {
            let trouble = Trouble::Moved { from: found, to: *to, sheet: Some(sheet.clone()) };
            self.trouble(block, row_key, column_key, trouble);
            return;
        }
        let key = (block.id.clone(), row.key.clone(), column.key.clone());
        self.located.known.insert(key, found);
    }

    fn open(&mut self, block: &Block, count: u32, columns: &Columns, extent: Extent) {
        let above = match (columns.key_row, columns.header_row) {
            (Some(key), Some(header)) => key.max(header),
            (Some(row), None) | (None, Some(row)) => row,
            (None, None) => {
                if !columns.at.is_empty() || !block.columns.is_empty() {
                    self.trouble(block, None, None, Trouble::Lost { deleted: false });
                }
                return;
            }
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
                blank += 1;
                if row >= first + count && blank > GAP {
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
