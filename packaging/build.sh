#!/usr/bin/env bash
# Builds the binary that is shipped for a target, and prints its path:
#
#   packaging/build.sh TARGET
#
# TARGET is a triple of rustc, whose standard library has to be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/settings.bash
target=$1
settings_of "$target"
# shellcheck disable=SC2086 # one word a flag
cargo build --release --locked --quiet --target "$target" $features >&2
echo "$(target_folder)/$target/release/perlscan$suffix"
