//! How the bundle travels: whole or in volumes, by mail, disc or link; nothing lost, no limit passed, every
//! reference true.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use huibian::assembly;
use huibian::assets::Templates;
use huibian::bundle;
use huibian::container::{Caps, Package};
use huibian::inventory::sha256_hex;
use huibian::pdf;
use huibian::typeset::{self, Fonts};

use crate::support::cleared;
use crate::support::papers::empty_frames;
use crate::support::workspace::{Copy, files};
use crate::typesetting;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::embedded().unwrap());

const CAPS: Caps = Caps {
    file: 1 << 30,
    total: 1 << 30,
    part: 1 << 30,
    entries: 10_000,
    ratio: 1_000,
    ratio_grace: 1 << 20,
};

/// The sample, compiled with more lines in its plan. Gives the terminal's text.
fn compiled(copy: &Copy, plan: &str, arguments: &[&str]) -> String {
    let own = fs::read_to_string(copy.inputs().join("plan.toml")).unwrap();
    copy.write("plan.toml", format!("{own}\n{plan}").as_bytes());
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .args(["compile", "--today", "111-02-10"])
        .args(arguments)
        .current_dir(copy.folder.path())
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{out}{}", String::from_utf8_lossy(&output.stderr));
    out
}

/// Files of the output by their paths in it.
fn outputs(copy: &Copy) -> BTreeMap<String, Vec<u8>> {
    let folder = copy.output();
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
    files(&folder).iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

/// The payload of a bundle by name.
fn payload(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut package = Package::open(Cursor::new(zip), &CAPS).unwrap();
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    let mut payload = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        if let Some((_, name)) = name.split_once("/data/") {
            payload.insert(name.to_owned(), package.read(index).unwrap());
        }
    }
    payload
}

/// Every page's text without blanks, also of pages that have none.
pub fn page_texts(bytes: &[u8]) -> Vec<String> {
    let mut pages = vec![String::new(); pdf::page_sizes(bytes).unwrap().len()];
    for page in pdf::page_texts(bytes).into_iter().filter(|page| page.page > 0) {
        pages[page.page - 1].extend(page.text.chars().filter(|c| !c.is_whitespace()));
    }
    pages
}

#[test]
fn volumes_keep_the_limit_lose_nothing_and_refer_truly() {
    let copy = Copy::of_sample();
    let out = compiled(&copy, "[limits]\nattachment_megabytes = 5", &[]);
    assert!(out.contains("已分為 3 冊"), "{out}");
    let made = outputs(&copy);
    assert!(!made.contains_key("佐證資料.pdf") && !made.contains_key("郵件草稿.eml"), "{:?}", made.keys());

    let mut marks = Vec::new();
    let mut numbered = Vec::new();
    for volume in 1..=3 {
        let name = format!("hsinchu-110-self-assessment-{volume}of3.zip");
        let zip = &made[&name];
        assert_eq!(bundle::verify(zip).faults, []);
        marks.push((name, bundle::volume_mark(zip)));
        let eml = String::from_utf8(made[&format!("郵件草稿-第{volume}冊.eml")].clone()).unwrap();
        assert!(eml.contains(&format!("-{volume}of3.zip")));
        let attachment = eml.split("base64\r\n\r\n").nth(2).unwrap().split("\r\n--").next().unwrap();
        assert!(attachment.len() <= 5_000_000, "{}", attachment.len());
        // Filled up: nothing of the next volume would have gone in for want of trying.
        assert!(volume == 3 || attachment.len() > 4_000_000, "{}", attachment.len());

        let payload = payload(zip);
        assert_eq!(payload.keys().any(|name| name.contains("自評表")), volume == 1);
        for (entry, bytes) in &payload {
            assert_eq!(made[&format!("附件/第{volume}冊/{entry}")], *bytes, "{entry}");
        }
        let appendices = &made[&format!("佐證資料-第{volume}冊.pdf")];
        let (_, packed) = payload.iter().find(|(name, _)| name.starts_with("02-")).unwrap();
        assert_eq!(packed, appendices);
        let pages = page_texts(appendices);
        assert!(pages[0].contains(&format!("第{volume}冊，共3冊")), "{}", pages[0]);
        let identity = marks[0].1.as_ref().unwrap().group.rsplit('-').next().unwrap().to_owned();
        let foot = format!("第{volume}冊識別碼{identity}");
        assert!(pages.iter().all(|page| page.contains(&foot)), "{foot} stands on every page");
        numbered.push(pages);
    }
    assert_eq!(bundle::check_set(&marks), []);

    // Every appendix stands where the form's figures say it does, in exactly one volume.
    let figures: serde_json::Value = serde_json::from_slice(&made["附件/第1冊/dossier.json"]).unwrap();
    let mut n_appendices = 0;
    for appendix in figures["appendices"].as_array().unwrap() {
        let number = appendix["number"].as_str().unwrap();
        let at = |key: &str| appendix[key].as_u64().map(|n| n as usize);
        let Some((volume, page)) = at("first_volume").zip(at("first_page")) else { continue };
        n_appendices += 1;
        let divider = &numbered[volume - 1][page - 1];
        assert!(divider.contains(&format!("附件{number}")), "{number} on {page} of {volume}: {divider}");
        let stamp = format!("附件{number}·第1/");
        for (index, pages) in numbered.iter().enumerate() {
            let n_stamped = pages.iter().filter(|page| page.contains(&stamp)).count();
            assert_eq!(n_stamped, usize::from(index + 1 == volume), "{number} in volume {}", index + 1);
        }
    }
    assert!(out.contains(&format!("附件 {n_appendices} 項")), "{out}");
    let form = page_texts(&made["自評表.pdf"]).concat();
    assert!(form.contains("第1冊") && form.contains("第3冊"));
}

#[test]
fn too_many_mails_are_answered_with_disc_and_link() {
    let copy = Copy::of_sample();
    let plan = "[limits]\nattachment_megabytes = 5\n[delivery]\nmost_mails = 2";
    let out = compiled(&copy, plan, &[]);
    assert!(out.contains("須分 3 封以上郵件") && out.contains("請擇一"), "{out}");
    let made = outputs(&copy);
    let zip = &made["hsinchu-110-self-assessment.zip"];
    let sheet = page_texts(&made["遞送單.pdf"]).concat();
    let mail = String::from_utf8(made["郵件草稿.txt"].clone()).unwrap();
    assert!(sheet.contains(&sha256_hex(zip)), "{sheet}");
    assert!(mail.contains(&sha256_hex(zip)) && mail.contains("〔請貼上連結〕"), "{mail}");
    assert!(String::from_utf8(made["函稿.txt"].clone()).unwrap().contains("〔請擇一："));
    let payload = payload(zip);
    assert_eq!(payload["02-appendices-佐證資料.pdf"], made["佐證資料.pdf"]);
    assert!(!page_texts(&made["自評表.pdf"]).concat().contains("第1冊"), "undivided");
}

#[test]
fn a_file_too_large_for_any_mail_is_named() {
    let copy = Copy::of_sample();
    // Stored as it is: nothing in it can be pressed.
    let mut noise = b"\0\0\0\x18ftypmp42".to_vec();
    let mut state = 7u32;
    while noise.len() < 4_000_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push((state >> 24) as u8);
    }
    let folder = copy.inputs().join("警察局");
    let item = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).find(|path| path.is_dir());
    fs::write(item.unwrap().join("影片.mp4"), &noise).unwrap();
    let out = compiled(&copy, "[limits]\nattachment_megabytes = 5", &["--dry-run"]);
    assert!(out.contains("影片.mp4」（4.0 MB）單獨一檔即超過單一附件的上限"), "{out}");
}

#[test]
fn by_disc_and_by_link_the_bundle_stays_whole() {
    for (way, with_sheet, words) in [("disc", true, "請將陳報包燒錄於光碟"), ("link", false, "請上傳陳報包")]
    {
        let copy = Copy::of_sample();
        let out = compiled(&copy, &format!("[delivery]\nby = \"{way}\""), &[]);
        assert!(out.contains(words), "{out}");
        let made = outputs(&copy);
        let mail = String::from_utf8(made["郵件草稿.txt"].clone()).unwrap();
        assert!(mail.contains("未附於郵件") && !mail.contains("檔案較大"), "{mail}");
        assert_eq!(made.contains_key("遞送單.pdf"), with_sheet);
        assert!(!String::from_utf8_lossy(&made["郵件草稿.eml"]).contains("application/zip"));
        assert_eq!(bundle::verify(&made["hsinchu-110-self-assessment.zip"]).faults, []);
        assert_eq!(bundle::volume_mark(&made["hsinchu-110-self-assessment.zip"]), None);
    }
}

#[test]
fn a_rehearsal_tells_sizes_and_leaves_no_trace() {
    let copy = Copy::of_sample();
    let before = copy.snapshot();
    let out = compiled(&copy, "[limits]\nattachment_megabytes = 5", &["--dry-run"]);
    for words in [
        "未寫入任何產出",
        "自評表.pdf　",
        "分 3 冊、3 封郵件（單一附件的上限 5.0 MB，含編碼）",
        "最大的佐證",
        "降為 150 dpi",
        "降為 100 dpi",
    ] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    assert!(!copy.output().exists());
    let left: Vec<_> = fs::read_dir(copy.folder.path()).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with("-new")), "{left:?}");
    assert_eq!(before.len(), copy.snapshot().len());
}

#[test]
fn an_appendix_that_is_cut_keeps_its_count_and_says_where_the_rest_is() {
    let templates = Templates::builtin();
    let whole = typeset::appendices(&cleared(&typesetting::rich()), &templates, &FONTS).unwrap();
    let mut dossier = typesetting::rich();
    // Three photos in 2-1-2, the second and third in the next volume.
    assembly::divide(&mut dossier, &[1, 1, 2, 2, 2, 2, 2]);
    let mut slots = Vec::new();
    let mut ranges = Vec::new();
    for volume in [1, 2] {
        dossier.volume = Some(volume);
        let frames = typeset::appendices(&cleared(&dossier), &templates, &FONTS).unwrap();
        slots.extend(frames.slots.iter().map(|slot| slot.id.clone()));
        let pages = page_texts(&empty_frames(&frames));
        ranges.extend(frames.ranges);
        let stamp = if volume == 1 { "附件2-1-2·第1/2頁" } else { "附件2-1-2·第2/2頁" };
        assert!(pages.iter().any(|page| page.contains(stamp)), "{pages:?}");
        let other = format!("見第{}冊", 3 - volume);
        assert!(pages.iter().any(|page| page.contains("附件2-1-2") && page.contains(&other)), "{pages:?}");
        assert!(pages.iter().any(|page| page.contains("分載數冊")));
        assert_eq!(pages.iter().any(|page| page.contains("未附佐證之項目")), volume == 1);
    }
    assert_eq!(slots, whole.slots.iter().map(|slot| slot.id.clone()).collect::<Vec<_>>());
    assembly::paginate(&mut dossier, &ranges);
    let cut = ranges.iter().filter(|range| range.number == "2-1-2").map(|range| range.volume);
    assert_eq!(cut.collect::<Vec<_>>(), [Some(1), Some(2)]);
}

#[test]
fn a_set_of_volumes_is_whole_or_its_gap_is_named() {
    let mark = |group: &str, number, of| {
        (format!("{number}.zip"), Some(bundle::VolumeMark { group: group.to_owned(), number, of }))
    };
    let said = |set: &[(String, Option<bundle::VolumeMark>)]| {
        bundle::check_set(set)
            .iter()
            .map(|fault| format!("{}：{}", fault.name, fault.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&[mark("a", 2, 2), mark("a", 1, 2)]), Vec::<String>::new());
    assert_eq!(said(&[mark("a", 1, 3), mark("a", 3, 3)]), ["：共 3 冊，只有第 1、3 冊"]);
    assert!(said(&[mark("a", 1, 2), mark("a", 1, 2)])[0].contains("同為第 1 冊"));
    assert!(said(&[mark("a", 1, 2), mark("b", 2, 2)])[0].contains("不是同一批"));
    assert!(said(&[mark("a", 1, 2), mark("a", 2, 3)])[0].contains("不是同一批"));
    assert!(said(&[mark("a", 1, 1), ("x.zip".to_owned(), None)])[0].contains("不是分冊"));
    // A count nobody could hold costs nothing.
    assert_eq!(said(&[mark("a", 1, usize::MAX)]).len(), 1);
}
