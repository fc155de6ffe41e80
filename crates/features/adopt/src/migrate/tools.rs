//! Finds the tools that the user has built with `go install`, by their build information.
//!
//! It asks the go command once for the whole folder: the go command knows every format that it has ever written. Its
//! output is untrusted, since the programs are: a line counts only if it names a file in the folder, and a package path
//! or a version is passed back to the go command only if it has only the characters that Go allows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use context::Ctx;
use release::Version;
use sys::{EntryKind, Environment, Helper, Program};

/// `go version -m` reads some kilobytes of each program.
const SCAN_TIME_MAX: Duration = Duration::from_secs(120);
/// The size of its output, in bytes: a tool has some hundred lines of a hundred bytes.
const SCAN_BYTES_MAX: u64 = 32 << 20;
/// `go env` reads two small files.
const ENV_TIME_MAX: Duration = Duration::from_secs(30);
/// The size of its output, in bytes: some paths.
const ENV_BYTES_MAX: u64 = 64 << 10;
/// Bytes of a package path or a version: module proxies take no longer ones.
const WORD_BYTES_MAX: usize = 512;

/// A found tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The file.
    pub path: PathBuf,
    /// The Go that it was built with, from its build information.
    pub go: String,
    /// The package, if the build information has it.
    pub package: Option<String>,
    /// The version of its module, if the build information has it.
    pub version: Option<String>,
    /// The build tags that it was built with.
    pub tags: Option<String>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What the migration does with a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is rebuilt with the new release.
    Rebuild,
    /// It stays as it is.
    Leave {
        /// Why, in words.
        why: String,
    },
}

/// Why the tools could not be looked for.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ScanError {
    /// The go command could not be run, or failed.
    #[error("ask `{}` for the tools that are there: {reason}", go.display())]
    Go { go: PathBuf, reason: String },
}

/// The folders into which `go install` installs programs for this user, from the go command.
///
/// # Errors
/// When it cannot be run, or fails.
pub fn folders(ctx: &Ctx, go: &Path) -> Result<Vec<PathBuf>, ScanError> {
    let lines = run(ctx, go, &["env", "GOBIN", "GOPATH"], ENV_BYTES_MAX, ENV_TIME_MAX)?;
    let mut lines = lines.lines();
    let (gobin, gopath) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if !gobin.is_empty() {
        return Ok(vec![PathBuf::from(gobin)]);
    }
    // `go install` installs programs into the first folder's `bin` only.
    let separator = if cfg!(windows) { ';' } else { ':' };
    let first = gopath.split(separator).next().filter(|path| !path.is_empty());
    Ok(first.map(|path| Path::new(path).join("bin")).into_iter().collect())
}

/// The tools in a folder, sorted by name, and what the migration to the release `new` does with each.
///
/// # Errors
/// When the go command cannot be run, or fails.
pub fn scan(ctx: &Ctx, go: &Path, folder: &Path, new: &Version) -> Result<Vec<Tool>, ScanError> {
    if !matches!(ctx.sys.fs().follow(folder), Ok(Some(meta)) if meta.kind == EntryKind::Dir) {
        return Ok(Vec::new());
    }
    let folder = ctx.sys.fs().resolve(folder).unwrap_or_else(|_| folder.to_owned());
    let shown = folder.to_string_lossy().into_owned();
    let text = run(ctx, go, &["version", "-m", &shown], SCAN_BYTES_MAX, SCAN_TIME_MAX)?;
    let is_file = |path: &Path| matches!(ctx.sys.fs().look(path), Ok(Some(meta)) if meta.kind == EntryKind::File);
    let mut tools: Vec<Tool> = parse(&text)
        .into_iter()
        .filter(|info| info.path.parent() == Some(folder.as_path()) && is_file(&info.path))
        .map(|info| judged(info, new, &ctx.platform))
        .collect();
    tools.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(tools)
}

/// The Go that a program was built with, from its build information.
///
/// # Errors
/// When the go command cannot be run, or fails.
pub fn built_with(ctx: &Ctx, go: &Path, program: &Path) -> Result<Option<String>, ScanError> {
    let shown = program.to_string_lossy().into_owned();
    let text = run(ctx, go, &["version", "-m", &shown], SCAN_BYTES_MAX, SCAN_TIME_MAX)?;
    Ok(parse(&text).into_iter().next().map(|info| info.go))
}

fn run(ctx: &Ctx, go: &Path, args: &[&str], bytes_max: u64, time_max: Duration) -> Result<String, ScanError> {
    let failed = |reason: String| ScanError::Go { go: go.to_owned(), reason };
    let helper = bare(ctx, go, |environment| environment).map_err(failed)?.args(args.iter().copied());
    let ended = ctx.sys.process().capture(helper, bytes_max, time_max, ctx.sys.interrupt());
    let ended = ended.map_err(|error| failed(error.to_string()))?;
    match ended.code {
        Some(0) => String::from_utf8(ended.stdout).map_err(|_| failed("its answer is not text".to_owned())),
        _ if ended.timed_out => Err(failed(format!("it took longer than {} s", time_max.as_secs()))),
        _ => Err(failed(tail(&ended.stderr))),
    }
}

/// A go command that does not switch to another toolchain and uses no other tree's GOROOT. It runs in an empty folder,
/// with the user's own settings except for those that are changed here.
///
/// # Errors
/// In words.
pub(super) fn bare(ctx: &Ctx, go: &Path, change: impl FnOnce(Environment) -> Environment) -> Result<Helper, String> {
    let program = Program::at(go).map_err(|error| error.to_string())?;
    let folder = ctx.store.empty_folder().map_err(|error| error.to_string())?;
    let environment = Environment::of(ctx.sys.env()).with("GOTOOLCHAIN", "local").without("GOROOT");
    Ok(Helper::new(program, folder, change(environment)))
}

/// The last line of a program's output.
pub(super) fn tail(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing");
    release::cut(line.trim())
}

/// The build information of one program.
#[derive(Debug, Default, PartialEq, Eq)]
struct Info {
    path: PathBuf,
    go: String,
    package: Option<String>,
    module: Option<(String, String)>,
    has_replacements: bool,
    settings: Vec<(String, String)>,
}

/// Parses the output of `go version -m`: a line for each program, and below it lines that begin with a tab
/// (`runtime/debug.BuildInfo`, whose text form this is).
fn parse(text: &str) -> Vec<Info> {
    let mut found: Vec<Info> = Vec::new();
    for line in text.lines() {
        let Some(line) = line.strip_prefix('\t') else {
            if let Some((path, go)) = line.rsplit_once(": go") {
                found.push(Info { path: PathBuf::from(path), go: format!("go{go}"), ..Info::default() });
            }
            continue;
        };
        let Some(info) = found.last_mut() else { continue };
        let mut words = line.split('\t');
        match (words.next(), words.next(), words.next()) {
            (Some("path"), Some(package), _) => info.package = Some(package.to_owned()),
            (Some("mod"), Some(path), Some(version)) => info.module = Some((path.to_owned(), version.to_owned())),
            (Some("=>"), ..) => info.has_replacements = true,
            (Some("build"), Some(setting), _) => {
                if let Some((name, value)) = setting.split_once('=') {
                    info.settings.push((name.to_owned(), value.to_owned()));
                }
            }
            _ => {}
        }
    }
    found
}

fn judged(info: Info, new: &Version, platform: &release::Platform) -> Tool {
    let setting = |name: &str| info.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let foreign = |name: &str, ours: &str| setting(name).is_some_and(|value| value != ours);
    let tags = setting("-tags").map(str::to_owned);
    let version = info.module.as_ref().map(|(_, version)| version.clone());
    let why = match (&info.package, &version) {
        (None, _) => Some("it has no package: it was not built from a module".to_owned()),
        (Some(package), _) if !is_package(package) => Some("its package is not a valid package path".to_owned()),
        (_, None) => Some("it has no version".to_owned()),
        (_, Some(version)) if version == "(devel)" || version.contains("+dirty") => {
            Some("it was built in a working folder".to_owned())
        }
        (_, Some(version)) if !is_version(version) => Some("its version is not a valid module version".to_owned()),
        _ if info.has_replacements => Some("some of its modules were replaced by others".to_owned()),
        _ if foreign("GOOS", platform.os()) || foreign("GOARCH", platform.arch()) => {
            Some("it is a program for another platform".to_owned())
        }
        _ if tags.as_deref().is_some_and(|tags| !is_tags(tags)) => Some("its build tags are odd".to_owned()),
        _ if setting("-ldflags").is_some_and(|flags| !flags.is_empty()) => {
            Some("it was linked with flags of its own (`-ldflags`)".to_owned())
        }
        _ => not_older(&info.go, new),
    };
    let fate = why.map_or(Fate::Rebuild, |why| Fate::Leave { why });
    Tool { path: info.path, go: release::cut(&info.go), package: info.package, version, tags, fate }
}

/// Why a tool need not be rebuilt, if so.
fn not_older(go: &str, new: &Version) -> Option<String> {
    // Experiments follow the version: `go1.26.8 X:nodwarf5`.
    let built: Version = go.split([' ', '-']).next()?.parse().ok()?;
    match built.go_order(new) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some(format!("it is built with {} already", new.tag())),
        std::cmp::Ordering::Greater => Some(format!("it is built with a newer Go ({})", release::cut(go))),
    }
}

/// Whether a text can be a package path (`golang.org/x/mod/module.CheckImportPath`, less what no real one has).
fn is_package(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/+".contains(&byte);
    let first = text.split('/').next().unwrap_or_default();
    text.len() <= WORD_BYTES_MAX
        && text.bytes().all(allowed)
        && first.contains('.')
        && text.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.starts_with('-'))
}

fn is_version(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._+".contains(&byte);
    text.len() <= WORD_BYTES_MAX && text.starts_with('v') && text.bytes().all(allowed)
}

fn is_tags(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.,".contains(&byte);
    text.len() <= WORD_BYTES_MAX && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
/home/a/go/bin/gopls: go1.26.8
\tpath\tgolang.org/x/tools/gopls
\tmod\tgolang.org/x/tools/gopls\tv0.20.0\th1:abc=
\tdep\tgolang.org/x/mod\tv0.27.0\th1:def=
\tbuild\t-buildmode=exe
\tbuild\tGOOS=linux
\tbuild\tGOARCH=amd64
/home/a/go/bin/dev tool: go1.26.8
\tpath\texample.com/dev
\tmod\texample.com/dev\t(devel)\t
/home/a/go/bin/old: go1.4
";

    fn judge(text: &str) -> Tool {
        let info = parse(text).remove(0);
        judged(info, &"1.27.3".parse().unwrap(), &"linux-amd64".parse().unwrap())
    }

    fn tool(more: &str) -> Tool {
        judge(&format!("/b/x: go1.26.8\n\tpath\texample.com/x/cmd/x\n\tmod\texample.com/x\tv1.2.3\th1:a=\n{more}"))
    }

    #[test]
    fn what_the_go_command_prints_is_read_whatever_stands_in_it() {
        let found = parse(TEXT);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].package.as_deref(), Some("golang.org/x/tools/gopls"));
        assert_eq!(found[0].settings.len(), 3);
        assert_eq!(found[1].path, Path::new("/home/a/go/bin/dev tool"));
        assert_eq!(found[2].package, None);
        assert_eq!(parse("\tpath\tx\nnothing\n\t\n: go\n").len(), 1);
        assert_eq!(parse(""), []);
    }

    #[test]
    fn only_what_go_install_can_make_again_is_rebuilt() {
        assert_eq!(tool("\tbuild\tGOOS=linux\n\tbuild\tGOARCH=amd64\n").fate, Fate::Rebuild);
        assert_eq!(tool("\tbuild\t-tags=a,b\n").tags.as_deref(), Some("a,b"));
        for (more, word) in [
            ("\tdep\tx.y/z\tv1.0.0\n\t=>\t../z\t(devel)\t\n", "replaced"),
            ("\tbuild\tGOOS=windows\n", "platform"),
            ("\tbuild\t-ldflags=\"-X main.v=1\"\n", "flags"),
            ("\tbuild\t-tags=a b;c\n", "odd"),
        ] {
            let Fate::Leave { why } = tool(more).fate else { panic!("{more}") };
            assert!(why.contains(word), "{why}");
        }
        for (text, word) in [
            ("/b/x: go1.26.8\n\tpath\te.com/x\n\tmod\te.com/x\t(devel)\t\n", "working folder"),
            (
                "/b/x: go1.26.8\n\tpath\te.com/x\n\tmod\te.com/x\tv1.0.1-0.20260101000000-abc+dirty\t\n",
                "working folder",
            ),
            ("/b/x: go1.26.8\n\tpath\tcommand-line-arguments\n", "package path"),
            ("/b/x: go1.26.8\n", "no package"),
            ("/b/x: go1.26.8\n\tpath\te.com/x\n", "no version"),
            ("/b/x: go1.27.3\n\tpath\te.com/x\n\tmod\te.com/x\tv1.0.0\t\n", "already"),
            ("/b/x: go1.28.0\n\tpath\te.com/x\n\tmod\te.com/x\tv1.0.0\t\n", "newer"),
            ("/b/x: go1.26.8\n\tpath\t-toolexec=evil\n\tmod\te.com/x\tv1.0.0\t\n", "package path"),
            ("/b/x: go1.26.8\n\tpath\te.com/../x\n\tmod\te.com/x\tv1.0.0\t\n", "package path"),
            ("/b/x: go1.26.8\n\tpath\te.com/x@v9\n\tmod\te.com/x\tv1.0.0\t\n", "package path"),
            ("/b/x: go1.26.8\n\tpath\te.com/x\n\tmod\te.com/x\tlatest\t\n", "module version"),
        ] {
            let Fate::Leave { why } = judge(text).fate else { panic!("{text}") };
            assert!(why.contains(word), "{text}: {why}");
        }
    }
}
