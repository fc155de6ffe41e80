//! What goward hands to its own later stages: words of a command line, since a path need not be text.
//!
//! A sandbox is set up by two stages of goward, each a process of its own (`features/sandbox`). The first starts the second
//! with the same plan, and adds what has become of its rungs.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::folders::{Access, Folder};
use crate::net::Net;
use crate::promise::Asked;
use crate::rung::{Outcome, Outcomes, Rung};

/// The most bytes of all words of a plan: half of what Linux takes for arguments and environment where the stack is
/// bounded by 1 MiB.
pub const WORDS_BYTES_MAX: usize = 128 << 10;

/// A stage of goward that sets a sandbox up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Enters the name spaces that only its children live in.
    Outer,
    /// Is the first process inside: builds the view, gives up its rights, starts the program.
    Inner,
}

/// What the stages need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Which stage reads it.
    pub stage: Stage,
    /// The number of the file descriptor to goward.
    pub channel: i32,
    /// The process that starts this stage.
    pub parent: u32,
    /// What is asked for. The time is goward's own business and is not handed on.
    pub asked: Asked,
    /// Whether less than that is enough.
    pub best_effort: bool,
    /// The control groups that the program joins: their `cgroup.procs`.
    pub groups: Vec<PathBuf>,
    /// What the program sees.
    pub folders: Vec<Folder>,
    /// A private folder, for a machine that cannot have a private `/tmp`.
    pub scratch: PathBuf,
    /// Where the program runs.
    pub folder: PathBuf,
    /// What has become of the rungs so far.
    pub outcomes: Outcomes,
    /// The program, its `argv[0]`, and its arguments. None for a probe, which starts nothing.
    pub program: Option<(PathBuf, OsString, Vec<OsString>)>,
}

/// Words that are no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// What is wrong.
    pub reason: String,
}

impl Plan {
    /// The plan as words.
    pub fn to_words(&self) -> Vec<OsString> {
        let mut words = Words(Vec::new());
        words.pair("stage", if self.stage == Stage::Outer { "outer" } else { "inner" });
        words.pair("channel", self.channel.to_string());
        words.pair("parent", self.parent.to_string());
        words.pair("net", self.asked.net.word());
        if let Some(bytes) = self.asked.memory_bytes {
            words.pair("memory", bytes.to_string());
        }
        if let Some(count) = self.asked.processes {
            words.pair("processes", count.to_string());
        }
        if self.best_effort {
            words.pair("best-effort", "yes");
        }
        for group in &self.groups {
            words.pair("group", group);
        }
        for Folder { path, access } in &self.folders {
            words.pair(if *access == Access::Write { "write" } else { "read" }, path);
        }
        words.pair("scratch", &self.scratch);
        words.pair("folder", &self.folder);
        for (rung, outcome) in self.outcomes.tried() {
            match outcome {
                Outcome::Holds => words.pair("holds", rung.word()),
                Outcome::Refused(why) => words.pair("refused", format!("{} {why}", rung.word())),
                Outcome::NotAsked => {}
            }
        }
        if let Some((program, name, args)) = &self.program {
            words.pair("program", program);
            words.0.push(name.clone());
            words.0.extend(args.iter().cloned());
        }
        words.0
    }

    /// Reads the words of [`Plan::to_words`].
    ///
    /// # Errors
    /// When they are not such words.
    pub fn parse(words: &[OsString]) -> Result<Plan, PlanError> {
        let mut plan = Plan {
            stage: Stage::Outer,
            channel: -1,
            parent: 0,
            asked: Asked::default(),
            best_effort: false,
            groups: Vec::new(),
            folders: Vec::new(),
            scratch: PathBuf::new(),
            folder: PathBuf::new(),
            outcomes: Outcomes::default(),
            program: None,
        };
        let mut words = words.iter();
        while let Some(key) = words.next() {
            let key = key.to_str().ok_or_else(|| wrong("a key is not text"))?;
            let value = words.next().ok_or_else(|| wrong(&format!("`{key}` has no value")))?;
            if key == "program" {
                let name = words.next().ok_or_else(|| wrong("the program has no name"))?;
                plan.program = Some((PathBuf::from(value), name.clone(), words.cloned().collect()));
                break;
            }
            plan.take(key, value)?;
        }
        if plan.channel < 0 || plan.parent == 0 || plan.folder.as_os_str().is_empty() {
            return Err(wrong("it is not whole"));
        }
        Ok(plan)
    }

    fn take(&mut self, key: &str, value: &OsStr) -> Result<(), PlanError> {
        let text = || value.to_str().ok_or_else(|| wrong(&format!("the value of `{key}` is not text")));
        let folder = |access| Folder { path: PathBuf::from(value), access };
        match key {
            "stage" => {
                self.stage = match text()? {
                    "outer" => Stage::Outer,
                    "inner" => Stage::Inner,
                    other => return Err(wrong(&format!("there is no stage `{other}`"))),
                }
            }
            "channel" => self.channel = number(text()?)?,
            "parent" => self.parent = number(text()?)?,
            "net" => self.asked.net = Net::of_word(text()?).ok_or_else(|| wrong("the network has another word"))?,
            "memory" => self.asked.memory_bytes = Some(number(text()?)?),
            "processes" => self.asked.processes = Some(number(text()?)?),
            "best-effort" => self.best_effort = true,
            "group" => self.groups.push(PathBuf::from(value)),
            "read" => self.folders.push(folder(Access::Read)),
            "write" => self.folders.push(folder(Access::Write)),
            "scratch" => self.scratch = PathBuf::from(value),
            "folder" => self.folder = PathBuf::from(value),
            "holds" => self.outcomes.note(rung(text()?)?, Outcome::Holds),
            "refused" => {
                let (word, why) = text()?.split_once(' ').unwrap_or((text()?, ""));
                self.outcomes.note(rung(word)?, Outcome::Refused(why.to_owned()));
            }
            other => return Err(wrong(&format!("there is no key `{other}`"))),
        }
        Ok(())
    }
}

struct Words(Vec<OsString>);

impl Words {
    fn pair(&mut self, key: &str, value: impl AsRef<OsStr>) {
        self.0.push(key.into());
        self.0.push(value.as_ref().to_owned());
    }
}

fn rung(word: &str) -> Result<Rung, PlanError> {
    Rung::of_word(word).ok_or_else(|| wrong(&format!("there is no rung `{word}`")))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, PlanError> {
    text.parse().map_err(|_| wrong(&format!("`{text}` is no such number")))
}

fn wrong(reason: &str) -> PlanError {
    PlanError { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_back() {
        let mut outcomes = Outcomes::default();
        outcomes.note(Rung::UserNamespace, Outcome::Holds);
        outcomes.note(Rung::MemoryGroup, Outcome::Refused("no group may be made: denied".to_owned()));
        let plan = Plan {
            stage: Stage::Inner,
            channel: 5,
            parent: 17,
            asked: Asked { net: Net::Proxy, memory_bytes: Some(1 << 30), processes: Some(64), time: None },
            best_effort: true,
            groups: vec![PathBuf::from("/sys/fs/cgroup/a b/cgroup.procs")],
            folders: vec![
                Folder { path: PathBuf::from("/p"), access: Access::Read },
                Folder { path: PathBuf::from("/p/out put"), access: Access::Write },
            ],
            scratch: PathBuf::from("/s"),
            folder: PathBuf::from("/p"),
            outcomes,
            program: Some((PathBuf::from("/bin/go"), "go".into(), vec!["program".into(), "".into(), "--".into()])),
        };
        assert_eq!(Plan::parse(&plan.to_words()), Ok(plan.clone()));
        let probe = Plan { program: None, ..plan };
        assert_eq!(Plan::parse(&probe.to_words()), Ok(probe));
    }

    #[test]
    fn other_words_are_refused() {
        for words in [
            &[][..],
            &["stage"],
            &["stage", "third"],
            &["channel", "x"],
            &["--help", "x"],
            &["program", "/bin/true"],
            &["holds", "wings"],
            &["net", "some"],
            &["stage", "outer", "channel", "3", "parent", "1"],
        ] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert!(Plan::parse(&words).is_err(), "{words:?}");
        }
    }
}
