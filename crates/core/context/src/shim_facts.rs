//! Facts for the shims' table that the store does not know, and the file name of a shim.

use std::path::Path;

use release::Platform;
use store::ShimFacts;
use sys::{Host, Sys};

use crate::settings;

/// The largest shim, in bytes: one with a runtime has some 400 kB.
pub const SHIM_BYTES_MAX: u64 = 4 << 20;

/// The entries of the shims' table that the store does not know. `None` if this program does not know its own path: the
/// file may have been replaced since the start.
pub(crate) fn facts(sys: &Sys, home: &Path) -> Option<ShimFacts> {
    let goward = sys.fs().resolve(sys.env().program()?).ok()?;
    let host = Host::this();
    // The time is read before the file: a change in between leaves an old time, never a new time with old content.
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
