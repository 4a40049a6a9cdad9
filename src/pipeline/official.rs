//! The agency's own forms in place of ours: filled in with the dossier in workers, made PDFs where there is a
//! converter, and written beside the other outputs.
//!
//! ODF for what can be edited and PDF for what cannot is what offices accept, so that a Word form goes as its
//! PDF alone where there is one. Our form stays in the house then: two forms of one matter are one too many.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::bundle::safe_component;
use crate::checks;
use crate::clearance::clear;
use crate::diagnostic::Diagnostics;
use crate::dossier::{Dossier, OfficialForm};
use crate::editable::{Findings, Values};
use crate::exhibit::{ByteSource, Content, Handle, Preparation, Remark};
use crate::identity::Released;
use crate::inventory::{InputFile, MediaType, Role};
use crate::office::Document;
use crate::place::RelPath;
use crate::worker::{Failure, Job, JobTask, Outcome};
use crate::workspace::{self, DiskSource};

use super::delivery::Desk;
use super::products::{self, Sink};
use super::{Examination, Settings, Surroundings, reading, signing};

/// What precedes a form's name in the output folder.
const MARK: &str = "官方表單-";

/// One document of a filled form.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// Path in the output folder.
    pub path: String,
    /// Name in the bundle.
    pub name: String,
    /// What it is, for the table of contents.
    pub caption: String,
}

/// What one filling came to.
type Filling = (Option<Handle>, Findings);

/// Whether the agency's own forms go in place of ours.
pub(super) fn stand_in(examination: &Examination) -> bool {
    forms(examination).next().is_some()
}

fn forms(examination: &Examination) -> impl Iterator<Item = &InputFile> {
    let files = examination.inventory.files.iter();
    files.filter(|file| file.role == Role::OfficialForm && file.unreadable.is_none())
}

/// Tries the forms on what was examined and adds what is wrong with them. Pages are not known yet, names are.
pub(super) fn judge(
    examination: &mut Examination,
    settings: &Settings,
    around: &Surroundings,
) -> anyhow::Result<()> {
    if !stand_in(examination) {
        return Ok(());
    }
    let dossier = products::dossier(examination, &Settings { draft: true, ..settings.clone() });
    let values = Values::of(&clear(&dossier, &examination.released)?);
    let mut found = Diagnostics::new();
    for file in forms(examination) {
        match fill_at(around.workspace.on_disk(&file.path), &file.digests.sha256, &values, around)? {
            Ok((_, findings)) => {
                found.extend(findings.diagnostics(&values, &file.path));
                found.extend(checks::judge_official_form(&file.path, &findings.absent));
                if findings.refuse() {
                    continue;
                }
                let why = match unconverted(file, examination, around) {
                    Some(why) => Some(why.to_owned()),
                    None => refused(file, around)?,
                };
                found.extend(why.map(|why| checks::official_form_not_converted(&file.path, &why)));
            }
            Err(failure) => found.push(reading::failure_diagnostic(&failure, &file.path)),
        }
    }
    examination.diagnostics.extend(found);
    examination.diagnostics.sort();
    Ok(())
}

/// Why no PDF is made of a form; `None`: one is.
fn unconverted(file: &InputFile, examination: &Examination, around: &Surroundings) -> Option<&'static str> {
    let moves = |preparation: &Preparation| preparation.remarks.contains(&Remark::Moving);
    match around.converter {
        None => Some("本機沒有 LibreOffice，無法轉成 PDF"),
        Some(_) if examination.preparations.get(&file.path).is_some_and(moves) => {
            Some("表單內含自動更新的日期、時間或檔名，轉檔會印出轉檔當天的日期，故不轉 PDF")
        }
        Some(_) => None,
    }
}

/// Why the converter makes no PDF of a form. It is tried on the form as it was laid, so that it is told
/// before anything is made.
fn refused(file: &InputFile, around: &Surroundings) -> anyhow::Result<Option<String>> {
    let Some(converter) = around.converter else { return Ok(None) };
    around.progress.phase("試轉官方表單", 0);
    let path = around.workspace.on_disk(&file.path);
    let document = Document { path, sha256: file.digests.sha256.clone(), extension: extension(file) };
    let outcome = converter.convert(&[document], around.prepared, &|| ())?.pop();
    Ok(outcome.and_then(Result::err).map(|refused| format!("LibreOffice {}", refused.reason())))
}

/// By what the form is, whatever its name says.
fn extension(file: &InputFile) -> &'static str {
    if file.media_type == MediaType::Odt { "odt" } else { "docx" }
}

/// Fills a template in a worker.
///
/// # Errors
/// The disk is full, or the workers cannot be run.
pub(super) fn fill_at(
    path: PathBuf,
    sha256: &str,
    values: &Values,
    around: &Surroundings,
) -> anyhow::Result<Result<Filling, Failure>> {
    let task = JobTask::FillForm { values: values.clone(), folder: around.prepared.to_owned() };
    let job = Job { path, sha256: sha256.to_owned(), task };
    match reading::run(&[job], "填寫官方表單", around)?.pop() {
        Some(Outcome::Filled(filled, findings)) => Ok(Ok((filled, findings))),
        Some(Outcome::Failed(Failure::NoRoom(reason))) => Err(reading::no_room(reason).into()),
        Some(Outcome::Failed(failure)) => Ok(Err(failure)),
        other => anyhow::bail!("a form was filled, and {other:?} came back"),
    }
}

/// `huibian fill`: a template anywhere, filled in with the dossier's values.
///
/// # Errors
/// The template cannot be read, or an identifier was not redacted.
pub fn fill(
    dossier: &Dossier,
    released: &Released,
    template: &Path,
    around: &Surroundings,
) -> anyhow::Result<(Option<Vec<u8>>, Diagnostics)> {
    let unread = || format!("無法讀取「{}」，請確認路徑", template.display());
    let sha256 = workspace::look_into(template).with_context(unread)?.digests.sha256;
    let name = RelPath::new(template.to_string_lossy());
    let values = Values::of(&clear(dossier, released)?);
    Ok(match fill_at(template.to_owned(), &sha256, &values, around)? {
        Ok((filled, findings)) => {
            let prepared = around.prepared.to_owned();
            let source = DiskSource { workspace: around.workspace.clone(), prepared };
            (filled.map(|handle| source.prepared(&handle)).transpose()?, findings.diagnostics(&values, &name))
        }
        Err(failure) => {
            let mut diagnostics = Diagnostics::new();
            diagnostics.push(reading::failure_diagnostic(&failure, &name));
            (None, diagnostics)
        }
    })
}

/// Writes the filled forms, with the pages the dossier knows now, and tells the dossier what goes. Of a draft
/// only what can be edited is written.
pub(super) fn write(dossier: &mut Dossier, desk: &Desk, sink: &mut dyn Sink) -> anyhow::Result<Vec<Made>> {
    let values = Values::of(&clear(&*dossier, &desk.examination.released)?);
    let several = forms(desk.examination).count() > 1;
    let mut made = Vec::new();
    dossier.official_forms.clear();
    for (index, file) in forms(desk.examination).enumerate() {
        let path = desk.around.workspace.on_disk(&file.path);
        let filling = fill_at(path, &file.digests.sha256, &values, desk.around)?;
        // What could not be filled was told by `judge`; then this is a draft.
        let Ok((Some(handle), _)) = filling else { continue };
        let title = stem(&file.path);
        let name = if several { format!("{}-{title}", index + 1) } else { title.clone() };
        let pdf = if dossier.draft { None } else { as_pdf(file, &handle, desk)? };
        let mut form = OfficialForm { title, formats: Vec::new(), n_pages: None };
        let is_odt = file.media_type == MediaType::Odt;
        let document = desk.source.prepared(&handle)?;
        let editable = put(dossier, &name, extension(file), &form.title, &document, sink)?;
        if is_odt || pdf.is_none() {
            form.formats.push(if is_odt { "ODT" } else { "Word" });
            made.push(editable);
        }
        if let Some((pages, n_pages)) = pdf {
            form.formats.push("PDF");
            form.n_pages = Some(n_pages);
            made.push(put(dossier, &name, "pdf", &form.title, &desk.source.prepared(&pages)?, sink)?);
        }
        dossier.official_forms.push(form);
    }
    Ok(made)
}

fn put(
    dossier: &Dossier,
    name: &str,
    extension: &str,
    title: &str,
    bytes: &[u8],
    sink: &mut dyn Sink,
) -> anyhow::Result<Made> {
    let file = safe_component(&format!("{name}.{extension}"));
    let draft = if dossier.draft { "草稿-" } else { "" };
    let made = Made {
        path: format!("{draft}{MARK}{file}"),
        name: format!("01-self-assessment-{file}"),
        caption: format!("官方表單「{title}」（{}）", extension.to_uppercase()),
    };
    sink.create(&made.path)?.write_all(bytes)?;
    Ok(made)
}

fn stem(path: &RelPath) -> String {
    let name = path.file_name();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// The filled form's pages, cleaned like every foreign PDF, and how many they are; `None` where there is no
/// converter, or it makes none.
fn as_pdf(file: &InputFile, filled: &Handle, desk: &Desk) -> anyhow::Result<Option<(Handle, usize)>> {
    let around = desk.around;
    let Some(converter) = around.converter.filter(|_| unconverted(file, desk.examination, around).is_none())
    else {
        return Ok(None);
    };
    let path = around.prepared.join(&filled.0);
    let sha256 = workspace::look_into(&path)?.digests.sha256;
    let origin = format!("{} {sha256}", converter.name());
    around.progress.phase("轉換官方表單", 0);
    let document = Document { path, sha256, extension: extension(file) };
    let Some(Ok(pdf)) = converter.convert(&[document], around.prepared, &|| ())?.pop() else {
        return Ok(None);
    };
    let settings = signing::page_settings(desk.plan());
    let sha256 = workspace::look_into(&pdf)?.digests.sha256;
    let task = JobTask::PrepareConverted { origin, settings, folder: around.prepared.to_owned() };
    match reading::run(&[Job { path: pdf, sha256, task }], "讀取官方表單", around)?.pop() {
        Some(Outcome::Prepared(Preparation { content: Content::Pages { prepared, pages }, .. })) => {
            Ok(Some((prepared, pages.len())))
        }
        Some(Outcome::Failed(Failure::NoRoom(reason))) => Err(reading::no_room(reason).into()),
        // A converter's PDF that cannot be read: the form goes as it is.
        _ => Ok(None),
    }
}

/// What the ledger says of a form.
pub(super) fn fate(file: &InputFile, dossier: &Dossier) -> (&'static str, String) {
    let title = stem(&file.path);
    match dossier.official_forms.iter().find(|form| form.title == title) {
        Some(_) if dossier.draft => ("填成草稿", String::new()),
        Some(form) => ("代替自評表附送", format!("附送格式：{}", form.formats.join("、"))),
        None => ("未收錄", "見檢核結果".to_owned()),
    }
}
