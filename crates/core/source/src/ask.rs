//! The means that a source may use to answer.

use std::path::Path;

use diag::Progress;
use sys::Sys;

/// The means that a source may use to answer.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The outside world.
    pub sys: &'a Sys,
    /// The one HTTP client.
    pub client: &'a fetch::Client,
    /// Who hears of retries.
    pub progress: &'a dyn Progress,
    /// The folder for cached indexes.
    pub cache: &'a Path,
    /// Whether the network may be used.
    pub offline: bool,
}
