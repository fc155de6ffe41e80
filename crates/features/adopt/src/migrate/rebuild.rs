//! Rebuilds a tool with another release, into a separate folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use context::Ctx;
use sys::EntryKind;

use super::tools::{Tool, bare, built_with, tail};

/// The largest tools take some minutes on a slow machine, with all modules to fetch.
const BUILD_TIME_MAX: Duration = Duration::from_secs(20 * 60);
/// How much output of a failed build is read, in bytes.
const SAID_BYTES_MAX: u64 = 256 << 10;

/// Builds the tool into a new folder below `into`; returns the program, or why the build failed.
///
/// `go install PACKAGE@VERSION` reads no project, so its working folder does not matter.
///
/// # Errors
/// A text: this failure is reported beside others.
pub(super) fn rebuild(ctx: &Ctx, go: &Path, tag: &str, tool: &Tool, into: &Path) -> Result<PathBuf, String> {
    let (Some(package), Some(version)) = (&tool.package, &tool.version) else {
        return Err("its build information has no package or no version".to_owned());
    };
    let fs = ctx.sys.fs();
    fs.create_dirs(into).map_err(|error| format!("`{}` cannot be made: {error}", into.display()))?;
    let environment = |environment: sys::Environment| {
        let environment = environment.with("GOBIN", into).with("GO111MODULE", "on").with("GOWORK", "off");
        environment.without("GOOS").without("GOARCH")
    };
    let tags = tool.tags.as_ref().map(|tags| format!("-tags={tags}"));
    let helper = bare(ctx, go, environment)?.arg("install").args(tags).arg(format!("{package}@{version}"));
    let ended = ctx.sys.process().capture(helper, SAID_BYTES_MAX, BUILD_TIME_MAX, ctx.sys.interrupt());
    let ended = ended.map_err(|error| format!("`{}` cannot be run: {error}", go.display()))?;
    match ended.code {
        Some(0) => {}
        _ if ended.timed_out => return Err(format!("it took longer than {} s", BUILD_TIME_MAX.as_secs())),
        _ => return Err(tail(&ended.stderr)),
    }
    let names = fs.names(into).map_err(|error| format!("`{}` cannot be listed: {error}", into.display()))?;
    let [name] = names.as_slice() else { return Err(format!("{} files came out of it, not one", names.len())) };
    let program = into.join(name);
    if !matches!(fs.look(&program), Ok(Some(meta)) if meta.kind == EntryKind::File) {
        return Err("the build made no file".to_owned());
    }
    match built_with(ctx, go, &program) {
        Ok(Some(go)) if go == tag || go.starts_with(&format!("{tag} ")) => Ok(program),
        Ok(found) => Err(format!("it reports {}, not {tag}", found.as_deref().unwrap_or("nothing"))),
        Err(error) => Err(error.to_string()),
    }
}
