//! What is missing from the units' workbooks: workbooks, answers, rows, texts.
//!
//! How bad a gap is follows from the demand's standing. 本年度無, with a reason, satisfies
//! figures, rows and evidence. Files are looked at by `evidence`.

use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Rule, Severity};
use crate::inventory::Role;
use crate::place::Place;
use crate::plan::{Task, Unit};
use crate::submission::{Answer, Applies, Submission};

use super::bearings::{self, TableRows, field_excerpt, field_place, field_subject, is_absent};
use super::{CheckInput, Told, breach, demanded, folder_of, ground};

pub static UNIT_MISSING: Rule = Rule {
    id: "unit-missing",
    severity: Severity::Error,
    title: "單位尚未繳交填報檔",
    explanation: "檢查什麼：計畫所列每個分工單位，都要有一份讀得出來的填報檔。\n\
        為何重要：少一個單位，所屬工作項目在自評表上就是空白，整份無法送件。\n\
        如何修正：請該單位把填好的活頁簿放進以單位名稱命名的資料夾；確定本年度不必填報者，由秘書單位核可。",
    answerable: true,
};

pub static TASK_BLANK: Rule = Rule {
    id: "task-blank",
    severity: Severity::Error,
    title: "工作項目完全沒有填寫",
    explanation: "檢查什麼：每項工作的工作表是否至少填了一部分。\n\
        為何重要：整張空白多半是漏填；與其逐格列出，只說一次。\n\
        如何修正：請填寫該張工作表；本年度確無辦理且工作表有「有／無」欄者，選「無」並寫明理由。",
    answerable: true,
};

pub static SWITCH_BLANK: Rule = Rule {
    id: "switch-blank",
    severity: Severity::Warning,
    title: "未選「有」或「無」",
    explanation: "檢查什麼：可以答「無」的工作項目，是否選了「有」或「無」。\n\
        為何重要：空白分不出是「沒有」還是「忘了填」；已填了內容的，本程式視為「有」。\n\
        如何修正：請在該工作表的「本年度有／無」選一個；選「無」時一併寫明理由。",
    answerable: true,
};

pub static ABSENCE_WITHOUT_REASON: Rule = Rule {
    id: "absence-without-reason",
    severity: Severity::Error,
    title: "選「無」但沒有寫理由",
    explanation: "檢查什麼：選「無」的工作項目是否寫了理由。\n\
        為何重要：自評表會印出理由；沒有理由，委員無從分辨是無案件還是未辦理。\n\
        如何修正：請在「選「無」之理由」寫一句話，例如「本年度查無此類案件」。",
    answerable: true,
};

pub static ABSENCE_CONTRADICTED: Rule = Rule {
    id: "absence-contradicted",
    severity: Severity::Error,
    title: "選「無」卻填了數字或明細",
    explanation: "檢查什麼：選「無」的工作項目，不應再有大於零的數字或明細列。\n\
        為何重要：選「無」後這些內容不會計入，也不會印出；兩者必有一錯。\n\
        如何修正：確有辦理者，把「無」改成「有」；確實沒有者，請清除數字與明細。",
    answerable: true,
};

pub static FIELD_BLANK: Rule = Rule {
    id: "field-blank",
    severity: Severity::Error,
    title: "必填欄位空白",
    explanation: "檢查什麼：計畫要求的欄位是否都填了；計畫明定的列為錯誤，僅屬建議的列為警告。\n\
        為何重要：空白會在自評表上印成「尚缺」；而且空白不等於零。\n\
        如何修正：請填入內容；數量確實為零請填 0，確實沒有請填「無」。",
    answerable: true,
};

pub static COLUMN_BLANK: Rule = Rule {
    id: "column-blank",
    severity: Severity::Error,
    title: "明細列有必填欄空白",
    explanation: "檢查什麼：明細表每一列的必填欄是否都填了。\n\
        為何重要：場次、人次等總數由明細加總而來，少一格，總數就少一份。\n\
        如何修正：請補上該格；數量為零請填 0。整列是多出來的，請整列清除。",
    answerable: true,
};

pub static TABLE_EMPTY: Rule = Rule {
    id: "table-empty",
    severity: Severity::Error,
    title: "明細表沒有任何一列",
    explanation: "檢查什麼：必填的明細表是否至少有一列。\n\
        為何重要：總場次、總人次等都由明細計算，沒有明細就全部是零。\n\
        如何修正：請逐列填寫明細；例示列不算。本年度確無者，選「無」並寫明理由（有此欄的工作表）。",
    answerable: true,
};

pub static NARRATIVE_BLANK: Rule = Rule {
    id: "narrative-blank",
    severity: Severity::Error,
    title: "執行情形空白",
    explanation: "檢查什麼：每項工作是否寫了執行情形。\n\
        為何重要：自評表的正文就是各單位的執行情形，少了就沒有說明，只剩數字。\n\
        如何修正：請在「執行情形」一列寫一段；可自 Word 複製多段一次貼上。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[
    &UNIT_MISSING,
    &TASK_BLANK,
    &SWITCH_BLANK,
    &ABSENCE_WITHOUT_REASON,
    &ABSENCE_CONTRADICTED,
    &FIELD_BLANK,
    &COLUMN_BLANK,
    &TABLE_EMPTY,
    &NARRATIVE_BLANK,
];

pub fn check(input: &CheckInput, told: &Told, out: &mut Diagnostics) {
    for unit in &input.plan.units {
        match input.submissions.get(&unit.id) {
            Some(submission) => check_submission(input, unit, submission, told, out),
            None => out.extend(unit_missing(input, unit, told)),
        }
    }
}

fn unit_missing(input: &CheckInput, unit: &Unit, told: &Told) -> Option<Diagnostic> {
    let n_tasks = input.plan.tasks_of(&unit.id).count();
    let mut workbooks =
        input.inventory.files.iter().filter(|file| file.role == Role::UnitWorkbook(unit.id.clone()));
    // A workbook that could not be read has its own diagnostic, which says what to do about it.
    if n_tasks == 0 || workbooks.any(|file| told.blocked.contains(&file.path)) {
        return None;
    }
    let message = format!("「{}」尚未繳交填報檔（應填 {n_tasks} 項工作）", unit.name);
    let hint = format!("請把該單位填好的活頁簿放進資料夾「{}」", unit.name);
    Some(breach(&UNIT_MISSING, &folder_of(input, &unit.id), Some(&unit.id), &unit.name, message).hint(hint))
}

fn check_submission(
    input: &CheckInput,
    unit: &Unit,
    submission: &Submission,
    told: &Told,
    out: &mut Diagnostics,
) {
    let tables = bearings::tables(input.plan, submission);
    for task in input.plan.tasks_of(&unit.id) {
        // A lost sheet was told by intake.
        let Some(answer) = submission.tasks.get(&task.id) else { continue };
        let own: Vec<&TableRows> =
            tables.iter().filter(|rows| task.tables.iter().any(|table| table.id == rows.table.id)).collect();
        let n_rows = own.iter().map(|rows| rows.rows.len()).sum();
        if is_absent(answer) {
            check_absence(task, answer, n_rows, out);
            continue;
        }
        if is_blank(task, answer, n_rows) {
            out.extend(task_blank(task, answer));
            continue;
        }
        let gaps = Gaps { task, answer, told };
        out.extend(gaps.switch());
        out.extend(gaps.narrative());
        out.extend(gaps.fields());
        for rows in own {
            check_table(rows, told, out);
        }
    }
    for rows in
        tables.iter().filter(|rows| input.plan.shared_tables.iter().any(|table| table.id == rows.table.id))
    {
        if rows.applies {
            check_table(rows, told, out);
        }
    }
}

/// Nothing at all was typed on a sheet that asks for something.
fn is_blank(task: &Task, answer: &Answer, n_rows: usize) -> bool {
    let asks = demanded(task.narrative).is_some()
        || task.fields.iter().any(|field| demanded(field.demand).is_some())
        || task.tables.iter().any(|table| demanded(table.demand).is_some());
    asks && answer.applies.is_none() && answer.narrative.is_empty() && answer.fields.is_empty() && n_rows == 0
}

fn task_blank(task: &Task, answer: &Answer) -> Option<Diagnostic> {
    let demands = std::iter::once(task.narrative)
        .chain(task.fields.iter().map(|field| field.demand))
        .chain(task.tables.iter().map(|table| table.demand));
    let severity = demands.filter_map(demanded).min()?;
    let hint = match task.may_be_absent {
        true => "請填寫這張工作表；本年度確無者，在「本年度有／無」選「無」並寫明理由",
        false => "請填寫這張工作表",
    };
    let message = format!("「{} {}」完全沒有填寫", task.code, task.title);
    Some(
        breach(&TASK_BLANK, &answer.place, Some(&task.unit), &task.code, message)
            .severity(severity)
            .hint(hint),
    )
}

fn check_absence(task: &Task, answer: &Answer, n_rows: usize, out: &mut Diagnostics) {
    let Some(applies) = &answer.applies else { return };
    if matches!(&applies.value, Applies::No { reason } if reason.trim().is_empty()) {
        let subject = format!("{} 選「無」之理由", task.code);
        let message = format!("「{} {}」選「無」，但沒有寫理由", task.code, task.title);
        out.push(
            breach(&ABSENCE_WITHOUT_REASON, &applies.place, Some(&task.unit), subject, message)
                .hint("請在下一列寫明理由，例如「本年度查無此類案件」")
                .excerpt(switch_excerpt("無")),
        );
    }
    let figures: Vec<&str> = task
        .fields
        .iter()
        .filter(|field| {
            let figure = answer.fields.get(&field.key).and_then(|located| located.value.figure());
            figure.is_some_and(|figure| !figure.is_zero())
        })
        .map(|field| field.label.as_str())
        .collect();
    if figures.is_empty() && n_rows == 0 {
        return;
    }
    let mut what: Vec<String> = figures.iter().map(|label| format!("「{label}」")).collect();
    if n_rows > 0 {
        what.push(format!("明細 {n_rows} 列"));
    }
    let message = format!("「{} {}」選「無」，卻填了{}", task.code, task.title, what.join("、"));
    out.push(
        breach(
            &ABSENCE_CONTRADICTED,
            &applies.place,
            Some(&task.unit),
            format!("{} 本年度有／無", task.code),
            message,
        )
        .hint("確有辦理請改選「有」；確實沒有請清除這些內容")
        .excerpt(switch_excerpt("無")),
    );
}

fn switch_excerpt(chosen: &str) -> Option<Excerpt> {
    Some(Excerpt { cells: vec!["本年度有／無".to_owned(), chosen.to_owned()], marked: 1 })
}

/// The gaps of one task that was begun.
struct Gaps<'a> {
    task: &'a Task,
    answer: &'a Answer,
    told: &'a Told,
}

impl Gaps<'_> {
    fn knows(&self, place: &Place, subject: &str) -> bool {
        self.told.knows(Some(&self.task.unit), place, subject)
    }

    fn switch(&self) -> Option<Diagnostic> {
        let subject = format!("{} 本年度有／無", self.task.code);
        if !self.task.may_be_absent
            || self.answer.applies.is_some()
            || self.knows(&self.answer.place, &subject)
        {
            return None;
        }
        let message =
            format!("「{} {}」未選「有」或「無」；因已填寫內容，視為「有」", self.task.code, self.task.title);
        Some(
            breach(&SWITCH_BLANK, &self.answer.place, Some(&self.task.unit), subject, message)
                .hint("請在「本年度有／無」選一個"),
        )
    }

    fn narrative(&self) -> Option<Diagnostic> {
        let severity = demanded(self.task.narrative)?;
        let subject = format!("{} 執行情形", self.task.code);
        let place = &self.answer.narrative_place;
        if !self.answer.narrative.is_empty() || self.knows(place, &subject) {
            return None;
        }
        let message = format!("「{} {}」沒有寫執行情形{}", self.task.code, self.task.title, ground(severity));
        Some(
            breach(&NARRATIVE_BLANK, place, Some(&self.task.unit), subject, message)
                .severity(severity)
                .hint("請寫明辦理情形與成果，一列一段；可自 Word 整批貼上"),
        )
    }

    fn fields(&self) -> Vec<Diagnostic> {
        let mut gaps = Vec::new();
        for field in self.task.fields.iter().filter(|field| field.derive.is_none()) {
            let Some(severity) = demanded(field.demand) else { continue };
            let subject = field_subject(self.task, field);
            let place = field_place(self.answer, &field.key);
            if self.answer.fields.contains_key(&field.key) || self.knows(place, &subject) {
                continue;
            }
            let message = format!("「{}」空白{}", field.label, ground(severity));
            gaps.push(
                breach(&FIELD_BLANK, place, Some(&self.task.unit), subject, message)
                    .severity(severity)
                    .hint(fill_in(&field.hint))
                    .excerpt(field_excerpt(field, None)),
            );
        }
        gaps
    }
}

fn fill_in(hint: &str) -> String {
    match hint.is_empty() {
        true => "請填寫；數量為零請填 0，確實沒有請填「無」".to_owned(),
        false => format!("請填寫（{hint}）；確實沒有請填「無」"),
    }
}

fn check_table(rows: &TableRows, told: &Told, out: &mut Diagnostics) {
    if rows.rows.is_empty() {
        let Some(severity) = demanded(rows.table.demand) else { return };
        let subject = rows.subject();
        if !told.knows(Some(rows.unit), &rows.place, &subject) {
            let message = format!("明細表「{}」沒有任何一列{}", rows.table.title, ground(severity));
            out.push(
                breach(&TABLE_EMPTY, &rows.place, Some(rows.unit), subject, message)
                    .severity(severity)
                    .hint("請逐列填寫；例示列不算"),
            );
        }
        return;
    }
    for (index, row) in rows.rows.iter().enumerate() {
        for column in rows.table.columns.iter().filter(|column| column.derive.is_none()) {
            let Some(severity) = demanded(column.demand) else { continue };
            if row.values.contains_key(&column.key) {
                continue;
            }
            let subject = rows.cell_subject(index, column);
            let place = row.cells.get(&column.key).unwrap_or(&row.place);
            if told.knows(Some(rows.unit), place, &subject) {
                continue;
            }
            let message = format!(
                "「{}」第 {} 筆的「{}」空白{}",
                rows.table.title,
                index + 1,
                column.label,
                ground(severity)
            );
            out.push(
                breach(&COLUMN_BLANK, place, Some(rows.unit), subject, message)
                    .severity(severity)
                    .hint(fill_in(&column.hint))
                    .excerpt(rows.excerpt(row, &column.key)),
            );
        }
    }
}
