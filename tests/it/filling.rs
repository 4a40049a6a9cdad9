//! The agency's own form through its door: a .docx or .odt in, the same document filled in out.

use std::collections::BTreeMap;
use std::io::Cursor;

use huibian::container::{Package, Packing, WORKBOOK_CAPS, ZipSink};
use huibian::diagnostic::Diagnostics;
use huibian::dossier::Dossier;
use huibian::editable::{self, Values};
use huibian::place::RelPath;
use proptest::prelude::*;

use crate::bundles::unpacked;
use crate::support::cleared;
use crate::typesetting::{empty, rich};

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\"";

fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut sink = ZipSink::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let packing = if *name == "mimetype" { Packing::Stored } else { Packing::Deflated };
        sink.entry(name, packing, text.len() as u64, &mut text.as_bytes()).unwrap();
    }
    sink.finish().unwrap().into_inner()
}

pub fn docx(body: &str) -> Vec<u8> {
    zip(&[
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>",
        ),
        ("_rels/.rels", "<Relationships/>"),
        ("word/document.xml", &format!("<w:document {W}><w:body>{body}</w:body></w:document>")),
        ("word/header1.xml", &format!("<w:hdr {W}><w:p><w:r><w:t>{{{{表名}}}}</w:t></w:r></w:p></w:hdr>")),
        ("word/styles.xml", "<w:styles>{{標題}}</w:styles>"),
    ])
}

pub fn odt(body: &str) -> Vec<u8> {
    zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        (
            "content.xml",
            &format!(
                "<office:document-content><office:body><office:text>{body}</office:text></office:body></office:document-content>"
            ),
        ),
        ("styles.xml", "<office:document-styles><text:p>{{識別碼}}</text:p></office:document-styles>"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
    ])
}

fn fill(template: &[u8], dossier: &Dossier) -> (Option<BTreeMap<String, String>>, Diagnostics) {
    let values = Values::of(&cleared(dossier));
    let (filled, findings) = editable::fill(&values, template).unwrap();
    let diagnostics = findings.diagnostics(&values, &RelPath::new("官方自評表.docx"));
    let parts = filled.map(|bytes| {
        unpacked(&bytes).into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect()
    });
    (parts, diagnostics)
}

#[track_caller]
fn filled(template: &[u8], part: &str) -> String {
    let (parts, diagnostics) = fill(template, &rich());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    parts.unwrap()[part].clone()
}

/// The message and hint of the only thing that is wrong.
#[track_caller]
fn refused(template: &[u8], rule: &str) -> String {
    let (parts, diagnostics) = fill(template, &rich());
    assert!(parts.is_none());
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    let diagnostic = diagnostics.iter().next().unwrap();
    assert_eq!(diagnostic.rule.id, rule);
    format!("{}\n{}", diagnostic.message, diagnostic.hint)
}

pub fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn row(cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<w:tc>{}</w:tc>", paragraph(cell))).collect();
    format!("<w:tr w14:paraId=\"0A\" w:rsidR=\"1\">{cells}</w:tr>")
}

#[test]
fn a_placeholder_split_into_runs_is_found_and_looks_as_it_began() {
    let body = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>機關：{{機</w:t></w:r><w:proofErr/><w:r><w:t> 關</w:t></w:r>\
        <w:r><w:t>}} 填</w:t></w:r></w:p>";
    assert!(filled(&docx(body), "word/document.xml").contains(
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>機關：示例市政府</w:t></w:r><w:proofErr/><w:r><w:t></w:t></w:r>\
         <w:r><w:t></w:t><w:t xml:space=\"preserve\"> 填</w:t></w:r></w:p>"
    ));
    let body = "<text:p>機關：<text:span>{</text:span>{機<text:s/>關}}，{{年度}}年</text:p>";
    assert!(
        filled(&odt(body), "content.xml")
            .contains("<text:p>機關：<text:span>示例市政府</text:span><text:s/>，110年</text:p>")
    );
}

#[test]
fn headers_are_filled_and_every_other_part_keeps_its_bytes() {
    let template = docx(&paragraph("{{標題}}"));
    let (parts, _) = fill(&template, &rich());
    let parts = parts.unwrap();
    assert!(parts["word/header1.xml"].contains("<w:t>自評表</w:t>"));
    assert_eq!(parts["word/styles.xml"], "<w:styles>{{標題}}</w:styles>");
    let order = |bytes: &[u8]| unpacked(bytes).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let again = editable::fill(&Values::of(&cleared(&rich())), &template).unwrap().0.unwrap();
    assert_eq!(order(&template), order(&again));
    // OpenDocument's kind stays first and stored.
    let filled = editable::fill(&Values::of(&cleared(&rich())), &odt("")).unwrap().0.unwrap();
    assert_eq!(&filled[38..77], b"application/vnd.oasis.opendocument.text");
    assert!(Package::open(Cursor::new(filled), &WORKBOOK_CAPS).is_ok());
}

#[test]
fn a_row_repeats_for_each_of_its_list_and_copies_bear_no_second_mark() {
    let dossier = rich();
    let sections: Vec<_> = dossier.facets.iter().flat_map(|facet| &facet.indicators).collect();
    let body = format!(
        "<w:tbl>{}{}</w:tbl>",
        row(&["指標", "自評"]),
        row(&["{{指標.編號}} {{指標.名稱}}", "{{指標．自評}}／{{年度}}"])
    );
    let text = filled(&docx(&body), "word/document.xml");
    assert_eq!(text.matches("<w:tr").count(), 1 + sections.len());
    for section in &sections {
        assert!(text.contains(&format!("<w:t>{} {}</w:t>", section.code, section.title)));
    }
    assert!(text.contains("<w:t>9.50／110</w:t>"));
    assert_eq!(text.matches("w14:paraId").count(), 2);

    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let body = format!(
        "<table:table><table:table-row xml:id=\"r1\">{}{}</table:table-row></table:table>",
        cell("{{佐證.編號}}"),
        cell("{{佐證.名稱}}（{{佐證.單位}}）")
    );
    let text = filled(&odt(&body), "content.xml");
    assert_eq!(text.matches("<table:table-row").count(), dossier.appendices.len());
    assert_eq!(text.matches("xml:id").count(), 1);
    for appendix in &dossier.appendices {
        assert!(text.contains(&format!("<text:p>{}（{}）</text:p>", appendix.title, appendix.unit)));
    }
}

#[test]
fn an_empty_list_leaves_one_row_of_dashes() {
    let body = format!("<w:tbl>{}</w:tbl>", row(&["{{單位.名稱}}"]));
    let (parts, _) = fill(&docx(&body), &empty());
    assert!(parts.unwrap()["word/document.xml"].contains("<w:t>—</w:t>"));
}

#[test]
fn paragraphs_stay_paragraphs_and_texts_are_never_markup() {
    let mut dossier = rich();
    // The sections of this dossier share one code.
    let sections = dossier.facets.iter_mut().flat_map(|facet| &mut facet.indicators);
    for section in sections {
        section.lead = vec!["甲<w:t>&".to_owned(), "{{標題}}".to_owned()];
        (section.narratives, section.recommendations) = (Vec::new(), Vec::new());
    }
    let code = dossier.facets[0].indicators[0].code.clone();
    let name = format!("{{{{{code}.執行情形}}}}");
    let (parts, _) = fill(&docx(&paragraph(&name)), &dossier);
    assert!(
        parts.unwrap()["word/document.xml"]
            .contains("<w:t>甲&lt;w:t&gt;&amp;</w:t><w:br/><w:t xml:space=\"preserve\">{{標題}}</w:t>")
    );
    let (parts, _) = fill(&odt(&format!("<text:p>{name}</text:p>")), &dossier);
    assert!(
        parts.unwrap()["content.xml"]
            .contains("<text:p>甲&lt;w:t&gt;&amp;<text:line-break/>{{標題}}</text:p>")
    );
}

#[test]
fn points_that_are_not_public_are_not_invented() {
    let text = filled(&docx(&format!("<w:tbl>{}</w:tbl>", row(&["{{指標.配分}}"]))), "word/document.xml");
    assert!(text.contains("依110年度考核評分表"));
}

#[test]
fn a_misspelt_name_is_told_with_its_place_and_the_likely_one() {
    let body = format!("{}{}", paragraph("第一段"), paragraph("日期：{{填表日其}}"));
    let told = refused(&docx(&body), "fill-placeholder-unknown");
    assert!(told.contains("內文第 2 段「日期：{{填表日其}}」"), "{told}");
    assert!(told.contains("您是指「{{填表日期}}」嗎"), "{told}");
}

#[test]
fn a_list_outside_a_row_beside_another_or_within_one_is_told() {
    refused(&docx(&paragraph("{{指標.名稱}}")), "fill-placeholder-misplaced");
    let mixed = format!("<w:tbl>{}</w:tbl>", row(&["{{指標.名稱}}", "{{佐證.名稱}}"]));
    refused(&docx(&mixed), "fill-placeholder-misplaced");
    let inner = format!("<w:tbl>{}</w:tbl>", row(&["{{佐證.名稱}}"]));
    let nested = format!("<w:tbl><w:tr><w:tc>{}{inner}</w:tc></w:tr></w:tbl>", paragraph("{{指標.名稱}}"));
    refused(&docx(&nested), "fill-placeholder-misplaced");
}

#[test]
fn an_open_brace_is_told() {
    let told = refused(&docx(&paragraph("{{標題")), "fill-placeholder-unclosed");
    assert!(told.contains("「{{標題」沒有結尾"), "{told}");
}

#[test]
fn what_is_no_document_is_told() {
    for bytes in [&b"PK\x03\x04"[..], b"", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] {
        refused(bytes, "fill-template-unreadable");
    }
    refused(&docx("<w:p><w:r><w:t>&undefined;</w:t></w:r></w:p>"), "fill-template-unreadable");
    // A few kilobytes that would grow past every limit.
    let bomb = row(&[&"{{指標.執行情形}}".repeat(60_000)]);
    let told = refused(&docx(&format!("<w:tbl>{bomb}</w:tbl>")), "fill-template-unreadable");
    assert!(told.contains("過大"), "{told}");
}

#[test]
fn every_name_that_is_listed_can_be_filled() {
    let dossier = rich();
    let names = Values::of(&cleared(&dossier)).list();
    assert!(names.len() > 40);
    let body: String = names
        .iter()
        .map(|(name, _)| format!("<w:tbl>{}</w:tbl>", row(&[&format!("{{{{{name}}}}}")])))
        .collect();
    let text = filled(&docx(&body), "word/document.xml");
    assert!(!text.contains("{{"));
}

#[test]
fn answers_of_one_unit_and_sums_of_all_have_names() {
    let dossier = rich();
    let section =
        dossier.facets.iter().flat_map(|facet| &facet.indicators).find(|s| s.table.is_some()).unwrap();
    let table = section.table.as_ref().unwrap();
    let row = &table.rows[0];
    let (unit, value) =
        table.units.iter().zip(&row.values).find_map(|(unit, value)| Some((unit, value.as_ref()?))).unwrap();
    let (code, label) = (&section.code, &row.label);
    let body = paragraph(&format!("甲{{{{{code}.{unit}.{label}}}}}乙"));
    assert!(filled(&docx(&body), "word/document.xml").contains(&format!("甲{value}乙")));
    let mistyped = paragraph(&format!("{{{{{code}.{unit}.{label}數}}}}"));
    let told = refused(&docx(&mistyped), "fill-placeholder-unknown");
    assert!(told.contains(&format!("您是指「{{{{{code}.{unit}.{label}}}}}」嗎")), "{told}");
}

/// Two volumes count their pages each from 1: a page alone would name two.
#[test]
fn pages_in_volumes_are_told_with_their_volume() {
    let mut dossier = rich();
    let sections = dossier.facets.iter_mut().flat_map(|facet| &mut facet.indicators);
    let reference = sections.flat_map(|section| &mut section.references).next().unwrap();
    (reference.first_page, reference.last_page) = (Some(3), Some(4));
    (reference.first_volume, reference.last_volume) = (Some(2), Some(2));
    let values = Values::of(&cleared(&dossier)).list();
    assert!(values.iter().any(|(name, value)| name.ends_with("佐證頁次") && value == "第2冊第 3–4 頁"));
}

#[test]
fn a_row_closed_before_its_paragraphs_is_no_panic() {
    let body = "<w:tr><w:p><w:t><w:p><w:p><w:t><w:tr></w:tr>{{指標.名稱}}";
    let _ = editable::fill(&Values::of(&cleared(&rich())), &docx(body));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_filled_without_a_panic(body in "(<w:p>|</w:p>|<w:t>|</w:t>|<w:tr>|</w:tr>|\\{\\{指標.名稱\\}\\}|\\{\\{年度|\\}\\}|甲| ){0,40}") {
        let _ = editable::fill(&Values::of(&cleared(&rich())), &docx(&body));
    }
}
