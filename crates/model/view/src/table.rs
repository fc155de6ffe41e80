//! Every output, by command.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::View;
use crate::*;

/// An output of the program.
pub struct Output {
    /// The command line that prints it.
    pub command: &'static str,
    /// The value of its field `schema`.
    pub schema: &'static str,
    /// Its schema.
    pub describe: fn(&mut SchemaGenerator) -> Schema,
    /// Reads what follows `schema` back into its type, and fails at any field that the type does not have.
    pub read: fn(Value) -> Result<(), serde_json::Error>,
}

const fn output<T: View + JsonSchema + DeserializeOwned>(command: &'static str) -> Output {
    Output {
        command,
        schema: T::SCHEMA,
        describe: |generator| generator.subschema_for::<T>(),
        read: |value| serde_json::from_value::<T>(value).map(|_| ()),
    }
}

/// Every output on standard output, in the order of the commands.
pub const TABLE: &[Output] = &[
    output::<Install>("install"),
    output::<InstallPlan>("install --dry-run"),
    output::<Uninstall>("uninstall"),
    output::<List>("list"),
    output::<ListRemote>("list --remote"),
    output::<ListDisk>("list --disk"),
    output::<Use>("use"),
    output::<UsePlan>("use --dry-run"),
    output::<Pin>("pin"),
    output::<PinWrite>("pin VERSION, pin --lock"),
    output::<Import>("import --all, import PATH"),
    output::<ImportPlan>("import, import --dry-run"),
    output::<Forget>("import --forget"),
    output::<Migrate>("migrate"),
    output::<MigratePlan>("migrate --dry-run"),
    output::<Upgrade>("upgrade"),
    output::<UpgradePlan>("upgrade --dry-run"),
    output::<Outdated>("outdated"),
    output::<Choice>("current"),
    output::<Which>("which"),
    output::<Why>("why"),
    output::<WhyFloor>("why --floor"),
    output::<Where>("where"),
    output::<Env>("env"),
    output::<EnvTree>("env --tree"),
    output::<Status>("status"),
    output::<Ps>("ps"),
    output::<PsEnv>("ps --env"),
    output::<History>("history"),
    output::<Undo>("undo"),
    output::<Rollback>("rollback"),
    output::<SnapshotCreate>("snapshot create"),
    output::<SnapshotList>("snapshot list"),
    output::<Snapshot>("snapshot show"),
    output::<SnapshotDiff>("snapshot diff"),
    output::<SnapshotVerify>("snapshot verify"),
    output::<SnapshotRestore>("snapshot restore"),
    output::<SnapshotProtect>("snapshot protect"),
    output::<SnapshotPrune>("snapshot delete, snapshot prune"),
    output::<SnapshotSync>("snapshot push, snapshot pull"),
    output::<BlockChange>("block VERSION, unblock"),
    output::<BlockList>("block --list"),
    output::<Graph>("graph"),
    output::<GraphSaved>("graph --save"),
    output::<GraphDiff>("graph diff"),
    output::<GraphWhy>("graph why"),
    output::<Diff>("diff"),
    output::<Prune>("prune"),
    output::<Shims>("shims"),
    output::<ShimsWritten>("shims --write"),
    output::<Verify>("verify"),
    output::<BundleCreate>("bundle create"),
    output::<BundleInstall>("bundle install"),
    output::<BundleVerify>("bundle verify"),
    output::<Gate>("gate judge, gate run"),
    output::<GateRules>("gate rules"),
    output::<GateCheck>("gate rules --check"),
    output::<SandboxRun>("sandbox run"),
    output::<SandboxProbe>("sandbox probe"),
    output::<Config>("config"),
    output::<ConfigChange>("config set, config unset, config edit"),
    output::<Setup>("setup, unsetup"),
    output::<SelfUninstall>("self uninstall"),
    output::<Activate>("activate"),
    output::<IdeCheck>("ide check"),
    output::<IdeSetup>("ide setup"),
    output::<Check>("check"),
    output::<CheckLists>("check --list"),
    output::<Doctor>("doctor, system check"),
    output::<DoctorLog>("doctor --from-log"),
    output::<DoctorList>("doctor --list"),
    output::<DrillRun>("drill"),
    output::<DrillList>("drill --list"),
    output::<DrillReport>("drill --report"),
    output::<SystemInit>("system init, --system setup"),
    output::<SystemStatus>("system status"),
    output::<Completions>("completions"),
    output::<Man>("man"),
];

/// The lines of the error stream.
pub const ERROR_STREAM: &[Output] = &[output::<ErrorReport>("a failure"), output::<Notice>("everything else")];

/// Command lines that print no data of goward's, each with the reason.
pub const WITHOUT_DATA: &[(&str, &str)] = &[
    ("run", "what is printed is the output of the program that it runs; goward's own lines are objects as ever"),
    (
        "gate run",
        "what is printed is the output of the program that it runs; the verdict, a `goward.gate/1`, is the last line of the error stream, and in the file of `-o`",
    ),
    ("--help, --version", "the text is for people"),
];

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use schemars::generate::SchemaSettings;

    use super::*;

    /// Names whose values have one role and differ in their words or in the facts beside the role.
    const ROLES: [(&str, &str); 8] = [
        ("action", "a word for what is done with the thing"),
        ("kind", "a word for what sort of thing it is"),
        ("modules", "a list of objects that have `module`"),
        ("reason", "why; a word where the program decides, a text where the user or a source said it"),
        ("state", "a word for where the thing is; of a failure a text"),
        ("toolchains", "a list of objects that have `toolchain`"),
        ("value", "a value as it was set"),
        ("verdict", "a word for what came of the thing"),
    ];

    fn definitions() -> serde_json::Map<String, Value> {
        let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        for output in TABLE.iter().chain(ERROR_STREAM) {
            (output.describe)(&mut generator);
        }
        generator.take_definitions(true)
    }

    /// What a field holds, be it there or `null`.
    fn kind(schema: &Value) -> String {
        if let Some(name) = schema["$ref"].as_str() {
            return name.to_owned();
        }
        let several = schema["anyOf"].as_array().or_else(|| schema["type"].as_array());
        let several = several.map(|several| {
            let kinds = several.iter().map(|one| one.as_str().map_or_else(|| kind(one), str::to_owned));
            kinds.filter(|kind| kind != "null").collect::<Vec<_>>().join(" ")
        });
        let one = || match schema["type"].as_str().unwrap_or_default() {
            "array" => format!("list of {}", kind(&schema["items"])),
            word => word.to_owned(),
        };
        several.unwrap_or_else(one)
    }

    #[test]
    fn one_name_means_one_thing() {
        let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for schema in definitions().values() {
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                kinds.entry(field.clone()).or_default().insert(kind(schema));
            }
        }
        let has_role = |name: &str| ROLES.iter().any(|(role, _)| *role == name);
        let several: Vec<_> = kinds.iter().filter(|(name, kinds)| kinds.len() > 1 && !has_role(name)).collect();
        assert!(several.is_empty(), "{several:#?}");
    }

    #[test]
    fn every_type_is_closed_and_every_field_and_word_is_documented() {
        for (name, schema) in &definitions() {
            assert!(schema["description"].is_string(), "{name}");
            if let Some(fields) = schema["properties"].as_object() {
                assert_eq!(schema["additionalProperties"], false, "{name}");
                assert_eq!(
                    schema["required"].as_array().map(Vec::len),
                    Some(fields.len()),
                    "{name}: a field is left out"
                );
                let silent = fields.iter().filter(|(_, field)| !field["description"].is_string());
                assert_eq!(silent.map(|(field, _)| field).collect::<Vec<_>>(), [""; 0], "{name}");
            }
            let words = schema["oneOf"].as_array().into_iter().flatten();
            assert!(words.clone().all(|word| word["description"].is_string()), "{name}");
            assert!(schema["enum"].is_null(), "{name} has words without a meaning");
        }
    }
}
