//! The inputs of the checks, which are collected once.

use std::path::{Path, PathBuf};

use context::Ctx;
use engine::SystemStatus;
use resolve::{Choice, GoEnv};
use sys::{EntryKind, Host, Meta};

/// The inputs of the checks.
pub struct Inputs<'a> {
    /// The context.
    pub ctx: &'a Ctx,
    /// goward's choice in the working folder, if there is one.
    pub choice: Option<Choice>,
    /// The go command's variables under it, if it is installed.
    pub env: Option<GoEnv>,
    /// The administrator's store.
    pub system: SystemStatus,
    /// The user at work, if the system numbers its users.
    pub user: Option<u32>,
    /// Whether of the trees only the roots and programs are looked at.
    pub roots_only: bool,
}

impl<'a> Inputs<'a> {
    /// Collects the inputs. Omits what cannot be determined: `goward which` says why.
    pub fn of(ctx: &'a Ctx) -> Inputs<'a> {
        let choice = resolve::choose(ctx, None).ok();
        let toolchain = choice.as_ref().and_then(|choice| choice.toolchain.clone());
        let env = toolchain.and_then(|toolchain| resolve::go_env(ctx, toolchain, choice.as_ref()).ok());
        Inputs { ctx, choice, env, system: engine::system_status(ctx), user: Host::user_number(), roots_only: false }
    }

    /// Whether several people use this machine's toolchains.
    pub(crate) fn is_shared(&self) -> bool {
        self.system.read || self.system.is_own
    }

    /// A folder's metadata, links followed; none if there is none.
    pub(crate) fn folder(&self, path: &Path) -> Option<Meta> {
        self.ctx.sys.fs().follow(path).ok().flatten().filter(|meta| meta.kind == EntryKind::Dir)
    }

    /// The folders and files in a folder, sorted.
    pub(crate) fn inside(&self, folder: &Path) -> Vec<PathBuf> {
        let names = self.ctx.sys.fs().names_if_there(folder).unwrap_or_default();
        names.into_iter().take(crate::limits::NAMES_MAX).map(|name| folder.join(name)).collect()
    }
}
