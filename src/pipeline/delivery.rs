//! From a numbered dossier to what is sent: the bundle whole, or in volumes that each fit a mail; mails,
//! letter, dispatch sheet, and the plain folder of attachments.
//!
//! Composes `bundle`, `letters` and `typeset`; decides by the plan's limits which way it goes.

use std::io::{self, BufWriter, Write};

use crate::assembly;
use crate::bundle::{self, BundleEntry, BundlePlan, EntrySource};
use crate::clearance::{Cleared, clear};
use crate::dossier::Dossier;
use crate::exhibit::ByteSource;
use crate::inventory::sha256_of;
use crate::letters::{self, BundleFile, Carriage, MailDraft, MailView, OfficialLetter, Sending};
use crate::place::RelPath;
use crate::plan::{Plan, Route};
use crate::typeset::{self, DispatchView};

use super::products::{self, Documents, Sink};
use super::volumes::pack_volumes;
use super::{Examination, Surroundings, following};

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
    /// Finished documents whose ways could not be followed: they are too large.
    pub unfollowed: Vec<String>,
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
pub(super) struct Packed {
    pub file: BundleFile,
    /// Its documents under the output folder, before it in the summary.
    pub documents: Vec<String>,
    plan: Cleared<BundlePlan>,
    pub draft: MailDraft,
    /// `None`: the whole.
    pub volume: Option<usize>,
}

const LETTER: &str = "函稿";
const DISPATCH_SHEET: &str = "遞送單.pdf";
const ATTACHMENTS: &str = "附件";

/// Makes everything that leaves the house, and the documents it consists of.
pub(super) fn deliver(dossier: &mut Dossier, desk: &Desk, sink: &mut dyn Sink) -> anyhow::Result<Delivered> {
    let mut documents = products::documents(dossier, desk, sink)?;
    let delivery = match desk.plan().delivery.by {
        Route::Disc => Delivery::Disc,
        Route::Link => Delivery::Link,
        Route::Mail => {
            if let Some(whole) = pack_for_one_mail(dossier, desk, sink, &documents)? {
                return finish_whole(dossier, desk, sink, documents, whole, Delivery::Mails(1));
            }
            match pack_volumes(dossier, desk, sink, &documents)? {
                Ok((in_volumes, packed)) => {
                    sink.remove(&documents.appendices)?;
                    return finish_volumes(dossier, desk, sink, in_volumes, packed);
                }
                Err(too_large) => {
                    if !dossier.volumes.is_empty() {
                        // Rounds were made in vain and the form refers to volumes: once more, undivided.
                        assembly::divide(dossier, &[]);
                        documents = products::documents(dossier, desk, sink)?;
                    }
                    Delivery::Undecided(too_large)
                }
            }
        }
    };
    let whole = pack_whole(dossier, desk, sink, &documents)?;
    finish_whole(dossier, desk, sink, documents, whole, delivery)
}

impl Packed {
    /// What is in the bag besides its own tag files.
    pub(super) fn entries(&self) -> &[BundleEntry] {
        &self.plan.entries
    }
}

impl Desk<'_> {
    pub(super) fn plan(&self) -> &Plan {
        &self.examination.plan
    }

    fn draft(&self, dossier: &Dossier, bundle: &BundleFile, carriage: Carriage) -> anyhow::Result<MailDraft> {
        let view = MailView::new(self.plan(), dossier, &self.examination.secretariat, bundle, carriage);
        Ok(letters::mail_draft(&clear(view, &self.examination.released)?, self.around.templates)?)
    }

    fn fits(&self, packed: &Packed) -> bool {
        packed.file.bytes <= self.room(&packed.draft)
    }

    /// Bytes of a bundle that a mail carries, before there is one.
    pub(super) fn room_of_a_mail(&self, dossier: &Dossier) -> anyhow::Result<u64> {
        let unwritten = BundleFile { name: format!("{}.zip", stem(self.plan())), bytes: 0, sha256: None };
        Ok(self.room(&self.draft(dossier, &unwritten, Carriage::Attached)?))
    }

    /// Bytes of a bundle that this mail carries.
    pub(super) fn room(&self, draft: &MailDraft) -> u64 {
        let limits = &self.plan().limits;
        draft.room(limits.mail_bytes, limits.attachment_bytes)
    }
}

fn pack_whole(
    dossier: &Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    documents: &Documents,
) -> anyhow::Result<Packed> {
    let (mut entries, mut names) = form_entries(documents, sink)?;
    entries.push(made("02-appendices-佐證資料.pdf", "佐證資料", &documents.appendices, sink)?);
    names.push(documents.appendices.clone());
    pack(dossier, desk, sink, entries, names)
}

/// The whole, if one mail carries it.
fn pack_for_one_mail(
    dossier: &Dossier,
    desk: &Desk,
    sink: &mut dyn Sink,
    documents: &Documents,
) -> anyhow::Result<Option<Packed>> {
    // PDFs are stored in the zip as they are: often it need not be written to know that it is too large.
    let stored = form_bytes(documents, sink)? + sink.size(&documents.appendices)?;
    if stored > desk.room_of_a_mail(dossier)? {
        return Ok(None);
    }
    let whole = pack_whole(dossier, desk, sink, documents)?;
    if desk.fits(&whole) {
        return Ok(Some(whole));
    }
    sink.remove(&whole.file.name)?;
    Ok(None)
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
        Delivery::Link => Carriage::Link,
        // A mail with a link is drafted, and the dispatch sheet lies beside it.
        Delivery::Undecided(_) => Carriage::Undecided,
    };
    if carriage != Carriage::Attached {
        whole.file.sha256 = Some(sha256_of(&mut sink.open(&whole.file.name)?)?);
        whole.draft = desk.draft(dossier, &whole.file, carriage)?;
    }
    let mut files = whole.documents.clone();
    files.push(whole.file.name.clone());
    files.extend(write_mail(&whole, sink)?);
    files.extend(write_letter(dossier, desk, sink, &documents, &whole.file, carriage)?);
    if matches!(delivery, Delivery::Disc | Delivery::Undecided(_)) {
        files.push(write_dispatch_sheet(dossier, desk, sink, &documents, &whole.file)?);
    }
    write_attachments(&whole, desk, sink)?;
    let unfollowed = following::follow(&[&whole], &documents, desk, sink)?;
    Ok(Delivered { delivery, documents, unfollowed, files })
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
    files.extend(write_letter(dossier, desk, sink, &documents, &packed[0].file, Carriage::Attached)?);
    let unfollowed = following::follow(&packed.iter().collect::<Vec<_>>(), &documents, desk, sink)?;
    Ok(Delivered { delivery: Delivery::Mails(packed.len()), documents, unfollowed, files })
}

/// The bundle's name and its top folder: ASCII, so that no unzipper garbles it.
fn stem(plan: &Plan) -> String {
    format!("{}-{}-self-assessment", plan.government.ascii, plan.year)
}

/// The form as it goes into the bag, ours or the agency's own, with the signed page if there is one, and
/// their paths.
pub(super) fn form_entries(
    documents: &Documents,
    sink: &dyn Sink,
) -> io::Result<(Vec<BundleEntry>, Vec<String>)> {
    let (mut entries, mut names) = (Vec::new(), Vec::new());
    for form in &documents.official {
        entries.push(made(&form.name, &form.caption, &form.path, sink)?);
        names.push(form.path.clone());
    }
    if entries.is_empty() {
        entries.push(made("01-self-assessment-自評表.pdf", "自評表", &documents.form, sink)?);
        names.push(documents.form.clone());
    }
    if let Some(page) = &documents.signed_page {
        entries.push(made("01b-signed-page-自評表核章頁.pdf", "自評表核章頁（掃描檔）", page, sink)?);
        names.push(page.clone());
    }
    Ok((entries, names))
}

/// Bytes of the form that goes, and of the signed page.
pub(super) fn form_bytes(documents: &Documents, sink: &dyn Sink) -> io::Result<u64> {
    let (entries, _) = form_entries(documents, sink)?;
    Ok(entries.iter().map(BundleEntry::size).sum())
}

/// A document as it goes into the bag.
pub(super) fn made(name: &str, caption: &str, path: &str, sink: &dyn Sink) -> io::Result<BundleEntry> {
    let source = EntrySource::Made { path: path.to_owned(), bytes: sink.size(path)? };
    Ok(BundleEntry { name: name.to_owned(), caption: caption.to_owned(), source })
}

/// Writes the bag of the whole, or of the volume that `dossier` names.
pub(super) fn pack(
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
    let released = &desk.examination.released;
    let cleared = clear(dossier, released)?;
    let plan = clear(BundlePlan::new(stem, desk.plan(), &cleared, entries), released)?;
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
    carriage: Carriage,
) -> anyhow::Result<[String; 2]> {
    let sending = Sending {
        carriage,
        bundle,
        n_form_pages: documents.n_form_pages,
        n_appendix_pages: documents.n_appendix_pages,
    };
    let secretariat = &desk.examination.secretariat;
    let letter = OfficialLetter::new(desk.plan(), dossier, secretariat, &sending, desk.around.templates)?;
    let letter = clear(letter, &desk.examination.released)?;
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
        official_note: dossier.official_note(),
        n_appendix_pages: documents.n_appendix_pages,
        n_appendices: dossier.n_bound(),
        contacts: &dossier.contacts,
    };
    let released = &desk.examination.released;
    let (view, dossier) = (clear(view, released)?, clear(dossier, released)?);
    let sheet = typeset::dispatch_sheet(&view, &dossier, desk.around.templates, desk.around.fonts)?;
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
