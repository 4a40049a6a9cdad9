//! Office documents among the evidence: converted to PDF, prepared like any other, put in the original's
//! place.
//!
//! Composes the converter with the workers. The original is prepared as well: what stands hidden in it is
//! searched, and it goes in as before where its pages cannot be had.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use crate::exhibit::{Content, Preparation, Remark};
use crate::identity;
use crate::inventory::{InputFile, MediaType};
use crate::office::{self, Document, Refused};
use crate::plan::EvidenceItem;
use crate::worker::{Job, JobTask, Outcome};
use crate::workspace;

use super::Surroundings;

/// What became of the documents that could be converted.
pub struct Conversions {
    by: String,
    /// Position of the file among the evidence, and the job on its PDF.
    converted: Vec<(usize, Job)>,
    refused: Vec<(usize, Refused)>,
}

/// Converts what can be. `jobs` are those on the originals, one a file.
pub fn convert(
    files: &[(&InputFile, &EvidenceItem)],
    jobs: &[Job],
    around: &Surroundings,
) -> anyhow::Result<Conversions> {
    let mut conversions = Conversions { by: String::new(), converted: Vec::new(), refused: Vec::new() };
    let Some(converter) = around.converter else { return Ok(conversions) };
    let (indices, documents): (Vec<usize>, Vec<Document>) = files
        .iter()
        .zip(jobs)
        .enumerate()
        .filter_map(|(index, ((file, _), job))| Some((index, document(file, job.path.clone())?)))
        .unzip();
    if documents.is_empty() {
        return Ok(conversions);
    }
    around.progress.phase("轉換 Office 檔", documents.len());
    let outcomes = converter.convert(&documents, around.prepared, &|| around.progress.step())?;
    converter.name().clone_into(&mut conversions.by);
    for (index, outcome) in indices.into_iter().zip(outcomes) {
        match outcome {
            Ok(pdf) => {
                let origin = origin(&conversions.by, files[index].0);
                conversions.converted.push((index, pdf_job(pdf, origin, jobs[index].task.clone())?));
            }
            Err(refused) => conversions.refused.push((index, refused)),
        }
    }
    Ok(conversions)
}

impl Conversions {
    /// The jobs on the PDFs.
    pub fn jobs(&self) -> impl Iterator<Item = Job> {
        self.converted.iter().map(|(_, job)| job.clone())
    }

    /// Puts the outcomes of those jobs into the place of the originals' outcomes.
    pub fn bind(&self, of_pdfs: Vec<Outcome>, of_originals: &mut [Outcome]) {
        for ((index, _), pdf) in self.converted.iter().zip(of_pdfs) {
            let Some(Outcome::Prepared(original)) = of_originals.get_mut(*index) else { continue };
            if original.remarks.contains(&Remark::Moving) {
                add_reason(original, "內含自動更新的日期、時間或檔名，轉檔會印出轉檔當天的日期，故未轉檔");
                continue;
            }
            match pdf {
                Outcome::Prepared(pdf @ Preparation { content: Content::Pages { .. }, .. }) => {
                    *original = bound(pdf, original, &self.by);
                }
                Outcome::Prepared(Preparation {
                    content: Content::File { reason } | Content::Unusable { reason },
                    ..
                }) => add_reason(original, &reason.replace("PDF", "轉出的 PDF ")),
                _ => add_reason(original, "轉出的 PDF 無法在時間與記憶體限制內解讀"),
            }
        }
        for (index, refused) in &self.refused {
            if let Some(Outcome::Prepared(original)) = of_originals.get_mut(*index) {
                add_reason(original, &format!("LibreOffice {}", refused.reason()));
            }
        }
    }
}

/// A document to convert, if it is one. Old compound files of Office are told apart by their names alone;
/// the converter refuses what it cannot open.
fn document(file: &InputFile, path: PathBuf) -> Option<Document> {
    let extension = match file.media_type {
        MediaType::Docx => "docx",
        MediaType::Odt => "odt",
        MediaType::Xlsx => "xlsx",
        MediaType::Xlsb => "xlsb",
        MediaType::Xls => "xls",
        MediaType::Ods => "ods",
        MediaType::Pptx => "pptx",
        MediaType::Odp => "odp",
        MediaType::Cfb => match file.path.extension()?.as_str() {
            "doc" | "dot" => "doc",
            "ppt" | "pps" => "ppt",
            _ => return None,
        },
        _ => return None,
    };
    Some(Document { path, sha256: file.digests.sha256.clone(), extension })
}

/// The job on a document's PDF, with the settings of the job on the document.
fn pdf_job(pdf: PathBuf, origin: String, original: JobTask) -> io::Result<Job> {
    let task = match original {
        JobTask::Prepare { settings, folder, .. } => JobTask::PrepareConverted { origin, settings, folder },
        other => other,
    };
    job_on(pdf, task)
}

fn job_on(pdf: PathBuf, task: JobTask) -> io::Result<Job> {
    let sha256 = workspace::look_into(&pdf)?.digests.sha256;
    Ok(Job { path: pdf, sha256, task })
}

/// A job on the PDF that was made from a document in this run.
pub fn job_on_converted(file: &InputFile, around: &Surroundings, task: JobTask) -> io::Result<Job> {
    job_on(around.prepared.join(office::pdf_name(&file.digests.sha256)), task)
}

/// What a document's pages were made from: the converter and the document's digest.
pub fn origin(by: &str, file: &InputFile) -> String {
    format!("{by} {}", file.digests.sha256)
}

/// The pages of the PDF, with what its original hides.
fn bound(mut pdf: Preparation, original: &mut Preparation, by: &str) -> Preparation {
    let shown: BTreeSet<String> = pdf.texts.iter().flat_map(|text| identifiers(&text.text)).collect();
    let hidden = std::mem::take(&mut original.fragments);
    pdf.fragments.extend(
        hidden.into_iter().filter(|fragment| identifiers(&fragment.text).any(|hit| !shown.contains(&hit))),
    );
    pdf.remarks.insert(0, Remark::Converted { by: by.to_owned() });
    pdf
}

/// What identifies people in a text, by its letters and digits.
fn identifiers(text: &str) -> impl Iterator<Item = String> {
    let hits = identity::find(text).into_iter();
    hits.map(|hit| {
        let found = text.get(hit.range).unwrap_or_default().chars();
        found.filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    })
}

/// Why there are no pages, besides what is said of every file of its kind.
fn add_reason(original: &mut Preparation, why: &str) {
    if let Content::File { reason } | Content::Unusable { reason } = &mut original.content {
        reason.push_str(&format!("；{why}"));
    }
    for remark in &mut original.remarks {
        if let Remark::NotBound { reason, .. } = remark {
            reason.push_str(&format!("；{why}"));
        }
    }
}
