//! The bundle through its door: entries in, a bag in a zip out, the same bytes every time.

use std::io::{self, Cursor};
use std::path::Path;

use huibian::bundle::{self, BundleEntry, BundlePlan, EntrySource, MadeFiles};
use huibian::clearance::{Cleared, clear};
use huibian::container::{Package, Packing, WORKBOOK_CAPS, ZipSink};
use huibian::exhibit::{ByteSource, Handle, ReadSeek};
use huibian::identity::Released;
use huibian::inventory::{sha256_hex, sha512_hex};
use huibian::output::OutputError;
use huibian::place::RelPath;

use crate::typesetting;

struct Inputs;

/// What a run has made: one document.
pub struct Made;

impl MadeFiles for Made {
    fn open(&self, path: &str) -> io::Result<Box<dyn ReadSeek + '_>> {
        match path {
            "自評表.pdf" => Ok(Box::new(Cursor::new(b"%PDF-form"))),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl ByteSource for Inputs {
    fn prepared(&self, _: &Handle) -> io::Result<Vec<u8>> {
        Err(io::Error::other("none"))
    }
    fn input(&self, path: &RelPath) -> io::Result<Vec<u8>> {
        Ok(path.as_str().as_bytes().to_vec())
    }
}

fn plan() -> BundlePlan {
    let input = RelPath::new("勞工處/表.ods");
    BundlePlan {
        top_folder: "sample-110".to_owned(),
        entries: vec![
            BundleEntry {
                name: "01-自評表.pdf".to_owned(),
                caption: "自評表".to_owned(),
                source: EntrySource::Made { path: "自評表.pdf".to_owned(), bytes: 9 },
            },
            BundleEntry {
                name: "03-files/2-1-3_01.ods".to_owned(),
                caption: "表".to_owned(),
                source: EntrySource::Input {
                    sha256: sha256_hex(input.as_str().as_bytes()),
                    bytes: input.as_str().len() as u64,
                    path: input,
                },
            },
        ],
        facts: vec![
            ("Source-Organization".to_owned(), "示例市政府".to_owned()),
            ("Bagging-Date".to_owned(), "2022-03-10".to_owned()),
        ],
    }
}

pub fn cleared(plan: BundlePlan) -> Cleared<BundlePlan> {
    clear(plan, &Released::default()).unwrap()
}

fn write(plan: BundlePlan) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    bundle::write(&cleared(plan), &Inputs, &Made, &mut out).unwrap();
    out.into_inner()
}

fn text(package: &mut Package<Cursor<Vec<u8>>>, name: &str) -> String {
    String::from_utf8(package.part(&format!("sample-110/{name}")).unwrap().unwrap()).unwrap()
}

#[test]
fn a_bag_holds_what_rfc_8493_asks_for() {
    let zip = write(plan());
    assert_eq!(zip, write(plan()), "the same plan gives the same bytes");
    let mut package = Package::open(Cursor::new(zip), &WORKBOOK_CAPS).unwrap();
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    assert_eq!(
        names,
        [
            "sample-110/data/01-自評表.pdf",
            "sample-110/data/03-files/2-1-3_01.ods",
            "sample-110/bag-info.txt",
            "sample-110/bagit.txt",
            "sample-110/manifest-sha512.txt",
            "sample-110/tagmanifest-sha512.txt",
        ]
    );
    assert_eq!(text(&mut package, "bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    let info = text(&mut package, "bag-info.txt");
    let octets = b"%PDF-form".len() + "勞工處/表.ods".len();
    assert!(info.contains(&format!("Payload-Oxum: {octets}.2\n")), "{info}");
    let manifest = text(&mut package, "manifest-sha512.txt");
    assert!(manifest.contains(&format!("{}  data/01-自評表.pdf\n", sha512_hex(b"%PDF-form"))));
    let tags = text(&mut package, "tagmanifest-sha512.txt");
    assert!(tags.contains(&format!("{}  manifest-sha512.txt\n", sha512_hex(manifest.as_bytes()))));
}

#[test]
fn an_input_that_changed_since_intake_is_never_packed() {
    let mut plan = plan();
    plan.entries[1].source =
        EntrySource::Input { path: RelPath::new("甲.ods"), bytes: 6, sha256: sha256_hex(b"before") };
    let error = bundle::write(&cleared(plan), &Inputs, &Made, Cursor::new(Vec::new())).unwrap_err();
    assert!(error.to_string().contains("在執行中被修改"), "{error}");
}

#[test]
fn a_name_that_windows_cannot_hold_is_never_packed() {
    let mut plan = plan();
    plan.entries[0].name = "CON.pdf".to_owned();
    assert!(bundle::write(&cleared(plan), &Inputs, &Made, Cursor::new(Vec::new())).is_err());
}

#[test]
fn twins_on_windows_and_paths_too_long_for_it_are_never_packed() {
    let error_of = |names: [&str; 2], top: &str| {
        let mut plan = plan();
        plan.top_folder = top.to_owned();
        for (entry, name) in plan.entries.iter_mut().zip(names) {
            entry.name = name.to_owned();
        }
        bundle::write(&cleared(plan), &Inputs, &Made, Cursor::new(Vec::new())).unwrap_err().to_string()
    };
    assert!(error_of(["a/É.pdf", "A/e\u{301}.pdf"], "top").contains("not safe"), "only NFC goes in");
    assert!(error_of(["a/É.pdf", "A/é.PDF"], "top").contains("is taken"));
    // 150 UTF-16 units are counted from the top folder.
    assert!(error_of(["a", &"長".repeat(79)], &"t".repeat(70)).contains("not safe"));
}

#[test]
fn an_excel_workbook_is_never_packed() {
    let workbook = packed(&[("xl/workbook.xml".to_owned(), b"<workbook/>".to_vec())]);
    struct Workbook(Vec<u8>);
    impl ByteSource for Workbook {
        fn prepared(&self, _: &Handle) -> io::Result<Vec<u8>> {
            Err(io::Error::other("none"))
        }
        fn input(&self, _: &RelPath) -> io::Result<Vec<u8>> {
            Ok(self.0.clone())
        }
    }
    let mut plan = plan();
    plan.entries[1].source = EntrySource::Input {
        path: RelPath::new("勞工處/其實是活頁簿.ods"),
        bytes: workbook.len() as u64,
        sha256: sha256_hex(&workbook),
    };
    let error =
        bundle::write(&cleared(plan), &Workbook(workbook), &Made, Cursor::new(Vec::new())).unwrap_err();
    assert!(error.to_string().contains("請另存為 .ods 或 PDF"), "{error}");
}

#[test]
fn an_input_that_cannot_be_read_is_not_taken_for_a_fault_of_the_output() {
    struct Denied;
    impl ByteSource for Denied {
        fn prepared(&self, _: &Handle) -> io::Result<Vec<u8>> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        fn input(&self, _: &RelPath) -> io::Result<Vec<u8>> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let error = bundle::write(&cleared(plan()), &Denied, &Made, Cursor::new(Vec::new())).unwrap_err();
    let told = OutputError::explain(error, Path::new("output")).to_string();
    assert!(told.contains("無法讀取「勞工處/表.ods」"), "{told}");
}

#[test]
fn a_fact_stays_on_its_line() {
    let mut plan = plan();
    plan.facts[0].1 = "示例市政府\nPayload-Oxum: 0.0".to_owned();
    let mut package = Package::open(Cursor::new(write(plan)), &WORKBOOK_CAPS).unwrap();
    let info = text(&mut package, "bag-info.txt");
    assert!(info.starts_with("Source-Organization: 示例市政府 Payload-Oxum: 0.0\n"), "{info}");
    assert_eq!(info.lines().count(), 3);
}

#[test]
fn the_contents_say_what_each_file_is_and_how_large() {
    let contents = bundle::contents(&typesetting::rich(), &plan().entries);
    assert!(contents.starts_with('\u{feff}') && contents.ends_with("\r\n"));
    assert_eq!(contents.matches('\n').count(), contents.matches("\r\n").count());
    for line in ["  01-自評表.pdf　自評表（9 位元組）", "  03-files/2-1-3_01.ods　表（17 位元組）"]
    {
        assert!(contents.lines().any(|found| found == line), "{contents}");
    }
}

#[test]
fn figures_are_told_to_machines_without_a_word_of_narrative() {
    let dossier = typesetting::rich();
    let text = bundle::figures_json(&dossier);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((json["schema"].as_str(), json["version"].as_u64()), (Some("huibian-dossier"), Some(1)));
    let sections: Vec<_> = dossier.facets.iter().flat_map(|facet| &facet.indicators).collect();
    assert_eq!(json["indicators"].as_array().unwrap().len(), sections.len());
    for (section, told) in sections.iter().zip(json["indicators"].as_array().unwrap()) {
        assert_eq!(told["code"], section.code.as_str());
        for (row, measure) in
            section.table.iter().flat_map(|table| &table.rows).zip(told["measures"].as_array().unwrap())
        {
            let values: Vec<Option<&str>> =
                measure["values"].as_array().unwrap().iter().map(|value| value["value"].as_str()).collect();
            assert_eq!(values, row.values.iter().map(Option::as_deref).collect::<Vec<_>>());
        }
        for paragraph in section.narratives.iter().flat_map(|narrative| &narrative.paragraphs) {
            assert!(!text.contains(paragraph.as_str()));
        }
    }
    assert_eq!(json["appendices"].as_array().unwrap().len(), dossier.appendices.len());
    assert_eq!(text, bundle::figures_json(&dossier));
}

/// Entries of a bundle, to be changed and packed again by hand.
pub fn unpacked(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut package = Package::open(Cursor::new(zip), &WORKBOOK_CAPS).unwrap();
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    names.into_iter().enumerate().map(|(index, name)| (name, package.read(index).unwrap())).collect()
}

fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipSink::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.entry(name, Packing::Deflated, content.len() as u64, &mut content.as_slice()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn faults(zip: &[u8]) -> String {
    bundle::verify(zip).faults.iter().map(|fault| format!("{}：{}\n", fault.name, fault.message)).collect()
}

#[test]
fn a_bundle_of_ours_verifies() {
    let verdict = bundle::verify(&write(plan()));
    assert_eq!(verdict.faults, []);
    assert_eq!(verdict.n_files, 2);
}

#[test]
fn every_flipped_byte_is_found() {
    let zip = write(plan());
    for at in 0..zip.len() {
        let mut flipped = zip.clone();
        flipped[at] ^= 0x41;
        assert!(!bundle::verify(&flipped).faults.is_empty(), "byte {at} of {}", zip.len());
    }
}

#[test]
fn what_is_missing_extra_or_changed_is_named() {
    let zip = write(plan());
    let files = unpacked(&zip);
    let without = |name: &str| files.iter().filter(|(n, _)| !n.ends_with(name)).cloned().collect::<Vec<_>>();
    assert!(faults(&packed(&without("2-1-3_01.ods"))).contains("檔案卻不在"));
    assert!(faults(&packed(&without("tagmanifest-sha512.txt"))).contains("tagmanifest-sha512.txt：缺少此檔"));
    let with = |name: &str, content: &[u8]| {
        let mut files = files.clone();
        files.retain(|(n, _)| n != name);
        files.push((name.to_owned(), content.to_vec()));
        packed(&files)
    };
    assert!(faults(&with("sample-110/data/更多.pdf", b"x")).contains("未列在 manifest-sha512.txt"));
    assert!(faults(&with("sample-110/更多.txt", b"x")).contains("多出來的檔案"));
    assert!(faults(&with("sample-110/data/01-自評表.pdf", b"%PDF-other")).contains("內容與校驗值不符"));
    assert!(faults(&with("sample-110/data/CON.pdf", b"x")).contains("Windows"));
    assert!(faults(&with("other/data/x.pdf", b"x")).contains("最上層資料夾"));
    assert!(faults(b"nothing").contains("無法開啟"));
    // The same content packed by another program: right, but not as it was made.
    let told = faults(&packed(&files));
    assert!(told.contains("不是原樣") && told.contains("位元組不在任何校驗值內"), "{told}");
}
