//! `GOPROXY` as the go command reads it (cmd/go/internal/modfetch/proxy.go: `proxyList`, `newProxyRepo`, `TryProxies`).
//!
//! An entry that is no address makes the whole list an error, whatever is before it; entries after `off` or `direct` are
//! not read. Pure; `tests/it/goproxy.rs` compares it with a real go command.

use std::path::PathBuf;

use url::Url;

use crate::index::with_slash;
use crate::limits::PROXIES_MAX;

/// A `GOPROXY` value that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyList {
    /// The entries to ask, in order.
    pub entries: Vec<ProxyEntry>,
    /// The word that ended the list, if one did.
    pub end: Option<ListEnd>,
}

/// One entry to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyEntry {
    /// Where it is.
    pub place: ProxyPlace,
    /// Whether the next entry is asked after any failure (`|`), or only when this one has no such module (`,`).
    pub next_after_any_failure: bool,
}

/// Where a module proxy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyPlace {
    /// On a server.
    Server(Url),
    /// On a server that is reached by plain http and that the address has credentials for: it is not asked.
    Insecure(Url),
    /// A folder of this machine (`file:///…`).
    Folder(PathBuf),
}

/// The word that ends a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListEnd {
    /// `off`: nothing else may be asked.
    Off,
    /// `direct`: the go command would ask a version control server. No toolchain is in one.
    Direct,
}

impl ListEnd {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            ListEnd::Off => "off",
            ListEnd::Direct => "direct",
        }
    }
}

impl ProxyList {
    /// Reads a value.
    ///
    /// # Errors
    /// The reason in words, without credentials, if the go command would refuse the value, too.
    pub fn parse(value: &str) -> Result<ProxyList, String> {
        let mut list = ProxyList { entries: Vec::new(), end: None };
        let mut rest = value;
        while !rest.is_empty() {
            let end = rest.find([',', '|']).unwrap_or(rest.len());
            let word = rest[..end].trim();
            let next_after_any_failure = rest[end..].starts_with('|');
            rest = rest.get(end + 1..).unwrap_or("");
            list.end = match word {
                "" => continue,
                "off" => Some(ListEnd::Off),
                "direct" => Some(ListEnd::Direct),
                address => {
                    let place = place(address).map_err(|reason| format!("`{}` {reason}", shown(address)))?;
                    if list.entries.len() == PROXIES_MAX {
                        return Err(format!("it has more than {PROXIES_MAX} entries"));
                    }
                    list.entries.push(ProxyEntry { place, next_after_any_failure });
                    continue;
                }
            };
            break;
        }
        match list.entries.is_empty() && list.end.is_none() {
            true => Err("it has no entry".to_owned()),
            false => Ok(list),
        }
    }

    /// Whether nothing at all may be asked: the list begins with `off`.
    pub fn is_off(&self) -> bool {
        self.entries.is_empty() && self.end == Some(ListEnd::Off)
    }
}

/// An entry for a message. A part of a password that has a separator in it looks like an entry of its own.
fn shown(address: &str) -> String {
    let shown = diag::without_credentials(address);
    match shown.rsplit_once('@') {
        Some((_, host)) if !shown.contains("://") => format!("…@{host}"),
        _ => shown,
    }
}

fn place(address: &str) -> Result<ProxyPlace, &'static str> {
    if address.chars().any(|c| c.is_ascii_control()) {
        return Err("has a control character");
    }
    // The go command reserves words without `.`, `:` and `/`; it takes a value with `:/`, or an absolute path, as a whole
    // address.
    let is_whole = address.contains(":/") || address.starts_with('/') || is_windows_path(address);
    let address = match address.contains(['.', ':', '/']) && !is_whole {
        true => format!("https://{address}"),
        false => address.to_owned(),
    };
    let is_scheme = |scheme: &&str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let Some((scheme, rest)) = address.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Err("has no scheme: the address of a proxy begins with `https://`, `http://` or `file:///`");
    };
    match scheme.to_ascii_lowercase().as_str() {
        "file" => folder(rest).map(ProxyPlace::Folder),
        scheme @ ("http" | "https") => server(scheme, rest),
        _ => Err("has another scheme than `https`, `http` or `file`"),
    }
}

/// On Windows `C:\x` is an absolute path for the go command; elsewhere it is an address without a scheme.
fn is_windows_path(address: &str) -> bool {
    let has_drive = matches!(address.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    cfg!(windows) && (has_drive || address.starts_with(r"\\"))
}

fn server(scheme: &str, rest: &str) -> Result<ProxyPlace, &'static str> {
    // `url` finds a host in `https:/host` and in `https:///host`, too.
    let authority = rest.strip_prefix("//").ok_or("has no host")?;
    if authority.is_empty() || authority.starts_with(['/', '?', '#', '\\']) {
        return Err("has no host");
    }
    let mut url = Url::parse(&format!("{scheme}:{rest}")).map_err(|_| "is not the address of a server")?;
    if url.host_str().is_none_or(|host| host.contains(';')) {
        return Err("has a `;` in its host: `,` or `|` separates the entries");
    }
    url.set_fragment(None);
    let url = with_slash(url);
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    Ok(if scheme == "http" && has_credentials { ProxyPlace::Insecure(url) } else { ProxyPlace::Server(url) })
}

/// The folder of a `file:` address, of which `rest` follows the colon.
fn folder(rest: &str) -> Result<PathBuf, &'static str> {
    let other_parts = "has other parts than a path: `file:///folder` is the form";
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    if !fragment.is_empty() || rest.contains('?') {
        return Err(other_parts);
    }
    let path = match rest.strip_prefix("//") {
        Some("") => "/",
        Some(after) if after.starts_with('/') => after,
        // The go command refuses `file:/folder`, too.
        Some(_) | None => return Err(other_parts),
    };
    let path = decoded(path).ok_or("has a `%` that no two hexadecimal digits follow, or that makes no UTF-8")?;
    if !cfg!(windows) {
        return Ok(path.into());
    }
    match path.as_bytes() {
        [b'/', drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => Ok(path[1..].replace('/', r"\").into()),
        _ => Err("lacks a drive letter: `file:///C:/folder` is the form"),
    }
}

/// A path without its percent encoding.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'%' => {
                let digits = after.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit))?;
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                rest = &after[2..];
            }
            other => {
                bytes.push(*other);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// An address below that of a proxy. Its query stays, as with the go command.
pub(crate) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list as one line: entries with the separator that follows, then the word that ends it.
    fn line(value: &str) -> Result<String, String> {
        let list = ProxyList::parse(value)?;
        let mut out = String::new();
        for entry in &list.entries {
            match &entry.place {
                ProxyPlace::Server(url) => out.push_str(url.as_str()),
                ProxyPlace::Insecure(url) => out.push_str(&format!("insecure {}", url.host_str().unwrap())),
                ProxyPlace::Folder(path) => out.push_str(&format!("folder {}", path.display())),
            }
            out.push(if entry.next_after_any_failure { '|' } else { ',' });
        }
        out.push_str(list.end.map_or("", ListEnd::word));
        Ok(out)
    }

    #[test]
    fn a_value_is_read_as_the_go_command_reads_it() {
        for (value, read) in [
            (
                "http://a.test,http://b.test/x|http://c.test,direct",
                "http://a.test/,http://b.test/x/|http://c.test/,direct",
            ),
            ("direct", "direct"),
            ("off", "off"),
            (" off ", "off"),
            ("http://a.test,off,http://b.test", "http://a.test/,off"),
            // What follows the end of the list is not read.
            ("direct,no scheme", "direct"),
            (" http://a.test , ,| http://b.test ", "http://a.test/,http://b.test/,"),
            ("proxy.test", "https://proxy.test/,"),
            ("proxy.test:8443/x", "https://proxy.test:8443/x/,"),
            ("localhost:1", "https://localhost:1/,"),
            ("HTTPS://a.test", "https://a.test/,"),
            ("https://u:p@a.test", "https://u:p@a.test/,"),
            ("http://u:p@a.test", "insecure a.test,"),
            ("http://u@127.0.0.1:1|direct", "insecure 127.0.0.1|direct"),
            ("https://a.test/x?token=y#z", "https://a.test/x/?token=y,"),
        ] {
            assert_eq!(line(value).as_deref(), Ok(read), "{value:?}");
        }
    }

    #[test]
    fn a_value_that_the_go_command_refuses_is_refused_with_the_reason() {
        for (value, reason) in [
            ("", "it has no entry"),
            (" , |", "it has no entry"),
            ("proxy", "`proxy` has no scheme"),
            ("noproxy", "`noproxy` has no scheme"),
            ("http://a.test,proxy", "`proxy` has no scheme"),
            ("OFF", "`OFF` has no scheme"),
            ("/srv/proxy", "`/srv/proxy` has no scheme"),
            ("ftp://a.test", "has another scheme"),
            ("://a.test", "has no scheme"),
            ("http:/a.test", "has no host"),
            ("http:///a.test", "has no host"),
            ("http://a b.test", "is not the address of a server"),
            ("http://a.test:port", "is not the address of a server"),
            ("http:a.test", "is not the address of a server"),
            ("http://a.test;http://b.test", "`,` or `|` separates the entries"),
            ("http://a.test\u{7}", "has a control character"),
            ("file://host/srv", "has other parts than a path"),
            ("file:/srv", "has other parts than a path"),
            ("file://localhost/srv", "has other parts than a path"),
            ("file:///srv?x", "has other parts than a path"),
            ("file:///srv?", "has other parts than a path"),
            ("file:///srv#x", "has other parts than a path"),
            ("file:///srv/%zz", "has a `%`"),
            ("file:///srv/%e4", "makes no UTF-8"),
        ] {
            let error = line(value).unwrap_err();
            assert!(error.contains(reason), "{value:?}: {error}");
        }
        assert!(line(&"https://a.test,".repeat(PROXIES_MAX + 1)).unwrap_err().contains("more than"));
    }

    #[test]
    fn a_refusal_shows_no_credentials() {
        for value in
            ["ftp://u:S3CRET@a.test", "https://u:S3CRET@a.test:port", "https://u:S3,CRET@a.test", "u:S3CRET@h:x"]
        {
            let error = line(value).unwrap_err();
            assert!(!error.contains("CRET"), "{error}");
        }
    }

    #[test]
    #[cfg_attr(windows, ignore = "there a path has a drive letter; the next test has such paths")]
    fn a_file_address_names_a_folder() {
        for (value, path) in [
            ("file:///srv/proxy", "/srv/proxy"),
            ("FILE:///srv/a%20b/%C3%BC", "/srv/a b/ü"),
            ("file:///srv/a b", "/srv/a b"),
            ("file:////srv", "//srv"),
            ("file:///srv#", "/srv"),
            ("file:///C:/x", "/C:/x"),
            ("file://", "/"),
        ] {
            assert_eq!(line(value), Ok(format!("folder {path},")), "{value:?}");
        }
    }

    #[test]
    #[cfg_attr(not(windows), ignore = "drive letters are Windows'")]
    fn a_file_address_of_windows_has_a_drive_letter() {
        assert_eq!(line("file:///C:/go%20proxy/x"), Ok(r"folder C:\go proxy\x,".to_owned()));
        assert!(line("file:///srv").unwrap_err().contains("drive letter"));
        assert!(line(r"C:\proxy").unwrap_err().contains("has another scheme"));
    }

    #[test]
    fn what_is_below_a_proxy_keeps_its_query() {
        let of = |base: &str| below(&Url::parse(base).unwrap(), "m/@v/list").to_string();
        assert_eq!(of("https://a.test"), "https://a.test/m/@v/list");
        assert_eq!(of("https://a.test/x%20y/?k=v"), "https://a.test/x%20y/m/@v/list?k=v");
    }
}
