//! Compares the power cut with a slow, plain reference: a flat table of names and bytes, in which
//! every rule is written out once.

#![cfg(unix)] // what a power cut leaves on file systems of Unix
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use sys::{EntryKind, Fs, PowerCut, Survival, WithoutSync};

/// A folder (0 is the root) and a name in it.
type Place = (usize, usize);

const FOLDERS: [&str; 3] = ["", "a", "b"];

#[derive(Debug, Clone)]
enum Step {
    Replace(Place, usize, bool),
    Append(Place, usize, bool),
    Rename(Place, Place),
    HardLink(Place, Place),
    Remove(Place),
    SyncFile(Place),
    SyncDir(usize),
    SyncFs,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let place = || (0..FOLDERS.len(), 0..3_usize);
    let step = prop_oneof![
        3 => (place(), 0..9_usize, any::<bool>()).prop_map(|(at, bytes, sync)| Step::Replace(at, bytes, sync)),
        2 => (place(), 1..9_usize, any::<bool>()).prop_map(|(at, bytes, sync)| Step::Append(at, bytes, sync)),
        3 => (place(), place()).prop_map(|(from, to)| Step::Rename(from, to)),
        1 => (place(), place()).prop_map(|(from, to)| Step::HardLink(from, to)),
        2 => place().prop_map(Step::Remove),
        2 => place().prop_map(Step::SyncFile),
        2 => (0..FOLDERS.len()).prop_map(Step::SyncDir),
        1 => Just(Step::SyncFs),
    ];
    prop::collection::vec(step, 1..40)
}

#[derive(Clone, Default)]
struct Bytes {
    now: Vec<u8>,
    durable: Vec<u8>,
    ever_synced: bool,
    changed: bool,
}

/// The expected state of the disk.
#[derive(Default)]
struct Reference {
    files: Vec<Bytes>,
    now: BTreeMap<Place, usize>,
    durable: BTreeMap<Place, usize>,
    /// Every file that was ever at a place.
    ever: BTreeMap<Place, BTreeSet<usize>>,
    /// Places that have changed since their folder was synced.
    unsettled: BTreeSet<Place>,
}

impl Reference {
    fn name(&mut self, at: Place, file: Option<usize>) {
        match file {
            Some(file) => {
                self.now.insert(at, file);
                self.ever.entry(at).or_default().insert(file);
            }
            None => drop(self.now.remove(&at)),
        }
        self.unsettled.insert(at);
    }

    fn open(&mut self, at: Place) -> usize {
        if let Some(file) = self.now.get(&at) {
            return *file;
        }
        self.files.push(Bytes { changed: true, ..Bytes::default() });
        self.name(at, Some(self.files.len() - 1));
        self.files.len() - 1
    }

    fn write(&mut self, at: Place, bytes: &[u8], cut: bool, sync: bool) {
        let file = self.open(at);
        let file = &mut self.files[file];
        if cut {
            file.now.clear();
        }
        file.now.extend_from_slice(bytes);
        file.changed |= cut || !bytes.is_empty();
        if sync {
            file.sync();
        }
    }

    fn sync_dir(&mut self, folder: usize) {
        self.durable.retain(|at, _| at.0 != folder);
        self.durable.extend(self.now.iter().filter(|(at, _)| at.0 == folder));
        self.unsettled.retain(|at| at.0 != folder);
    }
}

impl Bytes {
    fn sync(&mut self) {
        (self.durable, self.ever_synced, self.changed) = (self.now.clone(), true, false);
    }

    /// Whether a power cut may leave these bytes: each is the new one, the old one or a zero.
    fn admits(&self, found: &[u8]) -> bool {
        if !self.changed {
            return found == self.durable;
        }
        found.len() <= self.now.len().max(self.durable.len())
            && found
                .iter()
                .enumerate()
                .all(|(at, byte)| *byte == 0 || self.now.get(at) == Some(byte) || self.durable.get(at) == Some(byte))
    }
}

fn path(root: &Path, at: Place) -> PathBuf {
    root.join(FOLDERS[at.0]).join(format!("n{}", at.1))
}

fn found(root: &Path) -> BTreeMap<Place, Vec<u8>> {
    let (fs, mut found) = (Fs::real(), BTreeMap::new());
    for (folder, name) in FOLDERS.iter().enumerate() {
        for name in fs.names(&root.join(name)).unwrap() {
            let name = name.to_str().unwrap();
            if folder == 0 && FOLDERS.contains(&name) {
                continue;
            }
            let at = (folder, name.strip_prefix('n').expect("a name that was made").parse().unwrap());
            assert_eq!(fs.look(&path(root, at)).unwrap().unwrap().kind, EntryKind::File);
            found.insert(at, fs.read(&path(root, at), 9999).unwrap());
        }
    }
    found
}

/// Applies a step to the real disk and to the reference.
fn step(fs: &Fs, root: &Path, reference: &mut Reference, step: &Step, mark: u8) {
    match *step {
        Step::Replace(at, bytes, sync) | Step::Append(at, bytes, sync) => {
            let cut = matches!(step, Step::Replace(..));
            let mut file = if cut { fs.create(&path(root, at)) } else { fs.append(&path(root, at)) }.unwrap();
            file.write_all(&vec![mark; bytes]).unwrap();
            if sync {
                file.sync().unwrap();
            }
            reference.write(at, &vec![mark; bytes], cut, sync);
        }
        Step::Rename(from, to) => {
            let done = fs.rename(&path(root, from), &path(root, to)).is_ok();
            let file = reference.now.get(&from).copied();
            assert_eq!(done, file.is_some());
            if file.is_some() && file != reference.now.get(&to).copied() {
                reference.name(from, None);
                reference.name(to, file);
            }
        }
        Step::HardLink(from, to) => {
            if fs.hard_link(&path(root, from), &path(root, to)).is_ok() {
                reference.name(to, reference.now.get(&from).copied());
            }
        }
        Step::Remove(at) => {
            if fs.remove_file(&path(root, at)).is_ok() {
                reference.name(at, None);
            }
        }
        Step::SyncFile(at) => {
            if let Ok(file) = fs.open(&path(root, at)) {
                file.sync().unwrap();
                let file = reference.now[&at];
                reference.files[file].sync();
            }
        }
        Step::SyncDir(folder) => {
            fs.sync_dir(&root.join(FOLDERS[folder])).unwrap();
            reference.sync_dir(folder);
        }
        Step::SyncFs => {
            if fs.sync_fs(root).unwrap() {
                (0..FOLDERS.len()).for_each(|folder| reference.sync_dir(folder));
                for file in reference.now.clone().into_values() {
                    reference.files[file].sync();
                }
            }
        }
    }
}

/// A folder in memory, if the system has one: thousands of small files are slow on a disk.
fn quick_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_power_cut_leaves_what_the_plain_reference_says(steps in steps(), seed in any::<u64>()) {
        let folder = quick_folder();
        let root = folder.path();
        for name in &FOLDERS[1..] {
            Fs::real().create_dir(&root.join(name)).unwrap();
        }
        let mut reference = Reference::default();
        // What is there before the first operation is durable.
        for at in [(0, 0), (1, 0)] {
            Fs::real().create(&path(root, at)).unwrap().write_all(b"before").unwrap();
            reference.write(at, b"before", true, true);
        }
        (0..FOLDERS.len()).for_each(|folder| reference.sync_dir(folder));

        let cut = Arc::new(PowerCut::new(u64::MAX, root).unwrap());
        let fs = Fs::faulty(Arc::new(WithoutSync::new(cut.clone())));
        for (mark, one) in (1..).zip(&steps) {
            step(&fs, root, &mut reference, one, mark);
        }
        let image = |survival| {
            let to = quick_folder();
            cut.image(survival, to.path()).unwrap();
            found(to.path())
        };

        let expected: BTreeMap<Place, Vec<u8>> =
            reference.durable.iter().map(|(at, file)| (*at, reference.files[*file].durable.clone())).collect();
        prop_assert_eq!(image(Survival::Lost), expected);

        let torn = image(Survival::Torn);
        prop_assert!(torn.keys().eq(reference.now.keys()));
        for (at, found) in &torn {
            let file = &reference.files[reference.now[at]];
            prop_assert!(file.admits(found), "{at:?}: {found:?}");
            prop_assert!(file.ever_synced || found.is_empty());
        }

        for half in [image(Survival::Half(seed)), image(Survival::Half(!seed))] {
            for (at, found) in &half {
                let ever = reference.ever.get(at).expect("nothing appears where nothing ever stood");
                prop_assert!(ever.iter().any(|file| reference.files[*file].admits(found)), "{at:?}: {found:?}");
            }
            for (at, file) in reference.durable.iter().filter(|(at, _)| !reference.unsettled.contains(at)) {
                prop_assert!(reference.files[*file].admits(&half[at]), "a settled name holds {:?}", half[at]);
            }
            for at in half.keys().filter(|at| !reference.unsettled.contains(at)) {
                prop_assert!(reference.durable.contains_key(at), "{at:?} is settled as not there");
            }
        }
        prop_assert_eq!(image(Survival::Half(seed)), image(Survival::Half(seed)));
    }
}
