//! Which files of a foreign tree are excluded, by explicit rule.
//!
//! The hash that is compared with Go's checksum database must cover every imported file: otherwise goward would admit a
//! file under a proof that does not cover it. So files that the log does not cover, and files that managers and users
//! add to trees, are excluded and named. Any other extra file changes the hash, and the tree does not count as an
//! official one. The rules follow `cmd/distpack/pack.go`.

use release::{Platform, Version};

/// The tools in a release's archive since 1.25 (`cmd/distpack/pack.go`); the others are built when they are needed.
const TOOLS_SINCE_1_25: [&str; 9] = ["asm", "cgo", "compile", "cover", "fix", "link", "preprofile", "vet", "doc"];
/// Until 1.12 archives had `godoc` in `bin`.
const LAST_MINOR_WITH_GODOC: u32 = 12;
/// Since 1.20 archives have no prebuilt standard library in `pkg`.
const FIRST_MINOR_WITHOUT_STD: u32 = 20;
/// Since 1.25 archives have few tools.
const FIRST_MINOR_WITH_FEW_TOOLS: u32 = 25;

/// The rules for one toolchain.
pub(crate) struct ExcludeRules {
    minor: u32,
    tools: String,
}

impl ExcludeRules {
    pub(crate) fn new(version: &Version, platform: &Platform) -> ExcludeRules {
        let minor = version.minor().number().unwrap_or(u32::MAX);
        ExcludeRules { minor, tools: format!("{}_{}", platform.os(), platform.arch()) }
    }

    /// The rule that excludes a path below the tree's root.
    pub(crate) fn of(&self, path: &str, is_folder: bool) -> Option<&'static str> {
        let parts: Vec<&str> = path.split('/').collect();
        let base = parts.last().copied().unwrap_or_default();
        if base == "__pycache__" || (is_top(&parts) && base == "__init__.py") {
            return Some("a file that Python makes");
        }
        if base == ".DS_Store" || base.starts_with("._") || matches!(base, "Thumbs.db" | "desktop.ini") {
            return Some("a file that a desktop makes");
        }
        match parts.as_slice() {
            ["api" | "doc" | "misc" | "test"] if is_folder => {
                Some("a folder that Go's checksum database does not cover")
            }
            [".git" | ".gitattributes" | ".gitignore" | ".github" | ".jj"] => Some("version control"),
            ["VERSION.cache" | ".unpacked-success" | ".mise.backend" | ".lock" | ".installed" | "manifest"] => {
                Some("a mark of the program that installed it")
            }
            ["bin", name] if !self.is_program(name) => Some("a tool that was installed into the tree"),
            ["pkg", folder] if self.minor >= FIRST_MINOR_WITHOUT_STD && !matches!(*folder, "include" | "tool") => {
                Some("an output of builds")
            }
            ["pkg", "mod" | "obj" | "sumdb" | "bootstrap"] => Some("an output of builds"),
            ["pkg", "tool", platform] if *platform != self.tools => Some("an output of builds"),
            ["pkg", "tool", _, tool] if !self.is_tool(tool) => Some("a tool that was built later"),
            ["src", "cmd", "dist", "dist" | "dist.exe"] => Some("an output of builds"),
            _ if base.ends_with(".exe~") => Some("an output of builds"),
            _ => None,
        }
    }

    fn is_program(&self, name: &str) -> bool {
        match name.strip_suffix(".exe").unwrap_or(name) {
            "go" | "gofmt" => true,
            "godoc" => self.minor <= LAST_MINOR_WITH_GODOC,
            _ => false,
        }
    }

    fn is_tool(&self, name: &str) -> bool {
        let name = name.strip_suffix(".exe").unwrap_or(name);
        self.minor < FIRST_MINOR_WITH_FEW_TOOLS || TOOLS_SINCE_1_25.contains(&name)
    }
}

fn is_top(parts: &[&str]) -> bool {
    parts.len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(version: &str) -> ExcludeRules {
        ExcludeRules::new(&version.parse().unwrap(), &"linux-amd64".parse().unwrap())
    }

    #[test]
    fn what_others_add_is_left_out_and_what_go_packs_is_not() {
        let rules = rules("1.27.3");
        for (path, is_folder) in [
            ("api", true),
            ("doc", true),
            ("misc", true),
            ("test", true),
            ("src/runtime/.DS_Store", false),
            ("src/runtime/__pycache__", true),
            ("__init__.py", false),
            ("bin/gopls", false),
            ("bin/go.old", false),
            ("pkg/linux_amd64", true),
            ("pkg/mod", true),
            ("pkg/tool/linux_arm64", true),
            ("pkg/tool/linux_amd64/covdata", false),
            (".unpacked-success", false),
            (".git", true),
            ("src/cmd/dist/dist", false),
        ] {
            assert!(rules.of(path, is_folder).is_some(), "{path}");
        }
        for path in [
            "VERSION",
            "bin/go",
            "bin/gofmt",
            "pkg/include/textflag.h",
            "pkg/tool/linux_amd64/compile",
            "src/go.mod",
            "src/cmd/api/main.go",
            "src/internal/trace/testdata/tests/x",
            "lib/time/zoneinfo.zip",
            "src/evil.go",
            "src/cmd/go/testdata/mod/__init__.py",
        ] {
            assert_eq!(rules.of(path, false), None, "{path}");
        }
        for path in ["src", "pkg", "pkg/include", "pkg/tool", "pkg/tool/linux_amd64", "bin", "src/api", "lib"] {
            assert_eq!(rules.of(path, true), None, "{path}");
        }
    }

    #[test]
    fn old_releases_keep_what_they_were_packed_with() {
        assert_eq!(rules("1.19.13").of("pkg/linux_amd64", true), None);
        assert!(rules("1.20").of("pkg/linux_amd64", true).is_some());
        assert_eq!(rules("1.12.17").of("bin/godoc", false), None);
        assert!(rules("1.13").of("bin/godoc", false).is_some());
        assert_eq!(rules("1.24.9").of("pkg/tool/linux_amd64/covdata", false), None);
    }
}
