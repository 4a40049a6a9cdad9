//! What users are told when a workbook, or a part of it, cannot be read.
//!
//! One rule per kind of failure, its wording beside it. Knows files, sheets and cells; nothing of
//! units or forms.

use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::grid::{Grid, GridFailure, GridRemark};
use crate::place::{Place, RelPath};

const SAVE_AS: &str = "請以 Excel 或 LibreOffice 開啟後，另存為 .xlsx 再交";

pub static WORKBOOK_EMPTY: Rule = Rule {
    id: "workbook-empty",
    severity: Severity::Error,
    title: "填報活頁簿是空檔",
    explanation: "檢查交來的活頁簿是否為 0 位元組的空檔。\n\n\
        空檔常因複製、上傳或同步中斷而來，裡面沒有任何填報內容。\n\n\
        請向填報單位重新索取檔案，確認能以 Excel 開啟後再放回原處。",
    answerable: false,
};

pub static WORKBOOK_PASSWORD: Rule = Rule {
    id: "workbook-password",
    severity: Severity::Error,
    title: "填報活頁簿設有開啟密碼",
    explanation: "檢查活頁簿是否加密，須輸入密碼才能開啟。\n\n\
        本程式不詢問也不猜測密碼，加密的內容無從讀取。\n\n\
        請以 Excel 開啟，由「檔案 › 資訊 › 保護活頁簿 › 以密碼加密」清空密碼後存檔；\
        或以 LibreOffice 另存新檔，不勾選「以密碼儲存」。",
    answerable: false,
};

pub static WORKBOOK_NOT_A_WORKBOOK: Rule = Rule {
    id: "workbook-not-a-workbook",
    severity: Severity::Error,
    title: "交來的檔案不是活頁簿",
    explanation: "檢查檔案內容（不看副檔名）是否為 .xlsx、.ods 或 .xls 活頁簿。\n\n\
        網頁、文字檔或其他文件即使副檔名改成 .xls，也沒有可靠的工作表與儲存格。\n\n\
        請改交原本發下的填報活頁簿；若手邊只有這個檔，請以 Excel 開啟後，另存為 .xlsx。",
    answerable: false,
};

pub static WORKBOOK_FORMAT_UNSUPPORTED: Rule = Rule {
    id: "workbook-format-unsupported",
    severity: Severity::Error,
    title: "活頁簿的存檔格式無法讀取",
    explanation: "檢查活頁簿是否以 .xlsx、.ods 或 .xls（Excel 95 以後）儲存。\n\n\
        .xlsb、XML 試算表、單一檔 ODF 與 Excel 4.0 以前的格式無法完整讀取，勉強讀取會默默漏掉資料。\n\n\
        請以 Excel 或 LibreOffice 開啟後，另存為 .xlsx 或 .ods。",
    answerable: false,
};

pub static WORKBOOK_TOO_LARGE: Rule = Rule {
    id: "workbook-too-large",
    severity: Severity::Error,
    title: "活頁簿超過可讀取的大小",
    explanation: "檢查檔案大小、解開後的大小、內含檔案數、膨脹倍數與儲存格數是否在上限內\
        （檔案 50 MB、解開後 256 MB、1,000 個內含檔案、200 倍、200 萬格）。\n\n\
        遠超過填報所需的檔案，多半是誤貼圖片、整欄設定格式，或惡意製作的壓縮檔，讀取會耗盡記憶體。\n\n\
        請刪去活頁簿中的圖片與填報範圍外的列、欄，或將資料複製到原本發下的空白表，另存後再交。",
    answerable: false,
};

pub static WORKBOOK_DAMAGED: Rule = Rule {
    id: "workbook-damaged",
    severity: Severity::Error,
    title: "活頁簿已損壞",
    explanation: "檢查活頁簿的內部結構是否完整。\n\n\
        檔案若在傳送或存檔時中斷，部分內容已經遺失，無法確知填了什麼。\n\n\
        請以 Excel 開啟，選「修復」後另存為 .xlsx；無法開啟時，請向填報單位重新索取檔案。",
    answerable: false,
};

pub static WORKBOOK_MACROS: Rule = Rule {
    id: "workbook-macros",
    severity: Severity::Warning,
    title: "活頁簿含巨集",
    explanation: "檢查活頁簿是否帶有巨集（VBA 或 Excel 4.0 巨集表）。\n\n\
        本程式只讀儲存格的值，從不執行巨集；發下的填報活頁簿不含巨集，多出來的巨集來路不明。\n\n\
        請確認來源；不需要巨集時，請另存為 .xlsx。",
    answerable: true,
};

pub static WORKBOOK_EXTERNAL_LINKS: Rule = Rule {
    id: "workbook-external-links",
    severity: Severity::Warning,
    title: "活頁簿連結到其他檔案",
    explanation: "檢查活頁簿的公式是否取用別的檔案。\n\n\
        讀到的是上次存檔時的值；所連的檔案若已更動，數字可能不是最新。\n\n\
        請開啟活頁簿更新連結並核對，或以「選擇性貼上 › 值」改成數字後存檔。",
    answerable: true,
};

pub static WORKBOOK_CELL_UNREADABLE: Rule = Rule {
    id: "workbook-cell-unreadable",
    severity: Severity::Error,
    title: "儲存格無法讀取",
    explanation: "檢查每一格的內容是否能讀出。\n\n\
        無法讀出的格未納入彙編，內容可能因此缺漏。\n\n\
        請以 Excel 開啟該檔，重新輸入該格的內容並存檔；若該格不是填報內容，請刪除。",
    answerable: true,
};

pub static WORKBOOK_SHEET_UNREADABLE: Rule = Rule {
    id: "workbook-sheet-unreadable",
    severity: Severity::Error,
    title: "工作表無法讀取",
    explanation: "檢查每張工作表是否能完整讀出。\n\n\
        無法讀出的部分未納入彙編，內容可能因此缺漏。\n\n\
        請以 Excel 開啟該檔，選「修復」後另存為 .xlsx；若該工作表不是填報內容，請刪除。",
    answerable: true,
};

pub static WORKBOOK_TOO_MANY_CELLS: Rule = Rule {
    id: "workbook-too-many-cells",
    severity: Severity::Error,
    title: "活頁簿的儲存格過多",
    explanation: "檢查整本活頁簿有內容的儲存格是否在 200 萬格、文字在 64 MB 以內。\n\n\
        超過之後的儲存格不再讀取，內容因此缺漏；多半是公式或格式被填滿到整欄所致。\n\n\
        請刪去填報範圍以外的列與欄後存檔。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[
    &WORKBOOK_EMPTY,
    &WORKBOOK_PASSWORD,
    &WORKBOOK_NOT_A_WORKBOOK,
    &WORKBOOK_FORMAT_UNSUPPORTED,
    &WORKBOOK_TOO_LARGE,
    &WORKBOOK_DAMAGED,
    &WORKBOOK_MACROS,
    &WORKBOOK_EXTERNAL_LINKS,
    &WORKBOOK_CELL_UNREADABLE,
    &WORKBOOK_SHEET_UNREADABLE,
    &WORKBOOK_TOO_MANY_CELLS,
];

/// What to tell about a file that could not be read as a workbook at all.
pub fn failure_diagnostic(failure: &GridFailure, file: &RelPath) -> Diagnostic {
    let name = file.file_name();
    let (rule, message, hint) = match failure {
        GridFailure::Empty => {
            (&WORKBOOK_EMPTY, format!("「{name}」是 0 位元組的空檔"), "請向填報單位重新索取檔案".to_owned())
        }
        GridFailure::Password => (
            &WORKBOOK_PASSWORD,
            format!("「{name}」設有密碼，無法讀取"),
            "請以 Excel 或 LibreOffice 開啟，移除密碼後存檔再交".to_owned(),
        ),
        GridFailure::NotAWorkbook { found } => (
            &WORKBOOK_NOT_A_WORKBOOK,
            format!("「{name}」不是活頁簿，內容是{found}"),
            "請改交原本發下的填報活頁簿；若只有這個檔，請以 Excel 開啟後另存為 .xlsx".to_owned(),
        ),
        GridFailure::UnsupportedFormat { found } => {
            (&WORKBOOK_FORMAT_UNSUPPORTED, format!("「{name}」是{found}，無法讀取"), SAVE_AS.to_owned())
        }
        GridFailure::TooLarge { detail } => (
            &WORKBOOK_TOO_LARGE,
            format!("「{name}」過大，未予讀取：{detail}"),
            "請刪去圖片與填報範圍外的列、欄，或將資料複製到空白表後再交".to_owned(),
        ),
        GridFailure::Damaged { detail } => (
            &WORKBOOK_DAMAGED,
            format!("「{name}」已損壞，無法讀取（{detail}）"),
            "請以 Excel 開啟並修復後另存為 .xlsx；無法開啟時，請向填報單位重新索取".to_owned(),
        ),
    };
    Diagnostic::new(rule, Place::file(file), message).hint(hint).subject(file.as_str())
}

/// What to tell about a workbook that was read, but not as a whole or not without care.
pub fn remark_diagnostics(grid: &Grid, file: &RelPath) -> Vec<Diagnostic> {
    grid.remarks.iter().map(|remark| remark_diagnostic(remark, file)).collect()
}

fn remark_diagnostic(remark: &GridRemark, file: &RelPath) -> Diagnostic {
    let name = file.file_name();
    let on_sheet = |sheet: &str| Place::Sheet { file: file.clone(), sheet: sheet.to_owned() };
    let (rule, place, message, hint) = match remark {
        GridRemark::Macros => (
            &WORKBOOK_MACROS,
            Place::file(file),
            format!("「{name}」含巨集；只讀取儲存格的值，巨集未執行"),
            "請確認來源；不需要巨集時，請另存為 .xlsx",
        ),
        GridRemark::ExternalLinks => (
            &WORKBOOK_EXTERNAL_LINKS,
            Place::file(file),
            format!("「{name}」的公式連結到其他檔案，讀到的是上次存檔時的值"),
            "請核對數字，或以「選擇性貼上 › 值」取代公式後存檔",
        ),
        GridRemark::CellUnreadable { sheet, cell, detail } => (
            &WORKBOOK_CELL_UNREADABLE,
            cell.map_or_else(|| on_sheet(sheet), |cell| Place::cell(file, sheet, cell)),
            format!("儲存格無法讀取：{detail}"),
            "請以 Excel 開啟，重新輸入該格內容並存檔；不是填報內容的，請刪除",
        ),
        GridRemark::SheetUnreadable { sheet, detail } => (
            &WORKBOOK_SHEET_UNREADABLE,
            on_sheet(sheet),
            format!("工作表「{sheet}」無法完整讀取（{detail}）"),
            "請以 Excel 開啟並修復後另存為 .xlsx；不是填報內容的工作表，請刪除",
        ),
        GridRemark::TooManyCells { sheet } => (
            &WORKBOOK_TOO_MANY_CELLS,
            on_sheet(sheet),
            format!("儲存格過多，工作表「{sheet}」後段未讀取"),
            "請刪去填報範圍以外的列與欄後存檔",
        ),
    };
    let subject = match &place {
        Place::File { file } => file.to_string(),
        other => other.to_string(),
    };
    Diagnostic::new(rule, place, message).hint(hint).subject(subject)
}
