//! What the checks look at, found out once.

use std::path::{Path, PathBuf};

use context::Ctx;
use engine::SystemStatus;
use resolve::{Choice, GoEnv};
use sys::{EntryKind, Host, Meta};

/// What the checks look at.
pub struct Inputs<'a> {
    /// The context.
    pub ctx: &'a Ctx,
    /// What goward chooses in the working folder, where it can.
    pub choice: Option<Choice>,
    /// The go command's variables under it, where it is installed.
    pub env: Option<GoEnv>,
    /// The administrator's store.
    pub system: SystemStatus,
    /// Who is at work, where the system numbers its users.
    pub user: Option<u32>,
}

impl<'a> Inputs<'a> {
    /// Looks around. What cannot be found out is left out: `goward which` says why.
    pub fn of(ctx: &'a Ctx) -> Inputs<'a> {
        let choice = resolve::choose(ctx, None).ok();
        let toolchain = choice.as_ref().and_then(|choice| choice.toolchain.clone());
        let env = toolchain.and_then(|toolchain| resolve::go_env(ctx, toolchain, choice.as_ref()).ok());
        Inputs { ctx, choice, env, system: engine::system_status(ctx), user: Host::user_number() }
    }

    /// Whether several people use this machine's toolchains.
    pub(crate) fn is_shared(&self) -> bool {
        self.system.read || self.system.is_own
    }

    /// What a folder is, links followed; none where there is none.
    pub(crate) fn folder(&self, path: &Path) -> Option<Meta> {
        self.ctx.sys.fs().follow(path).ok().flatten().filter(|meta| meta.kind == EntryKind::Dir)
    }

    /// The folders and files in a folder, in their order.
    pub(crate) fn inside(&self, folder: &Path) -> Vec<PathBuf> {
        let names = self.ctx.sys.fs().names_if_there(folder).unwrap_or_default();
        names.into_iter().take(crate::limits::NAMES_MAX).map(|name| folder.join(name)).collect()
    }
}
