//! The fidelity guard: a page of the source and the page that is bound in its stead, drawn by the same
//! renderer; where the pictures differ visibly, the binding changed something.
//!
//! Knows two documents and the pages to look at, nothing of how one became the other. What one renderer
//! cannot tell is whether it draws either page as another viewer would: fonts that are missing are
//! looked after in `fonts`.

use hayro::hayro_syntax::Pdf;
use lopdf::Document;

use super::annotations::drawn_areas;
use super::render::{self, Drawn, Renderer};

/// Coarse enough to be cheap, fine enough that a character of a footnote has a shape.
const DPI: f64 = 72.0;
/// Pixels of a page at most; posters are drawn coarser.
const MAX_PIXELS: f64 = 2_000_000.0;
/// Side of the squares that are compared, in pixels: a character of running text fills one or two.
const SQUARE: usize = 8;
/// Mean difference of a square's pixels, of 255, from which on an eye sees it. Faithful copies of the
/// public files stay below 8 (a photo resampled half a pixel off), a changed character is above 20.
const VISIBLE: f64 = 12.0;
/// Shapes of pages differ by rounding only; others (boxes that make no sense) cannot be laid on each other.
const MAX_STRETCH: f64 = 0.01;

/// The pages (from 1) among `pages` that look different in `bound` than in `source`; `None` when one of the
/// two cannot be drawn at all.
pub fn compare(source: &[u8], bound: &[u8], pages: &[usize]) -> Option<Vec<usize>> {
    let (source_pdf, bound_pdf) = (render::open(source).ok()?, render::open(bound).ok()?);
    let mut marks = Marks { source, document: None };
    let mut differing = Vec::new();
    let (source, bound) = (Renderer::new(&source_pdf), Renderer::new(&bound_pdf));
    for page in pages {
        let index = page.checked_sub(1)?;
        let Some((left, right)) = drawn(&source, &source_pdf, &bound, index) else { continue };
        let squares = differing_squares(&left, &right);
        if !squares.is_empty() && !marks.explain(index, &squares, &right) {
            differing.push(*page);
        }
    }
    Some(differing)
}

/// Both pages at the same size; `None` when they have no shape in common, or neither can be drawn.
fn drawn(source: &Renderer, source_pdf: &Pdf, bound: &Renderer, index: usize) -> Option<(Drawn, Drawn)> {
    let right = bound.page(index, DPI, MAX_PIXELS, false)?;
    let (width, height) = source_pdf.pages().get(index)?.render_dimensions();
    let stretch = f64::from(width) / f64::from(height) * right.page.height / right.page.width;
    if (stretch - 1.0).abs() > MAX_STRETCH {
        return None;
    }
    // Pages with a unit of their own, or past 200 inches, are bound at another size than the renderer gives.
    let dpi = right.scale * 72.0 * right.page.width / f64::from(width);
    Some((source.page(index, dpi, 2.0 * MAX_PIXELS, false)?, right))
}

/// Squares, by their column and row, in which the pictures differ visibly.
fn differing_squares(left: &Drawn, right: &Drawn) -> Vec<(usize, usize)> {
    // The last line of pixels may be there or not, by rounding.
    let (width, height) = (left.width().min(right.width()), left.height().min(right.height()));
    let mut squares = Vec::new();
    for top in (0..height).step_by(SQUARE) {
        let bottom = (top + SQUARE).min(height);
        let rows: Vec<(&[u8], &[u8])> = (top..bottom)
            .map(|y| (row(left, y, width), row(right, y, width)))
            .filter(|(left, right)| left != right)
            .collect();
        // Nearly every row of a faithful copy is the same to the last bit.
        if rows.is_empty() {
            continue;
        }
        for start in (0..width).step_by(SQUARE) {
            let end = (start + SQUARE).min(width);
            let sum: u32 = rows.iter().map(|(left, right)| difference(left, right, start, end)).sum();
            if f64::from(sum) > VISIBLE * ((end - start) * (bottom - top)) as f64 {
                squares.push((start / SQUARE, top / SQUARE));
            }
        }
    }
    squares
}

fn row(drawn: &Drawn, y: usize, width: usize) -> &[u8] {
    let at = y * drawn.width() * 4;
    &drawn.bytes()[at..at + width * 4]
}

/// Sum over the pixels from `start` to `end` of a row of the largest difference of any colour.
fn difference(left: &[u8], right: &[u8], start: usize, end: usize) -> u32 {
    let (left, right) = (&left[start * 4..end * 4], &right[start * 4..end * 4]);
    let pixels = left.chunks_exact(4).zip(right.chunks_exact(4));
    let largest = |(a, b): (&[u8], &[u8])| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    pixels.map(|pair| u32::from(largest(pair))).sum()
}

/// Marks that came without an appearance and were drawn by us: the renderer does not show them in the source.
struct Marks<'a> {
    source: &'a [u8],
    /// Read when first needed.
    document: Option<Document>,
}

impl Marks<'_> {
    /// Whether every one of the squares touches a mark.
    fn explain(&mut self, index: usize, squares: &[(usize, usize)], bound: &Drawn) -> bool {
        if self.document.is_none() {
            self.document = Document::load_mem(self.source).ok();
        }
        let Some(document) = &self.document else { return false };
        let Some(page) = document.page_iter().nth(index) else { return false };
        let areas = drawn_areas(document, page);
        squares.iter().all(|(column, row)| {
            let side = SQUARE as f64 / bound.scale;
            let (x, y) = (*column as f64 * side, bound.page.height - *row as f64 * side);
            areas.iter().any(|[x0, y0, x1, y1]| x < *x1 && x + side > *x0 && y - side < *y1 && y > *y0)
        })
    }
}
