//! `goward env`

use context::Ctx;
use resolve::{GO_VARIABLES, GoEnv, Variable, shown};

use super::ensure::remember;
use super::env_tree::value_of;
use super::{CommandResult, env_tree};
use crate::cli::{EnvArgs, EnvShell};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &EnvArgs) -> CommandResult {
    if let Some(unknown) = args.names.iter().find(|name| !GO_VARIABLES.contains(&name.as_str())) {
        return Err(Failure::UnknownVariable { name: unknown.clone() });
    }
    let choice = resolve::choose(ctx, None)?;
    let Some(toolchain) = choice.toolchain.clone() else {
        return Err(Failure::NotInstalled { request: choice.request.to_string() });
    };
    remember(ctx, &choice);
    let env = resolve::go_env(ctx, toolchain, Some(&choice))?;
    if args.tree {
        return Ok(env_tree::drawn(&env, args.format));
    }
    let text = match args.shell {
        Some(shell) => script(ctx, &env, shell)?,
        None if args.explain && !args.names.is_empty() => explained(&named(&env, &args.names)),
        None if !args.names.is_empty() => values(&env, &args.names),
        None if args.explain => {
            let tag = env.toolchain.id.version().tag();
            format!(
                "{tag}, for {}\n\n{}\n{}",
                choice.because(),
                explained(&env.variables.iter().collect::<Vec<_>>()),
                env_tree::text(&env)
            )
        }
        None => env.variables.iter().map(line).collect(),
    };
    let rendered = Rendered::new(views::env(&env, &choice), text);
    // A shell reads a script, another program reads single values.
    let exact = args.shell.is_some() || !args.names.is_empty() && !args.explain;
    Ok(Box::new(if exact { rendered.exact() } else { rendered }))
}

fn line(variable: &Variable) -> String {
    format!("{}={}\n", variable.name, diag::shown_line(&value_of(variable)))
}

fn named<'a>(env: &'a GoEnv, names: &[String]) -> Vec<&'a Variable> {
    names.iter().filter_map(|name| env.variable(name)).collect()
}

fn values(env: &GoEnv, names: &[String]) -> String {
    named(env, names).into_iter().map(|variable| format!("{}\n", value_of(variable))).collect()
}

fn explained(variables: &[&Variable]) -> String {
    let mut text = String::new();
    for variable in variables {
        text.push_str(&line(variable));
        text.push_str(&format!("    by {}\n", diag::shown_line(&variable.rule.to_string())));
        text.push_str(&format!("    scope: {}\n", variable.rule.scope().1));
        for other in &variable.overruled {
            let over = format!("{} ({})", shown(variable.name, &other.value), other.rule);
            text.push_str(&format!("    over {}\n", diag::shown_line(&over)));
        }
        if let Some(note) = &variable.note {
            text.push_str(&format!("    note: {}\n", diag::shown_line(note)));
        }
    }
    text
}

/// What `goward run` changes, as statements of a shell.
fn script(ctx: &Ctx, env: &GoEnv, shell: EnvShell) -> Result<String, Failure> {
    let bin = env.toolchain.tree.join("bin");
    let mut changes: Vec<(&str, Change)> = Vec::new();
    if env.dropped_goroot.is_some() {
        changes.push(("GOROOT", Change::Unset));
    }
    for (name, path) in &env.set {
        changes.push((name, Change::Set(text_of(path)?)));
    }
    for (name, value) in &env.release {
        changes.push((name, value.clone().map_or(Change::Unset, Change::Set)));
    }
    if ctx.sys.env().search_path().first() != Some(&bin) {
        changes.push(("PATH", Change::Prepend(text_of(&bin)?)));
    }
    Ok(changes.iter().map(|(name, change)| format!("{}\n", statement(shell, name, change))).collect())
}

fn text_of(path: &std::path::Path) -> Result<String, Failure> {
    path.to_str().map(str::to_owned).ok_or_else(|| Failure::NotText { path: path.to_owned() })
}

enum Change {
    Set(String),
    Unset,
    Prepend(String),
}

fn statement(shell: EnvShell, name: &str, change: &Change) -> String {
    let quoted = |text: &str| quoted(shell, text);
    match (shell, change) {
        (EnvShell::Sh | EnvShell::Bash | EnvShell::Zsh, change) => match change {
            Change::Set(value) => format!("export {name}={}", quoted(value)),
            Change::Unset => format!("unset {name}"),
            Change::Prepend(folder) => format!("export {name}={}:\"${name}\"", quoted(folder)),
        },
        (EnvShell::Fish, change) => match change {
            Change::Set(value) => format!("set -gx {name} {}", quoted(value)),
            Change::Unset => format!("set -e {name}"),
            Change::Prepend(folder) => format!("set -gx {name} {} ${name}", quoted(folder)),
        },
        (EnvShell::Pwsh, change) => match change {
            Change::Set(value) => format!("$env:{name} = {}", quoted(value)),
            Change::Unset => format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
            Change::Prepend(folder) => {
                format!("$env:{name} = {} + [IO.Path]::PathSeparator + $env:{name}", quoted(folder))
            }
        },
        (EnvShell::Nu, change) => match change {
            Change::Set(value) => format!("$env.{name} = {}", quoted(value)),
            Change::Unset => format!("hide-env -i {name}"),
            Change::Prepend(folder) => format!("$env.{name} = ($env.{name} | prepend {})", quoted(folder)),
        },
    }
}

/// A text, quoted for the shell.
fn quoted(shell: EnvShell, text: &str) -> String {
    let script = match shell {
        EnvShell::Sh | EnvShell::Bash | EnvShell::Zsh => shell::Script::Sh,
        EnvShell::Fish => shell::Script::Fish,
        EnvShell::Pwsh => shell::Script::Pwsh,
        EnvShell::Nu => shell::Script::Nu,
    };
    shell::quote(script, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_for_powershell_parses_also_with_typographic_quotes() {
        let odd = "C:\\we'ird \u{2018}x\u{2019} $a `b` \u{fc}";
        let changes = [Change::Set(odd.to_owned()), Change::Unset, Change::Prepend(odd.to_owned())];
        for change in &changes {
            let text = statement(EnvShell::Pwsh, "GOPATH", change);
            let parsed = poshtree::v2::parse(&text);
            assert!(parsed.errors.is_empty() && text.is_ascii(), "{:?} in {text}", parsed.errors);
        }
    }
}
