//! `goward env --tree`: how GOROOT, GOPATH, GOMOD, GOWORK and the caches relate.

use std::path::Path;

use resolve::{GoEnv, Variable, shown};

use crate::cli::EnvTreeFormat;
use crate::outcome::{Outcome, Rendered};

/// A place of the picture.
struct Place {
    /// Its name, which is also its id in a diagram.
    name: &'static str,
    /// Its path; none where it is not set or the go command alone knows it.
    path: Option<String>,
    /// The place that contains it, or that it belongs to; none for the working folder.
    inside: Option<&'static str>,
    /// What it is for.
    what: &'static str,
}

/// The working folder, at the root of the picture.
const HERE: &str = "folder";

/// The picture in a form.
pub(super) fn drawn(env: &GoEnv, format: EnvTreeFormat) -> Box<dyn Outcome> {
    let places = places(env);
    let view = view::EnvTree { places: places.iter().map(view).collect() };
    match format {
        EnvTreeFormat::Text => Box::new(Rendered::new(view, text(env))),
        EnvTreeFormat::Mermaid => Box::new(Rendered::new(view, mermaid(&places)).exact()),
        EnvTreeFormat::Dot => Box::new(Rendered::new(view, dot(&places)).exact()),
        EnvTreeFormat::Json => {
            let rendered = Rendered::new(view, String::new());
            let json = format!("{}\n", diag::shown_json(&rendered.json(), true));
            Box::new(rendered.with_text(json).exact())
        }
    }
}

/// The value of a variable, in words where only the go command itself knows it.
pub(super) fn value_of(variable: &Variable) -> String {
    variable.value.as_deref().map_or_else(|| "(built in)".to_owned(), |value| shown(variable.name, value))
}

fn view(place: &Place) -> view::EnvPlace {
    view::EnvPlace {
        name: place.name.to_owned(),
        path: place.path.clone(),
        inside: place.inside.map(str::to_owned),
        message: place.what.to_owned(),
    }
}

/// The value of a variable, without what stands for none.
fn value(env: &GoEnv, name: &str) -> Option<String> {
    let value = env.variable(name)?.value.as_deref()?;
    let is_none = value.is_empty() || matches!(value, "off" | "/dev/null" | "NUL");
    (!is_none).then(|| diag::shown_line(&shown(name, value)))
}

fn is_below(path: Option<&String>, parent: Option<&String>) -> bool {
    path.zip(parent).is_some_and(|(path, parent)| path != parent && Path::new(path).starts_with(parent))
}

/// The places, each behind the one that it is inside of.
fn places(env: &GoEnv) -> Vec<Place> {
    let of = |name| value(env, name);
    let (goroot, gopath, gowork, gomod) = (of("GOROOT"), of("GOPATH"), of("GOWORK"), of("GOMOD"));
    let first = gopath.as_ref().and_then(|all| all.split(if cfg!(windows) { ';' } else { ':' }).next());
    let first = first.map(str::to_owned);
    let join = |below: &str| goroot.as_ref().map(|root| Path::new(root).join(below).display().to_string());
    let place = |name, path, inside, what| Place { name, path, inside: Some(inside), what };
    let module_of = if gowork.is_some() { "GOWORK" } else { HERE };
    let mut places = vec![
        Place { name: HERE, path: None, inside: None, what: "the working folder" },
        place("GOWORK", gowork, HERE, "the workspace: several modules at once"),
        place("GOMOD", gomod, module_of, "the module that is built"),
        place("GOROOT", goroot.clone(), HERE, "the toolchain"),
        place("bin", join("bin"), "GOROOT", "go, gofmt"),
        place("src", join("src"), "GOROOT", "the standard library"),
        place("go.env", join("go.env"), "GOROOT", "this toolchain's defaults"),
        place("GOPATH", gopath, HERE, "what the go command keeps for the user"),
    ];
    for (name, what) in [
        ("GOBIN", "programs that `go install` makes"),
        ("GOMODCACHE", "modules that were downloaded"),
        ("GOCACHE", "what was built"),
    ] {
        let path = of(name);
        let inside = if is_below(path.as_ref(), first.as_ref()) { "GOPATH" } else { HERE };
        places.push(place(name, path, inside, what));
    }
    places
}

/// A diagram for Markdown. A path may have any character: all but plain ones are written as their numbers.
fn mermaid(places: &[Place]) -> String {
    let quoted = |text: &str| -> String {
        let plain = |character: char| character.is_alphanumeric() || " /._-:\\@+=,()~".contains(character);
        text.chars().map(|one| if plain(one) { one.to_string() } else { format!("#{};", u32::from(one)) }).collect()
    };
    let mut text = "graph TD\n".to_owned();
    for place in places {
        let path = place.path.as_deref().unwrap_or("none");
        let label =
            if place.name == HERE { place.what.to_owned() } else { format!("{}<br/>{}", place.name, quoted(path)) };
        text.push_str(&format!("  {}[\"{label}\"]\n", id(place.name)));
    }
    for (inside, name) in edges(places) {
        text.push_str(&format!("  {} --> {}\n", id(inside), id(name)));
    }
    text
}

/// A diagram for Graphviz.
fn dot(places: &[Place]) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut text = "digraph env {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for place in places {
        let path = place.path.as_deref().unwrap_or("none");
        let label =
            if place.name == HERE { place.what.to_owned() } else { format!("{}\\n{}", place.name, quoted(path)) };
        text.push_str(&format!("  \"{}\" [label=\"{label}\"];\n", place.name));
    }
    for (inside, name) in edges(places) {
        text.push_str(&format!("  \"{inside}\" -> \"{name}\";\n"));
    }
    text.push_str("}\n");
    text
}

fn edges(places: &[Place]) -> impl Iterator<Item = (&'static str, &'static str)> {
    places.iter().filter_map(|place| Some((place.inside?, place.name)))
}

/// A name as an id of Mermaid, which knows letters and digits.
fn id(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Draws which folder contains which.
pub(super) fn text(env: &GoEnv) -> String {
    let value = |name: &str| env.variable(name).map(value_of).map(|value| diag::shown_line(&value)).unwrap_or_default();
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let (goroot, gopath, gobin) = (value("GOROOT"), value("GOPATH"), value("GOBIN"));
    let (modcache, cache) = (value("GOMODCACHE"), value("GOCACHE"));
    let (gomod, gowork) = (value("GOMOD"), value("GOWORK"));
    let below = |path: &str, parent: &str| {
        let inside = std::path::Path::new(path).strip_prefix(parent).ok();
        inside.map(|inside| inside.display().to_string()).filter(|inside| !inside.is_empty())
    };
    let mut text = String::from("this folder\n");
    let work = if gowork.is_empty() || gowork == "off" { "none: one module alone".to_owned() } else { gowork };
    let module = if gomod.is_empty() || gomod == "/dev/null" || gomod == "NUL" { "none".to_owned() } else { gomod };
    text.push_str(&format!("├─ GOWORK      {work}\n"));
    text.push_str(&format!("│  └─ GOMOD    {module}\n"));
    text.push_str(&format!("├─ GOROOT      {goroot}\n"));
    text.push_str(
        "│  ├─ bin      go, gofmt\n│  ├─ src      the standard library\n│  └─ go.env   this toolchain's defaults\n",
    );
    text.push_str(&format!("├─ GOPATH      {}\n", or(gopath.clone(), "none")));
    let first = gopath.split(if cfg!(windows) { ';' } else { ':' }).next().unwrap_or_default().to_owned();
    let mut inside = Vec::new();
    let mut beside = Vec::new();
    match below(&gobin, &first) {
        Some(name) if !first.is_empty() => inside.push(("GOBIN", format!("{name}: programs that `go install` makes"))),
        _ => beside.push(("GOBIN", or(gobin, "none: `go install` has nowhere to put programs"))),
    }
    match below(&modcache, &first) {
        Some(name) if !first.is_empty() => inside.push(("MODCACHE", format!("{name}: modules that were downloaded"))),
        _ => beside.push(("GOMODCACHE", or(modcache, "none"))),
    }
    for (index, (name, what)) in inside.iter().enumerate() {
        let branch = if index + 1 == inside.len() { "└─" } else { "├─" };
        text.push_str(&format!("│  {branch} {name:<8} {what}\n"));
    }
    beside.push(("GOCACHE", format!("{}  (what was built)", or(cache, "none"))));
    for (index, (name, what)) in beside.iter().enumerate() {
        let branch = if index + 1 == beside.len() { "└─" } else { "├─" };
        text.push_str(&format!("{branch} {name:<11} {what}\n"));
    }
    text
}
