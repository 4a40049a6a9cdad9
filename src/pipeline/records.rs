//! The internal records: every input file's one fate, and what was told about it.
//!
//! These stay in the house; nothing here is packed. Values that could identify somebody are
//! masked all the same.

use std::collections::BTreeMap;

use crate::checks::coded;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::dossier::{Dossier, PageRange};
use crate::exhibit::{Content, Preparation};
use crate::identity;
use crate::inventory::{InputFile, Inventory, Role};
use crate::place::RelPath;
use crate::render;
use crate::trace::Trace;
use crate::typeset::FontUse;

use super::{Examination, official, provenance, signing};

/// Every input file in exactly one line: CSV with a byte order mark, as Excel opens it. Below them, fonts of
/// the machine that printed something: on another machine these pages may come out otherwise.
pub fn ledger(
    dossier: &Dossier,
    ranges: &[PageRange],
    examination: &Examination,
    trace: &Trace,
    fonts: &[FontUse],
) -> String {
    let fates = evidence_fates(dossier, ranges);
    let citations = provenance::citations(dossier, trace);
    let mut csv = csv_line(&["檔案", "位元組", "SHA-256", "去向", "說明", "引用"].map(str::to_owned));
    csv.insert(0, '\u{feff}');
    for file in &examination.inventory.files {
        let (fate, mut note) = fate(file, dossier, &fates, examination);
        if let Some(by) = examination.preparations.get(&file.path).and_then(Preparation::converted_by) {
            note.push_str(&format!("；由 {by} 轉成 PDF"));
        }
        let fields = [
            identity::mask(&shown_path(file, &examination.inventory)),
            file.bytes.to_string(),
            file.digests.sha256.clone(),
            fate.to_owned(),
            identity::mask(&note),
            citations.get(&file.path).cloned().unwrap_or_default(),
        ];
        csv.push_str(&csv_line(&fields));
    }
    for font in fonts {
        csv.push_str(&csv_line(&font_line(font)));
    }
    csv
}

/// 「TW-Kai-Ext-B-98_1.ttf（本機字型）」 with the characters it printed.
fn font_line(font: &FontUse) -> [String; 6] {
    let printed: Vec<String> = font.characters.iter().map(|&character| coded(character)).collect();
    [
        identity::mask(&format!("{}（本機字型）", font.file)),
        font.bytes.to_string(),
        font.sha256.clone(),
        "用於排版".to_owned(),
        format!("內建字型所缺的字：{}", printed.join("、")),
        String::new(),
    ]
}

/// What became of the files of this name: 「路徑：裝訂，附件 …」.
pub fn fates_of(
    is_named: impl Fn(&RelPath) -> bool,
    dossier: &Dossier,
    ranges: &[PageRange],
    examination: &Examination,
) -> Vec<String> {
    let fates = evidence_fates(dossier, ranges);
    let files = examination.inventory.files.iter().filter(|file| is_named(&file.path));
    files
        .map(|file| {
            let (fate, note) = fate(file, dossier, &fates, examination);
            let note = if note.is_empty() { note } else { format!("，{note}") };
            identity::mask(&format!("{}：{fate}{note}", file.path))
        })
        .collect()
}

/// 「…/照片.zip › 名冊.pdf」 for a member of a zip.
fn shown_path(file: &InputFile, inventory: &Inventory) -> String {
    let path = file.path.as_str();
    match inventory.archive_of(&file.path) {
        Some(archive) => {
            let member = path[archive.path.as_str().len()..].trim_start_matches('/');
            format!("{} › {member}", archive.path)
        }
        None => path.to_owned(),
    }
}

fn evidence_fates(dossier: &Dossier, ranges: &[PageRange]) -> BTreeMap<RelPath, (&'static str, String)> {
    let pages: BTreeMap<(&str, Option<usize>), &PageRange> =
        ranges.iter().map(|range| ((range.number.as_str(), range.volume), range)).collect();
    let mut fates = BTreeMap::new();
    for appendix in &dossier.appendices {
        for entry in &appendix.entries {
            let volume = entry.volume.map_or_else(String::new, |volume| format!("第{volume}冊"));
            let place = match pages.get(&(appendix.number.as_str(), entry.volume)) {
                Some(range) => {
                    format!("附件 {}（{volume}第 {}–{} 頁）", entry.number, range.first, range.last)
                }
                None => format!("附件 {}", entry.number),
            };
            let fate = match (&entry.exhibit.content, &entry.bundle_name) {
                (Content::Pages { .. } | Content::Picture { .. }, _) => ("裝訂", place),
                (Content::File { reason }, Some(name)) => {
                    ("以檔案收錄", format!("{place}；{name}；{reason}"))
                }
                (Content::File { reason } | Content::Unusable { reason }, _) => {
                    ("僅留佔位頁", format!("{place}；{reason}"))
                }
            };
            fates.insert(entry.exhibit.source.clone(), fate);
        }
    }
    fates
}

fn fate(
    file: &InputFile,
    dossier: &Dossier,
    evidence: &BTreeMap<RelPath, (&'static str, String)>,
    examination: &Examination,
) -> (&'static str, String) {
    if let Some(fate) = evidence.get(&file.path) {
        return fate.clone();
    }
    if let Some(reason) = &file.unreadable {
        return ("未讀取", format!("無法讀取：{reason}"));
    }
    if examination.read.contains(&file.path) {
        return ("讀為填報檔", String::new());
    }
    match &file.role {
        Role::Plan => ("讀為計畫", String::new()),
        Role::Template => ("讀為範本", String::new()),
        Role::Archive(_) => ("解開", "其中的檔案逐一列於下方".to_owned()),
        Role::LastFigures => match examination.last.as_ref().is_some_and(|last| last.file == file.path) {
            true => ("讀為前次數據", String::new()),
            false => ("未列入比較", "見檢核結果".to_owned()),
        },
        Role::NumberLock => match examination.numbers.in_force {
            Some(_) => ("讀為附件編號鎖定", String::new()),
            None if examination.numbers.set_aside.is_some() => ("未採用", "依要求重新編號".to_owned()),
            None => ("未採用", "見檢核結果".to_owned()),
        },
        Role::Guide => ("略過", "說明文件".to_owned()),
        Role::LeftOut(reason) => ("略過", reason.reason().to_owned()),
        Role::SignedPage => signing::fate(file, examination),
        Role::OfficialForm => official::fate(file, dossier),
        Role::Stray(_) => ("未收錄", "不在任何佐證項目的資料夾內".to_owned()),
        Role::UnitWorkbook(_) | Role::SecretariatWorkbook => ("未讀取", "見檢核結果".to_owned()),
        Role::Evidence(code) => ("未收錄", format!("項目 {code} 未編入附件")),
    }
}

/// One line of CSV, as Excel opens it.
pub fn csv_line(fields: &[String]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| csv_field(field)).collect();
    format!("{}\r\n", fields.join(","))
}

/// Quoted where needed; a leading formula sign is disarmed, since Excel would run it.
fn csv_field(text: &str) -> String {
    let armed = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let text = if armed { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The diagnostics as `check` prints them, without colour.
pub fn report(examination: &Examination) -> String {
    let options = render::TextOptions { colour: false, width: 100 };
    let text = render::text(&examination.diagnostics, &examination.plan, &options);
    format!("\u{feff}{}", text.replace('\n', "\r\n"))
}

/// Breaches that the secretariat answered for.
pub fn accepted(examination: &Examination) -> Diagnostics {
    let mut accepted = Diagnostics::new();
    accepted.extend(examination.diagnostics.iter().filter(|d| d.accepted.is_some()).cloned());
    accepted
}

/// One line an exception: what, where, why, by whom.
pub fn exceptions(accepted: &Diagnostics) -> String {
    let mut text = String::from("\u{feff}秘書單位核可之例外\r\n");
    for diagnostic in accepted.iter() {
        text.push_str(&exception_line(diagnostic));
        text.push_str("\r\n");
    }
    text
}

fn exception_line(diagnostic: &Diagnostic) -> String {
    let line = format!(
        "{}　{}　{}　核可：{}",
        diagnostic.exception_key().unwrap_or_default(),
        diagnostic.place,
        diagnostic.message,
        diagnostic.accepted.as_deref().unwrap_or_default(),
    );
    identity::mask(&line)
}
