//! Texts that other programs take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::View;

/// What `goward activate` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// The shell: `bash`, `zsh`, `fish`, `pwsh`, `nu`, `elvish`, `sh`; or `direnv`.
    pub shell: String,
    /// The script.
    pub script: String,
}

impl View for Activate {
    const SCHEMA: &'static str = "goward.activate/1";
}

/// What `goward completions` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Completions {
    /// The shell: `bash`, `zsh`, `fish`, `pwsh`, `elvish`.
    pub shell: String,
    /// The script.
    pub script: String,
}

impl View for Completions {
    const SCHEMA: &'static str = "goward.completions/1";
}

/// What `goward man` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Man {
    /// The page, in roff.
    pub page: String,
}

impl View for Man {
    const SCHEMA: &'static str = "goward.man/1";
}
