//! The bundle: a BagIt 1.0 bag (RFC 8493) in a zip with one top folder.
//!
//! Takes a list of entries, streams them out and digests what it writes. Decides names and
//! structure; knows nothing of how the documents were made.

mod contents;
mod figures;
mod names;
mod verify;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{Cursor, Read, Seek, Write};

use anyhow::{anyhow, ensure};

use crate::clearance::{Cleared, Outgoing};
use crate::container::{Packing, ZipSink, sniff};
use crate::dossier::Dossier;
use crate::exhibit::{ByteSource, Content};
use crate::inventory::{MediaType, sha256_hex, sha512_hex};
use crate::place::RelPath;
use crate::plan::Plan;

pub use contents::contents;
pub use figures::figures_json;
pub use names::{is_safe, on_windows, safe_component};
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
        bytes: u64,
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
        dossier: &Cleared<&Dossier>,
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
/// An input that cannot be read or is no longer what was digested at intake; a workbook of Excel's;
/// a target that cannot be written; a name that is not safe on Windows, or given twice there.
pub fn write<W: Write + Seek>(
    plan: &Cleared<BundlePlan>,
    source: &dyn ByteSource,
    out: W,
) -> anyhow::Result<BundleReport> {
    let mut zip = ZipSink::new(out);
    let mut payload = Vec::new();
    check_names(plan)?;
    for entry in &plan.entries {
        let bytes = read(entry, source)?;
        let kind = sniff(&bytes);
        refuse_workbook(entry, kind)?;
        put(&mut zip, plan, &format!("data/{}", entry.name), Packing::of(kind), &bytes)?;
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

fn read<'a>(entry: &'a BundleEntry, source: &dyn ByteSource) -> anyhow::Result<Cow<'a, [u8]>> {
    match &entry.source {
        EntrySource::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        EntrySource::Input { path, sha256, .. } => {
            // Told as text: an `io::Error` in the chain would be taken for one of the output's.
            let bytes = source.input(path).map_err(|error| anyhow!("無法讀取「{path}」：{error}"))?;
            ensure!(
                sha256_hex(&bytes) == *sha256,
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
