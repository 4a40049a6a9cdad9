//! What a form of the agency's own may ask for, by name: every value of the dossier that fits into a
//! line or a cell.
//!
//! Names are Chinese, since clerks type them into Word; several spellings of one name (full-width
//! letters, blanks) are one. Knows nothing of documents.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clearance::Cleared;
use crate::dossier::{Appendix, Dossier, IndicatorSection, Reference};
use crate::folding::{did_you_mean, fold, nfkc};

use super::page_span;

/// Printed where the dossier has no value: a blank in a form looks forgotten.
const NOTHING: &str = "—";
const SELF_SCORE: &str = "自評合計";
/// Stands for the unit where a figure is the sum of all.
const TOTAL: &str = "合計";

/// The three lists a table row may repeat over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum List {
    Indicators,
    Units,
    Appendices,
}

impl List {
    const ALL: [List; 3] = [List::Indicators, List::Units, List::Appendices];

    /// What names of the list begin with: 「指標.名稱」.
    pub fn prefix(self) -> &'static str {
        match self {
            List::Indicators => "指標",
            List::Units => "單位",
            List::Appendices => "佐證",
        }
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            List::Indicators => &INDICATOR_COLUMNS,
            List::Units => &["名稱", "指標", "佐證項數"],
            List::Appendices => &["編號", "名稱", "單位", "指標", "件數", "頁次"],
        }
    }
}

const INDICATOR_COLUMNS: [&str; 11] = [
    "編號",
    "面向",
    "名稱",
    "4P",
    "配分",
    "自評",
    "評分基準",
    "提供單位",
    "執行情形",
    "佐證附件",
    "佐證頁次",
];

/// A name as typed, found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<'a> {
    /// One value for the whole document.
    Single(&'a str),
    /// One value for each row; the second is the column's position.
    Column(List, usize),
}

/// All values, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    /// In the order in which they are listed.
    singles: Vec<(String, String)>,
    /// Folded, with their position among the singles.
    by_name: BTreeMap<String, usize>,
    rows: BTreeMap<List, Vec<Vec<String>>>,
}

impl Values {
    /// Page numbers must have been measured: see `assembly::paginate`.
    pub fn of(dossier: &Cleared<&Dossier>) -> Values {
        let mut singles = document(dossier);
        let indicators: Vec<Vec<String>> = dossier
            .facets
            .iter()
            .flat_map(|facet| facet.indicators.iter().map(|section| (facet.title.as_str(), section)))
            .map(|(facet, section)| indicator(facet, section, dossier))
            .collect();
        for row in &indicators {
            let named = INDICATOR_COLUMNS.iter().zip(row).skip(1);
            singles.extend(named.map(|(column, value)| (format!("{}.{column}", row[0]), value.clone())));
        }
        for section in dossier.facets.iter().flat_map(|facet| &facet.indicators) {
            add_answers(section, &mut singles);
        }
        let by_name = singles.iter().enumerate().map(|(index, (name, _))| (fold(name), index)).collect();
        let rows = BTreeMap::from([
            (List::Indicators, indicators),
            (List::Units, units(dossier)),
            (List::Appendices, dossier.appendices.iter().map(|appendix| row_of(appendix, dossier)).collect()),
        ]);
        Values { singles, by_name, rows }
    }

    /// Sums and scores that stand nowhere in a text, each with its name.
    pub fn absent_from(&self, text: &str) -> Vec<(String, String)> {
        let text = nfkc(text);
        let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
        let figures: BTreeSet<&str> =
            text.split(|c| !is_digit(c)).map(|figure| figure.trim_matches(['.', ','])).collect();
        let is_absent = |value: &str| {
            value.chars().all(is_digit)
                && !figures.contains(value)
                && !figures.contains(value.replace(',', "").as_str())
        };
        let sums = self
            .singles
            .iter()
            .filter(|(name, _)| name == SELF_SCORE || name.split('.').nth(1) == Some(TOTAL));
        sums.filter(|(_, value)| is_absent(value)).cloned().collect()
    }

    /// What a name means; `None` when it means nothing.
    pub fn named(&self, name: &str) -> Option<Named<'_>> {
        let folded = fold(name);
        if let Some(&index) = self.by_name.get(&folded) {
            return Some(Named::Single(&self.singles[index].1));
        }
        List::ALL.into_iter().find_map(|list| {
            let column = list.columns().iter().position(|column| fold(&dotted(list, column)) == folded)?;
            Some(Named::Column(list, column))
        })
    }

    /// The rows a list repeats over, each with its columns; an empty list gives one row of dashes, so
    /// that a table is never left without rows.
    pub fn rows(&self, list: List) -> Vec<Vec<String>> {
        match self.rows.get(&list) {
            Some(rows) if !rows.is_empty() => rows.clone(),
            _ => vec![vec![NOTHING.to_owned(); list.columns().len()]],
        }
    }

    /// The name that was probably meant.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let columns = self.columns();
        let singles = self.singles.iter().map(|(name, _)| name.as_str());
        did_you_mean(name, singles.chain(columns.iter().map(String::as_str))).map(str::to_owned)
    }

    fn columns(&self) -> Vec<String> {
        List::ALL
            .into_iter()
            .flat_map(|list| list.columns().iter().map(move |column| dotted(list, column)))
            .collect()
    }

    /// Every name with its value today, in order; of a list the first row's.
    pub fn list(&self) -> Vec<(String, String)> {
        let mut all = self.singles.clone();
        for list in List::ALL {
            let rows = self.rows(list);
            let columns = list.columns().iter().enumerate();
            all.extend(columns.map(|(index, column)| {
                let value = format!("{}（每列一筆，共 {} 列）", rows[0][index], rows.len());
                (dotted(list, column), value)
            }));
        }
        all
    }
}

fn dotted(list: List, column: &str) -> String {
    format!("{}.{column}", list.prefix())
}

fn or_nothing(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or(NOTHING).to_owned()
}

fn document(dossier: &Dossier) -> Vec<(String, String)> {
    let contact = dossier.contacts.first();
    let score = &dossier.score;
    let named: [(&str, String); 17] = [
        ("標題", dossier.title.clone()),
        ("表名", dossier.form_title.clone()),
        ("機關", dossier.government.clone()),
        ("年度", dossier.year.clone()),
        ("受評期間", dossier.period.clone()),
        ("填表日期", dossier.prepared_on.clone()),
        ("陳報機關", dossier.recipient.clone()),
        ("依據", or_nothing(Some(&dossier.legal_bases.join("\n")))),
        ("聯絡人", or_nothing(contact.map(|contact| contact.name.as_str()))),
        ("聯絡人職稱", or_nothing(contact.map(|contact| contact.title.as_str()))),
        ("聯絡電話", or_nothing(contact.map(|contact| contact.telephone.as_str()))),
        ("電子郵件", or_nothing(contact.map(|contact| contact.email.as_str()))),
        ("配分合計", score.points.clone().unwrap_or_else(|| score.no_points.clone())),
        (SELF_SCORE, or_nothing(score.self_score.as_deref())),
        ("預估等第", or_nothing(score.grade.as_deref())),
        ("附件項數", bound(dossier).count().to_string()),
        ("識別碼", dossier.identity.clone()),
    ];
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// In the order of `INDICATOR_COLUMNS`.
fn indicator(facet: &str, section: &IndicatorSection, dossier: &Dossier) -> Vec<String> {
    let numbers: Vec<&str> = section.references.iter().map(|reference| reference.number.as_str()).collect();
    vec![
        section.code.clone(),
        facet.to_owned(),
        section.title.clone(),
        or_nothing(section.four_p.as_deref()),
        section.points.clone().unwrap_or_else(|| dossier.score.no_points.clone()),
        or_nothing(section.self_score.as_deref()),
        section.criteria.clone().unwrap_or_else(|| dossier.score.no_points.clone()),
        or_nothing(Some(&section.units.join("、"))),
        or_nothing(Some(&story(section))),
        or_nothing(Some(&numbers.join("、"))),
        or_nothing(pages(&section.references).as_deref()),
    ]
}

/// From the first to the last page of these references: 「12–15」, in volumes 「第2冊第 12–15 頁」.
fn pages<'a>(references: impl IntoIterator<Item = &'a Reference>) -> Option<String> {
    let mut bound = references.into_iter().filter(|reference| reference.first_page.is_some());
    let first = bound.next()?;
    let last = bound.last().unwrap_or(first);
    if first.first_volume.is_none() {
        return page_span(first.first_page, last.last_page);
    }
    let whole = Reference { last_page: last.last_page, last_volume: last.last_volume, ..first.clone() };
    whole.pages()
}

/// Answers of one unit as they are printed: 「2-1.勞工處.執行情形」, 「2-1.勞工處.總人次」, and sums of all
/// units, 「2-1.合計.總人次」. Of two tasks of a unit that ask alike, the second's name tells its task.
fn add_answers(section: &IndicatorSection, singles: &mut Vec<(String, String)>) {
    let mut taken = BTreeSet::new();
    let mut add = |unit: &str, label: &str, heading: &str, value: &str| {
        let mut name = format!("{}.{unit}.{label}", section.code);
        if !taken.insert(fold(&name)) {
            let task = heading.split_whitespace().next().unwrap_or_default();
            name.push_str(&format!("（{task}）"));
            taken.insert(fold(&name));
        }
        singles.push((name, or_nothing(Some(value))));
    };
    for narrative in &section.narratives {
        let told = narrative.absent.clone().unwrap_or_else(|| narrative.paragraphs.join("\n"));
        add(&narrative.unit, "執行情形", &narrative.heading, &told);
    }
    if let Some(table) = &section.table {
        for row in &table.rows {
            for (unit, value) in table.units.iter().zip(&row.values) {
                if let Some(value) = value {
                    add(unit, &row.label, "", value);
                }
            }
            if let Some(total) = &row.total {
                add(TOTAL, &row.label, "", total);
            }
        }
    }
    for figures in &section.figures {
        for row in &figures.rows {
            add(&figures.unit, &row.label, &figures.heading, &row.value);
        }
    }
}

/// 執行情形 as paragraphs: the secretariat's text, then the units', each under its heading.
fn story(section: &IndicatorSection) -> String {
    let mut paragraphs: Vec<String> = section.lead.clone();
    for narrative in &section.narratives {
        paragraphs.push(format!("{}{}", narrative.numeral, narrative.heading));
        paragraphs.extend(narrative.absent.clone());
        paragraphs.extend(narrative.paragraphs.iter().cloned());
    }
    for line in &section.recommendations {
        paragraphs.push(format!("建議：{}", line.advice));
        paragraphs.extend(line.action.iter().map(|action| format!("辦理情形：{action}")));
    }
    paragraphs.join("\n")
}

fn bound(dossier: &Dossier) -> impl Iterator<Item = &Appendix> {
    dossier.appendices.iter().filter(|appendix| appendix.absent.is_none())
}

/// Units in the order in which they first answer.
fn units(dossier: &Dossier) -> Vec<Vec<String>> {
    let mut names: Vec<&str> = Vec::new();
    let sections: Vec<&IndicatorSection> =
        dossier.facets.iter().flat_map(|facet| &facet.indicators).collect();
    for unit in sections.iter().flat_map(|section| &section.units) {
        if !names.contains(&unit.as_str()) {
            names.push(unit);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let answered = sections.iter().filter(|section| section.units.iter().any(|unit| unit == name));
            let codes: Vec<&str> = answered.map(|section| section.code.as_str()).collect();
            let n_items = bound(dossier).filter(|appendix| appendix.unit == name).count();
            vec![name.to_owned(), codes.join("、"), n_items.to_string()]
        })
        .collect()
}

fn row_of(appendix: &Appendix, dossier: &Dossier) -> Vec<String> {
    let references = dossier.facets.iter().flat_map(|facet| &facet.indicators).flat_map(|s| &s.references);
    let reference = references.clone().find(|reference| reference.number == appendix.number);
    vec![
        appendix.number.clone(),
        appendix.title.clone(),
        appendix.unit.clone(),
        format!("{} {}", appendix.indicator_code, appendix.indicator_title),
        appendix.absent.clone().unwrap_or_else(|| appendix.entries.len().to_string()),
        or_nothing(pages(reference).as_deref()),
    ]
}
