//! Hostile and odd workbooks, made in memory: each ends in values or in one clear diagnostic,
//! quickly.
//!
//! Goes through `read_workbook` and the wording beside it, the doors intake uses.

use std::fmt::Write as _;
use std::io::Cursor;
use std::time::{Duration, Instant};

use huibian::container::{Packing, ZipSink, compose};
use huibian::diagnostic::{Diagnostic, Severity};
use huibian::grid::{Cell, Grid, GridFailure, GridRemark};
use huibian::intake::identify;
use huibian::intake::workbook::{RULES, failure_diagnostic, read_workbook, remark_diagnostics};
use huibian::inventory::{MediaType, sha256_hex};
use huibian::place::{CellRef, RelPath};
use huibian::worker::{Job, JobTask, Outcome, run};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

// ── Making workbooks ─────────────────────────────────────────────────────────────────────────

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut sink = ZipSink::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let packing = if *name == "mimetype" { Packing::Stored } else { Packing::Deflated };
        sink.entry(name, packing, content.len() as u64, &mut &content[..]).expect("written to memory");
    }
    sink.finish().expect("written to memory").into_inner()
}

/// A package by parts; parts named twice replace the usual ones.
struct Xlsx(Vec<(String, Vec<u8>)>);

impl Xlsx {
    /// One sheet 「表」 with these rows.
    fn of(rows: &str) -> Self {
        let relation = |id: &str, kind: &str, target: &str| {
            format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
        };
        let relations = |inner: String| format!("<Relationships>{inner}</Relationships>");
        Xlsx(Vec::new())
            .part("[Content_Types].xml", "<Types/>")
            .part("_rels/.rels", &relations(relation("a", "officeDocument", "xl/workbook.xml")))
            .part(
                "xl/workbook.xml",
                &format!(
                    r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>"#
                ),
            )
            .part(
                "xl/_rels/workbook.xml.rels",
                &relations(
                    relation("r1", "worksheet", "worksheets/sheet1.xml")
                        + &relation("r2", "sharedStrings", "sharedStrings.xml")
                        + &relation("r3", "styles", "styles.xml"),
                ),
            )
            .sheet(rows)
    }

    fn part(self, name: &str, content: &str) -> Self {
        self.raw(name, content.as_bytes())
    }

    fn raw(mut self, name: &str, content: &[u8]) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), content.to_vec()));
        self
    }

    fn sheet(self, rows: &str) -> Self {
        let content = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#);
        self.part("xl/worksheets/sheet1.xml", &content)
    }

    fn change(self, name: &str, from: &str, to: &str) -> Self {
        let (_, content) = self.0.iter().find(|(known, _)| known == name).expect("a part");
        let content = String::from_utf8(content.clone()).expect("text");
        assert!(content.contains(from), "{content}");
        let content = content.replace(from, to);
        self.part(name, &content)
    }

    fn bytes(&self) -> Vec<u8> {
        let parts: Vec<(&str, &[u8])> =
            self.0.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        zip(&parts)
    }
}

fn ods(table: &str) -> Vec<u8> {
    ods_content(&format!(
        r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="表">{table}</table:table></office:spreadsheet></office:body></office:document-content>"#
    ))
}

fn ods_content(content: &str) -> Vec<u8> {
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
        ("content.xml", content.as_bytes()),
    ])
}

/// BIFF8 records; the sheet's records follow those of the workbook.
fn xls(globals: &[(u16, Vec<u8>)], sheet: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let record = |kind: u16, body: &[u8]| {
        [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes()[..], body].concat()
    };
    let bof = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let records = |list: &[(u16, Vec<u8>)]| -> Vec<u8> {
        list.iter().flat_map(|(kind, body)| record(*kind, body)).collect()
    };
    let head = [bof(5), records(globals)].concat();
    // BOUNDSHEET: position, visible, worksheet, a name of one 16-bit character 「表」.
    let position = (head.len() + 4 + 10 + 4) as u32;
    let bound = [&position.to_le_bytes()[..], &[0, 0, 1, 1, 0x68, 0x88]].concat();
    let stream =
        [head, record(0x85, &bound), record(0x0A, &[]), bof(0x10), records(sheet), record(0x0A, &[])]
            .concat();
    // Short streams live in the mini stream; Excel pads to keep out of it.
    let stream = [stream, vec![0; 4096]].concat();
    compose(&[("Workbook", &stream)]).expect("composed")
}

fn number(row: u16, column: u16, value: f64) -> (u16, Vec<u8>) {
    let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
    (0x0203, [place, value.to_le_bytes().to_vec()].concat())
}

// ── Reading them ─────────────────────────────────────────────────────────────────────────────

fn read(bytes: &[u8]) -> Result<Grid, GridFailure> {
    let start = Instant::now();
    let outcome = read_workbook(bytes);
    assert!(start.elapsed() < Duration::from_secs(10), "took {:?}", start.elapsed());
    outcome
}

fn grid(bytes: &[u8]) -> Grid {
    read(bytes).expect("a workbook that is read")
}

fn at(reference: &str) -> CellRef {
    CellRef::parse(reference).expect("a reference")
}

fn cell<'a>(grid: &'a Grid, reference: &str) -> Option<&'a Cell> {
    grid.sheets[0].cells.get(&at(reference))
}

fn text(content: &str) -> Cell {
    Cell::Text(content.to_owned())
}

/// The one diagnostic a file that is not read ends in.
fn refusal(bytes: &[u8]) -> Diagnostic {
    let file = RelPath::new("甲局/甲局.xlsx");
    let diagnostic = failure_diagnostic(&read(bytes).expect_err("a refusal"), &file);
    assert_eq!(diagnostic.severity, Severity::Error);
    assert!(diagnostic.message.contains("甲局.xlsx"), "{}", diagnostic.message);
    assert!(diagnostic.hint.starts_with('請'), "{}", diagnostic.hint);
    diagnostic
}

fn remark_ids(grid: &Grid) -> Vec<&'static str> {
    remark_diagnostics(grid, &RelPath::new("甲局/甲局.xlsx"))
        .iter()
        .map(|diagnostic| {
            assert!(diagnostic.hint.starts_with('請'), "{}", diagnostic.hint);
            diagnostic.rule.id
        })
        .collect()
}

// ── Positions ────────────────────────────────────────────────────────────────────────────────

#[test]
fn two_cells_at_the_corners_of_the_grid() {
    let rows =
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#;
    let grid = grid(&Xlsx::of(rows).bytes());
    assert_eq!(cell(&grid, "A1"), Some(&Cell::Number(1.0)));
    assert_eq!(cell(&grid, "XFD1048576"), Some(&Cell::Number(2.0)));
    assert_eq!(grid.sheets[0].cells.len(), 2);
}

#[test]
fn many_rows_and_one_far_column() {
    let mut rows = String::new();
    for row in 1..=60_000 {
        write!(rows, r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>"#).expect("a string");
    }
    rows.push_str(r#"<row r="60001"><c r="XFD60001"><v>9</v></c></row>"#);
    let grid = grid(&Xlsx::of(&rows).bytes());
    assert_eq!(grid.sheets[0].cells.len(), 60_001);
    assert_eq!(cell(&grid, "XFD60001"), Some(&Cell::Number(9.0)));
}

#[test]
fn references_past_the_grid_cost_only_themselves() {
    let rows = r#"<row r="1"><c r="ZZZZZZZZZZZ99999999999999"><v>1</v></c><c r="XFE1"><v>1</v></c><c r="B1"><v>2</v></c></row>
        <row r="0"><c><v>3</v></c></row><row r="99999999999"><c r="A1048577"><v>1</v></c></row>"#;
    let grid = grid(&Xlsx::of(rows).bytes());
    assert_eq!(cell(&grid, "B1"), Some(&Cell::Number(2.0)));
    let unreadable = ["workbook-cell-unreadable"; 3];
    assert_eq!(remark_ids(&grid), unreadable);
}

#[test]
fn a_reversed_or_lying_dimension_is_not_believed() {
    for dimension in ["D9:A1", "A1:XFD1048576", "ZZZZ", ""] {
        let sheet = format!(
            r#"<worksheet><dimension ref="{dimension}"/><sheetData><row><c><v>5</v></c></row></sheetData></worksheet>"#
        );
        let grid = grid(&Xlsx::of("").part("xl/worksheets/sheet1.xml", &sheet).bytes());
        assert_eq!(cell(&grid, "A1"), Some(&Cell::Number(5.0)), "{dimension}");
    }
}

// ── Claims and repetitions ───────────────────────────────────────────────────────────────────

#[test]
fn four_billion_shared_strings_claimed() {
    let strings = r#"<sst count="4294967295" uniqueCount="4294967295"><si><t>甲</t></si></sst>"#;
    let book = Xlsx::of(r#"<row><c t="s"><v>0</v></c><c t="s"><v>4294967294</v></c></row>"#)
        .part("xl/sharedStrings.xml", strings);
    let grid = grid(&book.bytes());
    assert_eq!(cell(&grid, "A1"), Some(&text("甲")));
    assert_eq!(remark_ids(&grid), ["workbook-cell-unreadable"]);
}

#[test]
fn repeated_rows_of_an_ods() {
    let row = |rows: &str, columns: &str| {
        format!(
            r#"<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/></table:table-row>"#
        )
    };
    let empty = r#"<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
    let few = grid(&ods(&(row("3", "2") + empty)));
    assert_eq!(few.sheets[0].cells.len(), 6);
    assert_eq!(few.remarks, []);
    for (rows, columns) in [("1048576", "90"), ("99999999999", "16384"), ("18446744073709551616", "1")] {
        let many = grid(&ods(&row(rows, columns)));
        assert!(many.sheets[0].cells.len() <= 2_000_000);
        assert!(rows.len() > 19 || remark_ids(&many).contains(&"workbook-too-many-cells"), "{rows}");
    }
}

#[test]
fn two_billion_blanks_in_an_ods_cell() {
    let blanks = r#"<table:table-row><table:table-cell office:value-type="string"><text:p>甲<text:s text:c="2000000000"/>乙</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>丙<text:s text:c="2"/>丁</text:p></table:table-cell></table:table-row>"#;
    let grid = grid(&ods(blanks));
    assert_eq!(cell(&grid, "B1"), Some(&text("丙  丁")));
    assert_eq!(remark_ids(&grid), ["workbook-cell-unreadable"]);
}

#[test]
fn one_long_string_named_by_many_cells() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "字".repeat(30_000));
    let cells = r#"<c t="s"><v>0</v></c>"#.repeat(2_000);
    let book = Xlsx::of(&format!("<row>{cells}</row>")).part("xl/sharedStrings.xml", &strings);
    let grid = grid(&book.bytes());
    let bytes: usize =
        grid.sheets[0].cells.values().map(|c| if let Cell::Text(t) = c { t.len() } else { 0 }).sum();
    assert!(bytes <= 64 << 20, "{bytes}");
    assert_eq!(remark_ids(&grid), ["workbook-too-many-cells"]);
}

#[test]
fn a_cell_with_more_text_than_excel_allows() {
    let long = "x".repeat(3_000_000);
    let rows = format!(r#"<row><c t="inlineStr"><is><t>{long}</t></is></c><c><v>1</v></c></row>"#);
    let read = grid(&Xlsx::of(&rows).bytes());
    assert_eq!((cell(&read, "A1"), cell(&read, "B1")), (None, Some(&Cell::Number(1.0))));
    assert_eq!(remark_ids(&read), ["workbook-cell-unreadable"]);
}

#[test]
fn entity_bombs_are_never_expanded() {
    let bomb =
        r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>"#;
    let strings = format!("{bomb}<sst><si><t>&b;</t></si></sst>");
    let book = Xlsx::of("").part("xl/sharedStrings.xml", &strings);
    assert_eq!(refusal(&book.bytes()).rule.id, "workbook-damaged");
    let sheet = format!(
        r#"{bomb}<worksheet><sheetData><row><c><v>7</v></c><c t="str"><v>&c;</v></c></row></sheetData></worksheet>"#
    );
    let read = grid(&Xlsx::of("").part("xl/worksheets/sheet1.xml", &sheet).bytes());
    assert_eq!(cell(&read, "A1"), Some(&Cell::Number(7.0)));
    assert_eq!(remark_ids(&read), ["workbook-sheet-unreadable"]);
}

#[test]
fn zip_bombs_are_refused_by_what_they_declare() {
    let blank = vec![b' '; 100 << 20];
    let ratio = Xlsx::of("").raw("xl/worksheets/sheet1.xml", &blank).bytes();
    assert!(ratio.len() < 1 << 20);
    assert_eq!(refusal(&ratio).rule.id, "workbook-too-large");
    let many: Vec<(String, Vec<u8>)> = (0..1_500).map(|n| (format!("xl/media/{n}"), vec![1])).collect();
    let mut book = Xlsx::of("");
    book.0.extend(many);
    assert_eq!(refusal(&book.bytes()).rule.id, "workbook-too-large");
    // The size of an entry in the central directory, made smaller than what is packed.
    let mut lying = Xlsx::of("<row><c><v>1</v></c></row>").bytes();
    let name = b"xl/worksheets/sheet1.xml";
    let found = lying.windows(name.len()).rposition(|window| window == name).expect("listed");
    lying[found - 22..found - 18].copy_from_slice(&3u32.to_le_bytes());
    let read = grid(&lying);
    assert_eq!(read.sheets[0].cells.len(), 0);
    assert_eq!(remark_ids(&read), ["workbook-sheet-unreadable"]);
}

#[test]
fn files_past_the_size_limit_are_not_looked_into() {
    let mut bytes = Xlsx::of("").bytes();
    bytes.resize(51 << 20, 0);
    assert_eq!(refusal(&bytes).rule.id, "workbook-too-large");
}

// ── Not what the name says ───────────────────────────────────────────────────────────────────

#[test]
fn what_is_no_workbook_is_named() {
    let encrypted = compose(&[("EncryptionInfo", b"\x04\0\x04\0"), ("EncryptedPackage", &[7; 5000])]);
    let encrypted_ods = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
        ),
        ("content.xml", b"\x01\x02"),
    ]);
    let whole = Xlsx::of("<row><c><v>1</v></c></row>").bytes();
    let word = compose(&[("WordDocument", b"x")]).expect("composed");
    let cases: &[(&str, &[u8], &str, &str)] = &[
        ("0 bytes", b"", "workbook-empty", "空檔"),
        ("html", b"<html><table><tr><td>1</td></tr></table></html>", "workbook-not-a-workbook", "網頁檔"),
        ("csv", "\u{feff}項目,件數\r\n勞檢,3\r\n".as_bytes(), "workbook-not-a-workbook", "CSV"),
        ("csv in Big5", b"\xB6\xB5\xA5\xD8,\xA5\xF3\xBC\xC6\r\n", "workbook-not-a-workbook", "CSV"),
        ("pdf", b"%PDF-1.7\n", "workbook-not-a-workbook", "PDF"),
        ("picture", b"\xFF\xD8\xFF\xE0", "workbook-not-a-workbook", "圖片"),
        ("doc", &word, "workbook-not-a-workbook", "Word"),
        ("zip", &zip(&[("照片.jpg", b"x")]), "workbook-not-a-workbook", "壓縮檔"),
        ("docx", &zip(&[("word/document.xml", b"x")]), "workbook-not-a-workbook", "Word"),
        ("noise", b"\0\x01\x02\x03", "workbook-not-a-workbook", "無法辨識"),
        ("xlsb", &zip(&[("xl/workbook.bin", b"x")]), "workbook-format-unsupported", ".xlsb"),
        (
            "xml 2003",
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>",
            "workbook-format-unsupported",
            "XML",
        ),
        (
            "fods",
            b"<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"/>",
            "workbook-format-unsupported",
            ".fods",
        ),
        ("Excel 2", b"\x09\0\x04\0\x07\0\x10\0", "workbook-format-unsupported", "Excel 4.0"),
        ("password", &encrypted.expect("composed"), "workbook-password", "密碼"),
        ("ods with a password", &encrypted_ods, "workbook-password", "密碼"),
        ("truncated", &whole[..whole.len() / 2], "workbook-damaged", "損壞"),
        ("no end", &whole[..whole.len() - 1], "workbook-damaged", "損壞"),
        ("only the start", b"PK\x03\x04", "workbook-damaged", "損壞"),
    ];
    for (name, bytes, rule, word) in cases {
        let diagnostic = refusal(bytes);
        assert_eq!(diagnostic.rule.id, *rule, "{name}: {}", diagnostic.message);
        assert!(diagnostic.message.contains(word), "{name}: {}", diagnostic.message);
    }
}

// ── Odd packages that people's programs open ─────────────────────────────────────────────────

#[test]
fn a_sheet_part_at_the_package_root() {
    let book = Xlsx::of("")
        .change("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "/sheet1.xml")
        .part("sheet1.xml", "<worksheet><sheetData><row><c><v>4</v></c></row></sheetData></worksheet>");
    assert_eq!(cell(&grid(&book.bytes()), "A1"), Some(&Cell::Number(4.0)));
}

#[test]
fn utf16_parts_and_prefixed_elements() {
    let sheet = r#"<?xml version="1.0" encoding="UTF-16"?><x:worksheet><x:sheetData><x:row><x:c t="str"><x:v>簽到</x:v></x:c></x:row></x:sheetData></x:worksheet>"#;
    for (mark, bytes) in [
        (&b"\xFF\xFE"[..], sheet.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        (b"\xFE\xFF", sheet.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        (b"", sheet.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ] {
        let book = Xlsx::of("").raw("xl/worksheets/sheet1.xml", &[mark, &bytes].concat());
        assert_eq!(cell(&grid(&book.bytes()), "A1"), Some(&text("簽到")));
    }
}

#[test]
fn chart_sheets_macro_sheets_and_dangling_relations() {
    let book = Xlsx::of("<row><c><v>1</v></c></row>")
        .change(
            "xl/workbook.xml",
            "</sheets>",
            r#"<sheet name="圖" r:id="c1"/><sheet name="巨集" state="Hidden" r:id="m1"/><sheet name="斷" r:id="none"/><sheet name="失" state="veryHidden" r:id="d1"/></sheets>"#,
        )
        .change(
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            &format!(
                r#"<Relationship Id="c1" Type="{OFFICE}/chartsheet" Target="chartsheets/sheet1.xml"/><Relationship Id="m1" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/><Relationship Id="d1" Type="{OFFICE}/worksheet" Target="worksheets/sheet9.xml"/></Relationships>"#
            ),
        )
        .part("xl/chartsheets/sheet1.xml", "<chartsheet/>")
        .part("xl/macrosheets/sheet1.xml", "<macrosheet/>")
        .part("xl/externalLinks/externalLink1.xml", "<externalLink/>");
    let grid = grid(&book.bytes());
    let visible: Vec<bool> = grid.sheets.iter().map(|sheet| sheet.visible).collect();
    assert_eq!(visible, [true, true, false, true, false]);
    assert_eq!(cell(&grid, "A1"), Some(&Cell::Number(1.0)));
    let mut ids = remark_ids(&grid);
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "workbook-external-links",
            "workbook-macros",
            "workbook-sheet-unreadable",
            "workbook-sheet-unreadable"
        ]
    );
}

#[test]
fn a_sheet_that_ends_in_the_middle_keeps_what_came_before() {
    let sheet = "<worksheet><sheetData><row><c><v>1</v></c><c><v>2";
    let grid = grid(&Xlsx::of("").part("xl/worksheets/sheet1.xml", sheet).bytes());
    assert_eq!(cell(&grid, "A1"), Some(&Cell::Number(1.0)));
    assert_eq!(remark_ids(&grid), ["workbook-sheet-unreadable"]);
}

#[test]
fn a_pretty_printed_ods_with_comments_shapes_and_ruby() {
    let content = r#"<?xml version="1.0"?>
<office:document-content>
  <office:automatic-styles>
    <style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
  </office:automatic-styles>
  <office:body><office:spreadsheet>
    <table:tracked-changes><table:deletion><table:table-cell><text:p>刪掉的</text:p></table:table-cell></table:deletion></table:tracked-changes>
    <table:table table:name="表">
      <table:shapes><draw:frame><text:p>圖說</text:p></draw:frame></table:shapes>
      <table:table-column table:number-columns-repeated="16384"/>
      <!-- 註解 -->
      <table:table-header-rows>
      <table:table-row>
        <!-- 註解 -->
        <table:table-cell office:value-type="string">
          <office:annotation><text:p>批註</text:p></office:annotation>
          <text:p>第一
            行</text:p>
          <text:p><text:span>第二<text:line-break/>行</text:span></text:p>
          <draw:frame><draw:text-box><text:p>圖形</text:p></draw:text-box></draw:frame>
        </table:table-cell>
        <table:table-cell table:number-columns-spanned="2" office:value-type="float" office:value="3.5"><text:p>3.5</text:p></table:table-cell>
        <table:covered-table-cell office:value-type="string"><text:p>被蓋住的值</text:p></table:covered-table-cell>
        <table:table-cell office:value-type="string"><text:p><text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby></text:p></table:table-cell>
      </table:table-row>
      </table:table-header-rows>
      <table:named-expressions><table:named-range table:name="本表" table:cell-range-address="$表.$A$1"/></table:named-expressions>
    </table:table>
    <table:table table:name="藏" table:style-name="ta2"><table:table-row><table:table-cell/></table:table-row></table:table>
    <table:table table:name="'file:///x.ods'#$表"><table:table-source/><table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table>
    <table:named-expressions>
      <table:named-range table:name="rc_a" table:cell-range-address="$表.$B$1"/>
      <table:named-range table:name="rc_b" table:cell-range-address="$表.$B$11:.$F$21"/>
      <table:named-expression table:name="rc_gone" table:expression="[$表.#REF!#REF!]"/>
      <table:named-expression table:name="常數" table:expression="&quot;x&quot;"/>
    </table:named-expressions>
  </office:spreadsheet></office:body>
</office:document-content>"#;
    let grid = grid(&ods_content(content));
    assert_eq!(cell(&grid, "A1"), Some(&text("第一 行\n第二\n行")));
    assert_eq!(cell(&grid, "B1"), Some(&Cell::Number(3.5)));
    assert_eq!(cell(&grid, "C1"), None);
    assert_eq!(cell(&grid, "D1"), Some(&text("東京")));
    let sheets: Vec<(&str, bool)> =
        grid.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.visible)).collect();
    assert_eq!(sheets, [("表", true), ("藏", false)]);
    assert_eq!(remark_ids(&grid), ["workbook-external-links"]);
    let names: Vec<_> = grid.names.iter().map(|name| (name.name.as_str(), name.target.clone())).collect();
    let sheet = || "表".to_owned();
    assert_eq!(
        names,
        [
            ("rc_a", Some((sheet(), at("B1"), at("B1")))),
            ("rc_b", Some((sheet(), at("B11"), at("F21")))),
            ("rc_gone", None),
        ]
    );
}

// ── Values ───────────────────────────────────────────────────────────────────────────────────

#[test]
fn every_cell_type_of_an_xlsx() {
    let rows = r#"<row r="2"><c r="B2" t="s"><v>0</v></c><c t="str"><f>A1</f><v> 乙_x000D_
丙　</v></c><c t="b"><v>1</v></c><c t="e"><v>#SPILL!</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
        <row><c><f>SUM(A1)</f></c><c><f>SUM(A1)</f><v/></c><c t="str"><f>""</f><v></v></c><c s="1"><v>45672</v></c><c s="2"><v>45672</v></c><c s="1"><v>-652308</v></c><c t="d"><v>2025-01-15</v></c><c><v>1,234</v></c><c><v>NaN</v></c><c><v>0</v></c><c t="inlineStr"><is><r><t>一</t></r><r><t>二</t></r><rPh><t>注音</t></rPh></is></c></row>"#;
    let book = Xlsx::of(rows)
        .part("xl/sharedStrings.xml", "<sst><si><t>甲&amp;&#x200B;</t></si></sst>")
        .part(
            "xl/styles.xml",
            r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-404]e/m/d"/><numFmt numFmtId="165" formatCode="[$-404]e&quot;年度&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"#,
        );
    let grid = grid(&book.bytes());
    let day = |text: &str, proleptic| Cell::Date { value: text.parse().expect("a day"), proleptic };
    for (reference, expected) in [
        ("A2", None),
        ("B2", Some(text("甲&"))),
        ("C2", Some(text("乙\n丙"))),
        ("D2", Some(Cell::Flag(true))),
        ("E2", Some(Cell::Error("#SPILL!".to_owned()))),
        ("F2", Some(Cell::Error("#DIV/0!".to_owned()))),
        ("A3", Some(Cell::Uncomputed)),
        ("B3", Some(Cell::Uncomputed)),
        ("C3", None),
        ("D3", Some(day("2025-01-15T00:00:00", false))),
        ("E3", Some(Cell::Number(45_672.0))),
        ("F3", Some(day("0114-01-14T00:00:00", true))),
        ("G3", Some(day("2025-01-15T00:00:00", false))),
        ("H3", Some(text("1,234"))),
        ("I3", Some(text("NaN"))),
        ("J3", Some(Cell::Number(0.0))),
        ("K3", Some(text("一二"))),
    ] {
        assert_eq!(cell(&grid, reference), expected.as_ref(), "{reference}");
    }
    assert_eq!(grid.remarks, []);
}

#[test]
fn every_cell_type_of_an_ods() {
    let cells = [
        r#"office:value-type="date" office:date-value="0114-01-14"><text:p>0114/1/15</text:p>"#,
        r#"office:value-type="date" office:date-value="2025-01-15T08:30:00">"#,
        r#"office:value-type="percentage" office:value="0.125"><text:p>12.5%</text:p>"#,
        r#"office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p>"#,
        r#"table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>"#,
        r#"office:value-type="string"><text:p>#DIV/0!</text:p>"#,
        r#"table:formula="of:=A1">"#,
        r#"table:formula="of:=A1" office:value-type="string" office:string-value="">"#,
        r#"office:value-type="time" office:time-value="PT10H00M00S"><text:p>10:00:00</text:p>"#,
        r#"office:value-type="float" office:value="abc"><text:p>abc</text:p>"#,
    ];
    let row: String =
        cells.iter().map(|cell| format!("<table:table-cell {cell}</table:table-cell>")).collect();
    let grid = grid(&ods(&format!("<table:table-row>{row}</table:table-row>")));
    let day = |text: &str, proleptic| Cell::Date { value: text.parse().expect("a day"), proleptic };
    for (reference, expected) in [
        ("A1", Some(day("0114-01-14T00:00:00", true))),
        ("B1", Some(day("2025-01-15T08:30:00", false))),
        ("C1", Some(Cell::Number(0.125))),
        ("D1", Some(Cell::Flag(true))),
        ("E1", Some(Cell::Error("#DIV/0!".to_owned()))),
        ("F1", Some(text("#DIV/0!"))),
        ("G1", Some(Cell::Uncomputed)),
        ("H1", None),
        ("I1", Some(Cell::Duration("10:00:00".to_owned()))),
        ("J1", None),
    ] {
        assert_eq!(cell(&grid, reference), expected.as_ref(), "{reference}");
    }
    assert_eq!(remark_ids(&grid), ["workbook-cell-unreadable"]);
}

#[test]
fn names_scopes_epoch_and_description_of_an_xlsx() {
    let book = Xlsx::of("")
        .change(
            "xl/workbook.xml",
            "</workbook>",
            r#"<workbookPr date1904="1"/><definedNames><definedName name="rc_a">表!$C$3</definedName><definedName name="課程清單">'選 單'!$A$1:$A$30</definedName><definedName name="rc_gone">#REF!</definedName><definedName name="rc_a" localSheetId="1">'表 (2)'!$C$3</definedName><definedName name="_xlnm.Print_Area">表!$A$1</definedName><definedName name="ver">"nia"</definedName></definedNames></workbook>"#,
        )
        .part(
            "docProps/core.xml",
            "<cp:coreProperties><dc:description> RC1|a&amp;b </dc:description></cp:coreProperties>",
        );
    let grid = grid(&book.bytes());
    assert!(grid.epoch_1904);
    assert_eq!(grid.description.as_deref(), Some("RC1|a&b"));
    let names: Vec<_> = grid.names.iter().map(|name| (name.name.as_str(), name.target.clone())).collect();
    assert_eq!(
        names,
        [
            ("rc_a", Some(("表".to_owned(), at("C3"), at("C3")))),
            ("課程清單", Some(("選 單".to_owned(), at("A1"), at("A30")))),
            ("rc_gone", None),
        ]
    );
}

// ── Compound files ───────────────────────────────────────────────────────────────────────────

#[test]
fn an_xls_is_read_at_its_absolute_places() {
    let grid = grid(&xls(&[], &[number(1, 2, 42.0)]));
    assert_eq!(grid.media_type, MediaType::Xls);
    assert_eq!(grid.sheets[0].name, "表");
    assert_eq!(cell(&grid, "C2"), Some(&Cell::Number(42.0)));
}

#[test]
fn an_xls_that_claims_or_spans_too_much() {
    // DIMENSIONS of the whole 32-bit plane, which calamine would reserve.
    let claim = [&[0u8; 4][..], &[0xFE, 0xFF, 0xFF, 0xFF], &[0, 0, 0xFF, 0xFF, 0, 0]].concat();
    let read = grid(&xls(&[], &[(0x0200, claim), number(0, 0, 1.0)]));
    assert_eq!(cell(&read, "A1"), Some(&Cell::Number(1.0)));
    let corners = xls(&[], &[number(0, 0, 1.0), number(65_535, 255, 2.0)]);
    let read = grid(&corners);
    assert_eq!(cell(&read, "A1"), Some(&Cell::Number(1.0)));
    assert_eq!(cell(&read, "IV65536"), Some(&Cell::Number(2.0)));
    assert_eq!(read.sheets[0].cells.len(), 2);
    // Cells on a diagonal cannot be drawn together.
    let diagonal: Vec<_> = (0..30_000).map(|n| number(n, n / 120, 1.0)).collect();
    assert_eq!(refusal(&xls(&[], &diagonal)).rule.id, "workbook-too-large");
}

#[test]
fn one_long_string_named_by_many_cells_of_an_xls() {
    // SST: two strings, the second wide and going on in a CONTINUE record.
    let strings = |n: u16| {
        let head = [&[0u8; 8][..], &1u16.to_le_bytes(), &[0, b'a'], &n.to_le_bytes(), &[1]].concat();
        let first = [head, [0x57, 0x5B].repeat(usize::from(n) / 2)].concat();
        let rest = [vec![1], [0x57, 0x5B].repeat(usize::from(n - n / 2))].concat();
        [(0x00FC, first), (0x003C, rest)]
    };
    let label = |row: u16, column: u16, index: u32| {
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        (0x00FD, [place, index.to_le_bytes().to_vec()].concat())
    };
    let few = grid(&xls(&strings(100), &[label(0, 0, 0), label(0, 1, 1)]));
    assert_eq!(cell(&few, "A1"), Some(&text("a")));
    assert_eq!(cell(&few, "B1"), Some(&text(&"字".repeat(100))));
    let many: Vec<_> = (0..20_000).map(|row| label(row, 0, 1)).collect();
    assert_eq!(refusal(&xls(&strings(4_000), &many)).rule.id, "workbook-too-large");
}

#[test]
fn an_xls_whose_sheets_stand_nowhere() {
    let mut bytes = xls(&[], &[number(0, 0, 1.0)]);
    let bound = bytes.windows(4).position(|window| window == [0x85, 0, 10, 0]).expect("a BOUNDSHEET");
    bytes[bound + 4] ^= 1;
    assert_eq!(refusal(&bytes).rule.id, "workbook-damaged");
}

#[test]
fn an_xls_with_either_kind_of_password() {
    for encryption in [vec![0, 0, 0x34, 0x12, 0x78, 0x56], vec![1, 0, 1, 0, 1, 0]] {
        let bytes = xls(&[(0x002F, encryption)], &[number(0, 0, 1.0)]);
        assert_eq!(refusal(&bytes).rule.id, "workbook-password");
    }
}

#[test]
fn a_looped_allocation_table() {
    let whole = xls(&[], &[number(0, 0, 1.0)]);
    let table = u32::from_le_bytes(whole[76..80].try_into().expect("four bytes")) as usize;
    let table = (table + 1) * 512;
    let mut n_refused = 0;
    for target in 0..8u32 {
        let mut looped = whole.clone();
        for entry in 0..128 {
            let at = table + 4 * entry;
            let next = u32::from_le_bytes(looped[at..at + 4].try_into().expect("four bytes"));
            if next != 0xFFFF_FFFF && next != 0xFFFF_FFFD {
                looped[at..at + 4].copy_from_slice(&target.to_le_bytes());
            }
        }
        // A chain may happen to end at the table's own sector; then the values are still there.
        if read(&looped).is_err() {
            assert_eq!(refusal(&looped).rule.id, "workbook-damaged", "{target}");
            n_refused += 1;
        }
    }
    assert!(n_refused >= 6, "{n_refused}");
}

#[test]
fn no_damage_makes_reading_panic() {
    let xls = xls(&[], &[number(0, 0, 1.0), number(3, 1, 2.0)]);
    let xlsx = Xlsx::of(r#"<row><c t="s"><v>0</v></c><c><f>1</f><v>2</v></c></row>"#)
        .part("xl/sharedStrings.xml", "<sst><si><t>甲</t></si></sst>")
        .bytes();
    let ods = ods(
        r#"<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>"#,
    );
    for whole in [xls, xlsx, ods] {
        for step in 0..whole.len().min(3_000) {
            let mut damaged = whole.clone();
            damaged[step] ^= 0x55;
            let _ = read_workbook(&damaged);
            let _ = read_workbook(&whole[..step]);
        }
    }
}

// ── What reaches the parent ──────────────────────────────────────────────────────────────────

/// As a worker is asked.
fn asked(bytes: &[u8]) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("甲局.xlsx");
    std::fs::write(&path, bytes).expect("written");
    run(&Job { path, sha256: sha256_hex(bytes), task: JobTask::ReadForm })
}

#[test]
fn cells_of_a_workbook_that_is_no_form_stay_in_the_worker() {
    let rows = r#"<row><c><v>1</v></c><c t="e"><v>#SPILL!</v></c></row>"#.repeat(1_000);
    let Outcome::Workbook(grid) = asked(&Xlsx::of(&rows).bytes()) else { panic!("read") };
    assert_eq!((grid.sheets[0].name.as_str(), grid.sheets[0].cells.len()), ("表", 0));
    let marked = r#"<row><c t="str"><v>HB1|a|b|0|表</v></c><c><v>1</v></c></row>"#;
    let Outcome::Workbook(grid) = asked(&Xlsx::of(marked).bytes()) else { panic!("read") };
    assert_eq!(grid.sheets[0].cells.len(), 2);
}

/// Counting markers must not compare each with each.
#[test]
fn a_flood_of_different_markers() {
    let mut rows = String::new();
    for n in 0..300_000 {
        write!(rows, r#"<row><c t="str"><v>HB1|p|u|{n}|表</v></c></row>"#).expect("a string");
    }
    let grid = grid(&Xlsx::of(&rows).bytes());
    let start = Instant::now();
    assert_eq!(identify(&grid).expect("a marker").version, "0");
    assert!(start.elapsed() < Duration::from_secs(10), "took {:?}", start.elapsed());
}

// ── The rules themselves ─────────────────────────────────────────────────────────────────────

#[test]
fn every_rule_is_worded_in_three_paragraphs() {
    for rule in RULES {
        assert!(rule.id.starts_with("workbook-"));
        assert_eq!(rule.explanation.split("\n\n").count(), 3, "{}", rule.id);
        assert!(rule.explanation.starts_with("檢查"), "{}", rule.id);
    }
}

#[test]
fn an_ordinary_workbook_breaks_no_rule() {
    let grid = grid(&Xlsx::of(r#"<row><c t="inlineStr"><is><t>甲</t></is></c></row>"#).bytes());
    assert_eq!(grid.remarks, Vec::<GridRemark>::new());
    assert_eq!(remark_ids(&grid), [""; 0]);
}
