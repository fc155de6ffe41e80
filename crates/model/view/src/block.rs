//! Blocked versions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Author, Remark, View};

/// A version that no command chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The version.
    pub version: String,
    /// Who blocked it, and why.
    pub author: Author,
    /// Since when, in seconds since 1970.
    pub since_unix_seconds: u64,
    /// The end, in seconds since 1970; `null` if only `goward unblock` ends it.
    pub until_unix_seconds: Option<u64>,
    /// Whether it still counts: it has not run out.
    pub counts: bool,
    /// Whether the administrator blocked it for all users of the machine.
    pub is_shared: bool,
}

/// What `goward block --list` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockList {
    /// The blocks of the user's store, then those of the administrator's.
    pub blocks: Vec<Block>,
}

impl View for BlockList {
    const SCHEMA: &'static str = "goward.block-list/1";
}

/// What `goward block` or `goward unblock` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockChange {
    /// The block that counts now; `null` after `unblock`.
    pub block: Option<Block>,
    /// The block that was replaced or lifted.
    pub block_before: Option<Block>,
    /// What is refused from now on, and what to do.
    pub remarks: Vec<Remark>,
}

impl View for BlockChange {
    const SCHEMA: &'static str = "goward.block/1";
}
