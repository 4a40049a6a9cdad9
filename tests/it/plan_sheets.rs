//! The plan as a workbook: nothing is lost on the way out and back, an edit comes back as that edit,
//! and whatever is wrong is told at its cell.

use std::process::Command;
use std::sync::LazyLock;

use huibian::assets::plans;
use huibian::diagnostic::{Diagnostic, Diagnostics};
use huibian::forms;
use huibian::grid::{Cell, Grid};
use huibian::place::{CellRef, Place, RelPath};
use huibian::plan::sheets::{self, Reading};
use huibian::plan::{self, Indicator, Plan, PlanLayer};
use proptest::prelude::*;

use crate::support::workspace::Copy;

fn below() -> Vec<PlanLayer> {
    plan::builtin_layers(plans::DEFAULT, &plans::builtin).unwrap()
}

static EXPORTED: LazyLock<Grid> = LazyLock::new(export);

fn exported() -> Grid {
    EXPORTED.clone()
}

fn export() -> Grid {
    let layers = below();
    let plan = plan::lower(&layers).0.unwrap();
    let sheets = sheets::sheets(&layers, &mut Diagnostics::new()).unwrap();
    crate::support::grid(&forms::plan_workbook(&plan, &sheets).unwrap())
}

/// The reading, what was told while reading, and the plan that comes of it.
fn import(grid: &Grid) -> (Reading, Vec<Diagnostic>, Option<Plan>) {
    let mut told = Diagnostics::new();
    let reading = sheets::read(&below(), grid, &RelPath::new("plan.xlsx"), &mut told).unwrap();
    let text = reading.layer_text(None, plans::DEFAULT).unwrap();
    let layer = PlanLayer { file: RelPath::new("plan.toml"), text };
    let (plan, found) = plan::lower(&[below(), vec![layer.clone()]].concat());
    let found = reading.at_cells(found, &layer.file, &told);
    told.extend(found);
    (reading, told.into_iter().collect(), plan)
}

/// The cell of the row whose first cells are these, in the column of this header.
fn cell_at(grid: &Grid, sheet: &str, row: &[&str], header: &str) -> CellRef {
    let sheet = grid.sheets.iter().find(|found| found.name == sheet).unwrap();
    let text = |at: &CellRef| match sheet.cells.get(at) {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let column = sheet.cells.keys().find(|at| at.row == 0 && text(at) == header).unwrap().column;
    let fits =
        |line: &u32| (0u32..).zip(row).all(|(column, word)| text(&CellRef::new(*line, column)) == *word);
    let line = (1..=400).find(fits).unwrap();
    CellRef::new(line, column)
}

fn set(grid: &mut Grid, sheet: &str, row: &[&str], header: &str, cell: Option<Cell>) -> CellRef {
    let at = cell_at(grid, sheet, row, header);
    let sheet = grid.sheets.iter_mut().find(|found| found.name == sheet).unwrap();
    match cell {
        Some(cell) => sheet.cells.insert(at, cell),
        None => sheet.cells.remove(&at),
    };
    at
}

fn text(text: &str) -> Option<Cell> {
    Some(Cell::Text(text.to_owned()))
}

#[test]
fn nothing_is_lost_on_the_way_out_and_back() {
    let (reading, told, plan) = import(&exported());
    assert_eq!(told, Vec::new());
    assert_eq!(reading.n_differences(), 0, "{:#?}", reading.differing);
    assert_eq!(plan, plan::lower(&below()).0);
}

#[test]
fn what_a_clerk_edits_is_what_changes() {
    let mut grid = exported();
    set(&mut grid, "單位", &["labour"], "單位名稱", text("勞工及青年處"));
    set(&mut grid, "基本", &["陳報期限（確切日期）"], "內容", text("111-03-11"));
    set(&mut grid, "指標與配分", &["training"], "配分", Some(Cell::Number(12.5)));
    set(&mut grid, "指標與配分", &["training"], "佐證頁數上限", Some(Cell::Number(20.0)));
    set(&mut grid, "佐證", &["LAB03", "signin"], "資料夾", text("簽到"));
    set(&mut grid, "佐證", &["LAB03", "photo"], "不列入", text("是"));
    set(&mut grid, "期程", &["書面考核"], "末日", text("111-05-20"));
    set(&mut grid, "任務", &["LAB05"], "執行情形", text("建議"));
    let (reading, told, plan) = import(&grid);
    assert_eq!(told, Vec::new());
    let plan = plan.unwrap();
    assert_eq!(reading.n_differences(), 8, "{:#?}", reading.differing);
    assert_eq!(plan.unit(&"labour".into()).unwrap().name, "勞工及青年處");
    assert_eq!(plan.deadlines.final_exact.unwrap().to_string(), "2022-03-11");
    let training = plan.indicators().find(|indicator| indicator.id.as_str() == "training").unwrap();
    assert_eq!(training.points.unwrap().to_string(), "12.5");
    assert_eq!(training.page_limit, Some(20));
    let own = plan.task(&"LAB03".into()).unwrap();
    let folders: Vec<&str> = own.evidence.iter().map(|item| item.folder.as_str()).collect();
    assert_eq!(folders, ["研訓計畫", "課程表", "簽到", "滿意度"]);
    // Another task of the same set is untouched.
    assert_eq!(plan.task(&"SOC02".into()).unwrap().evidence[2].folder, "簽到表");
    assert_eq!(plan.schedule[1].span.unwrap().last.to_string(), "2022-05-20");
}

#[test]
fn rows_may_be_taken_out_and_added() {
    let mut grid = exported();
    let line = cell_at(&grid, "任務", &["EDU03"], "簡稱").row;
    let tasks = grid.sheets.iter_mut().find(|sheet| sheet.name == "任務").unwrap();
    tasks.cells.retain(|at, _| at.row != line);
    let evidence = grid.sheets.iter_mut().find(|sheet| sheet.name == "佐證").unwrap();
    let last = evidence.cells.keys().map(|at| at.row).max().unwrap() + 1;
    for (column, word) in [(0, "EDU01"), (1, "speech"), (2, "致詞稿"), (3, "致詞稿"), (4, "建議")] {
        evidence.cells.insert(CellRef::new(last, column), Cell::Text(word.to_owned()));
    }
    let gone = "EDU03";
    evidence.cells = {
        let rows: Vec<u32> = evidence
            .cells
            .iter()
            .filter(|(at, cell)| at.column == 0 && **cell == Cell::Text(gone.to_owned()))
            .map(|(at, _)| at.row)
            .collect();
        evidence
            .cells
            .iter()
            .filter(|(at, _)| !rows.contains(&at.row))
            .map(|(a, c)| (*a, c.clone()))
            .collect()
    };
    let (_, told, plan) = import(&grid);
    assert_eq!(told, Vec::new());
    let plan = plan.unwrap();
    assert_eq!(plan.tasks.len(), 27);
    let speech = plan.task(&"EDU01".into()).unwrap().evidence.last().unwrap();
    assert_eq!((speech.title.as_str(), speech.code.as_str()), ("致詞稿", "教01-6"));
}

#[test]
fn mistakes_are_told_at_their_cells() {
    type Edit = (&'static str, &'static [&'static str], &'static str, &'static str);
    let edits: &[(Edit, &str, &str)] = &[
        (("基本", &["內部期限"], "內容", "111-02-30"), "plan-value-invalid", "111-02-30"),
        (("基本", &["受評年度"], "內容", "一百一十"), "plan-cell-unreadable", "整數"),
        (("單位", &["labour"], "角色", "labor"), "plan-reference-unknown", "labor"),
        (("單位", &["labour"], "代字", "警"), "plan-key-duplicate", "警"),
        (("佐證", &["LAB03", "signin"], "性質", "必要"), "plan-cell-unreadable", "選單"),
        (("佐證", &["LAB03", "signin"], "須遮蔽", "可能"), "plan-cell-unreadable", "是"),
        (("佐證", &["LAB03", "signin"], "資料夾", "簽到/表"), "plan-value-invalid", "簽到/表"),
        (("指標與配分", &["training"], "任務", "POL04、POL99"), "plan-reference-unknown", "POL99"),
        (("指標與配分", &["training"], "配分", "十分"), "plan-value-invalid", "十分"),
        (("等第", &["優等"], "門檻（分以上）", "99"), "plan-value-invalid", "由高而低"),
        (("等第", &["優等"], "獎勵（對象：獎勵）", "記功2次"), "plan-cell-unreadable", "一行一項"),
    ];
    for ((sheet, row, header, word), rule, message) in edits {
        let mut grid = exported();
        let at = set(&mut grid, sheet, row, header, text(word));
        let (_, told, _) = import(&grid);
        let place = Place::cell(&RelPath::new("plan.xlsx"), sheet, at);
        let found = told.iter().any(|fault| {
            fault.rule.id == *rule
                && fault.place == place
                && fault.message.contains(message)
                && !fault.hint.is_empty()
        });
        assert!(found, "{sheet} {row:?} {header} {word}: {told:#?}");
    }
    // A required cell left blank.
    let mut grid = exported();
    let at = set(&mut grid, "單位", &["labour"], "單位名稱", None);
    let (_, told, _) = import(&grid);
    let sheet = told.iter().find(|fault| fault.rule.id == "plan-value-missing").unwrap();
    let Place::Cell { cell, .. } = &sheet.place else { panic!("{sheet:?}") };
    assert_eq!(cell.row, at.row);
}

#[test]
fn one_mistake_is_not_told_again_in_the_built_in_files() {
    let in_workbook = |told: &[Diagnostic]| {
        told.iter().all(|fault| fault.place.path().is_some_and(|path| path.as_str() == "plan.xlsx"))
    };
    let mut grid = exported();
    set(&mut grid, "單位", &["labour"], "角色", text("labor"));
    let (_, told, _) = import(&grid);
    assert!(!told.is_empty() && in_workbook(&told), "{told:#?}");
    // Where what is gone is missed by others only, the cells that miss it are named.
    let mut grid = exported();
    let line = cell_at(&grid, "單位", &["labour"], "單位名稱").row;
    let units = grid.sheets.iter_mut().find(|sheet| sheet.name == "單位").unwrap();
    units.cells.retain(|at, _| at.row != line);
    let (_, told, _) = import(&grid);
    assert!(!told.is_empty() && in_workbook(&told), "{told:#?}");
}

#[test]
fn points_alone_make_no_form_old() {
    let mut grid = exported();
    set(&mut grid, "指標與配分", &["training"], "配分", Some(Cell::Number(12.5)));
    set(&mut grid, "指標與配分", &["training"], "評分說明", text("依辦理場次評分"));
    let (_, _, plan) = import(&grid);
    assert_eq!(plan.unwrap().version, plan::lower(&below()).0.unwrap().version);
}

#[test]
fn a_sheet_or_column_that_is_gone_is_told() {
    let mut grid = exported();
    grid.sheets.retain(|sheet| sheet.name != "期程");
    let (_, told, _) = import(&grid);
    assert!(told.iter().any(|fault| fault.rule.id == "plan-sheet-unfit" && fault.message.contains("期程")));
    let mut grid = exported();
    let units = grid.sheets.iter_mut().find(|sheet| sheet.name == "單位").unwrap();
    units.cells.retain(|at, cell| at.row != 0 || *cell != Cell::Text("代字".to_owned()));
    let (_, told, _) = import(&grid);
    assert!(told.iter().any(|fault| fault.rule.id == "plan-sheet-unfit" && fault.message.contains("代字")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever stands in a cell is read or told, never a panic.
    #[test]
    fn any_cell_may_hold_anything(sheet in 0usize..7, row in 0u32..12, column in 0u32..9, word in "[是否a-z0-9、：\n一-龥=.-]{0,12}", number in any::<f64>(), kind in 0..3) {
        let mut grid = exported();
        let cell = match kind {
            0 => Cell::Number(number),
            1 => Cell::Uncomputed,
            _ => Cell::Text(word),
        };
        grid.sheets[sheet].cells.insert(CellRef::new(row, column), cell);
        let (_, told, plan) = import(&grid);
        prop_assert!(plan.is_some() || !told.is_empty());
    }
}

fn run(copy: &Copy, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
        .args(arguments)
        .current_dir(copy.folder.path())
        .output()
        .unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[test]
fn what_the_scoring_table_says_goes_out_and_back_and_can_be_taken_away() {
    let copy = Copy::without_evidence();
    let own = "based_on = \"hsinchu-110\"\n[indicator.training]\npoints = \"12.5\"\ncriteria = \"依場次\"\n\
        page_limit = 20\n";
    copy.write("plan.toml", own.as_bytes());
    assert_eq!(run(&copy, &["plan", "export", "plan.xlsx"]).0, 0);
    let exported = std::fs::read(copy.folder.path().join("plan.xlsx")).unwrap();
    let layers =
        [below(), vec![PlanLayer { file: RelPath::new("plan.toml"), text: own.to_owned() }]].concat();
    let read = |grid: &Grid| -> (usize, Option<Plan>) {
        let mut told = Diagnostics::new();
        let reading = sheets::read(&layers, grid, &RelPath::new("plan.xlsx"), &mut told).unwrap();
        let text = reading.layer_text(layers.last(), plans::DEFAULT).unwrap();
        let layer = PlanLayer { file: RelPath::new("plan.toml"), text };
        let (plan, found) = plan::lower(&[below(), vec![layer]].concat());
        assert_eq!(found.into_iter().collect::<Vec<_>>(), Vec::new());
        assert!(told.into_iter().next().is_none());
        (reading.n_differences(), plan)
    };
    let training = |plan: &Option<Plan>| -> Indicator {
        plan.as_ref().unwrap().indicators().find(|one| one.id.as_str() == "training").unwrap().clone()
    };
    let mut grid = crate::support::grid(&exported);
    let (n_differences, plan) = read(&grid);
    assert_eq!((n_differences, plan.as_ref()), (0, plan::lower(&layers).0.as_ref()));
    assert_eq!(training(&plan).page_limit, Some(20));
    for header in ["配分", "評分說明", "佐證頁數上限"] {
        set(&mut grid, "指標與配分", &["training"], header, None);
    }
    let (n_differences, plan) = read(&grid);
    let left = training(&plan);
    assert_eq!((n_differences, left.points, left.criteria, left.page_limit), (3, None, None, None));
}

#[test]
fn the_commands_check_export_and_import() {
    let copy = Copy::without_evidence();
    let own = "based_on = \"hsinchu-110\"\n[unit.labour]\nname = \"勞工及青年處\"\n";
    copy.write("plan.toml", own.as_bytes());
    let (code, text) = run(&copy, &["plan", "check"]);
    assert!(code == 0 && text.contains("28 項任務") && text.contains("沒有公開文本"), "{text}");
    let (code, text) = run(&copy, &["plan", "export", "plan.xlsx"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = run(&copy, &["plan", "import", "plan.xlsx"]);
    assert!(code == 0 && text.contains("有 0 處不同"), "{text}");
    let written = std::fs::read_to_string(copy.folder.path().join("plan-new.toml")).unwrap();
    assert!(written.contains("勞工及青年處"), "{written}");
    copy.write("plan.toml", "based_on = \"hsinchu-110\"\n[deadlines]\ninternal = \"111-13-01\"\n".as_bytes());
    let (code, text) = run(&copy, &["plan", "check"]);
    assert!(code == 1 && text.contains("plan.toml:3:1"), "{text}");
}
