//! Papers made from raw objects, and the way they go through `evidence::prepare`.

use std::collections::BTreeMap;
use std::io;

use huibian::container::sniff;
use huibian::evidence::{self, PrepareSettings};
use huibian::exhibit::{ByteSource, Handle, Preparation};
use huibian::frame::FramePart;
use huibian::pdf;
use huibian::place::RelPath;
use huibian::typeset::Frames;

/// Prepared files in memory.
#[derive(Default)]
pub struct Shelf(pub BTreeMap<Handle, Vec<u8>>);

impl ByteSource for Shelf {
    fn prepared(&self, handle: &Handle) -> io::Result<Vec<u8>> {
        self.0.get(handle).cloned().ok_or_else(|| io::Error::other("nothing on the shelf"))
    }

    fn input(&self, _: &RelPath) -> io::Result<Vec<u8>> {
        Err(io::Error::other("no inputs here"))
    }
}

/// A page as the frames that evidence is put into.
pub fn frame(pdf: Vec<u8>) -> FramePart {
    FramePart { pdf, n_pages: 1, bookmarks: Vec::new() }
}

/// All frames as one document, their slots empty.
pub fn empty_frames(frames: &Frames) -> Vec<u8> {
    let mut merged = Vec::new();
    pdf::merge(&frames.parts, &[], &[], &Shelf::default(), &mut merged).unwrap();
    merged
}

pub fn settings() -> PrepareSettings {
    PrepareSettings {
        picture_box_points: (144.0, 144.0),
        dpi: 100,
        quality: 85,
        as_pictures: Default::default(),
    }
}

pub fn prepare_on(shelf: &mut Shelf, bytes: &[u8]) -> Preparation {
    evidence::prepare(bytes, sniff(bytes), &settings(), &mut |prepared| {
        let handle = Handle(format!("{}", shelf.0.len()));
        shelf.0.insert(handle.clone(), prepared.to_vec());
        Ok(handle)
    })
    .unwrap()
}

pub fn prepare(bytes: &[u8]) -> (Preparation, Shelf) {
    let mut shelf = Shelf::default();
    let preparation = prepare_on(&mut shelf, bytes);
    (preparation, shelf)
}

/// A PDF of raw objects, numbered from 1; object 1 is the catalog.
pub fn raw_pdf(objects: &[String]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    bytes.extend(
        format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).bytes(),
    );
    bytes
}

pub fn stream(dict: &str, content: &str) -> String {
    format!("<<{dict}/Length {}>>\nstream\n{content}\nendstream", content.len())
}

/// One page with the given page entries and further objects from number 6 on.
pub fn page_pdf(page: &str, content: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F 5 0 R>>>>>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R {page}>>"),
        stream("", content),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    objects.extend_from_slice(more);
    raw_pdf(&objects)
}

pub const HELLO: &str = "BT /F 12 Tf 40 60 Td (HELLO) Tj ET";
