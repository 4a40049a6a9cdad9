//! An identity number planted in every way in, and looked for in every byte that comes out: packages are
//! unpacked, mails decoded, PDFs read.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use huibian::container::{Package, Packing, WORKBOOK_CAPS, ZipSink};
use huibian::forms;

use crate::cli::run_in;
use crate::support::answers;
use crate::support::papers::{self, page_pdf};
use crate::support::scene::Scene;
use crate::support::workspace::{Copy, files};

/// With its check digit, and with one digit mistyped: the first blocks, the second only warns.
const CERTAIN: &str = "A123456789";
const SUSPECTED: &str = "A123456788";

fn unpacked(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut package = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS).ok()?;
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    names.into_iter().enumerate().map(|(index, name)| Some((name, package.read(index).ok()?))).collect()
}

/// The workbook with one of its parts changed.
fn altered(workbook: &[u8], part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut zip = ZipSink::new(Cursor::new(Vec::new()));
    let mut is_changed = false;
    for (name, mut bytes) in unpacked(workbook).unwrap() {
        if name == part {
            let text = String::from_utf8(bytes).unwrap();
            let new = change(&text);
            is_changed |= new != text;
            bytes = new.into_bytes();
        }
        zip.entry(&name, Packing::Deflated, bytes.len() as u64, &mut bytes.as_slice()).unwrap();
    }
    assert!(is_changed, "{part}");
    zip.finish().unwrap().into_inner()
}

/// The police's workbook with the number in a paragraph, a reason, a caption-like field, a sheet's name and
/// the file's properties.
fn police(scene: &mut Scene, number: &str) -> Vec<u8> {
    scene.set_narrative("police", "POL05", &format!("被害人{number}經安置。"));
    let reason = format!("本年度無案件（{number}）");
    scene.task("police", "POL07").insert("absent".to_owned(), reason.into());
    scene.set_field("police", "POL06", "mechanism", &format!("要點{number}"));
    scene.set_cell("police", "POL04", "sessions", 0, 1, &format!("課程{number}"));
    let unit = scene.plan.units.iter().find(|unit| unit.id.as_str() == "police").unwrap();
    let filling = answers::unit(&scene.plan, unit, &scene.units["police"]);
    let bytes = forms::unit_workbook(&scene.plan, &unit.id, &filling).unwrap();
    let bytes = altered(&bytes, "docProps/core.xml", |text| {
        text.replace(
            "</cp:coreProperties>",
            &format!("<dc:description>{number}</dc:description></cp:coreProperties>"),
        )
    });
    altered(&bytes, "xl/workbook.xml", |text| {
        let (before, after) = text.split_once("<sheet name=\"").unwrap();
        let (name, after) = after.split_once('"').unwrap();
        format!("{before}<sheet name=\"{number}{}\"{after}", name.chars().next().unwrap())
    })
}

fn secretariat(scene: &mut Scene, number: &str) -> Vec<u8> {
    scene.set_setting("recipient_name", &format!("移民署{number}"));
    scene.set_setting("document_number", &format!("府字{number}號"));
    let contact = scene.secretariat()["contacts"].as_array_mut().unwrap()[0].as_table_mut().unwrap();
    contact.insert("name".to_owned(), format!("王示例{number}").into());
    contact.insert("email".to_owned(), format!("{number}@example.invalid").into());
    let mut unit = contact.clone();
    unit.insert("unit".to_owned(), "警察局".into());
    scene.secretariat()["contacts"].as_array_mut().unwrap().push(unit.into());
    scene.except("evidence-missing@社05-2", &format!("{number}已口頭說明"), &format!("科長{number}"));
    let filling = answers::secretariat(&scene.plan, scene.secretariat.as_ref().unwrap());
    forms::secretariat_workbook(&scene.plan, &filling).unwrap()
}

/// The number in everything that is handed in.
fn planted(number: &str) -> Copy {
    let copy = Copy::without_evidence();
    let mut scene = Scene::new();
    copy.write("警察局/警察局.xlsx", &police(&mut scene, number));
    copy.write("00_秘書單位/00_秘書單位.xlsx", &secretariat(&mut scene, number));
    let page = page_pdf("/MediaBox[0 0 595 842]", "BT /F 12 Tf 40 60 Td (nothing) Tj ET", &[]);
    copy.write(&format!("警察局/警03-1_統計表/{number}/表{number}.pdf"), &page);
    copy.write(&format!("警察局/警03-2_分析報告/{number}.txt"), number.as_bytes());
    copy.write(&format!("勞工處/不明{number}/散{number}.docx"), b"no document");
    copy
}

/// Where the number stands among the bytes, with the way there.
fn holders(name: &str, bytes: &[u8], number: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| {
        let lower = number.to_ascii_lowercase();
        let wide: Vec<u8> = number.encode_utf16().flat_map(u16::to_be_bytes).collect();
        [number.as_bytes(), lower.as_bytes(), &wide]
            .iter()
            .any(|wanted| bytes.windows(wanted.len()).any(|window| window == *wanted))
    };
    let mut found = Vec::new();
    if holds(bytes) || holds(name.as_bytes()) {
        found.push(name.to_owned());
    }
    if bytes.starts_with(b"%PDF") {
        let (preparation, _) = papers::prepare(bytes);
        let texts = preparation.texts.iter().map(|text| &text.text);
        let texts = texts.chain(preparation.fragments.iter().map(|fragment| &fragment.text));
        if texts.into_iter().any(|text| holds(text.as_bytes())) {
            found.push(format!("{name} (text)"));
        }
    } else if bytes.starts_with(b"PK") {
        for (part, bytes) in unpacked(bytes).expect("a package of ours can be opened") {
            found.extend(holders(&format!("{name}/{part}"), &bytes, number));
        }
    } else if name.ends_with(".eml") {
        for (index, part) in mail_parts(bytes).into_iter().enumerate() {
            found.extend(holders(&format!("{name}#{index}"), &part, number));
        }
    }
    found
}

/// The base64 parts and encoded words of a mail.
fn mail_parts(bytes: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let bodies = text.split("base64\n\n").skip(1).map(|part| part.split("\n--").next().unwrap_or_default());
    let words = text.split("=?UTF-8?B?").skip(1).map(|word| word.split("?=").next().unwrap_or_default());
    bodies.chain(words).map(decoded).collect()
}

fn decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values = text.bytes().filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte));
    let values: Vec<u32> = values.map(|value| u32::try_from(value).unwrap()).collect();
    values
        .chunks(4)
        .flat_map(|group| {
            let whole = group.iter().fold(0, |sum, value| sum << 6 | value) << (6 * (4 - group.len()));
            whole.to_be_bytes()[1..group.len()].to_vec()
        })
        .collect()
}

/// Everything below the folder but the inputs, and what was said on the console.
fn found_anywhere(copy: &Copy, said: &str, number: &str) -> Vec<String> {
    let mut found = holders("console", said.as_bytes(), number);
    for path in files(copy.folder.path()) {
        if path.starts_with(copy.inputs()) {
            continue;
        }
        let name = path.strip_prefix(copy.folder.path()).unwrap_or(Path::new("")).to_string_lossy();
        found.extend(holders(&name, &fs::read(&path).unwrap(), number));
    }
    found
}

fn run_everything(copy: &Copy) -> String {
    let mut said = String::new();
    let mut run = |arguments: &[&str]| {
        let run = run_in(copy.folder.path(), arguments);
        assert!(run.code < 2, "{arguments:?} {}", run.err);
        said += &run.out;
        said += &run.err;
    };
    run(&["notices", "--today", "111-02-10"]);
    // Another round, so that there is something settled and something changed.
    copy.write("警察局/警03-1_統計表/又.txt", "表".as_bytes());
    run(&["notices", "--today", "111-02-11"]);
    run(&["compile", "--today", "111-02-11"]);
    run(&["check", "inputs", "--today", "111-02-11", "--html"]);
    run(&["check", "inputs", "--today", "111-02-11", "--format", "json"]);
    run(&["status", "--today", "111-02-11"]);
    run(&["trace", "2-1", "inputs"]);
    said
}

#[test]
fn a_planted_number_is_found_nowhere() {
    let copy = planted(CERTAIN);
    let said = run_everything(&copy);
    assert!(said.contains("identity-number"), "{said}");
    assert_eq!(found_anywhere(&copy, &said, CERTAIN), [""; 0]);
    // The police are told, without their own workbook, and no copy of it is kept.
    let notice = fs::read_to_string(copy.output().join("補件通知/警察局/補件通知.txt")).unwrap();
    assert!(notice.contains("原檔含有個資") && notice.contains("A1******89"), "{notice}");
    assert!(!copy.output().join("內部/收件副本/警察局").exists());
    assert!(copy.output().join("內部/收件副本/勞工處").exists());
}

#[test]
fn a_number_mistyped_by_one_digit_is_found_nowhere_either() {
    let copy = planted(SUSPECTED);
    let said = run_everything(&copy);
    assert_eq!(found_anywhere(&copy, &said, SUSPECTED), [""; 0]);
}

/// It only warns, so that everything is delivered: bundle, mail, letter, twins and the files beside them.
#[test]
fn a_mistyped_number_is_found_nowhere_in_what_is_delivered() {
    let copy = Copy::of_sample();
    let mut scene = Scene::new();
    scene.set_narrative("police", "POL05", &format!("被害人{SUSPECTED}經安置。"));
    scene.set_field("police", "POL06", "mechanism", &format!("要點{SUSPECTED}"));
    scene.set_cell("police", "POL04", "sessions", 0, 1, &format!("課程{SUSPECTED}"));
    let unit = scene.plan.units.iter().find(|unit| unit.id.as_str() == "police").unwrap();
    let filling = answers::unit(&scene.plan, unit, &scene.units["police"]);
    copy.write("警察局/警察局.xlsx", &forms::unit_workbook(&scene.plan, &unit.id, &filling).unwrap());
    let item =
        files(&copy.inputs().join("警察局")).into_iter().find(|path| path.parent() != Some(&copy.inputs()));
    let folder = item.unwrap().parent().unwrap().to_owned();
    let page = page_pdf("/MediaBox[0 0 595 842]", "BT /F 12 Tf 40 60 Td (nothing) Tj ET", &[]);
    fs::write(folder.join(format!("表{SUSPECTED}.pdf")), page).unwrap();
    fs::write(folder.join(format!("錄音.{SUSPECTED}")), b"unknown").unwrap();
    let run = run_in(copy.folder.path(), &["compile", "--today", "111-02-10"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("identity-number"), "{}", run.out);
    let delivered = files(&copy.output());
    for extension in ["zip", "eml", "odt"] {
        let is_there = |path: &Path| path.extension().is_some_and(|end| end == extension);
        assert!(delivered.iter().any(|path| is_there(path)), "{extension}: {delivered:?}");
    }
    assert_eq!(found_anywhere(&copy, &(run.out + &run.err), SUSPECTED), [""; 0]);
}

#[test]
fn a_number_in_the_properties_alone_keeps_the_marked_workbook_back() {
    let copy = Copy::without_evidence();
    let workbook = fs::read(copy.inputs().join("警察局/警察局.xlsx")).unwrap();
    let planted = altered(&workbook, "docProps/core.xml", |text| {
        text.replace(
            "</cp:coreProperties>",
            &format!("<dc:description>{CERTAIN}</dc:description></cp:coreProperties>"),
        )
    });
    copy.write("警察局/警察局.xlsx", &planted);
    let run = run_in(copy.folder.path(), &["notices", "--today", "111-02-10"]);
    assert_eq!(found_anywhere(&copy, &run.out, CERTAIN), [""; 0]);
    assert!(copy.output().join("補件通知/警察局/警察局-待修正清單.xlsx").exists());
}

#[test]
fn a_plan_that_names_a_number_stops_what_leaves_and_says_so_masked() {
    let copy = Copy::without_evidence();
    let plan = fs::read_to_string(copy.inputs().join("plan.toml")).unwrap();
    let planted =
        format!("{plan}\n[recipient]\nname = \"承辦人{CERTAIN}\"\nemail = \"{CERTAIN}@example.invalid\"\n");
    assert!(!plan.contains("[recipient]"));
    copy.write("plan.toml", planted.as_bytes());
    let mut said = String::new();
    for arguments in [&["notices", "--today", "111-02-10"][..], &["compile", "--today", "111-02-10"]] {
        let run = run_in(copy.folder.path(), arguments);
        said += &(run.out + &run.err);
    }
    assert_eq!(found_anywhere(&copy, &said, CERTAIN), [""; 0]);
}

#[test]
fn the_search_itself_finds_what_is_packed_mailed_or_typeset() {
    let mut zip = ZipSink::new(Cursor::new(Vec::new()));
    zip.entry("a", Packing::Deflated, 10, &mut CERTAIN.as_bytes()).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    assert_eq!(holders("x.xlsx", &zip, CERTAIN), ["x.xlsx/a"]);
    let mut encoded = Vec::new();
    huibian::base64::encode(&mut zip.as_slice(), &mut encoded).unwrap();
    let mut mail = b"Content-Transfer-Encoding: base64\r\n\r\n".to_vec();
    mail.extend(encoded);
    assert_eq!(holders("x.eml", &mail, CERTAIN), ["x.eml#0/a"]);
    let typeset = page_pdf("/MediaBox[0 0 595 842]", "BT /F 12 Tf 40 60 Td (A12345) Tj (6789) Tj ET", &[]);
    assert_eq!(holders("x.pdf", &typeset, CERTAIN), ["x.pdf (text)"]);
}
