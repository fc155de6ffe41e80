//! Who hears what the supervisor does.

/// Who hears what the supervisor does.
pub trait Voice {
    /// A line about what was done.
    fn say(&self, line: &str);
    /// A line that must not be overlooked.
    fn warn(&self, line: &str);
}
