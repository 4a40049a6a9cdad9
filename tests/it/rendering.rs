//! Diagnostics as they are shown: excerpts with carets under wide characters, JSON, explanations.

use huibian::diagnostic::{Diagnostic, Diagnostics, Excerpt};
use huibian::place::{CellRef, Place, RelPath};
use huibian::render::{self, TextOptions};
use proptest::prelude::*;
use snapbox::{assert_data_eq, str};
use unicode_width::UnicodeWidthStr;

use crate::support::answers;

const PLAIN: TextOptions = TextOptions { colour: false, width: 80 };

fn rule(id: &str) -> &'static huibian::diagnostic::Rule {
    huibian::rules::all().into_iter().find(|rule| rule.id == id).unwrap()
}

fn cell(row: u32, column: u32) -> Place {
    Place::cell(&RelPath::new("勞工處/勞工處.xlsx"), "勞03 教育訓練", CellRef::new(row, column))
}

fn excerpt(cells: &[&str], marked: usize) -> Option<Excerpt> {
    Some(Excerpt { cells: cells.iter().map(|&cell| cell.to_owned()).collect(), marked })
}

fn shown(diagnostics: impl IntoIterator<Item = Diagnostic>) -> String {
    shown_with(diagnostics, PLAIN)
}

fn shown_with(diagnostics: impl IntoIterator<Item = Diagnostic>, options: TextOptions) -> String {
    let mut all = Diagnostics::new();
    all.extend(diagnostics);
    render::text(&all, &answers::builtin_plan(), &options)
}

/// One of each kind a clerk may meet.
fn diagnostics() -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend([
        Diagnostic::new(
            rule("deadline-inexact"),
            Place::Workspace,
            "寄達期限「111年3月中旬前」沒有確切日期，暫以111年3月10日為準",
        )
        .hint("請依來函填入秘書單位填報檔「基本設定」的「寄達期限（確切日期）」")
        .subject("寄達期限"),
        Diagnostic::new(
            rule("date-outside-period"),
            cell(13, 3),
            "「辦理日期」111年3月26日不在受評期間（110年1月1日至12月31日）",
        )
        .hint("年份打錯者請改為 110/03/26；確屬別年度者請刪除該列")
        .unit("labour")
        .subject("勞03 訓練場次 第2筆 辦理日期")
        .excerpt(excerpt(&["2", "薪資查核實務A（移工專班）", "111/03/26", "實體", "3"], 2)),
        Diagnostic::new(rule("column-blank"), cell(14, 8), "「訓練場次」第 3 筆的「滿意度」空白（建議）")
            .severity(huibian::diagnostic::Severity::Warning)
            .hint("請填寫；數量為零請填 0，確實沒有請填「無」")
            .unit("labour")
            .subject("勞03 訓練場次 第3筆 滿意度")
            .excerpt(excerpt(&["3", "鑑別指標研習", "110/05/04", ""], 3)),
        Diagnostic::new(
            rule("evidence-repeated"),
            Place::file(&RelPath::new("勞工處/勞03-3_簽到表/第一場(2).pdf")),
            "與同一項目的「第一場.pdf」內容完全相同",
        )
        .hint("請刪除其中一份；放錯檔案者請更換")
        .unit("labour")
        .related(Place::file(&RelPath::new("勞工處/勞03-3_簽到表/第一場.pdf")), "相同的檔案在這裡"),
        accepted(),
        Diagnostic::new(
            rule("identity-number"),
            Place::Page { file: RelPath::new("社會處/社04-1_計畫/O199999992.pdf"), page: 3 },
            "第 3 頁有國民身分證統一編號：A100000001",
        )
        .hint("請在原檔遮蔽該號碼後重新另存，再替換佐證檔案")
        .unit("social")
        .subject("社會處/社04-1_計畫/O1******92.pdf 第3頁"),
    ]);
    diagnostics
}

fn accepted() -> Diagnostic {
    let mut accepted = Diagnostic::new(
        rule("evidence-missing"),
        Place::Sheet { file: RelPath::new("勞工處/勞工處.xlsx"), sheet: "勞05 訪視檢查".into() },
        "佐證 勞05-2「訪視統計」沒有檔案（計畫明定）",
    )
    .hint("請把檔案放進資料夾")
    .unit("labour")
    .subject("勞05-2");
    accepted.accepted = Some("正本另以公文遞送（核可：王示例，111.02.10）".to_owned());
    accepted
}

#[test]
fn text_is_by_unit_with_errors_first_and_the_caret_under_its_cell() {
    assert_data_eq!(
        shown(diagnostics()),
        str![[r#"
── 秘書單位：0 個錯誤、1 個警告 ────────────────────────────────────────────────

警告[deadline-inexact] 寄達期限「111年3月中旬前」沒有確切日期，暫以111年3月
    10日為準
  --> （整個工作資料夾）
  = 修正：請依來函填入秘書單位填報檔「基本設定」的「寄達期限（確切日期）」

── 勞工處：1 個錯誤、2 個警告、1 個已核可 ──────────────────────────────────────

錯誤[date-outside-period] 「辦理日期」111年3月26日不在受評期間（110年1月1日
    至12月31日）
  --> 勞工處/勞工處.xlsx › 勞03 教育訓練 › D14
   │ 2 │ 薪資查核實務A（移.. │ 111/03/26 │ 實體 │ 3
   │   │                     │ ^^^^^^^^^
  = 修正：年份打錯者請改為 110/03/26；確屬別年度者請刪除該列
  = 可核可：例外代號 date-outside-period@勞03 訓練場次 第2筆 辦理日期

警告[column-blank] 「訓練場次」第 3 筆的「滿意度」空白（建議）
  --> 勞工處/勞工處.xlsx › 勞03 教育訓練 › I15
   │ 3 │ 鑑別指標研習 │ 110/05/04 │
   │   │              │           │ ^^^
  = 修正：請填寫；數量為零請填 0，確實沒有請填「無」

警告[evidence-repeated] 與同一項目的「第一場.pdf」內容完全相同
  --> 勞工處/勞03-3_簽到表/第一場(2).pdf
  另見 勞工處/勞03-3_簽到表/第一場.pdf：相同的檔案在這裡
  = 修正：請刪除其中一份；放錯檔案者請更換

已核可[evidence-missing] 佐證 勞05-2「訪視統計」沒有檔案（計畫明定）
  --> 勞工處/勞工處.xlsx › 勞05 訪視檢查
  = 核可：正本另以公文遞送（核可：王示例，111.02.10）

── 社會處：1 個錯誤、0 個警告 ──────────────────────────────────────────────────

錯誤[identity-number] 第 3 頁有國民身分證統一編號：A1******01
  --> 社會處/社04-1_計畫/O1******92.pdf › 第 3 頁
  = 修正：請在原檔遮蔽該號碼後重新另存，再替換佐證檔案
  = 可核可：例外代號 identity-number@社會處/社04-1_計畫/O1******92.pdf 第3頁

檢核完成：2 個錯誤、3 個警告，另有 1 個已由秘書單位核可。有錯誤時只能產出草稿。
規則說明請執行 huibian explain 加方括號內的代號。

"#]]
    );
}

#[test]
fn a_narrow_terminal_gets_more_lines() {
    let narrow = TextOptions { colour: false, width: 48 };
    assert_data_eq!(
        shown_with(diagnostics().into_iter().skip(1).take(2), narrow),
        str![[r#"
── 勞工處：1 個錯誤、1 個警告 ──────────────────

錯誤[date-outside-period] 「辦理日期」111年3
    月26日不在受評期間（110年1月1日至12月31日）
  --> 勞工處/勞工處.xlsx › 勞03 教育訓練 › D14
   │ … │ 薪資查核實務A（移.. │ 111/03/26 │ …
   │ … │                     │ ^^^^^^^^^
  = 修正：年份打錯者請改為 110/03/26；確屬別年度
          者請刪除該列
  = 可核可：例外代號 date-outside-period@勞03 訓練場次 第2筆 辦理日期

警告[column-blank] 「訓練場次」第 3 筆的「滿
    意度」空白（建議）
  --> 勞工處/勞工處.xlsx › 勞03 教育訓練 › I15
   │ … │ 鑑別指標研習 │ 110/05/04 │
   │ … │              │           │ ^^^
  = 修正：請填寫；數量為零請填 0，確實沒有請填
          「無」

檢核完成：1 個錯誤、1 個警告。有錯誤時只能產出草
稿。規則說明請執行 huibian explain 加方括號內的
代號。

"#]]
    );
}

#[test]
fn nothing_but_places_and_keys_leaves_the_width() {
    for width in [48, 57, 80, 120] {
        let text = shown_with(diagnostics(), TextOptions { colour: false, width });
        for line in text.lines() {
            let is_copied = ["-->", "= 可核可：", "另見"].iter().any(|mark| line.contains(mark));
            assert!(is_copied || line.width() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn a_long_row_keeps_the_marked_cell_in_sight() {
    let cells: Vec<String> = (0..12).map(|n| format!("很長的欄位內容第{n}格")).collect();
    let diagnostic = Diagnostic::new(rule("date-outside-period"), cell(3, 9), "日期不對")
        .unit("labour")
        .excerpt(Some(Excerpt { cells, marked: 9 }));
    let text = shown([diagnostic]);
    let row = text.lines().find(|line| line.contains("第9格")).unwrap();
    assert!(row.contains('…'), "{row}");
}

#[test]
fn many_alike_are_folded_and_their_cells_named() {
    let alike = (0..20).map(|row| {
        Diagnostic::new(rule("column-blank"), cell(row, 3), format!("第 {row} 列空白")).unit("labour")
    });
    let text = shown(alike);
    assert_eq!(text.matches("-->").count(), 3);
    assert!(text.contains("另有 17 格：D4、D5、"), "{text}");
    assert!(text.contains("20 個錯誤"), "{text}");
}

#[test]
fn files_of_a_folder_and_pages_of_a_file_are_folded_too() {
    let file = |n: usize| RelPath::new(format!("勞工處/勞03-5_照片/{n:02}.jpg"));
    let photos = (0..9).map(|n| {
        Diagnostic::new(rule("evidence-location-removed"), Place::file(&file(n)), "位置已移除").unit("labour")
    });
    assert!(shown(photos).contains("另有 6 個檔案：03.jpg、04.jpg"));
    let pages = (1..=9).map(|page| {
        Diagnostic::new(rule("identity-number"), Place::Page { file: file(0), page }, "有證號").unit("labour")
    });
    assert!(shown(pages).contains("另有 6 頁：4、5、6、7、8、9"));
    let few = (0..8).map(|row| Diagnostic::new(rule("column-blank"), cell(row, 3), "空白").unit("labour"));
    assert_eq!(shown(few).matches("-->").count(), 8);
}

#[test]
fn what_was_answered_for_is_counted_apart() {
    let text = shown([accepted()]);
    assert!(text.contains("0 個錯誤、0 個警告、1 個已核可"), "{text}");
    assert!(text.contains("已核可[evidence-missing]") && text.contains("王示例"), "{text}");
    assert!(text.contains("檢核完成，沒有發現問題，另有 1 個已由秘書單位核可。"), "{text}");
}

#[test]
fn a_unit_the_plan_does_not_know_is_shown_all_the_same() {
    let text = shown([Diagnostic::new(rule("cell-error"), Place::Workspace, "某格有誤").unit("fire")]);
    assert!(text.contains("── fire：1 個錯誤") && text.contains("某格有誤"), "{text}");
}

#[test]
fn colour_only_when_asked_and_it_changes_nothing_else() {
    let coloured = shown_with(diagnostics(), TextOptions { colour: true, width: 80 });
    let plain = shown(diagnostics());
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut is_escape = false;
    for c in coloured.chars() {
        match (is_escape, c) {
            (false, '\u{1b}') => is_escape = true,
            (true, 'm') => is_escape = false,
            (false, c) => stripped.push(c),
            (true, _) => {}
        }
    }
    assert_eq!(stripped, plain);
}

#[test]
fn a_number_at_the_edge_of_a_cut_cell_is_masked_before_it_is_cut() {
    for n in 0..48 {
        let long = format!("{}A100000001{}", "x ".repeat(n / 2), "案由".repeat(20));
        for marked in [0, 1] {
            let diagnostic = Diagnostic::new(rule("cell-error"), cell(1, 1), "有誤")
                .unit("labour")
                .excerpt(excerpt(&[&long, &long], marked));
            let text = shown([diagnostic]);
            assert!(!text.contains("A1000"), "{text}");
        }
    }
}

#[test]
fn no_text_commands_the_terminal() {
    let name = "勞工處/\u{1b}[2J\u{202e}fdp.表\r\n假的一行";
    let diagnostic =
        Diagnostic::new(rule("cell-error"), Place::file(&RelPath::new(name)), "錯\u{1b}[31m\u{7}誤")
            .hint("改\u{9b}正")
            .unit("labour")
            .excerpt(excerpt(&["\u{1b}]0;x\u{7}", "甲\n乙"], 0));
    let text = shown([diagnostic]);
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with("假的一行")), "{text}");
}

proptest! {
    #[test]
    fn the_caret_is_as_wide_as_its_cell_and_stands_below_it(
        cells in prop::collection::vec("[一-龥a-z0-9 （）]{0,30}", 1..9),
        marked in any::<prop::sample::Index>(),
        width in 48..120usize,
    ) {
        let marked = marked.index(cells.len());
        let mut cells = cells;
        cells[marked] = "目標X格".to_owned();
        let diagnostic = Diagnostic::new(rule("cell-error"), cell(1, 1), "有誤")
            .unit("labour")
            .excerpt(Some(Excerpt { cells, marked }));
        let text = shown_with([diagnostic], TextOptions { colour: false, width });
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains('^')).unwrap();
        let column = |line: &str, mark: &str| line.split(mark).next().unwrap().width();
        prop_assert_eq!(column(lines[at], "^"), column(lines[at - 1], "目標X格"));
        prop_assert_eq!(lines[at].matches('^').count(), "目標X格".width());
        prop_assert!(lines[at - 1].width() <= width);
        // Both lines hold the same bars up to the mark, however wide a terminal shows them.
        let bars = |line: &str, mark: &str| line.split(mark).next().unwrap().matches('│').count();
        prop_assert_eq!(bars(lines[at], "^"), bars(lines[at - 1], "目標X格"));
    }
}

#[test]
fn a_plan_that_cannot_be_used_says_so() {
    let mut diagnostics = Diagnostics::new();
    let place = Place::Text { file: RelPath::new("plan.toml"), line: 12, column: 3 };
    diagnostics.push(
        Diagnostic::new(rule("plan-value-invalid"), place, "「deadlines.internal」的日期「111-02-30」不存在")
            .hint("日期請寫成 \"111-02-15\""),
    );
    assert_data_eq!(
        render::plan_text(&diagnostics, &PLAIN),
        str![[r#"
錯誤[plan-value-invalid] 「deadlines.internal」的日期「111-02-30」不存在
  --> plan.toml:12:3
  = 修正：日期請寫成 "111-02-15"

計畫檔有 1 個錯誤，請先修正才能檢核或產製。

"#]]
    );
}

#[test]
fn json_is_stable_and_masked() {
    let mut two = Diagnostics::new();
    two.extend(
        diagnostics()
            .into_iter()
            .filter(|d| ["date-outside-period", "identity-number", "evidence-missing"].contains(&d.rule.id)),
    );
    assert_data_eq!(
        render::json(&two),
        str![[r#"
{
  "schema": "huibian-check",
  "version": 1,
  "errors": 2,
  "warnings": 0,
  "accepted": 1,
  "diagnostics": [
    {
      "rule": "date-outside-period",
      "severity": "error",
      "place": {
        "kind": "cell",
        "file": "勞工處/勞工處.xlsx",
        "sheet": "勞03 教育訓練",
        "cell": {
          "row": 13,
          "column": 3
        }
      },
      "unit": "labour",
      "subject": "勞03 訓練場次 第2筆 辦理日期",
      "message": "「辦理日期」111年3月26日不在受評期間（110年1月1日至12月31日）",
      "hint": "年份打錯者請改為 110/03/26；確屬別年度者請刪除該列",
      "excerpt": {
        "cells": [
          "2",
          "薪資查核實務A（移工專班）",
          "111/03/26",
          "實體",
          "3"
        ],
        "marked": 2
      },
      "at": "勞工處/勞工處.xlsx › 勞03 教育訓練 › D14",
      "exception_key": "date-outside-period@勞03 訓練場次 第2筆 辦理日期"
    },
    {
      "rule": "evidence-missing",
      "severity": "error",
      "place": {
        "kind": "sheet",
        "file": "勞工處/勞工處.xlsx",
        "sheet": "勞05 訪視檢查"
      },
      "unit": "labour",
      "subject": "勞05-2",
      "message": "佐證 勞05-2「訪視統計」沒有檔案（計畫明定）",
      "hint": "請把檔案放進資料夾",
      "accepted": "正本另以公文遞送（核可：王示例，111.02.10）",
      "at": "勞工處/勞工處.xlsx › 勞05 訪視檢查",
      "exception_key": "evidence-missing@勞05-2"
    },
    {
      "rule": "identity-number",
      "severity": "error",
      "place": {
        "kind": "page",
        "file": "社會處/社04-1_計畫/O1******92.pdf",
        "page": 3
      },
      "unit": "social",
      "subject": "社會處/社04-1_計畫/O1******92.pdf 第3頁",
      "message": "第 3 頁有國民身分證統一編號：A1******01",
      "hint": "請在原檔遮蔽該號碼後重新另存，再替換佐證檔案",
      "at": "社會處/社04-1_計畫/O1******92.pdf › 第 3 頁",
      "exception_key": "identity-number@社會處/社04-1_計畫/O1******92.pdf 第3頁"
    }
  ]
}
"#]]
    );
}

#[test]
fn a_rule_is_explained_in_three_paragraphs() {
    assert_data_eq!(
        render::explain(rule("masking-unconfirmed")),
        str![[r#"
錯誤[masking-unconfirmed] 未確認個資已遮蔽

檢查什麼：含個資的佐證項目（例如簽到表），單位是否在檢核表勾選「已遮蔽」。

為何重要：掃描影像裡的姓名、簽名與照片無法由程式判讀，只能由承辦人逐檔確認；一
          旦寄出就收不回來（個人資料保護法、人口販運防制法之保密規定）。

如何修正：請逐檔檢視並遮蔽後，在該工作表佐證檢核表的「已遮蔽」欄打勾。

可核可：是。秘書單位可在活頁簿「例外核可」表填寫檢核結果所示的例外代號、理由與
        核可人；缺一不生效。

"#]]
    );
}

#[test]
fn every_rule_can_be_explained() {
    for rule in huibian::rules::all() {
        let text = render::explain(rule);
        assert!(text.contains(rule.id) && text.contains(rule.title), "{text}");
        for heading in ["檢查什麼：", "為何重要：", "如何修正：", "可核可："] {
            assert_eq!(text.matches(heading).count(), 1, "{text}");
        }
    }
}
