//! Every bound of this crate, with its unit and reason.

/// Bounds on the result of unpacking. With the defaults every Go toolchain ever released passes easily.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Entries of any kind, extension headers included. Go 1.27 has about 15,000; a name costs the guard 200 bytes.
    pub entries_max: u64,
    /// Bytes of all files together. The largest toolchains (Go 1.19 with its prebuilt libraries) have half a gibibyte.
    pub bytes_total_max: u64,
    /// Bytes of one file. The largest in Go 1.27 is the compiler with 28 MB.
    pub file_bytes_max: u64,
    /// Bytes of one entry's name, prefix included. The longest in Go 1.27 has about 130.
    pub path_bytes_max: usize,
    /// Folders in one entry's name, prefix included. Go 1.27 goes 12 deep.
    pub path_depth_max: usize,
    /// Unpacked bytes for one packed byte, over the whole archive. Toolchains come to 3 or 4.
    pub ratio_max: u64,
    /// The ratio is checked only above this many unpacked bytes: a small archive may have a high ratio for a good
    /// reason.
    pub ratio_floor_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            entries_max: 60_000,
            bytes_total_max: 2 << 30,
            file_bytes_max: 512 << 20,
            path_bytes_max: 512,
            path_depth_max: 32,
            ratio_max: 50,
            ratio_floor_bytes: 64 << 20,
        }
    }
}

/// Bytes of one component of a name: no common file system stores more.
pub(crate) const COMPONENT_BYTES_MAX: usize = 255;

/// Characters of a hostile name that an error shows.
pub(crate) const SHOWN_CHARS_MAX: usize = 200;

/// Bytes of one pax or long-name header: a path and some times are a few hundred.
pub(crate) const TAR_EXTENSION_BYTES_MAX: u64 = 64 << 10;

/// Zero bytes after a tar's end: writers fill up to their record size, 10 KiB by default and 1 MiB at most in practice.
pub(crate) const TAR_TRAILER_BYTES_MAX: u64 = 4 << 20;

/// Bytes of a zip's directory: 60,000 entries with names of 200 bytes.
pub(crate) const ZIP_DIRECTORY_BYTES_MAX: u64 = 16 << 20;

/// Bytes of a wheel's RECORD: 60,000 rows of 130 bytes.
pub(crate) const RECORD_BYTES_MAX: u64 = 8 << 20;

/// Bytes of the tree's VERSION file: Go's has two short lines.
pub(crate) const VERSION_BYTES_MAX: usize = 4 << 10;

/// Bytes per read of a stream: large enough that the system call costs little, small enough for the cache.
pub(crate) const INPUT_BYTES: usize = 128 << 10;

/// Bytes inflated at once: a core's second-level cache still holds them when they are parsed and hashed.
pub(crate) const INFLATE_BYTES: usize = 128 << 10;

/// Bytes of one slab on its way from the inflating thread to a writing one.
pub(crate) const SLAB_BYTES: usize = 512 << 10;

/// A file up to this size stays in one slab and is written in one call; a larger one is streamed.
pub(crate) const SMALL_FILE_BYTES_MAX: usize = 192 << 10;

/// Slabs in all: together with the buffers above they bound the memory of a job (8 MiB).
pub(crate) const SLABS_MAX: usize = 16;

/// Writing threads beside the inflating one, if there are processors for them. Inflating takes longer than writing and
/// hashing together, so a second writer helps only if writing waits for a disk.
pub(crate) const WRITERS_MAX: usize = 2;

/// Bytes of each of a zip worker's two buffers.
pub(crate) const ZIP_BUFFER_BYTES: usize = 256 << 10;

/// Workers that inflate a zip: more than this wait for the disk, and each costs half a mebibyte.
pub(crate) const ZIP_WORKERS_MAX: usize = 8;

// Everything that must be contiguous, padded to a block of 512 bytes, fits in a slab.
const _: () = assert!(SMALL_FILE_BYTES_MAX + 512 <= SLAB_BYTES && TAR_EXTENSION_BYTES_MAX as usize + 512 <= SLAB_BYTES);
// A zip entry's own header with the longest name and extra field fits in a worker's buffer.
const _: () = assert!(30 + 2 * (u16::MAX as usize) <= ZIP_BUFFER_BYTES);

/// Threads that copy a folder's files: hashing and the disk share them, and more only wait.
pub(crate) const COPY_WORKERS_MAX: usize = 4;

/// Bytes copied at once.
pub(crate) const COPY_BUFFER_BYTES: usize = 256 << 10;

/// Bytes of a `go.mod`: Go's own have some hundred.
pub(crate) const GO_MOD_BYTES_MAX: u64 = 1 << 20;

/// A zip entry up to this many bytes is inflated into memory if a sibling may have it; a larger one is written and then
/// replaced by the sibling's.
pub(crate) const WHOLE_BYTES_MAX: u64 = 4 << 20;

/// The window that a zstd frame may ask its reader to keep, as a power of two: 8 MiB, which every zstd reader allows by
/// default. Measured on Go trees whose equal files are stored once, larger windows gain nothing.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;
