//! The human table of contents of a bundle: what each file is, for whoever opens the zip.

use crate::dossier::Dossier;

use super::{BundleEntry, EntrySource};

/// Plain text with a byte order mark and CRLF, as Notepad opens it.
pub fn contents(dossier: &Dossier, entries: &[BundleEntry]) -> String {
    let mut lines = vec![
        format!("{}　自評表及佐證資料　目錄", dossier.title),
        format!("陳報單位：{}", dossier.government),
        format!("受評期間：{}", dossier.period),
        format!("填表日期：{}", dossier.prepared_on),
        format!("識別碼：{}（自評表與佐證資料每頁頁尾相同）", dossier.identity),
        String::new(),
        "一、檔案".to_owned(),
    ];
    for entry in entries {
        let size = match &entry.source {
            EntrySource::Bytes(bytes) => bytes.len() as u64,
            EntrySource::Input { bytes, .. } => *bytes,
        };
        lines.push(format!("  {}　{}（{size} 位元組）", entry.name, entry.caption));
    }
    lines.push(String::new());
    lines.push("二、附件".to_owned());
    let pages =
        dossier.facets.iter().flat_map(|facet| &facet.indicators).flat_map(|section| &section.references);
    let pages: std::collections::BTreeMap<_, _> = pages
        .map(|reference| (reference.number.as_str(), (reference.first_page, reference.last_page)))
        .collect();
    for appendix in dossier.appendices.iter().filter(|appendix| appendix.absent.is_none()) {
        let range = match pages.get(appendix.number.as_str()) {
            Some((Some(first), Some(last))) => format!("　佐證資料第 {first}–{last} 頁"),
            _ => String::new(),
        };
        lines.push(format!("  附件 {}　{}（{}）{range}", appendix.number, appendix.title, appendix.unit));
    }
    lines.push(String::new());
    lines.push("三、校驗".to_owned());
    lines.push("  本資料夾為 BagIt 1.0（RFC 8493）格式，manifest-sha512.txt 列有各檔之 SHA-512。".to_owned());
    let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
    format!("\u{feff}{}\r\n", lines.join("\r\n"))
}

/// A value from outside is one line, whatever breaks stand in it.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
