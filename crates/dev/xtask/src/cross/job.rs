//! The whole job on Windows under Wine, with real Go toolchains: install, use, build, a second release, back, a kill in
//! the middle, uninstall. Everything starts without a home.
//!
//! The toolchains are the newest of two minors that work under Wine 8: with later ones `go build` ends with an error of
//! Wine after it has built (docs/platforms.md).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::wine::{TARGET, windows_path, wine};
use super::{Outcome, Rows};

const FIRST: &str = "1.24.11";
const SECOND: &str = "1.22.10";
/// The longest time for a step on a loaded machine.
const STEP_SECONDS_MAX: u64 = 900;
/// The interval at which a running install is polled before it is killed.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// How many files of its tree exist when an install is killed.
const KILL_AFTER_FILES: usize = 300;

/// One home on the Windows of the prefix.
struct Job {
    prefix: PathBuf,
    programs: PathBuf,
    archives: PathBuf,
    user: PathBuf,
}

/// A step: its description, and a function that returns its result.
type Step = (&'static str, fn(&Job) -> Result<String>);

/// Runs the job with the goward.exe of cargo's folder, in a home below the folder for temporary files.
pub fn run(rows: &mut Rows, prefix: &Path, memory: &tempfile::TempDir, target_folder: &Path) -> Result<()> {
    for version in [FIRST, SECOND] {
        if let Err(why) = testkit::real::windows_zip(version) {
            rows.add(TARGET, Outcome::NotDone(format!("the job with real toolchains: {why}")));
            return Ok(());
        }
    }
    let job = Job {
        prefix: prefix.to_owned(),
        programs: target_folder.join(TARGET).join("debug"),
        archives: testkit::real::cache_folder(),
        // A space and letters beyond ASCII: such homes exist.
        user: memory.path().join("J\u{f6}rg of goward"),
    };
    fs::create_dir_all(job.user.join("work"))?;
    fs::write(job.user.join("work/go.mod"), "module hello\n\ngo 1.22\n")?;
    fs::write(
        job.user.join("work/main.go"),
        "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\nfunc main() { fmt.Println(\"hello from\", runtime.Version()) }\n",
    )?;
    let steps: [Step; 8] = [
        ("install a real Go into a home that was not there", |job| job.install(FIRST)),
        ("use it, and run its `go version`", Job::use_first),
        ("its shim on PATH", Job::shim),
        ("`go build` and the program it made", Job::build),
        ("kill the install of a second one in the middle, look, install it", Job::kill_and_install),
        ("switch to the second, undo", Job::switch_and_undo),
        ("uninstall the second", Job::uninstall),
        ("nothing is left but what is installed", Job::leftovers),
    ];
    for (what, step) in steps {
        let start = Instant::now();
        match step(&job) {
            Ok(said) => rows.add(TARGET, Outcome::Ran(format!("{what}: {said} ({} s)", start.elapsed().as_secs()))),
            // Later steps depend on earlier ones.
            Err(error) => {
                rows.add(TARGET, Outcome::Failed(format!("{what}: {error:#}")));
                return Ok(());
            }
        }
    }
    Ok(())
}

impl Job {
    fn home(&self) -> PathBuf {
        self.user.join("AppData/Local/goward")
    }

    fn command(&self, program: &Path, words: &[&str]) -> Command {
        let local = self.user.join("AppData/Local");
        let mut command = wine();
        command.arg(program).args(words).current_dir(self.user.join("work")).stdin(Stdio::null());
        command.env_remove("GOPROXY").env("WINEPREFIX", &self.prefix);
        for (name, path) in [
            // Wine sets the user's own folders itself, so each is named.
            ("GOWARD_HOME", self.home()),
            ("GOCACHE", local.join("go-build")),
            ("GOPATH", self.user.join("go")),
            ("GOTMPDIR", local.join("Temp")),
            ("GOWARD_FOLDER", self.archives.clone()),
        ] {
            if name == "GOTMPDIR" {
                let _ = fs::create_dir_all(&path);
            }
            command.env(name, windows_path(&self.prefix, &path));
        }
        // The archives are packed here from wheels: nothing vouches for these bytes.
        command.env("GOWARD_SOURCES", "folder").env("GOWARD_ALLOW_UNPROVEN", "true").env("GOWARD_OFFLINE", "true");
        // Every file of the first toolchain is flushed; once is enough to show that it works.
        command.env("GOWARD_DURABLE", if words.contains(&SECOND) { "false" } else { "true" });
        command.env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod").env("CGO_ENABLED", "0");
        command
    }

    fn goward(&self, words: &[&str]) -> Result<String> {
        self.run(&self.programs.join("goward.exe"), words)
    }

    fn run(&self, program: &Path, words: &[&str]) -> Result<String> {
        // Into files: a process of Wine's own that outlives the program would keep a pipe open.
        let [out, err] = ["out", "err"].map(|name| self.user.with_extension(name));
        let mut command = self.command(program, words);
        command.stdout(fs::File::create(&out)?).stderr(fs::File::create(&err)?);
        let status = finish(command.spawn()?)?;
        let (said, complained) = (fs::read(&out)?, fs::read(&err)?);
        let (said, complained) = (String::from_utf8_lossy(&said), String::from_utf8_lossy(&complained));
        if !status.success() {
            bail!("`{} {}` ended with {}: {complained}{said}", program.display(), words.join(" "), status);
        }
        Ok(said.trim().to_owned())
    }

    fn install(&self, version: &str) -> Result<String> {
        self.goward(&["install", version])
    }

    fn use_first(&self) -> Result<String> {
        self.goward(&["use", FIRST])?;
        let pointer = fs::read_to_string(self.home().join("current")).context("the pointer is no file")?;
        ensure!(pointer == "generations\\1\n", "the pointer holds {pointer:?}");
        let said = self.goward(&["run", "1.24", "--", "go", "version"])?;
        ensure!(said == format!("go version go{FIRST} windows/amd64"), "it said {said}");
        let junction =
            if self.home().join("default").exists() { "a junction" } else { "no junction, as Wine makes none" };
        Ok(format!("{said}; {junction}"))
    }

    fn shim(&self) -> Result<String> {
        let shims = self.home().join("shims");
        self.goward(&["shims", "--write"])?;
        let said = self.run(&shims.join("go.exe"), &["version"])?;
        ensure!(said.contains(FIRST), "it said {said}");
        Ok(said)
    }

    fn build(&self) -> Result<String> {
        let program = self.user.join("work/hello.exe");
        self.goward(&["run", "1.24", "--", "go", "build", "-o", "hello.exe", "."])?;
        let said = self.run(&program, &[])?;
        ensure!(said == format!("hello from go{FIRST}"), "it said {said}");
        Ok(said)
    }

    fn kill_and_install(&self) -> Result<String> {
        let mut install = self.command(&self.programs.join("goward.exe"), &["install", SECOND]);
        let mut install = install.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let start = Instant::now();
        let killed_after = loop {
            ensure!(install.try_wait()?.is_none(), "the install ended before it could be killed");
            let files = count_files(&self.home().join("staging"), KILL_AFTER_FILES);
            if files >= KILL_AFTER_FILES {
                break files;
            }
            ensure!(start.elapsed().as_secs() < STEP_SECONDS_MAX, "the install has not begun to unpack");
            std::thread::sleep(LOOK_INTERVAL);
        };
        // The process of a program under Wine is the program: this kills it halfway.
        install.kill()?;
        install.wait()?;
        let listed = self.goward(&["list"])?;
        ensure!(listed.contains(FIRST) && !listed.contains(SECOND), "after the kill the list is: {listed}");
        self.install(SECOND)?;
        let listed = self.goward(&["list"])?;
        ensure!(listed.contains(SECOND), "the list is: {listed}");
        Ok(format!("killed at {killed_after} files, recovered, installed"))
    }

    fn switch_and_undo(&self) -> Result<String> {
        self.goward(&["use", SECOND])?;
        let said = self.goward(&["run", "--", "go", "version"])?;
        ensure!(said.contains(SECOND), "after the switch `go version` says {said}");
        self.goward(&["undo"])?;
        let said = self.goward(&["current"])?;
        ensure!(said.contains(FIRST), "after the undo `current` says {said}");
        Ok(format!("back at {}", said.lines().next().unwrap_or_default()))
    }

    fn uninstall(&self) -> Result<String> {
        self.goward(&["uninstall", SECOND])?;
        let listed = self.goward(&["list"])?;
        ensure!(!listed.contains(SECOND), "the list is: {listed}");
        Ok(String::new())
    }

    fn leftovers(&self) -> Result<String> {
        for folder in ["staging", "trash"] {
            let left = count_files(&self.home().join(folder), usize::MAX);
            ensure!(left == 0, "{left} files are left in {folder}");
        }
        Ok(String::new())
    }
}

/// Waits for a program's end within its time.
fn finish(mut child: Child) -> Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed().as_secs() >= STEP_SECONDS_MAX {
            child.kill()?;
            child.wait()?;
            bail!("it has not ended within {STEP_SECONDS_MAX} s");
        }
        std::thread::sleep(LOOK_INTERVAL);
    }
}

/// The files below a folder, counted no further than this.
fn count_files(folder: &Path, count_max: usize) -> usize {
    let mut open = vec![folder.to_owned()];
    let mut count = 0;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                _ => count += 1,
            }
            if count >= count_max {
                return count;
            }
        }
    }
    count
}
