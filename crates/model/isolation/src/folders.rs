//! The folders that a program in a sandbox sees.

use std::path::{Component, Path, PathBuf};

/// Folders of the system that every program may read: programs, libraries, compilers. `/etc` is not among them.
pub const SYSTEM_FOLDERS: &[&str] =
    &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"];

/// What of `/etc` a build needs: names of users, the loader's files, certificates, the compilers' alternatives. Keys,
/// passwords (`shadow`) and the host's own settings stay outside.
pub const SYSTEM_FILES: &[&str] = &[
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld-musl-x86_64.path",
    "/etc/ld-musl-aarch64.path",
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/mime.types",
    "/etc/services",
    "/etc/protocols",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
    "/etc/ca-certificates",
];

/// What a program may do with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Read it, and run what is in it.
    Read,
    /// Write it, too.
    Write,
}

/// A folder, or a file, that the program sees at its own path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its path: absolute, without links.
    pub path: PathBuf,
    /// What may be done with it.
    pub access: Access,
}

/// Why a folder cannot be shown to the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderError {
    /// It holds the user's home, so everything would be seen.
    HoldsHome(PathBuf),
    /// The path is not absolute, or has `..` in it.
    NotPlain(PathBuf),
    /// It is a folder that the sandbox itself makes: `/`, `/proc`, `/dev`, `/tmp`.
    Own(PathBuf),
}

/// The folders, the outer ones before those within them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    list: Vec<Folder>,
}

impl Folders {
    /// Adds a folder. One that is there already gets the wider access. The order of the calls does not matter.
    ///
    /// # Errors
    /// When it would show what the sandbox hides. `home` is the user's own home.
    pub fn add(&mut self, folder: Folder, home: Option<&Path>) -> Result<(), FolderError> {
        let Folder { path, access } = folder;
        if !path.has_root() || path.components().any(|part| matches!(part, Component::ParentDir | Component::CurDir)) {
            return Err(FolderError::NotPlain(path));
        }
        if [Path::new("/"), Path::new("/tmp")].contains(&path.as_path())
            || ["/proc", "/dev", "/sys"].iter().any(|own| path.starts_with(own))
        {
            return Err(FolderError::Own(path));
        }
        if home.is_some_and(|home| home.starts_with(&path)) {
            return Err(FolderError::HoldsHome(path));
        }
        match self.list.iter_mut().find(|known| known.path == path) {
            Some(known) => known.access = known.access.max(access),
            None => self.list.push(Folder { path, access }),
        }
        self.list.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(())
    }

    /// The folders, in the order in which they have to be mounted. One whose nearest outer folder shows it with the same
    /// access already is left out.
    pub fn iter(&self) -> impl Iterator<Item = &Folder> {
        let is_covered = |folder: &Folder| {
            let outer =
                self.list.iter().filter(|outer| outer.path != folder.path && folder.path.starts_with(&outer.path));
            let nearest = outer.max_by_key(|outer| outer.path.components().count());
            nearest.is_some_and(|outer| outer.access == folder.access)
        };
        self.list.iter().filter(move |folder| !is_covered(folder))
    }

    /// Whether a path can be read inside.
    pub fn shows(&self, path: &Path) -> bool {
        self.list.iter().any(|folder| path.starts_with(&folder.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(list: &[(&str, Access)]) -> Folders {
        let mut folders = Folders::default();
        for (path, access) in list {
            folders.add(Folder { path: PathBuf::from(path), access: *access }, Some(Path::new("/home/a"))).unwrap();
        }
        folders
    }

    fn told(folders: &Folders) -> Vec<(String, Access)> {
        folders.iter().map(|folder| (folder.path.display().to_string(), folder.access)).collect()
    }

    #[test]
    fn outer_folders_come_first_and_doubles_go() {
        use Access::{Read, Write};
        let list = folders(&[("/p/a/b", Write), ("/p", Read), ("/p/a", Read), ("/usr", Read), ("/usr", Write)]);
        let expected = [("/p", Read), ("/p/a/b", Write), ("/usr", Write)];
        assert_eq!(told(&list), expected.map(|(path, access)| (path.to_owned(), access)));
        assert!(list.shows(Path::new("/p/x")) && !list.shows(Path::new("/q")) && !list.shows(Path::new("/pp")));
        // A folder that may only be read within one that may be written stays.
        let expected = [("/p", Read), ("/p/out", Write), ("/p/out/.git", Read)];
        let list = folders(&[("/p/out/.git", Read), ("/p", Read), ("/p/out", Write)]);
        assert_eq!(told(&list), expected.map(|(path, access)| (path.to_owned(), access)));
    }

    #[test]
    fn the_home_and_the_sandbox_s_own_folders_are_refused() {
        let mut list = Folders::default();
        for path in ["/", "/home", "/home/a", "/proc", "/proc/1", "/dev", "/sys", "/tmp", "x", "/a/../b"] {
            let added =
                list.add(Folder { path: PathBuf::from(path), access: Access::Read }, Some(Path::new("/home/a")));
            assert!(added.is_err(), "{path}");
        }
        for path in ["/home/a/project", "/home/b", "/tmp/x"] {
            list.add(Folder { path: PathBuf::from(path), access: Access::Read }, Some(Path::new("/home/a"))).unwrap();
        }
    }
}
