//! Marking up a workbook of 10,000 cells beside reading it five times.

use std::time::Instant;

use huibian::corrections::{Correction, CorrectionList};
use huibian::figure::Figure;
use huibian::intake::workbook::read_workbook;
use huibian::markup::mark;
use huibian::place::CellRef;
use huibian::tabular::{self, Tabular, TabularCell, TabularSheet};

const RUNS: usize = 9;
const SHEET: &str = "表";
const ROWS: u32 = 500;
const COLUMNS: u16 = 20;
/// Every fiftieth cell is told of.
const EVERY: u32 = 50;

/// Prints the ratios for .xlsx and .ods.
pub fn measure() {
    println!("\nmarking up a workbook of {} cells, every {EVERY}th told of", ROWS * u32::from(COLUMNS));
    for (kind, workbook) in [("xlsx", xlsx()), ("ods", tabular::ods(&table()).unwrap())] {
        let n = read_workbook(&workbook).unwrap().sheets[0].cells.len();
        assert!(n as u32 >= ROWS * u32::from(COLUMNS), "{n} cells");
        let list = corrections();
        let reading = median(|| drop(read_workbook(&workbook).unwrap()));
        let marking = median(|| drop(mark(&workbook, &list).unwrap()));
        println!(
            "  .{kind:<5} reading {:>6.2} ms, marking {:>6.2} ms, marking / five readings {:.2}",
            reading * 1e3,
            marking * 1e3,
            marking / (5.0 * reading)
        );
    }
}

fn median(run: impl Fn()) -> f64 {
    let time = || {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = (0..RUNS).map(|_| time()).collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn text(row: u32, column: u16) -> String {
    if column.is_multiple_of(3) {
        format!("第{row}場次之說明")
    } else {
        (row * u32::from(column)).to_string()
    }
}

fn xlsx() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name(SHEET).unwrap();
    for (row, column) in places() {
        let text = text(row, column);
        let written = match text.parse::<f64>() {
            Ok(number) => sheet.write_number(row, column, number),
            Err(_) => sheet.write_string(row, column, text),
        };
        written.unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

fn table() -> Tabular {
    let cell = |row, column| {
        let text = text(row, column);
        match text.parse::<i64>() {
            Ok(number) => TabularCell::Number(Figure::from(number)),
            Err(_) => TabularCell::Text(text),
        }
    };
    let rows = (0..ROWS).map(|row| (0..COLUMNS).map(|column| cell(row, column)).collect()).collect();
    let sheet = TabularSheet { name: SHEET.to_owned(), widths: vec![12; usize::from(COLUMNS)], rows };
    let (title, creator, iso_day) = ("示例資料".to_owned(), "示例".to_owned(), "2022-02-10".to_owned());
    Tabular { title, creator, iso_day, sheets: vec![sheet] }
}

fn places() -> impl Iterator<Item = (u32, u16)> {
    (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)))
}

fn corrections() -> CorrectionList {
    let told = places().step_by(EVERY as usize).map(|(row, column)| {
        let cell = CellRef::new(row, u32::from(column));
        Correction {
            is_error: row.is_multiple_of(2),
            sheet: Some(SHEET.to_owned()),
            cell: Some(cell),
            at: format!("{SHEET} › {cell}"),
            message: "須填整數".to_owned(),
            hint: "請改填阿拉伯數字".to_owned(),
            rule: "not-a-number".to_owned(),
        }
    });
    CorrectionList { title: "待修正清單".to_owned(), notes: Vec::new(), corrections: told.collect() }
}
