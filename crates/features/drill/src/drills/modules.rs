//! Faults of the module cache, with a project of one dependency, which the drills' server offers as a module proxy.

use std::path::{Path, PathBuf};

use diag::IoFailure;
use sys::Environment;

use crate::outcome::{Halt, Recovery};
use crate::stage::{Home, Said, Stage, cut};

/// The dependency.
const MODULE: &str = "example.test/dep";
const VERSION: &str = "v1.0.0";
const MODULE_FILE: &str = "module example.test/dep\n\ngo 1.20\n";
/// A toolchain that is smaller has no go command that could download a module.
const REAL_BYTES_MIN: u64 = 10 << 20;

/// A project in a home.
struct Project<'a> {
    stage: &'a Stage<'a>,
    home: Home,
    folder: PathBuf,
}

impl<'a> Project<'a> {
    /// Makes it and downloads its dependency.
    fn new(stage: &'a Stage<'a>) -> Result<Project<'a>, Halt> {
        if stage.release.bytes_unpacked < REAL_BYTES_MIN {
            return Err(Halt::NotStaged("this toolchain has no go command that downloads modules".to_owned()));
        }
        let home = stage.installed_home()?;
        let folder = home.user().join("project");
        let cache = home.user().join("go");
        let fs = stage.fs();
        for old in [&folder, &cache] {
            fs.remove_tree(old).map_err(IoFailure::on("remove", old))?;
        }
        fs.create_private_dirs(&folder).map_err(IoFailure::on("make the folder", &folder))?;
        for (name, text) in [
            ("go.mod", "module example.test/app\n\ngo 1.20\n\nrequire example.test/dep v1.0.0\n"),
            ("main.go", "package main\n\nimport \"example.test/dep\"\n\nfunc main() { println(dep.Answer) }\n"),
        ] {
            let path = folder.join(name);
            fs.replace(&path, text.as_bytes()).map_err(IoFailure::on("write", &path))?;
        }
        serve_module(stage)?;
        let project = Project { stage, home, folder };
        project.must(&["mod", "tidy"], true)?;
        project.must(&["list", "-deps", "."], true)?;
        Ok(project)
    }

    /// The folder of the dependency in the module cache.
    fn unpacked(&self) -> PathBuf {
        self.cache().join("example.test").join(format!("dep@{VERSION}"))
    }

    fn cache(&self) -> PathBuf {
        self.home.user().join("go").join("pkg").join("mod")
    }

    /// Runs a go command in the project, with the proxy or with `GOPROXY=off`.
    fn go(&self, words: &[&str], has_proxy: bool) -> Result<Said, Halt> {
        let environment = self.stage.environment(&self.home);
        let environment: Environment = match has_proxy {
            true => environment.with("GOPROXY", self.stage.server.url("/mod")),
            false => environment,
        };
        let folder = self.folder.display().to_string();
        let version = self.stage.release.id.version().as_str();
        let mut all = vec!["run", "--no-install", version, "--", "go", "-C", &folder];
        all.extend(words);
        self.stage.goward_with(environment, &all)
    }

    fn must(&self, words: &[&str], has_proxy: bool) -> Result<(), Halt> {
        let said = self.go(words, has_proxy)?;
        match said.code {
            Some(0) => Ok(()),
            _ => Halt::because(format!("`go {}` fails: {}", words.join(" "), told(&said))),
        }
    }

    /// What a go command says when it fails, as it must.
    fn fails(&self, words: &[&str]) -> Result<String, Halt> {
        let said = self.go(words, false)?;
        match said.code {
            Some(0) => Halt::because(format!("`go {}` does not notice it", words.join(" "))),
            _ => Ok(told(&said)),
        }
    }

    fn inside(&self, path: &Path) -> Result<PathBuf, Halt> {
        let real = self.stage.fs().resolve(path).map_err(IoFailure::on("resolve", path))?;
        match real.starts_with(&self.stage.scratch) {
            true => Ok(real),
            false => Halt::because(format!("`{}` is not in the scratch folder", real.display())),
        }
    }

    fn recovery(
        &self,
        showed: &str,
        recovered_by: &str,
        took: std::time::Duration,
        before: u64,
    ) -> Result<Recovery, Halt> {
        // The cache is whole again, and the project builds its list of packages from it without a network.
        self.must(&["mod", "verify"], false)?;
        self.must(&["list", "-deps", "."], false)?;
        Ok(Recovery {
            showed: cut(showed),
            recovered_by: recovered_by.to_owned(),
            took,
            bytes_fetched_again: self.stage.server.sent().saturating_sub(before),
            lost_count: self.stage.lost(&self.home, &[&self.stage.release])?,
        })
    }
}

/// What a go command said first that is not only a progress line.
fn told(said: &Said) -> String {
    let lines = said.stderr.lines().chain(said.stdout.lines());
    let words = lines
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('{') && !line.starts_with("go: downloading"));
    words.map_or_else(|| said.told(), str::to_owned)
}

/// Offers the dependency as a module proxy does.
fn serve_module(stage: &Stage<'_>) -> Result<(), Halt> {
    let mut zip = Vec::new();
    let files = [("go.mod", MODULE_FILE), ("dep.go", "package dep\n\n// Answer is the answer.\nconst Answer = 42\n")];
    let mut entries = files.into_iter().map(|(name, text)| Ok((format!("{MODULE}@{VERSION}/{name}"), text.into())));
    archive::write_zip(&mut zip, &mut entries).map_err(IoFailure::on("pack", Path::new(MODULE)))?;
    let base = format!("/mod/{MODULE}/@v");
    stage.server.serve(&format!("{base}/{VERSION}.zip"), zip);
    stage.server.serve(&format!("{base}/{VERSION}.mod"), MODULE_FILE);
    stage.server.serve(&format!("{base}/{VERSION}.info"), format!("{{\"Version\":\"{VERSION}\"}}"));
    stage.server.serve(&format!("{base}/list"), format!("{VERSION}\n"));
    Ok(())
}

pub(super) fn modcache_poisoned(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let project = Project::new(stage)?;
    let folder = project.inside(&project.unpacked())?;
    let module_file = folder.join("go.mod");
    let fs = stage.fs();
    fs.replace(&module_file, b"module example.test/forged\n").map_err(IoFailure::on("write", &module_file))?;
    let showed = project.fails(&["mod", "verify"])?;
    let (before, start) = (stage.server.sent(), stage.ctx.sys.clock().moment());
    fs.remove_tree(&folder).map_err(IoFailure::on("remove", &folder))?;
    project.must(&["mod", "download"], true)?;
    let took = stage.ctx.sys.clock().since(start);
    project.recovery(&showed, "the one module removed from the cache; `go mod download`", took, before)
}

pub(super) fn modcache_removed(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let project = Project::new(stage)?;
    let cache = project.inside(&project.cache())?;
    stage.fs().remove_tree(&cache).map_err(IoFailure::on("remove", &cache))?;
    let showed = project.fails(&["list", "-deps", "."])?;
    let (before, start) = (stage.server.sent(), stage.ctx.sys.clock().moment());
    project.must(&["mod", "download"], true)?;
    let took = stage.ctx.sys.clock().since(start);
    project.recovery(&showed, "`go mod download`, checked against go.sum", took, before)
}
