//! No arguments: a numbered menu, so that a double-click works.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use super::args::{Check, Compile, Format, Init, Notices, OUTPUT, Status, Without};
use super::{check, compile, exit, init, notices, status};

pub fn run() -> anyhow::Result<u8> {
    if !std::io::stdin().is_terminal() {
        anyhow::bail!("請指定要做什麼，例如 huibian compile；完整說明見 huibian --help");
    }
    loop {
        show()?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line)? == 0 {
            return Ok(exit::DONE);
        }
        let result = match line.trim() {
            "1" => init::run(&Init {
                inputs: "inputs".into(),
                plan: crate::assets::plans::DEFAULT.to_owned(),
                government: None,
            }),
            "2" => check::run(&Check {
                inputs: "inputs".into(),
                format: Format::Text,
                html: None,
                today: None,
                without: Without::default(),
            }),
            "3" => compile::run(&Compile {
                inputs: "inputs".into(),
                out: OUTPUT.into(),
                draft: false,
                dry_run: false,
                no_compare: false,
                today: None,
                without: Without::default(),
            }),
            "4" => open(Path::new(OUTPUT)),
            "5" => status::run(&Status { inputs: "inputs".into(), today: None }),
            "6" => notices::run(&Notices { inputs: "inputs".into(), out: OUTPUT.into(), today: None }),
            "0" | "q" | "Q" => return Ok(exit::DONE),
            _ => {
                println!("請輸入 0 到 6 的數字。");
                continue;
            }
        };
        if let Err(error) = result {
            println!("無法執行：{error:#}");
        }
    }
}

fn show() -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    writeln!(out)?;
    writeln!(out, "彙編 huibian —— 工作資料夾：{}", here().join("inputs").display())?;
    writeln!(out, "  1. 建立空白表與資料夾")?;
    writeln!(out, "  2. 檢核填報內容")?;
    writeln!(out, "  3. 產製自評表、佐證資料與陳報包")?;
    writeln!(out, "  4. 開啟產出資料夾")?;
    writeln!(out, "  5. 收件進度與期限")?;
    writeln!(out, "  6. 產生補件通知與收件證明")?;
    writeln!(out, "  0. 結束")?;
    write!(out, "請輸入數字後按 Enter：")?;
    out.flush()?;
    Ok(())
}

fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

fn open(folder: &Path) -> anyhow::Result<u8> {
    if !folder.is_dir() {
        anyhow::bail!("還沒有產出；請先執行 3");
    }
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    // Explorer answers with exit code 1 even when it opened the folder.
    Process::new(program).arg(folder).status().map_err(|error| {
        anyhow::anyhow!("無法開啟「{}」：{error}。請自行用檔案總管開啟。", folder.display())
    })?;
    Ok(exit::DONE)
}
