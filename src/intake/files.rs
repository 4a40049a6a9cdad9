//! What the disk alone tells of the files: unreadable, linked, locked, changed, too hard to read.
//!
//! Knows the inventory, nothing of what stands in a file.

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::inventory::{Inventory, LeftOut, Role};
use crate::place::Place;

pub static RULES: &[&Rule] =
    &[&FILE_UNREADABLE, &FILE_CHANGED, &FILE_TOO_HARD, &LINK_NOT_FOLLOWED, &FILE_IN_USE];

pub static FILE_UNREADABLE: Rule = Rule {
    id: "file-unreadable",
    severity: Severity::Error,
    title: "檔案無法讀取",
    explanation: "檢查什麼：工作資料夾內的每個檔案都必須讀得到。\n\
        為何重要：讀不到的檔案不會出現在自評表或佐證資料中。\n\
        如何修正：確認檔案沒有被其他程式鎖住、雲端檔案已下載到本機，並具有讀取權限。",
    answerable: true,
};

pub static FILE_CHANGED: Rule = Rule {
    id: "file-changed",
    severity: Severity::Error,
    title: "檔案在執行中被修改",
    explanation: "檢查什麼：同一次執行中，檔案內容必須前後一致。\n\
        為何重要：讀到一半被改寫的檔案，印出的內容可能新舊混雜。\n\
        如何修正：請關閉正在編輯該檔的程式，再執行一次。",
    answerable: false,
};

pub static FILE_TOO_HARD: Rule = Rule {
    id: "file-too-hard",
    severity: Severity::Error,
    title: "檔案無法在時間與記憶體限制內解讀",
    explanation: "檢查什麼：每個檔案的解讀時間與記憶體有上限，以免一個壞檔拖垮整次產製。\n\
        為何重要：超過上限的檔案內容不會被讀取或裝訂。\n\
        如何修正：請以原程式重新另存（或以虛擬印表機另存 PDF）後替換。",
    answerable: true,
};

pub static LINK_NOT_FOLLOWED: Rule = Rule {
    id: "link-not-followed",
    severity: Severity::Warning,
    title: "捷徑（連結）不會跟隨",
    explanation: "檢查什麼：工作資料夾內的連結不會被打開。\n\
        為何重要：連結可能指向資料夾外的檔案，其內容無法保證。\n\
        如何修正：請把檔案本身複製到該資料夾。",
    answerable: false,
};

pub static FILE_IN_USE: Rule = Rule {
    id: "file-in-use",
    severity: Severity::Warning,
    title: "檔案可能正在編輯",
    explanation: "檢查什麼：資料夾內有 Excel 或 LibreOffice 的鎖定檔。\n\
        為何重要：表示對應的檔案可能還開著，尚未存檔的內容不會被讀取。\n\
        如何修正：請存檔並關閉該檔案，再執行一次。",
    answerable: false,
};

/// What the disk alone tells.
pub fn inventory_diagnostics(inventory: &Inventory) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for file in &inventory.files {
        let place = Place::file(&file.path);
        if let Some(reason) = &file.unreadable {
            diagnostics.push(
                Diagnostic::new(&FILE_UNREADABLE, place, format!("無法讀取：{reason}"))
                    .hint("請確認檔案未被鎖住、已下載到本機且有讀取權限")
                    .subject(file.path.as_str()),
            );
        } else if file.role == Role::LeftOut(LeftOut::Link) {
            diagnostics.push(
                Diagnostic::new(&LINK_NOT_FOLLOWED, place, "這是捷徑（連結），未讀取其所指的檔案")
                    .hint("請把檔案本身複製到這個資料夾"),
            );
        } else if file.role == Role::LeftOut(LeftOut::LockFile) {
            diagnostics.push(
                Diagnostic::new(&FILE_IN_USE, place, "有鎖定檔，對應的檔案可能正在編輯")
                    .hint("請存檔並關閉該檔案後再執行一次；若已關閉，可刪除此鎖定檔"),
            );
        }
    }
    diagnostics
}
