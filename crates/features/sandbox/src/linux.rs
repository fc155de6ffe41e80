//! Linux: the processes that set a sandbox up.
//!
//! This process starts the outer stage, that one the inner stage. Both are goward itself, with a plan as arguments
//! ([`isolation::Plan`]) and the program's environment as theirs. The inner stage says over the channel what became of each
//! mechanism, whether it starts the program, and whether the program could be started; this process prints nothing of it
//! itself, and waits.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use context::Ctx;
use isolation::{Access, Asked, Net, Outcome, Outcomes, Plan, Rung, Stage, WORDS_BYTES_MAX, judge, mounts_below};
use resolve::LaunchError;
use sys::sandbox::{
    self, Channel, FileRule, GroupLimit, Groups, PortRule, Shown, SocketRule, Space, Started, View, ViewError,
};
use sys::{EmptyFolder, Program, Sys};

use crate::STAGE_VERB;
use crate::error::SandboxError;
use crate::forward::Forwarder;
use crate::prepare::{HOME, Prepared, for_probe};
use crate::report::{Ran, Report};

/// How long the stages may take to say their next line: they do nothing but a few dozen system calls.
const SET_UP_TIME_MAX: Duration = Duration::from_secs(60);
/// How long the last words of a stage that has ended are waited for: they are there already.
const LAST_WORDS_TIME_MAX: Duration = Duration::from_secs(1);
/// The most lines that a stage says.
const LINES_MAX: usize = 64;
/// The exit code of a stage that starts no program, which its parent knows from the channel as well.
const STOPPED: u8 = 6;

/// A memory limit and a process limit for which a probe asks; nothing runs under it.
const PROBE_MEMORY_BYTES: u64 = 1 << 30;
const PROBE_PROCESSES: u64 = 4096;

/// Runs the program, and tells the report before the program starts.
///
/// # Errors
/// When less holds than was asked for, or a process cannot be started: then no program has run.
pub fn run(ctx: &Ctx, prepared: &Prepared, told: &mut dyn FnMut(&Report)) -> Result<Ran, SandboxError> {
    let scratch = ctx.store.empty_folder()?;
    let done = run_in(ctx, prepared, &scratch, told);
    scratch.remove(ctx.sys.fs());
    done.map(|(ran, _)| ran)
}

/// What this machine can do: applies everything, and starts no program.
///
/// # Errors
/// When no process can be started.
pub fn probe(ctx: &Ctx, net: Net) -> Result<Report, SandboxError> {
    let time = Some(Duration::from_secs(60));
    let asked = Asked { net, memory_bytes: Some(PROBE_MEMORY_BYTES), processes: Some(PROBE_PROCESSES), time };
    let scratch = ctx.store.empty_folder()?;
    let done = for_probe(ctx, asked, scratch.path()).and_then(|prepared| run_in(ctx, &prepared, &scratch, &mut |_| {}));
    scratch.remove(ctx.sys.fs());
    done.map(|(_, report)| report)
}

fn run_in(
    ctx: &Ctx,
    prepared: &Prepared,
    scratch: &EmptyFolder,
    told: &mut dyn FnMut(&Report),
) -> Result<(Ran, Report), SandboxError> {
    let mut outcomes = Outcomes::default();
    let groups = groups(&prepared.asked, &mut outcomes);
    if prepared.asked.time.is_some() {
        outcomes.note(Rung::TimeLimit, Outcome::Holds);
    }
    let mut plan = Plan {
        stage: Stage::Outer,
        channel: 0,
        parent: ctx.sys.process().id(),
        asked: prepared.asked,
        best_effort: prepared.best_effort,
        groups: groups.joins(),
        folders: prepared.folders.iter().cloned().collect(),
        scratch: scratch.path().to_owned(),
        folder: prepared.folder.clone(),
        outcomes,
        program: prepared.program.clone(),
    };
    let bytes = plan.to_words().iter().map(|word| word.len() + 1).sum();
    if bytes > WORDS_BYTES_MAX {
        return Err(SandboxError::TooLong { bytes, most: WORDS_BYTES_MAX });
    }
    let own = own_program(&ctx.sys).map_err(SandboxError::Start)?;
    let (mut stage, mut channel) = sandbox::start(
        &own,
        |number| {
            plan.channel = number;
            words_of(&plan)
        },
        &prepared.environment,
    )
    .map_err(SandboxError::Start)?;
    let said = listen(ctx, &mut channel, &mut stage, prepared.asked)?;
    told(&said.report);
    let ran = |code, timed_out, forwarded| Ran { code, timed_out, memory_kills: groups.memory_kills(), forwarded };
    if !said.starts {
        // It starts nothing, and has ended or ends now.
        let exit = stage.wait(Some(SET_UP_TIME_MAX)).map_err(SandboxError::Start)?;
        return match prepared.program {
            None => Ok((ran(exit.code, false, None), said.report)),
            Some(_) => Err(SandboxError::Less { report: Box::new(said.report) }),
        };
    }
    let exit = stage.wait(prepared.asked.time).map_err(SandboxError::Start)?;
    let forwarded = said.forwarder.map(|forwarder| forwarder.stop());
    match channel.hear(Some(LAST_WORDS_TIME_MAX)) {
        Ok(Some(line)) => Err(unstarted(prepared, &line)),
        Ok(None) | Err(_) => Ok((ran(exit.code, exit.timed_out, forwarded), said.report)),
    }
}

/// The limits that a control group keeps, and what became of each.
fn groups(asked: &Asked, outcomes: &mut Outcomes) -> Groups {
    let mut groups = Groups::default();
    let limits = [
        (Rung::MemoryGroup, asked.memory_bytes.map(GroupLimit::MemoryBytes)),
        (Rung::ProcessGroup, asked.processes.map(GroupLimit::Processes)),
    ];
    for (rung, limit) in limits {
        if let Some(limit) = limit {
            outcomes.note(rung, outcome(groups.make(limit)));
        }
    }
    groups
}

/// What the stages have said before the program starts.
struct Said {
    report: Report,
    /// Whether the program starts now.
    starts: bool,
    forwarder: Option<Forwarder>,
}

/// Hears what became of the mechanisms.
fn listen(ctx: &Ctx, channel: &mut Channel, stage: &mut Started, asked: Asked) -> Result<Said, SandboxError> {
    let (mut outcomes, mut forwarder) = (Outcomes::default(), None);
    for _ in 0..LINES_MAX {
        let line = channel.hear(Some(SET_UP_TIME_MAX)).map_err(SandboxError::Start)?;
        let line = line.ok_or_else(|| SandboxError::SetUp { what: "it ended without a word".to_owned() })?;
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            "holds" => note(&mut outcomes, rest, Outcome::Holds),
            "refused" => {
                let (rung, why) = rest.split_once(' ').unwrap_or((rest, ""));
                note(&mut outcomes, rung, Outcome::Refused(why.to_owned()));
            }
            "inner" => stage.knows_inner(rest.parse().unwrap_or(0)),
            "socket" => {
                let socket = channel.take_socket().map_err(SandboxError::Start)?;
                forwarder = Some(Forwarder::start(ctx, socket));
            }
            "starts" | "stops" => {
                let report = Report::of(asked, outcomes);
                return Ok(Said { report, starts: word == "starts", forwarder });
            }
            _ => return Err(SandboxError::SetUp { what: rest.to_owned() }),
        }
    }
    Err(SandboxError::SetUp { what: "it said too much".to_owned() })
}

fn note(outcomes: &mut Outcomes, word: &str, outcome: Outcome) {
    if let Some(rung) = Rung::of_word(word) {
        outcomes.note(rung, outcome);
    }
}

/// The error of a program that the inner stage could not start, from its line `unstarted NUMBER`.
fn unstarted(prepared: &Prepared, line: &str) -> SandboxError {
    let number = line.strip_prefix("unstarted ").and_then(|number| number.parse().ok()).unwrap_or(0);
    let program = prepared.program.as_ref().map(|(program, ..)| program.as_path()).unwrap_or(Path::new(""));
    SandboxError::Program(LaunchError::refused(program, std::io::Error::from_raw_os_error(number)))
}

/// This program: the stages are the same one.
fn own_program(sys: &Sys) -> std::io::Result<Program> {
    let path = sys.env().program().ok_or_else(|| std::io::Error::other("this program's own path is not known"))?;
    Ok(Program::at(path)?)
}

fn words_of(plan: &Plan) -> Vec<OsString> {
    std::iter::once(OsString::from(STAGE_VERB)).chain(plan.to_words()).collect()
}

fn outcome(result: std::io::Result<()>) -> Outcome {
    match result {
        Ok(()) => Outcome::Holds,
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

/// Runs a stage with these words, and returns its exit code. It prints nothing: its parent speaks.
pub fn stage_main(words: &[OsString]) -> u8 {
    let Ok(plan) = Plan::parse(words) else { return 2 };
    let Ok(mut channel) = Channel::inherited(plan.channel) else { return 2 };
    let done = match plan.stage {
        Stage::Outer => outer(plan, &mut channel),
        Stage::Inner => inner(plan, &mut channel),
    };
    match done {
        Ok(code) => u8::try_from(code & 0xff).unwrap_or(1),
        Err(error) => {
            // The parent may be gone; then nobody is there to be told.
            let _ = channel.say(&format!("failed {error}"));
            STOPPED
        }
    }
}

/// Enters the name spaces that only children live in, and starts the inner stage.
fn outer(mut plan: Plan, channel: &mut Channel) -> std::io::Result<i32> {
    sandbox::die_with(plan.parent)?;
    channel.close_others()?;
    let sys = Sys::real();
    for group in &plan.groups {
        if let Err(error) = sandbox::join(group) {
            for rung in [Rung::MemoryGroup, Rung::ProcessGroup] {
                if plan.outcomes.holds(rung) {
                    plan.outcomes.note(rung, Outcome::Refused(error.to_string()));
                }
            }
            break;
        }
    }
    let user = sandbox::become_own_user().and_then(|()| sandbox::keep_capabilities_in_next_stage());
    plan.outcomes.note(Rung::UserNamespace, outcome(user));
    let mut spaces =
        vec![(Rung::MountNamespace, Space::Mount), (Rung::PidNamespace, Space::Pid), (Rung::IpcNamespace, Space::Ipc)];
    if plan.asked.net != Net::Open {
        spaces.push((Rung::NetworkNamespace, Space::Network));
    }
    for (rung, space) in spaces {
        plan.outcomes.note(rung, outcome(sandbox::separate(space)));
    }
    plan.stage = Stage::Inner;
    plan.parent = sys.process().id();
    channel.keep(true)?;
    let mut next = sandbox::start_next(&own_program(&sys)?, words_of(&plan))?;
    // From now on the inner stage alone speaks: when it ends, the channel is closed.
    channel.leave()?;
    Ok(next.wait(None)?.code)
}

/// The first process inside: builds the root, gives up its rights, starts the program and waits for it.
fn inner(mut plan: Plan, channel: &mut Channel) -> std::io::Result<i32> {
    sandbox::die_with(plan.parent)?;
    channel.close_others()?;
    channel.keep(false)?;
    sandbox::hide_this_process()?;
    channel.say(&format!("inner {}", sandbox::id_outside()?))?;
    if Channel::has_folder_as_stream() {
        return Err(std::io::Error::other("a standard stream is a folder, from which the program could walk out"));
    }
    let port = match plan.asked.net {
        Net::Proxy if plan.outcomes.holds(Rung::NetworkNamespace) => Some(offer_proxy(channel)?),
        _ => None,
    };
    let has_view = enter_view(&mut plan)?;
    give_up(&mut plan, has_view, port);
    for (rung, outcome) in plan.outcomes.tried() {
        match outcome {
            Outcome::Holds => channel.say(&format!("holds {}", rung.word()))?,
            Outcome::Refused(why) => channel.say(&format!("refused {} {why}", rung.word()))?,
            Outcome::NotAsked => {}
        }
    }
    // The time is the parent's business.
    let verdict = judge(&Asked { time: None, ..plan.asked }, &plan.outcomes);
    let Some((program, name, args)) = plan.program.as_ref().filter(|_| verdict.may_start(plan.best_effort)) else {
        channel.say("stops")?;
        return Ok(i32::from(STOPPED));
    };
    channel.say("starts")?;
    let mut changes = Vec::new();
    if !has_view {
        for name in ["HOME", "TMPDIR"] {
            changes.push((name.to_owned(), plan.scratch.clone().into_os_string()));
        }
    }
    if let Some(port) = port {
        changes.push(("GOPROXY".to_owned(), proxies(port)));
    }
    let mut told = |started: Result<(), &std::io::Error>| {
        if let Err(error) = started {
            // If the parent is gone, nobody is there to be told.
            let _ = channel.say(&format!("unstarted {}", error.raw_os_error().unwrap_or(0)));
        }
    };
    match sandbox::run_to_end(program, name, args, &plan.folder, &changes, &mut told) {
        Ok(code) => Ok(code),
        // It has been said.
        Err(_) => Ok(i32::from(STOPPED)),
    }
}

/// Opens a port that only this name space has, and hands it to goward, which answers there.
fn offer_proxy(channel: &mut Channel) -> std::io::Result<u16> {
    sandbox::raise_loopback()?;
    let (socket, port) = sandbox::listen_on_loopback()?;
    channel.say("socket")?;
    channel.hand_socket(&socket, SET_UP_TIME_MAX)?;
    Ok(port)
}

/// The proxies inside: what the plan's environment has before, and the forwarder.
fn proxies(port: u16) -> OsString {
    let sys = Sys::real();
    let mut value = sys.env().var_os("GOPROXY").map(|value| {
        let mut value = value.to_owned();
        value.push(",");
        value
    });
    value.get_or_insert_default().push(format!("http://127.0.0.1:{port}"));
    value.unwrap_or_default()
}

/// Changes the root, and says whether it is changed.
fn enter_view(plan: &mut Plan) -> std::io::Result<bool> {
    if !plan.outcomes.holds(Rung::MountNamespace) {
        return Ok(false);
    }
    let with_proc = plan.outcomes.holds(Rung::PidNamespace);
    let list = sandbox::mount_list()?;
    let shown: Vec<Shown> = plan.folders.iter().map(|folder| shown(&list, folder)).collect();
    let view = View { shown: &shown, with_proc, memory_bytes: plan.asked.memory_bytes, home: HOME };
    match view.enter() {
        Ok(mounted) => {
            if with_proc {
                plan.outcomes.note(Rung::PrivateProc, outcome(mounted.proc_refused.map_or(Ok(()), Err)));
            }
            Ok(true)
        }
        Err(ViewError::Refused(error)) => {
            plan.outcomes.note(Rung::MountNamespace, Outcome::Refused(error.to_string()));
            Ok(false)
        }
        Err(ViewError::HalfWay(error)) => Err(error),
    }
}

fn shown(list: &[u8], folder: &isolation::Folder) -> Shown {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let below = mounts_below(list, folder.path.as_os_str().as_bytes());
    Shown {
        path: folder.path.clone(),
        writable: folder.access == Access::Write,
        mounts_below: below.into_iter().map(|path| PathBuf::from(OsString::from_vec(path))).collect(),
    }
}

/// Gives up this process's rights, and notes what became of each mechanism.
fn give_up(plan: &mut Plan, has_view: bool, port: Option<u16>) {
    if let Some(count) = plan.asked.processes.filter(|_| !plan.outcomes.holds(Rung::ProcessGroup)) {
        plan.outcomes.note(Rung::ProcessLimit, outcome(sandbox::limit_processes(count)));
    }
    plan.outcomes.note(Rung::Capabilities, outcome(sandbox::drop_capabilities()));
    plan.outcomes.note(Rung::NoNewPrivileges, outcome(sandbox::give_up_new_privileges()));
    let ports = match (plan.asked.net, port) {
        (Net::Open, _) => PortRule::Any,
        (_, Some(port)) => PortRule::One(port),
        (_, None) => PortRule::None,
    };
    match sandbox::restrict_files(&file_rules(plan, has_view), ports) {
        Ok(done) => {
            let held = |holds: bool, needs: &str| match holds {
                true => Outcome::Holds,
                false => Outcome::Refused(format!("this kernel's Landlock is older than Linux {needs}")),
            };
            plan.outcomes.note(Rung::Landlock, held(done.files, "5.13"));
            if ports != PortRule::Any {
                plan.outcomes.note(Rung::LandlockNetwork, held(done.ports, "6.7"));
            }
            plan.outcomes.note(Rung::LandlockScope, held(done.scope, "6.12"));
        }
        Err(error) => plan.outcomes.note(Rung::Landlock, Outcome::Refused(error.to_string())),
    }
    let sockets = match plan.asked.net {
        Net::None => SocketRule::Local,
        Net::Proxy => SocketRule::Tcp,
        Net::Open => SocketRule::Internet,
    };
    plan.outcomes.note(Rung::CallFilter, outcome(sandbox::filter_calls(sockets)));
}

/// What Landlock allows: the same folders, the private ones, devices that hold nothing.
fn file_rules(plan: &Plan, has_view: bool) -> Vec<FileRule> {
    let rule = |path: &Path, writable| FileRule { path: path.to_owned(), writable };
    let mut rules: Vec<FileRule> =
        plan.folders.iter().map(|folder| rule(&folder.path, folder.access == Access::Write)).collect();
    rules.push(rule(Path::new("/proc"), false));
    let (private, devices) = match has_view {
        true => (Path::new("/tmp"), &["/dev"][..]),
        false => {
            let devices = &["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"][..];
            (plan.scratch.as_path(), devices)
        }
    };
    rules.push(rule(private, true));
    rules.extend(devices.iter().map(|device| rule(Path::new(device), true)));
    rules
}
