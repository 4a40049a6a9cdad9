//! The assessment's rules through their commands, and a year assessed together with the one before.

use std::path::Path;
use std::process::Command;

use huibian::diagnostic::{Diagnostic, Severity};
use huibian::inventory::{MediaType, Role};
use huibian::place::{Place, RelPath};
use huibian::plan::{self, PlanLayer, Postponed};
use jiff::civil::date;

use crate::support::scene::Scene;
use crate::support::workspace::Copy;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_huibian")).args(arguments).current_dir(folder).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

#[track_caller]
fn assert_says(copy: &Copy, arguments: &[&str], words: &[&str]) {
    let (code, text) = run(copy.folder.path(), arguments);
    assert_eq!(code, 0, "{text}");
    for word in words {
        assert!(text.contains(word), "{word}\n{text}");
    }
}

#[test]
fn scores_without_points_are_summed_and_set_against_nothing() {
    let copy = Copy::without_evidence();
    let (code, text) = run(copy.folder.path(), &["score"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("92.00") && text.contains("依110年度考核評分表"), "{text}");
    assert!(!text.contains("自評對應等第"), "{text}");
}

/// The twelve self-scores of the sample add up to 92.00: 優等, three short of 特優, one year exempt.
#[test]
fn scores_with_points_earn_a_grade_and_say_what_is_missing() {
    let copy = Copy::without_evidence();
    let ids = [
        ("jurisdiction", 8),
        ("meetings", 8),
        ("training", 9),
        ("outreach", 9),
        ("placement", 8),
        ("medical", 8),
        ("safety", 8),
        ("investigation", 9),
        ("partnership", 9),
        ("recommendations", 8),
        ("topic", 8),
        ("meeting_results", 8),
    ];
    let points: String =
        ids.map(|(id, points)| format!("[indicator.{id}]\npoints = \"{points}\"\n")).concat();
    copy.write("plan.toml", format!("based_on = \"hsinchu-110\"\n{points}").as_bytes());
    assert_says(
        &copy,
        &["score"],
        &[
            "自評對應等第：優等（90分以上未滿95分）",
            "次年度起免評 1 年度，次一受評年度：112年度",
            "距「特優」尚差 3 分",
            "自評與配分差距最大：2-7 夥伴關係之機制或個案（1.8 分）",
        ],
    );
    let (code, text) = run(copy.folder.path(), &["score", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &report["points"], &report["self_score"]), (0, &"100.00".into(), &"92.00".into()));
    assert_eq!(report["earned"]["grade"], "優等");
    assert_eq!((&report["earned"]["exempt_years"], &report["earned"]["next_year"]), (&1.into(), &112.into()));
    assert_eq!(report["earned"]["next_grade"], serde_json::json!({ "grade": "特優", "missing": "3.00" }));
    assert_eq!(
        (report["indicators"].as_array().unwrap().len(), &report["full_score_missed"]),
        (12, &().into())
    );
    copy.write(
        "plan.toml",
        format!("based_on = \"hsinchu-110\"\n{}", points.replace("points = \"8\"", "points = \"9\""))
            .as_bytes(),
    );
    assert_says(&copy, &["score"], &["配分合計 108 分，不是 100 分"]);
}

#[test]
fn the_schedule_takes_the_exact_day_from_the_secretariat() {
    let copy = Copy::without_evidence();
    assert_says(
        &copy,
        &["timeline", "--served", "111-06-10"],
        &["寄達期限      111年3月14日（星期一）", "申復          111年6月24日（星期五）", "111年7月或8月"],
    );
    let outside = tempfile::tempdir().unwrap();
    let (code, text) = run(outside.path(), &["timeline"]);
    assert!(code == 0 && text.contains("尚無確切日期"), "{text}");
}

#[test]
fn a_visit_is_allowed_for_a_reason() {
    let copy = Copy::without_evidence();
    assert_says(&copy, &["visit"], &["尚有 4 項要件未填"]);
    let facts = "based_on = \"hsinchu-110\"\n[assessment.history]\n108 = \"乙等\"\n109 = \"乙等\"\n";
    copy.write("plan.toml", facts.as_bytes());
    assert_says(&copy, &["visit"], &["符合：108年度乙等、109年度乙等", "符合 1 項要件，得實施實地考核"]);
}

const PANEL: &str = r#"based_on = "hsinchu-110"
[[assessment.panel.member]]
name = "甲"
group = "機關委員"
source = "勞政機關"
[[assessment.panel.member]]
name = "乙"
group = "機關委員"
source = "警政機關"
[[assessment.panel.member]]
name = "丙"
group = "機關委員"
source = "移民機關"
[[assessment.panel.member]]
name = "丁"
group = "外聘委員"
source = "勞動部"
[[assessment.panel.member.engagement]]
government = "花蓮縣政府"
subject = "委託研究"
until = "109-12-31"
[[assessment.panel.member]]
name = "戊"
group = "外聘委員"
source = "衛生福利部"
[[assessment.panel.member]]
name = "己"
group = "外聘委員"
source = "內政部警政署"
[[assessment.panel.recommendation]]
source = "勞動部"
names = ["丁", "庚", "辛"]
"#;

#[test]
fn the_panel_names_who_stands_back() {
    let copy = Copy::without_evidence();
    copy.write("plan.toml", PANEL.as_bytes());
    assert_says(
        &copy,
        &["panel"],
        &["丁　不得評核花蓮縣政府：委託研究（至109年12月31日），迴避至112年12月31日", "以111年4月1日計"],
    );
    assert_says(&copy, &["panel", "--on", "113-01-01"], &["  無"]);
}

/// What is wrong with a plan whose text is changed in one place.
fn faults(text: &str) -> Vec<Diagnostic> {
    use huibian::assets::plans;
    let mut layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
    layers.push(PlanLayer { file: RelPath::new("plan.toml"), text: text.to_owned() });
    plan::lower(&layers).1.into_iter().collect()
}

/// Each names the line, and the panel as it stands breaks none of it.
#[test]
fn a_panel_that_breaks_the_rules_is_told_with_its_line() {
    assert_eq!(faults(PANEL), Vec::new());
    for (from, to, rule, line, word) in [
        (
            "group = \"外聘委員\"\nsource = \"勞動部\"",
            "group = \"外聘委員\"\nsource = \"勞政機關\"",
            "panel-composition",
            17,
            "不是外聘委員",
        ),
        (
            "names = [\"丁\", \"庚\", \"辛\"]",
            "names = [\"丁\", \"庚\"]",
            "panel-composition",
            32,
            "推薦 2 名",
        ),
        (
            "names = [\"丁\", \"庚\", \"辛\"]",
            "names = [\"壬\", \"庚\", \"辛\"]",
            "panel-composition",
            15,
            "名單內",
        ),
        ("source = \"警政機關\"", "source = \"勞政機關\"", "panel-composition", 9, "不只一名"),
        ("name = \"乙\"", "name = \"甲\"", "plan-key-duplicate", 7, "列了兩次"),
        (
            "group = \"機關委員\"\nsource = \"移民機關\"",
            "group = \"外聘委員\"\nsource = \"勞動部\"",
            "panel-composition",
            2,
            "應為 3 名",
        ),
    ] {
        assert!(PANEL.contains(from), "{from}");
        let found = faults(&PANEL.replacen(from, to, 1));
        let told = found.iter().any(|fault| {
            let at = matches!(&fault.place, Place::Text { line: found, .. } if *found == line);
            fault.rule.id == rule && at && fault.message.contains(word)
        });
        assert!(told, "{to}: {found:#?}");
    }
}

#[test]
fn facts_of_the_case_are_read_strictly() {
    for (overlay, rule) in [
        ("[assessment.history]\n109 = \"丙等\"\n", "plan-reference-unknown"),
        ("[assessment.history]\n\"去年\" = \"乙等\"\n", "plan-value-invalid"),
        ("[assessment.visit]\nin_favour = 7\n", "plan-value-invalid"),
        ("[assessment.visit]\nagreed = [\"別的機關\"]\n", "plan-reference-unknown"),
        (
            "[assessment.postponed]\nyear = 108\nfirst = \"108-01-01\"\nlast = \"109-12-31\"\nreason = \"甲\"\n",
            "plan-value-invalid",
        ),
        (
            "[assessment.postponed]\nyear = 109\nfirst = \"109-01-01\"\nlast = \"109-11-30\"\nreason = \"甲\"\n",
            "plan-value-invalid",
        ),
        (
            "[[milestone]]\ntitle = \"甲\"\nwhen = \"乙\"\nfirst = \"111-05-02\"\nlast = \"111-05-01\"\n",
            "plan-value-invalid",
        ),
    ] {
        let found = faults(overlay);
        assert!(found.iter().any(|fault| fault.rule.id == rule), "{overlay}: {found:#?}");
    }
}

/// The sample with 109 put off to 110.
fn joint() -> Scene {
    let mut scene = Scene::new();
    let period = plan::Period { first: date(2020, 1, 1), last: date(2020, 12, 31) };
    scene.plan.period.first = period.first;
    scene.plan.programme.postponed =
        Some(Postponed { year: 109, period, reason: "109年度考核因疫情順延".to_owned() });
    scene
}

#[test]
fn evidence_of_two_years_is_told_apart() {
    let of = |scene: &Scene, rule: &str| -> Vec<Diagnostic> {
        scene.check().into_iter().filter(|found| found.rule.id == rule).collect()
    };
    assert_eq!(of(&Scene::new(), "evidence-year-unclear"), Vec::new());
    let mut scene = joint();
    let n_unclear = of(&scene, "evidence-year-unclear").len();
    assert!(n_unclear > 50);
    let (task, item) = scene.plan.evidence().next().unwrap();
    let unit = scene.plan.unit(&task.unit).unwrap().name.clone();
    let path = format!("{unit}/{}/109年度/計畫.pdf", item.folder_name());
    let role = Role::Evidence(item.code.clone());
    scene.add_file(&path, MediaType::Pdf, role, b"109");
    let found = of(&scene, "evidence-year-unclear");
    assert_eq!(found.len(), n_unclear);
    assert!(found.iter().all(|fault| fault.severity == Severity::Warning && fault.hint.contains("109年度")));
}

/// Each half of each year needs its meeting, and a day of the earlier year is inside the period.
#[test]
fn rows_of_both_years_count_and_each_half_year_is_asked_for() {
    let mut scene = joint();
    scene.set_cell("police", "POL04", "sessions", 1, 0, "109/03/26");
    let found: Vec<Diagnostic> = scene.check().into_iter().collect();
    assert!(found.iter().all(|fault| fault.rule.id != "date-outside-period"));
    let halves: Vec<&str> = found
        .iter()
        .filter(|fault| fault.rule.id == "half-year-missing")
        .map(|fault| fault.message.as_str())
        .collect();
    assert_eq!(halves.len(), 2, "{halves:?}");
    assert!(halves.iter().all(|message| message.contains("109年")), "{halves:?}");
}

/// Points stay a reference to the official table; what is proposed says so.
#[test]
fn the_annexes_are_written_in_both_formats() {
    let copy = Copy::without_evidence();
    assert_says(&copy, &["annexes"], &["附件1-任務分工表.pdf", "附件2-評分表.ods"]);
    let folder = copy.folder.path().join("annexes");
    let cells = |name: &str| -> String {
        let grid = crate::support::grid(&std::fs::read(folder.join(name)).unwrap());
        grid.sheets[0].cells.values().map(|cell| format!("{cell:?}")).collect()
    };
    let tasks = cells("附件1-任務分工表.ods");
    for word in ["辦理各項移工業務訪視檢查", "勞05", "2-6 查緝作為", "簽到表（個資遮蔽）（建議）"]
    {
        assert!(tasks.contains(word), "{word}");
    }
    let scoring = cells("附件2-評分表.ods");
    assert!(scoring.contains("依110年度考核評分表") && scoring.contains("年度專題"), "{scoring}");
    let pdf = std::fs::read(folder.join("附件1-任務分工表.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 10_000);
    let (code, text) = run(copy.folder.path(), &["annexes"]);
    assert!(code == 2 && text.contains("無法建立"), "never written over: {text}");
}

#[test]
fn a_limit_of_pages_is_printed_only_where_the_plan_has_one() {
    let copy = Copy::without_evidence();
    let own = "based_on = \"hsinchu-110\"\n[indicator.training]\npoints = \"10\"\npage_limit = 37\n";
    copy.write("plan.toml", own.as_bytes());
    let (code, text) = run(copy.folder.path(), &["compile", "--draft", "--today", "111-02-10"]);
    assert_eq!(code, 1, "no evidence: {text}");
    let form = std::fs::read(copy.output().join("草稿-自評表.pdf")).unwrap();
    let form = crate::delivery::page_texts(&form).concat();
    assert_eq!(form.matches("頁為限").count(), 1);
    assert!(form.contains("配分10.00|佐證以37頁為限|自評"), "{form}");
    assert_says(&copy, &["annexes"], &["附件2-評分表.ods"]);
    let scoring = std::fs::read(copy.folder.path().join("annexes/附件2-評分表.ods")).unwrap();
    let cells: Vec<String> =
        crate::support::grid(&scoring).sheets[0].cells.values().map(|cell| format!("{cell:?}")).collect();
    assert_eq!(cells.iter().filter(|cell| cell.contains("佐證以 37 頁為限。")).count(), 1);
    let (code, text) = run(copy.folder.path(), &["plan", "check"]);
    assert_eq!(code, 0, "{text}");
    copy.write("plan.toml", own.replace("37", "10001").as_bytes());
    let (code, text) = run(copy.folder.path(), &["plan", "check"]);
    assert!(code == 1 && text.contains("plan.toml:4:1"), "{text}");
}
