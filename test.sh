#!/usr/bin/env bash
# All tests. A test that needs what this machine lacks says `skipped: …` with the reason; these lines come again at the end.
set -euo pipefail
cd "$(dirname "$0")"
export INSTA_UPDATE=no
said=$(mktemp)
trap 'rm -f "$said"' EXIT
status=0
cargo test --workspace --locked --no-fail-fast -- --show-output "$@" 2>&1 | tee "$said" || status=$?
printf '\nskipped by tests that lack something here: '
grep -hE '^skipped: ' "$said" | sort | uniq -c || echo "nothing"
exit "$status"
