//! A unit's workbook: the home sheet, a sheet per task, a sheet per shared table.

use std::collections::BTreeMap;

use crate::plan::{Demand, EvidenceItem, Field, Plan, Standing, Table, Task, UnitId, ValueKind};

use super::build::{KnownLine, KnownRows, OpenRows, SheetBuilder, column, optional, value_column};
use super::{ANSWER_COLUMN, Ask, BlockKind, Column, FormLayout, KnownRow, Question, SheetKind, TextRole};

/// Rows for paragraphs; more are read when more are written.
const NARRATIVE_ROWS: u32 = 12;
/// Columns of the evidence checklist, after the label and the item's description.
const READY_COLUMN: u32 = ANSWER_COLUMN + 1;
const MASKED_COLUMN: u32 = ANSWER_COLUMN + 2;
const CAPTION_COLUMN: u32 = ANSWER_COLUMN + 3;

pub const SWITCH_YES: &str = "有";
pub const SWITCH_NO: &str = "無";

/// The layout of a unit's workbook; a unit without tasks has a home sheet only.
pub fn unit_form(plan: &Plan, unit: &UnitId) -> FormLayout {
    let form = (plan.id.as_str(), unit, plan.version.as_str());
    let mut sheets = vec![SheetBuilder::new(form, "home", "首頁", SheetKind::Home, 0).finish()];
    for task in plan.tasks_of(unit) {
        sheets.push(task_sheet(plan, form, task));
    }
    for table in shared_tables(plan, unit) {
        sheets.push(shared_sheet(plan, form, table));
    }
    FormLayout { plan: plan.id.clone(), unit: unit.clone(), version: plan.version.clone(), sheets }
}

/// Shared tables that the unit's workbook holds.
fn shared_tables<'a>(plan: &'a Plan, unit: &'a UnitId) -> impl Iterator<Item = &'a Table> {
    plan.shared_tables.iter().filter(move |table| match &table.unit {
        Some(holder) => holder == unit,
        None => plan.tasks_of(unit).any(|task| task.shared.contains(&table.id)),
    })
}

fn task_sheet(plan: &Plan, form: (&str, &UnitId, &str), task: &Task) -> super::SheetLayout {
    let tables: Vec<(&Table, Vec<Column>)> =
        task.tables.iter().map(|table| (table, table_columns(table, true))).collect();
    let last =
        tables.iter().flat_map(|(_, columns)| columns.iter().map(|column| column.column)).max().unwrap_or(0);
    let name = format!("{} {}", task.code, task.title);
    let mut sheet = SheetBuilder::new(form, task.id.as_str(), &name, SheetKind::Task(task.id.clone()), last);
    sheet.line(TextRole::Title, format!("{}　{}", task.code, task.title));
    sheet.progress("本表進度");
    sheet.freeze();
    sheet.labelled("計畫原文", TextRole::Quote, &task.text);
    for caution in &task.cautions {
        sheet.labelled("注意", TextRole::Caution, caution);
    }
    if task.may_be_absent {
        switch(&mut sheet, task);
    }
    narrative(&mut sheet, task);
    fields(&mut sheet, task);
    for (table, columns) in tables {
        open_table(&mut sheet, table, columns, "");
    }
    evidence(&mut sheet, plan, task);
    sheet.finish()
}

fn switch(sheet: &mut SheetBuilder, task: &Task) {
    let options = vec![SWITCH_YES.to_owned(), SWITCH_NO.to_owned()];
    let mut applies = optional("本年度有／無", Ask::Value(ValueKind::Choice(options)));
    applies.demand = Demand::Required(Standing::Official);
    applies.hint = "請由清單選「有」或「無」。選「無」時，明細與佐證不必填。".to_owned();
    let mut reason = optional("選「無」之理由", Ask::Value(ValueKind::Text));
    reason.hint = "選「無」時請寫明理由，例：本年度查無此類案件。".to_owned();
    let rows = [("applies", applies), ("reason", reason)]
        .map(|(key, question)| KnownLine::asking(key, question, ""))
        .into();
    sheet.known_rows(KnownRows {
        id: format!("{}.switch", task.id),
        kind: BlockKind::Switch(task.id.clone()),
        heading: "本年度有無辦理或案件".to_owned(),
        instruction: String::new(),
        columns: value_column(),
        rows,
        label_headers: None,
        stretched: false,
    });
}

fn narrative(sheet: &mut SheetBuilder, task: &Task) {
    let mut question = optional("執行情形", Ask::Paragraph);
    question.demand = task.narrative;
    let mut text = column("text", "執行情形", ANSWER_COLUMN, Ask::Paragraph);
    text.question = question;
    sheet.open_rows(OpenRows {
        id: format!("{}.text", task.id),
        kind: BlockKind::Narrative(task.id.clone()),
        heading: format!("{}執行情形", super::build::demand_mark(task.narrative)),
        instruction: "一列一段。自 Word 複製多段文字後，點第 1 段的儲存格貼上，各段會自動分列。".to_owned(),
        columns: vec![text],
        count: NARRATIVE_ROWS,
        example: Vec::new(),
        ordinal: "第 # 段",
        headers: false,
    });
}

fn fields(sheet: &mut SheetBuilder, task: &Task) {
    if task.fields.is_empty() {
        return;
    }
    let rows = task.fields.iter().flat_map(|field| field_lines(task, field)).collect();
    sheet.known_rows(KnownRows {
        id: format!("{}.fields", task.id),
        kind: BlockKind::Fields(task.id.clone()),
        heading: "數據與資料".to_owned(),
        instruction: String::new(),
        columns: value_column(),
        rows,
        label_headers: Some(&["項目"]),
        stretched: false,
    });
}

fn question(field: &Field, label: String, ask: Ask) -> Question {
    Question {
        label,
        ask,
        measure: field.measure.clone(),
        hint: field.hint.clone(),
        demand: field.demand,
        least: field.least,
        most: field.most,
    }
}

/// A scalar takes one row; a split or a choice of many takes one per part.
fn field_lines(task: &Task, field: &Field) -> Vec<KnownLine> {
    if let Some(derivation) = &field.derive {
        let question = question(field, field.label.clone(), Ask::Derived(derivation.clone()));
        return vec![KnownLine::asking(&field.key, question, "自動計算，不必填")];
    }
    match &field.kind {
        ValueKind::Split(parts) => split_lines(task, field, parts),
        ValueKind::Choices(options) => options
            .iter()
            .map(|option| {
                let question = question(field, part_label(field, option), Ask::Tick);
                part(field, option, question, "")
            })
            .collect(),
        kind => {
            let question = question(field, field.label.clone(), Ask::Value(kind.clone()));
            vec![KnownLine::asking(&field.key, question, &field.hint)]
        }
    }
}

fn split_lines(task: &Task, field: &Field, parts: &[String]) -> Vec<KnownLine> {
    let mut lines: Vec<KnownLine> = parts
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let ask = Ask::Value(ValueKind::Count);
            let question = question(field, part_label(field, name), ask);
            part(field, name, question, if index == 0 { &field.hint } else { "" })
        })
        .collect();
    let total = field.adds_up_to.as_ref().and_then(|key| {
        task.fields.iter().find(|other| other.key == *key).map(|other| (key.clone(), &other.label))
    });
    let text = match &total {
        Some((_, label)) => format!("自動計算：各項合計應等於「{label}」"),
        None => "自動計算：各項合計".to_owned(),
    };
    let check = Question {
        demand: Demand::Optional,
        ..question(
            field,
            format!("{}：合計", field.label),
            Ask::SumCheck {
                parts: parts.iter().map(|name| format!("{}:{name}", field.key)).collect(),
                total: total.map(|(key, _)| key),
            },
        )
    };
    let mut line = KnownLine::asking(&format!("{}:=", field.key), check, &text);
    line.row.field = field.key.clone();
    lines.push(line);
    lines
}

/// Labels stand alone: 「其他」 alone would not say of what.
fn part_label(field: &Field, part: &str) -> String {
    format!("{}：{part}", field.label)
}

fn part(field: &Field, name: &str, question: Question, hint: &str) -> KnownLine {
    let mut line = KnownLine::asking(&format!("{}:{name}", field.key), question, hint);
    line.row.field = field.key.clone();
    line.row.part = Some(name.to_owned());
    line
}

/// The columns of a table, tick columns spread out. On a task's sheet the first column is the
/// wide one, so a text goes there.
fn table_columns(table: &Table, on_task_sheet: bool) -> Vec<Column> {
    let mut fields: Vec<&Field> = table.columns.iter().filter(|f| f.derive.is_none()).collect();
    if on_task_sheet && let Some(wide) = fields.iter().position(|field| field.kind == ValueKind::Text) {
        let field = fields.remove(wide);
        fields.insert(0, field);
    }
    let mut columns = Vec::new();
    for field in fields {
        let parts: Vec<(String, Ask)> = match &field.kind {
            ValueKind::Choices(options) => options.iter().map(|option| (option.clone(), Ask::Tick)).collect(),
            ValueKind::Split(parts) => {
                parts.iter().map(|part| (part.clone(), Ask::Value(ValueKind::Count))).collect()
            }
            _ => Vec::new(),
        };
        if parts.is_empty() {
            columns.push(Column {
                key: field.key.clone(),
                field: field.key.clone(),
                option: None,
                column: 0,
                question: question(field, field.label.clone(), Ask::Value(field.kind.clone())),
            });
        }
        for (part, ask) in parts {
            columns.push(Column {
                key: format!("{}:{part}", field.key),
                field: field.key.clone(),
                option: Some(part),
                column: 0,
                question: question(field, field.label.clone(), ask),
            });
        }
    }
    for (offset, column) in columns.iter_mut().enumerate() {
        column.column = ANSWER_COLUMN + u32::try_from(offset).unwrap_or(u32::MAX / 2);
    }
    columns
}

fn open_table(sheet: &mut SheetBuilder, table: &Table, columns: Vec<Column>, extra: &str) {
    let ticks = columns.iter().any(|column| matches!(column.question.ask, Ask::Tick));
    let mut instruction = String::from("一列一筆；列數不足時可直接往下續填或插入列。");
    if ticks {
        instruction.push_str("可複選的欄位請在適用的格子選「V」。");
    }
    instruction.push_str(extra);
    let example: BTreeMap<&str, &str> =
        table.example.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
    sheet.open_rows(OpenRows {
        id: table.id.to_string(),
        kind: BlockKind::Table(table.id.clone()),
        heading: format!("{}{}", super::build::demand_mark(table.demand), table.title),
        instruction,
        columns,
        count: table.blank_rows.max(1),
        example: example.into_iter().collect(),
        ordinal: "#",
        headers: true,
    });
}

fn evidence(sheet: &mut SheetBuilder, plan: &Plan, task: &Task) {
    if task.evidence.is_empty() {
        return;
    }
    let columns = vec![
        column("ready", "已備妥", READY_COLUMN, Ask::Tick),
        column("masked", "已遮蔽", MASKED_COLUMN, Ask::Tick),
        column("caption", "圖說或備註（可不填）", CAPTION_COLUMN, Ask::Value(ValueKind::Text)),
    ];
    let rows = task.evidence.iter().map(|item| evidence_line(plan, task, item)).collect();
    sheet.known_rows(KnownRows {
        id: format!("{}.evidence", task.id),
        kind: BlockKind::Evidence(task.id.clone()),
        heading: "佐證資料".to_owned(),
        instruction: "檔案放進下列同名資料夾即可，檔名不拘、件數不限；放好後在「已備妥」選「V」。".to_owned(),
        columns,
        rows,
        label_headers: Some(&["佐證編號", "項目與資料夾"]),
        stretched: true,
    });
}

fn evidence_line(plan: &Plan, task: &Task, item: &EvidenceItem) -> KnownLine {
    let demand = match item.demand {
        Demand::Required(Standing::Official) => "計畫明定必附",
        Demand::Required(Standing::Proposed) => "建議附",
        Demand::Optional => "有則附",
    };
    let unit = plan.unit(&task.unit).map_or("", |unit| unit.name.as_str());
    let mut text = format!("{}〔{demand}〕\n資料夾：{unit}／{}", item.title, item.folder_name());
    if !item.hint.is_empty() {
        text.push_str(&format!("\n{}", item.hint));
    }
    let mut ready = optional("已備妥", Ask::Tick);
    ready.demand = item.demand;
    let mut questions = vec![(0, ready)];
    if item.masking {
        let mut masked = optional("已遮蔽", Ask::Tick);
        masked.hint = "個人資料已全部遮蔽後，才選「V」。".to_owned();
        questions.push((1, masked));
    }
    questions.push((2, optional("圖說或備註", Ask::Value(ValueKind::Text))));
    let mut beside = vec![(ANSWER_COLUMN, TextRole::Demand, text)];
    if !item.masking {
        beside.push((MASKED_COLUMN, TextRole::Ordinal, "免".to_owned()));
    }
    KnownLine {
        row: KnownRow {
            key: item.code.to_string(),
            field: item.code.to_string(),
            part: None,
            label: item.code.to_string(),
            row: 0,
            questions,
        },
        beside,
    }
}

fn shared_sheet(plan: &Plan, form: (&str, &UnitId, &str), table: &Table) -> super::SheetLayout {
    let columns = table_columns(table, false);
    let last = columns.last().map_or(0, |column| column.column);
    let kind = SheetKind::Table(table.id.clone());
    let mut sheet = SheetBuilder::new(form, &format!("T.{}", table.id), &table.title, kind, last);
    sheet.line(TextRole::Title, &table.title);
    let users: Vec<String> = plan
        .tasks_of(form.1)
        .filter(|task| task.shared.contains(&table.id))
        .map(|task| format!("{} {}", task.code, task.title))
        .collect();
    if !users.is_empty() {
        let text = format!("只填這一次，供 {} 共用。", users.join("、"));
        sheet.line(TextRole::Subtitle, text);
    }
    if table.confidential {
        let text = "本表逐筆資料不會印出、不會寄出，只用來計算統計數字。\
                    請勿填寫姓名、證號、地址等可辨識個人之資料。";
        sheet.line(TextRole::Caution, text);
    }
    sheet.freeze();
    open_table(&mut sheet, table, columns, "");
    sheet.finish()
}
