//! Assigns files to sections.
//!
//! Files that exactly the same toolchains have are in one section. A toolchain is then the list of its sections, in
//! order, and no file is stored twice.

use std::collections::BTreeMap;

use archive::{FileRecord, Manifest};
use release::Digest;

/// The files of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The toolchains that have these files, by their index in the order; ascending.
    pub toolchains: Vec<usize>,
    /// The files, sorted by path.
    pub files: Vec<FileRecord>,
}

/// Two files are one if these are equal: path, content, mode.
type Same<'m> = (&'m str, &'m Digest, bool);

/// Whether a file goes into a bundle: the checksum database must cover it.
pub(crate) fn travels(file: &FileRecord) -> bool {
    trust::is_in_module(&file.path)
}

/// The sections for these toolchains; their order does not depend on the order of the files.
pub fn parts_of(manifests: &[Manifest]) -> Vec<Part> {
    let mut owners: BTreeMap<Same, (Vec<usize>, &FileRecord)> = BTreeMap::new();
    for (number, manifest) in manifests.iter().enumerate() {
        for file in manifest.files.iter().filter(|file| travels(file)) {
            let key = (file.path.as_str(), &file.sha256, file.executable);
            owners.entry(key).or_insert_with(|| (Vec::new(), file)).0.push(number);
        }
    }
    let mut parts: BTreeMap<Vec<usize>, Vec<FileRecord>> = BTreeMap::new();
    for (toolchains, file) in owners.into_values() {
        parts.entry(toolchains).or_default().push(file.clone());
    }
    parts.into_iter().map(|(toolchains, files)| Part { toolchains, files }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(files: &[(&str, u8)]) -> Manifest {
        let record = |(path, content): &(&str, u8)| FileRecord {
            path: (*path).to_owned(),
            bytes: 1,
            executable: false,
            sha256: Digest::from_bytes([*content; 32]),
        };
        Manifest::new(files.iter().map(record).collect())
    }

    #[test]
    fn files_stand_once_and_every_toolchain_finds_all_of_its_own() {
        let manifests = [
            manifest(&[("VERSION", 1), ("bin/go", 2), ("src/a", 3), ("src/b", 4), ("test/x", 9)]),
            manifest(&[("VERSION", 5), ("bin/go", 6), ("src/a", 3), ("src/b", 4), ("api/y", 9)]),
            manifest(&[("VERSION", 5), ("bin/go", 7), ("src/a", 3), ("src/c", 4)]),
        ];
        let parts = parts_of(&manifests);
        let names = |part: &Part| part.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>().join(" ");
        let shown: Vec<(Vec<usize>, String)> =
            parts.iter().map(|part| (part.toolchains.clone(), names(part))).collect();
        let expected = [
            (vec![0], "VERSION bin/go"),
            (vec![0, 1], "src/b"),
            (vec![0, 1, 2], "src/a"),
            (vec![1], "bin/go"),
            (vec![1, 2], "VERSION"),
            (vec![2], "bin/go src/c"),
        ];
        assert_eq!(shown, expected.map(|(numbers, names)| (numbers, names.to_owned())));
        for (number, manifest) in manifests.iter().enumerate() {
            let of_it = parts.iter().filter(|part| part.toolchains.contains(&number));
            let mut files: Vec<FileRecord> = of_it.flat_map(|part| part.files.clone()).collect();
            files.sort_by(|one, other| one.path.cmp(&other.path));
            let travelling: Vec<FileRecord> = manifest.files.iter().filter(|file| travels(file)).cloned().collect();
            assert_eq!(files, travelling);
        }
    }

    #[test]
    fn a_mode_that_differs_makes_another_file() {
        let mut other = manifest(&[("a", 1)]);
        other.files[0].executable = true;
        assert_eq!(parts_of(&[manifest(&[("a", 1)]), other]).len(), 2);
    }
}
