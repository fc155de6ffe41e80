//! Addresses for printing: without passwords, tokens and signatures.

use release::Digest;
use url::Url;

/// A URL for people: without user name, password and fragment, and without the parts of the query that are not on a
/// list.
pub fn redacted(url: &Url) -> String {
    let mut shown = plain(url);
    let Some(query) = url.query() else { return shown.into() };
    shown.set_query(None);
    // Appended as text: the setter would percent-encode the `…`.
    format!("{shown}?{}", diag::shown_query(query))
}

/// The URL for storage on disk: `plain`, with a hash in place of the query, since signed addresses have their secret
/// there. Equal URLs give equal text.
pub(crate) fn mark(url: &Url) -> String {
    let mut kept = plain(url);
    let Some(query) = url.query() else { return kept.into() };
    let hash = Digest::of(query.as_bytes()).front(16);
    kept.set_query(Some(&hash));
    kept.into()
}

/// The URL without user name, password and fragment.
pub(crate) fn plain(url: &Url) -> Url {
    let mut plain = url.clone();
    // Both fail only for URLs that cannot have them.
    let _ = plain.set_username("");
    let _ = plain.set_password(None);
    plain.set_fragment(None);
    plain
}

/// Host and, if it is not the default, port.
pub(crate) fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.scheme().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown_and_the_rest_is() {
        let cases = [
            ("https://user:pass@host.test/a?mode=json&include=all#x", "https://host.test/a?mode=json&include=all"),
            ("http://tok@host.test:8080/", "http://host.test:8080/"),
            ("https://s3.test/f?X-Amz-Signature=abc&v=1", "https://s3.test/f?…"),
            ("https://h.test/f?access_token=abc", "https://h.test/f?…"),
            ("https://h.test/f?Sig=%2Fabc", "https://h.test/f?…"),
        ];
        for (url, shown) in cases {
            assert_eq!(redacted(&Url::parse(url).unwrap()), shown);
        }
        assert_eq!(host(&Url::parse("https://u:p@h.test:444/").unwrap()), "h.test:444");
    }
}
