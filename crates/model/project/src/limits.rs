//! Bounds on untrusted input.

/// Bytes of a go.mod or go.work file. The go command's own limit for a go.mod in a module.
pub const GO_FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of a `.go-version` or `.tool-versions` file. Real ones have a few lines.
pub const PIN_FILE_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a configuration with other contents besides: mise's with its tasks, a Dockerfile.
pub const CONFIG_FILE_BYTES_MAX: usize = 1024 * 1024;

/// Folders that a walk upwards reads. No real path is as deep; a loop in a file system may be.
pub const FOLDERS_MAX: usize = 256;
