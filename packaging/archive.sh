#!/usr/bin/env bash
# Makes the archive of a target, and prints its path:
#
#   packaging/archive.sh TARGET BINARY FOLDER
#
# perlscan-VERSION-TARGET.tar.gz, or .zip for Windows: one folder with the
# binary, README, licences, manual pages and completions.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/settings.bash
target=$1
binary=$2
folder=$3
settings_of "$target"
name=perlscan-$(version)-$target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packaging/stage.sh "$target" "$binary" "$work/$name"
cp "$binary" "$work/$name/perlscan$suffix"
mkdir -p "$folder"
case $target in
    *-windows-*) archive=$folder/$name.zip ;;
    *) archive=$folder/$name.tar.gz ;;
esac
SOURCE_DATE_EPOCH=$(epoch) "$PYTHON" packaging/pack.py "$work/$name" "$archive"
echo "$archive"
