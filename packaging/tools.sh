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

apt() {
    export DEBIAN_FRONTEND=noninteractive
    if [ "$(id -u)" = 0 ]; then apt-get "$@"; else sudo -E apt-get "$@"; fi
}

python=python3
command -v python3 >/dev/null || python=python
case $target in
    *-linux-*)
        apt update -qq
        apt install -y -qq --no-install-recommends python3-venv >/dev/null
        ;;
esac
"$python" -m venv "$folder/python"
scripts=$folder/python/bin
[ -d "$scripts" ] || scripts=$folder/python/Scripts
"$scripts/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "maturin==$maturin"
case $target in
    *-linux-musl)
        apt install -y -qq --no-install-recommends musl-tools dpkg-dev >/dev/null
        # A program that runs for a second need not be compiled for a minute.
        [ "$(cargo deb --version 2>/dev/null)" = "cargo-deb $cargo_deb" ] ||
            cargo install --quiet --locked --debug --root "$folder" "cargo-deb@$cargo_deb"
        ;;
esac
cat >"$folder/env" <<ENV
export PATH="$scripts:$folder/bin:\$PATH"
export PYTHON="$scripts/python"
ENV
