//! Compares the Go of each editor with goward's choice.

use std::path::{Path, PathBuf};

use context::Ctx;
use diag::Place;
use release::{Request, Version};
use resolve::Choice;

use crate::error::IdeError;
use crate::go_target::{GoTarget, target_of, version_of};
use crate::goland::{Goland, goroot};
use crate::jsonc::Found;
use crate::path::{BY_PATH, first_go};
use crate::{devcontainer, vscode};

/// How an editor's Go compares with goward's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the same, or goward itself chooses.
    Same,
    /// It is another.
    Differs,
    /// It cannot be determined from outside.
    Unknown,
}

/// The Go that one editor will use.
#[derive(Debug, Clone)]
pub struct EditorGo {
    /// The editor, and which part of it.
    pub editor: String,
    /// The `go`, the tree or the version that it takes.
    pub uses: Option<String>,
    /// Its version, if known.
    pub version: Option<String>,
    /// What decides.
    pub by: String,
    /// The line that decides, if one does.
    pub place: Option<Place>,
    /// How it compares.
    pub verdict: Verdict,
    /// What to do about it, or a remark.
    pub advice: Option<String>,
}

/// The whole comparison.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The folder.
    pub folder: PathBuf,
    /// The version that goward chooses.
    pub version: Version,
    /// Where that comes from.
    pub because: String,
    /// Editor by editor.
    pub editors: Vec<EditorGo>,
}

impl Checked {
    /// Whether no editor differs.
    pub fn agrees(&self) -> bool {
        self.editors.iter().all(|editor| editor.verdict != Verdict::Differs)
    }
}

/// Finds which Go each editor will use in the working folder, and compares it with goward's choice there.
///
/// # Errors
/// When there is no choice, or an editor's file cannot be read or parsed.
pub fn check(ctx: &Ctx, choice: &Choice, version: &Version) -> Result<Checked, IdeError> {
    let folder = ctx.sys.env().folder().to_owned();
    let compare = Compare { ctx, version };
    let mut editors = Vec::new();
    // An editor is opened in the project, which may begin further up.
    for root in roots(&folder, choice) {
        for settings in vscode::all(ctx, &root)? {
            compare.vscode(&settings, &mut editors)?;
        }
        compare.goland(goroot(ctx, &root)?, &mut editors);
        for container in devcontainer::containers(ctx, &root)? {
            editors.push(compare.container(&container));
        }
        if editors.iter().any(|editor| editor.place.is_some()) {
            break;
        }
    }
    // The user's settings do not depend on the folder.
    editors.dedup_by(|a, b| (&a.editor, &a.by, &a.place, &a.uses) == (&b.editor, &b.by, &b.place, &b.uses));
    editors.push(compare.by_path());
    Ok(Checked { folder, version: version.clone(), because: choice.because(), editors })
}

/// The folder, then the project that it belongs to.
fn roots(folder: &Path, choice: &Choice) -> Vec<PathBuf> {
    let mut roots = vec![folder.to_owned()];
    roots.extend(choice.project.clone().filter(|project| project != folder));
    roots
}

struct Compare<'a> {
    ctx: &'a Ctx,
    version: &'a Version,
}

impl Compare<'_> {
    fn verdict_of(&self, version: Option<&str>) -> Verdict {
        match version {
            Some(version) if version == self.version.as_str() => Verdict::Same,
            Some(_) => Verdict::Differs,
            None => Verdict::Unknown,
        }
    }

    /// A `go` that an editor runs.
    fn go(&self, editor: String, go: Option<&Path>, by: String, place: Option<Place>, fix: &str) -> EditorGo {
        let uses = go.map(|go| go.display().to_string());
        let made = |version, verdict, advice| EditorGo { editor, uses, version, by, place, verdict, advice };
        match go.map(|go| target_of(self.ctx, go)) {
            Some(GoTarget::Shim) => made(Some(self.version.to_string()), Verdict::Same, None),
            Some(GoTarget::Tree { version, tree }) => {
                let verdict = self.verdict_of(version.as_deref());
                let elsewhere = !tree.starts_with(self.ctx.store.layout().home());
                let advice = match verdict {
                    Verdict::Differs => Some(fix.to_owned()),
                    Verdict::Same if elsewhere => Some("the same release, of a tree that is not goward's".to_owned()),
                    Verdict::Unknown => Some(format!("`{}` says no version", tree.join("VERSION").display())),
                    Verdict::Same => None,
                };
                made(version, verdict, advice)
            }
            Some(GoTarget::Missing) | None => made(None, Verdict::Differs, Some(format!("it finds no go: {fix}"))),
        }
    }

    fn vscode(&self, settings: &vscode::Settings, editors: &mut Vec<EditorGo>) -> Result<(), IdeError> {
        let go = settings.go(self.ctx)?;
        let fix = match &go.place {
            Some(place) => format!("take the line out at {place}, or run `goward ide setup --vscode`"),
            None => {
                "run `goward ide setup --vscode`, or put goward's shims first in the PATH it is started with".to_owned()
            }
        };
        editors.push(self.go(settings.editor.to_owned(), go.go.as_deref(), go.by, go.place, &fix));
        for (name, found) in go.variables {
            editors.extend(self.variable(settings.editor, &name, found));
        }
        Ok(())
    }

    /// A variable that an editor sets for its tools or its terminal.
    fn variable(&self, editor: &str, name: &str, found: Found) -> Option<EditorGo> {
        let place = Place { path: found.path, line: Some(found.line) };
        let part = if name.starts_with("terminal.") { "terminal" } else { "tools" };
        let (version, verdict) = match name.rsplit('.').next() {
            Some("GOTOOLCHAIN") => {
                let base = found.text.split('+').next().unwrap_or_default();
                // `auto`, `path` and `local` name no release.
                let named = base.strip_prefix("go").filter(|rest| rest.starts_with('1'))?;
                (Some(named.to_owned()), self.verdict_of(Some(named)))
            }
            // A shim chooses by itself.
            Some("go") => match target_of(self.ctx, Path::new(&found.text)) {
                GoTarget::Shim => return None,
                GoTarget::Tree { version, .. } => {
                    let verdict = self.verdict_of(version.as_deref());
                    (version, verdict)
                }
                GoTarget::Missing => (None, Verdict::Differs),
            },
            _ => {
                let version = version_of(self.ctx, Path::new(&found.text));
                let verdict = if version.is_some() { self.verdict_of(version.as_deref()) } else { Verdict::Differs };
                (version, verdict)
            }
        };
        let advice = (verdict == Verdict::Differs).then(|| {
            format!("take `{name}` out at {place}: a go command with another tree's GOROOT or GOTOOLCHAIN is not the one you chose")
        });
        Some(EditorGo {
            editor: format!("{editor}, its {part}"),
            uses: Some(found.text),
            version,
            by: name.to_owned(),
            place: Some(place),
            verdict,
            advice,
        })
    }

    fn goland(&self, goland: Goland, editors: &mut Vec<EditorGo>) {
        let sdk = format!("~/sdk/go{}", self.version);
        editors.extend(match goland {
            Goland::None => None,
            Goland::Unset => Some(EditorGo {
                editor: "GoLand".to_owned(),
                uses: None,
                version: None,
                by: "no tree is named in .idea".to_owned(),
                place: None,
                verdict: Verdict::Unknown,
                advice: Some(format!("choose {sdk} under Settings, Go, GOROOT")),
            }),
            Goland::Tree(tree, place) => {
                let version = version_of(self.ctx, &tree);
                let verdict = if version.is_some() { self.verdict_of(version.as_deref()) } else { Verdict::Differs };
                let advice = (verdict == Verdict::Differs)
                    .then(|| format!("choose {sdk} under Settings, Go, GOROOT (it stands at {place})"));
                Some(EditorGo {
                    editor: "GoLand".to_owned(),
                    uses: Some(tree.display().to_string()),
                    version,
                    by: "the project's GOROOT".to_owned(),
                    place: Some(place),
                    verdict,
                    advice,
                })
            }
        });
    }

    fn container(&self, container: &devcontainer::Container) -> EditorGo {
        let text = container.version.as_ref().map_or("latest", |found| found.text.as_str());
        let exact = text.parse::<Request>().ok().and_then(|request| request.exact());
        let verdict = match (text.parse::<Request>(), exact) {
            // The build of the container resolves such a word to a release.
            (Ok(Request::Latest | Request::OldStable | Request::Supported | Request::Candidate), _) | (Err(_), _) => {
                Verdict::Unknown
            }
            (Ok(request), _) => match request.select([self.version]) {
                Some(_) => Verdict::Same,
                None => Verdict::Differs,
            },
        };
        let place = container.place();
        let advice = match verdict {
            Verdict::Differs if container.feature.is_some() => {
                Some(format!("`goward ide setup --devcontainer` writes {} at {place}", self.version))
            }
            Verdict::Differs => Some(format!("name an image with {} at {place}", self.version)),
            Verdict::Unknown => Some("which release that is shows only when the container is built".to_owned()),
            Verdict::Same => None,
        };
        EditorGo {
            editor: "dev container".to_owned(),
            uses: Some(text.to_owned()),
            version: container.version.as_ref().map(|found| found.text.clone()),
            by: if container.feature.is_some() { "its Go feature" } else { "its image" }.to_owned(),
            place: Some(place),
            verdict,
            advice,
        }
    }

    fn by_path(&self) -> EditorGo {
        let found = first_go(self.ctx);
        let by = match &found {
            Some((_, place)) => format!("PATH, entry {place}"),
            None => "PATH".to_owned(),
        };
        let fix = "put goward's shims first in PATH, and start the editor from there";
        let told = self.go(BY_PATH.to_owned(), found.as_ref().map(|(go, _)| go.as_path()), by, None, fix);
        // Without a go on PATH they have none, which does not count as different.
        if found.is_none() { EditorGo { verdict: Verdict::Unknown, ..told } } else { told }
    }
}
