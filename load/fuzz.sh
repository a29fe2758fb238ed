#!/usr/bin/env bash
# fuzz.sh [WHAT] [CASES [SEED [CASE]]]
# Throws CASES damaged requests at WHAT, and prints how the cases ended, then the test's verdict:
#   grpc        a gRPC server process (200,000 cases); for each quarter it prints what the server holds. The default.
#   timestamps  the time-stamping authority of a running appliance, over HTTP (100,000 cases), with good requests
#               between them; at the end the signatures made and the audit trail's intents must be as many as those.
#   tokens      readers and verifier of responses, tokens and archive time-stamps, in memory (100,000 cases).
# Seed and number decide a case: with CASE only that one is run, as the line of a failure names it (not for tokens).
# Exit code 0: every case ended as it must.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

what=grpc
case "${1:-}" in
    grpc | timestamps | tokens)
        what="$1"
        shift
        ;;
esac

case "$what" in
    grpc)
        project=Appliance.Grpc.Tests
        export GRPC_FUZZ_CASES="${1:-200000}" GRPC_FUZZ_SEED="${2:-1}" GRPC_FUZZ_CASE="${3:-}"
        filter=(-method '*.FuzzTests.Damaged_requests_end_with_a_status_or_a_reset_and_leave_nothing_behind')
        ;;
    timestamps)
        project=Appliance.Server.Tests
        export TSA_FUZZ_CASES="${1:-100000}" TSA_FUZZ_SEED="${2:-1}" TSA_FUZZ_CASE="${3:-}"
        filter=(-class Appliance.Server.Tests.Timestamps.Hostile.HostileTimestampTests)
        ;;
    tokens)
        project=Appliance.Timestamping.Tests
        export TIMESTAMP_FUZZ_CASES="${1:-100000}" TIMESTAMP_FUZZ_SEED="${2:-1}"
        filter=(-class Appliance.Timestamping.Tests.DamagedTokenTests)
        ;;
esac

build "tests/$project/$project.csproj" >&2

DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT
"$REPOSITORY/artifacts/bin/$project/release/$project" -noLogo -noColor -showLiveOutput "${filter[@]}" |
    sed 's/^.*\[OUTPUT\] //'
