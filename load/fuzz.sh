#!/usr/bin/env bash
# fuzz.sh [CASES [SEED [CASE]]]
# Throws CASES (200,000) damaged requests at a gRPC server process and prints, for each quarter, what the server holds,
# then how the cases ended, then the test's verdict. Seed and number decide a case: with CASE only that one is run, as
# the line of a failure names it. Exit code 0: every case ended with a proper status or a reset, and nothing is left.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

build tests/Appliance.Grpc.Tests/Appliance.Grpc.Tests.csproj >&2

DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT
export GRPC_FUZZ_CASES="${1:-200000}" GRPC_FUZZ_SEED="${2:-1}" GRPC_FUZZ_CASE="${3:-}"
"$REPOSITORY/artifacts/bin/Appliance.Grpc.Tests/release/Appliance.Grpc.Tests" -noLogo -noColor -showLiveOutput \
    -method '*.FuzzTests.Damaged_requests_end_with_a_status_or_a_reset_and_leave_nothing_behind' |
    sed 's/^.*\[OUTPUT\] //'
