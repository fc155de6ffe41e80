//! The module proxies that this build asks if no `GOPROXY` is set anywhere (`build.rs` computes them).

use crate::GoSetting;

/// Where this build's default comes from, or why there is none.
pub const BUILD_GOPROXY_ORIGIN: &str = env!("GOWARD_BUILD_GOPROXY_ORIGIN");

/// This build's default `GOPROXY`; none in a build that was given none. It never has credentials.
pub fn build_goproxy() -> Option<GoSetting> {
    let value = env!("GOWARD_BUILD_GOPROXY");
    let origin = format!("the default of this build: {BUILD_GOPROXY_ORIGIN}");
    (!value.is_empty()).then(|| GoSetting { value: value.to_owned(), origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_of_a_build_holds_no_credentials() {
        // Depends on the build machine, so the test does not name the proxy.
        let value = build_goproxy().map(|setting| setting.value).unwrap_or_default();
        assert!(!value.contains(['@', '?', '#', '\n']));
        assert!(!BUILD_GOPROXY_ORIGIN.is_empty());
    }
}
