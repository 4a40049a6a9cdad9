//! The cases of the Library of Congress's conformance suite for BagIt, each as a bag of our own:
//! what it calls invalid is refused, what it calls valid in 1.0 is accepted.
//!
//! What it only warns of (twins by case or normalisation, system files) is refused too: no bundle of
//! ours holds any, and their receivers work on Windows.

use std::io::Cursor;

use huibian::bundle;
use huibian::container::{Packing, ZipSink};
use huibian::inventory::sha512_hex;

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// A bag to be spoilt: payload and tag files by name, manifests made from what it holds.
#[derive(Clone)]
struct Bag {
    payload: Vec<(String, Vec<u8>)>,
    declaration: Vec<u8>,
    info: Option<Vec<u8>>,
    /// Changes the manifest after it was made.
    manifest: fn(String) -> Vec<u8>,
    tag_manifest: fn(String) -> Option<Vec<u8>>,
    more: Vec<(String, Vec<u8>)>,
    left_out: Option<&'static str>,
    top: &'static str,
}

impl Bag {
    fn new() -> Self {
        Bag {
            payload: vec![("甲.txt".into(), b"hello".to_vec()), ("夾/乙.txt".into(), b"world".to_vec())],
            declaration: DECLARATION.into(),
            info: None,
            manifest: String::into_bytes,
            tag_manifest: |text| Some(text.into_bytes()),
            more: Vec::new(),
            left_out: None,
            top: "bag",
        }
    }

    fn with(change: impl FnOnce(&mut Bag)) -> Self {
        let mut bag = Bag::new();
        change(&mut bag);
        bag
    }

    fn manifest(manifest: fn(String) -> Vec<u8>) -> Self {
        Bag { manifest, ..Bag::new() }
    }

    fn payload(name: &str) -> Self {
        Bag::with(|bag| bag.payload.push((name.to_owned(), b"x".to_vec())))
    }

    fn more(name: &str, content: &str) -> Self {
        Bag::with(|bag| bag.more.push((name.to_owned(), content.into())))
    }

    /// Packed as our own writer packs it.
    fn zip(&self) -> Vec<u8> {
        let octets: usize = self.payload.iter().map(|(_, content)| content.len()).sum();
        let info = format!("Payload-Oxum: {octets}.{}\n", self.payload.len()).into_bytes();
        let lines =
            self.payload.iter().map(|(name, content)| format!("{}  data/{name}\n", sha512_hex(content)));
        let mut tags = vec![
            ("bag-info.txt".to_owned(), self.info.clone().unwrap_or(info)),
            ("bagit.txt".to_owned(), self.declaration.clone()),
            ("manifest-sha512.txt".to_owned(), (self.manifest)(lines.collect())),
        ];
        tags.extend(self.more.iter().cloned());
        let lines = tags.iter().map(|(name, content)| format!("{}  {name}\n", sha512_hex(content)));
        let listed = (self.tag_manifest)(lines.collect());
        tags.extend(listed.map(|content| ("tagmanifest-sha512.txt".to_owned(), content)));
        let payload = self.payload.iter().map(|(name, content)| (format!("data/{name}"), content.clone()));
        let mut zip = ZipSink::new(Cursor::new(Vec::new()));
        for (name, content) in payload.chain(tags).filter(|(name, _)| Some(name.as_str()) != self.left_out) {
            let path = format!("{}/{name}", self.top);
            zip.entry(&path, Packing::Deflated, content.len() as u64, &mut content.as_slice()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn faults(&self) -> Vec<String> {
        let verdict = bundle::verify(&self.zip());
        verdict.faults.iter().map(|fault| format!("{}：{}", fault.name, fault.message)).collect()
    }
}

#[track_caller]
fn assert_refused(case: &str, bag: Bag, word: &str) {
    let faults = bag.faults();
    assert!(faults.iter().any(|fault| fault.contains(word)), "{case}: {faults:?}");
}

#[test]
fn valid_bags_are_accepted() {
    assert_eq!(Bag::new().faults(), [""; 0], "basic bag");
    let spaces = Bag::payload("有 空白 的檔名 (1).txt");
    assert_eq!(spaces.faults(), [""; 0], "names with blanks");
    let empty = Bag::with(|bag| bag.payload.push(("空.txt".into(), Vec::new())));
    assert_eq!(empty.faults(), [""; 0], "a file of no bytes");
    let same = Bag::with(|bag| bag.payload.push(("丙.txt".into(), b"hello".to_vec())));
    assert_eq!(same.faults(), [""; 0], "two files with the same content");
    let deep = Bag::payload("一/二/三/四/五/六/七/八/丁.txt");
    assert_eq!(deep.faults(), [""; 0], "deep folders");
    let info = Bag::with(|bag| {
        bag.info = Some("Contact-Name: 王示例\nContact-Name: 李示例\nPayload-Oxum: 10.2\n".into());
    });
    assert_eq!(info.faults(), [""; 0], "a repeated element of bag-info.txt");
}

#[test]
fn a_declaration_that_is_not_two_plain_lines_is_refused() {
    let declared = |bytes: Vec<u8>| Bag::with(|bag| bag.declaration = bytes);
    let utf16: Vec<u8> = DECLARATION.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (case, bytes) in [
        ("byte order mark", format!("\u{feff}{DECLARATION}").into_bytes()),
        ("UTF-16", utf16),
        ("blanks around the colon", DECLARATION.replace(": ", " : ").into()),
        ("blanks at the ends", DECLARATION.replace("1.0", " 1.0 ").into()),
        ("an unknown version", DECLARATION.replace("1.0", "99.0").into()),
        ("a version that is no number", DECLARATION.replace("1.0", "one").into()),
        ("an older version", DECLARATION.replace("1.0", "0.97").into()),
        ("another encoding", DECLARATION.replace("UTF-8", "ISO-8859-1").into()),
        ("one line", DECLARATION.lines().next().unwrap().into()),
        ("three lines", format!("{DECLARATION}More: x\n").into()),
        ("nothing", Vec::new()),
    ] {
        assert_refused(case, declared(bytes), "不是 BagIt 1.0 的宣告");
    }
}

#[test]
fn a_missing_part_is_refused() {
    for (part, word) in [
        ("bagit.txt", "bagit.txt：缺少此檔"),
        ("bag-info.txt", "bag-info.txt：缺少此檔"),
        ("manifest-sha512.txt", "manifest-sha512.txt：缺少此檔"),
        ("data/甲.txt", "檔案卻不在"),
    ] {
        assert_refused(part, Bag { left_out: Some(part), ..Bag::new() }, word);
    }
    // Stricter than bagit-python 1.9, which takes both for valid.
    let without = Bag { tag_manifest: |_| None, ..Bag::new() };
    assert_refused("tag manifest deleted", without, "tagmanifest-sha512.txt：缺少此檔");
    let unlisted: fn(String) -> Option<Vec<u8>> = |text| {
        let kept = text.lines().filter(|line| !line.contains("bag-info"));
        Some(kept.map(|line| format!("{line}\n")).collect::<String>().into_bytes())
    };
    assert_refused("unlisted tag file", Bag { tag_manifest: unlisted, ..Bag::new() }, "未列在 tagmanifest");
}

#[test]
fn corrupt_and_extra_files_are_refused() {
    let corrupt = Bag::manifest(|text| text.replacen('a', "b", 1).into_bytes());
    assert_refused("payload digest", corrupt, "內容與校驗值不符");
    let tag: fn(String) -> Option<Vec<u8>> = |text| Some(text.replacen('a', "b", 1).into_bytes());
    assert_refused("tag digest", Bag { tag_manifest: tag, ..Bag::new() }, "內容與校驗值不符");
    let unlisted = Bag::manifest(|text| text.lines().next().unwrap().to_owned().into_bytes());
    assert_refused("payload not listed", unlisted, "未列在 manifest-sha512.txt");
    assert_refused("extra tag file", Bag::more("notes.txt", "x"), "多出來的檔案");
    assert_refused("extra tag folder", Bag::more("metadata/x.xml", "x"), "多出來的檔案");
    assert_refused("fetch.txt", Bag::more("fetch.txt", "http://example.invalid 1 data/x\n"), "多出來的檔案");
    assert_refused("manifests that list different files", Bag::more("manifest-md5.txt", ""), "多出來的檔案");
    let oxum = Bag::with(|bag| bag.info = Some("Payload-Oxum: 11.2\n".into()));
    assert_refused("wrong Payload-Oxum", oxum, "Payload-Oxum");
    let latin = Bag::with(|bag| bag.info = Some(b"Contact-Name: Andr\xE9\nPayload-Oxum: 10.2\n".to_vec()));
    assert_refused("bag-info.txt in ISO-8859-1", latin, "不是 UTF-8");
}

#[test]
fn paths_out_of_the_bag_are_refused_and_never_followed() {
    for manifest in [
        (|text| text.replace("data/甲", "/etc/passwd").into_bytes()) as fn(String) -> Vec<u8>,
        |text| text.replace("data/甲", "../outside").into_bytes(),
        |text| text.replace("data/甲", "data/../../outside").into_bytes(),
        |text| text.replace("data/甲", "~/outside").into_bytes(),
        |text| text.replace("data/甲", "~root/outside").into_bytes(),
        |text| text.replace("data/甲", "C:\\outside").into_bytes(),
        |text| text.replace("data/甲", "C:/outside").into_bytes(),
        |text| text.replace("data/甲", "\\\\server\\share\\outside").into_bytes(),
        |text| text.replace("data/甲", "data\\..\\..\\outside").into_bytes(),
    ] {
        let faults = Bag::manifest(manifest).faults();
        assert!(faults.iter().any(|fault| fault.contains("以外的路徑")), "{faults:?}");
    }
}

#[test]
fn manifest_lines_of_other_kinds_are_refused() {
    assert_refused(
        "listed twice, same digest",
        Bag::manifest(|text| format!("{text}{}\n", text.lines().next().unwrap()).into_bytes()),
        "列了兩次",
    );
    assert_refused(
        "listed twice, other digest",
        Bag::manifest(|text| {
            let line = text.lines().next().unwrap().to_owned();
            format!("{text}{}\n", line.replacen(&line[..1], "0", 1)).into_bytes()
        }),
        "列了兩次",
    );
    assert_refused(
        "md5sum's *",
        Bag::manifest(|text| text.replace("  data", " *data").into_bytes()),
        "看不懂",
    );
    assert_refused("./", Bag::manifest(|text| text.replace("  data", "  ./data").into_bytes()), "檔案卻不在");
    assert_refused("a byte order mark", Bag::manifest(|text| format!("\u{feff}{text}").into_bytes()), "不符");
    assert_refused(
        "UTF-16",
        Bag::manifest(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "看不懂",
    );
    let control = Bag::manifest(|text| format!("{text}\u{1b}[2J\n").into_bytes());
    assert!(!control.faults().concat().contains('\u{1b}'), "nothing of theirs reaches the terminal raw");
    assert_refused("not a digest", Bag::manifest(|_| b"zzzz  data/x\n".to_vec()), "檔案卻不在");
}

#[test]
fn what_the_suite_only_warns_of_is_refused_too() {
    assert_refused("twins by case", Bag::payload("夾/乙.TXT"), "同一個檔名");
    let twins = Bag::with(|bag| {
        bag.payload.push(("é.txt".into(), b"x".to_vec()));
        bag.payload.push(("e\u{301}.txt".into(), b"x".to_vec()));
    });
    assert_refused("NFC and NFD twins", twins, "同一個檔名");
    for name in ["Thumbs.db", ".DS_Store"] {
        assert_refused(name, Bag::payload(name), "系統檔");
    }
    for name in ["CON.txt", "a:b.txt", "尾.", "折\n行.txt", "百分之%20.txt"] {
        assert_refused(name, Bag::payload(name), "Windows");
    }
}

#[test]
fn figures_of_another_run_are_refused() {
    let bag = |identity: &str| {
        Bag::with(|bag| {
            let figures = format!("{{\"identity\": \"{identity}\"}}");
            let octets = 10 + figures.len();
            bag.payload.push(("dossier.json".into(), figures.into()));
            bag.info = Some(format!("External-Identifier: a-1a2b\nPayload-Oxum: {octets}.3\n").into());
        })
    };
    assert_eq!(bag("1a2b").faults(), [""; 0]);
    assert_refused("another run's figures", bag("9f9f"), "不是同一次產製的");
}
