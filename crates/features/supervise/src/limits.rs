//! The bounds of a supervisor.

use std::time::Duration;

/// How long it must be quiet after a change before the toolchain is chosen anew: a switch writes several names.
pub(crate) const QUIET: Duration = Duration::from_millis(30);
/// The longest wait for that: a folder in which files change all the time must not delay a switch for good.
pub(crate) const QUIET_MAX: Duration = Duration::from_millis(500);
/// How long a new program must run before the old one, which shares its socket, is asked to end; and before a program
/// counts as started.
pub(crate) const STARTED_AFTER: Duration = Duration::from_millis(300);
/// The pauses before further tries to start a program that has ended at once after a switch.
pub(crate) const RESTART_PAUSES: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800), Duration::from_millis(1600)];
/// How often a change that is under way is asked about while the program is frozen.
pub(crate) const FROZEN_INTERVAL: Duration = Duration::from_millis(2);
/// The longest sleep of a supervisor with nothing to do.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(3600);
/// How often the program is asked about on systems that do not report its end.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(50);
