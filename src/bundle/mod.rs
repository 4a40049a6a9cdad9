//! The bundle: a BagIt 1.0 bag (RFC 8493) in a zip with one top folder.
//!
//! Takes a list of entries, streams them out and digests what it writes. Decides names and
//! structure; knows nothing of how the documents were made.

mod contents;
mod figures;
mod names;
mod verify;

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek, Write};

use anyhow::Context;

use crate::container::{Packing, ZipSink, sniff};
use crate::dossier::Dossier;
use crate::exhibit::{ByteSource, Content};
use crate::inventory::sha512_hex;
use crate::place::RelPath;
use crate::plan::Plan;

pub use contents::contents;
pub use figures::figures_json;
pub use names::{is_safe, safe_component};
pub use verify::{Fault, Verdict, verify};

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
    /// An input file, with the digest taken at intake.
    Input {
        path: RelPath,
        sha256: String,
    },
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleReport {
    /// Payload name, bytes, SHA-512, in manifest order.
    pub payload: Vec<(String, u64, String)>,
}

impl BundlePlan {
    /// The form, the appendices, the figures, and the files that could not be bound.
    pub fn new(
        top_folder: String,
        plan: &Plan,
        dossier: &Dossier,
        form: Vec<u8>,
        appendices: Vec<u8>,
    ) -> Self {
        let mut entries = vec![
            BundleEntry::bytes("01-self-assessment-自評表.pdf", "自評表", form),
            BundleEntry::bytes("02-appendices-佐證資料.pdf", "佐證資料", appendices),
            BundleEntry::bytes("dossier.json", "自評表數據（機器可讀）", figures_json(dossier).into_bytes()),
        ];
        for appendix in &dossier.appendices {
            for entry in &appendix.entries {
                let (Some(name), Content::File { .. }) = (&entry.bundle_name, &entry.exhibit.content) else {
                    continue;
                };
                entries.push(BundleEntry {
                    name: format!("03-files/{name}"),
                    caption: format!("附件 {}　{}（{}）", entry.number, entry.caption, appendix.unit),
                    source: EntrySource::Input {
                        path: entry.exhibit.source.clone(),
                        sha256: entry.exhibit.sha256.clone(),
                    },
                });
            }
        }
        let contents = contents(dossier, &entries);
        entries.push(BundleEntry::bytes("00-contents-目錄.txt", "目錄", contents.into_bytes()));
        entries.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        BundlePlan { top_folder, entries, facts: facts(plan, dossier) }
    }
}

impl BundleEntry {
    fn bytes(name: &str, caption: &str, bytes: Vec<u8>) -> Self {
        BundleEntry { name: name.to_owned(), caption: caption.to_owned(), source: EntrySource::Bytes(bytes) }
    }
}

/// Reserved elements of bag-info.txt (RFC 8493 §2.2.2). Bagging-Date is the day the form bears, not
/// the clock's.
fn facts(plan: &Plan, dossier: &Dossier) -> Vec<(String, String)> {
    let fact = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut facts = vec![
        fact("Source-Organization", &plan.government.name),
        fact("External-Description", &format!("{}自評表及佐證資料", dossier.title)),
        fact("Bagging-Date", &dossier.prepared_on_iso),
        fact("External-Identifier", &format!("{}-{}", plan.id, dossier.identity)),
        fact("Bag-Software-Agent", concat!("huibian ", env!("CARGO_PKG_VERSION"))),
    ];
    if let Some(code) = &plan.government.code {
        facts.insert(1, fact("Organization-Code", code));
    }
    facts
}

/// Writes the bag. Payload first, tag files after, since manifests hold what was really written.
///
/// # Errors
/// An input that cannot be read or is no longer what was digested at intake; a target that cannot
/// be written; a name that is not safe on Windows.
pub fn write<W: Write + Seek>(
    plan: &BundlePlan,
    source: &dyn ByteSource,
    out: W,
) -> anyhow::Result<BundleReport> {
    let mut zip = ZipSink::new(out);
    let mut payload = Vec::new();
    for entry in &plan.entries {
        anyhow::ensure!(is_safe(&entry.name), "the name {} is not safe in a bundle", entry.name);
        let bytes = read(entry, source)?;
        let packing = Packing::of(sniff(&bytes));
        put(&mut zip, plan, &format!("data/{}", entry.name), packing, &bytes)?;
        payload.push((entry.name.clone(), bytes.len() as u64, sha512_hex(&bytes)));
    }
    let tag_files = tag_files(plan, &payload);
    for (name, text) in &tag_files {
        put(&mut zip, plan, name, Packing::Deflated, text.as_bytes())?;
    }
    let lines: String =
        tag_files.iter().map(|(name, text)| format!("{}  {name}\n", sha512_hex(text.as_bytes()))).collect();
    put(&mut zip, plan, "tagmanifest-sha512.txt", Packing::Deflated, lines.as_bytes())?;
    zip.finish()?;
    Ok(BundleReport { payload })
}

fn read<'a>(entry: &'a BundleEntry, source: &dyn ByteSource) -> anyhow::Result<Cow<'a, [u8]>> {
    match &entry.source {
        EntrySource::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        EntrySource::Input { path, sha256 } => {
            let bytes = source.input(path).with_context(|| format!("無法讀取「{path}」"))?;
            anyhow::ensure!(
                crate::inventory::sha256_hex(&bytes) == *sha256,
                "「{path}」在執行中被修改，請關閉正在編輯它的程式後再執行一次"
            );
            Ok(Cow::Owned(bytes))
        }
    }
}

fn put<W: Write + Seek>(
    zip: &mut ZipSink<W>,
    plan: &BundlePlan,
    name: &str,
    packing: Packing,
    bytes: &[u8],
) -> anyhow::Result<()> {
    let mut reader = Cursor::new(bytes);
    zip.entry(
        &format!("{}/{name}", plan.top_folder),
        packing,
        bytes.len() as u64,
        &mut reader as &mut dyn Read,
    )
}

/// bagit.txt, bag-info.txt and the payload manifest.
fn tag_files(plan: &BundlePlan, payload: &[(String, u64, String)]) -> Vec<(&'static str, String)> {
    let octets: u64 = payload.iter().map(|(_, bytes, _)| bytes).sum();
    let mut info: String = plan.facts.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
    info.push_str(&format!("Payload-Oxum: {octets}.{}\n", payload.len()));
    let manifest =
        payload.iter().map(|(name, _, digest)| format!("{digest}  data/{name}\n")).collect::<String>();
    vec![
        ("bag-info.txt", info),
        ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned()),
        ("manifest-sha512.txt", manifest),
    ]
}
