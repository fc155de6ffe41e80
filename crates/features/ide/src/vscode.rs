//! VS Code and its relatives, with the Go extension.
//!
//! How the extension finds `go` (golang/vscode-go, `extension/src/util.ts`: `getBinPathWithExplanation`, and
//! `extension/src/utils/pathUtils.ts`: `getBinPathWithPreferredGopathGorootWithExplanation`, August 2026):
//!
//! 1. `go.alternateTools.go`, if it is an absolute path of a program. A choice made with "Go: Choose Go Environment"
//!    comes before it unless `go.goroot` is set; it is in the editor's own database.
//! 2. `GOBIN` of the editor's environment; a relative `go.alternateTools.go` is the name to look for.
//! 3. `bin` of `go.goroot`, or of `GOROOT` of the editor's environment if `go.goroot` is not set.
//! 4. `PATH`, and then a few folders of installers.
//!
//! `go.goroot` also becomes `GOROOT` of everything that the extension starts (`goEnv.ts`: `setGOROOTEnvVar`), and
//! `go.toolsEnvVars` is added to the environment of its tools (`newEnvironment`). A workspace's setting comes before
//! the user's; for settings that are objects, the two are merged name by name (the editor's documentation on settings
//! precedence). Workspace settings that name programs count only in a trusted workspace.

use diag::Place;
use std::path::{Path, PathBuf};

use context::Ctx;

use crate::error::IdeError;
use crate::jsonc::{Document, Found};
use crate::path::first;

/// The editors, by the names of their configuration folders.
const EDITORS: [(&str, &str); 5] = [
    ("VS Code", "Code"),
    ("VS Code Insiders", "Code - Insiders"),
    ("VSCodium", "VSCodium"),
    ("Cursor", "Cursor"),
    ("Windsurf", "Windsurf"),
];

/// The key of the terminal's variables on this system.
pub(crate) const TERMINAL_ENV: &str = if cfg!(windows) {
    "terminal.integrated.env.windows"
} else if cfg!(target_os = "macos") {
    "terminal.integrated.env.osx"
} else {
    "terminal.integrated.env.linux"
};

/// The folders of installers, as in the extension.
const LAST_RESORTS: [&str; 2] = if cfg!(windows) {
    ["C:\\Program Files\\Go\\bin\\go.exe", "C:\\Program Files (x86)\\Go\\bin\\go.exe"]
} else {
    ["/usr/local/go/bin/go", "/usr/local/bin/go"]
};

/// The project's settings.
pub(crate) fn workspace_file(folder: &Path) -> PathBuf {
    folder.join(".vscode").join("settings.json")
}

/// One editor's settings: the project's first, then the user's.
pub(crate) struct Settings {
    /// The editor's name.
    pub(crate) editor: &'static str,
    folder: PathBuf,
    documents: Vec<Document>,
}

/// The `go` that an editor will run, and its problems.
pub(crate) struct Go {
    /// The `go` that it finds.
    pub(crate) go: Option<PathBuf>,
    /// The line that decides; none where the environment does.
    pub(crate) place: Option<Place>,
    /// What decides, in words.
    pub(crate) by: String,
    /// Settings that select another tree for its tools or its terminal: the setting, the value, its place.
    pub(crate) variables: Vec<(String, Found)>,
}

/// The settings of every editor for which the user has any, and those of the project; empty if there are none.
pub(crate) fn all(ctx: &Ctx, folder: &Path) -> Result<Vec<Settings>, IdeError> {
    let workspace = Document::read(&ctx.sys, &workspace_file(folder))?;
    let mut found = Vec::new();
    for (editor, name) in EDITORS {
        let mut users = Vec::new();
        for path in user_files(ctx, name) {
            users.extend(Document::read(&ctx.sys, &path)?);
        }
        if !users.is_empty() {
            let documents = workspace.iter().cloned().chain(users).collect();
            found.push(Settings { editor, folder: folder.to_owned(), documents });
        }
    }
    if found.is_empty() {
        let documents: Vec<Document> = workspace.into_iter().collect();
        if !documents.is_empty() {
            found.push(Settings { editor: "VS Code", folder: folder.to_owned(), documents });
        }
    }
    Ok(found)
}

/// The files of an editor's user settings, and those of a remote machine.
fn user_files(ctx: &Ctx, name: &str) -> Vec<PathBuf> {
    let env = ctx.sys.env();
    let mut files = Vec::new();
    let config = env.user_config_folder();
    let server = match name {
        "Code" => Some(".vscode-server"),
        "Cursor" => Some(".cursor-server"),
        _ => None,
    };
    if let (Some(server), Some(home)) = (server, env.home()) {
        files.push(home.join(server).join("data").join("Machine").join("settings.json"));
    }
    // A machine's settings come before the user's.
    files.extend(config.map(|config| config.join(name).join("User").join("settings.json")));
    files
}

impl Settings {
    /// One setting: that of the first document that has it, also an empty text, which unsets it.
    fn setting(&self, names: &[&str]) -> Result<Option<Found>, IdeError> {
        for document in &self.documents {
            if let Some(found) = document.text(names)? {
                return Ok(Some(found).filter(|found| !found.text.is_empty()));
            }
        }
        Ok(None)
    }

    /// A user setting, without the project's.
    pub(crate) fn user_setting(&self, names: &[&str]) -> Result<Option<Found>, IdeError> {
        let workspace = workspace_file(&self.folder);
        for document in self.documents.iter().filter(|document| document.path != workspace) {
            if let Some(found) = document.text(names)?.filter(|found| !found.text.is_empty()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The `go` that the extension selects.
    pub(crate) fn go(&self, ctx: &Ctx) -> Result<Go, IdeError> {
        let alternate = self.setting(&["go.alternateTools", "go"])?;
        let goroot = self.setting(&["go.goroot"])?;
        let mut go = self.found_go(ctx, alternate.as_ref(), goroot.as_ref());
        for names in [["go.toolsEnvVars", "GOROOT"], ["go.toolsEnvVars", "GOTOOLCHAIN"]] {
            if let Some(found) = self.setting(&names)? {
                go.variables.push((names.join("."), self.expanded(ctx, found)));
            }
        }
        for name in ["GOROOT", "GOTOOLCHAIN"] {
            if let Some(found) = self.setting(&[TERMINAL_ENV, name])? {
                go.variables.push((format!("{TERMINAL_ENV}.{name}"), self.expanded(ctx, found)));
            }
        }
        if let Some(found) = goroot {
            go.variables.push(("go.goroot".to_owned(), self.expanded(ctx, found)));
        }
        if let Some(found) = self.setting(&["go.toolsManagement.go"])? {
            go.variables.push(("go.toolsManagement.go".to_owned(), self.expanded(ctx, found)));
        }
        Ok(go)
    }

    fn found_go(&self, ctx: &Ctx, alternate: Option<&Found>, goroot: Option<&Found>) -> Go {
        let env = ctx.sys.env();
        let decided = |go: PathBuf, place: Option<&Found>, by: &str| Go {
            go: Some(go),
            place: place.map(|found| Place { path: found.path.clone(), line: Some(found.line) }),
            by: by.to_owned(),
            variables: Vec::new(),
        };
        let named = alternate.map(|found| PathBuf::from(self.expand(ctx, &found.text)));
        if let Some(path) = named.as_ref().filter(|path| is_absolute(path) && ctx.sys.fs().is_program(path)) {
            return decided(path.clone(), alternate, "go.alternateTools.go");
        }
        let name = match &named {
            Some(name) if !is_absolute(name) => with_ending(name),
            _ => PathBuf::from(sys::program_file_name("go")),
        };
        let program = |folder: PathBuf| Some(folder.join(&name)).filter(|path| ctx.sys.fs().is_program(path));
        if let Some(go) = env.path_var("GOBIN").and_then(program) {
            return decided(go, None, "GOBIN in the environment");
        }
        match goroot {
            Some(found) => {
                if let Some(go) = program(Path::new(&self.expand(ctx, &found.text)).join("bin")) {
                    return decided(go, Some(found), "go.goroot");
                }
            }
            None => {
                if let Some(go) = env.path_var("GOROOT").and_then(|root| program(root.join("bin"))) {
                    return decided(go, None, "GOROOT in the environment");
                }
            }
        }
        if let Some((go, place)) = first(ctx, &name) {
            return decided(go, None, &format!("PATH, entry {place}"));
        }
        let last = LAST_RESORTS.iter().map(PathBuf::from).find(|path| ctx.sys.fs().is_program(path));
        match last {
            Some(go) => decided(go, None, "the place where installers put Go"),
            None => Go { go: None, place: None, by: "nothing".to_owned(), variables: Vec::new() },
        }
    }

    fn expanded(&self, ctx: &Ctx, found: Found) -> Found {
        Found { text: self.expand(ctx, &found.text), ..found }
    }

    /// The extension's substitutions: the workspace, the home folder, variables (`resolvePath`, `substituteEnv`).
    fn expand(&self, ctx: &Ctx, text: &str) -> String {
        let folder = self.folder.to_string_lossy();
        let mut text = text.replace("${workspaceFolder}", &folder).replace("${workspaceRoot}", &folder);
        if let (Some(rest), Some(home)) = (text.strip_prefix('~'), ctx.sys.env().home()) {
            text = format!("{}{rest}", home.display());
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find("${env:") {
            let (before, after) = rest.split_at(at);
            let Some((name, behind)) = after["${env:".len()..].split_once('}') else { break };
            out.push_str(before);
            out.push_str(ctx.sys.env().var(name).unwrap_or_default());
            rest = behind;
        }
        out.push_str(rest);
        out
    }
}

/// As the extension's `path.isAbsolute`: on Windows a path from the root of any drive is one, too.
fn is_absolute(path: &Path) -> bool {
    path.is_absolute() || cfg!(windows) && path.has_root()
}

/// A program's name as the extension looks for it (`correctBinname`).
fn with_ending(name: &Path) -> PathBuf {
    let ends = name.extension().is_some_and(|ending| ending == "exe");
    if cfg!(windows) && !ends { name.with_added_extension("exe") } else { name.to_owned() }
}
