//! A page as its drawing goes by: what is written on it, and a tally of everything drawn.
//!
//! The text is for the privacy gate and for telling scans from texts; lines are put together again from
//! where the glyphs stand, since identity numbers are often set glyph by glyph. The tallies of a source and of
//! its copy are compared: what a copy lost shows as a difference.

use std::collections::BTreeMap;

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, interpret, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{self, content::TypedIter};
use hayro::kurbo::{Affine, BezPath, Point, Rect, Shape};

use super::merge;

/// What a page says and draws.
#[derive(Debug, Default)]
pub struct Reading {
    pub text: String,
    /// Some of the text is surely text: its letters are named by the document.
    pub has_text: bool,
    pub tally: Tally,
}

/// Reads a page; at most `room` glyphs of it.
pub fn read_page<'a>(page: &'a Page<'a>, cache: &InterpreterCache<'a>, room: usize) -> Reading {
    let transform = Affine::new(page.initial_transform(true).as_coeffs());
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(transform, area, cache, page.xref(), InterpreterSettings::default());
    let mut reader = Reader { glyphs: Vec::new(), room, has_text: false, tally: Tally::of_size(area) };
    interpret_page(page, &mut context, &mut reader);
    Reading { text: lines(reader.glyphs), has_text: reader.has_text, tally: reader.tally }
}

/// What typesetting wrote on a page of ours, letter by letter.
pub struct SetText {
    glyphs: Vec<Placed>,
    /// From the page's coordinates to those of the letters.
    transform: Affine,
}

/// Reads what a page's own content writes; evidence bound into it is left out, undecoded.
pub fn read_own<'a>(page: &'a Page<'a>, cache: &InterpreterCache<'a>) -> SetText {
    let transform = Affine::new(page.initial_transform(true).as_coeffs());
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(transform, area, cache, page.xref(), InterpreterSettings::default());
    let mut reader =
        Reader { glyphs: Vec::new(), room: usize::MAX, has_text: false, tally: Tally::of_size(area) };
    let own = without_bound(page.page_stream().unwrap_or_default());
    interpret(TypedIter::new(own), page.resources(), &mut context, &mut reader);
    SetText { glyphs: reader.glyphs, transform }
}

/// A page's content from behind the instructions that `merge` put before it.
fn without_bound(mut content: &[u8]) -> &[u8] {
    loop {
        let rest = content.trim_ascii_start();
        if !rest.starts_with(merge::DRAWS.as_bytes()) {
            return rest;
        }
        let end = rest.windows(merge::DRAWN.len()).position(|window| window == merge::DRAWN.as_bytes());
        let Some(end) = end else { return rest };
        content = &rest[end + merge::DRAWN.len()..];
    }
}

impl SetText {
    /// All of it.
    pub fn lines(self) -> String {
        lines(self.glyphs)
    }

    /// What stands in an area given in the page's coordinates.
    pub fn within(&self, area: hayro_syntax::object::Rect) -> String {
        // Letters stand on the lower edge of a link that ends at the base line.
        let room = 1.0;
        let corners = Rect::new(area.x0, area.y0, area.x1, area.y1);
        let area = self.transform.transform_rect_bbox(corners).inflate(room, room);
        lines(self.glyphs.iter().filter(|glyph| area.contains(glyph.at)).cloned().collect())
    }
}

/// How much of each kind is drawn, where on average, and in what colours.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    width: f64,
    height: f64,
    glyphs: Share,
    paths: Share,
    images: Share,
}

/// Of one kind of drawing: how many, the sum of their places (as parts of the page) and of their colours.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    n: usize,
    x: f64,
    y: f64,
    colour: f64,
}

impl Tally {
    fn of_size(area: Rect) -> Self {
        Tally { width: area.width().max(1e-3), height: area.height().max(1e-3), ..Tally::default() }
    }

    /// Whether `copy` draws what this one draws, and `n_marks` paths more. Small shifts are rounding; shapes of another ratio (boxes
    /// that make no sense) are compared by number alone.
    pub fn agrees_with(&self, copy: &Tally, n_marks: usize) -> bool {
        let ratio = (self.width / self.height) / (copy.width / copy.height);
        let same_shape = (0.99..=1.01).contains(&ratio);
        let agree = |a: &Share, b: &Share| a.n == b.n && (!same_shape || a.lies_like(b));
        // A mark that is filled and stroked is two paths.
        let paths_agree = match n_marks {
            0 => agree(&self.paths, &copy.paths),
            n => (self.paths.n + n..=self.paths.n + 2 * n).contains(&copy.paths.n),
        };
        agree(&self.glyphs, &copy.glyphs) && agree(&self.images, &copy.images) && paths_agree
    }
}

impl Share {
    fn add(&mut self, x: f64, y: f64, colour: f64) {
        self.n += 1;
        // What lies far off the page is not seen, and must not drown what is.
        let bounded = |part: f64| if part.is_finite() { part.clamp(-2.0, 3.0) } else { 0.0 };
        self.x += bounded(x);
        self.y += bounded(y);
        self.colour += colour;
    }

    fn lies_like(&self, other: &Share) -> bool {
        let room = 0.004 * self.n.max(1) as f64;
        (self.x - other.x).abs() <= room
            && (self.y - other.y).abs() <= room
            && (self.colour - other.colour).abs() <= 3.0 * room
    }
}

#[derive(Clone)]
struct Placed {
    at: Point,
    /// Direction of writing, in whole turns of 15 degrees.
    heading: i32,
    /// Height of the glyph's em on the page.
    size: f64,
    /// How far the next glyph would stand along the direction.
    advance: f64,
    text: String,
}

/// Directions of writing that are told apart.
const HEADINGS: i32 = 24;

/// Text by direction of writing; within one, lines from top to bottom, glyphs along them, a blank where
/// a gap is.
fn lines(glyphs: Vec<Placed>) -> String {
    let mut by_heading: BTreeMap<i32, Vec<(f64, f64, Placed)>> = BTreeMap::new();
    for glyph in glyphs {
        let angle = f64::from(glyph.heading) * std::f64::consts::TAU / f64::from(HEADINGS);
        let (sin, cos) = angle.sin_cos();
        let along = glyph.at.x * cos + glyph.at.y * sin;
        let across = glyph.at.y * cos - glyph.at.x * sin;
        by_heading.entry(glyph.heading).or_default().push((along, across, glyph));
    }
    let mut text = String::new();
    for mut glyphs in by_heading.into_values() {
        glyphs.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut line: Vec<(f64, f64, Placed)> = Vec::new();
        for glyph in glyphs {
            let goes_on = line
                .first()
                .is_none_or(|first| glyph.1 - first.1 < 0.45 * first.2.size.min(glyph.2.size).max(1.0));
            if !goes_on {
                write_line(std::mem::take(&mut line), &mut text);
            }
            line.push(glyph);
        }
        write_line(line, &mut text);
    }
    text
}

fn write_line(mut line: Vec<(f64, f64, Placed)>, text: &mut String) {
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Filled and stroked, or printed twice a hair apart: that is how bold is faked, and it is one
    // character to a reader.
    line.dedup_by(|later, earlier| {
        let near = 0.15 * earlier.2.size.max(1.0);
        later.2.text == earlier.2.text && (later.0 - earlier.0).abs() < near
    });
    if !text.is_empty() && !line.is_empty() {
        text.push('\n');
    }
    let mut end = f64::INFINITY;
    for (along, _, glyph) in &line {
        if along - end > 0.25 * glyph.size.max(1.0) {
            text.push(' ');
        }
        text.push_str(&glyph.text);
        end = along + glyph.advance;
    }
}

struct Reader {
    glyphs: Vec<Placed>,
    room: usize,
    has_text: bool,
    tally: Tally,
}

impl Reader {
    fn part(&self, at: Point) -> (f64, f64) {
        (at.x / self.tally.width, at.y / self.tally.height)
    }

    fn keep(&mut self, glyph: &Glyph<'_>, place: Affine, is_vertical: bool) {
        if self.glyphs.len() >= self.room {
            return;
        }
        let (text, is_sure) = match glyph.as_unicode() {
            Some(BfString::Char(c)) => (c.to_string(), true),
            Some(BfString::String(text)) => (text, true),
            None => match unnamed(glyph.char_code()) {
                Some(c) => (c.to_string(), false),
                None => return,
            },
        };
        self.has_text |= is_sure && text.chars().any(char::is_alphanumeric);
        let at = place * Point::ORIGIN;
        let size = (place * Point::new(0.0, 1000.0) - at).hypot();
        let width = match glyph {
            Glyph::Outline(outline) => f64::from(outline.advance_width().unwrap_or(500.0)),
            Glyph::Type3(own) => f64::from(own.advance_width().unwrap_or(500.0)),
        };
        let tip = if is_vertical { Point::new(0.0, -1000.0) } else { Point::new(width, 0.0) };
        let way = place * tip - at;
        if !(way.x.is_finite() && way.y.is_finite() && at.x.is_finite() && at.y.is_finite()) {
            return;
        }
        let turns = way.y.atan2(way.x) / std::f64::consts::TAU * f64::from(HEADINGS);
        let heading = (turns.round() as i32).rem_euclid(HEADINGS);
        self.glyphs.push(Placed { at, heading, size, advance: way.hypot(), text });
    }
}

/// A guess for glyphs whose letters a document does not name: most of its codes are what they look like.
fn unnamed(code: u32) -> Option<char> {
    let is_plausible = matches!(code, 0x20..=0x7e | 0x3000..=0x30ff | 0x4e00..=0x9fff | 0xff01..=0xff5e);
    char::from_u32(code).filter(|_| is_plausible)
}

fn colour(paint: &Paint<'_>) -> f64 {
    match paint {
        Paint::Color(colour) => colour.to_rgba().components().iter().map(|part| f64::from(*part)).sum(),
        Paint::Pattern(_) => 0.5,
    }
}

impl<'a> Device<'a> for Reader {
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        let area = path.bounding_box();
        let (x, y) = self.part(props.transform * area.center());
        self.tally.paths.add(x, y, colour(&props.paint));
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let (x, y) = self.part(props.transform * Point::new(width / 2.0, height / 2.0));
        self.tally.images.add(x, y, 0.0);
    }

    /// Invisible text counts too: a scan's recognised text is what a search finds.
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        let is_vertical = run.writing_mode() == WritingMode::Vertical;
        let colour = colour(&props.paint);
        for glyph in run.glyphs() {
            let place = props.transform * glyph.transform();
            let (x, y) = self.part(place * Point::ORIGIN);
            self.tally.glyphs.add(x, y, colour);
            self.keep(glyph, place, is_vertical);
        }
    }
}
