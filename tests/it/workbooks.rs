//! Blank workbooks, and what clerks' hands do to them: written, edited, read again.

use std::collections::BTreeMap;

use huibian::diagnostic::{Diagnostics, Severity};
use huibian::forms::{Entry, Filling, guide, secretariat_workbook, unit_workbook};
use huibian::grid::{Cell, DefinedName, Grid};
use huibian::intake::{identify, secretariat, submission};
use huibian::layout::{Ask, Block, Column, Question, Rows, secretariat_form, unit_form};
use huibian::place::{CellRef, Place, RelPath};
use huibian::plan::{Plan, UnitId, ValueKind};
use huibian::submission::{Applies, EditorialMode, SecretariatAnswers, Submission, Value};

use crate::support::{grid, plans};

fn labour() -> UnitId {
    UnitId::from("labour")
}

fn file() -> RelPath {
    RelPath::new("勞工處/勞工處.xlsx")
}

/// An answer of every kind.
fn filling() -> Filling {
    let task = "LAB03".into();
    let table = "LAB03.sessions".into();
    let mut filling = Filling::new();
    filling.applies(&task, true, "");
    filling.narrative(&task, ["本處於本年度辦理研訓二場。", "參訓人員涵蓋外勞查察員。"]);
    for (key, text) in [
        ("plan_name", "勞政人員研訓計畫"),
        ("document", "府勞外字第1100000001號"),
        ("approved", "110/03/02"),
        ("due", "40"),
        ("done", "36"),
        ("by_sex", "男=12、女=24、其他=0"),
        ("themes", "鑑別、其他"),
        ("yearly", "是"),
    ] {
        filling.field(&task, key, text);
    }
    filling.row(
        &table,
        [
            ("day", "110/03/26"),
            ("name", "人口販運鑑別實務"),
            ("mode", "實體"),
            ("languages", "中文、其他"),
            ("audience", "移工"),
            ("men", "12"),
            ("women", "15"),
            ("hours", "3.5"),
            ("satisfaction", "95.5"),
        ],
    );
    filling.row(
        &table,
        [("day", "110/09/01"), ("name", "移工保護"), ("mode", "線上"), ("men", "0"), ("women", "9")],
    );
    filling.evidence(&task, &"勞03-1".into(), false, "");
    filling.evidence(&task, &"勞03-2".into(), true, "兩場次合訂");
    filling
}

fn filled() -> (Plan, Grid) {
    let plan = plans::small();
    let bytes = unit_workbook(&plan, &labour(), &filling()).unwrap();
    (plan, grid(&bytes))
}

fn read(plan: &Plan, grid: &Grid) -> (Submission, Diagnostics) {
    submission(plan, &labour(), &file(), grid)
}

fn ids(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.rule.id).collect()
}

/// Every answer without its place: what must survive an edit that moves cells.
fn answers(submission: &Submission) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for (id, task) in &submission.tasks {
        answers.insert(format!("{id}?"), format!("{:?}", task.applies.as_ref().map(|a| &a.value)));
        for (index, paragraph) in task.narrative.iter().enumerate() {
            answers.insert(format!("{id}/{index}"), paragraph.value.clone());
        }
        for (key, value) in &task.fields {
            answers.insert(format!("{id}.{key}"), format!("{:?}", value.value));
        }
    }
    for (id, rows) in &submission.tables {
        for (index, row) in rows.iter().enumerate() {
            for (key, value) in &row.values {
                answers.insert(format!("{id}[{index}].{key}"), format!("{:?}", value.value));
            }
        }
    }
    for (code, answer) in &submission.evidence {
        let caption = answer.caption.as_ref().map(|caption| &caption.value);
        answers.insert(code.to_string(), format!("{} {caption:?}", answer.masked));
    }
    answers
}

/// Edits made the way spreadsheet programs make them: cells and names move together.
mod edit {
    use super::*;

    /// Moves every position of a sheet, and the names that point there; `None` deletes.
    pub fn shift(grid: &mut Grid, sheet: usize, to: impl Fn(CellRef) -> Option<CellRef>) {
        let name = grid.sheets[sheet].name.clone();
        let cells = std::mem::take(&mut grid.sheets[sheet].cells);
        grid.sheets[sheet].cells = cells.into_iter().filter_map(|(at, cell)| Some((to(at)?, cell))).collect();
        for defined in &mut grid.names {
            let Some((on, first, last)) = &defined.target else { continue };
            if *on == name {
                defined.target = match (to(*first), to(*last)) {
                    (Some(first), Some(last)) => Some((name.clone(), first, last)),
                    _ => None,
                };
            }
        }
    }

    pub fn insert_rows(grid: &mut Grid, sheet: usize, above: u32, count: u32) {
        shift(grid, sheet, |at| {
            Some(CellRef::new(at.row + if at.row >= above { count } else { 0 }, at.column))
        });
    }

    pub fn delete_row(grid: &mut Grid, sheet: usize, row: u32) {
        shift(grid, sheet, |at| match at.row {
            r if r == row => None,
            r if r > row => Some(CellRef::new(r - 1, at.column)),
            _ => Some(at),
        });
    }

    pub fn insert_column(grid: &mut Grid, sheet: usize, before: u32) {
        shift(grid, sheet, |at| Some(CellRef::new(at.row, at.column + u32::from(at.column >= before))));
    }

    pub fn delete_column(grid: &mut Grid, sheet: usize, column: u32) {
        shift(grid, sheet, |at| match at.column {
            c if c == column => None,
            c if c > column => Some(CellRef::new(at.row, c - 1)),
            _ => Some(at),
        });
    }

    pub fn rename(grid: &mut Grid, sheet: usize, to: &str) {
        let from = std::mem::replace(&mut grid.sheets[sheet].name, to.to_owned());
        for defined in &mut grid.names {
            if let Some((on, _, _)) = &mut defined.target
                && *on == from
            {
                to.clone_into(on);
            }
        }
    }

    /// As xlsx and xls do it: every name twice.
    pub fn duplicate(grid: &mut Grid, sheet: usize) {
        let mut copy = grid.sheets[sheet].clone();
        let from = copy.name.clone();
        copy.name = format!("{from} (2)");
        let twins: Vec<DefinedName> = grid
            .names
            .iter()
            .filter_map(|defined| {
                let (on, first, last) = defined.target.clone()?;
                (on == from).then(|| DefinedName {
                    name: defined.name.clone(),
                    target: Some((copy.name.clone(), first, last)),
                })
            })
            .collect();
        grid.names.extend(twins);
        grid.sheets.insert(sheet + 1, copy);
    }

    pub fn cut_and_paste(grid: &mut Grid, sheet: usize, from: CellRef, to: CellRef) {
        shift(grid, sheet, |at| Some(if at == from { to } else { at }));
    }

    pub fn write(grid: &mut Grid, sheet: usize, at: CellRef, text: &str) {
        grid.sheets[sheet].cells.insert(at, Cell::Text(text.to_owned()));
    }
}

/// The sheet of the training task, and where things stand on it.
const TRAINING: usize = 1;

fn block(plan: &Plan, id: &str) -> Block {
    unit_form(plan, &labour()).block(id).unwrap().1.clone()
}

fn field_cell(plan: &Plan, key: &str) -> CellRef {
    let fields = block(plan, "LAB03.fields");
    CellRef::new(fields.known_row(key).unwrap().row, fields.columns[0].column)
}

#[test]
fn what_is_written_is_read_again() {
    let (plan, grid) = filled();
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), Vec::<&str>::new(), "{diagnostics:#?}");
    let task = &submission.tasks[&"LAB03".into()];
    assert_eq!(task.applies.as_ref().unwrap().value, Applies::Yes);
    assert_eq!(task.narrative.len(), 2);
    assert_eq!(task.narrative[1].value, "參訓人員涵蓋外勞查察員。");
    let figure = |n: i64| huibian::figure::Figure::from(n);
    assert_eq!(task.fields["due"].value, Value::Figure(figure(40)));
    let split = [("男", 12), ("女", 24), ("其他", 0)].map(|(p, n)| (p.to_owned(), figure(n)));
    assert_eq!(task.fields["by_sex"].value, Value::Split(split.to_vec()));
    let themes = vec!["鑑別".to_owned(), "其他".to_owned()];
    assert_eq!(task.fields["themes"].value, Value::Choices(themes));
    assert_eq!(task.fields["yearly"].value, Value::Flag(true));
    assert!(!task.fields.contains_key("count"), "derived figures are not read");
    let at = field_cell(&plan, "due");
    assert_eq!(task.fields["due"].place, Place::cell(&file(), "勞03 教育訓練", at));
    assert_eq!(task.blanks["due"], task.fields["due"].place);
    let rows = &submission.tables[&"LAB03.sessions".into()];
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].values["languages"].value, Value::Choices(vec!["中文".to_owned(), "其他".to_owned()]));
    assert!(!rows[1].values.contains_key("hours"));
    assert!(rows[1].cells.contains_key("hours"), "a blank has its place");
    assert!(submission.evidence[&"勞03-2".into()].masked);
    assert!(!submission.evidence[&"勞03-1".into()].masked);
}

#[test]
fn a_blank_workbook_answers_nothing_and_has_nothing_astray() {
    for plan in [plans::small(), plans::real()] {
        blank_workbooks_answer_nothing(&plan);
    }
}

fn blank_workbooks_answer_nothing(plan: &Plan) {
    for unit in &plan.units {
        let bytes = unit_workbook(plan, &unit.id, &Filling::new()).unwrap();
        let grid = grid(&bytes);
        let identity = identify(&grid).unwrap();
        assert_eq!((identity.unit, identity.plan), (unit.id.clone(), plan.id.clone()));
        let (submission, diagnostics) = submission(plan, &unit.id, &file(), &grid);
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        for (id, task) in &submission.tasks {
            assert!(task.fields.is_empty() && task.narrative.is_empty(), "{id}");
            assert!(task.applies.is_none());
        }
        assert!(submission.tables.values().all(Vec::is_empty));
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let plan = plans::real();
    let write = || unit_workbook(&plan, &plan.units[0].id, &Filling::new()).unwrap();
    assert!(write() == write());
    let write = || secretariat_workbook(&plan, &Filling::new()).unwrap();
    assert!(write() == write());
}

#[test]
fn names_are_unique_whatever_the_keys() {
    let plan = plans::real();
    let units = plan.units.iter().map(|unit| unit_form(&plan, &unit.id));
    for layout in units.chain([secretariat_form(&plan)]) {
        let mut seen = std::collections::BTreeSet::new();
        for (_, block) in layout.blocks() {
            let mut names = vec![block.heading_name()];
            names.extend(block.columns.iter().map(|column| block.column_name(&column.key)));
            for row in block.known() {
                for (column, _) in &row.questions {
                    names.push(block.cell_name(&row.key, &block.columns[*column].key));
                }
            }
            for name in names {
                assert!(name.is_ascii() && name.len() < 255);
                assert!(seen.insert(name.to_lowercase()), "{name}");
            }
        }
    }
}

/// An edit of `spreadsheets.md` 1b after which every answer must read as before.
fn survives(what: &str, edit: impl Fn(&Plan, &mut Grid)) -> Diagnostics {
    let (plan, untouched) = filled();
    let (before, _) = read(&plan, &untouched);
    let mut grid = untouched;
    edit(&plan, &mut grid);
    let (after, diagnostics) = read(&plan, &grid);
    assert_eq!(answers(&before), answers(&after), "{what}: {diagnostics:#?}");
    diagnostics
}

#[test]
fn edits_that_lose_nothing_are_survived_in_silence() {
    type Edit = fn(&Plan, &mut Grid);
    let edits: &[(&str, Edit)] = &[
        ("rows above", |_, grid| edit::insert_rows(grid, TRAINING, 0, 2)),
        ("a row inside the fields", |plan, grid| {
            edit::insert_rows(grid, TRAINING, field_cell(plan, "due").row, 1);
        }),
        ("rows inside the table", |plan, grid| {
            let (first, _) = block(plan, "LAB03.sessions").extent();
            edit::insert_rows(grid, TRAINING, first + 1, 3);
        }),
        ("a column before the answers", |_, grid| edit::insert_column(grid, TRAINING, 2)),
        ("a column inside the table", |_, grid| edit::insert_column(grid, TRAINING, 6)),
        ("a renamed sheet", |_, grid| edit::rename(grid, TRAINING, "教育訓練（定稿）")),
        ("reordered sheets", |_, grid| grid.sheets.reverse()),
        ("a blank cover sheet first", |_, grid| {
            let mut cover = grid.sheets[0].clone();
            cover.name = "封面".to_owned();
            cover.cells.clear();
            grid.sheets.insert(0, cover);
        }),
        ("the hidden key column deleted", |_, grid| edit::delete_column(grid, TRAINING, 0)),
        ("every name lost", |_, grid| grid.names.clear()),
        ("the hidden key rows deleted", |plan, grid| {
            let layout = unit_form(plan, &labour());
            for row in layout.sheets[TRAINING].key_rows.iter().rev() {
                edit::delete_row(grid, TRAINING, *row);
            }
        }),
        ("the description lost", |_, grid| grid.description = None),
        ("the hidden list sheet deleted", |_, grid| {
            grid.sheets.pop();
        }),
    ];
    for (what, edit) in edits {
        let diagnostics = survives(what, edit);
        assert!(diagnostics.is_empty(), "{what}: {diagnostics:#?}");
    }
}

#[test]
fn keys_and_names_both_lost_leaves_labels() {
    let diagnostics = survives("labels alone", |_, grid| {
        grid.names.clear();
        edit::delete_column(grid, TRAINING, 0);
    });
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
}

#[test]
fn a_renamed_heading_is_read_and_said() {
    let diagnostics = survives("a renamed heading", |plan, grid| {
        let table = block(plan, "LAB03.sessions");
        let at = CellRef::new(table.header_row.unwrap(), table.column("men").unwrap().column);
        edit::write(grid, TRAINING, at, "男性\n人數");
        let at = CellRef::new(field_cell(plan, "due").row, 1);
        edit::write(grid, TRAINING, at, "應受訓者");
    });
    assert_eq!(ids(&diagnostics), ["form-label-rewritten", "form-label-rewritten"]);
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Warning));
    let first = diagnostics.iter().next().unwrap();
    assert_eq!(first.subject, "勞03 應訓人數");
}

#[test]
fn rows_past_the_table_are_read_and_those_beyond_a_gap_are_said() {
    let plan = plans::small();
    let police = UnitId::from("police");
    let bytes = unit_workbook(&plan, &police, &Filling::new()).unwrap();
    let mut grid = grid(&bytes);
    let layout = unit_form(&plan, &police);
    let (sheet, table) = layout.block("cases").unwrap();
    let at = layout.sheets.iter().position(|other| other.key == sheet.key).unwrap();
    let (first, count) = table.extent();
    let column = table.columns[0].column;
    edit::write(&mut grid, at, CellRef::new(first + count + 3, column), "110-01");
    edit::write(&mut grid, at, CellRef::new(first + count + 90, column), "110-02");
    edit::write(&mut grid, at, CellRef::new(1, 30), "備註：詳如附件");
    let (submission, diagnostics) = submission(&plan, &police, &file(), &grid);
    assert_eq!(submission.tables[&"cases".into()].len(), 1);
    assert_eq!(ids(&diagnostics), ["form-text-stray", "form-text-stray"]);
    let last = diagnostics.iter().last().unwrap();
    assert_eq!(last.place, Place::cell(&file(), "案件統計列", CellRef::new(first + count + 90, column)));
    assert_eq!(last.unit.as_deref(), Some("police"));
    assert_eq!(last.excerpt.as_ref().unwrap().cells, ["110-02"]);
}

#[test]
fn a_sum_below_the_rows_is_no_row() {
    let diagnostics = survives("a total row", |plan, grid| {
        let table = block(plan, "LAB03.sessions");
        let (first, _) = table.extent();
        let row = first + 4;
        edit::write(grid, TRAINING, CellRef::new(row, table.columns[0].column), "合　計");
        let men = CellRef::new(row, table.column("men").unwrap().column);
        grid.sheets[TRAINING].cells.insert(men, Cell::Number(12.0));
    });
    assert_eq!(ids(&diagnostics), ["form-total-row"]);
}

#[test]
fn a_deleted_row_is_named_and_nothing_else_is_lost() {
    let (plan, mut grid) = filled();
    edit::delete_row(&mut grid, TRAINING, field_cell(&plan, "due").row);
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-question-lost"], "{diagnostics:#?}");
    let diagnostic = diagnostics.iter().next().unwrap();
    assert_eq!(diagnostic.subject, "勞03 應訓人數");
    assert!(diagnostic.message.contains("已被刪除"));
    let fields = &submission.tasks[&"LAB03".into()].fields;
    assert!(!fields.contains_key("due"));
    assert_eq!(fields["done"].value, Value::Figure(huibian::figure::Figure::from(36)));
}

#[test]
fn a_deleted_column_is_named() {
    let (plan, mut grid) = filled();
    let table = block(&plan, "LAB03.sessions");
    edit::delete_column(&mut grid, TRAINING, table.column("women").unwrap().column);
    let (submission, diagnostics) = read(&plan, &grid);
    assert!(ids(&diagnostics).contains(&"form-question-lost"), "{diagnostics:#?}");
    assert!(diagnostics.iter().any(|d| d.subject == "勞03 訓練場次 女性"));
    let rows = &submission.tables[&"LAB03.sessions".into()];
    assert!(rows.iter().all(|row| !row.values.contains_key("women")));
    assert!(rows.iter().all(|row| row.values.contains_key("men")));
}

#[test]
fn a_cut_and_pasted_answer_is_found_but_not_believed() {
    let (plan, mut grid) = filled();
    let from = field_cell(&plan, "due");
    let to = CellRef::new(from.row, 12);
    edit::cut_and_paste(&mut grid, TRAINING, from, to);
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-answer-moved"], "{diagnostics:#?}");
    let diagnostic = diagnostics.iter().next().unwrap();
    assert_eq!(diagnostic.place, Place::cell(&file(), "勞03 教育訓練", to));
    assert!(diagnostic.message.contains(&from.to_string()));
    assert!(!submission.tasks[&"LAB03".into()].fields.contains_key("due"));

    edit::write(&mut grid, TRAINING, from, "41");
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-answer-moved"]);
    assert!(!submission.tasks[&"LAB03".into()].fields.contains_key("due"));
}

#[test]
fn a_duplicated_sheet_is_read_only_where_both_agree() {
    let same = survives("a copy", |_, grid| edit::duplicate(grid, TRAINING));
    assert_eq!(ids(&same), ["form-sheet-copied"]);

    let (plan, mut grid) = filled();
    edit::duplicate(&mut grid, TRAINING);
    edit::write(&mut grid, TRAINING + 1, field_cell(&plan, "due"), "99");
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-sheet-doubled"]);
    assert!(!submission.tasks.contains_key(&"LAB03".into()));
}

#[test]
fn a_filled_copy_of_a_blank_sheet_is_what_was_meant() {
    let plan = plans::small();
    let blank = grid(&unit_workbook(&plan, &labour(), &Filling::new()).unwrap());
    let (_, filled) = filled();
    let (wanted, _) = read(&plan, &filled);
    // As .ods does it: names stay with the original.
    let mut both = blank;
    let mut copy = filled.sheets[TRAINING].clone();
    copy.name = "勞03 教育訓練_2".to_owned();
    both.sheets.insert(TRAINING + 1, copy);
    let (found, diagnostics) = read(&plan, &both);
    assert_eq!(ids(&diagnostics), ["form-sheet-copied"], "{diagnostics:#?}");
    assert_eq!(answers(&wanted), answers(&found));
}

#[test]
fn where_names_keys_and_labels_all_differ_nothing_is_read() {
    let (plan, mut grid) = filled();
    let fields = block(&plan, "LAB03.fields");
    let due = field_cell(&plan, "due");
    let key = CellRef::new(due.row, 0);
    let moved = grid.sheets[TRAINING].cells.remove(&key).unwrap();
    grid.sheets[TRAINING].cells.insert(CellRef::new(fields.end() + 1, 0), moved);
    edit::write(&mut grid, TRAINING, CellRef::new(due.row, 1), "人數");
    let (submission, diagnostics) = read(&plan, &grid);
    assert!(ids(&diagnostics).contains(&"form-question-split"), "{diagnostics:#?}");
    assert!(!submission.tasks[&"LAB03".into()].fields.contains_key("due"));
}

#[test]
fn a_cell_deleted_with_those_below_moving_up_is_not_believed() {
    let (plan, mut grid) = filled();
    let due = field_cell(&plan, "due");
    edit::shift(&mut grid, TRAINING, |at| {
        if at == due {
            None
        } else if at.column == due.column && at.row > due.row {
            Some(CellRef::new(at.row - 1, at.column))
        } else {
            Some(at)
        }
    });
    let (submission, diagnostics) = read(&plan, &grid);
    let fields = &submission.tasks[&"LAB03".into()].fields;
    assert!(!fields.contains_key("due"), "what slid in from below is no answer");
    assert!(!fields.contains_key("done"));
    assert!(diagnostics.iter().any(|d| d.rule.id == "form-answer-moved" && d.subject == "勞03 已訓人數"));
}

#[test]
fn choices_are_offered_in_the_plans_words() {
    let plan = plans::real();
    for unit in &plan.units {
        let grid = grid(&unit_workbook(&plan, &unit.id, &Filling::new()).unwrap());
        let lists = grid.sheets.last().unwrap();
        let offered: Vec<&str> = lists
            .cells
            .values()
            .filter_map(|cell| if let Cell::Text(text) = cell { Some(text.as_str()) } else { None })
            .collect();
        for task in plan.tasks_of(&unit.id) {
            for field in task.fields.iter().chain(task.tables.iter().flat_map(|table| &table.columns)) {
                let ValueKind::Choice(options) = &field.kind else { continue };
                assert!(options.iter().all(|option| offered.contains(&option.as_str())), "{options:?}");
            }
        }
        assert!(!lists.visible);
    }
}

#[test]
fn a_deleted_sheet_is_named() {
    let (plan, mut grid) = filled();
    grid.sheets.remove(TRAINING);
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-sheet-lost"]);
    assert!(submission.tasks.is_empty());
}

#[test]
fn sheets_of_others_are_not_read() {
    let (plan, mut grid) = filled();
    let mut own = grid.sheets[TRAINING].clone();
    own.name = "補充資料".to_owned();
    own.cells = [(CellRef::new(0, 0), Cell::Text("另附統計".to_owned()))].into();
    grid.sheets.push(own);
    let other = unit_workbook(&plan, &UnitId::from("police"), &Filling::new()).unwrap();
    grid.sheets.push(crate::support::grid(&other).sheets[1].clone());
    let (_, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-markers-disagree", "form-sheet-unknown"]);
}

#[test]
fn another_units_or_plans_form_is_refused_and_an_old_one_read() {
    let (mut plan, grid) = filled();
    let (submission, diagnostics) = submission(&plan, &UnitId::from("police"), &file(), &grid);
    assert_eq!(ids(&diagnostics), ["form-wrong"]);
    assert!(submission.tasks.is_empty());

    let before = answers(&read(&plan, &grid).0);
    plan.version = "ffffffff".to_owned();
    plan.tasks[1].fields.push(plans::field("fresh", "新增的欄位", ValueKind::Text, ""));
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-version-old", "form-question-lost"]);
    assert!(!diagnostics.block());
    assert_eq!(answers(&submission), before);

    plan.id = "another-111".to_owned();
    let (_, diagnostics) = read(&plan, &grid);
    assert_eq!(ids(&diagnostics), ["form-wrong"]);

    let mut nothing = grid;
    nothing.sheets.iter_mut().for_each(|sheet| sheet.cells.clear());
    nothing.description = None;
    assert_eq!(identify(&nothing), None);
    assert_eq!(ids(&read(&plan, &nothing).1), ["form-wrong"]);
}

#[test]
fn no_with_a_reason() {
    let plan = plans::small();
    let mut filling = Filling::new();
    filling.applies(&"LAB03".into(), false, "本年度查無此類案件");
    let grid = grid(&unit_workbook(&plan, &labour(), &filling).unwrap());
    let (submission, diagnostics) = read(&plan, &grid);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let applies = &submission.tasks[&"LAB03".into()].applies.as_ref().unwrap().value;
    assert_eq!(*applies, Applies::No { reason: "本年度查無此類案件".to_owned() });
}

#[test]
fn a_word_document_pasted_into_one_cell_gives_paragraphs() {
    let plan = plans::small();
    let mut filling = Filling::new();
    filling.narrative(&"LAB03".into(), ["第一段。\n\n第二段。"]);
    let grid = grid(&unit_workbook(&plan, &labour(), &filling).unwrap());
    let (submission, _) = read(&plan, &grid);
    let narrative = &submission.tasks[&"LAB03".into()].narrative;
    assert_eq!(narrative.iter().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["第一段。", "第二段。"]);
}

#[test]
fn what_cannot_be_read_is_said_at_its_row() {
    let (plan, mut grid) = filled();
    let table = block(&plan, "LAB03.sessions");
    let (first, _) = table.extent();
    let men = CellRef::new(first + 1, table.column("men").unwrap().column);
    edit::write(&mut grid, TRAINING, men, "約十人");
    grid.sheets[TRAINING].cells.insert(field_cell(&plan, "due"), Cell::Uncomputed);
    let (submission, diagnostics) = read(&plan, &grid);
    assert_eq!(diagnostics.len(), 2, "{diagnostics:#?}");
    let row = diagnostics.iter().find(|d| d.subject == "勞03 訓練場次 第2筆 男性").unwrap();
    let excerpt = row.excerpt.as_ref().unwrap();
    assert_eq!(excerpt.cells[excerpt.marked], "約十人");
    assert_eq!(excerpt.cells[1], "移工保護");
    assert!(!submission.tables[&"LAB03.sessions".into()][1].values.contains_key("men"));
    assert!(diagnostics.iter().any(|d| d.subject == "勞03 應訓人數"));
}

#[test]
fn a_real_date_cell_is_read() {
    let plan = plans::small();
    let mut filling = filling();
    filling.field_date(&"LAB03".into(), "approved", jiff::civil::date(2021, 3, 2));
    let grid = grid(&unit_workbook(&plan, &labour(), &filling).unwrap());
    let (submission, _) = read(&plan, &grid);
    let day = &submission.tasks[&"LAB03".into()].fields["approved"].value;
    assert_eq!(*day, Value::Date(jiff::civil::date(2021, 3, 2)));
}

#[test]
fn the_secretariats_workbook_is_read_again() {
    let plan = plans::small();
    let mut filling = Filling::new();
    filling.setting("final_date", "111/03/10");
    filling.setting("recipient_email", "nia@example.gov.tw");
    filling.setting("mail_megabytes", "15");
    filling.secretariat_row(
        "00.contacts",
        [("unit", "警察局"), ("name", "王小明"), ("title", "警員"), ("telephone", "03-5224168")],
    );
    filling.score(&"training".into(), "20", "18.5");
    filling.part(huibian::plan::SecretariatPart::AnnualTopic, ["專題第一段。", "專題第二段。"]);
    filling
        .secretariat_row("00.advice", [("advice", "強化通譯"), ("action", "已建置名冊"), ("unit", "勞工處")]);
    filling.editorial(&"training".into(), "取代", ["統稿。"]);
    filling.editorial(&"background".into(), "", ["總說明。"]);
    filling.secretariat_row(
        "00.exceptions",
        [
            ("key", "evidence-missing@勞03-2"),
            ("reason", "尚在用印"),
            ("name", "李主任"),
            ("date", "111/02/20"),
        ],
    );
    let grid = grid(&secretariat_workbook(&plan, &filling).unwrap());
    let (answers, diagnostics) = secretariat(&plan, &RelPath::new("00_秘書單位.xlsx"), &grid);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let SecretariatAnswers { contacts, recommendations, editorials, exceptions, .. } = &answers;
    assert_eq!(answers.final_date.as_ref().unwrap().value, jiff::civil::date(2022, 3, 10));
    assert_eq!(answers.recipient_email.as_ref().unwrap().value, "nia@example.gov.tw");
    assert_eq!(answers.mail_megabytes.as_ref().unwrap().value, 15.into());
    assert_eq!((contacts.len(), contacts[0].name.as_str()), (1, "王小明"));
    let score = &answers.scores[&"training".into()];
    assert_eq!(score.self_score.as_ref().unwrap().value.to_string(), "18.5");
    assert_eq!(answers.parts[&huibian::plan::SecretariatPart::AnnualTopic].len(), 2);
    assert_eq!(recommendations[0].unit.as_deref(), Some("勞工處"));
    assert_eq!(editorials[&"training".into()].mode, EditorialMode::Replaces);
    assert_eq!(editorials[&"background".into()].mode, EditorialMode::Leads);
    assert_eq!(exceptions[0].key.value, "evidence-missing@勞03-2");
    assert_eq!(exceptions[0].date, Some(jiff::civil::date(2022, 2, 20)));
}

#[test]
fn the_guide_names_folders_and_the_day() {
    let guide = guide(&plans::small());
    assert!(guide.contains("警察局／警03-1_統計表"));
    assert!(guide.contains("111年2月15日"));
}

/// Fills every question of a layout with an answer of its kind.
fn everything(blocks: &[&Block]) -> Filling {
    let answer = |question: &Question, seed: u32| -> Option<String> {
        let Ask::Value(kind) = &question.ask else {
            return matches!(question.ask, Ask::Tick | Ask::Paragraph)
                .then(|| if question.ask == Ask::Tick { "V" } else { "一段文字。" }.to_owned());
        };
        Some(match kind {
            ValueKind::Text => format!("文字{seed}"),
            ValueKind::DocumentNumber => format!("府字第110000{seed:04}號"),
            ValueKind::Telephone => "03-5216121".to_owned(),
            ValueKind::Email => "a@example.gov.tw".to_owned(),
            ValueKind::Count => (seed % 90 + 1).to_string(),
            ValueKind::Decimal => "2.5".to_owned(),
            ValueKind::Percent => "95.5".to_owned(),
            ValueKind::Date => "110/05/06".to_owned(),
            ValueKind::DateSpan => "110/05/06-110/05/08".to_owned(),
            ValueKind::Choice(options) => options[seed as usize % options.len()].clone(),
            ValueKind::Flag => "是".to_owned(),
            ValueKind::Choices(_) | ValueKind::Split(_) => return None,
        })
    };
    let mut filling = Filling::new();
    for block in blocks {
        match &block.rows {
            Rows::Known(rows) => {
                for row in rows {
                    for (column, question) in &row.questions {
                        if let Some(text) = answer(question, row.row) {
                            let column = &block.columns[*column].key;
                            filling.put(&block.id, &row.key, column, Entry::Text(text));
                        }
                    }
                }
            }
            Rows::Open { count, .. } => {
                for seed in 0..count + 5 {
                    let cell = |column: &Column| Some((column.key.clone(), answer(&column.question, seed)?));
                    let cells: Vec<_> = block.columns.iter().filter_map(cell).collect();
                    let cells = cells.iter().map(|(key, text)| (key.as_str(), text.as_str()));
                    // Rows past the laid-out ones would run into the next block.
                    if seed < *count {
                        filling.row(&block.id.as_str().into(), cells);
                    }
                }
            }
        }
    }
    filling
}

/// The number of answers a layout asks for.
fn n_questions(blocks: &[&Block]) -> usize {
    blocks
        .iter()
        .map(|block| match &block.rows {
            Rows::Known(rows) => {
                rows.iter().map(|row| row.questions.iter().filter(|(_, q)| q.ask.is_answered()).count()).sum()
            }
            Rows::Open { count, .. } => *count as usize * block.columns.len(),
        })
        .sum()
}

#[test]
fn every_question_of_every_unit_is_read_where_it_was_written() {
    for plan in [plans::small(), plans::real()] {
        every_question_is_read(&plan);
    }
}

fn every_question_is_read(plan: &Plan) {
    for unit in &plan.units {
        let layout = unit_form(plan, &unit.id);
        let blocks: Vec<&Block> = layout.blocks().map(|(_, block)| block).collect();
        let bytes = unit_workbook(plan, &unit.id, &everything(&blocks)).unwrap();
        let (submission, diagnostics) = submission(plan, &unit.id, &file(), &grid(&bytes));
        assert!(diagnostics.is_empty(), "{}: {diagnostics:#?}", unit.name);
        let mut n = 0;
        for answer in submission.tasks.values() {
            n += answer.narrative.len();
            // The reason is written too, but 「有」 needs none.
            n += answer.applies.as_ref().map_or(0, |_| 2);
            n += answer.fields.values().map(|value| n_cells(&value.value)).sum::<usize>();
        }
        for row in submission.tables.values().flatten() {
            n += row.values.values().map(|value| n_cells(&value.value)).sum::<usize>();
        }
        for answer in submission.evidence.values() {
            n += 1 + usize::from(answer.masked) + usize::from(answer.caption.is_some());
        }
        assert_eq!(n, n_questions(&blocks), "{}", unit.name);
    }
}

/// How many cells a value was read from.
fn n_cells(value: &Value) -> usize {
    match value {
        Value::Choices(choices) => choices.len(),
        Value::Split(parts) => parts.len(),
        _ => 1,
    }
}

/// What a sort or a paste over two rows does: labels and answers move, names and keys do not.
#[test]
fn labels_swapped_with_their_answers_are_told_not_read_under_the_wrong_name() {
    use crate::support::answers;
    use huibian::place::{CellRef, RelPath};
    let plan = answers::builtin_plan();
    let unit = plan.unit(&"labour".into()).unwrap();
    let bytes =
        huibian::forms::unit_workbook(&plan, &unit.id, &answers::unit(&plan, unit, &answers::of_unit(unit)))
            .unwrap();
    let read = |grid: &huibian::grid::Grid| {
        huibian::intake::submission(&plan, &unit.id, &RelPath::new("勞工處/勞工處.xlsx"), grid)
    };
    let mut grid = crate::support::grid(&bytes);
    let fields = |submission: &huibian::submission::Submission| {
        let answer = &submission.tasks[&"LAB01".into()];
        (answer.fields.contains_key("missing_new"), answer.fields.contains_key("missing_total"))
    };
    assert_eq!(fields(&read(&grid).0), (true, true));
    let sheet = grid.sheets.iter_mut().find(|sheet| sheet.name.starts_with("勞01")).unwrap();
    let label = |text: &str| {
        let holds = |cell: &huibian::grid::Cell| matches!(cell, huibian::grid::Cell::Text(found) if found.ends_with(text));
        *sheet.cells.iter().find(|(_, cell)| holds(cell)).unwrap().0
    };
    let (first, second) = (label("年度新增失聯"), label("累計未尋獲失聯"));
    for column in [first.column, first.column + 1] {
        let (a, b) = (CellRef::new(first.row, column), CellRef::new(second.row, column));
        let (in_a, in_b) = (sheet.cells[&a].clone(), sheet.cells[&b].clone());
        sheet.cells.insert(a, in_b);
        sheet.cells.insert(b, in_a);
    }
    let (submission, diagnostics) = read(&grid);
    assert_eq!(fields(&submission), (false, false));
    assert_eq!(diagnostics.iter().filter(|d| d.rule.id == "form-question-split").count(), 2);
}
