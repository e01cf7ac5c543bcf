#!/usr/bin/env bash
# Makes the .deb of a musl target, which packaging/build.sh has built, and prints
# its path (needs cargo-deb):
#
#   packaging/deb.sh TARGET FOLDER
#
# The static binary makes it one package for every release of Debian and Ubuntu.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/settings.bash
target=$1
folder=$2
release=$(target_folder)/$target/release
packaging/stage.sh "$target" "$release/perlscan" "$release/share"

# What Cargo.toml names as assets, under the names that Debian wants.
mkdir "$release/share/deb"
cp packaging/debian/* "$release/share/deb"
cp -r "$release/share/man" "$release/share/deb"
gzip -9n "$release/share/deb/man"/*.1
gzip -9n <CHANGELOG.md >"$release/share/deb/changelog.gz"
gzip -9n >"$release/share/deb/changelog.Debian.gz" <<CHANGELOG
perlscan ($(version)-1) unstable; urgency=medium

  * Version $(version); what is new is told in changelog.gz beside this file.

 -- $(sed -n 's/^maintainer = "\(.*\)"$/\1/p' Cargo.toml)  $(LC_ALL=C date -u -R -d "@$(epoch)")
CHANGELOG
mkdir -p "$folder"
# Modes are Cargo.toml's; times are those of the commit.
SOURCE_DATE_EPOCH=$(epoch) cargo deb --quiet --no-build --no-strip --target "$target" --output "$folder"
