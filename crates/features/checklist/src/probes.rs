//! Rules of items that neither doctor nor verify has.

use std::path::{Path, PathBuf};

use context::settings::keys;
use engine::SystemStatus;
use release::Request;
use sys::{Environment, Helper, Host, program_file_name};

use crate::answer::Answer;
use crate::limits::{COMPLAINT_CHARS_MAX, DISK_FREE_BYTES_MIN, DOCKER_BYTES_MAX, DOCKER_TIME_MAX};
use crate::machine::Machine;
use crate::place::{Runtime, runtime};

pub(crate) fn toolchain(machine: &Machine<'_>, expected: Option<&str>) -> Answer {
    let asked = machine.choice().map_or_else(|_| "a toolchain".to_owned(), |choice| choice.because());
    match machine.toolchain() {
        Err(why) => Answer::of(false, asked, why),
        Ok(toolchain) => {
            let tag = toolchain.id.version().tag();
            let is_good =
                expected.is_none_or(|expected| expected == tag || expected == tag.strip_prefix("go").unwrap_or(&tag));
            Answer::of(is_good, expected.map_or(asked, str::to_owned), tag)
        }
    }
}

/// Without a toolchain nothing of it can be right: the item fails, and is not left out in silence.
fn without_toolchain(why: String) -> Answer {
    Answer::of(false, "an installed toolchain", why).with_fix("`goward install`")
}

/// What a command of the chosen toolchain's go says, run apart from the user's environment.
pub(crate) fn go(machine: &Machine<'_>, command: &str, expected: Option<&str>) -> Answer {
    let toolchain = match machine.toolchain() {
        Ok(toolchain) => toolchain,
        Err(why) => return without_toolchain(why),
    };
    let platform = toolchain.id.platform();
    let usual = match command {
        "go version" => {
            format!("go version {} {}/{}", toolchain.id.version().tag(), platform.os(), platform.arch())
        }
        "go env GOROOT" => toolchain.tree.display().to_string(),
        _ => "fmt and net/http are among the packages".to_owned(),
    };
    match machine.smoke_tests() {
        Err(why) => Answer::of(false, usual, why),
        Ok(tests) => match tests.iter().find(|test| test.command == command) {
            Some(test) => {
                let is_good = test.good && expected.is_none_or(|expected| expected == test.says);
                Answer::of(is_good, expected.unwrap_or(&usual), &test.says)
            }
            None => Answer::of(false, usual, tests.first().map_or("no answer", |test| test.says.as_str())),
        },
    }
}

pub(crate) fn std(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let answer = go(machine, "go list std", None);
    // The cause is one of the two, and the fix another for each.
    let disk = disk(machine, None);
    if disk.verdict == crate::Verdict::Failed {
        return answer.with_fix(format!("the disk: {}; `goward prune --dry-run` shows what can go", disk.found));
    }
    let source = source_tree(machine, None);
    match source.verdict {
        crate::Verdict::Failed => answer.with_fix(format!("the tree: {}; `goward verify --repair`", source.found)),
        _ => answer,
    }
}

pub(crate) fn source_tree(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let toolchain = match machine.toolchain() {
        Ok(toolchain) => toolchain,
        Err(why) => return without_toolchain(why),
    };
    let src = toolchain.tree.join("src");
    let fs = machine.ctx.sys.fs();
    let is_there = |name: &&str| fs.look(&src.join(name)).is_ok_and(|meta| meta.is_some());
    let missing: Vec<&str> = ["fmt", "net", "runtime"].into_iter().filter(|name| !is_there(name)).collect();
    let found = match missing.first() {
        None => format!("`{}`", src.display()),
        Some(first) => format!("`{}` has no `{first}`", src.display()),
    };
    Answer::of(missing.is_empty(), "the folder `src` with the standard library", found)
}

pub(crate) fn disk(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let home = machine.ctx.store.home().path();
    // The home may not exist yet; then the disk is that of the nearest folder that does.
    let fs = machine.ctx.sys.fs();
    let there = home.ancestors().find(|path| fs.follow(path).is_ok_and(|meta| meta.is_some()));
    let space = there.and_then(|path| fs.space(path).ok().flatten());
    let Some(space) = space else { return Answer::left_out("the system does not say how full the disk is") };
    let free = diag::Bytes(space.bytes_free);
    let found = match (space.read_only, space.noexec) {
        (true, _) => "it is mounted read-only".to_owned(),
        (_, true) => "it is mounted noexec: no program on it can be run".to_owned(),
        _ => format!("{free} are free"),
    };
    let is_good = !space.read_only && !space.noexec && space.bytes_free >= DISK_FREE_BYTES_MIN;
    Answer::of(is_good, format!("{} are free, writable", diag::Bytes(DISK_FREE_BYTES_MIN)), found)
}

pub(crate) fn gopath(machine: &Machine<'_>, expected: Option<&str>) -> Answer {
    let findings = machine
        .findings(["env-gopath-relative", "env-gopath-tilde", "env-gopath-goroot", "gopath-in-goroot"].into_iter());
    let Some(env) = machine.env() else {
        return without_toolchain(machine.toolchain().err().unwrap_or_else(|| "it is not known".to_owned()));
    };
    let value = machine.value("GOPATH").unwrap_or_default();
    let isolated = env.set.iter().find(|(name, _)| *name == "GOPATH").map(|(_, path)| path.display().to_string());
    let wanted = expected.map(str::to_owned).or(isolated);
    let rule = env.variable("GOPATH").map(|variable| variable.rule.to_string()).unwrap_or_default();
    let found = if value.is_empty() { "none".to_owned() } else { format!("{value} ({rule})") };
    match (findings.first(), wanted) {
        (Some(finding), wanted) => {
            let usual = "an absolute folder outside of GOROOT".to_owned();
            Answer::of(false, wanted.unwrap_or(usual), &finding.what).with_fix(&finding.fix)
        }
        (None, Some(wanted)) => Answer::of(is_same(machine, value, &wanted), wanted, found),
        (None, None) => Answer::of(!value.is_empty(), "an absolute folder outside of GOROOT", found),
    }
}

/// Whether two texts are the same value, or name the same folder.
fn is_same(machine: &Machine<'_>, one: &str, other: &str) -> bool {
    let real = |path: &str| machine.ctx.sys.fs().resolve(Path::new(path)).ok();
    one == other || real(one).is_some_and(|one| Some(one) == real(other))
}

/// A variable of the go command against a value.
pub(crate) fn variable(machine: &Machine<'_>, name: &str, expected: Option<&str>) -> Answer {
    let Some(env) = machine.env() else {
        return without_toolchain(machine.toolchain().err().unwrap_or_else(|| "it is not known".to_owned()));
    };
    let Some(variable) = env.variable(name) else {
        return Answer::left_out(format!("goward does not know the variable {name}"));
    };
    let value = variable.value.as_deref();
    let shown =
        value.map_or_else(|| "what the go command has built in".to_owned(), |value| resolve::shown(name, value));
    let found = format!("{shown} ({})", variable.rule);
    match expected {
        None => Answer::of(true, "any value", found),
        Some(expected) => {
            let is_good = is_same(machine, value.unwrap_or_default(), expected);
            Answer::of(is_good, resolve::shown(name, expected), found)
                .with_fix(format!("`goward env {name} --explain` shows what sets it"))
        }
    }
}

pub(crate) fn goproxy(machine: &Machine<'_>, expected: Option<&str>) -> Answer {
    if expected.is_some() {
        return variable(machine, "GOPROXY", expected);
    }
    let answer = variable(machine, "GOPROXY", None);
    let value = machine.value("GOPROXY").unwrap_or_default();
    let is_off = value.split([',', '|']).map(str::trim).next() == Some("off");
    if is_off && answer.verdict == crate::Verdict::Passed {
        return Answer::of(false, "a module proxy, or `direct`", answer.found);
    }
    answer
}

pub(crate) fn modules(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    if !has_module(machine) {
        let folder = machine.ctx.sys.env().folder().display().to_string();
        return Answer::left_out(format!("there is no go.mod or go.work in `{folder}` or above it"));
    }
    if let Err(why) = machine.toolchain() {
        return without_toolchain(why);
    }
    let expected = "a list of modules";
    match machine.modules() {
        Ok(list) => Answer::of(true, expected, format!("{} modules", list.lines().count())),
        Err(why) => {
            let cut: String = why.chars().take(COMPLAINT_CHARS_MAX).collect();
            let answer = Answer::of(false, expected, cut);
            match doctor::explain(why.as_bytes()) {
                Some(known) => answer.with_fix(format!("{} {}", known.cause, known.fix)),
                None => answer,
            }
        }
    }
}

/// Whether a go.mod or go.work is here or above, as the go command looks for them.
fn has_module(machine: &Machine<'_>) -> bool {
    let fs = machine.ctx.sys.fs();
    let folders = machine.ctx.sys.env().folder().ancestors().take(context::FOLDERS_MAX);
    let has = |folder: &Path, name: &str| fs.look(&folder.join(name)).is_ok_and(|meta| meta.is_some());
    folders.into_iter().any(|folder| has(folder, "go.work") || has(folder, "go.mod"))
}

pub(crate) fn project_version(machine: &Machine<'_>, expected: Option<&str>) -> Answer {
    let choice = match machine.choice() {
        Ok(choice) => choice,
        Err(why) => return Answer::of(false, "a version that can be chosen", why),
    };
    if choice.project.is_none() {
        return Answer::left_out("no file of a project says a Go version here");
    }
    let found = machine.toolchain().map(|toolchain| toolchain.id.version().tag());
    let (is_good, found) = match found {
        Ok(tag) => (expected.is_none_or(|expected| expected == tag || format!("go{expected}") == tag), tag),
        Err(why) => (false, why),
    };
    Answer::of(is_good, expected.map_or_else(|| choice.because(), str::to_owned), found)
}

/// The chosen toolchain against a request of a team's file.
pub(crate) fn version(machine: &Machine<'_>, request: &Request) -> Answer {
    match machine.toolchain() {
        Err(why) => Answer::of(false, request.to_string(), why),
        Ok(toolchain) => {
            let version = toolchain.id.version();
            Answer::of(request.select([version]).is_some(), request.to_string(), version.tag())
        }
    }
}

pub(crate) fn envrc(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let (fs, env) = (machine.ctx.sys.fs(), machine.ctx.sys.env());
    let has = |folder: &&Path| fs.look(&folder.join(".envrc")).is_ok_and(|meta| meta.is_some());
    let Some(folder) = env.folder().ancestors().take(context::FOLDERS_MAX).find(has) else {
        return Answer::left_out("there is no `.envrc` here or above; goward needs none");
    };
    // direnv(1): DIRENV_DIR is `-` and the folder of the file that is loaded.
    let loaded = env.var("DIRENV_DIR").map(|value| value.strip_prefix('-').unwrap_or(value).to_owned());
    let is_loaded = loaded.as_deref().is_some_and(|loaded| is_same(machine, loaded, &folder.display().to_string()));
    let found = loaded.map_or_else(|| "direnv has loaded none".to_owned(), |loaded| format!("that of `{loaded}`"));
    Answer::of(is_loaded, format!("that of `{}`", folder.display()), found)
}

pub(crate) fn goroot_apart(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    match machine.toolchain() {
        Err(why) => without_toolchain(why),
        Ok(toolchain) => {
            let store = &machine.ctx.store;
            let is_own = toolchain.tree.starts_with(store.layout().toolchains()) || store.is_in_shared_store(toolchain);
            Answer::of(is_own, "a tree in goward's store", toolchain.tree.display().to_string())
        }
    }
}

pub(crate) fn side_by_side(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let ctx = machine.ctx;
    let installed = ctx.store.installed().unwrap_or_default();
    let of_here = installed.into_iter().filter(|toolchain| *toolchain.id.platform() == ctx.platform);
    let mut newest: Vec<_> = of_here.collect();
    newest.reverse();
    newest.truncate(2);
    if newest.len() < 2 {
        return Answer::left_out("only one toolchain is installed");
    }
    let chosen = machine.toolchain().ok().map(|toolchain| toolchain.id.clone());
    let mut said = Vec::new();
    let mut is_good = true;
    for toolchain in &newest {
        let known = (chosen.as_ref() == Some(&toolchain.id)).then(|| machine.smoke_tests().map(<[_]>::to_vec));
        let tests =
            known.unwrap_or_else(|| verify::smoke_tests(ctx, toolchain).map_err(|error| diag::error_chain(&error)));
        let version = tests.as_deref().map(|tests| tests.iter().find(|test| test.command == "go version"));
        match version {
            Ok(Some(test)) => {
                is_good &= test.good;
                said.push(test.says.clone());
            }
            Ok(None) => is_good = false,
            Err(why) => {
                is_good = false;
                said.push(why.clone());
            }
        }
    }
    let expected = newest.iter().map(|toolchain| toolchain.id.version().tag()).collect::<Vec<_>>().join(" and ");
    Answer::of(is_good, expected, said.join("; "))
}

pub(crate) fn system_store(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let SystemStatus { home, read, passed_over, is_own, .. } = &machine.inputs().system;
    let Some(home) = home.as_ref().filter(|_| *read || *is_own || passed_over.is_some()) else {
        return Answer::left_out("there is no store for all users; `goward --system setup` makes one");
    };
    let findings = machine.findings(["system"].into_iter());
    let found = match (passed_over, findings.first()) {
        (Some(why), _) => why.clone(),
        (None, Some(finding)) => finding.what.clone(),
        (None, None) => format!("`{}` is read", home.display()),
    };
    Answer::of(passed_over.is_none() && findings.is_empty(), "it is read, and nobody else writes to it", found)
}

pub(crate) fn agent_user(_: &Machine<'_>, _: Option<&str>) -> Answer {
    let found = match (Host::is_administrator(), Host::user_number()) {
        (true, Some(_)) => "root".to_owned(),
        (true, None) => "an administrator".to_owned(),
        (false, Some(number)) => format!("user {number}"),
        (false, None) => "an ordinary user".to_owned(),
    };
    Answer::of(!Host::is_administrator(), "an ordinary user", found)
}

pub(crate) fn agent_place(machine: &Machine<'_>, expected: Option<&str>) -> Answer {
    let (word, found) = match runtime(&machine.ctx.sys) {
        Runtime::Container { kind, sign } => ("container", format!("in a container ({kind}, by {sign})")),
        Runtime::Machine => ("machine", "on the machine itself: no sign of a container".to_owned()),
    };
    Answer::of(expected.is_none_or(|expected| expected == word), expected.unwrap_or("either"), found)
        .with_fix("`--expect agent-place=container` or `=machine` says where it should run")
}

pub(crate) fn agent_home(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let (fs, env) = (machine.ctx.sys.fs(), machine.ctx.sys.env());
    let Some(home) = env.home() else { return Answer::of(false, "a folder that is writable", "no home folder is set") };
    let is_folder = fs.follow(&home).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == sys::EntryKind::Dir));
    let found = match (is_folder, fs.may_write(&home)) {
        (false, _) => format!("`{}` is no folder", home.display()),
        (true, Ok(true)) => format!("`{}`", home.display()),
        (true, Ok(false)) => format!("`{}` is not writable", home.display()),
        (true, Err(error)) => format!("`{}`: {error}", home.display()),
    };
    Answer::of(is_folder && matches!(fs.may_write(&home), Ok(true)), "a folder that is writable", found)
}

pub(crate) fn gopath_isolated(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    isolated(machine, "GOPATH", keys::ISOLATE_GOPATH.name(), machine.ctx.settings.text(keys::ISOLATE_GOPATH))
}

pub(crate) fn tools_isolated(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let settings = &machine.ctx.settings;
    let off = |value: Option<&str>| value.is_none_or(|value| value == "off");
    // Without a GOBIN of its own, the folder of programs goes with GOPATH.
    match off(settings.text(keys::ISOLATE_GOBIN)) && !off(settings.text(keys::ISOLATE_GOPATH)) {
        true => gopath_isolated(machine, None),
        false => isolated(machine, "GOBIN", keys::ISOLATE_GOBIN.name(), settings.text(keys::ISOLATE_GOBIN)),
    }
}

fn isolated(machine: &Machine<'_>, name: &str, key: &str, mode: Option<&str>) -> Answer {
    let mode = mode.unwrap_or("off");
    let Some(env) = machine.env() else {
        return without_toolchain(machine.toolchain().err().unwrap_or_else(|| "it is not known".to_owned()));
    };
    let set = env.set.iter().find(|(set, _)| *set == name);
    let expected = format!("`{key}` is `version` or `project`, and nothing overrides it");
    let found = match (mode, set) {
        ("off", _) => format!("`{key}` is `off`: {name} is shared by all versions"),
        (mode, Some((_, path))) => format!("`{}` (`{key}` is `{mode}`)", path.display()),
        (_, None) => {
            let rule = env.variable(name).map(|variable| variable.rule.to_string()).unwrap_or_default();
            format!("{name} is set by {rule}, which counts before `{key}`")
        }
    };
    Answer::of(mode != "off" && set.is_some(), expected, found)
}

pub(crate) fn buildx(machine: &Machine<'_>, _: Option<&str>) -> Answer {
    let Some(docker) = on_path(machine, "docker") else { return Answer::left_out("docker is not on PATH") };
    match builders(machine, docker) {
        Ok(said) => {
            let is_running = said.lines().any(|line| line.contains("running"));
            let lines = said.lines().skip(1).take(4).map(str::trim).collect::<Vec<_>>().join("; ");
            Answer::of(
                is_running,
                "a builder that is running",
                if lines.is_empty() { "none".to_owned() } else { lines },
            )
        }
        Err(why) => Answer::of(false, "a builder that is running", why),
    }
}

/// The first program of this name in an absolute folder of PATH.
pub(crate) fn on_path(machine: &Machine<'_>, name: &str) -> Option<PathBuf> {
    let name = program_file_name(name);
    let folders = machine.ctx.sys.env().search_path();
    folders.into_iter().map(|folder| folder.join(&name)).find(|path| machine.ctx.sys.fs().is_program(path))
}

fn builders(machine: &Machine<'_>, docker: PathBuf) -> Result<String, String> {
    let words = |error: &dyn std::error::Error| diag::error_chain(error);
    let program = sys::Program::at(docker).map_err(|error| words(&error))?;
    let folder = machine.ctx.store.empty_folder().map_err(|error| words(&error))?;
    let helper = Helper::new(program, folder, Environment::of(machine.ctx.sys.env())).args(["buildx", "ls"]);
    let ended = machine
        .ctx
        .sys
        .process()
        .capture(helper, DOCKER_BYTES_MAX, DOCKER_TIME_MAX, machine.ctx.sys.interrupt())
        .map_err(|error| words(&error))?;
    match ended.code {
        Some(0) => Ok(String::from_utf8_lossy(&ended.stdout).into_owned()),
        _ if ended.timed_out => Err(format!("docker did not answer within {} s", DOCKER_TIME_MAX.as_secs())),
        _ => Err(String::from_utf8_lossy(&ended.stderr).trim().chars().take(COMPLAINT_CHARS_MAX).collect()),
    }
}
