//! Copies what is reachable from some objects of a document, renumbered in the order met.
//!
//! Works through a list instead of recursing over references, so that loops end; leaves out what
//! leads back to the document or says who made it.

use std::collections::{BTreeMap, VecDeque};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::fonts::MissingFonts;
use super::jpeg;

/// More objects than any document of evidence has.
const MAX_OBJECTS: usize = 500_000;
/// Nesting of arrays and dictionaries inside one object.
const MAX_NESTING: usize = 60;

/// Keys that tell of structure, metadata or actions, never of what is drawn.
const LEFT_OUT: &[&[u8]] = &[
    b"StructParent",
    b"StructParents",
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"AA",
    b"OpenAction",
    b"Thumb",
    b"OPI",
    b"AF",
    b"Ref",
];

/// Objects being copied out of one document.
pub struct Copier<'a> {
    source: &'a Document,
    ids: BTreeMap<ObjectId, u32>,
    pending: VecDeque<ObjectId>,
    next: u32,
    /// Some reference was not followed because there were too many.
    pub overflowed: bool,
    /// Given to forms, patterns and fonts that name no resources of their own.
    pub fallback_resources: Option<Object>,
    strips: bool,
    /// Fonts among what was copied that are not in the document.
    pub missing_fonts: MissingFonts,
}

impl<'a> Copier<'a> {
    /// New objects are numbered from `first`.
    pub fn new(source: &'a Document, first: u32) -> Self {
        Copier {
            source,
            ids: BTreeMap::new(),
            pending: VecDeque::new(),
            next: first,
            overflowed: false,
            fallback_resources: None,
            strips: false,
            missing_fonts: MissingFonts::default(),
        }
    }

    /// Takes out what cameras wrote into photos.
    pub fn stripping(self) -> Self {
        Copier { strips: true, ..self }
    }

    /// A number for an object of one's own making.
    pub fn fresh(&mut self) -> u32 {
        let id = self.next;
        self.next += 1;
        id
    }

    /// The next number that is free.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// The object with its references renumbered; what they lead to is copied by `drain`.
    pub fn object(&mut self, object: &Object) -> Object {
        self.at_depth(object, 0)
    }

    pub fn dictionary(&mut self, dictionary: &Dictionary) -> Dictionary {
        self.dictionary_at(dictionary, 0)
    }

    fn at_depth(&mut self, object: &Object, depth: usize) -> Object {
        if depth > MAX_NESTING {
            return Object::Null;
        }
        match object {
            Object::Reference(id) => self.reference(*id),
            Object::Array(items) => {
                Object::Array(items.iter().map(|item| self.at_depth(item, depth + 1)).collect())
            }
            Object::Dictionary(dictionary) => Object::Dictionary(self.dictionary_at(dictionary, depth + 1)),
            Object::Stream(stream) => Object::Stream(self.stream(stream)),
            plain => plain.clone(),
        }
    }

    fn dictionary_at(&mut self, dictionary: &Dictionary, depth: usize) -> Dictionary {
        self.missing_fonts.note(self.source, dictionary);
        let mut copy = Dictionary::new();
        for (key, value) in dictionary.iter() {
            if !LEFT_OUT.contains(&key.as_slice()) {
                copy.set(key.clone(), self.at_depth(value, depth));
            }
        }
        copy
    }

    /// Stream data is kept as it is, whatever its filters; only what a camera wrote beside its picture goes.
    pub fn stream(&mut self, stream: &Stream) -> Stream {
        let mut dict = self.dictionary(&stream.dict);
        if dict.get(b"Subtype").is_ok_and(is_form) || dict.has(b"PatternType") {
            self.lend_resources(&mut dict);
        }
        let stripped = match stream.dict.get(b"Filter").and_then(Object::as_name) {
            Ok(b"DCTDecode") if self.strips => jpeg::without_metadata(&stream.content),
            _ => None,
        };
        let content = stripped.unwrap_or_else(|| stream.content.clone());
        dict.set("Length", Object::Integer(content.len() as i64));
        Stream { dict, content, allows_compression: false, start_position: None }
    }

    fn lend_resources(&self, dictionary: &mut Dictionary) {
        if let Some(resources) = &self.fallback_resources
            && !dictionary.has(b"Resources")
        {
            dictionary.set("Resources", resources.clone());
        }
    }

    fn reference(&mut self, id: ObjectId) -> Object {
        if let Some(known) = self.ids.get(&id) {
            return Object::Reference((*known, 0));
        }
        let leads_back = match self.source.get_object(id) {
            Ok(Object::Dictionary(dictionary)) => {
                dictionary.has_type(b"Page")
                    || dictionary.has_type(b"Pages")
                    || dictionary.has_type(b"Catalog")
            }
            Ok(_) => false,
            Err(_) => true,
        };
        if leads_back {
            return Object::Null;
        }
        if self.ids.len() >= MAX_OBJECTS {
            self.overflowed = true;
            return Object::Null;
        }
        let fresh = self.fresh();
        self.ids.insert(id, fresh);
        self.pending.push_back(id);
        Object::Reference((fresh, 0))
    }

    /// Copies everything referred to so far, and what that refers to, into `out`.
    pub fn drain<E>(&mut self, out: &mut dyn FnMut(u32, Object) -> Result<(), E>) -> Result<(), E> {
        while let Some(id) = self.pending.pop_front() {
            let Ok(object) = self.source.get_object(id) else { continue };
            let mut copy = self.object(object);
            if let Object::Dictionary(dictionary) = &mut copy
                && dictionary.has(b"CharProcs")
            {
                self.lend_resources(dictionary);
            }
            if let Some(number) = self.ids.get(&id) {
                out(*number, copy)?;
            }
        }
        Ok(())
    }
}

fn is_form(subtype: &Object) -> bool {
    matches!(subtype, Object::Name(name) if name == b"Form")
}
