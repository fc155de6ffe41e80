//! Bounds of an enumeration.

/// How many numbers in a row must be after the end of the run before a model is done: threads
/// change the order of operations, and a count may be one or two more than in the clean run.
pub(crate) const MARGIN: u64 = 3;

/// A run that still stops at this many times the count of the clean run counts as endless.
pub(crate) const GROWTH_MAX: u64 = 10;

/// Threads; each has its own folders.
pub(crate) const THREADS: usize = 2;

/// Seeds of chance for each point of [`crate::Model::PowerHalf`]: one run, several images.
pub(crate) const SEEDS: u64 = 3;

/// Points of the run from which recoveries are stopped, for each model, spread evenly: each costs a
/// clean recovery and up to [`RECOVERY_STOPS_MAX`] stopped ones.
pub(crate) const RECOVERED_POINTS_MAX: u64 = 40;

/// Operations of one recovery at which it is stopped, spread evenly, the first and last among them.
pub(crate) const RECOVERY_STOPS_MAX: u64 = 12;
