//! Office documents bound as pages, with an invented converter: what is bound, packed, searched and told.
//! What LibreOffice itself makes is for the second suite.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use huibian::cache::{Cache, Remembering, RememberingConverter};
use huibian::container::compose;
use huibian::diagnostic::Diagnostic;
use huibian::exhibit::Content;
use huibian::office::{Converter, Document, Refused};
use huibian::pipeline::Examination;
use huibian::place::RelPath;
use huibian::worker::InProcess;

use crate::archives::zip_of;
use crate::pipeline::{Blanking, compile_converting, examine_converting, examine_with};
use crate::support::papers::page_pdf;
use crate::support::workspace::{Copy, files};

const NUMBER: &str = "A100000001";

/// Gives every document of an extension the same PDF, or refuses it.
#[derive(Default)]
pub struct Invented {
    pdfs: BTreeMap<&'static str, Result<Vec<u8>, Refused>>,
    asked: RefCell<Vec<Document>>,
}

impl Invented {
    pub fn with(extension: &'static str, pdf: Result<Vec<u8>, Refused>) -> Self {
        Invented { pdfs: BTreeMap::from([(extension, pdf)]), asked: RefCell::default() }
    }
}

impl Converter for Invented {
    fn name(&self) -> &str {
        "示例轉檔程式 1.0"
    }

    fn convert(
        &self,
        documents: &[Document],
        folder: &Path,
        done: &dyn Fn(),
    ) -> io::Result<Vec<Result<PathBuf, Refused>>> {
        self.asked.borrow_mut().extend(documents.iter().cloned());
        let convert = |document: &Document| {
            done();
            let bytes = self.pdfs.get(document.extension).cloned().unwrap_or(Err(Refused::NotOpened))?;
            let pdf = folder.join(document.pdf_name());
            fs::write(&pdf, bytes).unwrap();
            Ok(pdf)
        };
        Ok(documents.iter().map(convert).collect())
    }
}

pub fn pdf(text: &str) -> Vec<u8> {
    page_pdf("/MediaBox[0 0 300 200]", &format!("BT /F 12 Tf 40 60 Td ({text}) Tj ET"), &[])
}

fn docx(text: &str) -> Vec<u8> {
    let document = format!("<w:document><w:p><w:t>{text}</w:t></w:p></w:document>");
    zip_of(&[(b"word/document.xml", document.as_bytes())])
}

fn xlsx() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write_string(0, 0, "示例").unwrap();
    workbook.save_to_buffer().unwrap()
}

fn examine(copy: &Copy, converter: &dyn Converter) -> Examination {
    examine_converting(copy, &InProcess, Some(converter), || ())
}

fn of_rule<'a>(examination: &'a Examination, rule: &str) -> Vec<&'a Diagnostic> {
    examination.diagnostics.iter().filter(|d| d.rule.id == rule).collect()
}

fn content<'a>(examination: &'a Examination, path: &str) -> &'a Content {
    &examination.preparations[&RelPath::new(path)].content
}

#[test]
fn a_workbook_becomes_pages_and_is_never_packed() {
    let copy = Copy::of_sample();
    copy.write("勞工處/勞05-1_訪視統計/表.xlsx", &xlsx());
    let converter = Invented::with("xlsx", Ok(pdf("TABLE")));
    let outputs = compile_converting(&copy, &InProcess, Some(&converter));
    let bytes = |wanted: &str| &outputs.iter().find(|(name, _)| name.ends_with(wanted)).unwrap().1;
    let text: String =
        huibian::pdf::page_texts(bytes("佐證資料.pdf")).into_iter().map(|page| page.text).collect();
    assert!(text.contains("TABLE"));
    let ledger = String::from_utf8(bytes("檔案總帳.csv").clone()).unwrap();
    let line = ledger.lines().find(|line| line.starts_with("勞工處/勞05-1_訪視統計/表.xlsx,")).unwrap();
    assert!(line.contains(",裝訂,") && line.contains("由 示例轉檔程式 1.0 轉成 PDF"), "{line}");
    let package =
        huibian::container::Package::open(io::Cursor::new(bytes(".zip")), &huibian::container::WORKBOOK_CAPS)
            .unwrap();
    assert!(package.entries().iter().all(|entry| !entry.name.text.ends_with(".xlsx")));

    let examination = examine(&copy, &converter);
    let told = of_rule(&examination, "evidence-converted");
    assert_eq!(told.len(), 1);
    assert!(told[0].message.contains("示例轉檔程式 1.0 轉成 PDF 裝訂（1 頁）"), "{}", told[0].message);
    assert!(of_rule(&examination, "evidence-unusable").is_empty());
    assert!(of_rule(&examination, "evidence-kind-unfit").is_empty(), "it is a PDF that the pages come from");
    // Without a converter: not usable, and what to do about it.
    let without = examine_with(&copy, &InProcess);
    assert!(of_rule(&without, "evidence-converted").is_empty());
    let told = of_rule(&without, "evidence-unusable");
    assert!(told[0].hint.contains("另存為 PDF"), "{told:?}");
}

#[test]
fn converted_pages_are_compared_with_what_the_converter_made() {
    let copy = Copy::without_evidence();
    copy.write("勞工處/勞05-1_訪視統計/表.xlsx", &xlsx());
    let converter = Invented::with("xlsx", Ok(pdf("TABLE")));
    assert!(of_rule(&examine(&copy, &converter), "evidence-bound-as-picture").is_empty());
    let blanking = Blanking { file: "converted-", draws: true };
    let examination = examine_converting(&copy, &blanking, Some(&converter), || ());
    let told = of_rule(&examination, "evidence-bound-as-picture");
    assert_eq!(told.len(), 1);
    assert!(told[0].message.contains("看起來與原檔不同"), "{}", told[0].message);
    assert_eq!(of_rule(&examination, "evidence-converted").len(), 1, "still said to be converted");
}

#[test]
fn what_cannot_be_converted_goes_in_as_before_and_is_told_why() {
    let damaged = b"%PDF-1.7\n%%EOF".to_vec();
    for (outcome, words) in [
        (Err(Refused::NotOpened), "LibreOffice 打不開"),
        (Err(Refused::TimedOut), "轉檔時間超過上限"),
        (Err(Refused::Crashed), "轉檔中途結束"),
        (Ok(damaged), "轉出的 PDF"),
    ] {
        let copy = Copy::without_evidence();
        copy.write("警察局/警03-1_統計表/甲.docx", &docx("text"));
        copy.write("警察局/警03-1_統計表/乙.pdf", &pdf("OTHER"));
        let examination = examine(&copy, &Invented::with("docx", outcome));
        let Content::File { reason } = content(&examination, "警察局/警03-1_統計表/甲.docx") else {
            panic!()
        };
        assert!(reason.contains(words), "{reason}");
        let told = of_rule(&examination, "evidence-not-bound");
        assert_eq!(told.len(), 1);
        assert!(told[0].message.contains(words), "{}", told[0].message);
        assert!(matches!(content(&examination, "警察局/警03-1_統計表/乙.pdf"), Content::Pages { .. }));
    }
}

#[test]
fn every_kind_is_handed_over_by_its_content_and_nothing_else_is() {
    let copy = Copy::without_evidence();
    let odf = |kind: &str| {
        let mimetype = format!("application/vnd.oasis.opendocument.{kind}");
        zip_of(&[(b"mimetype", mimetype.as_bytes()), (b"content.xml", b"<x/>")])
    };
    let compound = |stream: &str| compose(&[(stream, b"x")]).unwrap();
    for (name, bytes) in [
        ("a.pdf", docx("named wrongly")),
        ("b.xlsx", xlsx()),
        ("c.odt", odf("text")),
        ("d.ods", odf("spreadsheet")),
        ("e.odp", odf("presentation")),
        ("f.doc", compound("WordDocument")),
        ("g.ppt", compound("PowerPoint Document")),
        ("h.xls", compound("Workbook")),
        ("i.pptx", zip_of(&[(b"ppt/presentation.xml", b"<x/>")])),
        ("j.msg", compound("__properties_version1.0")),
        ("k.docx", compound("EncryptedPackage")),
        ("l.txt", b"text".to_vec()),
        ("m.zip", zip_of(&[(b"n.docx", &docx("in a zip"))])),
    ] {
        copy.write(&format!("警察局/警03-1_統計表/{name}"), &bytes);
    }
    let converter = Invented::default();
    examine(&copy, &converter);
    let mut asked: Vec<&str> = converter.asked.borrow().iter().map(|document| document.extension).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["doc", "docx", "docx", "odp", "ods", "odt", "ppt", "pptx", "xls", "xlsx"]);
}

#[test]
fn what_a_document_hides_is_searched_and_what_it_shows_is_told_once() {
    let utf16: Vec<u8> = format!("\u{1}{NUMBER}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let compound = compose(&[("WordDocument", &[&[0; 301][..], &utf16].concat())]).unwrap();
    for (name, extension, original, shown, n) in [
        ("a.docx", "docx", docx(NUMBER), "NOTHING", 1),
        ("a.docx", "docx", docx(NUMBER), NUMBER, 1),
        ("a.docx", "docx", docx("nothing"), "NOTHING", 0),
        ("a.doc", "doc", compound, "NOTHING", 1),
    ] {
        let copy = Copy::without_evidence();
        copy.write(&format!("警察局/警03-1_統計表/{name}"), &original);
        let examination = examine(&copy, &Invented::with(extension, Ok(pdf(shown))));
        let path = format!("警察局/警03-1_統計表/{name}");
        assert!(matches!(content(&examination, &path), Content::Pages { .. }), "{name}");
        assert_eq!(of_rule(&examination, "identity-number").len(), n, "{name} showing {shown}");
    }
}

/// Whoever converts it would print another day than its author saw.
#[test]
fn a_document_that_shows_todays_date_is_not_bound() {
    let copy = Copy::without_evidence();
    let field = "</w:t></w:r><w:r><w:instrText> DATE \\@ \"yyyy\" </w:instrText></w:r><w:r><w:t>";
    copy.write("警察局/警03-1_統計表/甲.docx", &docx(field));
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write_formula(0, 0, "=TODAY()").unwrap();
    copy.write("警察局/警03-1_統計表/乙.xlsx", &workbook.save_to_buffer().unwrap());
    let converter = Invented {
        pdfs: BTreeMap::from([("docx", Ok(pdf("TODAY"))), ("xlsx", Ok(pdf("TODAY")))]),
        asked: RefCell::default(),
    };
    let examination = examine(&copy, &converter);
    assert!(matches!(content(&examination, "警察局/警03-1_統計表/甲.docx"), Content::File { .. }));
    assert!(matches!(content(&examination, "警察局/警03-1_統計表/乙.xlsx"), Content::Unusable { .. }));
    for rule in ["evidence-not-bound", "evidence-unusable"] {
        let told = of_rule(&examination, rule);
        assert_eq!(told.len(), 1);
        assert!(told[0].message.contains("自動更新的日期"), "{}", told[0].message);
    }
}

/// A converter writes the time into its PDFs: it reaches no output, not even by the order of things.
#[test]
fn when_a_document_was_converted_changes_no_byte() {
    let copy = Copy::without_evidence();
    for name in ["a", "b", "c", "d", "e"] {
        copy.write(&format!("警察局/警03-1_統計表/{name}.docx"), &docx(name));
    }
    let at = |time: &str| {
        let mut pdf = pdf("TEXT");
        pdf.extend(format!("% made at {time}\n%%EOF\n").bytes());
        compile_converting(&copy, &InProcess, Some(&Invented::with("docx", Ok(pdf))))
    };
    let first = at("10:00");
    for time in ["10:01", "10:02", "10:03"] {
        assert!(first == at(time), "made at {time}");
    }
}

#[test]
fn conversions_are_remembered_unless_an_identity_number_was_found() {
    let copy = Copy::without_evidence();
    copy.write("警察局/警03-1_統計表/甲.docx", &docx("text"));
    copy.write("警察局/警03-1_統計表/乙.xlsx", &xlsx());
    let converter = Invented {
        pdfs: BTreeMap::from([("docx", Ok(pdf("TEXT"))), ("xlsx", Ok(pdf(NUMBER)))]),
        asked: RefCell::default(),
    };
    let run = || {
        let cache = Arc::new(Cache::at(copy.folder.path().join("cache")));
        let remembering = RememberingConverter::new(Box::new(&converter), cache.clone());
        let runner = Remembering { runner: Box::new(InProcess), cache: cache.clone() };
        converter.asked.borrow_mut().clear();
        let examination = examine_converting(&copy, &runner, Some(&remembering), || cache.keep());
        (examination, converter.asked.borrow().len())
    };
    let (first, n_first) = run();
    let (second, n_second) = run();
    assert_eq!((n_first, n_second), (2, 1), "the one with a number is converted again");
    assert_eq!(first.preparations, second.preparations);
    for file in files(&copy.folder.path().join("cache")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(NUMBER.len()).any(|window| window == NUMBER.as_bytes()), "{file:?}");
    }
}
