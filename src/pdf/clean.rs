//! A foreign PDF to a clean one: pages upright at the origin, annotations flattened, nothing kept
//! but what is drawn.
//!
//! Dropped: properties, metadata, actions, scripts, attachments, links, structure. A page that cannot be
//! copied faithfully is rendered; a document that can be neither is refused with the reason.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use crate::exhibit::PageSize;

use super::annotations::{Appearances, appearances};
use super::copy::Copier;
use super::geometry::{Upright, inherited, operands, resolve};
use super::render::{self, Raster, Unopened};

/// Pages of one document at most.
const MAX_PAGES: usize = 3_000;
/// Rendered pages of one document at most: each costs some tenth of a second.
const MAX_RENDERED: usize = 120;
/// A page's content once unpacked.
const MAX_CONTENT: usize = 64 << 20;
const RENDER_DPI: f64 = 170.0;

/// A document of our own making.
#[derive(Debug)]
pub struct Cleaned {
    pub pdf: Vec<u8>,
    pub pages: Vec<PageSize>,
    /// Pages (from 1) that became pictures.
    pub pictured: Option<Pictured>,
    /// Texts of annotations and fields.
    pub annotation_texts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    pub pages: Vec<usize>,
    pub why: PicturedWhy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PicturedWhy {
    /// Layers that are switched off.
    Layers,
    /// A structure that only rendering can make sense of.
    Damaged,
}

/// Why a document cannot be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Password,
    Damaged,
    NoPages,
    TooManyPages,
    /// A filled field or a note on this page (from 1) that only its own program can draw.
    NoAppearance {
        page: usize,
    },
}

/// Cleans a document; `encode` turns a raster into a JPEG.
pub fn clean(bytes: &[u8], encode: &mut dyn FnMut(&Raster) -> Option<Vec<u8>>) -> Result<Cleaned, Refusal> {
    let document = match Document::load_mem(bytes) {
        Ok(document) if !document.is_encrypted() => document,
        _ => return picture_all(bytes, encode, PicturedWhy::Damaged),
    };
    let pages: Vec<ObjectId> = document.page_iter().take(MAX_PAGES + 1).collect();
    if pages.len() > MAX_PAGES {
        return Err(Refusal::TooManyPages);
    }
    if pages.is_empty() {
        return picture_all(bytes, encode, PicturedWhy::Damaged);
    }
    if has_hidden_layers(&document) {
        return picture_all(bytes, encode, PicturedWhy::Layers);
    }
    // lopdf repairs what it can; a repair that lost pages is told apart by a second reader.
    if render::open(bytes).is_ok_and(|pdf| pdf.pages().len() > pages.len()) {
        return picture_all(bytes, encode, PicturedWhy::Damaged);
    }
    copy_all(bytes, &document, &pages, encode)
}

fn copy_all(
    bytes: &[u8],
    document: &Document,
    pages: &[ObjectId],
    encode: &mut dyn FnMut(&Raster) -> Option<Vec<u8>>,
) -> Result<Cleaned, Refusal> {
    let mut press = Press::new(document);
    let mut damaged = Vec::new();
    let mut texts = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let appearances = appearances(document, *page);
        if appearances.is_missing_one {
            return Err(Refusal::NoAppearance { page: index + 1 });
        }
        texts.extend(appearances.texts.iter().cloned());
        if !press.copy_page(*page, &appearances) {
            damaged.push(index);
        }
    }
    if damaged.len() > MAX_RENDERED {
        return Err(Refusal::Damaged);
    }
    if !damaged.is_empty() {
        let rendered = render::rasters(bytes, Some(&damaged), RENDER_DPI, &mut |index, raster| {
            if let Some(raster) = raster
                && let Some(jpeg) = encode(&raster)
            {
                press.place_picture(index, &raster, jpeg);
            }
        });
        if rendered.is_err() || press.has_gap() {
            return Err(Refusal::Damaged);
        }
    }
    let pictured = (!damaged.is_empty()).then(|| Pictured {
        pages: damaged.iter().map(|index| index + 1).collect(),
        why: PicturedWhy::Damaged,
    });
    press.finish(pictured, texts)
}

fn picture_all(
    bytes: &[u8],
    encode: &mut dyn FnMut(&Raster) -> Option<Vec<u8>>,
    why: PicturedWhy,
) -> Result<Cleaned, Refusal> {
    let n_pages = render::open(bytes)
        .map_err(|unopened| match unopened {
            Unopened::Password => Refusal::Password,
            Unopened::Damaged => Refusal::Damaged,
        })?
        .pages()
        .len();
    if n_pages > MAX_RENDERED {
        return Err(Refusal::TooManyPages);
    }
    let nothing = Document::with_version("1.7");
    let mut press = Press::new(&nothing);
    press.pages.resize_with(n_pages, || None);
    render::rasters(bytes, None, RENDER_DPI, &mut |index, raster| {
        if let Some(raster) = raster
            && let Some(jpeg) = encode(&raster)
        {
            press.place_picture(index, &raster, jpeg);
        }
    })
    .map_err(|_| Refusal::Damaged)?;
    if press.has_gap() {
        return Err(Refusal::Damaged);
    }
    press.finish(Some(Pictured { pages: (1..=n_pages).collect(), why }), Vec::new())
}

/// Whether the default configuration switches layers off (ISO 32000-1 §8.11.4.3).
fn has_hidden_layers(document: &Document) -> bool {
    let properties = || -> Option<&Dictionary> {
        let catalog = document.catalog().ok()?;
        resolve(document, catalog.get(b"OCProperties").ok()?)?.as_dict().ok()
    };
    let default =
        || -> Option<&Dictionary> { resolve(document, properties()?.get(b"D").ok()?)?.as_dict().ok() };
    let Some(default) = default() else { return false };
    let off = default.get(b"OFF").ok().and_then(|object| resolve(document, object));
    let base_is_off =
        default.get(b"BaseState").is_ok_and(|state| state.as_name().is_ok_and(|name| name == b"OFF"));
    base_is_off || matches!(off, Some(Object::Array(off)) if !off.is_empty())
}

/// The clean document being put together.
struct Press<'a> {
    source: &'a Document,
    copier: Copier<'a>,
    objects: Vec<(u32, Object)>,
    /// Finished pages; `None` for one that is still to be rendered.
    pages: Vec<Option<(u32, PageSize)>>,
    catalog: u32,
    page_tree: u32,
}

impl<'a> Press<'a> {
    fn new(source: &'a Document) -> Self {
        let mut copier = Copier::new(source, 1);
        let (catalog, page_tree) = (copier.fresh(), copier.fresh());
        Press { source, copier, objects: Vec::new(), pages: Vec::new(), catalog, page_tree }
    }

    fn add(&mut self, object: Object) -> Object {
        let id = self.copier.fresh();
        self.objects.push((id, object));
        Object::Reference((id, 0))
    }

    /// Copies a page; `false` leaves a gap to be filled by a picture.
    fn copy_page(&mut self, page: ObjectId, appearances: &Appearances) -> bool {
        let upright = Upright::of(self.source, page);
        let Some(content) = self.page_form(page, &upright) else {
            self.pages.push(None);
            return false;
        };
        let mut xobjects = Dictionary::new();
        let mut drawing = format!("q {} cm /P Do ", operands(&upright.matrix()));
        let form = self.add(Object::Stream(content));
        xobjects.set("P", form);
        for (index, appearance) in appearances.shown.iter().enumerate() {
            let mut stream = self.copier.stream(appearance.stream);
            stream.dict.set("Type", Object::Name(b"XObject".to_vec()));
            stream.dict.set("Subtype", Object::Name(b"Form".to_vec()));
            let form = self.add(Object::Stream(stream));
            let name = format!("A{index}");
            drawing.push_str(&format!("q {} cm /{name} Do Q ", operands(&appearance.placement)));
            xobjects.set(name, form);
        }
        drawing.push('Q');
        self.add_page(upright.size(), drawing, xobjects, None);
        true
    }

    /// The page's contents as one form in the page's own space.
    fn page_form(&mut self, page: ObjectId, upright: &Upright) -> Option<Stream> {
        let dictionary = self.source.get_dictionary(page).ok()?;
        let mut stream = self.page_content(page, dictionary)?;
        let resources = inherited(self.source, page, b"Resources");
        let resources = match resources.and_then(|object| resolve(self.source, object)) {
            Some(Object::Dictionary(resources)) => self.copier.dictionary(resources),
            _ => Dictionary::new(),
        };
        stream.dict.set("Type", Object::Name(b"XObject".to_vec()));
        stream.dict.set("Subtype", Object::Name(b"Form".to_vec()));
        stream
            .dict
            .set("BBox", Object::Array(upright.area.iter().map(|n| Object::Real(*n as f32)).collect()));
        stream.dict.set("Resources", Object::Dictionary(resources));
        if let Ok(group) = dictionary.get(b"Group") {
            let group = self.copier.object(group);
            stream.dict.set("Group", group);
        }
        Some(stream)
    }

    /// A single content stream keeps its packing; several are joined, since tokens may not run over.
    fn page_content(&mut self, page: ObjectId, dictionary: &Dictionary) -> Option<Stream> {
        let Ok(contents) = dictionary.get(b"Contents") else {
            return Some(Stream::new(Dictionary::new(), Vec::new()));
        };
        match resolve(self.source, contents)? {
            Object::Stream(stream) => Some(self.copier.stream(stream)),
            Object::Array(_) => {
                let content = self.source.get_page_content_with_limit(page, MAX_CONTENT).ok()?;
                let mut stream = Stream::new(Dictionary::new(), content);
                stream.compress().ok()?;
                Some(stream)
            }
            Object::Null => Some(Stream::new(Dictionary::new(), Vec::new())),
            _ => None,
        }
    }

    fn place_picture(&mut self, index: usize, raster: &Raster, jpeg: Vec<u8>) {
        let image = Stream::new(
            dictionary! {
                "Type" => "XObject",
                "Subtype" => "Image",
                "Width" => i64::from(raster.width),
                "Height" => i64::from(raster.height),
                "ColorSpace" => "DeviceRGB",
                "BitsPerComponent" => 8,
                "Filter" => "DCTDecode",
            },
            jpeg,
        )
        .with_compression(false);
        let image = self.add(Object::Stream(image));
        let size = raster.page;
        let drawing = format!("q {} cm /P Do Q", operands(&[size.width, 0.0, 0.0, size.height, 0.0, 0.0]));
        let mut xobjects = Dictionary::new();
        xobjects.set("P", image);
        self.add_page(size, drawing, xobjects, Some(index));
    }

    fn add_page(&mut self, size: PageSize, drawing: String, xobjects: Dictionary, index: Option<usize>) {
        let content = self.add(Object::Stream(Stream::new(Dictionary::new(), drawing.into_bytes())));
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => Object::Reference((self.page_tree, 0)),
            "MediaBox" => vec![0.into(), 0.into(), Object::Real(size.width as f32), Object::Real(size.height as f32)],
            "Resources" => dictionary! { "XObject" => xobjects },
            "Contents" => content,
        };
        let id = self.copier.fresh();
        self.objects.push((id, Object::Dictionary(page)));
        match index {
            Some(index) => self.pages[index] = Some((id, size)),
            None => self.pages.push(Some((id, size))),
        }
    }

    fn has_gap(&self) -> bool {
        self.pages.iter().any(Option::is_none)
    }

    fn finish(
        mut self,
        pictured: Option<Pictured>,
        annotation_texts: Vec<String>,
    ) -> Result<Cleaned, Refusal> {
        let pages: Vec<(u32, PageSize)> = self.pages.iter().flatten().copied().collect();
        if pages.is_empty() {
            return Err(Refusal::NoPages);
        }
        let mut document = Document::with_version("1.7");
        let kids = pages.iter().map(|(id, _)| Object::Reference((*id, 0))).collect::<Vec<_>>();
        document.objects.insert(
            (self.page_tree, 0),
            Object::Dictionary(
                dictionary! { "Type" => "Pages", "Count" => pages.len() as i64, "Kids" => kids },
            ),
        );
        document.objects.insert(
            (self.catalog, 0),
            Object::Dictionary(
                dictionary! { "Type" => "Catalog", "Pages" => Object::Reference((self.page_tree, 0)) },
            ),
        );
        for (id, object) in std::mem::take(&mut self.objects) {
            document.objects.insert((id, 0), object);
        }
        let drained = self.copier.drain::<std::convert::Infallible>(&mut |id, object| {
            document.objects.insert((id, 0), object);
            Ok(())
        });
        debug_assert!(drained.is_ok());
        if self.copier.overflowed {
            return Err(Refusal::Damaged);
        }
        document.max_id = self.copier.next() - 1;
        document.trailer.set("Root", Object::Reference((self.catalog, 0)));
        let mut pdf = Vec::new();
        document.save_to(&mut pdf).map_err(|_| Refusal::Damaged)?;
        Ok(Cleaned { pdf, pages: pages.iter().map(|(_, size)| *size).collect(), pictured, annotation_texts })
    }
}
