//! Puts prepared evidence into the slots of typeset frames, streaming: one part of the frames and one
//! exhibit are in memory, never all of them.
//!
//! The frames are Typst's own documents and everything of them is kept: outline, destinations, page labels,
//! metadata, structure. Inserted content is an artifact to screen readers; the frame's text tells
//! what it is.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::{Context, bail};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use crate::dossier::{Slot, SlotContent};
use crate::exhibit::{ByteSource, Handle, PageSize};
use crate::frame::FramePart;

use super::copy::Copier;
use super::geometry::{Upright, inherited, operands, resolve};
use super::joining::Joint;
use super::jpeg::frame_header;
use super::write::Sheet;

/// Writes the parts as one document with every content drawn in its slot: upright, whole, centred, keeping its
/// ratio. Slots count pages over all parts.
///
/// # Errors
/// A part or a prepared file is not one of ours, a content has no slot, or `out` cannot be written.
pub fn merge(
    parts: &[FramePart],
    slots: &[Slot],
    contents: &[SlotContent],
    source: &dyn ByteSource,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let slots: BTreeMap<&str, &Slot> = slots.iter().map(|slot| (slot.id.as_str(), slot)).collect();
    let mut by_handle: BTreeMap<&Handle, Vec<&SlotContent>> = BTreeMap::new();
    for content in contents {
        by_handle.entry(&content.prepared).or_default().push(content);
    }

    let mut binding = Binding::new(out)?;
    let mut drawings: BTreeMap<usize, Vec<Drawing>> = BTreeMap::new();
    for (handle, contents) in by_handle {
        let bytes = source.prepared(handle).with_context(|| format!("prepared file {}", handle.0))?;
        for placed in binding.add_exhibit(&bytes, &contents)? {
            let slot = slots.get(placed.id.as_str()).with_context(|| format!("no slot {}", placed.id))?;
            drawings.entry(slot.page).or_default().push(placed.into_slot(slot));
        }
    }
    let mut joint = Joint::new(binding.fresh(), binding.fresh());
    let mut n_pages = 0;
    for part in parts {
        let (document, pages) = joint.take(part, binding.next)?;
        binding.next = document.max_id + 1;
        let mut changed: BTreeMap<ObjectId, Object> = BTreeMap::new();
        for (page, drawings) in drawings.range(n_pages..n_pages + pages.len()) {
            let id = pages[page - n_pages];
            changed.insert(id, binding.page_with(&document, id, drawings)?);
        }
        n_pages += pages.len();
        for (id, object) in &document.objects {
            binding.write(*id, changed.get(id).unwrap_or(object))?;
        }
    }
    if drawings.keys().next_back().is_some_and(|page| *page >= n_pages) {
        bail!("a slot lies past the last page");
    }
    let (objects, trailer) = joint.finish(binding.next);
    for (number, object) in objects {
        binding.write((number, 0), &object)?;
    }
    binding.sheet.finish(trailer)?;
    Ok(())
}

/// How a drawing instruction begins and ends on a page.
pub(super) const DRAWS: &str = "/Artifact BMC q ";
pub(super) const DRAWN: &str = " Do Q EMC";

/// Something to be drawn, in its own coordinates.
struct Placed {
    /// The slot's id.
    id: String,
    xobject: u32,
    size: PageSize,
    /// A picture fills the unit square; a form has its own size.
    is_picture: bool,
}

/// A drawing instruction on a base page.
struct Drawing {
    xobject: u32,
    /// Slot in points from the page's top left corner, and the content's size.
    slot: Slot,
    size: PageSize,
    is_picture: bool,
}

impl Placed {
    fn into_slot(self, slot: &Slot) -> Drawing {
        Drawing { xobject: self.xobject, slot: slot.clone(), size: self.size, is_picture: self.is_picture }
    }
}

impl Drawing {
    /// The matrix that fits the content into its slot on a page of the given height.
    fn matrix(&self, page_height: f64) -> [f64; 6] {
        let scale = (self.slot.width / self.size.width).min(self.slot.height / self.size.height);
        let (width, height) = (self.size.width * scale, self.size.height * scale);
        let x = self.slot.x + (self.slot.width - width) / 2.0;
        let y = page_height - self.slot.y - self.slot.height + (self.slot.height - height) / 2.0;
        if self.is_picture { [width, 0.0, 0.0, height, x, y] } else { [scale, 0.0, 0.0, scale, x, y] }
    }
}

/// The merged document; numbers from `next` on are free.
struct Binding<'a> {
    sheet: Sheet<'a>,
    next: u32,
}

impl<'a> Binding<'a> {
    fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        Ok(Binding { sheet: Sheet::new(out)?, next: 1 })
    }

    fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    fn write(&mut self, id: ObjectId, object: &Object) -> anyhow::Result<()> {
        // Object and cross-reference streams were unpacked on loading; writing them again would
        // only leave dead weight.
        if let Object::Stream(stream) = object
            && (stream.dict.has_type(b"ObjStm") || stream.dict.has_type(b"XRef"))
        {
            return Ok(());
        }
        self.sheet.write(id.0, object)?;
        Ok(())
    }

    /// Writes what an exhibit's contents need and gives what can now be drawn.
    fn add_exhibit(&mut self, bytes: &[u8], contents: &[&SlotContent]) -> anyhow::Result<Vec<Placed>> {
        if bytes.starts_with(&[0xff, 0xd8]) {
            return self.add_picture(bytes, contents);
        }
        let document = Document::load_mem(bytes).context("a prepared file is not a PDF of ours")?;
        let pages: Vec<ObjectId> = document.page_iter().collect();
        let mut copier = Copier::new(&document, self.next);
        let mut forms: BTreeMap<usize, (u32, PageSize)> = BTreeMap::new();
        let mut objects = Vec::new();
        for content in contents {
            let index = content.page.unwrap_or(0);
            if forms.contains_key(&index) {
                continue;
            }
            let page = *pages.get(index).context("a prepared file has fewer pages than was said")?;
            let size = Upright::of(&document, page).size();
            let id = copier.fresh();
            objects.push((id, page_form(&document, page, size, &mut copier)?));
            forms.insert(index, (id, size));
        }
        self.next = copier.next();
        for (id, object) in objects {
            self.write((id, 0), &object)?;
        }
        copier.drain::<anyhow::Error>(&mut |id, object| self.write((id, 0), &object))?;
        self.next = self.next.max(copier.next());
        Ok(contents
            .iter()
            .filter_map(|content| {
                let (xobject, size) = *forms.get(&content.page.unwrap_or(0))?;
                Some(Placed { id: content.id.clone(), xobject, size, is_picture: false })
            })
            .collect())
    }

    fn add_picture(&mut self, jpeg: &[u8], contents: &[&SlotContent]) -> anyhow::Result<Vec<Placed>> {
        let (width, height, components) =
            frame_header(jpeg).context("a prepared picture is not a JPEG of ours")?;
        let image = Stream::new(
            dictionary! {
                "Type" => "XObject",
                "Subtype" => "Image",
                "Width" => i64::from(width),
                "Height" => i64::from(height),
                "ColorSpace" => if components == 1 { "DeviceGray" } else { "DeviceRGB" },
                "BitsPerComponent" => 8,
                "Filter" => "DCTDecode",
            },
            jpeg.to_vec(),
        );
        let id = self.fresh();
        self.write((id, 0), &Object::Stream(image))?;
        let size = PageSize { width: f64::from(width), height: f64::from(height) };
        Ok(contents
            .iter()
            .map(|content| Placed { id: content.id.clone(), xobject: id, size, is_picture: true })
            .collect())
    }

    /// The base page with its drawings appended after its own content.
    fn page_with(&mut self, base: &Document, id: ObjectId, drawings: &[Drawing]) -> anyhow::Result<Object> {
        let mut page = base.get_dictionary(id).context("a page of the frames")?.clone();
        let height = Upright::of(base, id).size().height;
        let mut resources = match inherited(base, id, b"Resources").and_then(|object| resolve(base, object)) {
            Some(Object::Dictionary(resources)) => resources.clone(),
            _ => Dictionary::new(),
        };
        let mut xobjects = match resources.get(b"XObject").ok().and_then(|object| resolve(base, object)) {
            Some(Object::Dictionary(xobjects)) => xobjects.clone(),
            _ => Dictionary::new(),
        };
        // Our own drawings first, inside their own q … Q: the stamp stays above the evidence, and
        // nothing the base does to the graphics state matters.
        let mut content = String::new();
        for drawing in drawings {
            let name = format!("Hb{}", drawing.xobject);
            let matrix = operands(&drawing.matrix(height));
            content.push_str(&format!("{DRAWS}{matrix} cm /{name}{DRAWN}\n"));
            xobjects.set(name, Object::Reference((drawing.xobject, 0)));
        }
        resources.set("XObject", Object::Dictionary(xobjects));
        page.set("Resources", Object::Dictionary(resources));
        let drawn = self.fresh();
        self.write((drawn, 0), &Object::Stream(Stream::new(Dictionary::new(), content.into_bytes())))?;
        let mut streams = vec![Object::Reference((drawn, 0))];
        match page.get(b"Contents").ok().and_then(|object| resolve(base, object)) {
            Some(Object::Array(items)) => streams.extend(items.iter().cloned()),
            Some(Object::Stream(_)) => streams.extend(page.get(b"Contents").ok().cloned()),
            _ => {}
        }
        page.set("Contents", Object::Array(streams));
        Ok(Object::Dictionary(page))
    }
}

/// A prepared page as a form of its own size.
fn page_form(
    document: &Document,
    page: ObjectId,
    size: PageSize,
    copier: &mut Copier,
) -> anyhow::Result<Object> {
    let dictionary = document.get_dictionary(page).context("a prepared page")?;
    let contents = dictionary.get(b"Contents").ok().and_then(|object| resolve(document, object));
    let Some(Object::Stream(stream)) = contents else { bail!("a prepared page has no content") };
    let mut form = copier.stream(stream);
    let resources = match dictionary.get(b"Resources").ok().and_then(|object| resolve(document, object)) {
        Some(Object::Dictionary(resources)) => copier.dictionary(resources),
        _ => Dictionary::new(),
    };
    form.dict.set("Type", Object::Name(b"XObject".to_vec()));
    form.dict.set("Subtype", Object::Name(b"Form".to_vec()));
    let area = [0.0, 0.0, size.width as f32, size.height as f32];
    form.dict.set("BBox", Object::Array(area.iter().map(|n| Object::Real(*n)).collect()));
    form.dict.set("Resources", Object::Dictionary(resources));
    Ok(Object::Stream(form))
}
