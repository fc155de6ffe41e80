//! Landlock: rules of the kernel about what this process and its children open (landlock(7)).

use std::io;
use std::path::PathBuf;

use ::landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, NetPort, Ruleset, RulesetAttr,
    RulesetCreatedAttr, Scope, path_beneath_rules,
};

/// The version of the rules that is asked for: devices' controls since 5, scopes since 6. An older kernel takes what it
/// knows.
const VERSION: ABI = ABI::V6;

/// A file or a folder with what may be done with it and what is below.
#[derive(Debug, Clone)]
pub struct FileRule {
    /// Its path. One that does not exist is left out.
    pub path: PathBuf,
    /// Whether it may be written, too.
    pub writable: bool,
}

/// Which TCP ports may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortRule {
    /// None, and none may be opened.
    None,
    /// This one.
    One(u16),
    /// There is no rule.
    Any,
}

/// What this machine's Landlock took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landlocked {
    /// The rules of files.
    pub files: bool,
    /// The rules of ports.
    pub ports: bool,
    /// The scopes: no abstract socket and no signal leaves.
    pub scope: bool,
}

/// Restricts this process and its children. Rights that it has given up before stay so.
///
/// # Errors
/// When the kernel has no Landlock, or refuses a rule.
pub fn restrict_files(rules: &[FileRule], ports: PortRule) -> io::Result<Landlocked> {
    let failed = |error: &dyn std::fmt::Display| io::Error::other(error.to_string());
    let paths = |writable: bool| rules.iter().filter(move |rule| rule.writable == writable).map(|rule| &rule.path);
    let restricted = || -> Result<_, ::landlock::RulesetError> {
        let mut rules = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(VERSION))?
            .scope(Scope::from_all(VERSION))?;
        if ports != PortRule::Any {
            rules = rules.handle_access(AccessNet::from_all(VERSION))?;
        }
        let mut rules = rules
            .create()?
            .add_rules(path_beneath_rules(paths(false), AccessFs::from_read(VERSION)))?
            .add_rules(path_beneath_rules(paths(true), AccessFs::from_all(VERSION)))?;
        if let PortRule::One(port) = ports {
            rules = rules.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?;
        }
        rules.restrict_self()
    };
    match restricted().map_err(|error| failed(&error))?.landlock {
        LandlockStatus::NotEnabled => Err(io::Error::other("Landlock is not enabled in this kernel (`lsm=`)")),
        LandlockStatus::NotImplemented => Err(io::Error::other("this kernel has no Landlock (Linux 5.13 brings it)")),
        LandlockStatus::Available { effective_abi, .. } => Ok(Landlocked {
            files: true,
            ports: ports != PortRule::Any && effective_abi >= ABI::V4,
            scope: effective_abi >= ABI::V6,
        }),
    }
}
