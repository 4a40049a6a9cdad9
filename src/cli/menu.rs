//! No arguments: a numbered menu, so that a double-click works.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::args::{
    ANNEXES, Annexes, Check, Compile, Format, INPUTS, Init, Notices, OUTPUT, Status, Verify, Watch, Without,
};
use super::{annexes, check, compile, exit, init, notices, opening, status, told, verify, watch};

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
                inputs: INPUTS.into(),
                plan: crate::assets::plans::DEFAULT.to_owned(),
                government: None,
                templates: false,
            }),
            "2" => check::run(&Check {
                inputs: INPUTS.into(),
                format: Format::Text,
                html: None,
                open: false,
                fix: None,
                today: None,
                without: Without::default(),
            }),
            "3" => compile::run(&compiling(false)),
            "4" => open(Path::new(OUTPUT)),
            "5" => status::run(&Status { inputs: INPUTS.into(), today: None }),
            "6" => notices::run(&Notices { inputs: INPUTS.into(), out: OUTPUT.into(), today: None }),
            "7" => compile::run(&compiling(true)),
            "8" => match Path::new(OUTPUT).is_dir() {
                true => verify::run(&Verify { bundles: vec![OUTPUT.into()] }),
                false => Err(anyhow::anyhow!("還沒有產出；請先執行 3")),
            },
            "9" => annexes::run(&Annexes { inputs: INPUTS.into(), out: ANNEXES.into() }),
            "10" => watch::run(&Watch {
                inputs: INPUTS.into(),
                out: OUTPUT.into(),
                check_only: false,
                open: false,
                today: None,
                without: Without::default(),
            }),
            "0" | "q" | "Q" => return Ok(exit::DONE),
            _ => {
                println!("請輸入 0 到 10 的數字。");
                continue;
            }
        };
        if let Err(error) = result {
            println!("無法執行：{}", told(&error));
        }
    }
}

fn compiling(dry_run: bool) -> Compile {
    Compile {
        inputs: INPUTS.into(),
        out: OUTPUT.into(),
        draft: false,
        dry_run,
        no_compare: false,
        renumber: false,
        open: false,
        today: None,
        without: Without::default(),
    }
}

fn show() -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    writeln!(out)?;
    writeln!(out, "彙編 huibian —— 工作資料夾：{}", here().join(INPUTS).display())?;
    writeln!(out, "  1. 建立空白表與資料夾")?;
    writeln!(out, "  2. 檢核填報內容")?;
    writeln!(out, "  3. 產製自評表、佐證資料與陳報包")?;
    writeln!(out, "  4. 開啟產出資料夾")?;
    writeln!(out, "  5. 收件進度與期限")?;
    writeln!(out, "  6. 產生補件通知與收件證明")?;
    writeln!(out, "  7. 試算大小、冊數與郵件數（不寫入產出）")?;
    writeln!(out, "  8. 驗證產出的陳報包")?;
    writeln!(out, "  9. 產製計畫附件（任務分工表、評分表）")?;
    writeln!(out, "  10. 監看資料夾，存檔後自動重新產製（按 Ctrl-C 結束）")?;
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
    opening::open(folder)?;
    Ok(exit::DONE)
}
