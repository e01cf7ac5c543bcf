# The steps of .ci/run: what they are called, how long each took, and several beside each
# other. To be read by `.`.
# shellcheck shell=bash

steps=$(mktemp -d)
: >"$steps/times"
step_name=
declare -A beside=()

# Begins a step; the one before has ended.
step() {
    step_ends
    step_name=$* step_begin=$SECONDS
    printf '\n== %s\n' "$step_name"
}

step_ends() {
    [ -n "$step_name" ] || return 0
    local took=$((SECONDS - step_begin))
    echo "-- $took s: $step_name"
    printf '%5d s  %s%s\n' "$took" "$step_name" "${lane:+ (beside others: $lane)}" >>"$steps/times"
    step_name=
}

# Runs a function with its steps beside what follows. What it prints comes as a whole
# when it is awaited.
begin_beside() {
    # A group of processes of its own, which can be ended as one.
    set -m
    (
        lane=$1 step_name=
        trap step_ends EXIT
        "$1"
    ) >"$steps/$1.log" 2>&1 </dev/null &
    beside[$1]=$!
    set +m
}

# Waits for such a function, prints what it printed, and fails if it failed.
await() {
    local status=0
    step "until it is done: $1"
    wait "${beside[$1]}" || status=$?
    unset "beside[$1]"
    printf '\n==== beside the steps above: %s\n' "$1"
    cat "$steps/$1.log"
    printf '\n==== end of %s\n' "$1"
    [ "$status" = 0 ] || { echo "$1 failed with $status: see its last step above" >&2; return "$status"; }
}

# For the trap on EXIT: ends what still runs beside, and says how long each step took.
steps_end() {
    local function
    step_ends
    for function in "${!beside[@]}"; do
        kill -- "-${beside[$function]}" 2>/dev/null || true
        printf '\n==== beside the steps above, not awaited: %s\n' "$function"
        cat "$steps/$function.log"
    done
    printf '\n== how long the steps took\n'
    cat "$steps/times"
    printf '%5d s  from beginning to end\n' "$SECONDS"
    rm -rf "$steps"
}
