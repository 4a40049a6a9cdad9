//! The thumbnail sheets: what no rule can read, so many pictures to a sheet of A4, each sheet to be signed.
//!
//! Builds the view that `templates/html/thumbnails.hbs` prints; every text is escaped there. Draws nothing
//! and chooses nothing.

use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::{Cleared, Outgoing, serialised_texts};
use crate::inventory::{InputFile, sha256_hex};
use crate::plan::{ItemCode, Plan, UnitId};
use crate::template::{self, TemplateError};

use super::super::clean;

/// Pictures on one sheet: four rows of four, as the style prints them.
const ON_ONE_SHEET: usize = 16;

/// What the page is made of.
pub struct ThumbnailMaterial<'a> {
    pub plan: &'a Plan,
    pub identity: &'a str,
    /// In the order of the plan.
    pub viewed: Vec<Viewed<'a>>,
    /// By item, those done and those to do, in the order of the plan.
    pub confirmations: Vec<Confirmation<'a>>,
}

/// What the secretariat has to confirm of one item.
pub struct Confirmation<'a> {
    pub message: String,
    /// As it is copied into the exceptions.
    pub key: String,
    /// Reason, name and date, once confirmed.
    pub accepted: Option<&'a str>,
}

/// One file to be looked at.
pub struct Viewed<'a> {
    pub unit: &'a UnitId,
    pub code: &'a ItemCode,
    /// Whether the unit ticked 已遮蔽; `None` where it does not have to.
    pub masking: Option<bool>,
    pub file: &'a InputFile,
    pub n_pages: usize,
    /// JPEGs in base64, of the first pages; `None`: cannot be drawn.
    pub thumbnails: Vec<Option<String>>,
    /// Stands instead of pictures.
    pub note: Option<String>,
}

/// The page before it is looked through.
#[derive(Serialize)]
pub struct ThumbnailPage {
    title: String,
    identity: String,
    n_files: usize,
    pending: Vec<Pending>,
    sheets: Vec<Sheet>,
    style: String,
    /// As in the check report: nobody who writes into a file name can know it beforehand.
    nonce: String,
}

/// Of the pictures a human is the judge.
impl Outgoing for ThumbnailPage {
    fn texts(&self) -> Vec<(String, String)> {
        serialised_texts(self, &["jpeg", "digest", "style", "nonce"])
    }
}

#[derive(Serialize)]
struct Pending {
    message: String,
    key: String,
    /// Reason, name and date, once confirmed.
    accepted: Option<String>,
}

#[derive(Serialize)]
struct Sheet {
    unit: String,
    number: usize,
    /// Of the unit.
    count: usize,
    cells: Vec<Cell>,
}

#[derive(Serialize, Clone)]
struct Cell {
    code: String,
    file: String,
    page: String,
    /// Eight hex digits.
    digest: String,
    masking: &'static str,
    /// To be looked at twice.
    doubtful: bool,
    jpeg: Option<String>,
    note: String,
}

/// What stands on the page, every text of it masked.
///
/// # Errors
/// A style of the user's own that is missing.
pub fn thumbnail_page(
    material: &ThumbnailMaterial,
    templates: &Templates,
) -> Result<ThumbnailPage, TemplateError> {
    let digests: String = material.viewed.iter().map(|viewed| viewed.file.digests.sha256.as_str()).collect();
    Ok(ThumbnailPage {
        title: clean(&material.plan.title),
        identity: material.identity.to_owned(),
        n_files: material.viewed.len(),
        pending: material.confirmations.iter().map(pending).collect(),
        sheets: material.plan.units.iter().flat_map(|unit| sheets(&unit.id, &unit.name, material)).collect(),
        style: template::text("html/thumbnails.css", templates)?,
        nonce: sha256_hex(format!("{}{digests}", material.identity).as_bytes()),
    })
}

/// The page, self-contained.
///
/// # Errors
/// A template of the user's own that asks for what is not there, or is broken.
pub fn thumbnail_sheets(
    page: &Cleared<ThumbnailPage>,
    templates: &Templates,
) -> Result<String, TemplateError> {
    let page: &ThumbnailPage = page;
    template::render_html("html/thumbnails.hbs", page, templates)
}

fn pending(confirmation: &Confirmation) -> Pending {
    Pending {
        message: clean(&confirmation.message),
        key: clean(&confirmation.key),
        accepted: confirmation.accepted.map(clean),
    }
}

fn sheets(unit: &UnitId, name: &str, material: &ThumbnailMaterial) -> Vec<Sheet> {
    let cells: Vec<Cell> =
        material.viewed.iter().filter(|viewed| viewed.unit == unit).flat_map(cells).collect();
    let count = cells.len().div_ceil(ON_ONE_SHEET);
    let sheet = |(index, cells): (usize, &[Cell])| Sheet {
        unit: clean(name),
        number: index + 1,
        count,
        cells: cells.to_vec(),
    };
    cells.chunks(ON_ONE_SHEET).enumerate().map(sheet).collect()
}

/// One for each page shown, and one that tells what is not shown.
fn cells(viewed: &Viewed) -> Vec<Cell> {
    let cell = |page: String, jpeg: Option<String>, note: String| Cell {
        code: clean(viewed.code.as_str()),
        file: clean(viewed.file.path.file_name()),
        page,
        digest: viewed.file.digests.sha256.chars().take(8).collect(),
        masking: match viewed.masking {
            Some(true) => "已勾選遮蔽",
            Some(false) => "未勾選遮蔽",
            None => "免勾選遮蔽",
        },
        doubtful: viewed.masking == Some(false),
        jpeg,
        note,
    };
    let n_pages = viewed.n_pages;
    if let Some(note) = &viewed.note {
        return vec![cell(String::new(), None, clean(note))];
    }
    let mut cells: Vec<Cell> = viewed
        .thumbnails
        .iter()
        .enumerate()
        .map(|(index, jpeg)| {
            let note = if jpeg.is_some() { "" } else { "無法製作縮圖，請開啟原檔核對" };
            cell(format!("第 {} 頁／共 {n_pages} 頁", index + 1), jpeg.clone(), note.to_owned())
        })
        .collect();
    let n_shown = viewed.thumbnails.len();
    if n_shown < n_pages {
        let note = "縮圖過多，未列出；請開啟原檔核對".to_owned();
        cells.push(cell(format!("第 {}–{n_pages} 頁／共 {n_pages} 頁", n_shown + 1), None, note));
    }
    cells
}
