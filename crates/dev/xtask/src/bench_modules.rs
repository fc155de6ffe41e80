//! Measures `goward doctor modules` against `go mod verify` over the same 500 modules.
//!
//! Both run in turn, with a warm cache, in the same project, so that a machine that slows down slows both. The modules are
//! made here and fetched by a real go command from a proxy on this disk. Both verdicts are compared: all good, a changed
//! folder, a changed zip.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const MODULES: usize = 500;
/// Files of a module and their bytes: together some 150 kB, as a usual module has.
const FILES: usize = 25;
const FILE_BYTES: usize = 6_000;

/// Runs the measurement with this goward and the `go` on PATH.
pub fn run(runs: usize, goward: &Path) -> Result<()> {
    let go = testkit::on_path("go").context("no go is on PATH")?;
    let folder = tempfile::tempdir()?;
    let world = World { go, goward: goward.to_owned(), folder: folder.path().to_owned() };
    world.make()?;
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for round in 0..=runs {
        let start = Instant::now();
        if !world.go(&["mod", "verify"])?.status.success() {
            bail!("go mod verify found a fault");
        }
        let verified = start.elapsed();
        let start = Instant::now();
        let found = world.doctor()?;
        let checked = start.elapsed();
        if !found.status.success() {
            bail!("doctor found a fault: {}", String::from_utf8_lossy(&found.stdout));
        }
        // The first pair warms the cache and does not count.
        if round > 0 {
            theirs.push(verified);
            ours.push(checked);
        }
    }
    let mut pairs: Vec<f64> = theirs.iter().zip(&ours).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
    pairs.sort_unstable_by(f64::total_cmp);
    println!("| work | `go mod verify` | goward | times as fast |\n| --- | --- | --- | --- |");
    println!(
        "| check {MODULES} modules of the cache | {:.0} ms | {:.0} ms | {:.2}× |",
        milliseconds(theirs),
        milliseconds(ours),
        pairs[pairs.len() / 2],
    );
    world.same_verdict("cache/download/m250.test/m/@v/v1.0.0.zip")?;
    world.same_verdict("m250.test/m@v1.0.0/f3.go")
}

struct World {
    go: PathBuf,
    goward: PathBuf,
    folder: PathBuf,
}

impl World {
    fn make(&self) -> Result<()> {
        let (proxy, project) = (self.folder.join("proxy"), self.folder.join("project"));
        let mut go_mod = String::from("module m.test/project\n\ngo 1.21\n\nrequire (\n");
        for number in 0..MODULES {
            let module = format!("m{number}.test/m");
            let text = |file: usize| {
                let line = format!("// {number} {file} {}\n", number * 7919 + file);
                format!("package m\n\n{}", line.repeat(FILE_BYTES / line.len()))
            };
            let mut files = vec![("go.mod".to_owned(), format!("module {module}\n\ngo 1.21\n"))];
            files.extend((0..FILES).map(|file| (format!("f{file}.go"), text(file))));
            let named: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            testkit::module_proxy::add_module(&proxy, &module, "v1.0.0", &named);
            go_mod.push_str(&format!("\t{module} v1.0.0\n"));
        }
        go_mod.push_str(")\n");
        fs::create_dir_all(&project)?;
        fs::create_dir_all(self.folder.join("home"))?;
        fs::write(project.join("go.mod"), go_mod)?;
        let said = self.go(&["mod", "download", "all"])?;
        if !said.status.success() {
            bail!("go mod download: {}", String::from_utf8_lossy(&said.stderr));
        }
        Ok(())
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        let home = self.folder.join("home");
        command.current_dir(self.folder.join("project")).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", &home).env("GOWARD_HOME", home.join("goward"));
        command.env("GOPATH", self.folder.join("gopath")).env("GOSUMDB", "off").env("GOTOOLCHAIN", "local");
        command
            .env("GOFLAGS", "-mod=mod -modcacherw")
            .env("GOPROXY", format!("file://{}", self.folder.join("proxy").display()));
        command
    }

    fn go(&self, args: &[&str]) -> Result<Output> {
        Ok(self.command(&self.go).args(args).output()?)
    }

    fn doctor(&self) -> Result<Output> {
        Ok(self.command(&self.goward).args(["doctor", "modules"]).output()?)
    }

    /// Changes a file below the module cache, and compares what both say.
    fn same_verdict(&self, below: &str) -> Result<()> {
        let path = self.folder.join("gopath/pkg/mod").join(below);
        let before = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let mut changed = before.clone();
        let at = changed.len() / 2;
        changed[at] ^= 1;
        fs::write(&path, changed)?;
        let (theirs, ours) = (self.go(&["mod", "verify"])?, self.doctor()?);
        fs::write(&path, before)?;
        let told = String::from_utf8_lossy(&ours.stdout).into_owned();
        if theirs.status.success() || ours.status.code() != Some(9) || !told.contains("m250.test/m@v1.0.0") {
            bail!("the verdicts on {below} differ: go {}, goward {}: {told}", theirs.status, ours.status);
        }
        println!("| both find the changed {below} | yes | yes | – |");
        Ok(())
    }
}

fn milliseconds(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
