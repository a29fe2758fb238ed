#!/usr/bin/env bash
# failover.sh [--quick]
# What a group of two slots is for. On a throwaway appliance with two slots, each behind a p11-kit server of its own,
# half of what it can sign is asked for at a steady rate by a client that never tries a call again, while what is behind
# one of the slots, at random, is killed and started again 20 times (3 with --quick). Then the same with one slot only.
# JSON lines. Fails when a call failed, a slot was not seen to leave "ready" or to come back, the 99th percentile during
# failover is 250 ms or more; when with one slot calls fail more slowly than in 50 ms or signing is not back 2 s after
# the token is; and when answers, consumed hashes and audit records do not agree.
# SIGNERS=N for more authorised hashes.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

install_missing "${NEEDS[@]}" "${SLOT_NEEDS[@]}"
build src/Appliance.Server/Appliance.Server.csproj >&2
build load/Appliance.Load/Appliance.Load.csproj >&2

dir="$(mktemp -d)"
trap '"$REPOSITORY/tests/interop/appliance-down.sh" "$dir" >&2 || true; rm -rf "$dir"' EXIT
SIGNERS="${SIGNERS:-32}" "$REPOSITORY/tests/interop/appliance-up.sh" "$dir" --slots 2 >&2
"$REPOSITORY/artifacts/bin/Appliance.Load/release/Appliance.Load" failover "$dir" "$@"
