//! The start of a bundle: a shell script that installs goward and starts it; and its counterpart for PowerShell, which
//! is a file beside the bundle.
//!
//! The shell script uses only what every POSIX system has: `sh`, `uname`, `wc`, `mkdir`, `dd`, `chmod`, `mv`, `rm`,
//! `ls`, `id`. It installs goward only where no user except root and the user at work can change it, by the same rule
//! as goward (`sys::Fs::trust`), since it runs the installed file. It ends before the bytes that are not script.
//! Numbers come from the manifest; of the manifest's text only the names of platforms, which are checked words, go into
//! the script.

use std::fmt::Write;

use crate::error::BundleError;
use diag::IoFailure;
use release::Platform;
use source::bundle::{Contents, HEAD_BYTES, Head, MEMBER_ALIGNMENT, Program};

/// The whole start of a bundle, padded with line feeds to its full length (unless it is too long for it).
pub fn shell(head: &Head, contents: &Contents) -> String {
    let mut cases = String::new();
    for Program { platform, span } in &contents.programs {
        let (skip, blocks) = (span.offset / MEMBER_ALIGNMENT, span.bytes / MEMBER_ALIGNMENT);
        let (rest_at, rest) = (span.offset + blocks * MEMBER_ALIGNMENT, span.bytes % MEMBER_ALIGNMENT);
        // Writing to a string cannot fail.
        let _ = writeln!(
            cases,
            "{platform}) skip={skip} blocks={blocks} rest_at={rest_at} rest={rest}\n  sum={} ;;",
            span.sha256
        );
    }
    let has = platforms(contents);
    let mut text = format!("#!/bin/sh\n{}", head.line());
    text.push_str(&SHELL.replace("@CASES@", &cases).replace("@HAS@", &has).replace("@TOTAL@", &head.total.to_string()));
    let room = usize::try_from(HEAD_BYTES).unwrap_or(0).saturating_sub(text.len());
    text.extend(std::iter::repeat_n('\n', room));
    text
}

fn platforms(contents: &Contents) -> String {
    let names: Vec<String> = contents.programs.iter().map(|program| program.platform.to_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

const SHELL: &str = r#"# A bundle of Go toolchains made by goward. Read docs/bundles.md, or run:
#   sh THIS [--to DIR] [--go VERSIONS] [-- COMMAND ...]   install, then run a command under Go
#   sh THIS --setup                                       install, and set your shells up
#   sh THIS --goward DIR                                  put goward itself into DIR, and no more
# Nothing is fetched, no other rights are needed, and without --setup nothing outside DIR is written.
set -eu
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}
export PATH
fail() { code=$1; shift; printf 'error: could not install from the bundle: %s\n' "$*" >&2; exit "$code"; }
case $0 in -*) self=./$0 ;; *) self=$0 ;; esac
[ -f "$self" ] || fail 2 "call it as: sh FILE (it reads itself)"
have=$(($(wc -c <"$self")))
[ "$have" = @TOTAL@ ] || fail 5 "it is damaged: $have of @TOTAL@ bytes are there; copy it again"
case $(uname -s) in
Linux) os=linux ;; Darwin) os=darwin ;; FreeBSD) os=freebsd ;; NetBSD) os=netbsd ;; OpenBSD) os=openbsd ;;
*) os=$(uname -s) ;;
esac
case $(uname -m) in
x86_64 | amd64) arch=amd64 ;; aarch64 | arm64) arch=arm64 ;; armv6l | armv7l | armv8l) arch=arm ;;
i386 | i486 | i586 | i686) arch=386 ;; riscv64 | ppc64le | s390x | loong64) arch=$(uname -m) ;;
*) arch=$(uname -m) ;;
esac
case $os-$arch in
@CASES@*) fail 3 "it has no goward for $os-$arch (it has: @HAS@); with one of your own: goward bundle install $self" ;;
esac
bin=
want=
only=
for word in "$@"; do
  case $want in
  to) bin=$word/bin ; want= ; continue ;;
  goward) bin=$word ; only=yes ; want= ; continue ;;
  esac
  case $word in
  --) break ;;
  --to) want=to ;; --to=*) bin=${word#--to=}/bin ;;
  --goward) want=goward ;; --goward=*) bin=${word#--goward=} ; only=yes ;;
  esac
done
[ -z "$want" ] || fail 2 "--$want needs a folder"
if [ -z "$bin" ]; then
  if [ -n "${GOWARD_HOME:-}" ]; then bin=$GOWARD_HOME/bin
  elif [ -n "${XDG_DATA_HOME:-}" ]; then bin=$XDG_DATA_HOME/goward/bin
  elif [ -n "${HOME:-}" ]; then bin=$HOME/.local/share/goward/bin
  else fail 2 "HOME is not set; say where to with --to DIR"
  fi
fi
case $bin in /*) ;; *) bin=$(pwd)/$bin ;; esac
mask=$(umask)
umask 077
mkdir -p "$bin" || fail 6 "the folder $bin cannot be made"
bin=$(cd "$bin" && pwd -P) || fail 6 "the folder $bin cannot be entered"
me=$(id -u)
# Whether group $2 has nobody in it but user $1, root and me; what the lists do not know counts as others.
alone() {
  [ "$os" != darwin ] && [ -r /etc/passwd ] && [ -r /etc/group ] || return 1
  known= ; harmless=,
  while IFS=: read -r name _ number first _; do
    case $name in +*) return 1 ;; esac
    [ "$number" != "$1" ] || known=yes
    case $number in "$1" | 0 | "$me") harmless=$harmless$name, ; continue ;; esac
    [ "$first" != "$2" ] || return 1
  done </etc/passwd
  [ -n "$known" ] || return 1
  known=
  while IFS=: read -r name _ number members; do
    case $name in +*) return 1 ;; esac
    [ "$number" = "$2" ] || continue
    known=yes
    while [ -n "$members" ]; do
      case $harmless in *",${members%%,*},"*) ;; *) return 1 ;; esac
      case $members in *,*) members=${members#*,} ;; *) members= ;; esac
    done
  done </etc/group
  [ -n "$known" ]
}
# Refuses $1 where somebody else could change it. A sticky folder is good on the way to another ($2).
mine() {
  seen=$(ls -ldn "$1") || fail 6 "$1 cannot be looked at"
  mode=${seen%% *}
  IFS=' ' read -r _ _ owner group _ <<SEEN
$seen
SEEN
  [ "$owner" = "$me" ] || [ "$owner" = 0 ] || fail 7 "$1 belongs to user $owner, and you are user $me; choose a folder of your own"
  case $mode in l*) fail 7 "$1 is a link" ;; ?????????[tT]*) [ -z "$2" ] || return 0 ;; esac
  case $mode in ????????w*) fail 7 "everybody may write to $1; after a look at it: chmod go-w $1" ;; esac
  case $mode in
  ?????w????+*) ;;
  ?????w*) ! alone "$owner" "$group" || return 0 ;;
  *) return 0 ;;
  esac
  fail 7 "group $group may write to $1; after a look at it: chmod g-w $1"
}
at=$bin
on_the_way=
while :; do
  mine "${at:-/}" "$on_the_way"
  [ -n "$at" ] || break
  at=${at%/*}
  on_the_way=yes
done
if [ -e "$bin/goward" ] || [ -h "$bin/goward" ]; then mine "$bin/goward" ""; fi
new=$bin/.goward.$$
set -C
trap 'rm -f "$new"' 0
trap 'exit 130' 1 2 15
{
  dd if="$self" bs=4096 skip="$skip" count="$blocks" 2>/dev/null &&
  dd if="$self" bs=1 skip="$rest_at" count="$rest" 2>/dev/null
} >"$new" || fail 6 "$new cannot be written; is the disk full?"
got=
if command -v sha256sum >/dev/null 2>&1; then got=$(sha256sum <"$new")
elif command -v shasum >/dev/null 2>&1; then got=$(shasum -a 256 <"$new")
fi
[ -n "$got" ] || printf '%s\n' "goward: neither sha256sum nor shasum is here: the program in the bundle is not checked" >&2
case $got in "" | "$sum "*) ;; *) fail 5 "goward in it is damaged; copy it again" ;; esac
chmod 755 "$new" && mv -f "$new" "$bin/goward" || fail 6 "$bin/goward cannot be written"
trap - 0
umask "$mask"
[ -z "$only" ] || { printf '%s\n' "$bin/goward"; exit 0; }
exec "$bin/goward" bundle install "$self" "$@"
exit 1
"#;

/// The script for PowerShell for an existing bundle, if it contains goward for Windows.
///
/// # Errors
/// When the bundle cannot be opened.
pub fn powershell_of(ctx: &context::Ctx, path: &std::path::Path, name: &str) -> Result<Option<String>, BundleError> {
    let opened = source::bundle::open(&ctx.sys, path)?;
    let total = opened.file.length().map_err(IoFailure::on("look at", path))?;
    Ok(powershell(total, &opened.contents, name))
}

/// The script for PowerShell, if the bundle contains goward for Windows. It is a file beside the bundle, whose name it
/// contains.
pub fn powershell(total: u64, contents: &Contents, bundle_name: &str) -> Option<String> {
    let of = |arch: &str| {
        let platform = Platform::new("windows", arch).ok()?;
        contents.programs.iter().find(|program| program.platform == platform)
    };
    let mut cases = String::new();
    for (machine, arch) in [("AMD64", "amd64"), ("ARM64", "arm64")] {
        if let Some(Program { span, .. }) = of(arch) {
            let _ = writeln!(
                cases,
                "  '{machine}' {{ $offset = [long]{}; $bytes = [long]{}; $sum = '{}' }}",
                span.offset, span.bytes, span.sha256
            );
        }
    }
    if cases.is_empty() {
        return None;
    }
    // In single quotes PowerShell reads everything literally, except the quote itself.
    let name = bundle_name.replace('\'', "''");
    let text = POWERSHELL
        .replace("@CASES@", &cases)
        .replace("@TOTAL@", &total.to_string())
        .replace("@NAME@", &name)
        .replace('\n', "\r\n");
    Some(text)
}

const POWERSHELL: &str = r#"# Installs Go from the goward bundle beside this file:
#   powershell -ExecutionPolicy Bypass -File THIS [-To DIR] [-Command go,version]
# Nothing is fetched, no administrator is needed, and nothing outside DIR is written.
param([string]$To, [string[]]$Command)
$ErrorActionPreference = 'Stop'
$bundle = Join-Path $PSScriptRoot '@NAME@'
$have = (Get-Item -LiteralPath $bundle).Length
if ($have -ne @TOTAL@) { Write-Error "the bundle is damaged: $have of @TOTAL@ bytes are there; copy it again"; exit 5 }
switch ($env:PROCESSOR_ARCHITECTURE) {
@CASES@  default { Write-Error "the bundle has no goward for $env:PROCESSOR_ARCHITECTURE"; exit 3 }
}
if (-not $To) { $To = if ($env:GOWARD_HOME) { $env:GOWARD_HOME } else { Join-Path $env:LOCALAPPDATA 'goward' } }
$bin = Join-Path $To 'bin'
New-Item -ItemType Directory -Force -Path $bin | Out-Null
$new = Join-Path $bin ".goward.$PID.exe"
$from = [IO.File]::OpenRead($bundle)
try {
  $null = $from.Seek($offset, 'Begin')
  $out = [IO.File]::Create($new)
  try {
    $buffer = New-Object byte[] 1048576
    while ($bytes -gt 0) {
      $read = $from.Read($buffer, 0, [int][Math]::Min($bytes, $buffer.Length))
      if ($read -le 0) { throw 'the bundle ended early' }
      $out.Write($buffer, 0, $read)
      $bytes -= $read
    }
  } finally { $out.Dispose() }
} finally { $from.Dispose() }
$actual = (Get-FileHash -LiteralPath $new -Algorithm SHA256).Hash.ToLowerInvariant()
if ($actual -ne $sum) { Remove-Item -LiteralPath $new; Write-Error 'goward in the bundle is damaged; copy it again'; exit 5 }
$goward = Join-Path $bin 'goward.exe'
Move-Item -Force -LiteralPath $new -Destination $goward
$words = @('bundle', 'install', $bundle, '--to', $To)
if ($Command) { $words += '--'; $words += $Command }
& $goward @words
exit $LASTEXITCODE
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_for_powershell_parses_whatever_the_bundles_name() {
        let span = |offset| source::bundle::Span { offset, bytes: 5000, sha256: release::Digest::from_bytes([7; 32]) };
        let program = |platform: &str, offset| Program { platform: platform.parse().unwrap(), span: span(offset) };
        let contents = Contents {
            format: source::bundle::FORMAT,
            made_by: "goward".to_owned(),
            programs: vec![program("windows-amd64", 16384), program("windows-arm64", 24576)],
            sections: Vec::new(),
            toolchains: Vec::new(),
        };
        for name in ["go.goward", "it's $one \"of\" `ours`.goward"] {
            let script = powershell(1 << 33, &contents, name).unwrap();
            let parsed = poshtree::v2::parse(&script);
            assert!(parsed.errors.is_empty(), "{:?} in {script}", parsed.errors);
        }
    }
}
