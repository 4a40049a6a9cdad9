//! What can be wrong with a form as a form: another plan's, taken apart, written beside.

use crate::diagnostic::{Rule, Severity};

pub static FORM_WRONG: Rule = Rule {
    id: "form-wrong",
    severity: Severity::Error,
    title: "不是這個單位、這個計畫的填報表",
    explanation: "檢查什麼：活頁簿內的識別記號，是否為本計畫發給該單位的填報表。\n\
        為何重要：拿錯年度或別單位的表來填，內容會對不上工作項目，成品就會張冠李戴。\n\
        如何修正：請改用自己單位資料夾內的填報表，把內容貼過去再送；檔案若是別單位的，請移到該單位的資料夾。",
    answerable: false,
};

pub static FORM_VERSION_OLD: Rule = Rule {
    id: "form-version-old",
    severity: Severity::Warning,
    title: "填報表是舊版",
    explanation: "檢查什麼：填報表的版本是否與目前的計畫檔一致。\n\
        為何重要：計畫檔改過之後，舊表可能少了新的欄位；相同的欄位仍會讀入，少的欄位則要補填。\n\
        如何修正：請向秘書單位索取新表；若內容完整，可由秘書單位確認後沿用。",
    answerable: false,
};

pub static FORM_MARKERS_DISAGREE: Rule = Rule {
    id: "form-markers-disagree",
    severity: Severity::Error,
    title: "工作表來自另一份填報表",
    explanation: "檢查什麼：每張工作表的識別記號，是否都屬於同一份填報表。\n\
        為何重要：從別的單位或別的年度複製過來的工作表，內容會被當成本單位的答案。\n\
        如何修正：請刪除該工作表，把內容填到本單位填報表原有的工作表。",
    answerable: false,
};

pub static FORM_SHEET_LOST: Rule = Rule {
    id: "form-sheet-lost",
    severity: Severity::Error,
    title: "填報表少了一張工作表",
    explanation: "檢查什麼：填報表的每張工作表是否都還在。\n\
        為何重要：工作表被刪除後，該項工作就無從讀取。\n\
        如何修正：請從空白填報表重新填寫該張工作表，或找回未刪除前的檔案。",
    answerable: false,
};

pub static FORM_SHEET_DOUBLED: Rule = Rule {
    id: "form-sheet-doubled",
    severity: Severity::Error,
    title: "同一張工作表有兩份，內容不同",
    explanation: "檢查什麼：同一張工作表是否被複製成兩份。\n\
        為何重要：兩份內容不同時，無法得知哪一份才是要送的，所以兩份都不讀。\n\
        如何修正：請留下正確的一份，刪除另一份。",
    answerable: false,
};

pub static FORM_SHEET_COPIED: Rule = Rule {
    id: "form-sheet-copied",
    severity: Severity::Warning,
    title: "同一張工作表有兩份，其中一份沒有作用",
    explanation: "檢查什麼：同一張工作表是否被複製成兩份。\n\
        為何重要：兩份內容相同，或只有一份有內容，所以讀得出來；但之後若改到另一份，就不會被讀到。\n\
        如何修正：請刪除多餘的一份。",
    answerable: false,
};

pub static FORM_SHEET_UNKNOWN: Rule = Rule {
    id: "form-sheet-unknown",
    severity: Severity::Warning,
    title: "自行增加的工作表沒有讀入",
    explanation: "檢查什麼：活頁簿內是否有填報表以外、而且有內容的工作表。\n\
        為何重要：填報表沒有的工作表不會印進成品；若是要送的資料，會遺漏。\n\
        如何修正：屬於答案的內容請填進對應的工作表；屬於佐證的請另存成檔案，放進佐證資料夾。",
    answerable: false,
};

pub static FORM_QUESTION_LOST: Rule = Rule {
    id: "form-question-lost",
    severity: Severity::Error,
    title: "填報表的欄位被刪除了",
    explanation: "檢查什麼：填報表的每個欄位是否都還找得到（名稱、隱藏代碼、標題文字三者）。\n\
        為何重要：欄位被刪除後，其答案無從讀取；猜一個位置去讀，可能讀到別的數字。\n\
        如何修正：請用空白填報表重新填寫該張工作表，或復原被刪除的列、欄。",
    answerable: false,
};

pub static FORM_QUESTION_SPLIT: Rule = Rule {
    id: "form-question-split",
    severity: Severity::Error,
    title: "無法確定欄位的位置",
    explanation: "檢查什麼：欄位的名稱、隱藏代碼與標題文字是否指向同一格。\n\
        為何重要：儲存格被搬動或標題被改寫後，三者指向不同的格子，無法確定哪一格才是答案。\n\
        如何修正：請用空白填報表重新填寫該張工作表，不要剪下、貼上整格。",
    answerable: false,
};

pub static FORM_ANSWER_MOVED: Rule = Rule {
    id: "form-answer-moved",
    severity: Severity::Error,
    title: "答案被移到別的格子",
    explanation: "檢查什麼：答案是否還在原來的格子。\n\
        為何重要：用「剪下、貼上」移動儲存格時，Excel 會連同格子的名稱一起搬走，原來的位置就空了。\n\
        如何修正：請把內容移回原來的格子；搬移內容時請用「複製、貼上」。",
    answerable: false,
};

pub static FORM_LABEL_REWRITTEN: Rule = Rule {
    id: "form-label-rewritten",
    severity: Severity::Warning,
    title: "欄位的標題被改寫",
    explanation: "檢查什麼：欄位的標題文字是否與發出的填報表相同。\n\
        為何重要：標題改寫後，填的人所理解的意思可能不同；系統仍照原來的欄位讀入。\n\
        如何修正：請確認填的內容符合原標題；需要說明時請寫在執行情形。",
    answerable: false,
};

pub static FORM_TEXT_STRAY: Rule = Rule {
    id: "form-text-stray",
    severity: Severity::Warning,
    title: "填在欄位以外的內容沒有讀入",
    explanation: "檢查什麼：填報表上，欄位以外的格子是否寫了東西。\n\
        為何重要：寫在空白處、或與明細隔了許多空列的內容不會印進成品，可能就此遺漏。\n\
        如何修正：請移到對應的欄位或接在明細的下一列；不需要的請刪除。",
    answerable: false,
};

pub static FORM_TOTAL_ROW: Rule = Rule {
    id: "form-total-row",
    severity: Severity::Warning,
    title: "明細裡的合計列沒有讀入",
    explanation: "檢查什麼：明細裡是否有自行加上的合計列。\n\
        為何重要：合計由系統計算；若把合計列也當成一筆，總數會多算一倍。\n\
        如何修正：請刪除合計列。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[
    &FORM_WRONG,
    &FORM_VERSION_OLD,
    &FORM_MARKERS_DISAGREE,
    &FORM_SHEET_LOST,
    &FORM_SHEET_DOUBLED,
    &FORM_SHEET_COPIED,
    &FORM_SHEET_UNKNOWN,
    &FORM_QUESTION_LOST,
    &FORM_QUESTION_SPLIT,
    &FORM_ANSWER_MOVED,
    &FORM_LABEL_REWRITTEN,
    &FORM_TEXT_STRAY,
    &FORM_TOTAL_ROW,
];
