//! The supervisor: one program, one loop, one table of states.
//!
//! The loop sleeps until something happens (a signal, the program's end, a change of a watched file) and then looks at
//! everything. Nothing else decides what runs than the function that the caller passes, which decides as `goward run`
//! does.

use std::time::Duration;

use context::Ctx;
use release::ToolchainId;
use resolve::Launch;
use store::RunningProgram;
use sys::{
    Bell, ChildState, Foreground, FreezeWay, Guardian, Lease, Listener, Moment, PassedOn, ProcessSignal, Program,
    Supervised, SupervisedStart, Watch, WatchMode,
};

use crate::env_file::EnvFile;
use crate::error::SuperviseError;
use crate::limits::{FROZEN_INTERVAL, POLL_INTERVAL, QUIET, QUIET_MAX, RESTART_PAUSES, STARTED_AFTER, WAIT_MAX};
use crate::report::Recorded;
use crate::states::{Event, State};
use crate::voice::Voice;
use crate::watched::watched;

/// The exit codes of a program that SIGINT, SIGQUIT or SIGTERM has ended: on a terminal Ctrl-C reaches it alone.
const ASKED_TO_END: [i32; 3] = [130, 131, 143];

/// What a switch does to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnSwitch {
    /// It is asked to end and started again with the new environment.
    Restart,
    /// It gets this signal.
    Signal(ProcessSignal),
    /// It is frozen while the change is under way.
    Freeze,
    /// Nothing.
    None,
}

impl OnSwitch {
    /// As it is asked for on the command line.
    pub fn word(self) -> String {
        match self {
            OnSwitch::Restart => "restart".to_owned(),
            OnSwitch::Signal(signal) => format!("signal:{}", signal.name),
            OnSwitch::Freeze => "freeze".to_owned(),
            OnSwitch::None => "none".to_owned(),
        }
    }
}

/// How a program is supervised.
#[derive(Debug)]
pub struct Options {
    /// What a switch does.
    pub on_switch: OnSwitch,
    /// How long a program may take to end before it is killed.
    pub drain: Duration,
    /// How long it may be frozen.
    pub freeze_max: Duration,
    /// Whether it is also frozen while clients are connected.
    pub freeze_connections: bool,
    /// The file that has the new values.
    pub env_file: Option<EnvFile>,
    /// The address of a socket that all programs, one after the other, accept from.
    pub listen: Option<String>,
}

/// A decision: what is to run, and the go command's variables for the file of `--env-file`.
#[derive(Debug)]
pub struct Decided {
    /// The toolchain and the program.
    pub launch: Launch,
    /// The variables with a value.
    pub variables: Vec<(String, String)>,
}

/// Decides what runs now; or says in one line why nothing can.
pub type Decide<'a> = &'a dyn Fn() -> Result<Decided, String>;

/// A program that runs, with what it holds.
struct Running {
    process: Supervised,
    toolchain: ToolchainId,
    /// The program has the same; this one ends when its end is known.
    _lease: Option<Lease>,
    started: Moment,
}

struct Supervisor<'a> {
    ctx: &'a Ctx,
    goward: Option<&'a Program>,
    options: &'a Options,
    decide: Decide<'a>,
    voice: &'a dyn Voice,
    bell: Bell,
    signals: PassedOn,
    foreground: Option<Foreground>,
    listener: Option<Listener>,
    /// There is one only if something may be frozen.
    guardian: Option<Guardian>,
    watch: Watch,
    recorded: Recorded<'a>,
    state: State,
    child: Option<Running>,
    /// The variables of the program that runs, for the file of `--env-file`.
    variables: Vec<(String, String)>,
    /// What the toolchain would be, if the program keeps another one.
    passed_over: Option<ToolchainId>,
    /// The last line about a refused switch, so that it is said once.
    refusal: Option<String>,
    /// The signal by which somebody asked for the end, as an exit code.
    end_asked: Option<i32>,
    /// How often the program has ended at once since the last switch.
    quick_ends: Option<usize>,
}

/// Runs the program, and others after it, until the last one ends; returns that one's exit code.
///
/// # Errors
/// When the first program cannot be started: then nothing has run. Later, when the system does not say whether the program
/// still runs.
pub fn run(
    ctx: &Ctx,
    goward: Option<&Program>,
    first: Decided,
    options: &Options,
    decide: Decide<'_>,
    voice: &dyn Voice,
) -> Result<i32, SuperviseError> {
    let listener = options.listen.as_ref().map(|address| {
        let bound = Listener::bind(address);
        bound.map_err(|cause| SuperviseError::Listen { address: address.clone(), cause })
    });
    let listener = listener.transpose()?;
    let guardian = match options.on_switch {
        OnSwitch::Freeze => {
            Some(Guardian::start(goward.ok_or(SuperviseError::NoProgram)?).map_err(SuperviseError::Run)?)
        }
        _ => None,
    };
    if let Some(file) = &options.env_file {
        file.write(ctx, &first.variables)?;
    }
    let bell = Bell::new();
    let signals = PassedOn::begin(&bell).map_err(SuperviseError::Signals)?;
    let watch = Watch::over(ctx.sys.fs(), watched(ctx), &bell);
    if let WatchMode::Polls { why } = watch.mode() {
        voice.say(&format!("files cannot be watched, so a switch is noticed within a second: {why}"));
    }
    let lease = lease_for(ctx, &first.launch)?;
    // Before the program runs, so that `goward ps` never takes the supervisor for a program.
    let own = ctx.sys.process().id();
    let mut recorded = Recorded::enter(
        ctx,
        voice,
        RunningProgram {
            format: RunningProgram::FORMAT,
            supervisor_pid: own,
            pid: own,
            program: first.launch.command.called().to_string_lossy().into_owned(),
            folder: ctx.sys.env().folder().to_string_lossy().into_owned(),
            toolchain: first.launch.toolchain.id.clone(),
            generation: ctx.store.current_if_readable().map(|generation| generation.number),
            since_unix_seconds: ctx.sys.clock().unix_seconds(),
            on_switch: options.on_switch.word(),
            state: State::Starting.word().to_owned(),
            listen: listener.as_ref().map(|listener| listener.address().to_string()),
        },
    );
    let child = match start(ctx, goward, listener.as_ref(), &first.launch, lease) {
        Ok(child) => child,
        Err(error) => {
            recorded.leave();
            return Err(error);
        }
    };
    recorded.started(child.process.id(), &child.toolchain, State::Running);
    let mut supervisor = Supervisor {
        ctx,
        goward,
        options,
        decide,
        voice,
        bell,
        signals,
        foreground: Foreground::own(),
        listener,
        guardian,
        watch,
        recorded,
        state: State::Running,
        child: Some(child),
        variables: first.variables,
        passed_over: None,
        refusal: None,
        end_asked: None,
        quick_ends: None,
    };
    supervisor.lend();
    let ended = supervisor.supervise();
    let Supervisor { recorded, .. } = supervisor;
    recorded.leave();
    ended
}

/// Takes the lease of a program's toolchain: it holds it from before its start to its end. There is none in a store that
/// goward only reads.
fn lease_for(ctx: &Ctx, launch: &Launch) -> Result<Option<Lease>, SuperviseError> {
    let id = &launch.toolchain.id;
    match ctx.store.hold_lease(id) {
        Ok(Some(lease)) => Ok(lease),
        Ok(None) => Err(SuperviseError::Removed { toolchain: id.version().tag() }),
        // No process can remove a toolchain from a store that cannot be written to.
        Err(store::StoreError::Io { .. } | store::StoreError::ReadOnly { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Starts a program.
fn start(
    ctx: &Ctx,
    goward: Option<&Program>,
    listener: Option<&Listener>,
    launch: &Launch,
    lease: Option<Lease>,
) -> Result<Running, SuperviseError> {
    let listener = match listener {
        Some(listener) => Some((listener, goward.ok_or(SuperviseError::NoProgram)?)),
        None => None,
    };
    let start = SupervisedStart { program: &launch.command, listener, lease: lease.as_ref() };
    let process = Supervised::start(&start).map_err(SuperviseError::Run)?;
    let toolchain = launch.toolchain.id.clone();
    Ok(Running { process, toolchain, _lease: lease, started: ctx.sys.clock().moment() })
}

impl Supervisor<'_> {
    /// The loop. What changed between the first decision and the watch is found by its first round.
    fn supervise(&mut self) -> Result<i32, SuperviseError> {
        let mut changed = Some(self.ctx.sys.clock().moment());
        let mut last = changed;
        loop {
            if let Some(code) = self.look_at_program()? {
                self.move_by(Event::Ended);
                return Ok(code);
            }
            if self.watch.has_changed(self.ctx.sys.fs()) {
                last = Some(self.ctx.sys.clock().moment());
                changed = changed.or(last);
            }
            let since = |moment: Option<Moment>| moment.map(|moment| self.ctx.sys.clock().since(moment));
            let is_quiet = since(last).is_some_and(|quiet| quiet >= QUIET);
            if changed.is_some() && (is_quiet || since(changed).is_some_and(|time| time >= QUIET_MAX)) {
                changed = None;
                if let Some(code) = self.switched()? {
                    self.move_by(Event::Ended);
                    return Ok(code);
                }
                continue;
            }
            self.turn(if changed.is_some() { QUIET } else { WAIT_MAX });
        }
    }

    /// Sleeps until something happens, and passes on the signals that came.
    fn turn(&mut self, time_max: Duration) {
        let reported = if cfg!(windows) { POLL_INTERVAL } else { WAIT_MAX };
        self.bell.wait(time_max.min(reported).min(self.watch.interval().unwrap_or(WAIT_MAX)));
        let asked = match &self.child {
            Some(child) => child.process.pass_on(&self.signals, self.foreground.as_ref()),
            None => self.signals.asked_to_end(),
        };
        self.end_asked = self.end_asked.or(asked);
    }

    fn lend(&self) {
        if let Some(child) = &self.child {
            child.process.lend(self.foreground.as_ref());
        }
    }

    /// The exit code, if the program has ended and no other is started for it.
    fn look_at_program(&mut self) -> Result<Option<i32>, SuperviseError> {
        let Some(child) = &mut self.child else { return Ok(None) };
        match child.process.state().map_err(SuperviseError::Run)? {
            ChildState::Running => Ok(None),
            ChildState::Stopped => {
                child.process.stop_with_it(self.foreground.as_ref());
                Ok(None)
            }
            ChildState::Ended { code } => {
                let age = self.ctx.sys.clock().since(child.started);
                match self.quick_ends {
                    Some(count)
                        if code != 0
                            && age < STARTED_AFTER
                            && self.end_asked.is_none()
                            && !ASKED_TO_END.contains(&code) =>
                    {
                        self.start_again(count, code)
                    }
                    _ => Ok(Some(code)),
                }
            }
        }
    }

    /// Starts a program again that a switch has started and that has ended at once, after a pause.
    fn start_again(&mut self, count: usize, code: i32) -> Result<Option<i32>, SuperviseError> {
        self.child = None;
        let Some(pause) = RESTART_PAUSES.get(count) else {
            self.voice
                .warn(&format!("the program has ended at once {} times after the switch: goward gives up", count + 1));
            return Ok(Some(code));
        };
        let line = format!("the program ended at once with {code}; it is started again in {} ms", pause.as_millis());
        self.voice.warn(&line);
        self.move_by(Event::EndedAtOnce);
        self.quick_ends = Some(count + 1);
        if let Some(foreground) = &self.foreground {
            foreground.take_back();
        }
        let start = self.ctx.sys.clock().moment();
        loop {
            let left = pause.saturating_sub(self.ctx.sys.clock().since(start));
            if left.is_zero() {
                break;
            }
            self.turn(left);
            if let Some(code) = self.end_asked {
                return Ok(Some(code));
            }
        }
        match (self.decide)() {
            Ok(decided) => {
                let lease = lease_for(self.ctx, &decided.launch);
                self.start_new(&decided, lease, Some(code))
            }
            Err(line) => {
                self.voice.warn(&format!("the program is not started again: {line}"));
                Ok(Some(code))
            }
        }
    }

    /// Starts the program where none runs. The exit code, if it cannot be started.
    fn start_new(
        &mut self,
        decided: &Decided,
        lease: Result<Option<Lease>, SuperviseError>,
        code: Option<i32>,
    ) -> Result<Option<i32>, SuperviseError> {
        let listener = self.listener.as_ref();
        match lease.and_then(|lease| start(self.ctx, self.goward, listener, &decided.launch, lease)) {
            Ok(child) => {
                self.recorded.started(child.process.id(), &child.toolchain, State::Running);
                self.child = Some(child);
                self.lend();
                self.move_by(Event::Started);
                Ok(None)
            }
            // There is nothing left to supervise.
            Err(error) => match code {
                Some(code) => {
                    self.voice
                        .warn(&format!("the program is not started again: could not {}", diag::error_chain(&error)));
                    Ok(Some(code))
                }
                None => Err(error),
            },
        }
    }

    /// Something has changed: decides again, and does what was asked for if another toolchain is chosen.
    fn switched(&mut self) -> Result<Option<i32>, SuperviseError> {
        let Some(current) = self.child.as_ref().map(|child| child.toolchain.clone()) else { return Ok(None) };
        let Some(decided) = self.decided(&current) else { return Ok(None) };
        let id = decided.launch.toolchain.id.clone();
        if self.passed_over.as_ref().unwrap_or(&current) == &id {
            return Ok(None);
        }
        if self.options.on_switch == OnSwitch::Restart && id == current {
            // The one that could not be started is no longer chosen.
            self.passed_over = None;
            return Ok(None);
        }
        match self.options.on_switch {
            OnSwitch::Restart => return self.restart(decided),
            OnSwitch::Freeze => self.freeze(&current, decided),
            OnSwitch::Signal(signal) => {
                self.repoint(&decided.variables);
                self.move_by(Event::Repoint);
                self.signal(signal);
                self.move_by(Event::Thaw);
                self.told(&id, &format!("the program was sent {}", signal.name));
            }
            OnSwitch::None => {
                self.repoint(&decided.variables);
                self.told(&id, &format!("the program keeps {}", current.version().tag()));
            }
        }
        Ok(None)
    }

    /// What is to run now. A refusal leaves the program as it is, and is said once.
    fn decided(&mut self, current: &ToolchainId) -> Option<Decided> {
        match (self.decide)() {
            Ok(decided) => {
                self.refusal = None;
                Some(decided)
            }
            Err(line) => {
                if self.refusal.as_ref() != Some(&line) {
                    self.voice.warn(&format!("the program keeps {}: {line}", current.version().tag()));
                }
                self.refusal = Some(line);
                None
            }
        }
    }

    fn told(&mut self, id: &ToolchainId, what: &str) {
        self.voice.say(&format!("{} is chosen now; {what}", id.version().tag()));
        self.passed_over = Some(id.clone());
    }

    fn signal(&self, signal: ProcessSignal) {
        if let Some(child) = &self.child {
            child.process.signal(signal);
        }
    }

    /// Writes the file of `--env-file`.
    fn repoint(&self, variables: &[(String, String)]) {
        let written = self.options.env_file.as_ref().map(|file| file.write(self.ctx, variables));
        if let Some(Err(error)) = written {
            self.voice.warn(&format!("could not {}", diag::error_chain(&error)));
        }
    }

    /// Replaces the program.
    fn restart(&mut self, decided: Decided) -> Result<Option<i32>, SuperviseError> {
        let Some(old) = self.child.take() else { return Ok(None) };
        let (from, to) = (old.toolchain.version().tag(), decided.launch.toolchain.id.version().tag());
        if self.listener.is_some() {
            return self.overlap(old, &decided);
        }
        // Before the old one is asked to end: from here on nothing removes the new toolchain.
        let lease = match lease_for(self.ctx, &decided.launch) {
            Ok(lease) => lease,
            Err(error) => {
                self.child = Some(old);
                self.voice.warn(&format!("the program keeps {from}: could not {}", diag::error_chain(&error)));
                return Ok(None);
            }
        };
        self.repoint(&decided.variables);
        self.move_by(Event::Drain);
        old.process.ask_to_end();
        let code = self.drain(old)?;
        let gone = self.ctx.sys.clock().moment();
        if let Some(asked) = self.end_asked {
            // Whoever asked meant the program: nothing is started in its place.
            return Ok(Some(if code == 0 { 0 } else { asked }));
        }
        self.move_by(Event::Drained);
        if let Some(foreground) = &self.foreground {
            foreground.take_back();
        }
        self.quick_ends = Some(0);
        self.passed_over = None;
        self.variables.clone_from(&decided.variables);
        let ended = self.start_new(&decided, Ok(lease), None)?;
        let since_start = self.child.as_ref().map_or(Duration::ZERO, |new| self.ctx.sys.clock().since(new.started));
        let gap = self.ctx.sys.clock().since(gone).saturating_sub(since_start);
        self.voice.say(&format!(
            "restarted: {from} → {to}; no program ran for {:.1} ms (`--listen` closes that gap)",
            gap.as_secs_f64() * 1e3
        ));
        Ok(ended)
    }

    /// Starts the new program before the old one is asked to end: both accept from one socket.
    fn overlap(&mut self, mut old: Running, decided: &Decided) -> Result<Option<i32>, SuperviseError> {
        let (from, to) = (old.toolchain.version().tag(), decided.launch.toolchain.id.version().tag());
        let record = self.recorded.program().clone();
        let keep = |this: &mut Self, old: Running, why: String| {
            this.recorded.again(record.clone());
            this.child = Some(old);
            this.lend();
            this.repoint(&this.variables);
            this.passed_over = Some(decided.launch.toolchain.id.clone());
            this.voice.warn(&format!("the program keeps {from}: {why}"));
            Ok(None)
        };
        // The new program may read it at its start.
        self.repoint(&decided.variables);
        let new = lease_for(self.ctx, &decided.launch)
            .and_then(|lease| start(self.ctx, self.goward, self.listener.as_ref(), &decided.launch, lease));
        let new = match new {
            Ok(new) => new,
            Err(error) => return keep(self, old, format!("could not {}", diag::error_chain(&error))),
        };
        let started = new.started;
        self.recorded.started(new.process.id(), &new.toolchain, State::Running);
        self.child = Some(new);
        self.lend();
        while self.ctx.sys.clock().since(started) < STARTED_AFTER && self.end_asked.is_none() {
            let state = match &mut self.child {
                Some(new) => new.process.state().map_err(SuperviseError::Run)?,
                None => break,
            };
            if let ChildState::Ended { code } = state {
                return keep(self, old, format!("the new program ended at once with {code}"));
            }
            if let ChildState::Ended { .. } = old.process.state().map_err(SuperviseError::Run)? {
                break;
            }
            self.turn(STARTED_AFTER.saturating_sub(self.ctx.sys.clock().since(started)));
        }
        self.move_by(Event::Drain);
        self.passed_over = None;
        self.variables.clone_from(&decided.variables);
        old.process.ask_to_end();
        self.drain(old)?;
        self.move_by(Event::Started);
        self.voice.say(&format!("restarted: {from} → {to}; the new program took the socket over"));
        Ok(None)
    }

    /// Waits for the old program's end, and kills it when its time is over. Returns its exit code.
    fn drain(&mut self, mut old: Running) -> Result<i32, SuperviseError> {
        let start = self.ctx.sys.clock().moment();
        loop {
            if old.process.has_ended_then_end_group().map_err(SuperviseError::Run)? {
                break;
            }
            let left = self.options.drain.saturating_sub(self.ctx.sys.clock().since(start));
            if left.is_zero() {
                let seconds = self.options.drain.as_secs_f64();
                self.voice.warn(&format!("the old program did not end within {seconds} s and was killed"));
                break;
            }
            let reported = if cfg!(windows) { POLL_INTERVAL } else { WAIT_MAX };
            self.bell.wait(left.min(reported));
            let to = self.child.as_ref().map_or(&old.process, |new| &new.process);
            let asked = to.pass_on(&self.signals, self.foreground.as_ref());
            self.end_asked = self.end_asked.or(asked);
            // With Ctrl-Z at this moment it would sleep until it is killed.
            if let ChildState::Stopped = old.process.state().map_err(SuperviseError::Run)? {
                old.process.stop_with_it(self.foreground.as_ref().filter(|_| self.child.is_none()));
            }
        }
        old.process.end().map_err(SuperviseError::Run)
    }

    /// Freezes the program while the change is under way, for a bounded time; then the file has the new values.
    fn freeze(&mut self, current: &ToolchainId, decided: Decided) {
        let id = decided.launch.toolchain.id.clone();
        if let Some(why) = self.reason_not_to_freeze() {
            self.repoint(&decided.variables);
            self.told(&id, &format!("the program was not frozen: {why}"));
            return;
        }
        self.move_by(Event::Freeze);
        let start = self.ctx.sys.clock().moment();
        if let Err(error) = self.freeze_now() {
            self.move_by(Event::Thaw);
            self.repoint(&decided.variables);
            self.told(&id, &format!("the program could not be frozen: {error}"));
            return;
        }
        let is_over = self.wait_while_changed(start);
        // The change is complete now, and may have become another one.
        let decided = self.decided(current).unwrap_or(decided);
        self.repoint(&decided.variables);
        self.move_by(Event::Repoint);
        let way = self.thaw();
        let time = self.ctx.sys.clock().since(start);
        self.move_by(Event::Thaw);
        let bound = if is_over { ", the longest time, while the change goes on" } else { "" };
        let what = format!("the program was frozen for {:.1} ms{bound} ({way})", time.as_secs_f64() * 1e3);
        self.told(&decided.launch.toolchain.id, &what);
    }

    /// Clients of a frozen program wait, and give up.
    fn reason_not_to_freeze(&self) -> Option<String> {
        let child = self.child.as_ref().filter(|_| !self.options.freeze_connections)?;
        match sys::client_connections(&child.process.members()) {
            Some(0) => None,
            Some(count) => Some(format!("{count} clients are connected (`--freeze-connections` freezes all the same)")),
            None => Some(
                "this system does not say whether clients are connected (`--freeze-connections` freezes all the same)"
                    .to_owned(),
            ),
        }
    }

    fn freeze_now(&mut self) -> std::io::Result<()> {
        let (Some(child), Some(guardian)) = (&mut self.child, &mut self.guardian) else { return Ok(()) };
        if !guardian.is_alive()
            && let Some(goward) = self.goward
        {
            *guardian = Guardian::start(goward)?;
        }
        child.process.freeze(guardian, self.options.freeze_max)
    }

    /// Waits until no process changes the store, or the longest time is over. Whether it is.
    fn wait_while_changed(&mut self, start: Moment) -> bool {
        loop {
            let left = self.options.freeze_max.saturating_sub(self.ctx.sys.clock().since(start));
            if left.is_zero() {
                return true;
            }
            // A lock that cannot be looked at says nothing: the program goes on.
            if !self.ctx.store.is_being_changed().unwrap_or(false) || self.end_asked.is_some() {
                return false;
            }
            self.turn(left.min(FROZEN_INTERVAL));
        }
    }

    /// Thaws the program; how it was frozen.
    fn thaw(&mut self) -> &'static str {
        let (Some(child), Some(guardian)) = (&mut self.child, &mut self.guardian) else { return "" };
        child.process.thaw(guardian);
        match child.process.freeze_way() {
            FreezeWay::ControlGroup => "by its control group",
            FreezeWay::StopSignal => "by SIGSTOP to its process group",
            FreezeWay::Job => "by its job",
        }
    }

    /// Moves along the table.
    fn move_by(&mut self, event: Event) {
        let next = self.state.after(event);
        debug_assert!(next.is_some(), "{} by {event:?}", self.state);
        if let Some(next) = next {
            self.state = next;
            if next != State::Ended {
                self.recorded.state(next);
            }
        }
    }
}
