//! Pages as pictures, for what cannot be copied faithfully. Only here and in `text`: hayro.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::{FallbackFontQuery, FontData, FontQuery};
use hayro::hayro_interpret::hayro_cmap::CidFamily;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use crate::exhibit::PageSize;

/// Pixels of one rendered page at most: an A3 page at 200 dpi has 7.7 million.
const MAX_PIXELS: f64 = 12_000_000.0;

/// Of sketches, unless the pixels allowed are fewer.
const SKETCH_DPI: f64 = 144.0;

/// An opaque picture, three bytes a pixel.
pub struct Raster {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
    /// Size of the page in points.
    pub page: PageSize,
}

/// A page as the renderer draws it: opaque, four bytes a pixel.
pub struct Drawn {
    pixels: Pixmap,
    /// Size of the page in points.
    pub page: PageSize,
    /// Pixels a point.
    pub scale: f64,
}

impl Drawn {
    pub fn width(&self) -> usize {
        usize::from(self.pixels.width())
    }

    pub fn height(&self) -> usize {
        usize::from(self.pixels.height())
    }

    /// Four bytes a pixel, line by line.
    pub fn bytes(&self) -> &[u8] {
        self.pixels.data_as_u8_slice()
    }

    fn opaque(&self) -> Raster {
        Raster {
            width: u32::from(self.pixels.width()),
            height: u32::from(self.pixels.height()),
            rgb: self.bytes().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
            page: self.page,
        }
    }
}

impl Raster {
    /// White all over.
    pub fn is_blank(&self) -> bool {
        self.rgb.iter().all(|part| *part == 255)
    }
}

/// Why a document cannot be opened for rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    Password,
    Damaged,
}

/// Draws pages of one document, keeping what they share.
pub struct Renderer<'a> {
    pdf: &'a Pdf,
    cache: RenderCache<'a>,
}

impl<'a> Renderer<'a> {
    pub fn new(pdf: &'a Pdf) -> Self {
        Renderer { pdf, cache: RenderCache::new() }
    }

    /// The page with the given index (from 0), coarser than asked for where it would have more pixels than
    /// allowed; `None` when it cannot be rendered. Hinted letters are made for reading, unhinted ones are
    /// cheaper.
    pub fn page(&self, index: usize, dpi: f64, max_pixels: f64, hinting: bool) -> Option<Drawn> {
        let page = self.pdf.pages().get(index)?;
        // hayro does not panic on the public corpora; a page that makes it is a page lost.
        let draw = || draw(page, &self.cache, dpi, max_pixels, hinting);
        catch_unwind(AssertUnwindSafe(draw)).ok().flatten()
    }
}

/// Renders the pages with the given indices (from 0), one at a time; a page that cannot be rendered is given
/// as `None`. Ends with `None` as soon as `page` does.
pub fn rasters(
    pdf: &Pdf,
    indices: impl Iterator<Item = usize>,
    dpi: f64,
    page: &mut dyn FnMut(usize, Option<Raster>) -> Option<()>,
) -> Option<()> {
    let renderer = Renderer::new(pdf);
    for index in indices {
        page(index, renderer.page(index, dpi, MAX_PIXELS, true).map(|drawn| drawn.opaque()))?;
    }
    Some(())
}

/// Draws the given pages (from 1) with so many pixels at most, one at a time; `None` stands for a page that
/// cannot be drawn.
pub fn sketches(bytes: &[u8], pages: &[usize], max_pixels: f64, each: &mut dyn FnMut(Option<Raster>)) {
    let opened = open(bytes);
    let renderer = opened.as_ref().ok().map(Renderer::new);
    for page in pages {
        let drawn = renderer.as_ref().zip(page.checked_sub(1)).and_then(|(renderer, index)| {
            renderer.page(index, SKETCH_DPI, max_pixels, false).map(|drawn| drawn.opaque())
        });
        each(drawn);
    }
}

/// Opens a document; one without pages is damaged.
pub fn open(bytes: &[u8]) -> Result<Pdf, Unopened> {
    open_shared(&Arc::new(bytes.to_vec()))
}

/// Opens a document without copying its bytes.
pub fn open_shared(bytes: &Arc<Vec<u8>>) -> Result<Pdf, Unopened> {
    match catch_unwind(AssertUnwindSafe(|| Pdf::new(Arc::clone(bytes)))) {
        Ok(Ok(pdf)) if !pdf.pages().is_empty() => Ok(pdf),
        Ok(Err(LoadPdfError::Decryption(_))) => Err(Unopened::Password),
        _ => Err(Unopened::Damaged),
    }
}

/// The font drawn in the stead of one that a document only names. Chinese characters would come out blank in
/// the renderer's own Latin fonts.
fn stand_in(query: &FontQuery) -> Option<(FontData, u32)> {
    let collection =
        |font: &FallbackFontQuery| font.character_collection.as_ref().map(|named| named.family.clone());
    match query {
        FontQuery::Standard(font) => Some(font.get_font_data()),
        FontQuery::Fallback(font) => match collection(font) {
            Some(CidFamily::AdobeCNS1 | CidFamily::AdobeGB1 | CidFamily::AdobeJapan1) => chinese(),
            _ => Some(font.pick_standard_font().get_font_data()),
        },
    }
}

/// The largest of our own fonts, unpacked when a document first needs it and kept for the next one.
fn chinese() -> Option<(FontData, u32)> {
    static FONT: OnceLock<Option<FontData>> = OnceLock::new();
    let unpack = || {
        let fonts = crate::assets::fonts::unpacked().ok()?;
        fonts.into_iter().max_by_key(Vec::len).map(|font| Arc::new(font) as FontData)
    };
    FONT.get_or_init(unpack).clone().map(|font| (font, 0))
}

fn draw<'a>(
    page: &'a hayro::hayro_syntax::page::Page<'a>,
    cache: &RenderCache<'a>,
    dpi: f64,
    max_pixels: f64,
    hinting: bool,
) -> Option<Drawn> {
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    if !(width >= 1.0 && height >= 1.0) {
        return None;
    }
    let wanted = dpi / 72.0;
    let scale = wanted.min((max_pixels / (width * height)).sqrt()).min(60_000.0 / width.max(height));
    let pixels = render(
        page,
        cache,
        &InterpreterSettings { font_resolver: Arc::new(stand_in), ..InterpreterSettings::default() },
        &RenderSettings { hinting, ..RenderSettings::default() },
        &PixmapSettings { x_scale: scale as f32, y_scale: scale as f32, bg_color: WHITE },
    );
    Some(Drawn { pixels, page: PageSize { width, height }, scale })
}
