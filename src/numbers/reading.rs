//! The lock read back: every line that does not fit is told, and a lock with a fault is not used in part.
//!
//! Judges it against the plan: whose it is, and whether its items are still those that were cited.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::identity;
use crate::place::{Place, RelPath};
use crate::plan::{ItemCode, Plan};

use super::{FORMAT, LOCK_FILE, LockedAppendix, LockedFile, Number, NumberLock};

pub static RULES: &[&Rule] = &[
    &NUMBERS_LOCK_UNREADABLE,
    &NUMBERS_LOCK_FOREIGN,
    &NUMBERS_LOCK_ITEM_UNKNOWN,
    &NUMBERS_LOCK_ITEM_CHANGED,
];

pub static NUMBERS_LOCK_UNREADABLE: Rule = Rule {
    id: "numbers-lock-unreadable",
    severity: Severity::Error,
    title: "附件編號鎖定檔看不懂",
    explanation: "檢查什麼：附件編號鎖定檔（numbers.lock）的每一行須完整，編號與佐證項目都不得重複。\n\
        為何重要：鎖定檔壞了而照樣編號，已傳閱的附件編號就會移動；因此不猜測，也不只採用一部分。\n\
        如何修正：請還原備份的 numbers.lock；沒有備份時將它移走，再執行 huibian numbers lock 依目前的編號重新鎖定。",
    answerable: false,
};

pub static NUMBERS_LOCK_FOREIGN: Rule = Rule {
    id: "numbers-lock-foreign",
    severity: Severity::Error,
    title: "附件編號鎖定檔屬於另一個計畫",
    explanation: "檢查什麼：附件編號鎖定檔（numbers.lock）所載的計畫、機關與年度，須與目前的計畫相同。\n\
        為何重要：別的計畫或年度的編號套用到這裡，附件會掛在錯的號碼上。\n\
        如何修正：請將 numbers.lock 移走；需要固定本計畫的編號時，執行 huibian numbers lock。",
    answerable: false,
};

pub static NUMBERS_LOCK_ITEM_UNKNOWN: Rule = Rule {
    id: "numbers-lock-item-unknown",
    severity: Severity::Warning,
    title: "已鎖定編號的佐證項目不在計畫內",
    explanation: "檢查什麼：附件編號鎖定檔（numbers.lock）所列的佐證項目，是否都還在計畫內。\n\
        為何重要：該編號可能已被引用；本程式保留空號，不給別的附件使用，但查不到該附件。\n\
        如何修正：項目確已刪除者不必處理，但請告知引用者；誤刪者請在計畫檔恢復該項目。",
    answerable: false,
};

pub static NUMBERS_LOCK_ITEM_CHANGED: Rule = Rule {
    id: "numbers-lock-item-changed",
    severity: Severity::Warning,
    title: "已鎖定編號的佐證項目有變更",
    explanation: "檢查什麼：已鎖定編號的佐證項目，名稱與所屬指標是否與鎖定時相同。\n\
        為何重要：編號不變，內容卻換了，引用該附件的人會翻到別的文件；改屬別的指標者，編號與指標不再對應。\n\
        如何修正：只是改名者，執行 huibian numbers lock 更新名稱；要依新的指標編號者，先看 huibian compile --renumber 列出的新舊對照，再執行 huibian numbers lock --renumber。",
    answerable: false,
};

/// The lock, unless something is wrong with it; what is told is complete either way.
pub fn read(text: &str, plan: &Plan) -> (Option<NumberLock>, Diagnostics) {
    let mut reading = Reading::default();
    reading.lines(text);
    let Reading { header, appendices, found, .. } = reading;
    let mut found = found;
    found.extend(foreign(&header, plan));
    if found.block() {
        return (None, found);
    }
    found.extend(appendices.iter().filter_map(|(line, appendix)| changed(*line, appendix, plan)));
    let mut appendices: Vec<LockedAppendix> = appendices.into_iter().map(|(_, appendix)| appendix).collect();
    appendices.sort_by(|a, b| a.number.cmp(&b.number));
    let lock = NumberLock {
        plan: plan.id.clone(),
        government: plan.government.name.clone(),
        year: plan.year,
        appendices,
    };
    (Some(lock), found)
}

#[derive(Default)]
struct Reading<'t> {
    /// 計畫, 機關, 年度 with what stands there, and the line.
    header: BTreeMap<&'t str, (usize, &'t str)>,
    appendices: Vec<(usize, LockedAppendix)>,
    numbers: BTreeMap<&'t str, usize>,
    items: BTreeMap<&'t str, usize>,
    found: Diagnostics,
}

const HEADER: [&str; 3] = ["計畫", "機關", "年度"];

fn at(line: usize) -> Place {
    Place::Text { file: RelPath::new(LOCK_FILE), line, column: 1 }
}

const RESTORE: &str = "請還原備份的 numbers.lock；沒有備份時將它移走，再執行 huibian numbers lock";

impl<'t> Reading<'t> {
    fn lines(&mut self, text: &'t str) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        match lines.next() {
            Some((_, first)) if first.trim_end() == FORMAT => {}
            _ => return self.fault(1, format!("第一行不是「{}」", FORMAT.replace('\t', " "))),
        }
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                [key, value] if HEADER.contains(&key) => {
                    if let Some((first, _)) = self.header.insert(key, (number, value)) {
                        self.fault(number, format!("「{key}」與第 {first} 行重複"));
                    }
                }
                ["附件", appendix, item, title] => self.appendix(number, appendix, item, title),
                ["檔案", place, sha256, path] => self.file(number, place, sha256, path),
                _ => self.fault(number, format!("看不懂「{}」", shown(line))),
            }
        }
        for key in HEADER.into_iter().filter(|key| !self.header.contains_key(key)).collect::<Vec<_>>() {
            self.fault(1, format!("少了「{key}」一行，檔案可能不完整"));
        }
    }

    fn fault(&mut self, line: usize, message: String) {
        self.found.push(Diagnostic::new(&NUMBERS_LOCK_UNREADABLE, at(line), message).hint(RESTORE));
    }

    fn appendix(&mut self, line: usize, text: &'t str, item: &'t str, title: &'t str) {
        let Some(number) = Number::parse(text) else {
            return self.fault(line, format!("「{}」不是附件編號", shown(text)));
        };
        if let Some(first) = self.numbers.insert(text, line) {
            self.fault(line, format!("附件 {text} 與第 {first} 行重複"));
        }
        if let Some(first) = self.items.insert(item, line) {
            self.fault(line, format!("佐證項目「{}」與第 {first} 行重複", shown(item)));
        }
        let item = ItemCode(item.to_owned());
        self.appendices
            .push((line, LockedAppendix { number, item, title: title.to_owned(), files: Vec::new() }));
    }

    fn file(&mut self, line: usize, place: &str, sha256: &str, path: &str) {
        let Some((_, appendix)) = self.appendices.last_mut() else {
            return self.fault(line, "「檔案」之前沒有「附件」".to_owned());
        };
        let Some(place) = super::counted(place) else {
            return self.fault(line, format!("「{}」不是檔案的序號", shown(place)));
        };
        if appendix.files.iter().any(|file| file.place == place) {
            let number = appendix.number.of_file(place);
            return self.fault(line, format!("附件 {number} 重複"));
        }
        appendix.files.push(LockedFile { place, sha256: sha256.to_owned(), path: path.to_owned() });
    }
}

/// A piece of a line, short and without personal identifiers.
fn shown(text: &str) -> String {
    identity::mask(&text.replace('\t', " ").chars().take(40).collect::<String>())
}

fn foreign(header: &BTreeMap<&str, (usize, &str)>, plan: &Plan) -> Vec<Diagnostic> {
    let year = plan.year.to_string();
    let ours = [plan.id.as_str(), plan.government.name.as_str(), year.as_str()];
    HEADER
        .into_iter()
        .zip(ours)
        .filter_map(|(key, ours)| {
            let (line, theirs) = header.get(key).filter(|(_, theirs)| *theirs != ours)?;
            let message = format!("鎖定檔的{key}是「{}」，目前的計畫是「{ours}」", shown(theirs));
            Some(
                Diagnostic::new(&NUMBERS_LOCK_FOREIGN, at(*line), message)
                    .hint("請將 numbers.lock 移走；要固定本計畫的編號，再執行 huibian numbers lock"),
            )
        })
        .collect()
}

/// What became of a locked item in the plan, where it is no longer the same.
fn changed(line: usize, appendix: &LockedAppendix, plan: &Plan) -> Option<Diagnostic> {
    let LockedAppendix { number, item, title, .. } = appendix;
    let Some((task, known)) = plan.item(item) else {
        let message = format!("附件 {number}「{item} {title}」已不在計畫內，保留空號");
        return Some(
            Diagnostic::new(&NUMBERS_LOCK_ITEM_UNKNOWN, at(line), identity::mask(&message))
                .hint("項目確已刪除者不必處理，但請告知引用者；誤刪者請在計畫檔恢復"),
        );
    };
    let indicator = plan.indicators().find(|indicator| indicator.tasks.contains(&task.id));
    let message = match indicator {
        Some(indicator) if indicator.code != number.indicator() => {
            format!("附件 {number}「{item} {title}」現屬指標 {}，編號不變", indicator.code)
        }
        _ if super::on_one_line(&known.title) != *title => {
            format!("附件 {number}（{item}）鎖定時為「{title}」，計畫現為「{}」", known.title)
        }
        _ => return None,
    };
    Some(Diagnostic::new(&NUMBERS_LOCK_ITEM_CHANGED, at(line), identity::mask(&message)).hint(
        "只是改名者請執行 huibian numbers lock；要重新編號請先看 huibian compile --renumber 的新舊對照",
    ))
}
