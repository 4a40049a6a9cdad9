//! The check report as a file: what stands on the page, that users' texts are never markup there, and
//! where it may be written. What a browser makes of it the second suite looks at.

use std::fs;

use crate::bundles::unpacked;
use crate::cli::{assert_refused, compile, run_in};
use crate::support::workspace::Copy;

fn page(copy: &Copy) -> String {
    let run = run_in(copy.folder.path(), &["check", "inputs", "--today", "111-02-10", "--html"]);
    assert!(run.code < 2, "{}", run.err);
    fs::read_to_string(copy.folder.path().join("檢核報告.html")).unwrap()
}

#[test]
fn the_page_says_who_has_handed_in_what_and_what_blocks() {
    let copy = Copy::without_evidence();
    fs::remove_file(copy.inputs().join("教育處/教育處.xlsx")).unwrap();
    copy.write("警察局/警03-1_統計表/空的.pdf", b"");
    let page = page(&copy);
    for told in [
        "111年2月15日（星期二）　<strong>還有 3 個上班日</strong>",
        "<span class=\"state missing\">未交</span>",
        "<a href=\"#rule-evidence-empty\">evidence-empty</a>",
        "警察局/警03-1_統計表/空的.pdf",
        "<strong>1 件，1 處待補正</strong>",
        "<strong>尚缺（計畫明定）</strong>",
        "<article id=\"rule-evidence-empty\">",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn what_users_write_is_never_markup_and_numbers_are_masked() {
    let copy = Copy::without_evidence();
    // A name that Windows takes too: no angle brackets.
    copy.write("警察局/警03-1_統計表/&lt;script&gt;'A123456789'.pdf", b"");
    let page = page(&copy);
    assert!(page.contains("&amp;lt;script&amp;gt;"));
    assert!(!page.contains("A123456789"));
    // One script, the page's own, and no handler beside it.
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains(" onclick="));
    assert!(!page.contains("http:") && !page.contains("https:"));
}

#[test]
fn the_page_is_written_over_its_like_and_over_nothing_else() {
    let copy = Copy::without_evidence();
    let first = page(&copy);
    assert_eq!(first, page(&copy));
    copy.write("../筆記.docx", b"PK");
    let over_a_document = run_in(copy.folder.path(), &["check", "inputs", "--html", "筆記.docx"]);
    assert_refused(&over_a_document, 2, "不是網頁檔");
    assert_eq!(fs::read(copy.folder.path().join("筆記.docx")).unwrap(), b"PK");
    let into_the_inputs = run_in(copy.folder.path(), &["check", "inputs", "--html", "inputs/頁.html"]);
    assert_refused(&into_the_inputs, 2, "互相包含");
}

#[test]
fn the_page_stays_in_the_house() {
    let copy = Copy::of_sample();
    assert_eq!(compile(&copy).code, 0);
    assert!(copy.output().join("內部/檢核報告.html").is_file());
    let bundle = fs::read(copy.output().join("hsinchu-110-self-assessment.zip")).unwrap();
    let names: Vec<String> = unpacked(&bundle).into_iter().map(|(name, _)| name).collect();
    assert!(names.iter().all(|name| !name.ends_with(".html")), "{names:?}");
}
