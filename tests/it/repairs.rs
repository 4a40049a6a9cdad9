//! Repairs: which are certain, what a copy changes, and `check --fix` as a clerk runs it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use huibian::container::{Packing, ZipSink};
use huibian::diagnostic::Diagnostics;
use huibian::figure::Figure;
use huibian::grid::{Cell, Grid};
use huibian::intake::values::{ValueContext, read_tick, read_value};
use huibian::inventory::sha256_hex;
use huibian::place::{CellRef, Place, RelPath};
use huibian::plan::{Period, ValueKind};
use huibian::repair::{CellRepair, Entry, Repair};
use huibian::worker::{Job, JobTask, Outcome, Repaired, run};
use huibian::{forms, intake, markup};
use jiff::civil::date;
use proptest::prelude::*;

use crate::support::workspace::Copy;
use crate::support::{answers, grid, parts, workspace};

const CONTEXT: ValueContext = ValueContext {
    epoch_1904: false,
    period: Period { first: date(2021, 1, 1), last: date(2021, 12, 31) },
    measure: "人次",
};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn modes() -> Vec<String> {
    words(&["實體", "線上", "企業/工廠", "有（含委託）"])
}

/// What a typed text is repaired to.
fn mended(kind: &ValueKind, typed: &str) -> Option<String> {
    mended_cell(kind, &Cell::Text(typed.to_owned()), &CONTEXT)
}

fn mended_cell(kind: &ValueKind, cell: &Cell, context: &ValueContext<'_>) -> Option<String> {
    let faults = read_value(kind, cell, context).faults;
    faults.into_iter().next()?.mended.map(|entry| match entry {
        Entry::Number(figure) => figure.to_string(),
        Entry::Text(text) => format!("「{text}」"),
    })
}

#[test]
fn figures_lose_what_says_no_more_than_the_question() {
    for (typed, expected) in [
        ("12人次", "12"),
        ("１２ 人次。", "12"),
        ("1,234（人次）", "1234"),
        ("共12人次", "12"),
        ("十二人次", "12"),
        ("三", "3"),
        ("「12」", "12"),
        ("'12", "12"),
        ("＝１２", "12"),
        ("1'234", "1234"),
        ("1_234_567", "1234567"),
    ] {
        assert_eq!(mended(&ValueKind::Count, typed).as_deref(), Some(expected), "{typed}");
    }
    assert_eq!(mended(&ValueKind::Decimal, "12 .5").as_deref(), Some("12.5"));
    // As a number it would show as 9500 % where the cell is shown as a percent.
    assert_eq!(mended(&ValueKind::Percent, "「95％」").as_deref(), Some("「95%」"));
}

#[test]
fn figures_that_could_be_others_stay_as_they_are() {
    for typed in [
        "12場",
        "12小時",
        "NT$12",
        "*12",
        "12 13",
        "1 234",
        "12, 345",
        "1'23",
        "100、200",
        "約12人次",
        "12.5人次",
        "-12人次",
        "(12)",
        "12男13女",
        "12人次以上",
        "1.2萬人次",
        "3月4日",
        "十二三",
        "=3+4",
        "12\"",
    ] {
        assert_eq!(mended(&ValueKind::Count, typed), None, "{typed}");
    }
    // It may be 95 % or 0.95 %: asked, whatever stands around it.
    assert_eq!(mended(&ValueKind::Percent, "0.95"), None);
    assert_eq!(mended(&ValueKind::Percent, "共0.95"), None);
    let without_measure = ValueContext { measure: "", ..CONTEXT };
    assert_eq!(mended_cell(&ValueKind::Count, &Cell::Text("12人次".to_owned()), &without_measure), None);
}

#[test]
fn dates_are_spelt_as_the_form_asks() {
    for (typed, expected) in [
        ("（110/03/26）", "「110/03/26」"),
        ("110，03，26", "「110/03/26」"),
        ("110、3、26", "「110/03/26」"),
        ("110 03 26", "「110/03/26」"),
        ("110_3_26", "「110/03/26」"),
        ("110\\03\\26", "「110/03/26」"),
        ("110/03.26", "「110/03/26」"),
        ("110.03/26", "「110/03/26」"),
        ("2021,3,26", "「110/03/26」"),
        ("44281", "「110/03/26」"),
    ] {
        assert_eq!(mended(&ValueKind::Date, typed).as_deref(), Some(expected), "{typed}");
    }
    let span = mended(&ValueKind::DateSpan, "「110/03/26-110/03/28」");
    assert_eq!(span.as_deref(), Some("「110/03/26-110/03/28」"));
    let serial = Cell::Number(44281.0);
    assert_eq!(mended_cell(&ValueKind::Date, &serial, &CONTEXT).as_deref(), Some("「110/03/26」"));
}

#[test]
fn dates_with_two_readings_stay_as_they_are() {
    for typed in [
        "99/3/26",
        "3/26",
        "3/26/2021",
        "110/3-5",
        "110/3-26",
        "110,2,29",
        "110 13 01",
        "110/3",
        "110年3月26日第二場",
        "110/03/26（四）",
        "110/03/26-",
        "10 03 26",
        "110、3、26、27",
        "110~03~26",
    ] {
        assert_eq!(mended(&ValueKind::Date, typed), None, "{typed}");
    }
    // Where days count from 1904 a copied number may be four years off; a time of day would be lost.
    let of_1904 = ValueContext { epoch_1904: true, ..CONTEXT };
    assert_eq!(mended_cell(&ValueKind::Date, &Cell::Number(44281.0), &of_1904), None);
    assert_eq!(mended_cell(&ValueKind::Date, &Cell::Number(44281.5), &CONTEXT), None);
    // What year a program meant by 112 AD, and in which calendar, is asked.
    let stored = Cell::Date { value: date(110, 3, 26).at(0, 0, 0, 0), proleptic: false };
    assert_eq!(mended_cell(&ValueKind::Date, &stored, &CONTEXT), None);
}

#[test]
fn choices_ticks_and_addresses_lose_stray_marks() {
    let one = ValueKind::Choice(modes());
    for (typed, expected) in [
        ("實體。", "「實體」"),
        ("「線上」", "「線上」"),
        ("企業／工廠、", "「企業/工廠」"),
        ("有含委託", "「有（含委託）」"),
    ] {
        assert_eq!(mended(&one, typed).as_deref(), Some(expected), "{typed}");
    }
    for typed in ["實體課", "實", "□實體", "≧線上", "實體、線上", "企業工廠", "。"] {
        assert_eq!(mended(&one, typed), None, "{typed}");
    }
    let many = ValueKind::Choices(words(&["中文", "英文", "企業", "工廠", "企業/工廠"]));
    assert_eq!(mended(&many, "英文及中文").as_deref(), Some("「中文、英文」"));
    assert_eq!(mended(&many, "中文 英文。").as_deref(), Some("「中文、英文」"));
    for typed in ["中文 德文", "企業/工廠。", "中英文"] {
        assert_eq!(mended(&many, typed), None, "{typed}");
    }
    let tick = |typed: &str| read_tick(&Cell::Text(typed.to_owned())).err().and_then(|fault| fault.mended);
    assert_eq!(tick("「V」"), Some(Entry::Text("V".to_owned())));
    assert_eq!(tick("（否）。"), Some(Entry::Text("否".to_owned())));
    for typed in ["○", "×", "V?", "(  )", "■是□否"] {
        assert_eq!(tick(typed), None, "{typed}");
    }
    for (typed, expected) in [
        ("name@example.gov.tw。", "「name@example.gov.tw」"),
        ("E-mail：name @ example.gov.tw", "「name@example.gov.tw」"),
        ("<name@example.gov.tw>", "「name@example.gov.tw」"),
        ("name@example。gov。tw", "「name@example.gov.tw」"),
    ] {
        assert_eq!(mended(&ValueKind::Email, typed).as_deref(), Some(expected), "{typed}");
    }
    for typed in ["wang ming@example.tw", "a@b.tw、c@d.tw", "name@example,gov,tw", "name.example.gov.tw"] {
        assert_eq!(mended(&ValueKind::Email, typed), None, "{typed}");
    }
}

#[test]
fn what_names_somebody_is_left_to_a_person() {
    assert_eq!(mended(&ValueKind::Choice(words(&["A123456789"])), "A123456789。"), None);
}

fn kinds() -> impl Strategy<Value = ValueKind> {
    prop_oneof![
        Just(ValueKind::Count),
        Just(ValueKind::Decimal),
        Just(ValueKind::Percent),
        Just(ValueKind::Date),
        Just(ValueKind::DateSpan),
        Just(ValueKind::Email),
        Just(ValueKind::Telephone),
        Just(ValueKind::DocumentNumber),
        Just(ValueKind::Text),
        Just(ValueKind::Flag),
        Just(ValueKind::Choice(modes())),
        Just(ValueKind::Choices(modes())),
    ]
}

/// Anything, and what looks like answers with something around them.
fn typed() -> impl Strategy<Value = String> {
    let digits = "[0-9０-９]{1,4}";
    let signs = "[,，、./／\\\\_ 　'\\-~。年月日]{0,2}";
    let around = "[「」（）()'\"=:。、 共約人次場%％Vv○實體線上@a-z]{0,4}";
    prop_oneof![
        any::<String>(),
        (around, digits, signs, digits, signs, digits, around)
            .prop_map(|(a, b, c, d, e, f, g)| format!("{a}{b}{c}{d}{e}{f}{g}")),
        (around, prop_oneof![Just("實體"), Just("V"), Just("a@b.tw"), Just("12"), Just("是")], around)
            .prop_map(|(a, b, c)| format!("{a}{b}{c}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    /// What is promised is what is read, nothing more is said of it, and it is not repaired again.
    #[test]
    fn a_repaired_cell_reads_as_promised(kind in kinds(), typed in typed()) {
        let before = read_value(&kind, &Cell::Text(typed.trim().to_owned()), &CONTEXT);
        let entries: Vec<Entry> = before.faults.iter().filter_map(|fault| fault.mended.clone()).collect();
        if let Some(entry) = entries.first() {
            prop_assert_eq!(entries.len(), before.faults.len(), "all or none");
            prop_assert!(entries.iter().all(|other| other == entry));
            let after = read_value(&kind, &entry.cell(), &CONTEXT);
            prop_assert!(after.value.is_some());
            prop_assert!(before.value.is_none() || before.value == after.value);
            prop_assert!(after.faults.is_empty());
        }
    }

    #[test]
    fn a_repaired_figure_has_the_digits_that_were_typed(whole in 0u32..10_000_000, words in "(人次|。|（人次）)") {
        let typed = format!("{}{words}", Figure::from(i64::from(whole)).grouped(0));
        prop_assert_eq!(mended(&ValueKind::Count, &typed), Some(whole.to_string()));
    }
}

/// A unit's workbook with answers that can be mended and some that cannot.
fn spoilt() -> Vec<u8> {
    let plan = answers::builtin_plan();
    let unit = plan.units.iter().find(|unit| unit.id.as_str() == "labour").unwrap();
    let mut given = answers::of_unit(unit);
    let rows = given["LAB03"]["rows"]["sessions"].as_array_mut().unwrap();
    for (row, column, text) in
        [(0, 0, "110、03、17"), (0, 5, "９人次"), (1, 2, "線上。"), (2, 0, "99/07/07"), (3, 5, "約6")]
    {
        rows[row].as_array_mut().unwrap()[column] = text.into();
    }
    forms::unit_workbook(&plan, &unit.id, &answers::unit(&plan, unit, &given)).unwrap()
}

fn file() -> RelPath {
    RelPath::new("勞工處/勞工處.xlsx")
}

fn diagnostics(grid: &Grid) -> Diagnostics {
    intake::submission(&answers::builtin_plan(), &"labour".into(), &file(), grid).1
}

fn wanted(grid: &Grid) -> Vec<CellRepair> {
    let diagnostics = diagnostics(grid);
    let repairs = diagnostics.iter().filter_map(|found| {
        let Place::Cell { sheet, cell, .. } = &found.place else { return None };
        Some(CellRepair { sheet: sheet.clone(), cell: *cell, repair: found.repair.clone()? })
    });
    repairs.collect()
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut sink = ZipSink::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        sink.entry(name, Packing::Stored, content.len() as u64, &mut &content[..]).unwrap();
    }
    sink.finish().unwrap().into_inner()
}

#[test]
fn a_copy_differs_in_its_repaired_cells_alone() {
    let before = spoilt();
    let repairs = wanted(&grid(&before));
    let shown: Vec<String> = repairs.iter().map(|repair| repair.repair.sentence()).collect();
    assert_eq!(shown, ["「110、03、17」→「110/03/17」", "「９人次」→「9」", "「線上。」→「線上」"]);
    let copy = markup::repair(&before, &repairs).unwrap();
    assert_eq!(copy, markup::repair(&before, &repairs).unwrap(), "the same bytes again");

    let (old, new) = (parts(&before), parts(&copy));
    assert!(old.keys().eq(new.keys()));
    let changed: Vec<&String> = old.keys().filter(|name| old[*name] != new[*name]).collect();
    let [sheet] = changed.as_slice() else { panic!("{changed:?}") };
    let cells = |parts: &BTreeMap<String, Vec<u8>>| -> Vec<String> {
        let text = String::from_utf8(parts[*sheet].clone()).unwrap();
        text.split_inclusive('>').collect::<String>().split("<c ").map(str::to_owned).collect()
    };
    let (old, new) = (cells(&old), cells(&new));
    assert_eq!(old.len(), new.len());
    let different: Vec<(&String, &String)> = old.iter().zip(&new).filter(|(old, new)| old != new).collect();
    assert_eq!(different.len(), 3, "{different:?}");
    let style = |cell: &str| cell.split("s=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for (old, new) in different {
        assert_eq!(style(old), style(new));
    }

    let (mut promised, after) = (grid(&before), grid(&copy));
    for CellRepair { sheet, cell, repair } in &repairs {
        let sheet = promised.sheets.iter_mut().find(|known| known.name == *sheet).unwrap();
        sheet.cells.insert(*cell, repair.new.cell());
    }
    assert_eq!(after, promised);
    assert_eq!(wanted(&after), [], "nothing is left to repair");
    let left: Vec<&str> = diagnostics(&after).iter().map(|found| found.rule.id).collect::<Vec<_>>();
    assert!(left.contains(&"date-ambiguous") && left.contains(&"number-approximate"), "{left:?}");
    assert_eq!(diagnostics(&after).len() + 3, diagnostics(&grid(&before)).len());
}

const ODS: &str = r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body><office:spreadsheet><table:table table:name="表"><table:table-row table:number-rows-repeated="3"><table:table-cell table:style-name="ce1" table:number-columns-repeated="3" office:value-type="string" calcext:value-type="string"><text:p>12<text:span>人次</text:span></text:p></table:table-cell></table:table-row><table:table-row><table:table-cell office:value-type="float" office:value="44281"><office:annotation><text:p>自己的話</text:p></office:annotation><text:p>44281</text:p></table:table-cell><table:table-cell table:formula="of:=[.A1]" office:value-type="string" office:string-value="12人次"><text:p>12人次</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;

fn ods(content: &[u8]) -> Vec<u8> {
    packed(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)])
}

fn of(cell: &str, old: &str, new: Entry) -> CellRepair {
    let cell = CellRef::parse(cell).unwrap();
    CellRepair { sheet: "表".to_owned(), cell, repair: Repair { old: old.to_owned(), new } }
}

fn number(text: &str) -> Entry {
    Entry::Number(Figure::parse(text).unwrap())
}

/// As a worker repairs: read before, repaired, read again.
fn worked(bytes: &[u8], repairs: &[CellRepair]) -> (Outcome, Option<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book");
    fs::write(&path, bytes).unwrap();
    let task = JobTask::RepairWorkbook { repairs: repairs.to_vec(), folder: folder.path().to_owned() };
    let outcome = run(&Job { path, sha256: sha256_hex(bytes), task });
    let copy = match &outcome {
        Outcome::Repaired(Repaired { copy: Some(handle), .. }) => {
            Some(fs::read(folder.path().join(&handle.0)).unwrap())
        }
        _ => None,
    };
    (outcome, copy)
}

#[test]
fn an_ods_is_repaired_where_one_cell_stands_for_many() {
    let before = ods(ODS.as_bytes());
    let day = Entry::Text("110/03/26".to_owned());
    let repairs = [of("B2", "12人次", number("12")), of("A4", "44281", day.clone())];
    let (outcome, copy) = worked(&before, &repairs);
    assert!(matches!(&outcome, Outcome::Repaired(Repaired { left, .. }) if left.is_empty()), "{outcome:?}");
    let copy = copy.unwrap();
    let (old, new) = (grid(&before), grid(&copy));
    let cell = |cell: &str| &new.sheets[0].cells[&CellRef::parse(cell).unwrap()];
    assert_eq!((cell("B2"), cell("A4")), (&Cell::Number(12.0), &day.cell()));
    assert_eq!(cell("A2"), &Cell::Text("12人次".to_owned()));
    assert_eq!(old.sheets[0].cells.len(), new.sheets[0].cells.len());
    let content = String::from_utf8(parts(&copy)["content.xml"].clone()).unwrap();
    for kept in [
        "<table:table-cell table:style-name=\"ce1\" office:value-type=\"float\" office:value=\"12\" calcext:value-type=\"float\"><text:p>12</text:p>",
        "<table:table-cell office:value-type=\"string\"><office:annotation><text:p>自己的話</text:p></office:annotation><text:p>110/03/26</text:p>",
    ] {
        assert!(content.contains(kept), "{content}");
    }
}

#[test]
fn formulas_and_cells_that_changed_are_not_written_over() {
    let before = ods(ODS.as_bytes());
    assert!(grid(&before).sheets[0].computed.contains(&CellRef::parse("B4").unwrap()));
    assert!(markup::repair(&before, &[of("B4", "12人次", number("12"))]).is_err());
    assert!(markup::repair(&before, &[of("Z9", "12人次", number("12"))]).is_err());
    let (outcome, copy) = worked(&before, &[of("A1", "13人次", number("13"))]);
    assert!(
        matches!(&outcome, Outcome::Repaired(Repaired { copy: None, left }) if left.len() == 1),
        "{outcome:?}"
    );
    assert_eq!(copy, None);

    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("表").unwrap();
    let as_date = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d");
    sheet.write_string(0, 0, "12人次").unwrap();
    // A figure in it would show as a day of 1900.
    sheet.write_string_with_format(1, 0, "12人次", &as_date).unwrap();
    sheet.write_formula(2, 0, rust_xlsxwriter::Formula::new("=A1").set_result("12人次")).unwrap();
    let before = workbook.save_to_buffer().unwrap();
    assert_eq!(grid(&before).sheets[0].computed.len(), 1);
    assert!(markup::repair(&before, &[of("A3", "12人次", number("12"))]).is_err());
    let (outcome, copy) =
        worked(&before, &[of("A1", "12人次", number("12")), of("A2", "12人次", number("12"))]);
    let Outcome::Repaired(Repaired { left, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(left.iter().map(|left| left.cell.to_string()).collect::<Vec<_>>(), ["A2"]);
    let cells = &grid(&copy.unwrap()).sheets[0].cells;
    assert_eq!(cells[&CellRef::new(0, 0)], Cell::Number(12.0));
    assert_eq!(cells[&CellRef::new(1, 0)], Cell::Text("12人次".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn damaged_ods_content_costs_the_copy_alone(at in 0usize..ODS.len(), byte: u8) {
        let mut content = ODS.as_bytes().to_vec();
        content[at] = byte;
        let repairs = [of("B2", "12人次", number("12")), of("A4", "44281", number("1"))];
        if let Ok(copy) = markup::repair(&ods(&content), &repairs) {
            parts(&copy);
        }
    }

    #[test]
    fn damaged_sheets_cost_the_copy_alone(at in 0usize..4_000, byte: u8) {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet().set_name("表").unwrap();
        sheet.write_string(1, 1, "12人次").unwrap();
        let mut damaged = parts(&workbook.save_to_buffer().unwrap());
        let content = damaged.get_mut("xl/worksheets/sheet1.xml").unwrap();
        let at = at % content.len();
        content[at] = byte;
        let listed: Vec<(&str, &[u8])> = damaged.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
        if let Ok(copy) = markup::repair(&packed(&listed), &[of("B2", "12人次", number("12"))]) {
            parts(&copy);
        }
    }
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn check(copy: &Copy, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .arg("check")
        .args(["--today", "111-02-10", "--no-convert"])
        .args(arguments)
        .current_dir(copy.folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn listing(folder: &Path) -> Vec<String> {
    let files = workspace::files(folder).into_iter();
    files.map(|path| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/")).collect()
}

#[test]
fn a_clerk_takes_corrected_copies_and_puts_them_in_place() {
    let copy = Copy::without_evidence();
    copy.write("勞工處/勞工處.xlsx", &spoilt());
    let inputs = copy.snapshot();
    let first = check(&copy, &["--fix"]);
    assert_eq!((first.code, first.err.as_str()), (1, ""));
    assert_eq!(copy.snapshot(), inputs, "inputs stay as they are");
    for said in [
        "= 可自動修正：「９人次」→「9」",
        "其中 3 個可自動修正",
        "已自動修正 3 格。修正後的複本與「修正紀錄.csv」放在「output-fix」，原檔沒有更動：",
        "：「線上。」→「線上」",
        "複製到「inputs」的相同位置",
    ] {
        assert!(first.out.replace('\n', "").contains(&said.replace('\n', "")), "{said}\n{}", first.out);
    }
    let fixed = copy.folder.path().join("output-fix");
    assert_eq!(listing(&fixed), ["修正紀錄.csv", "內部/產出清單.json", "勞工處/勞工處.xlsx"]);
    let log = fs::read_to_string(fixed.join("修正紀錄.csv")).unwrap();
    let lines: Vec<&str> = log.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 4, "{log}");
    assert_eq!(lines[0], "檔案,工作表,儲存格,原內容,修正後,規則,結果");
    assert!(lines[1].starts_with("勞工處/勞工處.xlsx,勞03 教育訓練,"), "{log}");
    assert!(lines[1].ends_with(",110、03、17,110/03/17,value-not-a-date,已修正"), "{log}");
    let bytes = fs::read(fixed.join("勞工處/勞工處.xlsx")).unwrap();

    check(&copy, &["--fix"]);
    assert_eq!(fs::read(fixed.join("勞工處/勞工處.xlsx")).unwrap(), bytes, "the same bytes again");

    copy.write("勞工處/勞工處.xlsx", &bytes);
    let second = check(&copy, &["--fix=again"]);
    assert!(second.out.contains("沒有可自動修正之處，未寫出檔案。"), "{}", second.out);
    assert!(!second.out.contains("可自動修正："), "{}", second.out);
    assert!(!copy.folder.path().join("again").exists());
}

#[test]
fn a_report_in_json_names_the_repairs_and_stands_alone_on_standard_output() {
    let copy = Copy::without_evidence();
    copy.write("勞工處/勞工處.xlsx", &spoilt());
    let said = check(&copy, &["--format", "json", "--fix=copies"]);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let repairs: Vec<String> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|found| found.get("repair").map(|repair| repair.to_string()))
        .collect();
    assert!(repairs.contains(&r#"{"old":"９人次","new":{"number":"9"}}"#.to_owned()), "{repairs:?}");
    assert!(said.err.contains("已自動修正 3 格"), "{}", said.err);
    assert!(copy.folder.path().join("copies/勞工處/勞工處.xlsx").is_file());
    let refused = check(&copy, &["--fix=inputs"]);
    assert_eq!(refused.code, 2, "never over inputs: {}", refused.err);
}

#[test]
fn the_list_a_unit_is_sent_says_what_can_be_repaired() {
    let found = diagnostics(&grid(&spoilt()));
    let list =
        huibian::corrections::CorrectionList::new(String::new(), Vec::new(), found.iter(), Some(&file()));
    let hints: Vec<&str> = list.corrections.iter().map(|correction| correction.hint.as_str()).collect();
    assert!(hints.iter().any(|hint| hint.ends_with("（可自動修正：「９人次」→「9」）")), "{hints:?}");
}
