//! The records of provenance: where every printed value came from, and what was printed nowhere.
//!
//! CSV as Excel opens it, kept in the house. Knows how places are worded for clerks; the trace itself
//! is `assembly`'s.

use std::collections::{BTreeMap, BTreeSet};

use crate::dossier::{Dossier, PageRange};
use crate::identity;
use crate::inventory::{Inventory, Role};
use crate::place::{Place, RelPath};
use crate::trace::{Origin, Part, Printed, Trace, Why, places_in_words};

use super::records::csv_line;

/// Characters of a printed text that a record repeats: enough to find it.
const EXCERPT: usize = 60;

/// One line for every printed value.
pub fn sources(trace: &Trace, ranges: &[PageRange]) -> String {
    let mut csv = csv_line(&["印出之處", "項目", "印出內容", "方式", "來源"].map(str::to_owned));
    csv.insert(0, '\u{feff}');
    for printed in &trace.printed {
        let fields = [
            part_in_words(&printed.part),
            identity::mask(&printed.spot),
            text_in_words(printed, ranges),
            origin_in_words(printed.origin).to_owned(),
            source_in_words(printed),
        ];
        csv.push_str(&csv_line(&fields));
    }
    csv
}

/// One line for every answer printed nowhere, then for every file no section refers to.
pub fn unprinted(trace: &Trace, dossier: &Dossier, inventory: &Inventory) -> String {
    let mut csv = csv_line(&["類別", "來源", "原因"].map(str::to_owned));
    csv.insert(0, '\u{feff}');
    for answer in &trace.unprinted {
        let place = identity::mask(&answer.place.to_string());
        csv.push_str(&csv_line(&["填報內容".to_owned(), place, reason(answer.why).to_owned()]));
    }
    let cited = cited_files(dossier);
    for file in &inventory.files {
        if cited.contains_key(&file.path) {
            continue;
        }
        let why = match &file.role {
            Role::Evidence(code) => format!("佐證項目 {code} 沒有任何指標引用"),
            Role::Stray(_) => "不在任何佐證項目的資料夾內".to_owned(),
            _ => continue,
        };
        csv.push_str(&csv_line(&["佐證檔案".to_owned(), identity::mask(file.path.as_str()), why]));
    }
    csv
}

/// What each input file serves: sections that refer to it, or the number of values taken from it.
pub fn citations(dossier: &Dossier, trace: &Trace) -> BTreeMap<RelPath, String> {
    let mut citations: BTreeMap<RelPath, String> = cited_files(dossier)
        .into_iter()
        .map(|(file, sections)| (file, format!("指標 {}", Vec::from_iter(sections).join("、"))))
        .collect();
    let mut values: BTreeMap<&RelPath, usize> = BTreeMap::new();
    for printed in &trace.printed {
        let is_earlier = printed.origin == Origin::Earlier;
        let cited = printed.sources.iter().filter(|place| is_earlier || matches!(place, Place::Cell { .. }));
        for file in cited.filter_map(Place::path).collect::<BTreeSet<_>>() {
            *values.entry(file).or_default() += 1;
        }
    }
    citations.extend(values.into_iter().map(|(file, n)| (file.clone(), format!("印出 {n} 處"))));
    citations
}

/// Every bound file with the codes of the sections that refer to its appendix.
fn cited_files(dossier: &Dossier) -> BTreeMap<RelPath, BTreeSet<String>> {
    let mut cited: BTreeMap<RelPath, BTreeSet<String>> = BTreeMap::new();
    for section in dossier.facets.iter().flat_map(|facet| &facet.indicators) {
        for reference in &section.references {
            let appendix = dossier.appendices.iter().find(|appendix| appendix.number == reference.number);
            for entry in appendix.into_iter().flat_map(|appendix| &appendix.entries) {
                cited.entry(entry.exhibit.source.clone()).or_default().insert(section.code.clone());
            }
        }
    }
    cited
}

/// 「指標 2-1」, 「附件 2-1-3」.
pub fn part_in_words(part: &Part) -> String {
    match part {
        Part::Front => "首頁".to_owned(),
        Part::Section(code) => format!("指標 {code}"),
        Part::DetailTable(number) => number.clone(),
        Part::Appendix(number) => format!("附件 {number}"),
        Part::Mail => "郵件草稿".to_owned(),
    }
}

/// What is printed, in short; for a bound file, the pages it stands on.
pub fn text_in_words(printed: &Printed, ranges: &[PageRange]) -> String {
    let mut words = identity::mask(&excerpt(&printed.text));
    let is_file = printed.origin == Origin::File && words.is_empty();
    if let (true, Part::Appendix(number)) = (is_file, &printed.part)
        && let Some(range) = ranges.iter().find(|range| range.number == *number)
    {
        words = format!("佐證資料第 {}–{} 頁", range.first, range.last);
    }
    words
}

fn excerpt(text: &str) -> String {
    let line = text.replace(['\r', '\n'], " ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

pub fn origin_in_words(origin: Origin) -> &'static str {
    match origin {
        Origin::Typed => "照填",
        Origin::Computed => "計算",
        Origin::File => "檔案",
        Origin::Earlier => "前次",
        Origin::Plan => "計畫",
    }
}

/// The cells and files; what rests on none says so.
pub fn source_in_words(printed: &Printed) -> String {
    match (printed.sources.as_slice(), printed.origin) {
        ([], Origin::Plan) => "計畫或程式所定".to_owned(),
        ([], _) => "沒有符合條件的列".to_owned(),
        (places, _) => identity::mask(&places_in_words(places)),
    }
}

/// Why an answer stands nowhere.
pub fn reason(why: Why) -> &'static str {
    match why {
        Why::CaseRow => "個案資料只以合計呈現，不逐列印出",
        Why::Absent => "已填「無」，其餘內容不印",
        Why::Replaced => "改印秘書單位的統稿",
        Why::Setting => "設定值，不列印",
        Why::Exception => "列於內部紀錄「例外核可.txt」",
        Why::CaptionOfSeveral => "該項目有多個檔案，圖說改用各檔檔名",
        Why::CaptionOfNone => "該項目沒有檔案",
        Why::NoPlace => "自評表沒有印出此欄的位置",
    }
}
