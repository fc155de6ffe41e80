//! Checks that every test that `SECURITY.md` names exists: without its test, nothing checks a promise.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// The faults of the page, a line for each.
pub fn unheld(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let page = fs::read_to_string(root.join("SECURITY.md"))?;
    let mut tests = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file)?;
        let names = text.lines().filter_map(|line| line.trim().strip_prefix("fn ")?.split(['(', '<']).next());
        tests.extend(names.map(str::to_owned));
    }
    let missing = named(&page).into_iter().filter(|name| !tests.contains(*name));
    Ok(missing.map(|name| format!("SECURITY.md names the test `{name}`, and there is none")).collect())
}

/// The names in the last cells of the page's tables. A test's name is a sentence: a single word is not one.
fn named(page: &str) -> Vec<&str> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim_end_matches(['|', ' ']).rsplit('|').next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).filter(|name| name.matches('_').count() >= 2).collect()
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn only_the_last_cell_of_a_row_names_tests() {
        let page = "`a_b_c` is text\n| `d_e_f` cannot | `g_h_i`, `tidy` and `j_k_l` |\n| --- | --- |\n";
        assert_eq!(named(page), ["g_h_i", "j_k_l"]);
    }
}
