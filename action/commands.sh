# How the steps speak to the runner; to be read by `.`.
# shellcheck shell=bash
#
# The runner reads commands (`::error::…`) in whatever a step prints. So text that
# a scanned file, a workflow or another program had a hand in is printed by
# `quoted`, or as the data of a command by `said`; and values go to the runner's
# files between marks that nobody can guess.
#
# bash 3.2 runs this, too: macOS has no newer one.

unset CDPATH

# Text as the data of a command.
escaped() {
    local text=$1
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '%s' "$text"
}

# said KIND TEXT: an annotation; KIND is notice, warning or error.
said() {
    printf '::%s title=perlscan::%s\n' "$1" "$(escaped "$2")"
}

# Says what is wrong, and ends the step as one that could not do its work.
stop() {
    said error "$1"
    exit 2
}

# Sets `mark` to something that nobody can guess.
new_mark() {
    mark=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    [ "${#mark}" -eq 32 ] || stop "there is no randomness to be had from /dev/urandom"
}

# quoted FILE...: prints files, in which the runner looks for no commands.
quoted() {
    local mark file
    new_mark
    printf '::stop-commands::%s\n' "$mark"
    for file in "$@"; do
        cat -- "$file"
        # The command has to begin a line, whatever the file ends in.
        [ -z "$(tail -c 1 -- "$file" | tr -d '\n')" ] || echo
    done
    printf '::%s::\n' "$mark"
}

# output NAME VALUE: an output of the step.
output() {
    local mark
    new_mark
    printf '%s<<%s\n%s\n%s\n' "$1" "$mark" "$2" "$mark" >>"${GITHUB_OUTPUT:?the runner sets it}" ||
        stop "the output '$1' can't be written to GITHUB_OUTPUT"
}

# lines TEXT: sets `lines` to the lines that are not empty; blanks within count.
# shellcheck disable=SC2034 # whoever reads this file uses it
lines() {
    local line
    lines=()
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        [ -z "$line" ] || lines+=("$line")
    done <<<"$1"
}

# Sets `folder` to a new folder of this step's own.
# shellcheck disable=SC2034 # likewise
new_folder() {
    folder=$(mktemp -d "${RUNNER_TEMP:?the runner sets it}/perlscan-XXXXXXXX" 2>/dev/null) ||
        stop "no folder can be made in RUNNER_TEMP ($RUNNER_TEMP): let the runner's user write there"
}
