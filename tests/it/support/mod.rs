//! Scaffolding shared by tests: a small plan, fillings, and workbooks read as users' are.

#[path = "../../sample/answers.rs"]
pub mod answers;
pub mod fonts;
pub mod papers;
pub mod plans;
pub mod scene;
pub mod workspace;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use huibian::clearance::{Cleared, clear};
use huibian::dossier::Dossier;
use huibian::grid::Grid;
use huibian::identity::Released;
use huibian::intake::workbook::read_workbook;

/// The grid of a workbook we wrote ourselves.
pub fn grid(bytes: &[u8]) -> Grid {
    match read_workbook(bytes) {
        Ok(grid) => grid,
        Err(failure) => panic!("our own workbook cannot be read: {failure:?}"),
    }
}

/// A dossier of the tests' own that the privacy gate lets out.
pub fn cleared(dossier: &Dossier) -> Cleared<&Dossier> {
    clear(dossier, &Released::default()).unwrap()
}

/// The parts of a zip by name.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}
