//! Bounds of the shim. It hands larger inputs to `goward`, whose bounds are wider.

/// Bytes of the table. A row has about a hundred, so this is enough for some three hundred toolchains.
/// `store/src/shim_table.rs` has the same number: it writes no rows at all if they would not fit.
pub const TABLE_BYTES_MAX: usize = 32 * 1024;

/// Bytes of a go.mod or go.work file. Real ones of more than a thousand requirements have fewer.
pub const GO_FILE_BYTES_MAX: usize = 128 * 1024;

/// Bytes of a `.go-version` file. Real ones have one line.
pub const PIN_FILE_BYTES_MAX: usize = 4 * 1024;

/// Bytes of the file that `go env -w` writes. It has a line for each of some fifty settings at the most.
pub const GOENV_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a path: what Linux allows (`PATH_MAX`).
pub const PATH_BYTES_MAX: usize = 4096;

/// Folders that the walk upwards reads, as many as in `goward`.
pub const FOLDERS_MAX: usize = 256;

/// Bytes of a version's text, as many as `goward` reads.
pub const VERSION_BYTES_MAX: usize = 64;

/// Arguments that are searched for a `-C`: `go mod tidy -C dir` has it third.
pub const ARGS_MAX: usize = 3;
