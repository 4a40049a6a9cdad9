//! From an examination to finished files: dossier, PDFs, bundle, mail.
//!
//! Writes into a sink that puts everything in place at once or not at all. Decides nothing about
//! content.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Seek, Write};

use jiff::civil::Date;

use crate::assembly::{self, Material};
use crate::bundle::{self, BundlePlan};
use crate::checks;
use crate::clearance::clear;
use crate::diagnostic::Diagnostics;
use crate::dossier::{Dossier, PageRange};
use crate::exhibit::{ByteSource, Content, Exhibit};
use crate::identity::{self, Released};
use crate::inventory::{Inventory, sha256_hex};
use crate::letters::{self, MailView};
use crate::pdf;
use crate::place::RelPath;
use crate::plan::{ItemCode, Plan};
use crate::trace::Trace;
use crate::typeset;

use super::{Examination, Settings, Surroundings, provenance, records};

/// A file being written: seekable, because a zip is.
pub trait WriteSeek: Write + Seek {}
impl<T: Write + Seek> WriteSeek for T {}

/// Where outputs go. Nothing written here is visible until the run is put in place.
pub trait Sink {
    /// Creates a file, by its path inside the output folder.
    fn create(&mut self, path: &str) -> io::Result<Box<dyn WriteSeek + '_>>;
    /// The bytes of a file created earlier in this run.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
    /// The size in bytes of a file created earlier in this run.
    fn size(&self, path: &str) -> io::Result<u64>;
}

/// What was made, for the summary.
#[derive(Debug, Clone, Default)]
pub struct Products {
    pub draft: bool,
    pub identity: String,
    /// Path inside the output folder, bytes.
    pub files: Vec<(String, u64)>,
    pub n_form_pages: usize,
    pub n_appendix_pages: usize,
    pub n_appendices: usize,
    /// Size of the mail with its attachment, when it is over the limit.
    pub mail_over_limit: Option<u64>,
    pub recipient_known: bool,
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
        released: &examination.released,
        exhibits: &exhibits(examination),
        identity: identity_of(&examination.plan, &examination.inventory),
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
    let plan = &examination.plan;
    let mut dossier = dossier(examination, settings);
    let mut products = Products {
        draft: dossier.draft,
        identity: dossier.identity.clone(),
        n_appendices: dossier.appendices.iter().filter(|appendix| appendix.absent.is_none()).count(),
        recipient_known: plan.recipient.email.is_some(),
        ..Products::default()
    };

    around.progress.phase("排版佐證資料", 0);
    let frames = typeset::appendices(&dossier, around.templates, around.fonts)?;
    products.n_appendix_pages = frames.n_pages;
    assembly::paginate(&mut dossier, &frames.ranges);
    let names = Names::of(dossier.draft);
    {
        let mut out = BufWriter::new(sink.create(names.appendices)?);
        pdf::merge(&frames.pdf, &frames.slots, &frames.contents, source, &mut out)?;
        out.flush()?;
    }

    around.progress.phase("排版自評表", 0);
    let form = typeset::form(&dossier, around.templates, around.fonts)?;
    products.n_form_pages = form.n_pages;
    sink.create(names.form)?.write_all(&form.pdf)?;

    let mut made = vec![names.form, names.appendices];
    made.extend(super::twin::write(&dossier, &frames.ranges, around.templates, sink)?);
    let bundle_name = format!("{}.zip", bundle_stem(plan));
    if !dossier.draft {
        made.extend([bundle_name.as_str(), MAIL, MAIL_TEXT]);
        around.progress.phase("打包", 0);
        pack(&dossier, examination, around, source, sink, &mut products)?;
    }
    write_records(&dossier, &frames.ranges, examination, sink)?;
    let report = super::report(examination, &dossier, settings, around.templates)?;
    sink.create("內部/檢核報告.html")?.write_all(report.as_bytes())?;
    for name in made {
        products.files.push((name.to_owned(), sink.size(name)?));
    }
    Ok(products)
}

const MAIL: &str = "郵件草稿.eml";
const MAIL_TEXT: &str = "郵件草稿.txt";

/// The bundle's name and its top folder: ASCII, so that no unzipper garbles it.
fn bundle_stem(plan: &Plan) -> String {
    format!("{}-{}-self-assessment", plan.government.ascii, plan.year)
}

/// Output names; a draft can never be mistaken for the real thing.
struct Names {
    form: &'static str,
    appendices: &'static str,
}

impl Names {
    fn of(draft: bool) -> Self {
        if draft {
            Names { form: "草稿-自評表.pdf", appendices: "草稿-佐證資料.pdf" }
        } else {
            Names { form: "自評表.pdf", appendices: "佐證資料.pdf" }
        }
    }
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
        files.sort_by(|a, b| natural_key(a.path.as_str()).cmp(&natural_key(b.path.as_str())));
        let several = files.len() > 1;
        let bound: Vec<Exhibit> = files
            .into_iter()
            .map(|file| Exhibit {
                item: item.code.clone(),
                source: file.path.clone(),
                bytes: file.bytes,
                sha256: file.digests.sha256.clone(),
                caption: match caption {
                    Some(caption) if !several => identity::redact(&caption.value, &examination.released),
                    _ => caption_of(&file.path, &examination.released),
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
/// identity were made from the same inputs.
fn identity_of(plan: &Plan, inventory: &Inventory) -> String {
    let mut text = format!("{}\n{}\n{}\n", env!("CARGO_PKG_VERSION"), plan.id, plan.version);
    for file in &inventory.files {
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

fn pack(
    dossier: &Dossier,
    examination: &Examination,
    around: &Surroundings,
    source: &dyn ByteSource,
    sink: &mut dyn Sink,
    products: &mut Products,
) -> anyhow::Result<()> {
    let plan = &examination.plan;
    let stem = bundle_stem(plan);
    let bundle_name = format!("{stem}.zip");
    let form = sink.read("自評表.pdf")?;
    let appendices = sink.read("佐證資料.pdf")?;
    let released = &examination.released;
    let cleared = clear(dossier, released)?;
    let bundle_plan = clear(BundlePlan::new(stem, plan, &cleared, form, appendices), released)?;
    {
        let mut out = BufWriter::new(sink.create(&bundle_name)?);
        bundle::write(&bundle_plan, source, &mut out)?;
        out.flush()?;
    }
    drop(bundle_plan);
    around.progress.phase("郵件草稿", 0);
    let bytes = sink.read(&bundle_name)?;
    let view = clear(MailView::new(plan, dossier, &examination.secretariat, &bundle_name), released)?;
    let draft = letters::mail_draft(&view, &bytes, around.templates)?;
    products.mail_over_limit = draft.over_limit;
    sink.create(MAIL)?.write_all(&draft.eml)?;
    sink.create(MAIL_TEXT)?.write_all(draft.text.as_bytes())?;
    Ok(())
}

fn write_records(
    dossier: &Dossier,
    ranges: &[PageRange],
    examination: &Examination,
    sink: &mut dyn Sink,
) -> anyhow::Result<()> {
    let trace = trace(examination, dossier);
    let ledger = records::ledger(dossier, ranges, examination, &trace);
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
