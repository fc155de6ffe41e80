//! The lines of a pin, and the order of versions.

mod lines;
mod order;
