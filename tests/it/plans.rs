//! The plan through its door: TOML in, plan or diagnostics with their line out.

use huibian::assets::plans;
use huibian::diagnostic::{Diagnostic, Diagnostics};
use huibian::place::{Place, RelPath};
use huibian::plan::{self, Demand, Derivation, Plan, PlanLayer, Standing, ValueKind};

fn layers(overlay: &str) -> Vec<PlanLayer> {
    let mut layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
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

/// As `assert_breach`, at the place marked ▸ in the overlay.
#[track_caller]
fn assert_marked(overlay: &str, rule: &str, message: &str) {
    let (before, after) = overlay.split_once('▸').unwrap();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    assert_breach(&format!("{before}{after}"), rule, line, column, message);
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
fn the_form_version_hangs_on_the_questions_alone() {
    let version = builtin().version;
    assert!(version.len() == 8 && version.bytes().all(|b| b.is_ascii_hexdigit()), "{version}");
    for same in [
        "[deadlines]\ninternal = \"111-02-10\"\nfinal_exact = \"111-03-11\"\n",
        "[limits]\nmail_megabytes = 20\n",
        "[indicator.training]\npoints = \"10\"\ncriteria = \"依評分表\"\n",
        "[recipient]\nemail = \"a@example.gov.tw\"\n",
    ] {
        assert_eq!(lower(same).0.unwrap().version, version, "{same}");
    }
    for other in [
        "[task.LAB05.field.routine]\nlabel = \"訪視\"\n",
        "[task.LAB05.field.routine]\nstanding = \"proposed\"\n",
        "[task.LAB05.evidence.form]\nmasking = false\n",
        "[shared.cases.column.district]\noptions = [\"東區\", \"西區\"]\n",
        "[unit.labour]\nname = \"勞工及青年處\"\n",
        "[set.training.table.sessions]\nblank_rows = 21\n",
        "[indicator.training]\ntitle = \"訓練\"\n",
    ] {
        let (plan, diagnostics) = lower(other);
        assert!(diagnostics.is_empty(), "{other}: {diagnostics:#?}");
        assert_ne!(plan.unwrap().version, version, "{other}");
    }
}

#[test]
fn cases_are_entered_once_and_compared_with_the_counts_of_others() {
    let plan = builtin();
    let holders: Vec<&str> =
        plan.tasks.iter().filter(|task| !task.shared.is_empty()).map(|task| task.id.as_str()).collect();
    assert_eq!(holders, ["POL03", "POL07"]);
    let cases = plan.table(&"cases".into()).unwrap();
    assert!(cases.confidential);
    assert_eq!(cases.unit, Some("police".into()));
    for comparison in &plan.comparisons {
        let derived = plan.task(&comparison.left.task).unwrap();
        let derived = derived.fields.iter().find(|field| field.key == comparison.left.field).unwrap();
        assert!(derived.derive.is_some(), "{}", comparison.title);
        assert_eq!(comparison.standing, Standing::Proposed);
    }
}

#[test]
fn meetings_are_owed_in_each_half_year() {
    let plan = builtin();
    let meetings = plan.table(&"POL02.meetings".into()).unwrap();
    let rule = meetings.each_half_year.as_ref().unwrap();
    assert_eq!((rule.column.as_str(), rule.standing), ("date", Standing::Official));
    assert!(rule.basis.contains("施行細則第8條") && rule.basis.contains("110年"));
}

#[test]
fn every_table_shows_an_example_and_every_folder_has_a_short_name() {
    let plan = builtin();
    let tables = plan.tasks.iter().flat_map(|task| &task.tables).chain(&plan.shared_tables);
    for table in tables {
        assert!(!table.example.is_empty(), "{}", table.id);
        assert!((8..=30).contains(&table.blank_rows), "{}", table.id);
    }
    for (task, item) in plan.evidence() {
        assert!(item.code.as_str().starts_with(&task.code), "{}", item.code);
        assert!((2..=6).contains(&item.folder.chars().count()), "{}", item.folder_name());
        let shows_signatures = item.title.contains("簽到") || item.title.contains("紀錄表");
        assert!(!shows_signatures || item.masking, "{}", item.folder_name());
    }
    for task in &plan.tasks {
        assert!((2..=5).contains(&task.evidence.len()), "{}", task.id);
        // Ratios and means are never typed.
        let typed = task.fields.iter().filter(|field| field.derive.is_none());
        assert!(typed.clone().all(|field| field.kind != ValueKind::Percent), "{}", task.id);
        assert!(typed.count() <= 12, "{}", task.id);
    }
}

// --- How layers meet -----------------------------------------------------------------------------

#[test]
fn a_task_may_say_otherwise_than_its_set() {
    let (plan, diagnostics) = lower(
        "[task.EDU01.field.theme]\nhint = \"校園主題\"\n[task.EDU01.evidence.photo]\noptional = true\n",
    );
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let plan = plan.unwrap();
    let theme = |id: &str| {
        let task = plan.task(&id.into()).unwrap();
        let themes: Vec<_> = task.fields.iter().filter(|field| field.key == "theme").collect();
        assert_eq!(themes.len(), 1);
        themes[0].hint.clone()
    };
    assert_eq!(theme("EDU01"), "校園主題");
    assert_ne!(theme("HEA01"), "校園主題");
    assert_eq!(plan.item(&"教01-5".into()).unwrap().1.demand, Demand::Optional);
    assert_ne!(plan.item(&"衛01-5".into()).unwrap().1.demand, Demand::Optional);
}

#[test]
fn another_derivation_takes_the_place_of_the_built_in_one() {
    let (plan, diagnostics) =
        lower("[task.POL06.field.total]\nderive = { total = [\"victims\", \"professionals\"] }\n");
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let plan = plan.unwrap();
    let total = plan.task(&"POL06".into()).unwrap().fields.iter().find(|field| field.key == "total").unwrap();
    let parts = vec!["victims".to_owned(), "professionals".to_owned()];
    assert_eq!(total.derive, Some(Derivation::Total { fields: parts }));
    // And of another sort, which would clash if the two were mixed.
    let other = "[task.POL08.field.languages]\nderive = { sum = [\"people\"], of = \"interpreters\" }\n";
    assert!(lower(other).1.is_empty());
}

#[test]
fn a_unit_may_hold_two_roles() {
    let (plan, diagnostics) =
        lower("[unit.labour]\nroles = []\n[unit.social]\nroles = [\"social\", \"labour\"]\n");
    assert!(plan.is_none());
    let found: Vec<&str> = diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(found, ["「labour」缺少 roles"]);
    // The unit that is left without a role goes by giving its place to the other.
    let (plan, diagnostics) = lower(
        "[unit.labour]\nname = \"社會及勞動局\"\nprefix = \"社\"\nroles = [\"social\", \"labour\"]\n\
         [unit.social]\nname = \"觀光處\"\nprefix = \"觀\"\nroles = [\"tourism\"]\n\
         [task.TOU01]\nrole = \"tourism\"\nno = 1\ntitle = \"宣導\"\ntext = \"旅宿業宣導。\"\n\
         [indicator.topic]\ntasks = [\"TOU01\"]\n",
    );
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let plan = plan.unwrap();
    let labour = "labour".into();
    let codes: Vec<&str> = plan.tasks_of(&labour).map(|task| task.code.as_str()).collect();
    assert_eq!(codes[..5], ["社01", "社02", "社03", "社04", "社05"]);
    assert_eq!(codes[5..7], ["社21", "社22"]);
}

#[test]
fn the_plan_to_build_on_is_read_whatever_else_is_wrong() {
    assert_eq!(plan::based_on("based_on = \"hsinchu-110\"\n"), Some("hsinchu-110".to_owned()));
    assert_eq!(plan::based_on("\u{feff}based_on = \"甲\"\nunknown = 1\n"), Some("甲".to_owned()));
    assert_eq!(plan::based_on("[deadlines]\n"), None);
    assert_eq!(plan::based_on("based_on = 3\n"), None);
    assert!(plans::names().any(|name| name == plans::DEFAULT));
    assert!(plans::builtin("hsinchu-999").is_none());
}

#[test]
fn an_editor_may_leave_its_mark_and_line_ends() {
    let (plan, diagnostics) = lower("\u{feff}[deadlines]\r\ninternal = \"111.02.10\"\r\n");
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    assert_eq!(plan.unwrap().deadlines.internal.to_string(), "2022-02-10");
    let marked = "\u{feff}titel = \"甲\"\n";
    assert_breach(marked, "plan-key-unknown", 1, 1, "titel");
}

// --- What is wrong, and where --------------------------------------------------------------------

#[test]
fn a_misspelt_key_is_told_with_the_right_one() {
    let overlay = "title = \"甲\"\n[deadline]\ninternal = \"111-02-10\"\n";
    assert_breach(overlay, "plan-key-unknown", 2, 2, "deadline");
    let found = breach("[deadlines]\ninternl = \"111-02-10\"\n");
    assert_eq!(found.hint, "您是指「internal」嗎？");
    assert_marked(
        "[indicator.training]\nmeasures = [\n  { label = \"甲\", ▸feild = \"people\" },\n]\n",
        "plan-key-unknown",
        "feild",
    );
}

#[test]
fn broken_toml_is_told_where_it_breaks() {
    assert_breach("title = \"甲\nyear = 110\n", "plan-unreadable", 1, 11, "引號");
    assert_breach("year = \"110\"\n", "plan-unreadable", 1, 8, "整數");
    assert_breach("year = 99999999\n", "plan-unreadable", 1, 8, "範圍");
    assert_breach("unit = 3\n", "plan-unreadable", 1, 8, "表格");
    assert_breach("title = \"甲\"\ntitle = \"乙\"\n", "plan-unreadable", 2, 1, "兩次");
    assert_breach(
        "[task.LAB05.field.routine]\nstanding = \"offical\"\n",
        "plan-unreadable",
        2,
        12,
        "offical",
    );
}

#[test]
fn all_that_is_wrong_with_the_writing_is_told_at_once() {
    let overlay = "titel = \"甲\"\nyear = \"110\"\n[deadlines]\ninternl = \"111-02-10\"\n\
         [[grade]]\nname = \"特優\"\n[unit.labour]\nroles = \"labour\"\n";
    let (plan, diagnostics) = lower(overlay);
    assert!(plan.is_none());
    let found: Vec<(&str, Place)> =
        diagnostics.iter().map(|found| (found.rule.id, found.place.clone())).collect();
    let at = |line, column| Place::Text { file: RelPath::new("plan.toml"), line, column };
    let mut expected = vec![
        ("plan-key-unknown", at(1, 1)),
        ("plan-unreadable", at(2, 8)),
        ("plan-key-unknown", at(4, 1)),
        ("plan-key-unknown", at(6, 1)),
        ("plan-unreadable", at(8, 9)),
    ];
    expected.sort();
    let mut found = found;
    found.sort();
    assert_eq!(found, expected, "{diagnostics:#?}");
}

#[test]
fn an_impossible_date_is_told_at_its_line() {
    assert_breach("[deadlines]\ninternal = \"110-02-29\"\n", "plan-value-invalid", 2, 1, "110-02-29");
    assert_breach("[period]\nlast = \"109-12-31\"\n", "plan-value-invalid", 2, 1, "期間");
    assert_breach("[period]\nlast = \"110-13-31\"\n", "plan-value-invalid", 2, 1, "110-13-31");
    let closures = "[deadlines]\nextra_closures = [\"111-02-14\", ▸\"颱風\"]\n";
    assert_marked(closures, "plan-value-invalid", "颱風");
    let late = "[deadlines]\ninternal = \"111-03-15\"\nfinal_exact = \"111-03-11\"\n";
    assert_breach(late, "plan-value-invalid", 2, 1, "內部期限");
    let western = "[deadlines]\ninternal = \"2022-02-15\"\n";
    assert_breach(western, "plan-value-invalid", 2, 1, "2022-02-15");
}

#[test]
fn thresholds_descend() {
    let overlay = "[[grade]]\ntitle = \"甲\"\nat_least = \"80\"\n[[grade]]\ntitle = \"乙\"\nat_least = \"90\"\n[[grade]]\ntitle = \"乙等\"\n";
    assert_breach(overlay, "plan-value-invalid", 6, 1, "由高而低");
    // A threshold left out is told in this list, not in the one it replaces.
    let overlay = "[[grade]]\ntitle = \"甲\"\n[[grade]]\ntitle = \"乙等\"\n";
    assert_breach(overlay, "plan-value-invalid", 1, 1, "由高而低");
}

#[test]
fn values_out_of_bounds_are_told() {
    assert_breach("[limits]\npicture_dpi = 20\n", "plan-value-invalid", 2, 1, "20");
    assert_breach("[deadlines]\nappeal_days = 0\n", "plan-value-invalid", 2, 1, "0");
    assert_breach("[limits]\npicture_quality = 101\n", "plan-value-invalid", 2, 1, "101");
    assert_breach("[limits]\nattachment_megabytes = 0\n", "plan-value-invalid", 2, 1, "0");
    assert_marked("[delivery]\nby = ▸\"fax\"\n", "plan-unreadable", "fax");
    assert_breach("[delivery]\nmost_mails = 100\n", "plan-value-invalid", 2, 1, "100");
    assert_breach("[recipient]\nemail = \"nobody\"\n", "plan-value-invalid", 2, 1, "nobody");
    assert_breach("[indicator.training]\npoints = \"十\"\n", "plan-value-invalid", 2, 1, "十");
    assert_breach("[unit.labour]\nname = \"勞工/青年處\"\n", "plan-value-invalid", 2, 1, "勞工/青年處");
    assert_breach("[secretariat]\nfolder = \"CON\"\n", "plan-value-invalid", 2, 1, "CON");
    let field = "[task.LAB05.field.visits]\nleast = \"5\"\nmost = \"2\"\n";
    assert_breach(field, "plan-value-invalid", 3, 1, "上限");
    let key = "[task.LAB05.field]\n\"訪.視\" = { label = \"訪視\", kind = \"count\" }\n";
    assert_breach(key, "plan-value-invalid", 2, 1, "訪.視");
    let twice = "[task.LAB01.field.by_sex]\noptions = [\"男\", \"女\", ▸\"男\"]\n";
    assert_marked(twice, "plan-value-invalid", "重複");
    let kind = "[task.LAB05.evidence.form]\nkinds = [\"pdf\", ▸\".jpg\"]\n";
    assert_marked(kind, "plan-value-invalid", ".jpg");
}

#[test]
fn references_to_nothing_are_told() {
    assert_breach(
        "[indicator.training]\ntasks = [\"POL04\", \"LAB03\", \"SOC02\", \"HEA01\", \"EDU01\", \"POL40\"]\n",
        "plan-reference-unknown",
        2,
        55,
        "POL40",
    );
    assert_breach("[secretariat]\nunit = \"polise\"\n", "plan-reference-unknown", 2, 1, "polise");
    let set = "[task.POL01]\nsets = [\"trainings\"]\n";
    assert_breach(set, "plan-reference-unknown", 2, 9, "trainings");
    let comparison = "[[comparison]]\ntitle = \"甲\"\nleft = \"POL03.cases\"\nright = \"LAB02.case\"\n";
    assert_breach(comparison, "plan-reference-unknown", 4, 1, "case");
    assert_eq!(breach(comparison).hint, "您是指「cases」嗎？");
    let kind = "[task.LAB05.field.people]\nkind = \"conut\"\n";
    assert_breach(kind, "plan-reference-unknown", 2, 1, "conut");
    let half = "[task.POL02.table.meetings.half_year]\ncolumn = \"title\"\n";
    assert_breach(half, "plan-reference-unknown", 2, 1, "日期");
    let shared = "[task.LAB02]\nshared = [\"cases\"]\n";
    assert_breach(shared, "plan-reference-unknown", 2, 11, "單位");
}

/// The place of each of these is that of the word that refers, deep in an inline table.
#[test]
fn derivations_refer_to_what_is_there() {
    let field = |derive: &str| {
        format!(
            "[task.POL07.field]\nmore = {{ label = \"甲\", kind = \"count\", derive = {{ {derive} }} }}\n"
        )
    };
    let unknown = |derive: &str, said: &str| {
        assert_marked(&field(derive), "plan-reference-unknown", said);
    };
    unknown("total = [\"victims\", ▸\"nothing\"]", "nothing");
    assert_marked(
        "[task.POL07.field]\nmore = { label = \"甲\", kind = \"count\", ▸derive = { count = \"case\" } }\n",
        "plan-reference-unknown",
        "case",
    );
    unknown("sum = [▸\"victim_men\"], of = \"cases\"", "victim_men");
    unknown("sum = [▸\"district\"], of = \"cases\"", "不是數字");
    unknown("▸distinct = \"minors\", of = \"cases\"", "不是選單");
    unknown("count = \"cases\", where = { ▸column = \"progres\", any_of = [\"有罪\"] }", "progres");
    unknown("count = \"cases\", where = { column = \"progress\", any_of = [▸\"起诉\"] }", "起诉");
    unknown("mean = \"minors\", ▸weight = \"code\", of = \"cases\"", "不是數字");
    for derive in ["sum = [\"minors\"]", "count = \"cases\", total = [\"victims\"]"] {
        assert_marked(&field(derive).replace("derive", "▸derive"), "plan-value-invalid", "計算式");
    }
    let forward = "[task.POL06.field.victims]\nderive = { total = [\"total\"] }\n";
    let (plan, diagnostics) = lower(forward);
    assert!(plan.is_none());
    assert!(diagnostics.iter().any(|found| found.message.contains("之前")), "{diagnostics:#?}");
    let itself = "[task.POL06.field.total]\nderive = { total = [▸\"total\"] }\n";
    assert_marked(itself, "plan-value-invalid", "之前");
    let split = "[task.LAB01.field.by_age]\nadds_up_to = \"totale\"\n";
    assert_breach(split, "plan-reference-unknown", 2, 1, "totale");
    let column = "[task.POL08.table.interpreters.column]\nall = { label = \"甲\", kind = \"count\", ▸derive = { count = \"x\" } }\n";
    assert_marked(column, "plan-value-invalid", "明細表");
    let example = "[shared.cases.example]\nprogress = \"起诉\"\n";
    assert_breach(example, "plan-reference-unknown", 2, 1, "起诉");
}

#[test]
fn measures_and_charts_refer_to_what_is_there() {
    let chart =
        |chart: &str| format!("[indicator.investigation]\ncharts = [{{ title = \"甲\", {chart} }}]\n");
    let unknown = |given: &str, said: &str| {
        assert_marked(&chart(given), "plan-reference-unknown", said);
    };
    unknown("▸table = \"csaes\", column = \"progress\"", "csaes");
    unknown("table = \"cases\", ▸column = \"stage\"", "stage");
    unknown("table = \"cases\", ▸column = \"minors\"", "不是選單");
    unknown("table = \"cases\", column = \"progress\", ▸weight = \"code\"", "不是數字");
    unknown("▸split = \"LAB01.total\"", "細分");
    unknown("▸field = \"nothing\"", "nothing");
    assert_marked(&chart("measure = \"件\"").replace('{', "▸{"), "plan-value-missing", "圖表");
    let measure = "[indicator.training]\nmeasures = [▸{ label = \"甲\" }]\n";
    assert_marked(measure, "plan-value-missing", "彙整");
    let measure = "[indicator.training]\nmeasures = [{ label = \"甲\", ▸field = \"theme\" }]\n";
    assert_marked(measure, "plan-reference-unknown", "不是數字");
}

#[test]
fn a_fault_in_a_set_is_told_once_at_its_line() {
    let overlay = "[set.training.field.hours]\nderive = { sum = [▸\"hour\"], of = \"sessions\" }\n";
    assert_marked(overlay, "plan-reference-unknown", "hour");
}

#[test]
fn a_key_that_makes_a_hollow_entry_was_probably_misspelt() {
    for (overlay, near) in [
        ("[unit.labor]\nname = \"勞動局\"\n", "labour"),
        ("[indicator.trainning]\npoints = \"10\"\n", "training"),
        ("[task.LAB5]\ntitle = \"訪視\"\n", "LAB05"),
        ("[task.LAB05.field.routin]\nhint = \"件數\"\n", "routine"),
        ("[task.LAB05.evidence.forms]\noptional = true\n", "form"),
    ] {
        let found = breach(overlay);
        assert_eq!(found.rule.id, "plan-value-missing", "{found:#?}");
        assert!(matches!(found.place, Place::Text { line: 1, .. }), "{:?}", found.place);
        assert!(found.hint.contains(&format!("「{near}」")), "{}", found.hint);
    }
}

#[test]
fn a_role_belongs_to_one_unit() {
    let overlay = "[unit.extra]\norder = 9\nname = \"甲處\"\nprefix = \"甲\"\nroles = [\"labour\"]\n";
    assert_breach(overlay, "plan-key-duplicate", 5, 10, "labour");
    assert_breach("[unit.labour]\nroles = [\"labor\"]\n", "plan-reference-unknown", 2, 10, "labor");
}

#[test]
fn two_units_of_one_name_would_share_a_folder() {
    let found = breach("[unit.labour]\nname = \"社會處\"\n");
    assert_eq!(found.rule.id, "plan-key-duplicate");
    assert!(found.message.contains("社會處"), "{}", found.message);
    let at = Place::Text { file: RelPath::new("plan.toml"), line: 2, column: 1 };
    assert_eq!(found.related[0].0, at);
    let own = "[secretariat]\n▸folder = \"警察局\"\n";
    assert_marked(own, "plan-key-duplicate", "同名");
}

#[test]
fn a_task_stands_in_some_indicator() {
    let overlay = "[indicator.safety]\ntasks = []\n";
    let (plan, diagnostics) = lower(overlay);
    assert!(plan.is_none());
    let found: Vec<&str> = diagnostics.iter().map(|found| found.rule.id).collect();
    assert_eq!(found, ["plan-task-unplaced"]);
    assert!(diagnostics.iter().next().unwrap().message.contains("POL06"));
}

#[test]
fn a_plan_without_what_it_needs_is_no_plan() {
    let (plan, diagnostics) =
        plan::lower(&[PlanLayer { file: RelPath::new("plan.toml"), text: "year = 110\n".to_owned() }]);
    assert!(plan.is_none());
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.rule.id == "plan-value-missing"));
    assert!(diagnostics.len() > 5);
}

proptest::proptest! {
    /// Whatever is cut out of the plan or typed into it: diagnostics, never a panic, and never a
    /// refusal without a word.
    #[test]
    fn a_damaged_plan_is_refused_with_words(cut in 0usize..9000, length in 0usize..60, typed in "[\\[\\]{}=\"a-z.0甲\n ]{0,6}") {
        let mut layers = layers("");
        for layer in &mut layers {
            let chars: Vec<char> = layer.text.chars().collect();
            let (from, to) = (cut.min(chars.len()), (cut + length).min(chars.len()));
            layer.text = chars[..from].iter().chain(&typed.chars().collect::<Vec<_>>()).chain(&chars[to..]).collect();
        }
        let (plan, diagnostics) = plan::lower(&layers);
        assert_eq!(plan.is_none(), !diagnostics.is_empty());
        assert!(diagnostics.iter().all(|found| !found.hint.is_empty()));
    }
}
