//! Every input file ends in exactly one line of the ledger, whatever lies in the workspace and
//! whatever it is called.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use huibian::pipeline::{self, Settings};
use huibian::worker::InProcess;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::pipeline::examine_with;
use crate::support::workspace::Copy;

/// Trees tried in the quick suite; `HUIBIAN_LONG=1` tries 10,000.
const QUICK: u32 = 25;

const FOLDERS: &[&str] = &[
    "",
    "警察局",
    "警察局/警03-1_統計表",
    "警察局/警03-1_統計表/深/層/又/深/一/層",
    "勞工處/勞03-2_簽到表",
    "勞工處/勞99-9_沒有的項目",
    "00_秘書單位",
    "不相干的資料夾",
    "templates/letters",
    "__MACOSX/警察局",
];

const NAMES: &[&str] = &[
    "文件.pdf",
    "文件(1).pdf",
    "e\u{301}.pdf",
    "é.pdf",
    "~$警察局.xlsx",
    ".~lock.表.ods#",
    ".hidden",
    "._文件.pdf",
    ".DS_Store",
    "Thumbs.db",
    "下載.crdownload",
    "使用說明.txt",
    "numbers.lock",
    "警察局.xlsx",
    "勞工處.ods",
    "照片.JPG",
    "=cmd.pdf",
    "a,b.pdf",
    " 頭尾有空白 .pdf",
    "沒有副檔名",
    "點.點.點.",
];

/// Names that only some systems allow.
#[cfg(unix)]
const ODD_NAMES: &[&[u8]] = &[
    b"\"quoted\".pdf",
    b"line\nbreak.pdf",
    b"back\\slash.pdf",
    b"\xA4\xA4\xA4\xE5.pdf",
    b"\xFF.pdf",
    b"CON",
];

const CONTENTS: &[&[u8]] = &[
    b"",
    b"x",
    b"%PDF-1.7\n",
    b"\xFF\xD8\xFF\xE0",
    b"PK\x03\x04",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
    b"<html></html>",
];

#[derive(Debug, Clone)]
enum Entry {
    File {
        folder: usize,
        name: usize,
        content: usize,
    },
    #[cfg(unix)]
    Odd {
        folder: usize,
        name: usize,
        content: usize,
    },
    #[cfg(unix)]
    Link {
        folder: usize,
        name: usize,
        target: usize,
    },
    #[cfg(unix)]
    Pipe {
        folder: usize,
    },
}

fn file() -> BoxedStrategy<Entry> {
    (0..FOLDERS.len(), 0..NAMES.len(), 0..CONTENTS.len())
        .prop_map(|(folder, name, content)| Entry::File { folder, name, content })
        .boxed()
}

#[cfg(not(unix))]
fn entry() -> BoxedStrategy<Entry> {
    file()
}

#[cfg(unix)]
fn entry() -> BoxedStrategy<Entry> {
    let odd = (0..FOLDERS.len(), 0..ODD_NAMES.len(), 0..CONTENTS.len())
        .prop_map(|(folder, name, content)| Entry::Odd { folder, name, content });
    let link = (0..FOLDERS.len(), 0..NAMES.len(), 0..3usize).prop_map(|(folder, name, target)| Entry::Link {
        folder,
        name,
        target,
    });
    let pipe = (0..FOLDERS.len()).prop_map(|folder| Entry::Pipe { folder });
    prop_oneof![8 => file(), 3 => odd, 1 => link, 1 => pipe].boxed()
}

/// Lays an entry down; one already there stays.
fn lay(root: &Path, entry: &Entry) {
    let folder = |index: &usize| {
        let folder = root.join(FOLDERS[*index]);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    match entry {
        Entry::File { folder: at, name, content } => {
            let path = folder(at).join(NAMES[*name]);
            if path.symlink_metadata().is_err() {
                fs::write(path, CONTENTS[*content]).unwrap();
            }
        }
        #[cfg(unix)]
        Entry::Odd { folder: at, name, content } => {
            use std::os::unix::ffi::OsStrExt;
            let path = folder(at).join(std::ffi::OsStr::from_bytes(ODD_NAMES[*name]));
            fs::write(path, CONTENTS[*content]).unwrap();
        }
        #[cfg(unix)]
        Entry::Link { folder: at, name, target } => {
            let path = folder(at).join(format!("連結 {}", NAMES[*name]));
            let target = ["/etc/hostname", "..", "nowhere"][*target];
            let _ = std::os::unix::fs::symlink(target, path);
        }
        #[cfg(unix)]
        Entry::Pipe { folder: at } => {
            let path = folder(at).join("管線.pdf");
            let _ =
                std::process::Command::new("mkfifo").arg(path).stderr(std::process::Stdio::null()).status();
        }
    }
}

/// Plain files and others under a folder, and the bytes of the plain ones.
fn found(folder: &Path) -> (usize, u64) {
    let mut total = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        let (files, bytes) = match (kind.is_dir(), kind.is_file()) {
            (true, _) => found(&entry.path()),
            (_, true) => (1, entry.metadata().unwrap().len()),
            _ => (1, 0),
        };
        total = (total.0 + files, total.1 + bytes);
    }
    total
}

/// The fields of a CSV, RFC 4180.
fn csv(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = characters.next() {
        let record = records.last_mut().unwrap();
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                record.last_mut().unwrap().push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => records.push(vec![String::new()]),
            c => record.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(records.pop(), Some(vec![String::new()]), "ends with a line break");
    records.remove(0);
    records
}

fn ledger(copy: &Copy) -> Vec<Vec<String>> {
    let examination = examine_with(copy, &InProcess);
    let settings = Settings::on(Date::constant(2022, 2, 10));
    let dossier = pipeline::dossier(&examination, &settings);
    let trace = pipeline::trace(&examination, &dossier);
    csv(&pipeline::ledger(&dossier, &[], &examination, &trace, &[]))
}

fn accounts_for_all(entries: &[Entry]) -> Result<(), TestCaseError> {
    let copy = Copy::empty();
    copy.write("plan.toml", b"based_on = \"hsinchu-110\"\n");
    for entry in entries {
        lay(&copy.inputs(), entry);
    }
    let ledger = ledger(&copy);
    let (n_files, bytes) = found(&copy.inputs());
    prop_assert_eq!(ledger.len(), n_files);
    prop_assert_eq!(ledger.iter().map(|line| line[1].parse::<u64>().unwrap()).sum::<u64>(), bytes);
    let mut names = BTreeMap::new();
    for line in &ledger {
        prop_assert_eq!(line.len(), 6);
        prop_assert!(!line[3].is_empty(), "{:?} has no fate", line);
        let is_odd = line[0].contains('\u{fffd}');
        prop_assert!(names.insert(line[0].clone(), ()).is_none() || is_odd, "{} twice", line[0]);
    }
    Ok(())
}

#[test]
fn no_file_of_any_tree_is_unaccounted_for() {
    let cases = if std::env::var_os("HUIBIAN_LONG").is_some() { 10_000 } else { QUICK };
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner.run(&prop::collection::vec(entry(), 0..40), |entries| accounts_for_all(&entries)).unwrap();
}

#[test]
fn the_ledger_says_who_cites_what() {
    let copy = Copy::of_sample();
    copy.write("警察局/散落.pdf", b"%PDF-1.7\n");
    let ledger = ledger(&copy);
    let of = |name: &str| ledger.iter().find(|line| line[0].ends_with(name)).unwrap();
    assert_eq!(of("警察局.xlsx")[3], "讀為填報檔");
    assert!(of("警察局.xlsx")[5].starts_with("印出 "), "{:?}", of("警察局.xlsx"));
    assert_eq!(of("簽到表(已遮蔽).pdf")[5], "指標 2-1");
    assert_eq!((of("散落.pdf")[3].as_str(), of("散落.pdf")[5].as_str()), ("未收錄", ""));
}
