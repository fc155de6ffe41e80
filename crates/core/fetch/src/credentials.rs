//! Credentials for servers: the user's `.netrc`, as far as `GOAUTH` allows it (cmd/go/internal/auth).
//!
//! goward sends them over https only, to the host that the file names, and never after a redirect to another host. It runs
//! no program that `GOAUTH` names. Passwords are in no message, no log and no `Debug`.

use std::fmt;
use std::path::PathBuf;

use diag::{Hints, hint};
use sys::Sys;
use url::Url;

use crate::limits::NETRC_BYTES_MAX;
use crate::redact::host;

/// A `GOAUTH` value that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goauth {
    /// No credentials.
    Off,
    /// These methods.
    Methods {
        /// The file `.netrc`.
        netrc: bool,
        /// Git, or a command: goward runs neither.
        programs: bool,
    },
    /// The go command would refuse the value, too.
    Invalid(&'static str),
}

impl Default for Goauth {
    fn default() -> Goauth {
        Goauth::Methods { netrc: true, programs: false }
    }
}

impl Goauth {
    /// Reads a value; methods are separated by `;`.
    pub fn parse(value: &str) -> Goauth {
        let methods: Vec<&str> = value.split(';').map(str::trim).collect();
        let (mut netrc, mut programs) = (false, false);
        for method in &methods {
            match method.split_whitespace().next() {
                None => return Goauth::Invalid("has an empty method"),
                Some("off") if methods.len() == 1 => return Goauth::Off,
                Some("off") => return Goauth::Invalid("combines `off` with other methods"),
                Some("netrc") => netrc = true,
                Some(_) => programs = true,
            }
        }
        Goauth::Methods { netrc, programs }
    }
}

/// A user name and a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}

/// What the user's `.netrc` has, and what `GOAUTH` says.
pub(crate) struct Credentials {
    goauth: Goauth,
    /// The file; `None` without a home folder.
    path: Option<PathBuf>,
    entries: Vec<(String, Login)>,
    /// Why the file could not be read.
    unreadable: Option<String>,
}

impl Credentials {
    /// Reads the file, if `GOAUTH` allows it. One that does not exist has no entries.
    pub fn read(sys: &Sys, goauth: Goauth) -> Credentials {
        let mut credentials = Credentials { goauth, path: netrc_path(sys), entries: Vec::new(), unreadable: None };
        if let (Goauth::Methods { netrc: true, .. }, Some(path)) = (goauth, &credentials.path) {
            match sys.fs().read_if_there(path, NETRC_BYTES_MAX) {
                Ok(bytes) => credentials.entries = parse(&String::from_utf8_lossy(&bytes.unwrap_or_default())),
                Err(error) => credentials.unreadable = Some(error.to_string()),
            }
        }
        credentials
    }

    /// The credentials for an address that has none of its own.
    pub fn login(&self, url: &Url) -> Option<&Login> {
        if url.scheme() != "https" || has_credentials(url) {
            return None;
        }
        // An entry may name a part of the path, too; the longest counts (cmd/go/internal/auth: `loadCredential`).
        let whole = format!("{}{}", host(url), url.path());
        let mut prefix = whole.trim_end_matches('/');
        loop {
            if let Some((_, login)) = self.entries.iter().find(|(machine, _)| machine.trim_end_matches('/') == prefix) {
                return Some(login);
            }
            prefix = &prefix[..prefix.rfind('/')?];
        }
    }

    /// What to do if a server refuses an address with 401 or 403.
    pub fn remedy(&self, url: &Url) -> Hints {
        let host = host(url);
        let Some(path) = self.path.as_ref().map(|path| path.display()) else { return Hints::none() };
        if has_credentials(url) {
            return hint!("`{host}` refuses the user name and password of its address");
        }
        if url.scheme() != "https" {
            return hint!(
                "if `{host}` wants credentials, use its `https://` address: goward sends those of `.netrc` over https only"
            );
        }
        if self.login(url).is_some() {
            return hint!("`{host}` refuses the credentials that `{path}` has for it");
        }
        let entry = format!("add `machine {host} login NAME password TOKEN` to `{path}`");
        match (self.goauth, &self.unreadable) {
            (_, Some(why)) => hint!("goward cannot read `{path}` for the credentials of `{host}`: {why}"),
            (Goauth::Off, _) => {
                hint!(
                    "`GOAUTH=off` keeps goward from sending credentials; if `{host}` wants some, unset it and {entry}"
                )
            }
            (Goauth::Invalid(why), _) => hint!("`GOAUTH` {why}, so goward sent no credentials to `{host}`"),
            (Goauth::Methods { programs: true, netrc }, _) => hint!(
                "goward does not run the programs that `GOAUTH` names; if `{host}` wants credentials, {entry}{}",
                if netrc { "" } else { ", and the method `netrc` to `GOAUTH`" }
            ),
            (Goauth::Methods { netrc: false, .. }, _) => Hints::none(),
            (Goauth::Methods { .. }, _) => hint!("if `{host}` wants credentials, {entry}"),
        }
    }
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Where the go command looks for the file (cmd/go/internal/auth: `netrcPath`).
fn netrc_path(sys: &Sys) -> Option<PathBuf> {
    if let Some(path) = sys.env().var_os("NETRC") {
        return Some(sys.env().folder().join(path));
    }
    let home = sys.env().home()?;
    let legacy = home.join("_netrc");
    if cfg!(windows) && sys.fs().follow(&legacy).is_ok_and(|found| found.is_some()) {
        return Some(legacy);
    }
    Some(home.join(".netrc"))
}

/// The entries of a file, as the go command reads them (cmd/go/internal/auth: `parseNetrc`): the first one of a machine
/// counts, a `default` entry is for no machine.
fn parse(text: &str) -> Vec<(String, Login)> {
    let mut entries = Vec::new();
    let (mut machine, mut login) = (String::new(), Login { user: String::new(), password: String::new() });
    let mut in_macro = false;
    for line in text.split('\n') {
        if in_macro {
            in_macro = !line.is_empty();
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut pairs = words.chunks_exact(2);
        for pair in &mut pairs {
            match pair[0] {
                "machine" => {
                    machine = pair[1].to_owned();
                    login = Login { user: String::new(), password: String::new() };
                }
                "login" => login.user = pair[1].to_owned(),
                "password" => login.password = pair[1].to_owned(),
                "macdef" => in_macro = true,
                _ => {}
            }
            if !machine.is_empty() && !login.user.is_empty() && !login.password.is_empty() {
                entries.push((std::mem::take(&mut machine), login));
                login = Login { user: String::new(), password: String::new() };
            }
        }
        if pairs.remainder() == ["default"] {
            break;
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_netrc_is_read_as_the_go_command_reads_it() {
        let text = "password early\nmachine whole.test\n  login u1\n\tpassword p1\nmachine half.test\nlogin u2\n\
                    machine line.test login u3 password p3\nmachine line.test login u4 password p4\n\
                    machine turned.test password p5 account a login u5\n\
                    machine macro.test macdef m login u6 password p6\nlogin no\npassword no\n\n\
                    machine crlf.test login u7 password p7\r\ndefault\nmachine late.test login u8 password p8\n";
        let found: Vec<_> = parse(text)
            .into_iter()
            .map(|(machine, login)| format!("{machine} {} {}", login.user, login.password))
            .collect();
        let expected = [
            "whole.test u1 p1",
            "line.test u3 p3",
            "line.test u4 p4",
            "turned.test u5 p5",
            "macro.test u6 p6",
            "crlf.test u7 p7",
        ];
        assert_eq!(found, expected);
        assert!(parse("machine").is_empty() && parse("").is_empty() && parse("default login a password b").is_empty());
    }

    #[test]
    fn a_goauth_is_read_as_the_go_command_reads_it() {
        for (value, read) in [
            ("off", Goauth::Off),
            ("netrc", Goauth::Methods { netrc: true, programs: false }),
            ("git /srv/repo; netrc", Goauth::Methods { netrc: true, programs: true }),
            ("my-helper --flag", Goauth::Methods { netrc: false, programs: true }),
            ("netrc;", Goauth::Invalid("has an empty method")),
            ("off;netrc", Goauth::Invalid("combines `off` with other methods")),
        ] {
            assert_eq!(Goauth::parse(value), read, "{value:?}");
        }
    }

    #[test]
    fn an_entry_is_for_its_host_and_port_and_what_is_below_over_https_only() {
        let text = "machine a.test login u password p1\nmachine a.test login u password p2\n\
                    machine a.test/deep login u password p3\nmachine a.test:8443 login u password p4";
        let credentials = Credentials {
            goauth: Goauth::default(),
            path: Some("/h/.netrc".into()),
            entries: parse(text),
            unreadable: None,
        };
        let password = |url: &str| credentials.login(&Url::parse(url).unwrap()).map(|login| login.password.as_str());
        for (url, found) in [
            ("https://a.test", Some("p1")),
            ("https://a.test/x/y", Some("p1")),
            ("https://a.test/deep/x", Some("p3")),
            ("https://a.test/deeper", Some("p1")),
            ("https://a.test:8443/x", Some("p4")),
            ("https://a.test:444/x", None),
            ("https://b.a.test/", None),
            ("http://a.test/", None),
            ("https://own@a.test/", None),
        ] {
            assert_eq!(password(url), found, "{url}");
        }
        let login = credentials.login(&Url::parse("https://a.test").unwrap());
        assert_eq!(format!("{login:?}"), "Some(Login)");
    }
}
