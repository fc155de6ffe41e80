//! The variables that a program in a sandbox gets.

/// The variables that pass, if the user has set them. A name that ends in `*` stands for all that begin so. Everything
/// else is dropped: tokens, keys, addresses of agents, `LD_PRELOAD`. `GOFLAGS` passes, since it is the user's own word on
/// how to build, and what it names runs inside.
pub const PASSED: &[&str] = &[
    // How text looks.
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "COLUMNS",
    "LINES",
    "TZ",
    // Whether a machine runs it.
    "CI",
    // How Go builds and runs.
    "GOOS",
    "GOARCH",
    "GOARM",
    "GOARM64",
    "GOAMD64",
    "GO386",
    "GOMIPS",
    "GOMIPS64",
    "GOPPC64",
    "GORISCV64",
    "GOWASM",
    "GOFLAGS",
    "GOEXPERIMENT",
    "GODEBUG",
    "GOGC",
    "GOMEMLIMIT",
    "GOMAXPROCS",
    "GOTRACEBACK",
    "GORACE",
    "GOWORK",
    "GO111MODULE",
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOFIPS140",
    "GOEXPERIMENT",
    // How cgo builds.
    "CGO_*",
    "CC",
    "CXX",
    "FC",
    "AR",
    "PKG_CONFIG",
    "PKG_CONFIG_PATH",
    "SOURCE_DATE_EPOCH",
];

/// Whether a variable of this name passes.
pub fn is_passed(name: &str) -> bool {
    PASSED.iter().any(|passed| match passed.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => *passed == name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_credential_passes() {
        for name in [
            "GITHUB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "SSH_AUTH_SOCK",
            "DBUS_SESSION_BUS_ADDRESS",
            "NETRC",
            "GOAUTH",
            "GOPROXY",
            "HTTPS_PROXY",
            "https_proxy",
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "HOME",
            "PATH",
            "GIT_ASKPASS",
            "XDG_RUNTIME_DIR",
            "GOCACHEPROG",
            "GOENV",
            "TMPDIR",
            "KUBECONFIG",
            "DISPLAY",
            "BASH_ENV",
            "ENV",
        ] {
            assert!(!is_passed(name), "{name}");
        }
        for name in ["LANG", "LC_ALL", "CGO_ENABLED", "GOFLAGS", "TERM"] {
            assert!(is_passed(name), "{name}");
        }
    }
}
