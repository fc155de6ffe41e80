//! What the shims' table says that the store does not know, and how a shim's file is called.

use std::path::Path;

use release::Platform;
use store::ShimFacts;
use sys::{Host, Sys};

use crate::settings;

/// A shim has at most so many bytes: one with a runtime has some 400 kB.
pub const SHIM_BYTES_MAX: u64 = 4 << 20;

/// What the table of the shims says that the store does not know. Nothing where this program does not know where it
/// stands: it may have been replaced since it was started.
pub(crate) fn facts(sys: &Sys, home: &Path) -> Option<ShimFacts> {
    let goward = sys.fs().resolve(sys.env().program()?).ok()?;
    let host = Host::this();
    // The time is read before the file: a change between the two leaves an old time, never a new one over what
    // was read before.
    let config = settings::users_file(sys).map(|file| {
        let changed = sys.fs().follow(&file).ok().flatten().map(|meta| meta.modified_unix_nanos);
        (file, changed)
    });
    Some(ShimFacts {
        goward,
        platform: Platform::from_rust(host.os, host.arch).ok()?,
        hand_over: config.as_ref().is_some_and(|(file, _)| settings::bears_on_choice(sys, file, home)),
        config,
    })
}
