//! The appendices of many pages, set in parts: what a document's layout takes of memory grows with its pages,
//! so no layout is larger than a part.
//!
//! Every part is told what it cannot see: the pages before it, the pages in all, and where the others' files
//! begin. This is foretold from a skeleton (all pages without the evidence's own), and parts are set again
//! when it came out otherwise. Knows the template's contract, nothing of what it prints.

use std::collections::BTreeMap;

use serde::Serialize;
use typst_layout::PagedDocument;

use crate::dossier::{Dossier, PageRange, Slot};
use crate::frame::FramePart;

use super::frames::{self, Forecast};
use super::{Typeset, TypesetError};

/// Pages of a part: some 60 MB while it is being set. Most cities' appendices are one part.
pub(super) const MOST_PAGES: usize = 250;

/// Times that parts are set until what they were told holds, as often as Typst tries to lay out a document.
const ROUNDS: usize = 5;

/// What a part is told of itself and the others; the template's contract (`data.part`).
///
/// A leaf is what the template sets for itself: the divider of an appendix, or a sheet of evidence. They are
/// counted from 0 over the whole document; the pages before the first divider belong to none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Share {
    /// Only what stands before the first divider, and all dividers: to see how many pages they take.
    skeleton: bool,
    /// Whether what stands before the first divider is set.
    opens: bool,
    first_leaf: usize,
    end_leaf: usize,
    pages_before: usize,
    /// Of the whole document.
    n_pages: usize,
    /// Page of every divider and file, from 1, by its label.
    pages: BTreeMap<String, usize>,
}

/// A part as set; pages count from its own first one.
pub(super) struct SetPart {
    pub part: FramePart,
    pub slots: Vec<Slot>,
    pub ranges: Vec<PageRange>,
    pub warnings: Vec<String>,
    anchors: BTreeMap<String, usize>,
}

impl SetPart {
    /// # Errors
    /// The template broke the contract on slots and ranges.
    pub fn of((typeset, document): (Typeset, PagedDocument)) -> Result<Self, TypesetError> {
        let Typeset { pdf, n_pages, warnings } = typeset;
        Ok(SetPart {
            slots: frames::slots(&document)?,
            ranges: frames::ranges(&document)?,
            anchors: frames::anchors(&document),
            part: FramePart { pdf, n_pages, bookmarks: frames::bookmarks(&document) },
            warnings,
        })
    }
}

/// About how many pages the appendices will take.
pub(super) fn estimate(dossier: &Dossier) -> usize {
    let held = |appendix: &crate::dossier::Appendix| {
        let entries = appendix.entries.iter().filter(|entry| dossier.holds(entry));
        entries.map(|entry| entry.exhibit.n_pages()).sum::<usize>()
    };
    dossier.appendices.iter().map(held).filter(|n_pages| *n_pages > 0).map(|n_pages| n_pages + 1).sum()
}

type Set = Result<(Typeset, PagedDocument), TypesetError>;

/// Sets all parts; `None` when the template cannot be set in parts, or says something else each time.
///
/// # Errors
/// As setting one.
pub(super) fn set(
    set_part: &dyn Fn(Option<&Share>) -> Set,
    most_pages: usize,
) -> Result<Option<Vec<SetPart>>, TypesetError> {
    let skeleton = Share {
        skeleton: true,
        opens: true,
        first_leaf: 0,
        end_leaf: 0,
        pages_before: 0,
        n_pages: 0,
        pages: BTreeMap::new(),
    };
    let (typeset, document) = set_part(Some(&skeleton))?;
    let Some(forecast) = frames::forecast(&document)? else { return Ok(None) };
    let Some(leaves) = Leaves::of(&forecast, &frames::anchors(&document), typeset.n_pages) else {
        return Ok(None);
    };
    drop(document);
    let mut told = leaves.divide(most_pages);
    for _ in 0..ROUNDS {
        let mut found = told.clone();
        let (mut before, mut pages, mut set_parts) = (0, BTreeMap::new(), Vec::new());
        for (share, found) in told.iter().zip(&mut found) {
            let set_part = SetPart::of(set_part(Some(share))?)?;
            found.pages_before = before;
            pages.extend(set_part.anchors.iter().map(|(name, page)| (name.clone(), page + before)));
            before += set_part.part.n_pages;
            set_parts.push(set_part);
        }
        for found in &mut found {
            found.n_pages = before;
            found.pages = pages.clone();
        }
        if found == told {
            return Ok(Some(set_parts));
        }
        told = found;
    }
    Ok(None)
}

/// Pages of what stands before the first divider, and of every leaf, as a skeleton showed them.
struct Leaves {
    n_opening: usize,
    n_pages: Vec<usize>,
    /// The leaf that a label stands on.
    labels: BTreeMap<String, usize>,
}

impl Leaves {
    /// `None`: the skeleton is not in the order of the forecast.
    fn of(forecast: &[Forecast], anchors: &BTreeMap<String, usize>, n_pages: usize) -> Option<Self> {
        let starts: Vec<usize> =
            forecast.iter().map(|appendix| anchors.get(&appendix.anchor).copied()).collect::<Option<_>>()?;
        let ends = starts.iter().skip(1).copied().chain([n_pages + 1]);
        let mut leaves = Leaves {
            n_opening: starts.first().map_or(n_pages, |first| first - 1),
            n_pages: Vec::new(),
            labels: BTreeMap::new(),
        };
        for ((appendix, start), end) in forecast.iter().zip(&starts).zip(ends) {
            let divider = leaves.n_pages.len();
            leaves.labels.insert(appendix.anchor.clone(), divider);
            leaves.n_pages.push(end.checked_sub(*start)?);
            for (name, at) in &appendix.files {
                leaves.labels.insert(name.clone(), divider + 1 + at);
            }
            leaves.n_pages.extend(std::iter::repeat_n(1, appendix.n_sheets));
        }
        Some(leaves)
    }

    /// Parts of at most so many pages, if no leaf alone has more.
    fn divide(&self, most_pages: usize) -> Vec<Share> {
        let mut page = self.n_opening;
        let firsts: Vec<usize> = self
            .n_pages
            .iter()
            .map(|n_pages| {
                page += n_pages;
                page - n_pages
            })
            .collect();
        let pages: BTreeMap<String, usize> = self
            .labels
            .iter()
            .filter_map(|(name, leaf)| Some((name.clone(), firsts.get(*leaf)? + 1)))
            .collect();
        let share = |opens, first_leaf, pages_before| Share {
            skeleton: false,
            opens,
            first_leaf,
            end_leaf: self.n_pages.len(),
            pages_before,
            n_pages: page,
            pages: pages.clone(),
        };
        let mut shares = vec![share(true, 0, 0)];
        for (leaf, (first, n_pages)) in firsts.iter().zip(&self.n_pages).enumerate() {
            let last = &mut shares[..];
            let Some(last) = last.last_mut() else { break };
            let is_empty = last.first_leaf == leaf && !last.opens;
            if first + n_pages - last.pages_before > most_pages && !is_empty {
                last.end_leaf = leaf;
                shares.push(share(false, leaf, *first));
            }
        }
        shares
    }
}
