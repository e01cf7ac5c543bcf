#!/usr/bin/env bash
# Makes the wheel of a target into a folder, and prints its path (needs maturin):
#
#   packaging/wheel.sh TARGET FOLDER
#
# A static binary runs with every C library, so the wheel of a musl target is
# tagged for those with glibc and for those with musl.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/settings.bash
target=$1
folder=$2
settings_of "$target"
case $target in
    *-linux-musl) tags="--compatibility manylinux2014 musllinux_1_1" ;;
    *) tags="--compatibility pypi" ;;
esac
mkdir -p "$folder"
# shellcheck disable=SC2086 # one word a flag
maturin build --quiet --release --locked --target "$target" $features $tags --out "$folder" >&2
ls -t "$folder"/perlscan-*.whl | head -1
