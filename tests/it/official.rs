//! The agency's own form in the secretariat's folder: filled in, packed in place of ours, named wherever
//! the delivery is described.

use std::collections::BTreeMap;

use huibian::pipeline::Examination;
use huibian::worker::InProcess;

use crate::bundles::unpacked;
use crate::cli::run_in;
use crate::converting::{Invented, pdf};
use crate::filling::{docx, odt, paragraph};
use crate::pipeline::{compile, compile_converting, examine_converting};
use crate::support::workspace::Copy;

const FOLDER: &str = "00_秘書單位/官方表單";

type Outputs = BTreeMap<String, Vec<u8>>;

fn compiled(copy: &Copy, converter: Option<&Invented>) -> Outputs {
    let converter = converter.map(|converter| converter as &dyn huibian::office::Converter);
    compile_converting(copy, &InProcess, converter).into_iter().collect()
}

fn text(outputs: &Outputs, name: &str) -> String {
    String::from_utf8(outputs[name].clone()).unwrap()
}

fn attachments(outputs: &Outputs) -> Vec<&str> {
    let names = outputs.keys().filter_map(|name| name.strip_prefix("附件/"));
    names.filter(|name| name.starts_with("01")).collect()
}

fn examined(copy: &Copy, converter: Option<&Invented>) -> Examination {
    let converter = converter.map(|converter| converter as &dyn huibian::office::Converter);
    examine_converting(copy, &InProcess, converter, || ())
}

/// Rule and message of what is said about the form.
fn said(examination: &Examination) -> Vec<(&'static str, String)> {
    let about = examination.diagnostics.iter().filter(|diagnostic| {
        let id = diagnostic.rule.id;
        id.starts_with("official-form") || id.starts_with("fill-") || id == "identity-number"
    });
    about.map(|diagnostic| (diagnostic.rule.id, diagnostic.message.clone())).collect()
}

fn line<'a>(text: &'a str, holding: &str) -> &'a str {
    text.lines().find(|line| line.contains(holding)).unwrap_or_else(|| panic!("no {holding} in {text}"))
}

#[test]
fn a_filled_official_form_goes_in_place_of_ours() {
    let copy = Copy::of_sample();
    let form = "<text:p>{{標題}}</text:p><text:p>{{2-1.合計.參訓總人次}}人次，{{2-1.佐證頁次}}</text:p>";
    copy.write(&format!("{FOLDER}/考核自評表.odt"), &odt(form));
    let converter = Invented::with("odt", Ok(pdf("OFFICIAL")));
    let outputs = compiled(&copy, Some(&converter));
    let names = ["01-self-assessment-考核自評表.odt", "01-self-assessment-考核自評表.pdf"];
    assert_eq!(attachments(&outputs), names);
    for absent in ["自評表.pdf", "自評表.odt"] {
        assert!(!outputs.contains_key(absent), "two forms of one matter lie side by side");
    }
    assert!(outputs["內部/自評表-未附送.pdf"].starts_with(b"%PDF"));
    assert!(outputs.contains_key("內部/自評表-未附送.odt"));
    for (name, kind) in names.iter().zip(["odt", "pdf"]) {
        assert_eq!(outputs[&format!("附件/{name}")], outputs[&format!("官方表單-考核自評表.{kind}")]);
    }
    let content =
        unpacked(&outputs["官方表單-考核自評表.odt"]).into_iter().find(|(name, _)| name == "content.xml");
    let content = String::from_utf8(content.unwrap().1).unwrap();
    assert!(
        content.contains("1,350人次，") && !content.contains("{{") && !content.contains("—"),
        "{content}"
    );

    let note = "官方表單「考核自評表」，ODT、PDF，1頁";
    assert!(line(&text(&outputs, "郵件草稿.txt"), "・自評表").ends_with(note));
    assert!(line(&text(&outputs, "函稿.txt"), "附件1").contains(&format!("自評表1份（{note}）")));
    let contents = text(&outputs, "附件/00-contents-目錄.txt");
    assert!(line(&contents, names[0]).contains("官方表單「考核自評表」（ODT）"));
    for file in ["郵件草稿.txt", "函稿.txt", "附件/00-contents-目錄.txt"] {
        let marked = text(&outputs, file);
        assert!(line(&marked, "每頁頁尾").contains("佐證資料每頁"), "{file}");
        assert!(
            !marked.contains("自評表與佐證資料每頁") && !marked.contains("自評表、佐證資料每頁"),
            "{file}"
        );
    }
    assert!(line(&text(&outputs, "內部/檔案總帳.csv"), "考核自評表.odt").contains("代替自評表附送"));
    assert_eq!(compiled(&copy, Some(&converter)), outputs, "other bytes at the second run");
}

/// Offices send back what is neither ODF nor PDF.
#[test]
fn a_word_form_goes_as_its_pdf_where_there_is_one() {
    let copy = Copy::without_evidence();
    copy.write(&format!("{FOLDER}/表.docx"), &docx(&paragraph("{{機關}}")));
    let converter = Invented::with("docx", Ok(pdf("OFFICIAL")));
    assert_eq!(said(&examined(&copy, Some(&converter))), []);
    for without in [None, Some(Invented::default())] {
        let told = said(&examined(&copy, without.as_ref()));
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, "official-form-not-converted");
    }

    let copy = Copy::of_sample();
    copy.write(&format!("{FOLDER}/表.docx"), &docx(&paragraph("{{機關}}")));
    let outputs = compiled(&copy, Some(&converter));
    assert_eq!(attachments(&outputs), ["01-self-assessment-表.pdf"]);
    assert!(outputs.contains_key("官方表單-表.docx"), "the clerk's own copy");
    let outputs = compiled(&copy, None);
    assert_eq!(attachments(&outputs), ["01-self-assessment-表.docx"]);
}

#[test]
fn several_official_forms_are_told_apart() {
    let copy = Copy::of_sample();
    copy.write(&format!("{FOLDER}/評分表.odt"), &odt("<text:p>{{自評合計}}</text:p>"));
    copy.write(&format!("{FOLDER}/自評表.odt"), &odt("<text:p>{{年度}}</text:p>"));
    let outputs = compiled(&copy, None);
    assert_eq!(attachments(&outputs), ["01-self-assessment-1-自評表.odt", "01-self-assessment-2-評分表.odt"]);
    let mail = text(&outputs, "郵件草稿.txt");
    assert!(line(&mail, "・自評表").contains("官方表單「自評表」，ODT；官方表單「評分表」，ODT"), "{mail}");
}

#[test]
fn a_misspelt_placeholder_blocks_and_is_told_with_its_place() {
    let copy = Copy::of_sample();
    copy.write(&format!("{FOLDER}/自評表.odt"), &odt("<text:p>甲</text:p><text:p>{{填表日其}}</text:p>"));
    let run = run_in(copy.folder.path(), &["compile", "--today", "111-02-10", "--no-compare"]);
    assert_eq!(run.code, 1, "{}", run.out);
    for told in ["fill-placeholder-unknown", "官方表單/自評表.odt", "內文第 2 段", "您是指「{{填表日期}}」嗎"]
    {
        assert!(run.out.contains(told), "no {told} in {}", run.out);
    }
    assert!(copy.output().join("草稿-自評表.pdf").is_file() && !copy.output().join("附件").exists());
    assert!(!copy.output().join("草稿-官方表單-自評表.odt").exists());
}

#[test]
fn a_form_filled_by_hand_is_taken_as_it_is_and_its_figures_are_looked_for() {
    let copy = Copy::without_evidence();
    let place = format!("{FOLDER}/自評表.odt");
    let blank = odt("<text:p>參訓 1350 人次</text:p>").into_iter().collect::<Vec<u8>>();
    // The template of these tests asks for the identity in its footer.
    let by_hand = |body: &str| {
        let mut parts = unpacked(&odt(body));
        parts.retain(|(name, _)| name != "styles.xml");
        let parts: Vec<(&[u8], &[u8])> =
            parts.iter().map(|(name, bytes)| (name.as_bytes(), bytes.as_slice())).collect();
        crate::archives::zip_of(&parts)
    };
    copy.write(&place, &blank);
    let without_converter = |said: Vec<(&'static str, String)>| -> Vec<(&'static str, String)> {
        said.into_iter().filter(|(id, _)| *id != "official-form-not-converted").collect()
    };
    assert_eq!(without_converter(said(&examined(&copy, None))), [], "it has a placeholder");

    copy.write(&place, &by_hand("<text:p>參訓 1350 人次</text:p>"));
    let found = without_converter(said(&examined(&copy, None)));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "official-form-figure-absent");
    assert!(
        found[0].1.contains("2-1.合計.總場次 29") && !found[0].1.contains("參訓總人次"),
        "{}",
        found[0].1
    );

    let figures: String = huibian::editable::Values::of(&crate::support::cleared(&dossier(&copy)))
        .absent_from("")
        .iter()
        .map(|(_, value)| format!("<text:p>{value}</text:p>"))
        .collect();
    copy.write(&place, &by_hand(&figures));
    assert_eq!(without_converter(said(&examined(&copy, None))), []);
}

fn dossier(copy: &Copy) -> huibian::dossier::Dossier {
    let settings = huibian::pipeline::Settings::on(jiff::civil::Date::constant(2022, 2, 10));
    huibian::pipeline::dossier(&examined(copy, None), &settings)
}

#[test]
fn a_number_of_a_person_in_the_form_blocks() {
    let copy = Copy::without_evidence();
    copy.write(&format!("{FOLDER}/自評表.odt"), &odt("<text:p>A123456789 {{年度}}</text:p>"));
    let found = said(&examined(&copy, None));
    assert!(found.iter().any(|(id, _)| *id == "identity-number"), "{found:?}");
}

#[test]
fn without_an_official_form_nothing_is_said_of_one() {
    let copy = Copy::of_sample();
    let outputs: Outputs = compile(&copy).into_iter().collect();
    assert_eq!(attachments(&outputs), ["01-self-assessment-自評表.pdf"]);
    assert!(!text(&outputs, "郵件草稿.txt").contains("官方表單"));
}
