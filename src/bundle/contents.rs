//! The human table of contents of a bundle: what each file is, for whoever opens the zip.

use std::collections::BTreeMap;

use crate::dossier::{Dossier, VolumeLine};

use super::BundleEntry;

/// Plain text with a byte order mark and CRLF, as Notepad opens it.
pub fn contents(dossier: &Dossier, entries: &[BundleEntry]) -> String {
    let bearing = if dossier.official_forms.is_empty() { "自評表與佐證資料" } else { "佐證資料" };
    let mut lines = vec![
        format!("{}　自評表及佐證資料　目錄", dossier.title),
        format!("陳報單位：{}", dossier.government),
        format!("受評期間：{}", dossier.period),
        format!("填表日期：{}", dossier.prepared_on),
        format!("識別碼：{}（{bearing}每頁頁尾相同）", dossier.identity),
    ];
    if let Some(mark) = dossier.volume_mark() {
        lines.push(format!("冊次：{mark}"));
        lines.extend(dossier.volumes.iter().map(volume_line));
    }
    lines.extend([String::new(), "一、檔案".to_owned()]);
    for entry in entries {
        lines.push(format!("  {}　{}（{} 位元組）", entry.name, entry.caption, entry.size()));
    }
    lines.push(String::new());
    lines.push("二、附件".to_owned());
    lines.extend(appendix_lines(dossier));
    lines.push(String::new());
    lines.push("三、校驗".to_owned());
    lines.push("  本資料夾為 BagIt 1.0（RFC 8493）格式，manifest-sha512.txt 列有各檔之 SHA-512。".to_owned());
    let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
    format!("\u{feff}{}\r\n", lines.join("\r\n"))
}

/// The appendices of this volume, or all, with their pages.
fn appendix_lines(dossier: &Dossier) -> Vec<String> {
    let sections = dossier.facets.iter().flat_map(|facet| &facet.indicators);
    let references: BTreeMap<_, _> = sections
        .flat_map(|section| &section.references)
        .map(|reference| (reference.number.as_str(), reference))
        .collect();
    let held = dossier.appendices.iter().filter(|appendix| {
        appendix.absent.is_none() && appendix.entries.iter().any(|entry| dossier.holds(entry))
    });
    held.map(|appendix| {
        let pages = references.get(appendix.number.as_str()).and_then(|reference| reference.pages());
        let pages = pages.map_or_else(String::new, |pages| format!("　佐證資料{pages}"));
        format!("  附件 {}　{}（{}）{pages}", appendix.number, appendix.title, appendix.unit)
    })
    .collect()
}

/// 「第2冊：附件 2-1-3 至 2-2-1」.
fn volume_line(line: &VolumeLine) -> String {
    format!("  第{}冊：{}", line.number, line.holding())
}

/// A value from outside is one line, whatever breaks stand in it.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
