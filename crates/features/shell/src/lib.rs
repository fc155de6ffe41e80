//! Activation of shells: the scripts, their quoting, and the blocks in the user's profiles.
//!
//! A shell needs only the folder of the shims first in `PATH`. The shims decide at each call which toolchain runs, so a
//! switch, a pin or another folder needs no action of the shell. The scripts in `script/` are static text with three
//! paths filled in ([`script`]): a starting shell reads one file and starts no process. They export no `GOROOT`,
//! `GOPATH` or `GOCACHE` and never wrap `cd`.
//!
//! `goward setup` is one transaction of the store over several files ([`plan_setup`], [`apply`]): the scripts below
//! goward's home, a marked block in each profile ([`block`]), completions and the function for direnv
//! ([`checksum_line`]). A checksum in the text shows whether somebody has edited it since; `goward unsetup` removes
//! unchanged text and keeps and prints the rest.
//!
//! If there is a registry (Windows), the shims' folder also comes first in the user's `Path` ([`user_path`]): `cmd` and
//! programs that are started from a menu read no profile. This is a part of the same transaction. The presence of a
//! registry decides what counts as Windows here, so all of it is tested on every system.
//!
//! This crate never prints. It writes only through [`store::Transaction`], so a plan can be undone.
//!
//! Tested by `tests/`: quoting and scripts in the real shells, plans on real files.

mod apply;
pub mod block;
pub mod checksum_line;
mod error;
mod find;
mod limits;
mod managers;
mod plan;
mod profile_eval;
mod quote;
mod registry_leftovers;
mod render;
mod rivals;
mod script;
mod script_paths;
mod setup;
mod shell;
mod unsetup;
mod user_path;
mod windows_path_words;

pub use apply::apply;
pub use error::SetupError;
pub use find::{is_set_up, login_shell, shells_of_user};
pub use plan::{Action, ByHand, Change, Kept, Plan, Variable};
pub use profile_eval::{Eval, powershell_evals, powershell_profiles, shell_evals};
pub use quote::quote;
pub use registry_leftovers::{LEFTOVER_WORDS, Leftover, leftovers};
pub use render::{line_for_running, script, whole_script};
pub use rivals::{Rival, RivalKind, rivals_of_powershell};
pub use script::Script;
pub use script_paths::ScriptPaths;
pub use setup::{Completion, SetupOptions, plan_setup};
pub use shell::Shell;
pub use unsetup::plan_unsetup;
