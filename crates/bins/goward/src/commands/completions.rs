//! `goward completions`

use crate::cli::{CompletionsArgs, command};
use crate::outcome::{Outcome, Worded};

pub(super) fn run(args: &CompletionsArgs) -> Box<dyn Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "goward", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Box::new(Worded::new(serde_json::json!({ "shell": args.shell.to_string(), "script": script }), script))
}
