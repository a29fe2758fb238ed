#!/usr/bin/env bash
# ledger.sh [WRITERS]
# Reserve and consume pairs a second through the commit loop, with 1, 8, 64 and 256 callers, one distinct hash a
# request,
# audit rows included: on SQLite, then on a throwaway PostgreSQL with WRITERS (3) commits in flight.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"

install_missing "${NEEDS[@]}"
build bench/Appliance.Benchmarks/Appliance.Benchmarks.csproj >&2

DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
export DOTNET_ROOT
bench="$REPOSITORY/artifacts/bin/Appliance.Benchmarks/release/Appliance.Benchmarks"
cluster="$REPOSITORY/tests/postgres/cluster.sh"
folder="$(mktemp -d /tmp/appliance-ledger-XXXXXX)"

"$bench" --ledger
"$cluster" up "$folder" $$
trap '"$cluster" down "$folder"' EXIT
connection="$("$cluster" database "$folder" bench)"
"$bench" --ledger-postgres "$connection" "${1:-3}"
