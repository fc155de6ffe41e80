//! Columns of text.

use unicode_width::UnicodeWidthStr;

/// Lines of columns, each as wide as its widest cell; the last column is not padded.
///
/// A cell is one value: terminal controls in it are escaped, and a line end in it makes no row.
pub(crate) fn columns(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| diag::shown_line(cell)).collect()).collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let padding = width - cell.width();
            line.push_str(cell);
            line.push_str(&" ".repeat(padding + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_for_two_columns() {
        let rows = [["/家/go", "1.27.3"], ["/home/go", "1.26.8"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows), "/家/go    1.27.3\n/home/go  1.26.8\n");
    }
}
