//! One blocked version: who, why, since when, until when.

use release::{Date, Version};
use serde::{Deserialize, Serialize};

use crate::author::Author;

/// A version that no command may choose.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Block {
    /// The version.
    pub version: Version,
    /// Who blocked it; the reason is in there, in the user's words.
    #[serde(default)]
    pub author: Author,
    /// Since when, in seconds since 1970.
    pub since_unix_seconds: u64,
    /// The end, in seconds since 1970; none if it ends by `unblock` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_unix_seconds: Option<u64>,
    /// Whether the administrator blocked it for all users. Not in the file: its place says so.
    #[serde(skip)]
    pub is_of_system: bool,
}

impl Block {
    /// Whether it counts at a time, in seconds since 1970.
    pub fn counts_at(&self, unix_seconds: u64) -> bool {
        self.until_unix_seconds.is_none_or(|until| unix_seconds < until)
    }

    /// Who, since when, until when and why, in one line: `ann on build7 blocked it on 2026-11-27 (until 2026-12-04): tests hang`.
    pub fn told(&self) -> String {
        let who = match (&self.author.user, &self.author.host) {
            (Some(user), Some(host)) => format!("{user} on {host}"),
            (Some(user), None) => user.clone(),
            (None, _) => "somebody".to_owned(),
        };
        let who = if self.is_of_system { format!("the administrator ({who})") } else { who };
        let day = |seconds| Date::from_unix_seconds(seconds);
        let until = self.until_unix_seconds.map(|until| format!(" until {}", moment(until))).unwrap_or_default();
        let why = self.author.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{who} blocked it on {}{until}{why}", day(self.since_unix_seconds))
    }
}

/// A time in UTC, as `2026-12-04` at the beginning of a day, else as `2026-12-04T17:30:00Z`.
fn moment(unix_seconds: u64) -> String {
    match unix_seconds % 86_400 {
        0 => Date::from_unix_seconds(unix_seconds).to_string(),
        _ => release::utc_seconds_text(unix_seconds),
    }
}
