//! What the appendices' template says of its pages: slots for evidence, ranges of appendices, bookmarks.
//!
//! The template labels metadata `<slot>` and `<appendix>`; the finished pages tell where each one
//! stands. Knows the template's contract, nothing of evidence.

use std::collections::{BTreeMap, BTreeSet};

use typst::foundations::{Content, Dict, Label, NativeElement, Selector, StyleChain, Value};
use typst::introspection::{Introspector, MetadataElem};
use typst::model::HeadingElem;
use typst::utils::PicoStr;
use typst_layout::PagedDocument;

use crate::dossier::{Dossier, PageRange, Slot, SlotContent};
use crate::exhibit::Content as ExhibitContent;
use crate::frame::Bookmark;

use super::parts::SetPart;
use super::{Frames, TypesetError};

/// A line of the outline leads to this many points above its heading, as Typst's own do.
const ABOVE_HEADING: f64 = 10.0;

/// The parts of a document as one: pages counted on from part to part.
pub(super) fn joined(set_parts: Vec<SetPart>, dossier: &Dossier) -> Result<Frames, TypesetError> {
    let mut frames = Frames {
        parts: Vec::new(),
        n_pages: 0,
        slots: Vec::new(),
        contents: Vec::new(),
        ranges: Vec::new(),
        warnings: Vec::new(),
    };
    for set_part in set_parts {
        let before = frames.n_pages;
        frames.n_pages += set_part.part.n_pages;
        frames.slots.extend(set_part.slots.into_iter().map(|slot| Slot { page: slot.page + before, ..slot }));
        for range in set_part.ranges {
            let range = PageRange {
                first: range.first + before,
                last: range.last + before,
                volume: dossier.volume,
                number: range.number,
            };
            match frames.ranges.last_mut() {
                Some(last) if last.number == range.number => last.last = range.last,
                _ => frames.ranges.push(range),
            }
        }
        // The same data is printed from in every part.
        frames.warnings.extend(set_part.warnings);
        frames.parts.push(set_part.part);
    }
    let mut told = BTreeSet::new();
    frames.warnings.retain(|warning| told.insert(warning.clone()));
    frames.contents = contents(dossier, &frames.slots)?;
    Ok(frames)
}

/// The lines of the outline, chosen as Typst chooses them for a document of its own.
pub(super) fn bookmarks(document: &PagedDocument) -> Vec<Bookmark> {
    let styles = StyleChain::default();
    headings(document)
        .filter_map(|heading| {
            let (level, title, is_wanted) = {
                let heading = heading.to_packed::<HeadingElem>()?;
                let text = heading.body.plain_text();
                (
                    heading.resolve_level(styles).get(),
                    match &heading.numbers {
                        Some(numbers) => format!("{numbers} {text}"),
                        None => text.to_string(),
                    },
                    heading.bookmarked.get(styles).unwrap_or_else(|| heading.outlined.get(styles)),
                )
            };
            let position = document.introspector().position(heading.location()?)?;
            is_wanted.then(|| Bookmark {
                level,
                title,
                page: position.page.get() - 1,
                x: position.point.x.to_pt(),
                y: (position.point.y.to_pt() - ABOVE_HEADING).max(0.0),
            })
        })
        .collect()
}

/// Page of every labelled heading, from 1, by the label's name.
pub(super) fn anchors(document: &PagedDocument) -> BTreeMap<String, usize> {
    headings(document)
        .filter_map(|heading| {
            let page = document.introspector().position(heading.location()?)?.page.get();
            Some((heading.label()?.resolve().to_string(), page))
        })
        .collect()
}

fn headings(document: &PagedDocument) -> impl Iterator<Item = Content> {
    document.introspector().query(&HeadingElem::ELEM.select()).into_iter()
}

/// An appendix as the template is going to set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forecast {
    /// Label of its divider.
    pub anchor: String,
    /// Pages of evidence behind the divider.
    pub n_sheets: usize,
    /// Labels of its files, and the sheet on which each begins, from 0.
    pub files: Vec<(String, usize)>,
}

/// What the template is going to set, in order; `None`: it cannot be set in parts.
pub(super) fn forecast(document: &PagedDocument) -> Result<Option<Vec<Forecast>>, TypesetError> {
    let marks = labelled(document, "forecast")?;
    let Some((_, dict)) = marks.first() else { return Ok(None) };
    let count =
        |value: &Value| value.clone().cast::<i64>().ok().and_then(|count| usize::try_from(count).ok());
    let appendix = |value: &Value| -> Option<Forecast> {
        let Value::Dict(dict) = value else { return None };
        let Ok(Value::Dict(files)) = dict.get("files") else { return None };
        Some(Forecast {
            anchor: text(dict, "anchor").ok()?,
            n_sheets: count(dict.get("sheets").ok()?)?,
            files: files
                .iter()
                .map(|(name, at)| Some((name.to_string(), count(at)?)))
                .collect::<Option<_>>()?,
        })
    };
    let Ok(Value::Array(appendices)) = dict.get("appendices") else { return Err(broken("forecast")) };
    let forecast: Option<Vec<Forecast>> = appendices.iter().map(appendix).collect();
    forecast.map(Some).ok_or_else(|| broken("forecast"))
}

/// All slots, in page order.
pub(super) fn slots(document: &PagedDocument) -> Result<Vec<Slot>, TypesetError> {
    labelled(document, "slot")?
        .iter()
        .map(|(content, dict)| {
            let location = content.location().ok_or_else(|| broken("slot"))?;
            let position = document.introspector().position(location).ok_or_else(|| broken("slot"))?;
            Ok(Slot {
                id: text(dict, "id")?,
                page: position.page.get() - 1,
                x: position.point.x.to_pt(),
                y: position.point.y.to_pt(),
                width: number(dict, "width")?,
                height: number(dict, "height")?,
            })
        })
        .collect()
}

/// First and last page of every appendix: it lasts until the next mark.
pub(super) fn ranges(document: &PagedDocument) -> Result<Vec<PageRange>, TypesetError> {
    let mut ranges: BTreeMap<usize, PageRange> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for (content, dict) in labelled(document, "appendix")? {
        let location = content.location().ok_or_else(|| broken("appendix"))?;
        let position = document.introspector().position(location).ok_or_else(|| broken("appendix"))?;
        let number = text(&dict, "number")?;
        let page = position.page.get();
        let index = order.iter().position(|known| *known == number).unwrap_or_else(|| {
            order.push(number.clone());
            order.len() - 1
        });
        let range =
            ranges.entry(index).or_insert(PageRange { number, first: page, last: page, volume: None });
        range.first = range.first.min(page);
        range.last = range.last.max(page);
    }
    Ok(ranges.into_values().collect())
}

/// What belongs in each slot: ids are `entry-page`, counted over the dossier's entries from 0.
fn contents(dossier: &Dossier, slots: &[Slot]) -> Result<Vec<SlotContent>, TypesetError> {
    let entries: Vec<_> = dossier.appendices.iter().flat_map(|appendix| &appendix.entries).collect();
    slots
        .iter()
        .map(|slot| {
            let (entry, page) = slot.id.split_once('-').ok_or_else(|| broken("slot"))?;
            let entry: usize = entry.parse().map_err(|_| broken("slot"))?;
            let page: usize = page.parse().map_err(|_| broken("slot"))?;
            match entries.get(entry).map(|entry| &entry.exhibit.content) {
                Some(ExhibitContent::Pages { prepared, pages }) if page < pages.len() => {
                    Ok(SlotContent { id: slot.id.clone(), prepared: prepared.clone(), page: Some(page) })
                }
                Some(ExhibitContent::Picture { prepared, .. }) if page == 0 => {
                    Ok(SlotContent { id: slot.id.clone(), prepared: prepared.clone(), page: None })
                }
                _ => Err(TypesetError::unplaced(format!("範本要求不存在的佐證頁「{}」", slot.id))),
            }
        })
        .collect()
}

fn labelled(document: &PagedDocument, label: &str) -> Result<Vec<(Content, Dict)>, TypesetError> {
    let label = Label::new(PicoStr::intern(label)).ok_or_else(|| broken(label))?;
    document
        .introspector()
        .query(&Selector::Label(label))
        .into_iter()
        .map(|content| {
            let dict = match content.to_packed::<MetadataElem>().map(|metadata| metadata.value.clone()) {
                Some(Value::Dict(dict)) => dict,
                _ => return Err(broken("metadata")),
            };
            Ok((content, dict))
        })
        .collect()
}

fn text(dict: &Dict, key: &str) -> Result<String, TypesetError> {
    match dict.get(key) {
        Ok(Value::Str(text)) => Ok(text.to_string()),
        _ => Err(broken(key)),
    }
}

fn number(dict: &Dict, key: &str) -> Result<f64, TypesetError> {
    match dict.get(key) {
        Ok(Value::Float(number)) => Ok(*number),
        Ok(Value::Int(number)) => Ok(*number as f64),
        _ => Err(broken(key)),
    }
}

fn broken(what: &str) -> TypesetError {
    TypesetError::unplaced(format!("附件範本沒有依約標示「{what}」"))
}
