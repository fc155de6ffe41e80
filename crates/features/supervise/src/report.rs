//! The supervisor's record in the store, kept up to date; that it cannot be written stops nothing, and is said once.

use context::Ctx;
use store::{RunningEntry, RunningProgram};

use crate::states::State;
use crate::voice::Voice;

/// The record.
pub(crate) struct Recorded<'a> {
    ctx: &'a Ctx,
    voice: &'a dyn Voice,
    entry: Option<RunningEntry>,
    program: RunningProgram,
    has_complained: bool,
}

impl<'a> Recorded<'a> {
    pub(crate) fn enter(ctx: &'a Ctx, voice: &'a dyn Voice, program: RunningProgram) -> Recorded<'a> {
        let mut recorded = Recorded { ctx, voice, entry: None, program, has_complained: false };
        match ctx.store.enter_running(&recorded.program) {
            Ok(entry) => recorded.entry = Some(entry),
            Err(error) => recorded.complain(&error),
        }
        recorded
    }

    /// Records another state.
    pub(crate) fn state(&mut self, state: State) {
        state.word().clone_into(&mut self.program.state);
        self.write();
    }

    /// Records the start of another program.
    pub(crate) fn started(&mut self, pid: u32, toolchain: &release::ToolchainId, state: State) {
        self.program.pid = pid;
        self.program.toolchain = toolchain.clone();
        self.program.generation = self.ctx.store.current_if_readable().map(|generation| generation.number);
        self.program.since_unix_seconds = self.ctx.sys.clock().unix_seconds();
        self.state(state);
    }

    /// What is recorded now.
    pub(crate) fn program(&self) -> &RunningProgram {
        &self.program
    }

    /// Records a program again that was to be replaced and was not.
    pub(crate) fn again(&mut self, program: RunningProgram) {
        self.program = program;
        self.write();
    }

    fn write(&mut self) {
        let written = self.entry.as_ref().map(|entry| entry.update(&self.program));
        if let Some(Err(error)) = written {
            self.complain(&error);
        }
    }

    fn complain(&mut self, error: &dyn diag::Diagnose) {
        if !self.has_complained {
            self.has_complained = true;
            self.voice.warn(&format!("`goward ps` may not show this program: could not {}", diag::error_chain(error)));
        }
    }

    /// Removes the record.
    pub(crate) fn leave(self) {
        if let Some(entry) = self.entry {
            // A record that stays is swept by the next supervisor, and is not listed.
            let _ = entry.leave();
        }
    }
}
