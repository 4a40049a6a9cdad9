//! `watch` and `--open` as processes: what a clerk sees while saving files, and how it ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::support::workspace::Copy;

/// Longer than any run here takes on a machine that is busy with other tests.
const LONGEST: Duration = Duration::from_secs(180);

/// A running `watch`, ended with the test whatever happens.
struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn start(folder: &Path, arguments: &[&str]) -> Watched {
        let mut child = Command::new(env!("CARGO_BIN_EXE_huibian"))
            .arg("watch")
            .args(arguments)
            .args(["--today", "111-02-10", "--no-convert"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (told, lines) = channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        Watched { child, lines }
    }

    /// All lines up to the first that holds `word`.
    #[track_caller]
    fn until(&self, word: &str) -> Vec<String> {
        let start = Instant::now();
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(LONGEST.saturating_sub(start.elapsed())) {
            seen.push(line);
            if seen.last().is_some_and(|line| line.contains(word)) {
                return seen;
            }
        }
        panic!("no line says {word}: {seen:?}");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The sample's workbooks in a folder as clerks name them.
fn named_as_clerks_do() -> (Copy, PathBuf) {
    let copy = Copy::without_evidence();
    let folder = copy.folder.path().join("防制 人口販運, (110年)&1");
    fs::create_dir(&folder).unwrap();
    fs::rename(copy.inputs(), folder.join("各單位 填報")).unwrap();
    (copy, folder)
}

#[test]
fn a_saved_workbook_is_told_with_what_blocks_and_open_documents_are_not() {
    let (_copy, folder) = named_as_clerks_do();
    let inputs = folder.join("各單位 填報");
    let mut watched = Watched::start(&folder, &["各單位 填報", "--check-only"]);
    let first = watched.until("開始 → 錯誤 ");
    assert!(first[0].contains("按 Ctrl-C 結束"), "{first:?}");
    // Excel opens the workbook, and saves it damaged.
    fs::write(inputs.join("警察局/~$警察局.xlsx"), "lock").unwrap();
    fs::write(inputs.join("警察局/警察局.xlsx"), "damaged").unwrap();
    let told = watched.until("警察局/警察局.xlsx 變更 → 錯誤 ");
    assert!(!told.iter().any(|line| line.contains("~$")), "{told:?}");
    watched.until("workbook-not-a-workbook");
    fs::remove_file(inputs.join("警察局/~$警察局.xlsx")).unwrap();
    fs::remove_file(inputs.join("警察局/警察局.xlsx")).unwrap();
    fs::write(inputs.join("警察局/新.pdf"), "%PDF-1.7").unwrap();
    let told = watched.until("警察局/新.pdf 新增、警察局/警察局.xlsx 移除 → 錯誤 ");
    assert!(told.iter().filter(|line| line.contains(" → ")).count() == 1, "one line an event: {told:?}");
    assert!(!folder.join("output").exists());
    assert!(watched.child.try_wait().unwrap().is_none(), "it goes on");
}

#[test]
fn every_change_makes_the_outputs_anew_and_a_refusal_is_tried_again() {
    let (_copy, folder) = named_as_clerks_do();
    let lock = fs::File::create(folder.join(".output.huibian-lock")).unwrap();
    lock.try_lock().unwrap();
    let watched = Watched::start(&folder, &["各單位 填報"]);
    watched.until("無法執行：另一個 huibian 正在使用");
    lock.unlock().unwrap();
    watched.until("重試 → 錯誤 ");
    let draft = folder.join("output/草稿-自評表.pdf");
    let before = fs::read(&draft).unwrap();
    let plan = folder.join("各單位 填報/plan.toml");
    let text = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, format!("{text}\n[deadlines]\nfinal_exakt = \"111-03-14\"\n")).unwrap();
    watched.until("plan.toml 變更 → 計畫檔有誤，未執行");
    assert_eq!(fs::read(&draft).unwrap(), before);
    fs::write(&plan, format!("{text}\n[deadlines]\nfinal_exact = \"111-03-14\"\n")).unwrap();
    let told = watched.until("plan.toml 變更 → 錯誤 ");
    assert!(told.last().unwrap().ends_with("；只產出草稿於「output」"), "{told:?}");
    assert_ne!(fs::read(&draft).unwrap(), before);
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_it_with_the_code_for_cancelled() {
    let (_copy, folder) = named_as_clerks_do();
    let mut watched = Watched::start(&folder, &["各單位 填報", "--check-only"]);
    watched.until("開始 → ");
    let pid = watched.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(watched.child.wait().unwrap().code(), Some(130));
}

/// Runs with an opener that writes down what it is to open; `None`: there is no display to open it on.
#[cfg(target_os = "linux")]
fn opened_by(folder: &Path, arguments: &[&str], display: Option<&str>) -> (Option<String>, String) {
    use std::os::unix::fs::PermissionsExt;
    let programs = folder.join("programs");
    fs::create_dir_all(&programs).unwrap();
    let opener = programs.join("xdg-open");
    let _ = fs::remove_file(programs.join("opened"));
    fs::write(&opener, "#!/bin/sh\nprintf %s \"$1\" > \"${0%/*}/opened\"\n").unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .args(arguments)
        .args(["--today", "111-02-10", "--no-convert"])
        .current_dir(folder)
        .env("PATH", path)
        .env("DISPLAY", display.unwrap_or(""))
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let opened = fs::read_to_string(programs.join("opened")).ok();
    (opened, String::from_utf8(output.stderr).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn what_was_made_is_opened_or_a_sentence_says_why_not() {
    let (_copy, folder) = named_as_clerks_do();
    let check = ["check", "各單位 填報", "--html", "檢核 報告.html", "--open"];
    let shown = |name: &str| Some(folder.join(name).to_string_lossy().into_owned());
    assert_eq!(opened_by(&folder, &check, Some(":0")), (shown("檢核 報告.html"), String::new()));
    let (opened, told) = opened_by(&folder, &check, None);
    assert_eq!(opened, None);
    assert_eq!(told, "未開啟「檢核 報告.html」：沒有圖形桌面。請自行開啟。\n");
    let compile = ["compile", "各單位 填報", "--draft", "--open"];
    assert_eq!(opened_by(&folder, &compile, Some(":0")), (shown("output"), String::new()));
}
