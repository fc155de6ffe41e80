//! Toolchain names: `go`, a version, and perhaps a builder's suffix.

use crate::order::is_valid;

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
    is_valid(version).then_some(version)
}
