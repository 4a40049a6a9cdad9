//! The job of repairing cells in a copy, which is read again before it is handed on.
//!
//! What the copy says must be what the original says but for the repaired cells. A cell that reads otherwise
//! than promised (a number in a cell shown as a date) is left as it was; anything else costs the copy.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::exhibit::Handle;
use crate::grid::{Cell, Grid};
use crate::intake::workbook;
use crate::markup::{self, Unmarkable};
use crate::place::CellRef;
use crate::repair::CellRepair;

use super::{Failure, Job, Outcome, bytes_of, write_prepared};

/// A copy with cells repaired, and what was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repaired {
    /// `None`: nothing could be repaired.
    pub copy: Option<Handle>,
    pub left: Vec<Left>,
}

/// A cell that was not repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub sheet: String,
    pub cell: CellRef,
    /// As told to users.
    pub why: String,
}

pub(super) fn repair(job: &Job, repairs: &[CellRepair], folder: &Path) -> Result<Outcome, Failure> {
    let bytes = bytes_of(job)?;
    Ok(match repaired(&bytes, repairs) {
        Ok((None, left)) => Outcome::Repaired(Repaired { copy: None, left }),
        Ok((Some(copy), left)) => {
            let handle = Handle(format!("{}-repaired", job.sha256));
            write_prepared(folder, &handle, &copy).map_err(|error| Failure::NoRoom(error.to_string()))?;
            Outcome::Repaired(Repaired { copy: Some(handle), left })
        }
        Err(Unmarkable(why)) => Outcome::Unmarkable(why),
    })
}

fn repaired(bytes: &[u8], repairs: &[CellRepair]) -> Result<(Option<Vec<u8>>, Vec<Left>), Unmarkable> {
    let before = grid_of(bytes)?;
    let (mut wanted, unfit): (Vec<&CellRepair>, Vec<&CellRepair>) =
        repairs.iter().partition(|repair| cell(&before, repair).is_some_and(|cell| repair.repair.fits(cell)));
    let mut left: Vec<Left> = unfit.into_iter().map(|repair| Left::of(repair, "原內容已不同")).collect();
    while !wanted.is_empty() {
        let made: Vec<CellRepair> = wanted.iter().map(|repair| (*repair).clone()).collect();
        let copy = markup::repair(bytes, &made)?;
        let after = grid_of(&copy)?;
        let (kept, odd): (Vec<&CellRepair>, Vec<&CellRepair>) =
            wanted.iter().partition(|repair| cell(&after, repair) == Some(&repair.repair.new.cell()));
        if odd.is_empty() {
            return match after == promised(before, &made) {
                true => Ok((Some(copy), left)),
                false => Err(Unmarkable("修正後的檔案與原檔不只差在修正之處".to_owned())),
            };
        }
        left.extend(odd.into_iter().map(|repair| Left::of(repair, "儲存格的格式會改變內容，請人工修改")));
        wanted = kept;
    }
    Ok((None, left))
}

fn grid_of(bytes: &[u8]) -> Result<Grid, Unmarkable> {
    workbook::read_workbook(bytes).map_err(|_| Unmarkable("檔案無法解讀".to_owned()))
}

fn cell<'g>(grid: &'g Grid, repair: &CellRepair) -> Option<&'g Cell> {
    grid.sheets.iter().find(|sheet| sheet.name == repair.sheet)?.cells.get(&repair.cell)
}

/// The workbook as it would be read with the repairs in it.
fn promised(mut grid: Grid, repairs: &[CellRepair]) -> Grid {
    for CellRepair { sheet, cell, repair } in repairs {
        if let Some(sheet) = grid.sheets.iter_mut().find(|known| known.name == *sheet) {
            sheet.cells.insert(*cell, repair.new.cell());
        }
    }
    grid
}

impl Left {
    fn of(repair: &CellRepair, why: &str) -> Self {
        Left { sheet: repair.sheet.clone(), cell: repair.cell, why: why.to_owned() }
    }
}
