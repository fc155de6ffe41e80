//! Cuts the power at a chosen operation.

use std::io;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::disk::{Disk, UnderWay};
use super::image::Image;
use super::stop::death;
use super::{Adversary, Op, Survival, Verdict};

/// Stops everything at the n-th operation, as [`KillAt`](super::KillAt) does, and then computes the
/// state of the disk after a power cut at that instant.
///
/// The rules, which are those that POSIX promises and no more:
///
/// - Everything below the root at the time of construction is durable, and so is the root itself.
/// - A file's bytes are durable as they were at its last `File::sync`, or at `sync_fs`.
/// - A name (made, moved, removed; of a file, folder, link) is durable once its folder was synced by `sync_dir`, or at
///   `sync_fs`. Syncing a file does not make its name durable, nor syncing a folder its own name: a new folder needs a
///   sync of its parent.
/// - A link's target is durable with its name. Permissions are what they were at the cut.
/// - A rename within one folder is one step. One across folders is two: until both folders are
///   synced it may be at both names, or, when only the old folder was synced, at none. Real file
///   systems with a journal guarantee more; code that survives this survives them.
/// - Changes without a reported operation (locks, other programs) exist now and are not durable.
///
/// Operations run one at a time, so that the model knows their order: a thread waits while
/// another's operation runs. Nothing more happens after the cut, so the caller takes the image when
/// all threads of the run have ended.
pub struct PowerCut {
    state: Mutex<State>,
    free: Condvar,
    nth: u64,
}

struct State {
    disk: Disk,
    count: u64,
    is_cut: bool,
    under_way: Option<UnderWay>,
}

impl PowerCut {
    /// Cuts at the n-th operation (counting from 1) on the disk below `root`, an existing folder.
    /// Operations elsewhere count too; the model ignores their effects.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn new(nth: u64, root: &Path) -> io::Result<PowerCut> {
        let state = State { disk: Disk::of(root)?, count: 0, is_cut: false, under_way: None };
        Ok(PowerCut { state: Mutex::new(state), free: Condvar::new(), nth })
    }

    /// Whether the n-th operation was reached.
    pub fn is_cut(&self) -> bool {
        self.lock().is_cut
    }

    /// Writes the surviving state into an empty folder. If the n-th operation was never reached,
    /// this is the cut. May be called several times, as long as nothing below the root has changed
    /// since.
    ///
    /// # Errors
    /// When the root cannot be read or the image cannot be written.
    pub fn image(&self, survival: Survival, to: &Path) -> io::Result<()> {
        let mut state = self.lock_free();
        state.is_cut = true;
        state.disk.notice_everything()?;
        Image::new(&state.disk, survival).write(to)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_free(&self) -> MutexGuard<'_, State> {
        let wait = self.free.wait_while(self.lock(), |state| state.under_way.is_some());
        wait.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Adversary for PowerCut {
    fn before(&self, op: &Op) -> Verdict {
        let mut state = self.lock_free();
        state.count += 1;
        if state.is_cut || state.count >= self.nth {
            state.is_cut = true;
            return Verdict::Fail(death());
        }
        let under_way = state.disk.before(op);
        state.under_way = Some(under_way);
        Verdict::Proceed
    }

    fn after(&self, op: &Op, outcome: &io::Result<()>) {
        let mut state = self.lock();
        if let Some(under_way) = state.under_way.take()
            && outcome.is_ok()
        {
            state.disk.after(op, under_way);
        }
        drop(state);
        self.free.notify_all();
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use super::*;
    use crate::{Fs, LockAttempt};

    /// A folder behind a power cut that comes after the last operation, unless one is named.
    struct Bench {
        folder: tempfile::TempDir,
        cut: Arc<PowerCut>,
        fs: Fs,
    }

    impl Bench {
        fn new(prepare: impl FnOnce(&Fs, &Path)) -> Bench {
            let folder = tempfile::tempdir().unwrap();
            prepare(&Fs::real(), folder.path());
            let cut = Arc::new(PowerCut::new(u64::MAX, folder.path()).unwrap());
            Bench { fs: Fs::faulty(cut.clone()), folder, cut }
        }

        fn at(&self, name: &str) -> std::path::PathBuf {
            self.folder.path().join(name)
        }

        /// All names of the image with their contents, in one line.
        fn after(&self, survival: Survival) -> String {
            let to = tempfile::tempdir().unwrap();
            self.cut.image(survival, to.path()).unwrap();
            let mut lines = Vec::new();
            list(to.path(), "", &mut lines);
            lines.join(" ")
        }

        fn write(&self, name: &str, bytes: &[u8], sync: bool) {
            let mut file = self.fs.create(&self.at(name)).unwrap();
            file.write_all(bytes).unwrap();
            if sync {
                file.sync().unwrap();
            }
        }
    }

    fn list(folder: &Path, above: &str, lines: &mut Vec<String>) {
        let fs = Fs::real();
        for name in fs.names(folder).unwrap() {
            let (path, name) = (folder.join(&name), format!("{above}{}", name.to_str().unwrap()));
            match fs.look(&path).unwrap().unwrap().kind {
                crate::EntryKind::Dir => {
                    lines.push(format!("{name}/"));
                    list(&path, &format!("{name}/"), lines);
                }
                crate::EntryKind::Link => lines.push(format!("{name}->{}", fs.read_link(&path).unwrap().display())),
                _ => lines.push(format!("{name}={}", String::from_utf8(fs.read(&path, 99).unwrap()).unwrap())),
            }
        }
    }

    #[test]
    fn what_stood_there_before_is_durable_with_its_modes_links_and_second_names() {
        let bench = Bench::new(|fs, at| {
            fs.create_dir(&at.join("d")).unwrap();
            fs.replace(&at.join("d/f"), b"old").unwrap();
            fs.hard_link(&at.join("d/f"), &at.join("g")).unwrap();
            fs.symlink_dir(Path::new("d"), &at.join("l")).unwrap();
            fs.set_mode(&at.join("d/f"), 0o444).unwrap();
            fs.set_mode(&at.join("d"), 0o555).unwrap();
        });
        for survival in [Survival::Lost, Survival::Torn, Survival::Half(1)] {
            assert_eq!(bench.after(survival), "d/ d/f=old g=old l->d");
        }
        let to = tempfile::tempdir().unwrap();
        bench.cut.image(Survival::Lost, to.path()).unwrap();
        let look = |name: &str| Fs::real().look(&to.path().join(name)).unwrap().unwrap();
        assert_eq!((look("d").mode, look("g").mode), (0o555, 0o444));
        assert_eq!(look("d/f").identity, look("g").identity);
        Fs::real().remove_tree(&to.path().join("d")).unwrap();
        Fs::real().set_mode(&bench.at("d"), 0o755).unwrap();
    }

    #[test]
    fn a_name_without_a_sync_of_its_folder_is_lost_and_bytes_without_a_sync_are_torn() {
        let bench = Bench::new(|_, _| {});
        bench.write("synced", b"1234", true);
        bench.write("not", b"1234", false);
        assert_eq!(bench.after(Survival::Lost), "");
        assert_eq!(bench.after(Survival::Torn), "not= synced=1234");
        let bench = Bench::new(|_, _| {});
        bench.write("synced", b"1234", true);
        bench.write("not", b"1234", false);
        bench.fs.sync_dir(bench.folder.path()).unwrap();
        assert_eq!(bench.after(Survival::Lost), "not= synced=1234");
    }

    #[test]
    fn an_appended_file_keeps_its_old_bytes_and_half_of_the_new() {
        let bench = Bench::new(|fs, at| fs.replace(&at.join("j"), b"aaaa").unwrap());
        bench.fs.append(&bench.at("j")).unwrap().write_all(b"bbbb").unwrap();
        assert_eq!(bench.after(Survival::Lost), "j=aaaa");
        assert_eq!(bench.after(Survival::Torn), "j=aaaabb");
        let bench = Bench::new(|fs, at| fs.replace(&at.join("j"), b"aaaa").unwrap());
        bench.write("j", b"bbbb", false);
        assert_eq!(bench.after(Survival::Torn), "j=bb");
    }

    #[test]
    fn a_replaced_file_is_the_old_or_the_new_one_in_every_image() {
        let bench = Bench::new(|fs, at| fs.replace(&at.join("f"), b"old").unwrap());
        bench.fs.replace(&bench.at("f"), b"new").unwrap();
        for survival in [Survival::Lost, Survival::Torn, Survival::Half(3)] {
            assert_eq!(bench.after(survival), "f=new");
        }
        let bench = Bench::new(|fs, at| fs.replace(&at.join("f"), b"old").unwrap());
        bench.write("n", b"new", true);
        bench.fs.rename(&bench.at("n"), &bench.at("f")).unwrap();
        assert_eq!(bench.after(Survival::Lost), "f=old");
        assert_eq!(bench.after(Survival::Torn), "f=new");
        let mut seen: Vec<String> = (0..64).map(|seed| bench.after(Survival::Half(seed))).collect();
        seen.sort();
        seen.dedup();
        // The new name and the move survive or not, independently.
        assert_eq!(seen, ["f=new", "f=old", "f=old n=new"]);
    }

    #[test]
    fn a_move_across_folders_is_two_names_until_both_folders_are_synced() {
        let prepare = |fs: &Fs, at: &Path| {
            fs.create_dirs(&at.join("a/t")).unwrap();
            fs.create_dir(&at.join("b")).unwrap();
            fs.replace(&at.join("a/t/f"), b"x").unwrap();
        };
        let bench = Bench::new(prepare);
        bench.fs.rename(&bench.at("a/t"), &bench.at("b/t")).unwrap();
        assert_eq!(bench.after(Survival::Lost), "a/ a/t/ a/t/f=x b/");
        let bench = Bench::new(prepare);
        bench.fs.rename(&bench.at("a/t"), &bench.at("b/t")).unwrap();
        bench.fs.sync_dir(&bench.at("b")).unwrap();
        assert_eq!(bench.after(Survival::Lost), "a/ a/t/ a/t/f=x b/ b/t/ b/t/f=x");
        assert_eq!(bench.after(Survival::Torn), "a/ b/ b/t/ b/t/f=x");
        let bench = Bench::new(prepare);
        bench.fs.rename(&bench.at("a/t"), &bench.at("b/t")).unwrap();
        bench.fs.sync_dir(&bench.at("a")).unwrap();
        assert_eq!(bench.after(Survival::Lost), "a/ b/");
    }

    #[test]
    fn folders_moved_into_each_other_make_no_endless_image() {
        let bench = Bench::new(|fs, at| {
            fs.create_dir(&at.join("x")).unwrap();
            fs.create_dir(&at.join("y")).unwrap();
        });
        let at = |name: &str| bench.at(name);
        bench.fs.rename(&at("x"), &at("y/x")).unwrap();
        bench.fs.sync_dir(&at("y")).unwrap();
        bench.fs.rename(&at("y/x"), &at("x")).unwrap();
        bench.fs.rename(&at("y"), &at("x/y")).unwrap();
        bench.fs.sync_dir(&at("x")).unwrap();
        assert_eq!(bench.after(Survival::Lost), "x/ x/y/ y/ y/x/");
    }

    #[test]
    fn a_removed_file_is_back_until_its_folder_is_synced() {
        let prepare = |fs: &Fs, at: &Path| fs.replace(&at.join("f"), b"old").unwrap();
        let bench = Bench::new(prepare);
        bench.fs.append(&bench.at("f")).unwrap().write_all(b"er").unwrap();
        bench.fs.remove_file(&bench.at("f")).unwrap();
        assert_eq!(bench.after(Survival::Lost), "f=old");
        assert_eq!(bench.after(Survival::Torn), "");
        let bench = Bench::new(prepare);
        bench.fs.remove_file(&bench.at("f")).unwrap();
        bench.fs.sync_dir(bench.folder.path()).unwrap();
        assert_eq!(bench.after(Survival::Lost), "");
    }

    #[test]
    fn a_removal_that_failed_leaves_no_trace_in_the_bytes() {
        let bench = Bench::new(|fs, at| fs.replace(&at.join("f"), b"old").unwrap());
        bench.write("f", b"", false);
        bench.fs.rename(&bench.at("missing"), &bench.at("f")).unwrap_err();
        bench.write("f", b"new", true);
        bench.fs.remove_file(&bench.at("f")).unwrap();
        for seed in 0..32 {
            let found = bench.after(Survival::Half(seed));
            assert!(["", "f=new"].contains(&found.as_str()), "{found}");
        }
    }

    #[test]
    fn a_file_is_synced_through_its_handle_after_its_name_has_moved() {
        let bench = Bench::new(|_, _| {});
        let mut file = bench.fs.create(&bench.at("part")).unwrap();
        bench.fs.rename(&bench.at("part"), &bench.at("whole")).unwrap();
        file.write_all(b"1234").unwrap();
        file.sync().unwrap();
        bench.write("part", b"other", false);
        bench.fs.sync_dir(bench.folder.path()).unwrap();
        assert_eq!(bench.after(Survival::Lost), "part= whole=1234");
    }

    #[test]
    fn a_whole_file_system_is_synced_through_any_path_in_it_and_links_are_followed() {
        let bench = Bench::new(|fs, at| {
            fs.create_dir(&at.join("d")).unwrap();
            fs.symlink_dir(Path::new("d"), &at.join("l")).unwrap();
        });
        bench.write("l/f", b"1234", false);
        bench.write("g", b"1234", false);
        bench.fs.sync_fs(&bench.at("d")).unwrap();
        bench.write("h", b"1234", true);
        bench.fs.sync_dir(&bench.at("l")).unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(bench.after(Survival::Lost), "d/ d/f=1234 g=1234 l->d");
        } else {
            assert_eq!(bench.after(Survival::Lost), "d/ d/f= l->d");
        }
    }

    #[test]
    fn a_lock_file_that_nobody_showed_is_there_or_not() {
        let bench = Bench::new(|_, _| {});
        let LockAttempt::Held(mut lock) = bench.fs.try_lock(&bench.at("lock")).unwrap() else { panic!() };
        lock.sign("me").unwrap();
        assert_eq!(bench.after(Survival::Lost), "");
        assert_eq!(bench.after(Survival::Torn), "lock=");
        let seen: std::collections::BTreeSet<_> = (0..64).map(|seed| bench.after(Survival::Half(seed))).collect();
        assert!(seen.contains("") && seen.contains("lock=m"), "{seen:?}");
    }

    #[test]
    fn nothing_happens_after_the_cut() {
        let folder = tempfile::tempdir().unwrap();
        let cut = Arc::new(PowerCut::new(2, folder.path()).unwrap());
        let fs = Fs::faulty(cut.clone());
        fs.create_dir(&folder.path().join("a")).unwrap();
        assert!(!cut.is_cut());
        assert!(fs.sync_dir(folder.path()).is_err());
        assert!(cut.is_cut());
        assert!(fs.create_dir(&folder.path().join("b")).is_err());
        assert_eq!(Fs::real().names(folder.path()).unwrap(), ["a"]);
        let to = tempfile::tempdir().unwrap();
        cut.image(Survival::Lost, to.path()).unwrap();
        assert!(Fs::real().names(to.path()).unwrap().is_empty());
    }

    #[test]
    fn many_threads_end_with_all_that_they_synced() {
        let bench = Bench::new(|_, _| {});
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let bench = &bench;
                scope.spawn(move || {
                    for n in 0..20 {
                        bench.fs.replace(&bench.at(&format!("{thread}-{n}")), b"all").unwrap();
                    }
                });
            }
        });
        let found = bench.after(Survival::Lost);
        assert_eq!(found.split(' ').filter(|file| file.ends_with("=all")).count(), 80, "{found}");
        assert_eq!(found.split(' ').count(), 80);
    }
}
