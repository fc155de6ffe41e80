//! Writes tar entries in one canonical form: owner, time and all other fields that could differ between two machines
//! are zero.

use std::io::{self, Write};

const BLOCK: usize = 512;
/// Two empty blocks mark the end of a tar.
pub const TAR_END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// Writes one file of a toolchain's tree as an entry below `go/`. `path` is its path below GOROOT.
///
/// # Errors
/// What the writer says, or a name that no header can hold.
pub fn write_tar_entry(out: &mut dyn Write, path: &str, executable: bool, content: &[u8]) -> io::Result<()> {
    let name = format!("go/{path}");
    let mut header = tar::Header::new_ustar();
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(content.len() as u64);
    if header.set_path(&name).is_err() {
        // Longer than the two fields of ustar: a preceding entry has the name, as in GNU tar.
        let mut long = tar::Header::new_gnu();
        long.set_path("././@LongLink")?;
        long.set_mode(0o644);
        long.set_uid(0);
        long.set_gid(0);
        long.set_mtime(0);
        long.set_entry_type(tar::EntryType::GNULongName);
        long.set_size(name.len() as u64 + 1);
        long.set_cksum();
        out.write_all(long.as_bytes())?;
        let mut text = name.clone().into_bytes();
        text.push(0);
        write_padded(out, &text)?;
        // The name that an old reader would show.
        let cut: String = name.chars().take(80).collect();
        header.set_path(cut)?;
    }
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    write_padded(out, content)
}

fn write_padded(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes)?;
    let rest = bytes.len() % BLOCK;
    if rest == 0 { Ok(()) } else { out.write_all(&TAR_END[..BLOCK - rest]) }
}
