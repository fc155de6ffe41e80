//! The traits that a checksum database's client needs: bytes, and storage for the newest tree head.

/// Any error of another crate.
pub type AnyError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a transport has no bytes.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The server answers that it does not exist (status 404 or 410).
    #[error("{0}")]
    Absent(String),
    /// No answer, or an unusable one.
    #[error(transparent)]
    Failed(#[from] AnyError),
}

/// Fetches bytes of a checksum database.
pub trait Transport {
    /// The bytes at a path below the database's address: `lookup/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64`,
    /// `tile/8/0/x001/234`, `latest`. Names in lookups are already escaped for the module proxy; a `+` stays a `+`.
    ///
    /// # Errors
    /// Not found, no answer, or one of more than `bytes_max` bytes.
    fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError>;
}

/// Keeps the newest tree head ever seen, as the signed note.
///
/// An implementation for several processes holds a lock around a lookup: two processes that load the same head and save
/// different ones would keep the one that was saved last. Both are good heads, so no false proof results, but the older
/// one protects less.
pub trait HeadStore {
    /// The note that was saved last, if any.
    ///
    /// # Errors
    /// Why it cannot be read. A missing note is not an error; an unreadable one is, since it could hide a fork.
    fn load(&self) -> Result<Option<Vec<u8>>, AnyError>;

    /// Keeps this note in place of the last.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn save(&self, note: &[u8]) -> Result<(), AnyError>;
}
