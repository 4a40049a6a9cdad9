//! One cell to one typed value, or to what is wrong with it.
//!
//! Forgives dirt (full-width digits, separators, any spelling of a date), says what it
//! assumed, and never guesses. Whether the value is allowed — required, in range, inside the
//! period — is the checks' affair.

mod choices;
mod days;
mod folding;
mod mending;
mod numbers;
mod texts;

use crate::diagnostic::{Rule, Severity};
use crate::grid::Cell;
use crate::identity;
use crate::plan::{Period, ValueKind};
use crate::repair::Entry;
use crate::submission::Value;

/// What a cell was read as, and what is to be said about it. A blank gives neither.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    pub value: Option<Value>,
    pub faults: Vec<Fault>,
}

/// Something wrong or doubtful about a cell; the caller adds the place.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub rule: &'static Rule,
    pub message: String,
    pub hint: String,
    /// What the cell should say instead; kept by [`read_value`] and [`read_tick`] only where that is certain.
    pub mended: Option<Entry>,
}

/// What a reading depends on beside the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueContext<'a> {
    /// Dates stored as plain numbers count from 1904.
    pub epoch_1904: bool,
    /// The assessed period; only examples in hints are taken from it.
    pub period: Period,
    /// What the question counts (人次); empty where it counts nothing.
    pub measure: &'a str,
}

/// Reads a cell as an answer of the kind.
///
/// - Figures (count, decimal, percent): 「無」「－」「N/A」 give `Value::Nothing`, 0 a zero figure.
///   Percents are kept as 0–100.
/// - A date span is always `Value::Span`; a single day is its first and last.
/// - Texts keep 「無」 as written; document numbers, telephones, mails, dates and choices give
///   `Value::Nothing` for it, unless it is one of the options.
/// - Many-of questions in one cell: options with 、 or line breaks between them. A split lies in
///   several cells and cannot be read from one: its parts are counts.
///
/// A fault's `mended` is confirmed: the cell that says it instead gives no fault, and the value of this
/// reading where this one has a value.
pub fn read_value(kind: &ValueKind, cell: &Cell, context: &ValueContext<'_>) -> Reading {
    let mut reading = read_as(kind, cell, context);
    let value = reading.value.clone();
    let holds = |entry: &Entry| {
        let anew = read_as(kind, &entry.cell(), context);
        anew.faults.is_empty() && anew.value.is_some() && (value.is_none() || anew.value == value)
    };
    mending::confirm(&mut reading.faults, cell, holds);
    reading
}

fn read_as(kind: &ValueKind, cell: &Cell, context: &ValueContext<'_>) -> Reading {
    if let Some(fault) = unusable(cell) {
        return Reading::fault(fault);
    }
    match kind {
        ValueKind::Text => texts::read_text(cell),
        ValueKind::DocumentNumber => texts::read_document_number(cell),
        ValueKind::Telephone => texts::read_telephone(cell),
        ValueKind::Email => texts::read_email(cell),
        ValueKind::Count | ValueKind::Split(_) => numbers::read_count(cell, context.measure),
        ValueKind::Decimal => numbers::read_decimal(cell, context.measure),
        ValueKind::Percent => numbers::read_percent(cell, context.measure),
        ValueKind::Date => days::read_day(cell, context),
        ValueKind::DateSpan => days::read_span(cell, context),
        ValueKind::Choice(options) => choices::read_choice(cell, options),
        ValueKind::Choices(options) => choices::read_choices(cell, options),
        ValueKind::Flag => match choices::read_tick(cell) {
            Ok(flag) => Reading::value(Value::Flag(flag)),
            Err(fault) => Reading::fault(fault),
        },
    }
}

/// Reads a tick: TRUE, 1, ✓, V, ■, 是, 有 … or FALSE, 0, □, 否, 無 …; ○ and × mean different
/// things to different people and are refused.
pub fn read_tick(cell: &Cell) -> Result<bool, Fault> {
    let Some(fault) = unusable(cell) else {
        let mut read = choices::read_tick(cell);
        if let Err(fault) = &mut read {
            let holds = |entry: &Entry| choices::read_tick(&entry.cell()).is_ok();
            mending::confirm(std::slice::from_mut(fault), cell, holds);
        }
        return read;
    };
    Err(fault)
}

/// Cells that hold no answer of any kind.
fn unusable(cell: &Cell) -> Option<Fault> {
    let fault = |rule, message: String, hint: &str| Some(Fault::new(rule, message, hint));
    match cell {
        Cell::Uncomputed => fault(
            &FORMULA_UNCOMPUTED,
            "這一格是公式，但檔案裡沒有存下計算結果".to_owned(),
            "請用 Excel 或 LibreOffice 開啟檔案，存檔後再繳交；或直接填入結果。",
        ),
        Cell::Error(code) => cell_error(code),
        Cell::Text(text) if folding::is_error_code(text) => cell_error(text.trim()),
        Cell::Duration(_) => fault(
            &VALUE_IS_A_TIME,
            "這一格存的是時間長度，不是本欄的答案".to_owned(),
            "請把儲存格格式改為「文字」，重新輸入。",
        ),
        _ => None,
    }
}

fn cell_error(code: &str) -> Option<Fault> {
    let message = format!("這一格顯示錯誤值「{}」", folding::cut(code));
    Some(Fault::new(&CELL_ERROR, message, "請修正公式，或直接填入正確的內容。"))
}

impl Reading {
    fn value(value: Value) -> Self {
        Reading { value: Some(value), faults: Vec::new() }
    }

    fn fault(fault: Fault) -> Self {
        Reading { value: None, faults: vec![fault] }
    }

    fn with(mut self, fault: Option<Fault>) -> Self {
        self.faults.extend(fault);
        self
    }
}

impl Fault {
    /// Identity numbers never reach a message whole, whatever was typed into the cell.
    fn new(rule: &'static Rule, message: impl AsRef<str>, hint: impl AsRef<str>) -> Self {
        let (message, hint) = (identity::mask(message.as_ref()), identity::mask(hint.as_ref()));
        Fault { rule, message, hint, mended: None }
    }

    fn mended(mut self, entry: Option<Entry>) -> Self {
        self.mended = entry;
        self
    }
}

/// A formula without a stored result.
pub static FORMULA_UNCOMPUTED: Rule = Rule {
    id: "formula-uncomputed",
    severity: Severity::Error,
    title: "公式尚未計算",
    explanation: "檢查儲存格裡的公式是否存有計算結果。\n\n\
        有些網頁或程式產生的檔案只有公式而沒有結果，若當成空白或 0，數字就錯了。\n\n\
        用 Excel 或 LibreOffice 開啟檔案、存檔後再放回資料夾；或把結果直接填進儲存格。",
    answerable: false,
};

/// `#DIV/0!`, `#REF!` and so on.
pub static CELL_ERROR: Rule = Rule {
    id: "cell-error",
    severity: Severity::Error,
    title: "儲存格是錯誤值",
    explanation: "檢查儲存格是否為 #DIV/0!、#REF!、#VALUE! 等錯誤值。\n\n\
        錯誤值表示公式算不出來，無法判斷原本要填什麼。\n\n\
        修正公式，或直接填入正確的內容後存檔。",
    answerable: false,
};

/// A time of day or duration where an answer is expected.
pub static VALUE_IS_A_TIME: Rule = Rule {
    id: "value-is-a-time",
    severity: Severity::Error,
    title: "填成時間",
    explanation: "檢查儲存格是否被試算表當成時間。\n\n\
        輸入 14:00 這類內容時，試算表會改存成時間，原本的文字就不見了。\n\n\
        把儲存格格式改為「文字」，再重新輸入。",
    answerable: false,
};

/// Every rule of reading a cell.
pub static RULES: &[&Rule] = &[
    &FORMULA_UNCOMPUTED,
    &CELL_ERROR,
    &VALUE_IS_A_TIME,
    &numbers::VALUE_NOT_A_NUMBER,
    &numbers::NUMBER_APPROXIMATE,
    &numbers::NUMBER_WITH_WORDS,
    &numbers::COUNT_NOT_WHOLE,
    &numbers::COUNT_NEGATIVE,
    &numbers::PERCENT_READ_AS_FRACTION,
    &days::VALUE_NOT_A_DATE,
    &days::DATE_INVALID,
    &days::DATE_INCOMPLETE,
    &days::DATE_AMBIGUOUS,
    &days::DATE_NOT_ONE_DAY,
    &days::DATE_READ_AS_ROC,
    &days::DATE_READ_FROM_SERIAL,
    &days::DATE_WEEKDAY_MISMATCH,
    &days::DATE_SPAN_FILLED_OUT,
    &choices::VALUE_NOT_A_CHOICE,
    &choices::TICK_UNREADABLE,
    &texts::TEXT_READ_FROM_DATE,
    &texts::TEXT_DIGITS_LOST,
    &texts::DOCUMENT_NUMBER_ODD,
    &texts::TELEPHONE_ODD,
    &texts::EMAIL_MALFORMED,
];
