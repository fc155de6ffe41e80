//! Reads the Go version in a container image's name.

/// The request of an image's reference: `1.26.4` of `golang:1.26.4-bookworm`. `None` if it is not an image of Go, or
/// has only a digest.
pub(super) fn request(reference: &str) -> Option<String> {
    let (name, digest) = match reference.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (reference, None),
    };
    // A colon before the last slash is that of a registry's port.
    let path_end = name.rfind('/').map_or(0, |at| at + 1);
    let (repository, tag) = match name.get(path_end..)?.split_once(':') {
        Some((last, tag)) => (name.get(..path_end + last.len())?, Some(tag)),
        None => (name, None),
    };
    let mut parts = repository.rsplit('/');
    let of_tag = match (parts.next()?, parts.next()) {
        ("golang", _) => golang,
        ("go", Some("devcontainers")) => devcontainers,
        _ => return None,
    };
    match (tag, digest) {
        (Some(tag), _) => Some(of_tag(tag)),
        (None, None) => Some("latest".to_owned()),
        (None, Some(_)) => None,
    }
}

/// `1.26.4-bookworm`, `1.28-rc-alpine`, `rc`, `tip-alpine`; a tag without a version means the newest.
fn golang(tag: &str) -> String {
    let mut parts = tag.split('-');
    match (parts.next().unwrap_or_default(), parts.next()) {
        (minor, Some("rc")) if pin::is_valid(minor) => format!("{minor}rc"),
        (version, _) if pin::is_valid(version) => version.to_owned(),
        (word @ ("rc" | "tip"), _) => word.to_owned(),
        // What begins like a version and is none is refused as a request.
        (odd, _) if odd.starts_with(|c: char| c.is_ascii_digit()) => odd.to_owned(),
        _ => "latest".to_owned(),
    }
}

/// `1-1.26-bookworm`, with the image's own version first, or `1.26-bookworm`.
fn devcontainers(tag: &str) -> String {
    let tag = tag.strip_prefix("dev-").unwrap_or(tag);
    let mut versions = tag.split('-').take_while(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    match (versions.next(), versions.next()) {
        (Some(_), Some(go)) => go.to_owned(),
        (Some(go), None) if go.contains('.') => go.to_owned(),
        _ => "latest".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::request;

    #[test]
    fn a_tag_tells_the_version() {
        for (reference, expected) in [
            ("golang:1.26.4-bookworm", "1.26.4"),
            ("golang:1.26", "1.26"),
            ("golang:1", "1"),
            ("golang:1.28rc1-alpine", "1.28rc1"),
            ("golang:1.28-rc-alpine", "1.28rc"),
            ("golang:rc", "rc"),
            ("golang:tip-alpine", "tip"),
            ("golang:alpine", "latest"),
            ("golang", "latest"),
            ("docker.io/library/golang:1.26-alpine3.22@sha256:00", "1.26"),
            ("registry.corp:5000/golang:1.26", "1.26"),
            ("registry.corp:5000/mirror/golang", "latest"),
            ("mcr.microsoft.com/devcontainers/go:1-1.26-bookworm", "1.26"),
            ("mcr.microsoft.com/devcontainers/go:dev-1.26", "1.26"),
            ("mcr.microsoft.com/devcontainers/go:1.2.3-1.26", "1.26"),
            ("mcr.microsoft.com/devcontainers/go:1.26-bookworm", "1.26"),
            ("mcr.microsoft.com/devcontainers/go:2-trixie", "latest"),
            ("mcr.microsoft.com/vscode/devcontainers/go:0-1.20", "1.20"),
            ("golang:", "latest"),
            ("golang:1.26x", "1.26x"),
        ] {
            assert_eq!(request(reference).as_deref(), Some(expected), "{reference}");
        }
        for reference in ["", "/", ":", "@", "golang@sha256:00", "golangci/golangci-lint:v2", "node:20", "go:1.26"] {
            assert_eq!(request(reference), None, "{reference}");
        }
    }
}
