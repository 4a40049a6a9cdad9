//! The clean document being made: every page one form, upright at the origin, with its annotations
//! drawn in; or a picture.
//!
//! Objects are written as soon as they are known, so that a large document is held once, not twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use crate::exhibit::PageSize;

use super::annotations::{Appearances, appearances};
use super::copy::Copier;
use super::fonts::MissingFonts;
use super::geometry::{Upright, inherited, operands, resolve};
use super::write::Sheet;

/// A page's content once unpacked.
const MAX_CONTENT: usize = 64 << 20;

/// A page as a JPEG.
pub struct Picture {
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub size: PageSize,
}

/// What came out of the press.
pub struct Pressed {
    pub pdf: Vec<u8>,
    pub pages: Vec<PageSize>,
    /// Pages (indices) whose content could not be taken over; they are blank.
    pub unreadable: BTreeSet<usize>,
    /// A page (index) with a field or a note that only its own program can draw.
    pub without_appearance: Option<usize>,
    /// Pages (by index) with marks drawn by us: how many. A reader of the source does not see them.
    pub drawn_marks: BTreeMap<usize, usize>,
    /// Texts of annotations and fields.
    pub annotation_texts: Vec<String>,
    pub missing_fonts: MissingFonts,
}

/// Presses the pages of a document; those in `pictures` (by index) are not looked at, but replaced.
/// `None` when the document refers to more objects than any real one.
pub fn press(source: &Document, pages: &[ObjectId], pictures: &BTreeMap<usize, Picture>) -> Option<Pressed> {
    let mut pdf = Vec::new();
    // Writing into memory does not fail.
    let mut press = Press::new(source, &mut pdf).ok()?;
    let mut without_appearance = None;
    let mut unreadable = BTreeSet::new();
    let mut annotation_texts = Vec::new();
    let mut drawn_marks = BTreeMap::new();
    for (index, page) in pages.iter().enumerate() {
        let appearances = appearances(source, *page);
        if appearances.is_missing_one {
            without_appearance.get_or_insert(index);
        }
        if appearances.n_drawn > 0 {
            drawn_marks.insert(index, appearances.n_drawn);
        }
        annotation_texts.extend(appearances.texts.iter().cloned());
        match pictures.get(&index) {
            Some(picture) => press.picture(picture).ok()?,
            None if press.page(*page, &appearances).ok()? => {}
            None => {
                unreadable.insert(index);
                press.blank(Upright::of(source, *page).size()).ok()?;
            }
        }
    }
    let missing_fonts = std::mem::take(&mut press.copier.missing_fonts);
    let pages = press.finish()?;
    Some(Pressed { missing_fonts, pdf, pages, unreadable, without_appearance, drawn_marks, annotation_texts })
}

/// A document of pictures alone.
pub fn press_pictures(pictures: &[Picture]) -> Option<(Vec<u8>, Vec<PageSize>)> {
    let nothing = Document::new();
    let mut pdf = Vec::new();
    let mut press = Press::new(&nothing, &mut pdf).ok()?;
    for picture in pictures {
        press.picture(picture).ok()?;
    }
    let pages = press.finish()?;
    Some((pdf, pages))
}

struct Press<'a, 'w> {
    source: &'a Document,
    copier: Copier<'a>,
    sheet: Sheet<'w>,
    pages: Vec<(u32, PageSize)>,
    catalog: u32,
    page_tree: u32,
    /// The document blends in ways that show on white paper, so that a page's group matters.
    blends: bool,
}

impl<'a, 'w> Press<'a, 'w> {
    fn new(source: &'a Document, out: &'w mut Vec<u8>) -> io::Result<Self> {
        let mut copier = Copier::new(source, 1).stripping();
        let (catalog, page_tree) = (copier.fresh(), copier.fresh());
        let blends = source.objects.values().any(|object| blends(object, 0));
        Ok(Press { source, copier, sheet: Sheet::new(out)?, pages: Vec::new(), catalog, page_tree, blends })
    }

    fn add(&mut self, object: &Object) -> io::Result<Object> {
        let number = self.copier.fresh();
        self.sheet.write(number, object)?;
        Ok(Object::Reference((number, 0)))
    }

    /// Copies a page; `false` when its content cannot be made out.
    fn page(&mut self, page: ObjectId, appearances: &Appearances) -> io::Result<bool> {
        let upright = Upright::of(self.source, page);
        let Some(content) = self.content(page) else { return Ok(false) };
        let resources = self.resources(page)?;
        // Forms and fonts without resources of their own use the page's (§7.8.3).
        self.copier.fallback_resources = Some(resources.clone());
        let mut form = match content {
            Content::Kept(stream) => self.copier.stream(stream),
            Content::Joined(stream) => stream,
        };
        make_form(&mut form, &upright.area, resources);
        if let Some(group) = self.group(page) {
            form.dict.set("Group", group);
        }
        let mut xobjects = Dictionary::new();
        let mut drawing = format!("q {} cm /P Do ", operands(&upright.matrix()));
        xobjects.set("P", self.add(&Object::Stream(form))?);
        for (index, appearance) in appearances.shown.iter().enumerate() {
            let mut stream = self.copier.stream(&appearance.stream);
            stream.dict.set("Type", Object::Name(b"XObject".to_vec()));
            stream.dict.set("Subtype", Object::Name(b"Form".to_vec()));
            let name = format!("A{index}");
            drawing.push_str(&format!("q {} cm /{name} Do Q ", operands(&appearance.placement)));
            xobjects.set(name, self.add(&Object::Stream(stream))?);
        }
        drawing.push('Q');
        let sheet = &mut self.sheet;
        self.copier.drain(&mut |number, object| sheet.write(number, &object))?;
        self.add_page(upright.size(), drawing, xobjects)?;
        Ok(true)
    }

    fn resources(&mut self, page: ObjectId) -> io::Result<Object> {
        let resources = inherited(self.source, page, b"Resources");
        let resources = match resources.and_then(|object| resolve(self.source, object)) {
            Some(Object::Dictionary(resources)) => self.copier.dictionary(resources),
            _ => Dictionary::new(),
        };
        self.add(&Object::Dictionary(resources))
    }

    /// The page's transparency group as one of a form. Left out where it changes nothing: viewers draw
    /// thin lines worse inside groups.
    fn group(&mut self, page: ObjectId) -> Option<Object> {
        let dictionary = self.source.get_dictionary(page).ok()?;
        let group = resolve(self.source, dictionary.get(b"Group").ok()?)?.as_dict().ok()?;
        let space = group.get(b"CS").ok().and_then(|object| resolve(self.source, object));
        let is_plain = match space {
            None | Some(Object::Null) => true,
            Some(Object::Name(name)) => name == b"DeviceRGB" || name == b"DeviceGray",
            Some(Object::Array(items)) => !self.has_four_inks(items),
            Some(_) => false,
        };
        if is_plain && !self.blends {
            return None;
        }
        let mut group = self.copier.dictionary(group);
        // A page's group is isolated (§11.4.7), a form's only when it says so.
        group.set("I", true);
        Some(Object::Dictionary(group))
    }

    fn has_four_inks(&self, space: &[Object]) -> bool {
        let Some(Object::Stream(profile)) = space.get(1).and_then(|object| resolve(self.source, object))
        else {
            return false;
        };
        matches!(profile.dict.get(b"N"), Ok(Object::Integer(4)))
    }

    /// A single content stream keeps its packing; several are joined, since operators may run over.
    fn content(&self, page: ObjectId) -> Option<Content<'a>> {
        let dictionary = self.source.get_dictionary(page).ok()?;
        let empty = || Some(Content::Joined(Stream::new(Dictionary::new(), Vec::new())));
        let Ok(contents) = dictionary.get(b"Contents") else { return empty() };
        match resolve(self.source, contents)? {
            Object::Stream(stream) => Some(Content::Kept(stream)),
            Object::Array(_) => {
                let content = self.source.get_page_content_with_limit(page, MAX_CONTENT).ok()?;
                let mut stream = Stream::new(Dictionary::new(), content);
                stream.compress().ok()?;
                Some(Content::Joined(stream))
            }
            Object::Null => empty(),
            _ => None,
        }
    }

    fn picture(&mut self, picture: &Picture) -> io::Result<()> {
        let image = Stream::new(
            dictionary! {
                "Type" => "XObject",
                "Subtype" => "Image",
                "Width" => i64::from(picture.width),
                "Height" => i64::from(picture.height),
                "ColorSpace" => "DeviceRGB",
                "BitsPerComponent" => 8,
                "Filter" => "DCTDecode",
            },
            picture.jpeg.clone(),
        );
        let size = picture.size;
        let drawing = format!("q {} cm /P Do Q", operands(&[size.width, 0.0, 0.0, size.height, 0.0, 0.0]));
        let mut xobjects = Dictionary::new();
        xobjects.set("P", self.add(&Object::Stream(image))?);
        self.add_page(size, drawing, xobjects)
    }

    fn blank(&mut self, size: PageSize) -> io::Result<()> {
        self.add_page(size, String::new(), Dictionary::new())
    }

    fn add_page(&mut self, size: PageSize, drawing: String, xobjects: Dictionary) -> io::Result<()> {
        let content = self.add(&Object::Stream(Stream::new(Dictionary::new(), drawing.into_bytes())))?;
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => Object::Reference((self.page_tree, 0)),
            "MediaBox" => vec![0.into(), 0.into(), Object::Real(size.width as f32), Object::Real(size.height as f32)],
            "Resources" => dictionary! { "XObject" => xobjects },
            "Contents" => content,
        };
        let number = self.copier.fresh();
        self.sheet.write(number, &Object::Dictionary(page))?;
        self.pages.push((number, size));
        Ok(())
    }

    fn finish(mut self) -> Option<Vec<PageSize>> {
        if self.copier.overflowed {
            return None;
        }
        let kids: Vec<Object> =
            self.pages.iter().map(|(number, _)| Object::Reference((*number, 0))).collect();
        let tree = dictionary! { "Type" => "Pages", "Count" => kids.len() as i64, "Kids" => kids };
        let catalog = dictionary! { "Type" => "Catalog", "Pages" => Object::Reference((self.page_tree, 0)) };
        self.sheet.write(self.page_tree, &Object::Dictionary(tree)).ok()?;
        self.sheet.write(self.catalog, &Object::Dictionary(catalog)).ok()?;
        let trailer = dictionary! { "Root" => Object::Reference((self.catalog, 0)) };
        self.sheet.finish(trailer).ok()?;
        Some(self.pages.into_iter().map(|(_, size)| size).collect())
    }
}

enum Content<'a> {
    Kept(&'a Stream),
    Joined(Stream),
}

fn make_form(stream: &mut Stream, area: &[f64; 4], resources: Object) {
    stream.dict.set("Type", Object::Name(b"XObject".to_vec()));
    stream.dict.set("Subtype", Object::Name(b"Form".to_vec()));
    stream.dict.set("BBox", Object::Array(area.iter().map(|n| Object::Real(*n as f32)).collect()));
    stream.dict.set("Resources", resources);
}

/// Whether a graphics state asks for a blend mode that looks different on white paper than on nothing.
/// Multiplying and darkening leave white's neighbours as they are.
fn blends(object: &Object, depth: usize) -> bool {
    let quiet = |name: &[u8]| matches!(name, b"Normal" | b"Compatible" | b"Multiply" | b"Darken");
    match object {
        _ if depth > 8 => false,
        Object::Dictionary(dictionary) => {
            dictionary.iter().any(|(key, value)| match (key.as_slice(), value) {
                (b"BM", Object::Name(name)) => !quiet(name),
                (b"BM", Object::Array(_)) => true,
                _ => blends(value, depth + 1),
            })
        }
        Object::Array(items) => items.iter().any(|item| blends(item, depth + 1)),
        Object::Stream(stream) => stream.dict.iter().any(|(_, value)| blends(value, depth + 1)),
        _ => false,
    }
}
