//! The hashes of go.sum.

use std::collections::BTreeMap;

/// The `h1:` hashes of modules' contents, by path and version. Lines about go.mod files alone, and lines that are not
/// understood, do not count: the go command judges the file.
#[derive(Debug, Default)]
pub(crate) struct Sums(BTreeMap<(String, String), String>);

impl Sums {
    /// Adds the lines of a go.sum.
    pub(crate) fn add(&mut self, text: &str) {
        for line in text.lines() {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            if let [path, version, sum] = words.as_slice()
                && sum.starts_with("h1:")
                && !version.ends_with("/go.mod")
            {
                self.0.entry(((*path).to_owned(), (*version).to_owned())).or_insert_with(|| (*sum).to_owned());
            }
        }
    }

    /// The hash of a module at a version.
    pub(crate) fn of(&self, path: &str, version: &str) -> Option<&String> {
        self.0.get(&(path.to_owned(), version.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashes_of_contents_count() {
        let mut sums = Sums::default();
        sums.add("a.test/x v1.0.0 h1:one=\na.test/x v1.0.0/go.mod h1:two=\nrubbish\na.test/y v1 h2:three=\n");
        assert_eq!(sums.of("a.test/x", "v1.0.0").map(String::as_str), Some("h1:one="));
        assert_eq!(sums.of("a.test/x", "v1.0.0/go.mod"), None);
        assert_eq!(sums.of("a.test/y", "v1"), None);
    }
}
