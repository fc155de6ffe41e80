//! The user's own Git, as a program: what is checked out in a project, and the repository that snapshots are shared
//! through.
//!
//! A repository is foreign. goward starts Git in an empty folder of its own and names the repository (`-C`); hooks and
//! the file system monitor, which a repository can set to programs, are switched off for the call. Whether a project has
//! changes is not asked where the repository's own configuration names filters: Git would run them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use context::Ctx;
use sys::{Ended, Environment, Helper};

/// How long one question to Git takes at most.
const TIME_MAX: Duration = Duration::from_secs(10);
/// How long a transfer to or from a remote repository takes at most.
const TRANSFER_TIME_MAX: Duration = Duration::from_secs(120);
/// The longest answer, in bytes.
const BYTES_MAX: u64 = 4 << 20;

/// What is checked out in a folder.
#[derive(Debug, Clone, Default)]
pub struct CheckedOut {
    /// What `git describe --tags --always` says, with `-dirty` where tracked files differ.
    pub label: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Whether tracked files differ from it; none where it was not asked.
    pub is_dirty: Option<bool>,
    /// Why it was not asked.
    pub note: Option<String>,
}

/// What is checked out in a folder; nothing where there is no Git, or no repository.
pub fn checked_out(ctx: &Ctx, folder: &Path) -> CheckedOut {
    let ask = |args: &[&str]| line(&run(ctx, folder, args, TIME_MAX).ok()?);
    let Some(commit) = ask(&["rev-parse", "--verify", "HEAD"]) else { return CheckedOut::default() };
    let mut label = ask(&["describe", "--tags", "--always"]);
    let (is_dirty, note) = match runs_programs(ctx, folder) {
        Ok(false) => {
            // Refreshes no index, and looks into no submodule, which has a configuration of its own.
            let args = ["diff-index", "--quiet", "--ignore-submodules=all", "--no-ext-diff", "HEAD", "--"];
            let code = run(ctx, folder, &args, TIME_MAX).ok().and_then(|ended| ended.code);
            (
                code.and_then(|code| [(0, false), (1, true)].iter().find(|(known, _)| *known == code).map(|row| row.1)),
                None,
            )
        }
        _ => {
            let note = "changes of the project were not looked for: its own Git configuration names programs";
            (None, Some(note.to_owned()))
        }
    };
    if let (Some(true), Some(label)) = (is_dirty, &mut label) {
        label.push_str("-dirty");
    }
    CheckedOut { label, commit: Some(commit), is_dirty, note }
}

/// Whether the repository's own configuration names filters, which Git would run to compare files.
fn runs_programs(ctx: &Ctx, folder: &Path) -> Result<bool, String> {
    let ended = run(ctx, folder, &["config", "--show-scope", "--includes", "--get-regexp", "^filter\\."], TIME_MAX)?;
    let text = String::from_utf8_lossy(&ended.stdout);
    Ok(text.lines().any(|line| line.starts_with("local") || line.starts_with("worktree")))
}

/// A folder in a Git repository of the user's.
pub struct Repository<'a> {
    ctx: &'a Ctx,
    folder: PathBuf,
}

impl<'a> Repository<'a> {
    /// The repository that this folder is in.
    ///
    /// # Errors
    /// In words: there is no Git, or no repository.
    pub fn of(ctx: &'a Ctx, folder: &Path) -> Result<Repository<'a>, String> {
        let repository = Repository { ctx, folder: folder.to_owned() };
        match repository.ask(&["rev-parse", "--is-inside-work-tree"])?.as_deref() {
            Some("true") => Ok(repository),
            _ => Err("it is in no working tree of a Git repository".to_owned()),
        }
    }

    /// Commits these files of the folder, and nothing else that is changed or staged. Returns the commit's hash; none
    /// where the repository has them already.
    ///
    /// # Errors
    /// In Git's words.
    pub fn commit(&self, names: &[String], message: &str) -> Result<Option<String>, String> {
        let mut add = vec!["add", "--force", "--"];
        add.extend(names.iter().map(String::as_str));
        self.done(&add)?;
        let mut changed = vec!["status", "--porcelain", "--"];
        changed.extend(names.iter().map(String::as_str));
        if self.ask(&changed)?.is_none() {
            return Ok(None);
        }
        let mut commit = vec!["commit", "--quiet", "--no-verify", "-m", message, "--only", "--"];
        commit.extend(names.iter().map(String::as_str));
        self.done(&commit)?;
        self.ask(&["rev-parse", "HEAD"])
    }

    /// Whether the branch that is checked out follows one of a remote repository.
    ///
    /// # Errors
    /// In words, when Git cannot be run.
    pub fn has_remote(&self) -> Result<bool, String> {
        let ended = run(self.ctx, &self.folder, &["rev-parse", "--abbrev-ref", "@{upstream}"], TIME_MAX)?;
        Ok(ended.code == Some(0))
    }

    /// Sends the branch to its remote repository.
    ///
    /// # Errors
    /// In Git's words.
    pub fn send(&self) -> Result<(), String> {
        self.transfer(&["push", "--quiet"])
    }

    /// Takes new commits of the remote repository, if the branch only has to move forward.
    ///
    /// # Errors
    /// In Git's words.
    pub fn receive(&self) -> Result<(), String> {
        self.transfer(&["pull", "--quiet", "--ff-only"])
    }

    fn transfer(&self, args: &[&str]) -> Result<(), String> {
        let ended = run(self.ctx, &self.folder, args, TRANSFER_TIME_MAX)?;
        ended_well(args, &ended)
    }

    fn done(&self, args: &[&str]) -> Result<(), String> {
        ended_well(args, &run(self.ctx, &self.folder, args, TIME_MAX)?)
    }

    fn ask(&self, args: &[&str]) -> Result<Option<String>, String> {
        let ended = run(self.ctx, &self.folder, args, TIME_MAX)?;
        ended_well(args, &ended)?;
        Ok(line(&ended))
    }
}

fn ended_well(args: &[&str], ended: &Ended) -> Result<(), String> {
    let verb = args.first().unwrap_or(&"");
    match ended.code {
        Some(0) => Ok(()),
        _ if ended.timed_out => Err(format!("`git {verb}` gave no answer in time")),
        _ => {
            let said = String::from_utf8_lossy(&ended.stderr);
            let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing");
            Err(format!("`git {verb}`: {}", release::cut(said.trim())))
        }
    }
}

/// The first line of an answer that went well.
fn line(ended: &Ended) -> Option<String> {
    let text = String::from_utf8_lossy(&ended.stdout);
    let line = text.lines().next().map(str::trim).filter(|line| !line.is_empty());
    line.filter(|_| ended.code == Some(0)).map(str::to_owned)
}

/// Runs Git about a folder.
fn run(ctx: &Ctx, folder: &Path, args: &[&str], time_max: Duration) -> Result<Ended, String> {
    let git = ctx.sys.find_program("git").map_err(|error| error.to_string())?;
    let empty = ctx.store.empty_folder().map_err(|error| error.to_string())?;
    // A variable such as GIT_DIR would lead to another repository.
    let names: Vec<_> = ctx.sys.env().vars().map(|(name, _)| name.to_owned()).collect();
    let is_git =
        |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.to_ascii_uppercase().starts_with("GIT_"));
    let is_kept = |name: &str| {
        [
            "GIT_SSH",
            "GIT_SSH_COMMAND",
            "GIT_AUTHOR_NAME",
            "GIT_AUTHOR_EMAIL",
            "GIT_COMMITTER_NAME",
            "GIT_COMMITTER_EMAIL",
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_NOSYSTEM",
            "GIT_ASKPASS",
        ]
        .contains(&name)
    };
    let mut environment = Environment::of(ctx.sys.env())
        .with("GIT_TERMINAL_PROMPT", "0")
        .with("GIT_OPTIONAL_LOCKS", "0")
        .with("LC_ALL", "C");
    for name in names.iter().filter(|name| is_git(name)) {
        if !name.to_str().is_some_and(is_kept) {
            environment = environment.without(name);
        }
    }
    let nowhere = empty.path().join("hooks");
    let helper = Helper::new(git, empty, environment)
        .args(["-c", "core.fsmonitor=false", "-c"])
        .arg(format!("core.hooksPath={}", nowhere.display()))
        .args(["-c", "core.pager=cat", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-C"])
        .arg(folder.as_os_str())
        .args(args.iter().copied());
    ctx.sys.process().capture(helper, BYTES_MAX, time_max, ctx.sys.interrupt()).map_err(|error| error.to_string())
}
