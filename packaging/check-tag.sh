#!/usr/bin/env bash
# Fails unless a tag names the version that Cargo.toml has:
#
#   packaging/check-tag.sh vVERSION
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/settings.bash
if [ "$1" != "v$(version)" ]; then
    echo "the tag is $1, and Cargo.toml has version $(version): tag v$(version), or raise the version first" >&2
    exit 1
fi
