//! Which programs run under which toolchain: `goward ps`.
//!
//! A program that `goward run` started holds the lease of its toolchain, and so do its children; a program of a toolchain
//! runs from its tree, whoever started it (a shim, an editor). The first of a family is listed. The records of supervisors
//! add what neither says. Where the system does not tell who holds a file (all but Linux), only supervised programs are
//! listed.

use std::collections::BTreeMap;

use context::Ctx;
use release::ToolchainId;
use resolve::GO_VARIABLES;
use store::{RunningProgram, StoreError};
use sys::Holder;

use crate::error::SuperviseError;
use crate::states::State;

/// A program that runs under a toolchain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its process number.
    pub pid: u32,
    /// Its command line without credentials; the program alone where the system does not tell more.
    pub command: Vec<String>,
    /// The toolchain that it was started under.
    pub toolchain: ToolchainId,
    /// The generation that was in use then, if it is known and has that toolchain.
    pub generation: Option<u64>,
    /// When it was started, in seconds since 1970.
    pub since_unix_seconds: Option<u64>,
    /// Whether it is frozen or stopped at this moment.
    pub is_stopped: bool,
    /// Its supervisor, if it has one.
    pub supervision: Option<Supervision>,
}

/// The supervisor of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supervision {
    /// The supervisor's process number.
    pub supervisor_pid: u32,
    /// What a switch does.
    pub on_switch: String,
    /// Where the supervisor is in its table of states.
    pub state: String,
    /// The address of the socket that the program was handed.
    pub listen: Option<String>,
}

/// The programs by their numbers, and whether the system tells of those that are not supervised.
///
/// # Errors
/// When the store cannot be read.
pub fn list(ctx: &Ctx) -> Result<(Vec<Listed>, bool), StoreError> {
    let records = ctx.store.running()?;
    let holders = ctx.store.users()?;
    let is_told = holders.is_some();
    let mut listed: BTreeMap<u32, Listed> = BTreeMap::new();
    for record in &records {
        listed.insert(record.pid, of_record(ctx, record));
    }
    for (id, holder) in heads(&records, &holders.unwrap_or_default()) {
        if listed.contains_key(&holder.pid) || holder.pid == ctx.sys.process().id() {
            continue;
        }
        let supervisor = records.iter().find(|record| record.supervisor_pid == holder.parent);
        listed.extend(of_holder(ctx, id, holder, supervisor).map(|program| (program.pid, program)));
    }
    Ok((listed.into_values().collect(), is_told))
}

/// The holders whose parents are none of the same toolchain. A supervisor is no program under a toolchain.
fn heads<'a>(
    records: &'a [RunningProgram],
    holders: &'a [(ToolchainId, Holder)],
) -> impl Iterator<Item = (&'a ToolchainId, &'a Holder)> {
    let is_supervisor = |pid: u32| records.iter().any(|record| record.supervisor_pid == pid);
    let is_program = move |id: &ToolchainId, pid: u32| {
        !is_supervisor(pid) && holders.iter().any(|(other, holder)| other == id && holder.pid == pid)
    };
    let is_head =
        move |(id, holder): &&(ToolchainId, Holder)| is_program(id, holder.pid) && !is_program(id, holder.parent);
    holders.iter().filter(is_head).map(|(id, holder)| (id, holder))
}

fn of_record(ctx: &Ctx, record: &RunningProgram) -> Listed {
    let facts = sys::process_facts(record.pid);
    Listed {
        pid: record.pid,
        command: facts.as_ref().and_then(command).unwrap_or_else(|| vec![record.program.clone()]),
        toolchain: record.toolchain.clone(),
        generation: record.generation.filter(|number| has_toolchain(ctx, *number, &record.toolchain)),
        since_unix_seconds: Some(record.since_unix_seconds),
        is_stopped: record.state == State::Frozen.word() || facts.is_some_and(|facts| facts.is_stopped),
        supervision: Some(supervision(record, &record.state)),
    }
}

fn has_toolchain(ctx: &Ctx, number: u64, toolchain: &ToolchainId) -> bool {
    ctx.store.generation(number).is_ok_and(|generation| generation.toolchain == *toolchain)
}

/// A process that has ended meanwhile is none.
fn of_holder(ctx: &Ctx, id: &ToolchainId, holder: &Holder, supervisor: Option<&RunningProgram>) -> Option<Listed> {
    let facts = sys::process_facts(holder.pid)?;
    let generation = facts.started_unix_seconds.and_then(|started| generation_at(ctx, started, id));
    Some(Listed {
        pid: holder.pid,
        command: command(&facts).unwrap_or_default(),
        toolchain: id.clone(),
        generation,
        since_unix_seconds: facts.started_unix_seconds,
        is_stopped: facts.is_stopped,
        // A supervisor's second program is the old one, which was asked to end.
        supervision: supervisor.map(|record| supervision(record, State::Draining.word())),
    })
}

fn supervision(record: &RunningProgram, state: &str) -> Supervision {
    Supervision {
        supervisor_pid: record.supervisor_pid,
        on_switch: record.on_switch.clone(),
        state: state.to_owned(),
        listen: record.listen.clone(),
    }
}

/// The command line, without credentials.
fn command(facts: &sys::ProcessFacts) -> Option<Vec<String>> {
    let words: Vec<String> =
        facts.words.iter().map(|word| diag::without_credentials(&word.to_string_lossy())).collect();
    (!words.is_empty()).then_some(words)
}

/// The generation in use at this time, if it has this toolchain. The system counts starts in hundredths of a second, so a
/// generation of the same second counts.
fn generation_at(ctx: &Ctx, unix_seconds: u64, id: &ToolchainId) -> Option<u64> {
    let generations = ctx.store.readable_generations().ok()?;
    let newest = generations.into_iter().rfind(|generation| generation.made_unix_seconds <= unix_seconds)?;
    (newest.toolchain == *id).then_some(newest.number)
}

/// The go command's variables with which a process of this user was started, without credentials, in the order of
/// [`GO_VARIABLES`].
///
/// # Errors
/// When there is no such process, it is another user's, or the system does not tell.
pub fn environment(pid: u32) -> Result<Vec<(&'static str, String)>, SuperviseError> {
    let all = sys::environment_of(pid).map_err(|cause| SuperviseError::Environment { pid, cause })?;
    let value = |name: &&'static str| {
        let (_, value) = all.iter().find(|(other, _)| other == *name)?;
        Some((*name, resolve::shown(name, &value.to_string_lossy())))
    };
    Ok(GO_VARIABLES.iter().filter_map(value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(id: &str, pid: u32, parent: u32) -> (ToolchainId, Holder) {
        (id.parse().unwrap(), Holder { pid, parent, path: "x.lease".into() })
    }

    #[test]
    fn of_a_family_the_first_is_listed_and_a_supervisor_is_not() {
        let (old, new) = ("go1.26.8.linux-amd64", "go1.27.3.linux-amd64");
        let record = RunningProgram {
            format: RunningProgram::FORMAT,
            supervisor_pid: 10,
            pid: 12,
            program: "server".to_owned(),
            folder: "/".to_owned(),
            toolchain: new.parse().unwrap(),
            generation: None,
            since_unix_seconds: 0,
            on_switch: "restart".to_owned(),
            state: "draining".to_owned(),
            listen: None,
        };
        let holders = [
            holder(old, 10, 1),
            holder(new, 10, 1),
            holder(old, 11, 10),
            holder(new, 12, 10),
            holder(new, 13, 12),
            holder(old, 20, 5),
            holder(old, 21, 20),
            holder(new, 22, 20),
        ];
        let records = [record];
        let found: Vec<u32> = heads(&records, &holders).map(|(_, holder)| holder.pid).collect();
        assert_eq!(found, [11, 12, 20, 22]);
    }
}
