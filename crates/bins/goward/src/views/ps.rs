//! Programs that run under a toolchain.

use supervise::{Listed, Supervision};

use super::ToView;

impl ToView for Listed {
    type View = view::RunningProcess;

    fn view(&self) -> view::RunningProcess {
        view::RunningProcess {
            pid: self.pid.into(),
            command_line: self.command.clone(),
            toolchain: self.toolchain.view(),
            version: self.toolchain.version().view(),
            generation: self.generation,
            since_unix_seconds: self.since_unix_seconds,
            is_stopped: self.is_stopped,
            supervision: self.supervision.view(),
        }
    }
}

impl ToView for Supervision {
    type View = view::Supervision;

    fn view(&self) -> view::Supervision {
        view::Supervision {
            supervisor_pid: self.supervisor_pid.into(),
            on_switch: self.on_switch.clone(),
            state: self.state.clone(),
            listen_address: self.listen.clone(),
        }
    }
}

/// The programs, and what is not shown.
pub(crate) fn ps(listed: &[Listed], remarks: &[String]) -> view::Ps {
    view::Ps { processes: listed.view(), remarks: super::remarks(remarks) }
}

/// A process's variables.
pub(crate) fn ps_env(pid: u32, variables: &[(&'static str, String)]) -> view::PsEnv {
    let variable =
        |(name, value): &(&'static str, String)| view::StartVariable { name: (*name).to_owned(), value: value.clone() };
    view::PsEnv { pid: pid.into(), started_with: variables.iter().map(variable).collect() }
}
