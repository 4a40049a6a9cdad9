//! A converter that remembers: a document whose PDF was made in an earlier run is not converted again.
//!
//! Stands before the real one, as `remembering` stands before the workers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::office::{Converter, Document, Refused};

use super::{Cache, Entry};

/// Looks into the cache first and leaves the rest to another converter.
pub struct RememberingConverter<'a> {
    converter: Box<dyn Converter + 'a>,
    cache: Arc<Cache>,
    name: OnceLock<String>,
}

impl<'a> RememberingConverter<'a> {
    pub fn new(converter: Box<dyn Converter + 'a>, cache: Arc<Cache>) -> Self {
        RememberingConverter { converter, cache, name: OnceLock::new() }
    }

    /// The program is started only to say its version when this copy of it never said it before.
    fn named(&self) -> String {
        let Some(copy) = self.converter.copy() else { return self.converter.name().to_owned() };
        let key = format!("name of {copy}");
        if let Some(entry) = self.cache.get(&key) {
            return entry.note;
        }
        let name = self.converter.name().to_owned();
        self.cache.remember(&key, name.clone(), Vec::new());
        name
    }
}

impl Converter for RememberingConverter<'_> {
    fn name(&self) -> &str {
        self.name.get_or_init(|| self.named())
    }

    fn convert(
        &self,
        documents: &[Document],
        folder: &Path,
        done: &dyn Fn(),
    ) -> io::Result<Vec<Result<PathBuf, Refused>>> {
        let known: Vec<Option<PathBuf>> = documents.iter().map(|one| self.known(one, folder)).collect();
        known.iter().flatten().for_each(|_| done());
        let left: Vec<Document> = documents
            .iter()
            .zip(&known)
            .filter(|(_, known)| known.is_none())
            .map(|(document, _)| document.clone())
            .collect();
        let outcomes =
            if left.is_empty() { Vec::new() } else { self.converter.convert(&left, folder, done)? };
        for (document, outcome) in left.iter().zip(&outcomes) {
            if let Ok(pdf) = outcome {
                self.cache.remember(&self.key(document), String::new(), vec![pdf.clone()]);
            }
        }
        let mut outcomes = outcomes.into_iter();
        // One outcome a document: that is what converters promise.
        Ok(known.into_iter().filter_map(|known| known.map(Ok).or_else(|| outcomes.next())).collect())
    }
}

impl RememberingConverter<'_> {
    fn known(&self, document: &Document, folder: &Path) -> Option<PathBuf> {
        let Entry { files, .. } = self.cache.get(&self.key(document))?;
        let (name, bytes) = files.into_iter().next()?;
        let pdf = folder.join(document.pdf_name());
        (name == document.pdf_name()).then_some(())?;
        fs::write(&pdf, bytes).ok()?;
        Some(pdf)
    }

    /// Another version lays pages out otherwise.
    fn key(&self, document: &Document) -> String {
        format!("{} {} {}", self.name(), document.extension, document.sha256)
    }
}
