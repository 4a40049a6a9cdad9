//! Characters the embedded fonts lack: printed in 全字庫's own fonts where the machine has them, and said in
//! the ledger; refused where it has not.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use huibian::assets::Templates;
use huibian::forms;
use huibian::installed_fonts::InstalledFonts;
use huibian::sfnt;
use huibian::typeset::{self, FontShelf, Fonts, full_family_rank};

use crate::glyphs::assert_no_tofu;
use crate::support::fonts::{DRAWN, NO_GLYPH, named};
use crate::support::scene::Scene;
use crate::support::workspace::Copy;
use crate::support::{answers, cleared, papers};
use crate::typesetting;

/// Files in memory, with how often one was read.
#[derive(Clone, Default)]
struct Drawer {
    files: Vec<(&'static str, Vec<u8>)>,
    n_reads: Arc<AtomicUsize>,
}

impl FontShelf for Drawer {
    fn names(&self) -> Vec<String> {
        self.files.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn read(&self, index: usize) -> Option<Vec<u8>> {
        self.n_reads.fetch_add(1, Ordering::Relaxed);
        Some(self.files[index].1.clone())
    }
}

fn drawer(files: Vec<(&'static str, Vec<u8>)>) -> Drawer {
    Drawer { files, ..Drawer::default() }
}

fn fonts(drawer: &Drawer) -> Fonts {
    Fonts::embedded().unwrap().backed_by(Box::new(drawer.clone()))
}

fn saying(text: &str) -> huibian::dossier::Dossier {
    let mut dossier = typesetting::rich();
    dossier.facets[0].indicators[0].lead = vec![text.to_owned()];
    dossier
}

fn text_of(pdf: &[u8]) -> String {
    let (preparation, _) = papers::prepare(pdf);
    preparation.texts.iter().map(|text| text.text.as_str()).collect()
}

#[test]
fn a_full_family_prints_what_the_embedded_fonts_lack() {
    let kai = named("TW-Kai-Ext-B", &[('𠮷', DRAWN), ('𪚥', DRAWN - 1)]);
    let shelf = drawer(vec![("ext-b.ttf", kai.clone()), ("sung.ttf", named("TW-Sung", &[('𠮷', DRAWN)]))]);
    let (with, without) = (fonts(&shelf), Fonts::embedded().unwrap());
    let dossier = saying("姓名：𠮷田𪚥、\u{2a6d6}");
    let form = typeset::form(&cleared(&dossier), &Templates::builtin(), &with).unwrap();
    assert_no_tofu(&form.pdf);
    let text = text_of(&form.pdf);
    assert!(text.contains("𠮷田𪚥、〓"), "{text}");
    assert_eq!(form.warnings.len(), 1, "{:?}", form.warnings);
    // One file serves them both, and the ledger is told so.
    let uses = typeset::font_uses(&dossier, &with).unwrap();
    let told: Vec<(&str, u64, &[char])> =
        uses.iter().map(|font| (font.file.as_str(), font.bytes, &font.characters[..])).collect();
    assert_eq!(told, [("ext-b.ttf", kai.len() as u64, &['𠮷', '𪚥'][..])]);
    // Without it they are refused.
    assert!(!without.covers('𠮷'));
    let form = typeset::form(&cleared(&dossier), &Templates::builtin(), &without).unwrap();
    assert!(text_of(&form.pdf).contains("〓田〓、〓") && form.warnings.len() == 3, "{:?}", form.warnings);
}

#[test]
fn a_text_that_needs_no_other_font_has_the_same_bytes_and_none_is_read() {
    // Of our own family, with other glyphs for characters we have.
    let shelf = drawer(vec![("kai.ttf", named("TW-Kai", &[('示', DRAWN), ('例', DRAWN), ('𠮷', DRAWN)]))]);
    let with = fonts(&shelf);
    let plain =
        |fonts: &Fonts| typeset::form(&cleared(&saying("示例")), &Templates::builtin(), fonts).unwrap().pdf;
    let before = plain(&Fonts::embedded().unwrap());
    assert!(plain(&with) == before);
    assert_eq!(shelf.n_reads.load(Ordering::Relaxed), 0);
    // Nor does it matter that another document needed one.
    assert!(with.covers('𠮷'));
    assert!(plain(&with) == before);
    assert_eq!(typeset::font_uses(&saying("示例"), &with).unwrap(), []);
    assert_eq!(shelf.n_reads.load(Ordering::Relaxed), 1);
}

#[test]
fn what_is_private_or_draws_nothing_stays_refused() {
    let claimed = ['\u{e000}', '\u{f8ff}', '\u{f0000}', '\u{10fffd}'];
    let mut characters: Vec<(char, u32)> = claimed.iter().map(|c| (*c, DRAWN)).collect();
    characters.extend([('𠮷', NO_GLYPH), ('𪚥', 0)]);
    let shelf = drawer(vec![("plus.ttf", named("TW-Kai-Plus", &characters))]);
    let fonts = fonts(&shelf);
    for character in claimed.into_iter().chain(['𠮷', '𪚥']) {
        assert!(!fonts.covers(character), "{character:?}");
    }
    let form = typeset::form(&cleared(&saying("王\u{e000}𠮷")), &Templates::builtin(), &fonts).unwrap();
    assert!(text_of(&form.pdf).contains("王〓〓"));
}

#[test]
fn broken_fonts_are_passed_over() {
    // Each its own character, so that all can stand on one shelf.
    let asked: Vec<char> = ('\u{20000}'..).take(800).collect();
    let spoilt = |(n, character): (usize, &char)| {
        let mut font = named("TW-Kai-Ext-B", &[(*character, DRAWN)]);
        if n % 8 == 0 {
            font.truncate(font.len() * n / 800);
        } else {
            font[n] ^= 0xff;
        }
        ("x.ttf", font)
    };
    let fonts = fonts(&drawer(asked.iter().enumerate().map(spoilt).collect()));
    let n_served = asked.iter().filter(|character| fonts.covers(**character)).count();
    // Most of the head matters, but not every byte of it.
    assert!((1..asked.len()).contains(&n_served), "{n_served}");
}

/// A reader of it would list four thousand million characters, in 16 GB.
#[test]
fn a_font_that_claims_more_characters_than_there_are_is_not_opened() {
    let mut font = named("TW-Kai", &[('𠮷', DRAWN)]);
    let group = [0x20bb7_u32, 0x20bb7, DRAWN].map(u32::to_be_bytes).concat();
    let at = font.windows(group.len()).position(|window| window == group).unwrap();
    font[at + 4] = 0xff;
    assert!(!sfnt::is_bounded(&font));
    assert!(!fonts(&drawer(vec![("kai.ttf", font)])).covers('𠮷'));
    for whole in huibian::assets::fonts::unpacked().unwrap() {
        assert!(sfnt::is_bounded(&whole));
    }
}

#[test]
fn families_are_told_by_the_name_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let of = |family: &str| named(family, &[('𠮷', DRAWN)]);
    put("a.ttf", &of("TW-Sung-Ext-B"));
    put("deep/er/z.TTF", &of("全字庫正楷體 Ext-B"));
    put("m.otf", &of("TW-Kai"));
    for (name, family) in [("TW-Kai-98_1.ttf", "Arial"), ("b.ttf", "TW-Kai Brackets"), ("c.ttf", "TW-Kaiser")]
    {
        put(name, &of(family));
    }
    put("cut.ttf", &of("TW-Kai")[..60]);
    put("empty.ttf", b"");
    put("text.txt", &of("TW-Kai"));
    let installed = InstalledFonts::below(vec![folder.path().to_owned(), folder.path().join("nowhere")]);
    assert_eq!(installed.names(), ["m.otf", "z.TTF", "a.ttf"]);
    assert_eq!(installed.read(0), Some(of("TW-Kai")));
    assert_eq!(installed.read(3), None);
    assert_eq!(
        ["TW-Kai-Plus", "全字庫正宋體", "標楷體", ""].map(full_family_rank),
        [Some(2), Some(3), None, None]
    );
}

/// A run whose user has installed these fonts.
fn run(copy: &Copy, home: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .args(arguments)
        .args(["--no-convert", "--today", "111-02-10"])
        .env("HOME", home)
        .env("LOCALAPPDATA", home)
        .current_dir(copy.folder.path())
        .output()
        .unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn an_installed_font_lifts_the_refusal_and_stands_in_the_ledger() {
    let copy = Copy::without_evidence();
    let mut scene = Scene::new();
    scene.set_narrative("police", "POL05", "查獲\u{1f9ff}案。");
    let unit = scene.plan.units.iter().find(|unit| unit.id.as_str() == "police").unwrap();
    let filling = answers::unit(&scene.plan, unit, &scene.units["police"]);
    copy.write("警察局/警察局.xlsx", &forms::unit_workbook(&scene.plan, &unit.id, &filling).unwrap());
    let home = tempfile::tempdir().unwrap();
    let (_, said) = run(&copy, home.path(), &["check"]);
    assert!(said.contains("character-without-glyph") && said.contains("U+1F9FF"), "{said}");
    for place in [".local/share/fonts", "Microsoft/Windows/Fonts"] {
        fs::create_dir_all(home.path().join(place)).unwrap();
        let font = named("TW-Kai-Plus", &[('\u{1f9ff}', DRAWN)]);
        fs::write(home.path().join(place).join("不論何名.ttf"), font).unwrap();
    }
    let (_, said) = run(&copy, home.path(), &["check"]);
    assert!(!said.contains("character-without-glyph"), "{said}");
    run(&copy, home.path(), &["compile", "--draft"]);
    let ledger = fs::read_to_string(copy.output().join("內部/檔案總帳.csv")).unwrap();
    let line = ledger.lines().last().unwrap();
    assert!(line.starts_with("不論何名.ttf（本機字型）,") && line.contains("用於排版"), "{line}");
    assert!(line.contains("（U+1F9FF）"), "{line}");
    let form = fs::read(copy.output().join("草稿-自評表.pdf")).unwrap();
    assert!(text_of(&form).contains("查獲\u{1f9ff}案"));
}
