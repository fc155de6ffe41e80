//! The files of a snapshot as CSV: `Path,SHA256,LastModified`.

use view::Snapshot;

/// The CSV of a snapshot's files, with a line of names and none of types. The time of the last change is known of the
/// programs; the archive of a release gives all files one time.
pub fn csv_of(snapshot: &Snapshot) -> String {
    let programs = snapshot.tree_state.iter().flat_map(|state| &state.programs);
    let modified = |path: &str| programs.clone().find(|program| program.path == path)?.modified.clone();
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let mut write = |row: [&str; 3]| writer.write_record(row).expect("memory takes every row of three");
    write(["Path", "SHA256", "LastModified"]);
    for file in &snapshot.tree_files {
        write([&file.path, &file.sha256, &modified(&file.path).unwrap_or_default()]);
    }
    let bytes = writer.into_inner().expect("memory takes every row");
    String::from_utf8_lossy(&bytes).into_owned()
}
