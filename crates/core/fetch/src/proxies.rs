//! The proxies that the environment names: which one is used for an address, and how the HTTP library learns of it.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, NoProxy, Proxy};
use sys::Sys;
use url::Url;

use crate::redact::host;

/// This machine is never reached through a proxy, as by the go command (golang.org/x/net/http/httpproxy: `useProxy`).
const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104";

/// The proxy that a request went through, for messages: without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyUsed {
    /// Its host and port.
    pub address: String,
    /// The variable that names it.
    pub variable: &'static str,
}

impl fmt::Display for ProxyUsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy {} (`{}`)", self.address, self.variable)
    }
}

/// A value of the environment, and the variable's name.
type Named<'a> = (&'a str, &'static str);

/// The proxies that the environment names. The rules are curl's: the lower-case name goes first.
struct ProxyVars<'a> {
    http: Option<Named<'a>>,
    https: Option<Named<'a>>,
    all: Option<Named<'a>>,
    exceptions: String,
}

impl ProxyVars<'_> {
    fn of(sys: &Sys) -> ProxyVars<'_> {
        let env = sys.env();
        let one = |name: &'static str| env.var(name).map(|value| (value, name));
        // On Windows both names are one, and people know it in capitals.
        let either = |lower, upper| match sys::Env::NAMES_HAVE_CASE {
            true => one(lower).or_else(|| one(upper)),
            false => one(upper),
        };
        // Under CGI, `HTTP_PROXY` is a request header of the caller (CVE-2016-5385).
        let is_cgi = env.var("REQUEST_METHOD").is_some();
        let user = env.var("no_proxy").or_else(|| env.var("NO_PROXY")).unwrap_or_default();
        ProxyVars {
            http: match (is_cgi, sys::Env::NAMES_HAVE_CASE) {
                (false, _) => either("http_proxy", "HTTP_PROXY"),
                (true, true) => one("http_proxy"),
                // Both names are one there.
                (true, false) => None,
            },
            https: either("https_proxy", "HTTPS_PROXY"),
            all: either("all_proxy", "ALL_PROXY"),
            exceptions: format!("{user},{NEVER_PROXIED}"),
        }
    }
}

/// The proxy that the environment names for such an address; `None` if it is reached directly.
pub(crate) fn proxy_for(sys: &Sys, url: &Url) -> Option<ProxyUsed> {
    proxy_url_for(sys, url).map(|(proxy, variable)| ProxyUsed { address: host(&proxy), variable })
}

/// The same proxy as an address, which may hold a login: never for a message.
pub(crate) fn proxy_url_for(sys: &Sys, url: &Url) -> Option<(Url, &'static str)> {
    let vars = ProxyVars::of(sys);
    let (value, variable) = if url.scheme() == "https" { vars.https } else { vars.http }.or(vars.all)?;
    Matcher::builder().all(value).no(vars.exceptions).build().intercept(&url.as_str().parse().ok()?)?;
    let value = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    Url::parse(&value).ok().map(|proxy| (proxy, variable))
}

/// Configures the proxies that the environment names. If it names none, asks Windows and macOS for theirs.
pub(crate) fn configure(sys: &Sys, mut builder: ClientBuilder) -> Result<ClientBuilder, String> {
    let ProxyVars { http, https, all, exceptions } = ProxyVars::of(sys);
    if http.is_none() && https.is_none() && all.is_none() {
        return Ok(if cfg!(any(windows, target_os = "macos")) { builder } else { builder.no_proxy() });
    }
    type Make = fn(&str) -> reqwest::Result<Proxy>;
    let wanted: [(Option<Named>, Make); 3] =
        [(http, |value| Proxy::http(value)), (https, |value| Proxy::https(value)), (all, |value| Proxy::all(value))];
    builder = builder.no_proxy();
    for (named, make) in wanted {
        let Some((value, name)) = named else { continue };
        // The value is not shown: it may hold a password.
        let proxy = make(value).map_err(|_| format!("`{name}` is not the address of a proxy"))?;
        builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&exceptions)));
    }
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sys::{Clock, Env, Fs};

    #[test]
    fn this_machine_and_the_exceptions_are_reached_directly() {
        let vars = [
            ("HTTPS_PROXY", "http://u:S3CRET@proxy.test:3128"),
            ("http_proxy", "other.test:80"),
            ("ALL_PROXY", "socks5://all.test:1080"),
            ("NO_PROXY", "corp.test, 10.0.0.0/8"),
        ];
        let sys = Sys::new(Fs::real(), Clock::manual(0), Env::of(vars, "/".into(), None));
        let told = |url: &str| proxy_for(&sys, &Url::parse(url).unwrap()).map(|used| used.to_string());
        for direct in [
            "http://localhost/x",
            "https://LOCALHOST:8443/x",
            "http://127.0.0.1:80",
            "https://127.9.8.7",
            "http://[::1]:80/x",
            "http://[::ffff:127.0.0.1]/x",
            "https://a.corp.test/",
            "https://10.1.2.3/",
        ] {
            assert_eq!(told(direct), None, "{direct}");
        }
        assert_eq!(told("https://h.test/").unwrap(), "the proxy proxy.test:3128 (`HTTPS_PROXY`)");
        let name = if Env::NAMES_HAVE_CASE { "http_proxy" } else { "HTTP_PROXY" };
        assert_eq!(told("http://h.test/").unwrap(), format!("the proxy other.test (`{name}`)"));
        assert_eq!(told("https://128.0.0.1/").unwrap(), "the proxy proxy.test:3128 (`HTTPS_PROXY`)");
        assert!(told("https://localhost.test/").is_some());
    }
}
