#!/usr/bin/env bash
# All tests. Tests that need something this machine lacks print `skipped: …` with the reason.
set -euo pipefail
cd "$(dirname "$0")"
export INSTA_UPDATE=no
cargo test --workspace --locked --no-fail-fast -- "$@"
