//! Workbook bytes to a grid of cells, behind guards.
//!
//! What a file is, is told by its content. Limits are held against what a file declares before
//! anything is inflated or reserved; a bad cell or sheet costs itself and a remark. Knows nothing
//! of plans or forms.

mod biff;
mod dates;
mod foreign;
mod gather;
mod names;
mod ods;
mod rules;
mod sheet;
mod text;
mod xls;
mod xlsx;

use std::io::Cursor;

use crate::container::{Compound, Package, PackageFault, WORKBOOK_CAPS, decode_part, sniff};
use crate::grid::{Grid, GridFailure};
use crate::inventory::MediaType;
use crate::xml::{Node, Xml};

pub use rules::{
    RULES, WORKBOOK_CELL_UNREADABLE, WORKBOOK_DAMAGED, WORKBOOK_EMPTY, WORKBOOK_EXTERNAL_LINKS,
    WORKBOOK_FORMAT_UNSUPPORTED, WORKBOOK_MACROS, WORKBOOK_NOT_A_WORKBOOK, WORKBOOK_PASSWORD,
    WORKBOOK_SHEET_UNREADABLE, WORKBOOK_TOO_LARGE, WORKBOOK_TOO_MANY_CELLS, failure_diagnostic,
    remark_diagnostics,
};

/// Reads .xlsx, .xlsm (values only), .ods and .xls. Never panics; memory stays within a small
/// multiple of the limits, whatever the bytes claim.
///
/// # Errors
/// The file is no workbook, or one that cannot be read at all; what is wrong with single cells and
/// sheets stands in the grid's remarks.
pub fn read_workbook(bytes: &[u8]) -> Result<Grid, GridFailure> {
    let length = bytes.len() as u64;
    if length > WORKBOOK_CAPS.file {
        let excess = crate::container::Excess::File { bytes: length, cap: WORKBOOK_CAPS.file };
        return Err(GridFailure::TooLarge { detail: excess.to_string() });
    }
    match sniff(bytes) {
        MediaType::Empty => Err(GridFailure::Empty),
        MediaType::Xlsx => xlsx::read(&mut open(bytes)?),
        MediaType::Ods => ods::read(&mut open(bytes)?),
        MediaType::Xls => match Compound::open(bytes) {
            Ok(file) => xls::read(&file),
            Err(fault) => Err(GridFailure::Damaged { detail: fault.to_string() }),
        },
        MediaType::Zip => {
            open(bytes)?;
            Err(foreign::failure(MediaType::Zip, bytes))
        }
        kind => Err(foreign::failure(kind, bytes)),
    }
}

fn open(bytes: &[u8]) -> Result<Package<Cursor<&[u8]>>, GridFailure> {
    Package::open(Cursor::new(bytes), &WORKBOOK_CAPS).map_err(package_failure)
}

fn package_failure(fault: PackageFault) -> GridFailure {
    match fault {
        PackageFault::TooLarge(excess) => GridFailure::TooLarge { detail: excess.to_string() },
        PackageFault::Encrypted(_) => GridFailure::Password,
        PackageFault::NotAZip => GridFailure::Damaged { detail: "壓縮結構不完整".to_owned() },
        PackageFault::Damaged(detail) => GridFailure::Damaged { detail },
    }
}

/// A part as text, in whatever encoding it is stored; `None` when there is none.
fn optional_part(package: &mut Package<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, GridFailure> {
    Ok(package.part(name).map_err(package_failure)?.map(decode_part))
}

/// `dc:description` of document properties; a fault in them costs only itself.
fn description(properties: &str) -> Option<String> {
    let mut xml = Xml::new(properties);
    while let Ok(Some(node)) = xml.next() {
        if let Node::Open(tag) = node
            && tag.local() == "description"
        {
            return text::clean(&text::unescape(&xml.text(gather::CELL_BYTES).ok()?));
        }
    }
    None
}
