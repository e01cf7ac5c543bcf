#!/usr/bin/env bash
# Puts into a folder what is shipped beside the binary:
#
#   packaging/stage.sh TARGET BINARY FOLDER
#
# The manual pages and the completions are what that very binary writes, which
# therefore has to run here.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/settings.bash
target=$1
binary=$2
folder=$3
settings_of "$target"
rm -rf "$folder"
mkdir -p "$folder/completions"
cp README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$folder"
"$binary" man "$folder/man"
while read -r shell file; do
    "$binary" completions "$shell" >"$folder/completions/$file"
done <<'SHELLS'
bash perlscan.bash
zsh _perlscan
fish perlscan.fish
powershell _perlscan.ps1
elvish perlscan.elv
SHELLS
# shellcheck disable=SC2086 # one word a flag
"$PYTHON" packaging/third_party.py "$target" $features >"$folder/THIRD-PARTY-LICENSES"
