//! Last time's self-assessment beside this year's: what is compared, what stays blank, what is refused,
//! and that every figure names the file it came from.

use std::fs;

use huibian::bundle::figures_json;
use huibian::diagnostic::Diagnostic;
use huibian::dossier::{Bar, ChartView, Dossier, FigureTable};
use huibian::inventory::Role;
use huibian::pipeline::{self, Examination, Settings};
use huibian::plan::{Plan, ValueKind};
use huibian::trace::Origin;
use huibian::worker::InProcess;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::collation::{bag, run};
use crate::pipeline::{compile, examine_with};
use crate::provenance::assert_all_traced;
use crate::support::workspace::Copy;

const PLACE: &str = "00_秘書單位/前次/dossier.json";

/// A draft, without what it says is missing: that is no answer.
fn dossier(examination: &Examination) -> Dossier {
    let mut dossier = pipeline::dossier(examination, &Settings::on(Date::constant(2022, 2, 10)));
    dossier.missing.clear();
    dossier.facets.iter_mut().flat_map(|facet| &mut facet.indicators).for_each(|one| one.missing.clear());
    dossier
}

/// A bundle that holds these figures, under the identity it states.
fn sent(figures: &Value) -> Vec<u8> {
    let mut figures = figures.clone();
    figures["identity"] = json!("0badcafe");
    bag(&figures.to_string())
}

/// The sample's own figures, as the year before would have sent them.
fn of_109(copy: &Copy) -> Value {
    let text = figures_json(&dossier(&examine_with(copy, &InProcess)));
    let mut figures: Value = serde_json::from_str(&text).unwrap();
    figures["year"] = json!("109");
    figures["period"] = json!("109年1月1日至109年12月31日");
    figures
}

fn measure<'a>(figures: &'a mut Value, label: &str) -> &'a mut Value {
    let indicators = figures["indicators"].as_array_mut().unwrap();
    let mut measures = indicators.iter_mut().flat_map(|one| one["measures"].as_array_mut().unwrap());
    measures.find(|one| one["label"] == label).unwrap()
}

fn lay(copy: &Copy, name: &str, figures: &Value) {
    copy.write(name, figures.to_string().as_bytes());
}

fn tables(dossier: &Dossier) -> Vec<&FigureTable> {
    dossier.facets.iter().flat_map(|facet| &facet.indicators).filter_map(|one| one.table.as_ref()).collect()
}

fn last_of(dossier: &Dossier, label: &str) -> Option<String> {
    let mut rows = tables(dossier).into_iter().flat_map(|table| &table.rows);
    rows.find(|row| row.label == label).unwrap().last.clone()
}

/// Labels of the measures that have a total, in the form's order.
fn totalled(figures: &Value) -> Vec<String> {
    let indicators = figures["indicators"].as_array().unwrap();
    let measures = indicators.iter().flat_map(|one| one["measures"].as_array().unwrap());
    let labels = measures.filter(|one| one["total"].is_string()).map(|one| one["label"].as_str().unwrap());
    labels.map(str::to_owned).collect()
}

fn unused(copy: &Copy) -> Vec<Diagnostic> {
    let found = examine_with(copy, &InProcess).diagnostics.into_iter();
    found.filter(|one| one.rule.id == "last-figures-unused").collect()
}

#[test]
fn what_was_printed_last_time_stands_beside_and_is_traced_to_its_file() {
    let copy = Copy::without_evidence();
    let mut figures = of_109(&copy);
    let labels = totalled(&figures);
    assert!(labels.len() > 5, "{labels:?}");
    measure(&mut figures, &labels[0])["total"] = json!("12,345");
    lay(&copy, PLACE, &figures);
    let examination = examine_with(&copy, &InProcess);
    let file = examination.inventory.files.iter().find(|file| file.path.as_str() == PLACE).unwrap();
    assert_eq!(file.role, Role::LastFigures);
    assert!(examination.diagnostics.iter().all(|one| one.rule.id != "last-figures-unused"));
    let dossier = dossier(&examination);
    assert_eq!(last_of(&dossier, &labels[0]).as_deref(), Some("12,345"));
    let headings: Vec<&str> =
        tables(&dossier).iter().filter_map(|table| table.last_year.as_deref()).collect();
    assert!(headings.len() > 3 && headings.iter().all(|one| *one == "109年度"), "{headings:?}");
    let trace = pipeline::trace(&examination, &dossier);
    assert_all_traced(&dossier, &trace);
    let earlier: Vec<_> = trace.printed.iter().filter(|line| line.origin == Origin::Earlier).collect();
    assert!(earlier.iter().any(|line| line.text == "12,345"));
    assert!(earlier.iter().all(|line| line.sources.iter().all(|place| place.to_string() == PLACE)));
    let files = compile(&copy);
    let text = |name: &str| {
        let (_, bytes) = files.iter().find(|(path, _)| path == name).unwrap();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let ledger = text("內部/檔案總帳.csv");
    let line = ledger.lines().find(|line| line.contains("前次/dossier.json")).unwrap();
    assert!(line.contains("讀為前次數據") && line.contains("印出"), "{line}");
    assert!(text("內部/資料來源.csv").contains("\"12,345\",前次,"));
}

#[test]
fn what_cannot_be_compared_stays_blank() {
    let copy = Copy::without_evidence();
    let mut figures = of_109(&copy);
    let labels = totalled(&figures);
    measure(&mut figures, &labels[0])["measure"] = json!("公噸");
    measure(&mut figures, &labels[1])["values"][0]["unit"] = json!("別的局");
    measure(&mut figures, &labels[2])["total"] = json!("本年度無案件");
    measure(&mut figures, &labels[3])["total"] = json!("A123456789");
    lay(&copy, PLACE, &figures);
    let dossier = dossier(&examine_with(&copy, &InProcess));
    for label in &labels[..4] {
        assert_eq!(last_of(&dossier, label), None, "{label}");
    }
    assert!(last_of(&dossier, &labels[4]).is_some());
    // Without such a file no table has the column.
    fs::remove_file(copy.inputs().join(PLACE)).unwrap();
    let plain = self::dossier(&examine_with(&copy, &InProcess));
    assert!(tables(&plain).iter().all(|table| table.last_year.is_none()));
}

#[test]
fn figures_of_others_or_of_another_length_are_refused_with_the_reason() {
    let copy = Copy::without_evidence();
    let good = of_109(&copy);
    let cases = [
        ("government", json!("別縣政府"), "別縣政府"),
        ("year", json!("110"), "須早於"),
        ("year", json!("去年"), "須早於"),
        ("period", json!("108年1月1日至109年12月31日"), "不同長"),
        ("version", json!(2), "版本"),
        ("indicators", json!("甲"), "格式"),
    ];
    for (key, value, reason) in cases {
        let mut figures = good.clone();
        figures[key] = value;
        lay(&copy, PLACE, &figures);
        let found = unused(&copy);
        assert!(found.len() == 1 && found[0].message.contains(reason), "{key}: {found:?}");
        assert!(tables(&dossier(&examine_with(&copy, &InProcess))).iter().all(|one| one.last_year.is_none()));
    }
    copy.write(PLACE, "[".repeat(200_000).as_bytes());
    assert_eq!(unused(&copy).len(), 1);
    // Of two years the later one is taken, and the other told.
    lay(&copy, PLACE, &good);
    assert_eq!(unused(&copy), Vec::new());
    let mut older = good;
    older["year"] = json!("107");
    older["period"] = json!("107年1月1日至107年12月31日");
    copy.write("00_秘書單位/前次/107.zip", &sent(&older));
    let found = unused(&copy);
    assert!(found.len() == 1 && found[0].message.contains("109年度"), "{found:?}");
    assert!(found[0].place.to_string().ends_with("107.zip"));
}

#[test]
fn roll_takes_last_times_bundle_along() {
    let copy = Copy::without_evidence();
    let mut figures = of_109(&copy);
    figures["year"] = json!("110");
    figures["period"] = json!("110年1月1日至110年12月31日");
    let folder = copy.folder.path();
    fs::write(folder.join("sent.zip"), sent(&figures)).unwrap();
    let (code, text) = run(folder, &["roll", "--year", "111", "--out", "new", "--last", "sent.zip"]);
    assert_eq!(code, 0, "{text}");
    let laid = fs::read(folder.join("new/00_秘書單位/前次/陳報包.zip")).unwrap();
    assert_eq!(laid, fs::read(folder.join("sent.zip")).unwrap());
    let (code, text) = run(folder, &["check", "new"]);
    assert!(code == 1 && !text.contains("未列入「前次」比較"), "{text}");
    // What cannot be compared is said before anything is made.
    fs::write(folder.join("dossier.json"), "{}").unwrap();
    let (code, text) = run(folder, &["roll", "--year", "111", "--out", "other", "--last", "dossier.json"]);
    assert!(code == 2 && text.contains("不能作為前次數據"), "{text}");
    assert!(!folder.join("other").exists());
}

fn chart_of<'a>(figures: &'a mut Value, title: &str) -> &'a mut Value {
    let indicators = figures["indicators"].as_array_mut().unwrap();
    let mut charts = indicators.iter_mut().flat_map(|one| one["charts"].as_array_mut().unwrap());
    charts.find(|one| one["title"] == title).unwrap()
}

fn view(dossier: &Dossier, title: &str) -> ChartView {
    let mut charts = dossier.facets.iter().flat_map(|facet| &facet.indicators).flat_map(|one| &one.charts);
    charts.find(|chart| chart.title == title).unwrap().clone()
}

/// Label, this year's figure, last time's; in the order drawn.
fn bars(view: &ChartView) -> Vec<(String, String, Option<String>)> {
    let bar =
        |bar: &Bar| (bar.label.clone(), bar.text.clone(), bar.last.as_ref().map(|last| last.text.clone()));
    view.bars.iter().map(bar).collect()
}

#[test]
fn charts_show_last_times_bars_beside_this_years() {
    let copy = Copy::without_evidence();
    let mut figures = of_109(&copy);
    let plain = dossier(&examine_with(&copy, &InProcess));
    let people = view(&plain, "各單位參訓人次");
    assert!(people.last_year.is_none() && people.bars.iter().all(|bar| bar.last.is_none()));
    let chart = chart_of(&mut figures, "各單位參訓人次");
    chart["bars"][0]["value"] = json!("54,321");
    chart["bars"].as_array_mut().unwrap().remove(1);
    lay(&copy, PLACE, &figures);
    let examination = examine_with(&copy, &InProcess);
    let with = dossier(&examination);
    let beside = view(&with, "各單位參訓人次");
    assert_eq!(beside.last_year.as_deref(), Some("109年度"));
    let drawn = bars(&beside);
    assert_eq!(drawn.len(), people.bars.len());
    assert_eq!(drawn[0].2.as_deref(), Some("54,321"));
    assert_eq!(drawn[1].2, None, "that unit told nothing then");
    assert_eq!(drawn[2].2.as_deref(), Some(drawn[2].1.as_str()));
    assert!(beside.alt.contains("（109年度54,321人次）"), "{}", beside.alt);
    assert_all_traced(&with, &pipeline::trace(&examination, &with));
    let files = compile(&copy);
    let (_, form) = files.iter().find(|(name, _)| name.ends_with("自評表.pdf")).unwrap();
    let text: String = huibian::pdf::page_texts(form).into_iter().map(|page| page.text).collect();
    assert!(text.contains("54,321") && text.contains("109年度"), "printed");
}

#[test]
fn a_part_that_is_nought_now_keeps_its_place_unless_parts_were_merged() {
    let copy = Copy::without_evidence();
    let mut figures = of_109(&copy);
    let plain = dossier(&examine_with(&copy, &InProcess));
    // Cases: what is merged is compared with nothing, and no part is said to be nought.
    let cases = view(&plain, "查緝案件之被害人國籍");
    let merged = "其他（合併）";
    assert!(cases.bars.iter().any(|bar| bar.label == merged), "{:?}", bars(&cases));
    let channels = view(&plain, "各管道觸及人次");
    let options = channel_options(&examine_with(&copy, &InProcess).plan);
    let unused = options.iter().find(|one| channels.bars.iter().all(|bar| bar.label != **one)).unwrap();
    let added = json!({ "label": unused, "value": "30" });
    let shown = cases.bars.iter().find(|bar| bar.label != merged).unwrap().label.clone();
    for title in ["各管道觸及人次", "查緝案件之被害人國籍"] {
        chart_of(&mut figures, title)["bars"].as_array_mut().unwrap().push(added.clone());
    }
    lay(&copy, PLACE, &figures);
    let with = dossier(&examine_with(&copy, &InProcess));
    let vanished = (unused.clone(), "0".to_owned(), Some("30".to_owned()));
    assert!(bars(&view(&with, "各管道觸及人次")).contains(&vanished));
    let beside = bars(&view(&with, "查緝案件之被害人國籍"));
    assert_eq!(beside.len(), cases.bars.len());
    assert!(beside.iter().all(|(label, _, last)| last.is_none() == (label == merged)), "{beside:?}");
    // Whoever merged too little then, one case is not printed now.
    for bar in chart_of(&mut figures, "查緝案件之被害人國籍")["bars"].as_array_mut().unwrap() {
        if bar["label"] == json!(shown) {
            bar["value"] = json!("1");
        }
    }
    lay(&copy, PLACE, &figures);
    let view = view(&dossier(&examine_with(&copy, &InProcess)), "查緝案件之被害人國籍");
    assert!(bars(&view).iter().all(|(_, _, last)| last.is_none()), "{:?}", bars(&view));
}

fn channel_options(plan: &Plan) -> Vec<String> {
    let tables = plan.tasks.iter().flat_map(|task| &task.tables).chain(&plan.shared_tables);
    let columns = tables.flat_map(|table| &table.columns);
    let kinds = columns.filter(|field| field.key == "channel").map(|field| &field.kind);
    let options = kinds.filter_map(|kind| match kind {
        ValueKind::Choice(options) | ValueKind::Choices(options) => Some(options.clone()),
        _ => None,
    });
    options.flatten().collect()
}

#[test]
fn charts_of_other_parts_units_or_measures_stay_alone() {
    let copy = Copy::without_evidence();
    let good = of_109(&copy);
    let title = "移工國籍別";
    let spoil: [fn(&mut Value); 5] = [
        |figures| chart_of(figures, "移工國籍別")["measure"] = json!("件"),
        |figures| chart_of(figures, "移工國籍別")["title"] = json!("移工性別"),
        |figures| figures["indicators"][0]["units"] = json!(["別的局"]),
        |figures| {
            for bar in chart_of(figures, "移工國籍別")["bars"].as_array_mut().unwrap() {
                bar["value"] = json!("-3");
            }
        },
        // What an older program wrote knows no charts.
        |figures| {
            for indicator in figures["indicators"].as_array_mut().unwrap() {
                indicator.as_object_mut().unwrap().remove("charts");
            }
        },
    ];
    lay(&copy, PLACE, &good);
    assert!(view(&dossier(&examine_with(&copy, &InProcess)), title).last_year.is_some());
    for (n, spoil) in spoil.iter().enumerate() {
        let mut figures = good.clone();
        spoil(&mut figures);
        lay(&copy, PLACE, &figures);
        let examination = examine_with(&copy, &InProcess);
        assert!(examination.diagnostics.iter().all(|one| one.rule.id != "last-figures-unused"), "{n}");
        assert!(view(&dossier(&examination), title).last_year.is_none(), "{n}");
    }
}
