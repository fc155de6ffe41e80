//! Who makes a change.

use serde::{Deserialize, Serialize};

/// Who makes a change, from where, and with which words.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Author {
    /// The user's name, if the environment has it.
    pub user: Option<String>,
    /// The machine's name, if the environment has it.
    pub host: Option<String>,
    /// The command line, as it was typed.
    pub command: Vec<String>,
    /// Why, in the user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
