//! Plans `goward setup`.

use std::path::{Path, PathBuf};

use diag::IoFailure;
use store::Layout;
use sys::{EntryKind, Sys};

use crate::block;
use crate::checksum_line::{self, Owner};
use crate::find::{Folders, Profile, completion, direnv_lib, nu_autoload, profiles, profiles_ever, profiles_of_hosts};
use crate::limits::PROFILE_BYTES_MAX;
use crate::plan::{ByHand, Kept, Plan};
use crate::rivals::rivals;
use crate::user_path;
use crate::{Script, ScriptPaths, SetupError, Shell, quote, script};

/// What to set up.
#[derive(Debug, Clone)]
pub struct SetupOptions {
    /// For which shells.
    pub shells: Vec<Shell>,
    /// Whether the user's `Path` gets the shims, if there is a registry.
    pub user_path: bool,
    /// Whether profiles, and the registry, may be changed.
    pub profiles: bool,
    /// Whether edited text may be overwritten.
    pub force: bool,
    /// The completion scripts.
    pub completions: Vec<Completion>,
}

/// A completion script.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The shell.
    pub shell: Shell,
    /// The script; it ends with a line end.
    pub text: String,
}

/// Plans what `goward setup` changes: the user's `Path` if that is in a registry, scripts, blocks in profiles,
/// completions, the function for direnv.
///
/// # Errors
/// When a profile may not be written or is not text; then there is no plan. If the user's `Path` is set up, too, such a
/// profile is reported and not changed.
pub fn plan_setup(sys: &Sys, layout: &Layout, paths: &ScriptPaths, options: &SetupOptions) -> Result<Plan, SetupError> {
    let folders = Folders::of(sys)?;
    let mut plan = Plan { purpose: "setup".to_owned(), shells: options.shells.clone(), ..Plan::default() };
    let mut looked_at = Vec::new();
    if let Some(registry) = sys.registry().filter(|_| options.user_path) {
        match options.profiles {
            true => user_path::put_first(registry, &paths.shims, sys.env(), &mut plan)?,
            false => plan.variable_by_hand = user_path::by_hand(registry, &paths.shims, sys.env())?,
        }
    }
    for &shell in &options.shells {
        if sys.registry().is_some() && !shell.is_native_to_windows() {
            plan.warnings.push(format!("{shell} takes PATH from Windows, and gets no profile of its own there"));
            continue;
        }
        for kind in Script::files_of(shell) {
            own_file(sys, &mut plan, options, layout.activation(kind.file_name()), &script(kind, paths))?;
        }
        for profile in profiles(sys, &folders, shell, !options.user_path) {
            if profile.needs_leave {
                plan.warnings.push(format!(
                    "Windows PowerShell runs `{}` only once `Set-ExecutionPolicy RemoteSigned -Scope CurrentUser` allows \
                     it, and says so in red at each start until then",
                    profile.path.display()
                ));
            }
            match in_profile(sys, &mut plan, options, paths, shell, &profile) {
                // The user has not named this shell, and `cmd` and other programs need only `Path`.
                Err(error) if sys.registry().is_some() && options.user_path => {
                    leave(&mut plan, paths, shell, &profile, error)?
                }
                outcome => outcome?,
            }
        }
        if shell == Shell::Nu {
            let path = nu_autoload(&folders);
            match options.profiles {
                true => own_file(sys, &mut plan, options, path, &script(Script::Nu, paths))?,
                false => {
                    let line = format!("source {}", quote(Script::Nu, &paths.script_file(Script::Nu)));
                    plan.by_hand.push(ByHand { shell, path, line });
                }
            }
        }
        // nushell's autoload folder is read at each start, as a profile is.
        let is_wanted = options.profiles || shell != Shell::Nu;
        if let Some(completion_script) =
            options.completions.iter().find(|completion| completion.shell == shell).filter(|_| is_wanted)
        {
            let path = completion(&folders, layout, shell);
            own_file(sys, &mut plan, options, path, &completion_script.text)?;
        }
        looked_at.extend(profiles_ever(&folders, shell));
        if shell == Shell::Pwsh {
            looked_at.extend(profiles_of_hosts(&folders));
        }
    }
    if let Some(path) = direnv_lib(sys, &folders).filter(|_| options.profiles) {
        own_file(sys, &mut plan, options, path, &script(Script::Direnv, paths))?;
    }
    plan.rivals = rivals(sys, &looked_at, &paths.shims, options.user_path && options.profiles);
    Ok(plan)
}

/// Keeps a profile that cannot be changed, with the text to add by hand.
fn leave(
    plan: &mut Plan,
    paths: &ScriptPaths,
    shell: Shell,
    profile: &Profile,
    error: SetupError,
) -> Result<(), SetupError> {
    let reason = match error {
        SetupError::ReadOnly { .. } => "it is read-only".to_owned(),
        SetupError::NotProfile { reason, .. } => reason.to_owned(),
        SetupError::Block { cause, .. } => cause.to_string(),
        SetupError::Io(failure) => failure.cause.to_string(),
        error => return Err(error),
    };
    let path = profile.path.clone();
    plan.shells.retain(|other| *other != shell);
    plan.kept.push(Kept { path: path.clone(), line: None, reason, text: None });
    plan.by_hand.push(ByHand { shell, path, line: by_hand(profile.reads, paths) });
    Ok(())
}

/// A file that belongs to goward as a whole. A file that somebody else wrote is not changed.
fn own_file(sys: &Sys, plan: &mut Plan, options: &SetupOptions, path: PathBuf, text: &str) -> Result<(), SetupError> {
    let after = checksum_line::with_sum(text).into_bytes();
    let before = read(sys, &path, "")?;
    let reason = match before.as_deref() {
        None => None,
        // `goward completions` and `goward activate` print the same without the last line.
        Some(bytes) if bytes == text.as_bytes() => None,
        Some(bytes) => match checksum_line::owner_of(bytes) {
            Owner::Unchanged => None,
            Owner::Changed => Some("it was edited since setup wrote it; `--force` rewrites it"),
            Owner::Other => Some("it is not of goward's making; `--force` writes over it"),
        },
    };
    match reason {
        Some(reason) if !options.force => {
            plan.kept.push(Kept { path, line: None, reason: reason.to_owned(), text: None });
        }
        _ => plan.change(path, before.as_deref(), Some(after), "a file of goward's"),
    }
    Ok(())
}

fn in_profile(
    sys: &Sys,
    plan: &mut Plan,
    options: &SetupOptions,
    paths: &ScriptPaths,
    shell: Shell,
    profile: &Profile,
) -> Result<(), SetupError> {
    let body = body(profile.reads, paths);
    let line = by_hand(profile.reads, paths);
    let path = profile.path.clone();
    if !options.profiles {
        plan.by_hand.push(ByHand { shell, path, line });
        return Ok(());
    }
    let before = read(sys, &path, &line)?;
    let bytes = before.as_deref().unwrap_or_default();
    if bytes.contains(&0) || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(SetupError::NotProfile { path, reason: "it is not in UTF-8 or another form of ASCII", line });
    }
    let found = block::find(bytes).map_err(|cause| SetupError::Block { path: path.clone(), cause })?;
    let (last, others) = match found.split_last() {
        Some((last, others)) => (Some(last), others),
        None => (None, [].as_slice()),
    };
    if let Some(found) = others.iter().chain(last).find(|found| found.edited && !options.force) {
        plan.kept.push(Kept {
            path: path.clone(),
            line: Some(found.line),
            reason: "this block was edited since setup wrote it; `--force` rewrites it".to_owned(),
            text: Some(found.text.clone()),
        });
        return Ok(());
    }
    let mut after = block::put(before.as_deref(), last, &body, line_ends(profile.reads));
    // From the end, so that the offsets of earlier blocks stay valid.
    for found in others.iter().rev() {
        after = block::take_out(&after, found).unwrap_or_default();
    }
    if before.as_deref() != Some(after.as_slice()) {
        check_writable(sys, &path, &line)?;
    }
    plan.change(path, before.as_deref(), Some(after), format!("a block that reads `{}`", profile.reads.file_name()));
    Ok(())
}

/// Reads a file that may not exist; anything but a file is an error.
pub(crate) fn read(sys: &Sys, path: &Path, line: &str) -> Result<Option<Vec<u8>>, SetupError> {
    let meta = sys.fs().follow(path).map_err(IoFailure::on("look at", path))?;
    match meta {
        Some(meta) if meta.kind != EntryKind::File => {
            Err(SetupError::NotProfile { path: path.to_owned(), reason: "it is no file", line: line.to_owned() })
        }
        Some(_) => Ok(sys.fs().read_if_there(path, PROFILE_BYTES_MAX).map_err(IoFailure::on("read", path))?),
        None => match sys.fs().look(path).map_err(IoFailure::on("look at", path))? {
            // A dangling link: goward does not guess its target.
            Some(_) => {
                let reason = "it is a link that leads nowhere";
                Err(SetupError::NotProfile { path: path.to_owned(), reason, line: line.to_owned() })
            }
            None => Ok(None),
        },
    }
}

/// goward does not change a profile that its owner has made read-only, even if the system would allow it.
pub(crate) fn check_writable(sys: &Sys, path: &Path, line: &str) -> Result<(), SetupError> {
    let Some(meta) = sys.fs().follow(path).map_err(IoFailure::on("look at", path))? else { return Ok(()) };
    let may = sys.fs().may_write(path).map_err(IoFailure::on("look at", path))?;
    if meta.mode & 0o200 == 0 || !may {
        return Err(SetupError::ReadOnly { path: path.to_owned(), line: line.to_owned() });
    }
    Ok(())
}

/// The text between the marks of a profile.
fn body(reads: Script, paths: &ScriptPaths) -> String {
    let file = quote(reads, &paths.script_file(reads));
    match reads {
        Script::Sh | Script::Bash | Script::BashHook | Script::Zsh | Script::ZshHook | Script::Direnv => {
            format!("if [ -r {file} ]; then\n  . {file}\nfi")
        }
        Script::Fish => format!("if test -r {file}\n    source {file}\nend"),
        Script::Pwsh => format!("if (Test-Path -LiteralPath {file}) {{ . {file} }}"),
        Script::Nu => format!("source {file}"),
        // A missing file is fine; errors in it are printed.
        Script::Elvish => format!("eval (try {{ slurp < {file} }} catch {{ put '' }})"),
    }
}

/// Which line ends the shell that reads a profile accepts.
fn line_ends(reads: Script) -> block::LineEnds {
    match reads {
        Script::Sh
        | Script::Bash
        | Script::BashHook
        | Script::Zsh
        | Script::ZshHook
        | Script::Direnv
        | Script::Fish
        | Script::Elvish => block::LineEnds::Lf,
        Script::Pwsh | Script::Nu => block::LineEnds::OfFile,
    }
}

/// The same as one line.
fn by_hand(reads: Script, paths: &ScriptPaths) -> String {
    let file = quote(reads, &paths.script_file(reads));
    match reads {
        Script::Sh | Script::Bash | Script::BashHook | Script::Zsh | Script::ZshHook | Script::Direnv => {
            format!("[ -r {file} ] && . {file}")
        }
        Script::Fish => format!("test -r {file}; and source {file}"),
        Script::Pwsh | Script::Nu | Script::Elvish => body(reads, paths),
    }
}
