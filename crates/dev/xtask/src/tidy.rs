//! Checks what no compiler checks: dependencies go down, no files import each other in a circle, one file builds the
//! store's paths, promises have their tests, links have their targets.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use crate::circles::circles;
use crate::elsewhere::left_out_on_windows;
use crate::files::sources;
use crate::links::broken;
use crate::promises::unheld;

/// The layers from the bottom up; a crate may depend on its own layer and those below.
const LAYERS: [&str; 6] = ["base", "model", "core", "features", "services", "bins"];
/// The order within `core`: a crate may depend on those of the rows before its own, never on one beside it.
const CORE: [&[&str]; 5] =
    [&["archive", "fetch", "trust"], &["source", "store"], &["context"], &["acquire", "resolve"], &["engine"]];
/// Crates below that a crate may still not depend on: the crate that chooses cannot fetch.
const FORBIDDEN: [(&str, &[&str]); 1] = [("resolve", &["fetch", "archive", "trust"])];
/// The layer of crates that are not shipped.
const DEV: &str = "dev";
/// The longest source file, in lines: a longer one contains more than one thing.
const FILE_LINES_MAX: usize = 700;
/// Names of folders in the store. Only `store/layout.rs` may join them to a path.
const STORE_FOLDERS: [&str; 8] =
    ["toolchains", "manifests", "generations", "staging", "downloads", "trash", "locks", "heads"];

pub fn run() -> Result<()> {
    let root = super::root()?;
    let mut faults = layers(&root)?;
    faults.extend(circles(&root)?);
    let files = sources(&root.join("crates"))?;
    faults.extend(paths(&root, &files)?);
    faults.extend(lengths(&root, &files)?);
    faults.extend(licences(&root)?);
    faults.extend(unheld(&root, &files)?);
    faults.extend(broken(&root)?);
    for file in left_out_on_windows(&root, &files)?.into_iter().filter(|file| file.why.is_empty()) {
        faults.push(format!("{}: it does not say why it is left out on Windows", file.path.display()));
    }
    for fault in &faults {
        eprintln!("tidy: {fault}");
    }
    if !faults.is_empty() {
        bail!("{} faults", faults.len());
    }
    println!("tidy: {} files in order", files.len());
    Ok(())
}

fn layers(root: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let packages = metadata.workspace_packages();
    let mut faults = Vec::new();
    for package in &packages {
        let layer = layer_of(root, package)?;
        for dependency in &package.dependencies {
            let Some(target) = packages.iter().find(|other| other.name.as_str() == dependency.name) else { continue };
            let below = layer_of(root, target)?;
            if !allowed(&layer, &below, dependency.kind, package.name.as_str(), target.name.as_str()) {
                faults.push(format!("{layer}/{} may not depend on {below}/{}", package.name, target.name));
            }
        }
    }
    Ok(faults)
}

fn layer_of(root: &Path, package: &Package) -> Result<String> {
    let folder = Path::new(package.manifest_path.as_str()).strip_prefix(root.join("crates"))?;
    let layer = folder.components().next().context("a crate stands in the folder of its layer")?;
    Ok(layer.as_os_str().to_string_lossy().into_owned())
}

fn allowed(layer: &str, below: &str, kind: DependencyKind, from: &str, to: &str) -> bool {
    let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    match (rank(layer), rank(below)) {
        // `model` is pure: of the base it may depend only on `diag`, for its errors.
        _ if layer == "model" && to == "sys" => false,
        _ if FORBIDDEN.iter().any(|(crate_, others)| from == *crate_ && others.contains(&to)) => false,
        _ if layer == "core" && below == "core" && kind != DependencyKind::Development => {
            let row = |name: &str| CORE.iter().position(|row| row.contains(&name));
            // A crate without a row is reported as one that depends on a forbidden crate.
            row(to).zip(row(from)).is_some_and(|(to, from)| to < from)
        }
        // Its tests compare it with the full rules; it implements a part of them.
        _ if from == "shim" && kind != DependencyKind::Development => to == "pin",
        (Some(layer), Some(below)) => below <= layer,
        // The test kit and the fixture are for tests only, and no crate depends on the chores.
        (Some(_), None) => {
            below == DEV && matches!(to, "testkit" | "fixture" | "sim") && kind == DependencyKind::Development
        }
        (None, _) => layer == DEV,
    }
}

/// Product code only: tests read the store from outside and may name its folders.
fn is_product(path: &Path) -> bool {
    let dev = path.components().any(|part| part.as_os_str() == DEV);
    let test =
        path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "examples" | "benches")));
    !dev && !test
}

fn paths(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let layout = root.join("crates/core/store/src/layout.rs");
    let mut faults = Vec::new();
    for path in files.iter().filter(|path| is_product(path) && **path != layout) {
        let text = fs::read_to_string(path)?;
        for (number, line) in text.lines().enumerate() {
            let joins =
                |name: &&&str| line.contains(&format!("join(\"{name}")) || line.contains(&format!("new(\"{name}"));
            if let Some(name) = STORE_FOLDERS.iter().find(joins) {
                let place = path.strip_prefix(root)?.display();
                faults.push(format!("{place}:{}: a path with `{name}` belongs in store/layout.rs", number + 1));
            }
        }
    }
    Ok(faults)
}

fn lengths(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for path in files.iter().filter(|path| is_product(path)) {
        let lines = fs::read_to_string(path)?.lines().count();
        if lines > FILE_LINES_MAX {
            faults.push(format!("{}: {lines} lines, {FILE_LINES_MAX} at the most", path.strip_prefix(root)?.display()));
        }
    }
    Ok(faults)
}

/// Every dependency's licence offers a choice that `deny.toml` allows.
fn licences(root: &Path) -> Result<Vec<String>> {
    let deny: toml::Table = fs::read_to_string(root.join("deny.toml"))?.parse()?;
    let list = deny.get("licenses").and_then(|licences| licences.get("allow")?.as_array());
    let list = list.context("deny.toml lists the licences that are allowed")?;
    let allowed: Vec<&str> = list.iter().filter_map(toml::Value::as_str).collect();
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).exec()?;
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let licence = package.license.as_deref().unwrap_or("none");
        // `(MIT OR Apache-2.0) AND Unicode-3.0`: every part that is joined by AND needs one allowed choice. Older
        // packages write a slash for OR.
        let fine = licence.split(" AND ").all(|part| {
            let choices = part.trim_matches(['(', ')', ' ']).replace('/', " OR ");
            choices.split(" OR ").any(|choice| allowed.contains(&choice.trim_matches(['(', ')', ' '])))
        });
        if !fine {
            faults.push(format!("{} {}: the licence `{licence}` is not in deny.toml", package.name, package.version));
        }
    }
    Ok(faults)
}
