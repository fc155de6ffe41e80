//! `goward config`

use context::Ctx;
use context::settings::{Setting, SettingsError, Value};

use super::CommandResult;
use crate::cli::ConfigArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &ConfigArgs) -> CommandResult {
    let all = ctx.settings.all();
    let shown: Vec<&Setting> = match &args.key {
        None => all.iter().collect(),
        Some(key) => {
            let found: Vec<&Setting> = all.iter().filter(|setting| setting.def.key == key).collect();
            if found.is_empty() {
                let keys = all.iter().map(|setting| setting.def.key);
                let nearest = diag::nearest(key, keys, 2);
                let nearest = all.iter().map(|setting| setting.def.key).filter(|key| nearest.contains(key)).collect();
                let origin = context::settings::Origin::Flag("KEY");
                return Err(Failure::from(SettingsError::Unknown { key: key.clone(), origin, nearest }));
            }
            found
        }
    };
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|setting| {
            vec![
                setting.def.key.to_owned(),
                format!("= {}", setting.shown()),
                match of_build(setting) {
                    None => format!("({})", setting.origin),
                    Some(build) => format!("({}; {build})", setting.origin),
                },
            ]
        })
        .collect();
    let text = columns(&rows);
    Ok(Box::new(Rendered::new(views::config(&shown), text)))
}

/// This build's value, if the setting is `build`.
fn of_build(setting: &Setting) -> Option<String> {
    if setting.def.key != "proxy.default" || !matches!(&setting.value, Value::Text(text) if text == "build") {
        return None;
    }
    let value = source::build_goproxy().map_or_else(|| "none".to_owned(), |setting| format!("`{}`", setting.value));
    Some(format!("this build has {value}: {}", source::BUILD_GOPROXY_ORIGIN))
}
