//! Go module proxies: toolchains as modules of `golang.org/toolchain`.
//!
//! The protocol is that of the go command (go.dev/ref/mod#goproxy-protocol); version names are
//! `v0.0.1-go1.27.3.linux-amd64`. Lists are often incomplete, so goward requests a toolchain even
//! if it is not listed. The zip has no checksum: Go's checksum database vouches for it.

use fetch::Document;
use release::{Form, Platform, ToolchainId, Version};
use std::path::{Path, PathBuf};
use url::Url;

use crate::goenv::GoSetting;
use crate::goproxy::{ListEnd, ProxyList, ProxyPlace, below};
use crate::limits::{ARCHIVE_BYTES_MAX, INDEX_TIME_MAX, INDEX_TRIES, INDEX_WAIT_MAX, INFO_BYTES_MAX, LIST_BYTES_MAX};
use crate::{Ask, Claim, Located, Place, Source, SourceError};

/// The module proxies of the user's Go configuration, in their order.
pub struct ProxySource {
    list: ProxyList,
    /// Where the setting is from.
    origin: String,
    /// Why the go command would refuse the setting, too.
    refusal: Option<String>,
    nothing_because: String,
}

/// The folder of the module of toolchains, below a proxy.
const MODULE_FOLDER: &str = "golang.org/toolchain/@v";

impl ProxySource {
    /// The proxies of this setting; without one, a source that reports that it is not configured.
    pub fn new(setting: Option<GoSetting>) -> ProxySource {
        let nothing = ProxyList { entries: Vec::new(), end: None };
        let Some(GoSetting { value, origin }) = setting else {
            let nothing_because =
                "no GOPROXY in the environment, in the user's go environment file, or in a go.env, and \
                                   no default (`proxy.default`)"
                    .to_owned();
            return ProxySource { list: nothing, origin: String::new(), refusal: None, nothing_because };
        };
        let (list, refusal) = match ProxyList::parse(&value) {
            Ok(list) => (list, None),
            Err(reason) => (nothing, Some(reason)),
        };
        let nothing_because = match (&refusal, list.end) {
            (Some(reason), _) => format!("GOPROXY cannot be read: {reason} ({origin})"),
            (None, Some(ListEnd::Direct)) => {
                format!("GOPROXY says `direct`, and toolchains come from no repository ({origin})")
            }
            (None, Some(ListEnd::Off)) => format!("GOPROXY says `off` ({origin})"),
            (None, None) => format!("GOPROXY is empty ({origin})"),
        };
        ProxySource { list, origin, refusal, nothing_because }
    }

    /// Why goward may not ask package registries if `GOPROXY` begins with `off`: it means every registry, also a
    /// wheel's.
    pub fn is_off(&self) -> Option<&str> {
        self.list.is_off().then_some(self.nothing_because.as_str())
    }

    /// The addresses of those on a server that may be asked, for the checksum database that many of them serve.
    pub fn addresses(&self) -> impl Iterator<Item = &Url> {
        self.list.entries.iter().filter_map(|entry| match &entry.place {
            ProxyPlace::Server(url) => Some(url),
            ProxyPlace::Insecure(_) | ProxyPlace::Folder(_) => None,
        })
    }

    /// Asks one entry after the other, as the go command does: the next one after an absence, or after any failure if the
    /// separator is `|`. Of several failures the last that is no absence is returned.
    fn first<T>(&self, ask: &Ask, question: impl Fn(&ProxyPlace) -> Result<T, SourceError>) -> Result<T, SourceError> {
        if let Some(reason) = &self.refusal {
            return Err(SourceError::GoProxy { reason: reason.clone(), origin: self.origin.clone() });
        }
        let mut failure: Option<SourceError> = None;
        for entry in &self.list.entries {
            let answer = match &entry.place {
                ProxyPlace::Server(_) | ProxyPlace::Insecure(_) if ask.offline => Err(SourceError::Offline),
                ProxyPlace::Insecure(url) => Err(SourceError::InsecureCredentials { place: fetch::redacted(url) }),
                place => question(place),
            };
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let is_absence = is_absence(&error);
            let goes_on = is_absence || entry.next_after_any_failure || matches!(error, SourceError::Offline);
            let ends = !goes_on || error.is_of_this_machine();
            if !is_absence || failure.is_none() {
                failure = Some(error);
            }
            if ends {
                break;
            }
        }
        Err(failure.unwrap_or_else(|| SourceError::NotConfigured { reason: self.nothing_because.clone() }))
    }
}

/// Whether an entry has no such file: 404 and 410, or no file in its folder.
fn is_absence(error: &SourceError) -> bool {
    match error {
        SourceError::Fetch(error) => error.is_absence(),
        error => error.is_absence(),
    }
}

fn get(ask: &Ask, url: Url, bytes_max: u64) -> Result<Vec<u8>, SourceError> {
    let document = Document {
        tries: Some(INDEX_TRIES),
        wait_max: Some(INDEX_WAIT_MAX),
        time_max: Some(INDEX_TIME_MAX),
        ..Document::new(url, bytes_max)
    };
    Ok(ask.client.get(&document, ask.progress)?.bytes)
}

/// A file of a proxy that is a folder; `None` if it does not exist.
fn read(ask: &Ask, path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, SourceError> {
    ask.sys
        .fs()
        .read_if_there(path, bytes_max)
        .map_err(|cause| SourceError::Read { path: path.display().to_string(), cause })
}

fn shown(place: &ProxyPlace) -> String {
    match place {
        ProxyPlace::Server(url) | ProxyPlace::Insecure(url) => fetch::redacted(url),
        ProxyPlace::Folder(folder) => folder.display().to_string(),
    }
}

/// The folder of the toolchains in a proxy that is a folder.
fn module_folder(proxy: &Path) -> PathBuf {
    MODULE_FOLDER.split('/').fold(proxy.to_owned(), |path, part| path.join(part))
}

impl Source for ProxySource {
    fn name(&self) -> &str {
        "proxy"
    }

    fn place(&self) -> String {
        if self.list.entries.is_empty() {
            return self.nothing_because.clone();
        }
        let places: Vec<_> = self.list.entries.iter().map(|entry| shown(&entry.place)).collect();
        format!("{}, from {}", places.join(", "), self.origin)
    }

    fn is_local(&self) -> bool {
        self.list.entries.iter().any(|entry| matches!(entry.place, ProxyPlace::Folder(_)))
    }

    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError> {
        self.first(ask, |place| {
            let bytes = match place {
                ProxyPlace::Server(url) | ProxyPlace::Insecure(url) => {
                    get(ask, below(url, &format!("{MODULE_FOLDER}/list")), LIST_BYTES_MAX)?
                }
                ProxyPlace::Folder(folder) => {
                    let path = module_folder(folder).join("list");
                    read(ask, &path, LIST_BYTES_MAX)?
                        .ok_or_else(|| SourceError::NoList { path: path.display().to_string() })?
                }
            };
            versions_of(bytes, platform).map_err(|reason| SourceError::Answer { place: shown(place), reason })
        })
    }

    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError> {
        let module_version = id.module_version();
        let (info_name, file_name) = (format!("{module_version}.info"), format!("{module_version}.zip"));
        let found = self.first(ask, |place| {
            let check = |info: &[u8]| {
                check_info(info, &module_version).map_err(|reason| SourceError::Answer { place: shown(place), reason })
            };
            match place {
                ProxyPlace::Server(url) | ProxyPlace::Insecure(url) => {
                    check(&get(ask, below(url, &format!("{MODULE_FOLDER}/{info_name}")), INFO_BYTES_MAX)?)?;
                    Ok(Place::Url(below(url, &format!("{MODULE_FOLDER}/{file_name}"))))
                }
                ProxyPlace::Folder(folder) => {
                    let (folder, fs) = (module_folder(folder), ask.sys.fs());
                    // A module cache has the zip alone: the go command asks for nothing else.
                    if let Some(info) = read(ask, &folder.join(&info_name), INFO_BYTES_MAX)? {
                        check(&info)?;
                    }
                    let zip = folder.join(&file_name);
                    match fs.follow(&zip) {
                        Ok(Some(_)) => Ok(Place::File(zip)),
                        Ok(None) => Err(SourceError::NotOffered { id: id.clone() }),
                        Err(cause) => Err(SourceError::Read { path: zip.display().to_string(), cause }),
                    }
                }
            }
        });
        let place = match found {
            Ok(place) => place,
            Err(error) if is_absence(&error) => return Err(SourceError::NotOffered { id: id.clone() }),
            Err(error) => return Err(error),
        };
        Ok(Located {
            id: id.clone(),
            form: Form::ModuleZip,
            place,
            file_name,
            bytes: None,
            bytes_max: ARCHIVE_BYTES_MAX,
            claim: Claim::None,
        })
    }
}

/// The versions of a platform in a proxy's list, sorted.
fn versions_of(list: Vec<u8>, platform: &Platform) -> Result<Vec<Version>, String> {
    let text = String::from_utf8(list).map_err(|error| format!("its list of toolchains is not text: {error}"))?;
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
        return Err("its list of toolchains names none".to_owned());
    }
    versions.sort();
    versions.dedup();
    Ok(versions)
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
