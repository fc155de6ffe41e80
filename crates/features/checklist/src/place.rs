//! Where this process runs: in a container, or on the machine itself.

use std::path::Path;

use sys::Sys;

/// Where this process runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// In a container; by which sign that is known.
    Container {
        /// Whose: `docker`, `podman`, `kubernetes`, `lxc`, or `container` where only that is known.
        kind: &'static str,
        /// The sign.
        sign: String,
    },
    /// No sign of a container was found.
    Machine,
}

/// Signs in the control groups of the first process (cgroup v1) and the mounts of the root.
const WORDS: [(&str, &str); 7] = [
    ("/kubepods", "kubernetes"),
    ("/docker/", "docker"),
    ("/docker-", "docker"),
    ("/libpod-", "podman"),
    ("/lxc/", "lxc"),
    ("/containers/storage/overlay", "podman"),
    ("/docker/overlay", "docker"),
];

/// Looks for the signs of a container. Sources: docker makes `/.dockerenv`, podman `/run/.containerenv`; systemd and
/// podman set `container` (systemd.io/CONTAINER_INTERFACE); Kubernetes sets `KUBERNETES_SERVICE_HOST`.
pub fn runtime(sys: &Sys) -> Runtime {
    let (fs, env) = (sys.fs(), sys.env());
    let has = |path: &str| fs.look(Path::new(path)).is_ok_and(|meta| meta.is_some());
    let container = |kind, sign: &str| Runtime::Container { kind, sign: sign.to_owned() };
    if env.var("KUBERNETES_SERVICE_HOST").is_some() {
        return container("kubernetes", "KUBERNETES_SERVICE_HOST is set");
    }
    if !cfg!(unix) {
        return Runtime::Machine;
    }
    if has("/run/.containerenv") {
        return container("podman", "/run/.containerenv");
    }
    if has("/.dockerenv") {
        return container("docker", "/.dockerenv");
    }
    if let Some(name) = env.var("container") {
        return container("container", &format!("container={name} is set"));
    }
    for (path, text) in sys::first_process() {
        if let Some((_, kind)) = WORDS.iter().find(|(word, _)| text.contains(word)) {
            return container(kind, path);
        }
    }
    Runtime::Machine
}
