#!/usr/bin/env bash
# Shows what the scan wrote: the job's summary, and annotations.
#
# Environment: REPORTS, the folder of the scan's reports.
set -euo pipefail
# shellcheck source=action/commands.sh
. "$(dirname "${BASH_SOURCE[0]}")/commands.sh"

# A scan that could not begin has said why.
[ -e "$REPORTS/perlscan.md" ] || exit 0
if [ -z "${GITHUB_STEP_SUMMARY:-}" ]; then
    said warning "the job's summary was not written: this runner has none"
elif ! cat -- "$REPORTS/perlscan.md" 2>/dev/null >>"$GITHUB_STEP_SUMMARY"; then
    said warning "the job's summary was not written: the runner's file for it can't be written"
fi
# Each line is a command, escaped where it was made; another line is none of ours.
grep -E '^::(error|warning|notice|debug)[ :]' -- "$REPORTS/annotations" || true
rm -f -- "$REPORTS/annotations"
