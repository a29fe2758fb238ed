#!/usr/bin/env bash
# overload.sh [--quick] [CASE...]
# What becomes of the appliance when more is asked of it than its token can do; one JSON line a case, then the line that
# checks that answers, consumed hashes and audit records agree. Fails when a bound is missed. The cases:
#   module   five times what a token can do that takes 8 calls of 4 ms at a time and costs no processor time (2,000
#            signatures a second, by the module that misbehaves): goodput at least 0.95 of the peak, refusals within
#            5 ms (p99), answers as usual within 1 s of the end
#   softhsm  twice what SoftHSM2 can do with RSA-2048, where the token is the processor: 0.80, and 2 s
#   lanes    interactive calls on that module without and with bulk calls that keep it busy: p99 at most 3 times
# All of them when none is named. SIGNERS=N for more authorised hashes.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"
source "$REPOSITORY/deploy/appliance.sh"

quick=
cases=()
for argument in "$@"; do
    case "$argument" in
        --quick) quick=--quick ;;
        module | softhsm | lanes) cases+=("$argument") ;;
        *) fail "there is no case $argument" ;;
    esac
done
[ ${#cases[@]} -gt 0 ] || cases=(module softhsm lanes)

install_missing "${NEEDS[@]}" "${NATIVE_NEEDS[@]}"
build src/Appliance.Server/Appliance.Server.csproj >&2
build load/Appliance.Load/Appliance.Load.csproj >&2
"$REPOSITORY/load/module/build.sh" >&2
export SIGNERS="${SIGNERS:-$([ -n "$quick" ] && echo 16 || echo 40)}"

# The longest wait bounds what waits, and so how long those wait that are served.
export APPLIANCE__Limits__LongestWaitMilliseconds="${LONGEST_WAIT:-500}"

dir=
stop() {
    [ ! -s "$dir/appliance/fixture.json" ] || "$REPOSITORY/tests/interop/appliance-down.sh" "$dir/appliance" >&2 || true
    [ -z "$dir" ] || rm -rf "$dir"
    dir=
}
trap stop EXIT

# run CASE: a throwaway appliance, with the settings that are in the environment, and the load on it.
run() {
    dir="$(mktemp -d)"
    local installation="$dir/appliance"
    printf 'C_Sign capacity 8 4ms\n' >"$dir/rules"
    if [ "$1" != softhsm ]; then
        export APPLIANCE__Token__Module="$REPOSITORY/artifacts/native/misbehave.so" APPLIANCE__Token__Sessions=8
        export MISBEHAVE_MODULE MISBEHAVE_FILE="$dir/rules"
        MISBEHAVE_MODULE="$(softhsm_module)"
    else
        unset APPLIANCE__Token__Module APPLIANCE__Token__Sessions
    fi
    "$REPOSITORY/tests/interop/appliance-up.sh" "$installation" >&2
    local arguments=(overload RSA-2048 2 0.80 2 0)
    case "$1" in
        module) arguments=(overload P-256 5 0.95 1 5) ;;
        lanes) arguments=(lanes P-256) ;;
    esac
    SOFTHSM2_CONF="$installation/softhsm2.conf" \
        "$REPOSITORY/artifacts/bin/Appliance.Load/release/Appliance.Load" overload "$installation" \
        "${arguments[@]}" ${quick:+"$quick"} || failed=1
    stop
}

failed=0
for item in "${cases[@]}"; do
    run "$item"
done
exit "$failed"
