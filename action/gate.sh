#!/usr/bin/env bash
# Ends as the scan ended; to be run when its results are safe.
#
# Environment: EXIT_CODE, FAILING.
set -euo pipefail
# shellcheck source=action/commands.sh
. "$(dirname "${BASH_SOURCE[0]}")/commands.sh"

case ${EXIT_CODE:-} in
    0) echo "nothing fails the run" ;;
    1)
        said error "${FAILING:+$FAILING }findings or remarks fail the run; the job's summary has them all"
        exit 1
        ;;
    2) stop "perlscan could not do all of its work, as told by the scan; what it found is reported all the same" ;;
    '') stop "there is no exit code: the scan did not run" ;;
    *) stop "exit-code: '$EXIT_CODE' is none of perlscan's, which are 0, 1 and 2" ;;
esac
