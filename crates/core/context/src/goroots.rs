//! Finds installed trees whose `go.env` counts, and reads the user's Go configuration.

use std::path::PathBuf;

use source::go_setting;

use crate::ctx::Ctx;
use crate::limits::GOROOTS_MAX;

/// Installed trees whose `go.env` may name the module proxy: the default first, then the newest.
pub fn goroots(ctx: &Ctx) -> Vec<PathBuf> {
    // A store that cannot be read only means that its go.env files do not count.
    let installed = ctx.store.installed().unwrap_or_default();
    installed.into_iter().rev().take(GOROOTS_MAX).map(|toolchain| toolchain.tree).collect()
}

/// A variable's value in the user's Go configuration: the environment, the user's file, an installed `go.env`.
pub fn go_setting_of(ctx: &Ctx, name: &str) -> Option<String> {
    go_setting(&ctx.sys, name, &goroots(ctx)).map(|setting| setting.value).filter(|value| !value.is_empty())
}
