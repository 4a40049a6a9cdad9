//! The lock on appendices' numbers: read for every run, written anew on request.
//!
//! Gives no number out; that is `assembly`'s. Puts nothing on the disk.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::inventory::{Inventory, LeftOut, Role, sha256_hex};
use crate::numbers::{self, LOCK_FILE, MAX_LOCK_BYTES, NUMBERS_LOCK_UNREADABLE, NumberLock, Renumbered};
use crate::place::{Place, RelPath};
use crate::plan::Plan;
use crate::worker::Failure;

use super::{Examination, Settings, Surroundings, products, reading};

/// Numbers that were circulated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Kept in this run; none when nothing is locked, or when the lock cannot be believed.
    pub in_force: Option<NumberLock>,
    /// The lock that this run was told not to heed.
    pub set_aside: Option<NumberLock>,
}

/// The workspace's lock.
pub(super) fn read(
    plan: &Plan,
    inventory: &Inventory,
    settings: &Settings,
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Numbers> {
    let path = RelPath::new(LOCK_FILE);
    let Some(file) = inventory.get(&path).filter(|file| file.unreadable.is_none()) else {
        return Ok(Numbers::default());
    };
    let unreadable = |message: &str, hint: &str| {
        Diagnostic::new(&NUMBERS_LOCK_UNREADABLE, Place::file(&path), message).hint(hint)
    };
    match file.role {
        Role::NumberLock if file.bytes > MAX_LOCK_BYTES => {
            diagnostics.push(unreadable("檔案過大，不是附件編號鎖定檔", "請還原備份，或將它移走"));
            return Ok(Numbers::default());
        }
        Role::NumberLock => {}
        Role::LeftOut(LeftOut::Link) => {
            diagnostics
                .push(unreadable("這是捷徑（連結），已鎖定的編號讀不到", "請把檔案本身複製到工作資料夾"));
            return Ok(Numbers::default());
        }
        _ => return Ok(Numbers::default()),
    }
    let bytes = around.workspace.number_lock()?;
    if sha256_hex(&bytes) != file.digests.sha256 {
        diagnostics.push(reading::failure_diagnostic(&Failure::Changed, &path));
        return Ok(Numbers::default());
    }
    let (lock, found) = numbers::read(&String::from_utf8_lossy(&bytes), plan);
    // Of a lock that is not heeded only what keeps it from being compared matters.
    if lock.is_none() || !settings.renumber {
        diagnostics.extend(found);
    }
    Ok(match settings.renumber {
        true => Numbers { in_force: None, set_aside: lock },
        false => Numbers { in_force: lock, set_aside: None },
    })
}

/// The numbers as this run gives them, to be locked from now on.
pub fn lock(examination: &Examination, settings: &Settings) -> NumberLock {
    let dossier = products::dossier(examination, settings);
    NumberLock::of(&examination.plan, &dossier, examination.numbers.in_force.as_ref())
}

/// What this run changes of the numbers it was told not to heed.
pub fn renumbered(examination: &Examination, settings: &Settings) -> Vec<Renumbered> {
    let before = examination.numbers.set_aside.as_ref();
    before.map_or_else(Vec::new, |before| before.changes(&lock(examination, settings)))
}
