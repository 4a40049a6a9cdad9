//! Zips in items' folders: opened as if they were folders, or told why not.

use std::fs;
use std::io::{Cursor, Write};

use huibian::exhibit::Content;
use huibian::inventory::Role;
use huibian::place::RelPath;
use huibian::worker::InProcess;
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::pipeline::{compile, examine_with, said};
use crate::support::workspace::{Copy, sample};

/// A zip of entries by the stored bytes of their names.
pub fn zip_of(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file_with_options(SimpleFileOptions::default().name(name)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Bit 0 of the general purpose flags (APPNOTE 4.4.4), set in every header.
fn encrypted(mut zip: Vec<u8>) -> Vec<u8> {
    for at in 0..zip.len() - 10 {
        match &zip[at..at + 4] {
            b"PK\x03\x04" => zip[at + 6] |= 1,
            b"PK\x01\x02" => zip[at + 8] |= 1,
            _ => {}
        }
    }
    zip
}

fn document() -> Vec<u8> {
    fs::read(sample().join("警察局/警04-1_會議紀錄/第1次會議.pdf"))
        .or_else(|_| {
            let any = crate::support::workspace::files(&sample());
            fs::read(any.iter().find(|path| path.extension().is_some_and(|e| e == "pdf")).unwrap())
        })
        .unwrap()
}

fn paths(copy: &Copy) -> Vec<(String, Role)> {
    let examination = examine_with(copy, &InProcess);
    let files = examination.inventory.files.into_iter();
    files
        .filter(|file| file.path.as_str().contains(".zip"))
        .map(|file| (file.path.to_string(), file.role))
        .collect()
}

#[test]
fn a_zip_from_taiwan_is_opened_as_if_it_were_a_folder() {
    let copy = Copy::without_evidence();
    // 「簽到表.txt」 in Big5 without a flag, as Windows in Taiwan writes it.
    let zip = zip_of(&[
        (b"\xc3\xb1\xa8\xec\xaa\xed.txt", "示例".as_bytes()),
        (b"more/", b""),
        (b"more\\minutes.pdf", &document()),
        (b"more/Thumbs.db", b"thumbs"),
        (b"__MACOSX/._minutes.pdf", b"x"),
        (b"~$a.docx", b"lock"),
    ]);
    copy.write("警察局/警03-1_統計表/附件.zip", &zip);
    let item = || Role::Evidence("警03-1".into());
    let found = paths(&copy);
    let evidence: Vec<&str> =
        found.iter().filter(|(_, role)| *role == item()).map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        evidence,
        ["警察局/警03-1_統計表/附件.zip/more/minutes.pdf", "警察局/警03-1_統計表/附件.zip/簽到表.txt"]
    );
    assert_eq!(found[0], ("警察局/警03-1_統計表/附件.zip".to_owned(), Role::Archive("警03-1".into())));
    assert_eq!(found.iter().filter(|(_, role)| matches!(role, Role::LeftOut(_))).count(), 3);
    assert!(said(&copy, "file-in-use").is_empty(), "a lock file in a zip is nobody's open document");
    assert!(said(&copy, "evidence-missing").iter().all(|d| !d.message.contains("警03-1")));
}

#[test]
fn each_member_ends_in_one_line_of_the_ledger_and_is_bound_or_packed() {
    let copy = Copy::of_sample();
    let zip = zip_of(&[("名冊.pdf".as_bytes(), &document()), ("說明.txt".as_bytes(), "示例".as_bytes())]);
    copy.write("勞工處/勞05-1_訪視統計/補充.zip", &zip);
    let files = compile(&copy);
    let text = |name: &str| {
        let (_, bytes) = files.iter().find(|(file, _)| file == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let ledger = text("內部/檔案總帳.csv");
    let line = |start: &str| {
        let found: Vec<&str> = ledger.lines().filter(|line| line.starts_with(start)).collect();
        assert_eq!(found.len(), 1, "{start}");
        found[0].to_owned()
    };
    assert!(line("勞工處/勞05-1_訪視統計/補充.zip,").contains(",解開,"));
    assert!(line("勞工處/勞05-1_訪視統計/補充.zip › 名冊.pdf,").contains(",裝訂,"));
    let packed = line("勞工處/勞05-1_訪視統計/補充.zip › 說明.txt,");
    assert!(packed.contains(",以檔案收錄,"), "{packed}");
    let (_, zip) = files.iter().find(|(name, _)| name.ends_with(".zip")).expect("nothing blocks");
    let mut package =
        huibian::container::Package::open(Cursor::new(zip), &huibian::container::WORKBOOK_CAPS).unwrap();
    let at = package.entries().iter().position(|entry| entry.name.text.ends_with(".txt") && entry.bytes == 6);
    assert_eq!(package.read(at.expect("the packed member")).unwrap(), "示例".as_bytes());
}

#[test]
fn what_cannot_be_opened_whole_stays_closed_and_is_told() {
    let zip = zip_of(&[(b"a.txt", b"hello hello hello hello"), (b"b.txt", b"x")]);
    let mut damaged = zip.clone();
    damaged[36] ^= 0xFF;
    let many: Vec<(Vec<u8>, &[u8])> =
        (0..1001).map(|n| (format!("{n}.txt").into_bytes(), &b"x"[..])).collect();
    let many: Vec<(&[u8], &[u8])> = many.iter().map(|(name, content)| (&name[..], *content)).collect();
    let bomb = zip_of(&[(b"bomb.bmp", &vec![0; 80 << 20])]);
    for (bytes, words) in [
        (encrypted(zip.clone()), "設有密碼"),
        (damaged, "已損壞"),
        (zip[..zip.len() - 30].to_vec(), "已損壞"),
        (zip_of(&many), "內含 1001 個檔案"),
        (bomb, "膨脹"),
        (zip_of(&[(b"empty/", b"")]), "沒有任何檔案"),
        (b"Rar!\x1A\x07\x01\0".to_vec(), "不是 .zip 格式"),
    ] {
        let copy = Copy::without_evidence();
        copy.write("警察局/警03-1_統計表/附件.zip", &bytes);
        let found = said(&copy, "evidence-unusable");
        assert_eq!(found.len(), 1, "{words}");
        assert!(found[0].message.contains(words), "{}", found[0].message);
        assert!(found[0].blocks());
        assert_eq!(paths(&copy).len(), 1, "{words}");
    }
}

#[test]
fn a_zip_within_a_zip_is_told_and_not_opened() {
    let copy = Copy::without_evidence();
    let inner = zip_of(&[(b"a.txt", b"x")]);
    copy.write("警察局/警03-1_統計表/附件.zip", &zip_of(&[(b"inner.zip", &inner), (b"b.txt", b"x")]));
    let found = said(&copy, "evidence-unusable");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place.path().unwrap().as_str(), "警察局/警03-1_統計表/附件.zip/inner.zip");
    assert!(found[0].message.contains("第一層"), "{}", found[0].message);
    // Archives that nothing here opens are never packed unseen.
    copy.write("警察局/警03-1_統計表/附件.7z", b"7z\xBC\xAF\x27\x1C\0\x04");
    assert_eq!(said(&copy, "evidence-unusable").len(), 2);
    assert!(said(&copy, "evidence-extension-wrong").is_empty());
}

#[test]
fn a_copy_of_a_loose_file_in_a_zip_is_found() {
    let copy = Copy::without_evidence();
    let document = document();
    copy.write("警察局/警03-1_統計表/表.pdf", &document);
    copy.write("警察局/警03-1_統計表/附件.zip", &zip_of(&[(b"copy.pdf", &document)]));
    copy.write("勞工處/勞05-1_訪視統計/附件.zip", &zip_of(&[(b"other.pdf", &document)]));
    assert_eq!(said(&copy, "evidence-repeated").len(), 1);
    assert_eq!(said(&copy, "evidence-reused").len(), 1);
}

#[test]
fn an_inner_folder_that_names_an_item_decides_as_on_disk_and_the_zips_name_does_not() {
    let copy = Copy::without_evidence();
    let zip = zip_of(&[("警04-1_紀錄/a.txt".as_bytes(), b"x"), (b"b.txt", b"y")]);
    copy.write("警察局/警03-1_統計表/警04-2.zip", &zip);
    let roles: Vec<Role> = paths(&copy).into_iter().map(|(_, role)| role).collect();
    assert_eq!(
        roles,
        [Role::Archive("警03-1".into()), Role::Evidence("警03-1".into()), Role::Evidence("警04-1".into())]
    );
}

/// Nothing a zip calls its members leads out of it, and no two of them meet.
#[test]
fn names_that_lead_elsewhere_are_only_names() {
    let copy = Copy::without_evidence();
    let long = [b"n".repeat(3000), b".txt".to_vec()].concat();
    let deep = [b"d/".repeat(3000), b"e.txt".to_vec()].concat();
    let zip = zip_of(&[
        (b"../../../evil.txt", b"1"),
        (b"/etc/passwd.txt", b"2"),
        (b"C:\\Windows\\a.txt", b"3"),
        (b"../evil.TXT", b"4"),
        (b"a\x00\x1b[31m.txt", b"5"),
        (b"..", b"6"),
        (&long, b"7"),
        (&deep, b"8"),
    ]);
    copy.write("警察局/警03-1_統計表/附件.zip", &zip);
    let before = copy.snapshot();
    let found = paths(&copy);
    assert_eq!(found.len(), 9, "{found:?}");
    for (path, role) in &found[1..] {
        assert_eq!(*role, Role::Evidence("警03-1".into()), "{path}");
        let within = path.strip_prefix("警察局/警03-1_統計表/附件.zip/").unwrap();
        assert!(within.split('/').all(|part| !matches!(part, "" | "." | "..")), "{path}");
        assert!(!within.contains(|c: char| c.is_control() || c == ':' || c == '\\'), "{path}");
        assert!(within.chars().count() < 400);
    }
    assert!(found.iter().any(|(path, _)| path.ends_with("evil（2）.TXT")), "{found:?}");
    assert_eq!(before, copy.snapshot());
}

/// What the packed originals of films weigh is told; that they cannot be searched, too.
#[test]
fn a_film_goes_in_as_a_file_and_a_large_one_is_told() {
    let copy = Copy::without_evidence();
    let mut film = b"\0\0\0\x18ftypmp42".to_vec();
    copy.write("警察局/警03-1_統計表/短片.mp4", &film);
    assert!(said(&copy, "evidence-large").is_empty());
    film.resize(30_000_000, 7);
    copy.write("警察局/警03-1_統計表/長片.mp4", &film);
    let examination = examine_with(&copy, &InProcess);
    for name in ["短片.mp4", "長片.mp4"] {
        let path = RelPath::new(format!("警察局/警03-1_統計表/{name}"));
        assert!(matches!(examination.preparations[&path].content, Content::File { .. }), "{name}");
    }
    let large = said(&copy, "evidence-large");
    assert_eq!(large.len(), 1);
    assert!(large[0].message.contains("檔案 30 MB，郵件編碼後約 40 MB"), "{}", large[0].message);
    assert!(!large[0].blocks());
    let unsearchable = said(&copy, "evidence-without-text");
    assert!(unsearchable.iter().all(|d| d.message.contains("無法搜尋")) && unsearchable.len() == 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_byte_of_a_zip_makes_opening_it_panic(at in 0usize..400, byte: u8, cut in 0usize..400) {
        let mut zip = zip_of(&[(b"a.txt", &[b'x'; 90]), (b"b/c.txt", b"y"), (b"\xc3\xb1.txt", b"z")]);
        let at = at % zip.len();
        zip[at] = byte;
        zip.truncate(zip.len() - cut % 60);
        let archive = RelPath::new("a.zip");
        let opened = huibian::evidence::open_archive(Cursor::new(&zip), &archive, &mut |path, bytes| {
            assert!(path.as_str().starts_with("a.zip/"));
            std::io::copy(bytes, &mut std::io::sink()).map(|_| ())
        });
        prop_assert!(opened.is_ok());
    }
}
