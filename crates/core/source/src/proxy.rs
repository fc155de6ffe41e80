//! Go module proxies: toolchains as modules of `golang.org/toolchain`.
//!
//! The protocol is that of the go command (go.dev/ref/mod#goproxy-protocol); version names are
//! `v0.0.1-go1.27.3.linux-amd64`. Lists are often incomplete, so goward requests a toolchain even
//! if it is not listed. The zip has no checksum: Go's checksum database vouches for it.

use fetch::{Document, FetchError};
use release::{Form, Platform, ToolchainId, Version};
use url::Url;

use crate::goenv::GoSetting;
use crate::index::with_slash;
use crate::limits::{
    ARCHIVE_BYTES_MAX, INDEX_TIME_MAX, INDEX_TRIES, INDEX_WAIT_MAX, INFO_BYTES_MAX, LIST_BYTES_MAX, PROXIES_MAX,
};
use crate::{Ask, Claim, Located, Place, Source, SourceError};

/// The module proxies of the user's Go configuration, in their order.
pub struct ProxySource {
    proxies: Vec<Proxy>,
    origin: String,
    nothing_because: String,
    says_off: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Proxy {
    url: Url,
    /// Whether the next one is asked after any failure (`|`), or only when this one has no such module (`,`).
    next_after_any_failure: bool,
}

/// The addresses in a `GOPROXY` value, in order, with the reason if there are none (cmd/go/internal/modfetch/proxy.go, `proxyList`).
pub fn proxies_of(value: &str) -> (Vec<Url>, String) {
    let (proxies, reason) = parse(value);
    (proxies.into_iter().map(|proxy| proxy.url).collect(), reason)
}

fn parse(value: &str) -> (Vec<Proxy>, String) {
    let mut proxies = Vec::new();
    let mut reason = "GOPROXY is empty".to_owned();
    let mut rest = value;
    while !rest.is_empty() && proxies.len() < PROXIES_MAX {
        let end = rest.find([',', '|']).unwrap_or(rest.len());
        let word = rest[..end].trim();
        let next_after_any_failure = rest[end..].starts_with('|');
        rest = rest.get(end + 1..).unwrap_or("");
        match word {
            "" => continue,
            "off" => {
                reason = "GOPROXY says `off`".to_owned();
                break;
            }
            // Go would ask a version control server here; a toolchain has none.
            "direct" | "noproxy" => {
                reason = format!("GOPROXY says `{word}`, and toolchains come from no repository");
                break;
            }
            address => {
                let address = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
                match Url::parse(&address) {
                    Ok(url) if matches!(url.scheme(), "http" | "https") => {
                        proxies.push(Proxy { url: with_slash(url), next_after_any_failure });
                    }
                    Ok(url) => reason = format!("GOPROXY names a `{}:` address, which is not supported", url.scheme()),
                    Err(error) => reason = format!("GOPROXY names an address that is none: {error}"),
                }
            }
        }
    }
    (proxies, reason)
}

/// Whether the list begins with `off`: later entries are not asked.
fn is_off(value: &str) -> bool {
    value.split([',', '|']).map(str::trim).find(|word| !word.is_empty()) == Some("off")
}

impl ProxySource {
    /// The proxies of this setting; without one, a source that reports that it is not configured.
    pub fn new(setting: Option<GoSetting>) -> ProxySource {
        match setting {
            Some(setting) => {
                let (proxies, nothing_because) = parse(&setting.value);
                ProxySource {
                    says_off: is_off(&setting.value),
                    proxies,
                    nothing_because: format!("{nothing_because} ({})", setting.origin),
                    origin: setting.origin,
                }
            }
            None => ProxySource {
                proxies: Vec::new(),
                origin: String::new(),
                says_off: false,
                nothing_because:
                    "no GOPROXY in the environment, in the user's go environment file, or in a go.env, and \
                                  no default (`proxy.default`)"
                        .to_owned(),
            },
        }
    }

    /// Why goward may not ask package registries if `GOPROXY` begins with `off`: it means every registry, also a
    /// wheel's.
    pub fn is_off(&self) -> Option<&str> {
        (self.proxies.is_empty() && self.says_off).then_some(self.nothing_because.as_str())
    }

    /// Their addresses, for the checksum database that many of them serve.
    pub fn addresses(&self) -> impl Iterator<Item = &Url> {
        self.proxies.iter().map(|proxy| &proxy.url)
    }

    fn get(&self, ask: &Ask, path: &str, bytes_max: u64) -> Result<(Url, Vec<u8>), SourceError> {
        if self.proxies.is_empty() {
            return Err(SourceError::NotConfigured { reason: self.nothing_because.clone() });
        }
        if ask.offline {
            return Err(SourceError::Offline);
        }
        let mut last: Option<FetchError> = None;
        for proxy in &self.proxies {
            let url = join(&proxy.url, path)?;
            let document = Document {
                tries: Some(INDEX_TRIES),
                wait_max: Some(INDEX_WAIT_MAX),
                time_max: Some(INDEX_TIME_MAX),
                ..Document::new(url, bytes_max)
            };
            match ask.client.get(&document, ask.progress) {
                Ok(answer) => return Ok((proxy.url.clone(), answer.bytes)),
                Err(error) if error.is_absence() || proxy.next_after_any_failure => last = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        match last {
            Some(error) => Err(error.into()),
            None => Err(SourceError::NotConfigured { reason: self.nothing_because.clone() }),
        }
    }
}

fn join(base: &Url, path: &str) -> Result<Url, SourceError> {
    base.join(path).map_err(|error| SourceError::Answer {
        place: fetch::redacted(base),
        reason: format!("`{path}` does not make an address: {error}"),
    })
}

impl Source for ProxySource {
    fn name(&self) -> &str {
        "proxy"
    }

    fn place(&self) -> String {
        match self.proxies.as_slice() {
            [] => self.nothing_because.clone(),
            proxies => {
                let places: Vec<_> = proxies.iter().map(|proxy| fetch::redacted(&proxy.url)).collect();
                format!("{}, from {}", places.join(", "), self.origin)
            }
        }
    }

    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError> {
        let (base, bytes) = self.get(ask, "golang.org/toolchain/@v/list", LIST_BYTES_MAX)?;
        let text = String::from_utf8(bytes).map_err(|error| SourceError::Answer {
            place: fetch::redacted(&base),
            reason: format!("its list of toolchains is not text: {error}"),
        })?;
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        let mut versions: Vec<Version> = Vec::new();
        let mut understood = lines.peek().is_none();
        for line in lines {
            // A line may carry a time stamp after the version.
            let Some(word) = line.split_whitespace().next() else { continue };
            let Ok(id) = ToolchainId::from_module_version(word) else { continue };
            understood = true;
            if id.platform() == platform {
                versions.push(id.version().clone());
            }
        }
        if !understood {
            return Err(SourceError::Answer {
                place: fetch::redacted(&base),
                reason: "its list of toolchains names none".to_owned(),
            });
        }
        versions.sort();
        versions.dedup();
        Ok(versions)
    }

    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError> {
        let module_version = id.module_version();
        let stem = format!("golang.org/toolchain/@v/{module_version}");
        let (base, info) = match self.get(ask, &format!("{stem}.info"), INFO_BYTES_MAX) {
            Ok(found) => found,
            Err(SourceError::Fetch(error)) if error.is_absence() => {
                return Err(SourceError::NotOffered { id: id.clone() });
            }
            Err(error) => return Err(error),
        };
        check_info(&info, &module_version)
            .map_err(|reason| SourceError::Answer { place: fetch::redacted(&base), reason })?;
        let url = join(&base, &format!("{stem}.zip"))?;
        Ok(Located {
            id: id.clone(),
            form: Form::ModuleZip,
            place: Place::Url(url),
            file_name: format!("{module_version}.zip"),
            bytes: None,
            bytes_max: ARCHIVE_BYTES_MAX,
            claim: Claim::None,
        })
    }
}

fn check_info(info: &[u8], module_version: &str) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Info {
        version: String,
    }
    let info: Info =
        serde_json::from_slice(info).map_err(|error| format!("the .info of {module_version} is not JSON: {error}"))?;
    if info.version != module_version {
        return Err(format!("the .info of {module_version} speaks of `{}`", info.version.escape_default()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_list_is_read_as_the_go_command_reads_it() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "http://a.test,http://b.test/x|http://c.test,direct",
                &["http://a.test/", "http://b.test/x/", "http://c.test/"],
            ),
            ("direct", &[]),
            ("off", &[]),
            ("", &[]),
            ("http://a.test,off,http://b.test", &["http://a.test/"]),
            ("proxy.test", &["https://proxy.test/"]),
            (" http://a.test , ,file:///tmp", &["http://a.test/"]),
        ];
        for (value, expected) in cases {
            let urls: Vec<String> = proxies_of(value).0.iter().map(ToString::to_string).collect();
            assert_eq!(urls, expected, "{value:?}");
        }
    }

    #[test]
    fn off_is_said_by_the_first_word_alone() {
        let says_off = |value: &str| {
            let setting = GoSetting { value: value.to_owned(), origin: "a test".to_owned() };
            ProxySource::new(Some(setting)).is_off().map(str::to_owned)
        };
        for value in ["off", " off ", ",off,http://a.test", "off|direct"] {
            assert_eq!(says_off(value).as_deref(), Some("GOPROXY says `off` (a test)"), "{value:?}");
        }
        for value in ["", "direct", "http://a.test,off", "direct,off", "offline.test"] {
            assert_eq!(says_off(value), None, "{value:?}");
        }
        assert!(ProxySource::new(None).is_off().is_none());
    }

    #[test]
    fn an_info_that_speaks_of_another_version_is_refused() {
        let good = br#"{"Version":"v0.0.1-go1.27.3.linux-amd64","Time":"2026-10-19T22:20:36Z"}"#;
        assert!(check_info(good, "v0.0.1-go1.27.3.linux-amd64").is_ok());
        assert!(check_info(good, "v0.0.1-go1.27.2.linux-amd64").is_err());
        assert!(check_info(b"<html>", "v0.0.1-go1.27.2.linux-amd64").is_err());
    }
}
