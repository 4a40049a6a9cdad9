//! A zip package written again with some of its parts changed; the others keep their bytes and order.
//!
//! Knows names and bytes, nothing of what the parts mean.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};

use anyhow::Context;

use super::package::Package;
use super::write::{Packing, ZipSink, packing_of_part};

/// Writes all parts of `package`, those named in `changed` with their new bytes; new ones follow at the
/// end. Folders are left out, and of two entries of one name the first is taken, as in reading.
///
/// # Errors
/// A part that cannot be read, or two parts whose names a zip cannot tell apart.
pub fn repack<R: Read + Seek>(
    package: &mut Package<R>,
    changed: &BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<Vec<u8>> {
    let mut sink = ZipSink::new(Cursor::new(Vec::new()));
    let mut pending: BTreeMap<&str, &[u8]> =
        changed.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let names: Vec<String> = package
        .entries()
        .iter()
        .filter(|entry| !entry.folder)
        .map(|entry| entry.name.text.trim_start_matches('/').to_owned())
        .collect();
    let mut written = std::collections::BTreeSet::new();
    for name in &names {
        if !written.insert(name.to_lowercase()) {
            continue;
        }
        let bytes = match pending.remove(name.as_str()) {
            Some(bytes) => bytes.to_vec(),
            None => package.part(name)?.with_context(|| format!("the part {name} is gone"))?,
        };
        put(&mut sink, name, &bytes)?;
    }
    for (name, bytes) in pending {
        put(&mut sink, name, bytes)?;
    }
    Ok(sink.finish()?.into_inner())
}

fn put(sink: &mut ZipSink<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    // OpenDocument wants its kind readable at a fixed place (ODF 1.3 part 2 §3.3).
    let packing = if name == "mimetype" { Packing::Stored } else { packing_of_part(name) };
    sink.entry(name, packing, bytes.len() as u64, &mut &bytes[..])
}
