//! What a program may reach.

/// What a program may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Net {
    /// Nothing.
    #[default]
    None,
    /// A forwarder of GET requests to the module proxy.
    Proxy,
    /// Everything that the machine reaches.
    Open,
}

impl Net {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Net::None => "none",
            Net::Proxy => "proxy",
            Net::Open => "open",
        }
    }

    /// The value of this word.
    pub fn of_word(word: &str) -> Option<Net> {
        [Net::None, Net::Proxy, Net::Open].into_iter().find(|net| net.word() == word)
    }
}
