//! The editable twins through their door: a dossier in, OpenDocument packages out. Whether a word
//! processor opens them the second suite looks at.

use std::io::Cursor;

use huibian::assets::Templates;
use huibian::container::{Package, WORKBOOK_CAPS, odf_text};
use huibian::dossier::{Dossier, PageRange};
use huibian::editable;
use serde_json::Value;

use crate::support::cleared;
use crate::typesetting::{empty, rich};

fn part(bytes: &[u8], name: &str) -> String {
    let mut package = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS).unwrap();
    String::from_utf8(package.part(name).unwrap().unwrap()).unwrap()
}

fn content(dossier: &Dossier) -> String {
    part(&editable::form(&cleared(dossier), &Templates::builtin()).unwrap(), "content.xml")
}

/// Every text of the dossier that a reader of the form sees, with the way to it.
fn texts(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    // What only machines read, and what other documents print.
    const UNPRINTED: &[&str] =
        &["task", "code", "alt", "year", "prepared_on_iso", "identity", "appendices", "no_points"];
    match value {
        Value::String(text) if !text.is_empty() => found.push((path.to_owned(), text.clone())),
        Value::Array(values) => values.iter().for_each(|value| texts(value, path, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                if !UNPRINTED.contains(&key.as_str()) {
                    texts(value, &format!("{path}/{key}"), found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_form_carries_every_text_of_the_dossier() {
    let dossier = rich();
    let content = content(&dossier);
    let mut found = Vec::new();
    texts(&serde_json::to_value(&dossier).unwrap(), "", &mut found);
    assert!(found.len() > 100);
    for (path, text) in found {
        // The cover says the government once, above the title.
        let text =
            text.strip_prefix(dossier.government.as_str()).filter(|_| path == "/title").unwrap_or(&text);
        // A unit's name is said in the heading of its figures.
        if path.ends_with("/figures/unit")
            || path.ends_with("/narratives/unit")
            || path.ends_with("/detail_tables/unit")
        {
            continue;
        }
        assert!(content.contains(&odf_text(&text.replace('\u{a0}', " "))), "{path}: {text}");
    }
}

#[test]
fn headings_have_levels_tables_have_header_rows_and_contents_point_at_them() {
    let content = content(&rich());
    for level in ["1", "2", "3"] {
        assert!(
            content.contains(&format!("text:outline-level=\"{level}\"><"))
                || content.contains(&format!("text:outline-level=\"{level}\">（"))
        );
    }
    assert_eq!(
        content.matches("<table:table ").count(),
        content.matches("<table:table-header-rows>").count()
    );
    for target in content.split("xlink:href=\"#").skip(1) {
        let anchor = target.split('"').next().unwrap();
        assert_eq!(
            content.matches(&format!("<text:bookmark-start text:name=\"{anchor}\"/>")).count(),
            1,
            "{anchor}"
        );
    }
}

#[test]
fn the_same_dossier_gives_the_same_bytes() {
    let form = |dossier: &Dossier| editable::form(&cleared(dossier), &Templates::builtin()).unwrap();
    assert_eq!(form(&rich()), form(&rich()));
    assert!(part(&form(&empty()), "content.xml").contains("自評表"));
    assert!(part(&form(&Dossier { draft: true, ..empty() }), "styles.xml").contains("草稿"));
}

#[test]
fn users_texts_are_never_markup() {
    let mut dossier = rich();
    dossier.facets[0].indicators[0].lead = vec!["<text:p>甲 & \"乙\"　{{government}}\u{b}".to_owned()];
    assert!(content(&dossier).contains("&lt;text:p&gt;甲 &amp; &quot;乙&quot;　{{government}}</text:p>"));
}

#[test]
fn the_list_of_evidence_has_a_row_for_every_file_and_no_file_name() {
    let dossier = rich();
    let ranges: Vec<PageRange> = dossier
        .appendices
        .iter()
        .enumerate()
        .map(|(index, appendix)| PageRange {
            volume: None,
            number: appendix.number.clone(),
            first: 10 * index + 1,
            last: 10 * index + 3,
        })
        .collect();
    let bytes = editable::evidence(&cleared(&dossier), &ranges, &Templates::builtin()).unwrap();
    let content = part(&bytes, "content.xml");
    let n_files: usize = dossier.appendices.iter().map(|appendix| appendix.entries.len().max(1)).sum();
    assert_eq!(content.matches("<table:table-row>").count(), n_files + 1);
    for entry in dossier.appendices.iter().flat_map(|appendix| &appendix.entries) {
        assert!(content.contains(&format!("<text:p>{}</text:p>", entry.number)));
        assert!(!content.contains(entry.exhibit.source.as_str()));
    }
    assert!(content.contains("<text:p>1–3</text:p>"));
}
