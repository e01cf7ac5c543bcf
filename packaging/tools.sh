#!/usr/bin/env bash
# Installs what packaging/release.sh needs for a target, besides the toolchain:
#
#   packaging/tools.sh TARGET FOLDER
#
# FOLDER/env, read by `.`, puts it into PATH. Versions are pinned.
set -euo pipefail
target=$1
folder=$(mkdir -p "$2" && cd "$2" && pwd)
maturin=1.16.0
cargo_deb=3.8.0

. "$(dirname "$0")/../.ci/apt.bash"

python=python3
command -v python3 >/dev/null || python=python
case $target in
    *-linux-*) needs python3-venv ;;
esac
"$python" -m venv "$folder/python"
scripts=$folder/python/bin
[ -d "$scripts" ] || scripts=$folder/python/Scripts
"$scripts/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "maturin==$maturin"
case $target in
    *-linux-musl)
        needs musl-tools dpkg-dev
        # A program that runs for a second need not be compiled for a minute.
        [ "$(cargo deb --version 2>/dev/null)" = "cargo-deb $cargo_deb" ] ||
            CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug --root "$folder" "cargo-deb@$cargo_deb"
        ;;
esac
cat >"$folder/env" <<ENV
export PATH="$scripts:$folder/bin:\$PATH"
export PYTHON="$scripts/python"
ENV
