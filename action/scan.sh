#!/usr/bin/env bash
# Scans once, and writes all reports. What the scan says does not end the step:
# that is the gate's, after the reports are safe.
#
# Environment: PERLSCAN, INPUT_PATH, INPUT_FAIL_ON, INPUT_UNSCORED, INPUT_STRICT,
# INPUT_CONFIG, INPUT_DATABASE, INPUT_SOURCES, INPUT_MAX_DB_AGE, INPUT_FORMATS,
# INPUT_SINCE, INPUT_CATEGORY, INPUT_ARGS, INPUT_UPLOAD, INPUT_GATE, CONFIG_FROM, CONFIG_FOLDER,
# EVENT_NAME, BASE_SHA.
set -euo pipefail
# shellcheck source=action/commands.sh
. "$(dirname "${BASH_SOURCE[0]}")/commands.sh"

new_folder
reports=$folder
arguments=(
    scan --color never --format table
    --output "sarif=$reports/perlscan.sarif"
    --output "markdown=$reports/perlscan.md"
    --output "github=$reports/annotations"
    --output "jsonl=$reports/perlscan.jsonl"
)
IFS=$', \t\r\n' read -r -d '' -a formats <<<"${INPUT_FORMATS:-}" || true
for format in ${formats[@]+"${formats[@]}"}; do
    case $format in
        # These are written in any case.
        sarif | markdown | jsonl) ;;
        json | tap) arguments+=(--output "$format=$reports/perlscan.$format") ;;
        junit) arguments+=(--output "junit=$reports/perlscan.xml") ;;
        table) arguments+=(--output "table=$reports/perlscan.txt") ;;
        *) stop "formats: '$format' is none of json, jsonl, junit, markdown, sarif, table and tap" ;;
    esac
done

# One word each, so that a value that begins with `-` stays a value.
[ -z "${INPUT_FAIL_ON:-}" ] || arguments+=("--fail-on=$INPUT_FAIL_ON")
[ -z "${INPUT_UNSCORED:-}" ] || arguments+=("--unscored=$INPUT_UNSCORED")
[ -z "${INPUT_CATEGORY:-}" ] || arguments+=("--category=$INPUT_CATEGORY")
[ -z "${INPUT_MAX_DB_AGE:-}" ] || arguments+=("--max-db-age=$INPUT_MAX_DB_AGE")
truth() {
    case $2 in
        true | false) ;;
        *) stop "$1: '$2' is neither true nor false" ;;
    esac
}
truth strict "${INPUT_STRICT:=false}"
truth upload "${INPUT_UPLOAD:=false}"
truth gate "${INPUT_GATE:=true}"
[ "$INPUT_STRICT" = false ] || arguments+=(--strict)
not_updated=
if [ -n "${INPUT_SOURCES:-}" ] && [ "${INPUT_DATABASE:-}" != update ]; then
    stop "sources are given, and they are read only with \`database: update\`"
fi
case ${INPUT_DATABASE:-embedded} in
    embedded) arguments+=(--db=embedded) ;;
    cached) unset PERLSCAN_DB ;;
    update)
        unset PERLSCAN_DB
        lines "${INPUT_SOURCES:-}"
        if [ "${#lines[@]}" -eq 0 ]; then
            arguments+=(--update)
        else
            # Advisories that are asked for by name are no extra: without them the
            # run has not done its work, and yet tells what it can.
            sources=()
            for line in "${lines[@]}"; do
                sources+=("--source=$line")
            done
            "$PERLSCAN" db update "${sources[@]}" >"$reports/update" 2>&1 </dev/null || {
                said error "the advisory sources can't be read, as told below; what is here already is used"
                not_updated=yes
            }
            quoted "$reports/update"
            rm "$reports/update"
        fi
        ;;
    *) arguments+=("--db=$INPUT_DATABASE") ;;
esac
case ${INPUT_SINCE:-} in
    '') ;;
    base)
        if [ -n "${BASE_SHA:-}" ]; then
            arguments+=("--since=$BASE_SHA")
        else
            said notice "since: base is given, and this event has no base: everything is judged"
        fi
        ;;
    *) arguments+=("--since=$INPUT_SINCE") ;;
esac
case ${CONFIG_FROM:-head} in
    none) arguments+=(--no-config) ;;
    base) arguments+=("--config-dir=${CONFIG_FOLDER:?the step before sets it}") ;;
    *) [ -z "${INPUT_CONFIG:-}" ] || arguments+=("--config=$INPUT_CONFIG") ;;
esac
lines "${INPUT_ARGS:-}"
arguments+=(${lines[@]+"${lines[@]}"})
lines "${INPUT_PATH:-}"
arguments+=(-- ${lines[@]+"${lines[@]}"})

code=0
"$PERLSCAN" "${arguments[@]}" >"$reports/table" 2>"$reports/log" </dev/null || code=$?

echo "::group::perlscan"
quoted "$reports/table" "$reports/log"
echo "::endgroup::"
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
        error:*) said error "${line#error: }" ;;
        warning:*) said warning "${line#warning: }" ;;
    esac
done <"$reports/log"
if [ "$code" -gt 2 ]; then
    said error "perlscan ended with $code, which is none of its exit codes: it may have been killed"
    code=2
elif [ "$code" -lt 2 ] && [ ! -s "$reports/perlscan.sarif" ]; then
    said error "perlscan ended with $code and wrote no report"
    code=2
fi

[ -z "$not_updated" ] || code=2

# A line is an object. In a string `"` is written `\"`, so that what is looked for
# here is never the text of a scanned file.
count() { grep "$@" -- "$reports/perlscan.jsonl" 2>/dev/null || true; }
findings=$(count '^{"kind":"finding"' | grep -c -v -E ',"(suppressed":\{|change":"known")') || true
suppressed=$(count '^{"kind":"finding"' | grep -c ',"suppressed":{') || true
failing=$(count -E '^\{"kind":"(finding|remark)"' | grep -c ',"fails":true') || true
removed=
if [ -n "$(count '^{"kind":"change"')" ]; then
    removed=$(count '^{"kind":"change"' | grep -o ',"fingerprint":"' | grep -c .) || true
fi
incomplete=$(count '^{"kind":"summary"' | grep -o -m 1 '"incomplete":[a-z]*') || true
rm -f "$reports/table" "$reports/log"

output exit-code "$code"
output findings "$findings"
output failing "$failing"
output suppressed "$suppressed"
output removed "$removed"
output incomplete "${incomplete#*:}"
output reports "$reports"
sarif=
upload=false
[ ! -s "$reports/perlscan.sarif" ] || sarif=$reports/perlscan.sarif
output sarif "$sarif"
if [ "$INPUT_UPLOAD" = true ] && [ -n "$sarif" ]; then
    if [ "${EVENT_NAME:-}" = pull_request_target ]; then
        # They would be taken for those of the base branch.
        said warning "nothing is uploaded to code scanning on pull_request_target: scan on pull_request for that"
    else
        upload=true
    fi
fi
output upload "$upload"
