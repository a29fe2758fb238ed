#!/usr/bin/env bash
# flood.sh [--quick]
# What a flood of sign-ins with wrong passwords leaves of the signing throughput: the lane for passwords always full,
# gRPC unary with fresh hashes without and with it, by turns, on a throwaway appliance; one JSON line an algorithm
# (left: the median of the rounds' ratios), then the line that checks that answers, consumed hashes and audit records
# agree. Fails below 0.6 (0.4 with --quick), or when any signature fails. SIGNERS=N for more authorised hashes.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

install_missing "${NEEDS[@]}"
build src/Appliance.Server/Appliance.Server.csproj >&2
build load/Appliance.Load/Appliance.Load.csproj >&2

dir="$(mktemp -d)"
trap '"$REPOSITORY/tests/interop/appliance-down.sh" "$dir" >&2 || true; rm -rf "$dir"' EXIT
SIGNERS="${SIGNERS:-64}" "$REPOSITORY/tests/interop/appliance-up.sh" "$dir" >&2
"$REPOSITORY/artifacts/bin/Appliance.Load/release/Appliance.Load" flood "$dir" "$@"
