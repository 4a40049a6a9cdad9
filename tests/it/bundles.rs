//! The bundle through its door: entries in, a bag in a zip out, the same bytes every time.

use std::io::{self, Cursor};

use huibian::bundle::{self, BundleEntry, BundlePlan, EntrySource};
use huibian::container::{Package, WORKBOOK_CAPS};
use huibian::exhibit::{ByteSource, Handle};
use huibian::inventory::{sha256_hex, sha512_hex};
use huibian::place::RelPath;

struct Inputs;

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
                source: EntrySource::Bytes(b"%PDF-form".to_vec()),
            },
            BundleEntry {
                name: "03-files/2-1-3_01.ods".to_owned(),
                caption: "表".to_owned(),
                source: EntrySource::Input { sha256: sha256_hex(input.as_str().as_bytes()), path: input },
            },
        ],
        facts: vec![
            ("Source-Organization".to_owned(), "示例市政府".to_owned()),
            ("Bagging-Date".to_owned(), "2022-03-10".to_owned()),
        ],
    }
}

fn write(plan: &BundlePlan) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    bundle::write(plan, &Inputs, &mut out).unwrap();
    out.into_inner()
}

fn text(package: &mut Package<Cursor<Vec<u8>>>, name: &str) -> String {
    String::from_utf8(package.part(&format!("sample-110/{name}")).unwrap().unwrap()).unwrap()
}

#[test]
fn a_bag_holds_what_rfc_8493_asks_for() {
    let zip = write(&plan());
    assert_eq!(zip, write(&plan()), "the same plan gives the same bytes");
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
        EntrySource::Input { path: RelPath::new("甲.ods"), sha256: sha256_hex(b"before") };
    let error = bundle::write(&plan, &Inputs, Cursor::new(Vec::new())).unwrap_err();
    assert!(error.to_string().contains("在執行中被修改"), "{error}");
}

#[test]
fn a_name_that_windows_cannot_hold_is_never_packed() {
    let mut plan = plan();
    plan.entries[0].name = "CON.pdf".to_owned();
    assert!(bundle::write(&plan, &Inputs, Cursor::new(Vec::new())).is_err());
}
