//! 佐證目錄 as a spreadsheet: one row a file, with its number, whose it is and where it is bound.
//!
//! Says what may leave the house: captions, never the names of files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::Cleared;
use crate::container::{OdfKind, OdfPackage};
use crate::dossier::{Appendix, Dossier, PageRange};
use crate::exhibit::Content;
use crate::template;

use super::page_span;

#[derive(Serialize)]
struct EvidenceView<'a> {
    title: &'a str,
    identity: &'a str,
    draft: bool,
    widths: BTreeSet<u32>,
    columns: [Column; 7],
    rows: Vec<[String; 7]>,
}

#[derive(Clone, Copy, Serialize)]
struct Column {
    label: &'static str,
    /// In centimetres.
    width: u32,
}

const COLUMNS: [Column; 7] = [
    Column { label: "附件編號", width: 3 },
    Column { label: "指標", width: 6 },
    Column { label: "提供單位", width: 3 },
    Column { label: "佐證項目", width: 6 },
    Column { label: "檔案說明", width: 8 },
    Column { label: "收錄方式", width: 4 },
    Column { label: "佐證資料頁次", width: 3 },
];

/// The list's bytes. `ranges` are the measured pages of 佐證資料.
///
/// # Errors
/// A template of the user's own that cannot be used.
pub fn evidence(
    dossier: &Cleared<&Dossier>,
    ranges: &[PageRange],
    templates: &Templates,
) -> anyhow::Result<Vec<u8>> {
    let dossier: &Dossier = dossier;
    let pages: BTreeMap<&str, &PageRange> =
        ranges.iter().map(|range| (range.number.as_str(), range)).collect();
    let view = EvidenceView {
        title: &dossier.title,
        identity: &dossier.identity,
        draft: dossier.draft,
        widths: COLUMNS.iter().map(|column| column.width).collect(),
        columns: COLUMNS,
        rows: dossier.appendices.iter().flat_map(|appendix| rows(appendix, &pages)).collect(),
    };
    let content = template::render_odf("odf/evidence-content.hbs", &view, templates)?;
    let styles = template::render_odf("odf/evidence-styles.hbs", &view, templates)?;
    OdfPackage::new(OdfKind::Spreadsheet)
        .with_xml("content.xml", &content)
        .with_xml("styles.xml", &styles)
        .with_metadata(&format!("{}佐證目錄", dossier.title), &dossier.government, &dossier.prepared_on_iso)
        .write()
}

fn rows(appendix: &Appendix, pages: &BTreeMap<&str, &PageRange>) -> Vec<[String; 7]> {
    let range = pages.get(appendix.number.as_str());
    let span = page_span(range.map(|range| range.first), range.map(|range| range.last)).unwrap_or_default();
    let row = |number: &str, caption: &str, how: String| {
        [
            number.to_owned(),
            format!("{} {}", appendix.indicator_code, appendix.indicator_title),
            appendix.unit.clone(),
            appendix.title.clone(),
            caption.to_owned(),
            how,
            span.clone(),
        ]
    };
    if let Some(absent) = &appendix.absent {
        return vec![row(&appendix.number, "", absent.clone())];
    }
    appendix
        .entries
        .iter()
        .map(|entry| {
            let how = match (&entry.exhibit.content, &entry.bundle_name) {
                (Content::Pages { .. } | Content::Picture { .. }, _) => "裝訂於佐證資料".to_owned(),
                (Content::File { .. }, Some(name)) => format!("以檔案附送：{name}"),
                (Content::File { .. } | Content::Unusable { .. }, _) => "僅留佔位頁".to_owned(),
            };
            row(&entry.number, &entry.caption, how)
        })
        .collect()
}
