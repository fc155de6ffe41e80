//! What Go's own release index says of an archive.

use release::{Digest, ToolchainId};
use source::Claim;
use url::Url;

use crate::sources::Sources;

/// What Go's own index says of an archive, if it can be asked so that nobody between can have changed it.
pub fn index_says(sources: &Sources, id: &ToolchainId) -> Option<(Digest, Option<u64>)> {
    let located = sources.catalog().official(&sources.ask(), id)?;
    match located.claim {
        Claim::OfficialIndex { origin, sha256 } if is_authentic(&origin) => Some((sha256, located.bytes)),
        _ => None,
    }
}

/// Whether nobody between the index and here can have changed it.
pub(super) fn is_authentic(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| match url.host() {
        Some(url::Host::Ipv4(address)) if address.is_loopback() => true,
        Some(url::Host::Ipv6(address)) if address.is_loopback() => true,
        Some(url::Host::Domain("localhost")) => true,
        _ => url.scheme() == "https",
    })
}
