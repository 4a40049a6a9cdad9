//! Cells read as answers: what is forgiven, what is said, what is refused.

use huibian::figure::Figure;
use huibian::grid::Cell;
use huibian::intake::values::{RULES, Reading, ValueContext, read_tick, read_value};
use huibian::plan::{Period, ValueKind};
use huibian::submission::Value;
use jiff::civil::{Date, date, datetime};
use proptest::prelude::*;

const CONTEXT: ValueContext = ValueContext {
    epoch_1904: false,
    period: Period { first: date(2021, 1, 1), last: date(2021, 12, 31) },
    measure: "人次",
};

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn read(kind: &ValueKind, cell: &Cell) -> (Option<Value>, Vec<&'static str>) {
    let Reading { value, faults } = read_value(kind, cell, &CONTEXT);
    for fault in &faults {
        assert!(!fault.message.is_empty() && !fault.hint.is_empty(), "{fault:?}");
        assert!(RULES.contains(&fault.rule), "{}", fault.rule.id);
    }
    (value, faults.iter().map(|fault| fault.rule.id).collect())
}

fn figure(text: &str) -> Option<Value> {
    Some(Value::Figure(Figure::parse(text).expect("a figure of the test")))
}

fn options(options: &[&str]) -> Vec<String> {
    options.iter().map(|option| (*option).to_owned()).collect()
}

#[test]
fn counts_in_every_spelling() {
    let kind = ValueKind::Count;
    for (typed, expected) in [
        ("12", "12"),
        ("１２", "12"),
        ("1,234", "1234"),
        ("１，２３４", "1234"),
        ("1，234，567", "1234567"),
        (" 12 ", "12"),
        ("+12", "12"),
        ("12.0", "12"),
        ("0", "0"),
        ("０", "0"),
    ] {
        assert_eq!(read(&kind, &text(typed)), (figure(expected), vec![]), "{typed}");
    }
    for (typed, expected) in [
        ("12人次", "12"),
        ("１２ 人", "12"),
        ("0場", "0"),
        ("共12場", "12"),
        ("十二", "12"),
        ("三場", "3"),
        ("100、200", "100200"),
    ] {
        let expected = (figure(expected), vec!["number-with-words"]);
        assert_eq!(read(&kind, &text(typed)), expected, "{typed}");
    }
    for (typed, rule) in [
        ("約50", "number-approximate"),
        ("50餘人", "number-approximate"),
        ("100以上", "number-approximate"),
        ("10~20", "number-approximate"),
        ("10-20", "number-approximate"),
        ("3至5", "number-approximate"),
        ("△12", "count-negative"),
        ("▲12", "count-negative"),
        ("(12)", "count-negative"),
        ("－12", "count-negative"),
        ("12.5", "count-not-whole"),
        ("95%", "value-not-a-number"),
        ("1,23", "value-not-a-number"),
        ("12,34,567", "value-not-a-number"),
        ("1.2萬", "value-not-a-number"),
        ("9成", "value-not-a-number"),
        ("九成三", "value-not-a-number"),
        ("三分之二", "value-not-a-number"),
        ("男12女13", "value-not-a-number"),
        ("12男13女", "value-not-a-number"),
        ("12、13", "value-not-a-number"),
        ("12 13", "value-not-a-number"),
        ("12\n13", "value-not-a-number"),
        ("詳附件", "value-not-a-number"),
        ("1.2.3", "value-not-a-number"),
        ("NaN", "value-not-a-number"),
        ("1e5", "value-not-a-number"),
        ("99999999999999999999999999999999", "value-not-a-number"),
    ] {
        assert_eq!(read(&kind, &text(typed)), (None, vec![rule]), "{typed}");
    }
}

#[test]
fn number_cells_are_taken_as_they_are() {
    assert_eq!(read(&ValueKind::Count, &Cell::Number(12.0)), (figure("12"), vec![]));
    assert_eq!(read(&ValueKind::Decimal, &Cell::Number(0.1)), (figure("0.1"), vec![]));
    assert_eq!(read(&ValueKind::Decimal, &text("△1,234.50")), (figure("-1234.50"), vec![]));
    assert_eq!(read(&ValueKind::Count, &Cell::Number(12.5)), (None, vec!["count-not-whole"]));
    assert_eq!(read(&ValueKind::Count, &Cell::Number(-1.0)), (None, vec!["count-negative"]));
    for number in [f64::NAN, f64::INFINITY, 1e300] {
        let expected = (None, vec!["value-not-a-number"]);
        assert_eq!(read(&ValueKind::Count, &Cell::Number(number)), expected);
    }
    let stored = Cell::Date { value: datetime(2021, 3, 4, 0, 0, 0, 0), proleptic: false };
    assert_eq!(read(&ValueKind::Count, &stored), (None, vec!["value-not-a-number"]));
}

#[test]
fn an_explicit_none_is_no_blank_and_no_zero() {
    for typed in ["無", "尚無", "-", "－", "—", "N/A", "本年度無", "未辦理"] {
        for kind in [ValueKind::Count, ValueKind::Decimal, ValueKind::Percent, ValueKind::Date] {
            assert_eq!(read(&kind, &text(typed)), (Some(Value::Nothing), vec![]), "{typed}");
        }
    }
    assert_eq!(read(&ValueKind::Count, &text("0")), (figure("0"), vec![]));
    let kept = Some(Value::Text("無".to_owned()));
    assert_eq!(read(&ValueKind::Text, &text("無")), (kept, vec![]));
}

#[test]
fn percents_are_kept_out_of_a_hundred() {
    let kind = ValueKind::Percent;
    for typed in ["95", "95%", "95.0％", "９５％", "百分之95", " 95 %"] {
        assert_eq!(read(&kind, &text(typed)), (figure("95"), vec![]), "{typed}");
    }
    assert_eq!(read(&kind, &Cell::Number(0.95)), (figure("95"), vec![]));
    assert_eq!(read(&kind, &Cell::Number(95.0)), (figure("95"), vec![]));
    assert_eq!(read(&kind, &Cell::Number(0.0)), (figure("0"), vec![]));
    let as_fraction = vec!["percent-read-as-fraction"];
    assert_eq!(read(&kind, &text("0.95")), (figure("95"), as_fraction.clone()));
    assert_eq!(read(&kind, &Cell::Number(1.0)), (figure("100"), as_fraction));
    assert_eq!(read(&kind, &text("0.95%")), (figure("0.95"), vec![]));
    assert_eq!(read(&kind, &text("1%")), (figure("1"), vec![]));
}

#[test]
fn dates_from_every_kind_of_cell() {
    let kind = ValueKind::Date;
    let expected = Some(Value::Date(date(2021, 3, 26)));
    let stored =
        |year, month, day, proleptic| Cell::Date { value: datetime(year, month, day, 0, 0, 0, 0), proleptic };
    assert_eq!(read(&kind, &text("110.03.26")), (expected.clone(), vec![]));
    assert_eq!(read(&kind, &Cell::Number(1_100_326.0)), (expected.clone(), vec![]));
    assert_eq!(read(&kind, &stored(2021, 3, 26, true)), (expected.clone(), vec![]));
    let as_roc = (expected.clone(), vec!["date-read-as-roc"]);
    assert_eq!(read(&kind, &stored(110, 3, 25, true)), as_roc);
    assert_eq!(read(&kind, &stored(110, 3, 26, false)), as_roc);
    let from_serial = (expected.clone(), vec!["date-read-from-serial"]);
    assert_eq!(read(&kind, &Cell::Number(44281.0)), from_serial);
    assert_eq!(read(&kind, &text("44281")), from_serial);
    let mismatch = (expected, vec!["date-weekday-mismatch"]);
    assert_eq!(read(&kind, &text("110年3月26日（星期四）")), mismatch);
    for (cell, rule) in [
        (text("待定"), "value-not-a-date"),
        (Cell::Flag(true), "value-not-a-date"),
        (Cell::Number(70_000.5), "date-invalid"),
        (Cell::Number(110.3), "date-invalid"),
        (text("110年2月29日"), "date-invalid"),
        (stored(1700, 1, 1, true), "date-invalid"),
        (text("3月26日"), "date-incomplete"),
        (text("110年3月"), "date-incomplete"),
        (text("99/3/26"), "date-ambiguous"),
        (text("3/4/2021"), "date-ambiguous"),
        (text("110.03.26-28"), "date-not-one-day"),
    ] {
        assert_eq!(read(&kind, &cell), (None, vec![rule]), "{cell:?}");
    }
}

#[test]
fn spans_have_a_first_and_a_last_day() {
    let kind = ValueKind::DateSpan;
    let span = |first: Date, last: Date| Some(Value::Span(first, last));
    let (first, last) = (date(2021, 3, 26), date(2021, 3, 28));
    assert_eq!(read(&kind, &text("110.03.26-28")), (span(first, last), vec![]));
    assert_eq!(read(&kind, &text("110.03.26")), (span(first, first), vec![]));
    let year = span(date(2021, 1, 1), date(2021, 12, 31));
    assert_eq!(read(&kind, &text("110年度")), (year, vec!["date-span-filled-out"]));
    assert_eq!(read(&kind, &text("110.3.26、28")), (None, vec!["date-invalid"]));
}

#[test]
fn choices_forgive_widths_and_variants_but_not_other_words() {
    let kind = ValueKind::Choice(options(&["臺北", "協定/MOU", "民間團體(NGO)", "其他"]));
    for (typed, option) in [
        ("台北", "臺北"),
        ("協定／ｍｏｕ", "協定/MOU"),
        ("民間團體（NGO）", "民間團體(NGO)"),
        (" 其 他", "其他"),
    ] {
        let expected = (Some(Value::Choice(option.to_owned())), vec![]);
        assert_eq!(read(&kind, &text(typed)), expected, "{typed}");
    }
    assert_eq!(read(&kind, &text("－")), (Some(Value::Nothing), vec![]));
    let reading = read_value(&kind, &text("民間團體"), &CONTEXT);
    assert_eq!(reading.value, None);
    assert_eq!(reading.faults[0].rule.id, "value-not-a-choice");
    assert!(reading.faults[0].hint.contains("民間團體(NGO)"), "{:?}", reading.faults);
    let reading = read_value(&kind, &text("火星"), &CONTEXT);
    assert!(reading.faults[0].hint.contains("臺北、協定/MOU"), "{:?}", reading.faults);
}

#[test]
fn several_choices_stand_in_the_plans_order() {
    let kind = ValueKind::Choices(options(&["中", "英", "印尼", "企業/工廠"]));
    let expected = (Some(Value::Choices(options(&["中", "印尼"]))), vec![]);
    assert_eq!(read(&kind, &text("印尼、中")), expected);
    let expected = (Some(Value::Choices(options(&["企業/工廠"]))), vec![]);
    assert_eq!(read(&kind, &text("企業／工廠")), expected);
    assert_eq!(read(&kind, &text("中、火星文")), (None, vec!["value-not-a-choice"]));
}

#[test]
fn ticks_are_marks_and_everything_else_is_asked_about() {
    for typed in ["V", "v", "Ｖ", "✓", "✔\u{fe0f}", "√", "■", "☑", "是", "有", "TRUE", "1", "已遮蔽"]
    {
        assert_eq!(read_tick(&text(typed)), Ok(true), "{typed}");
    }
    for typed in ["否", "無", "0", "□", "FALSE", "－", "未遮蔽"] {
        assert_eq!(read_tick(&text(typed)), Ok(false), "{typed}");
    }
    assert_eq!(read_tick(&Cell::Flag(true)), Ok(true));
    assert_eq!(read_tick(&Cell::Number(1.0)), Ok(true));
    assert_eq!(read_tick(&Cell::Number(0.0)), Ok(false));
    for cell in [text("×"), text("○"), text("x"), text("部分"), Cell::Number(2.0)] {
        let fault = read_tick(&cell).expect_err("no tick");
        assert_eq!(fault.rule.id, "tick-unreadable");
    }
    let expected = (Some(Value::Flag(true)), vec![]);
    assert_eq!(read(&ValueKind::Flag, &text("是")), expected);
}

#[test]
fn texts_are_one_line_and_damage_is_said() {
    let kept = |text: &str| Some(Value::Text(text.to_owned()));
    assert_eq!(read(&ValueKind::Text, &text("王小明\n李大同")), (kept("王小明 李大同"), vec![]));
    assert_eq!(read(&ValueKind::Text, &text("宣導，\n講習")), (kept("宣導，講習"), vec![]));
    assert_eq!(read(&ValueKind::Text, &Cell::Number(3.0)), (kept("3"), vec![]));
    let stored = Cell::Date { value: datetime(2021, 3, 4, 0, 0, 0, 0), proleptic: false };
    let expected = (kept("110/03/04"), vec!["text-read-from-date"]);
    assert_eq!(read(&ValueKind::Text, &stored), expected);

    let kind = ValueKind::DocumentNumber;
    let number = "府社字第1100365165號";
    assert_eq!(read(&kind, &text(number)), (kept(number), vec![]));
    assert_eq!(read(&kind, &Cell::Number(1_100_365_165.0)), (kept("1100365165"), vec![]));
    assert_eq!(read(&kind, &text("詳附件")), (kept("詳附件"), vec!["document-number-odd"]));
    assert_eq!(read(&kind, &text("無")), (Some(Value::Nothing), vec![]));

    let kind = ValueKind::Telephone;
    let number = "03-5216121#123";
    assert_eq!(read(&kind, &text("０３－５２１６１２１＃１２３")), (kept(number), vec![]));
    assert_eq!(read(&kind, &text("03-5216121轉123")), (kept("03-5216121轉123"), vec![]));
    assert_eq!(read(&kind, &Cell::Number(123.0)), (kept("123"), vec![]));
    let expected = (kept("35216121"), vec!["text-digits-lost"]);
    assert_eq!(read(&kind, &Cell::Number(35_216_121.0)), expected);
    assert_eq!(read(&kind, &text("同上")), (kept("同上"), vec!["telephone-odd"]));

    let kind = ValueKind::Email;
    assert_eq!(read(&kind, &text("ａ.b@example.gov.tw")), (kept("a.b@example.gov.tw"), vec![]));
    for typed in ["a@b", "a b@example.tw", "@example.tw", "a@example..tw", "a@b.tw;c@d.tw", "a@例.tw"] {
        assert_eq!(read(&kind, &text(typed)), (None, vec!["email-malformed"]), "{typed}");
    }
}

#[test]
fn cells_without_an_answer_are_never_zero() {
    for kind in [ValueKind::Text, ValueKind::Count, ValueKind::Date, ValueKind::Flag] {
        assert_eq!(read(&kind, &Cell::Uncomputed), (None, vec!["formula-uncomputed"]));
        assert_eq!(read(&kind, &Cell::Error("#REF!".to_owned())), (None, vec!["cell-error"]));
        assert_eq!(read(&kind, &text("#DIV/0!")), (None, vec!["cell-error"]));
        let duration = Cell::Duration("PT14H".to_owned());
        assert_eq!(read(&kind, &duration), (None, vec!["value-is-a-time"]));
    }
}

#[test]
fn messages_never_echo_an_identity_number() {
    for kind in [ValueKind::Count, ValueKind::Date, ValueKind::Email, ValueKind::Flag] {
        for typed in ["O199999992", "甲乙丙丁戊己庚辛壬癸子丑寅卯Ｏ１９９９９９９９２"]
        {
            for fault in read_value(&kind, &text(typed), &CONTEXT).faults {
                let said = format!("{}{}", fault.message, fault.hint);
                assert!(!said.contains("9999999") && !said.contains("９９９"), "{said}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_cell_makes_a_reading_panic(typed in ".{0,20}", number in any::<f64>(), which in 0usize..13) {
        let kinds = [
            ValueKind::Text, ValueKind::DocumentNumber, ValueKind::Telephone, ValueKind::Email,
            ValueKind::Count, ValueKind::Decimal, ValueKind::Percent, ValueKind::Date,
            ValueKind::DateSpan, ValueKind::Choice(options(&["甲"])),
            ValueKind::Choices(options(&["甲"])), ValueKind::Flag, ValueKind::Split(vec![]),
        ];
        let _ = read(&kinds[which], &text(&typed));
        let _ = read(&kinds[which], &Cell::Number(number));
    }

    #[test]
    fn grouped_figures_read_back(count in 0i64..1_000_000_000_000) {
        let count = Figure::from(count);
        let reading = read(&ValueKind::Count, &text(&count.grouped(0)));
        prop_assert_eq!(reading, (Some(Value::Figure(count)), vec![]));
    }
}
