//! Decides what a program sees and gets inside.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use context::Ctx;
use isolation::{Access, Asked, Folder, Folders, Net, SYSTEM_FILES, SYSTEM_FOLDERS, is_passed};
use resolve::{Choice, GoEnv, Launch};
use sys::{EntryKind, Environment};

use crate::error::SandboxError;

/// What the user asks for.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// What may be reached.
    pub net: Net,
    /// Folders that may be read, too.
    pub reads: Vec<PathBuf>,
    /// Folders that may be written.
    pub writes: Vec<PathBuf>,
    /// Variables that pass, beside those of the table.
    pub variables: Vec<String>,
    /// The most memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// The most processes and threads.
    pub processes: Option<u64>,
    /// The longest time.
    pub time: Option<Duration>,
    /// Whether less than that is enough.
    pub best_effort: bool,
}

/// A program with what it sees and gets.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What is asked for.
    pub asked: Asked,
    /// Whether less is enough.
    pub best_effort: bool,
    /// What the program sees.
    pub folders: Folders,
    /// Every variable that it gets.
    pub environment: Environment,
    /// Where it runs.
    pub folder: PathBuf,
    /// The program, its `argv[0]` and its arguments; none for a probe.
    pub program: Option<(PathBuf, OsString, Vec<OsString>)>,
}

/// The program's home: in the private `/tmp`, so that it goes with it.
pub(crate) const HOME: &str = "/tmp/home";
/// Folders of programs that every system has.
const PATH: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];
/// What of `/etc` a program needs that asks for names of hosts.
const NET_FILES: [&str; 4] = ["/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf"];

impl Wishes {
    /// What is asked for.
    pub fn asked(&self) -> Asked {
        Asked { net: self.net, memory_bytes: self.memory_bytes, processes: self.processes, time: self.time }
    }
}

/// Prepares a program of a toolchain. `words` are its arguments.
///
/// # Errors
/// When a folder would show what the sandbox hides, or cannot be read.
pub fn prepare(
    ctx: &Ctx,
    launch: &Launch,
    choice: &Choice,
    words: &[OsString],
    wishes: &Wishes,
) -> Result<Prepared, SandboxError> {
    let go_env = resolve::go_env(ctx, launch.toolchain.clone(), Some(choice))?;
    let mut seen = Seen { ctx, home: ctx.sys.env().home(), folders: Folders::default() };
    seen.system(wishes.net)?;
    seen.show(&launch.toolchain.tree, Access::Read)?;
    let folder = seen.real(ctx.sys.env().folder())?;
    let project = seen.project(&go_env, &folder)?;
    let modules = seen.modules(&go_env)?;
    for path in &wishes.reads {
        seen.named(path, Access::Read, &project)?;
    }
    for path in &wishes.writes {
        seen.named(path, Access::Write, &project)?;
    }
    let program = seen.real(launch.command.program())?;
    if !seen.folders.shows(&program) {
        seen.show(&program, Access::Read)?;
    }
    let environment = environment(ctx, launch, &go_env, &seen.folders, modules.as_deref(), wishes);
    let name = launch.command.called().as_os_str().to_owned();
    let args = words.get(1..).unwrap_or_default().to_vec();
    Ok(Prepared {
        asked: wishes.asked(),
        best_effort: wishes.best_effort,
        folders: seen.folders,
        environment,
        folder,
        program: Some((program, name, args)),
    })
}

/// What a probe applies on Linux: everything that can be asked for, in an empty folder.
#[cfg(target_os = "linux")]
pub(crate) fn for_probe(ctx: &Ctx, asked: Asked, folder: &Path) -> Result<Prepared, SandboxError> {
    let mut seen = Seen { ctx, home: None, folders: Folders::default() };
    seen.system(Net::None)?;
    seen.show(folder, Access::Read)?;
    let folder = seen.real(folder)?;
    let (folders, environment) = (seen.folders, Environment::empty());
    Ok(Prepared { asked, best_effort: true, folders, environment, folder, program: None })
}

struct Seen<'a> {
    ctx: &'a Ctx,
    home: Option<PathBuf>,
    folders: Folders,
}

impl Seen<'_> {
    /// A path with its links resolved.
    fn real(&self, path: &Path) -> Result<PathBuf, SandboxError> {
        let failed = |cause| SandboxError::Unreadable { path: path.to_owned(), cause };
        self.ctx.sys.fs().resolve(path).map_err(failed)
    }

    fn is_there(&self, path: &Path) -> bool {
        self.ctx.sys.fs().look(path).is_ok_and(|meta| meta.is_some())
    }

    /// What the system itself has, under the names that programs use. A link among it is made anew, so what it leads to is
    /// shown, too.
    fn system(&mut self, net: Net) -> Result<(), SandboxError> {
        let of_net = NET_FILES.iter().filter(|_| net == Net::Open);
        for name in SYSTEM_FOLDERS.iter().chain(SYSTEM_FILES).chain(of_net) {
            let path = Path::new(name);
            if !self.is_there(path) {
                continue;
            }
            self.add(path.to_owned(), Access::Read, None)?;
            if let Ok(real) = self.ctx.sys.fs().resolve(path)
                && !self.folders.shows(&real)
            {
                self.add(real, Access::Read, None)?;
            }
        }
        Ok(())
    }

    /// The project: the workspace and the module of the working folder, and that folder itself.
    fn project(&mut self, go_env: &GoEnv, folder: &Path) -> Result<PathBuf, SandboxError> {
        let mut root = folder.to_owned();
        for name in ["GOWORK", "GOMOD"] {
            let value = go_env.variable(name).and_then(|variable| variable.value.clone()).unwrap_or_default();
            let file = Path::new(&value);
            // Outside of any module `GOMOD` is the null device, and `GOWORK` may be `off`.
            let is_file = ["go.mod", "go.work"].iter().any(|name| file.file_name() == Some(OsStr::new(name)));
            let Some(parent) = file.parent().filter(|_| is_file && file.is_absolute() && self.is_there(file)) else {
                continue;
            };
            let real = self.real(parent)?;
            if folder.starts_with(&real) && real.components().count() < root.components().count() {
                root.clone_from(&real);
            }
            self.add(real, Access::Read, self.home.clone())?;
        }
        self.add(folder.to_owned(), Access::Read, self.home.clone())?;
        Ok(root)
    }

    /// The user's module cache, if it is there.
    fn modules(&mut self, go_env: &GoEnv) -> Result<Option<PathBuf>, SandboxError> {
        let value = go_env.variable("GOMODCACHE").and_then(|variable| variable.value.clone()).unwrap_or_default();
        let path = PathBuf::from(value);
        if !path.is_absolute() || !self.is_there(&path) {
            return Ok(None);
        }
        let real = self.real(&path)?;
        self.add(real.clone(), Access::Read, self.home.clone())?;
        Ok(Some(real))
    }

    /// A folder that the user has named. Within the project a link must not lead out: the project's author wrote it, not
    /// the user.
    fn named(&mut self, path: &Path, access: Access, project: &Path) -> Result<(), SandboxError> {
        let typed = self.ctx.sys.env().folder().join(path);
        let real = self.real(&typed)?;
        // Where the path would lead if no component within the project were a link.
        let above = typed.ancestors().find(|above| self.ctx.sys.fs().resolve(above).is_ok_and(|real| real == *project));
        if above.is_some() && !real.starts_with(project) {
            return Err(SandboxError::LeadsOut { path: typed, target: real });
        }
        let git = real.join(".git");
        if access == Access::Write && self.is_there(&git) {
            // What is written there would run outside: hooks, settings that name programs.
            let git = self.real(&git)?;
            if git.starts_with(&real) {
                self.add(git, Access::Read, None)?;
            }
        }
        self.add(real, access, None)
    }

    fn show(&mut self, path: &Path, access: Access) -> Result<(), SandboxError> {
        let real = self.real(path)?;
        self.add(real, access, None)
    }

    fn add(&mut self, path: PathBuf, access: Access, home: Option<PathBuf>) -> Result<(), SandboxError> {
        self.folders.add(Folder { path, access }, home.as_deref()).map_err(SandboxError::folder)
    }
}

/// Every variable that the program gets.
fn environment(
    ctx: &Ctx,
    launch: &Launch,
    go_env: &GoEnv,
    folders: &Folders,
    modules: Option<&Path>,
    wishes: &Wishes,
) -> Environment {
    let mut environment = Environment::empty();
    for (name, value) in ctx.sys.env().vars() {
        let passes = |name: &str| is_passed(name) || wishes.variables.iter().any(|wished| wished == name);
        if name.to_str().is_some_and(passes) {
            environment = environment.with(name, value);
        }
    }
    // What `go env -w` has set is in the user's home, which is not seen inside.
    for variable in go_env.variables.iter().filter(|variable| is_passed(variable.name)) {
        if let (resolve::Rule::UserFile { .. }, Some(value)) = (&variable.rule, &variable.value) {
            environment = environment.with(variable.name, value);
        }
    }
    environment = environment.with("GOENV", "off").with("GOTOOLCHAIN", "local");
    match modules {
        Some(modules) if wishes.net == Net::None => environment = environment.with("GOMODCACHE", modules),
        _ => {}
    }
    let proxy = match wishes.net {
        Net::None => Some("off".to_owned()),
        Net::Proxy => None,
        Net::Open => go_env.variable("GOPROXY").and_then(|variable| variable.value.clone()),
    };
    if let Some(proxy) = with_cache(modules.filter(|_| wishes.net != Net::None), proxy) {
        environment = environment.with("GOPROXY", proxy);
    }
    environment
        .with("PATH", path(ctx, &launch.toolchain.tree.join("bin"), folders))
        .with("HOME", HOME)
        .with("TMPDIR", "/tmp")
}

/// The proxies, after the user's module cache as one: what has been downloaded is there to be read.
fn with_cache(modules: Option<&Path>, proxy: Option<String>) -> Option<String> {
    let cache =
        modules.and_then(|modules| modules.join("cache/download").to_str().map(|path| format!("file://{path}")));
    match (cache, proxy) {
        (Some(cache), Some(proxy)) => Some(format!("{cache},{proxy}")),
        (one, other) => one.or(other),
    }
}

/// The folders of programs: the toolchain's, those of the user that are seen inside, the system's.
fn path(ctx: &Ctx, bin: &Path, folders: &Folders) -> OsString {
    let mut path = bin.as_os_str().to_owned();
    let mut known: Vec<PathBuf> = vec![bin.to_owned()];
    let is_folder =
        |path: &Path| ctx.sys.fs().follow(path).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::Dir));
    let of_user = ctx.sys.env().search_path().into_iter().filter(|path| path.is_absolute() && folders.shows(path));
    for folder in of_user.chain(PATH.map(PathBuf::from)) {
        if !known.contains(&folder) && is_folder(&folder) {
            path.push(OsStr::new(":"));
            path.push(&folder);
            known.push(folder);
        }
    }
    path
}
