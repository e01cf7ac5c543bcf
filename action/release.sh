#!/usr/bin/env bash
# Downloads a released perlscan, and checks it:
#
#   action/release.sh VERSION FOLDER
#
# puts the binary into FOLDER. Exit code 3: there is none to be had for this
# machine, which something else may make good. Any other than 0: what came is not
# what was released, and nothing may make good for that.
#
# Environment: INPUT_ATTESTATION (when-possible or require), GH_TOKEN,
# GITHUB_SERVER_URL.
set -euo pipefail
# shellcheck source=action/commands.sh
. "$(dirname "${BASH_SOURCE[0]}")/commands.sh"
version=$1
into=$2

repository=perlscan/perlscan
workflow=$repository/.github/workflows/release.yml
# No release is nearly as large.
max_bytes=100000000

none() {
    said notice "$1"
    exit 3
}

suffix=
kind=tar.gz
system=$(uname -s) machine=$(uname -m)
case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
esac
case $system/$machine in
    Linux/x86_64 | Linux/aarch64) target=$machine-unknown-linux-musl ;;
    Darwin/x86_64 | Darwin/aarch64) target=$machine-apple-darwin ;;
    MINGW*/x86_64 | MSYS*/x86_64) target=x86_64-pc-windows-msvc suffix=.exe kind=zip ;;
    *) none "there is no release of perlscan for $system on $machine" ;;
esac
name=perlscan-$version-$target
archive=$name.$kind

command -v curl >/dev/null || none "there is no curl to download perlscan $version with"
digest() {
    if command -v sha256sum >/dev/null; then
        sha256sum <"$1"
    else
        shasum -a 256 <"$1"
    fi
}
command -v sha256sum >/dev/null || command -v shasum >/dev/null ||
    none "there is neither sha256sum nor shasum to check perlscan $version with"

new_folder
work=$folder
trap 'rm -rf "$work"' EXIT
for file in "$archive" SHA256SUMS; do
    curl --disable --proto '=https' --proto-redir '=https' --tlsv1.2 --fail --silent --show-error \
        --location --retry 3 --connect-timeout 20 --max-time 300 --max-filesize "$max_bytes" \
        --output "$work/$file" \
        "https://github.com/$repository/releases/download/v$version/$file" 2>"$work/log" || {
        quoted "$work/log"
        none "$file of perlscan $version can't be downloaded"
    }
done

wanted=$(tr -d '\r' <"$work/SHA256SUMS" |
    awk -v name="$archive" '$2 == name || $2 == "*" name { print tolower($1) }')
[[ $wanted =~ ^[0-9a-f]{64}$ ]] ||
    stop "SHA256SUMS of perlscan $version has no checksum of $archive, or several: nothing of it is used"
found=$(digest "$work/$archive")
found=${found%% *}
[ "$found" = "$wanted" ] ||
    stop "$archive has the checksum $found, and SHA256SUMS says $wanted: it is not what was released, and is not used"

# Why the attestation can't be verified here, if it can't.
missing=
if ! command -v gh >/dev/null; then
    missing="there is no gh on this machine"
elif ! gh attestation verify --help >"$work/help" 2>&1; then
    missing="this gh knows no \`gh attestation verify\`"
elif [ -z "${GH_TOKEN:-}" ]; then
    missing="the action was given no token"
elif [ "${GITHUB_SERVER_URL:-https://github.com}" != https://github.com ]; then
    missing="the token is for $GITHUB_SERVER_URL, and the release is on github.com"
fi
if [ -n "$missing" ]; then
    [ "${INPUT_ATTESTATION:-when-possible}" != require ] ||
        stop "the attestation of $archive can't be verified, and \`attestation: require\` is given: $missing"
    said notice "the checksum of $archive is right; its attestation was not verified: $missing"
    verified=checksum
else
    asked=(--repo "$repository" --signer-workflow "$workflow")
    # Older ones can't ask for the tag; the version is compared later in any case.
    if grep -q -e '--source-ref' "$work/help"; then
        asked+=(--source-ref "refs/tags/v$version")
    fi
    if ! GH_HOST=github.com gh attestation verify "$work/$archive" "${asked[@]}" >"$work/log" 2>&1; then
        quoted "$work/log"
        stop "the attestation of $archive was not verified: gh's words are above. The binary is not used; where only the look-up failed, run the job again"
    fi
    verified=attestation
fi

case $kind in
    zip) unzip -q -j -o "$work/$archive" "$name/perlscan$suffix" -d "$into" >"$work/log" 2>&1 ;;
    *) tar -x -z -f "$work/$archive" -C "$work" "$name/perlscan" >"$work/log" 2>&1 &&
        mv "$work/$name/perlscan" "$into/" ;;
esac || {
    quoted "$work/log"
    stop "$archive can't be unpacked"
}
echo "perlscan $version for $target; verified by its $verified"
output verified "$verified"
