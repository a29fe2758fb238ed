#!/usr/bin/env bash
# crash.sh [--store sqlite|postgres] [--stamps] [KILLS [SEED]]
# Kills a server under load KILLS times (100 on SQLite, 50 on PostgreSQL) with SIGKILL and prints a line for each: where
# the token was slow, how long it ran, how many answers were lost, how many requests were left reserved, and how far the
# lost ones had come. After each kill the witness (load/module) and the client's log are held against the store. On
# PostgreSQL the database itself is then stopped, killed and paused under load, and a node is put to sleep past its
# lease. With --stamps the load is time stamps, of all nodes and two units, all of which are killed at once: each token
# that a client got must be in the audit trail, which must verify in the end. The seed decides the load, the delays and
# the moments. Exit code 0: nothing was signed twice or lost, and each phase was hit.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

store=sqlite
if [ "${1:-}" = --store ]; then
    store="${2:-}"
    shift 2
fi
stamps=
if [ "${1:-}" = --stamps ]; then
    stamps=Stamp
    shift
fi
case "$store" in
    sqlite) suite="Sqlite${stamps}CrashTests" kills=100 ;;
    postgres) suite="Postgres${stamps}CrashTests" kills=50 ;;
    *) fail "the store is sqlite or postgres, not \"$store\"" ;;
esac

install_missing "${NEEDS[@]}"
"$REPOSITORY/load/module/build.sh" >&2
build tests/Appliance.Crash.Tests/Appliance.Crash.Tests.csproj >&2

DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT
export CRASH_KILLS="${1:-$kills}" CRASH_SEED="${2:-1}"
"$REPOSITORY/artifacts/bin/Appliance.Crash.Tests/release/Appliance.Crash.Tests" -noLogo -noColor -showLiveOutput \
    -parallel none -class "Appliance.Crash.Tests.$suite" |
    sed -u 's/^.*\[OUTPUT\] //'
