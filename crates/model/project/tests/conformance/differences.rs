//! The known differences between the model and a go command, with reasons. A rule that no case needs fails the suite.

use crate::case::Case;
use crate::world::Answer;

/// Every go command of the suite.
const ALL: &[&str] = &["1.21.13", "1.22.10", "1.24.11", "1.27.3"];

/// A rule.
pub struct Difference {
    pub name: &'static str,
    /// The go commands to which it applies.
    pub versions: &'static [&'static str],
    pub why: &'static str,
    fits: fn(&Case, &Seen<'_>) -> bool,
}

/// What was seen.
struct Seen<'a> {
    base: &'a str,
    ours: &'a Answer,
    theirs: &'a Answer,
}

/// The rules; the first match counts.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "equal toolchain line",
        versions: &["1.21.13", "1.22.10"],
        why: "a toolchain line that is as new as the base was followed; since Go 1.24 at the latest it must be newer",
        fits: |_, seen| {
            let version = |answer: &Answer| match answer {
                Answer::Named(name) => pin::toolchain_version(name).map(str::to_owned),
                Answer::Local => Some(seen.base.to_owned()),
                Answer::Refused => None,
            };
            match (version(seen.ours), version(seen.theirs)) {
                (Some(ours), Some(theirs)) => pin::compare(&ours, &theirs).is_eq(),
                _ => false,
            }
        },
    },
    Difference {
        name: "equal toolchain line over a custom base",
        versions: &["1.21.13", "1.22.10"],
        why: "as before; the plain release takes the place of a custom build that goward refuses",
        fits: |case, seen| {
            let base = case
                .setting("GOTOOLCHAIN")
                .and_then(|value| value.strip_suffix("+auto").or(value.strip_suffix("+path")));
            let base = base.and_then(pin::toolchain_version);
            let named =
                |name: &str| pin::toolchain_version(name).zip(base).is_some_and(|(a, b)| pin::compare(a, b).is_eq());
            *seen.ours == Answer::Refused
                && match seen.theirs {
                    Answer::Named(name) => named(name) && base.is_some_and(|base| *name == format!("go{base}")),
                    Answer::Local => base == Some(seen.base),
                    Answer::Refused => false,
                }
        },
    },
    Difference {
        name: "go.work alone under GO111MODULE=auto",
        versions: &["1.21.13", "1.22.10", "1.24.11"],
        why: "GO111MODULE=auto looked for a go.mod only; Go 1.27 is content with a go.work",
        fits: |case, seen| {
            let auto = case.setting("GO111MODULE") == Some("auto")
                || case.goenv.as_deref().is_some_and(|text| text.contains("GO111MODULE=auto"));
            auto && *seen.theirs == Answer::Local
        },
    },
    Difference {
        name: "go install and go run of a version",
        versions: &["1.21.13", "1.22.10", "1.24.11"],
        why: "`go install pkg@version` and `go run pkg@version` passed over the project; Go 1.27 reads it first",
        fits: |case, seen| case.args.iter().any(|arg| arg.contains('@')) && *seen.theirs == Answer::Local,
    },
    Difference {
        name: "custom toolchain in GOTOOLCHAIN",
        versions: ALL,
        why: "goward has no toolchains with a suffix and says so, where the go command looks for one",
        fits: |case, seen| {
            let base = case.setting("GOTOOLCHAIN").and_then(|value| value.split('+').next()).unwrap_or_default();
            let custom = base.contains(['-', ' ', '\t']);
            custom && *seen.ours == Answer::Refused && *seen.theirs == Answer::Named(base.to_owned())
        },
    },
    Difference {
        name: "first release with .0 before 1.21 in GOTOOLCHAIN",
        versions: ALL,
        why: "go1.20 is the name that was released; the go command looks for go1.20.0, which never was",
        fits: |_, seen| match (seen.ours, seen.theirs) {
            (Answer::Named(ours), Answer::Named(theirs)) => {
                let version = |name: &str| pin::toolchain_version(name).map(str::to_owned).unwrap_or_default();
                *theirs == format!("{ours}.0") && pin::compare(&version(ours), &version(theirs)).is_eq()
            }
            _ => false,
        },
    },
    Difference {
        name: "relative GOWORK beside GOTOOLCHAIN",
        versions: ALL,
        why: "GOTOOLCHAIN alone decides, and the go command that was chosen says what is wrong with GOWORK; \
              the go command says it before it goes there under GO111MODULE=auto without a go.mod, and Go 1.24 \
              and 1.27 say it right after they chose themselves",
        fits: |case, seen| {
            let goenv = case.goenv.as_deref().unwrap_or_default();
            let relative = case.setting("GOWORK") == Some("go.work") || goenv.contains("GOWORK=go.work\n");
            let decides = case
                .setting("GOTOOLCHAIN")
                .is_some_and(|value| !value.contains('+') && value != "auto" && value != "path");
            relative && decides && *seen.theirs == Answer::Refused
        },
    },
    Difference {
        name: "overlong version",
        versions: ALL,
        why: "goward bounds a version's text to 64 bytes; the longest of a release has eight",
        fits: |_, seen| matches!(seen.theirs, Answer::Named(name) if name.len() > 64),
    },
];

/// The rule by which these may differ.
pub fn known(case: &Case, base: &str, ours: &Answer, theirs: &Answer) -> Option<&'static Difference> {
    let seen = Seen { base, ours, theirs };
    DIFFERENCES.iter().find(|rule| rule.versions.contains(&base) && (rule.fits)(case, &seen))
}
