//! How a page is turned upright: its box, its rotation, and the matrix that undoes both.

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::exhibit::PageSize;

/// A page larger than this (200 inches, the limit of ISO 32000-1 Annex C) is scaled down to it.
const MAX_POINTS: f64 = 14_400.0;
/// A page smaller than this shows nothing.
const MIN_POINTS: f64 = 3.0;
/// A4, for pages that state no box.
const A4: [f64; 4] = [0.0, 0.0, 595.276, 841.89];

/// A matrix `[a b c d e f]` as in content streams.
pub type Matrix = [f64; 6];

pub const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// A page's visible box and how far it is turned.
#[derive(Debug, Clone, Copy)]
pub struct Upright {
    /// Visible box in the page's own space: x0, y0, x1, y1 with x0 < x1, y0 < y1.
    pub area: [f64; 4],
    /// Clockwise quarter turns.
    quarter_turns: i64,
    /// Points a unit (`UserUnit`).
    unit: f64,
}

impl Upright {
    /// Reads the boxes and the rotation a page has or inherits.
    pub fn of(document: &Document, page: ObjectId) -> Self {
        let media = inherited(document, page, b"MediaBox").and_then(|object| rectangle(document, object));
        let media = media.filter(|area| is_visible(*area)).unwrap_or(A4);
        let crop = inherited(document, page, b"CropBox").and_then(|object| rectangle(document, object));
        let area = crop.map(|crop| intersect(crop, media)).filter(|area| is_visible(*area)).unwrap_or(media);
        let rotate =
            inherited(document, page, b"Rotate").and_then(|object| number(document, object)).unwrap_or(0.0);
        let unit = document
            .get_dictionary(page)
            .ok()
            .and_then(|page| page.get(b"UserUnit").ok())
            .and_then(|object| number(document, object))
            .filter(|unit| (0.1..=100.0).contains(unit))
            .unwrap_or(1.0);
        let largest = (area[2] - area[0]).max(area[3] - area[1]) * unit;
        let unit = if largest > MAX_POINTS { unit * MAX_POINTS / largest } else { unit };
        Upright { area, quarter_turns: (rotate / 90.0).round() as i64 & 3, unit }
    }

    /// Size after turning, in points.
    pub fn size(&self) -> PageSize {
        let width = (self.area[2] - self.area[0]) * self.unit;
        let height = (self.area[3] - self.area[1]) * self.unit;
        if self.quarter_turns % 2 == 0 {
            PageSize { width, height }
        } else {
            PageSize { width: height, height: width }
        }
    }

    /// From the page's own space to the upright page with its corner at the origin.
    pub fn matrix(&self) -> Matrix {
        let [x0, y0, x1, y1] = self.area;
        let u = self.unit;
        match self.quarter_turns {
            0 => [u, 0.0, 0.0, u, -x0 * u, -y0 * u],
            1 => [0.0, -u, u, 0.0, -y0 * u, x1 * u],
            2 => [-u, 0.0, 0.0, -u, x1 * u, y1 * u],
            _ => [0.0, u, -u, 0.0, y1 * u, -x0 * u],
        }
    }
}

fn is_visible(area: [f64; 4]) -> bool {
    area[2] - area[0] >= MIN_POINTS && area[3] - area[1] >= MIN_POINTS
}

fn intersect(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]
}

/// A value of the page or of the nearest node above it; a loop ends the search.
pub fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..64 {
        if let Ok(object) = node.get(key)
            && !matches!(resolve(document, object), Some(Object::Null) | None)
        {
            return Some(object);
        }
        node = parent(document, node)?;
    }
    None
}

fn parent<'a>(document: &'a Document, node: &Dictionary) -> Option<&'a Dictionary> {
    document.get_dictionary(node.get(b"Parent").ok()?.as_reference().ok()?).ok()
}

/// Follows references; `None` for one that leads nowhere.
pub fn resolve<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

pub fn number(document: &Document, object: &Object) -> Option<f64> {
    match resolve(document, object)? {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) if number.is_finite() => Some(f64::from(*number)),
        _ => None,
    }
}

/// Four numbers as a box with its corners in order.
pub fn rectangle(document: &Document, object: &Object) -> Option<[f64; 4]> {
    let Object::Array(items) = resolve(document, object)? else { return None };
    let [a, b, c, d] = items.as_slice() else { return None };
    let (a, b, c, d) =
        (number(document, a)?, number(document, b)?, number(document, c)?, number(document, d)?);
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// Six numbers as a matrix.
pub fn matrix(document: &Document, object: &Object) -> Option<Matrix> {
    let Object::Array(items) = resolve(document, object)? else { return None };
    let numbers: Option<Vec<f64>> = items.iter().map(|item| number(document, item)).collect();
    numbers?.try_into().ok()
}

/// The smallest upright box around a box that is transformed.
pub fn bounds([x0, y0, x1, y1]: [f64; 4], [a, b, c, d, e, f]: &Matrix) -> [f64; 4] {
    let corners =
        [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let low = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::INFINITY, f64::min);
    let high = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
    [low(|corner| corner.0), low(|corner| corner.1), high(|corner| corner.0), high(|corner| corner.1)]
}

/// As an operand list of a content stream. Numbers are written plainly: no exponents.
pub fn operands(numbers: &[f64]) -> String {
    numbers.iter().map(|number| format!("{number:.5}")).collect::<Vec<_>>().join(" ")
}
