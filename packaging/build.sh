#!/usr/bin/env bash
# Builds the binary that is shipped for a target, and prints its path:
#
#   packaging/build.sh TARGET
#
# TARGET is a triple of rustc, whose standard library has to be installed. A binary
# of more than 15 MB is refused.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/settings.bash
target=$1
settings_of "$target"
# shellcheck disable=SC2086 # one word a flag
cargo build --release --locked --quiet --target "$target" $features >&2
binary=$(target_folder)/$target/release/perlscan$suffix
bytes=$(wc -c <"$binary")
if [ "$bytes" -gt 15000000 ]; then
    echo "$binary has $bytes bytes, more than 15 MB: see bench/PACKAGES.md for what makes it smaller" >&2
    exit 1
fi
echo "$binary"
