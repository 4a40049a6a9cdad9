//! Text of a document, page by page, for the privacy gate and for telling scans from texts.
//!
//! Collects what the glyphs stand for with where they stand, and puts lines together again:
//! identity numbers are often set glyph by glyph.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro::kurbo::{Affine, BezPath, Point, Rect};

use crate::exhibit::PageText;

use super::render;

/// Pages read for text, and characters kept of a document.
const MAX_PAGES: usize = 3_000;
const MAX_CHARACTERS: usize = 2_000_000;

/// The text of every page that has any; pages count from 1, page 0 is the document's properties.
/// Empty for documents that cannot be opened.
pub fn page_texts(bytes: &[u8]) -> Vec<PageText> {
    let Ok(pdf) = render::open(bytes) else { return Vec::new() };
    let mut texts = Vec::new();
    let metadata = pdf.metadata();
    let properties = [&metadata.title, &metadata.author, &metadata.subject, &metadata.keywords];
    let properties: Vec<String> = properties.into_iter().flatten().map(|bytes| string(bytes)).collect();
    if !properties.is_empty() {
        texts.push(PageText { page: 0, text: properties.join("\n") });
    }
    let mut n_characters = 0;
    let cache = InterpreterCache::new();
    for (index, page) in pdf.pages().iter().enumerate().take(MAX_PAGES) {
        let text = catch_unwind(AssertUnwindSafe(|| page_text(page, &cache, MAX_CHARACTERS - n_characters)));
        let Ok(text) = text else { continue };
        n_characters += text.len();
        if !text.trim().is_empty() {
            texts.push(PageText { page: index + 1, text });
        }
        if n_characters >= MAX_CHARACTERS {
            break;
        }
    }
    texts
}

/// A PDF text string: UTF-16 or UTF-8 with their marks, else Latin (ISO 32000-1 §7.9.2.2).
pub fn string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}

fn page_text<'a>(
    page: &'a hayro::hayro_syntax::page::Page<'a>,
    cache: &InterpreterCache<'a>,
    room: usize,
) -> String {
    let transform = Affine::new(page.initial_transform(true).as_coeffs());
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(transform, area, cache, page.xref(), InterpreterSettings::default());
    let mut collector = Collector { glyphs: Vec::new(), room };
    interpret_page(page, &mut context, &mut collector);
    collector.text()
}

struct Placed {
    at: Point,
    /// Height of the glyph's em on the page.
    size: f64,
    /// Where the next glyph would stand.
    end: f64,
    text: String,
}

struct Collector {
    glyphs: Vec<Placed>,
    room: usize,
}

impl Collector {
    /// Lines from top to bottom, glyphs from left to right, a blank where a gap is.
    fn text(mut self) -> String {
        self.glyphs.sort_by(|a, b| {
            let same_line = (a.at.y - b.at.y).abs() < 0.45 * a.size.min(b.size).max(1.0);
            let by_line = if same_line { std::cmp::Ordering::Equal } else { a.at.y.total_cmp(&b.at.y) };
            by_line.then(a.at.x.total_cmp(&b.at.x))
        });
        // Filled and stroked, or printed twice a hair apart: that is how bold is faked, and it is
        // one character to a reader.
        self.glyphs.dedup_by(|later, earlier| {
            let near = 0.15 * earlier.size.max(1.0);
            later.text == earlier.text
                && (later.at.x - earlier.at.x).abs() < near
                && (later.at.y - earlier.at.y).abs() < near
        });
        let mut text = String::new();
        let mut last: Option<(f64, f64, f64)> = None;
        for glyph in &self.glyphs {
            if let Some((y, end, size)) = last {
                if (glyph.at.y - y).abs() >= 0.45 * size.min(glyph.size).max(1.0) {
                    text.push('\n');
                } else if glyph.at.x - end > 0.25 * size {
                    text.push(' ');
                }
            }
            text.push_str(&glyph.text);
            last = Some((glyph.at.y, glyph.end, glyph.size.max(1.0)));
        }
        text
    }
}

impl<'a> Device<'a> for Collector {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    /// Invisible text counts too: a scan's recognised text is what a search finds.
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            if self.glyphs.len() >= self.room {
                return;
            }
            let Some(unicode) = glyph.as_unicode() else { continue };
            let text = match unicode {
                BfString::Char(c) => c.to_string(),
                BfString::String(text) => text,
            };
            let place = props.transform * glyph.transform();
            let at = place * Point::ORIGIN;
            let up = place * Point::new(0.0, 1000.0);
            let size = (up - at).hypot();
            let advance = match &**glyph {
                Glyph::Outline(outline) => f64::from(outline.advance_width().unwrap_or(500.0)),
                Glyph::Type3(_) => 0.0,
            };
            let end = (place * Point::new(advance, 0.0)).x;
            self.glyphs.push(Placed { at, size, end, text });
        }
    }
}
