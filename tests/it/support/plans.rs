//! A small plan with every kind of question, built by hand.

use std::collections::BTreeMap;

use huibian::figure::Figure;
use huibian::plan::*;
use jiff::civil::date;

const OFFICIAL: Demand = Demand::Required(Standing::Official);

pub fn field(key: &str, label: &str, kind: ValueKind, measure: &str) -> Field {
    Field {
        key: key.to_owned(),
        label: label.to_owned(),
        kind,
        measure: measure.to_owned(),
        demand: OFFICIAL,
        derive: None,
        hint: String::new(),
        least: None,
        most: None,
        adds_up_to: None,
    }
}

fn derived(key: &str, label: &str, measure: &str, derive: Derivation) -> Field {
    Field { derive: Some(derive), ..field(key, label, ValueKind::Count, measure) }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn item(code: &str, title: &str, folder: &str, masking: bool) -> EvidenceItem {
    EvidenceItem {
        code: code.into(),
        title: title.to_owned(),
        folder: folder.to_owned(),
        demand: OFFICIAL,
        kinds: Vec::new(),
        photo_pages: false,
        masking,
        hint: String::new(),
    }
}

fn sessions() -> Table {
    let columns = vec![
        field("day", "辦理日期", ValueKind::DateSpan, ""),
        field("name", "課程或活動名稱", ValueKind::Text, ""),
        field("mode", "辦理方式", ValueKind::Choice(words(&["實體", "線上", "混成"])), ""),
        field("languages", "使用語言", ValueKind::Choices(words(&["中文", "越南語", "其他"])), ""),
        field("audience", "對象", ValueKind::Choices(words(&["民眾", "移工", "其他"])), ""),
        field("men", "男性", ValueKind::Count, "人"),
        field("women", "女性", ValueKind::Count, "人"),
        Field { demand: Demand::Optional, ..field("hours", "時數", ValueKind::Decimal, "小時") },
        Field { demand: Demand::Optional, ..field("satisfaction", "滿意度", ValueKind::Percent, "%") },
    ];
    let example = [
        ("day", "110/03/26"),
        ("name", "防制人口販運專題講座"),
        ("mode", "實體"),
        ("languages", "中文、越南語"),
        ("men", "12"),
        ("women", "15"),
    ];
    Table {
        id: "LAB03.sessions".into(),
        title: "訓練場次".to_owned(),
        unit: None,
        columns,
        blank_rows: 15,
        demand: OFFICIAL,
        confidential: false,
        example: example.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        each_half_year: None,
    }
}

fn training() -> Task {
    let table: TableId = "LAB03.sessions".into();
    let sum =
        |columns: &[&str]| Derivation::Sum { table: table.clone(), columns: words(columns), filter: None };
    Task {
        id: "LAB03".into(),
        role: "labour".into(),
        unit: "labour".into(),
        code: "勞03".to_owned(),
        title: "教育訓練".to_owned(),
        text: "辦理勞政人員年度主題性研訓，並依參訓對象、場次、人次及滿意度等，說明辦理情形及成效。"
            .to_owned(),
        may_be_absent: true,
        narrative: OFFICIAL,
        fields: vec![
            field("plan_name", "研訓計畫名稱", ValueKind::Text, ""),
            field("document", "核定文號", ValueKind::DocumentNumber, ""),
            field("approved", "核定日期", ValueKind::Date, ""),
            derived("count", "總場次", "場", Derivation::Count { table: table.clone(), filter: None }),
            derived("people", "總人次", "人次", sum(&["men", "women"])),
            field("due", "應訓人數", ValueKind::Count, "人"),
            field("done", "已訓人數", ValueKind::Count, "人"),
            derived(
                "coverage",
                "訓練涵蓋率",
                "%",
                Derivation::Ratio { numerator: "done".to_owned(), denominator: "due".to_owned() },
            ),
            Field {
                adds_up_to: Some("done".to_owned()),
                ..field("by_sex", "性別", ValueKind::Split(words(&["男", "女", "其他"])), "人")
            },
            field("themes", "主題", ValueKind::Choices(words(&["鑑別", "安置", "其他"])), ""),
            field("yearly", "是否為年度主題", ValueKind::Flag, ""),
        ],
        tables: vec![sessions()],
        shared: Vec::new(),
        evidence: vec![
            item("勞03-1", "研訓計畫（簽准或函頒）", "研訓計畫", false),
            item("勞03-2", "簽到表（個資遮蔽）", "簽到表", true),
        ],
        cautions: vec!["簽到表上的姓名、電話請先遮蔽。".to_owned()],
    }
}

fn analysis(id: &str, code: &str, unit: &str) -> Task {
    Task {
        id: id.into(),
        role: unit.into(),
        unit: unit.into(),
        code: code.to_owned(),
        title: "案件分析".to_owned(),
        text: "提供案件查獲數據、處理情形與分析。".to_owned(),
        may_be_absent: false,
        narrative: OFFICIAL,
        fields: vec![
            derived("count", "查獲件數", "件", Derivation::Count { table: "cases".into(), filter: None }),
            field("institutions", "安置機構數", ValueKind::Count, "處"),
        ],
        tables: Vec::new(),
        shared: vec!["cases".into()],
        evidence: vec![item(&format!("{code}-1"), "統計表", "統計表", false)],
        cautions: Vec::new(),
    }
}

fn cases() -> Table {
    Table {
        id: "cases".into(),
        title: "案件統計列".to_owned(),
        unit: Some("police".into()),
        columns: vec![
            field("code", "案件代號", ValueKind::Text, ""),
            field("day", "查獲日期", ValueKind::Date, ""),
            field("kind", "剝削類型", ValueKind::Choice(words(&["勞力剝削", "性剝削"])), ""),
            field("victims", "被害人數", ValueKind::Count, "人"),
        ],
        blank_rows: 20,
        demand: Demand::Optional,
        confidential: true,
        example: BTreeMap::new(),
        each_half_year: None,
    }
}

fn indicator(id: &str, code: &str, title: &str, tasks: &[&str]) -> Indicator {
    Indicator {
        id: id.into(),
        code: code.to_owned(),
        title: title.to_owned(),
        four_p: None,
        points: None,
        criteria: None,
        page_limit: None,
        tasks: tasks.iter().map(|task| TaskId::from(*task)).collect(),
        secretariat_part: None,
        measures: Vec::new(),
        charts: Vec::new(),
    }
}

fn facets() -> Vec<Facet> {
    let part =
        |id, code, title, part| Indicator { secretariat_part: Some(part), ..indicator(id, code, title, &[]) };
    vec![
        Facet {
            number: 1,
            title: "背景指標".to_owned(),
            indicators: vec![indicator("background", "1-1", "轄區背景分析", &["POL03"])],
        },
        Facet {
            number: 2,
            title: "特殊性指標".to_owned(),
            indicators: vec![
                indicator("training", "2-1", "教育訓練", &["LAB03"]),
                part("advice", "2-2", "前次考核建議策進作為", SecretariatPart::Recommendations),
                part("topic", "2-3", "年度專題", SecretariatPart::AnnualTopic),
            ],
        },
    ]
}

fn unit(id: &str, name: &str, prefix: &str) -> Unit {
    Unit { id: id.into(), name: name.to_owned(), prefix: prefix.to_owned(), roles: vec![id.into()] }
}

/// The shipped plan.
pub fn real() -> Plan {
    use huibian::assets::plans;
    let layers = huibian::plan::PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
    let (plan, diagnostics) = huibian::plan::lower(&layers);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    plan.unwrap()
}

/// Two units, two tasks, a table of a task's own and a shared one.
pub fn small() -> Plan {
    Plan {
        id: "small-110".to_owned(),
        version: "0a1b2c3d".to_owned(),
        title: "某市政府辦理110年度防制人口販運工作成果考核".to_owned(),
        form_title: "自評表".to_owned(),
        government: Government {
            name: "某市政府".to_owned(),
            short: "某市".to_owned(),
            code: None,
            ascii: "small".to_owned(),
        },
        year: 110,
        period: Period { first: date(2021, 1, 1), last: date(2021, 12, 31) },
        legal_bases: Vec::new(),
        recipient: Recipient { name: "內政部移民署".to_owned(), email: None },
        deadlines: Deadlines {
            internal: date(2022, 2, 15),
            final_text: "111年3月中旬前".to_owned(),
            final_exact: None,
            final_default: date(2022, 3, 10),
            appeal_days: 10,
            extra_closures: Vec::new(),
        },
        schedule: Vec::new(),
        grades: vec![Grade {
            title: "特優".to_owned(),
            at_least: Figure::parse("95"),
            awards: Vec::new(),
            honours: Vec::new(),
            exempt_years: 2,
        }],
        programme: Programme { score_decimals: 2, ..Programme::default() },
        limits: Limits {
            mail_bytes: 20_000_000,
            attachment_bytes: None,
            picture_dpi: 150,
            picture_quality: 80,
            small_cell: 3,
        },
        delivery: Delivery {
            by: Route::Mail,
            most_mails: 5,
            letter: LetterTerms {
                basis: None,
                ending: "請查照".to_owned(),
                signed_by: None,
                copies: Vec::new(),
            },
        },
        secretariat: Secretariat {
            unit: "police".into(),
            folder: "00_秘書單位".to_owned(),
            title: "警察局外事科".to_owned(),
        },
        units: vec![unit("police", "警察局", "警"), unit("labour", "勞工處", "勞")],
        facets: facets(),
        tasks: vec![analysis("POL03", "警03", "police"), training()],
        shared_tables: vec![cases()],
        comparisons: Vec::new(),
        signatures: words(&["承辦人", "單位主管", "機關首長"]),
        notes: Vec::new(),
    }
}
