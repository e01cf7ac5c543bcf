#!/usr/bin/env bash
# Decides whose perlscan.toml and .perlscanignore count, and fetches the base
# revision's where those of the checkout may be a stranger's.
#
# Environment: INPUT_CONFIG_FROM, INPUT_CONFIG, INPUT_PATH, INPUT_DATABASE,
# INPUT_SOURCES; EVENT_NAME, HEAD_REPOSITORY, BASE_SHA, TOKEN; GITHUB_REPOSITORY, GITHUB_SERVER_URL.
set -euo pipefail
# shellcheck source=action/commands.sh
. "$(dirname "${BASH_SOURCE[0]}")/commands.sh"

from=${INPUT_CONFIG_FROM:-auto}
case $from in
    head | base | none) ;;
    auto)
        from='head'
        # A fork that is gone has no name.
        if [ "${EVENT_NAME:-}" = pull_request_target ]; then
            from=base
        elif [ -n "${BASE_SHA:-}${HEAD_REPOSITORY:-}" ] && [ "${EVENT_NAME:-}" != merge_group ] &&
            [ "${HEAD_REPOSITORY:-}" != "${GITHUB_REPOSITORY:-}" ]; then
            from=base
            if [ -z "${BASE_SHA:-}" ]; then
                said notice "perlscan.toml and .perlscanignore are not read: the event is about a fork, and names no base revision"
                from=none
            fi
        fi
        ;;
    *) stop "config-from: '$INPUT_CONFIG_FROM' is none of auto, head, base and none" ;;
esac
output from "$from"
if [ "$from" = none ] && [ -n "${INPUT_CONFIG:-}" ]; then
    stop "config is given, and config-from: none says that none is to be read"
fi
[ "$from" = base ] || exit 0

sha=${BASE_SHA:-}
[[ $sha =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]] ||
    stop "config-from: base is given, and the event '${EVENT_NAME:-}' names no base revision: it is for pull requests"
command -v git >/dev/null || stop "config-from: base needs git, which is not on this machine"

# No setting of the checkout makes git run anything: a folder of it that looks like
# a repository is none, nothing is fetched for it, and no hook is called.
export GIT_TERMINAL_PROMPT=0 GIT_NO_LAZY_FETCH=1
in_checkout() {
    git -c safe.directory='*' -c safe.bareRepository=explicit -c core.fsmonitor=false \
        -c core.hooksPath=/dev/null -C "$root" "$@"
}

# The folder that holds all paths, as perlscan determines it.
lines "${INPUT_PATH:-}"
[ "${#lines[@]}" -gt 0 ] || lines=(.)
root=
for path in "${lines[@]}"; do
    case $path in
        /* | [A-Za-z]:*) ;;
        *) path=./$path ;;
    esac
    [ -d "$path" ] || path=$(dirname -- "$path")
    one=$(cd -- "$path" 2>/dev/null && pwd -P) || stop "path: '$path' is not there"
    root=${root:-$one}
    while [ "$root" != / ] && [ "$one" != "$root" ] && [ "${one#"$root"/}" = "$one" ]; do
        root=$(dirname -- "$root")
    done
done
if ! top=$(in_checkout rev-parse --show-toplevel 2>/dev/null) || ! top=$(cd -- "$top" && pwd -P); then
    stop "config-from: base needs a git checkout, and '$root' lies in none: check the repository out with actions/checkout first"
fi
[ -z "$(in_checkout rev-parse --show-superproject-working-tree)" ] ||
    stop "config-from: base: '$root' lies in a submodule, of which the event names no base revision"
prefix=${root#"$top"}
prefix=${prefix#/}

# in_base ARGUMENTS...: git, where the base revision is.
in_base() { in_checkout "$@"; }
if ! in_checkout cat-file -e "$sha^{commit}" 2>/dev/null; then
    new_folder
    store=$folder
    trap 'rm -rf "$store"' EXIT
    unset GIT_NO_LAZY_FETCH
    if [ -n "${TOKEN:-}" ]; then
        header=$(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\r\n')
        printf '::add-mask::%s\n' "$header"
        export GIT_CONFIG_COUNT=1
        export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
        export GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $header"
    fi
    in_base() { git --git-dir="$store" -c gc.auto=0 -c maintenance.auto=false "$@"; }
    # The objects of files come when they are asked for, which are two.
    git init --quiet --bare "$store"
    in_base remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
    in_base fetch --quiet --no-tags --depth=1 --filter=blob:none origin "$sha" >"$store/log" 2>&1 || {
        quoted "$store/log"
        stop "the base revision $sha is not in the checkout and can't be fetched, so its configuration is not known: give actions/checkout \`fetch-depth: 0\`, or the action a token that reads the repository"
    }
fi

# take PATH FILE: writes a file of the base revision, if it has one there.
take() {
    local entry mode object
    entry=$(in_base ls-tree --full-tree "$sha" -- "$1") ||
        stop "the base revision $sha can't be read"
    [ -n "$entry" ] || return 1
    mode=${entry%% *}
    case $mode in
        100644 | 100755) ;;
        *) stop "'$1' of the base revision is no plain file" ;;
    esac
    object=${entry#* * }
    object=${object%%$'\t'*}
    in_base cat-file blob "$object" >"$2" || stop "'$1' of the base revision can't be read"
}

new_folder
taken=()
if [ -n "${INPUT_CONFIG:-}" ]; then
    here=$(pwd -P)
    path=${INPUT_CONFIG#./}
    case /$path/ in
        //* | */../* | */./*) stop "config: '$INPUT_CONFIG' has to be a plain path inside the repository, for it is read from its base revision" ;;
    esac
    path=$here/$path
    [ "${path#"$top"/}" != "$path" ] || stop "config: '$INPUT_CONFIG' is not in the repository, and it is read from its base revision"
    take "${path#"$top"/}" "$folder/perlscan.toml" ||
        stop "config: the base revision $sha has no '$INPUT_CONFIG'"
    taken+=("$INPUT_CONFIG, called perlscan.toml in reports")
elif take "${prefix:+$prefix/}perlscan.toml" "$folder/perlscan.toml"; then
    taken+=("perlscan.toml")
fi
if take "${prefix:+$prefix/}.perlscanignore" "$folder/.perlscanignore"; then
    taken+=(".perlscanignore")
fi

# Advisories of the checkout may be a stranger's as well.
refuse_in_checkout() {
    local name
    name=$(basename -- "$2")
    root=$(dirname -- "$2")
    if [ -d "$root" ] && [ -n "$(in_checkout ls-files -- ":(literal)$name" 2>/dev/null)" ]; then
        stop "$1: '$2' is in the checkout, where a pull request can change it: take it from elsewhere"
    fi
}
case ${INPUT_DATABASE:-} in
    '' | embedded | update | cached) ;;
    *) refuse_in_checkout database "$INPUT_DATABASE" ;;
esac
lines "${INPUT_SOURCES:-}"
for line in ${lines[@]+"${lines[@]}"}; do
    place=${line#*=}
    place=${place#git+}
    place=${place#file://}
    [ ! -e "$place" ] || refuse_in_checkout sources "$place"
done

if [ "${#taken[@]}" -eq 0 ]; then
    echo "the base revision $sha has neither perlscan.toml nor .perlscanignore; those of the checkout are not read"
else
    echo "read from the base revision $sha:"
    printf '%s\n' "${taken[@]}" >"$folder/taken"
    quoted "$folder/taken"
    rm "$folder/taken"
fi
output folder "$folder"
