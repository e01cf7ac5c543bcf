#!/usr/bin/env bash
# Makes perlscan available: a released binary, or one built from the action's own
# source where there is no release for this machine.
#
# Environment: INPUT_VERSION, and what action/release.sh reads.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/commands.sh
. "$here/commands.sh"

case ${INPUT_ATTESTATION:-when-possible} in
    when-possible | require) ;;
    *) stop "attestation: '$INPUT_ATTESTATION' is neither when-possible nor require" ;;
esac

own=$(tr -d '\r' <"$here/../Cargo.toml" |
    sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"$/\1/p')
version=${INPUT_VERSION:-$own}
version=${version#v}

# build WHY: from the source that came with the action, which is as much to be
# trusted as the action.
build() {
    command -v cargo >/dev/null ||
        stop "$1, and there is no cargo to build it with: install Rust first, or use a runner that there is a release for"
    echo "::group::cargo install --locked"
    # In that folder, since cargo reads settings of the folder it is started in,
    # and the one that is scanned may be a stranger's.
    (cd "$here/.." && CARGO_TARGET_DIR="$RUNNER_TEMP/perlscan-build" \
        cargo install --locked --path . --root "$folder" --no-track) ||
        stop "perlscan can't be built from the action's source: cargo's words are above"
    echo "::endgroup::"
    binary=$folder/bin/perlscan
    output verified source
}

case $version in
    installed)
        binary=$(command -v perlscan) ||
            stop "version: installed is given, and there is no perlscan in PATH"
        output verified installed
        ;;
    source)
        new_folder
        build "version: source is given"
        ;;
    *)
        [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] ||
            stop "version: '$INPUT_VERSION' is none: write 1.2.3, source or installed, or leave it out"
        new_folder
        code=0
        "$here/release.sh" "$version" "$folder" || code=$?
        if [ "$code" -eq 0 ]; then
            binary=$folder/perlscan
            # An old binary with a new name has a checksum and an attestation, too.
            says=$("$binary" --version 2>/dev/null | tr -d '\r') || says=nothing
            [ "$says" = "perlscan $version" ] ||
                stop "the binary of perlscan $version says that it is '$says': it is not used"
        elif [ "$code" -ne 3 ]; then
            exit "$code"
        elif [ "$version" = "$own" ]; then
            said warning "perlscan $version is built from the action's source, which takes minutes: there is no release to be had, as told above"
            build "there is no release of perlscan $version to be had"
        else
            stop "there is no release of perlscan $version to be had, as told above, and the action's own source is $own: pin the action to the tag v$version, or leave \`version\` out"
        fi
        ;;
esac

output perlscan "$binary"
if [ "$version" != installed ]; then
    dirname -- "$binary" >>"${GITHUB_PATH:?the runner sets it}" ||
        said warning "perlscan is not added to PATH: GITHUB_PATH can't be written"
fi
