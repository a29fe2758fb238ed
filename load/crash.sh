#!/usr/bin/env bash
# crash.sh [KILLS [SEED]]
# Kills a server under load KILLS (100) times with SIGKILL and prints a line for each: where it was slow, how long it
# ran, how many answers were lost, how many requests were left reserved, and how far the lost ones had come. After each
# kill the witness (tests/witness) and the client's log are held against the store. The seed decides the load, the
# delays and the moments. Exit code 0: nothing was signed twice or lost, and each phase was hit.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

install_missing "${NEEDS[@]}"
"$REPOSITORY/tests/witness/build.sh" >&2
build tests/Appliance.Crash.Tests/Appliance.Crash.Tests.csproj >&2

DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT
export CRASH_KILLS="${1:-100}" CRASH_SEED="${2:-1}"
"$REPOSITORY/artifacts/bin/Appliance.Crash.Tests/release/Appliance.Crash.Tests" -noLogo -noColor -showLiveOutput \
    -class Appliance.Crash.Tests.SqliteCrashTests |
    sed -u 's/^.*\[OUTPUT\] //'
