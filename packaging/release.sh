#!/usr/bin/env bash
# Builds all that is published for a target into a folder: the archive and the
# wheel, and for a musl target the .deb:
#
#   packaging/release.sh TARGET FOLDER
#
# Needs the target's standard library, python3 and maturin; for musl also
# musl-tools and cargo-deb. The release workflow and .ci/packages both run this.
set -euo pipefail
folder=$(mkdir -p "$2" && cd "$2" && pwd)
cd "$(dirname "$0")/.."
target=$1
binary=$(packaging/build.sh "$target")
packaging/archive.sh "$target" "$binary" "$folder"
packaging/wheel.sh "$target" "$folder"
case $target in
    *-linux-musl) packaging/deb.sh "$target" "$folder" ;;
esac
