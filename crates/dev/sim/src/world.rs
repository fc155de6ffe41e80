//! A folder that can be reset, at a constant path.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sys::{Adversary, Clock, EntryKind, Env, Fs, Sys};

use crate::model::Model;

/// The largest file in a prepared folder, in bytes: larger ones make every point slow.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// A temporary folder that is prepared once and copied for each run.
///
/// The folder of the runs always has the same path, so that a prepared file may contain its own path.
pub struct World {
    /// The folder of the runs. It is alone in its parent.
    pub folder: PathBuf,
    template: PathBuf,
    /// Removed with all its contents at the end; read-only folders in it are made removable first.
    base: tempfile::TempDir,
}

impl World {
    /// Prepares the folder and keeps a copy.
    ///
    /// # Panics
    /// When the system refuses, as all functions here do: then nothing can be tested.
    pub fn new(prepare: &dyn Fn(&Path)) -> World {
        let base = base();
        // The real path: code that resolves paths would see a link in that of the temporary folder.
        let real = fine(Fs::real().resolve(base.path()), "resolve", base.path());
        let world = World { folder: real.join("world"), template: real.join("template"), base };
        fine(Fs::real().create_dir(&world.folder), "make", &world.folder);
        prepare(&world.folder);
        fine(Fs::real().rename(&world.folder, &world.template), "keep", &world.template);
        world
    }

    /// Resets the folder to its prepared state.
    pub fn reset(&self) {
        self.replace_by_copy_of(&self.template);
    }

    /// Saves the folder's present state under a name.
    pub(crate) fn keep(&self, name: &str) -> PathBuf {
        let kept = self.base_path().join(name);
        fine(Fs::real().remove_tree(&kept), "remove", &kept);
        copy_tree(&self.folder, &kept);
        kept
    }

    /// Restores a saved state of the folder.
    pub(crate) fn replace_by_copy_of(&self, kept: &Path) {
        fine(Fs::real().remove_tree(&self.folder), "remove", &self.folder);
        copy_tree(kept, &self.folder);
    }

    /// Replaces the folder by this one.
    pub(crate) fn replace_by(&self, image: &Path) {
        fine(Fs::real().remove_tree(&self.folder), "remove", &self.folder);
        fine(Fs::real().rename(image, &self.folder), "move", &self.folder);
    }

    /// An empty folder beside the world.
    pub(crate) fn empty(&self, name: &str) -> PathBuf {
        let path = self.base_path().join(name);
        fine(Fs::real().remove_tree(&path), "remove", &path);
        fine(Fs::real().create_dir(&path), "make", &path);
        path
    }

    fn base_path(&self) -> &Path {
        self.folder.parent().expect("the world stands in its base")
    }

    /// A machine with this adversary, for runs.
    pub fn sys(&self, adversary: Arc<dyn Adversary>) -> Sys {
        machine(Fs::faulty(adversary), &self.folder)
    }
}

/// A machine without faults for a folder of the simulation, with which a check recovers. It has the
/// machine's clock, and an environment with only a `HOME` below the folder.
pub fn sound_sys(folder: &Path) -> Sys {
    machine(Fs::real(), folder)
}

/// The files of the simulation. With `SIM_POINTER_FILES` in the environment a pointer is a file, as on Windows: so the
/// whole enumeration covers that way of switching too, on a fast machine.
pub fn files(fs: Fs) -> Fs {
    if Env::of_this_process().var(POINTER_FILES).is_some() { fs.with_pointer_files() } else { fs }
}

/// Whether pointers are files.
const POINTER_FILES: &str = "SIM_POINTER_FILES";

fn machine(fs: Fs, folder: &Path) -> Sys {
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    Sys::new(files(fs), Clock::real(), Env::of([(home, folder.join("home"))], folder.to_owned(), None))
}

impl Drop for World {
    fn drop(&mut self) {
        // The temporary folder cannot remove read-only trees by itself.
        if let Ok(names) = Fs::real().names(self.base.path()) {
            for name in names {
                let _ = Fs::real().remove_tree(&self.base.path().join(name));
            }
        }
    }
}

/// In memory if programs may run there (the store refuses a noexec file system), else in the folder
/// for temporary files.
fn base() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let good = matches!(Fs::real().space(memory), Ok(Some(space)) if !space.noexec && !space.read_only);
    let quick = good.then(|| tempfile::Builder::new().prefix("sim").tempdir_in(memory).ok()).flatten();
    quick.unwrap_or_else(|| fine(tempfile::tempdir(), "make", Path::new("a temporary folder")))
}

/// Copies a tree with its links, permissions and second names of files.
fn copy_tree(from: &Path, to: &Path) {
    copy(from, to, &mut HashMap::new());
}

fn copy(from: &Path, to: &Path, copied: &mut HashMap<(u64, u64), PathBuf>) {
    let fs = Fs::real();
    let Some(meta) = fine(fs.look(from), "look at", from) else { return };
    match meta.kind {
        EntryKind::Dir => {
            fine(fs.create_dir(to), "make", to);
            for name in fine(fs.names(from), "list", from) {
                copy(&from.join(&name), &to.join(&name), copied);
            }
            fine(fs.set_mode(to, meta.mode), "set the mode of", to);
        }
        EntryKind::Link => fine(fs.symlink_dir(&fine(fs.read_link(from), "read", from), to), "link", to),
        EntryKind::File => {
            if let Some(first) = meta.identity.and_then(|identity| copied.get(&identity)) {
                return fine(fs.hard_link(first, to), "link", to);
            }
            let bytes = fine(fs.read(from, FILE_BYTES_MAX), "read", from);
            let mut file = fine(fs.create_new(to, 0o600), "make", to);
            fine(io::Write::write_all(&mut file, &bytes), "write", to);
            fine(fs.set_mode(to, meta.mode), "set the mode of", to);
            if let Some(identity) = meta.identity {
                copied.insert(identity, to.to_owned());
            }
        }
        EntryKind::Other => {}
    }
}

pub(crate) fn fine<T>(outcome: io::Result<T>, what: &str, path: &Path) -> T {
    outcome.unwrap_or_else(|error| panic!("the simulation could not {what} {}: {error}", path.display()))
}

impl World {
    /// Runs under a model, and keeps the folder in its state after the stop; for a power cut, one image after the
    /// other. `then` gets each with the name of the operation that was refused first, and with the result of the run.
    pub(crate) fn stopped(
        &self,
        model: Model,
        nth: u64,
        run: &dyn Fn(&Path, Sys) -> bool,
        mut then: impl FnMut(Option<&str>, bool),
    ) {
        let (adversary, cut) = model.adversary(nth, &self.folder);
        let witness = Arc::new(crate::witness::Witness::new(adversary));
        let ok = run(&self.folder, self.sys(Arc::new(sys::WithoutSync::new(witness.clone()))));
        let refused = witness.refused().map(|op| op.replace(&format!("{}/", self.folder.display()), ""));
        // All images are written before their source folder is replaced.
        let images: Vec<Option<PathBuf>> = (0..)
            .zip(model.survivals(nth))
            .map(|(number, survival)| {
                let (cut, survival) = (cut.as_ref()?, survival?);
                let to = self.empty(&format!("image-{number}"));
                fine(cut.image(survival, &to), "write the image", &to);
                Some(to)
            })
            .collect();
        for image in images {
            if let Some(image) = image {
                self.replace_by(&image);
            }
            then(refused.as_deref(), ok);
        }
    }
}
