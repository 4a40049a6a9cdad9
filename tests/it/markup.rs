//! The marked workbook: what may change and what may not, read back as a unit would hand it in again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use huibian::corrections::{self, CorrectionList};
use huibian::diagnostic::{Diagnostic, Rule, Severity};
use huibian::grid::{Grid, Sheet};
use huibian::markup;
use huibian::place::{CellRef, Place, RelPath};
use huibian::{forms, intake};

use crate::support::{answers, grid, parts, workspace};

static RULE: Rule =
    Rule { id: "field-blank", severity: Severity::Error, title: "", explanation: "", answerable: false };

fn file() -> RelPath {
    RelPath::new("勞工處/勞工處.xlsx")
}

fn at(sheet: &str, cell: &str, message: &str) -> Diagnostic {
    Diagnostic::new(&RULE, Place::cell(&file(), sheet, CellRef::parse(cell).unwrap()), message)
        .hint("請更正")
        .unit("labour")
}

fn list(diagnostics: &[Diagnostic]) -> CorrectionList {
    let notes = vec!["請依本表修正後存檔交回。".to_owned()];
    CorrectionList::new("勞工處待修正清單".to_owned(), notes, diagnostics, Some(&file()))
}

fn sample() -> Vec<u8> {
    std::fs::read(workspace::sample().join("勞工處/勞工處.xlsx")).unwrap()
}

fn usual() -> Vec<Diagnostic> {
    vec![
        at("勞03 教育訓練", "C8", "執行情形空白"),
        at("勞03 教育訓練", "C8", "字數不足 & <太短>"),
        at("勞01 移工數據分析", "C25", "應填整數").severity(Severity::Warning),
        at("勞01 移工數據分析", "XFD90000", "很遠的一格"),
        Diagnostic::new(&RULE, Place::Workspace, "佐證 勞03-2 沒有檔案").unit("labour"),
    ]
}

fn text(parts: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(parts[name].clone()).unwrap()
}

/// All sheets but the list.
fn answers_of(grid: &Grid) -> Vec<Sheet> {
    grid.sheets.iter().filter(|sheet| sheet.name != corrections::SHEET).cloned().collect()
}

fn sheet_data(text: &str) -> &str {
    &text[text.find("<sheetData>").unwrap()..text.find("</sheetData>").unwrap()]
}

#[test]
fn no_part_changes_that_need_not_and_no_cell_does() {
    let before = sample();
    let after = markup::mark(&before, &list(&usual())).unwrap();
    let (old, new) = (parts(&before), parts(&after));
    let changed: BTreeSet<&str> =
        old.iter().filter(|(name, content)| new[*name] != **content).map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        changed.into_iter().collect::<Vec<_>>(),
        [
            "[Content_Types].xml",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
            "xl/workbook.xml",
            // The sheet shown first, and the two that bear marks.
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet2.xml",
            "xl/worksheets/sheet4.xml",
        ]
    );
    let added: Vec<&str> = new.keys().filter(|name| !old.contains_key(*name)).map(String::as_str).collect();
    assert_eq!(
        added,
        [
            "xl/drawings/huibian1.vml",
            "xl/drawings/huibian2.vml",
            "xl/huibian-comments1.xml",
            "xl/huibian-comments2.xml",
            "xl/worksheets/_rels/sheet2.xml.rels",
            "xl/worksheets/_rels/sheet4.xml.rels",
            "xl/worksheets/huibian1.xml",
        ]
    );
    for sheet in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet4.xml"] {
        let (old, new) = (text(&old, sheet), text(&new, sheet));
        assert_eq!(sheet_data(&old), sheet_data(&new), "{sheet}");
    }
    assert_eq!(after, markup::mark(&before, &list(&usual())).unwrap(), "the same bytes again");
}

#[test]
fn what_was_there_in_changed_parts_is_still_there() {
    let (old, new) = (parts(&sample()), parts(&markup::mark(&sample(), &list(&usual())).unwrap()));
    // Every format keeps its index: the old lists are a beginning of the new ones.
    let formats = |parts: &BTreeMap<String, Vec<u8>>| {
        let styles = text(parts, "xl/styles.xml");
        let cells = &styles[styles.find("<cellXfs").unwrap()..styles.find("</cellXfs>").unwrap()];
        cells.split_once('>').unwrap().1.to_owned()
    };
    assert!(formats(&new).starts_with(&formats(&old)));
    let workbook = text(&new, "xl/workbook.xml");
    let sheets = &workbook[workbook.find("<sheets>").unwrap()..];
    assert!(
        sheets.starts_with(
            "<sheets><sheet xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" name=\"待修正清單\" sheetId=\"10\" r:id=\"rIdHuibian1\"/><sheet name=\"首頁\""
        ),
        "{}",
        &sheets[..200]
    );
    assert_eq!(new.values().filter(|part| String::from_utf8_lossy(part).contains("tabSelected")).count(), 1);
    let first = text(&new, "xl/worksheets/huibian1.xml");
    assert!(first.contains("<hyperlink ref=\"D6\" location=\"'勞01 移工數據分析'!XFD90000\"/>"), "{first}");
    assert!(first.contains("字數不足 &amp; &lt;太短&gt;"));
}

#[test]
fn a_marked_copy_reads_as_the_same_submission() {
    let plan = answers::builtin_plan();
    let before = sample();
    let after = markup::mark(&before, &list(&usual())).unwrap();
    let (old, new) = (grid(&before), grid(&after));
    assert_eq!(new.sheets[0].name, corrections::SHEET);
    assert_eq!(answers_of(&old), answers_of(&new));
    assert_eq!(old.names, new.names);
    let read = |grid: &Grid| intake::submission(&plan, &"labour".into(), &file(), grid);
    assert_eq!(read(&old), read(&new), "neither an answer nor a diagnostic more or less");
    // Also when the list was renamed, or lost its mark.
    let mut renamed = new.clone();
    renamed.sheets[0].name = "清單 (2)".to_owned();
    assert_eq!(read(&old), read(&renamed));
    let mut unmarked = new;
    unmarked.sheets[0].cells.retain(|_, cell| !format!("{cell:?}").contains(corrections::SHEET_MARK));
    assert_eq!(read(&old), read(&unmarked));
}

#[test]
fn marking_again_takes_the_old_marks_out() {
    let first = markup::mark(&sample(), &list(&usual())).unwrap();
    let later = [at("勞03 教育訓練", "C9", "還有一處")];
    let second = parts(&markup::mark(&first, &list(&later)).unwrap());
    let sheets = text(&second, "xl/workbook.xml").matches("待修正清單").count();
    assert_eq!(sheets, 1, "one list");
    assert!(!text(&second, "xl/worksheets/sheet2.xml").contains("彙編檢核"));
    assert_eq!(text(&second, "xl/worksheets/sheet4.xml").matches("彙編檢核").count(), 1);
    let comments = text(&second, "xl/huibian-comments2.xml");
    assert!(comments.contains("ref=\"C9\"") && !comments.contains("ref=\"C8\""), "{comments}");
    let drawing = text(&second, "xl/drawings/huibian2.vml");
    assert_eq!(drawing.matches("<v:shape ").count(), 1);
    assert!(drawing.contains("<x:Row>8</x:Row>"), "{drawing}");
    let nothing = parts(&markup::mark(&first, &list(&[])).unwrap());
    assert!(!text(&nothing, "xl/huibian-comments1.xml").contains("<comment "));
}

/// A workbook with a comment of the unit's own and a name that belongs to one sheet.
fn with_comment() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for name in ["甲", "乙's 表"] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        sheet.write_string(2, 1, "值").unwrap();
        sheet.insert_note(2, 1, &rust_xlsxwriter::Note::new("本單位的說明")).unwrap();
        sheet.set_print_area(0, 0, 4, 4).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_units_own_comments_stay() {
    let marked = [at("乙's 表", "B3", "這格有誤"), at("乙's 表", "D9", "這格空白")];
    let first = markup::mark(&with_comment(), &list(&marked)).unwrap();
    let new = parts(&first);
    assert_eq!(new["xl/comments1.xml"], parts(&with_comment())["xl/comments1.xml"]);
    let comments = text(&new, "xl/comments2.xml");
    assert_eq!(comments.matches("<comment ").count(), 2);
    assert!(comments.contains("本單位的說明") && comments.contains("這格有誤"), "{comments}");
    assert!(comments.find("本單位的說明") < comments.find("這格有誤"));
    assert_eq!(text(&new, "xl/drawings/vmlDrawing2.vml").matches("<v:shape ").count(), 2);
    let workbook = text(&new, "xl/workbook.xml");
    assert!(
        workbook.contains("localSheetId=\"1\"")
            && workbook.contains("localSheetId=\"2\"")
            && !workbook.contains("localSheetId=\"0\""),
        "{workbook}"
    );
    assert!(text(&new, "xl/worksheets/huibian1.xml").contains("location=\"'乙''s 表'!B3\""));
    let again = parts(&markup::mark(&first, &list(&[])).unwrap());
    assert_eq!(text(&again, "xl/comments2.xml").matches("<comment ").count(), 1);
    assert!(text(&again, "xl/comments2.xml").contains("本單位的說明"));
    assert!(!text(&again, "xl/comments2.xml").contains("彙編檢核"));
}

const ODS: &str = r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles></office:automatic-styles><office:body><office:spreadsheet><table:table table:name="表"><table:table-column/><table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="4" office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><office:annotation><text:p>自己的話</text:p></office:annotation></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048572"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;

fn ods() -> Vec<u8> {
    ods_of(ODS.as_bytes())
}

fn ods_of(content: &[u8]) -> Vec<u8> {
    let mut sink = huibian::container::ZipSink::new(Cursor::new(Vec::new()));
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let styles = "<office:document-styles><office:styles></office:styles></office:document-styles>";
    let parts = [("mimetype", kind.as_bytes()), ("content.xml", content), ("styles.xml", styles.as_bytes())];
    for (name, content) in parts {
        let bytes = content.len() as u64;
        sink.entry(name, huibian::container::Packing::Stored, bytes, &mut &content[..]).unwrap();
    }
    sink.finish().unwrap().into_inner()
}

#[test]
fn an_ods_is_marked_where_one_cell_stands_for_many() {
    let marked = [
        at("表", "C2", "中間一格"),
        at("表", "F2", "列尾之外"),
        at("表", "A4", "已有附註"),
        at("表", "J900", "空白處"),
    ];
    let first = markup::mark(&ods(), &list(&marked)).unwrap();
    assert_eq!(answers_of(&grid(&ods())), answers_of(&grid(&first)), "values stay");
    let content = text(&parts(&first), "content.xml");
    for (message, n) in [("中間一格", 2), ("列尾之外", 2), ("已有附註", 2), ("空白處", 2)] {
        // Once in the list, once at the cell.
        assert_eq!(content.matches(message).count(), n, "{message}\n{content}");
    }
    assert!(content.contains("<text:p>自己的話</text:p><text:p>【彙編檢核】</text:p>"), "{content}");
    assert!(content.contains("calcext:base-cell-address=\"'表'.C2\""), "{content}");
    assert!(content.contains("xlink:href=\"#'表'.C2\""));
    // Taken out again, only repetitions are written in more pieces.
    let cleaned = markup::mark(&first, &list(&[])).unwrap();
    assert_eq!(answers_of(&grid(&ods())), answers_of(&grid(&cleaned)));
    let content = text(&parts(&cleaned), "content.xml");
    assert!(!content.contains("彙編檢核") && content.contains("自己的話"), "{content}");
}

#[test]
fn identity_numbers_are_not_repeated_whole() {
    let told = [at("勞03 教育訓練", "C8", "內含身分證字號 A123456789")];
    for part in parts(&markup::mark(&sample(), &list(&told)).unwrap()).values() {
        assert!(!String::from_utf8_lossy(part).contains("A123456789"));
    }
}

#[test]
fn what_cannot_be_marked_is_said() {
    for bytes in [
        b"".to_vec(),
        b"PK\x03\x04".to_vec(),
        sample()[..5000].to_vec(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
    ] {
        assert!(markup::mark(&bytes, &list(&usual())).is_err());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    /// Parts with bytes changed anywhere never make it panic, and what it gives can be read.
    #[test]
    fn damaged_parts_cost_the_copy_alone(which in 0usize..20, at in 0usize..20_000, byte: u8) {
        let mut damaged: Vec<(String, Vec<u8>)> = parts(&sample()).into_iter().collect();
        let n = damaged.len();
        let content = &mut damaged[which % n].1;
        let at = at % content.len();
        content[at] = byte;
        let mut sink = huibian::container::ZipSink::new(Cursor::new(Vec::new()));
        for (name, content) in &damaged {
            let bytes = content.len() as u64;
            sink.entry(name, huibian::container::Packing::Stored, bytes, &mut &content[..]).unwrap();
        }
        let bytes = sink.finish().unwrap().into_inner();
        if let Ok(marked) = markup::mark(&bytes, &list(&usual())) {
            parts(&marked);
        }
    }
}

proptest::proptest! {
    #[test]
    fn damaged_ods_content_costs_the_copy_alone(at in 0usize..ODS.len(), byte: u8) {
        let mut content = ODS.as_bytes().to_vec();
        content[at] = byte;
        let marked = [at_cell("A2"), at_cell("C3"), at_cell("F2"), at_cell("A4")];
        if let Ok(marked) = markup::mark(&ods_of(&content), &list(&marked)) {
            parts(&marked);
        }
    }
}

fn at_cell(cell: &str) -> Diagnostic {
    at("表", cell, "有誤")
}

/// A blank form: cells that were never written are marked all the same.
#[test]
fn blank_cells_are_marked() {
    let plan = answers::builtin_plan();
    let blank = forms::unit_workbook(&plan, &"labour".into(), &forms::Filling::default()).unwrap();
    let marked = markup::mark(&blank, &list(&usual())).unwrap();
    assert!(text(&parts(&marked), "xl/worksheets/sheet4.xml").contains("sqref=\"C8\""));
}
