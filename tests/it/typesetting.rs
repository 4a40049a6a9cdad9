//! Typesetting through its door: a dossier in, PDFs, slots and page ranges out.

use huibian::assets::Templates;
use huibian::dossier::{
    Appendix, Bar, ChartView, ContactLine, DetailColumn, DetailReference, DetailTable, Dossier, Entry,
    FacetSection, FigureRow, FigureTable, IndicatorSection, LabelledValue, Narrative, RecommendationLine,
    Reference, ScoreOverview, UnitFigures,
};
use huibian::exhibit::{Content, Exhibit, Handle, PageSize};
use huibian::typeset::{self, Fonts};
use std::sync::LazyLock;

use crate::support::cleared;
use crate::support::papers::empty_frames;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::embedded().unwrap());

/// A dossier with nothing in it.
pub fn empty() -> Dossier {
    Dossier {
        identity: "0badcafe".to_owned(),
        draft: false,
        title: "示例市政府辦理110年度考核".to_owned(),
        form_title: "自評表".to_owned(),
        government: "示例市政府".to_owned(),
        year: "110".to_owned(),
        period: "110年1月1日至110年12月31日".to_owned(),
        prepared_on: "111年3月10日".to_owned(),
        prepared_on_iso: "2022-03-10".to_owned(),
        recipient: "示例機關".to_owned(),
        legal_bases: Vec::new(),
        contacts: Vec::new(),
        facets: Vec::new(),
        score: ScoreOverview {
            points: None,
            self_score: None,
            grade: None,
            no_points: "依110年度考核評分表".to_owned(),
        },
        programme: Default::default(),
        detail_tables: Vec::new(),
        appendices: Vec::new(),
        has_signed_page: false,
        official_forms: Vec::new(),
        volumes: Vec::new(),
        volume: None,
        signatures: Vec::new(),
        missing: Vec::new(),
    }
}

fn section() -> IndicatorSection {
    let text = "本年度依計畫辦理各項工作，結合相關單位共同推動，並就執行情形定期檢討改進；";
    IndicatorSection {
        numeral: "一".to_owned(),
        code: "2-1".to_owned(),
        title: "教育訓練".to_owned(),
        four_p: Some("Prevention（預防）".to_owned()),
        points: None,
        self_score: Some("9.50".to_owned()),
        criteria: None,
        page_limit: None,
        units: vec!["警察單位".to_owned(), "勞工單位".to_owned()],
        lead: vec![text.repeat(3)],
        narratives: vec![
            Narrative {
                numeral: "（一）".to_owned(),
                unit: "警察單位".to_owned(),
                task: "POL04".into(),
                heading: "警察單位－教育訓練".to_owned(),
                paragraphs: vec![text.repeat(4), text.repeat(2)],
                absent: None,
            },
            Narrative {
                numeral: "（二）".to_owned(),
                unit: "勞工單位".to_owned(),
                task: "LAB03".into(),
                heading: "勞工單位－教育訓練".to_owned(),
                paragraphs: Vec::new(),
                absent: Some("本年度無案件：無受理案件".to_owned()),
            },
        ],
        table: Some(FigureTable {
            units: vec!["警察單位".to_owned(), "勞工單位".to_owned()],
            rows: vec![
                FigureRow {
                    label: "總場次".to_owned(),
                    measure: "場次".to_owned(),
                    values: vec![Some("12".to_owned()), None],
                    total: Some("12".to_owned()),
                    last: None,
                },
                FigureRow {
                    label: "平均滿意度".to_owned(),
                    measure: "%".to_owned(),
                    values: vec![Some("93.4".to_owned()), Some("本年度無案件".to_owned())],
                    total: None,
                    last: None,
                },
            ],
            has_total: true,
            last_year: None,
        }),
        figures: vec![UnitFigures {
            unit: "警察單位".to_owned(),
            heading: "警察單位－教育訓練".to_owned(),
            rows: vec![
                LabelledValue {
                    label: "計畫名稱".to_owned(),
                    value: "110年度人口販運防制主題性研訓計畫".to_owned(),
                    measure: String::new(),
                },
                LabelledValue {
                    label: "總時數".to_owned(),
                    value: "36".to_owned(),
                    measure: "小時".to_owned(),
                },
            ],
        }],
        charts: vec![ChartView {
            title: "各單位參訓人次".to_owned(),
            measure: "人次".to_owned(),
            bars: vec![
                Bar { label: "警察單位".to_owned(), value: 640.0, text: "640".to_owned(), last: None },
                Bar { label: "勞工單位".to_owned(), value: 120.0, text: "120".to_owned(), last: None },
            ],
            last_year: None,
            alt: "各單位參訓人次長條圖".to_owned(),
        }],
        recommendations: vec![RecommendationLine {
            advice: "建議強化多語宣導。".to_owned(),
            action: Some("已增加泰文及菲律賓文版本。".to_owned()),
            unit: Some("勞工單位".to_owned()),
        }],
        references: vec![Reference {
            number: "2-1-1".to_owned(),
            title: "研訓計畫".to_owned(),
            unit: "警察單位".to_owned(),
            first_page: Some(3),
            last_page: Some(6),
            first_volume: None,
            last_volume: None,
        }],
        details: vec![DetailReference { number: "附表1".to_owned(), title: "訓練場次".to_owned() }],
        missing: Vec::new(),
    }
}

fn detail(columns: usize, rows: usize) -> DetailTable {
    DetailTable {
        number: "附表1".to_owned(),
        title: "警察單位－教育訓練　訓練場次".to_owned(),
        unit: "警察單位".to_owned(),
        columns: (0..columns)
            .map(|n| DetailColumn {
                label: format!("欄位{n}"),
                numeric: n % 3 == 2,
                weight: 2 + (n % 2) as u32,
            })
            .collect(),
        rows: (0..rows)
            .map(|r| {
                (0..columns)
                    .map(|c| if (r + c) % 5 == 0 { String::new() } else { format!("值{r}-{c}") })
                    .collect()
            })
            .collect(),
    }
}

fn appendix(number: &str, title: &str, photo_pages: bool, contents: Vec<Content>) -> Appendix {
    let entries = contents
        .into_iter()
        .enumerate()
        .map(|(index, content)| Entry {
            number: format!("{number}({})", index + 1),
            caption: format!("示例檔案{}", index + 1),
            bundle_name: matches!(content, Content::File { .. }).then(|| format!("{number}_01.ods")),
            volume: None,
            exhibit: Exhibit {
                item: "警04-1".into(),
                source: huibian::place::RelPath::new(format!("甲/{number}/{index}.pdf")),
                bytes: 1234,
                sha256: "ab".repeat(32),
                caption: String::new(),
                content,
            },
        })
        .collect();
    Appendix {
        number: number.to_owned(),
        item: "警04-1".into(),
        task: "POL04".into(),
        unit_id: "police".into(),
        unit: "警察單位".to_owned(),
        indicator_code: "2-1".to_owned(),
        indicator_title: "教育訓練".to_owned(),
        title: title.to_owned(),
        photo_pages,
        entries,
        absent: None,
    }
}

fn picture(n: usize) -> Content {
    Content::Picture { prepared: Handle(format!("p{n}")), width: 1600, height: 1200 }
}

fn pages(name: &str, sizes: &[(f64, f64)]) -> Content {
    let pages = sizes.iter().map(|(width, height)| PageSize { width: *width, height: *height }).collect();
    Content::Pages { prepared: Handle(name.to_owned()), pages }
}

/// A dossier with one of everything.
pub fn rich() -> Dossier {
    let mut dossier = empty();
    dossier.legal_bases = vec!["示例法第4條".to_owned(), "示例計畫".to_owned()];
    dossier.contacts = vec![ContactLine {
        name: "王示例".to_owned(),
        title: "科員".to_owned(),
        telephone: "03-0000000".to_owned(),
        email: "a@example.invalid".to_owned(),
    }];
    dossier.facets = vec![FacetSection {
        numeral: "壹".to_owned(),
        title: "共通性指標".to_owned(),
        indicators: vec![section(), section()],
    }];
    dossier.detail_tables = vec![detail(9, 40), detail(12, 3)];
    dossier.signatures = vec!["承辦人".to_owned(), "單位主管".to_owned(), "機關首長".to_owned()];
    let mut absent = appendix("2-1-5", "簽到表", false, Vec::new());
    absent.absent = Some("本年度無案件".to_owned());
    dossier.appendices = vec![
        appendix(
            "2-1-1",
            "研訓計畫",
            false,
            vec![pages("a", &[(595.0, 842.0), (842.0, 595.0), (842.0, 1191.0)])],
        ),
        appendix("2-1-2", "活動照片", true, (0..3).map(picture).collect()),
        appendix("2-1-3", "統計表", false, vec![Content::File { reason: "試算表不裝訂".to_owned() }]),
        appendix(
            "2-1-4",
            "掃描",
            false,
            vec![picture(9), Content::Unusable { reason: "檔案是空的".to_owned() }],
        ),
        absent,
    ];
    dossier
}

fn templates() -> Templates {
    Templates::builtin()
}

#[test]
fn the_form_conforms_and_is_the_same_every_time() {
    let form = typeset::form(&cleared(&rich()), &templates(), &FONTS).unwrap();
    assert!(form.pdf.starts_with(b"%PDF-1.7"));
    assert!(form.n_pages >= 6, "{}", form.n_pages);
    let again = typeset::form(&cleared(&rich()), &templates(), &FONTS).unwrap();
    assert!(form.pdf == again.pdf);
    if let Ok(folder) = std::env::var("HUIBIAN_LOOK") {
        std::fs::write(format!("{folder}/form.pdf"), &form.pdf).unwrap();
    }
}

#[test]
fn nothing_at_all_still_makes_a_form() {
    assert!(typeset::form(&cleared(&empty()), &templates(), &FONTS).is_ok());
    let frames = typeset::appendices(&cleared(&empty()), &templates(), &FONTS).unwrap();
    assert!(frames.slots.is_empty() && frames.ranges.is_empty());
}

#[test]
fn a_draft_is_typeset_too() {
    let mut draft = rich();
    draft.draft = true;
    draft.missing = vec!["尚缺：示例單位填報檔".to_owned()];
    draft.facets[0].indicators[0].missing = vec!["尚缺：簽到表".to_owned()];
    typeset::form(&cleared(&draft), &templates(), &FONTS).unwrap();
    assert!(typeset::appendices(&cleared(&draft), &templates(), &FONTS).is_ok());
}

#[test]
fn every_page_of_evidence_has_a_slot_on_a_page() {
    let dossier = rich();
    let frames = typeset::appendices(&cleared(&dossier), &templates(), &FONTS).unwrap();
    if let Ok(folder) = std::env::var("HUIBIAN_LOOK") {
        std::fs::write(format!("{folder}/appendices.pdf"), empty_frames(&frames)).unwrap();
    }
    let ids: Vec<&str> = frames.slots.iter().map(|slot| slot.id.as_str()).collect();
    assert_eq!(ids, ["0-0", "0-1", "0-2", "1-0", "2-0", "3-0", "5-0"]);
    assert_eq!(frames.contents.len(), frames.slots.len());
    for slot in &frames.slots {
        assert!(slot.page < frames.n_pages);
        assert!(slot.x >= 0.0 && slot.y >= 0.0 && slot.width > 100.0 && slot.height > 100.0, "{slot:?}");
        assert!(slot.x + slot.width <= 842.0 && slot.y + slot.height <= 842.0, "{slot:?}");
    }
    // Two photos share a page; the landscape page is wider than high.
    assert_eq!(frames.slots[3].page, frames.slots[4].page);
    assert!(frames.slots[1].width > frames.slots[1].height);
}

#[test]
fn ranges_follow_one_another_without_a_gap() {
    let frames = typeset::appendices(&cleared(&rich()), &templates(), &FONTS).unwrap();
    let numbers: Vec<&str> = frames.ranges.iter().map(|range| range.number.as_str()).collect();
    assert_eq!(numbers, ["2-1-1", "2-1-2", "2-1-3", "2-1-4"]);
    for pair in frames.ranges.windows(2) {
        assert_eq!(pair[0].last + 1, pair[1].first);
    }
    assert_eq!(frames.ranges.last().unwrap().last, frames.n_pages);
    let lengths: Vec<usize> = frames.ranges.iter().map(|range| range.last - range.first + 1).collect();
    assert_eq!(lengths, [4, 3, 2, 3]);
}

#[test]
fn a_fault_in_an_override_is_placed_in_it() {
    let mut own = templates();
    assert!(own.lay_over("typst/form.typ", "#let x = 1\n#nonsense()\n".to_owned()));
    let error = typeset::form(&cleared(&rich()), &own, &FONTS).unwrap_err();
    assert_eq!(error.place, Some(("typst/form.typ".to_owned(), 2, 2)));
    assert!(error.in_override);
}

#[test]
fn a_character_without_a_glyph_is_replaced_and_named() {
    for (text, point) in [("王\u{e000}明", "U+E000"), ("活動😀", "U+1F600"), ("a\u{1b}[31m", "U+001B")]
    {
        let mut dossier = rich();
        dossier.government = text.to_owned();
        let form = typeset::form(&cleared(&dossier), &templates(), &FONTS).unwrap();
        let told = form.warnings.iter().find(|warning| warning.contains(point)).unwrap();
        assert!(told.contains(".government"), "{told}");
        let printed: String = huibian::pdf::page_texts(&form.pdf).into_iter().map(|page| page.text).collect();
        assert!(printed.contains('〓'), "{text:?}");
    }
}

#[test]
fn the_fonts_cover_what_offices_write_and_nothing_private() {
    for character in "臺彙堃喆峯㈠①℃％─▓→，「㎡ㄅㆠ한ắกのÉ–—…".chars() {
        assert_eq!(FONTS.covers(character), character != '한', "{character}");
    }
    for character in ['\u{e000}', '\u{f8ff}', '\u{fffd}', '\u{f0000}', '\u{20000}'] {
        assert!(!FONTS.covers(character), "{character:?}");
    }
    // Characters that need no glyph never stop a run, whatever is pasted with them.
    let mut dossier = rich();
    let invisible = "\u{feff}零\u{200b}寬\u{fe0f}字\u{200d}元\u{ad}與\t定位\r\n換行\u{2028}";
    assert!(invisible.chars().all(|character| FONTS.covers(character)));
    dossier.facets[0].indicators[0].lead = vec![invisible.to_owned()];
    typeset::form(&cleared(&dossier), &templates(), &FONTS).unwrap();
}

#[test]
fn the_built_in_templates_compile_without_a_warning() {
    for dossier in [empty(), rich()] {
        assert_eq!(
            typeset::form(&cleared(&dossier), &templates(), &FONTS).unwrap().warnings,
            Vec::<String>::new()
        );
        assert_eq!(
            typeset::appendices(&cleared(&dossier), &templates(), &FONTS).unwrap().warnings,
            Vec::<String>::new()
        );
    }
}

#[test]
fn a_row_longer_than_a_page_is_carried_over() {
    let mut dossier = rich();
    let mut long = detail(3, 3);
    long.rows[1][0] = "一段很長的說明文字，".repeat(600);
    dossier.detail_tables = vec![long];
    let form = typeset::form(&cleared(&dossier), &templates(), &FONTS).unwrap();
    assert!(form.n_pages >= typeset::form(&cleared(&rich()), &templates(), &FONTS).unwrap().n_pages);
}

#[test]
fn text_of_users_is_never_read_as_markup() {
    let mut dossier = rich();
    dossier.title = "#panic() $x$ *強* <label> @ref".to_owned();
    assert!(typeset::form(&cleared(&dossier), &templates(), &FONTS).is_ok());
}
