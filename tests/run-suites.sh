#!/usr/bin/env bash
# run-suites.sh RESULTS EXECUTABLE...
# Runs test executables, two at a time, prints a line for each, and ends with one line alone, the sum over all:
#   N passed, N failed
# What was skipped, for want of something that is not on the machine, is told before it with its reason.
# A suite that crashes, hangs, leaves no result, ends badly without a failed test, or runs no test is one failure
# more. Exits 0 only when tests ran and none failed.
#   SUITE_SECONDS  how long one suite may take (900)
#   SUITE_JOBS     how many run at a time (2)
set -euo pipefail

results="$1"
shift
limit="${SUITE_SECONDS:-900}"
jobs="${SUITE_JOBS:-2}"
rm -rf "$results"
mkdir -p "$results"

# count FILE FIELD: a number of a CTRF result, 0 where it is absent.
count() { jq -r "(.results.summary.$2 // 0) | floor" "$1"; }

# Writes "passed failed skipped" to RESULTS/NAME.counts and prints the line of the suite.
run_suite() {
    local executable="$1" name code=0 started=$SECONDS passed=0 failed=0 skipped=0 trouble=""
    name="$(basename "$executable")"
    local result="$results/$name.json" log="$results/$name.log"
    timeout --kill-after=10 "$limit" "$executable" -noLogo -noColor -reporter quiet -noAutoReporters -ctrf "$result" \
        </dev/null >"$log" 2>&1 || code=$?

    if jq -e '.results.summary.tests' "$result" >/dev/null 2>&1; then
        passed="$(count "$result" passed)"
        failed="$(count "$result" failed)"
        skipped="$(($(count "$result" skipped) + $(count "$result" pending)))"
    fi

    if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
        trouble="hung: stopped after $limit s"
    elif [ ! -s "$result" ]; then
        trouble="crashed: exit code $code and no result"
    elif [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
        trouble="ended badly: exit code $code"
    elif [ $((passed + failed + skipped)) -eq 0 ]; then
        trouble="ran no test"
    fi

    if [ -n "$trouble" ]; then
        failed=$((failed + 1))
    fi

    printf '%d %d %d\n' "$passed" "$failed" "$skipped" >"$results/$name.counts"
    printf '%-36s %5d passed %4d failed %4d skipped %5d s  %s\n' \
        "$name" "$passed" "$failed" "$skipped" "$((SECONDS - started))" "$trouble"
    if [ "$failed" -gt 0 ]; then
        tail -n 200 "$log" | sed 's/^/    /'
    fi
}

for executable in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n || true
    done
    # Printed in one piece, so that suites that end together do not mix their lines.
    { text="$(run_suite "$executable")" && printf '%s\n' "$text"; } &
done
wait

passed=0 failed=0 skipped=0
for executable in "$@"; do
    counts="$results/$(basename "$executable").counts"
    if [ -s "$counts" ]; then
        read -r p f s <"$counts"
    else
        p=0 f=1 s=0
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

if [ "$skipped" -gt 0 ]; then
    printf '\n%d skipped:\n' "$skipped"
    grep -h -A 1 '\[SKIP\]' "$results"/*.log | sed 's/^/    /' || true
fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
