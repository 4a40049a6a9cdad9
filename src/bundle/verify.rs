//! Looks at a bundle as a stranger would: structure, every digest, nothing missing, nothing extra.
//!
//! RFC 8493 §3 (complete and valid), and stricter: the tag manifest must be there and list every tag
//! file, names must be safe, and the archive must be the one our writer makes of its content, so that
//! bytes no digest covers are held too.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use crate::container::{Caps, Package, Packing, ZipSink, sniff};
use crate::inventory::sha512_hex;

use super::contents::one_line;
use super::{is_safe, on_windows};

/// Limits for a bundle: larger than any that can be mailed or burnt on one disc.
pub(super) const BUNDLE_CAPS: Caps = Caps {
    file: 5 << 30,
    total: 5 << 30,
    part: 4 << 30,
    entries: 50_000,
    ratio: 1_000,
    ratio_grace: 64 << 20,
};

const TAG_FILES: &[&str] = &["bag-info.txt", "bagit.txt", "manifest-sha512.txt", "tagmanifest-sha512.txt"];

/// Something that is not as it should be, in the words of the receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The entry it is about; empty: the bundle as a whole.
    pub name: String,
    pub message: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    pub faults: Vec<Fault>,
    pub n_files: usize,
    /// `External-Identifier` of bag-info.txt.
    pub identifier: Option<String>,
}

impl Verdict {
    fn fault(&mut self, name: &str, message: impl Into<String>) {
        self.faults.push(Fault { name: shown(name), message: shown(&message.into()) });
    }
}

/// Characters of a foreign text that are worth showing.
const SHOWN: usize = 200;

/// A foreign name or line as a terminal may show it: no control characters, not endless.
fn shown(text: &str) -> String {
    let mut shown: String = one_line(text).chars().take(SHOWN).collect();
    if shown.chars().count() == SHOWN {
        shown.push('…');
    }
    shown
}

/// Verifies a bundle's bytes. Never fails: whatever is wrong is a fault.
pub fn verify(bytes: &[u8]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut package = match Package::open(Cursor::new(bytes), &BUNDLE_CAPS) {
        Ok(package) => package,
        Err(fault) => {
            verdict.fault("", format!("無法開啟：{fault}"));
            return verdict;
        }
    };
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    let Some(top) = top_folder(&names, &mut verdict) else { return verdict };
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let inner = name[top.len() + 1..].to_owned();
        match package.read(index) {
            Ok(content) => files.push((inner, content)),
            Err(fault) => verdict.fault(&inner, format!("讀不出來：{fault}")),
        }
    }
    let by_name: BTreeMap<&str, &[u8]> =
        files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    verdict.n_files = by_name.keys().filter(|name| name.starts_with("data/")).count();
    check_names(&top, &files, &mut verdict);
    check_declaration(&by_name, &mut verdict);
    check_manifest("manifest-sha512.txt", &by_name, |name| name.starts_with("data/"), &mut verdict);
    let is_tag = |name: &str| !name.starts_with("data/") && name != "tagmanifest-sha512.txt";
    check_manifest("tagmanifest-sha512.txt", &by_name, is_tag, &mut verdict);
    check_oxum(&by_name, &mut verdict);
    check_identity(&by_name, &mut verdict);
    if verdict.faults.is_empty() && repack(&top, &files).is_none_or(|again| again != bytes) {
        verdict.fault("", remade(bytes, &package));
    }
    verdict
}

/// The files are whole, the archive around them is another: no digest covers what is not a file's.
fn remade(bytes: &[u8], package: &Package<Cursor<&[u8]>>) -> String {
    let packed: u64 = package.entries().iter().map(|entry| entry.packed).sum();
    let uncovered = (bytes.len() as u64).saturating_sub(packed);
    format!(
        "內容與校驗值相符，但壓縮檔本身不是原樣（曾被解開重新壓縮，或附加了資料）；\
         檔頭、目錄與附加資料共 {uncovered} 位元組不在任何校驗值內，無從判斷是否更動"
    )
}

/// The one folder everything lies in.
fn top_folder(names: &[String], verdict: &mut Verdict) -> Option<String> {
    let tops: BTreeSet<&str> = names.iter().map(|name| name.split('/').next().unwrap_or("")).collect();
    match tops.iter().collect::<Vec<_>>().as_slice() {
        [top] if names.iter().all(|name| name.contains('/')) => Some((**top).to_owned()),
        _ => {
            verdict.fault("", "壓縮檔內須恰有一個最上層資料夾");
            None
        }
    }
}

fn check_names(top: &str, files: &[(String, Vec<u8>)], verdict: &mut Verdict) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, _) in files {
        if !is_safe(&format!("{top}/{name}")) {
            verdict.fault(name, "檔名在 Windows 上無法使用");
        }
        if let Some(twin) = seen.insert(on_windows(name), name) {
            verdict.fault(name, format!("與「{twin}」在 Windows 上是同一個檔名"));
        }
        if is_litter(name) {
            verdict.fault(name, "系統檔，不屬於陳報包");
        }
        if !name.starts_with("data/") && !TAG_FILES.contains(&name.as_str()) {
            verdict.fault(name, "多出來的檔案");
        }
    }
}

/// What Explorer and Finder leave behind: files nobody put in.
fn is_litter(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    ["Thumbs.db", "desktop.ini", ".DS_Store"].iter().any(|litter| last.eq_ignore_ascii_case(litter))
}

/// bagit.txt is exactly two lines (RFC 8493 §2.1.1).
fn check_declaration(files: &BTreeMap<&str, &[u8]>, verdict: &mut Verdict) {
    match files.get("bagit.txt") {
        None => verdict.fault("bagit.txt", "缺少此檔"),
        Some(text) if *text == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" => {}
        Some(_) => verdict.fault("bagit.txt", "內容不是 BagIt 1.0 的宣告"),
    }
}

fn check_manifest(
    manifest: &str,
    files: &BTreeMap<&str, &[u8]>,
    covers: impl Fn(&str) -> bool,
    verdict: &mut Verdict,
) {
    let Some(content) = files.get(manifest) else { return verdict.fault(manifest, "缺少此檔") };
    let Ok(text) = std::str::from_utf8(content) else {
        return verdict.fault(manifest, "不是 UTF-8 文字");
    };
    let mut listed = BTreeSet::new();
    for line in text.lines() {
        let Some((digest, name)) = line.split_once("  ") else {
            verdict.fault(manifest, format!("看不懂的一行：{line}"));
            continue;
        };
        if !listed.insert(name) {
            verdict.fault(name, format!("在 {manifest} 列了兩次"));
        }
        match files.get(name) {
            _ if leaves_the_bag(name) => verdict.fault(manifest, format!("指向陳報包以外的路徑：{name}")),
            None => verdict.fault(name, format!("{manifest} 有列，檔案卻不在")),
            Some(content) if sha512_hex(content) != digest => verdict.fault(name, "內容與校驗值不符"),
            Some(_) => {}
        }
    }
    for name in files.keys().filter(|name| covers(name) && !listed.contains(*name)) {
        verdict.fault(name, format!("未列在 {manifest}"));
    }
}

/// Absolute, in somebody's home, on a drive or share, or upwards (RFC 8493 §5.1): never followed.
fn leaves_the_bag(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    path.starts_with(['/', '\\', '~']) || drive || path.split(['/', '\\']).any(|part| part == "..")
}

/// The figures carry the identity that bag-info.txt and every page's footer bear.
fn check_identity(files: &BTreeMap<&str, &[u8]>, verdict: &mut Verdict) {
    let Some(figures) = files.get("data/dossier.json") else { return };
    let figures: Option<serde_json::Value> = serde_json::from_slice(figures).ok();
    let identity = figures.as_ref().and_then(|figures| figures.get("identity")?.as_str());
    // A volume's own identifier bears its number, too.
    let whole = fact(files, "Bag-Group-Identifier").or(verdict.identifier.as_deref());
    let named = whole.and_then(|identifier| identifier.rsplit('-').next());
    if identity.is_none() || identity != named {
        verdict.fault(
            "data/dossier.json",
            "識別碼與 bag-info.txt 的 External-Identifier 不同，不是同一次產製的",
        );
    }
}

/// A line of bag-info.txt.
fn fact<'a>(files: &BTreeMap<&str, &'a [u8]>, key: &str) -> Option<&'a str> {
    let info = std::str::from_utf8(files.get("bag-info.txt")?).ok()?;
    info.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}

/// Payload-Oxum (RFC 8493 §2.2.2) and the identifier.
fn check_oxum(files: &BTreeMap<&str, &[u8]>, verdict: &mut Verdict) {
    if files.get("bag-info.txt").is_none_or(|content| std::str::from_utf8(content).is_err()) {
        return verdict.fault("bag-info.txt", "缺少此檔，或不是 UTF-8 文字");
    }
    verdict.identifier = fact(files, "External-Identifier").map(str::to_owned);
    let payload = files.iter().filter(|(name, _)| name.starts_with("data/"));
    let (bytes, count) =
        payload.fold((0, 0), |(bytes, count), (_, content)| (bytes + content.len(), count + 1));
    if fact(files, "Payload-Oxum") != Some(format!("{bytes}.{count}").as_str()) {
        verdict.fault("bag-info.txt", "Payload-Oxum 與實際的位元組數或檔案數不符");
    }
}

/// The archive our writer makes of this content.
fn repack(top: &str, files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut zip = ZipSink::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let packing = if name.starts_with("data/") { Packing::of(sniff(content)) } else { Packing::Deflated };
        let length = content.len() as u64;
        zip.entry(&format!("{top}/{name}"), packing, length, &mut content.as_slice()).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}
