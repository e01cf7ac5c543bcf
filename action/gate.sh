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
        case ${FAILING:-} in
            1) what="1 finding or remark fails" ;;
            *) what="${FAILING:+$FAILING }findings or remarks fail" ;;
        esac
        said error "$what the run; the job's summary has all of them"
        exit 1
        ;;
    2) stop "perlscan could not do all of its work, as the scan has told; what it found all the same is in its reports" ;;
    '') stop "there is no exit code: the scan did not run" ;;
    *) stop "exit-code: '$EXIT_CODE' is none of perlscan's, which are 0, 1 and 2" ;;
esac
