//! The bundle: a BagIt 1.0 bag (RFC 8493) in a zip with one top folder.
//!
//! Takes a list of entries, streams them out and digests what it writes. Decides names and
//! structure; knows nothing of how the documents were made.

mod contents;
mod division;
mod figures;
mod names;
mod received;
mod verify;
mod volumes;

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, Write};

use anyhow::{anyhow, ensure};

use crate::clearance::{Cleared, Outgoing};
use crate::container::{Package, Packing, ZipSink, sniff, sniff_reader};
use crate::dossier::Dossier;
use crate::exhibit::{ByteSource, Content, ReadSeek};
use crate::inventory::{MediaType, Sha512Reader, sha256_of, sha512_hex};
use crate::place::RelPath;
use crate::plan::Plan;

pub use contents::contents;
pub use division::{Indivisible, Room, Weight, divide};
pub use figures::figures_json;
pub use names::{is_safe, on_windows, safe_component};
pub use received::{receive, receive_figures};
pub use verify::{Fault, Verdict, verify};
pub use volumes::{VolumeMark, check_set, volume_mark};

/// Everything that goes into a bundle.
pub struct BundlePlan {
    /// The one top folder; the zip bears the same name.
    pub top_folder: String,
    /// In the order of their names' bytes.
    pub entries: Vec<BundleEntry>,
    /// Lines of bag-info.txt, in order.
    pub facts: Vec<(String, String)>,
}

/// A payload file.
pub struct BundleEntry {
    /// Path under `data/`.
    pub name: String,
    /// What it is, for the human table of contents.
    pub caption: String,
    pub source: EntrySource,
}

pub enum EntrySource {
    Bytes(Vec<u8>),
    /// A document that this run has made, of so many bytes; read in a stream.
    Made {
        path: String,
        bytes: u64,
    },
    /// An input file, with the digest taken at intake.
    Input {
        path: RelPath,
        bytes: u64,
        sha256: String,
    },
}

/// Takes a payload file out of a finished zip; `false` when it is not in there.
///
/// # Errors
/// The zip cannot be read, or `out` not be written.
pub fn take_out(zip: &mut dyn ReadSeek, name: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut package = Package::open(zip, &verify::BUNDLE_CAPS)?;
    let inside = format!("/data/{name}");
    let Some(at) = package.entries().iter().position(|entry| entry.name.text.ends_with(&inside)) else {
        return Ok(false);
    };
    io::copy(&mut package.stream(at)?, out)?;
    Ok(true)
}

/// Gives the documents this run has made.
pub trait MadeFiles {
    /// Opens a document by the path it was made under.
    fn open(&self, path: &str) -> io::Result<Box<dyn ReadSeek + '_>>;
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleReport {
    /// Payload name, bytes, SHA-512, in manifest order.
    pub payload: Vec<(String, u64, String)>,
}

impl BundlePlan {
    /// The documents made, the figures, and the files that could not be bound. When `dossier` names a
    /// volume: what belongs to that volume; the figures go with the form, into the first.
    pub fn new(top_folder: String, plan: &Plan, dossier: &Cleared<&Dossier>, made: Vec<BundleEntry>) -> Self {
        let mut entries = made;
        if dossier.volume.is_none_or(|volume| volume == 1) {
            let figures = figures_json(dossier).into_bytes();
            entries.push(BundleEntry::bytes("dossier.json", "自評表數據（機器可讀）", figures));
        }
        for appendix in &dossier.appendices {
            for entry in appendix.entries.iter().filter(|entry| dossier.holds(entry)) {
                let (Some(name), Content::File { .. }) = (&entry.bundle_name, &entry.exhibit.content) else {
                    continue;
                };
                entries.push(BundleEntry {
                    name: format!("03-files/{name}"),
                    caption: format!("附件 {}　{}（{}）", entry.number, entry.caption, appendix.unit),
                    source: EntrySource::Input {
                        path: entry.exhibit.source.clone(),
                        bytes: entry.exhibit.bytes,
                        sha256: entry.exhibit.sha256.clone(),
                    },
                });
            }
        }
        let in_order = |entries: &mut Vec<BundleEntry>| {
            entries.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        };
        in_order(&mut entries);
        let contents = contents(dossier, &entries);
        entries.push(BundleEntry::bytes("00-contents-目錄.txt", "目錄", contents.into_bytes()));
        in_order(&mut entries);
        BundlePlan { top_folder, entries, facts: facts(plan, dossier) }
    }
}

/// Names, captions, facts and lists. The documents are the dossier, which was cleared to come here;
/// files packed as they are were looked through when they came in.
impl Outgoing for BundlePlan {
    fn texts(&self) -> Vec<(String, String)> {
        let mut texts: Vec<(String, String)> = self.facts.clone();
        for entry in &self.entries {
            texts.push((entry.name.clone(), format!("{}\n{}", entry.name, entry.caption)));
            if let EntrySource::Bytes(bytes) = &entry.source
                && let Ok(text) = std::str::from_utf8(bytes)
            {
                texts.push((entry.name.clone(), text.to_owned()));
            }
        }
        texts
    }
}

impl BundleEntry {
    fn bytes(name: &str, caption: &str, bytes: Vec<u8>) -> Self {
        BundleEntry { name: name.to_owned(), caption: caption.to_owned(), source: EntrySource::Bytes(bytes) }
    }

    /// Size in bytes, before it is packed.
    pub fn size(&self) -> u64 {
        match &self.source {
            EntrySource::Bytes(bytes) => bytes.len() as u64,
            EntrySource::Made { bytes, .. } | EntrySource::Input { bytes, .. } => *bytes,
        }
    }
}

/// Reserved elements of bag-info.txt (RFC 8493 §2.2.2). Bagging-Date is the day the form bears, not
/// the clock's.
fn facts(plan: &Plan, dossier: &Dossier) -> Vec<(String, String)> {
    let fact = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let whole = format!("{}-{}", plan.id, dossier.identity);
    let identifier = match dossier.volume {
        Some(volume) => format!("{whole}-{volume}"),
        None => whole.clone(),
    };
    let mut facts = vec![
        fact("Source-Organization", &plan.government.name),
        fact("External-Description", &format!("{}自評表及佐證資料", dossier.title)),
        fact("Bagging-Date", &dossier.prepared_on_iso),
        fact("External-Identifier", &identifier),
        fact("Bag-Software-Agent", concat!("huibian ", env!("CARGO_PKG_VERSION"))),
    ];
    if let Some(code) = &plan.government.code {
        facts.insert(1, fact("Organization-Code", code));
    }
    if let Some(volume) = dossier.volume {
        facts.push(fact("Bag-Group-Identifier", &whole));
        facts.push(fact("Bag-Count", &format!("{volume} of {}", dossier.volumes.len())));
    }
    facts
}

/// Writes the bag. Payload first, tag files after, since manifests hold what was really written.
///
/// # Errors
/// An input that cannot be read or is no longer what was digested at intake; a workbook of Excel's;
/// a target that cannot be written; a name that is not safe on Windows, or given twice there.
pub fn write<W: Write + Seek>(
    plan: &Cleared<BundlePlan>,
    source: &dyn ByteSource,
    made: &dyn MadeFiles,
    out: W,
) -> anyhow::Result<BundleReport> {
    let mut zip = ZipSink::new(out);
    let mut payload = Vec::new();
    check_names(plan)?;
    for entry in &plan.entries {
        let name = format!("data/{}", entry.name);
        let digest = with_content(entry, source, made, &mut |kind, content| {
            refuse_workbook(entry, kind)?;
            put(&mut zip, plan, &name, Packing::of(kind), entry.size(), content)
        })?;
        payload.push((entry.name.clone(), entry.size(), digest));
    }
    let tag_files = tag_files(plan, &payload);
    let mut put_tag = |name: &str, text: &str| {
        put(&mut zip, plan, name, Packing::Deflated, text.len() as u64, &mut text.as_bytes()).map(|_| ())
    };
    for (name, text) in &tag_files {
        put_tag(name, text)?;
    }
    let lines: String =
        tag_files.iter().map(|(name, text)| format!("{}  {name}\n", sha512_hex(text.as_bytes()))).collect();
    put_tag("tagmanifest-sha512.txt", &lines)?;
    zip.finish()?;
    Ok(BundleReport { payload })
}

/// Writes one payload file as it stands in the bag, without the bag.
///
/// # Errors
/// As [`write`].
pub fn write_entry(
    entry: &BundleEntry,
    source: &dyn ByteSource,
    made: &dyn MadeFiles,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    with_content(entry, source, made, &mut |_, content| Ok(io::copy(content, out).map(|_| ())?))
}

/// Names were made safe by whoever planned the bundle; this is the last look before bytes leave.
fn check_names(plan: &BundlePlan) -> anyhow::Result<()> {
    let mut taken = BTreeSet::new();
    for entry in &plan.entries {
        let path = format!("{}/data/{}", plan.top_folder, entry.name);
        ensure!(is_safe(&path), "the name {path} is not safe in a bundle");
        ensure!(taken.insert(on_windows(&path)), "the name {path} is taken in the bundle");
    }
    Ok(())
}

/// Evidence refuses Excel's formats long before, with a diagnostic. Should one come through, no
/// bundle is better than one the receiver sends back (ODF and PDF only) and that may hold case rows.
fn refuse_workbook(entry: &BundleEntry, kind: MediaType) -> anyhow::Result<()> {
    let is_workbook = matches!(kind, MediaType::Xlsx | MediaType::Xlsb | MediaType::Xls);
    match &entry.source {
        EntrySource::Input { path, .. } if is_workbook => {
            Err(anyhow!("「{path}」是 Excel 檔，不得收錄於陳報包；請另存為 .ods 或 PDF 後替換"))
        }
        _ => Ok(()),
    }
}

/// Hands an entry's content, with its kind, to `take`, and gives what that gives.
fn with_content<T>(
    entry: &BundleEntry,
    source: &dyn ByteSource,
    made: &dyn MadeFiles,
    take: &mut dyn FnMut(MediaType, &mut dyn Read) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    match &entry.source {
        EntrySource::Bytes(bytes) => take(sniff(bytes), &mut bytes.as_slice()),
        EntrySource::Made { path, .. } => {
            let mut content = made.open(path)?;
            let kind = sniff_reader(&mut content)?;
            content.rewind()?;
            take(kind, &mut content)
        }
        EntrySource::Input { path, sha256, .. } => {
            // Told as text: an `io::Error` in the chain would be taken for one of the output's.
            let unreadable = |error: io::Error| anyhow!("無法讀取「{path}」：{error}");
            let mut content = source.open_input(path).map_err(unreadable)?;
            ensure!(
                sha256_of(&mut content).map_err(unreadable)? == *sha256,
                "「{path}」在執行中被修改，請關閉正在編輯它的程式後再執行一次"
            );
            let kind = sniff_reader(&mut content).map_err(unreadable)?;
            content.rewind().map_err(unreadable)?;
            take(kind, &mut content)
        }
    }
}

/// Streams a file of the bag into the zip and gives its SHA-512.
fn put<W: Write + Seek>(
    zip: &mut ZipSink<W>,
    plan: &BundlePlan,
    name: &str,
    packing: Packing,
    bytes: u64,
    content: &mut dyn Read,
) -> anyhow::Result<String> {
    let mut reader = Sha512Reader::new(content);
    zip.entry(&format!("{}/{name}", plan.top_folder), packing, bytes, &mut reader)?;
    Ok(reader.finish())
}

/// bagit.txt, bag-info.txt and the payload manifest.
fn tag_files(plan: &BundlePlan, payload: &[(String, u64, String)]) -> Vec<(&'static str, String)> {
    let octets: u64 = payload.iter().map(|(_, bytes, _)| bytes).sum();
    let mut info: String =
        plan.facts.iter().map(|(key, value)| format!("{key}: {}\n", contents::one_line(value))).collect();
    info.push_str(&format!("Payload-Oxum: {octets}.{}\n", payload.len()));
    let manifest =
        payload.iter().map(|(name, _, digest)| format!("{digest}  data/{name}\n")).collect::<String>();
    vec![
        ("bag-info.txt", info),
        ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned()),
        ("manifest-sha512.txt", manifest),
    ]
}
