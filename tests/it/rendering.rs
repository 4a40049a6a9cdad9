//! Diagnostics as they are shown: excerpts with carets under wide characters, JSON, explanations.

use huibian::checks;
use huibian::diagnostic::{Diagnostic, Diagnostics, Excerpt};
use huibian::place::{CellRef, Place, RelPath};
use huibian::render::{self, TextOptions};
use snapbox::{assert_data_eq, str};

use crate::support::answers;

fn rule(id: &str) -> &'static huibian::diagnostic::Rule {
    checks::rules().into_iter().find(|rule| rule.id == id).unwrap()
}

fn cell(column: u32) -> Place {
    Place::cell(&RelPath::new("勞工處/勞工處.xlsx"), "勞03 教育訓練", CellRef::new(13, column))
}

fn diagnostics() -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(
        Diagnostic::new(rule("date-outside-period"), cell(3), "「辦理日期」111年3月26日不在受評期間")
            .hint("請更正日期")
            .unit("labour")
            .subject("勞03 辦理日期")
            .excerpt(Some(Excerpt {
                cells: vec!["1".into(), "薪資查核實務A".into(), "111/03/26".into(), "實體".into()],
                marked: 2,
            })),
    );
    diagnostics.push(
        Diagnostic::new(rule("identity-number"), cell(4), "出現 A100000001")
            .hint("請遮蔽")
            .unit("labour")
            .subject("勞03"),
    );
    diagnostics
}

#[test]
fn the_caret_stands_under_its_cell() {
    let options = TextOptions { colour: false, width: 80 };
    assert_data_eq!(
        render::text(&diagnostics(), &answers::builtin_plan(), &options),
        str![[r#"
── 勞工處：2 個錯誤、0 個警告 ──────────────────────────────────────────────────

錯誤[date-outside-period] 「辦理日期」111年3月26日不在受評期間
  --> 勞工處/勞工處.xlsx › 勞03 教育訓練 › D14
   │ 1 │ 薪資查核實務A │ 111/03/26 │ 實體
   │                     ^^^^^^^^^
  = 修正： 請更正日期
  = 例外代號： date-outside-period@勞03 辦理日期

錯誤[identity-number] 出現 A1******01
  --> 勞工處/勞工處.xlsx › 勞03 教育訓練 › E14
  = 修正： 請遮蔽
  = 例外代號： identity-number@勞03

檢核完成：2 個錯誤、0 個警告。有錯誤時只能產出草稿。

"#]]
    );
}

#[test]
fn a_long_row_keeps_the_marked_cell_in_sight() {
    let mut diagnostics = Diagnostics::new();
    let cells = (0..12).map(|n| format!("很長的欄位內容第{n}格")).collect();
    diagnostics.push(
        Diagnostic::new(rule("date-outside-period"), cell(9), "日期不對")
            .unit("labour")
            .excerpt(Some(Excerpt { cells, marked: 9 })),
    );
    let options = TextOptions { colour: false, width: 80 };
    let text = render::text(&diagnostics, &answers::builtin_plan(), &options);
    let row = text.lines().find(|line| line.contains("第9格")).unwrap();
    assert!(row.contains("…"), "{row}");
}

#[test]
fn colour_only_when_asked() {
    let plan = answers::builtin_plan();
    let plain = render::text(&diagnostics(), &plan, &TextOptions { colour: false, width: 80 });
    let coloured = render::text(&diagnostics(), &plan, &TextOptions { colour: true, width: 80 });
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
}

#[test]
fn many_alike_are_folded() {
    let mut diagnostics = Diagnostics::new();
    for row in 0..20 {
        let place = Place::cell(&RelPath::new("a.xlsx"), "表", CellRef::new(row, 2));
        diagnostics.push(Diagnostic::new(rule("column-blank"), place, format!("第 {row} 列")).unit("labour"));
    }
    let text =
        render::text(&diagnostics, &answers::builtin_plan(), &TextOptions { colour: false, width: 80 });
    assert_eq!(text.matches("-->").count(), 3);
    assert!(text.contains("另有 17 格"), "{text}");
}

#[test]
fn json_is_stable_and_masked() {
    let json = render::json(&diagnostics());
    assert!(!json.contains("A100000001"));
    let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(parsed["schema"], "huibian-check");
    assert_eq!(parsed["errors"], 2);
    let first = &parsed["diagnostics"][0];
    assert_eq!(first["rule"], "date-outside-period");
    assert_eq!(first["place"]["cell"]["row"], 13);
    assert_eq!(first["exception_key"], "date-outside-period@勞03 辦理日期");
}

#[test]
fn every_rule_can_be_explained() {
    for rule in checks::rules() {
        let text = render::explain(rule);
        assert!(text.contains(rule.id) && text.contains(rule.title) && text.contains("可核可"));
    }
}
