//! `goward block` and `goward unblock`

use clap::Args;
use release::{Request, Version};

use super::time::{Until, until};
use crate::candidates;

/// `goward block`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward block 1.27.4 --reason 'tests hang' --until 7d
  goward block 1.27.4 --until 2027-01-31
  goward block --list

No command chooses, installs or runs a blocked version, and requests such as `latest` or `1.27` pass it
over. `goward unblock VERSION` lifts the block, `goward undo` takes it back.")]
pub struct BlockArgs {
    /// The version, such as `1.27.4` or `1.28rc1`.
    #[arg(value_name = "VERSION", value_parser = version, required_unless_present = "list", add = candidates::installed())]
    pub version: Option<Version>,
    /// Why; each refusal says it.
    #[arg(long, value_name = "TEXT", conflicts_with = "list")]
    pub reason: Option<String>,
    /// Until when: a day (its beginning, in UTC), a time such as `2027-01-31T17:00:00Z`, or a span such as `7d`.
    #[arg(long, value_name = "WHEN", value_parser = until, conflicts_with = "list")]
    pub until: Option<Until>,
    /// List the blocked versions: who blocked each, why, since when, until when.
    #[arg(long, conflicts_with = "version")]
    pub list: bool,
}

/// `goward unblock`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  goward unblock 1.27.4")]
pub struct UnblockArgs {
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The version.
    #[arg(value_name = "VERSION", value_parser = version, add = candidates::installed())]
    pub version: Version,
}

/// One release. A minor is refused: a later patch of it may be the one that mends what the block is for.
fn version(text: &str) -> Result<Version, String> {
    match super::request(text)? {
        Request::Exact(version) => Ok(version),
        Request::Minor(minor) => Err(format!(
            "one release is expected, such as `{minor}.1`; a block of all of {minor} would also block the patch that mends it"
        )),
        _ => Err("one release is expected, such as `1.27.4`".to_owned()),
    }
}
