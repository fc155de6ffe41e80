//! `goward config`

use context::Ctx;
use context::settings::{Setting, SettingsError, Value};
use serde_json::{Value as Json, json};

use super::Done;
use crate::cli::ConfigArgs;
use crate::failure::Failure;
use crate::outcome::Worded;
use crate::table::columns;

pub(super) fn run(ctx: &Ctx, args: &ConfigArgs) -> Done {
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
    let value: Vec<Json> = shown
        .iter()
        .map(|setting| {
            let mut value = json!({
                "key": setting.def.key,
                "value": data(&setting.shown()),
                "origin": setting.origin.to_string(),
                "env": setting.def.env,
                "default": setting.def.default,
                "doc": setting.def.doc,
            });
            if setting.def.key == "proxy.default" {
                value["build"] = json!(source::build_goproxy().map(|setting| setting.value));
                value["build_origin"] = json!(source::BUILD_GOPROXY_ORIGIN);
            }
            value
        })
        .collect();
    Ok(Box::new(Worded::new(value, text)))
}

/// This build's value, if the setting is `build`.
fn of_build(setting: &Setting) -> Option<String> {
    if setting.def.key != "proxy.default" || !matches!(&setting.value, Value::Text(text) if text == "build") {
        return None;
    }
    let value = source::build_goproxy().map_or_else(|| "none".to_owned(), |setting| format!("`{}`", setting.value));
    Some(format!("this build has {value}: {}", source::BUILD_GOPROXY_ORIGIN))
}

fn data(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Count(count) => json!(count),
        Value::Switch(on) => json!(on),
        Value::Words(words) => json!(words),
        Value::Map(pairs) => Json::Object(pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect()),
    }
}
