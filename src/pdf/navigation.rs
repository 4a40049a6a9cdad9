//! The ways through a document of ours: labels, links, bookmarks, and what is set on its pages.
//!
//! Reads objects one by one as they are asked for, and of a page only the content that typesetting wrote: what
//! was bound into it is neither decoded nor drawn. Judges nothing.

use std::collections::HashMap;

use hayro::hayro_interpret::InterpreterCache;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Rect, String as Text};
use hayro::hayro_syntax::page::Page;

use crate::navigation::{Leaf, Navigation, Way};

use super::reading::{SetText, read_own};
use super::{render, text};

/// Bookmarks and destinations followed at most: ten for every page of the largest document.
const MOST: usize = 50_000;
/// Levels of trees followed.
const DEPTH: usize = 32;

/// Reads a finished document; `None` for what cannot be opened.
pub fn navigation(bytes: Vec<u8>) -> Option<Navigation> {
    let pdf = render::open_shared(&std::sync::Arc::new(bytes)).ok()?;
    let root: Dict = pdf.xref().get(pdf.xref().root_id())?;
    let destinations = Destinations::of(&pdf, &root);
    let labels = labels(&root);
    let cache = InterpreterCache::new();
    let pages = pdf.pages().iter().enumerate().map(|(index, page)| {
        let own = read_own(page, &cache);
        Leaf { label: label(&labels, index), links: links(page, &own, &destinations), text: own.lines() }
    });
    Some(Navigation { pages: pages.collect(), bookmarks: bookmarks(&root, &destinations) })
}

/// Where names and pages of a document are.
struct Destinations<'a> {
    pages: HashMap<ObjectIdentifier, usize>,
    named: HashMap<Vec<u8>, Object<'a>>,
}

impl<'a> Destinations<'a> {
    fn of(pdf: &'a Pdf, root: &Dict<'a>) -> Self {
        let identifiers = pdf.pages().iter().enumerate();
        let pages = identifiers.filter_map(|(index, page)| Some((page.raw().obj_id()?, index))).collect();
        let mut names = Vec::new();
        if let Some(tree) = root.get::<Dict>("Names").and_then(|names| names.get::<Dict>("Dests")) {
            let leaf = |name, value| match name {
                Object::String(name) => Some((name.as_bytes().to_vec(), value)),
                _ => None,
            };
            leaves(&tree, "Names", 0, &leaf, &mut names);
        }
        let mut named: HashMap<Vec<u8>, Object> = names.into_iter().collect();
        if let Some(old) = root.get::<Dict>("Dests") {
            for name in old.keys() {
                if let Some(value) = old.get::<Object>(name.clone()) {
                    named.insert(name.to_vec(), value);
                }
            }
        }
        Destinations { pages, named }
    }

    /// The page a link or bookmark leads to: by a destination of its own, or by an action (§12.3.2, §12.6.4.2).
    fn of_link(&self, link: &Dict<'a>) -> Option<usize> {
        match link.get::<Object>("Dest") {
            Some(destination) => self.page(destination, 0),
            None => self.page(link.get::<Dict>("A")?.get::<Object>("D")?, 0),
        }
    }

    fn page(&self, destination: Object<'a>, depth: usize) -> Option<usize> {
        if depth > DEPTH {
            return None;
        }
        let named = |name: &[u8]| self.page(self.named.get(name)?.clone(), depth + 1);
        match destination {
            Object::Array(array) => {
                let id = array.raw_iter().next()?.as_obj_ref()?.into();
                self.pages.get(&id).copied()
            }
            Object::Dict(dict) => self.page(dict.get::<Object>("D")?, depth + 1),
            Object::String(name) => named(name.as_bytes()),
            Object::Name(name) => named(&name),
            _ => None,
        }
    }
}

/// The leaves of a name tree (§7.9.6) or a number tree (§7.9.7), whose pairs stand under `pairs`. Of a node
/// nothing is read behind a pair that is no leaf.
fn leaves<'a, L>(
    node: &Dict<'a>,
    pairs: &str,
    depth: usize,
    leaf: &dyn Fn(Object<'a>, Object<'a>) -> Option<L>,
    found: &mut Vec<L>,
) {
    if depth > DEPTH || found.len() > MOST {
        return;
    }
    for kid in node.get::<Array>("Kids").iter().flat_map(|kids| kids.iter::<Dict>()) {
        leaves(&kid, pairs, depth + 1, leaf, found);
    }
    let Some(array) = node.get::<Array>(pairs) else { return };
    let mut objects = array.iter::<Object>();
    while let (Some(key), Some(value)) = (objects.next(), objects.next()) {
        let Some(leaf) = leaf(key, value) else { return };
        found.push(leaf);
    }
}

/// First page (from 0) and how pages from there on are called.
type Labels<'a> = Vec<(usize, Dict<'a>)>;

fn labels<'a>(root: &Dict<'a>) -> Labels<'a> {
    let mut labels = Vec::new();
    if let Some(tree) = root.get::<Dict>("PageLabels") {
        let leaf = |first, label| match (first, label) {
            (Object::Number(first), Object::Dict(label)) => Some((first.as_i64().max(0) as usize, label)),
            _ => None,
        };
        leaves(&tree, "Nums", 0, &leaf, &mut labels);
    }
    labels.sort_by_key(|(first, _)| *first);
    labels
}

/// Decimal numbers with or without words before them; other kinds of numbers are not set by us and read as the
/// words alone (§12.4.2). Without labels a viewer counts from 1.
fn label(labels: &Labels, index: usize) -> String {
    let Some((first, label)) = labels.iter().rev().find(|(first, _)| *first <= index) else {
        return (index + 1).to_string();
    };
    let prefix = label.get::<Text>("P").map(|prefix| text::string(prefix.as_bytes())).unwrap_or_default();
    let start = label.get::<i32>("St").unwrap_or(1);
    match label.get::<Name>("S") {
        Some(style) if style.as_str() == "D" => {
            format!("{prefix}{}", i64::from(start) + (index - first) as i64)
        }
        _ => prefix,
    }
}

fn links<'a>(page: &Page<'a>, own: &SetText, destinations: &Destinations<'a>) -> Vec<Way> {
    let Some(annotations) = page.raw().get::<Array>("Annots") else { return Vec::new() };
    let is_link = |annotation: &Dict| {
        annotation.get::<Name>("Subtype").is_some_and(|subtype| subtype.as_str() == "Link")
            && !annotation.get::<Dict>("A").is_some_and(|action| action.contains_key("URI"))
    };
    annotations
        .iter::<Dict>()
        .filter(is_link)
        .filter_map(|link| {
            let area = link.get::<Rect>("Rect")?;
            Some(Way { text: own.within(area), to: destinations.of_link(&link) })
        })
        .filter(|way| !way.text.trim().is_empty())
        .collect()
}

/// All bookmarks, in no particular order (§12.3.3).
fn bookmarks<'a>(root: &Dict<'a>, destinations: &Destinations<'a>) -> Vec<Way> {
    let mut found = Vec::new();
    let outlines = root.get::<Dict>("Outlines");
    let mut waiting: Vec<Dict> =
        outlines.and_then(|outlines| outlines.get::<Dict>("First")).into_iter().collect();
    while let Some(bookmark) = waiting.pop() {
        if found.len() >= MOST {
            break;
        }
        let title = bookmark.get::<Text>("Title").map(|title| text::string(title.as_bytes()));
        found.push(Way { text: title.unwrap_or_default(), to: destinations.of_link(&bookmark) });
        waiting.extend(["First", "Next"].iter().filter_map(|key| bookmark.get::<Dict>(*key)));
    }
    found
}
