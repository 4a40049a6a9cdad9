//! The program as a process: what a clerk types, what is printed, which code it ends with.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::workspace::Copy;

pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    // This suite needs nothing but Rust: whether LibreOffice is there must not matter.
    let converts = matches!(arguments.first(), Some(&("compile" | "check")));
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .args(arguments)
        .args(converts.then_some("--no-convert"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    ended(output)
}

fn ended(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn compile(copy: &Copy) -> Run {
    run_in(copy.folder.path(), &["compile", "--today", "111-02-10"])
}

/// One clear message in Chinese, nothing else, and nothing made.
#[track_caller]
pub fn assert_refused(run: &Run, code: i32, word: &str) {
    assert_eq!(run.code, code, "{}{}", run.out, run.err);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    assert!(run.err.contains(word) && run.err.contains('請'), "{}", run.err);
    assert_eq!(run.out, "");
}

#[test]
fn the_sample_compiles_and_the_summary_says_what_to_do_next() {
    let copy = Copy::of_sample();
    let run = compile(&copy);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert_eq!(run.err, "", "silent when piped");
    assert!(!run.out.contains('\u{1b}'), "no colour when piped");
    for word in ["沒有錯誤", "完成，放在「output」", "自評表.pdf", "郵件草稿.eml", "確認內容後寄出"]
    {
        assert!(run.out.contains(word), "{word}\n{}", run.out);
    }
}

#[test]
fn no_folder_an_empty_one_or_a_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_refused(&run_in(folder.path(), &["compile"]), 2, "找不到資料夾");
    fs::create_dir(folder.path().join("inputs")).unwrap();
    assert_refused(&run_in(folder.path(), &["check"]), 2, "是空的");
    fs::write(folder.path().join("file"), "x").unwrap();
    assert_refused(&run_in(folder.path(), &["check", "file"]), 2, "不是資料夾");
    assert!(!folder.path().join("output").exists());
}

#[test]
fn an_output_inside_the_inputs_is_refused() {
    let copy = Copy::without_evidence();
    let run = run_in(copy.folder.path(), &["compile", "--out", "inputs/output"]);
    assert_refused(&run, 2, "互相包含");
    assert!(!copy.inputs().join("output").exists());
}

#[test]
fn a_plan_that_cannot_be_read_is_told_with_its_line() {
    let copy = Copy::without_evidence();
    copy.write("plan.toml", "based_on = \"hsinchu-110\"\n[deadlines]\ninternl = \"111-02-10\"\n".as_bytes());
    let run = compile(&copy);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("plan.toml:3:1") && run.err.contains("您是指「internal」嗎"), "{}", run.err);
    copy.write("plan.toml", b"based_on = \"nowhere-99\"\n");
    assert!(compile(&copy).err.contains("沒有名為「nowhere-99」的內建計畫"));
}

/// What people put in place of a unit's workbook; each costs that workbook, not the run.
#[test]
fn bad_workbooks_cost_one_message_each() {
    let copy = Copy::without_evidence();
    let good = fs::read(copy.inputs().join("警察局/警察局.xlsx")).unwrap();
    let corners = {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write_number(0, 0, 1.0).unwrap();
        sheet.write_number(1_048_575, 16_383, 1.0).unwrap();
        workbook.save_to_buffer().unwrap()
    };
    let html = "<html><body><table><tr><td>表</td></tr></table></body></html>".as_bytes().to_vec();
    for (bytes, rule) in [
        (Vec::new(), "workbook-empty"),
        (good[..good.len() / 2].to_vec(), "workbook-damaged"),
        (html, "workbook-not-a-workbook"),
        (corners, "form-"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "workbook-"),
    ] {
        copy.write("警察局/警察局.xlsx", &bytes);
        let before = copy.snapshot();
        let run = run_in(copy.folder.path(), &["check", "--format", "json", "--today", "111-02-10"]);
        assert_eq!(run.code, 1, "{rule}: {}", run.err);
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let about: Vec<String> = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|d| d["place"]["file"] == "警察局/警察局.xlsx")
            .map(|d| d["rule"].as_str().unwrap().to_owned())
            .collect();
        assert!(about.iter().any(|found| found.starts_with(rule)), "{rule}: {about:?}");
        assert_eq!(before, copy.snapshot());
    }
}

#[test]
fn with_errors_only_drafts_are_made_and_no_older_bundle_stays() {
    let copy = Copy::of_sample();
    assert_eq!(compile(&copy).code, 0);
    fs::remove_dir_all(copy.inputs().join("警察局/警03-1_統計表")).unwrap();
    let run = compile(&copy);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("evidence-missing@警03-1") && run.out.contains("未產生陳報包"), "{}", run.out);
    let names: Vec<String> = fs::read_dir(copy.output())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(names.iter().all(|name| !name.ends_with(".zip") && !name.ends_with(".eml")), "{names:?}");
}

#[test]
fn a_draft_can_be_asked_for() {
    let copy = Copy::of_sample();
    let run = run_in(copy.folder.path(), &["compile", "--draft", "--today", "111-02-10"]);
    assert_eq!(run.code, 0);
    assert!(copy.output().join("草稿-自評表.pdf").exists());
}

#[test]
fn an_empty_pdf_and_a_bomb_end_as_placeholders() {
    let copy = Copy::of_sample();
    copy.write("警察局/警03-1_統計表/空.pdf", b"");
    copy.write("警察局/警03-2_分析報告/壞.pdf", b"%PDF-1.7 nothing");
    let run = compile(&copy);
    assert!(run.out.contains("evidence-empty") && run.out.contains("evidence-unusable"), "{}", run.out);
    assert!(copy.output().join("草稿-佐證資料.pdf").exists());
}

#[test]
fn a_second_run_is_refused_with_its_own_code() {
    let copy = Copy::without_evidence();
    let lock = fs::File::create(copy.folder.path().join(".output.huibian-lock")).unwrap();
    lock.try_lock().unwrap();
    let run = compile(&copy);
    assert_eq!(run.code, 11, "{}", run.err);
    assert!(run.err.contains("另一個 huibian 正在使用"), "{}", run.err);
}

#[test]
fn init_lays_out_a_workspace_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &["init"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for path in [
        "inputs/plan.toml",
        "inputs/使用說明.txt",
        "inputs/勞工處/勞工處.xlsx",
        "inputs/勞工處/勞03-3_簽到表",
        "inputs/00_秘書單位/00_秘書單位.xlsx",
    ] {
        assert!(folder.path().join(path).exists(), "{path}");
    }
    assert_refused(&run_in(folder.path(), &["init"]), 2, "已經是工作資料夾");
    // Blank workbooks read as blank: everything is missing, nothing is wrong.
    let run = run_in(folder.path(), &["check", "--today", "111-02-10"]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains("form-") && !run.out.contains("workbook-"), "{}", run.out);
    // Forms keeps what is there.
    fs::write(folder.path().join("inputs/勞工處/勞工處.xlsx"), "filled").unwrap();
    fs::remove_file(folder.path().join("inputs/教育處/教育處.xlsx")).unwrap();
    let run = run_in(folder.path(), &["forms"]);
    assert!(run.out.contains("未覆寫") && run.out.contains("已建立"), "{}", run.out);
    assert_eq!(fs::read_to_string(folder.path().join("inputs/勞工處/勞工處.xlsx")).unwrap(), "filled");
}

#[test]
fn explain_knows_rules_and_near_misses() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run_in(folder.path(), &["explain", "evidence-missing"]).out.contains("佐證項目沒有檔案"));
    assert!(run_in(folder.path(), &["explain", "evidence-missing@警03-1"]).out.contains("佐證項目沒有檔案"));
    assert!(
        run_in(folder.path(), &["explain", "evidence-misssing"]).err.contains("您是指「evidence-missing」嗎")
    );
    assert!(run_in(folder.path(), &["explain"]).out.lines().count() > 80);
}

#[test]
fn no_arguments_in_a_pipe_says_what_to_type() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &[]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("huibian compile"));
    assert_eq!(run_in(folder.path(), &["--nonsense"]).code, 2);
}

#[test]
fn an_override_with_a_fault_is_told_with_its_line() {
    let copy = Copy::of_sample();
    copy.write("templates/letters/mail.hbs", "您好\n{{nothing}}\n".as_bytes());
    let run = compile(&copy);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("templates/letters/mail.hbs 第 2 行"), "{}", run.err);
    assert!(!copy.output().exists());
}

#[test]
fn a_worker_answers_jobs_and_ends_with_its_input() {
    let copy = Copy::without_evidence();
    let path = copy.inputs().join("plan.toml");
    let sha256 = huibian::inventory::sha256_hex(&fs::read(&path).unwrap());
    let job = huibian::worker::Job { path, sha256, task: huibian::worker::JobTask::ReadWorkbook };
    let mut child = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .arg("worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    writeln!(pipe, "{}", serde_json::to_string(&job).unwrap()).unwrap();
    drop(pipe);
    let run = ended(child.wait_with_output().unwrap());
    assert_eq!(run.code, 0);
    assert!(run.out.contains("not-a-workbook"), "{}", run.out);
}

#[test]
fn verify_tells_a_whole_bundle_from_a_changed_one() {
    let copy = Copy::of_sample();
    assert_eq!(compile(&copy).code, 0);
    let zip = copy.output().join("hsinchu-110-self-assessment.zip");
    let run = run_in(copy.folder.path(), &["verify", &zip.to_string_lossy()]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.contains("完整無誤") && run.out.contains("hsinchu-110-"), "{}", run.out);
    let mut bytes = fs::read(&zip).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&zip, bytes).unwrap();
    let run = run_in(copy.folder.path(), &["verify", &zip.to_string_lossy()]);
    assert_eq!(run.code, 12, "{}", run.out);
    assert!(run.out.contains("請勿使用此檔"), "{}", run.out);
    assert_refused(&run_in(copy.folder.path(), &["verify", "nowhere.zip"]), 2, "無法讀取");
}

#[test]
fn appeal_counts_working_days_and_closures() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &["appeal", "111-06-01"]);
    assert_eq!(
        run.out,
        "111年6月1日（星期三）送達，申復期間自翌日起 10 個工作日，至111年6月16日（星期四）為止。\n"
    );
    assert_refused(&run_in(folder.path(), &["appeal", "六月"]), 2, "看不懂");
    let copy = Copy::without_evidence();
    copy.write("plan.toml", "[deadlines]\nextra_closures = [\"111-06-10\"]\n".as_bytes());
    assert!(run_in(copy.folder.path(), &["appeal", "111-06-01"]).out.contains("6月17日"));
}

#[test]
fn a_printed_item_is_traced_to_its_cells_and_back() {
    let copy = Copy::of_sample();
    let trace = |item: &str| run_in(copy.folder.path(), &["trace", item]);
    let appendix = trace("2-1-3");
    assert_eq!(appendix.code, 0, "{}", appendix.err);
    for word in ["簽到表", "引用：指標 2-1", "佐證資料第 ", "警察局/警04-3_簽到表/簽到表(已遮蔽).pdf"]
    {
        assert!(appendix.out.contains(word), "{word}: {}", appendix.out);
    }
    assert!(trace("２－１").out.contains("指標 2-1"), "codes as people type them");
    let task = trace("警04");
    let line = task.out.lines().find(|line| line.contains("警04 教育訓練 › ")).unwrap();
    // The same cell, asked the other way round.
    let cell = line.rsplit(" › ").next().unwrap().split([':', '、', '；']).next().unwrap();
    let back = trace(&format!("警04!{cell}"));
    assert!(back.out.contains("指標 2-1"), "{cell}: {}", back.out);
    assert!(trace("警察局.xlsx").out.contains("讀為填報檔"));
    let unknown = trace("2-1-333");
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("沒有「2-1-333」"), "{}", unknown.err);
    assert!(!copy.output().exists(), "nothing is written");
}

/// Ctrl+C ends the run by the signal itself, which every shell shows as 130.
#[cfg(target_os = "linux")]
#[test]
fn a_cancelled_run_ends_with_130_and_leaves_no_output() {
    let copy = Copy::of_sample();
    // A shell that starts the tests in its background has them, and all they start, ignore the signal.
    let mut child = Command::new("env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_huibian")])
        .args(["compile", "--no-convert", "--today", "111-02-10"])
        .current_dir(copy.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It holds the output folder: it is at work.
    while !copy.folder.path().join(".output.huibian-lock").exists() {
        assert!(child.try_wait().unwrap().is_none(), "ended by itself");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!copy.output().exists());
}
