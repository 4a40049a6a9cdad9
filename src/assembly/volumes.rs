//! Writes a division into the dossier: which entry is bound in which volume.
//!
//! Numbers of appendices stay what they are however the whole is divided. How large a volume may be
//! was decided by `bundle`; nothing here knows sizes.

use crate::dossier::{Dossier, VolumeLine};

/// Divides the appendices: `volumes` names one volume, from 1 and never falling, for every entry in
/// binding order. An empty list makes the dossier whole again.
pub fn divide(dossier: &mut Dossier, volumes: &[usize]) {
    let mut given = volumes.iter();
    for entry in dossier.appendices.iter_mut().flat_map(|appendix| &mut appendix.entries) {
        entry.volume = given.next().copied();
    }
    let n_volumes = volumes.last().copied().unwrap_or(0);
    dossier.volume = None;
    dossier.volumes = (1..=n_volumes).map(|number| line(dossier, number)).collect();
}

fn line(dossier: &Dossier, number: usize) -> VolumeLine {
    let held = dossier
        .appendices
        .iter()
        .filter(|appendix| appendix.entries.iter().any(|entry| entry.volume == Some(number)))
        .map(|appendix| appendix.number.clone());
    let held: Vec<String> = held.collect();
    VolumeLine { number, n_appendices: held.len(), first: held.first().cloned(), last: held.last().cloned() }
}
