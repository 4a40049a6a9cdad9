//! What users are advised to do next is true where they stand: the same fault in other surroundings asks for
//! another remedy.

use std::fs;
use std::process::{Command, Stdio};

use huibian::place::Place;

use crate::archives::zip_of;
use crate::pipeline::said;
use crate::support::scene::Scene;
use crate::support::workspace::Copy;

/// Exit code, standard output and standard error, in a folder below that of the copy.
fn run_in(copy: &Copy, folder: &str, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .args(arguments)
        .current_dir(copy.folder.path().join(folder))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn a_unit_with_two_versions_is_asked_which_one_holds() {
    let copy = Copy::without_evidence();
    let police = fs::read(copy.inputs().join("警察局/警察局.xlsx")).unwrap();
    copy.write("警察局/警察局(1).xlsx", &police);
    let mut other = fs::read(copy.inputs().join("勞工處/勞工處.xlsx")).unwrap();
    other.push(0);
    copy.write("勞工處/勞工處(1).xlsx", &other);
    run_in(&copy, "", &["notices", "--today", "111-02-10"]);
    let told = |unit: &str, file: &str| {
        fs::read_to_string(copy.output().join("補件通知").join(unit).join(file)).unwrap()
    };
    let notice = told("勞工處", "補件通知.txt");
    assert!(notice.contains("讀取「勞工處.xlsx」，未讀取「勞工處(1).xlsx」"), "{notice}");
    assert!(notice.contains("請填報單位回復以哪一個檔案為準"), "{notice}");
    assert!(told("勞工處", "收件證明.txt").contains("待補正"));
    // Copies to the byte are no question to a unit.
    assert!(!told("警察局", "補件通知.txt").contains("個填報檔"));
}

#[test]
fn a_misplaced_workbook_is_not_sent_where_one_lies_already() {
    let copy = Copy::without_evidence();
    let labour = copy.inputs().join("勞工處/勞工處.xlsx");
    fs::copy(&labour, copy.inputs().join("教育處/勞工.xlsx")).unwrap();
    let hint = said(&copy, "workbook-misplaced")[0].hint.clone();
    assert!(hint.contains("「勞工處」資料夾已有填報檔") && !hint.contains("移到"), "{hint}");
    assert!(!hint.contains("教育處"), "{hint}");
    fs::remove_file(&labour).unwrap();
    fs::remove_file(copy.inputs().join("教育處/教育處.xlsx")).unwrap();
    let hint = said(&copy, "workbook-misplaced")[0].hint.clone();
    assert_eq!(hint, "請把檔案移到「勞工處」資料夾；「教育處」自己的填報檔尚未收到，請另行索取");
}

#[test]
fn what_an_old_form_prints_is_no_stray_answer() {
    let copy = Copy::without_evidence();
    let plan = fs::read_to_string(copy.inputs().join("plan.toml")).unwrap();
    copy.write("plan.toml", format!("{plan}\n[unit.labour]\nname = \"勞工及青年處\"\n").as_bytes());
    fs::rename(copy.inputs().join("勞工處"), copy.inputs().join("勞工及青年處")).unwrap();
    let (_, out, _) = run_in(&copy, "", &["check", "--today", "111-02-10"]);
    assert!(out.contains("[form-version-old]") && out.contains("勞工及青年處"), "{out}");
    assert!(!out.contains("[form-text-stray]"), "{out}");
}

#[test]
fn a_zip_with_two_files_of_one_name_is_told_and_not_half_read() {
    let mut zip = zip_of(&[(b"list-1.txt", b"first"), (b"list-2.txt", b"second")]);
    for at in 0..zip.len() - 10 {
        if &zip[at..at + 10] == b"list-2.txt" {
            zip[at + 5] = b'1';
        }
    }
    let copy = Copy::without_evidence();
    copy.write("警察局/警03-1_統計表/附件.zip", &zip);
    let found = said(&copy, "evidence-unusable");
    assert!(
        found.iter().any(|d| d.message.contains("同名的檔案「list-1.txt」") && d.hint.contains("不同檔名")),
        "{found:#?}"
    );
    // A zip put into a zip as it is brings a directory of its own.
    let inner = zip_of(&[(b"a.txt", b"1"), (b"b.txt", b"2"), (b"c.txt", b"3")]);
    copy.write("警察局/警03-1_統計表/附件.zip", &zip_of(&[(b"a.txt", b"x"), (b"inner.zip", &inner)]));
    assert!(said(&copy, "evidence-unusable").iter().all(|d| !d.message.contains("同名")));
}

#[test]
fn inside_a_workspace_commands_say_how_to_name_it() {
    let copy = Copy::empty();
    let (code, out, _) = run_in(&copy, "inputs", &["init", "."]);
    assert_eq!(code, 0);
    assert!(out.contains("huibian check . 檢核，再執行 huibian compile . --out ../output 產製"), "{out}");
    for command in ["check", "status", "compile", "notices", "timeline"] {
        let (code, _, error) = run_in(&copy, "inputs", &[command]);
        assert_eq!(code, 2, "{command}");
        assert!(
            error.contains("目前的資料夾就是工作資料夾") && error.contains("check ."),
            "{command}: {error}"
        );
    }
    let (code, ..) = run_in(&copy, "inputs", &["compile", ".", "--out", "../output"]);
    assert_eq!(code, 1, "blank, but read");
    // Elsewhere the folder is to be made.
    let elsewhere = Copy::empty();
    fs::remove_dir(elsewhere.inputs()).unwrap();
    let (_, _, error) = run_in(&elsewhere, "", &["check"]);
    assert!(error.contains("請先執行 huibian init"), "{error}");
    let (_, out, _) = run_in(&elsewhere, "", &["init"]);
    assert!(out.contains("執行 huibian check 檢核"), "{out}");
}

#[test]
fn a_secretariats_workbook_as_laid_out_is_blank() {
    let copy = Copy::empty();
    let line = |copy: &Copy| {
        let (_, out, _) = run_in(copy, "", &["status", "--today", "111-02-10"]);
        out.lines().find(|line| line.starts_with("秘書單位")).unwrap().to_owned()
    };
    fs::remove_dir(copy.inputs()).unwrap();
    run_in(&copy, "", &["init"]);
    assert!(line(&copy).contains("空白"), "{}", line(&copy));
    assert!(line(&Copy::without_evidence()).contains("已填"));
}

#[test]
fn an_exception_is_never_taken_for_one_of_another_item_or_rule() {
    let mut scene = Scene::new();
    scene.files.retain(|file| !file.path.as_str().contains("警03-1"));
    let hint = |scene: &Scene| scene.said("exception-unmatched")[0].hint.clone();
    scene.except("evidence-missing@警03-9", "另寄", "王示例");
    assert!(!hint(&scene).contains("警03-1"), "{}", hint(&scene));
    let mut misspelt = Scene::new();
    misspelt.files.retain(|file| !file.path.as_str().contains("警03-1"));
    misspelt.except("evidence-mising@警03-1", "另寄", "王示例");
    assert!(hint(&misspelt).contains("evidence-missing@警03-1"), "{}", hint(&misspelt));
}

#[test]
fn an_exception_for_a_file_says_when_the_file_has_changed() {
    let mut scene = Scene::new();
    scene.preparation("警03-1").texts[0].text = "設備編號 A100000001".to_owned();
    let path = scene.evidence("警03-1").path.to_string();
    // The whole file was answered for; today's is another one.
    scene.except(&format!("identity-number@{path}#01234567"), "為設備編號", "王示例");
    let told = scene.said("exception-unmatched").remove(0);
    assert!(told.message.contains("已變更") && told.hint.contains(&path), "{told:?}");
    // Nothing is found in it any more.
    scene.preparation("警03-1").texts[0].text = "設備編號".to_owned();
    let told = scene.said("exception-unmatched").remove(0);
    assert!(told.hint.contains("可能已更換"), "{told:?}");
}

#[test]
fn advice_on_one_file_does_not_contradict_itself() {
    let copy = Copy::without_evidence();
    let mut locked = zip_of(&[(b"a.txt", b"x")]);
    for at in 0..locked.len() - 10 {
        match &locked[at..at + 4] {
            b"PK\x03\x04" => locked[at + 6] |= 1,
            b"PK\x01\x02" => locked[at + 8] |= 1,
            _ => {}
        }
    }
    let workbook = fs::read(copy.inputs().join("勞工處/勞工處.xlsx")).unwrap();
    copy.write("警察局/警03-1_統計表/密碼.zip", &locked);
    copy.write("警察局/警03-1_統計表/影片.mp4", b"\0\0\0\x18ftypmp42 and more");
    copy.write("警察局/警03-1_統計表/名冊.xlsx", &workbook);
    let unfit = said(&copy, "evidence-kind-unfit");
    let hints = |name: &str| -> Vec<&str> {
        let of_file = unfit.iter().filter(|d| d.place.to_string().ends_with(name));
        of_file.map(|d| d.hint.as_str()).collect()
    };
    assert_eq!(hints("密碼.zip"), Vec::<&str>::new(), "how to open it is told already");
    assert!(hints("影片.mp4").iter().all(|hint| hint.contains("截圖") && !hint.contains("後替換")));
    assert!(hints("名冊.xlsx").iter().all(|hint| hint.contains("列印成 PDF")), "{unfit:#?}");
}

#[test]
fn a_visit_is_not_judged_on_what_nobody_filled_in() {
    let copy = Copy::without_evidence();
    let (code, out, _) = run_in(&copy, "", &["visit"]);
    assert_eq!(code, 0);
    assert!(out.contains("未填，無法判斷") && out.contains("尚有 4 項要件未填"), "{out}");
    assert!(!out.contains("採書面考核"), "{out}");
    let plan = fs::read_to_string(copy.inputs().join("plan.toml")).unwrap();
    let facts = "[assessment.history]\n109 = \"甲等\"\n\
        [assessment.visit]\nin_favour = 0\nvolunteered = false\ndesignated_by = \"無\"\n";
    copy.write("plan.toml", format!("{plan}\n{facts}").as_bytes());
    let (_, out, _) = run_in(&copy, "", &["visit"]);
    assert!(out.contains("結論：不符實地考核要件，採書面考核。"), "{out}");
}

#[test]
fn what_is_blank_is_told_where_it_is_to_be_typed() {
    for rule in ["deadline-inexact", "secretariat-part-blank", "table-empty"] {
        let mut scene = Scene::new();
        match rule {
            "table-empty" => scene.rows("police", "POL04", "sessions").clear(),
            "deadline-inexact" => {
                drop(scene.secretariat()["settings"].as_table_mut().unwrap().remove("final_date"));
            }
            _ => drop(scene.secretariat().remove("topic")),
        }
        let found = scene.said(rule);
        assert!(!found.is_empty(), "{rule}");
        for told in found {
            assert!(matches!(told.place, Place::Cell { .. }), "{rule}: {}", told.place);
        }
    }
    let copy = Copy::without_evidence();
    fs::remove_file(copy.inputs().join("勞工處/勞工處.xlsx")).unwrap();
    assert_eq!(said(&copy, "unit-missing")[0].place.to_string(), "勞工處");
}

#[test]
fn a_file_named_like_an_item_is_sent_to_its_folder() {
    let copy = Copy::without_evidence();
    copy.write("警察局/110年查緝統計.pdf", b"%PDF-1.4");
    copy.write("警察局/110年雜項.pdf", b"%PDF-1.4");
    let hints: Vec<String> = said(&copy, "evidence-stray").into_iter().map(|d| d.hint).collect();
    assert!(hints.iter().any(|hint| hint.contains("是否應放在「警07-1_查緝統計」")), "{hints:?}");
    assert!(hints.iter().any(|hint| hint.contains("以項目代號開頭")), "{hints:?}");
}

#[test]
fn refusals_of_the_system_and_of_parsers_are_told_in_chinese() {
    let copy = Copy::without_evidence();
    run_in(&copy, "", &["plan", "export", "plan.xlsx"]);
    let (code, _, error) = run_in(&copy, "", &["plan", "export", "plan.xlsx"]);
    assert!(code == 2 && error.contains("「plan.xlsx」：已經存在，不會覆寫"), "{error}");
    assert!(!error.contains("os error"), "{error}");
    for (line, words) in
        [("[deadlines\n", "看不懂"), ("year = \"110\"\n", "這裡應為整數"), ("title = x\n", "英文雙引號")]
    {
        copy.write("plan.toml", line.as_bytes());
        let (_, _, error) = run_in(&copy, "", &["plan", "check"]);
        assert!(error.contains(words) && !error.contains("expected"), "{line}: {error}");
    }
}

#[test]
fn help_and_mistyped_commands_speak_chinese() {
    let copy = Copy::empty();
    let english = ["Usage", "Options", "Arguments", "Commands", "default:", "possible", "Print", "error:"];
    for command in [&["--help"][..], &["check", "--help"], &["plan", "--help"], &["plan", "import", "--help"]]
    {
        let (code, out, error) = run_in(&copy, "", command);
        assert_eq!((code, error.as_str()), (0, ""));
        assert!(out.contains("用法：huibian") && out.contains("選項"), "{out}");
        for word in english {
            assert!(!out.contains(word), "{word}: {out}");
        }
    }
    for (typed, words) in [
        (&["chekc"][..], "沒有「chekc」這個指令（是不是「check」？）"),
        (&["check", "--fromat", "json"], "（是不是「--format」？）"),
        (&["check", "--format", "xml"], "不接受「xml」，可用的有：text、json"),
        (&["verify"], "少了"),
        (&["appeal"], "少了"),
        (&["roll", "--year"], "後面少了內容"),
        (&["roll", "--year", "x", "--out", "y"], "不接受「x」"),
    ] {
        let (code, out, error) = run_in(&copy, "", typed);
        assert_eq!((code, out.as_str()), (2, ""), "{typed:?}");
        assert!(error.contains(words) && error.lines().count() == 1, "{typed:?}: {error}");
        assert!(english.iter().all(|word| !error.contains(word)), "{error}");
    }
    let (code, out, _) = run_in(&copy, "", &["--version"]);
    assert!(code == 0 && out.starts_with("huibian "), "{out}");
}
