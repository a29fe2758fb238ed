#!/usr/bin/env bash
# ratio.sh [--quick] [--case unary|batch|stream|tsa]
# How near the appliance comes to its token: raw C_Sign and the whole path (gRPC unary, gRPC batches of 100,
# SignHashStream) for RSA-2048 and P-256, alternating in one run on a throwaway appliance; one JSON line a row, then the
# line that checks that answers, consumed hashes and audit records agree. SIGNERS=N for more authorised hashes,
# DISPATCH=inline|workers.
# The case tsa is that of the time-stamping authority: wrk posts TimeStampReqs over keep-alive HTTP/1.1, by turns with
# raw C_Sign over the unit's key; then an open loop at 70 % of the rate that wrk got, with its 99th percentile beside
# five times the raw sign time and four times fdatasync; then the line that checks answers and audit records. cpuRatio
# is that of the processor times (raw to server and wrk), for machines that others load.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

install_missing "${NEEDS[@]}" "${LOAD_NEEDS[@]}"
build src/Appliance.Server/Appliance.Server.csproj >&2
build load/Appliance.Load/Appliance.Load.csproj >&2

dir="$(mktemp -d)"
trap '"$REPOSITORY/tests/interop/appliance-down.sh" "$dir" >&2 || true; rm -rf "$dir"' EXIT
export APPLIANCE__Token__Dispatch="${DISPATCH:-workers}"
case " $* " in
    *" --case tsa "*) SIGNERS="${SIGNERS:-1}" ;;
esac
SIGNERS="${SIGNERS:-48}" "$REPOSITORY/tests/interop/appliance-up.sh" "$dir" >&2
SOFTHSM2_CONF="$dir/softhsm2.conf" "$REPOSITORY/artifacts/bin/Appliance.Load/release/Appliance.Load" ratio "$dir" "$@"
