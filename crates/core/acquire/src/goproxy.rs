//! Which module proxies are asked: those of the user's `GOPROXY`, else of the setting `proxy.default`, else of this build.

use context::settings::keys;
use context::{Ctx, goroots};
use source::{GoSetting, ProxySource, build_goproxy, go_setting};

/// The module proxies as a source.
pub(crate) fn proxy_setting(ctx: &Ctx) -> ProxySource {
    ProxySource::new(goproxy(ctx))
}

/// The value that says which module proxies are asked, and where it is set.
pub(crate) fn goproxy(ctx: &Ctx) -> Option<GoSetting> {
    go_setting(&ctx.sys, "GOPROXY", &goroots(ctx)).or_else(|| default_goproxy(ctx))
}

/// The module proxies if no `GOPROXY` is set anywhere: those of the setting, by default this build's.
fn default_goproxy(ctx: &Ctx) -> Option<GoSetting> {
    let setting = ctx.settings.get(keys::PROXY_DEFAULT);
    match ctx.settings.text(keys::PROXY_DEFAULT) {
        None | Some("none") => None,
        Some("build") => build_goproxy(),
        Some(value) => {
            Some(GoSetting { value: value.to_owned(), origin: format!("proxy.default of {}", setting.origin) })
        }
    }
}
