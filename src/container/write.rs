//! Zip files written the same way every time: fixed time, mode, level and origin; order is the
//! caller's.
//!
//! Entries are streamed to a seekable file, so that no data descriptors remain: several readers
//! in use (SheetJS, Java's streaming one) refuse stored entries that have them.

use std::io::{Cursor, Read, Seek, Write};

use anyhow::{Context, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use crate::inventory::MediaType;

/// Fixed: the bytes of a bundle depend on it.
const DEFLATE_LEVEL: i64 = 6;

/// How an entry is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Stored,
    Deflated,
}

impl Packing {
    /// Stored for kinds that are compressed already: a second time gains nothing, and what is
    /// stored can be recovered from a damaged archive.
    pub fn of(kind: MediaType) -> Self {
        match kind {
            MediaType::Empty
            | MediaType::Html
            | MediaType::Text
            | MediaType::Bmp
            | MediaType::Tiff
            | MediaType::Xls
            | MediaType::Cfb
            | MediaType::Unknown => Packing::Deflated,
            _ => Packing::Stored,
        }
    }
}

/// A zip being written. After any error the target is worthless and must be thrown away.
pub struct ZipSink<W: Write + Seek> {
    writer: ZipWriter<W>,
    broken: bool,
}

impl<W: Write + Seek> ZipSink<W> {
    pub fn new(target: W) -> Self {
        ZipSink { writer: ZipWriter::new(target), broken: false }
    }

    /// Streams one entry of exactly `bytes` bytes.
    ///
    /// # Errors
    /// A name used before, a source of another length (the file changed meanwhile), or the target
    /// cannot be written. Every later call fails too: the zip crate would drop the entry and
    /// finish without a word.
    pub fn entry(
        &mut self,
        name: &str,
        packing: Packing,
        bytes: u64,
        source: &mut dyn Read,
    ) -> anyhow::Result<()> {
        ensure!(!self.broken, "the archive failed before");
        self.broken = true;
        self.writer
            .start_file(name, options(packing, bytes))
            .with_context(|| format!("cannot start the entry {name}"))?;
        let copied = std::io::copy(&mut source.take(bytes.saturating_add(1)), &mut self.writer)
            .with_context(|| format!("cannot write the entry {name}"))?;
        ensure!(copied == bytes, "{name} was said to have {bytes} bytes but gave {copied}");
        self.broken = false;
        Ok(())
    }

    /// Writes the central directory and gives the target back.
    pub fn finish(self) -> anyhow::Result<W> {
        ensure!(!self.broken, "the archive failed before");
        Ok(self.writer.finish()?)
    }
}

fn options(packing: Packing, bytes: u64) -> SimpleFileOptions {
    let options = SimpleFileOptions::default()
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
        .system(System::Unix)
        // Deflate may grow what cannot be packed: leave room below 4 GiB.
        .large_file(bytes >= 0xFF00_0000);
    match packing {
        Packing::Stored => options.compression_method(CompressionMethod::Stored),
        Packing::Deflated => {
            options.compression_method(CompressionMethod::Deflated).compression_level(Some(DEFLATE_LEVEL))
        }
    }
}

/// Packs a small archive of our own making again, entry by entry in its order, so that no data
/// descriptors remain and equal content gives equal bytes.
///
/// # Errors
/// `bytes` is not a readable zip.
pub fn rewrite(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).context("cannot read the archive")?;
    let mut sink = ZipSink::new(Cursor::new(Vec::with_capacity(bytes.len())));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        let name = file.name()?.into_owned();
        let packing = packing_of_part(&name);
        let size = file.size();
        sink.entry(&name, packing, size, &mut file)?;
    }
    Ok(sink.finish()?.into_inner())
}

/// Stored for pictures that are compressed already.
pub(super) fn packing_of_part(name: &str) -> Packing {
    let name = name.to_ascii_lowercase();
    let is_packed = [".png", ".jpg", ".jpeg", ".gif"].iter().any(|extension| name.ends_with(extension));
    if is_packed { Packing::Stored } else { Packing::Deflated }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptors(bytes: &[u8]) -> usize {
        // Bit 3 of the flags in every local header (APPNOTE 4.3.7).
        bytes.windows(8).filter(|header| header.starts_with(b"PK\x03\x04") && header[6] & 0b1000 != 0).count()
    }

    fn two_entries() -> Vec<u8> {
        let mut sink = ZipSink::new(Cursor::new(Vec::new()));
        for (name, packing) in [("目錄.txt", Packing::Deflated), ("a.pdf", Packing::Stored)] {
            sink.entry(name, packing, 5, &mut &b"hello"[..]).expect("written to memory");
        }
        sink.finish().expect("written to memory").into_inner()
    }

    #[test]
    fn the_same_entries_give_the_same_bytes() {
        let bytes = two_entries();
        assert_eq!(bytes, two_entries());
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).expect("a zip");
        let file = archive.by_index(0).expect("first entry");
        assert_eq!(file.name().expect("utf-8"), "目錄.txt");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o644));
        assert_eq!(file.last_modified(), Some(DateTime::DEFAULT));
    }

    #[test]
    fn a_source_of_another_length_spoils_the_archive() {
        for said in [4, 6] {
            let mut sink = ZipSink::new(Cursor::new(Vec::new()));
            assert!(sink.entry("a", Packing::Stored, said, &mut &b"hello"[..]).is_err());
            assert!(sink.entry("b", Packing::Stored, 5, &mut &b"hello"[..]).is_err());
            assert!(sink.finish().is_err());
        }
    }

    #[test]
    fn rewriting_removes_data_descriptors_and_is_stable() {
        let mut streamed = ZipWriter::new_stream(Vec::new());
        streamed.start_file("xl/工作表.xml", SimpleFileOptions::default()).expect("started");
        streamed.write_all(&[b'x'; 5000]).expect("written");
        let streamed = streamed.finish().expect("finished").into_inner();
        assert_eq!(descriptors(&streamed), 1);
        let once = rewrite(&streamed).expect("rewritten");
        assert_eq!(descriptors(&once), 0);
        assert_eq!(rewrite(&once).expect("rewritten"), once);
        let mut archive = ZipArchive::new(Cursor::new(&once)).expect("a zip");
        let mut content = Vec::new();
        archive.by_name("xl/工作表.xml").expect("kept").read_to_end(&mut content).expect("read");
        assert_eq!(content, [b'x'; 5000]);
    }
}
