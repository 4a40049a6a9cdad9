//! Plain marks that came without an appearance, drawn as a viewer would: highlights, underlines, lines,
//! boxes, ink.
//!
//! ISO 32000-1 §12.5.6 says what each kind's entries mean. Marks that hold text are not drawn here: that
//! would need their program's fonts.

use std::fmt::Write;

use lopdf::{Dictionary, Document, Object, Stream, dictionary};

use super::geometry::{number, operands, rectangle, resolve};

/// Points of one mark at most; more is hostile.
const MAX_POINTS: usize = 100_000;

type Dot = (f64, f64);

/// What a mark shows.
pub enum Mark {
    /// A form in the page's own space.
    Drawn(Stream),
    /// It has no colour, or no points: a viewer shows nothing either.
    Invisible,
    /// Not a plain mark.
    Unknown,
}

/// Draws a mark of the given subtype.
pub fn draw(document: &Document, mark: &Dictionary, subtype: &[u8]) -> Mark {
    let pen = Pen::of(document, mark);
    let quads = || quads(&dots(document, mark, b"QuadPoints"));
    let mut path = Path::default();
    let paint = match subtype {
        b"Highlight" => {
            quads().iter().for_each(|[a, b, c, d]| path.polygon(&[*a, *b, *d, *c], true));
            Paint::Fill
        }
        b"Underline" | b"Squiggly" => {
            quads().iter().for_each(|[_, _, c, d]| path.polygon(&[*c, *d], false));
            Paint::Stroke
        }
        b"StrikeOut" => {
            quads().iter().for_each(|[a, b, c, d]| path.polygon(&[middle(*a, *c), middle(*b, *d)], false));
            Paint::Stroke
        }
        b"Line" => {
            path.polygon(&dots(document, mark, b"L"), false);
            Paint::Stroke
        }
        b"PolyLine" => {
            path.polygon(&dots(document, mark, b"Vertices"), false);
            Paint::Stroke
        }
        b"Polygon" => {
            path.polygon(&dots(document, mark, b"Vertices"), true);
            Paint::Both
        }
        b"Ink" => {
            strokes(document, mark).iter().for_each(|stroke| path.polygon(stroke, false));
            Paint::Stroke
        }
        b"Square" | b"Circle" => {
            let Some(area) = mark.get(b"Rect").ok().and_then(|object| rectangle(document, object)) else {
                return Mark::Invisible;
            };
            let inset = pen.width / 2.0;
            let area = [area[0] + inset, area[1] + inset, area[2] - inset, area[3] - inset];
            if subtype == b"Square" {
                path.rectangle(area)
            } else {
                path.ellipse(area)
            }
            Paint::Both
        }
        _ => return Mark::Unknown,
    };
    match path.into_form(&pen, paint, subtype == b"Highlight") {
        Some(form) => Mark::Drawn(form),
        None => Mark::Invisible,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Paint {
    Fill,
    Stroke,
    /// The outline in the colour, the inside in the interior colour.
    Both,
}

struct Pen {
    colour: Vec<f64>,
    interior: Vec<f64>,
    width: f64,
    opacity: f64,
}

impl Pen {
    fn of(document: &Document, mark: &Dictionary) -> Self {
        let numbers = |key: &[u8]| numbers(document, mark, key);
        let style = mark.get(b"BS").ok().and_then(|object| resolve(document, object));
        let styled = match style {
            Some(Object::Dictionary(style)) => {
                style.get(b"W").ok().and_then(|object| number(document, object))
            }
            _ => numbers(b"Border").get(2).copied(),
        };
        let opacity = mark.get(b"CA").ok().and_then(|object| number(document, object)).unwrap_or(1.0);
        Pen {
            colour: numbers(b"C"),
            interior: numbers(b"IC"),
            width: styled.unwrap_or(1.0).clamp(0.0, 100.0),
            opacity: opacity.clamp(0.0, 1.0),
        }
    }
}

/// A colour operator: none, grey, RGB or CMYK by the number of parts (Table 164).
fn colour(parts: &[f64], operators: [&str; 3]) -> Option<String> {
    let operator = match parts.len() {
        1 => operators[0],
        3 => operators[1],
        4 => operators[2],
        _ => return None,
    };
    Some(format!("{} {operator} ", operands(parts)))
}

#[derive(Default)]
struct Path {
    operators: String,
    dots: Vec<Dot>,
}

impl Path {
    fn step(&mut self, dots: &[Dot], operator: &str) {
        for (x, y) in dots {
            let _ = write!(self.operators, "{x:.3} {y:.3} ");
        }
        self.operators.push_str(operator);
        self.operators.push(' ');
        self.dots.extend(dots);
    }

    fn polygon(&mut self, dots: &[Dot], closed: bool) {
        for (index, dot) in dots.iter().enumerate() {
            self.step(&[*dot], if index == 0 { "m" } else { "l" });
        }
        if closed && !dots.is_empty() {
            self.operators.push_str("h ");
        }
    }

    fn rectangle(&mut self, [x0, y0, x1, y1]: [f64; 4]) {
        self.polygon(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1)], true);
    }

    /// Four curves; 0.5523 is how far a quarter circle's handles reach.
    fn ellipse(&mut self, [x0, y0, x1, y1]: [f64; 4]) {
        let (x, y) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        let (a, b) = ((x1 - x0) / 2.0, (y1 - y0) / 2.0);
        let (k, l) = (a * 0.5523, b * 0.5523);
        self.step(&[(x1, y)], "m");
        self.step(&[(x1, y + l), (x + k, y1), (x, y1)], "c");
        self.step(&[(x - k, y1), (x0, y + l), (x0, y)], "c");
        self.step(&[(x0, y - l), (x - k, y0), (x, y0)], "c");
        self.step(&[(x + k, y0), (x1, y - l), (x1, y)], "c");
        self.operators.push_str("h ");
    }

    fn into_form(self, pen: &Pen, paint: Paint, multiplies: bool) -> Option<Stream> {
        let stroke =
            colour(&pen.colour, ["G", "RG", "K"]).filter(|_| paint != Paint::Fill && pen.width > 0.0);
        let inside = if paint == Paint::Fill { &pen.colour } else { &pen.interior };
        let fill = colour(inside, ["g", "rg", "k"]).filter(|_| paint != Paint::Stroke);
        let operator = match (&stroke, &fill) {
            _ if self.dots.is_empty() => return None,
            (Some(_), Some(_)) => "B",
            (Some(_), None) => "S",
            (None, Some(_)) => "f",
            (None, None) => return None,
        };
        let colours = [stroke, fill].into_iter().flatten().collect::<String>();
        let content = format!("/G gs {:.3} w 1 J 1 j {colours}{}{operator}", pen.width, self.operators);
        let room = pen.width + 1.0;
        let low = |pick: fn(&Dot) -> f64| self.dots.iter().map(pick).fold(f64::INFINITY, f64::min) - room;
        let high =
            |pick: fn(&Dot) -> f64| self.dots.iter().map(pick).fold(f64::NEG_INFINITY, f64::max) + room;
        let area = [low(|dot| dot.0), low(|dot| dot.1), high(|dot| dot.0), high(|dot| dot.1)];
        let state = dictionary! {
            "ca" => Object::Real(pen.opacity as f32),
            "CA" => Object::Real(pen.opacity as f32),
            "BM" => if multiplies { "Multiply" } else { "Normal" },
        };
        let form = dictionary! {
            "BBox" => area.iter().map(|n| Object::Real(*n as f32)).collect::<Vec<_>>(),
            "Resources" => dictionary! { "ExtGState" => dictionary! { "G" => state } },
        };
        Some(Stream::new(form, content.into_bytes()))
    }
}

fn numbers(document: &Document, dictionary: &Dictionary, key: &[u8]) -> Vec<f64> {
    match dictionary.get(key).ok().and_then(|object| resolve(document, object)) {
        Some(Object::Array(items)) => {
            items.iter().take(MAX_POINTS).filter_map(|item| number(document, item)).collect()
        }
        _ => Vec::new(),
    }
}

fn pairs(numbers: &[f64]) -> Vec<Dot> {
    numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

fn dots(document: &Document, mark: &Dictionary, key: &[u8]) -> Vec<Dot> {
    pairs(&numbers(document, mark, key))
}

/// Upper left, upper right, lower left, lower right: the order programs write, whatever §12.5.6.10 says.
fn quads(dots: &[Dot]) -> Vec<[Dot; 4]> {
    dots.chunks_exact(4).map(|quad| [quad[0], quad[1], quad[2], quad[3]]).collect()
}

fn strokes(document: &Document, mark: &Dictionary) -> Vec<Vec<Dot>> {
    let Some(Object::Array(strokes)) = mark.get(b"InkList").ok().and_then(|object| resolve(document, object))
    else {
        return Vec::new();
    };
    let stroke = |stroke: &Object| match resolve(document, stroke) {
        Some(Object::Array(items)) => {
            let numbers: Vec<f64> = items.iter().filter_map(|item| number(document, item)).collect();
            pairs(&numbers)
        }
        _ => Vec::new(),
    };
    strokes.iter().take(MAX_POINTS).map(stroke).collect()
}

fn middle(a: Dot, b: Dot) -> Dot {
    ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
}
