//! The signed page comes back: confirmed by its mark, kept, sent along, and refused once it is outdated.

use std::fs;
use std::path::Path;

use huibian::diagnostic::Severity;
use huibian::inventory::{MediaType, Role};

use crate::cli::{Run, run_in};
use crate::support::scene::Scene;
use crate::support::workspace::{Copy, files};

const KEPT: &str = "00_秘書單位/核章";

fn compile(copy: &Copy) -> Run {
    run_in(copy.folder.path(), &["compile", "--today", "111-02-10", "--no-compare"])
}

fn attach(copy: &Copy, scan: &str, more: &[&str]) -> Run {
    let arguments = [&["attach-signed", scan, "--no-convert", "--today", "111-02-10"], more].concat();
    run_in(copy.folder.path(), &arguments)
}

/// The eight characters after a word.
fn mark_after(text: &str, word: &str) -> String {
    let (_, rest) = text.split_once(word).unwrap_or_else(|| panic!("no {word} in {text}"));
    rest.chars().take(8).collect()
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(path: &Path) -> String {
    String::from_utf8(read(path)).unwrap()
}

fn photo(copy: &Copy) -> Vec<u8> {
    let is_photo = |path: &&std::path::PathBuf| path.extension().is_some_and(|e| e == "jpg");
    read(files(&copy.inputs()).iter().find(is_photo).unwrap())
}

/// The form itself stands for a scan with recognised text: its footers bear the mark.
#[test]
fn a_signed_page_goes_along_until_something_changes() {
    let copy = Copy::of_sample();
    let output = copy.output();
    let first = compile(&copy);
    assert_eq!(first.code, 0, "{}{}", first.out, first.err);
    let mark = mark_after(&first.out, "識別碼 ");
    let form = read(&output.join("自評表.pdf"));
    assert!(!output.join("自評表-核章頁.pdf").exists());
    fs::copy(output.join("自評表.pdf"), copy.folder.path().join("signed.pdf")).unwrap();

    let before = copy.snapshot();
    let attached = attach(&copy, "signed.pdf", &[]);
    assert_eq!(attached.code, 0, "{}{}", attached.out, attached.err);
    let kept = copy.inputs().join(KEPT).join(format!("核章頁-{mark}.pdf"));
    assert_eq!(read(&kept), form);
    assert!(before.iter().all(|(path, bytes)| read(path) == *bytes), "an input was changed");
    assert_eq!(files(&copy.inputs()).len(), before.len() + 1);
    let again = attach(&copy, "signed.pdf", &[]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("已有這一版的核章頁"), "{}", again.err);

    let second = compile(&copy);
    assert_eq!(second.code, 0, "{}{}", second.out, second.err);
    assert_eq!(mark_after(&second.out, "識別碼 "), mark, "the signed page changes no identity");
    assert_eq!(read(&output.join("自評表.pdf")), form);
    assert_eq!(
        read(&output.join("自評表-核章頁.pdf")),
        read(&output.join("附件/01b-signed-page-自評表核章頁.pdf"))
    );
    assert!(text(&output.join("郵件草稿.txt")).contains("自評表核章頁"));
    assert!(text(&output.join("函稿.txt")).contains("並附核章頁掃描檔"));
    let ledger = text(&output.join("內部/檔案總帳.csv"));
    let lines: Vec<&str> = ledger.lines().filter(|line| line.contains("核章頁-")).collect();
    assert!(lines.len() == 1 && lines[0].contains("附於自評表"), "{lines:?}");
    let is_zip = |path: &&std::path::PathBuf| path.extension().is_some_and(|e| e == "zip");
    let bundle = files(&output).into_iter().find(|path| is_zip(&path)).unwrap();
    assert_eq!(run_in(copy.folder.path(), &["verify", bundle.to_str().unwrap()]).code, 0);

    copy.write("警察局/警03-1/later.jpg", &photo(&copy));
    let third = compile(&copy);
    assert_eq!(third.code, 1, "{}", third.out);
    assert!(third.out.contains("signed-page-outdated") && third.out.contains(&mark), "{}", third.out);
    assert!(!output.join("自評表-核章頁.pdf").exists() && !files(&output).iter().any(|path| is_zip(&path)));
    let outdated = attach(&copy, "signed.pdf", &["--mark", &mark]);
    assert_eq!(outdated.code, 1);
    assert!(outdated.err.contains("核章頁所印的識別碼"), "{}", outdated.err);
}

#[test]
fn a_scan_without_text_needs_its_mark_typed_or_in_its_name() {
    let copy = Copy::without_evidence();
    let scan = photo(&Copy::of_sample());
    fs::write(copy.folder.path().join("Scan_20220214.jpg"), &scan).unwrap();
    let unread = attach(&copy, "Scan_20220214.jpg", &[]);
    assert_eq!(unread.code, 1, "{}{}", unread.out, unread.err);
    assert!(
        unread.err.contains("signed-page-unconfirmed") && unread.err.contains("--mark"),
        "{}",
        unread.err
    );
    let other = attach(&copy, "Scan_20220214.jpg", &["--mark", "00000000"]);
    assert_eq!(other.code, 1);
    assert!(other.err.contains("signed-page-outdated"), "{}", other.err);
    let mark = mark_after(&other.err, "目前資料的識別碼是 ");
    let wrong = attach(&copy, "Scan_20220214.jpg", &["--mark", "0000"]);
    assert!(wrong.code == 2 && wrong.err.contains("8 個英數字"), "{}", wrong.err);
    assert!(!copy.inputs().join(KEPT).exists(), "nothing is kept of what was refused");

    let typed = attach(&copy, "Scan_20220214.jpg", &["--mark", &mark.to_uppercase()]);
    assert_eq!(typed.code, 0, "{}{}", typed.out, typed.err);
    let kept = copy.inputs().join(KEPT).join(format!("核章頁-{mark}.jpg"));
    assert_eq!(read(&kept), scan);
    fs::remove_file(&kept).unwrap();
    let named = format!("核章 {mark}.jpg");
    fs::write(copy.folder.path().join(&named), &scan).unwrap();
    assert_eq!(attach(&copy, &named, &[]).code, 0);
    assert!(kept.is_file());
    fs::write(copy.folder.path().join("broken.pdf"), b"%PDF-1.7\nnothing").unwrap();
    fs::remove_file(&kept).unwrap();
    let broken = attach(&copy, "broken.pdf", &["--mark", &mark]);
    assert!(broken.code == 1 && broken.err.contains("signed-page-unusable"), "{}", broken.err);
}

/// The form goes with the first volume, and so does what belongs to it.
#[test]
fn in_volumes_the_signed_page_goes_with_the_first() {
    let copy = Copy::of_sample();
    let plan = text(&copy.inputs().join("plan.toml"));
    let limits = "\n[limits]\nattachment_megabytes = 5\n[delivery]\nmost_mails = 9\n";
    copy.write("plan.toml", format!("{plan}{limits}").as_bytes());
    assert_eq!(compile(&copy).code, 0);
    fs::copy(copy.output().join("自評表.pdf"), copy.folder.path().join("signed.pdf")).unwrap();
    assert_eq!(attach(&copy, "signed.pdf", &[]).code, 0);
    let run = compile(&copy);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let page = "01b-signed-page-自評表核章頁.pdf";
    assert!(copy.output().join("附件/第1冊").join(page).is_file(), "{}", run.out);
    assert!(
        copy.output().join("附件/第2冊").is_dir() && !copy.output().join("附件/第2冊").join(page).exists()
    );
    assert!(text(&copy.output().join("郵件草稿-第1冊.txt")).contains("自評表核章頁"));
    assert!(!text(&copy.output().join("郵件草稿-第2冊.txt")).contains("自評表核章頁"));
}

fn kept(scene: &mut Scene, name: &str, media_type: MediaType) {
    scene.add_file(&format!("{KEPT}/{name}"), media_type, Role::SignedPage, name.as_bytes());
}

/// Every scene has the identity 0fbd3183.
#[test]
fn kept_pages_are_judged_by_name_and_print() {
    for (name, media_type, rule) in [
        ("核章頁-00001111.pdf", MediaType::Pdf, "signed-page-outdated"),
        ("掃描.pdf", MediaType::Pdf, "signed-page-unconfirmed"),
        ("核章頁-0fbd3183.docx", MediaType::Docx, "signed-page-unusable"),
    ] {
        let mut scene = Scene::new();
        kept(&mut scene, name, media_type);
        let said = scene.said(rule);
        assert_eq!(said.len(), 1, "{rule}");
        assert!(said[0].severity == Severity::Error && !said[0].hint.is_empty());
        assert!(said[0].place.to_string().contains(name), "{}", said[0].place);
        scene.except(&said[0].exception_key().unwrap(), "內容未變動", "王秘書");
        assert!(scene.said(rule)[0].accepted.is_some(), "{rule}");
    }
    let mut scene = Scene::new();
    kept(&mut scene, "核章頁-0fbd3183.jpg", MediaType::Jpeg);
    kept(&mut scene, "核章頁-00001111.pdf", MediaType::Pdf);
    let about = scene.check().into_iter().filter(|d| d.rule.id.starts_with("signed-page")).count();
    assert_eq!(about, 0, "an older page beside the current one is passed over");
    scene.preparations.values_mut().for_each(|own| own.texts[0].text = "識別碼 11112222".to_owned());
    assert_eq!(scene.said("signed-page-outdated").len(), 1, "what is printed goes before the name");
}
