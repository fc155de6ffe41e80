//! Each source and module proxy: its name, connection, certificate and answer, with the time of each step and the proxy
//! that was used. It asks the network, so it runs only if it is named.

use std::time::Duration;

use context::settings::keys;
use context::{go_setting_of, goroots};
use fetch::{Probed, Reason};
use source::{GoSetting, go_setting};
use url::Url;

use crate::finding::Finding;
use crate::inputs::Inputs;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let ctx = context.ctx;
    if ctx.is_offline() {
        let why = "`--offline`, `network.offline` or GOPROXY=off forbids it";
        return vec![Finding::note("network-off", "no server was asked", why, "run it without `--offline`")];
    }
    let named = addresses(context);
    let urls: Vec<Url> = named.iter().map(|(_, url)| url.clone()).collect();
    let probed = fetch::probe(&ctx.sys, &acquire::network(ctx), &urls);
    named.iter().zip(probed).map(|((name, _), probed)| judged(name, &probed)).collect()
}

/// The servers with their names: the official index, the mirrors, each module proxy of GOPROXY, and the checksum
/// database where GOSUMDB has its address.
fn addresses(context: &Inputs) -> Vec<(String, Url)> {
    let ctx = context.ctx;
    let mut named: Vec<(String, Url)> = Vec::new();
    let mut add = |name: &str, url: Url| {
        let is_http = matches!(url.scheme(), "http" | "https");
        if is_http && !named.iter().any(|(_, known)| *known == url) {
            named.push((name.to_owned(), url));
        }
    };
    let parsed = |text: &str| Url::parse(text).ok();
    if let Some(url) = ctx.settings.text(keys::OFFICIAL_URL).and_then(parsed) {
        add("official", url);
    }
    for (name, address) in ctx.settings.map(keys::MIRRORS) {
        if let Some(url) = parsed(address) {
            add(name, url);
        }
    }
    let setting = go_setting(&ctx.sys, "GOPROXY", &goroots(ctx));
    let value = context.env.as_ref().and_then(|env| env.variable("GOPROXY")?.value.clone());
    let chosen = value.map(|value| GoSetting { value, origin: "GOPROXY".to_owned() });
    for entry in setting.or(chosen).iter().flat_map(|setting| setting.value.split([',', '|'])) {
        if let Some(url) = parsed(entry.trim()) {
            add("GOPROXY", url);
        }
    }
    // `NAME[+KEY] ADDRESS`: without an address it is asked through the proxies, or at its own name.
    let sumdb = go_setting_of(ctx, "GOSUMDB").unwrap_or_default();
    if let Some(url) = sumdb.split_whitespace().nth(1).and_then(parsed) {
        add("GOSUMDB", url);
    }
    named
}

fn milliseconds(time: Option<Duration>) -> Option<String> {
    time.map(|time| format!("{} ms", time.as_millis()))
}

/// The steps with their times: `name 3 ms, connection 20 ms, handshake 31 ms, answer 44 ms`.
fn steps(probed: &Probed) -> String {
    let steps = [
        ("name", probed.name),
        ("connection", probed.connection),
        ("handshake", probed.handshake),
        ("answer", probed.answer),
    ];
    let told = steps.iter().filter_map(|(step, time)| Some(format!("{step} {}", milliseconds(*time)?)));
    told.collect::<Vec<_>>().join(", ")
}

fn judged(name: &str, probed: &Probed) -> Finding {
    let through = probed.proxy.as_ref().map(|proxy| format!(", through {proxy}")).unwrap_or_default();
    let steps = steps(probed);
    let after = if steps.is_empty() { String::new() } else { format!(" ({steps})") };
    let found = |what: &str| format!("{name} `{}`: {what}{through}{after}", probed.address);
    match (&probed.failure, probed.status) {
        (Some(reason @ Reason::Certificate { .. }), _) => {
            let why =
                "nothing is fetched from it: another server may be answering, or a company's proxy looks into TLS";
            let fix =
                "`network.ca-file` names more authorities for goward, SSL_CERT_FILE for others; compare the clock, too";
            Finding::problem("certificate-untrusted", found(&reason.to_string()), why, fix)
        }
        (Some(reason @ Reason::Proxy { .. }), _) => {
            let why = "the way out leads through this proxy";
            let fix = "give it a login (`http://USER:PASSWORD@HOST:PORT`), or make an exception in NO_PROXY";
            Finding::problem("proxy-unreachable", found(&reason.to_string()), why, fix)
        }
        (Some(reason @ Reason::Other { .. }), _) => Finding::note(
            "answer-unexpected",
            found(&reason.to_string()),
            "it was not asked to the end",
            "nothing is to do",
        ),
        (Some(reason), _) if probed.proxy.is_some() && probed.connection.is_none() => {
            let why = "the way out leads through this proxy, and it does not answer";
            let fix = "correct the variable, or unset it; NO_PROXY makes exceptions";
            Finding::problem("proxy-unreachable", found(&reason.to_string()), why, fix)
        }
        (Some(reason), _) => {
            let why = "goward asks the next source; without another one nothing can be fetched";
            let fix = "check DNS, VPN and firewall; where a proxy is needed, HTTPS_PROXY names it";
            Finding::problem("host-unreachable", found(&reason.to_string()), why, fix)
        }
        (None, Some(status)) if status >= 500 => {
            let why = "the server itself has a fault";
            Finding::problem(
                "answer-unexpected",
                found(&format!("it answers {status}")),
                why,
                "try again later, or another source",
            )
        }
        (None, status) => {
            let status = status.map(|status| status.to_string()).unwrap_or_default();
            let why = "it answers, and its certificate is trusted";
            Finding::note("network-answer", found(&format!("it answers {status}")), why, "nothing is to do")
        }
    }
}
