//! The users' own templates: what fits is used, what does not is told, and the list of fields is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use huibian::assets::{Templates, contract};
use huibian::diagnostic::Diagnostics;
use huibian::dossier::{
    Bar, BarBefore, DetailReference, GradeLine, LabelledValue, MilestoneLine, ProgrammeView,
    RecommendationLine, StrategyLine, UnitFigures, VolumeLine,
};
use huibian::inventory::sha256_hex;
use huibian::overrides::{self, WRITTEN, Written};
use serde_json::Value;

use crate::cli::run_in;
use crate::support::workspace::{Copy, files};
use crate::typesetting::rich;

const MAIL: &str = "letters/mail.hbs";

fn folder(files: &[(&str, &[u8])]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
}

fn laid(files: &[(&str, &[u8])]) -> (Templates, Diagnostics) {
    overrides::lay_over(&folder(files))
}

/// Rule, place, and message with hint of the one thing said.
#[track_caller]
fn said(files: &[(&str, &[u8])]) -> (&'static str, String, String) {
    let (_, told) = laid(files);
    assert_eq!(told.len(), 1, "{told:?}");
    let one = told.iter().next().unwrap();
    (one.rule.id, one.place.to_string(), format!("{}；{}", one.message, one.hint))
}

fn builtin(name: &str) -> String {
    Templates::builtin().get(name).unwrap().text.clone()
}

#[test]
fn what_fits_is_used_and_nothing_is_said_of_it_or_of_notes_beside_it() {
    let own = format!("\u{feff}{}", builtin(MAIL).replace("您好", "鈞鑒"));
    let (templates, told) = laid(&[(MAIL, own.as_bytes()), ("說明.docx", b"PK"), ("letters/舊稿.txt", b"x")]);
    assert!(told.is_empty(), "{told:?}");
    let mail = templates.get(MAIL).unwrap();
    assert!(mail.is_override && mail.text.contains("鈞鑒") && !mail.text.starts_with('\u{feff}'));
    let all = Templates::builtin();
    let all: Vec<(&str, &[u8])> = all.iter().map(|(name, own)| (name, own.text.as_bytes())).collect();
    assert!(laid(&all).1.is_empty(), "every built-in template is well written");
}

#[test]
fn a_name_that_overrides_nothing_blocks_with_the_name_that_was_meant() {
    let (rule, place, text) = said(&[("letters/mial.hbs", b"x")]);
    assert_eq!((rule, place.as_str()), ("template-unknown", "templates/letters/mial.hbs"));
    assert!(text.contains("您是指「templates/letters/mail.hbs」嗎"), "{text}");
    let (_, _, text) = said(&[("something-else.typ", b"x")]);
    assert!(text.contains("huibian templates"), "{text}");
}

#[test]
fn what_cannot_be_read_as_text_blocks_and_is_not_used() {
    let utf16: Vec<u8> = "您好".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = vec![b' '; overrides::MOST_BYTES as usize + 1];
    for bytes in [utf16.as_slice(), b"\xb1z\xa6n", &long] {
        let (rule, place, _) = said(&[(MAIL, bytes)]);
        assert_eq!((rule, place.as_str()), ("template-unreadable", "templates/letters/mail.hbs"));
        assert!(!laid(&[(MAIL, bytes)]).0.get(MAIL).unwrap().is_override);
    }
}

#[test]
fn a_fault_in_the_writing_is_told_with_line_and_column() {
    let mut places = Vec::new();
    for (name, text) in [
        (MAIL, "您好\n　您{{#if a}}甲{{/each}}\n"),
        (MAIL, "您好\n\n{{name}\n"),
        ("typst/form.typ", "#let 甲 = 1\n您好 #let = 2\n"),
        ("typst/style.typ", "#let x = (1,\n"),
    ] {
        let (rule, place, text) = said(&[(name, text.as_bytes())]);
        assert_eq!(rule, "template-syntax");
        assert!(text.contains('請'), "{text}");
        places.push(place);
    }
    // Columns count characters; where Typst misses something, the place is where it should stand.
    assert_eq!(
        places,
        [
            "templates/letters/mail.hbs:2:13",
            "templates/letters/mail.hbs:3:7",
            "templates/typst/form.typ:2:8",
            "templates/typst/style.typ:1:10",
        ]
    );
}

#[test]
fn a_copy_of_an_older_builtin_is_told_and_one_of_todays_is_not() {
    let (old, own) = ("{{recipient}}\n", "{{recipient}}　鈞鑒\n");
    let mut written = Written::default();
    written.note(MAIL, sha256_hex(old.as_bytes()));
    let list = written.text();
    let (rule, place, text) = said(&[(MAIL, own.as_bytes()), (WRITTEN, list.as_bytes())]);
    assert_eq!((rule, place.as_str()), ("template-outdated", "templates/letters/mail.hbs"));
    assert!(text.contains("已有變動"), "{text}");
    let (_, _, text) = said(&[(MAIL, old.as_bytes()), (WRITTEN, list.as_bytes())]);
    assert!(text.contains("請刪除此檔"), "{text}");
    written.note(MAIL, sha256_hex(builtin(MAIL).as_bytes()));
    for list in [written.text(), String::new(), "不是清單\n".to_owned()] {
        let (templates, told) = laid(&[(MAIL, own.as_bytes()), (WRITTEN, list.as_bytes())]);
        assert!(told.is_empty() && templates.get(MAIL).unwrap().is_override, "{list}{told:?}");
    }
}

#[test]
fn check_tells_all_faults_of_overrides_among_the_others() {
    let copy = Copy::without_evidence();
    copy.write("templates/letters/mail.hbs", "您好\n{{#if a}}{{/each}}\n".as_bytes());
    copy.write("templates/letters/reciept.hbs", b"x");
    let run = run_in(copy.folder.path(), &["check", "--today", "111-02-10"]);
    assert_eq!(run.code, 1, "{}", run.err);
    for word in [
        "錯誤[template-syntax]",
        "templates/letters/mail.hbs:2:10\n",
        "您是指「templates/letters/receipt.hbs」",
    ] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
}

#[test]
fn templates_are_written_out_with_what_they_are_given_and_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &["init", "--templates"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let templates = folder.path().join("inputs/templates");
    for (name, template) in Templates::builtin().iter() {
        assert_eq!(fs::read_to_string(templates.join(name)).unwrap(), template.text, "{name}");
    }
    let contract = fs::read_to_string(templates.join("資料欄位說明.txt")).unwrap();
    assert!(contract.starts_with('\u{feff}') && contract.contains("facets[].indicators[].code　指標編號"));
    assert!(contract.contains("letters/mail.hbs\r\n    attached、"), "{contract}");
    // Nothing of it is a fault, and a second time nothing is lost.
    let run = run_in(folder.path(), &["check", "--today", "111-02-10"]);
    assert!(!run.out.contains("template-"), "{}", run.out);
    fs::write(templates.join(MAIL), "我的信\n").unwrap();
    fs::remove_file(templates.join("letters/receipt.hbs")).unwrap();
    let list = fs::read_to_string(templates.join(WRITTEN)).unwrap();
    let run = run_in(folder.path(), &["templates"]);
    assert!(run.code == 0 && run.out.starts_with("已寫出 1 個"), "{}{}", run.out, run.err);
    assert!(run.out.contains("未覆寫") && run.out.contains(MAIL));
    assert_eq!(fs::read_to_string(templates.join(MAIL)).unwrap(), "我的信\n");
    assert_eq!(fs::read_to_string(templates.join(WRITTEN)).unwrap(), list);
    assert_eq!(files(&templates).len(), Templates::builtin().iter().count() + 2);
}

/// Paths of everything in a value; of what is empty or nothing, separately, the path that could go on.
fn paths(value: &Value, at: &str, leaves: &mut BTreeSet<String>, hollow: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let below = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                paths(field, &below, leaves, hollow);
            }
        }
        Value::Array(items) => {
            let below = format!("{at}[]");
            if items.is_empty() {
                hollow.insert(below.clone());
            }
            items.iter().for_each(|item| paths(item, &below, leaves, hollow));
        }
        Value::Null => {
            hollow.insert(at.to_owned());
        }
        _ => {
            leaves.insert(at.to_owned());
        }
    }
}

/// A dossier in which nothing that may be there is missing.
fn full() -> Value {
    let text = || "文".to_owned();
    let mut dossier = rich();
    dossier.volume = Some(1);
    dossier.missing = vec![text()];
    dossier.volumes =
        vec![VolumeLine { number: 1, first: Some(text()), last: Some(text()), n_appendices: 1 }];
    dossier.score.points = Some(text());
    dossier.score.self_score = Some(text());
    dossier.score.grade = Some(text());
    dossier.programme = ProgrammeView {
        strategies: vec![StrategyLine {
            title: text(),
            four_p: Some(text()),
            text: text(),
            indicators: vec![text()],
        }],
        schedule: vec![MilestoneLine { title: text(), when: text() }],
        grades: vec![GradeLine { title: text(), threshold: text(), outcome: text() }],
        funding: vec![text()],
        postponed: Some(text()),
    };
    let indicator = &mut dossier.facets[0].indicators[0];
    indicator.points = Some(text());
    indicator.criteria = Some(text());
    indicator.page_limit = Some(9);
    indicator.lead = vec![text()];
    indicator.missing = vec![text()];
    indicator.details = vec![DetailReference { number: text(), title: text() }];
    indicator.recommendations =
        vec![RecommendationLine { advice: text(), action: Some(text()), unit: Some(text()) }];
    let rows = vec![LabelledValue { label: text(), value: text(), measure: text() }];
    indicator.figures = vec![UnitFigures { unit: text(), heading: text(), rows }];
    indicator.narratives[0].absent = Some(text());
    let table = indicator.table.as_mut().unwrap();
    table.last_year = Some(text());
    table.rows[0].total = Some(text());
    table.rows[0].last = Some(text());
    let last = Some(BarBefore { value: 1.0, text: text() });
    indicator.charts[0].last_year = Some(text());
    indicator.charts[0].bars = vec![Bar { label: text(), value: 1.0, text: text(), last }];
    let reference = &mut indicator.references[0];
    reference.first_page = Some(1);
    reference.last_page = Some(1);
    reference.first_volume = Some(1);
    reference.last_volume = Some(1);
    let entry = &mut dossier.appendices[0].entries[0];
    entry.bundle_name = Some(text());
    entry.volume = Some(1);
    serde_json::to_value(dossier).unwrap()
}

#[test]
fn every_field_of_the_dossier_is_described_and_nothing_else() {
    let described: BTreeSet<String> = contract::DOSSIER
        .lines()
        .map(|line| line.split_once('　').unwrap_or_else(|| panic!("no words: {line}")).0.to_owned())
        .collect();
    let (mut leaves, mut hollow) = (BTreeSet::new(), BTreeSet::new());
    paths(&full(), "", &mut leaves, &mut hollow);
    assert_eq!(leaves.difference(&described).collect::<Vec<_>>(), Vec::<&String>::new(), "not described");
    assert_eq!(described.difference(&leaves).collect::<Vec<_>>(), Vec::<&String>::new(), "not there");
}
