//! `huibian templates`: the built-in templates as files to be changed, with what they are given.
//!
//! Never over a file that is there, but for the two that are ours alone.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::assets::Templates;
use crate::inventory::sha256_hex;
use crate::overrides::{self, WRITTEN, Written};
use crate::workspace::{TEMPLATES_FOLDER, Workspace};

use super::args::Folder;
use super::{exit, write_new};

/// The description of the fields, inside `templates/`.
const CONTRACT: &str = "資料欄位說明.txt";

pub fn run(arguments: &Folder) -> anyhow::Result<u8> {
    let workspace = Workspace::open(&arguments.inputs)?;
    write_out(workspace.root())?;
    Ok(exit::DONE)
}

/// Writes what is not there yet into the workspace's `templates/`.
pub(super) fn write_out(workspace: &Path) -> anyhow::Result<()> {
    let folder = workspace.join(TEMPLATES_FOLDER);
    let list = folder.join(WRITTEN);
    let mut written = Written::parse(&fs::read_to_string(&list).unwrap_or_default());
    let (mut n_new, mut present) = (0, Vec::new());
    for (name, template) in Templates::builtin().iter() {
        let path = name.split('/').fold(folder.clone(), |path, part| path.join(part));
        // A link counts as present, wherever it leads.
        if fs::symlink_metadata(&path).is_ok() {
            present.push(name.to_owned());
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("無法建立資料夾「{}」", parent.display()))?;
        }
        write_new(&path, template.text.as_bytes())?;
        written.note(name, sha256_hex(template.text.as_bytes()));
        n_new += 1;
    }
    put(&list, &written.text())?;
    // Windows' Notepad of before 2019 takes a file without the mark for Big5.
    put(&folder.join(CONTRACT), &format!("\u{feff}{}", overrides::contract().replace('\n', "\r\n")))?;
    let mut out = anstream::stdout();
    writeln!(out, "已寫出 {n_new} 個內建範本於「{}」，欄位見「{CONTRACT}」。", folder.display())?;
    if !present.is_empty() {
        writeln!(out, "已有而未覆寫的 {} 個：{}", present.len(), present.join("、"))?;
    }
    writeln!(out, "請只留下要修改的範本，其餘刪除，升級後才會用到新版的內建範本。")?;
    Ok(())
}

/// Over our own file alone: what a link shows may lie anywhere.
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|present| !present.is_file()) {
        anyhow::bail!("「{}」是連結或資料夾，未寫入；請移開後再執行一次。", path.display());
    }
    fs::write(path, text).with_context(|| format!("無法寫入「{}」", path.display()))
}
