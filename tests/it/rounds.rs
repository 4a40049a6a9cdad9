//! Chasing units through the command line: status, notices, receipts, versions, the year's calendar.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use huibian::corrections;
use huibian::grid::Grid;
use huibian::place::CellRef;
use huibian::revision::{self, Change};

use crate::support::workspace::{Copy, files};

struct Run {
    code: i32,
    out: String,
}

fn run(copy: &Copy, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .args(arguments)
        .current_dir(copy.folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Run { code: output.status.code().unwrap_or(-1), out: String::from_utf8(output.stdout).unwrap() }
}

/// One unit silent, one blank, one with a workbook of another unit in it.
fn a_week_before() -> Copy {
    let copy = Copy::without_evidence();
    fs::remove_file(copy.inputs().join("勞工處/勞工處.xlsx")).unwrap();
    copy
}

fn told(copy: &Copy, unit: &str, file: &str) -> String {
    let path = copy.output().join("補件通知").join(unit).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn notices(copy: &Copy, today: &str) -> Run {
    run(copy, &["notices", "--today", today])
}

/// A unit's file of the last notices that is the marked workbook.
fn marked(copy: &Copy, unit: &str) -> Vec<u8> {
    let folder = copy.output().join("補件通知").join(unit);
    let is_marked = |path: &&std::path::PathBuf| path.to_string_lossy().contains("-待修正.");
    fs::read(files(&folder).iter().find(is_marked).expect("a marked workbook")).unwrap()
}

#[test]
fn status_is_one_screen_with_straight_columns_and_next_steps() {
    let copy = a_week_before();
    let status = run(&copy, &["status", "--today", "111-02-10"]);
    assert_eq!(status.code, 1, "as check ends");
    let lines: Vec<&str> = status.out.lines().collect();
    assert!(lines.len() <= 24, "{}", status.out);
    assert!(lines[1].contains("111年2月15日（星期二）　還有 3 個上班日"), "{}", status.out);
    assert!(status.out.contains("勞工處    未交"), "{}", status.out);
    assert!(status.out.contains("1. 勞工處尚未繳交填報檔，請催交"), "{}", status.out);
    assert!(status.out.contains("huibian notices"), "{}", status.out);
    let police = fs::read(copy.inputs().join("警察局/警察局.xlsx")).unwrap();
    copy.write("警察局/警察局_最終版.xlsx", &police);
    let late = run(&copy, &["status", "--today", "111-02-17"]);
    assert!(late.out.contains("※ 警察局：有 2 個填報檔，讀取「警察局.xlsx」"), "{}", late.out);
    assert!(late.out.contains("已逾期 2 個上班日"), "{}", late.out);
    let on_the_day = run(&copy, &["status", "--today", "111-02-15"]);
    assert!(on_the_day.out.contains("今天到期"), "{}", on_the_day.out);
    assert!(!copy.output().exists(), "writes nothing");
}

#[test]
fn with_nothing_to_mend_status_says_compile() {
    let copy = Copy::of_sample();
    let status = run(&copy, &["status", "--today", "111-02-10"]);
    assert_eq!(status.code, 0);
    assert!(status.out.contains("執行 huibian compile"), "{}", status.out);
    assert!(status.out.contains("16/16"), "{}", status.out);
}

#[test]
fn each_unit_is_told_its_own_matters_alone() {
    let copy = a_week_before();
    let made = notices(&copy, "111-02-10");
    assert_eq!(made.code, 1);
    let police = told(&copy, "警察局", "補件通知.txt");
    assert!(police.contains("請於111年2月15日（星期二）前補正送回（還有 3 個上班日）"), "{police}");
    assert!(police.contains("王示例") && police.contains("03-5000000#123"), "{police}");
    for other in ["勞工處", "社會處", "勞03", "社01"] {
        assert!(!police.contains(other), "{other}\n{police}");
    }
    let errors = police.find("一、必須補正").unwrap();
    assert!(errors < police.find("二、請確認").unwrap());
    let eml = told(&copy, "警察局", "補件通知.eml");
    assert!(eml.starts_with("X-Unsent: 1"), "{}", &eml[..200]);
    assert!(eml.contains("Content-Disposition: attachment"));
    // Nothing came from this one: it is asked for, and nothing is receipted.
    let labour = told(&copy, "勞工處", "補件通知.txt");
    assert!(labour.contains("【催交】") && labour.contains("尚未收到貴單位的填報檔"), "{labour}");
    assert!(!copy.output().join("補件通知/勞工處/收件證明.txt").exists());
    // The marked copy holds the answers as they came.
    let list = |grid: &Grid| grid.sheets[0].name.clone();
    let grid = crate::support::grid(&marked(&copy, "警察局"));
    assert_eq!(list(&grid), corrections::SHEET);
}

#[test]
fn a_receipt_names_every_file_and_when_it_was_first_seen() {
    let copy = Copy::without_evidence();
    copy.write("警察局/警03-1_統計表/表.txt", "內容".as_bytes());
    notices(&copy, "111-02-10");
    let first = told(&copy, "警察局", "收件證明.txt");
    let digest = huibian::inventory::sha256_hex("內容".as_bytes());
    assert!(first.contains(&digest) && first.contains("警察局/警03-1_統計表/表.txt"), "{first}");
    assert!(first.contains("首次收到：111年2月10日（星期四）"), "{first}");
    assert!(first.contains("待補正"), "{first}");
    // Later, and after a compile has rewritten the output: the first time stays.
    assert_eq!(run(&copy, &["compile", "--today", "111-02-11"]).code, 1);
    assert!(copy.output().join("補件通知/警察局/收件證明.txt").exists(), "a compile keeps them");
    notices(&copy, "111-02-14");
    assert!(copy.output().join("草稿-自評表.pdf").exists(), "notices keep what compile made");
    assert_eq!(
        fs::read_to_string(copy.output().join("內部/收件登記簿.jsonl")).unwrap().matches(&digest).count(),
        1
    );
    let later = told(&copy, "警察局", "收件證明.txt");
    assert!(
        later.contains("製作日期：111年2月14日") && later.contains("首次收到：111年2月10日（星期四）"),
        "{later}"
    );
}

#[test]
fn the_next_round_says_what_was_settled_and_what_came_back_unchanged() {
    let copy = Copy::without_evidence();
    notices(&copy, "111-02-10");
    let first = told(&copy, "警察局", "補件通知.txt");
    assert!(!first.contains("與前次通知"), "{first}");
    copy.write("警察局/警03-1_統計表/表.txt", "內容".as_bytes());
    notices(&copy, "111-02-11");
    let second = told(&copy, "警察局", "補件通知.txt");
    assert!(
        second.contains("與前次通知（111年2月10日（星期四））相比：尚未收到新的填報檔；已解決 1 項"),
        "{second}"
    );
    // The unit sends the marked copy back as it is: another file, the same answers.
    let back = marked(&copy, "警察局");
    copy.write("警察局/警察局.xlsx", &back);
    notices(&copy, "111-02-14");
    let third = told(&copy, "警察局", "補件通知.txt");
    assert!(third.contains("各格內容都沒有變"), "{third}");
    let again = crate::support::grid(&marked(&copy, "警察局"));
    assert_eq!(again.sheets.iter().filter(|sheet| sheet.name == corrections::SHEET).count(), 1);
}

#[test]
fn the_same_round_gives_the_same_bytes() {
    let outputs: Vec<Vec<(String, Vec<u8>)>> = (0..2)
        .map(|_| {
            let copy = a_week_before();
            notices(&copy, "111-02-10");
            let output = copy.output();
            let relative = |path: &Path| path.strip_prefix(&output).unwrap().to_string_lossy().into_owned();
            files(&output).iter().map(|path| (relative(path), fs::read(path).unwrap())).collect()
        })
        .collect();
    assert!(outputs[0].len() > 10);
    assert_eq!(outputs[0], outputs[1]);
}

#[test]
fn what_cannot_be_marked_goes_out_with_the_list() {
    let copy = Copy::without_evidence();
    let path = copy.inputs().join("警察局/警察局.xlsx");
    let bytes = fs::read(&path).unwrap();
    // A part that says it is a macro: marked copies of such files are not made.
    let mut archive = zip::ZipWriter::new_append(std::io::Cursor::new(bytes)).unwrap();
    archive.start_file("xl/vbaProject.bin", zip::write::SimpleFileOptions::default()).unwrap();
    fs::write(&path, archive.finish().unwrap().into_inner()).unwrap();
    let made = notices(&copy, "111-02-10");
    assert!(made.out.contains("未能在原檔標註（含巨集的檔案不標註）"), "{}", made.out);
    let list = fs::read(copy.output().join("補件通知/警察局/警察局-待修正清單.xlsx")).unwrap();
    assert!(crate::support::grid(&list).sheets[0].cells.len() > 10);
    assert!(told(&copy, "警察局", "補件通知.txt").contains("含巨集的檔案不標註，故未在原檔標註"));
}

#[test]
fn diff_names_the_cells_and_both_values() {
    let copy = Copy::without_evidence();
    fs::copy(copy.inputs().join("警察局/警察局.xlsx"), copy.folder.path().join("舊.xlsx")).unwrap();
    let same = run(&copy, &["diff", "舊.xlsx", "inputs/警察局/警察局.xlsx"]);
    assert!(same.out.contains("完全相同"), "{}", same.out);
    let other = run(&copy, &["diff", "舊.xlsx", "inputs/勞工處/勞工處.xlsx"]);
    assert!(
        other.out.contains("新增工作表「勞03 教育訓練」") && other.out.contains("格不同。"),
        "{}",
        other.out
    );
}

#[test]
fn versions_are_compared_as_people_read_them() {
    let copy = Copy::without_evidence();
    let old = crate::support::grid(&fs::read(copy.inputs().join("警察局/警察局.xlsx")).unwrap());
    let mut new = old.clone();
    assert_eq!(revision::compare(&old, &new), []);
    let sheet = new.sheets.iter_mut().find(|sheet| sheet.name.starts_with("警04")).unwrap();
    let cell = CellRef::parse("Z99").unwrap();
    sheet.cells.insert(cell, huibian::grid::Cell::Text("A123456789".to_owned()));
    let name = sheet.name.clone();
    let changes = revision::compare(&old, &new);
    let [Change::Cell { sheet, cell: at, old: before, new: after }] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((sheet, *at, before.as_str()), (&name, cell, ""));
    assert!(!after.contains("123456789"), "{after}");
}

#[test]
fn the_years_days_become_a_calendar_file() {
    let copy = Copy::without_evidence();
    let timeline = run(&copy, &["timeline", "--ics", "期程.ics"]);
    assert_eq!(timeline.code, 0);
    assert!(
        timeline.out.contains("111年2月15日（星期二）") && timeline.out.contains("申復"),
        "{}",
        timeline.out
    );
    let ics = fs::read_to_string(copy.folder.path().join("期程.ics")).unwrap();
    assert_eq!(ics.matches("BEGIN:VEVENT").count(), 7);
    // Days due come with a reminder a week and a day before; spans of months do not.
    assert_eq!(ics.matches("BEGIN:VALARM").count(), 4);
    assert!(ics.contains("DTSTART;VALUE=DATE:20220215\r\n"), "{ics}");
}
