//! Reads what a manager keeps beside its installations: its default, pins of projects, lines in shell profiles.
//!
//! Writes nothing. goward's own switch moves a default; a pin counts in its file if goward reads that file; a profile
//! is the user's: goward names the lines, with file and number, and does not change them.

use std::path::{Path, PathBuf};

use context::Ctx;
use diag::Place;
use release::Request;
use sys::EntryKind;

use crate::find::Manager;

/// The largest version file, profile or configuration, in bytes.
const TEXT_BYTES_MAX: u64 = 1 << 20;
/// How many folders are searched for projects.
const FOLDERS_MAX: usize = 50_000;
/// How deep below the named folder projects are searched.
const DEPTH_MAX: usize = 8;
/// Folders with other people's code.
const PASSED_OVER: [&str; 4] = ["node_modules", "vendor", "target", "testdata"];

/// The version that a manager runs without another request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalDefault {
    /// What is written there, fit to be shown.
    pub text: String,
    /// The request, if goward understands it.
    pub request: Option<Request>,
    /// Where it stands: a line of a file, or a link.
    pub origin: Place,
}

/// A version that a project's file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectPin {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is written there, fit to be shown.
    pub text: String,
    /// Whether goward reads that file.
    pub is_read: bool,
}

/// A line of a shell's profile that sets a manager up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLine {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The line, in printable form.
    pub text: String,
    /// Whether the manager serves other languages too, for which the line may be needed.
    pub serves_others: bool,
}

/// A manager's default, if it has one.
pub fn global_default(ctx: &Ctx, manager: Manager) -> Option<GlobalDefault> {
    let env = ctx.sys.env();
    let home = env.home()?;
    let set = |name: &str, below: &str| env.path_var(name).unwrap_or_else(|| home.join(below));
    let config = env.xdg_config_folder()?;
    match manager {
        Manager::Mise => {
            let folder = env.path_var("MISE_CONFIG_DIR").unwrap_or_else(|| config.join("mise"));
            in_toml(ctx, &folder.join("config.toml"), Some("tools"))
                .or_else(|| in_tools(ctx, &home.join(".tool-versions")))
        }
        Manager::Asdf => in_tools(ctx, &home.join(".tool-versions")),
        Manager::Goenv => in_lines(ctx, &set("GOENV_ROOT", ".goenv").join("version"), |line| Some(line.to_owned())),
        Manager::Gvm => in_lines(ctx, &set("GVM_ROOT", ".gvm").join("environments").join("default"), gvm_name),
        Manager::Proto => [set("PROTO_HOME", ".proto").join(".prototools"), home.join(".prototools")]
            .iter()
            .find_map(|path| in_toml(ctx, path, None)),
        Manager::Goup => [set("GOUP_HOME", ".goup").join("current"), home.join(".go/current")]
            .iter()
            .find_map(|link| of_link(ctx, link)),
        Manager::G => of_link(ctx, &set("G_HOME", ".g").join("go")),
        Manager::Gobrew => of_link(ctx, &set("GOBREW_ROOT", "").join(".gobrew/current")),
        _ => None,
    }
}

fn default_of(text: &str, origin: Place) -> GlobalDefault {
    GlobalDefault { text: release::cut(text), request: text.parse().ok(), origin }
}

fn read(ctx: &Ctx, path: &Path) -> Option<String> {
    let bytes = ctx.sys.fs().read_if_there(path, TEXT_BYTES_MAX).ok()??;
    String::from_utf8(bytes).ok()
}

/// The first line in which `take` finds a version; ignores comments and empty lines.
fn in_lines(ctx: &Ctx, path: &Path, take: impl Fn(&str) -> Option<String>) -> Option<GlobalDefault> {
    let text = read(ctx, path)?;
    text.lines().enumerate().find_map(|(index, line)| {
        let line = line.split('#').next().unwrap_or_default().trim();
        let version = take(line).filter(|version| !version.is_empty())?;
        Some(default_of(&version, Place { path: path.to_owned(), line: Some(index + 1) }))
    })
}

fn in_tools(ctx: &Ctx, path: &Path) -> Option<GlobalDefault> {
    in_lines(ctx, path, tool_version)
}

/// The version of a line of `.tool-versions`.
fn tool_version(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    words.next().filter(|tool| matches!(*tool, "golang" | "go"))?;
    words.next().map(str::to_owned)
}

/// `export gvm_go_name; gvm_go_name="go1.22.1"`
fn gvm_name(line: &str) -> Option<String> {
    let (_, value) = line.rsplit_once("gvm_go_name=")?;
    let value = value.split([';', ' ']).next().unwrap_or_default().trim_matches(['"', '\'']);
    Some(value.to_owned())
}

/// `go = "1.26"`, `go = ["1.26", …]` or `go = { version = "1.26" }`, in a table or at the top.
fn in_toml(ctx: &Ctx, path: &Path, table: Option<&str>) -> Option<GlobalDefault> {
    let text = read(ctx, path)?;
    let parsed: toml::Table = text.parse().ok()?;
    let tools = match table {
        Some(table) => parsed.get(table)?.as_table()?,
        None => &parsed,
    };
    let value = tools.get("go").or_else(|| tools.get("golang"))?;
    let value = value.as_array().and_then(|all| all.first()).unwrap_or(value);
    let version = value.as_str().or_else(|| value.get("version")?.as_str())?;
    let index = text.lines().position(|line| line.contains("go") && line.contains(version));
    Some(default_of(version, Place { path: path.to_owned(), line: index.map(|index| index + 1) }))
}

/// The version in the name of a link's target.
fn of_link(ctx: &Ctx, link: &Path) -> Option<GlobalDefault> {
    let target = ctx.sys.fs().read_link(link).ok()?;
    let version = target
        .iter()
        .rev()
        .filter_map(|part| part.to_str())
        .find(|part| part.strip_prefix("go").unwrap_or(part).starts_with(|first: char| first.is_ascii_digit()))?;
    Some(default_of(version, Place { path: link.to_owned(), line: None }))
}

/// The version files below a folder, at most so deep and so many; skips hidden folders and those of other people's
/// code.
pub fn project_pins(ctx: &Ctx, folder: &Path) -> Vec<ProjectPin> {
    let fs = ctx.sys.fs();
    let mut pins = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut walked = 0;
    while let Some((folder, depth)) = folders.pop() {
        walked += 1;
        if walked > FOLDERS_MAX || ctx.sys.interrupt().is_asked() {
            break;
        }
        for name in fs.names_if_there(&folder).unwrap_or_default() {
            let path = folder.join(&name);
            let Some(name) = name.to_str() else { continue };
            match fs.look(&path) {
                Ok(Some(meta)) if meta.kind == EntryKind::File => pins.extend(pin_in(ctx, &path, name)),
                Ok(Some(meta)) if meta.kind == EntryKind::Dir && depth < DEPTH_MAX && !is_passed_over(name) => {
                    folders.push((path, depth + 1));
                }
                _ => {}
            }
        }
    }
    pins.sort_by(|a, b| a.path.cmp(&b.path));
    pins
}

fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || PASSED_OVER.contains(&name)
}

/// The version files of one folder.
pub(crate) fn pins_in_folder(ctx: &Ctx, folder: &Path) -> Vec<ProjectPin> {
    let names = [".go-version", ".tool-versions", ".mise.toml", "mise.toml", ".prototools"];
    names.iter().filter_map(|name| pin_in(ctx, &folder.join(name), name)).collect()
}

fn pin_in(ctx: &Ctx, path: &Path, name: &str) -> Option<ProjectPin> {
    let found = match name {
        ".go-version" => in_lines(ctx, path, |line| Some(line.to_owned())),
        ".tool-versions" => in_tools(ctx, path),
        ".mise.toml" | "mise.toml" => in_toml(ctx, path, Some("tools")),
        ".prototools" => in_toml(ctx, path, None),
        _ => None,
    }?;
    let line = found.origin.line.unwrap_or(0);
    let is_read = project::FileName::ALL.iter().any(|known| known.as_str() == name);
    Some(ProjectPin { path: path.to_owned(), line, text: found.text, is_read })
}

/// The lines of the user's shell profiles that set a manager up.
pub fn profile_lines(ctx: &Ctx, manager: Manager) -> Vec<ProfileLine> {
    let marks: &[&str] = match manager {
        Manager::Mise => &["mise activate", "mise/shims", "mise env", "rtx activate"],
        Manager::Asdf => &["asdf.sh", "asdf.fish", "ASDF_DATA_DIR", ".asdf/shims", "asdf.nu"],
        Manager::Goenv => &["GOENV_ROOT", "goenv init", ".goenv/"],
        Manager::Gvm => &["gvm/scripts/gvm", ".gvm/", "gvm use"],
        Manager::Goup => &[".goup/", ".go/current", "GOUP_HOME", "goup init"],
        Manager::G => &[".g/env", ".g/go", "G_HOME", "G_MIRROR"],
        Manager::Proto => &["PROTO_HOME", ".proto/shims", "proto activate"],
        Manager::Gobrew => &[".gobrew", "GOBREW_ROOT"],
        _ => &[],
    };
    let env = ctx.sys.env();
    let (Some(home), Some(config)) = (env.home(), env.xdg_config_folder()) else { return Vec::new() };
    let zsh = env.path_var("ZDOTDIR").unwrap_or_else(|| home.clone());
    let mut files: Vec<PathBuf> =
        [".bashrc", ".bash_profile", ".bash_login", ".profile"].map(|name| home.join(name)).into();
    files.extend([".zshrc", ".zprofile", ".zshenv", ".zlogin"].map(|name| zsh.join(name)));
    files.extend(["fish/config.fish", "nushell/config.nu", "nushell/env.nu"].map(|name| config.join(name)));
    let mut found = Vec::new();
    for path in files {
        let Some(text) = read(ctx, &path) else { continue };
        for (index, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if !code.starts_with('#') && marks.iter().any(|mark| code.contains(mark)) {
                found.push(ProfileLine {
                    path: path.clone(),
                    line: index + 1,
                    text: release::cut(line.trim()),
                    serves_others: matches!(manager, Manager::Mise | Manager::Asdf | Manager::Proto),
                });
            }
        }
    }
    found
}
