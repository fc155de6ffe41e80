//! Where a snapshot is made: the CI job and the commit, from the variables that the CI systems set; else `local`.

/// The word where no CI system says anything.
const LOCAL: &str = "local";
/// How many characters of a commit's hash are shown, as `git rev-parse --short` shows them.
const COMMIT_CHARS: usize = 7;

/// Where a snapshot is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiContext {
    /// The CI system; none on a machine without one.
    pub provider: Option<&'static str>,
    /// The job and the commit, joined with `-`; `local` without a CI system.
    pub text: String,
}

/// The variables of one CI system.
struct Provider {
    name: &'static str,
    /// It is this system if this variable has a value (other than `false`).
    mark: &'static str,
    /// The job's name: the first that is set.
    job: &'static [&'static str],
    /// The commit's hash.
    commit: &'static [&'static str],
}

/// The systems, by the pages "default environment variables" of each.
const PROVIDERS: &[Provider] = &[
    Provider { name: "github", mark: "GITHUB_ACTIONS", job: &["GITHUB_JOB"], commit: &["GITHUB_SHA"] },
    Provider { name: "gitlab", mark: "GITLAB_CI", job: &["CI_JOB_NAME"], commit: &["CI_COMMIT_SHA"] },
    Provider {
        name: "azure",
        mark: "TF_BUILD",
        job: &["SYSTEM_JOBNAME", "AGENT_JOBNAME"],
        commit: &["BUILD_SOURCEVERSION"],
    },
    Provider {
        name: "buildkite",
        mark: "BUILDKITE",
        job: &["BUILDKITE_LABEL", "BUILDKITE_STEP_KEY", "BUILDKITE_PIPELINE_SLUG"],
        commit: &["BUILDKITE_COMMIT"],
    },
    Provider { name: "circleci", mark: "CIRCLECI", job: &["CIRCLE_JOB"], commit: &["CIRCLE_SHA1"] },
    // Last, since its plug-ins set some of its variables elsewhere.
    Provider { name: "jenkins", mark: "JENKINS_URL", job: &["JOB_BASE_NAME", "JOB_NAME"], commit: &["GIT_COMMIT"] },
];

/// Where this is, from the environment's variables.
pub fn ci_context(var: impl Fn(&str) -> Option<String>) -> CiContext {
    let set = |name: &str| var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let is_marked = |provider: &&Provider| set(provider.mark).is_some_and(|value| !value.eq_ignore_ascii_case("false"));
    let Some(provider) = PROVIDERS.iter().find(is_marked) else {
        return CiContext { provider: None, text: LOCAL.to_owned() };
    };
    let first = |names: &[&str]| names.iter().find_map(|name| set(name));
    let job = first(provider.job).unwrap_or_else(|| provider.name.to_owned());
    let commit = first(provider.commit).map(|commit| commit.chars().take(COMMIT_CHARS).collect::<String>());
    let text = [Some(job), commit].into_iter().flatten().collect::<Vec<_>>().join("-");
    CiContext { provider: Some(provider.name), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_is_known_by_its_variables() {
        let sha = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
        for (vars, provider, text) in [
            (vec![], None, "local"),
            (vec![("CI", "true")], None, "local"),
            (
                vec![("GITHUB_ACTIONS", "true"), ("GITHUB_JOB", "pr-test"), ("GITHUB_SHA", sha)],
                Some("github"),
                "pr-test-a1b2c3d",
            ),
            (
                vec![("GITLAB_CI", "true"), ("CI_JOB_NAME", "unit"), ("CI_COMMIT_SHA", sha)],
                Some("gitlab"),
                "unit-a1b2c3d",
            ),
            (
                vec![("TF_BUILD", "True"), ("SYSTEM_JOBNAME", "Linux"), ("BUILD_SOURCEVERSION", sha)],
                Some("azure"),
                "Linux-a1b2c3d",
            ),
            (
                vec![("BUILDKITE", "true"), ("BUILDKITE_LABEL", ":go: test"), ("BUILDKITE_COMMIT", sha)],
                Some("buildkite"),
                ":go: test-a1b2c3d",
            ),
            (
                vec![("CIRCLECI", "true"), ("CIRCLE_JOB", "build"), ("CIRCLE_SHA1", sha)],
                Some("circleci"),
                "build-a1b2c3d",
            ),
            (
                vec![("JENKINS_URL", "http://ci/"), ("JOB_NAME", "team/app"), ("GIT_COMMIT", sha)],
                Some("jenkins"),
                "team/app-a1b2c3d",
            ),
            // Half of them set, or set to nothing.
            (vec![("GITHUB_ACTIONS", "true"), ("GITHUB_JOB", " ")], Some("github"), "github"),
            (vec![("GITHUB_ACTIONS", "false"), ("GITHUB_JOB", "x")], None, "local"),
        ] {
            let found =
                ci_context(|name| vars.iter().find(|(var, _)| *var == name).map(|(_, value)| (*value).to_owned()));
            assert_eq!((found.provider, found.text.as_str()), (provider, text), "{vars:?}");
        }
    }
}
