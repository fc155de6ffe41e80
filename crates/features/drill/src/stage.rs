//! Where a drill takes place: a scratch folder inside of goward's home, and goward itself as a program in it.
//!
//! The scratch folder is a staging folder of the store: its lock shows whether this process lives, and the next change of
//! the store removes one whose process has died. Every program gets an environment that is made here from nothing, so that
//! neither a drill nor the programs that it starts see a setting, a cache or a folder of the user's.

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use context::Ctx;
use diag::IoFailure;
use serde_json::{Value, json};
use store::Layout;
use sys::{EmptyFolder, Environment, Fs, Helper, Interrupt, Program};

use crate::error::DrillError;
use crate::limits::{RUN_BYTES_MAX, RUN_TIME_MAX, WORDS_CHARS_MAX};
use crate::outcome::Halt;
use crate::release_archive::Release;
use crate::server::Server;

/// Variables without which no program runs on Windows.
const WINDOWS_VARS: [&str; 5] = ["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT"];

/// What every drill of a run shares.
pub(crate) struct Stage<'a> {
    pub ctx: &'a Ctx,
    /// goward's own program.
    goward: Program,
    /// The scratch folder.
    pub scratch: PathBuf,
    pub server: Server,
    /// The toolchain of the run, as a release.
    pub release: Release,
    /// A second release.
    pub second: Release,
    /// The home in which both are installed already, once a drill has asked for it.
    installed: RefCell<Option<Home>>,
    homes: Cell<u32>,
}

/// A home of goward's in the scratch folder, with the user's folders beside it.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    folder: PathBuf,
}

impl Home {
    /// goward's home.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("goward")
    }

    /// The paths in it.
    pub(crate) fn layout(&self) -> Layout {
        Layout::new(self.store())
    }

    /// The user's home folder.
    pub(crate) fn user(&self) -> PathBuf {
        self.folder.join("user")
    }

    /// The tree of a release in it.
    pub(crate) fn tree(&self, release: &Release) -> PathBuf {
        self.layout().tree(&release.id)
    }
}

/// What a run of a program said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Whether its time ran out.
    pub timed_out: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// What goward has printed as data.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or(Value::Null)
    }

    /// The failure that goward has reported: what could not be done, and its causes.
    pub(crate) fn failure(&self) -> Option<String> {
        let report = self.reports().filter(|report| report["error"].is_string()).last()?;
        let mut words = report["error"].as_str().unwrap_or_default().to_owned();
        let tried = report["tried"].as_array().into_iter().flatten().map(|tried| &tried["reason"]);
        for cause in report["caused_by"].as_array().into_iter().flatten().chain(tried).filter_map(Value::as_str) {
            words.push_str(": ");
            words.push_str(cause);
        }
        Some(words)
    }

    /// The first notice of goward's that has one of these words.
    pub(crate) fn notice(&self, words: &[&str]) -> Option<String> {
        let of = |report: Value| report["message"].as_str().map(str::to_owned);
        self.reports().filter_map(of).find(|message| words.iter().any(|word| message.contains(word)))
    }

    fn reports(&self) -> impl Iterator<Item = Value> {
        self.stderr.lines().filter_map(|line| serde_json::from_str(line).ok())
    }

    /// How it ended and what it said last, for a drill that has failed.
    pub(crate) fn told(&self) -> String {
        let how = match self.code {
            _ if self.timed_out => "it did not end in time".to_owned(),
            Some(code) => format!("exit code {code}"),
            None => "a signal ended it".to_owned(),
        };
        let last = |text: &str| text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        let words = self.failure().unwrap_or_else(|| last(&self.stderr));
        let words = if words.is_empty() { last(&self.stdout) } else { words };
        format!("{how}: {}", cut(&words))
    }
}

/// Words of a program as one printable line of bounded length: its beginning and its end, since the last words of an
/// error name the cause.
pub(crate) fn cut(words: &str) -> String {
    let line = diag::shown_line(words.trim());
    let count = line.chars().count();
    if count <= WORDS_CHARS_MAX {
        return line;
    }
    let half = WORDS_CHARS_MAX / 2;
    let head: String = line.chars().take(half).collect();
    let tail: String = line.chars().skip(count - half).collect();
    format!("{head} … {tail}")
}

impl<'a> Stage<'a> {
    /// Makes the scratch folder and starts the server.
    ///
    /// # Errors
    /// When the scratch folder, the archives or the server cannot be made.
    pub(crate) fn set(ctx: &'a Ctx, scratch: &Path, toolchain: &store::Toolchain) -> Result<Stage<'a>, DrillError> {
        let fs = ctx.sys.fs();
        fs.create_private_dir(scratch).map_err(IoFailure::on("make the folder", scratch))?;
        // A link on the way would lead the drills to something that is not theirs.
        let (real, home) = (fs.resolve(scratch), fs.resolve(ctx.store.layout().home()));
        let real = real.map_err(IoFailure::on("resolve", scratch))?;
        let home = home.map_err(IoFailure::on("resolve", ctx.store.layout().home()))?;
        if !real.starts_with(&home) || real == home {
            return Err(DrillError::Outside { path: scratch.to_owned() });
        }
        let program = ctx.sys.env().program().ok_or(DrillError::NoProgram)?;
        let goward = Program::at(program).map_err(|_| DrillError::NoProgram)?;
        let server = Server::start().map_err(DrillError::Server)?;
        let release = Release::of(ctx, toolchain)?;
        let second = Release::stand_in(ctx, toolchain)?;
        server.serve("/dl/", index(&[&release, &second]));
        for release in [&release, &second] {
            server.serve(&archive_path(release), release.archive.clone());
        }
        Ok(Stage {
            ctx,
            goward,
            scratch: real,
            server,
            release,
            second,
            installed: RefCell::default(),
            homes: Cell::new(0),
        })
    }

    pub(crate) fn fs(&self) -> &Fs {
        self.ctx.sys.fs()
    }

    /// A new home, in which nothing is installed.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn new_home(&self) -> Result<Home, Halt> {
        let number = self.homes.get() + 1;
        self.homes.set(number);
        self.home_in(&self.scratch.join(format!("home{number}")))
    }

    /// A new home in this folder of the scratch folder.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn home_in(&self, folder: &Path) -> Result<Home, Halt> {
        let home = Home { folder: folder.to_owned() };
        for folder in [folder.to_owned(), home.user(), home.user().join("tmp")] {
            self.fs().create_private_dirs(&folder).map_err(IoFailure::on("make the folder", &folder))?;
        }
        Ok(home)
    }

    /// The home that has both releases, the first of which is the default. Drills that damage it repair it.
    ///
    /// # Errors
    /// When the install fails.
    pub(crate) fn installed_home(&self) -> Result<Home, Halt> {
        if let Some(home) = self.installed.borrow().clone() {
            return Ok(home);
        }
        let home = self.new_home()?;
        self.server.mend();
        for words in [["install", self.second.id.version().as_str()], ["use", self.release.id.version().as_str()]] {
            let said = self.goward(&home, &words)?;
            if said.code != Some(0) {
                return Err(Halt::Failed(format!(
                    "`goward {}` failed before the drill: {}",
                    words.join(" "),
                    said.told()
                )));
            }
        }
        self.installed.replace(Some(home.clone()));
        Ok(home)
    }

    /// The next drill that needs an installed toolchain gets a new home.
    pub(crate) fn forget_installed(&self) {
        self.installed.replace(None);
    }

    /// The environment of programs in a home: everything that they get.
    pub(crate) fn environment(&self, home: &Home) -> Environment {
        let user = home.user();
        let mut environment = Environment::empty();
        for (name, value) in [
            ("HOME", user.clone()),
            ("USERPROFILE", user.clone()),
            ("XDG_CONFIG_HOME", user.join("config")),
            ("XDG_DATA_HOME", user.join("data")),
            ("XDG_STATE_HOME", user.join("state")),
            ("XDG_CACHE_HOME", user.join("cache")),
            ("APPDATA", user.join("config")),
            ("LOCALAPPDATA", user.join("data")),
            ("TMPDIR", user.join("tmp")),
            ("TEMP", user.join("tmp")),
            ("TMP", user.join("tmp")),
            ("GOWARD_HOME", home.store()),
            ("GOWARD_SYSTEM_HOME", home.folder.join("no-system-store")),
        ] {
            environment = environment.with(name, value);
        }
        let index = self.server.url("/dl/");
        for (name, value) in [
            ("GOWARD_OFFICIAL_URL", index.as_str()),
            ("GOWARD_SOURCES", "official"),
            ("GOWARD_PROXY_DEFAULT", "none"),
            // The archives are made here, so no log knows them; the index vouches for them.
            ("GOWARD_SUMDB", "never"),
            ("GOWARD_TRIES", "3"),
            ("GOWARD_BACKOFF_MILLISECONDS", "20"),
            ("GOWARD_STALL_SECONDS", "1"),
            ("GOWARD_CONNECT_SECONDS", "5"),
            ("GOWARD_CONNECTIONS", "1"),
            ("GOWARD_LINK", "copy"),
            ("GOWARD_SNAPSHOT_DISK_STOP_PERCENT", "101"),
            ("GOWARD_SNAPSHOT_DISK_FREE_PERCENT", "101"),
            ("GOPROXY", "off"),
            ("GOSUMDB", "off"),
            ("GOENV", "off"),
            ("GOWORK", "off"),
            ("GOFLAGS", "-modcacherw"),
            ("NO_PROXY", "127.0.0.1"),
            ("NO_COLOR", "1"),
            ("LANG", "C.UTF-8"),
        ] {
            environment = environment.with(name, value);
        }
        for name in WINDOWS_VARS.into_iter().filter(|_| cfg!(windows)) {
            if let Some(value) = self.ctx.sys.env().var_os(name) {
                environment = environment.with(name, value);
            }
        }
        environment
    }

    /// Runs goward in a home with `--json`.
    ///
    /// # Errors
    /// When it cannot be started, or the user has interrupted.
    pub(crate) fn goward(&self, home: &Home, words: &[&str]) -> Result<Said, Halt> {
        self.goward_with(self.environment(home), words)
    }

    /// As [`Stage::goward`], with another environment.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn goward_with(&self, environment: Environment, words: &[&str]) -> Result<Said, Halt> {
        let words: Vec<OsString> = ["--json"].iter().chain(words).map(Into::into).collect();
        let ended = self.run(&self.goward, environment, words, RUN_TIME_MAX, self.ctx.sys.interrupt())?;
        ended.ok_or(Halt::Interrupted)
    }

    /// Runs goward until this time is over or this interrupt is asked, and kills it then, as `kill -9` does. `None` if
    /// the interrupt came first.
    ///
    /// # Errors
    /// When it cannot be started, or the user has interrupted.
    pub(crate) fn goward_killed(
        &self,
        home: &Home,
        words: &[&str],
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> Result<Option<Said>, Halt> {
        let words: Vec<OsString> = ["--json"].iter().chain(words).map(Into::into).collect();
        let ended = self.run(&self.goward, self.environment(home), words, time_max, interrupt)?;
        self.ctx.sys.interrupt().check().map_err(|_| Halt::Interrupted)?;
        Ok(ended)
    }

    /// goward's own program.
    pub(crate) fn goward_path(&self) -> &Path {
        self.goward.path()
    }

    /// A home on a disk that is not mounted yet: only goward's own folder is on it.
    pub(crate) fn home_in_disk(&self, disk: &Path) -> Home {
        Home { folder: disk.to_owned() }
    }

    /// Runs another program in an environment of this drill's.
    ///
    /// # Errors
    /// When it cannot be started, or the user has interrupted.
    pub(crate) fn program(&self, path: &Path, environment: Environment, words: Vec<OsString>) -> Result<Said, Halt> {
        let program = Program::at(path).map_err(|_| DrillError::NoProgram)?;
        let ended = self.run(&program, environment, words, RUN_TIME_MAX, self.ctx.sys.interrupt())?;
        ended.ok_or(Halt::Interrupted)
    }

    fn run(
        &self,
        program: &Program,
        environment: Environment,
        words: Vec<OsString>,
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> Result<Option<Said>, Halt> {
        let (sys, parent) = (&self.ctx.sys, self.scratch.join("work"));
        let folder = EmptyFolder::make(sys.fs(), &parent, sys.clock().unix_seconds());
        let folder = folder.map_err(IoFailure::on("make an empty folder in", &parent))?;
        let helper = Helper::new(program.clone(), folder, environment).args(words);
        match sys.process().capture(helper, RUN_BYTES_MAX, time_max, interrupt) {
            Ok(ended) => Ok(Some(Said {
                code: ended.code.filter(|_| !ended.timed_out),
                timed_out: ended.timed_out,
                stdout: String::from_utf8_lossy(&ended.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
            })),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Ok(None),
            Err(cause) => Err(DrillError::Run { path: program.path().to_owned(), cause }.into()),
        }
    }

    /// How many files of these releases are missing or differ in a home, and whether anything unfinished is left: 0 when
    /// all is as if there had been no fault.
    ///
    /// # Errors
    /// `Failed` when goward cannot say, or leaves something unfinished behind.
    pub(crate) fn lost(&self, home: &Home, releases: &[&Release]) -> Result<u64, Halt> {
        let mut lost = 0;
        for release in releases {
            let said = self.goward(home, &["verify", release.id.version().as_str()])?;
            let view = said.json();
            let files = &view["toolchains"][0]["comparison"];
            let faults = files["faults"].as_array().map_or(0, Vec::len);
            lost += match said.code {
                Some(0) => 0,
                // What cannot even be compared has lost at least itself.
                _ => faults.max(1) as u64,
            };
        }
        for folder in [home.layout().staging(), home.layout().trash()] {
            let names = self.fs().names_if_there(&folder).map_err(IoFailure::on("list", &folder))?;
            if let Some(name) = names.first() {
                let path = folder.join(name);
                return Err(Halt::Failed(format!("`{}` is left behind", path.display())));
            }
        }
        Ok(lost)
    }
}

/// The path of a release's archive on the server.
pub(crate) fn archive_path(release: &Release) -> String {
    format!("/dl/{}", release.id.archive_name())
}

/// The index of these releases, as go.dev writes it.
fn index(releases: &[&Release]) -> Vec<u8> {
    let list: Vec<Value> = releases
        .iter()
        .map(|release| {
            let (id, version) = (&release.id, release.id.version());
            json!({
                "version": version.tag(),
                "stable": version.is_stable(),
                "files": [{
                    "filename": id.archive_name(),
                    "os": id.platform().os(),
                    "arch": id.platform().archive_arch(),
                    "version": version.tag(),
                    "sha256": release::Digest::of(&release.archive).to_string(),
                    "size": release.archive.len(),
                    "kind": "archive",
                }],
            })
        })
        .collect();
    Value::Array(list).to_string().into_bytes()
}
