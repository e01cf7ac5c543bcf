#!/usr/bin/env bash
# Writes FOLDER/SHA256SUMS over all other files of the folder, sorted by name.
#
#   packaging/checksums.sh FOLDER
set -euo pipefail
cd "$1"
rm -f SHA256SUMS
LC_ALL=C
export LC_ALL
sha256sum -- * >SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
