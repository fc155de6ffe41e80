//! Inspects a folder that might be a Go installation.
//!
//! Cheap: it reads a few names and the first line of `VERSION`, and runs no program of the folder. So the result is
//! only the tree's own claim, and a guess from its path; the import proves it.

use std::path::{Path, PathBuf};

use context::Ctx;
use release::{Form, Platform, ToolchainId};
use store::StoreError;
use sys::{EntryKind, Sys};

use crate::find::{Candidate, Manager};

/// The largest `VERSION`, in bytes: it has two short lines.
const VERSION_BYTES_MAX: u64 = 4 << 10;
/// How many names below `pkg/tool` are read: Go has some fifty ports.
const PLATFORMS_MAX: usize = 200;

/// A found Go installation.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its GOROOT, links followed.
    pub path: PathBuf,
    /// Who made it, as far as its place says.
    pub manager: Manager,
    /// The first line of its `VERSION`, in printable form; nothing vouches for it yet.
    pub version_line: Option<String>,
    /// The platform of its tools.
    pub platform: Option<Platform>,
    /// Which toolchain it claims to be, if Go could have published that.
    pub toolchain: Option<ToolchainId>,
    /// What it is.
    pub verdict: Verdict,
    /// Remarks on its oddities.
    pub notes: Vec<String>,
}

/// goward's view of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be Go's own build; the proof will decide.
    Claimed {
        /// Its form.
        form: Form,
    },
    /// goward has the toolchain already.
    Installed,
    /// It is not Go's own build, or not in a form that can be proven.
    System {
        /// Why, in words.
        why: String,
    },
    /// It is not a Go installation, or an incomplete one.
    Broken {
        /// Why, in words.
        why: String,
    },
}

/// Inspects a candidate.
///
/// # Errors
/// When the store cannot be read.
pub fn inspect(ctx: &Ctx, candidate: &Candidate) -> Result<Found, StoreError> {
    let (sys, root) = (&ctx.sys, candidate.path.as_path());
    let version = version_line(sys, root);
    let platform = platform_of(sys, root, &ctx.platform);
    let named = version.as_ref().ok().zip(platform.as_ref());
    let toolchain: Option<ToolchainId> = named.and_then(|(line, platform)| format!("{line}.{platform}").parse().ok());
    let verdict = match (whole(sys, root), &version, &toolchain) {
        (Some(missing), _, _) => Verdict::Broken { why: format!("it has no `{missing}`") },
        (None, Err(why), _) => Verdict::System { why: why.clone() },
        (None, Ok(line), None) => Verdict::System { why: unpublished(line, platform.is_some()) },
        (None, Ok(_), Some(id)) => match packaged(sys, root) {
            Some(why) => Verdict::System { why },
            None if ctx.store.find(id)?.is_some() => Verdict::Installed,
            None => Verdict::Claimed { form: form_of(sys, root) },
        },
    };
    Ok(Found {
        notes: notes(root, version.as_deref().ok()),
        path: candidate.path.clone(),
        manager: candidate.manager,
        version_line: version.ok().map(|line| release::escaped(&line)),
        platform,
        toolchain,
        verdict,
    })
}

/// The first line of `VERSION`, or why there is none.
pub(crate) fn version_line(sys: &Sys, root: &Path) -> Result<String, String> {
    let path = root.join("VERSION");
    match sys.fs().look(&path) {
        Ok(Some(meta)) if meta.kind == EntryKind::File => {}
        Ok(Some(_)) => return Err("its VERSION is no file".to_owned()),
        Ok(None) => return Err("it has no VERSION".to_owned()),
        Err(error) => return Err(format!("its VERSION cannot be looked at: {error}")),
    }
    let head = sys.fs().read_head(&path, VERSION_BYTES_MAX).map_err(|error| format!("its VERSION: {error}"))?;
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = first.strip_suffix(b"\r").unwrap_or(first);
    let text = std::str::from_utf8(first).map_err(|_| "its VERSION is not text".to_owned())?;
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("the first line of its VERSION is not a version".to_owned());
    }
    Ok(text.to_owned())
}

/// A file that every toolchain has and this one lacks.
fn whole(sys: &Sys, root: &Path) -> Option<&'static str> {
    let there = |below: &str| matches!(sys.fs().follow(&root.join(below)), Ok(Some(_)));
    if !there("bin/go") && !there("bin/go.exe") {
        return Some("bin/go");
    }
    ["src", "pkg"].into_iter().find(|folder| !there(folder))
}

/// The platform of the tools: that of this machine if there are several.
fn platform_of(sys: &Sys, root: &Path, host: &Platform) -> Option<Platform> {
    let names = sys.fs().names_if_there(&root.join("pkg").join("tool")).unwrap_or_default();
    let platforms: Vec<Platform> = names
        .iter()
        .take(PLATFORMS_MAX)
        .filter_map(|name| name.to_str()?.split_once('_'))
        .filter_map(|(os, arch)| Platform::new(os, arch).ok())
        .collect();
    platforms.iter().find(|platform| *platform == host).or(platforms.first()).cloned()
}

fn form_of(sys: &Sys, root: &Path) -> Form {
    match sys.fs().look(&root.join("src").join("_go.mod")) {
        Ok(Some(_)) => Form::ModuleTree,
        _ => Form::Tree,
    }
}

/// Why Go cannot have published a version line.
fn unpublished(line: &str, has_platform: bool) -> String {
    let shown = release::shown(line);
    if line.starts_with("devel") || line.contains("-devel") {
        return format!("its VERSION says {shown}: a development build");
    }
    if !has_platform && line.starts_with("go1") {
        return "it has no tools in `pkg/tool` that would say for which platform it is".to_owned();
    }
    format!("its VERSION says {shown}: a name that the Go project does not publish")
}

/// Whether it seems to belong to a distribution's package manager, by its path and its layout.
fn packaged(sys: &Sys, root: &Path) -> Option<String> {
    let text = root.to_string_lossy().replace('\\', "/");
    let owners = [
        ("/usr/lib/", "a distribution's package"),
        ("/usr/lib64/", "a distribution's package"),
        ("/usr/share/", "a distribution's package"),
        ("/Cellar/", "Homebrew's build"),
        ("/nix/store/", "a build of Nix"),
        ("/gnu/store/", "a build of Guix"),
        ("/snap/", "a snap"),
        ("/opt/local/", "a build of MacPorts"),
    ];
    if let Some((_, owner)) = owners.iter().find(|(part, _)| text.contains(part)) {
        return Some(format!("it is {owner}"));
    }
    // Distributions split the tree, and join the parts with links.
    let linked = ["bin", "src", "pkg", "bin/go", "bin/gofmt", "VERSION", "lib"];
    let is_link =
        |below: &&&str| matches!(sys.fs().look(&root.join(below)), Ok(Some(meta)) if meta.kind == EntryKind::Link);
    linked.iter().find(is_link).map(|below| format!("its `{below}` is a link, which no published toolchain has"))
}

/// Remarks on oddities of a tree's name.
fn notes(root: &Path, line: Option<&str>) -> Vec<String> {
    let Some(line) = line else { return Vec::new() };
    let base = match root.file_name().map(|name| name.to_string_lossy()) {
        Some(name) if name == "go" || name == "sdk" => root.parent().and_then(Path::file_name),
        _ => root.file_name(),
    };
    let base = base.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let number = base.strip_prefix("go").unwrap_or(&base);
    let says_version = number.starts_with("1.") && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if says_version && format!("go{number}") != line && number.matches('.').count() == 2 {
        return vec![format!("its folder is named `{base}`, its VERSION says {}", release::shown(line))];
    }
    Vec::new()
}
