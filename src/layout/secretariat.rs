//! The secretariat's own workbook: settings, contacts, scores, texts and exceptions.

use crate::plan::{Indicator, Plan, SecretariatPart, UnitId, ValueKind};

use crate::roc;

use super::build::{KnownLine, KnownRows, OpenRows, SheetBuilder, column, optional, value_column};
use super::{
    ANSWER_COLUMN, Ask, BlockKind, Column, FormLayout, KnownRow, Question, SECRETARIAT, SheetKind,
    SheetLayout, TextRole,
};

pub const EDITORIAL_LEADS: &str = "置前";
pub const EDITORIAL_REPLACES: &str = "取代";

const CONTACT_ROWS: u32 = 10;
const TOPIC_ROWS: u32 = 20;
const RECOMMENDATION_ROWS: u32 = 12;
const EDITORIAL_ROWS: u32 = 6;
const EXCEPTION_ROWS: u32 = 20;

type FormKey<'a> = (&'a str, &'a UnitId, &'a str);

/// The layout of the secretariat's workbook.
pub fn secretariat_form(plan: &Plan) -> FormLayout {
    let unit = UnitId::from(SECRETARIAT);
    let form = (plan.id.as_str(), &unit, plan.version.as_str());
    let mut sheets = vec![
        SheetBuilder::new(form, "home", "首頁", SheetKind::Home, 0).finish(),
        basics(plan, form),
        contacts(form),
        scores(plan, form),
    ];
    sheets.extend(parts(plan, form));
    sheets.push(editorials(plan, form));
    sheets.push(exceptions(form));
    FormLayout { plan: plan.id.clone(), unit: unit.clone(), version: plan.version.clone(), sheets }
}

fn sheet(form: FormKey<'_>, key: &str, name: &str, subtitle: &str) -> SheetBuilder {
    let mut sheet = SheetBuilder::new(form, key, name, SheetKind::Secretariat, 0);
    sheet.line(TextRole::Title, name);
    sheet.line(TextRole::Subtitle, subtitle);
    sheet.freeze();
    sheet
}

fn basics(plan: &Plan, form: FormKey<'_>) -> SheetLayout {
    let ask = |label: &str, kind: ValueKind, measure: &str| Question {
        measure: measure.to_owned(),
        ..optional(label, Ask::Value(kind))
    };
    let mut sheet = sheet(form, "basics", "基本設定", "本表填了什麼就以什麼為準；空白則依計畫。");
    let email = plan.recipient.email.clone().unwrap_or_else(|| "未載".to_owned());
    let megabytes = plan.limits.mail_bytes / 1_000_000;
    let rows = vec![
        KnownLine::asking(
            "final_date",
            ask("寄達期限（確切日期）", ValueKind::Date, ""),
            &format!(
                "計畫：{}。例：{}",
                plan.deadlines.final_text,
                roc::slashed(plan.deadlines.final_default)
            ),
        ),
        KnownLine::asking(
            "prepared_on",
            ask("填表日期", ValueKind::Date, ""),
            "印在自評表封面；空白則用寄達期限",
        ),
        KnownLine::asking(
            "recipient_name",
            ask("受文機關", ValueKind::Text, ""),
            &format!("計畫：{}", plan.recipient.name),
        ),
        KnownLine::asking(
            "recipient_email",
            ask("收件電子郵件", ValueKind::Email, ""),
            &format!("計畫：{email}"),
        ),
        KnownLine::asking("document_number", ask("發文字號", ValueKind::DocumentNumber, ""), ""),
        KnownLine::asking(
            "mail_megabytes",
            ask("郵件大小上限", ValueKind::Decimal, "MB"),
            &format!("計畫：{megabytes} MB（含編碼）"),
        ),
        KnownLine::asking(
            "picture_dpi",
            ask("圖片解析度", ValueKind::Count, "dpi"),
            &format!("計畫：{} dpi", plan.limits.picture_dpi),
        ),
    ];
    sheet.known_rows(KnownRows {
        id: "00.basics".to_owned(),
        kind: BlockKind::Basics,
        heading: "設定".to_owned(),
        instruction: String::new(),
        columns: value_column(),
        rows,
        label_headers: Some(&["項目"]),
        stretched: false,
    });
    sheet.finish()
}

fn value(key: &str, label: &str, offset: u32, kind: ValueKind) -> Column {
    column(key, label, ANSWER_COLUMN + offset, Ask::Value(kind))
}

fn contacts(form: FormKey<'_>) -> SheetLayout {
    let mut sheet = sheet(form, "contacts", "聯絡人", "第一筆請填秘書單位的聯絡人，會印在封面。");
    sheet.open_rows(OpenRows {
        id: "00.contacts".to_owned(),
        kind: BlockKind::Contacts,
        heading: "聯絡人".to_owned(),
        instruction: "一列一人。".to_owned(),
        columns: vec![
            value("unit", "單位", 0, ValueKind::Text),
            value("name", "姓名", 1, ValueKind::Text),
            value("title", "職稱", 2, ValueKind::Text),
            value("telephone", "電話", 3, ValueKind::Telephone),
            value("email", "電子郵件", 4, ValueKind::Email),
        ],
        count: CONTACT_ROWS,
        example: Vec::new(),
        ordinal: "#",
        headers: true,
    });
    sheet.finish()
}

/// 「2-1 教育訓練」.
fn indicator_label(indicator: &Indicator) -> String {
    format!("{} {}", indicator.code, indicator.title)
}

fn indicator_rows(plan: &Plan, questions: &[(usize, Question)]) -> Vec<KnownLine> {
    plan.indicators()
        .map(|indicator| KnownLine {
            row: KnownRow {
                key: indicator.id.to_string(),
                field: indicator.id.to_string(),
                part: None,
                label: indicator_label(indicator),
                row: 0,
                questions: questions.to_vec(),
            },
            beside: Vec::new(),
        })
        .collect()
}

fn scores(plan: &Plan, form: FormKey<'_>) -> SheetLayout {
    let mut sheet = sheet(
        form,
        "scores",
        "配分與自評",
        "配分請照受文機關發布的評分表填；沒有評分表時留空，成品就不印數字。",
    );
    let columns = vec![
        value("points", "配分", 0, ValueKind::Decimal),
        value("self_score", "自評分數", 1, ValueKind::Decimal),
    ];
    let questions: Vec<(usize, Question)> =
        columns.iter().map(|column| column.question.clone()).enumerate().collect();
    sheet.known_rows(KnownRows {
        id: "00.scores".to_owned(),
        kind: BlockKind::Scores,
        heading: "各項配分與自評".to_owned(),
        instruction: String::new(),
        columns,
        rows: indicator_rows(plan, &questions),
        label_headers: Some(&["指標"]),
        stretched: false,
    });
    sheet.finish()
}

fn paragraphs(
    sheet: &mut SheetBuilder,
    id: String,
    kind: BlockKind,
    heading: String,
    instruction: &str,
    count: u32,
) {
    sheet.open_rows(OpenRows {
        id,
        kind,
        heading,
        instruction: instruction.to_owned(),
        columns: vec![column("text", "內容", ANSWER_COLUMN, Ask::Paragraph)],
        count,
        example: Vec::new(),
        ordinal: "第 # 段",
        headers: false,
    });
}

/// A sheet for each part of the form that no task covers.
fn parts(plan: &Plan, form: FormKey<'_>) -> Vec<SheetLayout> {
    let mut sheets = Vec::new();
    for indicator in plan.indicators() {
        let subtitle = format!("納入指標「{}」，由秘書單位撰寫。", indicator_label(indicator));
        let paste = "一列一段。自 Word 複製多段文字後，點第 1 段的儲存格貼上，各段會自動分列。";
        match indicator.secretariat_part {
            Some(part @ SecretariatPart::AnnualTopic) => {
                let mut sheet = sheet(form, "topic", "年度專題", &subtitle);
                let (id, heading) = ("00.topic".to_owned(), "年度專題".to_owned());
                paragraphs(&mut sheet, id, BlockKind::Part(part), heading, paste, TOPIC_ROWS);
                sheets.push(sheet.finish());
            }
            Some(part @ SecretariatPart::Recommendations) => {
                let mut sheet = sheet(form, "advice", "前次考核建議", &subtitle);
                recommendations(&mut sheet, plan);
                let (id, heading) = ("00.advice_text".to_owned(), "整體說明（可不填）".to_owned());
                let kind = BlockKind::Part(part);
                paragraphs(&mut sheet, id, kind, heading, paste, EDITORIAL_ROWS);
                sheets.push(sheet.finish());
            }
            None => {}
        }
    }
    sheets
}

fn recommendations(sheet: &mut SheetBuilder, plan: &Plan) {
    let units = plan.units.iter().map(|unit| unit.name.clone()).collect();
    sheet.open_rows(OpenRows {
        id: "00.advice".to_owned(),
        kind: BlockKind::Recommendations,
        heading: "建議事項與策進作為".to_owned(),
        instruction: "一列一項，逐項對應。".to_owned(),
        columns: vec![
            value("advice", "建議事項", 0, ValueKind::Text),
            value("action", "策進作為及辦理情形", 1, ValueKind::Text),
            value("unit", "主責單位", 2, ValueKind::Choice(units)),
        ],
        count: RECOMMENDATION_ROWS,
        example: Vec::new(),
        ordinal: "#",
        headers: true,
    });
}

fn editorials(plan: &Plan, form: FormKey<'_>) -> SheetLayout {
    let mut sheet = sheet(
        form,
        "editorials",
        "統稿",
        "秘書單位對各指標的統一說明。「置前」印在各單位文字之前；「取代」只印統稿，各單位原文留存備查。",
    );
    let modes = vec![EDITORIAL_LEADS.to_owned(), EDITORIAL_REPLACES.to_owned()];
    let columns = vec![value("mode", "方式", 0, ValueKind::Choice(modes))];
    let questions = vec![(0, columns[0].question.clone())];
    sheet.known_rows(KnownRows {
        id: "00.modes".to_owned(),
        kind: BlockKind::EditorialModes,
        heading: "統稿方式".to_owned(),
        instruction: "沒有選擇時，有寫統稿的指標一律「置前」。".to_owned(),
        columns,
        rows: indicator_rows(plan, &questions),
        label_headers: Some(&["指標"]),
        stretched: false,
    });
    for indicator in plan.indicators() {
        paragraphs(
            &mut sheet,
            format!("00.editorial.{}", indicator.id),
            BlockKind::Editorial(indicator.id.clone()),
            format!("統稿：{}", indicator_label(indicator)),
            "",
            EDITORIAL_ROWS,
        );
    }
    sheet.finish()
}

fn exceptions(form: FormKey<'_>) -> SheetLayout {
    let mut sheet = sheet(
        form,
        "exceptions",
        "例外核可",
        "檢核列出、但經主管核可照舊送出的項目。識別碼請自檢核結果整串複製。",
    );
    let column = |key: &str, label: &str, offset: u32, kind: ValueKind, hint: &str| {
        let mut column = value(key, label, offset, kind);
        column.question.hint = hint.to_owned();
        column
    };
    sheet.open_rows(OpenRows {
        id: "00.exceptions".to_owned(),
        kind: BlockKind::Exceptions,
        heading: "例外核可".to_owned(),
        instruction: "一列一項；理由與核可人缺一不可。".to_owned(),
        columns: vec![
            column("key", "識別碼", 0, ValueKind::Text, "自檢核結果複製，例：rule-id@項目。"),
            column("reason", "理由", 1, ValueKind::Text, ""),
            column("name", "核可人", 2, ValueKind::Text, ""),
            column("date", "核可日期", 3, ValueKind::Date, ""),
        ],
        count: EXCEPTION_ROWS,
        example: Vec::new(),
        ordinal: "#",
        headers: true,
    });
    sheet.finish()
}
