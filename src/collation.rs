//! The receiver's side: the figures of many bundles in one workbook, a sheet per indicator.
//!
//! Compares only what can be compared: the same label in the same unit of measure. Everything else is
//! shown with the reason. Knows figures that were received, nothing of files or zips.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::figure::Figure;
use crate::folding::fold;
use crate::received::{ReceivedFigures, ReceivedIndicator, Reception};
use crate::tabular::{Tabular, TabularCell, TabularSheet, sheet_name};

/// Columns of an indicator's sheet beyond which nothing is added: Excel ends at 16,384.
const MOST_COLUMNS: usize = 300;

/// The comparison of bundles, given with the names of their files in order.
pub fn collate(bundles: &[(String, Reception)]) -> Tabular {
    let mut received: Vec<(&str, &ReceivedFigures)> = bundles
        .iter()
        .filter_map(|(name, reception)| match reception {
            Reception::Figures(figures) => Some((name.as_str(), figures)),
            Reception::Refused(_) => None,
        })
        .collect();
    received.sort_by(|a, b| sort_key(a.1).cmp(&sort_key(b.1)).then_with(|| a.0.cmp(b.0)));
    let mut sheets = vec![register(bundles, &received)];
    for title in titles(&received) {
        let sheet = indicator_sheet(&title, &received, &sheets);
        sheets.push(sheet);
    }
    // The day the last bundle bears: the same bundles give the same bytes. Excel knows no day before 1900.
    let days = received.iter().filter_map(|(_, figures)| figures.prepared_on.parse::<Date>().ok());
    let day = days.filter(|day| (1912..=2199).contains(&day.year())).max();
    let iso_day = day.unwrap_or(Date::constant(1912, 1, 1)).to_string();
    Tabular { title: "自評數據比較表".to_owned(), creator: "huibian".to_owned(), iso_day, sheets }
}

fn sort_key(figures: &ReceivedFigures) -> (String, i64) {
    (fold(&figures.government), figures.year.parse().unwrap_or(i64::MAX))
}

/// Every bundle in one line, refused ones with the reason, a second one of a government and year too.
fn register(bundles: &[(String, Reception)], received: &[(&str, &ReceivedFigures)]) -> TabularSheet {
    let header = ["檔案", "地方政府", "年度", "識別碼", "收件情形", "配分合計", "自評總分", "自評對應等第"];
    let mut rows = vec![header.map(TabularCell::text).to_vec()];
    for (name, figures) in received {
        let twins: Vec<&str> = received
            .iter()
            .filter(|(_, other)| sort_key(other) == sort_key(figures))
            .map(|(name, _)| *name)
            .collect();
        let state = match twins.len() {
            1 => TabularCell::text("完整無誤"),
            n => TabularCell::Remark(format!("同一政府同一年度收到 {n} 份，請確認以何者為準")),
        };
        rows.push(vec![
            TabularCell::text(*name),
            TabularCell::text(&figures.government),
            TabularCell::text(&figures.year),
            TabularCell::text(&figures.identity),
            state,
            figure(figures.score.points.as_deref()),
            figure(figures.score.self_score.as_deref()),
            TabularCell::text(figures.score.grade.as_deref().unwrap_or_default()),
        ]);
    }
    for (name, reception) in bundles {
        if let Reception::Refused(reason) = reception {
            let mut row =
                vec![TabularCell::text(name), TabularCell::Blank, TabularCell::Blank, TabularCell::Blank];
            row.push(TabularCell::Remark(format!("未列入比較：{reason}")));
            row.resize(header.len(), TabularCell::Blank);
            rows.push(row);
        }
    }
    let widths = vec![28, 10, 5, 9, 24, 8, 8, 10];
    TabularSheet { name: "收件".to_owned(), widths, rows }
}

/// Titles of indicators, by the lowest code any bundle gives them.
fn titles(received: &[(&str, &ReceivedFigures)]) -> Vec<String> {
    let mut codes: BTreeMap<String, (Vec<u32>, String)> = BTreeMap::new();
    for indicator in received.iter().flat_map(|(_, figures)| &figures.indicators) {
        let code =
            indicator.code.split('-').map(|part| part.parse().unwrap_or(u32::MAX)).collect::<Vec<u32>>();
        let known = codes.entry(fold(&indicator.title)).or_insert((code.clone(), indicator.title.clone()));
        known.0 = known.0.clone().min(code);
    }
    let mut titles: Vec<(Vec<u32>, String)> = codes.into_values().collect();
    titles.sort();
    titles.into_iter().map(|(_, title)| title).collect()
}

fn indicator_sheet(
    title: &str,
    received: &[(&str, &ReceivedFigures)],
    given: &[TabularSheet],
) -> TabularSheet {
    let of = |figures: &ReceivedFigures| -> Option<ReceivedIndicator> {
        figures.indicators.iter().find(|one| fold(&one.title) == fold(title)).cloned()
    };
    let rows: Vec<(&ReceivedFigures, Option<ReceivedIndicator>)> =
        received.iter().map(|(_, figures)| (*figures, of(figures))).collect();
    let columns = columns(rows.iter().filter_map(|(_, indicator)| indicator.as_ref()));
    let fixed = ["地方政府", "年度", "配分", "自評分數"];
    let mut header: Vec<TabularCell> = fixed.map(TabularCell::text).to_vec();
    header.extend(columns.iter().map(|column| TabularCell::text(column.header())));
    let mut table = vec![header];
    for (figures, indicator) in &rows {
        let mut row = vec![TabularCell::text(&figures.government), TabularCell::text(&figures.year)];
        match indicator {
            None => {
                row.push(TabularCell::Remark("該份沒有這項指標".to_owned()));
                row.resize(fixed.len() + columns.len(), TabularCell::Blank);
            }
            Some(indicator) => {
                row.push(figure(indicator.points.as_deref()));
                row.push(figure(indicator.self_score.as_deref()));
                let stated = stated(indicator);
                row.extend(columns.iter().map(|column| column.cell(&stated)));
            }
        }
        table.push(row);
    }
    let code = rows.iter().filter_map(|(_, indicator)| indicator.as_ref()).map(|one| one.code.clone()).min();
    let name = sheet_name(&format!("{} {title}", code.unwrap_or_default()), given);
    let widths = [10, 5, 6, 8].into_iter().chain(columns.iter().map(|_| 10)).collect();
    TabularSheet { name, widths, rows: table }
}

/// A figure under comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    /// What it belongs to beyond the indicator: the task's title for a single figure.
    group: String,
    label: String,
    measure: String,
}

/// What one bundle states under a label: its measure, and a value or why there is none.
type Stated = BTreeMap<(String, String), Vec<(String, Result<String, String>)>>;

impl Column {
    /// 「參訓總人次（人次）」.
    fn header(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!("{}：", self.group) };
        let measure = if self.measure.is_empty() { String::new() } else { format!("（{}）", self.measure) };
        format!("{group}{}{measure}", self.label)
    }

    fn cell(&self, stated: &Stated) -> TabularCell {
        let Some(found) = stated.get(&(fold(&self.group), fold(&self.label))) else {
            return TabularCell::Remark("無此項".to_owned());
        };
        match found.iter().find(|(measure, _)| *measure == self.measure) {
            Some((_, Ok(value))) => figure(Some(value)),
            Some((_, Err(reason))) => TabularCell::Remark(reason.clone()),
            None => {
                let other = found.first().map_or("", |(measure, _)| measure.as_str());
                TabularCell::Remark(format!("單位不同（{other}），不能比較"))
            }
        }
    }
}

/// Labels with their measures in the order in which they are first met.
fn columns<'a>(indicators: impl Iterator<Item = &'a ReceivedIndicator>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for indicator in indicators {
        let measures = indicator.measures.iter().map(|one| Column {
            group: String::new(),
            label: one.label.clone(),
            measure: one.measure.clone(),
        });
        let singles = indicator.figures.iter().flat_map(|unit| {
            unit.values.iter().map(|one| Column {
                group: task_of(&unit.heading),
                label: one.label.clone(),
                measure: one.measure.clone(),
            })
        });
        for column in measures.chain(singles) {
            let is_known = columns.iter().any(|known| {
                fold(&known.group) == fold(&column.group)
                    && fold(&known.label) == fold(&column.label)
                    && known.measure == column.measure
            });
            if !is_known && columns.len() < MOST_COLUMNS {
                columns.push(column);
            }
        }
    }
    columns
}

/// The task's title out of 「警察局－案件數據分析」: units are called differently everywhere.
fn task_of(heading: &str) -> String {
    heading.split_once('－').map_or(heading, |(_, task)| task).trim().to_owned()
}

fn stated(indicator: &ReceivedIndicator) -> Stated {
    let mut stated = Stated::new();
    for one in &indicator.measures {
        let values: Vec<&str> = one.values.iter().filter_map(|value| value.value.as_deref()).collect();
        let value = match (&one.total, values.as_slice()) {
            (Some(total), _) => Ok(total.clone()),
            (None, [single]) => Ok((*single).to_owned()),
            (None, []) => Err("未填".to_owned()),
            // A ratio or a count of kinds has no sum: each unit's is shown.
            (None, _) => Err(format!("無合計：{}", by_unit(&one.values))),
        };
        let key = (String::new(), fold(&one.label));
        stated.entry(key).or_default().push((one.measure.clone(), value));
    }
    for unit in &indicator.figures {
        for one in &unit.values {
            let key = (fold(&task_of(&unit.heading)), fold(&one.label));
            stated.entry(key).or_default().push((one.measure.clone(), Ok(one.value.clone())));
        }
    }
    stated
}

fn by_unit(values: &[crate::received::ReceivedValue]) -> String {
    let stated = values.iter().filter_map(|one| Some(format!("{} {}", one.unit, one.value.as_deref()?)));
    stated.collect::<Vec<_>>().join("、")
}

/// A number where the text is one; a text is no figure and says so by its look.
fn figure(text: Option<&str>) -> TabularCell {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return TabularCell::Blank };
    match Figure::parse(&text.replace(',', "")) {
        Some(figure) => TabularCell::Number(figure),
        None => TabularCell::Remark(text.to_owned()),
    }
}
