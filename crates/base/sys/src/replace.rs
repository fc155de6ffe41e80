//! Replaces a file as a whole.
//!
//! The new bytes go to a temporary file beside it, a *neighbour*, which one rename moves to the name: a reader finds
//! the old bytes or the new. A neighbour of a dead process is recognised by its name and removed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::fault::{Op, OpKind};
use crate::file::File;
use crate::fs::{EntryKind, Fs};
use crate::process::mask::mode_of_users;

/// The infix in the names of temporary neighbours, between the name itself and the numbers.
const NEIGHBOUR_MARK: &str = ".new-";
/// A neighbour older than this belongs to a dead process: a living one renames it within moments.
const NEIGHBOUR_AGE_SECONDS: u64 = 3600;

/// The mode of a private file.
const PRIVATE_MODE: u32 = 0o600;
/// The mode of a new file, less the umask: only its owner ever writes to it.
const NEW_FILE_MODE: u32 = 0o644;
/// The mode of a new program, less the umask.
const NEW_PROGRAM_MODE: u32 = 0o755;

/// Whether bytes must survive a power cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durability {
    Durable,
    NotDurable,
}

impl Fs {
    /// Replaces a file as a whole: a reader finds the old bytes or the new, also after a power cut.
    ///
    /// The bytes go to a new file beside it, which is private until it has the mode, the owner and the access list of
    /// the file that it replaces; it is synced and renamed, and the folder is synced last. A new file gets its mode
    /// from the umask.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.replace_by(path, bytes, Durability::Durable, NEW_FILE_MODE)
    }

    /// As [`Fs::replace`], for copies of files that may be private: a new file is private (0600).
    pub fn replace_private(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.replace_by(path, bytes, Durability::Durable, PRIVATE_MODE)
    }

    /// As [`Fs::replace`], without a sync: for files that can be rewritten at any time. A reader finds the old bytes or
    /// the new; after a power cut it may find neither. Mode and owner are those of a new file.
    pub fn replace_not_durably(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.replace_by(path, bytes, Durability::NotDurable, NEW_FILE_MODE)
    }

    fn replace_by(&self, path: &Path, bytes: &[u8], durability: Durability, new_mode: u32) -> io::Result<()> {
        let beside = beside(path);
        let durably = durability == Durability::Durable;
        let written = (|| {
            // Such a file is goward's own: it does not inherit that others could write to the former one.
            let replaces = durably && self.replaces_file(path)?;
            let mut file = self.create_new(&beside, if replaces { PRIVATE_MODE } else { new_mode })?;
            file.write_all(bytes)?;
            if replaces {
                self.take_after(&file, &beside, path)?;
            }
            if durably {
                file.sync()?;
            }
            drop(file);
            self.rename(&beside, path)
        })();
        self.finish_replace(written, &beside, path, durably)
    }

    /// Whether there is a file whose mode and owner are kept. Windows keeps them by the folder's rights.
    fn replaces_file(&self, path: &Path) -> io::Result<bool> {
        Ok(cfg!(unix) && self.look(path)?.is_some_and(|meta| meta.kind == EntryKind::File))
    }

    /// Gives a neighbour the attributes of the file that it replaces.
    fn take_after(&self, new: &File, beside: &Path, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        let real = || crate::attributes::take_after(&new.inner, path);
        #[cfg(windows)]
        let real = || {
            let _ = (new, path);
            Ok(())
        };
        self.change(|| Op::new(OpKind::SetMode, beside), real)
    }

    /// Finishes the rename of a neighbour: after a failure it is removed; after a success the folder is synced.
    fn finish_replace(&self, taken: io::Result<()>, beside: &Path, path: &Path, durably: bool) -> io::Result<()> {
        if taken.is_err() {
            // The half-made neighbour is useless; the first error is the one to report.
            let _ = self.remove_file(beside);
        }
        taken?;
        match path.parent().filter(|_| durably) {
            Some(parent) => self.sync_dir(parent),
            None => Ok(()),
        }
    }

    /// Changes a link's target in one step: a reader finds the old target or the new one at any instant.
    ///
    /// A new link is made beside the old and renamed over it.
    pub fn replace_link(&self, target: &Path, link: &Path) -> io::Result<()> {
        let beside = beside(link);
        self.symlink_dir(target, &beside)?;
        if let Err(error) = self.rename(&beside, link) {
            let _ = self.remove_file(&beside);
            return Err(error);
        }
        match link.parent() {
            Some(parent) => self.sync_dir(parent),
            None => Ok(()),
        }
    }

    /// Replaces a file by a hard link to another, in one step. The two are not one file yet.
    pub fn replace_by_hard_link(&self, original: &Path, link: &Path) -> io::Result<()> {
        let beside = beside(link);
        self.hard_link(original, &beside)?;
        self.finish_replace(self.rename(&beside, link), &beside, link, false)
    }

    /// Removes temporary neighbours that dead processes have left in a folder; returns how many.
    pub fn sweep_neighbours(&self, folder: &Path, now_unix_seconds: u64) -> io::Result<usize> {
        let mut removed = 0;
        for name in self.names_if_there(folder)? {
            let path = folder.join(&name);
            let is_neighbour =
                name.to_str().and_then(|name| name.rsplit_once(NEIGHBOUR_MARK)).is_some_and(|(_, numbers)| {
                    numbers.split('-').count() == 3 && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
                });
            let Some(meta) = self.look(&path)?.filter(|_| is_neighbour) else { continue };
            if meta.modified_unix_seconds + NEIGHBOUR_AGE_SECONDS < now_unix_seconds {
                match self.remove_file_if_there(&path) {
                    // A program that was moved aside may still be running: the next sweep tries again.
                    Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => continue,
                    outcome => outcome?,
                }
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Replaces a file by a copy of another, of any size and with its permission bits: a reader finds the old file or
    /// the new, also after a power cut. The two share blocks if the file system supports that, and nothing else.
    pub fn copy_over(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mode = self.follow(from)?.map_or(0o644, |meta| meta.mode & 0o777);
        let beside = beside(to);
        let copied = (|| {
            if self.reflink(from, &beside, PRIVATE_MODE).is_ok() {
                self.open(&beside)?.sync()?;
            } else {
                let mut source = self.open(from)?;
                let mut target = self.create_new(&beside, PRIVATE_MODE)?;
                io::copy(&mut source, &mut target)?;
                // Windows flushes only through a handle that was opened for writing.
                target.sync()?;
            }
            self.set_mode(&beside, mode)?;
            self.rename(&beside, to)
        })();
        self.finish_replace(copied, &beside, to, true)
    }

    /// Replaces a program as a whole, also a running one. Its processes continue with the old one.
    ///
    /// On Windows a running program cannot be replaced, but it can be renamed: there it is moved aside first, under the
    /// name of a temporary neighbour, and for a moment its name is missing. A later sweep removes what cannot be
    /// removed yet.
    pub fn replace_program(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let new = beside(path);
        let placed = (|| {
            // A program is not secret, and one that an older goward has made writable for all must not stay so.
            let mut file = self.create_new(&new, NEW_PROGRAM_MODE)?;
            file.write_all(bytes)?;
            file.sync()?;
            drop(file);
            // Windows refuses for as long as the program runs: no retry.
            let rename =
                || self.change(|| Op::new(OpKind::Rename, path).with_other(&new), || std::fs::rename(&new, path));
            match rename() {
                Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => {}
                outcome => return outcome,
            }
            let old = beside(path);
            self.rename(path, &old)?;
            if let Err(error) = self.rename(&new, path) {
                // The old one is restored; the first error is the one to report.
                let _ = self.rename(&old, path);
                return Err(error);
            }
            let real = || std::fs::remove_file(&old);
            let _ = self.change(|| Op::new(OpKind::RemoveFile, &old), real);
            Ok(())
        })();
        self.finish_replace(placed, &new, path, true)
    }

    /// Replaces the file of a path, links followed: for the user's files. A new one has its mode from the user's own
    /// mask.
    pub fn rewrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let real = self.resolve(path).unwrap_or_else(|_| path.to_owned());
        // A replaced file keeps its mode; on Windows it has its folder's rights, and only the read-only attribute is
        // its own.
        let mode = match self.follow(&real)? {
            Some(meta) => cfg!(windows).then_some(meta.mode),
            None => mode_of_users(0o666),
        };
        self.replace(&real, bytes)?;
        if let Some(mode) = mode {
            self.set_mode(&real, mode)?;
        }
        Ok(())
    }
}

/// The name of a temporary neighbour, unique for each process, thread and time. Process numbers alone are reused, in
/// containers at once; it must not equal a neighbour of a dead process.
pub(crate) fn beside(path: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!("{NEIGHBOUR_MARK}{}-{nanos}-{count}", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FailAt;
    use std::io::Read;
    use std::sync::Arc;

    #[test]
    fn a_replaced_file_is_whole_or_untouched_whatever_operation_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b ü.json");
        for nth in 1.. {
            Fs::real().replace(&path, b"old").unwrap();
            let fs = Fs::faulty(Arc::new(FailAt::from(nth, io::ErrorKind::StorageFull).once()));
            let outcome = fs.replace(&path, b"new bytes");
            let found = Fs::real().read(&path, 100).unwrap();
            assert!(found == b"old" || found == b"new bytes", "after operation {nth}: {found:?}");
            if outcome.is_ok() {
                assert_eq!(found, b"new bytes");
                assert!(nth > 4, "only {nth} operations were seen");
                break;
            }
            assert_eq!(Fs::real().names(folder.path()).unwrap().len(), 1, "a neighbour was left after {nth}");
        }
    }

    #[test]
    fn a_file_copied_over_another_is_whole_or_untouched_whatever_operation_fails() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        Fs::real().replace(&from, b"new bytes").unwrap();
        Fs::real().set_mode(&from, 0o755).unwrap();
        for nth in 1.. {
            Fs::real().replace(&to, b"old").unwrap();
            let fs = Fs::faulty(Arc::new(FailAt::from(nth, io::ErrorKind::StorageFull).once()));
            let outcome = fs.copy_over(&from, &to);
            let found = Fs::real().read(&to, 100).unwrap();
            assert!(found == b"old" || found == b"new bytes", "after operation {nth}: {found:?}");
            assert_eq!(Fs::real().names(folder.path()).unwrap().len(), 2, "a neighbour was left after {nth}");
            if outcome.is_ok() && nth > 6 {
                break;
            }
        }
        assert_eq!(Fs::real().read(&to, 100).unwrap(), b"new bytes");
        #[cfg(unix)]
        assert_eq!(Fs::real().look(&to).unwrap().unwrap().mode & 0o777, 0o755);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_private_at_every_operation_of_its_replacement() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bashrc");
        for (kept, replace) in [(0o600, true), (0o640, true), (0o755, true), (0o444, true), (0o600, false)] {
            Fs::real().remove_file_if_there(&path).unwrap();
            if replace {
                Fs::real().replace(&path, b"old").unwrap();
                std::fs::set_permissions(&path, PermissionsExt::from_mode(kept)).unwrap();
            }
            for nth in 1..20 {
                // The run dies there: another user can read the files that are then in the folder.
                let fs = Fs::faulty(Arc::new(crate::fault::KillAt::new(nth)));
                let outcome = match replace {
                    true => fs.replace(&path, b"secret"),
                    false => fs.replace_private(&path, b"secret"),
                };
                for name in Fs::real().names(folder.path()).unwrap() {
                    let meta = Fs::real().look(&folder.path().join(&name)).unwrap().unwrap();
                    assert_eq!(
                        meta.mode & 0o077 & !kept,
                        0,
                        "{name:?} has mode {:o} after {nth} operations",
                        meta.mode
                    );
                    if name != "bashrc" {
                        Fs::real().remove_file(&folder.path().join(name)).unwrap();
                    }
                }
                if outcome.is_ok() {
                    break;
                }
            }
            assert_eq!(Fs::real().look(&path).unwrap().unwrap().mode, kept);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_replaced_in_one_step() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, link) = (Fs::real(), folder.path().join("current"));
        fs.replace_link(Path::new("one"), &link).unwrap();
        fs.replace_link(Path::new("two"), &link).unwrap();
        assert_eq!(fs.read_link(&link).unwrap(), Path::new("two"));
        assert_eq!(fs.names(folder.path()).unwrap(), ["current"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_replaced_file_keeps_its_owner_group_and_access_list() {
        use std::os::unix::fs::MetadataExt as _;
        if !rustix::process::geteuid().is_root() {
            io::stderr().write_all(b"skipped: only root can give files to another user\n").unwrap();
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        Fs::real().replace(&path, b"old").unwrap();
        std::os::unix::fs::chown(&path, Some(65534), Some(65533)).unwrap();
        Fs::real().set_mode(&path, 0o640).unwrap();
        // Version 2; user::rw-, user:65532:r--, group::r--, mask::r--, other::---.
        let mut list = vec![2, 0, 0, 0];
        for (tag, bits, id) in
            [(1_u16, 6_u16, u32::MAX), (2, 4, 65532_u32), (4, 4, u32::MAX), (16, 4, u32::MAX), (32, 0, u32::MAX)]
        {
            list.extend(tag.to_le_bytes());
            list.extend(bits.to_le_bytes());
            list.extend(id.to_le_bytes());
        }
        let name = crate::attributes::ACCESS_LIST;
        let has_lists = rustix::fs::setxattr(&path, name, &list, rustix::fs::XattrFlags::empty()).is_ok();
        Fs::real().replace(&path, b"new").unwrap();
        let meta = std::fs::metadata(&path).unwrap();
        assert_eq!((meta.uid(), meta.gid(), meta.mode() & 0o7777), (65534, 65533, 0o640));
        if has_lists {
            let mut found = [0; 100];
            let bytes = rustix::fs::getxattr(&path, name, &mut found[..]).unwrap();
            assert_eq!(&found[..bytes], list);
        }
    }

    /// Not a test: the program that the next test runs.
    #[test]
    #[ignore = "it waits for the end of its input"]
    fn wait_for_the_end_of_the_input() {
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
    }

    #[test]
    fn a_running_program_is_replaced_and_runs_on() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, path) = (Fs::real(), folder.path().join("goward.exe"));
        let own = fs.read(&std::env::current_exe().unwrap(), 1 << 30).unwrap();
        fs.replace_program(&path, &own).unwrap();
        let mut running = loop {
            let command = ["--ignored", "--exact", "replace::tests::wait_for_the_end_of_the_input"];
            let spawned = std::process::Command::new(&path)
                .args(command)
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::null())
                .spawn();
            match spawned {
                // A child of another test may still have the file open for writing.
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {}
                spawned => break spawned.unwrap(),
            }
        };
        fs.replace_program(&path, b"another program").unwrap();
        assert_eq!(fs.read(&path, 100).unwrap(), b"another program");
        assert!(running.try_wait().unwrap().is_none(), "it ended when it was replaced");
        drop(running.stdin.take());
        assert!(running.wait().unwrap().success());
        fs.replace_program(&path, b"a third").unwrap();
        assert_eq!(fs.read(&path, 100).unwrap(), b"a third");
    }
}
