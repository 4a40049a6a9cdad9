//! Whether several bundles are one whole: the volumes of the same set, each once, none missing.
//!
//! Goes by `Bag-Group-Identifier` and `Bag-Count` of bag-info.txt (RFC 8493 §2.2.2), which our writer
//! always gives. That each volume is sound in itself is `verify`'s affair.

use std::io::Cursor;

use crate::container::Package;

use super::verify::{BUNDLE_CAPS, Fault};

/// Which volume of which set a bundle says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeMark {
    /// Alike in all volumes: plan and identity.
    pub group: String,
    /// From 1.
    pub number: usize,
    pub of: usize,
}

/// Reads the mark; `None` when the bundle is no volume or cannot be read.
pub fn volume_mark(bytes: &[u8]) -> Option<VolumeMark> {
    let mut package = Package::open(Cursor::new(bytes), &BUNDLE_CAPS).ok()?;
    let top = package.entries().first()?.name.text.split('/').next()?.to_owned();
    let info = String::from_utf8(package.part(&format!("{top}/bag-info.txt")).ok()??).ok()?;
    let value = |key: &str| info.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    let (number, of) = value("Bag-Count")?.split_once(" of ")?;
    let mark = VolumeMark {
        group: value("Bag-Group-Identifier")?.to_owned(),
        number: number.parse().ok()?,
        of: of.parse().ok()?,
    };
    (1..=mark.of).contains(&mark.number).then_some(mark)
}

/// What is wrong with the set, given each bundle's name and mark.
pub fn check_set(bundles: &[(String, Option<VolumeMark>)]) -> Vec<Fault> {
    let fault = |name: &str, message: String| Fault { name: name.to_owned(), message };
    let mut faults = Vec::new();
    let mut marks: Vec<(&str, &VolumeMark)> = Vec::new();
    for (name, mark) in bundles {
        match mark {
            Some(mark) => marks.push((name, mark)),
            None => faults.push(fault(name, "不是分冊的陳報包，請單獨驗證".to_owned())),
        }
    }
    let Some((first_name, first)) = marks.first().copied() else { return faults };
    let (own, strangers): (Vec<_>, Vec<_>) =
        marks.iter().partition(|(_, mark)| mark.group == first.group && mark.of == first.of);
    for (name, mark) in strangers {
        let message = format!(
            "識別碼 {}（共 {} 冊）與「{first_name}」的 {}（共 {} 冊）不是同一批",
            mark.group, mark.of, first.group, first.of
        );
        faults.push(fault(name, message));
    }
    // Counted from what is there: a bundle may claim to be one of a billion.
    let mut seen: Vec<(usize, &str)> = own.iter().map(|(name, mark)| (mark.number, *name)).collect();
    seen.sort_unstable();
    for pair in seen.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        faults.push(fault(pair[1].1, format!("與「{}」同為第 {} 冊", pair[0].1, pair[0].0)));
    }
    seen.dedup_by_key(|(number, _)| *number);
    if seen.len() < first.of {
        let there: Vec<String> = seen.iter().map(|(number, _)| number.to_string()).collect();
        faults.push(fault("", format!("共 {} 冊，只有第 {} 冊", first.of, there.join("、"))));
    }
    faults
}
