//! The outline of a document as objects, from a list of its lines with their levels (ISO 32000-1 §12.3.3).
//!
//! Knows levels and titles, nothing of the pages they lead to.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, dictionary};

use crate::frame::Bookmark;

/// The lines of an outline as objects (§12.3.3).
pub(super) struct Outline {
    pub root: u32,
    /// The root and all lines, numbered from the root's number on; none without bookmarks.
    pub objects: Vec<(u32, Object)>,
}

impl Outline {
    /// Closed, but for the lines of the first level.
    pub fn of(bookmarks: Vec<(Bookmark, Object)>, root: u32) -> Self {
        if bookmarks.is_empty() {
            return Outline { root, objects: Vec::new() };
        }
        let reference = |line: usize| Object::Reference((root + 1 + line as u32, 0));
        // Lines stand under the last one of a lower level; the root stands for none.
        let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        let mut above: Vec<(usize, usize)> = Vec::new();
        let mut parents = Vec::new();
        for (line, (bookmark, _)) in bookmarks.iter().enumerate() {
            while above.last().is_some_and(|(level, _)| *level >= bookmark.level) {
                above.pop();
            }
            let parent = above.last().map(|(_, line)| *line);
            children.entry(parent).or_default().push(line);
            parents.push(parent);
            above.push((bookmark.level, line));
        }
        let hold = |dictionary: &mut Dictionary, of: Option<usize>, sign: i64| {
            let Some(lines) = children.get(&of) else { return };
            if let [first, .., last] | [first @ last] = lines.as_slice() {
                dictionary.set("First", reference(*first));
                dictionary.set("Last", reference(*last));
                dictionary.set("Count", sign * lines.len() as i64);
            }
        };
        let mut objects = Vec::new();
        let mut outlines = dictionary! { "Type" => "Outlines" };
        hold(&mut outlines, None, 1);
        objects.push((root, Object::Dictionary(outlines)));
        let mut places: BTreeMap<usize, (Option<usize>, Option<usize>)> = BTreeMap::new();
        for lines in children.values() {
            for (at, line) in lines.iter().enumerate() {
                let before = at.checked_sub(1).map(|before| lines[before]);
                places.insert(*line, (before, lines.get(at + 1).copied()));
            }
        }
        for (line, (bookmark, place)) in bookmarks.into_iter().enumerate() {
            let mut item = dictionary! {
                "Title" => lopdf::text_string(&bookmark.title),
                "Parent" => parents[line].map_or(Object::Reference((root, 0)), reference),
                "Dest" => place,
            };
            let (before, after) = places.get(&line).copied().unwrap_or_default();
            if let Some(before) = before {
                item.set("Prev", reference(before));
            }
            if let Some(after) = after {
                item.set("Next", reference(after));
            }
            hold(&mut item, Some(line), -1);
            objects.push((root + 1 + line as u32, Object::Dictionary(item)));
        }
        Outline { root, objects }
    }
}
