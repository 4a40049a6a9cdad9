//! Annotations and form fields flattened into a page through their appearance streams.
//!
//! ISO 32000-1 §12.5.5 says how an appearance is fitted into its rectangle. What has no appearance
//! but should show something cannot be flattened, and is said.

use std::borrow::Cow;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::geometry::{IDENTITY, Matrix, Upright, bounds, matrix, number, rectangle, resolve};
use super::markup::{self, Mark};

/// Annotation flags (§12.5.3, Table 165).
const HIDDEN: i64 = 1 << 1;
const NO_VIEW: i64 = 1 << 5;
/// A page with more annotations than this is hostile.
const MAX_ANNOTATIONS: usize = 5_000;

/// An appearance once unpacked.
const MAX_APPEARANCE: usize = 4 << 20;

/// An appearance with the matrix that brings it to its place on the page.
pub struct Appearance<'a> {
    pub stream: Cow<'a, Stream>,
    pub placement: Matrix,
}

/// What a page's annotations show.
#[derive(Default)]
pub struct Appearances<'a> {
    pub shown: Vec<Appearance<'a>>,
    /// How many of them are our own drawings.
    pub n_drawn: usize,
    /// Something with content but without an appearance.
    pub is_missing_one: bool,
    /// Their texts, for the privacy gate.
    pub texts: Vec<String>,
}

/// The appearances of a page, in drawing order.
pub fn appearances(document: &Document, page: ObjectId) -> Appearances<'_> {
    let mut found = Appearances::default();
    let Ok(page) = document.get_dictionary(page) else { return found };
    let Some(Object::Array(annotations)) =
        page.get(b"Annots").ok().and_then(|object| resolve(document, object))
    else {
        return found;
    };
    for annotation in annotations.iter().take(MAX_ANNOTATIONS) {
        let Some(Object::Dictionary(annotation)) = resolve(document, annotation) else { continue };
        look_at(document, annotation, &mut found);
    }
    found
}

/// Where on the upright page our own drawings stand: x0, y0, x1, y1 in points from its lower left corner.
pub fn drawn_areas(document: &Document, page: ObjectId) -> Vec<[f64; 4]> {
    let matrix = Upright::of(document, page).matrix();
    let own =
        appearances(document, page).shown.into_iter().filter_map(|appearance| match appearance.stream {
            Cow::Owned(stream) => {
                stream.dict.get(b"BBox").ok().and_then(|object| rectangle(document, object))
            }
            Cow::Borrowed(_) => None,
        });
    own.map(|area| bounds(area, &matrix)).collect()
}

fn look_at<'a>(document: &'a Document, annotation: &'a Dictionary, found: &mut Appearances<'a>) {
    let subtype = annotation.get(b"Subtype").ok().and_then(|object| object.as_name().ok()).unwrap_or(b"");
    for key in [&b"Contents"[..], b"V", b"T"] {
        if let Some(Object::String(bytes, _)) =
            annotation.get(key).ok().and_then(|object| resolve(document, object))
        {
            found.texts.push(super::text::string(bytes));
        }
    }
    let flags = annotation.get(b"F").ok().and_then(|object| number(document, object)).unwrap_or(0.0) as i64;
    if flags & (HIDDEN | NO_VIEW) != 0 || matches!(subtype, b"Popup" | b"Link") {
        return;
    }
    let area = annotation.get(b"Rect").ok().and_then(|object| rectangle(document, object));
    match (normal_appearance(document, annotation), area) {
        (Some(stream), Some(_)) if is_stale(document, annotation, subtype, stream) => {
            found.is_missing_one = true
        }
        (Some(stream), Some(area)) => {
            if let Some(placement) = placement(document, stream, area) {
                found.shown.push(Appearance { stream: Cow::Borrowed(stream), placement });
            }
        }
        _ => match markup::draw(document, annotation, subtype) {
            Mark::Drawn(stream) => {
                found.n_drawn += 1;
                found.shown.push(Appearance { stream: Cow::Owned(stream), placement: IDENTITY });
            }
            Mark::Unknown if should_show(document, annotation, subtype) => found.is_missing_one = true,
            Mark::Unknown | Mark::Invisible => {}
        },
    }
}

/// The stream under AP/N, chosen by the state AS where there are several.
fn normal_appearance<'a>(document: &'a Document, annotation: &'a Dictionary) -> Option<&'a Stream> {
    let Object::Dictionary(appearance) = resolve(document, annotation.get(b"AP").ok()?)? else { return None };
    match resolve(document, appearance.get(b"N").ok()?)? {
        Object::Stream(stream) => Some(stream),
        Object::Dictionary(states) => {
            let state = annotation.get(b"AS").ok().and_then(|object| object.as_name().ok()).unwrap_or(b"Off");
            match resolve(document, states.get(state).or_else(|_| states.get(b"Off")).ok()?)? {
                Object::Stream(stream) => Some(stream),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Algorithm of §12.5.5: the transformed appearance box is fitted to the annotation's rectangle.
fn placement(document: &Document, stream: &Stream, area: [f64; 4]) -> Option<Matrix> {
    let own = stream.dict.get(b"BBox").ok().and_then(|object| rectangle(document, object))?;
    let transform =
        stream.dict.get(b"Matrix").ok().and_then(|object| matrix(document, object)).unwrap_or(IDENTITY);
    let [x0, y0, x1, y1] = bounds(own, &transform);
    if x1 - x0 < 1e-6 || y1 - y0 < 1e-6 {
        return None;
    }
    let (sx, sy) = ((area[2] - area[0]) / (x1 - x0), (area[3] - area[1]) / (y1 - y0));
    Some([sx, 0.0, 0.0, sy, area[0] - x0 * sx, area[1] - y0 * sy])
}

/// Whether a viewer would draw something that we have no appearance for.
fn should_show(document: &Document, annotation: &Dictionary, subtype: &[u8]) -> bool {
    if subtype != b"Widget" {
        return matches!(subtype, b"FreeText" | b"Stamp" | b"Caret" | b"Redact");
    }
    is_filled_text(document, annotation)
}

/// Whether a widget's text field holds a text. Kind and value may stand on the field above (§12.7.3.1).
fn is_filled_text(document: &Document, annotation: &Dictionary) -> bool {
    let of_field = |key: &[u8]| {
        let mut node = annotation;
        for _ in 0..16 {
            if let Ok(object) = node.get(key) {
                return resolve(document, object);
            }
            node = resolve(document, node.get(b"Parent").ok()?)?.as_dict().ok()?;
        }
        None
    };
    let is_text = matches!(of_field(b"FT"), Some(Object::Name(kind)) if kind == b"Tx" || kind == b"Ch");
    let is_blank = |value: &[u8]| super::text::string(value).trim().is_empty();
    is_text && matches!(of_field(b"V"), Some(Object::String(value, _)) if !is_blank(value))
}

/// A field filled by a program that left drawing it to the viewer (NeedAppearances, §12.7.2): its value is
/// there, but its appearance, from before it was filled, shows no text.
fn is_stale(document: &Document, annotation: &Dictionary, subtype: &[u8], appearance: &Stream) -> bool {
    if subtype != b"Widget" || !needs_appearances(document) || !is_filled_text(document, annotation) {
        return false;
    }
    let Ok(content) = appearance.get_plain_content_with_limit(MAX_APPEARANCE) else { return false };
    let shows = |operator: &[u8]| content.windows(operator.len()).any(|window| window == operator);
    !shows(b"Tj") && !shows(b"TJ") && !shows(b"Do")
}

fn needs_appearances(document: &Document) -> bool {
    let form = || resolve(document, document.catalog().ok()?.get(b"AcroForm").ok()?)?.as_dict().ok();
    form().is_some_and(|form| matches!(form.get(b"NeedAppearances"), Ok(Object::Boolean(true))))
}
