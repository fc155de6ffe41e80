//! Removes credentials from addresses, anywhere in a text.
//!
//! It removes user name and password; after `?` it keeps only the listed parts, since a list of secret words is never
//! complete. The functions do not change clean text.

/// The parts of a query that may be shown: those of the official index and of the go command.
const QUERY_SHOWN: [&str; 4] = ["mode=json", "include=all", "go-get=1", "…"];

/// A query (without its `?`) in printable form: the listed parts, and one `…` for all others.
pub fn shown_query(query: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for part in query.split('&') {
        let part = if QUERY_SHOWN.contains(&part) || part.is_empty() { part } else { "…" };
        if part != "…" || !shown.contains(&"…") {
            shown.push(part);
        }
    }
    shown.join("&")
}

/// Any text, without the credentials of every address in it (`scheme://…`).
pub fn without_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        out.push_str(before);
        let mut end = after.find(ends_address).unwrap_or(after.len());
        // Lists (`GOPROXY`) have no spaces: the next address is handled by itself.
        if let Some(inner) = after[..end].find("://") {
            end = after[..inner].rfind([',', '|']).unwrap_or(end);
        }
        let (address, beyond) = after.split_at(end);
        // The punctuation at the end of a sentence or list does not belong to its last address.
        let closed = address.trim_end_matches([':', ';', ',', '.', ')', '|']);
        out.push_str(&shown_address(closed));
        out.push_str(&address[closed.len()..]);
        rest = beyond;
    }
    out.push_str(rest);
    out
}

/// A command in printable form: its program, and `…` for arguments, which may contain credentials.
pub fn program_of<'w>(mut words: impl Iterator<Item = &'w str>) -> String {
    match (words.next(), words.next()) {
        (Some(program), Some(_)) => format!("{program} …"),
        (program, _) => program.unwrap_or_default().to_owned(),
    }
}

fn ends_address(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '`' | '<' | '>' | '\'')
}

/// What follows `scheme://`.
fn shown_address(address: &str) -> String {
    let authority = address.find(['/', '?', '#', '\\']).unwrap_or(address.len());
    let (host, rest) = address.split_at(authority);
    let host = match host.rsplit_once('@') {
        Some((_, host)) => host,
        // A password with a slash in it: no port looks like that.
        None if rest.contains('@') && has_no_port(host) => return "…".to_owned(),
        None => host,
    };
    let (path, fragment) = rest.split_once('#').map_or((rest, None), |(path, fragment)| (path, Some(fragment)));
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    // An address in the path of another has credentials of its own.
    let mut out = format!("{host}{}", without_credentials(path));
    if let Some(query) = query {
        out.push('?');
        out.push_str(&shown_query(query));
    }
    if fragment.is_some() {
        out.push_str("#…");
    }
    out
}

/// Whether the text after the host's colon is not a number; an address in brackets has its own colons.
fn has_no_port(host: &str) -> bool {
    let Some((_, port)) = host.rsplit_once(':').filter(|_| !host.ends_with(']')) else { return false };
    !port.is_empty() && !port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown_and_the_rest_is() {
        let cases = [
            (
                "fetch https://u:S3CRET@h.test/a?mode=json&include=all: h.test: x",
                "fetch https://h.test/a?mode=json&include=all: h.test: x",
            ),
            ("http://S3CRET@h.test:8080/", "http://h.test:8080/"),
            ("https://h.test/f?sig=S3CRET&mode=json&x=S3CRET", "https://h.test/f?…&mode=json"),
            ("https://h.test/f?S3CRET", "https://h.test/f?…"),
            ("https://h.test/f#S3CRET", "https://h.test/f#…"),
            ("https://u:S3/CR@ET@h.test/", "https://…"),
            ("https://u:S3CR@ET@h.test/", "https://h.test/"),
            ("https://a.test,https://u:S3CRET@b.test|direct", "https://a.test,https://b.test|direct"),
            ("https://a.test/x,https://u:S3CRET@b.test/y?k=S3CRET|direct", "https://a.test/x,https://b.test/y?…"),
            ("pip --index-url=https://u:S3CRET@h.test/simple -v", "pip --index-url=https://h.test/simple -v"),
            ("https://p.test/golang.org/toolchain/@v/list", "https://p.test/golang.org/toolchain/@v/list"),
            ("see (https://go.dev/dl/?mode=json).", "see (https://go.dev/dl/?mode=json)."),
            ("https://[::1]:80/@x", "https://[::1]:80/@x"),
            ("no address: a@b, c://", "no address: a@b, c://"),
        ];
        for (text, shown) in cases {
            assert_eq!(without_credentials(text), shown);
            assert_eq!(without_credentials(shown), shown, "a second time");
        }
    }
}
