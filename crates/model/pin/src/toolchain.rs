//! Toolchain names: `go`, a version, and perhaps a builder's suffix; and the version of a `go` line.

use crate::order::parse;

/// Whether the go command accepts this as a version when it chooses a toolchain: it is well formed
/// and not a prerelease of a patch. The go command up to at least 1.27 ignores `go 1.99.2rc1`,
/// although [`parse`] reads it, because lists of releases contain one such name (`1.9.2rc2`).
/// Source of the rule: `Parse` in `internal/gover/gover.go`.
pub fn is_choosable(version: &str) -> bool {
    parse(version).is_some_and(|parts| !parts.is_patch_prerelease())
}

/// The version in a toolchain's name: `1.21.0` of `go1.21.0` and of `go1.21.0-custom`.
///
/// A suffix begins with `-`, a space or a tab and does not count for the order. A name with a path
/// separator is refused: the go command once ran a program inside an untrusted module because its
/// go.mod said `toolchain ../../x` (CVE-2023-39320). Source of the rule:
/// `cmd/go/internal/gover/toolchain.go`.
pub fn toolchain_version(name: &str) -> Option<&str> {
    if name.contains(['/', '\\']) {
        return None;
    }
    let version = name.strip_prefix("go")?.split(['-', ' ', '\t']).next()?;
    is_choosable(version).then_some(version)
}
