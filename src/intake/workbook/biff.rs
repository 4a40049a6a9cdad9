//! The record stream of an .xls, walked before a parser sees it ([MS-XLS] 2.1.4).
//!
//! Finds what the parser would trip over or leave out, and draws the cells of each sheet together:
//! the parser lays a sheet out densely, and two cells in far corners would ask for half a
//! gigabyte. Decodes no values.

use std::collections::BTreeMap;

use super::gather::SHEETS;
use crate::grid::GridFailure;
use crate::place::CellRef;

/// Cells of all sheets once drawn together.
const DENSE_CELLS: u64 = 2_000_000;
/// Characters of all cells, shared strings counted for each cell anew: the parser copies them.
const CHARACTERS: u64 = 32 << 20;

const FORMULA: u16 = 0x0006;
const EOF: u16 = 0x000A;
const NAME: u16 = 0x0018;
const DATE_MODE: u16 = 0x0022;
const FILE_PASS: u16 = 0x002F;
const CONTINUE: u16 = 0x003C;
const CODE_PAGE: u16 = 0x0042;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00BD;
const RICH_STRING: u16 = 0x00D6;
const LABEL_SST: u16 = 0x00FD;
const SHARED_STRINGS: u16 = 0x00FC;
const SUP_BOOK: u16 = 0x01AE;
const DIMENSIONS: u16 = 0x0200;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const RK: u16 = 0x027E;
const BOF: u16 = 0x0809;
/// A number no record has: readers pass over it.
const NOTHING: u16 = 0xFFFE;

/// What a walk over the records tells.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub epoch_1904: bool,
    pub macro_sheets: bool,
    pub external_links: bool,
    /// For each defined name, in order, whether it belongs to one sheet only.
    pub scoped_names: Vec<bool>,
    /// For each listed sheet, in order, where its cells really stand.
    pub placements: Vec<Placement>,
}

/// The rows and columns of a sheet that hold cells, ascending. The n-th one has become the n-th
/// row or column of the sheet.
#[derive(Debug, Clone, Default)]
pub(super) struct Placement {
    rows: Vec<u16>,
    columns: Vec<u16>,
}

impl Placement {
    /// Where a cell that was drawn together really stands.
    pub fn original(&self, row: usize, column: usize) -> Option<CellRef> {
        Some(CellRef::new(u32::from(*self.rows.get(row)?), u32::from(*self.columns.get(column)?)))
    }
}

/// One record: where it begins, its number, where its body ends.
#[derive(Clone, Copy)]
struct Record {
    start: usize,
    kind: u16,
    length: usize,
}

impl Record {
    fn at(stream: &[u8], start: usize) -> Option<Record> {
        let kind = word(stream, start)?;
        let length = usize::from(word(stream, start + 2)?);
        (start + 4 + length <= stream.len()).then_some(Record { start, kind, length })
    }

    /// A 16-bit value at an offset of the body.
    fn word(self, stream: &[u8], offset: usize) -> Option<u16> {
        (offset + 2 <= self.length).then(|| word(stream, self.start + 4 + offset))?
    }

    /// Row, first and last column of a cell record.
    fn cells(self, stream: &[u8]) -> Option<(u16, u16, u16)> {
        let (row, first) = (self.word(stream, 0)?, self.word(stream, 2)?);
        match self.kind {
            // Six bytes a cell between the first column and the last ([MS-XLS] 2.4.175).
            MUL_RK => {
                let last = self.word(stream, self.length.checked_sub(2)?)?;
                let n_cells = usize::from(last.checked_sub(first)?) + 1;
                (self.length == 6 + 6 * n_cells).then_some((row, first, last))
            }
            FORMULA | NUMBER | LABEL | RICH_STRING | LABEL_SST | BOOL_ERR | RK => Some((row, first, first)),
            _ => None,
        }
    }
}

fn word(stream: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*stream.get(at)?, *stream.get(at + 1)?]))
}

fn put_word(stream: &mut [u8], at: usize, value: u16) {
    stream[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

/// Which rows and columns of one sheet's records hold cells.
struct Used {
    rows: Marks,
    columns: Marks,
}

/// One mark for each 16-bit number.
struct Marks(Vec<u64>);

impl Marks {
    fn new() -> Self {
        Marks(vec![0; 1 << 10])
    }

    fn set(&mut self, number: u16) {
        self.0[usize::from(number >> 6)] |= 1 << (number & 63);
    }

    /// The marked numbers, ascending.
    fn set_numbers(&self) -> Vec<u16> {
        (0..=u16::MAX).filter(|number| self.0[usize::from(number >> 6)] >> (number & 63) & 1 == 1).collect()
    }
}

/// Walks the stream, and changes it: claims of size are taken out and cells drawn together.
///
/// # Errors
/// Encrypted in whatever way, older than Excel 95, or sheets that stand nowhere.
pub(super) fn prepare(stream: &mut [u8]) -> Result<Survey, GridFailure> {
    let mut survey = Survey::default();
    let listed = survey_globals(stream, &mut survey)?;
    let strings = shared_lengths(stream);
    if listed.len() > SHEETS {
        return Err(GridFailure::TooLarge { detail: format!("超過 {SHEETS} 張工作表") });
    }
    let mut used: BTreeMap<usize, Used> =
        listed.iter().map(|start| (*start, Used { rows: Marks::new(), columns: Marks::new() })).collect();
    let mut found = 0usize;
    let mut n_characters = 0u64;
    let are_whole = walk_sheets(stream, &listed, |stream, sheet, record| {
        found += usize::from(record.start == sheet);
        if record.kind == LABEL_SST {
            let low = record.word(stream, 6).unwrap_or(0);
            let high = record.word(stream, 8).unwrap_or(0);
            let index = usize::from(high) << 16 | usize::from(low);
            n_characters += u64::from(strings.get(index).copied().unwrap_or(0));
        }
        if record.kind == DIMENSIONS {
            put_word(stream, record.start, NOTHING);
        }
        if let (Some((row, first, last)), Some(used)) = (record.cells(stream), used.get_mut(&sheet)) {
            used.rows.set(row);
            (first..=last).for_each(|column| used.columns.set(column));
        }
    });
    if !are_whole || found != listed.len() {
        return Err(GridFailure::Damaged { detail: "工作表的位置與內容不符".to_owned() });
    }
    let placements: BTreeMap<usize, Placement> = used
        .iter()
        .map(|(start, used)| {
            (*start, Placement { rows: used.rows.set_numbers(), columns: used.columns.set_numbers() })
        })
        .collect();
    drop((used, strings));
    if n_characters > CHARACTERS {
        return Err(GridFailure::TooLarge { detail: format!("文字共 {n_characters} 字") });
    }
    check_density(placements.values())?;
    walk_sheets(stream, &listed, |stream, sheet, record| {
        if let (Some(cells), Some(placement)) = (record.cells(stream), placements.get(&sheet)) {
            draw_together(stream, record, cells, placement);
        }
    });
    survey.placements =
        listed.iter().map(|start| placements.get(start).cloned().unwrap_or_default()).collect();
    Ok(survey)
}

/// The records before the first sheet; gives where each listed sheet begins.
fn survey_globals(stream: &mut [u8], survey: &mut Survey) -> Result<Vec<usize>, GridFailure> {
    let mut listed = Vec::new();
    let mut at = 0usize;
    while let Some(record) = Record::at(stream, at) {
        match record.kind {
            BOF if at == 0 && !matches!(record.word(stream, 0), Some(0x0500 | 0x0600)) => {
                return Err(GridFailure::UnsupportedFormat {
                    found: "Excel 4.0 或更早的活頁簿".to_owned()
                });
            }
            FILE_PASS => return Err(GridFailure::Password),
            DATE_MODE => survey.epoch_1904 |= record.word(stream, 0) == Some(1),
            // Some writers give Windows Latin-1 the number it had before Windows.
            CODE_PAGE if record.word(stream, 0) == Some(0x8001) => put_word(stream, at + 4, 1252),
            BOUND_SHEET => {
                let low = record.word(stream, 0).unwrap_or(0);
                let high = record.word(stream, 2).unwrap_or(0);
                listed.push(usize::from(high) << 16 | usize::from(low));
                survey.macro_sheets |= record.word(stream, 4).is_some_and(|kind| kind >> 8 == 1);
            }
            // A reference to this very file or to add-in functions is no link.
            SUP_BOOK => {
                let target = record.word(stream, 2);
                survey.external_links |= !matches!(target, Some(0x0401 | 0x3A01) | None);
            }
            NAME => survey.scoped_names.push(record.word(stream, 8).is_some_and(|sheet| sheet != 0)),
            EOF => break,
            _ => {}
        }
        at += 4 + record.length;
    }
    Ok(listed)
}

/// How many characters each shared string has ([MS-XLS] 2.4.265, 2.5.293).
fn shared_lengths(stream: &[u8]) -> Vec<u16> {
    let mut lengths = Vec::new();
    let mut at = 0usize;
    while let Some(record) = Record::at(stream, at) {
        match record.kind {
            SHARED_STRINGS => {
                let mut table = Spread::new(stream, record);
                table.skip(8);
                while let Some(length) = table.string() {
                    lengths.push(length);
                }
                return lengths;
            }
            EOF => return lengths,
            _ => at += 4 + record.length,
        }
    }
    lengths
}

/// A record's body that goes on in CONTINUE records, read from front to back.
struct Spread<'a> {
    stream: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Spread<'a> {
    fn new(stream: &'a [u8], record: Record) -> Self {
        let at = record.start + 4;
        Spread { stream, at, end: at + record.length }
    }

    /// Goes on to the next CONTINUE record.
    fn go_on(&mut self) -> Option<()> {
        let next = Record::at(self.stream, self.end).filter(|next| next.kind == CONTINUE)?;
        *self = Spread::new(self.stream, next);
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        while self.at == self.end {
            self.go_on()?;
        }
        self.at += 1;
        self.stream.get(self.at - 1).copied()
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut n_bytes: usize) -> Option<()> {
        while n_bytes > self.end - self.at {
            n_bytes -= self.end - self.at;
            self.go_on()?;
        }
        self.at += n_bytes;
        Some(())
    }

    /// Passes over a string and gives its length in characters.
    fn string(&mut self) -> Option<u16> {
        let length = self.word()?;
        let mut flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(self.word()?) } else { 0 };
        let phonetic = match flags & 4 != 0 {
            true => usize::from(self.word()?) | usize::from(self.word()?) << 16,
            false => 0,
        };
        let mut left = usize::from(length);
        loop {
            let width = usize::from(flags & 1) + 1;
            let here = left.min((self.end - self.at) / width);
            self.at += here * width;
            left -= here;
            if left == 0 {
                break;
            }
            // The rest begins with a width of its own.
            self.go_on()?;
            flags = self.byte()?;
        }
        self.skip(runs * 4 + phonetic)?;
        Some(length)
    }
}

/// Visits the records of each listed sheet, from its BOF on, leaving out what is nested in it (the
/// numbers of an embedded chart). `false` when a sheet begins before the one before it ends: read one
/// by one, each would be read through to the end of the file.
fn walk_sheets(stream: &mut [u8], listed: &[usize], mut visit: impl FnMut(&mut [u8], usize, Record)) -> bool {
    let mut starts = listed.to_vec();
    starts.sort_unstable();
    starts.dedup();
    let mut sheet = None;
    let mut depth = 0usize;
    let mut at = 0usize;
    while let Some(record) = Record::at(stream, at) {
        if starts.binary_search(&at).is_ok() && record.kind == BOF {
            if sheet.is_some() && depth > 0 {
                return false;
            }
            sheet = Some(at);
            depth = 0;
        }
        match record.kind {
            BOF => depth += 1,
            EOF => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let (Some(sheet), true) = (sheet, depth <= 1) {
            visit(stream, sheet, record);
        }
        at += 4 + record.length;
    }
    true
}

fn check_density<'a>(placements: impl Iterator<Item = &'a Placement>) -> Result<(), GridFailure> {
    let cells: u64 =
        placements.map(|placement| placement.rows.len() as u64 * placement.columns.len() as u64).sum();
    if cells > DENSE_CELLS {
        let detail = format!("工作表的儲存格散布過廣，共 {cells} 格，上限 {DENSE_CELLS} 格");
        return Err(GridFailure::TooLarge { detail });
    }
    Ok(())
}

/// Gives a cell record the ranks of its row and columns. Columns of one record are neighbours, so
/// their ranks are as well.
fn draw_together(
    stream: &mut [u8],
    record: Record,
    (row, first, last): (u16, u16, u16),
    placement: &Placement,
) {
    let rank = |set: &[u16], value: u16| set.binary_search(&value).map(|rank| rank as u16).unwrap_or(value);
    let body = record.start + 4;
    put_word(stream, body, rank(&placement.rows, row));
    put_word(stream, body + 2, rank(&placement.columns, first));
    if record.kind == MUL_RK {
        put_word(stream, body + record.length - 2, rank(&placement.columns, last));
    }
}
