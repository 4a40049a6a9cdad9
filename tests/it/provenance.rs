//! From page to cell and back: whatever is printed names where it was typed, and what was typed and
//! not printed is named too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use huibian::dossier::Dossier;
use huibian::figure::Figure;
use huibian::forms;
use huibian::grid::{Cell, Grid};
use huibian::pipeline::{self, Examination, Settings};
use huibian::place::Place;
use huibian::trace::{Origin, Part, Printed, Trace, Why};
use huibian::worker::InProcess;
use jiff::civil::Date;

use crate::pipeline::examine_with;
use crate::support::answers;
use crate::support::workspace::Copy;

struct Traced {
    examination: Examination,
    dossier: Dossier,
    trace: Trace,
    grids: BTreeMap<String, Grid>,
}

impl Traced {
    fn of(copy: &Copy) -> Self {
        let examination = examine_with(copy, &InProcess);
        let settings = Settings::on(Date::constant(2022, 2, 10));
        let dossier = pipeline::dossier(&examination, &settings);
        let trace = pipeline::trace(&examination, &dossier);
        let read = |path: &Path| crate::support::grid(&fs::read(path).unwrap());
        let grids = examination
            .read
            .iter()
            .map(|file| (file.to_string(), read(&copy.inputs().join(file.as_str()))))
            .collect();
        Traced { examination, dossier, trace, grids }
    }

    fn cell(&self, place: &Place) -> Option<&Cell> {
        let Place::Cell { file, sheet, cell } = place else { return None };
        let sheet = self.grids[file.as_str()].sheets.iter().find(|known| known.name == *sheet)?;
        sheet.cells.get(cell)
    }

    fn line(&self, spot: &str) -> &Printed {
        let mut lines = self.trace.printed.iter().filter(|printed| printed.spot == spot);
        lines.next().unwrap_or_else(|| panic!("{spot} is not traced"))
    }

    fn written(&self, spot: &str) -> Vec<String> {
        self.line(spot).sources.iter().map(Place::to_string).collect()
    }
}

static SAMPLE: LazyLock<Traced> = LazyLock::new(|| Traced::of(&Copy::of_sample()));

/// Keys of the dossier that hold words of the plan or the program, or repeat another key.
const NOT_ANSWERS: &[&str] = &[
    "absent",
    "alt",
    "code",
    "columns",
    "criteria",
    "details",
    "exhibit",
    "form_title",
    "four_p",
    "government",
    "heading",
    "identity",
    "indicator_code",
    "indicator_title",
    "item",
    "label",
    "legal_bases",
    "measure",
    "no_points",
    "number",
    "numeral",
    "period",
    "prepared_on_iso",
    "programme",
    "references",
    "signatures",
    "task",
    "title",
    "unit",
    "unit_id",
    "units",
    "year",
];

fn leaves(key: &str, value: &serde_json::Value, found: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::String(text) if !text.is_empty() => found.push((key.to_owned(), text.clone())),
        serde_json::Value::Array(items) => items.iter().for_each(|item| leaves(key, item, found)),
        serde_json::Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| !NOT_ANSWERS.contains(&key.as_str())) {
                leaves(key, value, found);
            }
        }
        _ => {}
    }
}

#[test]
fn no_answer_is_printed_without_a_line() {
    let n_printed = assert_all_traced(&SAMPLE.dossier, &SAMPLE.trace);
    assert!(n_printed > 800, "{n_printed}");
}

/// Every answer that a dossier prints has a line; gives their number.
pub fn assert_all_traced(dossier: &Dossier, trace: &Trace) -> usize {
    let mut printed = Vec::new();
    leaves("", &serde_json::to_value(dossier).unwrap(), &mut printed);
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &trace.printed {
        *lines.entry(&line.text).or_default() += 1;
    }
    for (key, text) in &printed {
        let left = lines.get_mut(text.as_str()).unwrap_or_else(|| panic!("{key}: {text} is not traced"));
        *left = left.checked_sub(1).unwrap_or_else(|| panic!("{key}: {text} is traced too rarely"));
    }
    printed.len()
}

#[test]
fn every_source_is_a_cell_that_holds_something_or_a_file_that_exists() {
    let mut n_cells = 0;
    for line in &SAMPLE.trace.printed {
        for place in &line.sources {
            match place {
                Place::Cell { .. } => {
                    assert!(SAMPLE.cell(place).is_some(), "{} ← {place}", line.spot);
                    n_cells += 1;
                }
                Place::File { file } => assert!(SAMPLE.examination.inventory.get(file).is_some(), "{file}"),
                other => panic!("{} ← {other}", line.spot),
            }
        }
    }
    assert!(n_cells > 1_000, "{n_cells}");
}

#[test]
fn what_is_printed_as_typed_is_what_the_cell_holds() {
    let mut compared = 0;
    for line in SAMPLE.trace.printed.iter().filter(|line| line.sources.len() == 1) {
        match (SAMPLE.cell(&line.sources[0]), line.origin) {
            (Some(Cell::Number(number)), _) if line.text.parse::<f64>().is_ok() => {
                let typed = Figure::parse(&number.to_string()).unwrap();
                let percent = typed.checked_mul(Figure::from(100)).unwrap();
                let printed = Figure::parse(&line.text).unwrap();
                assert!([typed, percent].contains(&printed), "{}: {printed} from {typed}", line.spot);
            }
            (Some(Cell::Text(typed)), Origin::Typed) if line.spot.contains('段') => {
                assert_eq!(*typed, line.text, "{}", line.spot);
            }
            _ => continue,
        }
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn the_parts_of_a_chart_come_from_different_cells() {
    let bars: Vec<&Printed> =
        SAMPLE.trace.printed.iter().filter(|line| line.spot.starts_with("圖「移工產業別」")).collect();
    assert!(bars.len() > 3);
    let places: BTreeSet<&Place> = bars.iter().flat_map(|bar| &bar.sources).collect();
    assert_eq!(places.len(), bars.len());
}

#[test]
fn a_derived_figure_names_the_rows_it_counts() {
    assert_eq!(SAMPLE.line("統計表「查獲件數」警察局").origin, Origin::Computed);
    assert_eq!(SAMPLE.written("統計表「查獲件數」警察局").len(), 9);
    assert_eq!(SAMPLE.written("統計表「勞力剝削件數」勞工處").len(), 1);
    assert_eq!(SAMPLE.written("自評分數合計").len(), 12);
    // Parts below the limit are merged; the bar names the rows of all of them.
    assert_eq!(SAMPLE.line("圖「查獲案件發生地」其他（合併）").text, "5");
    assert_eq!(SAMPLE.written("圖「查獲案件發生地」其他（合併）").len(), 5);
}

#[test]
fn case_rows_are_named_and_never_shown() {
    let rows: Vec<_> = SAMPLE.trace.unprinted.iter().filter(|answer| answer.why == Why::CaseRow).collect();
    assert!(!rows.is_empty());
    let texts: BTreeSet<&str> = SAMPLE.trace.printed.iter().map(|line| line.text.as_str()).collect();
    assert!(!texts.iter().any(|text| text.contains("110-01")));
}

/// A workspace in which one unit's answers were changed.
fn changed(unit: &str, change: impl FnOnce(&mut toml::Table)) -> Copy {
    let copy = Copy::without_evidence();
    let plan = answers::builtin_plan();
    let unit = plan.unit(&unit.into()).unwrap();
    let mut given = answers::of_unit(unit);
    change(&mut given);
    let filling = answers::unit(&plan, unit, &given);
    copy.write(
        &format!("{0}/{0}.xlsx", unit.name),
        &forms::unit_workbook(&plan, &unit.id, &filling).unwrap(),
    );
    copy
}

fn unprinted(traced: &Traced, why: Why) -> Vec<String> {
    let answers = traced.trace.unprinted.iter().filter(|answer| answer.why == why);
    answers.map(|answer| answer.place.to_string()).collect()
}

#[test]
fn what_stands_beside_a_no_is_told_as_not_printed() {
    let copy = changed("police", |given| {
        given["POL03"].as_table_mut().unwrap().insert("absent".into(), "本年度無案件".into());
    });
    let traced = Traced::of(&copy);
    // Zero because of the switch: that cell is the source.
    let switch = traced.written("統計表「查獲件數」警察局");
    assert_eq!(switch.len(), 1);
    assert!(switch[0].contains("警03"), "{switch:?}");
    let copy = changed("labour", |given| {
        given["LAB02"].as_table_mut().unwrap().insert("absent".into(), "本年度無案件".into());
    });
    let traced = Traced::of(&copy);
    let places = unprinted(&traced, Why::Absent);
    assert!(!places.is_empty() && places.iter().all(|place| place.contains("勞02")), "{places:?}");
    // Captions of items without a file.
    assert!(!unprinted(&traced, Why::CaptionOfNone).is_empty());
}

#[test]
fn text_that_the_secretariat_replaced_is_told() {
    let copy = Copy::without_evidence();
    let plan = answers::builtin_plan();
    let mut given = answers::of_secretariat();
    given["editorials"].as_table_mut().unwrap()["training"]
        .as_table_mut()
        .unwrap()
        .insert("mode".into(), "取代".into());
    let bytes = forms::secretariat_workbook(&plan, &answers::secretariat(&plan, &given)).unwrap();
    copy.write("00_秘書單位/00_秘書單位.xlsx", &bytes);
    let traced = Traced::of(&copy);
    let replaced = unprinted(&traced, Why::Replaced);
    assert_eq!(replaced.iter().filter(|place| place.contains("警04")).count(), 2, "{replaced:?}");
    let section = Part::Section("2-1".to_owned());
    let texts = traced.trace.printed.iter().filter(|line| line.part == section);
    assert!(texts.clone().any(|line| line.spot == "秘書單位文字第1段"));
    assert!(!texts.clone().any(|line| line.spot.starts_with("執行情形")));
}
