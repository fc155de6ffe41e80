//! What can be typed about bundles.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use release::{Platform, Request};

use super::{platform, request};

/// `goward bundle`
#[derive(Debug, Args)]
pub struct BundleArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: BundleCommand,
}

/// What can be done with a bundle.
#[derive(Debug, Subcommand)]
pub enum BundleCommand {
    /// Put toolchains, their proofs and goward itself into one file.
    Create(BundleCreateArgs),
    /// Install toolchains from a bundle: no network, no other rights.
    Install(BundleInstallArgs),
    /// Check every member and every proof of a bundle, and name what is wrong.
    Verify(BundleVerifyArgs),
}

/// `goward bundle create`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward bundle create --go 1.26,1.27 -o go.goward
  goward bundle create --go 1.27 --platform linux/amd64,windows/amd64 -o go.goward \\
      --goward windows/amd64=goward.exe

The bundle has goward for this platform, and for others that are named with --goward. If it has one
for Windows, goward writes a script for PowerShell beside it. Missing toolchains are installed into
FILE.part.d, which goward removes when the bundle is complete.")]
pub struct BundleCreateArgs {
    /// Which toolchains.
    #[arg(long, value_name = "REQUEST", value_parser = request, value_delimiter = ',', required = true)]
    pub go: Vec<Request>,
    /// The bundle.
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// goward for a platform, as a file.
    #[arg(long, value_name = "OS/ARCH=FILE", value_parser = program)]
    pub goward: Vec<(Platform, PathBuf)>,
    /// Omit goward for this platform.
    #[arg(long)]
    pub no_goward: bool,
    /// The compression level.
    #[arg(long, value_name = "1-19", default_value_t = bundle::LEVEL_DEFAULT, value_parser = clap::value_parser!(i32).range(1..=i64::from(bundle::LEVEL_MAX)))]
    pub level: i32,
}

/// `goward bundle install`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward bundle install go.goward                         everything in it for this platform
  goward bundle install go.goward --go 1.27 --to /opt/go  one toolchain, into a folder of its own
  goward bundle install go.goward --setup                 and the shims first in the PATH of your shells
  goward bundle install go.goward -- go build ./hello     and a command under it
  sh go.goward -- go build ./hello                        the same, where there is no goward yet

The newest toolchain becomes the default where there is none yet.")]
pub struct BundleInstallArgs {
    /// The bundle.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Which toolchains; without it, all that the bundle has for this platform.
    #[arg(long, value_name = "REQUEST", value_parser = request, value_delimiter = ',')]
    pub go: Vec<Request>,
    /// Install into this folder, a separate store, instead of goward's home.
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Set your shells up as well, as `goward setup` does; `goward undo` takes that back.
    #[arg(long)]
    pub setup: bool,
    /// A program to run under the toolchain that is then chosen here, and its arguments, after `--`.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// `goward bundle verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  goward bundle verify go.goward")]
pub struct BundleVerifyArgs {
    /// The bundle.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

fn program(text: &str) -> Result<(Platform, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("`OS/ARCH=FILE` is expected, as in `windows/amd64=goward.exe`")?;
    if path.is_empty() {
        return Err("a file is expected after `=`".to_owned());
    }
    Ok((platform(name)?, PathBuf::from(path)))
}
