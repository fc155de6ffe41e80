//! Root files of an official toolchain that packers of wheels omit, by hash.
//!
//! The table has every known text of each file. Filling in is safe by construction: the result counts only if the
//! completed tree has the hash in the log, which a wrong text cannot produce.

use crate::limits::COMPLETIONS_MAX;
use release::Digest;

/// One known text of one root file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    name: &'static str,
    /// The first minor version of Go it was seen in.
    first_minor: u32,
    sha256: Digest,
}

const TABLE: &str = include_str!("data/toolchain-complement-sha256.tsv");

/// This file names the release branch, so its text can be made for any minor version.
const BRANCH_FILE: &str = "codereview.cfg";

/// All ways to fill in the root files that `has` does not know, best guess first; empty if none is missing.
pub(crate) fn completions(minor: u32, has: impl Fn(&str) -> bool) -> Vec<Vec<(String, Digest)>> {
    let table = table();
    let mut names: Vec<&str> = table.iter().map(|known| known.name).filter(|name| !has(name)).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Vec::new();
    }
    let mut completions = vec![Vec::new()];
    for name in names {
        let texts = texts(&table, name, minor);
        // Combines the best text of the next file with every way so far, before its second-best.
        completions = texts
            .iter()
            .flat_map(|text| {
                completions.iter().map(move |completion: &Vec<(String, Digest)>| {
                    let mut completion = completion.clone();
                    completion.push((name.to_owned(), *text));
                    completion
                })
            })
            .take(COMPLETIONS_MAX)
            .collect();
    }
    completions
}

/// The known texts of one file, the one of this minor version first.
fn texts(table: &[Known], name: &str, minor: u32) -> Vec<Digest> {
    if name == BRANCH_FILE {
        return vec![branch_file_sha256(minor)];
    }
    let mut known: Vec<&Known> = table.iter().filter(|known| known.name == name).collect();
    // Newest first among those that are not newer than the version; then those that are, nearest first.
    known.sort_by_key(|known| (known.first_minor > minor, known.first_minor.abs_diff(minor)));
    known.iter().map(|known| known.sha256).collect()
}

fn branch_file_sha256(minor: u32) -> Digest {
    Digest::of(format!("branch: release-branch.go1.{minor}\nparent-branch: master\n").as_bytes())
}

fn table() -> Vec<Known> {
    TABLE.lines().filter_map(row).collect()
}

fn row(line: &'static str) -> Option<Known> {
    let mut cells = line.split('\t');
    let (name, first, hash) = (cells.next()?, cells.next()?, cells.next()?);
    let first_minor = first.strip_prefix("1.")?.parse().ok()?;
    Some(Known { name, first_minor, sha256: hash.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        assert_eq!(table().len(), rows);
        assert_eq!(rows, 12);
    }

    #[test]
    fn the_branch_file_made_for_a_version_is_the_one_seen_in_it() {
        let seen: Vec<_> = table().into_iter().filter(|known| known.name == BRANCH_FILE).collect();
        assert_eq!(seen.len(), 4);
        for known in seen {
            assert_eq!(branch_file_sha256(known.first_minor), known.sha256, "1.{}", known.first_minor);
        }
    }

    #[test]
    fn nothing_missing_means_nothing_to_fill_in() {
        assert!(completions(27, |_| true).is_empty());
    }

    #[test]
    fn the_text_of_the_version_itself_is_tried_first() {
        let licence = |minor| {
            let completions = completions(minor, |name| name != "LICENSE");
            completions.iter().map(|completion| completion[0].1.front(4)).collect::<Vec<_>>()
        };
        assert_eq!(licence(27), ["911f", "2d36"]);
        assert_eq!(licence(28), ["911f", "2d36"]);
        assert_eq!(licence(26), ["2d36", "911f"]);
        assert_eq!(licence(21), ["2d36", "911f"]);
        assert_eq!(completions(27, |_| false).len(), 8, "LICENSE, README.md and SECURITY.md have two texts each");
        assert_eq!(completions(27, |_| false)[0].len(), 6);
    }

    #[test]
    fn the_first_guess_for_every_minor_is_the_one_of_its_own_time() {
        let first = |minor: u32, file: &str| {
            let completion = completions(minor, |_| false).swap_remove(0);
            completion.into_iter().find(|(name, _)| name == file).map(|(_, hash)| hash.front(4)).unwrap()
        };
        let texts = |file| [21, 22, 23, 26, 27].map(|minor| first(minor, file));
        assert_eq!(texts("README.md"), ["161c", "161c", "8247", "8247", "8247"]);
        assert_eq!(texts("SECURITY.md"), ["f82d", "6bce", "6bce", "6bce", "6bce"]);
        assert_eq!(texts("LICENSE"), ["2d36", "2d36", "2d36", "2d36", "911f"]);
    }
}
