//! Successive parts of one document joined: page tree, destinations, page labels, structure and outline.
//!
//! Takes the parts one after the other and remembers of each only what the whole document's trees need. Knows
//! documents of our own typesetting, nothing of what is drawn on their pages.

use std::collections::BTreeMap;

use anyhow::Context;
use lopdf::{Dictionary, Document, Object, ObjectId, StringFormat, dictionary};

use crate::frame::{Bookmark, FramePart, INNER_LINK};

use super::geometry::{Upright, resolve};
use super::outline::Outline;

/// Levels of trees followed.
const DEPTH: usize = 32;

/// What is known of the whole while its parts pass by.
#[derive(Default)]
pub(super) struct Joint {
    /// Of the page tree's root and of the structure tree's root.
    pages: u32,
    structure: u32,
    kids: Vec<Object>,
    n_pages: usize,
    /// Destinations by name.
    names: BTreeMap<Vec<u8>, Object>,
    /// Page index and label (§12.4.2), where a page's label does not follow from the one before.
    labels: Vec<(i64, Dictionary)>,
    /// Of the structure's parent tree, by key.
    parents: Vec<(i64, Object)>,
    next_parent: i64,
    /// Elements by their identifiers.
    elements: BTreeMap<Vec<u8>, Object>,
    documents: Vec<Object>,
    bookmarks: Vec<(Bookmark, Object)>,
    /// Of the first part: what it says of itself.
    catalog: Dictionary,
    trailer: Dictionary,
    /// Of the first part's structure: what is not a tree.
    structure_rest: Dictionary,
    n_parts: usize,
}

impl Joint {
    /// With two numbers for the roots of its trees.
    pub fn new(pages: u32, structure: u32) -> Self {
        Joint { pages, structure, ..Joint::default() }
    }

    /// Reads a part, its objects numbered from `next` on, and gives it with its pages.
    ///
    /// # Errors
    /// It is none of our typesetting.
    pub fn take(&mut self, part: &FramePart, next: u32) -> anyhow::Result<(Document, Vec<ObjectId>)> {
        let mut document = Document::load_mem(&part.pdf).context("the frames are not a PDF")?;
        let root = document.trailer.get(b"Root").and_then(Object::as_reference).context("no catalog")?;
        let catalog = document.get_dictionary(root).context("no catalog")?;
        let structure = catalog.get(b"StructTreeRoot").and_then(Object::as_reference).ok();
        let shift = Shift {
            by: next.saturating_sub(1),
            structure: structure.map(|old| (old, self.structure)),
            parents: self.next_parent,
            mark: if self.n_parts == 0 { String::new() } else { format!("{}-", self.n_parts) },
        };
        shift.document(&mut document);
        let root = (root.0 + shift.by, root.1);
        let mut catalog = document.get_dictionary(root).context("no catalog")?.clone();
        document.objects.remove(&root);
        self.take_destinations(&document, &catalog);
        self.take_labels(&document, &catalog);
        if let Some(structure) = structure {
            self.take_structure(&mut document, (structure.0 + shift.by, structure.1), &shift);
        }
        take_outline(&mut document, &catalog);
        let pages: Vec<ObjectId> = pages_of(&mut document, &catalog, self.pages, &mut self.kids)?;
        for bookmark in &part.bookmarks {
            let page = *pages.get(bookmark.page).context("a bookmark past the last page")?;
            let top = Upright::of(&document, page).size().height;
            let place = vec![
                Object::Reference(page),
                Object::Name(b"XYZ".to_vec()),
                Object::Real(bookmark.x as f32),
                Object::Real((top - bookmark.y) as f32),
                Object::Integer(0),
            ];
            self.bookmarks.push((bookmark.clone(), Object::Array(place)));
        }
        for key in [&b"Pages"[..], b"Names", b"PageLabels", b"StructTreeRoot", b"Outlines"] {
            catalog.remove(key);
        }
        if self.n_parts == 0 {
            for key in [&b"Info"[..], b"ID"] {
                if let Ok(value) = document.trailer.get(key) {
                    self.trailer.set(key.to_vec(), value.clone());
                }
            }
            self.catalog = catalog;
        } else {
            let metadata = catalog.get(b"Metadata").ok();
            let unwanted = [document.trailer.get(b"Info").ok(), metadata];
            let unwanted: Vec<ObjectId> =
                unwanted.into_iter().flatten().filter_map(|object| object.as_reference().ok()).collect();
            unwanted.iter().for_each(|id| drop(document.objects.remove(id)));
        }
        self.n_parts += 1;
        self.n_pages += pages.len();
        Ok((document, pages))
    }

    fn take_destinations(&mut self, document: &Document, catalog: &Dictionary) {
        let Some(names) = dictionary_at(document, catalog, b"Names") else { return };
        let Some(tree) = dictionary_at(document, names, b"Dests") else { return };
        for (name, place) in leaves(document, tree, b"Names") {
            if let Object::String(name, _) = name {
                self.names.entry(name).or_insert(place);
            }
        }
    }

    /// A later part's numbers count on.
    fn take_labels(&mut self, document: &Document, catalog: &Dictionary) {
        let Some(tree) = dictionary_at(document, catalog, b"PageLabels") else { return };
        for (page, label) in leaves(document, tree, b"Nums") {
            let (Object::Integer(page), Some(Object::Dictionary(label))) = (page, resolve(document, &label))
            else {
                continue;
            };
            let mut label = label.clone();
            let page = page + self.n_pages as i64;
            label.set("St", start(&label) + self.n_pages as i64);
            let follows = self.labels.last().is_some_and(|(first, last)| {
                [&b"S"[..], b"P"].iter().all(|key| last.get(key).ok() == label.get(key).ok())
                    && start(last) + (page - first) == start(&label)
            });
            if !follows {
                self.labels.push((page, label));
            }
        }
    }

    fn take_structure(&mut self, document: &mut Document, root: ObjectId, shift: &Shift) {
        let Some(Object::Dictionary(mut root)) = document.objects.remove(&root) else { return };
        if let Some(tree) = dictionary_at(document, &root, b"ParentTree") {
            for (key, value) in leaves(document, tree, b"Nums") {
                let Object::Integer(key) = key else { continue };
                self.parents.push((key + shift.parents, value));
            }
        }
        self.next_parent =
            self.parents.iter().map(|(key, _)| key + 1).max().unwrap_or(0).max(self.next_parent);
        if let Some(tree) = dictionary_at(document, &root, b"IDTree") {
            for (name, value) in leaves(document, tree, b"Names") {
                let Object::String(name, _) = name else { continue };
                self.elements.insert(shift.marked(&name), value);
            }
        }
        match root.remove(b"K") {
            Some(Object::Array(kids)) => self.documents.extend(kids),
            Some(kid) => self.documents.push(kid),
            None => {}
        }
        for key in [&b"ParentTree"[..], b"ParentTreeNextKey", b"IDTree"] {
            root.remove(key);
        }
        if self.n_parts == 0 {
            self.structure_rest = root;
        }
    }

    /// The whole document's own objects, numbered from `next` on, and its trailer.
    pub fn finish(mut self, next: u32) -> (Vec<(u32, Object)>, Dictionary) {
        let outline = Outline::of(std::mem::take(&mut self.bookmarks), next);
        let mut next = next + outline.objects.len() as u32;
        let mut objects = outline.objects;
        let mut catalog = self.catalog;
        if !objects.is_empty() {
            catalog.set("Outlines", Object::Reference((outline.root, 0)));
        }
        let pages = dictionary! { "Type" => "Pages", "Kids" => self.kids, "Count" => self.n_pages as i64 };
        objects.push((self.pages, Object::Dictionary(pages)));
        catalog.set("Pages", Object::Reference((self.pages, 0)));
        if !self.names.is_empty() {
            let names = dictionary! { "Dests" => dictionary! { "Names" => named(self.names) } };
            catalog.set("Names", Object::Dictionary(names));
        }
        if !self.labels.is_empty() {
            let labels = self.labels.into_iter();
            let labels = labels.flat_map(|(page, label)| [Object::Integer(page), Object::Dictionary(label)]);
            let labels = dictionary! { "Nums" => labels.collect::<Vec<_>>() };
            catalog.set("PageLabels", Object::Dictionary(labels));
        }
        if !self.documents.is_empty() {
            let mut root = self.structure_rest;
            root.set("K", Object::Array(self.documents));
            let parents = self.parents.into_iter().flat_map(|(key, value)| [Object::Integer(key), value]);
            root.set("ParentTree", dictionary! { "Nums" => parents.collect::<Vec<_>>() });
            root.set("ParentTreeNextKey", self.next_parent);
            if !self.elements.is_empty() {
                root.set("IDTree", dictionary! { "Names" => named(self.elements) });
            }
            objects.push((self.structure, Object::Dictionary(root)));
            catalog.set("StructTreeRoot", Object::Reference((self.structure, 0)));
        }
        let mut trailer = self.trailer;
        trailer.set("Root", Object::Reference((next, 0)));
        objects.push((next, Object::Dictionary(catalog)));
        next += 1;
        trailer.set("Size", i64::from(next));
        (objects, trailer)
    }
}

/// The first number of a range of page labels.
fn start(label: &Dictionary) -> i64 {
    label.get(b"St").and_then(Object::as_i64).unwrap_or(1)
}

/// Names and values as a name tree's leaf holds them (§7.9.6).
fn named(names: BTreeMap<Vec<u8>, Object>) -> Vec<Object> {
    names.into_iter().flat_map(|(name, value)| [Object::String(name, StringFormat::Literal), value]).collect()
}

fn dictionary_at<'a>(document: &'a Document, of: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    resolve(document, of.get(key).ok()?)?.as_dict().ok()
}

/// Pairs of a name tree (§7.9.6) or number tree (§7.9.7).
fn leaves(document: &Document, tree: &Dictionary, pairs: &[u8]) -> Vec<(Object, Object)> {
    let (mut found, mut waiting) = (Vec::new(), vec![(tree, 0)]);
    while let Some((node, depth)) = waiting.pop() {
        let items = |key| node.get(key).ok().and_then(|object| resolve(document, object)?.as_array().ok());
        if let Some(pairs) = items(pairs) {
            found.extend(pairs.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())));
        }
        if depth < DEPTH {
            let kids = items(b"Kids").into_iter().flatten().rev();
            let kids = kids.filter_map(|kid| resolve(document, kid)?.as_dict().ok());
            waiting.extend(kids.map(|kid| (kid, depth + 1)));
        }
    }
    found
}

/// Takes a part's own outline away: the whole document has one.
fn take_outline(document: &mut Document, catalog: &Dictionary) {
    let mut waiting: Vec<ObjectId> =
        catalog.get(b"Outlines").and_then(Object::as_reference).into_iter().collect();
    while let Some(id) = waiting.pop() {
        let Some(Object::Dictionary(line)) = document.objects.remove(&id) else { continue };
        let next = [&b"First"[..], b"Next"].into_iter();
        waiting.extend(next.filter_map(|key| line.get(key).and_then(Object::as_reference).ok()));
    }
}

/// Hangs a part's page tree under another root and gives its pages.
fn pages_of(
    document: &mut Document,
    catalog: &Dictionary,
    root: u32,
    kids: &mut Vec<Object>,
) -> anyhow::Result<Vec<ObjectId>> {
    let tree = catalog.get(b"Pages").and_then(Object::as_reference).context("no page tree")?;
    let (mut pages, mut waiting) = (Vec::new(), vec![(tree, 0)]);
    while let Some((id, depth)) = waiting.pop() {
        let node = document.get_dictionary(id).context("a node of the page tree")?;
        match node.get(b"Kids").and_then(Object::as_array) {
            Ok(kids) if depth < DEPTH => {
                let kids = kids.iter().rev().filter_map(|kid| kid.as_reference().ok());
                waiting.extend(kids.map(|kid| (kid, depth + 1)));
            }
            _ => pages.push(id),
        }
    }
    document.get_dictionary_mut(tree).context("no page tree")?.set("Parent", Object::Reference((root, 0)));
    kids.push(Object::Reference(tree));
    Ok(pages)
}

/// What makes one part's objects differ from every other's.
struct Shift {
    by: u32,
    /// The part's root of structure, and the whole document's.
    structure: Option<(ObjectId, u32)>,
    /// Keys of the parent tree that parts before have.
    parents: i64,
    /// Stands before the identifiers of structure elements.
    mark: String,
}

impl Shift {
    fn document(&self, document: &mut Document) {
        let objects = std::mem::take(&mut document.objects);
        document.objects = objects
            .into_iter()
            .map(|((number, generation), mut object)| {
                self.object(&mut object);
                ((number + self.by, generation), object)
            })
            .collect();
        document.max_id += self.by;
        self.dictionary(&mut document.trailer);
    }

    /// Nesting is bounded by the parser.
    fn object(&self, object: &mut Object) {
        match object {
            Object::Reference(id) => match self.structure {
                Some((old, new)) if old == *id => *id = (new, 0),
                _ => id.0 += self.by,
            },
            Object::Array(items) => items.iter_mut().for_each(|item| self.object(item)),
            Object::Dictionary(dictionary) => self.dictionary(dictionary),
            Object::Stream(stream) => self.dictionary(&mut stream.dict),
            _ => {}
        }
    }

    fn dictionary(&self, dictionary: &mut Dictionary) {
        let is_element = dictionary.has_type(b"StructElem");
        for (key, value) in dictionary.iter_mut() {
            match (key.as_slice(), value) {
                (b"StructParents" | b"StructParent", Object::Integer(key)) => *key += self.parents,
                (b"ID", Object::String(name, _)) if is_element => *name = self.marked(name),
                (b"Headers", Object::Array(names)) => {
                    for name in names {
                        if let Object::String(name, _) = name {
                            *name = self.marked(name);
                        }
                    }
                }
                (_, value) => self.object(value),
            }
        }
        if let Some((page, name)) = inner_link(dictionary) {
            dictionary.remove(b"A");
            // For those who cannot see it (§12.5.2), in place of the address.
            dictionary.set("Contents", lopdf::text_string(&format!("第 {page} 頁")));
            dictionary.set("Dest", Object::String(name, StringFormat::Literal));
        }
    }

    fn marked(&self, name: &[u8]) -> Vec<u8> {
        [self.mark.as_bytes(), name].concat()
    }
}

/// Page and destination that an annotation names in place of an address.
fn inner_link(annotation: &Dictionary) -> Option<(String, Vec<u8>)> {
    let action = annotation.get(b"A").ok()?.as_dict().ok()?;
    let address = action.get(b"URI").ok()?.as_str().ok()?;
    let (page, name) = std::str::from_utf8(address).ok()?.strip_prefix(INNER_LINK)?.split_once(':')?;
    Some((page.to_owned(), name.as_bytes().to_vec()))
}
