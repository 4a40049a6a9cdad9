//! Office files of a load, made by LibreOffice from documents of the sample's own output; and what one warm
//! LibreOffice takes to make PDFs of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cost::Cost;
use crate::load::files;

/// What is converted: letters of a page, lists of a few, a form of many.
const KINDS: [(&str, &str); 8] = [
    ("函稿", "odt"),
    ("佐證目錄", "ods"),
    ("函稿", "docx"),
    ("佐證目錄", "xlsx"),
    ("函稿", "doc"),
    ("佐證目錄", "xls"),
    ("自評表", "odt"),
    ("自評表", "docx"),
];

/// One document of every kind, with its extension.
pub fn kinds(sample: &Path, program: &Path, work: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let out = work.join("documents");
    super::compile(program, sample, &out, &["--no-compare", "--no-cache", "--no-convert"]);
    let made = files(&out);
    let find = |name: &str| {
        made.iter().find(|path| path.file_name().is_some_and(|file| file == name)).unwrap().clone()
    };
    let kind = |(stem, extension): (&str, &'static str)| {
        let own = if stem == "佐證目錄" { "ods" } else { "odt" };
        let original = find(&format!("{stem}.{own}"));
        if own == extension {
            return (extension, fs::read(original).unwrap());
        }
        let into = work.join("kinds");
        convert(work, extension, &into, &[original]);
        (extension, fs::read(into.join(format!("{stem}.{extension}"))).unwrap())
    };
    KINDS.into_iter().map(kind).collect()
}

/// The profile is there already, as it was used to make the kinds.
pub fn warm_conversion(inputs: &Path, work: &Path) -> Cost {
    let documents: Vec<PathBuf> = files(inputs)
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("文件")))
        .collect();
    convert(work, "pdf", &work.join("converted"), &documents)
}

fn convert(work: &Path, to: &str, into: &Path, documents: &[PathBuf]) -> Cost {
    let profile = format!("-env:UserInstallation=file://{}/profile", work.display());
    super::command(
        Command::new("soffice")
            .args([&profile, "--headless", "--norestore", "--convert-to", to, "--outdir"])
            .arg(into)
            .args(documents),
    )
}
