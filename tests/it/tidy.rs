//! Properties of the source itself: who may name which crate, who may touch the disk, and that
//! every file says what it is for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each external crate with the one module (path prefix under `src/`) that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("typst", &["typeset/"]),
    ("typst_layout", &["typeset/"]),
    ("typst_pdf", &["typeset/"]),
    ("calamine", &["intake/workbook"]),
    ("quick_xml", &["xml"]),
    ("rust_xlsxwriter", &["forms/"]),
    ("zip", &["container/"]),
    ("cfb", &["container/"]),
    ("encoding_rs", &["container/"]),
    ("lopdf", &["pdf/"]),
    ("hayro", &["pdf/"]),
    ("hayro_interpret", &["pdf/"]),
    ("image", &["evidence/"]),
    ("jpeg_decoder", &["evidence/"]),
    ("jpeg_encoder", &["evidence/"]),
    ("fast_image_resize", &["evidence/"]),
    ("exif", &["evidence/"]),
    ("heic_rs", &["evidence/"]),
    ("moxcms", &["evidence/"]),
    ("handlebars", &["template"]),
    ("mail_builder", &["letters/"]),
    ("toml", &["plan/"]),
    ("rust_decimal", &["figure"]),
    ("sha2", &["inventory"]),
    ("flate2", &["assets/"]),
    ("unicode_normalization", &["folding"]),
    ("unicode_width", &["render/"]),
    ("strsim", &["folding"]),
    ("clap", &["cli/"]),
    ("ctrlc", &["cli/"]),
    ("indicatif", &["cli/"]),
    ("anstream", &["cli/"]),
    ("anstyle", &["render/"]),
    ("cap", &["main"]),
];

/// The shell: the only modules that may touch disk, clock, environment, processes or terminal.
const SHELL: &[&str] =
    &["assets/", "cache", "cli/", "installed_fonts", "office", "output", "worker", "workspace", "main"];

/// What only the shell may name.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::env::",
    "std::process",
    "println!",
    "eprintln!",
    "Timestamp::now",
    "SystemTime::now",
    "Instant::now",
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pending: Vec<PathBuf> = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                sources.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources.sort();
    sources
}

/// The code before a file's unit tests, without comment lines.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn names_crate(code: &str, name: &str) -> bool {
    let path = format!("{name}::");
    let import = format!("use {name};");
    code.contains(&import)
        || code.match_indices(&path).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        })
}

#[test]
fn each_external_crate_is_named_in_one_module() {
    let mut breaches = Vec::new();
    for (file, text) in sources() {
        let code = code(&text);
        for (name, homes) in CRATES {
            let at_home = homes.iter().any(|home| file.starts_with(home));
            // A submodule of ours may bear the crate's name (`assets::typst`).
            let own = code.contains(&format!("mod {name};"));
            if !at_home && !own && names_crate(&code, name) {
                breaches.push(format!("{file} names {name}"));
            }
        }
    }
    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn only_the_shell_touches_the_world() {
    let mut breaches = Vec::new();
    for (file, text) in sources() {
        if SHELL.iter().any(|shell| file.starts_with(shell)) {
            continue;
        }
        let code = code(&text);
        for outside in OUTSIDE {
            if code.contains(outside) {
                breaches.push(format!("{file} uses {outside}"));
            }
        }
    }
    assert_eq!(breaches, Vec::<String>::new());
}

/// Phases meet in model types. One exception: assembly takes the gate's token.
#[test]
fn phases_do_not_import_each_other() {
    let phases = [
        "assembly", "bundle", "checks", "editable", "evidence", "forms", "intake", "letters", "markup",
        "render", "typeset",
    ];
    let upper = ["cli", "output", "pipeline", "rules", "worker", "workspace"];
    let mut breaches = Vec::new();
    for (file, text) in sources() {
        let Some(own) = phases.iter().find(|phase| file.starts_with(&format!("{phase}/"))) else { continue };
        let code = code(&text);
        for other in phases.iter().chain(&upper).filter(|other| *other != own) {
            let allowed = *own == "assembly" && *other == "checks";
            if !allowed && code.contains(&format!("crate::{other}::")) {
                breaches.push(format!("{file} imports {other}"));
            }
        }
    }
    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn every_file_says_what_it_is_for() {
    for (file, text) in sources() {
        assert!(text.starts_with("//!"), "{file} does not open with a module comment");
    }
}

#[test]
fn no_placeholders_are_left() {
    for (file, text) in sources() {
        for word in ["todo!(", "unimplemented!(", "dbg!("] {
            assert!(!text.contains(word), "{file} holds {word}");
        }
    }
}

#[test]
fn no_plan_fact_stands_in_the_source() {
    let facts = ["警察局", "勞工處", "社會處", "衛生局", "教育處", "新竹", "移民署", "特優"];
    let mut breaches = Vec::new();
    for (file, text) in sources() {
        let code = code(&text);
        for fact in facts {
            if code.contains(fact) {
                breaches.push(format!("{file} says {fact}"));
            }
        }
    }
    assert_eq!(breaches, Vec::<String>::new());
}

/// The text of every test, unit tests aside.
fn integration_tests() -> String {
    let mut tests = String::new();
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                tests.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    tests
}

#[test]
fn every_rule_is_registered_explained_and_tested() {
    let tests = integration_tests();
    let in_files: String = sources().into_iter().map(|(_, text)| text).collect();
    let mut seen = BTreeSet::new();
    let mut breaches = Vec::new();
    for rule in huibian::rules::all() {
        assert!(seen.insert(rule.id), "{} is registered twice", rule.id);
        let is_kebab = rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(is_kebab, "{} is not kebab-case", rule.id);
        // What is checked, why it matters, how to mend it.
        let n_paragraphs = rule.explanation.lines().filter(|line| !line.trim().is_empty()).count();
        assert_eq!(n_paragraphs, 3, "{} is not explained in three paragraphs", rule.id);
        let in_unit_tests = in_files.matches(&format!("\"{}\"", rule.id)).count() > 1;
        if !tests.contains(rule.id) && !in_unit_tests {
            breaches.push(format!("{} is tested nowhere", rule.id));
        }
    }
    for line in in_files.lines().filter_map(|line| line.trim().strip_prefix("id: \"")) {
        let id = line.split('"').next().unwrap_or("");
        let is_rule = id.contains('-') && id.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if is_rule && !seen.contains(id) {
            breaches.push(format!("{id} is not in rules::all()"));
        }
    }
    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn the_changelog_knows_this_version() {
    let changelog = include_str!("../../CHANGELOG.md");
    assert!(changelog.contains(&format!("## {}", env!("CARGO_PKG_VERSION"))));
}
