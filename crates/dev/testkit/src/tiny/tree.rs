//! The files of a tiny GOROOT.

use super::TinyFile;

/// Every file, sorted by path.
pub(super) fn files(version: &str, os: &str, arch: &str) -> Vec<TinyFile> {
    let exe = if os == "windows" { ".exe" } else { "" };
    let minor = minor(version);
    let texts: Vec<(String, String)> = vec![
        ("VERSION".into(), version_file(version)),
        ("CONTRIBUTING.md".into(), "# Contributing\n\nThis tree is tiny; nothing can be contributed.\n".into()),
        ("LICENSE".into(), "Copyright nobody. Do as you like.\n".into()),
        ("PATENTS".into(), "There are none.\n".into()),
        ("README.md".into(), "# A tiny toolchain\n".into()),
        ("SECURITY.md".into(), "# Security\n\nNothing here is worth an attack.\n".into()),
        ("codereview.cfg".into(), format!("branch: release-branch.go1.{minor}\nparent-branch: master\n")),
        ("api/README".into(), "What each release added.\n".into()),
        ("api/go1.txt".into(), "pkg fmt, func Println(...interface{}) (int, error)\n".into()),
        ("doc/go_spec.html".into(), "<!--{\n\"Title\": \"A tiny specification\"\n}-->\n".into()),
        ("doc/initial/README".into(), "Release notes in pieces.\n".into()),
        ("lib/time/update.bash".into(), "#!/bin/bash\nexit 0\n".into()),
        ("lib/wasm/go_js_wasm_exec".into(), "#!/usr/bin/env bash\nexit 0\n".into()),
        ("lib/wasm/wasm_exec.js".into(), "\"use strict\";\n".into()),
        ("misc/go.mod".into(), "// Not a part of std.\nmodule misc\n".into()),
        ("misc/editors".into(), "For editors see elsewhere.\n".into()),
        ("misc/ios/clangwrap.sh".into(), "#!/bin/sh\nexit 0\n".into()),
        ("pkg/include/textflag.h".into(), "#define NOSPLIT 4\n".into()),
        ("src/all.bash".into(), "#!/usr/bin/env bash\nexit 0\n".into()),
        ("src/cmd/go.mod".into(), format!("module cmd\n\ngo 1.{minor}\n")),
        ("src/cmd/go/main.go".into(), "package main\n\nfunc main() {}\n".into()),
        ("src/fmt/print.go".into(), "package fmt\n\nfunc Println(a ...any) {}\n".into()),
        ("src/fmt/testdata/empty.txt".into(), String::new()),
        ("src/go.mod".into(), format!("module std\n\ngo 1.{minor}\n")),
        // Longer than the 100 bytes that the oldest tar format has for a name.
        (
            "src/cmd/vendor/golang.org/x/telemetry/internal/configstore/testdata/one/two/three/four/five/deep_test.go"
                .into(),
            "package deep\n".into(),
        ),
        // The real tree has a name beyond ASCII at this very place.
        ("test/fixedbugs/issue27836.dir/\u{de}foo.go".into(), "package \u{de}foo\n".into()),
        ("test/run.go".into(), "package main\n".into()),
    ];
    let mut files: Vec<(String, Vec<u8>)> = texts.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    files.push((format!("bin/go{exe}"), go_program(version, os, arch)));
    files.push((format!("bin/gofmt{exe}"), program(os, "gofmt", version)));
    if minor >= 21 {
        // Older toolchains have no `go.env`. The hosts in it do not exist.
        let text = "GOPROXY=https://proxy.example.test,direct\nGOSUMDB=sum.example.test\nGOTOOLCHAIN=auto\n";
        files.push(("go.env".into(), text.as_bytes().to_vec()));
    }
    for tool in ["asm", "cgo", "compile", "cover", "link", "vet"] {
        files.push((format!("pkg/tool/{os}_{arch}/{tool}{exe}"), program(os, tool, version)));
    }
    let mut files: Vec<TinyFile> =
        files.into_iter().map(|(path, bytes)| TinyFile { mode: mode(&path), path, bytes: bytes.into() }).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The permission bits of a file, by the rule of Go's own packer (`cmd/distpack`, func mode).
pub(crate) fn mode(path: &str) -> u32 {
    let name = path.rsplit('/').next().unwrap_or(path);
    let wrapper = name
        .strip_prefix("go_")
        .and_then(|rest| rest.strip_suffix("_exec"))
        .is_some_and(|middle| middle.split_once('_').is_some_and(|(os, arch)| !os.is_empty() && !arch.is_empty()));
    let script = [".bash", ".sh", ".pl", ".rc"].iter().any(|ending| path.ends_with(ending));
    if path.starts_with("bin/") || path.starts_with("pkg/tool/") || script || wrapper { 0o755 } else { 0o644 }
}

/// The number after `1.`.
fn minor(version: &str) -> u64 {
    let rest = version.strip_prefix("1.").unwrap_or("0");
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().unwrap_or(0)
}

/// Since Go 1.21 the file has a second line with the time, and ends in a line feed; before, neither.
fn version_file(version: &str) -> String {
    if minor(version) >= 21 {
        format!("go{version}\ntime {}\n", Time::of(version).rfc3339())
    } else {
        format!("go{version}")
    }
}

/// A moment, to the second, in UTC.
pub(super) struct Time {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Time {
    /// A time that follows from the version: month and day spell it out, at noon.
    pub(super) fn of(version: &str) -> Time {
        let patch: u64 = version
            .rsplit(|letter: char| !letter.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0);
        Time { year: 2026, month: (minor(version) % 12 + 1) as u8, day: (patch % 28 + 1) as u8 }
    }

    pub(super) fn rfc3339(&self) -> String {
        format!("{:04}-{:02}-{:02}T12:00:00Z", self.year, self.month, self.day)
    }

    /// Seconds since 1970. Only for years from 1970 to 2099, in which every fourth is a leap year.
    pub(super) fn unix(&self) -> u64 {
        const DAYS_BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let (year, month) = (u64::from(self.year), usize::from(self.month));
        let leap_day = u64::from(year.is_multiple_of(4) && month > 2);
        let leap_days_before = (year - 1969) / 4;
        let days = (year - 1970) * 365 + leap_days_before + DAYS_BEFORE[month - 1] + leap_day + u64::from(self.day) - 1;
        days * 86_400 + 12 * 3_600
    }
}

/// A program that prints its name. A tree for Windows has a working program only if the test itself runs on Windows;
/// otherwise it has a file that looks like a program and does nothing.
fn program(os: &str, name: &str, version: &str) -> Vec<u8> {
    if os == "windows" {
        return windows_program(name, &format!("say\t{name} version go{version}\n"), version);
    }
    format!("#!/bin/sh\nprintf '%s\\n' '{name} version go{version}'\n").into_bytes()
}

/// The tiny `go`.
fn go_program(version: &str, os: &str, arch: &str) -> Vec<u8> {
    if os == "windows" {
        return windows_program("go", &format!("go\t{version}\t{os}\t{arch}\n"), version);
    }
    GO_SCRIPT.replace("@VERSION@", version).replace("@OS@", os).replace("@ARCH@", arch).into_bytes()
}

#[cfg(windows)]
fn windows_program(_name: &str, steps: &str, _version: &str) -> Vec<u8> {
    crate::program::fake_program(steps)
}

#[cfg(not(windows))]
fn windows_program(name: &str, _steps: &str, version: &str) -> Vec<u8> {
    format!("MZ this is {name} of go{version}\n").into_bytes()
}

/// Only shell built-ins: it must run with an empty PATH. `readlink` has its full path, and is
/// needed only if the program is called through a link.
const GO_SCRIPT: &str = r##"#!/bin/sh
version='go@VERSION@'
goos='@OS@'
goarch='@ARCH@'
CDPATH=
self=$0
while [ -h "$self" ]; do
	if [ -x /usr/bin/readlink ]; then target=$(/usr/bin/readlink "$self"); else target=$(/bin/readlink "$self"); fi
	case $target in
	/*) self=$target ;;
	*) self=${self%/*}/$target ;;
	esac
done
here=$(cd -P -- "${self%/*}/.." && pwd -P)
command=${1-}
[ $# -gt 0 ] && shift
case $command in
version)
	printf '%s\n' "go version $version $goos/$goarch"
	;;
env)
	for name in "$@"; do
		case $name in
		GOROOT) printf '%s\n' "${GOROOT:-$here}" ;;
		GOVERSION) printf '%s\n' "$version" ;;
		GOOS | GOHOSTOS) printf '%s\n' "$goos" ;;
		GOARCH | GOHOSTARCH) printf '%s\n' "$goarch" ;;
		GOTOOLCHAIN) printf '%s\n' "${GOTOOLCHAIN:-auto}" ;;
		*) printf '\n' ;;
		esac
	done
	;;
exit)
	exit "${1-0}"
	;;
args)
	[ $# -gt 0 ] && printf '%s\n' "$@"
	;;
show-env)
	printf 'here=%s\n' "$here"
	for name in GOROOT GOTOOLCHAIN GOPATH GOCACHE GOMODCACHE GOFLAGS; do
		eval "set=\${$name+yes} value=\${$name-}"
		if [ "$set" = yes ]; then printf '%s=%s\n' "$name" "$value"; else printf '%s is not set\n' "$name"; fi
	done
	printf 'PATH[0]=%s\n' "${PATH%%:*}"
	;;
read)
	IFS= read -r line
	printf '%s\n' "$line"
	;;
*)
	printf 'go %s: unknown command\n' "$command" >&2
	exit 2
	;;
esac
exit 0
"##;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_1970_agree_with_known_days() {
        let at = |year, month, day| Time { year, month, day }.unix() / 86_400;
        assert_eq!(at(1970, 1, 1), 0);
        assert_eq!(at(1972, 3, 1), 790);
        assert_eq!(at(2000, 2, 29), 11_016);
        assert_eq!(at(2026, 4, 4), 20_547);
    }

    #[test]
    fn modes_follow_the_rule_of_gos_packer() {
        for path in ["bin/go", "pkg/tool/linux_amd64/compile", "src/all.bash", "lib/wasm/go_js_wasm_exec"] {
            assert_eq!(mode(path), 0o755, "{path}");
        }
        for path in ["VERSION", "src/bin/x", "lib/wasm/wasm_exec.js", "x/go_wasm_exec", "x/go__exec", "x/go_a_exec.go"]
        {
            assert_eq!(mode(path), 0o644, "{path}");
        }
    }
}
