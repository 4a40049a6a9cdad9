//! Which sheet of a workbook is which sheet of a form: markers, hidden keys and defined names.
//!
//! Also how labels are compared and names looked up. Knows layouts and grids, nothing of answers.

use std::collections::BTreeMap;

use crate::corrections;
use crate::grid::{Cell, Grid, Sheet};
use crate::layout::{FormLayout, Marker, NAME_PREFIX, SheetLayout, is_key};
use crate::place::CellRef;

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

    /// Whether another name of the form points at a cell.
    pub fn is_taken(&self, by_other_than: &str, sheet: &str, cell: CellRef) -> bool {
        let own = by_other_than.to_lowercase();
        self.0
            .iter()
            .filter(|(name, _)| name.starts_with(NAME_PREFIX) && **name != own)
            .any(|(_, targets)| targets.iter().flatten().any(|(on, at)| on == sheet && *at == cell))
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
    pub last_row: u32,
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

    pub fn key(&self, key: &str) -> &[CellRef] {
        self.keys.get(key).map_or(&[], Vec::as_slice)
    }

    pub fn label(&self, label: &str) -> &[CellRef] {
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
        // A sheet without questions is known by its marker alone; a list of ours asks nothing.
        let is_plain = by_marker == Some(crate::layout::LISTS_KEY)
            || sheet.name == crate::layout::LISTS_SHEET
            || sheet.name == corrections::SHEET
            || !index.label(corrections::SHEET_MARK).is_empty()
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
