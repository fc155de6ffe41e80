//! What a project asks for, from its files alone. `tests/conformance` asks the go command the same.

mod decisions;
mod hostile;
mod pin_files;
