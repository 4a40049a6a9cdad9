//! Plain tables for the terminal: columns set by their widest cell, Chinese counted double.

use super::columns::{pad, width, wrap};

/// Blanks between columns.
const GUTTER: usize = 2;

/// One line a row; the last column is wrapped under itself to `columns` of the terminal.
pub fn lines(rows: &[Vec<String>], columns: usize) -> String {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..n_columns.saturating_sub(1))
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let indent: usize = widths.iter().map(|width| width + GUTTER).sum();
    let room = columns.saturating_sub(indent).max(20);
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, column) in widths.iter().enumerate() {
            line.push_str(&pad(&super::clean(row.get(at).map_or("", String::as_str)), column + GUTTER));
        }
        let last = row.get(widths.len()).map_or_else(String::new, |cell| super::clean(cell));
        for (index, piece) in wrap(&last, room).iter().enumerate() {
            if index > 0 {
                line = " ".repeat(indent);
            }
            out.push_str(format!("{line}{piece}").trim_end());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_one_another() {
        let rows = [["期程", "日期", "說明"], ["書面考核", "4月", ""], ["申復", "111年6月16日", "末日"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        let text = lines(&rows, 80);
        assert_eq!(text, "期程      日期          說明\n書面考核  4月\n申復      111年6月16日  末日\n");
    }
}
