//! From an examination to finished documents: dossier, form, appendices; drafts, or what is delivered.
//!
//! Writes into a sink that puts everything in place at once or not at all. Decides nothing about
//! content; how it is packed and sent is `delivery`'s.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Seek, Write};

use jiff::civil::Date;

use crate::assembly::{self, Material};
use crate::assessment;
use crate::bundle::MadeFiles;
use crate::checks;
use crate::clearance::clear;
use crate::diagnostic::Diagnostics;
use crate::dossier::{Dossier, PageRange};
use crate::exhibit::{ByteSource, Content, Exhibit};
use crate::identity::{self, Released};
use crate::inventory::{InputFile, Inventory, Role, sha256_hex};
use crate::pdf;
use crate::place::RelPath;
use crate::plan::{ItemCode, Plan};
use crate::trace::Trace;
use crate::typeset::{self, Frames};

use super::delivery::{self, Delivery, Desk};
use super::official::{self, Made};
use super::{Examination, Settings, Surroundings, provenance, records, signing};

/// A file being written: seekable, because a zip is.
pub trait WriteSeek: Write + Seek {}
impl<T: Write + Seek> WriteSeek for T {}

/// Where outputs go. Nothing written here is visible until the run is put in place; what was written
/// can be read again in this run.
pub trait Sink: MadeFiles {
    /// Creates a file, by its path inside the output folder.
    fn create(&mut self, path: &str) -> io::Result<Box<dyn WriteSeek>>;
    /// Puts the bytes of a file created earlier under a second path too, at no cost where the disk can.
    fn link(&mut self, path: &str, also: &str) -> io::Result<()>;
    /// Takes a file created earlier in this run away again.
    fn remove(&mut self, path: &str) -> io::Result<()>;
    /// The size in bytes of a file created earlier in this run.
    fn size(&self, path: &str) -> io::Result<u64>;
}

/// Our form, where the agency's own goes in its place.
const UNSENT_FORM: &str = "內部/自評表-未附送.pdf";

/// What was made, for the summary.
#[derive(Debug, Clone, Default)]
pub struct Products {
    pub identity: String,
    /// Path inside the output folder, bytes.
    pub files: Vec<(String, u64)>,
    /// What goes in place of our form.
    pub official_note: Option<String>,
    pub n_form_pages: usize,
    pub n_appendix_pages: usize,
    pub n_appendices: usize,
    /// Finished documents in which links and page numbers could not be followed: they are too large.
    pub unfollowed: Vec<String>,
    /// `None`: drafts only.
    pub delivery: Option<Delivery>,
    pub recipient_known: bool,
}

/// Form and appendices as written.
#[derive(Debug, Clone)]
pub(super) struct Documents {
    /// Paths inside the output folder.
    pub form: String,
    pub appendices: String,
    /// The agency's own forms, which go in place of ours.
    pub official: Vec<Made>,
    /// The signed page that goes with the form.
    pub signed_page: Option<String>,
    pub n_form_pages: usize,
    pub n_appendix_pages: usize,
    pub ranges: Vec<PageRange>,
    /// Size of the appendices without their evidence.
    pub frame_bytes: u64,
}

/// The numbered whole; page numbers are still open.
pub fn dossier(examination: &Examination, settings: &Settings) -> Dossier {
    let accepted = checks::accept(&examination.diagnostics, settings.draft);
    with_material(examination, |material| assembly::assemble(&accepted, material))
}

/// Where everything a dossier prints came from.
pub fn trace(examination: &Examination, dossier: &Dossier) -> Trace {
    with_material(examination, |material| assembly::trace(material, dossier))
}

fn with_material<T>(examination: &Examination, then: impl FnOnce(&Material) -> T) -> T {
    then(&Material {
        plan: &examination.plan,
        submissions: &examination.submissions,
        secretariat: &examination.secretariat,
        figures: &examination.figures,
        last: examination.last.as_ref(),
        released: &examination.released,
        exhibits: &exhibits(examination),
        lock: examination.numbers.in_force.as_ref(),
        identity: examination.identity.clone(),
        prepared_on: prepared_on(examination),
    })
}

/// Typesets and packs. With blocking diagnostics, or when asked: drafts, no bundle, no mail.
pub fn produce(
    examination: &Examination,
    settings: &Settings,
    around: &Surroundings,
    source: &dyn ByteSource,
    sink: &mut dyn Sink,
) -> anyhow::Result<Products> {
    let mut dossier = dossier(examination, settings);
    let desk = Desk { examination, around, source };
    let (documents, delivery, unfollowed, mut files) = if dossier.draft {
        let documents = documents(&mut dossier, &desk, sink)?;
        let mut files = vec![documents.form.clone(), documents.appendices.clone()];
        files.extend(documents.official.iter().map(|made| made.path.clone()));
        (documents, None, Vec::new(), files)
    } else {
        let delivered = delivery::deliver(&mut dossier, &desk, sink)?;
        (delivered.documents, Some(delivered.delivery), delivered.unfollowed, delivered.files)
    };
    let twins =
        super::twin::write(&dossier, &documents.ranges, &examination.released, around.templates, sink)?;
    let for_the_house = |twin: &&str| twin.starts_with("內部/");
    files.extend(twins.into_iter().filter(|twin| !for_the_house(twin)).map(str::to_owned));
    write_records(&dossier, &documents.ranges, &desk, sink)?;
    let report = super::report(examination, &dossier, settings, around.templates)?;
    sink.create("內部/檢核報告.html")?.write_all(report.as_bytes())?;
    super::thumbnails::write(examination, &dossier, around, sink)?;
    Ok(Products {
        identity: dossier.identity.clone(),
        files: sized(files, sink)?,
        official_note: dossier.official_note(),
        n_form_pages: documents.n_form_pages,
        n_appendix_pages: documents.n_appendix_pages,
        n_appendices: dossier.n_bound(),
        unfollowed,
        delivery,
        recipient_known: examination.plan.recipient.email.is_some(),
    })
}

fn sized(files: Vec<String>, sink: &dyn Sink) -> io::Result<Vec<(String, u64)>> {
    files.into_iter().map(|name| sink.size(&name).map(|bytes| (name, bytes))).collect()
}

/// The undivided appendices, and the form with their pages. A draft's names can never be mistaken for
/// the real thing.
pub(super) fn documents(
    dossier: &mut Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
) -> anyhow::Result<Documents> {
    let mark = if dossier.draft { "草稿-" } else { "" };
    let appendices_name = format!("{mark}佐證資料.pdf");
    let form_name = match dossier.draft {
        false if official::stand_in(desk.examination) => UNSENT_FORM.to_owned(),
        _ => format!("{mark}自評表.pdf"),
    };
    let signed_page = if dossier.draft { None } else { signing::write(desk.examination, desk.source, sink)? };
    dossier.has_signed_page = signed_page.is_some();
    let frames = appendices(dossier, &appendices_name, desk, sink)?;
    assembly::paginate(dossier, &frames.ranges);
    let n_form_pages = form(dossier, &form_name, desk, sink)?;
    let official = official::write(dossier, desk, sink)?;
    Ok(Documents {
        form: form_name,
        official,
        appendices: appendices_name,
        signed_page,
        n_form_pages,
        n_appendix_pages: frames.n_pages,
        frame_bytes: frames.bytes(),
        ranges: frames.ranges,
    })
}

/// Typesets and binds the appendices of the volume that `dossier` names, or all.
pub(super) fn appendices(
    dossier: &Dossier,
    name: &str,
    desk: &Desk,
    sink: &mut dyn Sink,
) -> anyhow::Result<Frames> {
    desk.around.progress.phase("排版佐證資料", 0);
    let frames = typeset::appendices(
        &clear(dossier, &desk.examination.released)?,
        desk.around.templates,
        desk.around.fonts,
    )?;
    let mut out = BufWriter::new(sink.create(name)?);
    pdf::merge(&frames.parts, &frames.slots, &frames.contents, desk.source, &mut out)?;
    out.flush()?;
    Ok(frames)
}

/// Typesets the form and gives its number of pages.
pub(super) fn form(dossier: &Dossier, name: &str, desk: &Desk, sink: &mut dyn Sink) -> anyhow::Result<usize> {
    desk.around.progress.phase("排版自評表", 0);
    let form = typeset::form(
        &clear(dossier, &desk.examination.released)?,
        desk.around.templates,
        desk.around.fonts,
    )?;
    sink.create(name)?.write_all(&form.pdf)?;
    Ok(form.n_pages)
}

/// Evidence in binding order: by item, files by name as people count (2 before 10).
fn exhibits(examination: &Examination) -> BTreeMap<ItemCode, Vec<Exhibit>> {
    let mut exhibits = BTreeMap::new();
    for (task, item) in examination.plan.evidence() {
        let submission = examination.submissions.get(&task.unit);
        let caption = submission
            .and_then(|submission| submission.evidence.get(&item.code))
            .and_then(|answer| answer.caption.as_ref());
        let mut files: Vec<_> = examination.inventory.evidence(&item.code).collect();
        // Of two years assessed together the earlier one's evidence is bound first.
        files.sort_by_cached_key(|file| {
            let year = assessment::year_of(&examination.plan, &file.path);
            let (key, text) = natural_key(file.path.as_str());
            (year, key, text.to_owned())
        });
        let several = files.len() > 1;
        let bound: Vec<Exhibit> = files
            .into_iter()
            .map(|file| Exhibit {
                item: item.code.clone(),
                source: file.path.clone(),
                bytes: file.bytes,
                sha256: file.digests.sha256.clone(),
                caption: match caption {
                    Some(caption) if !several => {
                        let caption = identity::redact(&caption.value, &examination.released);
                        with_year(&examination.plan, &file.path, caption)
                    }
                    _ => {
                        let caption = caption_of(&file.path, &examination.released);
                        with_year(&examination.plan, &file.path, caption)
                    }
                },
                content: match (&file.unreadable, examination.preparations.get(&file.path)) {
                    (Some(reason), _) => Content::Unusable { reason: format!("無法讀取：{reason}") },
                    _ if checks::withholds(&examination.diagnostics, &file.path) => Content::Unusable {
                        reason: format!("含有個資，未予收錄{}", identity::REDACTED),
                    },
                    (None, Some(preparation)) => preparation.content.clone(),
                    (None, None) => Content::Unusable { reason: "未能整備".to_owned() },
                },
            })
            .collect();
        if !bound.is_empty() {
            exhibits.insert(item.code.clone(), bound);
        }
    }
    exhibits
}

/// A file's name without extension, underscores as blanks, personal identifiers cut out.
fn caption_of(path: &RelPath, released: &Released) -> String {
    let name = path.file_name();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    identity::redact(stem.replace('_', " ").trim(), released)
}

/// Of two years assessed together, a file's year stands before its caption.
fn with_year(plan: &Plan, path: &RelPath, caption: String) -> String {
    match assessment::year_of(plan, path) {
        Some(year) => format!("{}　{caption}", assessment::year_folder(year)),
        None => caption,
    }
}

/// Digit runs compare by value, everything else by character; ties by the text itself.
fn natural_key(text: &str) -> (Vec<(u64, char)>, &str) {
    let mut key = Vec::new();
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() && digits.len() < 18 {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            key.push((digits.parse().unwrap_or(u64::MAX), '0'));
            digits.clear();
        }
        key.push((0, c));
    }
    if !digits.is_empty() {
        key.push((digits.parse().unwrap_or(u64::MAX), '0'));
    }
    (key, text)
}

/// Eight hex digits over everything that was handed in and the plan: parts that bear the same
/// identity were made from the same inputs. A signed page is left out: it bears the identity itself. So are
/// locked numbers that are not heeded in this run.
pub(super) fn identity_of(plan: &Plan, inventory: &Inventory, renumber: bool) -> String {
    let mut text = format!("{}\n{}\n{}\n", env!("CARGO_PKG_VERSION"), plan.id, plan.version);
    let counts = |file: &&InputFile| match file.role {
        Role::SignedPage => false,
        Role::NumberLock => !renumber,
        _ => true,
    };
    for file in inventory.files.iter().filter(counts) {
        text.push_str(&format!("{} {}\n", file.digests.sha256, file.path));
    }
    sha256_hex(text.as_bytes())[..8].to_owned()
}

/// The day the form bears: never the clock's, or the same inputs would give other bytes tomorrow.
fn prepared_on(examination: &Examination) -> Date {
    let deadlines = &examination.plan.deadlines;
    match &examination.secretariat.prepared_on {
        Some(date) => date.value,
        None => deadlines.final_exact.unwrap_or(deadlines.final_default),
    }
}

fn write_records(
    dossier: &Dossier,
    ranges: &[PageRange],
    desk: &Desk,
    sink: &mut dyn Sink,
) -> anyhow::Result<()> {
    let examination = desk.examination;
    let trace = trace(examination, dossier);
    let fonts = typeset::font_uses(dossier, desk.around.fonts)?;
    let ledger = records::ledger(dossier, ranges, examination, &trace, &fonts);
    sink.create("內部/檔案總帳.csv")?.write_all(ledger.as_bytes())?;
    let sources = provenance::sources(&trace, ranges);
    sink.create("內部/資料來源.csv")?.write_all(sources.as_bytes())?;
    let unprinted = provenance::unprinted(&trace, dossier, &examination.inventory);
    sink.create("內部/未印出.csv")?.write_all(unprinted.as_bytes())?;
    let report = records::report(examination);
    sink.create("內部/檢核結果.txt")?.write_all(report.as_bytes())?;
    let accepted: Diagnostics = records::accepted(examination);
    if !accepted.is_empty() {
        sink.create("內部/例外核可.txt")?.write_all(records::exceptions(&accepted).as_bytes())?;
    }
    Ok(())
}
