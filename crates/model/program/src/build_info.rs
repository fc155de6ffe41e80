//! Go's build information, as the linker writes it into every program since Go 1.18.
//!
//! The form is that of `debug/buildinfo` in Go's library: 14 magic bytes at a multiple of 16, the size of a pointer, flags;
//! with the flag 2 the two strings follow at offset 32, each after its length as a varint: the version, and the module
//! information between two marks of 16 bytes.

/// How far into its section the information is looked for, in bytes. It begins within the first 64 KiB.
pub(crate) const BYTES_MAX: u64 = 1 << 20;
const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGNMENT: usize = 16;
const HEADER_BYTES: usize = 32;
const FLAG_INLINE: u8 = 2;
const MARK_BYTES: usize = 16;
/// The longest version that is taken.
const VERSION_BYTES_MAX: usize = 256;
/// How many settings are taken.
const SETTINGS_MAX: usize = 64;

/// How Go built a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildInfo {
    /// The Go version, such as `go1.27.3`.
    pub go: String,
    /// The package.
    pub package: Option<String>,
    /// The main module with its version.
    pub module: Option<(String, String)>,
    /// How it was built: key and value, in the file's order.
    pub settings: Vec<(String, String)>,
    /// The modules that are linked in: path and version, in the file's order.
    pub modules: Vec<(String, String)>,
}

/// Finds the build information in the bytes of its section.
pub fn parse_build_info(bytes: &[u8]) -> Option<BuildInfo> {
    let is_start = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(MAGIC));
    let start = (0..bytes.len()).step_by(ALIGNMENT).find(is_start)?;
    let flags = *bytes.get(start + MAGIC.len() + 1)?;
    if flags & FLAG_INLINE == 0 {
        return None;
    }
    let (version, rest) = text(bytes.get(start + HEADER_BYTES..)?)?;
    let version = version.get(..version.len().min(VERSION_BYTES_MAX))?;
    let mut info = BuildInfo { go: plain(version)?, ..BuildInfo::default() };
    let modules = text(rest).map(|(text, _)| text).unwrap_or_default();
    let end = modules.len().saturating_sub(MARK_BYTES);
    let Some(lines) = modules.get(MARK_BYTES..end) else { return Some(info) };
    for line in String::from_utf8_lossy(lines).lines() {
        let mut fields = line.split('\t');
        match (fields.next(), fields.next(), fields.next()) {
            (Some("path"), Some(package), _) => info.package = Some(package.to_owned()),
            (Some("mod"), Some(module), version) => {
                info.module = Some((module.to_owned(), version.unwrap_or_default().to_owned()));
            }
            (Some("dep" | "=>"), Some(module), version) => {
                info.modules.push((module.to_owned(), version.unwrap_or_default().to_owned()));
            }
            (Some("build"), Some(setting), _) if info.settings.len() < SETTINGS_MAX => {
                let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
                info.settings.push((key.trim_matches('"').to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }
    Some(info)
}

/// A string after its length, and what follows it.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut length, mut shift) = (0_u64, 0_u32);
    for (at, byte) in bytes.iter().enumerate() {
        length |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            let rest = bytes.get(at + 1..)?;
            return rest.split_at_checked(usize::try_from(length).ok()?);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
    None
}

/// The version as text, if it has no control characters.
fn plain(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn section(version: &str, lines: &str) -> Vec<u8> {
        let mut bytes = vec![0; 32];
        bytes.extend(MAGIC);
        bytes.extend([8, FLAG_INLINE]);
        bytes.resize(32 + HEADER_BYTES, 0);
        let mut push = |text: &[u8]| {
            let mut length = text.len();
            while length >= 0x80 {
                bytes.push(u8::try_from(length & 0x7f).expect("7 bits") | 0x80);
                length >>= 7;
            }
            bytes.push(u8::try_from(length).expect("7 bits"));
            bytes.extend(text);
        };
        push(version.as_bytes());
        push(format!("{}{lines}{}", "s".repeat(16), "e".repeat(16)).as_bytes());
        bytes
    }

    #[test]
    fn the_information_is_read_from_a_section() {
        let lines = "path\tcmd/go\nmod\texample.com/m\tv1.2.3\th1:x\ndep\texample.com/d\tv0.1.0\th1:y\nbuild\t-trimpath=true\nbuild\tGOOS=linux\n";
        let info = parse_build_info(&section("go1.27.3", lines)).expect("it is there");
        assert_eq!(info.go, "go1.27.3");
        assert_eq!(info.package.as_deref(), Some("cmd/go"));
        assert_eq!(info.module, Some(("example.com/m".into(), "v1.2.3".into())));
        assert_eq!(info.modules, [("example.com/d".into(), "v0.1.0".into())]);
        assert_eq!(info.settings, [("-trimpath".into(), "true".into()), ("GOOS".into(), "linux".into())]);
        assert_eq!(parse_build_info(b"no Go here"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), cut in 0usize..400) {
            let _ = parse_build_info(&bytes);
            let mut good = section("go1.27.3", "path\tcmd/go\nbuild\tCGO_ENABLED=0\n");
            good.truncate(cut);
            let _ = parse_build_info(&good);
            let _ = crate::inspect(std::io::Cursor::new(bytes));
        }
    }
}
