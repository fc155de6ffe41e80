//! What a checksum database's client asks of its caller: bytes, and a place for the newest tree head.

/// Any error of another crate.
pub type AnyError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a transport has no bytes.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Whoever answers says that there is no such thing (status 404 or 410).
    #[error("{0}")]
    Absent(String),
    /// No answer, or none that could be used.
    #[error(transparent)]
    Failed(#[from] AnyError),
}

/// Brings bytes of a checksum database from wherever they can be had.
pub trait Transport {
    /// The bytes at a path below the database's address: `lookup/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64`,
    /// `tile/8/0/x001/234`, `latest`. Names in lookups are already escaped for the module proxy; a `+` stays a `+`.
    ///
    /// # Errors
    /// No such thing, no answer, or one of more than `bytes_max` bytes.
    fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError>;
}

/// Keeps the newest tree head ever seen, as the signed note.
///
/// Whoever implements it for several processes holds a lock around a lookup: two that load the same head and save
/// different ones would leave whichever was saved last. Both are good heads, so no false proof comes of it, but the
/// older one guards less.
pub trait HeadStore {
    /// The note that was saved last, if any.
    ///
    /// # Errors
    /// Why it cannot be read. Not being there is no error; not being readable is, for a fork could hide behind it.
    fn load(&self) -> Result<Option<Vec<u8>>, AnyError>;

    /// Keeps this note in place of the last.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn save(&self, note: &[u8]) -> Result<(), AnyError>;
}
