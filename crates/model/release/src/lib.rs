//! Version grammar, requests, platforms, the release index and the support policy.
//!
//! The types for Go releases: a [`Version`] (`1.27.3`), a [`Platform`] (`linux-amd64`), the two
//! together as a [`ToolchainId`], a person's wish as a [`Request`] (`1.27`, `latest`, `>=1.24
//! <1.27`), what a source offers as an [`Index`], and how long a minor is supported as a
//! [`Status`].
//!
//! It never does I/O and reads no clock: bytes and dates come in, values and typed errors go out.
//! The order of versions is `pin`'s, which is Go's; this crate never compares versions as text.
//!
//! Untrusted input is bounded (see [`limits`]): a version, a platform and a [`ToolchainId`] can
//! become the name of a folder, so none of them can contain a separator; an index entry whose file
//! name disagrees with its own fields is omitted with a note.
//!
//! Tested on every release and every archive name Go has published, by tables of requests, by
//! hostile indexes, and by properties (what is printed parses back to the same value; no bytes
//! cause a panic). [`Index::parse`], [`Version::parse_bytes`], [`Request::parse_bytes`],
//! [`parse_archive_name_bytes`] and [`parse_checksum_body`] take any bytes and are the fuzz targets.

mod archive_name;
mod checksum;
mod date;
mod digest;
mod foreign;
mod form;
pub mod host;
mod index;
pub mod limits;
mod platform;
mod request;
mod support;
mod text_serde;
mod toolchain;
mod version;

pub use archive_name::{ArchiveName, ArchiveNameError, OddName, parse_archive_name, parse_archive_name_bytes};
pub use checksum::{ChecksumBodyError, parse_checksum_body};
pub use date::{Date, DateError, span, utc_seconds_text, utc_text};
pub use digest::{Digest, DigestError};
pub use foreign::{cut, escaped, shown};
pub use form::Form;
pub use index::{ArchiveFile, Index, IndexError, Release};
pub use platform::{Platform, PlatformError};
pub use request::{Bound, Limit, NoMatch, Operator, Request, RequestError, Unsupported};
pub use support::{Status, Until, first_release_date, known_releases, status, supported_minors};
pub use toolchain::{ToolchainId, ToolchainIdError};
pub use version::{Minor, Version, VersionError};
