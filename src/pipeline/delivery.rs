//! From a numbered dossier to what is sent: the bundle whole, or in volumes that each fit a mail; mails,
//! letter, dispatch sheet, and the plain folder of attachments.
//!
//! Composes `bundle`, `letters` and `typeset`. How volumes are filled is `bundle`'s arithmetic; here
//! they are made, measured, and made again when one came out too large.

use std::io::{self, BufWriter, Write};

use crate::assembly;
use crate::bundle::{self, BundleEntry, BundlePlan, EntrySource, Indivisible, Room, Weight};
use crate::dossier::{Dossier, PageRange};
use crate::exhibit::{ByteSource, Content, Exhibit};
use crate::inventory::FileDigester;
use crate::letters::{self, BundleFile, Carriage, MailDraft, MailView, OfficialLetter, Sending};
use crate::place::RelPath;
use crate::plan::{Plan, Route};
use crate::typeset::{self, DispatchView};

use super::products::{self, Documents, Sink};
use super::{Examination, Surroundings};

/// How it came to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// In so many mails, one a volume.
    Mails(usize),
    Disc,
    Link,
    /// By mail was asked for and cannot be: a disc or a link is to be chosen.
    Undecided(TooLarge),
}

/// Why mails cannot carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TooLarge {
    /// It would take so many mails, more than the plan allows.
    Mails(usize),
    /// This file alone fits no mail.
    File { path: RelPath, bytes: u64 },
    /// The form alone fits no mail.
    Form,
}

/// What was made of the dossier.
pub(super) struct Delivered {
    pub delivery: Delivery,
    pub documents: Documents,
    /// Paths in the output folder, for the summary.
    pub files: Vec<String>,
}

/// What every step needs.
pub(super) struct Desk<'a> {
    pub examination: &'a Examination,
    pub around: &'a Surroundings<'a>,
    pub source: &'a dyn ByteSource,
}

/// A bundle as written.
struct Packed {
    file: BundleFile,
    /// Its documents under the output folder, before it in the summary.
    documents: Vec<String>,
    plan: BundlePlan,
    draft: MailDraft,
    /// `None`: the whole.
    volume: Option<usize>,
}

const LETTER: &str = "函稿";
const DISPATCH_SHEET: &str = "遞送單.pdf";
const ATTACHMENTS: &str = "附件";

/// A volume that came out too large is made again with less in it; each time there is less, so that
/// few rounds suffice.
const MOST_ROUNDS: usize = 8;
/// Left free in each volume for zip, manifests and contents.
const TRIMMINGS: u64 = 10_000;

/// Makes everything that leaves the house, and the documents it consists of.
pub(super) fn deliver(dossier: &mut Dossier, desk: &Desk, sink: &mut dyn Sink) -> anyhow::Result<Delivered> {
    let (mut documents, mut whole) = pack_whole(dossier, desk, sink)?;
    let delivery = match desk.plan().delivery.by {
        Route::Disc => Delivery::Disc,
        Route::Link => Delivery::Link,
        Route::Mail if desk.fits(&whole) => Delivery::Mails(1),
        Route::Mail => match pack_volumes(dossier, desk, sink, &documents)? {
            Ok((in_volumes, packed)) => {
                for name in whole.documents.iter().skip(1).chain([&whole.file.name]) {
                    sink.remove(name)?;
                }
                return finish_volumes(dossier, desk, sink, in_volumes, packed);
            }
            Err(too_large) => {
                if !dossier.volumes.is_empty() {
                    // Rounds were made in vain and the form refers to volumes: once more, undivided.
                    assembly::divide(dossier, &[]);
                    (documents, whole) = pack_whole(dossier, desk, sink)?;
                }
                Delivery::Undecided(too_large)
            }
        },
    };
    finish_whole(dossier, desk, sink, documents, whole, delivery)
}

impl Desk<'_> {
    fn plan(&self) -> &Plan {
        &self.examination.plan
    }

    fn draft(&self, dossier: &Dossier, bundle: &BundleFile, carriage: Carriage) -> anyhow::Result<MailDraft> {
        let view = MailView::new(self.plan(), dossier, &self.examination.secretariat, bundle, carriage);
        Ok(letters::mail_draft(&view, self.around.templates)?)
    }

    fn fits(&self, packed: &Packed) -> bool {
        packed.file.bytes <= self.room(&packed.draft)
    }

    fn room(&self, draft: &MailDraft) -> u64 {
        let limits = &self.plan().limits;
        draft.room(limits.mail_bytes, limits.attachment_bytes)
    }
}

fn pack_whole(
    dossier: &mut Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
) -> anyhow::Result<(Documents, Packed)> {
    let documents = products::documents(dossier, desk, sink)?;
    let made = vec![
        made("01-self-assessment-自評表.pdf", "自評表", &documents.form, sink)?,
        made("02-appendices-佐證資料.pdf", "佐證資料", &documents.appendices, sink)?,
    ];
    let names = vec![documents.form.clone(), documents.appendices.clone()];
    let packed = pack(dossier, desk, sink, made, names)?;
    Ok((documents, packed))
}

/// The undivided bundle, with mail, letter and what its way asks for.
fn finish_whole(
    dossier: &Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    documents: Documents,
    mut whole: Packed,
    delivery: Delivery,
) -> anyhow::Result<Delivered> {
    let carriage = match delivery {
        Delivery::Mails(_) => Carriage::Attached,
        Delivery::Disc => Carriage::Disc,
        // Undecided: a mail with a link is drafted, and the dispatch sheet lies beside it.
        Delivery::Link | Delivery::Undecided(_) => Carriage::Link,
    };
    if carriage != Carriage::Attached {
        whole.file.sha256 = Some(sha256_of(&whole.file.name, sink)?);
        whole.draft = desk.draft(dossier, &whole.file, carriage)?;
    }
    let mut files = whole.documents.clone();
    files.push(whole.file.name.clone());
    files.extend(write_mail(&whole, sink)?);
    let chosen = (!matches!(delivery, Delivery::Undecided(_))).then_some(carriage);
    files.extend(write_letter(dossier, desk, sink, &documents, &whole.file, chosen)?);
    if matches!(delivery, Delivery::Disc | Delivery::Undecided(_)) {
        files.push(write_dispatch_sheet(dossier, desk, sink, &documents, &whole.file)?);
    }
    write_attachments(&whole, desk, sink)?;
    Ok(Delivered { delivery, documents, files })
}

fn finish_volumes(
    dossier: &mut Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    documents: Documents,
    packed: Vec<Packed>,
) -> anyhow::Result<Delivered> {
    dossier.volume = None;
    let mut files = Vec::new();
    for volume in &packed {
        files.extend(volume.documents.iter().cloned());
        files.push(volume.file.name.clone());
        files.extend(write_mail(volume, sink)?);
        write_attachments(volume, desk, sink)?;
    }
    files.extend(write_letter(dossier, desk, sink, &documents, &packed[0].file, Some(Carriage::Attached))?);
    Ok(Delivered { delivery: Delivery::Mails(packed.len()), documents, files })
}

type InVolumes = Result<(Documents, Vec<Packed>), TooLarge>;

/// Divides, makes and measures until every volume fits its mail, or says why none will.
fn pack_volumes(
    dossier: &mut Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    whole: &Documents,
) -> anyhow::Result<InVolumes> {
    dossier.volume = Some(0);
    let empty = typeset::appendices(dossier, desk.around.templates, desk.around.fonts)?.pdf.len() as u64;
    dossier.volume = None;
    let n_pages = (whole.n_appendix_pages as u64).max(1);
    let frame = whole.frame_bytes.saturating_sub(empty).div_ceil(n_pages);
    let exhibits: Vec<&Exhibit> = dossier
        .appendices
        .iter()
        .flat_map(|appendix| &appendix.entries)
        .map(|entry| &entry.exhibit)
        .collect();
    let paths: Vec<(RelPath, u64)> = exhibits.iter().map(|e| (e.source.clone(), e.bytes)).collect();
    let weights = weights(dossier, desk.source, frame)?;
    let unaddressed = BundleFile { name: stem(desk.plan()), bytes: 0, sha256: None };
    let limit = desk.room(&desk.draft(dossier, &unaddressed, Carriage::Attached)?);
    let form = sink.size(&whole.form)?;
    let mut spare = empty + TRIMMINGS;
    for _ in 0..MOST_ROUNDS {
        let other = limit.saturating_sub(spare);
        let Some(first) = other.checked_sub(form) else { return Ok(Err(TooLarge::Form)) };
        let volumes = match bundle::divide(&weights, Room { first, other }) {
            Ok(volumes) => volumes,
            Err(Indivisible::Exhibit(at)) => {
                let (path, bytes) = paths[at].clone();
                return Ok(Err(TooLarge::File { path, bytes }));
            }
        };
        let n_volumes = volumes.last().copied().unwrap_or(1);
        if n_volumes > desk.plan().delivery.most_mails {
            return Ok(Err(TooLarge::Mails(n_volumes)));
        }
        assembly::divide(dossier, &volumes);
        let (documents, packed) = make_volumes(dossier, desk, sink, whole)?;
        let excess = |volume: &Packed| volume.file.bytes.saturating_sub(desk.room(&volume.draft));
        match packed.iter().map(excess).max() {
            Some(excess) if excess > 0 => {
                for name in
                    packed.iter().flat_map(|volume| volume.documents.iter().chain([&volume.file.name]))
                {
                    sink.remove(name)?;
                }
                // A little more than what was missing, so that rounding starts no round of its own.
                spare += excess + excess / 8 + 1_000;
            }
            _ => return Ok(Ok((documents, packed))),
        }
    }
    Ok(Err(TooLarge::Mails(desk.plan().delivery.most_mails + 1)))
}

/// What each entry adds to a volume: its prepared bytes, or the file's own, and the frames of its pages.
fn weights(dossier: &Dossier, source: &dyn ByteSource, frame: u64) -> anyhow::Result<Vec<Weight>> {
    let mut weights = Vec::new();
    for (appendix, bound) in dossier.appendices.iter().enumerate() {
        for entry in &bound.entries {
            let exhibit = &entry.exhibit;
            let own = match &exhibit.content {
                Content::Pages { prepared, .. } | Content::Picture { prepared, .. } => {
                    source.prepared_size(prepared)?
                }
                Content::File { .. } => exhibit.bytes,
                Content::Unusable { .. } => 0,
            };
            // One page more for the divider.
            weights.push(Weight { appendix, bytes: own + frame * (exhibit.n_pages() as u64 + 1) });
        }
    }
    Ok(weights)
}

/// All volumes' appendices first, since the form refers to their pages; then the form; then the bags.
fn make_volumes(
    dossier: &mut Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    whole: &Documents,
) -> anyhow::Result<(Documents, Vec<Packed>)> {
    let n_volumes = dossier.volumes.len();
    let mut ranges: Vec<PageRange> = Vec::new();
    let mut n_appendix_pages = 0;
    for volume in 1..=n_volumes {
        dossier.volume = Some(volume);
        let frames = products::appendices(dossier, &appendices_name(volume), desk, sink)?;
        n_appendix_pages += frames.n_pages;
        ranges.extend(frames.ranges);
    }
    dossier.volume = None;
    assembly::paginate(dossier, &ranges);
    let n_form_pages = products::form(dossier, &whole.form, desk, sink)?;
    let mut packed = Vec::new();
    for volume in 1..=n_volumes {
        dossier.volume = Some(volume);
        let appendices = appendices_name(volume);
        let mut names = vec![appendices.clone()];
        let mut entries = Vec::new();
        if volume == 1 {
            names.insert(0, whole.form.clone());
            entries.push(made("01-self-assessment-自評表.pdf", "自評表", &whole.form, sink)?);
        }
        let name = format!("02-appendices-{volume}of{n_volumes}-佐證資料-第{volume}冊.pdf");
        entries.push(made(&name, &format!("佐證資料 第{volume}冊"), &appendices, sink)?);
        packed.push(pack(dossier, desk, sink, entries, names)?);
    }
    dossier.volume = None;
    let documents = Documents { n_form_pages, n_appendix_pages, ranges, ..whole.clone() };
    Ok((documents, packed))
}

fn appendices_name(volume: usize) -> String {
    format!("佐證資料-第{volume}冊.pdf")
}

/// The bundle's name and its top folder: ASCII, so that no unzipper garbles it.
fn stem(plan: &Plan) -> String {
    format!("{}-{}-self-assessment", plan.government.ascii, plan.year)
}

fn made(name: &str, caption: &str, path: &str, sink: &dyn Sink) -> io::Result<BundleEntry> {
    let source = EntrySource::Made { path: path.to_owned(), bytes: sink.size(path)? };
    Ok(BundleEntry { name: name.to_owned(), caption: caption.to_owned(), source })
}

/// Writes the bag of the whole, or of the volume that `dossier` names.
fn pack(
    dossier: &Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    entries: Vec<BundleEntry>,
    documents: Vec<String>,
) -> anyhow::Result<Packed> {
    desk.around.progress.phase("打包", 0);
    let stem = match dossier.volume {
        Some(volume) => format!("{}-{volume}of{}", stem(desk.plan()), dossier.volumes.len()),
        None => stem(desk.plan()),
    };
    let name = format!("{stem}.zip");
    let plan = BundlePlan::new(stem, desk.plan(), dossier, entries);
    let mut out = BufWriter::new(sink.create(&name)?);
    bundle::write(&plan, desk.source, &*sink, &mut out)?;
    out.flush()?;
    drop(out);
    let file = BundleFile { bytes: sink.size(&name)?, name, sha256: None };
    let draft = desk.draft(dossier, &file, Carriage::Attached)?;
    Ok(Packed { file, documents, plan, draft, volume: dossier.volume })
}

fn write_mail(packed: &Packed, sink: &mut dyn Sink) -> anyhow::Result<[String; 2]> {
    let stem = match packed.volume {
        Some(volume) => format!("郵件草稿-第{volume}冊"),
        None => "郵件草稿".to_owned(),
    };
    let names = [format!("{stem}.eml"), format!("{stem}.txt")];
    let mut out = BufWriter::new(sink.create(&names[0])?);
    packed.draft.write(&mut sink.open(&packed.file.name)?, &mut out)?;
    out.flush()?;
    sink.create(&names[1])?.write_all(packed.draft.text.as_bytes())?;
    Ok(names)
}

fn write_letter(
    dossier: &Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    documents: &Documents,
    bundle: &BundleFile,
    carriage: Option<Carriage>,
) -> anyhow::Result<[String; 2]> {
    let sending = Sending {
        carriage,
        bundle,
        n_form_pages: documents.n_form_pages,
        n_appendix_pages: documents.n_appendix_pages,
    };
    let secretariat = &desk.examination.secretariat;
    let letter = OfficialLetter::new(desk.plan(), dossier, secretariat, &sending, desk.around.templates)?;
    let names = [format!("{LETTER}.txt"), format!("{LETTER}.odt")];
    sink.create(&names[0])?.write_all(letter.text.as_bytes())?;
    sink.create(&names[1])?.write_all(&letter.odt)?;
    Ok(names)
}

fn write_dispatch_sheet(
    dossier: &Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    documents: &Documents,
    bundle: &BundleFile,
) -> anyhow::Result<String> {
    let view = DispatchView {
        title: &dossier.title,
        government: &dossier.government,
        recipient: &dossier.recipient,
        identity: &dossier.identity,
        draft: dossier.draft,
        prepared_on: &dossier.prepared_on,
        document_number: letters::document_number(&desk.examination.secretariat),
        bundle_name: &bundle.name,
        bundle_bytes: bundle.bytes,
        sha256: bundle.sha256.as_deref().unwrap_or_default(),
        n_form_pages: documents.n_form_pages,
        n_appendix_pages: documents.n_appendix_pages,
        n_appendices: dossier.n_bound(),
        contacts: &dossier.contacts,
    };
    let sheet = typeset::dispatch_sheet(&view, dossier, desk.around.templates, desk.around.fonts)?;
    sink.create(DISPATCH_SHEET)?.write_all(&sheet.pdf)?;
    Ok(DISPATCH_SHEET.to_owned())
}

/// The bag's payload as plain files, for whoever attaches them one by one: the same bytes under the
/// same names. Inputs are copied, never linked: what is done to a copy must not reach them.
fn write_attachments(packed: &Packed, desk: &Desk, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let folder = match packed.volume {
        Some(volume) => format!("{ATTACHMENTS}/第{volume}冊"),
        None => ATTACHMENTS.to_owned(),
    };
    for entry in &packed.plan.entries {
        let name = format!("{folder}/{}", entry.name);
        if let EntrySource::Made { path, .. } = &entry.source {
            sink.link(path, &name)?;
            continue;
        }
        let mut out = BufWriter::new(sink.create(&name)?);
        bundle::write_entry(entry, desk.source, &*sink, &mut out)?;
        out.flush()?;
    }
    Ok(())
}

fn sha256_of(path: &str, sink: &dyn Sink) -> io::Result<String> {
    let mut file = sink.open(path)?;
    let mut digester = FileDigester::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(digester.finish().sha256),
            n => digester.update(&block[..n]),
        }
    }
}
