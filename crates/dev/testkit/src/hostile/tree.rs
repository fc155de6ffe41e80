//! Folders that look like installations of Go and are not, for `goward import`.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::Expected;
use crate::TinyToolchain;

/// A folder to make.
pub struct TreeCase {
    /// Its fault.
    pub name: &'static str,
    /// Whether only root can make it.
    pub needs_root: bool,
    /// The expected outcome: a refused one becomes no toolchain, and is at most registered in place.
    pub expected: Expected,
    spoil: Spoil,
}

/// Damages a good tree. The second folder is beside it and must not change.
type Spoil = fn(tree: &Path, outside: &Path);

impl TreeCase {
    /// Makes the tree of an official toolchain at `tree` and damages it; `outside` is a folder with a file `secret`.
    pub fn build(&self, toolchain: &TinyToolchain, tree: &Path, outside: &Path) {
        toolchain.write_tree(tree);
        (self.spoil)(tree, outside);
    }
}

fn refused(name: &'static str, spoil: Spoil) -> TreeCase {
    TreeCase { name, needs_root: false, expected: Expected::Refused, spoil }
}

fn harmless(name: &'static str, spoil: Spoil) -> TreeCase {
    TreeCase { expected: Expected::Harmless, ..refused(name, spoil) }
}

fn root(case: TreeCase) -> TreeCase {
    TreeCase { needs_root: true, ..case }
}

/// Replaces a file.
fn instead(path: &Path, make: impl FnOnce(&Path)) {
    if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        std::fs::remove_dir_all(path).unwrap();
    } else if path.symlink_metadata().is_ok() {
        std::fs::remove_file(path).unwrap();
    }
    make(path);
}

fn put(path: &Path, text: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn node(path: &Path, kind: &str, major: &str, minor: &str) {
    assert!(Command::new("mknod").arg(path).args([kind, major, minor]).status().unwrap().success());
}

fn mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits)).unwrap();
}

/// All of them.
pub fn cases() -> Vec<TreeCase> {
    links().into_iter().chain(specials()).chain(names()).chain(contents()).chain(modes()).collect()
}

fn links() -> Vec<TreeCase> {
    vec![
        refused("a source is a link out", |tree, outside| {
            instead(&tree.join("src/fmt/print.go"), |path| symlink(outside.join("secret"), path).unwrap());
        }),
        refused("a folder is a link out", |tree, outside| {
            instead(&tree.join("src/fmt"), |path| symlink(outside, path).unwrap());
        }),
        refused("the command is a link out", |tree, outside| {
            instead(&tree.join("bin/go"), |path| symlink(outside.join("secret"), path).unwrap());
        }),
        refused("the folder of commands is a link out", |tree, outside| {
            instead(&tree.join("bin"), |path| symlink(outside, path).unwrap());
        }),
        refused("VERSION is a link out", |tree, outside| {
            instead(&tree.join("VERSION"), |path| symlink(outside.join("secret"), path).unwrap());
        }),
        refused("a link to itself", |tree, _| symlink("loop", tree.join("src/loop")).unwrap()),
        refused("a link to its folder", |tree, _| symlink(".", tree.join("src/again")).unwrap()),
        refused("a link to the top", |tree, _| symlink("../..", tree.join("src/fmt/top")).unwrap()),
        refused("two links to each other", |tree, _| {
            symlink("b", tree.join("src/a")).unwrap();
            symlink("a", tree.join("src/b")).unwrap();
        }),
        refused("a link to nothing", |tree, _| symlink("nowhere", tree.join("src/nothing")).unwrap()),
        refused("a link to a device", |tree, _| symlink("/dev/zero", tree.join("src/zero.go")).unwrap()),
        refused("a link to a process", |tree, _| symlink("/proc/self/environ", tree.join("src/env.go")).unwrap()),
        refused("VERSION is a link to zeros without end", |tree, _| {
            instead(&tree.join("VERSION"), |path| symlink("/dev/zero", path).unwrap());
        }),
        refused("a changed source with a second name outside", |tree, outside| {
            instead(&tree.join("src/fmt/print.go"), |path| std::fs::hard_link(outside.join("secret"), path).unwrap());
        }),
        harmless("the tree itself is a link", |tree, _| {
            let real = tree.with_file_name("real");
            std::fs::rename(tree, &real).unwrap();
            symlink(&real, tree).unwrap();
        }),
        harmless("a source with a second name outside", |tree, outside| {
            std::fs::hard_link(tree.join("src/fmt/print.go"), outside.join("twin")).unwrap();
        }),
    ]
}

fn specials() -> Vec<TreeCase> {
    vec![
        refused("a pipe among the sources", |tree, _| fifo(&tree.join("src/pipe.go"))),
        refused("a pipe for a source", |tree, _| instead(&tree.join("src/fmt/print.go"), fifo)),
        refused("VERSION is a pipe", |tree, _| instead(&tree.join("VERSION"), fifo)),
        refused("the command is a pipe", |tree, _| instead(&tree.join("bin/go"), fifo)),
        refused("a socket among the sources", |tree, _| {
            // Its path may have at most a hundred bytes, so it is made elsewhere and moved.
            let short = std::env::temp_dir().join(format!("s{}", std::process::id()));
            let _ = std::fs::remove_file(&short);
            drop(std::os::unix::net::UnixListener::bind(&short).unwrap());
            assert!(Command::new("mv").arg(&short).arg(tree.join("src/socket")).status().unwrap().success());
        }),
        refused("VERSION is a folder", |tree, _| {
            instead(&tree.join("VERSION"), |path| std::fs::create_dir(path).unwrap())
        }),
        refused("the command is a folder", |tree, _| {
            instead(&tree.join("bin/go"), |path| std::fs::create_dir(path).unwrap())
        }),
        root(refused("a device among the sources", |tree, _| node(&tree.join("src/zero"), "c", "1", "5"))),
        root(refused("VERSION is zeros without end", |tree, _| {
            instead(&tree.join("VERSION"), |path| node(path, "c", "1", "5"));
        })),
        root(refused("a disk among the sources", |tree, _| node(&tree.join("src/disk"), "b", "7", "200"))),
    ]
}

fn names() -> Vec<TreeCase> {
    vec![
        refused("a line feed in a name", |tree, _| put(&tree.join("src/a\nb.go"), b"x")),
        refused("an escape in a name", |tree, _| put(&tree.join("src/\u{1b}[2J.go"), b"x")),
        refused("right to left in a name", |tree, _| put(&tree.join("src/a\u{202e}og.go"), b"x")),
        refused("a name that is no UTF-8", |tree, _| {
            use std::os::unix::ffi::OsStrExt as _;
            put(&tree.join("src").join(std::ffi::OsStr::from_bytes(b"\xff\xfe.go")), b"x");
        }),
        refused("a backslash in a name", |tree, _| put(&tree.join("src/..\\..\\evil.go"), b"x")),
        refused("a device's name", |tree, _| put(&tree.join("src/aux.go"), b"x")),
        refused("a dot at the end of a name", |tree, _| put(&tree.join("src/evil.go."), b"x")),
        refused("twins but for case", |tree, _| {
            put(&tree.join("src/Twin.go"), b"x");
            put(&tree.join("src/twin.go"), b"y");
        }),
        refused("folders that are twins but for case", |tree, _| {
            put(&tree.join("src/Fmt/x.go"), b"x");
        }),
        refused("a folder deeper than any", |tree, _| put(&tree.join(format!("src/{}x.go", "d/".repeat(60))), b"x")),
        refused("a path longer than any", |tree, _| {
            put(&tree.join(format!("src/{}x.go", "d234567890/".repeat(28 * 2))), b"x")
        }),
    ]
}

fn contents() -> Vec<TreeCase> {
    vec![
        refused("a changed source", |tree, _| put(&tree.join("src/fmt/print.go"), b"package evil\n")),
        refused("a changed command", |tree, _| put(&tree.join("bin/go"), b"#!/bin/sh\ntouch evil\n")),
        refused("a source more", |tree, _| put(&tree.join("src/fmt/evil.go"), b"package fmt\n")),
        refused("a source less", |tree, _| std::fs::remove_file(tree.join("src/fmt/print.go")).unwrap()),
        refused("an empty source", |tree, _| put(&tree.join("src/fmt/print.go"), b"")),
        refused("a source of a gibibyte of nothing", |tree, _| {
            std::fs::File::create(tree.join("src/huge.go")).unwrap().set_len(1 << 30).unwrap();
        }),
        refused("a VERSION of a gibibyte", |tree, _| {
            std::fs::File::create(tree.join("VERSION")).unwrap().set_len(1 << 30).unwrap();
        }),
        refused("a VERSION with a way out", |tree, _| put(&tree.join("VERSION"), b"go1.27.3/../../evil\n")),
        refused("a VERSION with an escape", |tree, _| put(&tree.join("VERSION"), b"go1.27.3\x1b]0;evil\x07\n")),
        refused("a VERSION that is no UTF-8", |tree, _| put(&tree.join("VERSION"), b"\xff\xfe")),
        refused("a VERSION of nothing", |tree, _| put(&tree.join("VERSION"), b"")),
        refused("the VERSION of another release", |tree, _| put(&tree.join("VERSION"), b"go1.26.8\n")),
    ]
}

fn modes() -> Vec<TreeCase> {
    vec![
        harmless("setuid and setgid", |tree, _| {
            mode(&tree.join("bin/go"), 0o6755);
            mode(&tree.join("src/fmt/print.go"), 0o6777);
        }),
        harmless("for all to write", |tree, _| mode(&tree.join("src"), 0o777)),
        root(harmless("a source that nobody may read", |tree, _| mode(&tree.join("src/fmt/print.go"), 0))),
        root(harmless("a folder that nobody may enter", |tree, _| mode(&tree.join("src/fmt"), 0))),
        harmless("another owner", |tree, _| {
            // Only root can; for others the tree stays as it is.
            let _ = std::os::unix::fs::chown(tree.join("bin/go"), Some(65534), Some(65534));
        }),
    ]
}
