//! Releases as they are published, asked for and chosen.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may panic as the test itself")]

mod index;
mod published;
mod requests;
mod support_policy;
