//! The builders of archives that lie, which other crates' tests use too.

pub use testkit::hostile::raw::*;
