//! Another year and another government, through `roll` and `init --government`.

use std::fs;
use std::path::Path;
use std::process::Command;

use huibian::assets::{self, plans};
use huibian::forms;
use huibian::place::RelPath;
use huibian::plan::governments::{self, Profile};
use huibian::plan::{self, Plan, PlanLayer, ValueKind};

use crate::support::answers;
use crate::support::workspace::{Copy, files, sample};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_huibian")).args(arguments).current_dir(folder).output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn builtin(name: &str) -> Plan {
    let layers = plan::builtin_layers(name, &plans::builtin).unwrap();
    let (plan, diagnostics) = plan::lower(&layers);
    plan.unwrap_or_else(|| panic!("{name}: {diagnostics:#?}"))
}

fn plan_at(folder: &Path) -> Plan {
    let text = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let mut layers = plan::builtin_layers(&plan::based_on(&text).unwrap(), &plans::builtin).unwrap();
    layers.push(PlanLayer { file: RelPath::new("plan.toml"), text });
    let (plan, diagnostics) = plan::lower(&layers);
    plan.unwrap_or_else(|| panic!("{diagnostics:#?}"))
}

#[test]
fn every_built_in_plan_is_whole() {
    for name in plans::names() {
        assert_eq!(builtin(name).tasks.len(), 28, "{name}");
    }
    assert!(plan::builtin_layers("hsinchu-999", &plans::builtin).is_none());
}

/// The plan of 114 is the one of 110 under the law of 113.1.1, moved on four years: nothing of 110
/// is left but what is named as such. 115-02-15 is a Sunday in the 春節, the working day before the
/// 13th; 115-03-10 is a Tuesday (domain table).
#[test]
fn the_plan_of_114_stands_on_the_new_law_and_calendar() {
    let plan = builtin("hsinchu-114");
    assert_eq!((plan.id.as_str(), plan.year), ("hsinchu-114", 114));
    assert_eq!(plan.period.first.to_string(), "2025-01-01");
    assert_eq!(plan.period.last.to_string(), "2025-12-31");
    assert_eq!(plan.deadlines.internal.to_string(), "2026-02-13");
    assert_eq!(plan.deadlines.final_default.to_string(), "2026-03-10");
    assert_eq!(plan.deadlines.final_text, "115年3月中旬前");
    assert_eq!(plan.schedule[1].when, "115年4月至5月");
    assert_eq!(plan.schedule[1].span.unwrap().last.to_string(), "2026-05-31");
    assert!(plan.title.contains("114年度"));
    assert_eq!(plan.legal_bases, ["人口販運防制法第4條及人口販運防制法施行細則第6條"]);
    let meetings = plan.table(&"POL02.meetings".into()).unwrap();
    assert!(meetings.each_half_year.as_ref().unwrap().basis.contains("第6條"));
    assert!(meetings.columns.iter().any(|column| column.label == "海岸巡防機關與會"));
    assert_eq!(meetings.example["date"], "114/04/20");
    let cases = plan.table(&"cases".into()).unwrap();
    let exploitation = cases.columns.iter().find(|column| column.key == "exploitation").unwrap();
    let ValueKind::Choice(options) = &exploitation.kind else { panic!("no choice") };
    assert_eq!(options.last().unwrap(), "實行依我國法律有刑罰規定之行為");
    assert!(plan.notes.iter().any(|note| note.contains("沒有公開文本")));
    let old = [&plan.title, &plan.deadlines.final_text].map(String::as_str);
    assert!(old.iter().all(|text| !text.contains("110") && !text.contains("111")));
}

/// What `roll` writes for 114 is the plan that is shipped.
#[test]
fn rolling_the_shipped_plan_gives_the_shipped_plan_of_114() {
    let copy = Copy::without_evidence();
    let (code, text) = run(copy.folder.path(), &["roll", "--year", "114", "--out", "new"]);
    assert_eq!(code, 0, "{text}");
    let rolled = fs::read_to_string(copy.folder.path().join("new/plan.toml")).unwrap();
    let (_, shipped) = plans::builtin("hsinchu-114").unwrap()[0];
    assert_eq!(rolled, shipped);
    assert!(text.contains("沒有公開來源"), "{text}");
    assert!(copy.folder.path().join("new/勞工處/勞工處.xlsx").exists());
}

#[test]
fn what_holds_for_one_year_is_left_behind_and_advice_waits_for_an_answer() {
    let copy = Copy::without_evidence();
    copy.write(
        "plan.toml",
        "based_on = \"hsinchu-110\"\n[deadlines]\nfinal_exact = \"111-03-11\"\nextra_closures = [\"110-07-23\"]\n\
         [unit.labour]\nname = \"勞工及青年處\"\n[indicator.training]\npoints = \"10\"\n\
         [assessment.history]\n109 = \"甲等\"\n[assessment.visit]\nvolunteered = true\n"
            .as_bytes(),
    );
    fs::rename(copy.inputs().join("勞工處"), copy.inputs().join("勞工及青年處")).unwrap();
    fs::write(
        copy.folder.path().join("advice.txt"),
        "\u{feff}建議強化漁工宣導。\r\n\r\n建議增列易讀版。\r\n",
    )
    .unwrap();
    let arguments = ["roll", "--year", "111", "--out", "new", "--advice", "advice.txt"];
    let (code, text) = run(copy.folder.path(), &arguments);
    assert_eq!(code, 0, "{text}");
    let plan = plan_at(&copy.folder.path().join("new"));
    assert_eq!((plan.year, plan.deadlines.internal.to_string().as_str()), (111, "2023-02-15"));
    assert_eq!(plan.deadlines.final_exact, None);
    assert!(plan.deadlines.extra_closures.is_empty() && plan.programme.visit.volunteered.is_none());
    assert!(plan.indicators().all(|indicator| indicator.points.is_none()));
    assert!(plan.units.iter().any(|unit| unit.name == "勞工及青年處"));
    assert_eq!(plan.programme.history.get(&109).map(String::as_str), Some("甲等"));
    assert_eq!(plan.programme.advice, ["建議強化漁工宣導。", "建議增列易讀版。"]);
    // The old law still: its article stands.
    let meetings = plan.table(&"POL02.meetings".into()).unwrap();
    assert!(meetings.each_half_year.as_ref().unwrap().basis.contains("第8條"));
    let workbook = fs::read(copy.folder.path().join("new/00_秘書單位/00_秘書單位.xlsx")).unwrap();
    let grid = crate::support::grid(&workbook);
    let asked = grid.sheets.iter().flat_map(|sheet| sheet.cells.values());
    assert!(asked.into_iter().any(|cell| format!("{cell:?}").contains("建議強化漁工宣導")));
    let (code, text) = run(copy.folder.path(), &["roll", "--year", "110", "--out", "other"]);
    assert!(code == 2 && text.contains("須晚於"), "{text}");
}

fn profiles() -> Vec<Profile> {
    governments::profiles(assets::governments::PROFILES).unwrap()
}

#[test]
fn all_22_governments_have_a_plan_of_their_own() {
    let base = plan::builtin_layers(plans::DEFAULT, &plans::builtin).unwrap();
    let profiles = profiles();
    assert_eq!(profiles.len(), 22);
    assert_eq!(profiles.iter().map(|profile| profile.districts.len()).sum::<usize>(), 368);
    for profile in &profiles {
        let text = governments::localise(plans::DEFAULT, &base, &profiles, profile).unwrap();
        let mut layers = base.clone();
        layers.push(PlanLayer { file: RelPath::new("plan.toml"), text });
        let (plan, diagnostics) = plan::lower(&layers);
        let plan = plan.unwrap_or_else(|| panic!("{}: {diagnostics:#?}", profile.name));
        assert_eq!(plan.government.name, profile.name);
        assert_eq!(plan.government.code, profile.code);
        assert_eq!(plan.tasks.len(), 28, "{}", profile.name);
        assert_eq!(plan.units.len(), 5 - profile.joint.len(), "{}", profile.name);
        assert!(plan.title.starts_with(&profile.name));
        let cases = plan.table(&"cases".into()).unwrap();
        let district = cases.columns.iter().find(|column| column.key == "district").unwrap();
        let ValueKind::Choice(options) = &district.kind else { panic!("no choice") };
        assert_eq!(options[..options.len() - 1], profile.districts[..], "{}", profile.name);
        let own = plan.tasks.iter().filter(|task| task.text.contains(&profile.own)).count();
        assert_eq!(own, 3, "{}", profile.name);
        if profile.name != "新竹市政府" {
            assert!(plan.legal_bases.iter().all(|basis| !basis.contains("新竹")));
            assert!(plan.tasks.iter().all(|task| profile.own == "本市" || !task.text.contains("本市")));
        }
        for unit in &plan.units {
            forms::unit_workbook(&plan, &unit.id, &forms::Filling::default()).unwrap();
        }
    }
}

#[test]
fn governments_are_found_as_people_name_them() {
    let profiles = profiles();
    for (name, found) in [
        ("花蓮縣", Some("花蓮縣政府")),
        ("台北市", Some("臺北市政府")),
        ("台東縣政府", Some("臺東縣政府")),
        ("hsinchu-county", Some("新竹縣政府")),
        ("新竹", None),
    ] {
        assert_eq!(governments::find(&profiles, name).map(|profile| profile.name.as_str()), found, "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = run(folder.path(), &["init", "--government", "桃園縣"]);
    assert!(code == 2 && text.contains("桃園市"), "{text}");
    assert!(!folder.path().join("inputs").exists());
}

/// The sample's answers in another government's workbooks, its evidence in that one's folders.
fn fill(plan: &Plan, inputs: &Path) {
    let theirs = answers::builtin_plan();
    for unit in &plan.units {
        let mut all = toml::Table::new();
        for role in &unit.roles {
            let as_unit = plan::Unit { id: role.as_str().into(), ..unit.clone() };
            all.extend(answers::of_unit(&as_unit));
        }
        // Districts are each government's own.
        if let Some(toml::Value::Table(cases)) = all.get_mut("cases") {
            for row in cases["rows"].as_array_mut().unwrap() {
                row.as_array_mut().unwrap()[2] = "其他".into();
            }
        }
        let workbook = forms::unit_workbook(plan, &unit.id, &answers::unit(plan, unit, &all)).unwrap();
        fs::write(inputs.join(&unit.name).join(format!("{}.xlsx", unit.name)), workbook).unwrap();
    }
    let mut secretariat = answers::of_secretariat();
    // Units are called differently, and whose answer it is need not be said.
    for advice in secretariat["advice"].as_array_mut().unwrap() {
        advice.as_table_mut().unwrap().remove("unit");
    }
    let secretariat = answers::secretariat(plan, &secretariat);
    let workbook = forms::secretariat_workbook(plan, &secretariat).unwrap();
    let folder = &plan.secretariat.folder;
    fs::write(inputs.join(folder).join(format!("{folder}.xlsx")), workbook).unwrap();
    for task in &plan.tasks {
        let from = theirs.task(&task.id).unwrap();
        let from_unit = theirs.unit(&from.unit).unwrap();
        let to_unit = plan.unit(&task.unit).unwrap();
        for (item, from_item) in task.evidence.iter().zip(&from.evidence) {
            let source = sample().join(&from_unit.name).join(from_item.folder_name());
            if !source.is_dir() {
                continue;
            }
            let target = inputs.join(&to_unit.name).join(item.folder_name());
            for file in files(&source) {
                fs::copy(&file, target.join(file.file_name().unwrap())).unwrap();
            }
        }
    }
}

/// A municipality with bureaus, a county whose 社會處 holds labour too, and the smallest county.
#[test]
fn the_samples_answers_compile_for_three_other_governments() {
    for (name, ascii, n_units) in
        [("新北市", "new-taipei", 5), ("花蓮縣", "hualien", 4), ("連江縣", "lienchiang", 4)]
    {
        let folder = tempfile::tempdir().unwrap();
        let (code, text) = run(folder.path(), &["init", "--government", name]);
        assert_eq!(code, 0, "{text}");
        let inputs = folder.path().join("inputs");
        let plan = plan_at(&inputs);
        assert_eq!(plan.units.len(), n_units);
        fill(&plan, &inputs);
        let (code, text) = run(folder.path(), &["compile", "--today", "111-02-10"]);
        assert_eq!(code, 0, "{name}: {text}");
        let bundle = folder.path().join(format!("output/{ascii}-110-self-assessment.zip"));
        assert!(bundle.exists(), "{name}");
    }
}
