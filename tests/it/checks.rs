//! The rules through the doors of users: one answer, file or day is changed in a whole workspace, and
//! what is said is looked at. The unchanged workspace says none of it.

use huibian::diagnostic::{Diagnostic, Severity};
use huibian::exhibit::{Content, Remark};
use huibian::fragment::{Fragment, Spot};
use huibian::inventory::{InputFile, MediaType, Role};
use huibian::place::{CellRef, RelPath};
use jiff::civil::Date;

use crate::support::scene::Scene;

/// A rule, what breaks it, how bad that is, and a word of the message.
type Case = (&'static str, fn(&mut Scene), Severity, &'static str);

use Severity::{Error, Warning};

const CASES: &[Case] = &[
    ("unit-missing", |s| drop(s.units.remove("health")), Error, "衛生局"),
    (
        "task-blank",
        |s| drop(s.units.get_mut("education").unwrap().insert("EDU01".into(), blank())),
        Error,
        "教01",
    ),
    (
        "switch-blank",
        |s| drop(s.task("labour", "LAB02").insert("no_switch".into(), true.into())),
        Warning,
        "勞02",
    ),
    (
        "absence-without-reason",
        |s| drop(s.task("labour", "LAB06").insert("absent".into(), "".into())),
        Error,
        "理由",
    ),
    (
        "absence-contradicted",
        |s| {
            s.task("labour", "LAB02").insert("absent".into(), "本年度無案件".into());
        },
        Error,
        "無",
    ),
    ("field-blank", |s| s.remove_field("police", "POL06", "victims"), Error, "被害人安全維護"),
    ("field-blank", |s| s.remove_field("police", "POL08", "accompanied"), Warning, "陪偵"),
    ("column-blank", |s| s.set_cell("police", "POL04", "sessions", 1, 5, ""), Warning, "男"),
    ("table-empty", |s| s.rows("police", "POL04", "sessions").clear(), Error, "訓練場次"),
    ("narrative-blank", |s| s.set_narrative("police", "POL03", ""), Error, "執行情形"),
    ("value-out-of-range", |s| s.set_cell("police", "POL04", "sessions", 1, 8, "104"), Error, "滿意度"),
    ("date-outside-period", |s| s.set_cell("police", "POL04", "sessions", 1, 0, "111/03/26"), Error, "期間"),
    ("split-differs", |s| s.set_field("labour", "LAB01", "by_sex", "男=16520、女=12121"), Error, "性別"),
    ("ratio-above-whole", |s| s.set_field("social", "SOC04", "placed", "6"), Warning, "多於"),
    ("half-year-missing", |s| s.set_cell("police", "POL02", "meetings", 1, 0, "110/05/26"), Error, "半年"),
    (
        "row-duplicate",
        |s| {
            let rows = s.rows("police", "POL04", "sessions");
            let first = rows[0].clone();
            rows.push(first);
        },
        Warning,
        "重複",
    ),
    (
        "deadline-inexact",
        |s| {
            s.secretariat()["settings"].as_table_mut().unwrap().remove("final_date");
        },
        Warning,
        "111年3月10日",
    ),
    (
        "deadline-on-holiday",
        |s| {
            s.secretariat()["settings"]
                .as_table_mut()
                .unwrap()
                .insert("final_date".into(), "111/03/12".into());
        },
        Warning,
        "3月11日",
    ),
    (
        "deadline-calendar-unknown",
        |s| {
            s.secretariat()["settings"]
                .as_table_mut()
                .unwrap()
                .insert("final_date".into(), "120/03/12".into());
        },
        Warning,
        "120",
    ),
    ("deadline-passed", |s| s.today = Date::constant(2022, 3, 16), Warning, "寄達"),
    (
        "deadline-unit-late",
        |s| {
            s.today = Date::constant(2022, 2, 17);
            s.units.remove("health");
        },
        Warning,
        "衛生局",
    ),
    ("evidence-missing", |s| s.files.retain(|file| !file.path.as_str().contains("警03-1")), Error, "警03-1"),
    (
        "evidence-missing",
        |s| s.files.retain(|file| !file.path.as_str().contains("警01-2")),
        Warning,
        "警01-2",
    ),
    (
        "evidence-empty",
        |s| {
            s.evidence("警03-1").media_type = MediaType::Empty;
            s.evidence("警03-1").bytes = 0;
        },
        Error,
        "空",
    ),
    ("evidence-kind-unfit", |s| s.evidence("警03-2").media_type = MediaType::Jpeg, Warning, "警03-2"),
    ("evidence-extension-wrong", |s| s.evidence("警03-1").media_type = MediaType::Jpeg, Warning, "pdf"),
    (
        "evidence-repeated",
        |s| {
            let first = s.evidence("警03-1").path.to_string();
            s.add_file(
                "警察局/警03-1_統計表/複本.pdf",
                MediaType::Pdf,
                Role::Evidence("警03-1".into()),
                first.as_bytes(),
            );
        },
        Warning,
        "相同",
    ),
    (
        "evidence-reused",
        |s| {
            let first = s.evidence("警03-1").path.to_string();
            s.add_file(
                "警察局/警07-1_查緝統計/複本.pdf",
                MediaType::Pdf,
                Role::Evidence("警07-1".into()),
                first.as_bytes(),
            );
        },
        Warning,
        "警03-1",
    ),
    (
        "evidence-stray",
        |s| {
            s.add_file("警察局/警03-1統計/表.pdf", MediaType::Pdf, Role::Stray(Some("police".into())), b"x");
        },
        Warning,
        "表.pdf",
    ),
    (
        "evidence-misplaced",
        |s| s.evidence("警04-5").path = RelPath::new("教育處/警04-5_照片/照片.jpg"),
        Warning,
        "「警察局」，卻放在「教育處」",
    ),
    (
        "masking-unconfirmed",
        |s| drop(s.units.get_mut("police").unwrap().insert("unmasked".into(), "警04-3".into())),
        Error,
        "警04-3",
    ),
    ("masking-unseen", |s| s.preparation("警04-3").texts.clear(), Warning, "警04-3"),
    (
        "evidence-unusable",
        |s| {
            s.preparation("警03-1").content = Content::Unusable { reason: "PDF 已損壞".to_owned() };
            s.remark(
                "警03-1",
                Remark::NotBound { reason: "PDF 已損壞".to_owned(), hint: "請重新輸出".to_owned() },
            );
        },
        Error,
        "損壞",
    ),
    (
        "evidence-not-bound",
        |s| {
            s.preparation("警03-1").content = Content::File { reason: "試算表".to_owned() };
            s.remark("警03-1", Remark::NotBound { reason: "試算表".to_owned(), hint: "請另存".to_owned() });
        },
        Warning,
        "試算表",
    ),
    (
        "evidence-bound-as-picture",
        |s| {
            s.remark("警03-1", Remark::BoundAsPicture { pages: vec![1, 2], reason: "圖層".to_owned() });
        },
        Warning,
        "圖層",
    ),
    (
        "evidence-font-missing",
        |s| {
            let named = vec!["DFKaiShu-SB-Estd-BF".to_owned()];
            s.remark("警03-1", Remark::FontsMissing { named, numbered: Vec::new() });
        },
        Warning,
        "DFKaiShu-SB-Estd-BF",
    ),
    (
        "evidence-looks-different",
        |s| s.remark("警03-1", Remark::Compared { differing: vec![2, 3], not_drawn: Vec::new() }),
        Warning,
        "第 2–3 頁",
    ),
    (
        "evidence-not-compared",
        |s| s.remark("警03-1", Remark::Compared { differing: Vec::new(), not_drawn: vec![7] }),
        Warning,
        "第 7 頁",
    ),
    ("evidence-without-text", |s| s.remark("警03-1", Remark::NoText), Warning, "文字"),
    ("evidence-location-removed", |s| s.remark("警04-5", Remark::LocationRemoved), Warning, "位置"),
    (
        "identity-number",
        |s| s.set_narrative("police", "POL03", "證號Ａ１０００００００１之民眾"),
        Error,
        "警03",
    ),
    ("identity-number", |s| s.preparation("警03-1").texts[0].text = "A100000001".to_owned(), Error, "身分證"),
    (
        "identity-number",
        |s| {
            s.add_file(
                "警察局/警03-1_統計表/O199999992.pdf",
                MediaType::Pdf,
                Role::Evidence("警03-1".into()),
                b"y",
            );
        },
        Error,
        "檔名",
    ),
    (
        "identity-number-suspected",
        |s| s.set_narrative("police", "POL03", "證號 A123456780 之民眾"),
        Warning,
        "疑似",
    ),
    ("mobile-number", |s| s.set_narrative("police", "POL03", "請撥 0912-345-678"), Warning, "行動電話"),
    (
        "mobile-number",
        |s| s.preparation("警03-1").texts[0].text = "王示例 0912-345-678".to_owned(),
        Warning,
        "0912-***-678",
    ),
    (
        "private-telephone",
        |s| s.set_narrative("police", "POL03", "被害人住家電話 03-5216121"),
        Warning,
        "私人電話",
    ),
    ("passport-number", |s| s.set_narrative("police", "POL03", "持護照 B1234567 入境"), Error, "B1****67"),
    ("birth-date", |s| s.set_narrative("police", "POL03", "被害人80年1月15日生"), Error, "**年*月**日"),
    (
        "birth-date",
        |s| {
            fragment(
                s,
                Spot::Cell { sheet: "名冊".to_owned(), cell: CellRef::new(2, 1) },
                "出生日期",
                "80/1/15",
            )
        },
        Error,
        "名冊 › B3",
    ),
    (
        "shelter-address",
        |s| s.set_narrative("police", "POL03", "安置於示例市東區光復路二段101號"),
        Error,
        "示例市",
    ),
    ("identity-number", |s| fragment(s, Spot::part("註解"), "", "證號 A100000001"), Error, "註解"),
    (
        "identity-number",
        |s| {
            let sheet = "隱藏的表".to_owned();
            let text = "A100000001".to_owned();
            let note = Spot::Note { sheet, cell: CellRef::new(0, 0) };
            let workbook = RelPath::new("警察局/警察局.xlsx");
            s.add_file(workbook.as_str(), MediaType::Xlsx, Role::UnitWorkbook("police".into()), b"w");
            s.fragments.insert(workbook, vec![Fragment { spot: note, heading: String::new(), text }]);
        },
        Error,
        "隱藏的表 › A1",
    ),
    (
        "character-without-glyph",
        |s| {
            s.uncovered = vec!['龘'];
            s.set_narrative("police", "POL03", "龘字");
        },
        Error,
        "U+9F98",
    ),
    ("character-private-use", |s| s.set_narrative("police", "POL03", "王\u{e000}明"), Error, "U+E000"),
    ("character-compatibility", |s| s.set_narrative("police", "POL03", "⼈口"), Warning, "U+2F08"),
    (
        "character-compatibility",
        |s| {
            s.evidence("警04-5").path = RelPath::new("警察局/警04-5_照片/\u{f9fd}/照片.jpg");
        },
        Warning,
        "U+4EC0",
    ),
    (
        "character-simplified",
        |s| s.set_narrative("police", "POL03", "辦理国際講習"),
        Warning,
        "「國」（U+570B）",
    ),
    (
        "character-private-use",
        |s| {
            s.evidence("警03-1").media_type = MediaType::Text;
            fragment(s, Spot::Lines { first: 3 }, "", "王\u{e000}明");
        },
        Warning,
        "U+E000",
    ),
    ("evidence-over-page-limit", |s| limit_training(s, -1), Warning, "頁為限"),
    ("secretariat-missing", |s| s.secretariat = None, Error, "秘書單位"),
    ("secretariat-part-blank", |s| drop(s.secretariat().remove("topic")), Error, "年度專題"),
    (
        "recommendation-unanswered",
        |s| {
            s.secretariat()["advice"].as_array_mut().unwrap()[0].as_table_mut().unwrap().remove("action");
        },
        Warning,
        "建議",
    ),
    (
        "self-score-blank",
        |s| {
            let points: toml::Table = toml::from_str("training = \"10.00\"").unwrap();
            s.secretariat().insert("points".into(), points.into());
            s.secretariat()["scores"].as_table_mut().unwrap().remove("training");
        },
        Warning,
        "教育訓練",
    ),
    (
        "self-score-above-points",
        |s| {
            let points: toml::Table = toml::from_str("training = \"8.00\"").unwrap();
            s.secretariat().insert("points".into(), points.into());
        },
        Error,
        "8",
    ),
    ("setting-out-of-range", |s| s.set_setting("picture_dpi", "30"), Warning, "72 到 600"),
    ("setting-out-of-range", |s| s.set_setting("mail_megabytes", "0"), Warning, "1 到 1000"),
    ("setting-date-implausible", |s| s.set_setting("prepared_on", "110/03/10"), Warning, "110年3月10日"),
    (
        "points-negative",
        |s| {
            let points: toml::Table = toml::from_str("training = \"-10\"").unwrap();
            s.secretariat().insert("points".into(), points.into());
        },
        Error,
        "-10",
    ),
    (
        "exception-incomplete",
        |s| {
            s.files.retain(|file| !file.path.as_str().contains("警03-1"));
            s.except("evidence-missing@警03-1", "", "王示例");
        },
        Error,
        "理由",
    ),
    ("exception-unmatched", |s| s.except("evidence-missing@警03-9", "另寄", "王示例"), Warning, "警03-9"),
    (
        "exception-not-answerable",
        |s| {
            s.units.remove("health");
            s.except("file-changed@某檔", "另寄", "王示例");
        },
        Warning,
        "file-changed",
    ),
];

fn fragment(scene: &mut Scene, spot: Spot, heading: &str, text: &str) {
    let fragment = Fragment { spot, heading: heading.to_owned(), text: text.to_owned() };
    scene.preparation("警03-1").fragments.push(fragment);
}

fn blank() -> toml::Value {
    toml::from_str::<toml::Table>("no_switch = true").unwrap().into()
}

#[test]
fn every_rule_speaks_when_broken() {
    let mut failures = Vec::new();
    for (rule, change, severity, word) in CASES {
        let mut scene = Scene::new();
        change(&mut scene);
        let said = scene.said(rule);
        let Some(first) = said.first() else {
            let all: Vec<_> =
                scene.check().into_iter().map(|d| format!("{}: {}", d.rule.id, d.message)).collect();
            failures.push(format!("{rule} ({word}) said nothing; said instead: {all:#?}"));
            continue;
        };
        let says =
            |d: &&Diagnostic| format!("{} {} {} {}", d.message, d.hint, d.place, d.subject).contains(word);
        match said.iter().find(says) {
            None => failures.push(format!("{rule} does not say {word}: {}", first.message)),
            Some(found) if found.severity != *severity => {
                failures.push(format!("{rule} ({word}) is {:?}", found.severity));
            }
            Some(_) => {}
        }
        if first.hint.is_empty() {
            failures.push(format!("{rule} does not say what to do"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_unchanged_workspace_breaks_only_what_it_means_to() {
    let said: Vec<String> =
        Scene::new().check().into_iter().map(|d| format!("{} {}", d.rule.id, d.subject)).collect();
    assert_eq!(said, ["figures-differ 勞力剝削件數", "evidence-missing 教03-2", "evidence-missing 社05-2"]);
}

#[test]
fn an_exception_unblocks_what_it_names_and_is_recorded() {
    let mut scene = Scene::new();
    scene.files.retain(|file| !file.path.as_str().contains("警03-1"));
    assert!(scene.check().block());
    scene.except("evidence-missing@警03-1", "正本另以公文遞送", "王示例");
    let diagnostics = scene.check();
    assert!(!diagnostics.block(), "{diagnostics:#?}");
    let accepted = diagnostics.iter().find(|d| d.accepted.is_some()).unwrap();
    let words = accepted.accepted.as_deref().unwrap();
    assert!(words.contains("正本另以公文遞送") && words.contains("王示例"), "{words}");
}

/// The key of the first breach of a rule.
fn key(scene: &Scene, rule: &str) -> String {
    scene.said(rule)[0].exception_key().unwrap()
}

#[test]
fn a_number_is_let_out_by_name_and_date_until_its_file_changes() {
    let mut scene = Scene::new();
    let leak = |s: &mut Scene| s.preparation("警03-1").texts[0].text = "設備編號 A100000001".to_owned();
    leak(&mut scene);
    let key_of_page = key(&scene, "identity-number");
    scene.except(&key_of_page, "為設備編號", "王示例");
    assert!(!scene.check().block(), "{:#?}", scene.check());

    scene.evidence("警03-1").digests.sha256 = huibian::inventory::sha256_hex(b"another version");
    assert!(scene.check().block());
    let told = &scene.said("exception-unmatched")[0];
    assert!(told.message.contains("已變更") && told.hint.contains('#'), "{told:?}");

    let mut undated = Scene::new();
    leak(&mut undated);
    let rows: toml::Value = toml::from_str::<toml::Table>(&format!(
        "row = {{ key = '{key_of_page}', reason = '為設備編號', name = '王示例' }}"
    ))
    .unwrap()["row"]
        .clone();
    undated.secretariat().insert("exceptions".to_owned(), toml::Value::Array(vec![rows]));
    assert!(undated.said("exception-incomplete")[0].message.contains("核可日期"));
}

#[test]
fn a_whole_file_may_be_answered_for_but_no_shelter_with_it() {
    let mut scene = Scene::new();
    let texts = "A100000001 B200000004；庇護處所：示例市東區光復路二段101號";
    scene.preparation("警03-1").texts[0].text = texts.to_owned();
    let (number, shelter) = (key(&scene, "identity-number"), key(&scene, "shelter-address"));
    let whole_file =
        |key: &str| format!("{}#{}", key.split(" 第").next().unwrap(), key.split('#').nth(1).unwrap());
    scene.except(&whole_file(&number), "均為設備編號", "王示例");
    assert!(scene.said("identity-number").iter().all(|said| said.accepted.is_some()));
    scene.except(&whole_file(&shelter), "公開地址", "王示例");
    assert!(scene.said("shelter-address").iter().all(Diagnostic::blocks));
    scene.except(&shelter, "機關公開地址", "王示例");
    assert!(!scene.check().block(), "{:#?}", scene.check());
}

#[test]
fn no_message_ever_holds_an_identity_number() {
    let mut scene = Scene::new();
    scene.set_narrative("police", "POL03", "A100000001 與 B200000004");
    scene.preparation("警03-1").texts[0].text = "O199999992".to_owned();
    for diagnostic in scene.check().iter() {
        let everything = format!("{diagnostic:?}");
        for number in ["A100000001", "B200000004", "O199999992"] {
            assert!(!everything.contains(number), "{everything}");
        }
    }
}

#[test]
fn a_task_answered_with_none_owes_neither_figures_nor_evidence() {
    let mut scene = Scene::new();
    scene.task("social", "SOC04").clear();
    scene.task("social", "SOC04").insert("absent".into(), "本年度無個案".into());
    scene.set_narrative("social", "SOC04", "本年度無需安置個案。");
    scene.files.retain(|file| !file.path.as_str().contains("社04"));
    assert!(!scene.check().block(), "{:#?}", scene.check());
}

#[test]
fn comparison_is_silent_when_units_agree() {
    let mut scene = Scene::new();
    scene.set_field("labour", "LAB02", "cases", "5");
    assert_eq!(scene.said("figures-differ"), []);
}

/// The plan allows as many pages of evidence for training as were handed in, and `more`.
fn limit_training(scene: &mut Scene, more: i64) {
    let indicators = scene.plan.facets.iter_mut().flat_map(|facet| &mut facet.indicators);
    let training = indicators.into_iter().find(|one| one.id.as_str() == "training").unwrap();
    // Every file of the scene is one page, and each item has one file.
    let is_of = |file: &&InputFile| match &file.role {
        Role::Evidence(code) => {
            let task = scene.plan.tasks.iter().find(|task| task.evidence.iter().any(|one| one.code == *code));
            task.is_some_and(|task| training.tasks.contains(&task.id))
        }
        _ => false,
    };
    let n_pages = scene.files.iter().filter(is_of).count() as i64;
    training.page_limit = Some((n_pages + more) as u32);
}

/// A rule and a change that comes close to breaking it.
type NearMiss = (&'static str, fn(&mut Scene));

const NEAR_MISSES: &[NearMiss] = &[
    ("value-out-of-range", |s| s.set_cell("police", "POL04", "sessions", 1, 8, "100")),
    ("date-outside-period", |s| s.set_cell("police", "POL04", "sessions", 1, 0, "110/12/31")),
    ("row-duplicate", |s| {
        let rows = s.rows("police", "POL04", "sessions");
        let mut again = rows[0].clone();
        again.as_array_mut().unwrap()[1] = "同一天的另一場".into();
        rows.push(again);
    }),
    ("half-year-missing", |s| {
        s.set_cell("police", "POL02", "meetings", 0, 0, "110/06/30");
        s.set_cell("police", "POL02", "meetings", 1, 0, "110/07/01");
    }),
    ("ratio-above-whole", |s| {
        s.set_field("social", "SOC04", "assessed", "6");
        s.set_field("social", "SOC04", "placed", "6");
    }),
    ("field-blank", |s| s.set_field("police", "POL06", "victims", "0")),
    ("field-blank", |s| s.set_field("police", "POL06", "victims", "無")),
    ("column-blank", |s| s.set_cell("police", "POL04", "sessions", 1, 5, "０")),
    // What cannot be read is said once, by whoever read it.
    ("column-blank", |s| s.set_cell("police", "POL04", "sessions", 1, 5, "很多")),
    ("field-blank", |s| s.set_field("police", "POL06", "victims", "很多")),
    ("deadline-unit-late", |s| {
        s.today = Date::constant(2022, 2, 15);
        s.units.remove("health");
    }),
    ("deadline-unit-late", |s| s.today = Date::constant(2022, 2, 17)),
    ("deadline-passed", |s| s.today = Date::constant(2022, 3, 10)),
    ("evidence-missing", |s| s.files.retain(|file| !file.path.as_str().contains("警03-3"))),
    ("evidence-extension-wrong", |s| {
        s.evidence("警04-5").path = RelPath::new("警察局/警04-5_照片/照片.JPEG")
    }),
    ("evidence-kind-unfit", |s| s.evidence("警04-5").path = RelPath::new("警察局/警04-5_照片/照片.JPEG")),
    ("evidence-misplaced", |s| s.evidence("警04-5").path = RelPath::new("送審/警04-5_照片/照片.jpg")),
    ("evidence-unusable", |s| {
        s.preparation("警03-1").content = Content::File { reason: "試算表".to_owned() };
    }),
    ("identity-number", |s| s.set_narrative("police", "POL03", "證號 A123***789 之民眾")),
    ("identity-number-suspected", |s| s.set_narrative("police", "POL03", "文號 A12345678、統編 12345675")),
    ("mobile-number", |s| s.set_narrative("police", "POL03", "請撥 03-5250000 轉 123")),
    ("mobile-number", |s| s.set_narrative("police", "POL03", "公務手機 0912-345-678")),
    ("private-telephone", |s| s.set_narrative("police", "POL03", "被害人服務專線 03-5216121")),
    ("passport-number", |s| s.set_narrative("police", "POL03", "文號 B1234567、查獲偽造護照 12 本")),
    ("birth-date", |s| s.set_narrative("police", "POL03", "110年1月15日辦理慶生；出生登記 110 件")),
    ("shelter-address", |s| s.set_narrative("police", "POL03", "於示例市東區光復路二段101號辦理研習")),
    ("character-compatibility", |s| s.set_narrative("police", "POL03", "人口㈠①、％")),
    ("character-without-glyph", |s| s.uncovered = vec!['龘']),
    ("character-simplified", |s| s.set_narrative("police", "POL03", "台北、後里與「広報のしおり」")),
    ("evidence-over-page-limit", |s| limit_training(s, 0)),
    ("setting-out-of-range", |s| s.set_setting("picture_dpi", "72")),
    ("setting-date-implausible", |s| s.set_setting("prepared_on", "111/12/31")),
    ("points-negative", |s| {
        let points: toml::Table = toml::from_str("training = \"無\"").unwrap();
        s.secretariat().insert("points".into(), points.into());
    }),
    ("self-score-above-points", |s| {
        let scores = s.secretariat()["scores"].as_table_mut().unwrap();
        scores.insert("training".into(), "無".into());
    }),
    ("exception-unmatched", |s| {
        s.files.retain(|file| !file.path.as_str().contains("警03-1"));
        s.except("evidence-missing＠警０３-1 ", "正本另送", "王示例");
    }),
    ("exception-incomplete", |s| {
        s.files.retain(|file| !file.path.as_str().contains("警03-1"));
        s.except("evidence-missing@警03-1", "正本另送", "王示例");
    }),
];

#[test]
fn near_misses_are_passed_over() {
    let of = |scene: &Scene, rule: &str| -> Vec<String> {
        scene.said(rule).into_iter().map(|said| format!("{} {}", said.subject, said.message)).collect()
    };
    let unchanged = Scene::new();
    let mut failures = Vec::new();
    for (index, (rule, change)) in NEAR_MISSES.iter().enumerate() {
        let mut scene = Scene::new();
        change(&mut scene);
        let said = of(&scene, rule);
        if said != of(&unchanged, rule) {
            failures.push(format!("{rule} (case {index}): {said:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn lateness_and_holidays_never_block() {
    let mut scene = Scene::new();
    scene.today = Date::constant(2022, 12, 31);
    assert!(!scene.check().block(), "{:#?}", scene.check());
}
