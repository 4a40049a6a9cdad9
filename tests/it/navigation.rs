//! The click test: what typesetting makes agrees with itself, planted contradictions are found, and a bundle
//! whose documents contradict each other is never put in place.

use std::fs;
use std::sync::LazyLock;

use huibian::assets::Templates;
use huibian::navigation::{Navigation, contradicted_references, contradictions};
use huibian::pdf;
use huibian::typeset::{self, Fonts, Frames};

use crate::cli::run_in;
use crate::support::cleared;
use crate::support::papers::empty_frames;
use crate::support::workspace::Copy;
use crate::typesetting::rich;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::embedded().unwrap());

fn templates(file: &str, changes: &[(&str, &str)]) -> Templates {
    let mut templates = Templates::builtin();
    let mut text = templates.get(file).unwrap().text.to_string();
    for (from, to) in changes {
        assert!(text.contains(from), "{file} no longer says {from}");
        text = text.replace(from, to);
    }
    assert!(templates.lay_over(file, text));
    templates
}

fn appendices(file: &str, changes: &[(&str, &str)]) -> (Frames, Navigation) {
    let frames = typeset::appendices(&cleared(&rich()), &templates(file, changes), &FONTS).unwrap();
    let navigation = pdf::navigation(empty_frames(&frames)).unwrap();
    (frames, navigation)
}

#[test]
fn links_bookmarks_and_numbers_of_the_appendices_agree() {
    let (frames, navigation) = appendices("typst/appendices.typ", &[]);
    assert_eq!(contradictions(&navigation, &frames.ranges), [""; 0]);
    assert_eq!(navigation.pages.len(), frames.n_pages);
    assert!(navigation.pages.iter().all(|page| page.text.contains("頁，共")), "every page says its number");
    let links: Vec<_> = navigation.pages.iter().flat_map(|page| &page.links).collect();
    // A line of the index leads there by number, name and page; so does every file of a divider.
    for range in &frames.ranges {
        for text in [range.number.clone(), range.first.to_string()] {
            let link = links.iter().find(|link| link.text == text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(link.to, Some(range.first - 1));
        }
        let title = format!("附件 {}", range.number);
        let bookmark = navigation.bookmarks.iter().find(|way| way.text.starts_with(&title)).unwrap();
        assert_eq!(bookmark.to, Some(range.first - 1));
    }
}

#[test]
fn the_form_agrees_with_itself_and_with_the_appendices() {
    let mut dossier = rich();
    let (frames, _) = appendices("typst/appendices.typ", &[]);
    huibian::assembly::paginate(&mut dossier, &frames.ranges);
    let form = typeset::form(&cleared(&dossier), &Templates::builtin(), &FONTS).unwrap();
    let navigation = pdf::navigation(form.pdf).unwrap();
    assert_eq!(contradictions(&navigation, &[]), [""; 0]);
    assert_eq!(contradicted_references(&navigation, &frames.ranges), [""; 0]);
    assert!(navigation.pages.iter().any(|page| !page.links.is_empty()) && !navigation.bookmarks.is_empty());
    let mut elsewhere = frames.ranges.clone();
    elsewhere.iter_mut().for_each(|range| range.last += 1);
    assert!(!contradicted_references(&navigation, &elsewhere).is_empty());
}

#[test]
fn planted_contradictions_are_found() {
    let page = "str(locate(label(name)).page() + pages-before)";
    let cases: [(&str, &str, &str, &str); 4] = [
        ("typst/appendices.typ", page, "str(locate(label(name)).page() + pages-before + 1)", "的連結「"),
        (
            "typst/appendices.typ",
            "link-to(target, appendix.number)",
            "link(<appendix-0>, appendix.number)",
            "而不是第",
        ),
        (
            "typst/style.typ",
            "[第 #here().page() 頁，共 #counter",
            "[第 #(here().page() + 1) 頁，共 #counter",
            "印成「第 ",
        ),
        ("typst/appendices.typ", "numbering: \"1\"", "numbering: \"i\"", "在閱讀軟體中稱為"),
    ];
    for (file, from, to, expected) in cases {
        let (frames, navigation) = appendices(file, &[(from, to)]);
        let found = contradictions(&navigation, &frames.ranges);
        assert!(found.iter().any(|line| line.contains(expected)), "{to}: {found:?}");
    }
}

#[test]
fn a_bundle_that_contradicts_itself_is_never_put_in_place() {
    let copy = Copy::of_sample();
    let page = "str(locate(label(name)).page() + pages-before)";
    let own =
        templates("typst/appendices.typ", &[(page, "str(locate(label(name)).page() + pages-before + 1)")]);
    let text = &own.get("typst/appendices.typ").unwrap().text;
    copy.write("templates/typst/appendices.typ", text.as_bytes());
    let run = run_in(copy.folder.path(), &["compile", "--today", "111-02-10", "--no-compare"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("互相矛盾") && run.err.contains("自訂的 templates"), "{}", run.err);
    assert!(!copy.output().exists() || fs::read_dir(copy.output()).unwrap().next().is_none());
}

/// Names that look like what the click test reads: none of them may keep a bundle from being made.
#[test]
fn no_name_of_a_file_is_taken_for_a_way() {
    let copy = Copy::of_sample();
    let document = fs::read(copy.inputs().join("警察局/警03-1_統計表/110年統計表.pdf")).unwrap();
    let photo = fs::read(copy.inputs().join("警察局/警04-5_照片/1100701_IMG_2025.jpg")).unwrap();
    for name in [
        "7",
        "0012",
        "1-1-1",
        "2-1-5",
        "第 3 頁",
        "第 3 頁，共 4 頁",
        "附件 2-1-1",
        "45–48",
        "Hướng dẫn phòng chống",
    ] {
        copy.write(&format!("警察局/警03-1_統計表/{name}.pdf"), &document);
        copy.write(&format!("警察局/警04-5_照片/{name}.jpg"), &photo);
    }
    let run = run_in(copy.folder.path(), &["compile", "--today", "111-02-10", "--no-compare"]);
    assert_eq!(run.code, 0, "{}{}", run.err, run.out);
}
