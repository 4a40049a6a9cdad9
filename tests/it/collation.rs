//! The receiver's side through its door: a folder of bundles in, one comparison out, in both formats.

use std::fs;
use std::io::{self, Cursor};
use std::path::Path;
use std::process::Command;

use huibian::bundle::{self, BundleEntry, BundlePlan, EntrySource, figures_json};
use huibian::collation;
use huibian::dossier::{
    Dossier, FacetSection, FigureRow, FigureTable, IndicatorSection, LabelledValue, UnitFigures,
};
use huibian::exhibit::{ByteSource, Handle};
use huibian::grid::{Cell, Grid};
use huibian::place::{CellRef, RelPath};
use huibian::received::Reception;
use huibian::{forms, tabular};
use proptest::prelude::*;

use crate::{bundles, typesetting};

struct Nothing;

impl ByteSource for Nothing {
    fn prepared(&self, _: &Handle) -> io::Result<Vec<u8>> {
        Err(io::Error::other("none"))
    }
    fn input(&self, _: &RelPath) -> io::Result<Vec<u8>> {
        Err(io::Error::other("none"))
    }
}

fn section(title: &str, rows: Vec<FigureRow>) -> IndicatorSection {
    let figures = UnitFigures {
        unit: "警察局".to_owned(),
        heading: "警察局－安全維護".to_owned(),
        rows: vec![LabelledValue {
            label: "護送".to_owned(),
            value: "12".to_owned(),
            measure: "件次".to_owned(),
        }],
    };
    let mut sections = typesetting::rich().facets.remove(0).indicators;
    let mut section = sections.remove(0);
    section.code = "2-1".to_owned();
    section.title = title.to_owned();
    section.points = Some("10.00".to_owned());
    section.self_score = Some("8.25".to_owned());
    section.table = Some(FigureTable {
        units: vec!["警察局".to_owned(), "勞工處".to_owned()],
        rows,
        has_total: true,
        last_year: None,
    });
    section.figures = vec![figures];
    section
}

fn row(label: &str, measure: &str, values: [&str; 2], total: Option<&str>) -> FigureRow {
    FigureRow {
        label: label.to_owned(),
        measure: measure.to_owned(),
        values: values.iter().map(|value| (!value.is_empty()).then(|| (*value).to_owned())).collect(),
        total: total.map(str::to_owned),
        last: None,
    }
}

fn dossier(government: &str, year: u16, title: &str, rows: Vec<FigureRow>) -> Dossier {
    Dossier {
        government: government.to_owned(),
        year: year.to_string(),
        facets: vec![FacetSection {
            numeral: "壹".to_owned(),
            title: "共通性指標".to_owned(),
            indicators: vec![section(title, rows)],
        }],
        ..typesetting::empty()
    }
}

pub fn bag(json: &str) -> Vec<u8> {
    let plan = BundlePlan {
        top_folder: "sample".to_owned(),
        entries: vec![BundleEntry {
            name: "dossier.json".to_owned(),
            caption: "數據".to_owned(),
            source: EntrySource::Bytes(json.as_bytes().to_vec()),
        }],
        facts: vec![
            ("Bagging-Date".to_owned(), "2022-03-10".to_owned()),
            ("External-Identifier".to_owned(), "sample-110-0badcafe".to_owned()),
        ],
    };
    let mut out = Cursor::new(Vec::new());
    bundle::write(&bundles::cleared(plan), &Nothing, &bundles::Made, &mut out).unwrap();
    out.into_inner()
}

fn ordinary(government: &str, year: u16, people: &str) -> Dossier {
    let rows = vec![
        row("參訓總人次", "人次", ["1,000", "234"], Some(people)),
        row("平均滿意度", "%", ["92.5", "88"], None),
    ];
    dossier(government, year, "教育訓練", rows)
}

fn collated(dossiers: &[Dossier]) -> tabular::Tabular {
    let received: Vec<(String, Reception)> = dossiers
        .iter()
        .enumerate()
        .map(|(index, dossier)| (format!("{index}.zip"), bundle::receive(&bag(&figures_json(dossier)))))
        .collect();
    collation::collate(&received)
}

/// A sheet's cells as texts.
fn texts(grid: &Grid, sheet: usize) -> Vec<Vec<String>> {
    let cells = &grid.sheets[sheet].cells;
    let rows = cells.keys().map(|at| at.row).max().unwrap_or(0);
    let columns = cells.keys().map(|at| at.column).max().unwrap_or(0);
    let text = |row, column| match cells.get(&CellRef::new(row, column)) {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Number(number)) => number.to_string(),
        None => String::new(),
        other => panic!("{other:?}"),
    };
    (0..=rows).map(|row| (0..=columns).map(|column| text(row, column)).collect()).collect()
}

#[test]
fn both_formats_say_the_same_and_figures_are_numbers() {
    let tabular = collated(&[ordinary("乙縣政府", 110, "1,234"), ordinary("甲市政府", 110, "56")]);
    let ods = crate::support::grid(&tabular::ods(&tabular).unwrap());
    let xlsx = crate::support::grid(&forms::table_workbook(&tabular).unwrap());
    for sheet in 0..2 {
        assert_eq!(texts(&ods, sheet), texts(&xlsx, sheet));
    }
    assert_eq!(ods.sheets[1].name, "2-1 教育訓練");
    let table = texts(&ods, 1);
    let header = [
        "地方政府",
        "年度",
        "配分",
        "自評分數",
        "參訓總人次（人次）",
        "平均滿意度（%）",
        "安全維護：護送（件次）",
    ];
    assert_eq!(table[0], header);
    let marked = "無合計：警察局 92.5、勞工處 88";
    assert_eq!(table[1], ["乙縣政府", "110", "10", "8.25", "1234", marked, "12"]);
    assert_eq!(table[2][4], "56");
    assert!(matches!(ods.sheets[1].cells[&CellRef::new(1, 4)], Cell::Number(_)));
    assert_eq!(tabular::ods(&tabular).unwrap(), tabular::ods(&tabular).unwrap());
}

#[test]
fn what_cannot_be_compared_is_marked() {
    let other_measure =
        dossier("乙縣政府", 110, "教育訓練", vec![row("參訓總人次", "人", ["1", "2"], Some("3"))]);
    let other_indicator =
        dossier("丙縣政府", 110, "訓練", vec![row("參訓總人次", "人次", ["1", ""], Some("1"))]);
    let tabular = collated(&[ordinary("甲市政府", 110, "56"), other_measure, other_indicator]);
    let grid = crate::support::grid(&tabular::ods(&tabular).unwrap());
    let all: String = (0..grid.sheets.len()).flat_map(|sheet| texts(&grid, sheet)).flatten().collect();
    for word in ["單位不同（人），不能比較", "無此項", "該份沒有這項指標"] {
        assert!(all.contains(word), "{word}: {all}");
    }
    let twice = collated(&[ordinary("甲市政府", 110, "1"), ordinary("甲市政府", 110, "2")]);
    let grid = crate::support::grid(&tabular::ods(&twice).unwrap());
    assert!(texts(&grid, 0)[1][4].contains("收到 2 份"));
}

#[test]
fn a_bundle_that_was_touched_or_says_too_much_is_refused() {
    let good = figures_json(&ordinary("甲市政府", 110, "1"));
    let mut touched = bag(&good);
    let middle = touched.len() / 2;
    touched[middle] ^= 1;
    let many = format!("[{}]", vec![r#"{"label":"a","value":"1","measure":""}"#; 3000].join(","));
    let mut indicators: serde_json::Value = serde_json::from_str(&good).unwrap();
    indicators["indicators"][0]["figures"][0]["values"] = serde_json::from_str(&many).unwrap();
    for (bytes, word) in [
        (touched, "不符"),
        (b"PK".to_vec(), "無法開啟"),
        (bag(r#"{"identity":"0badcafe"}"#), "格式不對"),
        (bag(&good.replace("\"version\": 1", "\"version\": 9")), "版本不同"),
        (bag(&indicators.to_string()), "項目過多"),
        (bag(&"[".repeat(100_000)), "不符"),
    ] {
        match bundle::receive(&bytes) {
            Reception::Refused(reason) => assert!(reason.contains(word), "{word}: {reason}"),
            Reception::Figures(_) => panic!("{word} was let pass"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the texts are, both workbooks are written and read back.
    #[test]
    fn any_texts_give_workbooks(government in ".{0,40}", title in ".{0,60}", label in ".{0,40}", total in ".{0,20}") {
        let rows = vec![row(&label, &label, [&total, ""], Some(&total))];
        let tabular = collated(&[dossier(&government, 110, &title, rows), ordinary("甲市政府", 110, "1")]);
        let ods = crate::support::grid(&tabular::ods(&tabular).unwrap());
        let xlsx = crate::support::grid(&forms::table_workbook(&tabular).unwrap());
        prop_assert_eq!(ods.sheets.len(), tabular.sheets.len());
        prop_assert_eq!(xlsx.sheets.len(), tabular.sheets.len());
    }
}

pub fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_huibian")).args(arguments).current_dir(folder).output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// 22 governments over three years.
#[test]
fn sixty_six_bundles_are_set_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    for year in 108..111u16 {
        let at = folder.path().join(format!("in/{year}"));
        fs::create_dir_all(&at).unwrap();
        for n in 0..22u16 {
            let json = figures_json(&ordinary(&format!("第{n}縣政府"), year, &(n + year).to_string()));
            fs::write(at.join(format!("{n}.zip")), bag(&json)).unwrap();
        }
    }
    let (code, text) = run(folder.path(), &["collate", "in"]);
    assert!(code == 0 && text.contains("列入比較 66 份"), "{text}");
    let bytes = fs::read(folder.path().join("自評數據比較表.ods")).unwrap();
    assert_eq!(texts(&crate::support::grid(&bytes), 1).len(), 67);
    fs::write(folder.path().join("in/壞.zip"), b"PK\x03\x04").unwrap();
    let (code, text) = run(folder.path(), &["collate", "in", "--out", "second"]);
    assert!(code == 12 && text.contains("未列入：壞.zip"), "{text}");
    fs::create_dir(folder.path().join("empty")).unwrap();
    let (code, text) = run(folder.path(), &["collate", "empty"]);
    assert!(code == 2 && text.contains("沒有陳報包"), "{text}");
}
