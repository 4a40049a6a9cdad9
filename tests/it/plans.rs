//! The plan through its door: TOML in, plan or diagnostics with their line out.

use huibian::assets::plans;
use huibian::diagnostic::{Diagnostic, Diagnostics};
use huibian::place::{Place, RelPath};
use huibian::plan::{self, Demand, Plan, PlanLayer, Standing};

fn layers(overlay: &str) -> Vec<PlanLayer> {
    let mut layers: Vec<PlanLayer> = plans::builtin(plans::DEFAULT)
        .unwrap()
        .iter()
        .map(|(file, text)| PlanLayer {
            file: RelPath::new(format!("builtin/{file}")),
            text: (*text).to_owned(),
        })
        .collect();
    layers.push(PlanLayer { file: RelPath::new("plan.toml"), text: overlay.to_owned() });
    layers
}

fn lower(overlay: &str) -> (Option<Plan>, Diagnostics) {
    plan::lower(&layers(overlay))
}

fn builtin() -> Plan {
    let (plan, diagnostics) = lower("");
    assert_eq!(diagnostics, Diagnostics::new());
    plan.unwrap()
}

/// The overlay's only diagnostic.
fn breach(overlay: &str) -> Diagnostic {
    let (plan, diagnostics) = lower(overlay);
    assert!(plan.is_none(), "{overlay}");
    let mut diagnostics: Vec<Diagnostic> = diagnostics.into_iter().collect();
    assert_eq!(diagnostics.len(), 1, "{overlay}: {diagnostics:#?}");
    diagnostics.remove(0)
}

#[track_caller]
fn assert_breach(overlay: &str, rule: &str, line: usize, column: usize, message: &str) {
    let found = breach(overlay);
    assert_eq!(found.rule.id, rule, "{found:#?}");
    assert_eq!(found.place, Place::Text { file: RelPath::new("plan.toml"), line, column });
    assert!(found.message.contains(message), "{}", found.message);
    assert!(!found.hint.is_empty());
}

#[test]
fn the_built_in_plan_is_whole() {
    let plan = builtin();
    assert_eq!(plan.id, "hsinchu-110");
    assert_eq!(plan.units.len(), 5);
    assert_eq!(plan.tasks.len(), 28);
    assert_eq!(plan.indicators().count(), 12);
    assert_eq!(plan.facets.len(), 3);
    let per_unit: Vec<usize> = plan.units.iter().map(|unit| plan.tasks_of(&unit.id).count()).collect();
    assert_eq!(per_unit, [9, 7, 5, 4, 3]);
    assert!(plan.indicators().all(|indicator| indicator.points.is_none() && indicator.criteria.is_none()));
    let grades: Vec<String> = plan.grades.iter().map(|grade| grade.title.clone()).collect();
    assert_eq!(grades, ["特優", "優等", "甲等", "乙等"]);
    // Every task is told in some section, and every one tells its story.
    for task in &plan.tasks {
        assert!(plan.indicators().any(|indicator| indicator.tasks.contains(&task.id)), "{}", task.id);
        assert_eq!(task.narrative, Demand::Required(Standing::Official), "{}", task.id);
    }
}

#[test]
fn item_codes_begin_with_their_unit_and_task() {
    let plan = builtin();
    let (task, item) = plan.item(&"勞03-3".into()).unwrap();
    assert_eq!((task.id.as_str(), item.folder_name().as_str()), ("LAB03", "勞03-3_簽到表"));
    assert!(item.masking);
}

/// The plan's own words (肆、任務分工), by unit and number.
const WORDS: &[(&str, &str)] = &[
    ("POL01", "擔任本府秘書單位，負責本案之規劃、督考等相關事宜。"),
    (
        "POL02",
        "邀集相關單位定期召開本市防制人口販運協調聯繫會議，並對歷次列管事項處理進度及各項提案問題回應情形進行追蹤管考。",
    ),
    ("POL03", "針對各類人口販運案件查獲數據、處理情形、發生熱點或高度關聯相關案件進行分析。"),
    ("POL04", "研提年度主題性研訓計畫，落實辦理警政人員專業訓練，並彙整滿意度調查等實施成果。"),
    ("POL05", "透過實體、網路等方式，並運用多元性、多語化與可及性宣導項目，加強防制人口販運相關宣導。"),
    ("POL06", "訂定人口販運被害人、社工人員及相關專業人員安全維護機制，並統計說明使用情形及執行成果。"),
    (
        "POL07",
        "綜整年度人口販運查緝案件統計資訊（如類型、性別、人數、國籍、偵審結果等），另針對相關聯行政、司法案件統計分析。",
    ),
    (
        "POL08",
        "訂定人口販運案件通譯人員、陪偵人員或其他專業人員協力查緝相關作業程序，並建立本市通譯人員資料庫。",
    ),
    ("POL09", "研提與本府各局處、其他政府機關（單位）或非政府組織間具體合作機制，並彙整執行成果。"),
    ("LAB01", "提供本市移工相關數據，並針對產業、性別、年齡、移工失聯及查獲人數與類型等樣態進行分析。"),
    (
        "LAB02",
        "提供勞力剝削案件查獲數據、處理情形、發生熱點、安置保護機構設置或高度關聯相關案件（如就業服務法仲介收取不法利益案件等）分析資料。",
    ),
    ("LAB03", "研提年度主題性研訓計畫，落實辦理勞政人員專業訓練，並彙整滿意度調查等實施成果。"),
    ("LAB04", "透過實體、網路等方式，並運用多元性、多語化與可及性宣導項目，加強防制人口販運相關宣導。"),
    ("LAB05", "辦理各項移工業務訪視檢查。"),
    (
        "LAB06",
        "對於持工作簽證人口販運被害人，訂定勞政安置管理計畫，並統計彙整及追蹤輔導個案接受安置保護比率及執行情形。",
    ),
    ("LAB07", "研提與本府各局處、其他政府機關（單位）或非政府組織間具體合作機制，並彙整執行成果。"),
    (
        "SOC01",
        "提供性剝削案件查獲數據、處理情形、發生熱點、安置保護機構設置或高度關聯相關案件（如妨害風俗、風化案件等）分析資料。",
    ),
    ("SOC02", "研提年度主題性研訓計畫，落實辦理社政人員專業訓練，並彙整滿意度調查等實施成果。"),
    ("SOC03", "透過實體、網路等方式，並運用多元性、多語化與可及性宣導項目，加強防制人口販運相關宣導。"),
    (
        "SOC04",
        "對於本國籍（與涉及兒童及少年性剝削防制條外國籍）人口販運被害人，訂定社政安置管理計畫，並統計彙整及追蹤輔導個案接受安置保護比率及執行情形。",
    ),
    ("SOC05", "研提與本府各局處、其他政府機關（單位）或非政府組織間具體合作機制，並彙整執行成果。"),
    ("HEA01", "研提年度主題性研訓計畫，落實辦理衛政人員專業訓練，並彙整滿意度調查等實施成果。"),
    ("HEA02", "透過實體、網路等方式，並運用多元性、多語化與可及性宣導項目，加強防制人口販運相關宣導。"),
    ("HEA03", "訂定人口販運（疑似）被害人醫療協助服務流程與通報機制。"),
    ("HEA04", "研提與本府各局處、其他政府機關（單位）或非政府組織間具體合作機制，並彙整執行成果。"),
    ("EDU01", "研提年度主題性研訓計畫，落實辦理教育人員專業訓練，並彙整滿意度調查等實施成果。"),
    ("EDU02", "透過實體、網路等方式，並運用多元性、多語化與可及性宣導項目，加強防制人口販運相關宣導。"),
    ("EDU03", "研提與本府各局處、其他政府機關（單位）或非政府組織間具體合作機制，並彙整執行成果。"),
];

#[test]
fn tasks_stand_word_for_word_and_in_order() {
    let plan = builtin();
    let found: Vec<(&str, &str)> =
        plan.tasks.iter().map(|task| (task.id.as_str(), task.text.as_str())).collect();
    assert_eq!(found, WORDS);
}

#[test]
fn a_workspace_states_only_what_differs() {
    let (plan, diagnostics) = lower(
        "based_on = \"hsinchu-110\"\n[unit.labour]\nname = \"勞工及青年處\"\n[deadlines]\ninternal = \"111-02-10\"\n\
         [indicator.training]\npoints = \"12.5\"\n",
    );
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let plan = plan.unwrap();
    assert_eq!(plan.unit(&"labour".into()).unwrap().name, "勞工及青年處");
    assert_eq!(plan.deadlines.internal.to_string(), "2022-02-10");
    let training = plan.indicators().find(|indicator| indicator.id.as_str() == "training").unwrap();
    assert_eq!(training.points.unwrap().to_string(), "12.5");
    assert_eq!(training.tasks.len(), 5);
}

#[test]
fn moving_a_deadline_leaves_the_blank_workbooks_valid() {
    let moved = lower("[deadlines]\ninternal = \"111-02-10\"\n").0.unwrap();
    assert_eq!(moved.version, builtin().version);
    let renamed = lower("[task.LAB05]\ntitle = \"訪視\"\n").0.unwrap();
    assert_ne!(renamed.version, builtin().version);
}

#[test]
fn a_misspelt_key_is_told_with_the_right_one() {
    assert_breach(
        "title = \"甲\"\n[deadline]\ninternal = \"111-02-10\"\n",
        "plan-unreadable",
        2,
        2,
        "deadline",
    );
    let found = breach("[deadlines]\ninternl = \"111-02-10\"\n");
    assert_eq!(found.hint, "您是指「internal」嗎？");
}

#[test]
fn broken_toml_is_told_where_it_breaks() {
    assert_breach("title = \"甲\nyear = 110\n", "plan-unreadable", 1, 11, "寫法有誤");
    assert_breach("year = \"110\"\n", "plan-unreadable", 1, 8, "整數");
}

#[test]
fn an_impossible_date_is_told_at_its_line() {
    assert_breach("[deadlines]\ninternal = \"110-02-29\"\n", "plan-value-invalid", 2, 1, "110-02-29");
    assert_breach("[period]\nlast = \"109-12-31\"\n", "plan-value-invalid", 2, 1, "期間");
}

#[test]
fn thresholds_descend() {
    let overlay = "[[grade]]\ntitle = \"甲\"\nat_least = \"80\"\n[[grade]]\ntitle = \"乙\"\nat_least = \"90\"\n[[grade]]\ntitle = \"丙\"\n";
    assert_breach(overlay, "plan-value-invalid", 6, 1, "由高而低");
}

#[test]
fn references_to_nothing_are_told() {
    assert_breach(
        "[indicator.training]\ntasks = [\"POL04\", \"POL40\"]\nmeasures = []\ncharts = []\n",
        "plan-reference-unknown",
        2,
        19,
        "POL40",
    );
    assert_breach("[secretariat]\nunit = \"polise\"\n", "plan-reference-unknown", 2, 1, "polise");
    assert_breach(
        "[task.LAB05.field]\nmore = { label = \"甲\", kind = \"count\", derive = { total = [\"routine\", \"nothing\"] } }\n",
        "plan-reference-unknown",
        2,
        39,
        "nothing",
    );
}

#[test]
fn a_role_belongs_to_one_unit() {
    let overlay = "[unit.extra]\norder = 9\nname = \"甲處\"\nprefix = \"甲\"\nroles = [\"labour\"]\n";
    assert_breach(overlay, "plan-key-duplicate", 5, 10, "labour");
}

#[test]
fn a_plan_without_what_it_needs_is_no_plan() {
    let (plan, diagnostics) =
        plan::lower(&[PlanLayer { file: RelPath::new("plan.toml"), text: "year = 110\n".to_owned() }]);
    assert!(plan.is_none());
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.rule.id == "plan-value-missing"));
    assert!(diagnostics.len() > 5);
}
