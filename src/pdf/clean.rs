//! A foreign PDF to a clean one: pages upright at the origin, annotations flattened, nothing kept
//! but what is drawn.
//!
//! Dropped: properties, metadata, actions, scripts, attachments, links, structure. What the copy draws is
//! compared with what the source draws; a page that lost something, or shows a layer that is switched off, is
//! rendered instead. A document that can be neither copied nor rendered is refused with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hayro::hayro_syntax::Pdf;
use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::exhibit::{PageSize, PageText};

use super::fonts::MissingFonts;
use super::geometry::resolve;
use super::mend::mend;
use super::press::{Picture, Pressed, press, press_pictures};
use super::reading::Reading;
use super::render::{self, Raster, Unopened};
use super::text;

/// Rendered pages of one document at most: each costs some tenth of a second.
const MAX_RENDERED: usize = 60;
const RENDER_DPI: f64 = 170.0;

/// A document of our own making.
#[derive(Debug)]
pub struct Cleaned {
    pub pdf: Vec<u8>,
    pub pages: Vec<PageSize>,
    /// Pages that became pictures.
    pub pictured: Vec<Pictured>,
    /// What is written in the source, page by page; page 0 for properties, notes and fields.
    pub texts: Vec<PageText>,
    /// Some page has text that can be searched.
    pub has_text: bool,
    /// Fonts that the bound pages name and do not hold.
    pub missing_fonts: MissingFonts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// From 1.
    pub pages: Vec<usize>,
    pub why: PicturedWhy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PicturedWhy {
    /// Layers that are switched off.
    Layers,
    /// A structure that only rendering can make sense of.
    Damaged,
    /// The copy was found to look otherwise.
    Differs,
}

/// Why a document cannot be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Password,
    Damaged,
    NoPages,
    TooManyPages,
    /// More pages than may be rendered would have to be.
    TooManyPictures,
    /// A form whose pages are drawn by a program inside it (XFA): the file holds only 「請稍候」.
    Dynamic,
    /// A wrapping of several files; what is in them is not on its pages.
    Portfolio,
    /// A filled field or a note on this page (from 1) that only its own program can draw.
    NoAppearance {
        page: usize,
    },
}

/// Turns a raster into a JPEG.
pub type Encode<'e> = dyn FnMut(&Raster) -> Option<Vec<u8>> + 'e;

/// Cleans a document. Pages `as_pictures` (from 1) are rendered, however well they could be copied.
pub fn clean(bytes: &[u8], as_pictures: &BTreeSet<usize>, encode: &mut Encode) -> Result<Cleaned, Refusal> {
    let pdf = render::open(bytes);
    let document = Document::load_mem(bytes).ok().filter(|document| !document.is_encrypted());
    let Some(mut document) = document else {
        return picture_all(&pdf.map_err(refusal)?, encode);
    };
    if let Ok(pdf) = &pdf {
        mend(&mut document, pdf);
    }
    refuse_wrappings(&document)?;
    let pages: Vec<ObjectId> = document.page_iter().take(text::MAX_PAGES + 1).collect();
    if pages.len() > text::MAX_PAGES {
        return Err(Refusal::TooManyPages);
    }
    // lopdf repairs what it can; a repair that lost pages is told apart by the second reader.
    match &pdf {
        Ok(pdf) if pdf.pages().len() > pages.len() => picture_all(pdf, encode),
        Err(unopened) if pages.is_empty() => Err(refusal(*unopened)),
        _ => copy_all(&document, &pages, pdf.as_ref().ok(), as_pictures, encode),
    }
}

fn refusal(unopened: Unopened) -> Refusal {
    match unopened {
        Unopened::Password => Refusal::Password,
        Unopened::Damaged => Refusal::Damaged,
    }
}

fn copy_all(
    document: &Document,
    pages: &[ObjectId],
    pdf: Option<&Pdf>,
    as_pictures: &BTreeSet<usize>,
    encode: &mut Encode,
) -> Result<Cleaned, Refusal> {
    if pages.is_empty() {
        return Err(Refusal::NoPages);
    }
    let readings = pdf.map(text::read).unwrap_or_default();
    let mut pressed = press(document, pages, &BTreeMap::new()).ok_or(Refusal::Damaged)?;
    if let Some(index) = pressed.without_appearance {
        return Err(Refusal::NoAppearance { page: index + 1 });
    }
    let wrong = wrong_pages(&mut pressed, &readings);
    let asked: BTreeSet<usize> = as_pictures.iter().filter_map(|page| page.checked_sub(1)).collect();
    let rendered: BTreeSet<usize> =
        wrong.iter().chain(&asked).copied().filter(|index| *index < pages.len()).collect();
    if !rendered.is_empty() {
        if rendered.len() > MAX_RENDERED {
            return Err(Refusal::TooManyPictures);
        }
        let mut is_lost = false;
        let pictures =
            pictures(pdf.ok_or(Refusal::Damaged)?, rendered.iter().copied(), &mut |index, raster| {
                // Content that neither reader makes out: a blank picture would pass it off as a blank page.
                is_lost |= pressed.unreadable.contains(&index) && raster.is_blank();
                encode(raster)
            })?;
        if is_lost {
            return Err(Refusal::Damaged);
        }
        drop(std::mem::take(&mut pressed.pdf));
        pressed = press(document, pages, &pictures).ok_or(Refusal::Damaged)?;
    }
    let why_wrong = if has_hidden_layers(document) { PicturedWhy::Layers } else { PicturedWhy::Damaged };
    let pictured = [
        Pictured { pages: from_one(wrong.iter()), why: why_wrong },
        Pictured { pages: from_one(rendered.difference(&wrong)), why: PicturedWhy::Differs },
    ]
    .into_iter()
    .filter(|pictured| !pictured.pages.is_empty())
    .collect();
    let mut texts = pdf.map(text::properties).unwrap_or_default();
    if !pressed.annotation_texts.is_empty() {
        texts.push(PageText { page: 0, text: pressed.annotation_texts.join("\n") });
    }
    let cleaned = told(pressed.pdf, pressed.pages, pictured, texts, readings);
    Ok(Cleaned { missing_fonts: pressed.missing_fonts, ..cleaned })
}

fn from_one<'i>(indices: impl Iterator<Item = &'i usize>) -> Vec<usize> {
    indices.map(|index| index + 1).collect()
}

/// Pages that could not be copied, or whose copy draws something else than the source.
fn wrong_pages(pressed: &mut Pressed, readings: &[Reading]) -> BTreeSet<usize> {
    let mut wrong = pressed.unreadable.clone();
    if readings.len() != pressed.pages.len() {
        // The two readers count pages differently; nothing can be compared.
        return wrong;
    }
    let bytes = Arc::new(std::mem::take(&mut pressed.pdf));
    let copies = render::open_shared(&bytes).map(|copy| text::read(&copy)).unwrap_or_default();
    for (index, reading) in readings.iter().enumerate() {
        let n_ours = pressed.drawn_marks.get(&index).copied().unwrap_or(0);
        if !copies.get(index).is_some_and(|copy| reading.tally.agrees_with(&copy.tally, n_ours)) {
            wrong.insert(index);
        }
    }
    pressed.pdf = Arc::unwrap_or_clone(bytes);
    wrong
}

fn picture_all(pdf: &Pdf, encode: &mut Encode) -> Result<Cleaned, Refusal> {
    let n_pages = pdf.pages().len();
    if n_pages > MAX_RENDERED {
        return Err(Refusal::TooManyPictures);
    }
    let pictures = pictures(pdf, 0..n_pages, &mut |_, raster| encode(raster))?;
    let pictures: Vec<Picture> = pictures.into_values().collect();
    let (clean, sizes) = press_pictures(&pictures).ok_or(Refusal::Damaged)?;
    let pictured = vec![Pictured { pages: (1..=n_pages).collect(), why: PicturedWhy::Damaged }];
    Ok(told(clean, sizes, pictured, text::properties(pdf), text::read(pdf)))
}

fn pictures(
    pdf: &Pdf,
    indices: impl Iterator<Item = usize>,
    encode: &mut dyn FnMut(usize, &Raster) -> Option<Vec<u8>>,
) -> Result<BTreeMap<usize, Picture>, Refusal> {
    let mut pictures = BTreeMap::new();
    render::rasters(pdf, indices, RENDER_DPI, &mut |index, raster| {
        let raster = raster?;
        let jpeg = encode(index, &raster)?;
        pictures
            .insert(index, Picture { jpeg, width: raster.width, height: raster.height, size: raster.page });
        Some(())
    })
    .ok_or(Refusal::Damaged)?;
    Ok(pictures)
}

fn told(
    pdf: Vec<u8>,
    pages: Vec<PageSize>,
    pictured: Vec<Pictured>,
    mut texts: Vec<PageText>,
    readings: Vec<Reading>,
) -> Cleaned {
    let has_text = readings.iter().any(|reading| reading.has_text);
    for (index, reading) in readings.into_iter().enumerate() {
        if !reading.text.trim().is_empty() {
            texts.push(PageText { page: index + 1, text: reading.text });
        }
    }
    Cleaned { pdf, pages, pictured, texts, has_text, missing_fonts: MissingFonts::default() }
}

/// Documents whose pages are not what their reader sees.
fn refuse_wrappings(document: &Document) -> Result<(), Refusal> {
    let Ok(catalog) = document.catalog() else { return Ok(()) };
    if matches!(entry(document, catalog, b"Collection"), Some(Object::Dictionary(_))) {
        return Err(Refusal::Portfolio);
    }
    // §12.7.8: a form that must be rendered has no pages of its own.
    if matches!(entry(document, catalog, b"NeedsRendering"), Some(Object::Boolean(true))) {
        return Err(Refusal::Dynamic);
    }
    Ok(())
}

/// Whether the default configuration switches layers off (ISO 32000-1 §8.11.4.3).
fn has_hidden_layers(document: &Document) -> bool {
    let default = || {
        let properties = entry(document, document.catalog().ok()?, b"OCProperties")?.as_dict().ok()?;
        entry(document, properties, b"D")?.as_dict().ok()
    };
    let Some(default) = default() else { return false };
    let base_is_off =
        matches!(entry(document, default, b"BaseState"), Some(Object::Name(name)) if name == b"OFF");
    base_is_off || matches!(entry(document, default, b"OFF"), Some(Object::Array(off)) if !off.is_empty())
}

fn entry<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    resolve(document, dictionary.get(key).ok()?)
}
