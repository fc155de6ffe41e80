//! What a gate decides.

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The change stays.
    Stay,
    /// A person has to decide.
    Ask,
    /// The change has to be taken back.
    Back,
}

impl Verdict {
    /// Every verdict, the mildest first.
    pub const ALL: [Verdict; 3] = [Verdict::Stay, Verdict::Ask, Verdict::Back];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Stay => "stay",
            Verdict::Ask => "ask",
            Verdict::Back => "back",
        }
    }
}
