//! What the appendices' template says of its pages: slots for evidence, and ranges of appendices.
//!
//! The template labels metadata `<slot>` and `<appendix>`; the finished pages tell where each one
//! stands. Knows the template's contract, nothing of evidence.

use std::collections::BTreeMap;

use typst::foundations::{Content, Dict, Label, Selector, Value};
use typst::introspection::{Introspector, MetadataElem};
use typst::utils::PicoStr;
use typst_layout::PagedDocument;

use crate::dossier::{Dossier, PageRange, Slot, SlotContent};
use crate::exhibit::Content as ExhibitContent;

use super::TypesetError;

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
pub(super) fn ranges(
    document: &PagedDocument,
    volume: Option<usize>,
) -> Result<Vec<PageRange>, TypesetError> {
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
        let range = ranges.entry(index).or_insert(PageRange { number, first: page, last: page, volume });
        range.first = range.first.min(page);
        range.last = range.last.max(page);
    }
    Ok(ranges.into_values().collect())
}

/// What belongs in each slot: ids are `entry-page`, counted over the dossier's entries from 0.
pub(super) fn contents(dossier: &Dossier, slots: &[Slot]) -> Result<Vec<SlotContent>, TypesetError> {
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
