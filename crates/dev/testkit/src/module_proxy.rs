//! A Go module proxy as a folder, for `GOPROXY=file:///…` (go.dev/ref/mod#goproxy-protocol).

use std::io::Write as _;
use std::path::Path;

/// Writes one version of a module into a proxy's folder. Files are named below the module's root; one of them is
/// `go.mod`. The module's path must have no capitals, which the protocol escapes.
pub fn add_module(proxy: &Path, module: &str, version: &str, files: &[(&str, &str)]) {
    let folder = proxy.join(module).join("@v");
    std::fs::create_dir_all(&folder).expect("a folder below the proxy's");
    let go_mod = files.iter().find(|(name, _)| *name == "go.mod").expect("a module has a go.mod").1;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in files {
        zip.start_file(format!("{module}@{version}/{name}"), options).expect("an entry in memory");
        zip.write_all(text.as_bytes()).expect("bytes in memory");
    }
    let zip = zip.finish().expect("a zip in memory").into_inner();
    let info = format!("{{\"Version\":\"{version}\",\"Time\":\"2026-01-01T00:00:00Z\"}}");
    let list = std::fs::read_to_string(folder.join("list")).unwrap_or_default();
    for (name, bytes) in [
        (format!("{version}.zip"), zip),
        (format!("{version}.mod"), go_mod.as_bytes().to_vec()),
        (format!("{version}.info"), info.into_bytes()),
        ("list".to_owned(), format!("{list}{version}\n").into_bytes()),
    ] {
        std::fs::write(folder.join(name), bytes).expect("a file below the proxy's");
    }
}
